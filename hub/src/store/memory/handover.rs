//! How far transactions are on their way into other systems, in memory. Invariant: as in SQLite, only the holder of
//! a lease changes how far one is.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::{Reference, State};

use super::super::StoreError;
use super::super::handover::{
    Claim, Claimed, Handover, HandoverStore, Held, Journal, LONGEST_LEASE, Lease, Note, SentAgain, Standing,
    System,
};
use super::{Memory, MemoryStore};

/// All that were considered, by the id of the transaction.
#[derive(Default)]
pub(super) struct Handovers {
    rows: HashMap<Uuid, Row>,
    entered: usize,
}

struct Row {
    standing: Standing,
    system: Option<System>,
    attempts: u32,
    rounds: u32,
    due_at: Timestamp,
    failing_since: Option<Timestamp>,
    changed_at: Timestamp,
    held: Option<(Uuid, Timestamp)>,
    journal: Journal,
}

impl Row {
    fn new(received_at: Timestamp) -> Self {
        Self {
            standing: Standing::Waiting,
            system: None,
            attempts: 0,
            rounds: 0,
            due_at: received_at,
            failing_since: None,
            changed_at: received_at,
            held: None,
            journal: Journal::new(),
        }
    }

    fn is_due(&self, claim: &Claim<'_>) -> bool {
        let is_free = self.held.is_none_or(|(_, until)| {
            until <= claim.now || until.duration_since(claim.now) > claim.lease * LONGEST_LEASE
        });
        self.standing == Standing::Waiting
            && self.due_at <= claim.now
            && is_free
            && self.system.is_none_or(|system| !claim.without.contains(&system))
    }

    fn end(&mut self, standing: Standing, now: Timestamp) {
        self.standing = standing;
        self.changed_at = now;
        self.held = None;
    }
}

impl Memory {
    fn enter_handovers(&mut self) {
        let checked = usize::try_from(self.checked_up_to).unwrap_or(usize::MAX).min(self.order.len());
        for id in &self.order[self.handovers.entered.min(checked)..checked] {
            if let Some(row) = self.transactions.get(id) {
                self.handovers.rows.entry(*id).or_insert_with(|| Row::new(row.stored.received_at));
            }
        }
        self.handovers.entered = checked.max(self.handovers.entered);
    }

    fn due(&self, claim: &Claim<'_>) -> Vec<Uuid> {
        let mut due: Vec<_> = (0..)
            .zip(&self.order)
            .filter_map(|(number, id): (usize, _)| {
                let stored = &self.transactions.get(id)?.stored;
                let row = self.handovers.rows.get(id).filter(|row| row.is_due(claim))?;
                let may_go = stored.state == State::Received && stored.trouble.is_none();
                may_go.then_some((row.attempts, row.due_at, number, *id))
            })
            .collect();
        due.sort_unstable();
        due.into_iter().take(claim.limit as usize).map(|(_, _, _, id)| id).collect()
    }

    fn claim(&mut self, claim: &Claim<'_>, id: Uuid) -> Option<Claimed> {
        let stored = self.transactions.get(&id)?.stored.clone();
        let row = self.handovers.rows.get_mut(&id)?;
        row.held = Some((claim.holder, claim.now + claim.lease));
        Some(Claimed {
            lease: Lease { id, holder: claim.holder },
            stored,
            system: row.system,
            attempts: row.attempts,
            rounds: row.rounds,
            failing_since: row.failing_since,
            journal: row.journal.clone(),
        })
    }

    fn keep_note(&mut self, lease: Lease, note: Note<'_>, now: Timestamp) -> Held {
        let is_holder = |row: &&mut Row| row.held.is_some_and(|(holder, _)| holder == lease.holder);
        let Some(row) = self.handovers.rows.get_mut(&lease.id).filter(is_holder) else { return Held::No };
        let Some(stored) = self.transactions.get_mut(&lease.id).map(|row| &mut row.stored) else {
            return Held::No;
        };
        match note {
            Note::Until(until) => row.held = Some((lease.holder, until)),
            Note::Goes(system) => row.system = Some(system),
            Note::Step { name, result, until } => {
                row.journal.entry(name.to_owned()).or_insert_with(|| result.to_owned());
                row.held = Some((lease.holder, until));
                (row.attempts, row.failing_since) = (0, None);
            }
            Note::Later(due_at) => (row.due_at, row.held) = (due_at, None),
            Note::Failed(due_at) => {
                row.attempts += 1;
                row.failing_since.get_or_insert(now);
                (row.due_at, row.held) = (due_at, None);
            }
            Note::Parked(reason) => {
                row.end(Standing::Parked(reason), now);
                if stored.state == State::Received {
                    stored.state = State::Parked;
                }
            }
            Note::Nothing => row.end(Standing::Nothing, now),
            Note::Registered { case_number } => {
                row.end(Standing::Registered, now);
                stored.state = State::Registered;
                stored.case_number = Some(case_number.to_owned());
            }
        }
        Held::Yes
    }
}

impl HandoverStore for MemoryStore {
    fn claim_handovers(&self, claim: &Claim<'_>) -> Result<Vec<Claimed>, StoreError> {
        let mut memory = self.lock();
        memory.enter_handovers();
        Ok(memory.due(claim).into_iter().filter_map(|id| memory.claim(claim, id)).collect())
    }

    fn keep_handover(&self, lease: Lease, note: Note<'_>, now: Timestamp) -> Result<Held, StoreError> {
        Ok(self.lock().keep_note(lease, note, now))
    }

    fn handover(&self, reference: Reference) -> Result<Option<Handover>, StoreError> {
        let memory = self.lock();
        let row = memory.ids.get(&reference).and_then(|id| memory.handovers.rows.get(id));
        Ok(row.map(|row| Handover {
            standing: row.standing,
            system: row.system,
            attempts: row.attempts,
            due_at: row.due_at,
            changed_at: row.changed_at,
        }))
    }

    fn send_again(&self, reference: Reference, now: Timestamp) -> Result<SentAgain, StoreError> {
        let mut memory = self.lock();
        let Some(id) = memory.ids.get(&reference).copied() else { return Ok(SentAgain::NotParked) };
        let is_parked = |row: &&mut Row| matches!(row.standing, Standing::Parked(_));
        let Some(row) = memory.handovers.rows.get_mut(&id).filter(is_parked) else {
            return Ok(SentAgain::NotParked);
        };
        row.end(Standing::Waiting, now);
        (row.attempts, row.failing_since, row.due_at) = (0, None, now);
        row.rounds += 1;
        if let Some(row) = memory.transactions.get_mut(&id) {
            row.stored.state = State::Received;
        }
        Ok(SentAgain::Yes)
    }
}
