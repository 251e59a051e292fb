//! Surveys until the hub has them.
//!
//! Invariant: a survey holds no text of a resident, and nothing ties it to a transaction.

use rusqlite::params;
use uuid::Uuid;
use zuil_wire::messages::SurveyItem;

use super::rows::{id_from, json};
use super::{OutboxError, Result, SqliteOutbox};

pub(super) fn keep_survey(outbox: &SqliteOutbox, survey: &SurveyItem) -> Result<()> {
    outbox.durably(|sql| {
        sql.prepare_cached("INSERT OR IGNORE INTO surveys (id, task, answers) VALUES (?1, ?2, ?3)")?
            .execute(params![survey.id.to_string(), survey.task, json(&survey.answers)?])?;
        Ok(())
    })
}

pub(super) fn pending_surveys(outbox: &SqliteOutbox, limit: usize) -> Result<Vec<SurveyItem>> {
    let connection = outbox.lock();
    let mut query =
        connection.prepare_cached("SELECT id, task, answers FROM surveys ORDER BY id LIMIT ?1")?;
    let rows = query.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
        Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, String>(2)?))
    })?;
    rows.map(|row| {
        let (id, task, answers) = row?;
        let answers =
            serde_json::from_str(&answers).map_err(|_| OutboxError::Unreadable("a survey's answers"))?;
        Ok(SurveyItem { id: id_from(&id)?, task, answers })
    })
    .collect()
}

pub(super) fn acknowledge_surveys(outbox: &SqliteOutbox, ids: &[Uuid]) -> Result<()> {
    outbox.durably(|sql| {
        for id in ids {
            sql.prepare_cached("DELETE FROM surveys WHERE id = ?1")?.execute([id.to_string()])?;
        }
        Ok(())
    })
}
