//! Requests to be called back. Invariant: only their holder tells what came of a call, at whichever hub.

use jiff::Timestamp;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_core::sql_str::AssertSqlSafe;
use sqlx_postgres::{PgConnection, PgRow};
use zuil_wire::Reference;

use super::super::StoreError;
use super::super::call_back::{CallBack, CallBackStore, CallBacksToDo, CallTold, Taking, taking};
use super::super::values::{micros, optional_time, time, to_integer};
use super::{PostgresStore, without_nul};

/// What is to do, of `call_backs AS c` joined with `transactions AS t`.
const TO_DO: &str = "NOT c.is_done AND t.state <> 'registered' AND NOT EXISTS (
    SELECT 1 FROM handovers AS h WHERE h.number = c.number AND h.standing = 'waiting')";

/// As [`read`] reads them.
const CALLS: &str =
    "SELECT t.reference, t.pillar, t.received_at, c.holder, c.held_at, c.tries, c.told, c.told_by, c.told_at
     FROM call_backs AS c JOIN transactions AS t USING (number)";

impl CallBackStore for PostgresStore {
    fn note_call_backs(&self, numbers: &[u64]) -> Result<(), StoreError> {
        let numbers: Vec<i64> = numbers.iter().map(|number| to_integer(*number)).collect();
        self.link.write(async |db| {
            let note = query(
                "INSERT INTO call_backs (number) SELECT * FROM unnest($1::bigint[]) ORDER BY 1 ON CONFLICT DO NOTHING",
            );
            Ok(note.bind(&numbers).execute(db).await.map(drop)?)
        })
    }

    fn call_backs(&self, limit: u32) -> Result<Vec<CallBack>, StoreError> {
        self.link.read(async |db| {
            let list = query(AssertSqlSafe(format!("{CALLS} WHERE {TO_DO} ORDER BY number LIMIT $1")));
            list.bind(i64::from(limit)).fetch_all(db).await?.iter().map(read).collect()
        })
    }

    fn call_back(&self, reference: Reference) -> Result<Option<CallBack>, StoreError> {
        self.link.read(async |db| {
            let call = query(AssertSqlSafe(format!("{CALLS} WHERE t.reference = $1")));
            call.bind(reference.compact()).fetch_optional(db).await?.as_ref().map(read).transpose()
        })
    }

    fn call_backs_to_do(&self) -> Result<CallBacksToDo, StoreError> {
        self.link.read(async |db| {
            let count = query(AssertSqlSafe(format!(
                "SELECT count(*), count(*) FILTER (WHERE EXISTS (
                     SELECT 1 FROM handovers AS h WHERE h.number = c.number AND h.standing = 'parked'))
                 FROM call_backs AS c JOIN transactions AS t USING (number) WHERE {TO_DO}"
            )));
            let row = count.fetch_one(db).await?;
            let (all, not_sent_on): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
            Ok(CallBacksToDo { all: all.unsigned_abs(), not_sent_on: not_sent_on.unsigned_abs() })
        })
    }

    fn take_call_back(
        &self,
        reference: Reference,
        who: &str,
        over_from: Option<&str>,
        now: Timestamp,
    ) -> Result<Taking, StoreError> {
        self.link.write(async |db| {
            let Some((number, holder)) = held(db, reference).await? else { return Ok(Taking::NotToDo) };
            let taking = taking(holder.as_deref(), who, over_from);
            if taking == Taking::Yes && holder.as_deref() != Some(who) {
                let take = query("UPDATE call_backs SET holder = $2, held_at = $3 WHERE number = $1");
                take.bind(number).bind(without_nul(who)).bind(micros(now)).execute(db).await?;
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
        self.link.write(async |db| {
            let Some((number, Some(holder))) = held(db, reference).await? else { return Ok(false) };
            if holder != who {
                return Ok(false);
            }
            let tell = query(
                "UPDATE call_backs SET holder = NULL, held_at = NULL, told = $2, told_by = $3, told_at = $4,
                     is_done = $5, tries = tries + $6 WHERE number = $1",
            );
            let tell = tell.bind(number).bind(told.as_str()).bind(without_nul(who)).bind(micros(now));
            tell.bind(told.is_done()).bind(i64::from(!told.is_done())).execute(db).await?;
            Ok(true)
        })
    }
}

/// The number of what is to do, and who calls. Nobody else changes it until the end of the transaction.
async fn held(
    db: &mut PgConnection,
    reference: Reference,
) -> Result<Option<(i64, Option<String>)>, StoreError> {
    let held = query(AssertSqlSafe(format!(
        "SELECT number, c.holder FROM call_backs AS c JOIN transactions AS t USING (number)
         WHERE t.reference = $1 AND {TO_DO} FOR UPDATE OF c"
    )));
    let held = held.bind(reference.compact()).fetch_optional(db).await?;
    held.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose()
}

fn read(row: &PgRow) -> Result<CallBack, StoreError> {
    let reference: &str = row.try_get("reference")?;
    let told: Option<&str> = row.try_get("told")?;
    let told = told.map(|told| CallTold::parse(told).ok_or(StoreError::Damaged("call"))).transpose()?;
    let holder: Option<String> = row.try_get("holder")?;
    Ok(CallBack {
        reference: reference.parse().map_err(|_| StoreError::Damaged("reference"))?,
        pillar: row.try_get("pillar")?,
        received_at: time(row.try_get("received_at")?)?,
        holder: holder.zip(optional_time(row.try_get("held_at")?)?),
        tries: row.try_get::<i64, _>("tries")?.unsigned_abs(),
        told: match (told, row.try_get("told_by")?, optional_time(row.try_get("told_at")?)?) {
            (Some(told), Some(by), Some(at)) => Some((told, by, at)),
            _ => None,
        },
    })
}
