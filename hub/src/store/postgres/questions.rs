//! What residents asked and did not find. Invariant: a question counts once, and nothing tells when on its day it
//! was asked.

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::{PgConnection, PgRow};
use zuil_wire::QuestionItem;

use super::super::question::day_of;
use super::super::{AskedInVain, StoreError, Unfound};
use super::{pillars, without_nul};

pub(super) async fn keep(
    db: &mut PgConnection,
    pillar: &str,
    questions: &[QuestionItem],
    now: Timestamp,
) -> Result<(), StoreError> {
    pillars::lock(db, pillar).await?;
    for QuestionItem { id, language, words, on } in questions {
        let keep = query(
            "INSERT INTO questions (id, pillar, language, words, day) VALUES ($1, $2, $3, $4, $5::text::date)
             ON CONFLICT (id) DO NOTHING",
        );
        let keep = keep.bind(id).bind(pillar).bind(without_nul(language)).bind(without_nul(words));
        keep.bind(day_of(*on, now).to_string()).execute(&mut *db).await?;
    }
    pillars::saw(db, pillar, now).await
}

pub(super) async fn most(db: &mut PgConnection, since: Date, limit: u32) -> Result<Unfound, StoreError> {
    let since = since.to_string();
    // In one go, because putting what was asked in order is what takes long.
    let most = query(
        "SELECT words, language, count(*) AS times, count(DISTINCT pillar) AS pillars, max(day)::text AS last,
             (sum(count(*)) OVER ())::bigint AS all_times, count(*) OVER () AS different
         FROM questions WHERE day >= $1::text::date GROUP BY language, words
         ORDER BY times DESC, max(day) DESC, words, language LIMIT $2",
    );
    let most = most.bind(&since).bind(i64::from(limit.max(1))).fetch_all(db).await?;
    let total =
        |name: &str| most.first().map_or(Ok(0), |row| row.try_get::<i64, _>(name).map(i64::unsigned_abs));
    Ok(Unfound {
        times: total("all_times")?,
        different: total("different")?,
        most: most.iter().take(limit as usize).map(asked).collect::<Result<_, _>>()?,
    })
}

fn asked(row: &PgRow) -> Result<AskedInVain, StoreError> {
    let last_on: &str = row.try_get("last")?;
    Ok(AskedInVain {
        words: row.try_get("words")?,
        language: row.try_get("language")?,
        times: row.try_get::<i64, _>("times")?.unsigned_abs(),
        pillars: row.try_get::<i64, _>("pillars")?.unsigned_abs(),
        last_on: last_on.parse().map_err(|_| StoreError::Damaged("day"))?,
    })
}

pub(super) async fn forget(db: &mut PgConnection, before: Date) -> Result<u64, StoreError> {
    let forget = query("DELETE FROM questions WHERE day < $1::text::date");
    Ok(forget.bind(before.to_string()).execute(db).await?.rows_affected())
}

/// Writes what came in on days that are over anew, so that nothing tells with what else it was written: see the
/// comments of the schema.
pub(super) async fn mix(db: &mut PgConnection) -> Result<(), StoreError> {
    let surveys = "
        WITH gone AS (DELETE FROM surveys WHERE NOT mixed AND day < current_date RETURNING *)
        INSERT INTO surveys (id, task, clear, helped, treated, missing, day, mixed)
        SELECT id, task, clear, helped, treated, missing, day, TRUE FROM gone ORDER BY id";
    let questions = "
        WITH gone AS (DELETE FROM questions WHERE NOT mixed AND day < current_date RETURNING *)
        INSERT INTO questions (id, pillar, language, words, day, mixed)
        SELECT id, pillar, language, words, day, TRUE FROM gone ORDER BY id";
    query(surveys).execute(&mut *db).await?;
    query(questions).execute(db).await?;
    Ok(())
}
