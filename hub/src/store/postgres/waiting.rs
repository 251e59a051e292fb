//! Handovers that wait for a person, and turns at systems. Invariant: turns of all hubs count together.

use jiff::Timestamp;
use sqlx_core::executor::Executor as _;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::{PgConnection, PgRow};
use zuil_wire::Reference;

use super::super::StoreError;
use super::super::handover::{Pace, ParkReason, SentAgain, System, Turn, Waiting};
use super::super::values::{micros, read_system, time};
use super::without_nul;

pub(super) async fn send_again(
    db: &mut PgConnection,
    reference: Reference,
    now: Timestamp,
) -> Result<SentAgain, StoreError> {
    let again = query(
        "UPDATE handovers SET standing = 'waiting', reason = NULL, attempts = 0, rounds = rounds + 1,
             due_at = $2, failing_since = NULL, put_off_since = NULL, said = NULL, changed_at = $2, holder = NULL,
             leased_until = NULL, attempting = NULL
         WHERE number = (SELECT number FROM transactions WHERE reference = $1) AND standing = 'parked'",
    );
    let again = again.bind(reference.compact()).bind(micros(now)).execute(&mut *db).await?;
    if again.rows_affected() == 0 {
        return Ok(SentAgain::NotParked);
    }
    let received = query("UPDATE transactions SET state = 'received' WHERE reference = $1");
    received.bind(reference.compact()).execute(db).await?;
    Ok(SentAgain::Yes)
}

pub(super) async fn send_all_again(
    db: &mut PgConnection,
    system: Option<System>,
    reason: ParkReason,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let again = query(
        "WITH again AS (
             UPDATE handovers SET standing = 'waiting', reason = NULL, attempts = 0, rounds = rounds + 1,
                 due_at = $3, failing_since = NULL, put_off_since = NULL, said = NULL, changed_at = $3,
                 holder = NULL, leased_until = NULL, attempting = NULL
             WHERE standing = 'parked' AND system IS NOT DISTINCT FROM $1 AND reason = $2
             RETURNING number
         )
         UPDATE transactions SET state = 'received' WHERE number IN (SELECT number FROM again)",
    );
    let again = again.bind(system.map(System::as_str)).bind(reason.as_str()).bind(micros(now));
    Ok(again.execute(db).await?.rows_affected())
}

pub(super) async fn register_by_hand(
    db: &mut PgConnection,
    reference: Reference,
    case_number: &str,
    now: Timestamp,
) -> Result<SentAgain, StoreError> {
    let end = query(
        "UPDATE handovers SET standing = 'registered', reason = NULL, said = NULL, changed_at = $2,
             holder = NULL, leased_until = NULL
         WHERE number = (SELECT number FROM transactions WHERE reference = $1) AND standing = 'parked'",
    );
    let ended = end.bind(reference.compact()).bind(micros(now)).execute(&mut *db).await?;
    if ended.rows_affected() == 0 {
        return Ok(SentAgain::NotParked);
    }
    let register =
        query("UPDATE transactions SET state = 'registered', case_number = $2 WHERE reference = $1");
    register.bind(reference.compact()).bind(without_nul(case_number)).execute(db).await?;
    Ok(SentAgain::Yes)
}

pub(super) async fn waiting(db: &mut PgConnection) -> Result<Vec<Waiting>, StoreError> {
    // SQLite begins with those of which it is not known where they go, and goes by the bytes of words.
    let all = query(
        "SELECT system, reason, count(*) AS count, min(changed_at) AS since FROM handovers
         WHERE standing = 'parked' GROUP BY system, reason
         ORDER BY system COLLATE \"C\" NULLS FIRST, reason COLLATE \"C\"",
    );
    let read = |row: &PgRow| {
        let (reason, count): (&str, i64) = (row.try_get("reason")?, row.try_get("count")?);
        Ok(Waiting {
            system: read_system(row.try_get("system")?)?,
            reason: ParkReason::parse(reason).ok_or(StoreError::Damaged("reason"))?,
            count: u64::try_from(count).map_err(|_| StoreError::Damaged("count"))?,
            since: time(row.try_get("since")?)?,
        })
    };
    all.fetch_all(db).await?.iter().map(read).collect()
}

pub(super) async fn take_turn(
    db: &mut PgConnection,
    system: System,
    pace: Pace,
    now: Timestamp,
) -> Result<Turn, StoreError> {
    // Or two hubs would count the same turns and both take the last one.
    db.execute("LOCK TABLE handover_turns IN SHARE ROW EXCLUSIVE MODE").await?;
    let forget = query("DELETE FROM handover_turns WHERE system = $1 AND (at <= $2 OR at > $3)");
    let forget = forget.bind(system.as_str()).bind(micros(now - pace.window)).bind(micros(now + pace.window));
    forget.execute(&mut *db).await?;
    let count = query("SELECT count(*), min(at) FROM handover_turns WHERE system = $1");
    let row = count.bind(system.as_str()).fetch_one(&mut *db).await?;
    let (count, first): (i64, Option<i64>) = (row.try_get(0)?, row.try_get(1)?);
    match first {
        Some(first) if count >= i64::from(pace.most) => Ok(Turn::NotBefore(time(first)? + pace.window)),
        _ => {
            let take = query("INSERT INTO handover_turns (system, at) VALUES ($1, $2)");
            take.bind(system.as_str()).bind(micros(now)).execute(db).await?;
            Ok(Turn::Yes)
        }
    }
}
