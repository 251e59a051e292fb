//! What surveys come to: figures of a whole, of groups of it, and in words. Invariant: a figure is told only of enough
//! answers to its own question.

use std::collections::BTreeMap;

use zuil_wire::Missed;

use super::super::super::texts::Lang;
use crate::few::{FEW, Group, TOLD};
use crate::store::SurveyCounts;

/// A line of a table.
pub(super) struct Row {
    pub(super) name: String,
    /// Which days a week has.
    pub(super) detail: Option<String>,
    /// How many answered, how clear it was, how many were helped in one go and treated well, and what was missed most.
    pub(super) cells: [String; TOLD],
}

/// How many answered at all; nothing when they are few.
pub(super) fn times(counts: &SurveyCounts) -> Option<u64> {
    (counts.times >= FEW).then_some(counts.times)
}

/// How clear it was on average, in tenths; nothing when too few said so.
pub(super) fn clear(counts: &SurveyCounts) -> Option<u64> {
    let said = counts.said_how_clear();
    let sum: u64 = (1..).zip(counts.clear).map(|(mark, times)| mark * times).sum();
    (said >= FEW).then(|| (sum * 10 + said / 2) / said)
}

/// How many of a hundred were helped in one go; nothing when too few said so.
pub(super) fn helped(counts: &SurveyCounts) -> Option<u64> {
    share(counts.helped, counts.said_whether_helped())
}

/// How many of a hundred felt treated well; nothing when too few said so.
pub(super) fn treated(counts: &SurveyCounts) -> Option<u64> {
    let [well, ..] = counts.treated;
    share(well, counts.said_how_treated())
}

/// How many of a hundred missed what, in the order of [`Missed::ALL`]; nothing when too few said so.
pub(super) fn missed(counts: &SurveyCounts) -> Option<[u64; Missed::ALL.len()]> {
    let said = counts.said_what_was_missing();
    (said >= FEW).then(|| counts.missed.map(|times| (times * 100 + said / 2) / said))
}

/// What was missed by most, by its place, and by how many of a hundred. Of several the first.
pub(super) fn missed_most(counts: &SurveyCounts) -> Option<(usize, u64)> {
    let shares = missed(counts)?;
    // Of several that are equal `max_by_key` gives the last.
    shares.into_iter().enumerate().rev().max_by_key(|(_, share)| *share)
}

fn share(times: u64, said: u64) -> Option<u64> {
    (said >= FEW).then(|| (times * 100 + said / 2) / said)
}

pub(super) fn percent(of_hundred: u64) -> String {
    format!("{of_hundred}%")
}

/// What was missed most, in words.
pub(super) fn missed_most_in_words(lang: Lang, counts: &SurveyCounts) -> Option<String> {
    let (place, share) = missed_most(counts)?;
    let what = lang.survey_texts().missed.get(place)?;
    Some(format!("{what} ({})", percent(share)))
}

/// A line for each group.
pub(super) fn rows<K>(
    lang: Lang,
    groups: &BTreeMap<K, Group>,
    name: impl Fn(&K) -> (String, Option<String>),
) -> Vec<Row> {
    let row = |(key, group): (&K, &Group)| {
        let (name, detail) = name(key);
        Row { name, detail, cells: cells(lang, &group.told()) }
    };
    groups.iter().map(row).collect()
}

/// What is told of a group, in words.
fn cells(lang: Lang, counts: &SurveyCounts) -> [String; TOLD] {
    let cells = [
        times(counts).map(|times| times.to_string()),
        clear(counts).map(|tenths| lang.tenths(tenths)),
        helped(counts).map(percent),
        treated(counts).map(percent),
        missed_most_in_words(lang, counts),
    ];
    cells.map(|cell| cell.unwrap_or_else(|| lang.survey_texts().few.to_owned()))
}

/// As [`cells`], with a figure for each thing that may be missed, for a spreadsheet.
pub(super) fn cells_of_a_sheet(lang: Lang, counts: &SurveyCounts) -> Vec<String> {
    let mut all: Vec<String> = cells(lang, counts).into();
    all.pop();
    all.extend(match missed(counts) {
        Some(shares) => shares.map(percent),
        None => Missed::ALL.map(|_| lang.survey_texts().few.to_owned()),
    });
    all
}

/// What is told of a group a period earlier: the first of [`cells`], without what was missed.
pub(super) fn cells_before(lang: Lang, counts: &SurveyCounts) -> [String; TOLD - 1] {
    let [times, clear, helped, treated, _] = cells(lang, counts);
    [times, clear, helped, treated]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(clear: [u64; 5], helped: u64, not_helped: u64) -> SurveyCounts {
        let times = clear.iter().sum::<u64>().max(helped + not_helped);
        SurveyCounts { times, clear, helped, not_helped, ..SurveyCounts::default() }
    }

    #[test]
    fn averages_are_rounded_and_few_answers_give_none() {
        assert_eq!(clear(&counts([0, 0, 0, 1, 5], 0, 0)), Some(48));
        assert_eq!(clear(&counts([5, 0, 0, 0, 0], 0, 0)), Some(10));
        assert_eq!(clear(&counts([0, 0, 0, 0, 4], 0, 0)), None);
        assert_eq!((helped(&counts([0; 5], 2, 4)), helped(&counts([0; 5], 4, 0))), (Some(33), None));
        let of = |treated| SurveyCounts { treated, ..SurveyCounts::default() };
        assert_eq!((treated(&of([2, 2, 2])), treated(&of([2, 1, 1]))), (Some(33), None));
    }

    #[test]
    fn what_most_missed_is_told_first_and_of_equals_the_one_that_is_offered_first() {
        let of = |missed| SurveyCounts { missed, ..SurveyCounts::default() };
        assert_eq!(missed_most(&of([1, 0, 3, 0, 0, 2])), Some((2, 50)));
        assert_eq!(missed_most(&of([0, 3, 0, 3, 0, 0])), Some((1, 50)));
        assert_eq!(missed_most(&of([0, 0, 4, 0, 0, 0])), None);
        let words = missed_most_in_words(Lang::Nl, &of([0, 0, 4, 0, 0, 1])).unwrap();
        assert_eq!(words, "Hulp van een mens (80%)");
    }
}
