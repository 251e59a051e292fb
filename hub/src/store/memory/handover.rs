//! How far transactions are on their way into other systems, in memory. Invariant: as in SQLite, only the holder of
//! a lease changes how far one is.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::{Reference, State};

use super::super::handover::{
    Claim, Claimed, DoneStep, Handover, HandoverStore, Held, Journal, LONGEST_LEASE, Lease, Note, Pace,
    ParkReason, SentAgain, Standing, System, Turn, Waiting,
};
use super::super::{StoreError, Stored};
use super::call_backs::Call;
use super::progress::Elsewhere;
use super::{Memory, MemoryStore};

/// All that were considered, by the id of the transaction.
#[derive(Default)]
pub(super) struct Handovers {
    rows: HashMap<Uuid, Row>,
    entered: usize,
    turns: BTreeMap<System, Vec<Timestamp>>,
}

struct Row {
    /// Never [`Standing::Held`]: that follows from the transaction.
    standing: Standing,
    system: Option<System>,
    attempts: u32,
    rounds: u32,
    due_at: Timestamp,
    failing_since: Option<Timestamp>,
    put_off_since: Option<Timestamp>,
    attempting: Option<String>,
    /// Somebody calls about it.
    kept_back: bool,
    /// What the other system said when it refused it.
    said: Option<String>,
    changed_at: Timestamp,
    held: Option<(Uuid, Timestamp)>,
    journal: Journal,
    done: Vec<DoneStep>,
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
            put_off_since: None,
            attempting: None,
            kept_back: false,
            said: None,
            changed_at: received_at,
            held: None,
            journal: Journal::new(),
            done: Vec::new(),
        }
    }

    fn is_due(&self, claim: &Claim<'_>) -> bool {
        let is_free = self.held.is_none_or(|(_, until)| {
            until <= claim.now || until.duration_since(claim.now) > claim.lease * LONGEST_LEASE
        });
        self.standing == Standing::Waiting
            && !self.kept_back
            && self.due_at <= claim.now
            && is_free
            && self.system.is_none_or(|system| !claim.without.contains(&system))
    }

    fn end(&mut self, standing: Standing, now: Timestamp) {
        self.standing = standing;
        self.changed_at = now;
        (self.held, self.said) = (None, None);
    }

    /// Staff send it.
    fn again(&mut self, now: Timestamp) {
        self.end(Standing::Waiting, now);
        (self.attempts, self.failing_since, self.put_off_since, self.due_at) = (0, None, None, now);
        self.rounds += 1;
    }

    /// When it was handed over; nothing when it was not.
    fn registered_at(&self) -> Option<Timestamp> {
        (self.standing == Standing::Registered).then_some(self.changed_at)
    }
}

impl Handovers {
    /// Whether it is on its way into another system.
    pub(super) fn is_waiting(&self, id: &Uuid) -> bool {
        self.rows.get(id).is_some_and(|row| row.standing == Standing::Waiting)
    }

    /// Whether a person must look at it.
    pub(super) fn is_parked(&self, id: &Uuid) -> bool {
        self.rows.get(id).is_some_and(|row| matches!(row.standing, Standing::Parked(_)))
    }

    /// How far it is, as staff see it.
    pub(super) fn standing(&self, stored: &Stored) -> Option<Standing> {
        let goes_on = stored.state == State::Received && stored.trouble.is_none();
        Some(match self.rows.get(&stored.id)?.standing {
            Standing::Waiting if !goes_on => Standing::Held,
            standing => standing,
        })
    }

    /// Since when it stands as it does.
    pub(super) fn changed_at(&self, id: &Uuid) -> Option<Timestamp> {
        Some(self.rows.get(id)?.changed_at)
    }

    /// Where it goes, as far as that is known.
    pub(super) fn system(&self, id: &Uuid) -> Option<System> {
        self.rows.get(id)?.system
    }

    /// Whether somebody hands it over at this moment.
    pub(super) fn is_under_way(&self, id: &Uuid, now: Timestamp) -> bool {
        let row = self.rows.get(id).filter(|row| row.standing == Standing::Waiting);
        row.is_some_and(|row| row.held.is_some_and(|(_, until)| until > now))
    }

    /// Whether it is on its way into another system and goes on by itself: nobody calls about it.
    pub(super) fn is_on_its_way(&self, stored: &Stored) -> bool {
        let is_kept_back = self.rows.get(&stored.id).is_some_and(|row| row.kept_back);
        self.standing(stored) == Some(Standing::Waiting) && !is_kept_back
    }

    /// Nobody hands it over while somebody calls about it.
    pub(super) fn keep_back(&mut self, id: &Uuid, kept_back: bool) {
        if let Some(row) = self.rows.get_mut(id) {
            row.kept_back = kept_back;
        }
    }

    /// It may go on since then.
    pub(super) fn go_on(&mut self, id: &Uuid, now: Timestamp) {
        if let Some(row) = self.rows.get_mut(id) {
            (row.due_at, row.changed_at) = (now, now);
        }
    }

    /// Staff are done with it.
    pub(super) fn close(&mut self, stored: &Stored, now: Timestamp) {
        let row = self.rows.entry(stored.id).or_insert_with(|| Row::new(stored.received_at));
        row.end(Standing::Closed, now);
        row.kept_back = false;
    }

    /// What the other system said when it refused it.
    pub(super) fn said(&self, id: &Uuid) -> Option<String> {
        self.rows.get(id)?.said.clone()
    }

    /// When a transaction was handed over; nothing when it was not, or not by this hub.
    pub(super) fn registered_at(&self, id: &Uuid) -> Option<Timestamp> {
        self.rows.get(id)?.registered_at()
    }
}

impl Memory {
    fn enter_handovers(&mut self) {
        let checked = usize::try_from(self.checked_up_to).unwrap_or(usize::MAX).min(self.order.len());
        let first = self.handovers.entered.min(checked);
        for (number, id) in (first as u64 + 1..).zip(&self.order[first..checked]) {
            if let Some(row) = self.transactions.get(id) {
                let kept_back = self.call_backs.get(&number).is_some_and(Call::is_held);
                let new = || Row { kept_back, ..Row::new(row.stored.received_at) };
                self.handovers.rows.entry(*id).or_insert_with(new);
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
            put_off_since: row.put_off_since,
            attempting: row.attempting.clone(),
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
            Note::Until(_) | Note::Goes(_) => {}
            _ => row.attempting = None,
        }
        match note {
            Note::Attempt { name, until } => {
                row.attempting = Some(name.to_owned());
                row.held = Some((lease.holder, until));
            }
            Note::Until(until) => row.held = Some((lease.holder, until)),
            Note::Goes(system) => row.system = Some(system),
            Note::Step { name, result, until } => {
                if !row.journal.contains_key(name) {
                    row.journal.insert(name.to_owned(), result.to_owned());
                    row.done.push(DoneStep { step: name.to_owned(), at: now });
                }
                row.held = Some((lease.holder, until));
                (row.attempts, row.failing_since, row.put_off_since) = (0, None, None);
            }
            Note::Later(due_at) => (row.due_at, row.held) = (due_at, None),
            Note::PutOff(due_at) => {
                row.put_off_since.get_or_insert(now);
                (row.due_at, row.held) = (due_at, None);
            }
            Note::Failed(due_at) => {
                row.attempts += 1;
                row.failing_since.get_or_insert(now);
                (row.due_at, row.held) = (due_at, None);
            }
            Note::Parked(reason) => park(row, stored, reason, now),
            Note::Refused(said) => {
                park(row, stored, ParkReason::Refused, now);
                row.said = Some(said.to_owned());
            }
            Note::Nothing => row.end(Standing::Nothing, now),
            Note::Registered { case_number, address } => {
                row.end(Standing::Registered, now);
                stored.state = State::Registered;
                stored.case_number = case_number.map(str::to_owned);
                if let (Some(system), Some(address)) = (row.system, address) {
                    let (number, address) = (self.elsewhere.len(), address.to_owned());
                    let one = Elsewhere { number, system, address, told: None, look_at: Some(now) };
                    self.elsewhere.entry(lease.id).or_insert(one);
                }
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
        let Some(stored) = memory.ids.get(&reference).and_then(|id| memory.transactions.get(id)) else {
            return Ok(None);
        };
        let (id, stored) = (stored.stored.id, &stored.stored);
        let row = memory.handovers.rows.get(&id).zip(memory.handovers.standing(stored));
        Ok(row.map(|(row, standing)| Handover {
            standing,
            system: row.system,
            attempts: row.attempts,
            due_at: row.due_at,
            changed_at: row.changed_at,
        }))
    }

    fn handover_steps(&self, reference: Reference) -> Result<Vec<DoneStep>, StoreError> {
        let memory = self.lock();
        let row = memory.ids.get(&reference).and_then(|id| memory.handovers.rows.get(id));
        let mut done = row.map(|row| row.done.clone()).unwrap_or_default();
        done.sort_by(|one, other| (one.at, &one.step).cmp(&(other.at, &other.step)));
        Ok(done)
    }

    fn send_again(&self, reference: Reference, now: Timestamp) -> Result<SentAgain, StoreError> {
        Ok(self.lock().unpark(reference, State::Received, |row, _| row.again(now)))
    }

    fn send_all_again(
        &self,
        system: Option<System>,
        reason: ParkReason,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut memory = self.lock();
        let fits = |row: &Row| row.standing == Standing::Parked(reason) && row.system == system;
        let all = memory.handovers.rows.iter().filter(|(_, row)| fits(row)).map(|(id, _)| *id);
        let all: Vec<Uuid> = all.collect();
        for id in &all {
            if let Some(row) = memory.handovers.rows.get_mut(id) {
                row.again(now);
            }
            if let Some(row) = memory.transactions.get_mut(id) {
                row.stored.state = State::Received;
            }
        }
        Ok(all.len() as u64)
    }

    fn register_by_hand(
        &self,
        reference: Reference,
        case_number: &str,
        now: Timestamp,
    ) -> Result<SentAgain, StoreError> {
        Ok(self.lock().unpark(reference, State::Registered, |row, kept| {
            row.end(Standing::Registered, now);
            *kept = Some(case_number.to_owned());
        }))
    }

    fn waiting_handovers(&self) -> Result<Vec<Waiting>, StoreError> {
        let mut all: BTreeMap<(Option<&str>, &str), Waiting> = BTreeMap::new();
        for row in self.lock().handovers.rows.values() {
            let Standing::Parked(reason) = row.standing else { continue };
            let (system, since) = (row.system, row.changed_at);
            let key = (system.map(System::as_str), reason.as_str());
            let waiting = all.entry(key).or_insert(Waiting { system, reason, count: 0, since });
            (waiting.count, waiting.since) = (waiting.count + 1, waiting.since.min(since));
        }
        Ok(all.into_values().collect())
    }

    fn take_turn(&self, system: System, pace: Pace, now: Timestamp) -> Result<Turn, StoreError> {
        let mut memory = self.lock();
        let turns = memory.handovers.turns.entry(system).or_default();
        turns.retain(|at| *at > now - pace.window && *at <= now + pace.window);
        if turns.len() < pace.most as usize {
            turns.push(now);
            return Ok(Turn::Yes);
        }
        let first = turns.iter().min().copied().unwrap_or(now);
        Ok(Turn::NotBefore(first + pace.window))
    }
}

fn park(row: &mut Row, stored: &mut Stored, reason: ParkReason, now: Timestamp) {
    row.end(Standing::Parked(reason), now);
    if stored.state == State::Received {
        stored.state = State::Parked;
    }
}

impl Memory {
    /// Does something to what is parked.
    fn unpark(
        &mut self,
        reference: Reference,
        state: State,
        deed: impl FnOnce(&mut Row, &mut Option<String>),
    ) -> SentAgain {
        let Some(id) = self.ids.get(&reference) else { return SentAgain::NotParked };
        let is_parked = |row: &&mut Row| matches!(row.standing, Standing::Parked(_));
        let Some(row) = self.handovers.rows.get_mut(id).filter(is_parked) else {
            return SentAgain::NotParked;
        };
        if let Some(kept) = self.transactions.get_mut(id) {
            deed(row, &mut kept.stored.case_number);
            kept.stored.state = state;
        }
        SentAgain::Yes
    }
}
