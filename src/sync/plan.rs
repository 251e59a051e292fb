//! What to send next, and when to try again. Pure: the time and the dice are arguments.
//!
//! Invariants: a transaction that the hub cannot take is never in the way of another one; a hub
//! that asked for patience is left alone for that long; anything else is tried at once when there
//! is a reason to.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use uuid::Uuid;
use zuil_wire::UploadRequest;

use crate::outbox::Pending;

use super::SyncError;

/// The shortest time between two tries.
pub const SHORTEST: Duration = Duration::from_secs(1);
/// The longest time between two tries, and between two greetings when there is nothing to send.
pub const LONGEST: Duration = Duration::from_secs(5 * 60);
/// The longest time that a hub can ask to be left alone.
pub const MOST_PATIENCE: Duration = Duration::from_secs(60 * 60);

/// What an envelope adds to its sealed content: header, payment, signature and names.
const AROUND_AN_ENVELOPE: usize = 2048;

/// When to try, and how much at a time.
#[derive(Debug)]
pub struct Plan {
    failures: u32,
    pause: Pause,
    batch: usize,
    aside: HashSet<Uuid>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pause {
    /// Nothing speaks against trying now.
    None,
    /// Our own back-off; new work or a network that is back ends it.
    BackOff(Instant),
    /// The hub asked for it; only time ends it.
    Ordered(Instant),
}

impl Default for Plan {
    fn default() -> Self {
        Self { failures: 0, pause: Pause::None, batch: UploadRequest::MAX_ENVELOPES, aside: HashSet::new() }
    }
}

impl Plan {
    /// The earliest moment to try; `None` when that is now.
    #[must_use]
    pub fn not_before(&self, now: Instant) -> Option<Instant> {
        match self.pause {
            Pause::BackOff(until) | Pause::Ordered(until) if until > now => Some(until),
            _ => None,
        }
    }

    /// There is something new to send.
    pub fn woken(&mut self) {
        if matches!(self.pause, Pause::BackOff(_)) {
            self.pause = Pause::None;
        }
    }

    /// The hub took what it was sent.
    pub fn succeeded(&mut self) {
        self.failures = 0;
        self.pause = Pause::None;
        self.batch = (self.batch * 2).min(UploadRequest::MAX_ENVELOPES);
    }

    /// A try failed; `sent` are the transactions that were in it, `random` any number.
    ///
    /// The hub answers to each envelope on its own. When it rejects a request as a whole all the
    /// same, the batch is halved until the one that is to blame goes alone and is set aside.
    pub fn failed(&mut self, error: &SyncError, sent: &[Uuid], now: Instant, random: u64) {
        if matches!(error, SyncError::Rejected(_)) {
            match sent {
                [] => {}
                [alone] => {
                    self.aside.insert(*alone);
                }
                several => {
                    self.batch = several.len() / 2;
                    return;
                }
            }
        }
        self.failures = self.failures.saturating_add(1);
        self.pause = match error {
            SyncError::Busy { retry_after: Some(asked) } => Pause::Ordered(now + (*asked).min(MOST_PATIENCE)),
            permanent if permanent.is_permanent() => Pause::BackOff(now + LONGEST),
            _ => Pause::BackOff(now + back_off(self.failures, random)),
        };
    }

    /// The hub answered, and can take these only later: others go first.
    pub fn put_aside(&mut self, later: &[Uuid]) {
        self.aside.extend(later);
    }

    /// How many transactions to ask the outbox for.
    #[must_use]
    pub fn wanted(&self) -> usize {
        self.batch + self.aside.len()
    }

    /// The next batch out of what is pending, in its order: without those set aside, and no more
    /// than one request may hold. When all that is pending is set aside, there is no next batch, and
    /// all of it has another chance in the one after that.
    pub fn choose(&mut self, pending: Vec<Pending>) -> Vec<Pending> {
        if pending.iter().all(|item| self.aside.contains(&item.sealed.header.id)) {
            self.aside.clear();
            return Vec::new();
        }
        let mut room = UploadRequest::MAX_BYTES;
        pending
            .into_iter()
            .filter(|item| !self.aside.contains(&item.sealed.header.id))
            .take(self.batch)
            .take_while(|item| {
                let size = size_of(item);
                let fits = size <= room;
                room = room.saturating_sub(size);
                fits
            })
            .collect()
    }
}

/// Full jitter: anything from the shortest time to a ceiling that doubles with each failure.
fn back_off(failures: u32, random: u64) -> Duration {
    let ceiling = SHORTEST.saturating_mul(2_u32.saturating_pow(failures)).min(LONGEST);
    let spread = u64::try_from((ceiling - SHORTEST).as_millis()).unwrap_or(u64::MAX);
    SHORTEST + Duration::from_millis(random % (spread + 1))
}

fn size_of(item: &Pending) -> usize {
    item.sealed.ciphertext.len() + item.sealed.encapsulated_key.len() + AROUND_AN_ENVELOPE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn away() -> SyncError {
        SyncError::Unreachable("no connection".into())
    }

    #[test]
    fn the_back_off_is_spread_over_all_of_a_time_that_doubles() {
        let mut dice = fastrand::Rng::with_seed(7);
        for (failures, ceiling) in [(1, 2), (2, 4), (5, 32), (8, 256), (9, 300), (40, 300), (u32::MAX, 300)] {
            let ceiling = Duration::from_secs(ceiling);
            let waits: Vec<Duration> = (0..1000).map(|_| back_off(failures, dice.u64(..))).collect();
            assert!(waits.iter().all(|wait| (SHORTEST..=ceiling).contains(wait)));
            let middle = SHORTEST + (ceiling - SHORTEST) / 2;
            let early = waits.iter().filter(|wait| **wait < middle).count();
            assert!((400..600).contains(&early), "{early} of 1000 in the first half of {ceiling:?}");
        }
    }

    #[test]
    fn a_success_makes_the_next_back_off_short_again() {
        let now = Instant::now();
        let mut plan = Plan::default();
        for _ in 0..20 {
            plan.failed(&away(), &[], now, u64::MAX);
        }
        plan.succeeded();
        assert_eq!(plan.not_before(now), None);
        plan.failed(&away(), &[], now, u64::MAX);
        assert!(plan.not_before(now).unwrap() <= now + SHORTEST * 2);
    }

    #[test]
    fn what_needs_a_person_is_tried_as_rarely_as_can_be_but_a_wake_tries_it_at_once() {
        let now = Instant::now();
        let mut plan = Plan::default();
        plan.failed(&SyncError::NotAdmitted, &[], now, 0);
        assert_eq!(plan.not_before(now), Some(now + LONGEST));
        plan.woken();
        assert_eq!(plan.not_before(now), None);
    }

    #[test]
    fn the_hubs_wish_is_obeyed_within_reason() {
        let now = Instant::now();
        for (asked, obeyed) in [(0, None), (40, Some(40)), (u64::MAX, Some(3600))] {
            let mut plan = Plan::default();
            let busy = SyncError::Busy { retry_after: Some(Duration::from_secs(asked)) };
            plan.failed(&busy, &[], now, 0);
            plan.woken();
            assert_eq!(plan.not_before(now), obeyed.map(|seconds| now + Duration::from_secs(seconds)));
        }
    }

    #[test]
    fn a_time_that_has_passed_stops_nobody() {
        let now = Instant::now();
        let mut plan = Plan::default();
        plan.failed(&SyncError::Busy { retry_after: Some(Duration::from_secs(5)) }, &[], now, 0);
        assert_eq!(plan.not_before(now + Duration::from_secs(5)), None);
    }
}
