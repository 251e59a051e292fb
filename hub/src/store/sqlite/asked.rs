//! Which answers residents found. Invariant: a count counts once, at its highest.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::params;
use zuil_wire::AskedCount;

use super::super::StoreError;
use super::super::asked::{AskedStore, FoundAnswer};
use super::super::question::day_of;
use super::SqliteStore;

/// Counted in the order of its index. (With the sign, SQLite does not pick out the days first.)
pub(super) const FOUND: &str = "SELECT pillar, answer, language, sum(times) FROM asked
     WHERE +day >= ?1 GROUP BY pillar, answer, language ORDER BY pillar, answer, language";

impl AskedStore for SqliteStore {
    fn keep_asked(&self, pillar: &str, counts: &[AskedCount], now: Timestamp) -> Result<(), StoreError> {
        self.write(|db| {
            let mut keep = db.prepare_cached(
                "INSERT INTO asked (id, pillar, language, answer, day, times) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (id) DO UPDATE SET times = excluded.times
                 WHERE asked.pillar = excluded.pillar AND asked.times < excluded.times",
            )?;
            for AskedCount { id, language, answer, on, times } in counts {
                let day = day_of(*on, now).to_string();
                keep.execute(params![id.as_bytes(), pillar, language, answer, day, times])?;
            }
            super::pillars::saw(db, pillar, now)
        })
    }

    fn asked(&self, since: Date) -> Result<Vec<FoundAnswer>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(FOUND)?;
            let rows = query.query_map([since.to_string()], |row| {
                let times = row.get::<_, i64>(3)?.unsigned_abs();
                Ok(FoundAnswer { pillar: row.get(0)?, answer: row.get(1)?, language: row.get(2)?, times })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    fn forget_asked(&self, before: Date) -> Result<u64, StoreError> {
        let forget = "DELETE FROM asked WHERE day < ?1";
        self.write(|db| Ok(db.execute(forget, [before.to_string()])? as u64))
    }
}
