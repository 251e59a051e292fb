//! What staff settle themselves. Invariant: it is settled in the transaction that saw that nobody hands it over.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params, params};
use uuid::Uuid;
use zuil_wire::Reference;

use super::super::settling::{OnItsWay, Settled, SettlingStore, ToDecide, ToForget, Undecided};
use super::super::{Entry, StoreError};
use super::handover::on_its_way;
use super::values::{micros, read_system, read_trouble, time, to_integer};
use super::{SqliteStore, audit, references};

/// What waits for a decision, of `transactions`.
pub(super) const UNDECIDED: &str = "state = 'parked' AND coalesce(payment ->> 'state', '') <> 'unknown'
    AND NOT EXISTS (SELECT 1 FROM handovers WHERE handovers.number = transactions.number AND standing = 'parked')";

impl SettlingStore for SqliteStore {
    fn to_decide(&self, limit: u32) -> Result<ToDecide, StoreError> {
        self.read(|db| {
            // Both statements see the same database.
            let snapshot = db.unchecked_transaction()?;
            let count = format!("SELECT count(*) FROM transactions WHERE {UNDECIDED}");
            let count: i64 = snapshot.prepare_cached(&count)?.query_row([], |row| row.get(0))?;
            let mut query = snapshot.prepare_cached(&format!(
                "SELECT reference, pillar, received_at, trouble FROM transactions WHERE {UNDECIDED}
                 ORDER BY number LIMIT ?1"
            ))?;
            let oldest = query.query_map([limit], |row| Ok(undecided(row)))?;
            let oldest = oldest.map(|one| one.map_err(StoreError::from)?).collect::<Result<_, _>>()?;
            Ok(ToDecide { count: count.unsigned_abs(), oldest })
        })
    }

    fn send_anyway(&self, reference: Reference, entry: &Entry) -> Result<Settled, StoreError> {
        self.write(|db| {
            let Some(number) = references::number_of(db, reference)? else { return Ok(Settled::NotOpen) };
            let sql = format!(
                "UPDATE transactions SET state = 'received', trouble = NULL
                 WHERE number = ?1 AND {UNDECIDED} AND number <= (SELECT up_to FROM checked)
                     AND (trouble IS NULL OR trouble IN ('not-signed', 'after-revocation'))"
            );
            if db.prepare_cached(&sql)?.execute([number])? == 0 {
                return Ok(Settled::NotOpen);
            }
            let sql = "UPDATE handovers SET due_at = ?2, changed_at = ?2 WHERE number = ?1";
            db.prepare_cached(sql)?.execute(params![number, micros(entry.at)])?;
            audit::append(db, entry)?;
            Ok(Settled::Yes)
        })
    }

    fn close(&self, reference: Reference, entry: &Entry) -> Result<Settled, StoreError> {
        self.write(|db| {
            let Some(number) = references::number_of(db, reference)? else { return Ok(Settled::NotOpen) };
            let sql = concat!(
                "SELECT state <> 'registered' AND coalesce(payment ->> 'state', '') <> 'unknown'
                     AND number <= (SELECT up_to FROM checked) AND coalesce(by_staff, 0) = 0
                     AND NOT (coalesce(payment ->> 'state', '') = 'paid' AND (",
                on_its_way!(),
                ") IS TRUE)
                 FROM transactions LEFT JOIN handovers USING (number) WHERE number = ?1"
            );
            let may_close: bool = db.prepare_cached(sql)?.query_row([number], |row| row.get(0))?;
            if !may_close {
                return Ok(Settled::NotOpen);
            }
            if is_under_way(db, number, entry.at)? {
                return Ok(Settled::UnderWay);
            }
            close_now(db, number, entry.at)?;
            audit::append(db, entry)?;
            Ok(Settled::Yes)
        })
    }

    fn closed_among(&self, ids: &[Uuid]) -> Result<BTreeSet<Uuid>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM transactions JOIN handovers USING (number)
                     WHERE id = ?1 AND standing = 'nothing' AND by_staff = 1)",
            )?;
            let mut closed = BTreeSet::new();
            for id in ids {
                if query.query_row([id.as_bytes()], |row| row.get(0))? {
                    closed.insert(*id);
                }
            }
            Ok(closed)
        })
    }

    fn on_their_way(&self, before: Timestamp) -> Result<Vec<OnItsWay>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(concat!(
                "SELECT system, count(*), min(changed_at) FROM handovers JOIN transactions USING (number)
                 WHERE changed_at <= ?1 AND ",
                on_its_way!(),
                " GROUP BY system ORDER BY system"
            ))?;
            let rows =
                query.query_map([micros(before)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let read = |row: rusqlite::Result<(Option<String>, i64, i64)>| {
                let (system, count, since) = row?;
                Ok(OnItsWay {
                    system: read_system(system)?,
                    count: count.unsigned_abs(),
                    since: time(since)?,
                })
            };
            rows.map(read).collect()
        })
    }

    fn said_when_refused(&self, reference: Reference) -> Result<Option<String>, StoreError> {
        self.read(|db| {
            let Some(number) = references::number_of(db, reference)? else { return Ok(None) };
            let mut query = db.prepare_cached("SELECT said FROM handovers WHERE number = ?1")?;
            Ok(query.query_row([number], |row| row.get::<_, Option<String>>(0)).optional()?.flatten())
        })
    }

    fn to_forget(&self, offset: u64, limit: u32) -> Result<ToForget, StoreError> {
        self.read(|db| {
            // Both statements see the same database.
            let snapshot = db.unchecked_transaction()?;
            let sql = "SELECT count(*), count(*) FILTER (WHERE state <> 'parked' AND NOT EXISTS (
                     SELECT 1 FROM call_backs WHERE call_backs.number = to_forget.number AND is_done = 0))
                 FROM to_forget JOIN transactions USING (number)";
            let (count, only_here): (i64, i64) =
                snapshot.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let mut query = snapshot.prepare_cached(
                "SELECT reference, forget_at FROM to_forget JOIN transactions USING (number)
                 ORDER BY forget_at, number LIMIT ?1 OFFSET ?2",
            )?;
            let part = params![limit, to_integer(offset)];
            let first = query.query_map(part, |row| Ok((row.get(0)?, row.get(1)?)))?;
            let read = |row: rusqlite::Result<(String, i64)>| {
                let (reference, at) = row?;
                let reference: Reference = reference.parse().map_err(|_| StoreError::Damaged("reference"))?;
                Ok((reference, time(at)?))
            };
            let first = first.map(read).collect::<Result<_, StoreError>>()?;
            Ok(ToForget { count: count.unsigned_abs(), only_here: only_here.unsigned_abs(), first })
        })
    }
}

fn undecided(row: &Row<'_>) -> Result<Undecided, StoreError> {
    let reference: String = row.get(0)?;
    Ok(Undecided {
        reference: reference.parse().map_err(|_| StoreError::Damaged("reference"))?,
        pillar: row.get(1)?,
        received_at: time(row.get(2)?)?,
        trouble: read_trouble(row.get(3)?)?,
    })
}

/// Whether somebody hands it over at this moment.
pub(super) fn is_under_way(db: &Connection, number: i64, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM handovers
         WHERE number = ?1 AND standing = 'waiting' AND leased_until > ?2)";
    Ok(db.prepare_cached(sql)?.query_row(params![number, micros(now)], |row| row.get(0))?)
}

/// Staff are done with it, and it waits for nobody any more.
pub(super) fn close_now(db: &Transaction<'_>, number: i64, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO handovers (number, standing, by_staff, due_at, changed_at)
         VALUES (:number, 'nothing', 1, :now, :now)
         ON CONFLICT (number) DO UPDATE SET standing = 'nothing', by_staff = 1, kept_back = 0, reason = NULL,
             said = NULL, changed_at = :now, holder = NULL, leased_until = NULL, attempting = NULL",
    )?
    .execute(named_params! { ":number": number, ":now": micros(now) })?;
    let sql = "UPDATE transactions SET state = 'received' WHERE number = ?1 AND state = 'parked'";
    db.prepare_cached(sql)?.execute([number])?;
    Ok(())
}
