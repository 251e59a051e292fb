//! When something that failed is tried again, and when a system is left alone. Invariant: nothing here reads the
//! clock or rolls dice itself.

use jiff::{SignedDuration, Timestamp};

/// How long is waited after the first failure: longer than a request can be under way, so that one whose answer was
/// lost has arrived or never will.
pub const FIRST: SignedDuration = SignedDuration::from_mins(2);
/// How long is waited at most, but for the dice.
const LONGEST: SignedDuration = SignedDuration::from_hours(4);
/// For how long something is tried before a person must look: over a long weekend.
pub const PATIENCE: SignedDuration = SignedDuration::from_hours(24 * 5);

/// How many failures in a row say that a system is down.
const ENOUGH: u32 = 5;
/// How long a system that is down is left alone the first time.
const REST: SignedDuration = SignedDuration::from_secs(30);
/// How often that is doubled at most: to a quarter of an hour.
const DOUBLINGS: u32 = 5;
/// How many are brought to one system at once.
const AT_ONCE: u32 = 4;

/// How long to wait after a failure, when it failed `before` times already: twice as long each time, up to four hours;
/// and up to half as much again, as `dice` says, so that not all come back at once.
#[must_use]
pub fn wait(before: u32, dice: u8) -> SignedDuration {
    spread((FIRST * (1 << before.min(8))).min(LONGEST), dice)
}

/// A time, and up to half as much again, as `dice` says.
pub fn spread(time: SignedDuration, dice: u8) -> SignedDuration {
    time + time / 512 * i32::from(dice)
}

/// Stands before one system: lets so many in at once, and none while the system is down, but for one at a time that
/// finds out whether it still is.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    inside: u32,
    state: Breaker,
    /// The system takes nothing before then, as it said itself or as its pace says.
    quiet_until: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Breaker {
    /// It answers, as far as is known; so many failed in a row.
    Closed { failed: u32 },
    /// It is left alone until then, for the so-manieth time.
    Open { until: Timestamp, times: u32 },
    /// One is inside to find out.
    Trying { times: u32 },
}

impl Default for Breaker {
    fn default() -> Self {
        Self::Closed { failed: 0 }
    }
}

/// How the other system behaved towards one that was inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// It answered, be it with a refusal.
    Answered,
    /// It did not, or said that it cannot now.
    Failed,
    /// It was not asked.
    NotAsked,
}

impl Gate {
    /// Whether somebody would be let in.
    #[must_use]
    pub fn is_shut(&self, now: Timestamp) -> bool {
        if self.quiet_until.is_some_and(|until| now < until) {
            return true;
        }
        match self.state {
            Breaker::Closed { .. } => self.inside >= AT_ONCE,
            Breaker::Open { until, .. } => now < until,
            Breaker::Trying { .. } => true,
        }
    }

    /// Lets nobody in before then.
    pub fn keep_quiet(&mut self, until: Timestamp) {
        self.quiet_until = self.quiet_until.max(Some(until));
    }

    /// Lets somebody in, or not. Who was let in must come out.
    #[must_use]
    pub fn enter(&mut self, now: Timestamp) -> bool {
        if self.is_shut(now) {
            return false;
        }
        if let Breaker::Open { times, .. } = self.state {
            self.state = Breaker::Trying { times };
        }
        self.inside += 1;
        true
    }

    /// Somebody comes out and tells how the system behaved.
    pub fn leave(&mut self, behaviour: Behaviour, now: Timestamp, dice: u8) {
        self.inside = self.inside.saturating_sub(1);
        self.state = match (self.state, behaviour) {
            (_, Behaviour::Answered) => Breaker::Closed { failed: 0 },
            (Breaker::Closed { failed }, Behaviour::Failed) if failed + 1 < ENOUGH => {
                Breaker::Closed { failed: failed + 1 }
            }
            (Breaker::Closed { .. }, Behaviour::Failed) => open(0, now, dice),
            (Breaker::Trying { times }, Behaviour::Failed) => open(times, now, dice),
            (Breaker::Trying { times }, Behaviour::NotAsked) => Breaker::Open { until: now, times },
            // Who was inside still when it was shut.
            (state, _) => state,
        };
    }
}

fn open(times: u32, now: Timestamp, dice: u8) -> Breaker {
    Breaker::Open { until: now + spread(REST * (1 << times.min(DOUBLINGS)), dice), times: times + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn waits_grow_from_minutes_to_hours_and_differ() {
        assert_eq!(wait(0, 0), SignedDuration::from_mins(2));
        assert_eq!(wait(3, 0), SignedDuration::from_mins(16));
        assert_eq!(wait(9, 0), SignedDuration::from_hours(4));
        assert_eq!(wait(u32::MAX, 0), SignedDuration::from_hours(4));
        assert!(wait(0, 255) > wait(0, 100) && wait(0, 255) < SignedDuration::from_mins(3));
        assert!((0..60).map(|before| wait(before, 0)).sum::<SignedDuration>() > PATIENCE);
    }

    fn failed(gate: &mut Gate, second: i64) {
        assert!(gate.enter(at(second)));
        gate.leave(Behaviour::Failed, at(second), 0);
    }

    #[test]
    fn a_system_that_is_down_is_asked_by_one_at_a_time_and_ever_less_often() {
        let mut gate = Gate::default();
        (0..5).for_each(|second| failed(&mut gate, second));
        assert!(gate.is_shut(at(33)) && !gate.is_shut(at(34)));
        assert!(gate.enter(at(34)));
        assert!(!gate.enter(at(34)), "one is finding out already");
        gate.leave(Behaviour::Failed, at(34), 0);
        assert!(gate.is_shut(at(93)) && !gate.is_shut(at(94)));
        assert!(gate.enter(at(94)));
        gate.leave(Behaviour::Answered, at(95), 0);
        assert!(!gate.is_shut(at(95)));
    }

    #[test]
    fn one_that_always_fails_does_not_shut_others_out() {
        let mut gate = Gate::default();
        for second in 0..100 {
            failed(&mut gate, second);
            assert!(gate.enter(at(second)));
            gate.leave(Behaviour::Answered, at(second), 0);
        }
    }

    #[test]
    fn a_system_that_wants_quiet_gets_it_from_all() {
        let mut gate = Gate::default();
        gate.keep_quiet(at(100));
        gate.keep_quiet(at(50));
        assert!(gate.is_shut(at(99)) && !gate.enter(at(99)));
        assert!(gate.enter(at(100)));
    }

    #[test]
    fn who_finds_out_nothing_leaves_it_to_the_next() {
        let mut gate = Gate::default();
        (0..5).for_each(|second| failed(&mut gate, second));
        assert!(gate.enter(at(34)));
        gate.leave(Behaviour::NotAsked, at(34), 0);
        assert!(gate.enter(at(34)));
    }

    #[test]
    fn only_so_many_are_inside_at_once_and_who_was_inside_when_it_was_shut_does_not_open_it_longer() {
        let mut gate = Gate::default();
        (0..4).for_each(|_| assert!(gate.enter(at(0))));
        assert!(!gate.enter(at(0)));
        gate.leave(Behaviour::Answered, at(0), 0);
        assert!(gate.enter(at(0)));
        (0..4).for_each(|_| gate.leave(Behaviour::Failed, at(1), 0));
        assert!(gate.enter(at(1)) && gate.enter(at(1)));
        gate.leave(Behaviour::Failed, at(2), 0);
        assert!(!gate.is_shut(at(32)));
        gate.leave(Behaviour::Failed, at(31), 0);
        assert!(!gate.is_shut(at(32)));
    }
}
