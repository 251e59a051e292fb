//! Brings what was received into the municipality's own systems, step by step.
//!
//! A transaction is claimed for a while (a lease, so that several hubs may work on one database and a killed one
//! leaves nothing behind), opened in memory, and brought by the connector that its task names. Each step's result is
//! durable before the next step; of a step of which nobody could find out whether it was done, also that it is begun.
//! Invariant: whatever is cut off at whatever place, the same is brought once; what cannot be brought is never dropped
//! and never stands in the way of others.

mod caught;
pub mod courier;
mod looks;
mod pace;
pub mod paper;
mod source;
mod start;
#[cfg(test)]
mod tests;
mod worker;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use self::caught::caught;
use self::pace::{Behaviour, Gate, PATIENCE};
pub use self::source::{FolderSource, Source};
pub use self::start::{HandoverError, start};
pub use self::worker::run;
use crate::connectors::{Connector, Errand, Obstacle, system_of};
use crate::opening::NotOpened;
use crate::store::{Claim, Claimed, Held, Lease, Note, ParkReason, Store, StoreError, System, Turn};

/// For how long something is claimed: longer than [`STEP_TIME`], so that no step is taken twice at once.
const LEASE: SignedDuration = SignedDuration::from_mins(10);
/// How long a step, or the look before it, takes at most. Connectors end sooner by themselves; whatever hangs all the
/// same is given up, and no other request waits behind it.
const STEP_TIME: Duration = Duration::from_mins(8);
/// How long what cannot be opened now is left.
const KEYS_MISSING: SignedDuration = SignedDuration::from_mins(10);
/// How long what another system does not want now is left, when it does not say.
const NOT_NOW: SignedDuration = SignedDuration::from_mins(5);

/// What tells the time.
pub type Clock = fn() -> Timestamp;

/// Hands over.
pub struct Engine {
    store: Arc<dyn Store>,
    source: Box<dyn Source>,
    connectors: Vec<Box<dyn Connector>>,
    /// Systems that the municipality does not have, and where requests go instead.
    instead: BTreeMap<System, System>,
    gates: Mutex<BTreeMap<System, Gate>>,
    dice: Mutex<Rng>,
}

/// What becomes of a handover for now.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Nothing,
    Parked(ParkReason),
    /// The system found values wrong: codes and names of fields.
    Refused(String),
    /// At that time again, though nothing failed.
    Later(Timestamp),
    /// The same, and parked for that reason when it has been so for days.
    PutOff(Timestamp, ParkReason),
    /// Tried again, and parked for that reason when it has failed for days.
    Failed(ParkReason),
    Registered {
        case_number: Option<String>,
        address: Option<String>,
    },
    /// Somebody else has it.
    LeaseLost,
}

impl Engine {
    /// An engine that brings with these connectors.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        source: Box<dyn Source>,
        connectors: Vec<Box<dyn Connector>>,
        dice: Rng,
    ) -> Self {
        let (instead, gates) = (BTreeMap::new(), Mutex::default());
        Self { store, source, connectors, instead, gates, dice: Mutex::new(dice) }
    }

    /// The same, with other places for what catalogues bring to systems that the municipality does not have.
    #[must_use]
    pub fn with_instead(self, instead: BTreeMap<System, System>) -> Self {
        Self { instead, ..self }
    }

    /// Claims at most `limit` that are due, and none of a system that is down or busy enough.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn claim(&self, limit: u32, now: Timestamp) -> Result<Vec<Claimed>, StoreError> {
        let shut = |(system, gate): (&System, &Gate)| gate.is_shut(now).then_some(*system);
        let without: Vec<System> = lock(&self.gates).iter().filter_map(shut).collect();
        let holder = Uuid::from_u128(lock(&self.dice).u128(..));
        self.store.claim_handovers(&Claim { holder, now, lease: LEASE, limit, without: &without })
    }

    /// Does what can be done now for something that was claimed.
    ///
    /// # Errors
    /// [`StoreError`]; then its lease runs out, and it goes on from its journal.
    pub async fn hand_over(&self, claimed: Claimed, clock: Clock) -> Result<(), StoreError> {
        let lease = claimed.lease;
        let mut failures = Failures {
            count: claimed.attempts,
            since: claimed.failing_since,
            put_off_since: claimed.put_off_since,
            is_begun: false,
        };
        let brought = caught(self.bring(claimed, clock, &mut failures)).await;
        if brought.is_none() {
            tracing::error!(id = %lease.id, "handing it over panicked, which is a mistake in the hub");
        }
        let end = match brought {
            Some(end) => end?,
            None if failures.is_begun => End::Parked(ParkReason::MaybeSent),
            None => End::Failed(ParkReason::Broken),
        };
        let now = clock();
        let for_days =
            |since: Option<Timestamp>| since.is_some_and(|since| now.duration_since(since) > PATIENCE);
        let note = match &end {
            End::LeaseLost => return Ok(()),
            End::Nothing => Note::Nothing,
            End::Parked(reason) => Note::Parked(*reason),
            End::Refused(said) if said.is_empty() => Note::Parked(ParkReason::Refused),
            End::Refused(said) => Note::Refused(said),
            End::Later(at) => Note::Later(*at),
            End::PutOff(_, reason) if for_days(failures.put_off_since) => Note::Parked(*reason),
            End::PutOff(at, _) => Note::PutOff(*at),
            End::Failed(reason) if for_days(failures.since) => Note::Parked(*reason),
            End::Failed(_) => Note::Failed(now + pace::wait(failures.count, self.throw())),
            End::Registered { case_number, address } => {
                Note::Registered { case_number: case_number.as_deref(), address: address.as_deref() }
            }
        };
        if matches!(note, Note::Parked(_) | Note::Refused(_)) {
            tracing::warn!(id = %lease.id, ?note, "a handover waits for staff");
        }
        if self.store.keep_handover(lease, note, now)? == Held::No {
            tracing::info!(id = %lease.id, "another worker has it by now");
        }
        Ok(())
    }

    async fn bring(
        &self,
        claimed: Claimed,
        clock: Clock,
        failures: &mut Failures,
    ) -> Result<End, StoreError> {
        let now = clock();
        if let Some(step) = &claimed.attempting {
            // It was begun, and then the hub was killed or cut off.
            tracing::warn!(id = %claimed.lease.id, step, "nobody knows whether it arrived");
            return Ok(End::Parked(ParkReason::MaybeSent));
        }
        let content = match self.source.open(&claimed.stored.content) {
            Ok(content) => content,
            // Staff were done with it long ago.
            Err(NotOpened::Forgotten) => return Ok(End::Nothing),
            Err(error) => {
                tracing::error!(id = %claimed.lease.id, %error, "it cannot be handed over now");
                return Ok(End::PutOff(now + KEYS_MISSING, ParkReason::NotOpened));
            }
        };
        let task = match self.source.task(&content, claimed.rounds > 0) {
            Ok(Some(task)) => task,
            Ok(None) => return Ok(End::Parked(ParkReason::NoSuchTask)),
            Err(error) => {
                tracing::error!(%error, "the published catalogues cannot be read");
                return Ok(End::PutOff(now + KEYS_MISSING, ParkReason::NotOpened));
            }
        };
        let Some(named) = task.destination.as_ref().map(system_of) else { return Ok(End::Nothing) };
        let system = self.instead.get(&named).copied().unwrap_or(named);
        let Some(connector) = self.connectors.iter().find(|connector| connector.system() == system) else {
            return Ok(End::Parked(ParkReason::NotConfigured));
        };
        if claimed.system != Some(system)
            && self.store.keep_handover(claimed.lease, Note::Goes(system), now)? == Held::No
        {
            return Ok(End::LeaseLost);
        }
        if !lock(&self.gates).entry(system).or_default().enter(now) {
            return Ok(End::Later(now));
        }
        let mut inside = Inside { engine: self, system, clock, behaviour: Behaviour::NotAsked, failures };
        let (stored, journal) = (&claimed.stored, &claimed.journal);
        let errand = Errand { stored, content: &content, task: &task, journal, now };
        self.walk(&**connector, errand, claimed.lease, &mut inside).await
    }

    /// Takes the steps that are left.
    async fn walk(
        &self,
        connector: &dyn Connector,
        errand: Errand<'_>,
        lease: Lease,
        inside: &mut Inside<'_>,
    ) -> Result<End, StoreError> {
        let mut journal = errand.journal.clone();
        for name in connector.steps(&errand) {
            if journal.contains_key(name) {
                continue;
            }
            let step = Errand { journal: &journal, now: (inside.clock)(), ..errand };
            let is_blind = connector.is_blind(name);
            if is_blind && let Some(end) = self.begin(connector, name, &step, lease, inside).await? {
                return Ok(end);
            }
            let result = match in_time(STEP_TIME, connector.take(name, &step), Obstacle::Unknown).await {
                Ok(result) => result,
                Err(Obstacle::Unknown) if is_blind => {
                    inside.behaviour = Behaviour::Failed;
                    return Ok(End::Parked(ParkReason::MaybeSent));
                }
                Err(obstacle) => return Ok(inside.stopped_by(obstacle)),
            };
            inside.behaviour = Behaviour::Answered;
            let now = (inside.clock)();
            let note = Note::Step { name, result: &result, until: now + LEASE };
            if self.store.keep_handover(lease, note, now)? == Held::No {
                return Ok(End::LeaseLost);
            }
            *inside.failures = Failures::default();
            journal.insert(name.to_owned(), result);
        }
        let done = Errand { journal: &journal, ..errand };
        Ok(End::Registered { case_number: connector.case_number(&done), address: connector.address(&done) })
    }

    /// Looks whether a blind step may be begun, and makes durable that it is; or how that ended.
    async fn begin(
        &self,
        connector: &dyn Connector,
        name: &str,
        step: &Errand<'_>,
        lease: Lease,
        inside: &mut Inside<'_>,
    ) -> Result<Option<End>, StoreError> {
        let prepared = in_time(STEP_TIME, connector.prepare(name, step), Obstacle::Unreached).await;
        if let Err(obstacle) = prepared {
            return Ok(Some(inside.stopped_by(obstacle)));
        }
        inside.behaviour = Behaviour::Answered;
        let now = (inside.clock)();
        if let Some(pace) = connector.pace()
            && let Turn::NotBefore(at) = self.store.take_turn(inside.system, pace, now)?
        {
            inside.wants_quiet(at);
            return Ok(Some(End::Later(at)));
        }
        let note = Note::Attempt { name, until: now + LEASE };
        let held = self.store.keep_handover(lease, note, now)?;
        inside.failures.is_begun = held == Held::Yes;
        Ok((held == Held::No).then_some(End::LeaseLost))
    }

    fn throw(&self) -> u8 {
        lock(&self.dice).u8(..)
    }
}

/// What comes of something, or what it means when nothing does.
async fn in_time<T>(
    time: Duration,
    work: impl Future<Output = Result<T, Obstacle>>,
    late: Obstacle,
) -> Result<T, Obstacle> {
    tokio::time::timeout(time, work).await.unwrap_or_else(|_| {
        tracing::warn!(seconds = time.as_secs(), "another system says nothing; it is given up");
        Err(late)
    })
}

/// What went wrong since a step was done, or since staff sent it.
#[derive(Clone, Copy, Debug, Default)]
struct Failures {
    count: u32,
    since: Option<Timestamp>,
    put_off_since: Option<Timestamp>,
    /// A blind step was begun.
    is_begun: bool,
}

/// Somebody whom the gate of a system let in; it is told when this is dropped, whatever happens.
struct Inside<'a> {
    engine: &'a Engine,
    system: System,
    clock: Clock,
    behaviour: Behaviour,
    failures: &'a mut Failures,
}

impl Inside<'_> {
    fn stopped_by(&mut self, obstacle: Obstacle) -> End {
        self.behaviour = match obstacle {
            Obstacle::Unknown | Obstacle::Unreached => Behaviour::Failed,
            // That is no fault of the system, which was not even asked.
            Obstacle::Refused(ParkReason::NoPaper) => self.behaviour,
            Obstacle::NotNow { .. } | Obstacle::AlreadyThere | Obstacle::Refused(_) | Obstacle::Wrong(_) => {
                Behaviour::Answered
            }
        };
        if let Obstacle::NotNow { retry_after: Some(after) } = obstacle {
            self.wants_quiet((self.clock)() + after);
        }
        match obstacle {
            Obstacle::Unknown | Obstacle::Unreached => End::Failed(ParkReason::NoAnswer),
            Obstacle::NotNow { retry_after } => {
                End::PutOff((self.clock)() + retry_after.unwrap_or(NOT_NOW), ParkReason::PutOff)
            }
            Obstacle::AlreadyThere => End::Parked(ParkReason::Hidden),
            Obstacle::Wrong(said) => End::Refused(said),
            Obstacle::Refused(reason) => End::Parked(reason),
        }
    }

    /// None of those that wait goes to the system before then.
    fn wants_quiet(&self, until: Timestamp) {
        lock(&self.engine.gates).entry(self.system).or_default().keep_quiet(until);
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        let dice = self.engine.throw();
        let mut gates = lock(&self.engine.gates);
        gates.entry(self.system).or_default().leave(self.behaviour, (self.clock)(), dice);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
