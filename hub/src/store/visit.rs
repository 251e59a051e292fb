//! What happens at pillars, as the hub keeps it. Invariant: an entry tells its day and no other entry, and of a visit nothing
//! so exact that it could be found on the film of a camera.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use zuil_wire::VisitEntry;
use zuil_wire::visits::Seen;

use super::StoreError;

/// For how many days an entry is kept.
pub const VISITS_KEPT_DAYS: i64 = 30;

/// The first day of which entries are still kept.
#[must_use]
pub fn visits_since(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date().saturating_sub(VISITS_KEPT_DAYS.days())
}

/// The day under which an entry is kept: see [`super::question::day_of`].
pub(super) fn day_of(on: Date, now: Timestamp) -> Date {
    let today = now.to_zoned(TimeZone::UTC).date();
    // Where the pillar stands it may be tomorrow already.
    let possible = visits_since(now)..=today.saturating_add(1.days());
    if possible.contains(&on) { on } else { today }
}

/// How many parts of a day are told apart: night, morning, afternoon and evening.
pub const PARTS_OF_A_DAY: usize = 4;
/// How many quarters of an hour each of them has.
const QUARTERS: u8 = 24;
/// How many minutes a visit took at most, as far as that is kept.
const LENGTHS: [u8; 4] = [5, 15, 30, 60];

/// What is kept of what a pillar told: of a visit the part of the day in place of the quarter of an hour, as its first
/// quarter, and its minutes in four steps.
#[must_use]
pub fn rounded(what: Seen) -> Seen {
    match what {
        Seen::Visit { quarter, minutes, outcome } => {
            let at_most = LENGTHS.into_iter().find(|most| minutes <= *most).unwrap_or(60);
            Seen::Visit { quarter: quarter / QUARTERS * QUARTERS, minutes: at_most, outcome }
        }
        other => other,
    }
}

/// In which part of the day a visit began.
#[must_use]
pub fn part_of_the_day(quarter: u8) -> usize {
    usize::from(quarter / QUARTERS).min(PARTS_OF_A_DAY - 1)
}

/// Keeps what happens at pillars. The contract of [`super::Store`] holds.
pub trait VisitStore {
    /// Keeps entries of a pillar, once by id, and notes that it was seen. A day that is still to come, or longer ago
    /// than entries are kept, becomes the one of `now`.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is kept.
    fn keep_visits(&self, pillar: &str, entries: &[VisitEntry], now: Timestamp) -> Result<(), StoreError>;

    /// The entries of a pillar of a day or later, the newest day first, and within one by their random ids.
    ///
    /// # Errors
    /// [`StoreError`].
    fn visits(&self, pillar: &str, since: Date) -> Result<Vec<VisitEntry>, StoreError>;

    /// Forgets entries of days before; how many those were.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is forgotten.
    fn forget_visits(&self, before: Date) -> Result<u64, StoreError>;
}

#[cfg(test)]
mod tests {
    use zuil_wire::visits::VisitOutcome;

    use super::*;

    #[test]
    fn of_a_visit_the_part_of_the_day_and_about_how_long_it_took_are_kept() {
        let outcome = VisitOutcome::Finished;
        let kept = |quarter, minutes| match rounded(Seen::Visit { quarter, minutes, outcome }) {
            Seen::Visit { quarter, minutes, .. } => (part_of_the_day(quarter), quarter, minutes),
            other => panic!("{other:?}"),
        };
        assert_eq!([kept(0, 1), kept(23, 5)], [(0, 0, 5); 2]);
        assert_eq!([kept(24, 6), kept(47, 15)], [(1, 24, 15); 2]);
        assert_eq!([kept(48, 16), kept(71, 30)], [(2, 48, 30); 2]);
        assert_eq!([kept(72, 31), kept(95, 60)], [(3, 72, 60); 2]);
        let language = Seen::Language { language: "ar".into() };
        assert_eq!(rounded(language.clone()), language);
    }
}
