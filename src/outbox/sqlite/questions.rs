//! What residents asked and did not find, until the hub has it.
//!
//! Invariant: nothing ties a question to a transaction, a visit or a time of day, and there are never more than
//! [`rules::MOST_QUESTIONS`]. (That its words hold no personal data is seen to before they get here.)

use rusqlite::params;
use uuid::Uuid;
use zuil_wire::QuestionItem;

use super::super::rules;
use super::rows::id_from;
use super::{OutboxError, Result, SqliteOutbox};

pub(super) fn keep(outbox: &SqliteOutbox, question: &QuestionItem) -> Result<()> {
    let QuestionItem { id, language, words, on } = question;
    outbox.durably(|sql| {
        sql.prepare_cached(
            "INSERT OR IGNORE INTO questions (id, language, words, day) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![id.to_string(), language, words, on.to_string()])?;
        let too_many = "DELETE FROM questions WHERE id IN
                            (SELECT id FROM questions ORDER BY day DESC, id LIMIT -1 OFFSET ?1)";
        sql.prepare_cached(too_many)?.execute([i64::try_from(rules::MOST_QUESTIONS).unwrap_or(i64::MAX)])?;
        Ok(())
    })
}

pub(super) fn pending(outbox: &SqliteOutbox, limit: usize) -> Result<Vec<QuestionItem>> {
    let connection = outbox.lock();
    let mut query =
        connection.prepare_cached("SELECT id, language, words, day FROM questions ORDER BY id LIMIT ?1")?;
    let rows = query.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
        Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?, row.get::<_, String>(3)?))
    })?;
    rows.map(|row| {
        let (id, language, words, day) = row?;
        let on = day.parse().map_err(|_| OutboxError::Unreadable("the day of a question"))?;
        Ok(QuestionItem { id: id_from(&id)?, language, words, on })
    })
    .collect()
}

pub(super) fn acknowledge(outbox: &SqliteOutbox, ids: &[Uuid]) -> Result<()> {
    outbox.durably(|sql| {
        for id in ids {
            sql.prepare_cached("DELETE FROM questions WHERE id = ?1")?.execute([id.to_string()])?;
        }
        Ok(())
    })
}
