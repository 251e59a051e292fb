//! Requests to be called back. Invariant: only their holder tells what came of a call, at whichever hub.

use jiff::Timestamp;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_core::sql_str::AssertSqlSafe;
use sqlx_postgres::{PgConnection, PgRow};
use zuil_wire::Reference;

use super::super::StoreError;
use super::super::call_back::{
    CallBack, CallBackStore, CallBacksToDo, CallTold, Elsewhere, PATIENCE, Taking, taking,
};
use super::super::values::{micros, optional_time, time, to_integer};
use super::handover::on_its_way;
use super::settling::UNDECIDED;
use super::{PostgresStore, settling, without_nul};

/// What is to do, of `call_backs AS c` joined with `transactions AS t`. `$1` is when what is on its way since has no
/// reason to be seen here.
const TO_DO: &str = concat!(
    "NOT c.is_done AND NOT c.is_over AND t.state <> 'registered' AND NOT EXISTS (
        SELECT 1 FROM handovers AS h WHERE h.number = c.number AND (h.by_staff
            OR h.changed_at > $1 AND ",
    on_its_way!(),
    "))"
);

/// Notes that those are over which another system has or staff closed, so that nobody goes through them again. It waits
/// for nobody.
const TIDY: &str = "UPDATE call_backs SET is_over = TRUE WHERE number = ANY (ARRAY(
    SELECT c.number FROM call_backs AS c JOIN transactions AS t USING (number)
    WHERE NOT c.is_done AND NOT c.is_over AND (t.state = 'registered'
        OR EXISTS (SELECT 1 FROM handovers AS h WHERE h.number = c.number AND h.by_staff))
    ORDER BY c.number FOR UPDATE OF c SKIP LOCKED))";

/// As [`read`] reads them.
const CALLS: &str =
    "SELECT t.reference, t.pillar, t.received_at, c.holder, c.held_at, c.tries, c.told, c.told_by, c.told_at,
         (SELECT h.standing FROM handovers AS h WHERE h.number = c.number) AS standing,
         (SELECT h.leased_until FROM handovers AS h WHERE h.number = c.number) AS leased_until
     FROM call_backs AS c JOIN transactions AS t USING (number)";

impl CallBackStore for PostgresStore {
    fn note_call_backs(&self, numbers: &[u64]) -> Result<(), StoreError> {
        let numbers: Vec<i64> = numbers.iter().map(|number| to_integer(*number)).collect();
        self.link.write(async |db| {
            let note = query(
                "INSERT INTO call_backs (number) SELECT * FROM unnest($1::bigint[]) ORDER BY 1 ON CONFLICT DO NOTHING",
            );
            note.bind(&numbers).execute(&mut *db).await?;
            Ok(query(TIDY).execute(db).await.map(drop)?)
        })
    }

    fn call_backs(&self, limit: u32, now: Timestamp) -> Result<Vec<CallBack>, StoreError> {
        self.link.read(async |db| {
            let list = query(AssertSqlSafe(format!("{CALLS} WHERE {TO_DO} ORDER BY number LIMIT $2")));
            let list = list.bind(micros(now - PATIENCE)).bind(i64::from(limit));
            list.fetch_all(db).await?.iter().map(|row| read(row, now)).collect()
        })
    }

    fn call_back(&self, reference: Reference, now: Timestamp) -> Result<Option<CallBack>, StoreError> {
        self.link.read(async |db| {
            let call = query(AssertSqlSafe(format!("{CALLS} WHERE t.reference = $1")));
            let row = call.bind(reference.compact()).fetch_optional(db).await?;
            row.map(|row| read(&row, now)).transpose()
        })
    }

    fn call_back_to_do(&self, reference: Reference, now: Timestamp) -> Result<Option<CallBack>, StoreError> {
        self.link.read(async |db| {
            let call = query(AssertSqlSafe(format!("{CALLS} WHERE {TO_DO} AND t.reference = $2")));
            let call = call.bind(micros(now - PATIENCE)).bind(reference.compact());
            let row = call.fetch_optional(db).await?;
            row.map(|row| read(&row, now)).transpose()
        })
    }

    fn call_backs_to_do(&self, now: Timestamp) -> Result<CallBacksToDo, StoreError> {
        self.link.read(async |db| {
            let count = query(AssertSqlSafe(format!(
                "SELECT count(*), count(*) FILTER (WHERE EXISTS (
                     SELECT 1 FROM handovers AS h WHERE h.number = c.number AND h.standing = 'parked')),
                     count(*) FILTER (WHERE {UNDECIDED})
                 FROM call_backs AS c JOIN transactions AS t USING (number) WHERE {TO_DO}"
            )));
            let row = count.bind(micros(now - PATIENCE)).fetch_one(db).await?;
            Ok(CallBacksToDo {
                all: row.try_get::<i64, _>(0)?.unsigned_abs(),
                not_sent_on: row.try_get::<i64, _>(1)?.unsigned_abs(),
                undecided: row.try_get::<i64, _>(2)?.unsigned_abs(),
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
        self.link.write(async |db| {
            let Some((number, holder)) = held(db, reference, now).await? else {
                return Ok(Taking::NotToDo);
            };
            if settling::is_under_way(db, number, now).await? {
                return Ok(Taking::UnderWay);
            }
            let taking = taking(holder.as_deref(), who, over_from);
            if taking == Taking::Yes && holder.as_deref() != Some(who) {
                let take = query("UPDATE call_backs SET holder = $2, held_at = $3 WHERE number = $1");
                take.bind(number).bind(without_nul(who)).bind(micros(now)).execute(&mut *db).await?;
                keep_back(db, number, true).await?;
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
            let Some((number, Some(holder))) = held(db, reference, now).await? else {
                return Ok(false);
            };
            if holder != who {
                return Ok(false);
            }
            let tell = query(
                "UPDATE call_backs SET holder = NULL, held_at = NULL, told = $2, told_by = $3, told_at = $4,
                     is_done = $5, tries = tries + $6 WHERE number = $1",
            );
            let tell = tell.bind(number).bind(told.as_str()).bind(without_nul(who)).bind(micros(now));
            tell.bind(told.is_done()).bind(i64::from(!told.is_done())).execute(&mut *db).await?;
            keep_back(db, number, false).await?;
            if told.is_done() {
                settling::close_now(db, number, now).await?;
            }
            Ok(true)
        })
    }
}

/// The number of what is to do, and who calls. Nobody else changes it until the end of the transaction.
async fn held(
    db: &mut PgConnection,
    reference: Reference,
    now: Timestamp,
) -> Result<Option<(i64, Option<String>)>, StoreError> {
    let held = query(AssertSqlSafe(format!(
        "SELECT number, c.holder FROM call_backs AS c JOIN transactions AS t USING (number)
         WHERE t.reference = $2 AND {TO_DO} FOR UPDATE OF c"
    )));
    let held = held.bind(micros(now - PATIENCE)).bind(reference.compact()).fetch_optional(db).await?;
    held.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose()
}

/// Nobody hands it over while somebody calls about it.
async fn keep_back(db: &mut PgConnection, number: i64, kept_back: bool) -> Result<(), StoreError> {
    let keep = query("UPDATE handovers SET kept_back = $2 WHERE number = $1");
    keep.bind(number).bind(kept_back).execute(db).await?;
    Ok(())
}

fn read(row: &PgRow, now: Timestamp) -> Result<CallBack, StoreError> {
    let reference: &str = row.try_get("reference")?;
    let told: Option<&str> = row.try_get("told")?;
    let told = told.map(|told| CallTold::parse(told).ok_or(StoreError::Damaged("call"))).transpose()?;
    let holder: Option<String> = row.try_get("holder")?;
    let standing: Option<&str> = row.try_get("standing")?;
    let leased_until: Option<i64> = row.try_get("leased_until")?;
    let is_leased = leased_until.is_some_and(|until| until > micros(now));
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
        elsewhere: match standing {
            Some("waiting") if is_leased => Elsewhere::UnderWay,
            Some("waiting" | "parked") => Elsewhere::MayCome,
            _ => Elsewhere::No,
        },
    })
}
