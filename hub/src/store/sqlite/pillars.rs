//! Which pillars there are. Invariant: a name stays with the pillar that got it first; another device comes in under
//! it only with a code for that pillar.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::super::{Added, Pillar, Revoked, StoreError};
use super::values::{micros, time};
use crate::authority::Fingerprint;

pub(super) fn add(db: &Transaction<'_>, pillar: &Pillar) -> Result<Added, StoreError> {
    let added = db.execute(
        "INSERT INTO pillars (name, fingerprint, public_key, added_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name) DO NOTHING",
        params![pillar.name, pillar.fingerprint, pillar.public_key, micros(pillar.added_at)],
    )?;
    if added == 0 {
        return Ok(Added::NameTaken);
    }
    db.execute(
        "INSERT INTO certificates (fingerprint, pillar, public_key, issued_at) VALUES (?1, ?2, ?3, ?4)",
        params![pillar.fingerprint, pillar.name, pillar.public_key, micros(pillar.added_at)],
    )?;
    Ok(Added::Yes)
}

pub(super) fn revoke(db: &Transaction<'_>, name: &str, now: Timestamp) -> Result<Revoked, StoreError> {
    let before: Option<Option<i64>> = db
        .query_row("SELECT revoked_at FROM pillars WHERE name = ?1", [name], |row| row.get(0))
        .optional()?;
    match before {
        None => Ok(Revoked::NoSuchPillar),
        Some(Some(at)) => Ok(Revoked::Before(time(at)?)),
        Some(None) => {
            db.execute("UPDATE pillars SET revoked_at = ?2 WHERE name = ?1", params![name, micros(now)])?;
            super::health::settle_for_good(db, name, now)?;
            Ok(Revoked::Yes)
        }
    }
}

pub(super) fn find(db: &Connection, fingerprint: &Fingerprint) -> Result<Option<Pillar>, StoreError> {
    let row = db
        .prepare_cached(
            "SELECT p.name, c.fingerprint, c.public_key, p.added_at, coalesce(c.ended_at, p.revoked_at),
                 p.last_seen_at, p.last_sequence
             FROM certificates AS c JOIN pillars AS p ON p.name = c.pillar WHERE c.fingerprint = ?1",
        )?
        .query_row([fingerprint], |row| Ok(pillar(row)))
        .optional()?;
    row.transpose()
}

pub(super) fn list(db: &Connection) -> Result<Vec<Pillar>, StoreError> {
    let mut query = db.prepare_cached(&format!("SELECT {PILLAR} FROM pillars ORDER BY name"))?;
    let rows = query.query_map([], |row| Ok(pillar(row)))?;
    rows.map(|row| row.map_err(StoreError::from)?).collect()
}

pub(super) fn saw(db: &Transaction<'_>, name: &str, now: Timestamp) -> Result<(), StoreError> {
    db.execute("UPDATE pillars SET last_seen_at = ?2 WHERE name = ?1", params![name, micros(now)])?;
    Ok(())
}

pub(super) fn delivered_after_revocation(db: &Connection, name: &str) -> Result<u64, StoreError> {
    let mut query = db.prepare_cached("SELECT after_revocation FROM pillars WHERE name = ?1")?;
    let count: Option<i64> = query.query_row([name], |row| row.get(0)).optional()?;
    Ok(count.unwrap_or(0).unsigned_abs())
}

const PILLAR: &str = "name, fingerprint, public_key, added_at, revoked_at, last_seen_at, last_sequence";

fn pillar(row: &Row<'_>) -> Result<Pillar, StoreError> {
    Ok(Pillar {
        name: row.get(0)?,
        fingerprint: row.get(1)?,
        public_key: row.get(2)?,
        added_at: time(row.get(3)?)?,
        revoked_at: row.get::<_, Option<i64>>(4)?.map(time).transpose()?,
        last_seen_at: row.get::<_, Option<i64>>(5)?.map(time).transpose()?,
        last_sequence: row.get::<_, Option<i64>>(6)?.map(i64::unsigned_abs),
    })
}
