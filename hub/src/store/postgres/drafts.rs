//! Answers that editors are writing.

use jiff::Timestamp;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::PgRow;

use super::super::StoreError;
use super::super::draft::{AnswerDraft, DraftStore, Rewritten};
use super::super::values::{micros, optional_time, time};
use super::{PostgresStore, without_nul};

impl DraftStore for PostgresStore {
    fn add_draft(&self, draft: &AnswerDraft) -> Result<bool, StoreError> {
        let AnswerDraft { id, question, language, text, made, changed, done_at } = draft;
        self.link.write(async |db| {
            let add = query(
                "INSERT INTO drafts (id, question, language, text, made_by, made_at, changed_by, changed_at, done_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
            );
            let add = add.bind(without_nul(id)).bind(without_nul(question)).bind(without_nul(language));
            let add = add.bind(without_nul(text)).bind(&made.0).bind(micros(made.1)).bind(&changed.0);
            let add = add.bind(micros(changed.1)).bind(done_at.map(micros));
            Ok(add.execute(db).await?.rows_affected() == 1)
        })
    }

    fn drafts(&self) -> Result<Vec<AnswerDraft>, StoreError> {
        self.link.read(async |db| {
            query("SELECT * FROM drafts ORDER BY id").fetch_all(db).await?.iter().map(read).collect()
        })
    }

    fn draft(&self, id: &str) -> Result<Option<AnswerDraft>, StoreError> {
        self.link.read(async |db| {
            let find = query("SELECT * FROM drafts WHERE id = $1").bind(without_nul(id));
            find.fetch_optional(db).await?.as_ref().map(read).transpose()
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
        self.link.write(async |db| {
            let rewrite = query(
                "UPDATE drafts SET text = $2, changed_by = $4, changed_at = $5, done_at = NULL
                 WHERE id = $1 AND changed_at = $3",
            );
            let rewrite = rewrite.bind(without_nul(id)).bind(without_nul(text)).bind(micros(seen));
            let rewrite = rewrite.bind(who).bind(micros(now));
            if rewrite.execute(&mut *db).await?.rows_affected() == 1 {
                return Ok(Rewritten::Yes);
            }
            let is_there = query("SELECT EXISTS (SELECT 1 FROM drafts WHERE id = $1)").bind(without_nul(id));
            let is_there: bool = is_there.fetch_one(db).await?.try_get(0)?;
            Ok(if is_there { Rewritten::Meanwhile } else { Rewritten::NoSuchDraft })
        })
    }

    fn finish_draft(&self, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        self.link.write(async |db| {
            let finish = query("UPDATE drafts SET done_at = $2 WHERE id = $1");
            let finish = finish.bind(without_nul(id)).bind(micros(now));
            Ok(finish.execute(db).await?.rows_affected() == 1)
        })
    }

    fn delete_draft(&self, id: &str) -> Result<bool, StoreError> {
        self.link.write(async |db| {
            let delete = query("DELETE FROM drafts WHERE id = $1").bind(without_nul(id));
            Ok(delete.execute(db).await?.rows_affected() == 1)
        })
    }
}

fn read(row: &PgRow) -> Result<AnswerDraft, StoreError> {
    Ok(AnswerDraft {
        id: row.try_get("id")?,
        question: row.try_get("question")?,
        language: row.try_get("language")?,
        text: row.try_get("text")?,
        made: (row.try_get("made_by")?, time(row.try_get("made_at")?)?),
        changed: (row.try_get("changed_by")?, time(row.try_get("changed_at")?)?),
        done_at: optional_time(row.try_get("done_at")?)?,
    })
}
