//! How far requests are elsewhere. Invariant: a look that was claimed changes when it is due only as long as nobody
//! asked for another one.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use zuil_wire::Reference;

use super::super::progress::{Look, Progress, ProgressStore};
use super::super::{StoreError, System};
use super::SqliteStore;
use super::references;
use super::values::{micros, time};

impl ProgressStore for SqliteStore {
    fn claim_looks(&self, now: Timestamp, until: Timestamp, limit: u32) -> Result<Vec<Look>, StoreError> {
        let due = "SELECT count(*) FROM progress WHERE look_at <= ?1";
        if self
            .read(|db| Ok(db.prepare_cached(due)?.query_row([micros(now)], |row| row.get::<_, i64>(0))?))?
            == 0
        {
            return Ok(Vec::new());
        }
        self.write(|db| {
            let mut query = db.prepare_cached(
                "SELECT number, id, system, address, received_at FROM progress JOIN transactions USING (number)
                 WHERE look_at <= ?1 ORDER BY look_at, number LIMIT ?2",
            )?;
            let rows = query.query_map(params![micros(now), limit], |row| Ok((row.get(0)?, read(row, until))))?;
            let rows = rows.collect::<Result<Vec<(i64, _)>, _>>()?;
            let mut take = db.prepare_cached("UPDATE progress SET look_at = ?2 WHERE number = ?1")?;
            let mut claimed = Vec::with_capacity(rows.len());
            for (number, look) in rows {
                take.execute(params![number, micros(until)])?;
                claimed.push(look?);
            }
            Ok(claimed)
        })
    }

    fn keep_look(
        &self,
        look: &Look,
        told: Option<&Progress>,
        next: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let number = "SELECT number FROM transactions WHERE id = ?1";
        self.write(|db| {
            if let Some(Progress { words, since, is_done }) = told {
                db.prepare_cached(&format!(
                    "UPDATE progress SET words = ?2, since = ?3, is_done = ?4 WHERE number = ({number})"
                ))?
                .execute(params![look.id.as_bytes(), words, micros(*since), is_done])?;
            }
            db.prepare_cached(&format!(
                "UPDATE progress SET look_at = ?2 WHERE number = ({number}) AND look_at = ?3"
            ))?
            .execute(params![look.id.as_bytes(), next.map(micros), micros(look.until)])?;
            Ok(())
        })
    }

    fn look_soon(&self, system: System, address: &str, now: Timestamp) -> Result<bool, StoreError> {
        let known = "SELECT count(*) FROM progress WHERE system = ?1 AND address = ?2";
        let names = params![system.as_str(), address];
        // Most of what changes at the municipality did not come from a pillar.
        if self.read(|db| Ok(db.prepare_cached(known)?.query_row(names, |row| row.get::<_, i64>(0))?))? == 0 {
            return Ok(false);
        }
        let soon = "UPDATE progress SET look_at = ?3 WHERE system = ?1 AND address = ?2 AND NOT is_done";
        let values = params![system.as_str(), address, micros(now)];
        self.write(|db| Ok(db.prepare_cached(soon)?.execute(values)? > 0))
    }

    fn progress(&self, reference: Reference) -> Result<Option<Progress>, StoreError> {
        self.read(|db| {
            let Some(number) = references::number_of(db, reference)? else { return Ok(None) };
            let sql = "SELECT words, since, is_done FROM progress WHERE number = ?1 AND words IS NOT NULL";
            let found = db.prepare_cached(sql)?.query_row([number], |row| {
                let (words, is_done) = (row.get(0)?, row.get(2)?);
                Ok(time(row.get(1)?).map(|since| Progress { words, since, is_done }))
            });
            found.optional()?.transpose()
        })
    }
}

fn read(row: &Row<'_>, until: Timestamp) -> Result<Look, StoreError> {
    let system: String = row.get("system")?;
    let id: [u8; 16] = row.get("id")?;
    Ok(Look {
        id: uuid::Uuid::from_bytes(id),
        system: System::parse(&system).ok_or(StoreError::Damaged("system"))?,
        address: row.get("address")?,
        received_at: time(row.get("received_at")?)?,
        until,
    })
}
