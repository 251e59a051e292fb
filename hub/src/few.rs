//! What is not told of surveys because few said it. Invariant: of fewer than [`FEW`] answers to a question nothing is
//! told, nor can they be had by taking others of the same period from their whole, whatever is chosen of it. (Periods of
//! other lengths and of other days can be compared by whoever writes figures down.)

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::store::{SURVEY_COLUMNS, SurveyCounts, SurveyWeek};

/// Of fewer answers nothing is told.
pub(crate) const FEW: u64 = 5;

/// What is told of a group: how often the questions were answered, and each question, in the order of the columns.
pub(crate) const TOLD: usize = 5;

/// How many said something that is told.
type Said = fn(&SurveyCounts) -> u64;

const SAID: [Said; TOLD] = [
    |counts| counts.times,
    SurveyCounts::said_how_clear,
    SurveyCounts::said_whether_helped,
    SurveyCounts::said_how_treated,
    SurveyCounts::said_what_was_missing,
];

/// By what surveys are taken together: those that have the same of these are a group.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct By {
    pub(crate) week: bool,
    pub(crate) pillar: bool,
    pub(crate) task: bool,
}

impl By {
    fn group(self, week: &SurveyWeek) -> (Date, Option<&str>, &str) {
        (
            if self.week { week.week } else { Date::ZERO },
            week.pillar.as_deref().filter(|_| self.pillar),
            if self.task { week.task.as_str() } else { "" },
        )
    }
}

/// A group of surveys, and what is not told of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Group {
    pub(crate) counts: SurveyCounts,
    hidden: [bool; TOLD],
}

impl Group {
    /// With more of the same group.
    pub(crate) fn add(&mut self, counts: SurveyCounts, hidden: [bool; TOLD]) {
        self.counts += counts;
        for (mine, more) in self.hidden.iter_mut().zip(hidden) {
            *mine |= more;
        }
    }

    /// What is told of it: see [`told`].
    pub(crate) fn told(&self) -> SurveyCounts {
        told(&self.counts, self.hidden)
    }

    /// What is told of it as what was before `now`. Of few nothing is told now either, so that they cannot be had by
    /// taking this from both together.
    pub(crate) fn told_before(&self, now: &SurveyCounts) -> SurveyCounts {
        told(&self.told(), SAID.map(|said| (1..FEW).contains(&said(now))))
    }
}

/// Counts in which nobody answered what is hidden.
pub(crate) fn told(counts: &SurveyCounts, hidden: [bool; TOLD]) -> SurveyCounts {
    let mut kept = counts.columns();
    for (count, is_hidden) in kept.iter_mut().zip(columns(hidden)) {
        if is_hidden {
            *count = 0;
        }
    }
    SurveyCounts::of_columns(kept)
}

/// For each row, what is not told of the group that it is in. It wants all rows of a period, so that whoever chooses some
/// of them learns no more.
pub(crate) fn hidden_of_groups(all: &[SurveyWeek], by: By) -> Vec<[bool; TOLD]> {
    let mut groups: BTreeMap<_, SurveyCounts> = BTreeMap::new();
    for week in all {
        *groups.entry(by.group(week)).or_default() += week.counts;
    }
    let row = |(&(week, pillar, task), counts): (&(Date, Option<&str>, &str), &SurveyCounts)| SurveyWeek {
        week,
        pillar: pillar.map(str::to_owned),
        task: task.to_owned(),
        counts: *counts,
    };
    let rows: Vec<SurveyWeek> = groups.iter().map(row).collect();
    let hidden: BTreeMap<_, _> = groups.into_keys().zip(hidden_of_weeks(&rows)).collect();
    all.iter().map(|week| hidden.get(&by.group(week)).copied().unwrap_or([true; TOLD])).collect()
}

/// Which columns of counts are not told of a group, by what is not told of it.
pub(crate) const fn columns(hidden: [bool; TOLD]) -> [bool; SURVEY_COLUMNS] {
    let [times, clear, helped, treated, missed] = hidden;
    [
        times, clear, clear, clear, clear, clear, helped, helped, treated, treated, treated, missed, missed,
        missed, missed, missed, missed,
    ]
}

/// What is not told of weeks, pillars and tasks together.
pub(crate) fn hidden_of_weeks(all: &[SurveyWeek]) -> Vec<[bool; TOLD]> {
    let columns = SAID.map(|said| hidden_weeks(all, said));
    let of = |row: usize| {
        let nothing = columns[0].get(row).copied().unwrap_or(true);
        columns.each_ref().map(|column| nothing || column.get(row).copied().unwrap_or(true))
    };
    (0..all.len()).map(of).collect()
}

/// Of which weeks, pillars and tasks together nothing is told. The page tells the whole of each week, each pillar and each
/// task, and of two of them together: where one alone is hidden in such a whole, or those that are were said by few, the
/// smallest of the others goes, too.
fn hidden_weeks(all: &[SurveyWeek], said: Said) -> Vec<bool> {
    const WHOLES: [[bool; 3]; 7] = [
        [true, true, false],
        [true, false, true],
        [false, true, true],
        [true, false, false],
        [false, true, false],
        [false, false, true],
        [false, false, false],
    ];
    let mut hidden: Vec<bool> = all.iter().map(|week| said(&week.counts) < FEW).collect();
    loop {
        let before = hidden.clone();
        for [by_week, by_pillar, by_task] in WHOLES {
            let mut wholes: BTreeMap<_, Vec<(u64, &mut bool)>> = BTreeMap::new();
            for (week, is_hidden) in all.iter().zip(&mut hidden).filter(|(week, _)| said(&week.counts) > 0) {
                let pillar = by_pillar.then_some(week.pillar.as_deref());
                let task = by_task.then_some(week.task.as_str());
                let whole = (by_week.then_some(week.week), pillar, task);
                wholes.entry(whole).or_default().push((said(&week.counts), is_hidden));
            }
            for whole in wholes.into_values() {
                let (few, others): (Vec<_>, Vec<_>) =
                    whole.into_iter().partition(|(_, is_hidden)| **is_hidden);
                let of_few = few.iter().map(|(times, _)| times).sum::<u64>() < FEW;
                let smallest = others.into_iter().min_by_key(|(times, _)| *times);
                if let Some((_, is_hidden)) =
                    smallest.filter(|_| few.len() == 1 || (!few.is_empty() && of_few))
                {
                    *is_hidden = true;
                }
            }
        }
        // It ends: every round that is not the last one hides more.
        if hidden == before {
            return hidden;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BY_PILLAR: By = By { week: false, pillar: true, task: false };
    const FIRST: &str = "2026-11-16";
    const SECOND: &str = "2026-11-23";

    fn counts(times: u64) -> SurveyCounts {
        SurveyCounts { times, clear: [0, 0, 0, 0, times], ..SurveyCounts::default() }
    }

    fn row(week: &str, pillar: &str, task: &str, counts: SurveyCounts) -> SurveyWeek {
        SurveyWeek { week: week.parse().unwrap(), pillar: Some(pillar.into()), task: task.into(), counts }
    }

    /// Of which rows it is not told how often the questions were answered in their groups.
    fn hidden(rows: &[SurveyWeek], by: By) -> Vec<bool> {
        hidden_of_groups(rows, by).iter().map(|hidden| hidden[0]).collect()
    }

    #[test]
    fn what_is_few_cannot_be_had_by_subtraction() {
        let of = |times: &[u64]| {
            let pillars = ["bieb", "jumbo", "raadhuis", "spar"];
            let row = |(pillar, times): (&str, &u64)| row(FIRST, pillar, "waste", counts(*times));
            hidden(&pillars.into_iter().zip(times).map(row).collect::<Vec<_>>(), BY_PILLAR)
        };
        assert_eq!(of(&[9, 8, 7, 6]), [false; 4]);
        assert_eq!(of(&[9, 3, 7, 8]), [false, true, true, false], "3 would be 27 - 24");
        assert_eq!(of(&[9, 3, 2, 8]), [false, true, true, false]);
        assert_eq!(of(&[9, 2, 2, 8]), [false, true, true, true], "the 4 would be 21 - 17");
        assert_eq!(of(&[3]), [true]);
        assert_eq!(of(&[2, 7]), [true, true], "2 would be 9 - 7");
    }

    #[test]
    fn whoever_chooses_a_pillar_learns_nothing_of_the_few_at_another() {
        let rows = [
            row(FIRST, "bieb", "waste", counts(2)),
            row(FIRST, "jumbo", "waste", counts(7)),
            row(SECOND, "bieb", "waste", counts(10)),
            row(SECOND, "jumbo", "waste", counts(20)),
            row(SECOND, "spar", "waste", counts(30)),
        ];
        assert_eq!(hidden(&rows, By::default()), [false; 5]);
        assert_eq!(hidden(&rows, BY_PILLAR), [false; 5]);
        assert_eq!(hidden(&rows, By { week: true, ..By::default() }), [false; 5]);
        let of_a_pillar_by_week = hidden(&rows, By { week: true, ..BY_PILLAR });
        assert_eq!(of_a_pillar_by_week, [true, true, true, true, false], "2 would be 9 - 7, and 12 - 10");
    }

    #[test]
    fn what_few_said_to_one_question_is_hidden_where_many_answered_another() {
        let missed = |times, missed| SurveyCounts { missed: [0, 0, missed, 0, 0, 0], ..counts(times) };
        let rows = [
            row(FIRST, "bieb", "waste", missed(20, 2)),
            row(FIRST, "jumbo", "waste", missed(30, 9)),
            row(FIRST, "raadhuis", "waste", missed(40, 0)),
            row(FIRST, "spar", "waste", missed(50, 30)),
        ];
        let hidden = hidden_of_groups(&rows, BY_PILLAR);
        // Where nobody answered there is nothing to tell.
        let without_what_was_missing = [false, false, true, true, true];
        assert_eq!(hidden[0], without_what_was_missing);
        assert_eq!(hidden[1], without_what_was_missing, "2 would be 41 - 39");
        assert_eq!(hidden[2], without_what_was_missing);
        assert_eq!(hidden[3], [false, false, true, true, false]);
        let told = told(&rows[1].counts, hidden[1]);
        assert_eq!((told.times, told.said_how_clear(), told.said_what_was_missing()), (30, 30, 0));
    }

    #[test]
    fn what_was_before_is_not_told_beside_what_is_few_now() {
        let mut before = Group::default();
        before.add(counts(20), [false; TOLD]);
        assert_eq!(before.told_before(&counts(3)).times, 0, "3 would be 23 - 20");
        assert_eq!(before.told_before(&counts(0)).times, 20);
        assert_eq!(before.told_before(&counts(5)).times, 20);
    }

    #[test]
    fn in_a_spreadsheet_what_is_few_is_never_the_only_one_of_a_whole_that_the_page_tells() {
        let rows = [
            row(FIRST, "bieb", "callback", counts(3)),
            row(FIRST, "bieb", "waste", counts(9)),
            row(FIRST, "jumbo", "callback", counts(8)),
            row(FIRST, "jumbo", "waste", counts(7)),
            row(SECOND, "spar", "waste", counts(20)),
        ];
        let hidden = hidden_weeks(&rows, SAID[0]);
        assert_eq!(hidden, [true, true, true, true, false], "3 would be 12 - 9, and 9 would be 16 - 7");
        assert_eq!(hidden_weeks(&rows[1..], SAID[0]), [false; 4]);
    }
}
