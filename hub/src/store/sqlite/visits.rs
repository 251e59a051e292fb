//! What happens at pillars. Invariant: an entry counts once.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::params;
use uuid::Uuid;
use zuil_wire::VisitEntry;

use super::super::StoreError;
use super::super::values::write_json;
use super::super::visit::{VisitStore, day_of};
use super::SqliteStore;

impl VisitStore for SqliteStore {
    fn keep_visits(&self, pillar: &str, entries: &[VisitEntry], now: Timestamp) -> Result<(), StoreError> {
        self.write(|db| {
            let mut insert = db.prepare_cached(
                "INSERT INTO visit_log (id, pillar, day, what) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO NOTHING",
            )?;
            for VisitEntry { id, on, what } in entries {
                let day = day_of(*on, now).to_string();
                insert.execute(params![id.as_bytes(), pillar, day, write_json(what)?])?;
            }
            super::pillars::saw(db, pillar, now)
        })
    }

    fn visits(&self, pillar: &str, since: Date) -> Result<Vec<VisitEntry>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(
                "SELECT id, day, what FROM visit_log WHERE pillar = ?1 AND day >= ?2 ORDER BY day DESC, id",
            )?;
            let rows = query.query_map(params![pillar, since.to_string()], |row| {
                Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
            })?;
            rows.map(|row| {
                let (id, day, what) = row?;
                Ok(VisitEntry {
                    id: Uuid::from_bytes(id),
                    on: day.parse().map_err(|_| StoreError::Damaged("day"))?,
                    what: serde_json::from_str(&what).map_err(|_| StoreError::Damaged("visit"))?,
                })
            })
            .collect()
        })
    }

    fn forget_visits(&self, before: Date) -> Result<u64, StoreError> {
        let forget = "DELETE FROM visit_log WHERE day < ?1";
        self.write(|db| Ok(db.execute(forget, [before.to_string()])? as u64))
    }
}
