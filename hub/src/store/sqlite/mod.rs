//! The store in one SQLite file. Invariant: WAL with `synchronous=FULL`, so that a commit is on the
//! disk when it returns; one connection writes, so that writers queue here and not in SQLite.

mod health;
mod pillars;
mod staff;
#[cfg(test)]
mod tests;
mod transactions;
mod values;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, MAIN_DB, OpenFlags, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations};
use zuil_wire::health::SettledByStaff;
use zuil_wire::{HealthReport, Reference};

use self::values::micros;
use super::rules;
use super::{
    Added, Batch, Decided, Decision, Digest, Filter, OpenPaymentKey, Outcome, Page, Pillar, Reported,
    Revoked, Store, StoreError, Stored, Tally, Unsettled,
};
use crate::authority::Fingerprint;
use crate::files;

const MIGRATIONS: &[M<'_>] = &[
    M::up(include_str!("../../../migrations/001-intake.sql")),
    M::up(include_str!("../../../migrations/002-desk.sql")),
    M::up(include_str!("../../../migrations/003-health.sql")),
];

/// How long to wait for another process, such as a command on the command line.
const BUSY: Duration = Duration::from_secs(10);

/// The store in one SQLite file.
pub struct SqliteStore {
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
    /// A write failed; perhaps it was its sync.
    log_in_doubt: AtomicBool,
}

impl SqliteStore {
    /// Opens the database, makes it when there is none, and brings it up to date.
    ///
    /// # Errors
    /// When it cannot be opened or brought up to date.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        match files::new_private(path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                tracing::error!(%error, "the database cannot be made");
            }
            _ => {}
        }
        Self::of(|| Ok(Connection::open(path)?))
    }

    /// As [`SqliteStore::open`], on a file layer of SQLite (VFS) that was registered as `vfs`: such as a
    /// disk that loses what was not synced.
    ///
    /// # Errors
    /// As [`SqliteStore::open`], or when there is no such file layer.
    pub fn open_on(path: &Path, vfs: &str) -> Result<Self, StoreError> {
        Self::of(|| Ok(Connection::open_with_flags_and_vfs(path, OpenFlags::default(), vfs)?))
    }

    fn of(connect: impl Fn() -> Result<Connection, StoreError>) -> Result<Self, StoreError> {
        let mut writer = ready(connect()?)?;
        if writer.is_readonly(MAIN_DB)? {
            return Err(StoreError::ReadOnly);
        }
        Migrations::from_slice(MIGRATIONS).to_latest(&mut writer)?;
        renew_the_log(&writer)?;
        let reader = ready(connect()?)?;
        reader.pragma_update(None, "query_only", true)?;
        Ok(Self {
            writer: Mutex::new(writer),
            reader: Mutex::new(reader),
            log_in_doubt: AtomicBool::new(false),
        })
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        work(&lock(&self.reader))
    }

    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = lock(&self.writer);
        let write = || {
            if self.log_in_doubt.load(Ordering::Relaxed) {
                renew_the_log(&connection)?;
            }
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let result = work(&transaction)?;
            transaction.commit()?;
            Ok(result)
        };
        let written = write();
        self.log_in_doubt.store(written.is_err(), Ordering::Relaxed);
        written
    }
}

/// Brings home what is in the log. When a sync of it has failed, in an earlier run or in this one, what could
/// not be synced is read back as if it were there, no later sync makes it durable, and a power cut would take it
/// together with all that is added behind it. In the database file it is written anew. (When another process
/// uses the log, that has seen to it.)
fn renew_the_log(writer: &Connection) -> Result<(), StoreError> {
    Ok(writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
}

fn ready(connection: Connection) -> Result<Connection, StoreError> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

/// A panic while the lock was held rolled the open transaction back; the connection is sound.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store for SqliteStore {
    fn take_in(&self, batch: &Batch, now: Timestamp) -> Result<Vec<Outcome>, StoreError> {
        self.write(|db| transactions::take_in(db, batch, now))
    }

    fn transaction(&self, reference: Reference) -> Result<Option<Stored>, StoreError> {
        self.read(|db| transactions::find(db, reference))
    }

    fn transactions(&self, filter: Filter, offset: u64, limit: u32) -> Result<Page, StoreError> {
        self.read(|db| transactions::list(db, filter, offset, limit))
    }

    fn tally(&self, since: Timestamp) -> Result<Tally, StoreError> {
        self.read(|db| transactions::tally(db, since))
    }

    fn survey_count(&self) -> Result<u64, StoreError> {
        self.read(transactions::survey_count)
    }

    fn take_report(
        &self,
        pillar: &str,
        report: &HealthReport,
        now: Timestamp,
    ) -> Result<Vec<SettledByStaff>, StoreError> {
        self.write(|db| health::take_report(db, pillar, report, now))
    }

    fn reports(&self) -> Result<Vec<Reported>, StoreError> {
        self.read(health::reports)
    }

    fn unsettled_payments(&self) -> Result<Vec<Unsettled>, StoreError> {
        self.read(|db| health::worklist(&*db.unchecked_transaction()?))
    }

    fn decide_payment(&self, key: &OpenPaymentKey, decision: Decision) -> Result<Decided, StoreError> {
        self.write(|db| health::decide(db, key, decision))
    }

    fn add_pillar(&self, pillar: &Pillar) -> Result<Added, StoreError> {
        self.write(|db| pillars::add(db, pillar))
    }

    fn revoke_pillar(&self, name: &str, now: Timestamp) -> Result<Revoked, StoreError> {
        self.write(|db| pillars::revoke(db, name, now))
    }

    fn pillar(&self, fingerprint: &Fingerprint) -> Result<Option<Pillar>, StoreError> {
        self.read(|db| pillars::find(db, fingerprint))
    }

    fn pillars(&self) -> Result<Vec<Pillar>, StoreError> {
        self.read(pillars::list)
    }

    fn saw_pillar(&self, name: &str, now: Timestamp) -> Result<(), StoreError> {
        self.write(|db| pillars::saw(db, name, now))
    }

    fn password_hash(&self) -> Result<Option<String>, StoreError> {
        self.read(staff::password_hash)
    }

    fn set_first_password_hash(&self, hash: &str) -> Result<bool, StoreError> {
        self.write(|db| staff::set_first_password_hash(db, hash))
    }

    fn replace_password_hash(&self, hash: &str) -> Result<(), StoreError> {
        self.write(|db| staff::replace_password_hash(db, hash))
    }

    fn open_session(&self, token: &Digest, now: Timestamp, idle: SignedDuration) -> Result<(), StoreError> {
        self.write(|db| staff::open_session(db, token, now, idle))
    }

    fn use_session(&self, token: &Digest, now: Timestamp, idle: SignedDuration) -> Result<bool, StoreError> {
        let last_use = self.read(|db| staff::last_use(db, token))?;
        let Some(last_use) = last_use.filter(|last_use| now.duration_since(*last_use) <= idle) else {
            return Ok(false);
        };
        if now.duration_since(last_use) >= rules::SESSION_PRECISION {
            self.write(|db| staff::note_use(db, token, now))?;
        }
        Ok(true)
    }

    fn close_session(&self, token: &Digest) -> Result<(), StoreError> {
        self.write(|db| staff::close_session(db, token))
    }

    fn pulse(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(|db| {
            db.execute("INSERT OR REPLACE INTO pulse (only_row, at) VALUES (1, ?1)", [micros(now)])?;
            Ok(())
        })?;
        self.read(|db| Ok(db.query_row("SELECT at FROM pulse", [], |row| row.get::<_, i64>(0)).map(drop)?))
    }
}
