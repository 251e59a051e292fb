//! How often something was tried to be told in vain.
//!
//! Invariant: the number is exact as long as the program runs, and at least half of it after a restart:
//! it is written down whenever it has doubled, and when the reason changes.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::super::rules::{self, MOST_TRIED};
use super::rows::second_from;
use super::{Attempts, Result, Sent, SqliteOutbox};

/// What was tried, of at most [`MOST_TRIED`] transactions.
#[derive(Debug, Default)]
pub(super) struct Tried(HashMap<Uuid, Attempts>);

impl Tried {
    /// What was tried most often, of several the longest ago.
    pub(super) fn most(&self) -> Option<Attempts> {
        self.0.values().max_by_key(|it| (it.tries, std::cmp::Reverse(it.last))).cloned()
    }

    pub(super) fn forget(&mut self, ids: impl Iterator<Item = Uuid>) {
        for id in ids {
            self.0.remove(&id);
        }
    }

    /// Counts one more; returns it when it is to be written down.
    fn count(&mut self, id: Uuid, at: Timestamp, why: &str) -> Option<Attempts> {
        if self.0.len() >= MOST_TRIED && !self.0.contains_key(&id) {
            return None;
        }
        let known = self.0.entry(id).or_insert(Attempts { id, tries: 0, last: at, why: String::new() });
        let is_news = known.why != why;
        known.tries = known.tries.saturating_add(1);
        known.last = at;
        if is_news {
            why.clone_into(&mut known.why);
        }
        (is_news || known.tries.is_power_of_two()).then(|| known.clone())
    }
}

pub(super) fn note(outbox: &SqliteOutbox, sent: &[Sent], at: Timestamp, why: &str) -> Result<()> {
    let why = rules::shortened(why);
    let mut waiting = Vec::new();
    {
        let connection = outbox.lock();
        let mut query = connection.prepare_cached(
            "SELECT 1 FROM transactions WHERE id = ?1 AND revision = ?2 AND answered < revision",
        )?;
        for item in sent {
            if query.exists(params![item.id.as_bytes(), item.revision])? {
                waiting.push(item.id);
            }
        }
    }
    let news: Vec<Attempts> = {
        let mut tried = outbox.tried();
        waiting.into_iter().filter_map(|id| tried.count(id, at, &why)).collect()
    };
    if news.is_empty() {
        return Ok(());
    }
    outbox.durably(|sql| news.iter().try_for_each(|attempts| write(sql, attempts)))
}

pub(super) fn read(connection: &Connection) -> Result<Tried> {
    let mut query = connection.prepare("SELECT id, tries, last_at, why FROM attempts LIMIT ?1")?;
    let mut rows = query.query([i64::try_from(MOST_TRIED).unwrap_or(i64::MAX)])?;
    let mut tried = HashMap::new();
    while let Some(row) = rows.next()? {
        let id = Uuid::from_bytes(row.get(0)?);
        let attempts = Attempts { id, tries: row.get(1)?, last: second_from(row.get(2)?)?, why: row.get(3)? };
        tried.insert(id, attempts);
    }
    Ok(Tried(tried))
}

pub(super) fn forget(sql: &Connection, id: Uuid) -> Result<()> {
    sql.prepare_cached("DELETE FROM attempts WHERE id = ?1")?.execute([id.as_bytes()])?;
    Ok(())
}

/// Not of what was answered in the meantime.
fn write(sql: &Connection, attempts: &Attempts) -> Result<()> {
    sql.prepare_cached(
        "INSERT OR REPLACE INTO attempts (id, tries, last_at, why)
         SELECT ?1, ?2, ?3, ?4 WHERE EXISTS
             (SELECT 1 FROM transactions WHERE id = ?1 AND answered < revision)",
    )?
    .execute(params![
        attempts.id.as_bytes(),
        attempts.tries,
        attempts.last.as_second(),
        attempts.why
    ])?;
    Ok(())
}
