//! When to ask the hub how transactions stand that it has. Pure: the time is an argument.
//!
//! Invariant: the hub is asked only after it said that something changed, then for all that are not registered yet, and
//! nothing else waits for that.

use tokio::time::Instant;

use super::SyncError;
use super::questions::rest_after;

/// Whether it is time to ask, and behind which transaction to go on.
#[derive(Debug, Default)]
pub(super) struct Following {
    /// How many changes the hub told of last.
    told: Option<u64>,
    /// For how many of them all was asked.
    asked: Option<u64>,
    /// The sequence of the last one that was asked for.
    after: u64,
    rest_until: Option<Instant>,
}

impl Following {
    /// The hub told how often something changed; an older one does not.
    pub(super) fn hear(&mut self, told: Option<u64>) {
        if told != self.told {
            (self.told, self.after) = (told, 0);
        }
    }

    /// Behind which sequence to ask now; `None` when nothing is to be asked.
    pub(super) fn may_go(&self, now: Instant) -> Option<u64> {
        let is_awake = self.rest_until.is_none_or(|until| until <= now);
        (self.is_behind() && is_awake).then_some(self.after)
    }

    /// When it has rested; `None` when it does not rest, or has nothing to ask.
    pub(super) fn due(&self, now: Instant) -> Option<Instant> {
        self.rest_until.filter(|until| self.is_behind() && *until > now)
    }

    /// The hub answered for all up to this sequence.
    pub(super) fn asked_up_to(&mut self, sequence: u64) {
        self.after = sequence;
    }

    /// There are no more to ask for.
    pub(super) fn asked_for_all(&mut self) {
        (self.asked, self.after) = (self.told, 0);
    }

    /// Takes in why there was no answer. Whether that is about this alone, so that everything else goes on.
    pub(super) fn failed(&mut self, error: &SyncError, now: Instant) -> bool {
        let (rest, alone) = rest_after(error);
        self.rest_until = Some(now + rest);
        alone
    }

    fn is_behind(&self) -> bool {
        self.told.is_some() && self.told != self.asked
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_hub_that_tells_of_no_changes_is_never_asked() {
        let mut following = Following::default();
        following.hear(None);
        assert_eq!(following.may_go(Instant::now()), None);
    }

    #[test]
    fn each_change_is_asked_about_until_there_is_no_more() {
        let (mut following, now) = (Following::default(), Instant::now());
        following.hear(Some(3));
        assert_eq!(following.may_go(now), Some(0));
        following.asked_up_to(64);
        following.hear(Some(3));
        assert_eq!(following.may_go(now), Some(64));
        following.asked_for_all();
        assert_eq!(following.may_go(now), None);
        following.hear(Some(4));
        assert_eq!(following.may_go(now), Some(0));
        following.asked_up_to(64);
        following.hear(Some(5));
        assert_eq!(following.may_go(now), Some(0), "what was passed may have changed again");
    }

    #[test]
    fn after_a_failure_it_rests_and_everything_else_goes_on() {
        let (mut following, now) = (Following::default(), Instant::now());
        following.hear(Some(3));
        assert!(following.failed(&SyncError::NoHub(404), now));
        assert_eq!((following.may_go(now), following.due(now).is_some()), (None, true));
        let later = now + Duration::from_secs(2 * 60 * 60);
        assert_eq!((following.may_go(later), following.due(later)), (Some(0), None));
        assert!(!following.failed(&SyncError::Unreachable("no connection".into()), now));
    }
}
