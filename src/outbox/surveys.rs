//! Surveys until the hub has them.
//!
//! Invariant: a survey holds no text of a resident, and nothing ties it to a transaction.

use rusqlite::params;
use uuid::Uuid;
use zuil_wire::messages::SurveyItem;

use super::rows::{id_from, json};
use super::{Outbox, OutboxError, Result};

impl Outbox {
    /// Keeps a survey. Its id must be random (UUIDv4), so that it tells nothing about when. Keeping
    /// the same id again changes nothing.
    ///
    /// # Errors
    /// When it cannot be made durable.
    pub fn keep_survey(&self, survey: &SurveyItem) -> Result<()> {
        self.durably(|sql| {
            sql.execute(
                "INSERT OR IGNORE INTO surveys (id, task, answers) VALUES (?1, ?2, ?3)",
                params![survey.id.to_string(), survey.task, json(&survey.answers)?],
            )?;
            Ok(())
        })
    }

    /// At most `limit` surveys that the hub does not have yet, in the order of their random ids.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    pub fn pending_surveys(&self, limit: usize) -> Result<Vec<SurveyItem>> {
        let connection = self.lock();
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

    /// Forgets surveys that are durable at the hub.
    ///
    /// # Errors
    /// When it cannot be made durable.
    pub fn acknowledge_surveys(&self, ids: &[Uuid]) -> Result<()> {
        self.durably(|sql| {
            for id in ids {
                sql.execute("DELETE FROM surveys WHERE id = ?1", [id.to_string()])?;
            }
            Ok(())
        })
    }
}
