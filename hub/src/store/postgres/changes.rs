//! How transactions stand, for the pillars that made them. What changes is counted by the database itself.

use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use uuid::Uuid;
use zuil_wire::RequestStanding;

use super::super::StoreError;
use super::super::changes::ChangesStore;
use super::super::values::read_state;
use super::{PostgresStore, without_nul};

impl ChangesStore for PostgresStore {
    fn changes(&self, pillar: &str) -> Result<u64, StoreError> {
        self.link.read(async |db| {
            let count = query("SELECT count FROM changes WHERE pillar = $1").bind(without_nul(pillar));
            let Some(row) = count.fetch_optional(db).await? else { return Ok(0) };
            Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
        })
    }

    fn standings(&self, pillar: &str, ids: &[Uuid]) -> Result<Vec<RequestStanding>, StoreError> {
        self.link.read(async |db| {
            let mut standings = Vec::with_capacity(ids.len());
            for id in ids {
                let find = query("SELECT state, case_number FROM transactions WHERE id = $1 AND pillar = $2");
                let find = find.bind(id).bind(without_nul(pillar));
                if let Some(row) = find.fetch_optional(&mut *db).await? {
                    let state = read_state(row.try_get("state")?)?;
                    standings.push(RequestStanding {
                        id: *id,
                        state,
                        case_number: row.try_get("case_number")?,
                    });
                }
            }
            Ok(standings)
        })
    }
}
