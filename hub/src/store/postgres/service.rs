//! Service visits. Invariant: that a code has a number and that nobody else has it is one transaction, at whichever hub.

use jiff::Timestamp;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::PgRow;
use uuid::Uuid;
use zuil_wire::{ReadinessReport, ServiceDeed, ServiceEntry};

use super::super::StoreError;
use super::super::service::{
    KeptReadiness, KeptServiceEntry, KeptServiceKey, MadeServiceCode, READINESS_KEPT, SERVICE_ENTRIES_A_DAY,
    ServiceStore, service_day_of,
};
use super::super::values::{micros, read_readiness, read_sealed, read_service_outcome, time, write_json};
use super::{PostgresStore, pillars, without_nul};

impl ServiceStore for PostgresStore {
    fn service_key(&self, pillar: &str) -> Result<Option<KeptServiceKey>, StoreError> {
        self.link.read(async |db| {
            let find = query("SELECT pillar, number, sealed, made_at FROM service_keys WHERE pillar = $1");
            let found = find.bind(without_nul(pillar)).fetch_optional(db).await?;
            found.as_ref().map(read_key).transpose()
        })
    }

    fn keep_service_key(&self, key: &KeptServiceKey) -> Result<bool, StoreError> {
        // The first one is added, any other takes the place of the one before it.
        let keep = if key.number == 1 {
            "INSERT INTO service_keys (pillar, number, sealed, made_at, codes) VALUES ($1, $2, $3, $4, 0)
             ON CONFLICT DO NOTHING"
        } else {
            "UPDATE service_keys SET number = $2, sealed = $3, made_at = $4, codes = 0
             WHERE pillar = $1 AND number = $2 - 1"
        };
        self.link.write(async |db| {
            let keep = query(keep).bind(&key.pillar).bind(i64::from(key.number)).bind(key.sealed.as_bytes());
            Ok(keep.bind(micros(key.made_at)).execute(db).await?.rows_affected() == 1)
        })
    }

    fn note_service_code(&self, code: &MadeServiceCode) -> Result<Option<u32>, StoreError> {
        let MadeServiceCode { pillar, key_number, made_by, made_at, valid_until, .. } = code;
        self.link.write(async |db| {
            let count = query(
                "UPDATE service_keys SET codes = codes + 1 WHERE pillar = $1 AND number = $2 RETURNING codes",
            );
            let count = count.bind(pillar).bind(i64::from(*key_number));
            let Some(counted) = count.fetch_optional(&mut *db).await? else { return Ok(None) };
            let number: i64 = counted.try_get("codes")?;
            let note = query(
                "INSERT INTO service_codes (pillar, key_number, number, made_by, made_at, valid_until)
                 VALUES ($1, $2, $3, $4, $5, $6)",
            );
            let note = note.bind(pillar).bind(i64::from(*key_number)).bind(number).bind(made_by);
            note.bind(micros(*made_at)).bind(micros(*valid_until)).execute(db).await?;
            Ok(Some(small(number)?))
        })
    }

    fn service_codes(&self, pillar: &str) -> Result<Vec<MadeServiceCode>, StoreError> {
        self.link.read(async |db| {
            let list = query(
                "SELECT pillar, key_number, number, made_by, made_at, valid_until FROM service_codes
                 WHERE pillar = $1 ORDER BY key_number DESC, number DESC",
            );
            list.bind(without_nul(pillar)).fetch_all(db).await?.iter().map(read_code).collect()
        })
    }

    fn keep_service_entries(
        &self,
        pillar: &str,
        entries: &[ServiceEntry],
        now: Timestamp,
    ) -> Result<Vec<Uuid>, StoreError> {
        let since = micros(service_day_of(now));
        self.link.write(async |db| {
            pillars::lock(db, pillar).await?;
            let count = query("SELECT count(*) FROM service_entries WHERE pillar = $1 AND received_at > $2");
            let of_today: i64 = count.bind(pillar).bind(since).fetch_one(&mut *db).await?.try_get(0)?;
            let mut room = i64::from(SERVICE_ENTRIES_A_DAY).saturating_sub(of_today);
            let mut ids = Vec::new();
            for ServiceEntry { id, serial, key_number, at, deed, outcome } in entries {
                let find = query("SELECT 1 FROM service_entries WHERE id = $1").bind(id);
                if find.fetch_optional(&mut *db).await?.is_some() {
                    ids.push(*id);
                    continue;
                }
                if room <= 0 {
                    continue;
                }
                room -= 1;
                ids.push(*id);
                let keep = query(
                    "INSERT INTO service_entries (id, pillar, serial, key_number, at, received_at, deed, outcome)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING",
                );
                let keep = keep.bind(id).bind(pillar).bind(serial.map(i64::from)).bind(i64::from(*key_number));
                let keep = keep.bind(micros(*at)).bind(micros(now)).bind(deed.word()).bind(outcome.word());
                keep.execute(&mut *db).await?;
            }
            pillars::saw(db, pillar, now).await?;
            Ok(ids)
        })
    }

    fn service_entries(&self, pillar: &str, limit: u32) -> Result<Vec<KeptServiceEntry>, StoreError> {
        self.link.read(async |db| {
            let list = query(
                "SELECT id, serial, key_number, at, received_at, deed, outcome FROM service_entries
                 WHERE pillar = $1 ORDER BY received_at DESC, at DESC, id DESC LIMIT $2",
            );
            let rows = list.bind(without_nul(pillar)).bind(i64::from(limit)).fetch_all(db).await?;
            rows.iter().map(read_entry).collect()
        })
    }

    fn keep_readiness(
        &self,
        pillar: &str,
        report: &ReadinessReport,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let text = write_json(report)?;
        self.link.write(async |db| {
            pillars::lock(db, pillar).await?;
            let keep = query(
                "INSERT INTO readiness (id, pillar, received_at, report) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (id) DO NOTHING",
            );
            let keep = keep.bind(report.id).bind(pillar).bind(micros(now)).bind(without_nul(&text));
            keep.execute(&mut *db).await?;
            let forget = query(
                "DELETE FROM readiness WHERE pillar = $1 AND id NOT IN (
                     SELECT id FROM readiness WHERE pillar = $1 ORDER BY received_at DESC, id DESC LIMIT $2
                 )",
            );
            forget.bind(pillar).bind(i64::from(READINESS_KEPT)).execute(&mut *db).await?;
            pillars::saw(db, pillar, now).await
        })
    }

    fn readiness(&self, pillar: &str) -> Result<Vec<KeptReadiness>, StoreError> {
        self.link.read(async |db| {
            let list = query(
                "SELECT received_at, report FROM readiness WHERE pillar = $1 ORDER BY received_at DESC, id DESC",
            );
            list.bind(without_nul(pillar)).fetch_all(db).await?.iter().map(read_report).collect()
        })
    }

    fn forget_service(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.link.write(async |db| {
            let entries = query("DELETE FROM service_entries WHERE received_at < $1").bind(micros(before));
            let entries = entries.execute(&mut *db).await?.rows_affected();
            let codes = query("DELETE FROM service_codes WHERE valid_until < $1").bind(micros(before));
            Ok(entries + codes.execute(&mut *db).await?.rows_affected())
        })
    }
}

/// A number that the other store keeps, too.
fn small<T: TryFrom<i64>>(number: i64) -> Result<T, StoreError> {
    T::try_from(number).map_err(|_| StoreError::Damaged("number"))
}

fn read_key(row: &PgRow) -> Result<KeptServiceKey, StoreError> {
    Ok(KeptServiceKey {
        pillar: row.try_get("pillar")?,
        number: small(row.try_get("number")?)?,
        sealed: read_sealed(row.try_get("sealed")?)?,
        made_at: time(row.try_get("made_at")?)?,
    })
}

fn read_code(row: &PgRow) -> Result<MadeServiceCode, StoreError> {
    Ok(MadeServiceCode {
        pillar: row.try_get("pillar")?,
        key_number: small(row.try_get("key_number")?)?,
        number: small(row.try_get("number")?)?,
        made_by: row.try_get("made_by")?,
        made_at: time(row.try_get("made_at")?)?,
        valid_until: time(row.try_get("valid_until")?)?,
    })
}

fn read_entry(row: &PgRow) -> Result<KeptServiceEntry, StoreError> {
    let serial: Option<i64> = row.try_get("serial")?;
    let entry = ServiceEntry {
        id: row.try_get("id")?,
        serial: serial.map(small).transpose()?,
        key_number: small(row.try_get("key_number")?)?,
        at: time(row.try_get("at")?)?,
        deed: ServiceDeed::read(row.try_get("deed")?),
        outcome: read_service_outcome(row.try_get("outcome")?)?,
    };
    Ok(KeptServiceEntry { entry, received_at: time(row.try_get("received_at")?)? })
}

fn read_report(row: &PgRow) -> Result<KeptReadiness, StoreError> {
    let report: &str = row.try_get("report")?;
    Ok(KeptReadiness { report: read_readiness(report)?, received_at: time(row.try_get("received_at")?)? })
}
