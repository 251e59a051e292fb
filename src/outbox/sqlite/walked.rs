//! Where in the order of the numbers nothing waits that was never told to the hub.
//!
//! An index of what was never told would cost each commit a page. So the table is walked in the order of
//! its numbers, and what was walked in vain is remembered here: a request that the hub cannot take may stay
//! for a month, with a month's requests behind it that the hub has.
//!
//! Invariant: no row with a number in a remembered stretch has the state `saved`. It holds when [`Walked`]
//! is only used by whoever holds the connection, and whoever makes a row `saved` says so before letting go of it.

use std::collections::BTreeMap;

/// A shorter stretch is walked again rather than remembered.
const WORTH_REMEMBERING: i64 = 64;

/// The stretches that are known to hold nothing: by their first number, their last one. No two overlap or
/// touch, so that there is something between them that waits, or did.
#[derive(Debug, Default)]
pub(super) struct Walked(BTreeMap<i64, i64>);

impl Walked {
    /// The first stretch beyond `after` of which nothing is known: its first and last number.
    pub(super) fn unknown(&self, after: i64) -> Option<(i64, i64)> {
        let first = after.checked_add(1)?;
        let first = match self.0.range(..=first).next_back() {
            Some((_, last)) if *last >= first => last.checked_add(1)?,
            _ => first,
        };
        let last = self.0.range(first..).next().map_or(i64::MAX, |(next, _)| next - 1);
        Some((first, last))
    }

    /// From `first` to `last`, both included, there is nothing.
    pub(super) fn passed(&mut self, mut first: i64, mut last: i64) {
        if first > last {
            return;
        }
        while let Some((begin, end)) = self.0.range(..=last.saturating_add(1)).next_back()
            && *end >= first.saturating_sub(1)
        {
            let (begin, end) = (*begin, *end);
            self.0.remove(&begin);
            (first, last) = (first.min(begin), last.max(end));
        }
        self.remember(first, last);
    }

    /// The row with this number is about to be `saved`. When that fails, it is only looked at once more.
    pub(super) fn saves(&mut self, number: i64) {
        if let Some((&first, &last)) = self.0.range(..=number).next_back()
            && last >= number
        {
            self.0.remove(&first);
            self.remember(first, number - 1);
            self.remember(number.saturating_add(1), last);
        }
    }

    fn remember(&mut self, first: i64, last: i64) {
        if last.saturating_sub(first) >= WORTH_REMEMBERING {
            self.0.insert(first, last);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn nothing_is_known_at_first_and_all_of_it_when_the_end_was_reached() {
        let mut walked = Walked::default();
        assert_eq!(walked.unknown(0), Some((1, i64::MAX)));
        walked.passed(1, i64::MAX);
        assert_eq!(walked.unknown(0), None);
        walked.saves(1000);
        assert_eq!(walked.unknown(0), Some((1000, 1000)));
        assert_eq!(walked.unknown(1000), None);
        walked.saves(1001);
        assert_eq!(walked.unknown(0), Some((1000, 1001)));
        assert_eq!(walked.unknown(i64::MAX), None);
    }

    #[test]
    fn a_month_behind_one_that_waits_is_one_stretch() {
        let mut walked = Walked::default();
        for number in (2..30_000).step_by(100) {
            walked.passed(number, number + 99);
        }
        assert_eq!(walked.0, BTreeMap::from([(2, 30_001)]));
        assert_eq!(walked.unknown(0), Some((1, 1)));
    }

    /// Against a set of numbers that wait: none of them is ever in a stretch, whatever comes in whichever order.
    #[test]
    fn whatever_is_saved_and_walked_nothing_that_waits_is_passed_over() {
        let mut remembered = 0;
        for seed in 0..200 {
            let mut dice = fastrand::Rng::with_seed(seed);
            let (mut walked, mut waiting) = (Walked::default(), BTreeSet::new());
            for _ in 0..200 {
                let number = dice.i64(1..2000);
                match dice.u8(..4) {
                    0 => {
                        walked.saves(number);
                        waiting.insert(number);
                    }
                    1 => {
                        let answered = waiting.range(number..).next().copied();
                        answered.map(|number| waiting.remove(&number));
                    }
                    2 => {
                        let end = waiting.range(number..).next().map_or(i64::MAX, |next| next - 1);
                        walked.passed(number, end);
                    }
                    _ => {
                        let begin = waiting.range(..=number).next_back().map_or(0, |before| *before);
                        walked.passed(begin + 1, number.min(begin + dice.i64(..300)));
                    }
                }
                remembered += walked.0.len();
                let (mut at, mut known) = (0, BTreeSet::new());
                while let Some((first, last)) = walked.unknown(at) {
                    known.extend(waiting.range(first..=last));
                    at = last;
                }
                assert_eq!(known, waiting, "seed {seed}: {walked:?}");
                let ends: Vec<_> = walked.0.iter().collect();
                assert!(ends.windows(2).all(|two| two[0].1 + 1 < *two[1].0), "seed {seed}: {walked:?}");
            }
        }
        assert!(remembered > 40_000, "hardly anything was remembered: {remembered}");
    }
}
