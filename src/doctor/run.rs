//! Lets checks run side by side, each with a time limit.
//!
//! Invariant: whoever hangs is left behind and said to hang; nobody waits for it.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::{Check, Finding};
use crate::texts::{fill, say};
use zuil_catalogue::Language;

/// One or more checks that belong together and may take long.
pub struct Task {
    id: &'static str,
    name: String,
    limit: Duration,
    work: Box<dyn FnOnce() -> Vec<Check> + Send>,
}

impl Task {
    /// One check with a limit in seconds.
    pub fn new(
        id: &'static str,
        name: &str,
        limit: u64,
        work: impl FnOnce() -> Finding + Send + 'static,
    ) -> Self {
        let told = name.to_owned();
        Self::several(id, name, limit, move || vec![work().of(id, &told)])
    }

    /// Several checks. `id` and `name` stand for all of them when they come to no end.
    pub fn several(
        id: &'static str,
        name: &str,
        limit: u64,
        work: impl FnOnce() -> Vec<Check> + Send + 'static,
    ) -> Self {
        Self { id, name: name.to_owned(), limit: Duration::from_secs(limit), work: Box::new(work) }
    }
}

/// Does one piece of work; `None` when it does not end within the limit, or fails by itself.
pub fn within<T: Send + 'static>(limit: Duration, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (tell, told) = channel();
    thread::Builder::new().name("doctor".into()).spawn(move || drop(tell.send(work()))).ok()?;
    told.recv_timeout(limit).ok()
}

/// Runs all side by side; the checks come in the order of the tasks.
pub fn all(language: Language, tasks: Vec<Task>) -> Vec<Check> {
    let start = Instant::now();
    let begun: Vec<_> = tasks
        .into_iter()
        .map(|Task { id, name, limit, work }| {
            let (tell, told) = channel();
            // The thread of a check that hangs ends with the program. Nobody listens to it any more.
            // Without a thread nothing is told, and so the check has failed.
            let _ = thread::Builder::new().name(id.into()).spawn(move || drop(tell.send(work())));
            (id, name, limit, told)
        })
        .collect();
    let mut checks = Vec::new();
    for (id, name, limit, told) in begun {
        match told.recv_timeout(limit.saturating_sub(start.elapsed())) {
            Ok(found) => checks.extend(found),
            Err(RecvTimeoutError::Timeout) => checks.push(hangs(language, limit).of(id, &name)),
            Err(RecvTimeoutError::Disconnected) => checks.push(broken(language).of(id, &name)),
        }
    }
    checks
}

/// What is said of something that hangs.
pub fn hangs(language: Language, limit: Duration) -> Finding {
    let seconds = limit.as_secs().to_string();
    Finding::failed(
        fill(say(language, "it did not answer within {seconds} seconds"), &[("seconds", &seconds)]),
        say(language, "switch it off and on, look at its cable, and run this again"),
    )
}

fn broken(language: Language) -> Finding {
    Finding::failed(
        say(language, "this check failed by itself"),
        say(language, "run this again; if it fails again, call the workshop"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn what_hangs_is_left_behind_and_what_breaks_is_told_apart() {
        let (hold, held) = channel::<()>();
        let tasks = vec![
            Task::new("a", "A", 0, move || {
                // Ends when the test does.
                let _ = held.recv();
                Finding::ok("")
            }),
            Task::new("b", "B", 60, || panic!("made up")),
            Task::new("c", "C", 60, || Finding::ok("fine")),
        ];
        let checks = all(Language::En, tasks);
        drop(hold);
        let verdicts: Vec<_> = checks.iter().map(|check| (check.id, check.verdict)).collect();
        assert_eq!(verdicts, [("a", Verdict::Failed), ("b", Verdict::Failed), ("c", Verdict::Ok)]);
        assert!(checks[0].seen.contains("did not answer") && checks[1].seen.contains("by itself"));
    }
}
