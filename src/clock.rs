//! The clock, read at one place and handed to everything else as an argument.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::visit::Now;

/// A moment, as the runner gets it with every input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Time since the pillar started; never goes back.
    pub uptime: Duration,
    /// The clock on the wall, which may be wrong and may jump.
    pub timestamp: Timestamp,
}

impl Moment {
    /// The moment as a visit knows it, in the zone where the pillar stands.
    #[must_use]
    pub fn in_zone(self, zone: &TimeZone) -> Now {
        Now { uptime: self.uptime, wall: zone.to_datetime(self.timestamp) }
    }
}

/// The system's clocks.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
}

impl Clock {
    /// A clock whose uptime begins now.
    #[must_use]
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }

    /// This moment.
    #[must_use]
    pub fn now(&self) -> Moment {
        Moment { uptime: self.started.elapsed(), timestamp: Timestamp::now() }
    }
}
