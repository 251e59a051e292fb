//! How often answers were opened from a search, until the hub has it.
//!
//! Invariant: of a day, a language and an answer there is one count, which rises when a visit is over and under a random
//! id; nothing ties it to a visit, a transaction or a time of day. It lies beside the outbox and not in it, so that no
//! log of a database has it next to what the same visit kept.

use std::cmp::Reverse;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;
use zuil_wire::AskedCount;

/// The file in the data folder.
const FILE: &str = "found.json";
/// How many counts are kept: weeks of them, when the hub is away or too old.
const MOST: usize = 1_000;

/// The counts that the hub does not have yet.
pub struct FoundLog {
    /// Nothing is written when `None`.
    file: Option<PathBuf>,
    /// In the order of their ids.
    counts: Mutex<Vec<AskedCount>>,
}

impl FoundLog {
    /// The counts of a data folder. A file that is damaged counts for nothing.
    #[must_use]
    pub fn open(data_dir: &Path) -> Self {
        let file = data_dir.join(FILE);
        let counts = super::read(&file).unwrap_or_else(|error| {
            tracing::warn!(%error, "what was found here before cannot be read, and is not told");
            Vec::new()
        });
        Self { file: Some(file), counts: Mutex::new(counts) }
    }

    /// Counts that last as long as they are held.
    #[must_use]
    pub fn in_memory() -> Self {
        Self { file: None, counts: Mutex::default() }
    }

    /// Keeps the counts of a visit that is over. The oldest days make room for the newest.
    pub fn keep(&self, of_a_visit: Vec<AskedCount>) {
        if of_a_visit.is_empty() {
            return;
        }
        self.change(|counts| {
            for count in of_a_visit {
                add_count(counts, count);
            }
            counts.sort_by_key(|it| (Reverse(it.on), it.id));
            counts.truncate(MOST);
            counts.sort_by_key(|it| it.id);
        });
    }

    /// At most `limit` counts of other days than those that are `under_way`: what still rises is not told, so that
    /// nobody sees when.
    #[must_use]
    pub fn due(&self, under_way: &RangeInclusive<Date>, limit: usize) -> Vec<AskedCount> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().filter(|it| !under_way.contains(&it.on)).take(limit).cloned().collect()
    }

    /// All counts, whatever their day.
    #[must_use]
    pub fn all(&self) -> Vec<AskedCount> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets counts that the hub has, or will never want, as they were told. One that rose since then stays, to be
    /// told again under its id.
    pub fn forget(&self, told: &[AskedCount]) {
        self.change(|counts| counts.retain(|it| !told.contains(it)));
    }

    fn change(&self, change: impl FnOnce(&mut Vec<AskedCount>)) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut counts);
        let Some(file) = &self.file else { return };
        if let Err(error) = super::write(file, &counts) {
            tracing::warn!(%error, "what was found here cannot be written down");
        }
    }
}

/// Adds a count to those of the same day, language and answer. Its id is that of the count when there is none yet.
pub fn add_count(counts: &mut Vec<AskedCount>, new: AskedCount) {
    let same = counts.iter_mut().find(|it| {
        (it.on, &it.language, &it.answer) == (new.on, &new.language, &new.answer)
            && it.times.saturating_add(new.times) <= AskedCount::MAX_TIMES
    });
    match same {
        Some(same) => same.times += new.times,
        None => counts.push(new),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use jiff::civil::date;
    use uuid::Uuid;

    use super::*;

    const MONDAY: Date = date(2026, 3, 2);
    const TUESDAY: Date = date(2026, 3, 3);

    fn count(number: u128, language: &str, answer: &str, on: Date) -> AskedCount {
        let (language, answer) = (language.to_owned(), answer.to_owned());
        AskedCount { id: Uuid::from_u128(number), language, answer, on, times: 1 }
    }

    /// What is told: id, answer and how often.
    fn told(counts: &[AskedCount]) -> Vec<(u128, &str, u32)> {
        counts.iter().map(|it| (it.id.as_u128(), it.answer.as_str(), it.times)).collect()
    }

    #[test]
    fn what_was_found_is_counted_by_day_language_and_answer_and_outlives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let log = FoundLog::open(folder.path());
        log.keep(vec![count(5, "nl", "parking", MONDAY), count(3, "nl", "berth", MONDAY)]);
        log.keep(vec![count(4, "nl", "parking", MONDAY), count(2, "nl", "parking", TUESDAY)]);
        log.keep(vec![count(9, "uk", "berth", MONDAY)]);
        let log = FoundLog::open(folder.path());
        let over = log.due(&(TUESDAY..=TUESDAY), 64);
        assert_eq!(told(&over), [(3, "berth", 1), (5, "parking", 2), (9, "berth", 1)], "two languages");
        assert_eq!(log.due(&(MONDAY..=TUESDAY), 64), [], "those days still go on");
        assert_eq!((log.due(&(TUESDAY..=TUESDAY), 1).len(), log.all().len()), (1, 4));
        log.forget(&over);
        assert_eq!(told(&FoundLog::open(folder.path()).all()), [(2, "parking", 1)]);
    }

    #[test]
    fn a_count_that_rose_after_it_was_told_stays_under_its_id() {
        let log = FoundLog::in_memory();
        log.keep(vec![count(1, "nl", "parking", MONDAY)]);
        let sent = log.all();
        // The clock was set back while the request was under way.
        log.keep(vec![count(2, "nl", "parking", MONDAY)]);
        log.forget(&sent);
        assert_eq!(told(&log.all()), [(1, "parking", 2)]);
        let sent = log.all();
        log.forget(&sent);
        log.forget(&sent);
        assert_eq!(log.all(), []);
    }

    #[test]
    fn a_count_that_is_as_high_as_can_be_told_is_followed_by_another() {
        let log = FoundLog::in_memory();
        log.keep(vec![AskedCount { times: AskedCount::MAX_TIMES, ..count(1, "nl", "parking", MONDAY) }]);
        log.keep(vec![count(2, "nl", "parking", MONDAY)]);
        assert_eq!(told(&log.all()), [(1, "parking", AskedCount::MAX_TIMES), (2, "parking", 1)]);
    }

    #[test]
    fn of_what_was_found_the_newest_thousand_counts_are_kept() {
        let log = FoundLog::in_memory();
        let on_tuesday = |number: usize| count(number as u128, "nl", &format!("answer-{number}"), TUESDAY);
        log.keep((1..MOST).map(on_tuesday).collect());
        log.keep(vec![count(7_001, "nl", "parking", MONDAY)]);
        assert_eq!(log.all().len(), MOST);
        log.keep(vec![count(7_002, "nl", "berth", TUESDAY)]);
        let kept = log.all();
        assert_eq!((kept.len(), kept.iter().filter(|it| it.on == MONDAY).count()), (MOST, 0));
        assert!(kept.is_sorted_by_key(|it| it.id), "in an order that tells nothing");
    }

    #[test]
    fn a_damaged_file_costs_what_stood_in_it_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "[{").unwrap();
        let log = FoundLog::open(folder.path());
        log.keep(vec![count(1, "nl", "parking", MONDAY)]);
        assert_eq!(told(&FoundLog::open(folder.path()).all()), [(1, "parking", 1)]);
    }
}
