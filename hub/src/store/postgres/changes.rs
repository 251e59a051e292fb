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
                let find = query(
                    "SELECT CASE WHEN t.state = 'received' AND EXISTS (SELECT 1 FROM handovers AS o
                         WHERE o.number = t.number AND o.standing = 'nothing' AND o.by_staff)
                         THEN 'closed' ELSE t.state END AS state, t.case_number
                     FROM transactions AS t WHERE t.id = $1 AND t.pillar = $2",
                );
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
