//! A period beside the one before it, as long as it. Invariant: a difference is told only where both of its figures are.

use super::super::super::texts::Lang;
use super::figures::{clear, helped, missed_most, missed_most_in_words, percent, times, treated};
use crate::store::SurveyCounts;

/// The whole of two periods.
pub(super) struct Compared {
    /// What the periods are called.
    pub(super) now: String,
    pub(super) before: String,
    pub(super) rows: Vec<ComparedRow>,
}

/// A figure in both periods.
pub(super) struct ComparedRow {
    pub(super) name: &'static str,
    pub(super) now: String,
    pub(super) before: String,
    pub(super) difference: String,
}

pub(super) fn compare(lang: Lang, weeks: i64, now: &SurveyCounts, before: &SurveyCounts) -> Compared {
    let w = lang.survey_texts();
    let figure = |name,
                  of: fn(&SurveyCounts) -> Option<u64>,
                  word: &dyn Fn(u64) -> String,
                  more: &dyn Fn(u64, u64) -> String| {
        let told = |figure: Option<u64>| figure.map_or_else(|| w.few.to_owned(), word);
        let (now, before) = (of(now), of(before));
        let difference =
            now.zip(before).map_or_else(|| w.no_difference.to_owned(), |(now, before)| more(now, before));
        ComparedRow { name, now: told(now), before: told(before), difference }
    };
    let points = |now, before| lang.points_more(now, before);
    let most = |counts| missed_most_in_words(lang, counts).unwrap_or_else(|| w.few.to_owned());
    let same = missed_most(now).zip(missed_most(before)).map(|((now, _), (before, _))| now == before);
    let rows = vec![
        figure(w.times, times, &|times| times.to_string(), &|now, before| lang.times_more(now, before)),
        figure(w.clear, clear, &|tenths| lang.tenths(tenths), &|now, before| lang.tenths_more(now, before)),
        figure(w.helped, helped, &percent, &points),
        figure(w.treated, treated, &percent, &points),
        ComparedRow {
            name: w.missed_most,
            now: most(now),
            before: most(before),
            difference: match same {
                None => w.no_difference,
                Some(true) => w.the_same,
                Some(false) => w.something_else,
            }
            .to_owned(),
        },
    ];
    Compared { now: lang.period(weeks), before: lang.period_before(weeks), rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(rows: &[ComparedRow], place: usize) -> [&str; 3] {
        [&rows[place].now, &rows[place].before, &rows[place].difference]
    }

    #[test]
    fn staff_read_what_changed_and_of_few_answers_that_there_is_nothing_to_compare() {
        let none = SurveyCounts::default();
        let before = SurveyCounts {
            times: 30,
            clear: [0, 10, 10, 10, 0],
            helped: 20,
            not_helped: 10,
            treated: [4, 0, 0],
            missed: [6, 0, 0, 0, 0, 0],
        };
        let now = SurveyCounts {
            times: 18,
            clear: [0, 0, 6, 12, 0],
            helped: 9,
            not_helped: 9,
            treated: [9, 0, 0],
            missed: [0, 0, 5, 0, 0, 0],
        };
        let rows = compare(Lang::Nl, 13, &now, &before).rows;
        assert_eq!(row(&rows, 0), ["18", "30", "12 minder"]);
        assert_eq!(row(&rows, 1), ["3,7", "3,0", "0,7 hoger"]);
        assert_eq!(row(&rows, 2), ["50%", "67%", "17 procentpunt lager"]);
        assert_eq!(row(&rows, 3), ["100%", "te weinig", "niet te zeggen"]);
        assert_eq!(row(&rows, 4)[2], "iets anders");
        let rows = compare(Lang::En, 13, &now, &now).rows;
        assert_eq!([0, 1, 2, 4].map(|place| row(&rows, place)[2]), ["as many", "equal", "equal", "the same"]);
        assert!(compare(Lang::En, 4, &now, &none).rows.iter().all(|row| row.difference == "not to be said"));
    }
}
