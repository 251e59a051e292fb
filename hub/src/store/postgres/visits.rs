//! What happens at pillars. Invariant: an entry counts once.

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::PgRow;
use zuil_wire::VisitEntry;

use super::super::StoreError;
use super::super::values::write_json;
use super::super::visit::{VisitStore, day_of};
use super::{PostgresStore, pillars, without_nul};

impl VisitStore for PostgresStore {
    fn keep_visits(&self, pillar: &str, entries: &[VisitEntry], now: Timestamp) -> Result<(), StoreError> {
        self.link.write(async |db| {
            pillars::lock(db, pillar).await?;
            for VisitEntry { id, on, what } in entries {
                let keep = query(
                    "INSERT INTO visit_log (id, pillar, day, what) VALUES ($1, $2, $3::text::date, $4)
                     ON CONFLICT (id) DO NOTHING",
                );
                let keep = keep.bind(id).bind(pillar).bind(day_of(*on, now).to_string());
                keep.bind(write_json(what)?).execute(&mut *db).await?;
            }
            pillars::saw(db, pillar, now).await
        })
    }

    fn visits(&self, pillar: &str, since: Date) -> Result<Vec<VisitEntry>, StoreError> {
        self.link.read(async |db| {
            let list = query(
                "SELECT id, day::text AS day, what FROM visit_log WHERE pillar = $1 AND visit_log.day >= $2::text::date
                 ORDER BY visit_log.day DESC, id",
            );
            let rows = list.bind(without_nul(pillar)).bind(since.to_string()).fetch_all(db).await?;
            rows.iter().map(read).collect()
        })
    }

    fn forget_visits(&self, before: Date) -> Result<u64, StoreError> {
        self.link.write(async |db| {
            let forget = query("DELETE FROM visit_log WHERE day < $1::text::date");
            Ok(forget.bind(before.to_string()).execute(db).await?.rows_affected())
        })
    }
}

fn read(row: &PgRow) -> Result<VisitEntry, StoreError> {
    let (day, what): (&str, &str) = (row.try_get("day")?, row.try_get("what")?);
    Ok(VisitEntry {
        id: row.try_get("id")?,
        on: day.parse().map_err(|_| StoreError::Damaged("day"))?,
        what: serde_json::from_str(what).map_err(|_| StoreError::Damaged("visit"))?,
    })
}
