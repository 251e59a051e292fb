//! The clock, read at one place and handed to everything else as an argument.

mod hub_time;

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::visit::Now;

pub use hub_time::{HubTime, TooEarly};

/// A moment, as the runner gets it with every input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Time since the pillar started; never goes back.
    pub uptime: Duration,
    /// The time as far as can be known, see [`HubTime`]. It may jump.
    pub timestamp: Timestamp,
}

impl Moment {
    /// How far the clock was put forward since an earlier moment (or back, when negative).
    #[must_use]
    pub fn jump_since(self, earlier: Self) -> SignedDuration {
        let passed = SignedDuration::try_from(self.uptime.saturating_sub(earlier.uptime)).unwrap_or_default();
        self.timestamp.duration_since(earlier.timestamp).saturating_sub(passed)
    }

    /// The moment as a visit knows it, in the zone where the pillar stands.
    #[must_use]
    pub fn in_zone(self, zone: &TimeZone) -> Now {
        Now { uptime: self.uptime, wall: zone.to_datetime(self.timestamp) }
    }
}

/// The pillar's clocks.
#[derive(Clone, Debug)]
pub struct Clock {
    time: HubTime,
}

impl Clock {
    /// The clock that goes by this time.
    #[must_use]
    pub const fn of(time: HubTime) -> Self {
        Self { time }
    }

    /// This moment.
    #[must_use]
    pub fn now(&self) -> Moment {
        Moment { uptime: self.time.uptime(), timestamp: self.time.now() }
    }
}
