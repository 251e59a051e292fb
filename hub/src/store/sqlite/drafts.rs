//! Answers that editors are writing.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::super::StoreError;
use super::super::draft::{AnswerDraft, DraftStore, Rewritten};
use super::SqliteStore;
use super::values::{micros, optional_time, time};

const COLUMNS: &str = "id, question, language, text, made_by, made_at, changed_by, changed_at, done_at";

impl DraftStore for SqliteStore {
    fn add_draft(&self, draft: &AnswerDraft) -> Result<bool, StoreError> {
        let AnswerDraft { id, question, language, text, made, changed, done_at } = draft;
        self.write(|db| {
            let add = format!(
                "INSERT INTO drafts ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING"
            );
            let (made_at, changed_at) = (micros(made.1), micros(changed.1));
            let values = params![
                id,
                question,
                language,
                text,
                made.0,
                made_at,
                changed.0,
                changed_at,
                done_at.map(micros)
            ];
            Ok(db.prepare_cached(&add)?.execute(values)? == 1)
        })
    }

    fn drafts(&self) -> Result<Vec<AnswerDraft>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(&format!("SELECT {COLUMNS} FROM drafts ORDER BY id"))?;
            let rows = query.query_map([], |row| Ok(read(row)))?;
            rows.map(|row| row.map_err(StoreError::from)?).collect()
        })
    }

    fn draft(&self, id: &str) -> Result<Option<AnswerDraft>, StoreError> {
        self.read(|db| {
            let find = format!("SELECT {COLUMNS} FROM drafts WHERE id = ?1");
            db.prepare_cached(&find)?.query_row([id], |row| Ok(read(row))).optional()?.transpose()
        })
    }

    fn rewrite_draft(
        &self,
        id: &str,
        text: &str,
        seen: Timestamp,
        who: &str,
        now: Timestamp,
    ) -> Result<Rewritten, StoreError> {
        self.write(|db| {
            let changed = db
                .prepare_cached(
                    "UPDATE drafts SET text = ?2, changed_by = ?4, changed_at = ?5, done_at = NULL
                     WHERE id = ?1 AND changed_at = ?3",
                )?
                .execute(params![id, text, micros(seen), who, micros(now)])?;
            if changed == 1 {
                return Ok(Rewritten::Yes);
            }
            let is_there = "SELECT EXISTS (SELECT 1 FROM drafts WHERE id = ?1)";
            let is_there: bool = db.prepare_cached(is_there)?.query_row([id], |row| row.get(0))?;
            Ok(if is_there { Rewritten::Meanwhile } else { Rewritten::NoSuchDraft })
        })
    }

    fn finish_draft(&self, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        let finish = "UPDATE drafts SET done_at = ?2 WHERE id = ?1";
        self.write(|db| Ok(db.prepare_cached(finish)?.execute(params![id, micros(now)])? == 1))
    }

    fn delete_draft(&self, id: &str) -> Result<bool, StoreError> {
        self.write(|db| Ok(db.prepare_cached("DELETE FROM drafts WHERE id = ?1")?.execute([id])? == 1))
    }
}

fn read(row: &Row<'_>) -> Result<AnswerDraft, StoreError> {
    Ok(AnswerDraft {
        id: row.get(0)?,
        question: row.get(1)?,
        language: row.get(2)?,
        text: row.get(3)?,
        made: (row.get(4)?, time(row.get(5)?)?),
        changed: (row.get(6)?, time(row.get(7)?)?),
        done_at: optional_time(row.get(8)?)?,
    })
}
