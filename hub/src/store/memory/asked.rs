//! Which answers residents found, in memory.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use zuil_wire::AskedCount;

use super::super::asked::{AskedStore, FoundAnswer};
use super::super::question::day_of;
use super::super::{Store as _, StoreError};
use super::MemoryStore;

impl AskedStore for MemoryStore {
    fn keep_asked(&self, pillar: &str, counts: &[AskedCount], now: Timestamp) -> Result<(), StoreError> {
        let mut memory = self.lock();
        for count in counts {
            let kept = || (pillar.to_owned(), AskedCount { on: day_of(count.on, now), ..count.clone() });
            let (at, known) = memory.found.entry(count.id).or_insert_with(kept);
            if at.as_str() == pillar {
                known.times = known.times.max(count.times);
            }
        }
        drop(memory);
        self.saw_pillar(pillar, now)
    }

    fn asked(&self, since: Date) -> Result<Vec<FoundAnswer>, StoreError> {
        let memory = self.lock();
        let mut found: BTreeMap<(&str, &str, &str), u64> = BTreeMap::new();
        for (pillar, count) in memory.found.values().filter(|(_, count)| count.on >= since) {
            *found.entry((pillar, &count.answer, &count.language)).or_default() += u64::from(count.times);
        }
        let found = found.into_iter().map(|((pillar, answer, language), times)| FoundAnswer {
            pillar: pillar.to_owned(),
            answer: answer.to_owned(),
            language: language.to_owned(),
            times,
        });
        Ok(found.collect())
    }

    fn forget_asked(&self, before: Date) -> Result<u64, StoreError> {
        let mut memory = self.lock();
        let all = memory.found.len();
        memory.found.retain(|_, (_, count)| count.on >= before);
        Ok((all - memory.found.len()) as u64)
    }
}
