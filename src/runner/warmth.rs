//! How warm it is inside, read now and then.
//!
//! Invariant: it is read when time passes and never while a touch waits, and seldom enough to cost nothing.

use std::time::Duration;

use crate::devices::thermometer::Thermometer;

/// How often the sensors are read; a report comes about as often.
const READ_EVERY: Duration = Duration::from_secs(20);

/// What was read last. Times are the pillar's uptime.
#[derive(Debug)]
pub(super) struct Warmth {
    thermometer: Option<Thermometer>,
    celsius: Option<i16>,
    read_from: Duration,
}

impl Warmth {
    /// As a thermometer tells; without one nothing is known.
    pub(super) const fn by(thermometer: Option<Thermometer>) -> Self {
        Self { thermometer, celsius: None, read_from: Duration::ZERO }
    }

    /// How warm it is, in whole degrees.
    pub(super) fn celsius(&mut self, uptime: Duration) -> Option<i16> {
        if uptime >= self.read_from
            && let Some(thermometer) = &self.thermometer
        {
            self.celsius = thermometer.celsius();
            self.read_from = uptime + READ_EVERY;
        }
        self.celsius
    }
}
