//! What the hub's threads that work beside its doors have in common: handing over, watching, checking. Invariant:
//! trouble that stays the same is told once, and what is under way when the hub ends holds it for a given time only.

use std::fmt::Display;
use std::io;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::task::JoinSet;

/// Starts work on a thread of its own, where nobody waits for it.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn start<W: Future<Output = ()>>(
    name: &str,
    work: impl FnOnce() -> W + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name(name.to_owned()).spawn(move || runtime.block_on(work()))
}

/// Waits for what is under way; whether all of it ended in time.
pub(crate) async fn finish<T: 'static>(under_way: &mut JoinSet<T>, within: Duration) -> bool {
    let all = async { while under_way.join_next().await.is_some() {} };
    tokio::time::timeout(within, all).await.is_ok()
}

/// What a thread complains of, in one kind of its work. The same trouble, again and again, is told once, until the work
/// succeeds.
pub(crate) struct Complaints {
    /// What it means.
    meaning: &'static str,
    last: String,
}

impl Complaints {
    /// None yet.
    pub(crate) const fn about(meaning: &'static str) -> Self {
        Self { meaning, last: String::new() }
    }

    /// What came of the work; or nothing, and the trouble is told.
    pub(crate) fn hear<T>(&mut self, done: Result<T, impl Display>) -> Option<T> {
        match done {
            Ok(done) => {
                self.over();
                Some(done)
            }
            Err(error) => {
                self.tell(&error);
                None
            }
        }
    }

    /// Tells a trouble, unless it was the last that was told.
    pub(crate) fn tell(&mut self, error: &impl Display) {
        let error = error.to_string();
        if self.is_new(&error) {
            tracing::error!(error = error.as_str(), "{}", self.meaning);
            self.last = error;
        }
    }

    fn is_new(&self, error: &str) -> bool {
        self.last != error
    }

    /// The last trouble is over; when it comes back it is told again.
    pub(crate) fn over(&mut self) {
        self.last.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_that_comes_back_after_work_that_succeeded_is_told_again() {
        let mut complaints = Complaints::about("nothing can be kept");
        assert!(complaints.is_new("the disk is full"));
        assert_eq!(complaints.hear::<()>(Err("the disk is full")), None);
        assert!(!complaints.is_new("the disk is full") && complaints.is_new("the disk is gone"));
        assert_eq!(complaints.hear(Ok::<_, &str>(3)), Some(3));
        assert!(complaints.is_new("the disk is full"));
    }
}
