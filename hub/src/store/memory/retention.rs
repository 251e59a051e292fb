//! Deletes content that was handed over long enough ago, in memory.

use jiff::{SignedDuration, Timestamp};
use zuil_wire::State;

use super::super::handover::Standing;
use super::super::retention::WARNED;
use super::super::{Content, RetentionStore, StoreError};
use super::MemoryStore;

impl RetentionStore for MemoryStore {
    fn forget_contents(&self, now: Timestamp, keep: SignedDuration, limit: u32) -> Result<u64, StoreError> {
        let mut memory = self.lock();
        let checked = usize::try_from(memory.checked_up_to).unwrap_or(usize::MAX);
        let ids: Vec<_> = (1..).zip(memory.order.iter().take(checked).copied()).collect();
        let mut forgotten = 0;
        for (number, id) in ids {
            let Some(row) = memory.transactions.get(&id) else { continue };
            let done_at = memory.call_done_at(number, &id);
            let is_registered = row.stored.state == State::Registered;
            let is_closed = memory.handovers.standing(&row.stored) == Some(Standing::Closed);
            if !(is_registered || is_closed || done_at.is_some())
                || !matches!(row.stored.content, Content::Sealed(_))
            {
                continue;
            }
            let first = match (is_registered, is_closed) {
                (true, _) => memory.handovers.registered_at(&id),
                (false, true) => memory.handovers.changed_at(&id),
                (false, false) => done_at,
            };
            let first = first.unwrap_or(now).min(now);
            let since = *memory.handed_over.entry(id).or_insert(first);
            if forgotten < u64::from(limit) && since <= now - keep {
                if let Some(row) = memory.transactions.get_mut(&id) {
                    row.stored.content = Content::Forgotten;
                }
                memory.handed_over.remove(&id);
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }

    fn note_oldest(&self, now: Timestamp, longest: SignedDuration) -> Result<(), StoreError> {
        let mut memory = self.lock();
        let checked = usize::try_from(memory.checked_up_to).unwrap_or(usize::MAX);
        let ids: Vec<_> = memory.order.iter().take(checked).copied().collect();
        for id in ids {
            let Some(stored) = memory.transactions.get(&id).map(|row| &row.stored) else { continue };
            let old = stored.received_at + longest;
            let is_kept =
                matches!(stored.content, Content::Sealed(_)) && !memory.handed_over.contains_key(&id);
            if !is_kept || old - WARNED > now {
                memory.to_forget.remove(&id);
                continue;
            }
            // It arrives, or waits for staff one day, and is noted anew then.
            if memory.handovers.is_on_its_way(stored) {
                memory.to_forget.remove(&id);
                continue;
            }
            memory.to_forget.entry(id).or_insert(old.max(now + WARNED));
        }
        Ok(())
    }

    fn forget_oldest(&self, now: Timestamp, longest: SignedDuration, limit: u32) -> Result<u64, StoreError> {
        let mut memory = self.lock();
        let noted: Vec<_> =
            memory.order.iter().filter_map(|id| Some((*id, *memory.to_forget.get(id)?))).collect();
        let mut forgotten = 0;
        for (id, forget_at) in noted {
            let Some(stored) = memory.transactions.get(&id).map(|row| &row.stored) else { continue };
            let old = stored.received_at + longest;
            if memory.handovers.is_on_its_way(stored) {
                continue;
            }
            if forgotten < u64::from(limit) && forget_at <= now && old <= now {
                if let Some(row) = memory.transactions.get_mut(&id) {
                    row.stored.content = Content::Forgotten;
                }
                memory.to_forget.remove(&id);
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::conformance::{batch, incoming, some_pillar};
    use super::super::super::{Checked, CheckedAs, Store};
    use super::*;

    #[test]
    fn only_what_was_handed_over_and_looked_at_is_deleted_and_not_too_early() {
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap();
        let (store, keep) = (MemoryStore::new(), SignedDuration::from_secs(100));
        store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
        store
            .take_in(&batch((1..=3).map(|number| incoming(number, u64::from(number))).collect()), at(0))
            .unwrap();
        let looked_at = |number| Checked { number, finding: CheckedAs::Sound };
        store.note_checked(&[looked_at(1), looked_at(2)]).unwrap();
        for (number, row) in store.lock().transactions.values_mut().enumerate() {
            // The first, and the third, which was not looked at.
            row.stored.state = if number == 1 { State::Received } else { State::Registered };
        }
        let forget = |second| store.forget_contents(at(second), keep, 10).unwrap();
        assert_eq!([forget(10), forget(109), forget(110), forget(9_999)], [0, 0, 1, 0]);
        let all = store.transactions(super::super::Filter::default(), 0, 10).unwrap().items;
        let forgotten =
            all.iter().filter(|stored| stored.content == Content::Forgotten).map(|stored| stored.id);
        assert_eq!(forgotten.map(|id| id.as_u128()).collect::<Vec<_>>(), [1]);
    }
}
