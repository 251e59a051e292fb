//! How far requests are elsewhere. Invariant: a look that was claimed changes when it is due only as long as nobody
//! asked for another one, at whichever hub.

use jiff::Timestamp;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::PgRow;
use zuil_wire::Reference;

use super::super::progress::{Look, Progress, ProgressStore};
use super::super::values::{micros, read_system, time};
use super::super::{StoreError, System};
use super::{PostgresStore, without_nul};

impl ProgressStore for PostgresStore {
    fn claim_looks(&self, now: Timestamp, until: Timestamp, limit: u32) -> Result<Vec<Look>, StoreError> {
        let claim = async |db: &mut sqlx_postgres::PgConnection| {
            let due = query(
                "WITH due AS (
                     SELECT number, look_at FROM progress WHERE look_at <= $1
                     ORDER BY look_at, number LIMIT $3 FOR UPDATE SKIP LOCKED
                 ), taken AS (
                     UPDATE progress AS p SET look_at = $2 FROM due WHERE p.number = due.number
                     RETURNING p.number, p.system, p.address, due.look_at
                 )
                 SELECT t.id, taken.system, taken.address, t.received_at
                 FROM taken JOIN transactions AS t USING (number) ORDER BY taken.look_at, taken.number",
            );
            let due = due.bind(micros(now)).bind(micros(until)).bind(i64::from(limit));
            due.fetch_all(db).await?.iter().map(|row| read(row, until)).collect()
        };
        self.link.write(claim)
    }

    fn keep_look(
        &self,
        look: &Look,
        told: Option<&Progress>,
        next: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        self.link.write(async |db| {
            if let Some(Progress { words, since, is_done }) = told {
                let keep = query(
                    "UPDATE progress SET words = $2, since = $3, is_done = $4
                     WHERE number = (SELECT number FROM transactions WHERE id = $1)",
                );
                let keep = keep.bind(look.id).bind(without_nul(words)).bind(micros(*since)).bind(*is_done);
                keep.execute(&mut *db).await?;
            }
            let again = query(
                "UPDATE progress SET look_at = $2
                 WHERE number = (SELECT number FROM transactions WHERE id = $1) AND look_at = $3",
            );
            again.bind(look.id).bind(next.map(micros)).bind(micros(look.until)).execute(db).await?;
            Ok(())
        })
    }

    fn look_soon(&self, system: System, address: &str, now: Timestamp) -> Result<bool, StoreError> {
        self.link.write(async |db| {
            let soon =
                query("UPDATE progress SET look_at = $3 WHERE system = $1 AND address = $2 AND NOT is_done");
            let soon = soon.bind(system.as_str()).bind(without_nul(address)).bind(micros(now));
            Ok(soon.execute(db).await?.rows_affected() > 0)
        })
    }

    fn progress(&self, reference: Reference) -> Result<Option<Progress>, StoreError> {
        self.link.read(async |db| {
            let find = query(
                "SELECT p.words, p.since, p.is_done FROM progress AS p JOIN transactions AS t USING (number)
                 WHERE t.reference = $1 AND p.words IS NOT NULL",
            );
            let Some(row) = find.bind(reference.compact()).fetch_optional(db).await? else { return Ok(None) };
            let (words, is_done) = (row.try_get("words")?, row.try_get("is_done")?);
            Ok(Some(Progress { words, since: time(row.try_get("since")?)?, is_done }))
        })
    }
}

fn read(row: &PgRow, until: Timestamp) -> Result<Look, StoreError> {
    Ok(Look {
        id: row.try_get("id")?,
        system: read_system(Some(row.try_get("system")?))?.ok_or(StoreError::Damaged("system"))?,
        address: row.try_get("address")?,
        received_at: time(row.try_get("received_at")?)?,
        until,
    })
}
