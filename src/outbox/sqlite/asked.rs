//! How often answers were opened from a search, until the hub has it.
//!
//! Invariant: nothing ties a count to a transaction, a visit or a time of day; of a day, a language and an answer there
//! is one that rises; and there are never more than [`rules::MOST_ASKED`].

use std::ops::RangeInclusive;

use jiff::civil::Date;
use rusqlite::params;
use uuid::Uuid;
use zuil_wire::AskedCount;

use super::super::rules;
use super::rows::id_from;
use super::{OutboxError, Result, SqliteOutbox};

pub(super) fn count(outbox: &SqliteOutbox, language: &str, answer: &str, on: Date) -> Result<()> {
    let (id, day) = (Uuid::new_v4().to_string(), on.to_string());
    outbox.durably(|sql| {
        let more = "UPDATE asked SET times = times + 1 WHERE id =
                        (SELECT id FROM asked WHERE day = ?1 AND language = ?2 AND answer = ?3 AND times < ?4
                         LIMIT 1)";
        let counted =
            sql.prepare_cached(more)?.execute(params![day, language, answer, AskedCount::MAX_TIMES])?;
        if counted == 0 {
            sql.prepare_cached(
                "INSERT INTO asked (id, language, answer, day, times) VALUES (?1, ?2, ?3, ?4, 1)",
            )?
            .execute(params![id, language, answer, day])?;
            let too_many = "DELETE FROM asked WHERE id IN
                                (SELECT id FROM asked ORDER BY day DESC, id LIMIT -1 OFFSET ?1)";
            sql.prepare_cached(too_many)?.execute([i64::try_from(rules::MOST_ASKED).unwrap_or(i64::MAX)])?;
        }
        Ok(())
    })
}

pub(super) fn pending(
    outbox: &SqliteOutbox,
    under_way: &RangeInclusive<Date>,
    limit: usize,
) -> Result<Vec<AskedCount>> {
    let connection = outbox.lock();
    let mut query = connection.prepare_cached(
        "SELECT id, language, answer, day, times FROM asked WHERE day < ?1 OR day > ?2 ORDER BY id LIMIT ?3",
    )?;
    let (first, last) = (under_way.start().to_string(), under_way.end().to_string());
    let rows = query.query_map(params![first, last, i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
        Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?, row.get::<_, String>(3)?, row.get(4)?))
    })?;
    rows.map(|row| {
        let (id, language, answer, day, times) = row?;
        let on = day.parse().map_err(|_| OutboxError::Unreadable("the day of a count"))?;
        Ok(AskedCount { id: id_from(&id)?, language, answer, on, times })
    })
    .collect()
}

pub(super) fn acknowledge(outbox: &SqliteOutbox, told: &[AskedCount]) -> Result<()> {
    outbox.durably(|sql| {
        for AskedCount { id, times, .. } in told {
            // One that rose since then is told again.
            sql.prepare_cached("DELETE FROM asked WHERE id = ?1 AND times = ?2")?
                .execute(params![id.to_string(), times])?;
        }
        Ok(())
    })
}
