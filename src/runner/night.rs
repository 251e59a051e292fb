//! When the terminal's day is closed: at night, while nobody stands at the pillar.
//!
//! Invariant: at most once a night; when it could not be done, it is tried again in the same night.

use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

use super::Runner;
use crate::clock::Moment;

/// How long after the set time a day may still be closed. A pillar that is switched on by day waits for
/// the next night.
const WINDOW: SignedDuration = SignedDuration::from_hours(3);
/// How long to wait before it is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(15 * 60);

/// Watches the clock.
pub(super) struct Night {
    at: Time,
    /// The night in which it was done.
    done: Option<Date>,
    /// When it was tried last, as the pillar's uptime.
    tried_at: Option<Duration>,
}

impl Night {
    /// A pillar that closes the terminal's day at this time.
    pub(super) const fn at(at: Time) -> Self {
        Self { at, done: None, tried_at: None }
    }

    /// Whether it is to be tried now.
    pub(super) fn is_due(&self, wall: DateTime, uptime: Duration) -> bool {
        let Some(night) = self.night_of(wall) else { return false };
        let rested = self.tried_at.is_none_or(|tried| uptime >= tried + AGAIN_AFTER);
        rested && self.done != Some(night)
    }

    /// It is being tried.
    pub(super) const fn tried(&mut self, uptime: Duration) {
        self.tried_at = Some(uptime);
    }

    /// It was done.
    pub(super) fn done(&mut self, wall: DateTime) {
        self.done = self.night_of(wall).or(Some(wall.date()));
    }

    /// The day on which the window began in which this moment is; it may reach beyond midnight.
    fn night_of(&self, wall: DateTime) -> Option<Date> {
        let before = wall.checked_sub(WINDOW).ok()?;
        [wall.date(), before.date()].into_iter().find(|day| {
            let began = day.to_datetime(self.at);
            began <= wall && before < began
        })
    }
}

impl Runner {
    /// At night, while nobody stands here.
    pub(super) fn close_the_day(&mut self, now: Moment) {
        let wall = now.in_zone(&self.time_zone).wall;
        if let Some(night) = &mut self.night
            && self.visit.is_waiting()
            && night.is_due(wall, now.uptime)
            && self.till.close_day()
        {
            night.tried(now.uptime);
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn the_day_is_closed_once_a_night() {
        let mut night = Night::at(time(3, 0, 0, 0));
        let at = |day, hour, minute| date(2026, 11, day).at(hour, minute, 0, 0);
        assert!(!night.is_due(at(22, 2, 59), MINUTE));
        assert!(night.is_due(at(22, 3, 0), 2 * MINUTE));
        night.tried(2 * MINUTE);
        assert!(!night.is_due(at(22, 3, 1), 3 * MINUTE), "it is being done");
        assert!(night.is_due(at(22, 3, 20), 22 * MINUTE), "it did not work: once more");
        night.tried(22 * MINUTE);
        night.done(at(22, 3, 21));
        assert!(!night.is_due(at(22, 3, 50), 50 * MINUTE));
        assert!(night.is_due(at(23, 3, 0), 1500 * MINUTE), "the next night");
    }

    #[test]
    fn a_night_may_reach_beyond_midnight() {
        let mut night = Night::at(time(23, 50, 0, 0));
        let at = |day, hour, minute| date(2026, 11, day).at(hour, minute, 0, 0);
        assert!(night.is_due(at(22, 23, 50), MINUTE));
        night.tried(MINUTE);
        assert!(night.is_due(at(23, 0, 10), 21 * MINUTE), "once more, after midnight");
        night.done(at(23, 0, 11));
        assert!(!night.is_due(at(23, 1, 0), 70 * MINUTE));
        assert!(!night.is_due(at(23, 3, 0), 190 * MINUTE));
        assert!(night.is_due(at(23, 23, 55), 1500 * MINUTE), "the next night");
    }

    #[test]
    fn a_pillar_that_is_switched_on_by_day_waits_for_the_night() {
        let night = Night::at(time(3, 0, 0, 0));
        assert!(!night.is_due(date(2026, 11, 22).at(10, 0, 0, 0), MINUTE));
    }
}
