//! What happens at pillars, as the hub keeps it. Invariant: an entry tells its day and no other entry.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use zuil_wire::VisitEntry;

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
