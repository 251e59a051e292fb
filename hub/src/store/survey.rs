//! What residents thought of their visits, as the hub counts it. Invariant: what is counted by pillar is counted by
//! whole weeks, so that no count leads to the survey of one visit.

use std::ops::AddAssign;

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use zuil_wire::{Missed, SurveyAnswers, Treated};

/// How many columns of counts there are, in both databases.
pub(crate) const SURVEY_COLUMNS: usize = 17;

/// The columns in both databases and in lists: whose counts they are, and then those of [`SurveyCounts::columns`].
pub(crate) const SURVEY_NAMES: [&str; 3 + SURVEY_COLUMNS] = [
    "week",
    "pillar",
    "task",
    "times",
    "clear_1",
    "clear_2",
    "clear_3",
    "clear_4",
    "clear_5",
    "helped",
    "not_helped",
    "treated_yes",
    "treated_a_little",
    "treated_no",
    "missed_errand",
    "missed_explanation",
    "missed_person",
    "missed_way_to_pay",
    "missed_peace",
    "missed_nothing",
];

/// The command that adds counts to those of their week, pillar and task: values in the order of [`SURVEY_NAMES`], each
/// named by its number after `sign`, and the first by `week`.
pub(super) fn add_survey_counts(sign: char, week: &str) -> String {
    let numbered = (2..=SURVEY_NAMES.len()).map(|number| format!("{sign}{number}"));
    let values: Vec<String> = std::iter::once(week.to_owned()).chain(numbered).collect();
    let counts = SURVEY_NAMES.iter().skip(SURVEY_NAMES.len() - SURVEY_COLUMNS);
    let sums: Vec<String> =
        counts.map(|name| format!("{name} = survey_counts.{name} + excluded.{name}")).collect();
    format!(
        "INSERT INTO survey_counts ({}) VALUES ({}) ON CONFLICT (week, pillar, task) DO UPDATE SET {}",
        SURVEY_NAMES.join(", "),
        values.join(", "),
        sums.join(", ")
    )
}

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
    /// How many felt treated well, a little, and not, in the order of [`Treated::ALL`].
    pub treated: [u64; 3],
    /// How many missed what, in the order of [`Missed::ALL`].
    pub missed: [u64; 6],
}

impl SurveyCounts {
    /// One survey.
    pub(super) fn of(answers: SurveyAnswers) -> Self {
        let mut clear = [0; 5];
        let place = answers.clear.and_then(|clear| usize::from(clear).checked_sub(1));
        if let Some(count) = place.and_then(|place| clear.get_mut(place)) {
            *count = 1;
        }
        Self {
            times: 1,
            clear,
            helped: u64::from(answers.helped == Some(true)),
            not_helped: u64::from(answers.helped == Some(false)),
            treated: Treated::ALL.map(|treated| u64::from(answers.treated == Some(treated))),
            missed: Missed::ALL.map(|missed| u64::from(answers.missing == Some(missed))),
        }
    }

    /// The counts in the order of their columns.
    pub(crate) fn columns(&self) -> [u64; SURVEY_COLUMNS] {
        let Self { times, clear: [one, two, three, four, five], helped, not_helped, treated, missed } = *self;
        let [well, a_little, not_well] = treated;
        let [errand, explanation, person, way_to_pay, peace, nothing] = missed;
        [
            times,
            one,
            two,
            three,
            four,
            five,
            helped,
            not_helped,
            well,
            a_little,
            not_well,
            errand,
            explanation,
            person,
            way_to_pay,
            peace,
            nothing,
        ]
    }

    /// The counts from their columns.
    pub(crate) const fn of_columns(columns: [u64; SURVEY_COLUMNS]) -> Self {
        let [times, one, two, three, four, five, helped, not_helped, well, a_little, not_well, ..] = columns;
        let [.., errand, explanation, person, way_to_pay, peace, nothing] = columns;
        Self {
            times,
            clear: [one, two, three, four, five],
            helped,
            not_helped,
            treated: [well, a_little, not_well],
            missed: [errand, explanation, person, way_to_pay, peace, nothing],
        }
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

    /// How many said how they were treated.
    #[must_use]
    pub fn said_how_treated(&self) -> u64 {
        self.treated.iter().sum()
    }

    /// How many said what they missed, or that they missed nothing.
    #[must_use]
    pub fn said_what_was_missing(&self) -> u64 {
        self.missed.iter().sum()
    }
}

impl AddAssign for SurveyCounts {
    fn add_assign(&mut self, other: Self) {
        let mut columns = self.columns();
        for (count, more) in columns.iter_mut().zip(other.columns()) {
            *count += more;
        }
        *self = Self::of_columns(columns);
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
