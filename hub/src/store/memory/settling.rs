//! What staff settle themselves, in memory. Invariant: as in SQLite, nothing is settled while somebody hands it over.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::{PaymentState, Reference, State};

use super::super::handover::{Standing, System};
use super::super::settling::{OnItsWay, Settled, SettlingStore, ToDecide, ToForget, Undecided};
use super::super::{Entry, StoreError, Stored, Trouble};
use super::call_backs::Call;
use super::{Memory, MemoryStore};

impl Memory {
    /// Whether it goes nowhere before staff decide.
    pub(super) fn is_undecided(&self, stored: &Stored) -> bool {
        stored.state == State::Parked
            && !is(stored, PaymentState::Unknown)
            && !self.handovers.is_parked(&stored.id)
    }

    /// Staff are done with it, and it waits for nobody any more.
    pub(super) fn close_now(&mut self, id: &Uuid, now: Timestamp) {
        let Some(row) = self.transactions.get_mut(id) else { return };
        if row.stored.state == State::Parked {
            row.stored.state = State::Received;
        }
        self.handovers.close(&row.stored, now);
    }

    fn with(&self, reference: Reference) -> Option<&Stored> {
        let id = self.ids.get(&reference)?;
        Some(&self.transactions.get(id)?.stored)
    }

    fn is_looked_at(&self, id: &Uuid) -> bool {
        let checked = usize::try_from(self.checked_up_to).unwrap_or(usize::MAX);
        self.order.iter().take(checked).any(|one| one == id)
    }
}

fn is(stored: &Stored, state: PaymentState) -> bool {
    stored.payment.as_ref().is_some_and(|payment| payment.state == state)
}

impl SettlingStore for MemoryStore {
    fn to_decide(&self, limit: u32) -> Result<ToDecide, StoreError> {
        let memory = self.lock();
        let all = memory.order.iter().filter_map(|id| Some(&memory.transactions.get(id)?.stored));
        let all: Vec<&Stored> = all.filter(|stored| memory.is_undecided(stored)).collect();
        let oldest = all.iter().take(limit as usize).map(|stored| Undecided {
            reference: stored.reference,
            pillar: stored.pillar.clone(),
            received_at: stored.received_at,
            trouble: stored.trouble,
        });
        Ok(ToDecide { count: all.len() as u64, oldest: oldest.collect() })
    }

    fn send_anyway(&self, reference: Reference, entry: &Entry) -> Result<Settled, StoreError> {
        let mut memory = self.lock();
        let may_go_on = |stored: &&Stored| {
            memory.is_undecided(stored)
                && memory.is_looked_at(&stored.id)
                && stored.trouble.is_none_or(Trouble::may_go_on)
        };
        let Some(id) = memory.with(reference).filter(may_go_on).map(|stored| stored.id) else {
            return Ok(Settled::NotOpen);
        };
        if let Some(row) = memory.transactions.get_mut(&id) {
            (row.stored.state, row.stored.trouble) = (State::Received, None);
        }
        memory.handovers.go_on(&id, entry.at);
        memory.log.append(entry);
        Ok(Settled::Yes)
    }

    fn close(&self, reference: Reference, entry: &Entry) -> Result<Settled, StoreError> {
        let mut memory = self.lock();
        let may_close = |stored: &&Stored| {
            let goes_on = is(stored, PaymentState::Paid) && memory.handovers.is_on_its_way(stored);
            stored.state != State::Registered
                && !is(stored, PaymentState::Unknown)
                && !goes_on
                && memory.is_looked_at(&stored.id)
                && memory.handovers.standing(stored) != Some(Standing::Closed)
        };
        let Some(id) = memory.with(reference).filter(may_close).map(|stored| stored.id) else {
            return Ok(Settled::NotOpen);
        };
        if memory.handovers.is_under_way(&id, entry.at) {
            return Ok(Settled::UnderWay);
        }
        memory.close_now(&id, entry.at);
        memory.log.append(entry);
        Ok(Settled::Yes)
    }

    fn closed_among(&self, ids: &[Uuid]) -> Result<BTreeSet<Uuid>, StoreError> {
        let memory = self.lock();
        let is_closed = |id: &&Uuid| {
            let row = memory.transactions.get(*id);
            row.is_some_and(|row| memory.handovers.standing(&row.stored) == Some(Standing::Closed))
        };
        Ok(ids.iter().filter(is_closed).copied().collect())
    }

    fn on_their_way(&self, before: Timestamp) -> Result<Vec<OnItsWay>, StoreError> {
        let memory = self.lock();
        let mut all: BTreeMap<Option<&str>, OnItsWay> = BTreeMap::new();
        for row in memory.transactions.values() {
            let (stored, since) = (&row.stored, memory.handovers.changed_at(&row.stored.id));
            let waits = memory.handovers.is_on_its_way(stored);
            let Some(since) = since.filter(|since| waits && *since <= before) else { continue };
            let system = memory.handovers.system(&stored.id);
            let one = all.entry(system.map(System::as_str)).or_insert(OnItsWay { system, count: 0, since });
            (one.count, one.since) = (one.count + 1, one.since.min(since));
        }
        Ok(all.into_values().collect())
    }

    fn said_when_refused(&self, reference: Reference) -> Result<Option<String>, StoreError> {
        let memory = self.lock();
        Ok(memory.with(reference).and_then(|stored| memory.handovers.said(&stored.id)))
    }

    fn to_forget(&self, offset: u64, limit: u32) -> Result<ToForget, StoreError> {
        let memory = self.lock();
        let numbered = (1..).zip(&memory.order);
        let all = numbered.filter_map(|(number, id): (u64, _)| {
            let (stored, at) = (&memory.transactions.get(id)?.stored, *memory.to_forget.get(id)?);
            let is_to_call = memory.call_backs.get(&number).is_some_and(Call::is_to_do);
            let only_here = stored.state != State::Parked && !is_to_call;
            Some((at, number, stored.reference, only_here))
        });
        let mut all: Vec<_> = all.collect();
        all.sort_unstable_by_key(|(at, number, ..)| (*at, *number));
        let only_here = all.iter().filter(|(.., only_here)| *only_here).count() as u64;
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let first = all.iter().skip(offset).take(limit as usize);
        let first = first.map(|(at, _, reference, _)| (*reference, *at)).collect();
        Ok(ToForget { count: all.len() as u64, only_here, first })
    }
}
