//! How transactions stand, for the pillars that made them, in memory: what has changed is found by comparing with what
//! was seen last.

use std::collections::BTreeMap;

use uuid::Uuid;
use zuil_wire::{RequestStanding, State};

use super::super::changes::ChangesStore;
use super::super::handover::Standing;
use super::super::{StoreError, Stored};
use super::{Memory, MemoryStore};

/// How often something changed, and how it stood then.
#[derive(Default)]
pub(super) struct Seen {
    count: u64,
    standings: BTreeMap<Uuid, (State, Option<String>)>,
}

impl Memory {
    /// Where it is for the pillar that made it.
    fn told_of(&self, stored: &Stored) -> State {
        let is_closed = self.handovers.standing(stored) == Some(Standing::Closed);
        if is_closed && stored.state == State::Received { State::Closed } else { stored.state }
    }
}

impl ChangesStore for MemoryStore {
    fn changes(&self, pillar: &str) -> Result<u64, StoreError> {
        let mut memory = self.lock();
        let own =
            memory.transactions.values().map(|row| &row.stored).filter(|stored| stored.pillar == pillar);
        let standings: BTreeMap<_, _> =
            own.map(|stored| (stored.id, (stored.state, stored.case_number.clone()))).collect();
        let seen = memory.seen.entry(pillar.to_owned()).or_default();
        if seen.standings != standings {
            (seen.count, seen.standings) = (seen.count + 1, standings);
        }
        Ok(seen.count)
    }

    fn standings(&self, pillar: &str, ids: &[Uuid]) -> Result<Vec<RequestStanding>, StoreError> {
        let memory = self.lock();
        let own = |id: &Uuid| memory.transactions.get(id).filter(|row| row.stored.pillar == pillar);
        let standing = |id: &Uuid| {
            let stored = &own(id)?.stored;
            let case_number = stored.case_number.clone();
            Some(RequestStanding { id: *id, state: memory.told_of(stored), case_number })
        };
        Ok(ids.iter().filter_map(standing).collect())
    }
}
