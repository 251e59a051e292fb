//! What residents asked and did not find. Invariant: a question counts once, and nothing tells when on its day
//! it was asked.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, Transaction, params};
use zuil_wire::QuestionItem;

use super::super::question::day_of;
use super::super::{AskedInVain, StoreError, Unfound};

pub(super) fn keep(
    db: &Transaction<'_>,
    pillar: &str,
    questions: &[QuestionItem],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut insert = db.prepare_cached(
        "INSERT INTO questions (id, pillar, language, words, day) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO NOTHING",
    )?;
    for QuestionItem { id, language, words, on } in questions {
        insert.execute(params![id.as_bytes(), pillar, language, words, day_of(*on, now).to_string()])?;
    }
    super::pillars::saw(db, pillar, now)
}

pub(super) const COUNT: &str = "SELECT coalesce(sum(times), 0), count(*)
     FROM (SELECT count(*) AS times FROM questions WHERE day >= ?1 GROUP BY language, words)";
pub(super) const MOST: &str =
    "SELECT words, language, count(*) AS times, count(DISTINCT pillar), max(day) AS last FROM questions
     WHERE day >= ?1 GROUP BY language, words ORDER BY times DESC, last DESC, words, language LIMIT ?2";

pub(super) fn most(db: &Connection, since: Date, limit: u32) -> Result<Unfound, StoreError> {
    let since = since.to_string();
    let (times, different) = db
        .prepare_cached(COUNT)?
        .query_row([&since], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    let mut query = db.prepare_cached(MOST)?;
    let rows = query.query_map(params![since, limit], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?, row.get::<_, i64>(3)?, row.get::<_, String>(4)?))
    })?;
    let most = rows.map(|row| {
        let (words, language, times, pillars, last_on) = row?;
        let last_on = last_on.parse().map_err(|_| StoreError::Damaged("day"))?;
        Ok(AskedInVain {
            words,
            language,
            times: times.unsigned_abs(),
            pillars: pillars.unsigned_abs(),
            last_on,
        })
    });
    let most = most.collect::<Result<_, StoreError>>()?;
    Ok(Unfound { times: times.unsigned_abs(), different: different.unsigned_abs(), most })
}

pub(super) fn forget(db: &Transaction<'_>, before: Date) -> Result<u64, StoreError> {
    let forgotten = db.execute("DELETE FROM questions WHERE day < ?1", [before.to_string()])?;
    Ok(forgotten as u64)
}
