//! Moving what was committed from the write-ahead log into the database. Invariant: whether and when that
//! happens changes nothing that anyone reads; it only keeps the log short.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use super::super::StoreError;
use super::{BUSY, lock};

/// A log of this many pages (of 4 KiB) is not only moved but begun anew, for which the writer waits a moment:
/// SQLite begins anew by itself only when it finds the whole log moved, and under load it never does.
const LONG_LOG: i64 = 4_000;
/// As long as somebody tends the log, writers move it themselves only when it has this many pages.
const VERY_LONG_LOG: i64 = 64_000;
/// How long the writer waits for readers of an old state before the log is begun anew.
const PATIENCE: Duration = Duration::from_millis(50);

type Connect = Box<dyn Fn() -> Result<Connection, StoreError> + Send + Sync>;

/// Moves the log by a connection of its own, so that neither writer nor readers wait for it.
pub(super) struct Tender {
    connect: Connect,
    connection: Mutex<Option<Connection>>,
    /// Whether the log may hold what is to be forgotten.
    is_to_be_emptied: AtomicBool,
}

impl Tender {
    pub(super) fn new(connect: Connect) -> Self {
        Self { connect, connection: Mutex::new(None), is_to_be_emptied: AtomicBool::new(false) }
    }

    pub(super) fn tend(&self, writer: &Mutex<Connection>) -> Result<(), StoreError> {
        let mut own = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = match own.take() {
            Some(connection) => connection,
            None => {
                lock(writer).pragma_update(None, "wal_autocheckpoint", VERY_LONG_LOG)?;
                (self.connect)()?
            }
        };
        let length = own
            .insert(connection)
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, i64>(1))?;
        if self.is_to_be_emptied.load(Ordering::Acquire) {
            self.empty(writer)?;
        } else if length > LONG_LOG {
            // Nearly all of it was moved just now: only the rest is moved while the writer waits.
            without_patience(&lock(writer), "PRAGMA wal_checkpoint(RESTART)")?;
        }
        Ok(())
    }

    /// Empties the log, now or later, because it holds what is to be forgotten.
    pub(super) fn forget(&self, writer: &Mutex<Connection>) -> Result<(), StoreError> {
        self.is_to_be_emptied.store(true, Ordering::Release);
        self.empty(writer)
    }

    fn empty(&self, writer: &Mutex<Connection>) -> Result<(), StoreError> {
        if without_patience(&lock(writer), "PRAGMA wal_checkpoint(TRUNCATE)")? {
            self.is_to_be_emptied.store(false, Ordering::Release);
        }
        Ok(())
    }
}

/// Whether it could be done at once.
fn without_patience(connection: &Connection, pragma: &str) -> Result<bool, StoreError> {
    connection.busy_timeout(PATIENCE)?;
    let blocked = connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
    connection.busy_timeout(BUSY)?;
    Ok(blocked? == 0)
}
