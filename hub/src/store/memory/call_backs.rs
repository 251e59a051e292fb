//! Requests to be called back, in memory. Invariant: as in SQLite, only their holder tells what came of a call.

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::{Reference, State};

use super::super::call_back::{CallBack, CallBackStore, CallBacksToDo, CallTold, Taking, taking};
use super::super::{StoreError, Stored};
use super::{Memory, MemoryStore};

/// How far staff are with one.
#[derive(Default)]
pub(super) struct Call {
    holder: Option<(String, Timestamp)>,
    tries: u64,
    told: Option<(CallTold, String, Timestamp)>,
}

impl Memory {
    /// When staff were done with one, by its place in the order, that no other system is about to get.
    pub(super) fn call_done_at(&self, number: u64, id: &Uuid) -> Option<Timestamp> {
        let (told, _, at) = self.call_backs.get(&number)?.told.as_ref()?;
        (told.is_done() && !self.handovers.is_waiting(id)).then_some(*at)
    }

    /// All, the oldest first.
    fn calls(&self) -> impl Iterator<Item = (u64, &Stored, CallBack)> {
        self.call_backs.iter().filter_map(|(number, call)| {
            let id = self.order.get(usize::try_from(number.checked_sub(1)?).ok()?)?;
            let stored = &self.transactions.get(id)?.stored;
            let call_back = CallBack {
                reference: stored.reference,
                pillar: stored.pillar.clone(),
                received_at: stored.received_at,
                holder: call.holder.clone(),
                tries: call.tries,
                told: call.told.clone(),
            };
            Some((*number, stored, call_back))
        })
    }

    /// What is to do, the oldest first.
    fn calls_to_do(&self) -> impl Iterator<Item = (u64, CallBack)> {
        self.calls().filter_map(|(number, stored, call)| {
            let is_done = call.told.as_ref().is_some_and(|(told, ..)| told.is_done());
            let is_elsewhere = stored.state == State::Registered || self.handovers.is_waiting(&stored.id);
            (!is_done && !is_elsewhere).then_some((number, call))
        })
    }

    fn call_to_do(&mut self, reference: Reference) -> Option<&mut Call> {
        let number = self.calls_to_do().find(|(_, call)| call.reference == reference)?.0;
        self.call_backs.get_mut(&number)
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

    fn call_backs(&self, limit: u32) -> Result<Vec<CallBack>, StoreError> {
        Ok(self.lock().calls_to_do().map(|(_, call)| call).take(limit as usize).collect())
    }

    fn call_back(&self, reference: Reference) -> Result<Option<CallBack>, StoreError> {
        let memory = self.lock();
        Ok(memory.calls().map(|(.., call)| call).find(|call| call.reference == reference))
    }

    fn call_backs_to_do(&self) -> Result<CallBacksToDo, StoreError> {
        let memory = self.lock();
        let to_do: Vec<_> = memory.calls_to_do().collect();
        let is_parked = |call: &CallBack| {
            memory.ids.get(&call.reference).is_some_and(|id| memory.handovers.is_parked(id))
        };
        let not_sent_on = to_do.iter().filter(|(_, call)| is_parked(call)).count();
        Ok(CallBacksToDo { all: to_do.len() as u64, not_sent_on: not_sent_on as u64 })
    }

    fn take_call_back(
        &self,
        reference: Reference,
        who: &str,
        over_from: Option<&str>,
        now: Timestamp,
    ) -> Result<Taking, StoreError> {
        let mut memory = self.lock();
        let Some(call) = memory.call_to_do(reference) else { return Ok(Taking::NotToDo) };
        let holder = call.holder.as_ref().map(|(holder, _)| holder.as_str());
        let taking = taking(holder, who, over_from);
        if taking == Taking::Yes && holder != Some(who) {
            call.holder = Some((who.to_owned(), now));
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
        let call = memory.call_to_do(reference);
        let is_holder = |call: &&mut Call| call.holder.as_ref().is_some_and(|(holder, _)| holder == who);
        let Some(call) = call.filter(is_holder) else { return Ok(false) };
        call.holder = None;
        call.tries += u64::from(!told.is_done());
        call.told = Some((told, who.to_owned(), now));
        Ok(true)
    }
}
