//! What is not told of surveys because few said it. Invariant: of fewer than [`FEW`] answers to a question nothing is told, nor can
//! they be had by taking the others from the whole of the same list.

use std::collections::BTreeMap;

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

/// Which groups are not told, for each of what is told of them.
pub(crate) struct Hidden<K>([Vec<K>; TOLD]);

impl<K: Ord + Clone> Hidden<K> {
    /// Of these groups.
    pub(crate) fn of(groups: &BTreeMap<K, SurveyCounts>) -> Self {
        Self(SAID.map(|said| hidden(groups, said)))
    }

    /// What is not told of a group. Where it is not told how often the questions were answered, nothing is.
    pub(crate) fn about(&self, group: &K) -> [bool; TOLD] {
        let [whole, ..] = &self.0;
        let nothing = whole.contains(group);
        self.0.each_ref().map(|hidden| nothing || hidden.contains(group))
    }
}

/// Which groups are not told. One alone would be the whole without the others, so that the smallest of these goes, too.
/// A group in which nobody answered gives nobody away.
fn hidden<K: Ord + Clone>(groups: &BTreeMap<K, SurveyCounts>, said: Said) -> Vec<K> {
    let (few, others): (Vec<_>, Vec<_>) =
        groups.iter().filter(|(_, counts)| said(counts) > 0).partition(|(_, counts)| said(counts) < FEW);
    let mut hidden: Vec<K> = few.into_iter().map(|(key, _)| key.clone()).collect();
    if hidden.len() == 1 {
        let smallest = others.into_iter().min_by_key(|(_, counts)| said(counts));
        hidden.extend(smallest.map(|(key, _)| key.clone()));
    }
    hidden
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
/// task, and of two of them together: where one alone is few in such a whole, the smallest of the others goes, too.
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
                let smallest = others.into_iter().min_by_key(|(times, _)| *times);
                if let Some((_, is_hidden)) = smallest.filter(|_| few.len() == 1) {
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

    fn counts(times: u64) -> SurveyCounts {
        SurveyCounts { times, clear: [0, 0, 0, 0, times], ..SurveyCounts::default() }
    }

    #[test]
    fn what_is_few_cannot_be_had_by_subtraction() {
        let of = |times: [u64; 4]| hidden::<u8>(&(1..).zip(times.map(counts)).collect(), SAID[0]);
        assert!(of([9, 8, 7, 6]).is_empty());
        assert_eq!(of([9, 3, 7, 8]), [2, 3], "3 would be 27 - 24");
        assert_eq!(of([9, 3, 2, 8]), [2, 3]);
        assert_eq!(hidden(&BTreeMap::from([(1_u8, counts(3))]), SAID[0]), [1]);
    }

    #[test]
    fn what_few_said_to_one_question_is_hidden_where_many_answered_another() {
        let missed = |times, missed| SurveyCounts { missed: [0, 0, missed, 0, 0, 0], ..counts(times) };
        let groups = BTreeMap::from([
            (1_u8, missed(20, 2)),
            (2, missed(30, 9)),
            (3, missed(40, 0)),
            (4, missed(50, 30)),
        ]);
        let hidden = Hidden::of(&groups);
        let nothing_but_what_was_missing = [false, false, false, false, true];
        assert_eq!(hidden.about(&1), nothing_but_what_was_missing);
        assert_eq!(hidden.about(&2), nothing_but_what_was_missing, "2 would be 41 - 39");
        assert_eq!((hidden.about(&3), hidden.about(&4)), ([false; TOLD], [false; TOLD]));
        let row = |week: &str, (_, counts): (u8, &SurveyCounts)| SurveyWeek {
            week: week.parse().unwrap(),
            pillar: Some("jumbo".into()),
            task: "waste".into(),
            counts: *counts,
        };
        let weeks = ["2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"];
        let rows: Vec<_> =
            weeks.iter().zip(&groups).map(|(week, (key, counts))| row(week, (*key, counts))).collect();
        let about_missing = hidden_of_weeks(&rows).iter().map(|hidden| hidden[4]).collect::<Vec<_>>();
        assert_eq!(about_missing, [true, true, true, false], "where nobody said it there is nothing to tell");
    }

    #[test]
    fn in_a_spreadsheet_what_is_few_is_never_the_only_one_of_a_whole_that_the_page_tells() {
        let row = |week: &str, pillar: &str, task: &str, times| SurveyWeek {
            week: week.parse().unwrap(),
            pillar: Some(pillar.into()),
            task: task.into(),
            counts: counts(times),
        };
        let rows = [
            row("2026-11-16", "bieb", "callback", 3),
            row("2026-11-16", "bieb", "waste", 9),
            row("2026-11-16", "jumbo", "callback", 8),
            row("2026-11-16", "jumbo", "waste", 7),
            row("2026-11-23", "spar", "waste", 20),
        ];
        let hidden = hidden_weeks(&rows, SAID[0]);
        assert_eq!(hidden, [true, true, true, true, false], "3 would be 12 - 9, and 9 would be 16 - 7");
        assert_eq!(hidden_weeks(&rows[1..], SAID[0]), [false; 4]);
    }
}
