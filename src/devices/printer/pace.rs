//! How many bytes a serial line takes, by its speed.
//!
//! Invariant: no more is handed to the operating system than the line carries in [`AHEAD`], so that
//! what is to be forgotten can still be forgotten, a question is not stuck behind a whole receipt,
//! and "written" means that it has left; and never so little that the line would pause.

use std::time::Duration;

/// So far ahead of the line may the operating system's buffer be filled.
const AHEAD: Duration = Duration::from_millis(80);
/// One start bit, eight of data, one stop bit.
const BITS_PER_BYTE: u64 = 10;

/// Keeps the pace of a line.
pub struct Pace {
    byte: Duration,
    /// When the line will have carried all that it was given.
    free_at: Duration,
}

impl Pace {
    /// A line of so many bits a second.
    pub fn new(baud: u32) -> Self {
        Self {
            byte: Duration::from_nanos(BITS_PER_BYTE * 1_000_000_000 / u64::from(baud.max(1))),
            free_at: Duration::ZERO,
        }
    }

    /// How many bytes may be handed over at `now`.
    pub fn room(&self, now: Duration) -> usize {
        let ahead = (now + AHEAD).saturating_sub(self.free_at.max(now));
        usize::try_from(ahead.as_nanos() / self.byte.as_nanos().max(1)).unwrap_or(usize::MAX)
    }

    /// So many bytes were handed over at `now`.
    pub fn gave(&mut self, bytes: usize, now: Duration) {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.free_at = self.free_at.max(now) + self.byte * bytes;
    }

    /// What was handed over and had not left was forgotten.
    pub fn forgot(&mut self, now: Duration) {
        self.free_at = self.free_at.min(now);
    }

    /// Whether everything that was handed over has left.
    pub fn is_free(&self, now: Duration) -> bool {
        self.free_at <= now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_fast_line_is_kept_full_and_a_slow_one_is_not_flooded() {
        for baud in [9_600_u32, 38_400, 115_200] {
            let mut pace = Pace::new(baud);
            let mut given = 0;
            // A thread that looks every 20 ms.
            for look in 0..50 {
                let now = MS * 20 * look;
                let room = pace.room(now);
                pace.gave(room, now);
                given += room;
                assert!(!pace.is_free(now + MS * 19), "the line pauses at {baud} baud");
            }
            let carried = baud as usize / 10;
            let ahead = carried / 10;
            assert!((carried..carried + ahead).contains(&given), "{baud}: {given}");
        }
    }

    #[test]
    fn a_line_is_free_when_it_has_carried_all_or_all_was_forgotten() {
        let mut pace = Pace::new(9_600);
        pace.gave(48, Duration::ZERO);
        assert!(!pace.is_free(MS * 49) && pace.is_free(MS * 50));
        pace.gave(48, MS * 50);
        pace.forgot(MS * 51);
        assert!(pace.is_free(MS * 51));
    }
}
