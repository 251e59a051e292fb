//! What staff settle themselves. Invariant: what is settled is locked before it is seen whether somebody hands it over,
//! and `handovers` before `transactions`.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_core::sql_str::AssertSqlSafe;
use sqlx_postgres::{PgConnection, PgRow};
use uuid::Uuid;
use zuil_wire::Reference;

use super::super::settling::{OnItsWay, Settled, SettlingStore, ToDecide, ToForget, Undecided};
use super::super::values::{micros, read_system, read_trouble, time, to_integer};
use super::super::{Entry, StoreError};
use super::handover::on_its_way;
use super::{PostgresStore, audit};

/// What waits for a decision, of `transactions AS t`.
pub(super) const UNDECIDED: &str = "t.state = 'parked' AND NOT t.payment_unknown
    AND NOT EXISTS (SELECT 1 FROM handovers AS o WHERE o.number = t.number AND o.standing = 'parked')";

impl SettlingStore for PostgresStore {
    fn to_decide(&self, limit: u32) -> Result<ToDecide, StoreError> {
        self.link.read(async |db| {
            let count =
                query(AssertSqlSafe(format!("SELECT count(*) FROM transactions AS t WHERE {UNDECIDED}")));
            let count: i64 = count.fetch_one(&mut *db).await?.try_get(0)?;
            let oldest = query(AssertSqlSafe(format!(
                "SELECT t.reference, t.pillar, t.received_at, t.trouble FROM transactions AS t WHERE {UNDECIDED}
                 ORDER BY t.number LIMIT $1"
            )));
            let oldest = oldest.bind(i64::from(limit)).fetch_all(db).await?;
            let oldest = oldest.iter().map(undecided).collect::<Result<_, _>>()?;
            Ok(ToDecide { count: count.unsigned_abs(), oldest })
        })
    }

    fn send_anyway(&self, reference: Reference, entry: &Entry) -> Result<Settled, StoreError> {
        self.link.write(async |db| {
            let Some(number) = locked(db, reference).await? else { return Ok(Settled::NotOpen) };
            let go_on = query(AssertSqlSafe(format!(
                "UPDATE transactions AS t SET state = 'received', trouble = NULL
                 WHERE t.number = $1 AND {UNDECIDED}
                     AND NOT EXISTS (SELECT 1 FROM to_check WHERE to_check.number = t.number)
                     AND (t.trouble IS NULL OR t.trouble IN ('not-signed', 'after-revocation'))"
            )));
            if go_on.bind(number).execute(&mut *db).await?.rows_affected() == 0 {
                return Ok(Settled::NotOpen);
            }
            let due = query("UPDATE handovers SET due_at = $2, changed_at = $2 WHERE number = $1");
            due.bind(number).bind(micros(entry.at)).execute(&mut *db).await?;
            audit::append(db, entry).await?;
            Ok(Settled::Yes)
        })
    }

    fn close(&self, reference: Reference, entry: &Entry) -> Result<Settled, StoreError> {
        self.link.write(async |db| {
            let Some(number) = locked(db, reference).await? else { return Ok(Settled::NotOpen) };
            let may_close = query(concat!(
                "SELECT t.state <> 'registered' AND NOT t.payment_unknown
                     AND NOT EXISTS (SELECT 1 FROM to_check WHERE to_check.number = t.number)
                     AND NOT coalesce(h.by_staff, FALSE)
                     AND NOT (coalesce(t.payment::json ->> 'state', '') = 'paid' AND (",
                on_its_way!(),
                ") IS TRUE)
                 FROM transactions AS t LEFT JOIN handovers AS h USING (number)
                 WHERE t.number = $1 FOR UPDATE OF t"
            ));
            let may_close: bool = may_close.bind(number).fetch_one(&mut *db).await?.try_get(0)?;
            if !may_close {
                return Ok(Settled::NotOpen);
            }
            if is_under_way(db, number, entry.at).await? {
                return Ok(Settled::UnderWay);
            }
            close_now(db, number, entry.at).await?;
            audit::append(db, entry).await?;
            Ok(Settled::Yes)
        })
    }

    fn closed_among(&self, ids: &[Uuid]) -> Result<BTreeSet<Uuid>, StoreError> {
        self.link.read(async |db| {
            let closed = query(
                "SELECT t.id FROM transactions AS t JOIN handovers AS h USING (number)
                 WHERE t.id = ANY($1) AND h.standing = 'nothing' AND h.by_staff",
            );
            let closed = closed.bind(ids).fetch_all(db).await?;
            Ok(closed.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
        })
    }

    fn on_their_way(&self, before: Timestamp) -> Result<Vec<OnItsWay>, StoreError> {
        self.link.read(async |db| {
            // In the order of SQLite.
            let all = query(concat!(
                "SELECT h.system, count(*) AS count, min(h.changed_at) AS since
                 FROM handovers AS h JOIN transactions AS t USING (number) WHERE h.changed_at <= $1 AND ",
                on_its_way!(),
                " GROUP BY h.system ORDER BY h.system COLLATE \"C\" NULLS FIRST"
            ));
            let read = |row: &PgRow| {
                Ok(OnItsWay {
                    system: read_system(row.try_get("system")?)?,
                    count: row.try_get::<i64, _>("count")?.unsigned_abs(),
                    since: time(row.try_get("since")?)?,
                })
            };
            all.bind(micros(before)).fetch_all(db).await?.iter().map(read).collect()
        })
    }

    fn said_when_refused(&self, reference: Reference) -> Result<Option<String>, StoreError> {
        self.link.read(async |db| {
            let said = query(
                "SELECT o.said FROM handovers AS o JOIN transactions AS t USING (number) WHERE t.reference = $1",
            );
            let row = said.bind(reference.compact()).fetch_optional(db).await?;
            Ok(row.map(|row| row.try_get::<Option<String>, _>(0)).transpose()?.flatten())
        })
    }

    fn to_forget(&self, offset: u64, limit: u32) -> Result<ToForget, StoreError> {
        self.link.read(async |db| {
            let count = query(
                "SELECT count(*), count(*) FILTER (WHERE t.state <> 'parked' AND NOT EXISTS (
                     SELECT 1 FROM call_backs AS c WHERE c.number = t.number AND NOT c.is_done))
                 FROM to_forget AS f JOIN transactions AS t USING (number)",
            );
            let count = count.fetch_one(&mut *db).await?;
            let (count, only_here): (i64, i64) = (count.try_get(0)?, count.try_get(1)?);
            let first = query(
                "SELECT t.reference, f.forget_at FROM to_forget AS f JOIN transactions AS t USING (number)
                 ORDER BY f.forget_at, f.number LIMIT $1 OFFSET $2",
            );
            let first = first.bind(i64::from(limit)).bind(to_integer(offset)).fetch_all(db).await?;
            let first = first.iter().map(forgotten_at).collect::<Result<_, _>>()?;
            Ok(ToForget { count: count.unsigned_abs(), only_here: only_here.unsigned_abs(), first })
        })
    }
}

fn undecided(row: &PgRow) -> Result<Undecided, StoreError> {
    Ok(Undecided {
        reference: reference(row)?,
        pillar: row.try_get("pillar")?,
        received_at: time(row.try_get("received_at")?)?,
        trouble: read_trouble(row.try_get("trouble")?)?,
    })
}

fn forgotten_at(row: &PgRow) -> Result<(Reference, Timestamp), StoreError> {
    Ok((reference(row)?, time(row.try_get("forget_at")?)?))
}

fn reference(row: &PgRow) -> Result<Reference, StoreError> {
    let reference: &str = row.try_get("reference")?;
    reference.parse().map_err(|_| StoreError::Damaged("reference"))
}

/// The number of a transaction. Nobody else begins to hand it over until the end of this one.
async fn locked(db: &mut PgConnection, reference: Reference) -> Result<Option<i64>, StoreError> {
    let find = query("SELECT number FROM transactions WHERE reference = $1");
    let Some(row) = find.bind(reference.compact()).fetch_optional(&mut *db).await? else { return Ok(None) };
    let number: i64 = row.try_get(0)?;
    query("SELECT 1 FROM handovers WHERE number = $1 FOR UPDATE").bind(number).execute(db).await?;
    Ok(Some(number))
}

/// Whether somebody hands it over at this moment. Nobody else begins to until the end of the transaction.
pub(super) async fn is_under_way(
    db: &mut PgConnection,
    number: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let held = query(
        "SELECT coalesce(leased_until > $2, FALSE) AND standing = 'waiting' FROM handovers
         WHERE number = $1 FOR UPDATE",
    );
    let row = held.bind(number).bind(micros(now)).fetch_optional(db).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?.unwrap_or(false))
}

/// Staff are done with it, and it waits for nobody any more.
pub(super) async fn close_now(db: &mut PgConnection, number: i64, now: Timestamp) -> Result<(), StoreError> {
    let close = query(
        "INSERT INTO handovers (number, standing, by_staff, due_at, changed_at)
         VALUES ($1, 'nothing', TRUE, $2, $2)
         ON CONFLICT (number) DO UPDATE SET standing = 'nothing', by_staff = TRUE, kept_back = FALSE, reason = NULL,
             said = NULL, changed_at = $2, holder = NULL, leased_until = NULL, attempting = NULL",
    );
    close.bind(number).bind(micros(now)).execute(&mut *db).await?;
    let received = query("UPDATE transactions SET state = 'received' WHERE number = $1 AND state = 'parked'");
    received.bind(number).execute(db).await?;
    Ok(())
}
