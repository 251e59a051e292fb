//! When questions without an answer, and counts of those with one, may go to the hub. Pure: the time is an argument.
//!
//! Invariant: questions are the last to go and in nobody's way. What the hub says of them only ever lets
//! questions rest, and a hub that does not know them is asked again now and then.

use std::ops::RangeInclusive;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use uuid::Uuid;
use zuil_wire::{AskedAnswer, AskedCount, AskedCounts, Questions, QuestionsAnswer};

use super::SyncError;
use super::plan::LONGEST;
use super::report::OLDER_HUB;

/// What a question or a count takes of a request, in bytes, when its words are as long as they may be.
const LARGEST: usize = 512;

/// What can wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Questions without an answer.
    Questions,
    /// Counts of questions with one.
    Counts,
}

/// Whether either may go. They rest apart: a hub may know the one and not the other.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    questions: Asking,
    counts: Asking,
}

impl Waiting {
    pub(super) const fn of(&mut self, kind: Kind) -> &mut Asking {
        match kind {
            Kind::Questions => &mut self.questions,
            Kind::Counts => &mut self.counts,
        }
    }

    /// When the first of them has rested; `None` when neither rests.
    pub(super) fn due(&self, now: Instant) -> Option<Instant> {
        self.questions.due(now).into_iter().chain(self.counts.due(now)).min()
    }
}

/// Whether one of them may go, and until when it rests.
#[derive(Debug, Default)]
pub(super) struct Asking {
    rest_until: Option<Instant>,
}

impl Asking {
    pub(super) fn may_go(&self, now: Instant) -> bool {
        self.rest_until.is_none_or(|until| until <= now)
    }

    /// When they have rested; `None` when they do not rest.
    pub(super) fn due(&self, now: Instant) -> Option<Instant> {
        self.rest_until.filter(|until| *until > now)
    }

    /// There were none; those to come wait for a while.
    pub(super) fn rest(&mut self, now: Instant) {
        self.rest_until = Some(now + LONGEST);
    }

    /// Takes in why they were not taken. Whether that is about questions alone, so that everything else
    /// goes on as if they had not been sent.
    pub(super) fn failed(&mut self, error: &SyncError, now: Instant) -> bool {
        let (rest, alone) = rest_after(error);
        self.rest_until = Some(now + rest);
        alone
    }
}

/// For how long what could wait is not sent again after an error, and whether that is about it alone.
pub(super) fn rest_after(error: &SyncError) -> (Duration, bool) {
    match error {
        SyncError::NoHub(404 | 405) => (OLDER_HUB, true),
        SyncError::Rejected(_)
        | SyncError::BadAnswer(_)
        | SyncError::UnsupportedVersion
        | SyncError::Outbox(_) => (LONGEST, true),
        // An order to wait is about this, and nobody else is to wait for it.
        SyncError::Busy { retry_after: Some(wait) } => ((*wait).clamp(LONGEST, OLDER_HUB), true),
        // The hub is unwell, or falls over it: the next try is without.
        SyncError::Busy { .. } => (LONGEST, false),
        _ => (Duration::ZERO, false),
    }
}

/// How many go into a request of at most `room` bytes: always one.
pub(super) fn how_many(room: usize) -> usize {
    (room / LARGEST).clamp(1, Questions::MAX_QUESTIONS)
}

/// Those of a request that its answer allows to be forgotten.
pub(super) fn answered(request: &Questions, answer: &QuestionsAnswer) -> Vec<Uuid> {
    let sent = request.questions.iter().map(|question| question.id);
    sent.filter(|id| answer.questions.contains(id)).collect()
}

/// Those of a request that its answer allows to be forgotten, as they were told.
pub(super) fn counted(request: &AskedCounts, answer: &AskedAnswer) -> Vec<AskedCount> {
    request.counts.iter().filter(|count| answer.counts.contains(&count.id)).cloned().collect()
}

/// The days that it may be now, wherever the pillar stands: from twelve hours behind UTC to fourteen ahead of it.
pub(super) fn under_way(now: Timestamp) -> RangeInclusive<Date> {
    let day = |hours| {
        let there = now.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(now);
        there.to_zoned(TimeZone::UTC).date()
    };
    day(-12)..=day(14)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use zuil_wire::QuestionItem;

    #[test]
    fn a_line_that_is_narrow_carries_a_few_questions_at_a_time_and_always_one() {
        assert_eq!(how_many(0), 1);
        assert_eq!(how_many(4096), 8);
        assert_eq!(how_many(usize::MAX), 64);
    }

    #[test]
    fn the_longest_questions_take_no_more_than_is_counted_for_them() {
        let longest = QuestionItem {
            id: Uuid::nil(),
            language: "nl".into(),
            words: "\u{10ffff}".repeat(QuestionItem::MAX_WORDS),
            on: jiff::civil::Date::MAX,
        };
        let request = Questions { version: u16::MAX, questions: vec![longest; 8] };
        assert!(serde_json::to_vec(&request).unwrap().len() <= 8 * LARGEST);
    }

    #[test]
    fn the_longest_counts_take_no_more_than_a_question() {
        let longest = AskedCount {
            id: Uuid::nil(),
            language: "nl".into(),
            answer: "a".repeat(AskedCount::MAX_ANSWER),
            on: Date::MAX,
            times: AskedCount::MAX_TIMES,
        };
        let request = AskedCounts { version: u16::MAX, counts: vec![longest; 8] };
        assert!(serde_json::to_vec(&request).unwrap().len() <= 8 * LARGEST);
        assert_eq!(AskedCounts::MAX_COUNTS, Questions::MAX_QUESTIONS, "as many go into one request");
    }

    #[test]
    fn a_day_is_over_when_it_is_over_everywhere() {
        let under_way = |now: &str| under_way(now.parse().unwrap());
        let (first, second, third) = (date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3));
        assert_eq!(under_way("2026-03-02T09:59:59Z"), first..=second);
        assert_eq!(under_way("2026-03-02T11:59:59Z"), first..=third, "it is tomorrow on Kiritimati");
        assert_eq!(under_way("2026-03-02T12:00:00Z"), second..=third);
    }

    #[test]
    fn what_the_hub_says_of_questions_lets_only_questions_rest() {
        let now = Instant::now();
        for (error, rest, alone) in [
            (SyncError::NoHub(404), OLDER_HUB, true),
            (SyncError::Rejected(400), LONGEST, true),
            (SyncError::UnsupportedVersion, LONGEST, true),
            (SyncError::Busy { retry_after: None }, LONGEST, false),
            (SyncError::Busy { retry_after: Some(2 * LONGEST) }, 2 * LONGEST, true),
            (SyncError::Unreachable("no connection".into()), Duration::ZERO, false),
            (SyncError::NotAdmitted, Duration::ZERO, false),
        ] {
            let mut asking = Asking::default();
            assert!(asking.may_go(now) && asking.due(now).is_none());
            assert_eq!(asking.failed(&error, now), alone, "{error}");
            assert_eq!((asking.may_go(now + rest), asking.may_go(now)), (true, rest.is_zero()), "{error}");
        }
    }
}
