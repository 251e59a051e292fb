//! Requests to be called back. Invariant: only their holder tells what came of a call.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use zuil_wire::Reference;

use super::super::StoreError;
use super::super::call_back::{
    CallBack, CallBackStore, CallBacksToDo, CallTold, Elsewhere, PATIENCE, Taking, taking,
};
use super::handover::on_its_way;
use super::settling::UNDECIDED;
use super::values::{micros, optional_time, time, to_integer};
use super::{SqliteStore, references, settling};

/// What is to do, of `call_backs` joined with `transactions`. `:patient` is when what is on its way since has no reason
/// to be seen here.
const TO_DO: &str = concat!(
    "is_done = 0 AND is_over = 0 AND state <> 'registered' AND NOT EXISTS (
        SELECT 1 FROM handovers WHERE handovers.number = call_backs.number AND (by_staff = 1
            OR changed_at > :patient AND ",
    on_its_way!(),
    "))"
);

/// Notes that those are over which another system has or staff closed, so that nobody goes through them again.
const TIDY: &str = "UPDATE call_backs SET is_over = 1 WHERE is_done = 0 AND is_over = 0
    AND (EXISTS (SELECT 1 FROM transactions WHERE transactions.number = call_backs.number AND state = 'registered')
        OR EXISTS (SELECT 1 FROM handovers WHERE handovers.number = call_backs.number AND by_staff = 1))";

/// As [`read`] reads them.
const CALLS: &str = "SELECT reference, pillar, received_at, holder, held_at, tries, told, told_by, told_at,
        (SELECT CASE WHEN standing = 'waiting' AND leased_until > :now THEN 2
             WHEN standing IN ('waiting', 'parked') THEN 1 ELSE 0 END
         FROM handovers WHERE handovers.number = call_backs.number) AS elsewhere
    FROM call_backs JOIN transactions USING (number)";

impl CallBackStore for SqliteStore {
    fn note_call_backs(&self, numbers: &[u64]) -> Result<(), StoreError> {
        self.write(|db| {
            let mut note =
                db.prepare_cached("INSERT INTO call_backs (number) VALUES (?1) ON CONFLICT DO NOTHING")?;
            for number in numbers {
                note.execute([to_integer(*number)])?;
            }
            db.prepare_cached(TIDY)?.execute([])?;
            Ok(())
        })
    }

    fn call_backs(&self, limit: u32, now: Timestamp) -> Result<Vec<CallBack>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(&oldest())?;
            let given = named_params! {
                ":now": micros(now), ":patient": micros(now - PATIENCE), ":limit": limit,
            };
            let rows = query.query_map(given, |row| Ok(read(row)))?;
            rows.map(|row| row.map_err(StoreError::from)?).collect()
        })
    }

    fn call_back(&self, reference: Reference, now: Timestamp) -> Result<Option<CallBack>, StoreError> {
        self.read(|db| {
            let Some(number) = references::number_of(db, reference)? else { return Ok(None) };
            let mut query = db.prepare_cached(&format!("{CALLS} WHERE number = :number"))?;
            let given = named_params! { ":now": micros(now), ":number": number };
            query.query_row(given, |row| Ok(read(row))).optional()?.transpose()
        })
    }

    fn call_back_to_do(&self, reference: Reference, now: Timestamp) -> Result<Option<CallBack>, StoreError> {
        self.read(|db| {
            let Some(number) = references::number_of(db, reference)? else { return Ok(None) };
            let mut query = db.prepare_cached(&format!("{CALLS} WHERE number = :number AND {TO_DO}"))?;
            let given = named_params! {
                ":now": micros(now), ":patient": micros(now - PATIENCE), ":number": number,
            };
            query.query_row(given, |row| Ok(read(row))).optional()?.transpose()
        })
    }

    fn call_backs_to_do(&self, now: Timestamp) -> Result<CallBacksToDo, StoreError> {
        self.read(|db| {
            let given = named_params! { ":patient": micros(now - PATIENCE) };
            let (all, not_sent_on, undecided): (i64, i64, i64) = db
                .prepare_cached(&count())?
                .query_row(given, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok(CallBacksToDo {
                all: all.unsigned_abs(),
                not_sent_on: not_sent_on.unsigned_abs(),
                undecided: undecided.unsigned_abs(),
            })
        })
    }

    fn take_call_back(
        &self,
        reference: Reference,
        who: &str,
        over_from: Option<&str>,
        now: Timestamp,
    ) -> Result<Taking, StoreError> {
        self.write(|db| {
            let Some((number, holder)) = held(db, reference, now)? else { return Ok(Taking::NotToDo) };
            if settling::is_under_way(db, number, now)? {
                return Ok(Taking::UnderWay);
            }
            let taking = taking(holder.as_deref(), who, over_from);
            if taking == Taking::Yes && holder.as_deref() != Some(who) {
                db.prepare_cached("UPDATE call_backs SET holder = ?2, held_at = ?3 WHERE number = ?1")?
                    .execute(params![number, who, micros(now)])?;
                keep_back(db, number, true)?;
            }
            Ok(taking)
        })
    }

    fn tell_call_back(
        &self,
        reference: Reference,
        who: &str,
        told: CallTold,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(|db| {
            let Some((number, Some(holder))) = held(db, reference, now)? else { return Ok(false) };
            if holder != who {
                return Ok(false);
            }
            db.prepare_cached(
                "UPDATE call_backs SET holder = NULL, held_at = NULL, told = ?2, told_by = ?3, told_at = ?4,
                     is_done = ?5, tries = tries + (?2 = 'not-reached') WHERE number = ?1",
            )?
            .execute(params![number, told.as_str(), who, micros(now), told.is_done()])?;
            keep_back(db, number, false)?;
            if told.is_done() {
                settling::close_now(db, number, now)?;
            }
            Ok(true)
        })
    }
}

/// Lists what is to do.
pub(super) fn oldest() -> String {
    format!("{CALLS} WHERE {TO_DO} ORDER BY number LIMIT :limit")
}

/// Counts what is to do.
pub(super) fn count() -> String {
    format!(
        "SELECT count(*), count(*) FILTER (WHERE EXISTS (
             SELECT 1 FROM handovers WHERE handovers.number = call_backs.number AND standing = 'parked')),
             count(*) FILTER (WHERE {UNDECIDED})
         FROM call_backs JOIN transactions USING (number) WHERE {TO_DO}"
    )
}

/// The number of what is to do, and who calls.
fn held(
    db: &Connection,
    reference: Reference,
    now: Timestamp,
) -> Result<Option<(i64, Option<String>)>, StoreError> {
    let Some(number) = references::number_of(db, reference)? else { return Ok(None) };
    let held = format!(
        "SELECT number, holder FROM call_backs JOIN transactions USING (number)
         WHERE number = :number AND {TO_DO}"
    );
    let given = named_params! { ":number": number, ":patient": micros(now - PATIENCE) };
    let held = db.prepare_cached(&held)?.query_row(given, |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(held.optional()?)
}

/// Nobody hands it over while somebody calls about it.
fn keep_back(db: &Connection, number: i64, kept_back: bool) -> Result<(), StoreError> {
    let sql = "UPDATE handovers SET kept_back = ?2 WHERE number = ?1";
    db.prepare_cached(sql)?.execute(params![number, kept_back])?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<CallBack, StoreError> {
    let reference: String = row.get(0)?;
    let told: Option<String> = row.get(6)?;
    let told = told.map(|told| CallTold::parse(&told).ok_or(StoreError::Damaged("call"))).transpose()?;
    Ok(CallBack {
        reference: reference.parse().map_err(|_| StoreError::Damaged("reference"))?,
        pillar: row.get(1)?,
        received_at: time(row.get(2)?)?,
        holder: row.get::<_, Option<String>>(3)?.zip(optional_time(row.get(4)?)?),
        tries: row.get::<_, i64>(5)?.unsigned_abs(),
        told: match (told, row.get(7)?, optional_time(row.get(8)?)?) {
            (Some(told), Some(by), Some(at)) => Some((told, by, at)),
            _ => None,
        },
        elsewhere: match row.get::<_, Option<i64>>(9)? {
            Some(2) => Elsewhere::UnderWay,
            Some(1) => Elsewhere::MayCome,
            _ => Elsewhere::No,
        },
    })
}
