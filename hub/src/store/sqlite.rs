//! The store in one SQLite file. Invariant: WAL with `synchronous=FULL`, so that a commit is on the
//! disk when it returns; one connection writes, so that writers queue here and not in SQLite.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, named_params, params};
use rusqlite_migration::{M, Migrations};
use zuil_wire::messages::SurveyItem;
use zuil_wire::{PaymentRecord, Reference, State};

use super::rules::{self, Settlement};
use super::{
    Added, Batch, Digest, Filter, Incoming, Outcome, Page, Pillar, Revoked, Store, StoreError, Stored, Tally,
};
use crate::authority::Fingerprint;
use crate::files;

const MIGRATIONS: &[M<'_>] = &[
    M::up(include_str!("../../migrations/001-intake.sql")),
    M::up(include_str!("../../migrations/002-desk.sql")),
];

/// How long to wait for another process, such as a command on the command line.
const BUSY: Duration = Duration::from_secs(10);

/// The store in one SQLite file.
pub struct SqliteStore {
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
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
        let mut writer = connect(path)?;
        Migrations::from_slice(MIGRATIONS).to_latest(&mut writer)?;
        let reader = connect(path)?;
        reader.pragma_update(None, "query_only", true)?;
        Ok(Self { writer: Mutex::new(writer), reader: Mutex::new(reader) })
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        work(&lock(&self.reader))
    }

    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = lock(&self.writer);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
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
        self.write(|db| {
            let outcomes: Vec<Outcome> = batch
                .transactions
                .iter()
                .map(|incoming| take_one(db, incoming, now))
                .collect::<Result<_, _>>()?;
            for survey in &batch.surveys {
                take_survey(db, survey, now)?;
            }
            let accepted = batch.transactions.iter().zip(&outcomes);
            let accepted = accepted.filter(|(_, outcome)| **outcome != Outcome::Conflict);
            let highest = accepted.map(|(incoming, _)| incoming.header.sequence).max().map(to_integer);
            db.prepare_cached(
                "UPDATE pillars SET last_seen_at = :now,
                     last_sequence = coalesce(max(last_sequence, :highest), last_sequence, :highest)
                 WHERE name = :name",
            )?
            .execute(named_params! { ":now": micros(now), ":highest": highest, ":name": batch.pillar })?;
            Ok(outcomes)
        })
    }

    fn transaction(&self, reference: Reference) -> Result<Option<Stored>, StoreError> {
        self.read(|db| {
            let sql = format!("SELECT {STORED} FROM transactions WHERE reference = ?1");
            let row = db
                .prepare_cached(&sql)?
                .query_row([reference.compact()], |row| Ok(stored(row)))
                .optional()?;
            row.transpose()
        })
    }

    fn transactions(&self, filter: Filter, offset: u64, limit: u32) -> Result<Page, StoreError> {
        self.read(|db| {
            let since = filter.since.map_or(i64::MIN, micros);
            let which = "received_at >= :since AND (NOT :parked OR state = 'parked')";
            // Both statements see the same database.
            let snapshot = db.unchecked_transaction()?;
            let total: i64 = snapshot
                .prepare_cached(&format!("SELECT count(*) FROM transactions WHERE {which}"))?
                .query_row(named_params! { ":since": since, ":parked": filter.parked }, |row| row.get(0))?;
            let mut query = snapshot.prepare_cached(&format!(
                "SELECT {STORED} FROM transactions WHERE {which}
                 ORDER BY received_at DESC, committed_at DESC, id DESC LIMIT :limit OFFSET :offset"
            ))?;
            let window = named_params! {
                ":since": since, ":parked": filter.parked, ":limit": limit, ":offset": to_integer(offset),
            };
            let items = query.query_map(window, |row| Ok(stored(row)))?;
            let items = items.map(|item| item.map_err(StoreError::from)?).collect::<Result<_, _>>()?;
            Ok(Page { items, total: total.unsigned_abs() })
        })
    }

    fn tally(&self, since: Timestamp) -> Result<Tally, StoreError> {
        self.read(|db| {
            let sql = "SELECT (SELECT count(*) FROM transactions WHERE received_at >= ?1),
                              (SELECT count(*) FROM transactions WHERE state = 'parked')";
            let counts = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
            let (received, parked) = db.prepare_cached(sql)?.query_row([micros(since)], counts)?;
            Ok(Tally { received: received.unsigned_abs(), parked: parked.unsigned_abs() })
        })
    }

    fn survey_count(&self) -> Result<u64, StoreError> {
        self.read(|db| {
            let count: i64 = db.query_row("SELECT count(*) FROM surveys", [], |row| row.get(0))?;
            Ok(count.unsigned_abs())
        })
    }

    fn add_pillar(&self, pillar: &Pillar) -> Result<Added, StoreError> {
        self.write(|db| {
            let added = db.execute(
                "INSERT INTO pillars (name, fingerprint, public_key, added_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (name) DO NOTHING",
                params![pillar.name, pillar.fingerprint, pillar.public_key, micros(pillar.added_at)],
            )?;
            Ok(if added == 1 { Added::Yes } else { Added::NameTaken })
        })
    }

    fn revoke_pillar(&self, name: &str, now: Timestamp) -> Result<Revoked, StoreError> {
        self.write(|db| {
            let before: Option<Option<i64>> = db
                .query_row("SELECT revoked_at FROM pillars WHERE name = ?1", [name], |row| row.get(0))
                .optional()?;
            match before {
                None => Ok(Revoked::NoSuchPillar),
                Some(Some(at)) => Ok(Revoked::Before(time(at)?)),
                Some(None) => {
                    db.execute(
                        "UPDATE pillars SET revoked_at = ?2 WHERE name = ?1",
                        params![name, micros(now)],
                    )?;
                    Ok(Revoked::Yes)
                }
            }
        })
    }

    fn pillar(&self, fingerprint: &Fingerprint) -> Result<Option<Pillar>, StoreError> {
        self.read(|db| {
            let sql = format!("SELECT {PILLAR} FROM pillars WHERE fingerprint = ?1");
            let row = db.prepare_cached(&sql)?.query_row([fingerprint], |row| Ok(pillar(row))).optional()?;
            row.transpose()
        })
    }

    fn pillars(&self) -> Result<Vec<Pillar>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(&format!("SELECT {PILLAR} FROM pillars ORDER BY name"))?;
            let rows = query.query_map([], |row| Ok(pillar(row)))?;
            rows.map(|row| row.map_err(StoreError::from)?).collect()
        })
    }

    fn saw_pillar(&self, name: &str, now: Timestamp) -> Result<(), StoreError> {
        self.write(|db| {
            db.execute("UPDATE pillars SET last_seen_at = ?2 WHERE name = ?1", params![name, micros(now)])?;
            Ok(())
        })
    }

    fn password_hash(&self) -> Result<Option<String>, StoreError> {
        self.read(|db| {
            Ok(db.query_row("SELECT password_hash FROM staff", [], |row| row.get(0)).optional()?)
        })
    }

    fn set_first_password_hash(&self, hash: &str) -> Result<bool, StoreError> {
        self.write(|db| {
            let sql = "INSERT INTO staff (only_row, password_hash) VALUES (1, ?1) ON CONFLICT DO NOTHING";
            Ok(db.execute(sql, [hash])? == 1)
        })
    }

    fn replace_password_hash(&self, hash: &str) -> Result<(), StoreError> {
        self.write(|db| {
            db.execute("INSERT OR REPLACE INTO staff (only_row, password_hash) VALUES (1, ?1)", [hash])?;
            db.execute("DELETE FROM sessions", [])?;
            Ok(())
        })
    }

    fn open_session(&self, token: &Digest, now: Timestamp, idle: SignedDuration) -> Result<(), StoreError> {
        self.write(|db| {
            db.execute("DELETE FROM sessions WHERE last_used_at < ?1", [micros(now - idle)])?;
            db.execute(
                "INSERT INTO sessions (token_hash, last_used_at) VALUES (?1, ?2)",
                params![token, micros(now)],
            )?;
            Ok(())
        })
    }

    fn use_session(&self, token: &Digest, now: Timestamp, idle: SignedDuration) -> Result<bool, StoreError> {
        let last_used = self.read(|db| {
            let mut query = db.prepare_cached("SELECT last_used_at FROM sessions WHERE token_hash = ?1")?;
            query.query_row([token], |row| row.get::<_, i64>(0)).optional()?.map(time).transpose()
        })?;
        let Some(last_used) = last_used.filter(|last_used| now.duration_since(*last_used) <= idle) else {
            return Ok(false);
        };
        if now.duration_since(last_used) >= rules::SESSION_PRECISION {
            self.write(|db| {
                let sql = "UPDATE sessions SET last_used_at = ?2 WHERE token_hash = ?1";
                Ok(db.execute(sql, params![token, micros(now)])?)
            })?;
        }
        Ok(true)
    }

    fn close_session(&self, token: &Digest) -> Result<(), StoreError> {
        self.write(|db| {
            db.execute("DELETE FROM sessions WHERE token_hash = ?1", [token])?;
            Ok(())
        })
    }

    fn pulse(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(|db| {
            db.execute("INSERT OR REPLACE INTO pulse (only_row, at) VALUES (1, ?1)", [micros(now)])?;
            Ok(())
        })?;
        self.read(|db| Ok(db.query_row("SELECT at FROM pulse", [], |row| row.get::<_, i64>(0)).map(drop)?))
    }
}

fn take_one(db: &Transaction<'_>, incoming: &Incoming, now: Timestamp) -> Result<Outcome, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT digest, payment, state, case_number FROM transactions WHERE id = ?1 OR reference = ?2",
    )?;
    let keys = params![incoming.header.id.as_bytes(), incoming.header.reference.compact()];
    let mut known = query.query(keys)?;
    let Some(row) = known.next()? else {
        insert(db, incoming, now)?;
        return Ok(Outcome::Accepted {
            state: rules::first_state(incoming.payment.as_ref()),
            case_number: None,
        });
    };
    // The digest covers id and reference, so another row that has one of them has another digest.
    if row.get::<_, Digest>(0)? != incoming.digest {
        return Ok(Outcome::Conflict);
    }
    let (payment, state, case_number) =
        (read_payment(row.get(1)?)?, read_state(&row.get::<_, String>(2)?)?, row.get(3)?);
    match (rules::settlement(payment.as_ref(), incoming.payment.as_ref()), &incoming.payment) {
        (Settlement::Nothing, _) => Ok(Outcome::Accepted { state, case_number }),
        (Settlement::Settled, Some(settled)) => {
            let state = rules::state_after(state, settled.state);
            db.prepare_cached(
                "UPDATE transactions SET payment = ?2, state = ?3, payment_settled_at = ?4 WHERE id = ?1",
            )?
            .execute(params![
                incoming.header.id.as_bytes(),
                write_json(settled)?,
                state.as_str(),
                micros(now)
            ])?;
            Ok(Outcome::Accepted { state, case_number })
        }
        (Settlement::Conflict, _) | (Settlement::Settled, None) => Ok(Outcome::Conflict),
    }
}

fn insert(db: &Transaction<'_>, incoming: &Incoming, now: Timestamp) -> Result<(), StoreError> {
    let Incoming { header, content, digest, payment } = incoming;
    db.prepare_cached(
        "INSERT INTO transactions (id, reference, pillar, sequence, task, digest, content, payment, state,
             committed_at, received_at)
         VALUES (:id, :reference, :pillar, :sequence, :task, :digest, :content, :payment, :state,
             :committed_at, :received_at)",
    )?
    .execute(named_params! {
        ":id": header.id.as_bytes(),
        ":reference": header.reference.compact(),
        ":pillar": header.pillar,
        ":sequence": to_integer(header.sequence),
        ":task": content.task,
        ":digest": digest,
        ":content": write_json(content)?,
        ":payment": payment.as_ref().map(write_json).transpose()?,
        ":state": rules::first_state(payment.as_ref()).as_str(),
        ":committed_at": micros(header.committed_at),
        ":received_at": micros(now),
    })?;
    Ok(())
}

fn take_survey(db: &Transaction<'_>, survey: &SurveyItem, now: Timestamp) -> Result<(), StoreError> {
    let SurveyItem { id, task, answers } = survey;
    db.prepare_cached(
        "INSERT INTO surveys (id, task, clear, helped, day) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
    )?
    .execute(params![id.as_bytes(), task, answers.clear, answers.helped, now.to_zoned(TimeZone::UTC).date().to_string()])?;
    Ok(())
}

const STORED: &str =
    "content, pillar, state, case_number, payment, committed_at, received_at, payment_settled_at";

fn stored(row: &Row<'_>) -> Result<Stored, StoreError> {
    let content: String = row.get(0)?;
    Ok(Stored {
        content: serde_json::from_str(&content).map_err(|_| StoreError::Damaged("transaction"))?,
        pillar: row.get(1)?,
        state: read_state(&row.get::<_, String>(2)?)?,
        case_number: row.get(3)?,
        payment: read_payment(row.get(4)?)?,
        committed_at: time(row.get(5)?)?,
        received_at: time(row.get(6)?)?,
        payment_settled_at: row.get::<_, Option<i64>>(7)?.map(time).transpose()?,
    })
}

const PILLAR: &str = "name, fingerprint, public_key, added_at, revoked_at, last_seen_at, last_sequence";

fn pillar(row: &Row<'_>) -> Result<Pillar, StoreError> {
    Ok(Pillar {
        name: row.get(0)?,
        fingerprint: row.get(1)?,
        public_key: row.get(2)?,
        added_at: time(row.get(3)?)?,
        revoked_at: row.get::<_, Option<i64>>(4)?.map(time).transpose()?,
        last_seen_at: row.get::<_, Option<i64>>(5)?.map(time).transpose()?,
        last_sequence: row.get::<_, Option<i64>>(6)?.map(i64::unsigned_abs),
    })
}

fn read_state(word: &str) -> Result<State, StoreError> {
    State::parse(word).ok_or(StoreError::Damaged("state"))
}

fn read_payment(text: Option<String>) -> Result<Option<PaymentRecord>, StoreError> {
    text.map(|text| serde_json::from_str(&text)).transpose().map_err(|_| StoreError::Damaged("payment"))
}

fn write_json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Damaged("value"))
}

fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

fn time(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|_| StoreError::Damaged("time"))
}

/// SQLite's integers end at 2⁶³ − 1. No pillar counts that far.
fn to_integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::conformance::{self, incoming, some_pillar};
    use super::*;

    #[test]
    fn it_keeps_the_contract() {
        conformance::run(&|| {
            let folder = tempfile::tempdir().unwrap();
            let store = SqliteStore::open(&folder.path().join("hub.sqlite")).unwrap();
            (Box::new(store), Some(folder))
        });
    }

    #[test]
    fn migrations_are_sound() {
        Migrations::from_slice(MIGRATIONS).validate().unwrap();
    }

    #[test]
    fn a_database_from_before_the_desk_keeps_all_it_had() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub.sqlite");
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let sent = incoming(1, 1);
        {
            let mut old = connect(&path).unwrap();
            Migrations::from_slice(MIGRATIONS).to_version(&mut old, 1).unwrap();
            let db = old.transaction().unwrap();
            let add =
                "INSERT INTO pillars (name, fingerprint, public_key, added_at) VALUES (?1, ?2, 'key', 0)";
            db.execute(add, params![sent.header.pillar, [1_u8; 32]]).unwrap();
            insert(&db, &sent, now).unwrap();
            db.commit().unwrap();
        }
        let store = SqliteStore::open(&path).unwrap();
        let found = store.transaction(sent.header.reference).unwrap().unwrap();
        assert_eq!((&found.content, found.received_at), (&sent.content, now));
        assert_eq!(store.pillars().unwrap()[0].name, sent.header.pillar);
        assert!(store.set_first_password_hash("hash").unwrap());
    }

    #[test]
    fn a_newer_database_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub.sqlite");
        drop(SqliteStore::open(&path).unwrap());
        connect(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(SqliteStore::open(&path), Err(StoreError::Migration(_))));
    }

    #[test]
    fn what_was_taken_in_is_there_when_the_process_was_killed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub.sqlite");
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let store = SqliteStore::open(&path).unwrap();
        store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
        let batch = Batch { pillar: "jumbo".into(), transactions: vec![incoming(1, 1)], surveys: vec![] };
        store.take_in(&batch, now).unwrap();
        // Neither connection is closed: what the copy sees is what a killed process left behind.
        let copy = tempfile::tempdir().unwrap();
        for file in ["hub.sqlite", "hub.sqlite-wal"] {
            std::fs::copy(folder.path().join(file), copy.path().join(file)).unwrap();
        }
        let reopened = SqliteStore::open(&copy.path().join("hub.sqlite")).unwrap();
        assert!(reopened.transaction(incoming(1, 1).header.reference).unwrap().is_some());
        drop(store);
    }

    #[test]
    fn a_commit_waits_for_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("hub.sqlite")).unwrap();
        let db = lock(&store.writer);
        let synchronous: i64 = db.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap();
        let journal: String = db.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!((synchronous, journal.as_str()), (2, "wal"));
    }

    #[test]
    fn the_database_is_readable_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub.sqlite");
        drop(SqliteStore::open(&path).unwrap());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
