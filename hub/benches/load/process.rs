//! A hub in a process of its own. Invariant: it ends with whoever started it.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::Failure;

/// The hub's program, as it was built for this bench.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_zuil-hub");

/// A running hub.
pub struct HubProcess {
    child: Child,
    pub desk: String,
    pub intake: String,
}

/// What a process has needed so far.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    pub cpu_seconds: f64,
    pub peak_mebibytes: f64,
}

impl HubProcess {
    /// Starts a hub and waits until it says where it listens.
    pub fn start(config: &Path) -> Result<Self, Failure> {
        let log = config.with_extension("log");
        let mut child = Command::new(PROGRAM)
            .args(["serve", "--config"])
            .arg(config)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::options().create(true).append(true).open(&log)?)
            .spawn()?;
        let said = child.stdout.take().ok_or("no output")?;
        let mut hub = Self { child, desk: String::new(), intake: String::new() };
        for line in BufReader::new(said).lines() {
            let line = line?;
            match line.split_once(' ') {
                Some(("desk", url)) => hub.desk = url.to_owned(),
                Some(("intake", url)) => hub.intake = url.to_owned(),
                Some(("operations", _)) => return Ok(hub),
                _ => {}
            }
        }
        Err(format!("the hub did not start: {}", std::fs::read_to_string(log)?).into())
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// As the kernel counts it (proc(5)), to a hundredth of a second.
    pub fn usage(&self) -> Result<Usage, Failure> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid()))?;
        let after_the_name = stat.rsplit(") ").next().ok_or("no name")?;
        let ticks: Vec<f64> =
            after_the_name.split(' ').skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next());
        let peak: f64 = peak.ok_or("no peak")?.parse()?;
        Ok(Usage { cpu_seconds: ticks.iter().sum::<f64>() / 100.0, peak_mebibytes: peak / 1024.0 })
    }

    /// Ends it as an operator does.
    pub fn end(mut self) -> Result<(), Failure> {
        super::home::run("kill", &[&self.child.id().to_string()])?;
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("the hub ended with {status}").into()) }
    }
}

impl Drop for HubProcess {
    fn drop(&mut self) {
        // Nothing to do when it is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
