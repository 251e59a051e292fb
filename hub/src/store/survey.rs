//! What residents thought of their visits, as the hub counts it. Invariant: what is counted by pillar is counted by
//! whole weeks, so that no count leads to the survey of one visit.

use std::ops::AddAssign;

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use zuil_wire::SurveyAnswers;

/// What was answered in one week at one pillar about one task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyWeek {
    /// The Monday of the week in which the surveys came in, where the municipality is.
    pub week: Date,
    /// The pillar; nothing where it is not known, because the surveys are older than these counts.
    pub pillar: Option<String>,
    /// The id of the task.
    pub task: String,
    /// How it was answered.
    pub counts: SurveyCounts,
}

/// How surveys were answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SurveyCounts {
    /// How many there are.
    pub times: u64,
    /// How many said how clear it was: 1 (not at all) to 5 (very), in this order.
    pub clear: [u64; 5],
    /// How many were helped in one go.
    pub helped: u64,
    /// How many were not.
    pub not_helped: u64,
}

impl SurveyCounts {
    /// One survey.
    pub(super) fn of(answers: SurveyAnswers) -> Self {
        let mut clear = [0; 5];
        let place = answers.clear.and_then(|clear| usize::from(clear).checked_sub(1));
        if let Some(count) = place.and_then(|place| clear.get_mut(place)) {
            *count = 1;
        }
        let helped = u64::from(answers.helped == Some(true));
        Self { times: 1, clear, helped, not_helped: u64::from(answers.helped == Some(false)) }
    }

    /// How many said how clear it was.
    #[must_use]
    pub fn said_how_clear(&self) -> u64 {
        self.clear.iter().sum()
    }

    /// How many said whether they were helped in one go.
    #[must_use]
    pub const fn said_whether_helped(&self) -> u64 {
        self.helped + self.not_helped
    }
}

impl AddAssign for SurveyCounts {
    fn add_assign(&mut self, other: Self) {
        self.times += other.times;
        for (count, more) in self.clear.iter_mut().zip(other.clear) {
            *count += more;
        }
        self.helped += other.helped;
        self.not_helped += other.not_helped;
    }
}

/// The Monday of the week in which a moment lies, where the municipality is.
#[must_use]
pub fn survey_week(at: Timestamp) -> Date {
    // The zone is bundled with the program; UTC would only be used if that bundle were empty.
    let zone = TimeZone::get("Europe/Amsterdam").unwrap_or(TimeZone::UTC);
    let day = at.to_zoned(zone).date();
    let since_monday = day.weekday().since(Weekday::Monday);
    day.saturating_sub(jiff::Span::new().days(since_monday))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_monday_where_the_municipality_is() {
        let week = |at: &str| survey_week(at.parse().unwrap()).to_string();
        assert_eq!(week("2026-11-22T22:59:00Z"), "2026-11-16", "a minute to midnight on Sunday");
        assert_eq!(week("2026-11-22T23:00:00Z"), "2026-11-23");
        assert_eq!(week("2027-01-01T12:00:00Z"), "2026-12-28");
    }
}
