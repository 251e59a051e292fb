//! A peer in a language of its own: a program that is told how often, and tells how long it took.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::Failure;
use crate::rounds::per_second;

/// A peer that runs. It ends when this is dropped.
pub struct Peer {
    program: Child,
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Peer {
    /// Starts one; `None` when it cannot be got on this machine. `program` runs `script`, both with paths
    /// below `home`, where `script/bench` has installed it.
    #[must_use]
    pub fn start(home: &Path, program: &Path, script: &str, arguments: &[&Path]) -> Option<Self> {
        let started = Command::new(program)
            .arg(home.join(script))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut program = started.ok()?;
        let (orders, answers) = (program.stdin.take()?, program.stdout.take()?);
        let mut peer = Self { program, orders, answers: BufReader::new(answers).lines() };
        (peer.answer().ok()? == "ready").then_some(peer)
    }

    /// Has it do its thing so often; how many a second that were.
    ///
    /// # Errors
    /// When it has ended, or answers something else than seconds.
    pub fn per_second(&mut self, count: usize) -> Result<f64, Failure> {
        writeln!(self.orders, "{count}")?;
        let seconds: f64 = self.answer()?.parse()?;
        Ok(per_second(count, std::time::Duration::from_secs_f64(seconds)))
    }

    fn answer(&mut self) -> Result<String, Failure> {
        Ok(self.answers.next().ok_or("the peer has ended")??)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_or_does_not_get_ready_is_no_peer() {
        let home = Path::new("/");
        assert!(Peer::start(home, Path::new("/nowhere/python"), "x.py", &[]).is_none());
        assert!(Peer::start(home, Path::new("/bin/cat"), "nowhere", &[]).is_none());
    }
}
