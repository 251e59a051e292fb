//! The outbox in one SQLite file.
//!
//! Invariant: `Ok` means on the disk; an error means that nothing was changed. The settings that make it
//! so, and why they are what they are, stand in `schema`.

mod attempts;
mod examine;
mod following;
mod ground;
mod journal;
mod questions;
mod retention;
mod room;
mod rows;
mod salvage;
mod schema;
mod surveys;
mod transactions;
mod walked;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use rusqlite::{Connection, Transaction as SqlTransaction, TransactionBehavior};
use uuid::Uuid;
use zuil_wire::health::Salvaged;
use zuil_wire::messages::SurveyItem;
use zuil_wire::seal::Sealed;
use zuil_wire::{ItemOutcome, PaymentRecord, QuestionItem, Reference, RequestStanding, State};

use super::{
    Acknowledged, Approval, Attempts, Counts, Intent, MadeHere, OpenPayment, Outbox, OutboxError, Pending,
    Result, Sent, Settings, Tidied,
};
use attempts::Tried;
pub use examine::Examined;
use ground::{Disk, Ground, Unknown};
pub use salvage::LastSalvage;
use salvage::Witness;
pub use schema::PRAGMAS;
use transactions::Numbers;
use walked::Walked;

/// The outbox in one SQLite file.
pub struct SqliteOutbox {
    connection: Mutex<Connection>,
    ground: Box<dyn Ground>,
    settings: Settings,
    /// The numbers of a block that was reserved and not used up.
    numbers: Mutex<Numbers>,
    tried: Mutex<Tried>,
    /// Where nothing waits; only for whoever holds the connection.
    walked: Mutex<Walked>,
    /// As long as nothing was written; counting takes a while when much waits.
    counted: Mutex<Option<Counts>>,
    /// The last write failed for a reason that lies with the disk.
    failing: AtomicBool,
    /// Knows how far the log is; not of one that was only opened to be looked at.
    witness: Option<Witness>,
    last_salvage: Option<LastSalvage>,
    /// What is in the log was written, and synced, by this program since it was started.
    log_is_ours: AtomicBool,
}

impl SqliteOutbox {
    /// Opens the outbox, makes it when there is none, and brings an older one up to date. The file
    /// is readable by its owner only (mode 0600).
    ///
    /// # Errors
    /// When the folder is missing or may not be written, when the file is damaged or no outbox, or
    /// when a newer version of this program wrote it.
    pub fn open(path: &Path) -> Result<Self> {
        Self::on(schema::open(path)?, Box::new(Disk::at(path)))
    }

    /// As [`SqliteOutbox::open`], on a file layer of SQLite (VFS) that was registered as `vfs`: such as a
    /// disk that loses what was not synced. Nothing is known of its free space.
    ///
    /// # Errors
    /// As [`SqliteOutbox::open`], or when there is no such file layer.
    pub fn open_on(path: &Path, vfs: &str) -> Result<Self> {
        Self::on(schema::open_on(path, vfs)?, Box::new(Unknown))
    }

    /// How long things are kept, and how large the file may become.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn with(self, settings: Settings) -> Result<Self> {
        room::limit(&self.lock(), settings.largest)?;
        Ok(Self { settings, ..self })
    }

    /// Keeps a file of 16 MiB beside the database, which is given up when the disk is full, so that a visit
    /// that was begun can always be ended. A disk that has no room for it leaves less room for visits.
    #[must_use]
    pub fn with_ballast(self) -> Self {
        self.ground.want_ballast();
        self.ground.lay_ballast();
        self
    }

    fn on(connection: Connection, ground: Box<dyn Ground>) -> Result<Self> {
        let settings = Settings::default();
        room::limit(&connection, settings.largest)?;
        let outbox = Self::reading(connection, ground);
        *outbox.tried() = attempts::read(&outbox.lock())?;
        Ok(Self { settings, ..outbox })
    }

    /// Without looking into it.
    fn reading(connection: Connection, ground: Box<dyn Ground>) -> Self {
        Self {
            connection: Mutex::new(connection),
            ground,
            settings: Settings::default(),
            numbers: Mutex::default(),
            tried: Mutex::default(),
            walked: Mutex::default(),
            counted: Mutex::default(),
            failing: AtomicBool::new(false),
            witness: None,
            last_salvage: None,
            log_is_ours: AtomicBool::new(false),
        }
    }

    /// A panic elsewhere leaves no half-done write behind: its SQL transaction was rolled back when
    /// it was dropped. The lock is therefore good after one, too.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tried(&self) -> MutexGuard<'_, Tried> {
        self.tried.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// After the connection, never before it.
    fn walked(&self) -> MutexGuard<'_, Walked> {
        self.walked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does `work` in one SQL transaction and makes it durable, or leaves everything as it was.
    fn durably<T>(&self, work: impl Fn(&SqlTransaction<'_>) -> Result<T>) -> Result<T> {
        self.writing(|connection| {
            let sql = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&sql)?;
            sql.commit()?;
            Ok(done)
        })
    }

    /// Does `work`, which makes itself durable or changes nothing. On a full disk the ballast is given up,
    /// and it is done once more.
    fn writing<T>(&self, work: impl Fn(&mut Connection) -> Result<T>) -> Result<T> {
        let mut connection = self.lock();
        self.witness.iter().for_each(Witness::expect);
        let work = |connection: &mut Connection| {
            self.renew_the_log(connection)?;
            work(connection)
        };
        let mut done = work(&mut connection);
        if matches!(done, Err(OutboxError::Full(_))) && self.ground.give_up_ballast() {
            tracing::error!("the disk is full; the outbox has given up its ballast to go on");
            done = work(&mut connection);
        }
        if let (Ok(_), Some(witness)) = (&done, &self.witness) {
            witness.note(&connection);
        }
        self.note_write(done.as_ref().err());
        done
    }

    /// Brings home what an earlier run left in the log. A sync of it may have failed then: what could not be
    /// synced is read back as if it were there, no later sync makes it durable, and a power cut would take it
    /// together with all that was added behind it. In the database file it is written anew.
    fn renew_the_log(&self, connection: &Connection) -> Result<()> {
        if self.log_is_ours.load(Ordering::Relaxed) {
            return Ok(());
        }
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        self.log_is_ours.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Must be called with the lock held, so that nobody counts in between.
    fn note_write(&self, error: Option<&OutboxError>) {
        *self.counted.lock().unwrap_or_else(PoisonError::into_inner) = None;
        match error {
            Some(error) if error.is_contradiction() || matches!(error, OutboxError::Busy(_)) => {}
            error => {
                self.failing.store(error.is_some(), Ordering::Relaxed);
                if error.is_some() {
                    // Perhaps it was the sync that failed.
                    self.log_is_ours.store(false, Ordering::Relaxed);
                }
            }
        }
    }
}

impl Outbox for SqliteOutbox {
    fn next_sequence(&self) -> Result<u64> {
        transactions::next_sequence(self)
    }

    fn commit(&self, sealed: &Sealed) -> Result<()> {
        transactions::commit(self, sealed)
    }

    fn pending(&self, limit: usize) -> Result<Vec<Pending>> {
        transactions::pending_after(self, 0, limit)
    }

    fn pending_after(&self, after: u64, limit: usize) -> Result<Vec<Pending>> {
        transactions::pending_after(self, after, limit)
    }

    fn note_failure(&self, sent: &[Sent], at: Timestamp, why: &str) -> Result<()> {
        attempts::note(self, sent, at, why)
    }

    fn attempts(&self) -> Result<Option<Attempts>> {
        Ok(self.tried().most())
    }

    fn acknowledge(&self, outcomes: &[ItemOutcome], sent: &[Sent]) -> Result<Vec<Acknowledged>> {
        transactions::acknowledge(self, outcomes, sent)
    }

    fn to_follow(&self, after: u64, limit: usize) -> Result<Vec<(u64, Uuid)>> {
        following::to_follow(self, after, limit)
    }

    fn keep_standings(&self, standings: &[RequestStanding]) -> Result<Vec<Acknowledged>> {
        following::keep(self, standings)
    }

    fn case_number(&self, id: Uuid) -> Result<Option<String>> {
        following::case_number(self, id)
    }

    fn made_here(&self, reference: Reference) -> Result<Option<MadeHere>> {
        following::made_here(self, reference)
    }

    fn state(&self, id: Uuid) -> Result<Option<State>> {
        transactions::state(self, id)
    }

    fn counts(&self) -> Result<Counts> {
        transactions::counts(self)
    }

    fn record_intent(&self, intent: &Intent, sealed: &Sealed) -> Result<()> {
        journal::record_intent(self, intent, sealed)
    }

    fn record_approval(&self, payment: Uuid, approval: &Approval) -> Result<()> {
        journal::record_approval(self, payment, approval)
    }

    fn record_outcome(&self, payment: Uuid, record: &PaymentRecord) -> Result<()> {
        journal::record_outcome(self, payment, record)
    }

    fn open_payments(&self) -> Result<Vec<OpenPayment>> {
        journal::open_payments(self)
    }

    fn keep_survey(&self, survey: &SurveyItem) -> Result<()> {
        surveys::keep_survey(self, survey)
    }

    fn pending_surveys(&self, limit: usize) -> Result<Vec<SurveyItem>> {
        surveys::pending_surveys(self, limit)
    }

    fn acknowledge_surveys(&self, ids: &[Uuid]) -> Result<()> {
        surveys::acknowledge_surveys(self, ids)
    }

    fn keep_question(&self, question: &QuestionItem) -> Result<()> {
        questions::keep(self, question)
    }

    fn pending_questions(&self, limit: usize) -> Result<Vec<QuestionItem>> {
        questions::pending(self, limit)
    }

    fn acknowledge_questions(&self, ids: &[Uuid]) -> Result<()> {
        questions::acknowledge(self, ids)
    }

    fn salvaged(&self) -> Option<Salvaged> {
        self.last_salvage.as_ref().map(|last| last.salvaged)
    }

    fn is_in_doubt(&self) -> bool {
        self.last_salvage.as_ref().is_some_and(|last| !last.is_agreed)
    }

    fn room(&self) -> Result<u32> {
        room::room(self)
    }

    fn tidy(&self, now: Timestamp) -> Result<Tidied> {
        retention::tidy(self, now)
    }
}
