//! Attempts, counted in memory.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::super::StoreError;
use super::super::attempt::{AttemptKey, AttemptStore, Counted};
use super::MemoryStore;

#[derive(Default)]
pub(super) struct Attempts(HashMap<AttemptKey, Counted>);

impl Attempts {
    fn count(&mut self, key: AttemptKey, now: Timestamp) {
        if !self.0.contains_key(&key) {
            self.leave_room(&key, now);
        }
        let before = self.0.get(&key).and_then(|counted| counted.at(key.tried, now));
        self.0.insert(key, Counted::and_one(before, now));
    }

    fn leave_room(&mut self, key: &AttemptKey, now: Timestamp) {
        let like = |other: &AttemptKey| other.tried == key.tried;
        if self.0.keys().filter(|other| like(other)).count() < key.tried.most() as usize {
            return;
        }
        self.0.retain(|other, counted| !like(other) || counted.at(other.tried, now).is_some());
        if self.0.keys().filter(|other| like(other)).count() >= key.tried.most() as usize {
            let oldest = self.0.iter().filter(|(other, _)| like(other)).min_by_key(|(_, one)| one.last_at);
            if let Some(oldest) = oldest.map(|(other, _)| *other) {
                self.0.remove(&oldest);
            }
        }
    }
}

impl AttemptStore for MemoryStore {
    fn begin_attempt(
        &self,
        keys: &[AttemptKey],
        now: Timestamp,
    ) -> Result<Option<SignedDuration>, StoreError> {
        let attempts = &mut self.lock().attempts;
        let wait = |key: &AttemptKey| attempts.0.get(key)?.at(key.tried, now)?.wait(key.tried, now);
        let longest = keys.iter().filter_map(wait).max();
        if longest.is_none() {
            for key in keys {
                attempts.count(*key, now);
            }
        }
        Ok(longest)
    }

    fn attempt_succeeded(&self, all: &[AttemptKey], last: &[AttemptKey]) -> Result<(), StoreError> {
        let attempts = &mut self.lock().attempts.0;
        for key in all {
            attempts.remove(key);
        }
        for key in last {
            if let Some(counted) = attempts.get_mut(key) {
                counted.count = counted.count.saturating_sub(1);
            }
        }
        Ok(())
    }

    fn forget_attempts(&self, now: Timestamp) -> Result<u64, StoreError> {
        let attempts = &mut self.lock().attempts.0;
        let before = attempts.len();
        attempts.retain(|key, counted| counted.at(key.tried, now).is_some());
        Ok((before - attempts.len()) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Tried, Veil};
    use super::*;

    #[test]
    fn who_has_many_addresses_fills_no_memory() {
        let store = MemoryStore::new();
        let veil = Veil::new(&[7; 32]);
        let key = |number: u32| veil.named(Tried::CodeFrom, &number.to_string());
        let at =
            |number: u32| Timestamp::from_millisecond(1_800_000_000_000 + i64::from(number) * 100).unwrap();
        for number in 0..Tried::CodeFrom.most() + 5 {
            assert_eq!(store.begin_attempt(&[key(number)], at(number)).unwrap(), None);
        }
        let kept = |number| store.lock().attempts.0.contains_key(&key(number));
        assert_eq!(store.lock().attempts.0.len(), Tried::CodeFrom.most() as usize);
        assert!(kept(Tried::CodeFrom.most() + 4) && kept(Tried::CodeFrom.most() / 2));
        assert!(!kept(0), "the oldest goes first");
    }
}
