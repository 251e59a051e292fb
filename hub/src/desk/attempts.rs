//! Slows down whoever guesses passwords, codes and references. Invariant: what is tried counts before it is looked at, and
//! a name that no account has is counted as one that an account has, so that waiting tells nobody which there are.

use jiff::{SignedDuration, Timestamp};

use super::{Desk, Failure};
use crate::store::AttemptKey;

/// It is too early for another attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooEarly {
    /// How long to wait, at least one second.
    pub wait: SignedDuration,
}

impl Desk {
    /// Counts an attempt, as a wrong one until it is said otherwise; the store counts for all hubs on it.
    pub(super) async fn begin(&self, keys: [AttemptKey; 2]) -> Result<Result<(), TooEarly>, Failure> {
        let wait = self.ask(move |store| store.begin_attempt(&keys, Timestamp::now())).await?;
        Ok(wait.map_or(Ok(()), |wait| Err(TooEarly { wait })))
    }

    /// Somebody there knew everything.
    pub(super) async fn succeeded(&self, keys: [AttemptKey; 2]) -> Result<(), Failure> {
        self.ask(move |store| store.attempt_succeeded(&keys, &[])).await
    }

    /// Somebody knew one thing, and may guess at others.
    pub(super) async fn knew_one(&self, [from, what]: [AttemptKey; 2]) -> Result<(), Failure> {
        self.ask(move |store| store.attempt_succeeded(&[what], &[from])).await
    }
}
