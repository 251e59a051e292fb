//! What residents asked and did not find, as the hub keeps and counts it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// For how many days a question is kept.
pub const QUESTIONS_KEPT_DAYS: i64 = 90;

/// What was asked in vain, and how often.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unfound {
    /// How often a resident found nothing.
    pub times: u64,
    /// How many different things that was about.
    pub different: u64,
    /// What was asked most often, the most often first.
    pub most: Vec<AskedInVain>,
}

/// The same words in the same language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedInVain {
    /// What was asked.
    pub words: String,
    /// The code of the language in which it was.
    pub language: String,
    /// How often.
    pub times: u64,
    /// At how many pillars.
    pub pillars: u64,
    /// The last day on which it was.
    pub last_on: Date,
}

/// The first day of which questions are still kept.
#[must_use]
pub fn questions_since(now: Timestamp) -> Date {
    since(now.to_zoned(TimeZone::UTC).date())
}

pub(super) fn since(today: Date) -> Date {
    today.saturating_sub(QUESTIONS_KEPT_DAYS.days())
}

/// The day under which a question is kept. A pillar's clock may be wrong by years: a day that is still to come,
/// or of which nothing is kept any more, is taken to be that on which the question came in.
pub(super) fn day_of(on: Date, now: Timestamp) -> Date {
    let today = now.to_zoned(TimeZone::UTC).date();
    // Where the pillar stands it may be tomorrow already.
    let possible = since(today)..=today.saturating_add(1.days());
    if possible.contains(&on) { on } else { today }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_cannot_be_is_the_day_on_which_the_question_came_in() {
        let now: Timestamp = "2026-11-22T23:30:00Z".parse().unwrap();
        let kept_under = |on: &str| day_of(on.parse().unwrap(), now).to_string();
        assert_eq!(kept_under("2026-11-20"), "2026-11-20");
        assert_eq!(kept_under("2026-11-23"), "2026-11-23", "it is past midnight in the municipality");
        assert_eq!(kept_under("2026-11-24"), "2026-11-22");
        assert_eq!(kept_under("2036-11-22"), "2026-11-22");
        assert_eq!(kept_under("1970-01-01"), "2026-11-22");
        assert_eq!(kept_under("2026-08-24"), "2026-08-24");
        assert_eq!(kept_under("2026-08-23"), "2026-11-22");
        assert_eq!(questions_since(now).to_string(), "2026-08-24");
    }
}
