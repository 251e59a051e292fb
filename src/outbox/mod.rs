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

pub use error::OutboxError;
pub use examine::Examined;
pub use journal::{Approval, Intent, OpenPayment, Turnover};
pub use transactions::{Acknowledged, Counts, Pending, Sent};

/// What the outbox's methods return.
pub type Result<T> = std::result::Result<T, OutboxError>;

/// The pillar's durable queue. Shared as `Arc<Outbox>`; every method takes a lock for as long as
/// one write to the disk lasts and may be called from any thread.
pub struct Outbox {
    connection: Mutex<Connection>,
}

impl Outbox {
    /// Opens the outbox, makes it when there is none, and brings an older one up to date. The file
    /// is readable by its owner only (mode 0600).
    ///
    /// # Errors
    /// When the folder is missing or may not be written, when the file is damaged or no outbox, or
    /// when a newer version of this program wrote it.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self { connection: Mutex::new(schema::open(path)?) })
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
