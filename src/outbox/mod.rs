//! The outbox: committed transactions until the hub has them, and the payment journal.
//!
//! Contract: a method that changes something returns `Ok` only when the change is durable
//! (`journal_mode=WAL`, `synchronous=FULL`). What is kept is sealed; nothing plain is ever written.
//! States go forward only: saved → received → registered, or parked; being parked ends when what
//! it was parked for is settled.
//!
//! A paid transaction is sealed and kept together with the intent to charge, before the terminal
//! is asked. From then on it is in the journal whether the resident was charged, and what for.

mod error;
mod examine;
mod journal;
mod rows;
mod schema;
mod surveys;
mod transactions;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction as SqlTransaction, TransactionBehavior};
use uuid::Uuid;
use zuil_wire::messages::SurveyItem;
use zuil_wire::seal::Sealed;
use zuil_wire::{ItemOutcome, PaymentRecord, State};

pub use error::OutboxError;
pub use examine::Examined;
pub use journal::{Approval, Intent, OpenPayment, Turnover};
pub use transactions::{Acknowledged, Counts, Pending, Sent};

/// What the outbox's methods return.
pub type Result<T> = std::result::Result<T, OutboxError>;

/// The pillar's durable queue, as the runner and the sync know it.
///
/// Contract: every method may be called from any thread and blocks for as long as one write to the disk
/// lasts. What changed something and returned `Ok` survives a power cut; what returned an error changed
/// nothing. Shared as `Arc<dyn Outbox>`.
pub trait Outbox: Send + Sync {
    /// The next sequence number for a header, from 1. It is never given again, whatever becomes of
    /// the transaction.
    ///
    /// # Errors
    /// When it cannot be made durable.
    fn next_sequence(&self) -> Result<u64>;

    /// Keeps a free transaction; it is saved from then on. Committing the same one again changes
    /// nothing.
    ///
    /// # Errors
    /// [`OutboxError::Taken`] when its id or sequence number belongs to another,
    /// [`OutboxError::TooLarge`], or when it cannot be made durable.
    fn commit(&self, sealed: &Sealed) -> Result<()>;

    /// At most `limit` things to tell the hub, in the order of their sequence.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    fn pending(&self, limit: usize) -> Result<Vec<Pending>>;

    /// As [`Outbox::pending`], of those with a sequence higher than `after`. An implementation that can
    /// does not read what is passed over.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    fn pending_after(&self, after: u64, limit: usize) -> Result<Vec<Pending>> {
        let all = self.pending(usize::MAX)?.into_iter();
        Ok(all.filter(|item| item.sealed.header.sequence > after).take(limit).collect())
    }

    /// Keeps what the hub answered. `sent` is what the answer is about: an outcome for anything
    /// else, or one that came before, changes nothing. States go forward only. What the hub refused
    /// is parked with its reason. Returns what became of each transaction that was answered.
    ///
    /// # Errors
    /// When it cannot be made durable.
    fn acknowledge(&self, outcomes: &[ItemOutcome], sent: &[Sent]) -> Result<Vec<Acknowledged>>;

    /// Where a transaction is; `None` when it is not here or its payment has no outcome.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    fn state(&self, id: Uuid) -> Result<Option<State>>;

    /// How much is in the outbox.
    ///
    /// # Errors
    /// When it cannot be read.
    fn counts(&self) -> Result<Counts>;

    /// Makes the intent to charge durable, together with the transaction that it is for. The
    /// transaction is held: not told to the hub until there is an outcome. Recording the same
    /// intent again, as long as it has no outcome, changes nothing.
    ///
    /// # Errors
    /// [`OutboxError::Taken`], [`OutboxError::TooLarge`] or [`OutboxError::Amount`], or when it
    /// cannot be made durable. The terminal must not be asked then.
    fn record_intent(&self, intent: &Intent, sealed: &Sealed) -> Result<()>;

    /// Makes durable that the terminal has charged, before it is acknowledged. That is no outcome:
    /// until it is acknowledged the terminal may undo the charge. The transaction stays held.
    /// Recording the same approval again changes nothing.
    ///
    /// # Errors
    /// [`OutboxError::UnknownPayment`]; [`OutboxError::Settled`] when it has an outcome;
    /// [`OutboxError::OtherReceipt`] when another charge was approved for it;
    /// [`OutboxError::OtherAmount`] when something else was charged than the intent says; or when it
    /// cannot be made durable. The terminal must take the charge back then.
    fn record_approval(&self, payment: Uuid, approval: &Approval) -> Result<()>;

    /// Makes the outcome of a payment durable, and in the same write what follows from it: `paid`
    /// and `unknown` make the transaction saved, to be told to the hub; `not_paid` deletes a held
    /// one. An unknown outcome may be settled later, and is then told again. Recording the same
    /// outcome again changes nothing.
    ///
    /// # Errors
    /// [`OutboxError::UnknownPayment`]; [`OutboxError::Settled`] for any other change;
    /// [`OutboxError::OtherReceipt`] when another receipt was approved than is paid;
    /// [`OutboxError::OtherAmount`] when something else was charged than the intent says; or when it
    /// cannot be made durable.
    fn record_outcome(&self, payment: Uuid, record: &PaymentRecord) -> Result<()>;

    /// The payments that are not settled, the oldest first.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    fn open_payments(&self) -> Result<Vec<OpenPayment>>;

    /// Keeps a survey. Its id must be random (UUIDv4), so that it tells nothing about when. Keeping
    /// the same id again changes nothing.
    ///
    /// # Errors
    /// When it cannot be made durable.
    fn keep_survey(&self, survey: &SurveyItem) -> Result<()>;

    /// At most `limit` surveys that the hub does not have yet, in the order of their random ids.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    fn pending_surveys(&self, limit: usize) -> Result<Vec<SurveyItem>>;

    /// Forgets surveys that are durable at the hub.
    ///
    /// # Errors
    /// When it cannot be made durable.
    fn acknowledge_surveys(&self, ids: &[Uuid]) -> Result<()>;
}

/// The outbox in one SQLite file.
pub struct SqliteOutbox {
    connection: Mutex<Connection>,
}

impl SqliteOutbox {
    /// Opens the outbox, makes it when there is none, and brings an older one up to date. The file
    /// is readable by its owner only (mode 0600).
    ///
    /// # Errors
    /// When the folder is missing or may not be written, when the file is damaged or no outbox, or
    /// when a newer version of this program wrote it.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self { connection: Mutex::new(schema::open(path)?) })
    }

    /// As [`SqliteOutbox::open`], on a file layer of SQLite (VFS) that was registered as `vfs`: such as a
    /// disk that loses what was not synced.
    ///
    /// # Errors
    /// As [`SqliteOutbox::open`], or when there is no such file layer.
    pub fn open_on(path: &Path, vfs: &str) -> Result<Self> {
        Ok(Self { connection: Mutex::new(schema::open_on(path, vfs)?) })
    }

    /// A panic elsewhere leaves no half-done write behind: its SQL transaction was rolled back when
    /// it was dropped. The lock is therefore good after one, too.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does `work` in one SQL transaction and makes it durable, or leaves everything as it was.
    fn durably<T>(&self, work: impl FnOnce(&SqlTransaction<'_>) -> Result<T>) -> Result<T> {
        let mut connection = self.lock();
        let sql = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&sql)?;
        sql.commit()?;
        Ok(done)
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

    fn acknowledge(&self, outcomes: &[ItemOutcome], sent: &[Sent]) -> Result<Vec<Acknowledged>> {
        transactions::acknowledge(self, outcomes, sent)
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
}
