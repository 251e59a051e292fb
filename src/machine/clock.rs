//! What the hub's clock says, for a machine whose own is wrong and that reaches no time server.

use std::io;

use jiff::{SignedDuration, Timestamp};
use rustix::time::{ClockId, Timespec, clock_gettime};
use serde::Serialize;

use super::{Machine, files};

/// A clock that is off by no more than this is left alone.
const RIGHT: SignedDuration = SignedDuration::from_secs(5);
/// The machine is told so often at most, by its own uptime.
const EVERY_MS: u64 = 10 * 60 * 1000;

/// Says when the machine was told the time last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Telling {
    last_ms: Option<u64>,
}

impl Telling {
    /// Whether the machine is to be told at this uptime, when the hub's clock says `hubs` and its own `wall`. The caller
    /// tells it then.
    pub fn is_due(&mut self, hubs: Timestamp, wall: Timestamp, uptime_ms: u64) -> bool {
        let is_off = hubs.duration_since(wall).abs() > RIGHT;
        let was_told = self.last_ms.is_some_and(|last| uptime_ms.saturating_sub(last) < EVERY_MS);
        let is_due = is_off && !was_told;
        if is_due {
            self.last_ms = Some(uptime_ms);
        }
        is_due
    }
}

#[derive(Serialize)]
struct Wish {
    unix: i64,
    boottime_ms: u64,
}

impl Machine {
    /// Says what the hub's clock said when the machine had been up for so long. The image sets the clock by it when no
    /// time server was reached.
    ///
    /// # Errors
    /// Those of the file system; then nothing happens.
    pub fn tell_time(&self, hubs: Timestamp, uptime_ms: u64) -> io::Result<()> {
        let wish = Wish { unix: hubs.as_second(), boottime_ms: uptime_ms };
        files::write_json(&self.fleeting("hub-time.json"), &wish)
    }
}

/// How long the machine has been up, with the time that it slept.
#[must_use]
pub fn uptime_ms() -> u64 {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::Boottime);
    let (seconds, nanoseconds) = (u64::try_from(tv_sec), u64::try_from(tv_nsec));
    seconds
        .unwrap_or_default()
        .saturating_mul(1000)
        .saturating_add(nanoseconds.unwrap_or_default() / 1_000_000)
}
