//! Service visits. Invariant: that a code has a number and that nobody else has it is one transaction.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use uuid::Uuid;
use zuil_wire::{ReadinessReport, ServiceDeed, ServiceEntry};

use super::super::StoreError;
use super::super::service::{
    KeptReadiness, KeptServiceEntry, KeptServiceKey, MadeServiceCode, READINESS_KEPT, SERVICE_ENTRIES_A_DAY,
    ServiceStore, service_day_of,
};
use super::super::values::{micros, read_readiness, read_sealed, read_service_outcome, time, write_json};
use super::SqliteStore;

impl ServiceStore for SqliteStore {
    fn service_key(&self, pillar: &str) -> Result<Option<KeptServiceKey>, StoreError> {
        self.read(|db| {
            let find = "SELECT pillar, number, sealed, made_at FROM service_keys WHERE pillar = ?1";
            let found = db.prepare_cached(find)?.query_row([pillar], |row| Ok(read_key(row))).optional()?;
            found.transpose()
        })
    }

    fn keep_service_key(&self, key: &KeptServiceKey) -> Result<bool, StoreError> {
        // The first one is added, any other takes the place of the one before it.
        let keep = if key.number == 1 {
            "INSERT INTO service_keys (pillar, number, sealed, made_at, codes) VALUES (?1, ?2, ?3, ?4, 0)
             ON CONFLICT DO NOTHING"
        } else {
            "UPDATE service_keys SET number = ?2, sealed = ?3, made_at = ?4, codes = 0
             WHERE pillar = ?1 AND number = ?2 - 1"
        };
        self.write(|db| {
            let values = params![key.pillar, key.number, key.sealed.as_bytes(), micros(key.made_at)];
            Ok(db.prepare_cached(keep)?.execute(values)? == 1)
        })
    }

    fn note_service_code(&self, code: &MadeServiceCode) -> Result<Option<u32>, StoreError> {
        let MadeServiceCode { pillar, key_number, made_by, made_at, valid_until, .. } = code;
        self.write(|db| {
            let count = "UPDATE service_keys SET codes = codes + 1 WHERE pillar = ?1 AND number = ?2";
            if db.prepare_cached(count)?.execute(params![pillar, key_number])? == 0 {
                return Ok(None);
            }
            let number: u32 = db
                .prepare_cached("SELECT codes FROM service_keys WHERE pillar = ?1")?
                .query_row([pillar], |row| row.get(0))?;
            db.prepare_cached(
                "INSERT INTO service_codes (pillar, key_number, number, made_by, made_at, valid_until)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                pillar,
                key_number,
                number,
                made_by,
                micros(*made_at),
                micros(*valid_until)
            ])?;
            Ok(Some(number))
        })
    }

    fn service_codes(&self, pillar: &str) -> Result<Vec<MadeServiceCode>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(
                "SELECT pillar, key_number, number, made_by, made_at, valid_until FROM service_codes
                 WHERE pillar = ?1 ORDER BY key_number DESC, number DESC",
            )?;
            let rows = query.query_map([pillar], |row| Ok(read_code(row)))?;
            rows.map(|row| row.map_err(StoreError::from)?).collect()
        })
    }

    fn keep_service_entries(
        &self,
        pillar: &str,
        entries: &[ServiceEntry],
        now: Timestamp,
    ) -> Result<Vec<Uuid>, StoreError> {
        let since = micros(service_day_of(now));
        self.write(|db| {
            let of_today: u32 = db
                .prepare_cached(
                    "SELECT count(*) FROM service_entries WHERE pillar = ?1 AND received_at > ?2",
                )?
                .query_row(params![pillar, since], |row| row.get(0))?;
            let mut room = SERVICE_ENTRIES_A_DAY.saturating_sub(of_today);
            let mut find =
                db.prepare_cached("SELECT EXISTS (SELECT 1 FROM service_entries WHERE id = ?1)")?;
            let mut insert = db.prepare_cached(
                "INSERT INTO service_entries (id, pillar, serial, key_number, at, received_at, deed, outcome)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            let mut ids = Vec::new();
            for ServiceEntry { id, serial, key_number, at, deed, outcome } in entries {
                let is_known: bool = find.query_row(params![id.as_bytes()], |row| row.get(0))?;
                if is_known {
                    ids.push(*id);
                    continue;
                }
                if room == 0 {
                    continue;
                }
                room -= 1;
                ids.push(*id);
                insert.execute(params![
                    id.as_bytes(),
                    pillar,
                    serial,
                    key_number,
                    micros(*at),
                    micros(now),
                    deed.word(),
                    outcome.word(),
                ])?;
            }
            super::pillars::saw(db, pillar, now)?;
            Ok(ids)
        })
    }

    fn service_entries(&self, pillar: &str, limit: u32) -> Result<Vec<KeptServiceEntry>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(
                "SELECT id, serial, key_number, at, received_at, deed, outcome FROM service_entries
                 WHERE pillar = ?1 ORDER BY received_at DESC, at DESC, id DESC LIMIT ?2",
            )?;
            let rows = query.query_map(params![pillar, limit], |row| Ok(read_entry(row)))?;
            rows.map(|row| row.map_err(StoreError::from)?).collect()
        })
    }

    fn keep_readiness(
        &self,
        pillar: &str,
        report: &ReadinessReport,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let text = write_json(report)?;
        self.write(|db| {
            db.prepare_cached(
                "INSERT INTO readiness (id, pillar, received_at, report) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (id) DO NOTHING",
            )?
            .execute(params![report.id.as_bytes(), pillar, micros(now), text])?;
            db.prepare_cached(
                "DELETE FROM readiness WHERE pillar = ?1 AND id NOT IN (
                     SELECT id FROM readiness WHERE pillar = ?1 ORDER BY received_at DESC, id DESC LIMIT ?2
                 )",
            )?
            .execute(params![pillar, READINESS_KEPT])?;
            super::pillars::saw(db, pillar, now)
        })
    }

    fn readiness(&self, pillar: &str) -> Result<Vec<KeptReadiness>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(
                "SELECT received_at, report FROM readiness WHERE pillar = ?1 ORDER BY received_at DESC, id DESC",
            )?;
            let rows = query.query_map([pillar], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
            rows.map(|row| {
                let (received_at, report) = row?;
                Ok(KeptReadiness { report: read_readiness(&report)?, received_at: time(received_at)? })
            })
            .collect()
        })
    }

    fn forget_service(&self, before: Timestamp) -> Result<u64, StoreError> {
        let before = micros(before);
        self.write(|db| {
            let entries = db.execute("DELETE FROM service_entries WHERE received_at < ?1", [before])?;
            let codes = db.execute("DELETE FROM service_codes WHERE valid_until < ?1", [before])?;
            Ok((entries + codes) as u64)
        })
    }
}

fn read_key(row: &Row<'_>) -> Result<KeptServiceKey, StoreError> {
    Ok(KeptServiceKey {
        pillar: row.get(0)?,
        number: row.get(1)?,
        sealed: read_sealed(row.get(2)?)?,
        made_at: time(row.get(3)?)?,
    })
}

fn read_code(row: &Row<'_>) -> Result<MadeServiceCode, StoreError> {
    Ok(MadeServiceCode {
        pillar: row.get(0)?,
        key_number: row.get(1)?,
        number: row.get(2)?,
        made_by: row.get(3)?,
        made_at: time(row.get(4)?)?,
        valid_until: time(row.get(5)?)?,
    })
}

fn read_entry(row: &Row<'_>) -> Result<KeptServiceEntry, StoreError> {
    let id: [u8; 16] = row.get(0)?;
    let entry = ServiceEntry {
        id: Uuid::from_bytes(id),
        serial: row.get(1)?,
        key_number: row.get(2)?,
        at: time(row.get(3)?)?,
        deed: ServiceDeed::read(&row.get::<_, String>(5)?),
        outcome: read_service_outcome(&row.get::<_, String>(6)?)?,
    };
    Ok(KeptServiceEntry { entry, received_at: time(row.get(4)?)? })
}
