//! The store in one SQLite file. Invariant: WAL with `synchronous=FULL`, so that a commit is on the
//! disk when it returns; one connection writes, so that writers queue here and not in SQLite.
//!
//! The settings, and why:
//! - `journal_mode=WAL`: a commit is one write and one sync, and staff read while pillars write.
//! - `synchronous=FULL`: the log is synced at every commit. (`NORMAL` would lose the last ones.)
//! - `wal_autocheckpoint`: SQLite's own (1,000 pages) where nobody tends the store, such as on the command
//!   line; in a running hub a thread moves the log, so that no pillar waits for that (`tending.rs`).
//! - `secure_delete`: what is deleted or sealed anew is overwritten, for it may have been an answer.
//! - `cache_size` 32 MiB for the writer: the index of references is written everywhere at once when they are
//!   entered (`references.rs`).
//! - `temp_store=MEMORY`: nothing of a row goes into a file that nobody looks after.
//! - page size 4 KiB (SQLite's own): a transaction is 1 to 2 KiB, and the log repeats whole pages.

mod access;
mod alerts;
mod asked;
mod attempts;
mod audit;
mod backup;
mod call_backs;
mod changes;
mod checking;
mod drafts;
mod enrolment;
mod handover;
mod health;
mod intake;
mod orders;
mod pillars;
#[cfg(test)]
mod plans;
mod progress;
mod questions;
mod references;
mod referrals;
mod refusals;
mod retention;
mod rollouts;
mod sealed;
mod service;
mod settling;
mod surveys;
mod tending;
#[cfg(test)]
mod tests;
mod transactions;
mod visits;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, MAIN_DB, OpenFlags, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations};
use zuil_wire::health::SettledByStaff;
use zuil_wire::{HealthReport, QuestionItem, Reference};

pub use self::backup::{BackupError, back_up, schema_step};
use self::references::Newest;
use self::tending::Tender;
use super::values::{self, micros};
use super::{
    Added, Checked, CheckedAs, Decided, Decision, Delivery, Filter, OpenPaymentKey, Page, Pillar,
    RefusedEnvelope, Reported, Revoked, Store, StoreError, Stored, SurveyWeek, Taken, Tally, Unchecked,
    Unfound, Unsettled,
};
use crate::authority::Fingerprint;
use crate::files;

const MIGRATIONS: &[M<'_>] = &[
    M::up(include_str!("../../../migrations/001-intake.sql")),
    M::up(include_str!("../../../migrations/002-desk.sql")),
    M::up(include_str!("../../../migrations/003-health.sql")),
    M::up(include_str!("../../../migrations/004-sealed.sql")),
    M::up(include_str!("../../../migrations/005-signatures.sql")),
    M::up(include_str!("../../../migrations/006-questions.sql")),
    M::up(include_str!("../../../migrations/007-handover.sql")),
    M::up(include_str!("../../../migrations/008-access.sql")),
    M::up(include_str!("../../../migrations/009-connectors.sql")),
    M::up(include_str!("../../../migrations/010-progress.sql")),
    M::up(include_str!("../../../migrations/011-orders.sql")),
    M::up(include_str!("../../../migrations/012-alerts.sql")),
    M::up(include_str!("../../../migrations/013-enrolment.sql")),
    M::up(include_str!("../../../migrations/014-referrals.sql")),
    M::up(include_str!("../../../migrations/015-order-attachments.sql")),
    M::up(include_str!("../../../migrations/016-visit-log.sql")),
    M::up(include_str!("../../../migrations/017-survey-counts.sql")),
    M::up(include_str!("../../../migrations/018-call-backs.sql")),
    M::up(include_str!("../../../migrations/019-drafts.sql")),
    M::up(include_str!("../../../migrations/020-pages.sql")),
    M::up(include_str!("../../../migrations/021-changes.sql")),
    M::up(include_str!("../../../migrations/022-attempts.sql")),
    M::up(include_str!("../../../migrations/023-survey-treatment.sql")),
    M::up(include_str!("../../../migrations/024-settling.sql")),
    M::up(include_str!("../../../migrations/025-places.sql")),
    M::up(include_str!("../../../migrations/026-asked.sql")),
    M::up(include_str!("../../../migrations/027-calls-and-times.sql")),
    M::up(include_str!("../../../migrations/028-rollouts.sql")),
    M::up(include_str!("../../../migrations/029-service-visits.sql")),
];

/// How long to wait for another process, such as a command on the command line.
const BUSY: Duration = Duration::from_secs(10);
/// What the writer keeps in memory of the database.
const WRITER_CACHE_KIB: i64 = 32 * 1024;
/// How many statements stay prepared.
const STATEMENTS: usize = 64;

/// The store in one SQLite file.
pub struct SqliteStore {
    writer: Mutex<Connection>,
    /// Locked after the writer. Nothing until something was taken in.
    newest: Mutex<Option<Newest>>,
    reader: Mutex<Connection>,
    tender: Tender,
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
        let path = path.to_owned();
        Self::of(move || Ok(Connection::open(&path)?))
    }

    /// As [`SqliteStore::open`], on a file layer of SQLite (VFS) that was registered as `vfs`: such as a
    /// disk that loses what was not synced.
    ///
    /// # Errors
    /// As [`SqliteStore::open`], or when there is no such file layer.
    pub fn open_on(path: &Path, vfs: &str) -> Result<Self, StoreError> {
        let (path, vfs) = (path.to_owned(), vfs.to_owned());
        Self::of(move || Ok(Connection::open_with_flags_and_vfs(&path, OpenFlags::default(), vfs.as_str())?))
    }

    fn of(
        connect: impl Fn() -> Result<Connection, StoreError> + Send + Sync + 'static,
    ) -> Result<Self, StoreError> {
        let mut writer = ready(connect()?)?;
        if writer.is_readonly(MAIN_DB)? {
            return Err(StoreError::ReadOnly);
        }
        writer.pragma_update(None, "secure_delete", true)?;
        writer.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
        Migrations::from_slice(MIGRATIONS).to_latest(&mut writer)?;
        renew_the_log(&writer)?;
        writer.set_prepared_statement_cache_capacity(STATEMENTS);
        let reader = ready(connect()?)?;
        reader.pragma_update(None, "query_only", true)?;
        let tender = Tender::new(Box::new(move || ready(connect()?)));
        Ok(Self {
            writer: Mutex::new(writer),
            newest: Mutex::default(),
            reader: Mutex::new(reader),
            tender,
            log_in_doubt: AtomicBool::new(false),
        })
    }

    /// Empties the log, which holds what was plain before it was sealed.
    fn forget_what_was_plain(&self) {
        if let Err(error) = self.tender.forget(&self.writer) {
            tracing::warn!(%error, "the log could not be emptied yet");
        }
    }

    /// Enters the references of what came in, as soon as nothing more does.
    fn enter_references(&self) -> Result<(), StoreError> {
        let writer = lock(&self.writer);
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(newest) = newest.as_mut() else { return Ok(()) };
        if !newest.may_be_entered() {
            return Ok(());
        }
        let mut references = newest.adding();
        let mut enter = || -> Result<(), StoreError> {
            if self.log_in_doubt.load(Ordering::Relaxed) {
                renew_the_log(&writer)?;
            }
            let transaction = Transaction::new_unchecked(&writer, TransactionBehavior::Immediate)?;
            references.enter(&transaction)?;
            Ok(transaction.commit()?)
        };
        let done = enter();
        self.log_in_doubt.store(done.is_err(), Ordering::Relaxed);
        done?;
        let added = references.end();
        newest.keep(added);
        Ok(())
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
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}

/// A panic while the lock was held rolled the open transaction back; the connection is sound.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store for SqliteStore {
    fn take_in_all(&self, deliveries: &[Delivery<'_>]) -> Result<Vec<Result<Taken, StoreError>>, StoreError> {
        let mut writer = lock(&self.writer);
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if self.log_in_doubt.load(Ordering::Relaxed) {
            renew_the_log(&writer)?;
        }
        let taken = intake::take_in_all(&mut writer, &mut newest, deliveries);
        let failed = taken.as_ref().map_or(true, |all| all.iter().any(Result::is_err));
        if failed {
            // Read anew, rather than relied on.
            *newest = None;
        }
        self.log_in_doubt.store(failed, Ordering::Relaxed);
        taken
    }

    fn refusals(&self, pillar: &str) -> Result<Vec<RefusedEnvelope>, StoreError> {
        self.read(|db| refusals::list(db, pillar))
    }

    fn delivered_after_revocation(&self, pillar: &str) -> Result<u64, StoreError> {
        self.read(|db| pillars::delivered_after_revocation(db, pillar))
    }

    fn unchecked(&self, limit: u32) -> Result<Vec<Unchecked>, StoreError> {
        self.read(|db| checking::unchecked(db, limit))
    }

    fn note_checked(&self, checked: &[Checked]) -> Result<(), StoreError> {
        self.write(|db| checking::note(db, checked))?;
        if checked.iter().any(|checked| matches!(checked.finding, CheckedAs::Sealed(_))) {
            self.forget_what_was_plain();
        }
        Ok(())
    }

    fn tend(&self) -> Result<(), StoreError> {
        let entered = self.enter_references();
        self.tender.tend(&self.writer)?;
        entered
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

    fn sealed_to(&self, key_id: &str) -> Result<u64, StoreError> {
        self.read(|db| sealed::sealed_to(db, key_id))
    }

    fn survey_count(&self) -> Result<u64, StoreError> {
        self.read(surveys::count)
    }

    fn survey_weeks(&self, since: Date) -> Result<Vec<SurveyWeek>, StoreError> {
        self.read(|db| surveys::weeks(db, since))
    }

    fn keep_questions(
        &self,
        pillar: &str,
        questions: &[QuestionItem],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(|db| questions::keep(db, pillar, questions, now))
    }

    fn questions(&self, since: Date, limit: u32) -> Result<Unfound, StoreError> {
        self.read(|db| questions::most(&*db.unchecked_transaction()?, since, limit))
    }

    fn forget_questions(&self, before: Date) -> Result<u64, StoreError> {
        self.write(|db| questions::forget(db, before))
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

    fn pulse(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(|db| {
            db.execute("INSERT OR REPLACE INTO pulse (only_row, at) VALUES (1, ?1)", [micros(now)])?;
            Ok(())
        })?;
        self.read(|db| Ok(db.query_row("SELECT at FROM pulse", [], |row| row.get::<_, i64>(0)).map(drop)?))
    }
}
