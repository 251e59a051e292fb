//! What residents asked and did not find, in memory. Invariant: as in SQLite, a question counts once.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;
use zuil_wire::QuestionItem;

use super::super::question::day_of;
use super::super::{AskedInVain, Unfound};

/// Each question with its pillar, by its id.
#[derive(Default)]
pub(super) struct Asked(BTreeMap<Uuid, (String, QuestionItem)>);

/// How often, at which pillars, and when last.
type Count<'a> = (u64, BTreeSet<&'a str>, Date);

impl Asked {
    pub(super) fn keep(&mut self, pillar: &str, questions: &[QuestionItem], now: Timestamp) {
        for question in questions {
            let on = day_of(question.on, now);
            let kept = || (pillar.to_owned(), QuestionItem { on, ..question.clone() });
            self.0.entry(question.id).or_insert_with(kept);
        }
    }

    pub(super) fn most(&self, since: Date, limit: u32) -> Unfound {
        let mut counts: BTreeMap<(&str, &str), Count<'_>> = BTreeMap::new();
        for (pillar, question) in self.0.values().filter(|(_, question)| question.on >= since) {
            let same = counts.entry((&question.words, &question.language));
            let (times, pillars, last_on) = same.or_insert((0, BTreeSet::new(), question.on));
            *times += 1;
            pillars.insert(pillar);
            *last_on = question.on.max(*last_on);
        }
        let all = counts.into_iter().map(|((words, language), (times, pillars, last_on))| AskedInVain {
            words: words.to_owned(),
            language: language.to_owned(),
            times,
            pillars: pillars.len() as u64,
            last_on,
        });
        let mut most: Vec<AskedInVain> = all.collect();
        let (times, different) = (most.iter().map(|asked| asked.times).sum(), most.len() as u64);
        // They are in the order of their words already.
        most.sort_by_key(|asked| Reverse((asked.times, asked.last_on)));
        most.truncate(limit as usize);
        Unfound { times, different, most }
    }

    pub(super) fn forget(&mut self, before: Date) -> u64 {
        let all = self.0.len();
        self.0.retain(|_, (_, question)| question.on >= before);
        (all - self.0.len()) as u64
    }
}
