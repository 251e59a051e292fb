//! Requests to be called back, in memory. Invariant: as in SQLite, only their holder tells what came of a call.

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::{Reference, State};

use super::super::call_back::{
    CallBack, CallBackStore, CallBacksToDo, CallTold, Elsewhere, PATIENCE, Taking, taking,
};
use super::super::handover::Standing;
use super::super::{StoreError, Stored};
use super::{Memory, MemoryStore};

/// How far staff are with one.
#[derive(Default)]
pub(super) struct Call {
    holder: Option<(String, Timestamp)>,
    tries: u64,
    told: Option<(CallTold, String, Timestamp)>,
}

impl Call {
    /// Whether somebody calls.
    pub(super) const fn is_held(&self) -> bool {
        self.holder.is_some()
    }

    /// Whether staff are not done with it.
    pub(super) fn is_to_do(&self) -> bool {
        self.told.as_ref().is_none_or(|(told, ..)| !told.is_done())
    }
}

impl Memory {
    /// When staff were done with one, by its place in the order, that no other system is about to get.
    pub(super) fn call_done_at(&self, number: u64, id: &Uuid) -> Option<Timestamp> {
        let (told, _, at) = self.call_backs.get(&number)?.told.as_ref()?;
        (told.is_done() && !self.handovers.is_waiting(id)).then_some(*at)
    }

    fn elsewhere_of(&self, stored: &Stored, now: Timestamp) -> Elsewhere {
        if self.handovers.is_under_way(&stored.id, now) {
            return Elsewhere::UnderWay;
        }
        match self.handovers.standing(stored) {
            Some(Standing::Waiting | Standing::Held | Standing::Parked(_)) => Elsewhere::MayCome,
            _ => Elsewhere::No,
        }
    }

    /// All, the oldest first.
    fn calls(&self, now: Timestamp) -> impl Iterator<Item = (u64, &Stored, CallBack)> {
        self.call_backs.iter().filter_map(move |(number, call)| {
            let id = self.order.get(usize::try_from(number.checked_sub(1)?).ok()?)?;
            let stored = &self.transactions.get(id)?.stored;
            let call_back = CallBack {
                reference: stored.reference,
                pillar: stored.pillar.clone(),
                received_at: stored.received_at,
                holder: call.holder.clone(),
                tries: call.tries,
                told: call.told.clone(),
                elsewhere: self.elsewhere_of(stored, now),
            };
            Some((*number, stored, call_back))
        })
    }

    /// What is to do, the oldest first.
    fn calls_to_do(&self, now: Timestamp) -> impl Iterator<Item = (u64, &Stored, CallBack)> {
        self.calls(now).filter(move |(_, stored, call)| {
            let is_done = call.told.as_ref().is_some_and(|(told, ..)| told.is_done());
            !is_done && stored.state != State::Registered && !self.goes_elsewhere(stored, now)
        })
    }

    /// Whether staff were done with it some other way, or another system is about to get it.
    fn goes_elsewhere(&self, stored: &Stored, now: Timestamp) -> bool {
        let since = self.handovers.changed_at(&stored.id).unwrap_or(now);
        match self.handovers.standing(stored) {
            Some(Standing::Closed) => true,
            Some(Standing::Waiting) => since > now - PATIENCE && self.handovers.is_on_its_way(stored),
            _ => false,
        }
    }

    fn call_to_do(&self, reference: Reference, now: Timestamp) -> Option<(u64, Uuid)> {
        let mut all = self.calls_to_do(now);
        all.find(|(_, stored, _)| stored.reference == reference)
            .map(|(number, stored, _)| (number, stored.id))
    }
}

impl CallBackStore for MemoryStore {
    fn note_call_backs(&self, numbers: &[u64]) -> Result<(), StoreError> {
        let mut memory = self.lock();
        for number in numbers {
            memory.call_backs.entry(*number).or_default();
        }
        Ok(())
    }

    fn call_backs(&self, limit: u32, now: Timestamp) -> Result<Vec<CallBack>, StoreError> {
        Ok(self.lock().calls_to_do(now).map(|(.., call)| call).take(limit as usize).collect())
    }

    fn call_back(&self, reference: Reference, now: Timestamp) -> Result<Option<CallBack>, StoreError> {
        let memory = self.lock();
        Ok(memory.calls(now).map(|(.., call)| call).find(|call| call.reference == reference))
    }

    fn call_back_to_do(&self, reference: Reference, now: Timestamp) -> Result<Option<CallBack>, StoreError> {
        let memory = self.lock();
        Ok(memory.calls_to_do(now).map(|(.., call)| call).find(|call| call.reference == reference))
    }

    fn call_backs_to_do(&self, now: Timestamp) -> Result<CallBacksToDo, StoreError> {
        let memory = self.lock();
        let mut count = CallBacksToDo::default();
        for (_, stored, _) in memory.calls_to_do(now) {
            count.all += 1;
            count.not_sent_on += u64::from(memory.handovers.is_parked(&stored.id));
            count.undecided += u64::from(memory.is_undecided(stored));
        }
        Ok(count)
    }

    fn take_call_back(
        &self,
        reference: Reference,
        who: &str,
        over_from: Option<&str>,
        now: Timestamp,
    ) -> Result<Taking, StoreError> {
        let mut memory = self.lock();
        let Some((number, id)) = memory.call_to_do(reference, now) else { return Ok(Taking::NotToDo) };
        if memory.handovers.is_under_way(&id, now) {
            return Ok(Taking::UnderWay);
        }
        let Some(call) = memory.call_backs.get_mut(&number) else { return Ok(Taking::NotToDo) };
        let holder = call.holder.as_ref().map(|(holder, _)| holder.as_str());
        let taking = taking(holder, who, over_from);
        if taking == Taking::Yes && holder != Some(who) {
            call.holder = Some((who.to_owned(), now));
            memory.handovers.keep_back(&id, true);
        }
        Ok(taking)
    }

    fn tell_call_back(
        &self,
        reference: Reference,
        who: &str,
        told: CallTold,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut memory = self.lock();
        let Some((number, id)) = memory.call_to_do(reference, now) else { return Ok(false) };
        let is_holder = |call: &&mut Call| call.holder.as_ref().is_some_and(|(holder, _)| holder == who);
        let Some(call) = memory.call_backs.get_mut(&number).filter(is_holder) else { return Ok(false) };
        call.holder = None;
        call.tries += u64::from(!told.is_done());
        call.told = Some((told, who.to_owned(), now));
        memory.handovers.keep_back(&id, false);
        if told.is_done() {
            memory.close_now(&id, now);
        }
        Ok(true)
    }
}
