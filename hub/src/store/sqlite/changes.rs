//! How transactions stand, for the pillars that made them. What changes is counted by the database itself.

use rusqlite::{OptionalExtension, params};
use uuid::Uuid;
use zuil_wire::RequestStanding;

use super::super::StoreError;
use super::super::changes::ChangesStore;
use super::SqliteStore;
use super::values::read_state;

impl ChangesStore for SqliteStore {
    fn changes(&self, pillar: &str) -> Result<u64, StoreError> {
        let count = "SELECT count FROM changes WHERE pillar = ?1";
        let count: Option<i64> = self
            .read(|db| Ok(db.prepare_cached(count)?.query_row([pillar], |row| row.get(0)).optional()?))?;
        Ok(count.unwrap_or_default().unsigned_abs())
    }

    fn standings(&self, pillar: &str, ids: &[Uuid]) -> Result<Vec<RequestStanding>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(
                "SELECT CASE WHEN state = 'received' AND EXISTS (SELECT 1 FROM handovers
                     WHERE handovers.number = transactions.number AND standing = 'nothing' AND by_staff = 1)
                     THEN 'closed' ELSE state END, case_number
                 FROM transactions WHERE id = ?1 AND pillar = ?2",
            )?;
            let mut standings = Vec::with_capacity(ids.len());
            for id in ids {
                let found = query.query_row(params![id.as_bytes(), pillar], |row| {
                    Ok((row.get::<_, String>(0)?, row.get(1)?))
                });
                if let Some((state, case_number)) = found.optional()? {
                    standings.push(RequestStanding { id: *id, state: read_state(&state)?, case_number });
                }
            }
            Ok(standings)
        })
    }
}
