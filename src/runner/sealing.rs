//! Which of the municipality's keys is sealed to, and when a newer one takes its place.
//!
//! Invariant: a visit that has begun keeps its key, and the hub is told of a key only when nothing here
//! needs an older one any more: then it may retire that.

use zuil_wire::seal::SealKey;

use super::Runner;
use crate::outbox::Counts;

/// What is known of keys besides the one in use.
#[derive(Debug, Default)]
pub(super) struct Sealing {
    /// A newer key, for after this visit.
    pub next: Option<SealKey>,
    /// Nothing was in the outbox since the key is in use, so that all in it is sealed to it.
    alone: bool,
}

impl Sealing {
    /// The id of the key in use, when nothing here is sealed to another; `counts` of the outbox now.
    pub(super) fn only_key(&mut self, in_use: &SealKey, counts: Counts) -> Option<String> {
        self.alone |= counts.held == 0 && counts.saved == 0 && counts.open_payments == 0;
        (self.alone && self.next.is_none()).then(|| in_use.id().to_owned())
    }
}

impl Runner {
    /// Takes a newer key into use, when nobody stands here.
    pub(super) fn turn_keys(&mut self) {
        if self.visit.is_waiting()
            && let Some(key) = self.sealing.next.take()
        {
            tracing::info!(key = key.id(), "sealing to the municipality's newer key from now on");
            self.identity.seal_key = key;
            self.sealing.alone = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zuil_wire::seal::OpenKey;

    fn key(id: &str) -> SealKey {
        SealKey::from_base64(id, &OpenKey::generate().unwrap().1).unwrap()
    }

    #[test]
    fn the_hub_hears_of_a_key_when_nothing_sealed_to_an_older_one_waits_any_more() {
        let mut sealing = Sealing::default();
        let (key, empty) = (key("seal-2"), Counts::default());
        for waiting in
            [Counts { saved: 1, ..empty }, Counts { held: 1, ..empty }, Counts { open_payments: 1, ..empty }]
        {
            assert_eq!(sealing.only_key(&key, waiting), None, "{waiting:?}");
        }
        assert_eq!(sealing.only_key(&key, empty).as_deref(), Some("seal-2"));
        // What came in since is sealed to this key.
        assert_eq!(sealing.only_key(&key, Counts { saved: 9, ..empty }).as_deref(), Some("seal-2"));
    }

    #[test]
    fn the_hub_does_not_hear_of_a_key_that_is_about_to_change() {
        let mut sealing = Sealing::default();
        let old = key("seal-1");
        assert!(sealing.only_key(&old, Counts::default()).is_some());
        sealing.next = Some(key("seal-2"));
        assert_eq!(sealing.only_key(&old, Counts::default()), None);
    }
}
