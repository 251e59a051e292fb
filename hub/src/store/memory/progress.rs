//! How far requests are elsewhere, in memory.

use jiff::Timestamp;
use zuil_wire::Reference;

use super::super::progress::{Look, Progress, ProgressStore};
use super::super::{StoreError, System};
use super::MemoryStore;

/// What is known of a request elsewhere.
pub(super) struct Elsewhere {
    pub(super) number: usize,
    pub(super) system: System,
    pub(super) address: String,
    pub(super) told: Option<Progress>,
    pub(super) look_at: Option<Timestamp>,
}

impl ProgressStore for MemoryStore {
    fn claim_looks(&self, now: Timestamp, until: Timestamp, limit: u32) -> Result<Vec<Look>, StoreError> {
        let mut memory = self.lock();
        let due = memory.elsewhere.iter().filter(|(_, one)| one.look_at.is_some_and(|at| at <= now));
        let mut due: Vec<_> = due.map(|(id, one)| (one.look_at, one.number, *id)).collect();
        due.sort_unstable();
        due.truncate(limit as usize);
        let claimed = due.into_iter().filter_map(|(_, _, id)| {
            let received_at = memory.transactions.get(&id)?.stored.received_at;
            let one = memory.elsewhere.get_mut(&id)?;
            one.look_at = Some(until);
            Some(Look { id, system: one.system, address: one.address.clone(), received_at, until })
        });
        Ok(claimed.collect())
    }

    fn keep_look(
        &self,
        look: &Look,
        told: Option<&Progress>,
        next: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let mut memory = self.lock();
        if let Some(one) = memory.elsewhere.get_mut(&look.id) {
            if told.is_some() {
                one.told = told.cloned();
            }
            if one.look_at == Some(look.until) {
                one.look_at = next;
            }
        }
        Ok(())
    }

    fn look_soon(&self, system: System, address: &str, now: Timestamp) -> Result<bool, StoreError> {
        let mut memory = self.lock();
        let is_it = |one: &&mut Elsewhere| {
            let is_done = one.told.as_ref().is_some_and(|told| told.is_done);
            one.system == system && one.address == address && !is_done
        };
        let found = memory.elsewhere.values_mut().find(is_it);
        Ok(found.map(|one| one.look_at = Some(now)).is_some())
    }

    fn progress(&self, reference: Reference) -> Result<Option<Progress>, StoreError> {
        let memory = self.lock();
        let one = memory.ids.get(&reference).and_then(|id| memory.elsewhere.get(id));
        Ok(one.and_then(|one| one.told.clone()))
    }
}
