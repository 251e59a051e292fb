//! Which pillars there are. Invariant: a name stays with the pillar that got it first; another device comes in under
//! it only with a code for that pillar.

use jiff::Timestamp;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::{PgConnection, PgRow};

use super::super::values::{micros, optional_time, time};
use super::super::{Added, Certificate, Pillar, Revoked, StoreError};
use super::{enrolment, health};
use crate::authority::Fingerprint;

/// Keeps other hubs from changing what belongs to a pillar until the end of the transaction. Nothing when there is no
/// such pillar; else when it was revoked, if it was.
pub(super) async fn lock(db: &mut PgConnection, name: &str) -> Result<Option<Option<Timestamp>>, StoreError> {
    let lock = query("SELECT revoked_at FROM pillars WHERE name = $1 FOR NO KEY UPDATE");
    let row = lock.bind(name).fetch_optional(db).await?;
    row.map(|row| optional_time(row.try_get(0)?)).transpose()
}

pub(super) async fn add(db: &mut PgConnection, pillar: &Pillar) -> Result<Added, StoreError> {
    let add = query(
        "INSERT INTO pillars (name, fingerprint, public_key, added_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (name) DO NOTHING",
    );
    let add = add.bind(&pillar.name).bind(pillar.fingerprint).bind(&pillar.public_key);
    let added = add.bind(micros(pillar.added_at)).execute(&mut *db).await?.rows_affected();
    if added == 0 {
        return Ok(Added::NameTaken);
    }
    let first = Certificate {
        fingerprint: pillar.fingerprint,
        pillar: pillar.name.clone(),
        public_key: pillar.public_key.clone(),
        issued_at: pillar.added_at,
        expires_at: None,
        ended_at: None,
    };
    enrolment::insert(db, &first).await?;
    Ok(Added::Yes)
}

pub(super) async fn revoke(db: &mut PgConnection, name: &str, now: Timestamp) -> Result<Revoked, StoreError> {
    match lock(db, name).await? {
        None => Ok(Revoked::NoSuchPillar),
        Some(Some(at)) => Ok(Revoked::Before(at)),
        Some(None) => {
            let revoke = query("UPDATE pillars SET revoked_at = $2 WHERE name = $1");
            revoke.bind(name).bind(micros(now)).execute(&mut *db).await?;
            health::settle_for_good(db, name, now).await?;
            Ok(Revoked::Yes)
        }
    }
}

pub(super) async fn find(
    db: &mut PgConnection,
    fingerprint: &Fingerprint,
) -> Result<Option<Pillar>, StoreError> {
    let find = query(
        "SELECT p.name, c.fingerprint, c.public_key, p.added_at, coalesce(c.ended_at, p.revoked_at) AS revoked_at,
             p.last_seen_at, p.last_sequence
         FROM certificates AS c JOIN pillars AS p ON p.name = c.pillar WHERE c.fingerprint = $1",
    );
    let row = find.bind(fingerprint).fetch_optional(db).await?;
    row.as_ref().map(pillar).transpose()
}

pub(super) async fn list(db: &mut PgConnection) -> Result<Vec<Pillar>, StoreError> {
    let list = query(
        "SELECT name, fingerprint, public_key, added_at, revoked_at, last_seen_at, last_sequence
         FROM pillars ORDER BY name",
    );
    list.fetch_all(db).await?.iter().map(pillar).collect()
}

pub(super) async fn saw(db: &mut PgConnection, name: &str, now: Timestamp) -> Result<(), StoreError> {
    let saw = query("UPDATE pillars SET last_seen_at = $2 WHERE name = $1");
    saw.bind(name).bind(micros(now)).execute(db).await?;
    Ok(())
}

pub(super) async fn delivered_after_revocation(db: &mut PgConnection, name: &str) -> Result<u64, StoreError> {
    let count = query("SELECT after_revocation FROM pillars WHERE name = $1");
    let row = count.bind(name).fetch_optional(db).await?;
    Ok(row.map(|row| row.try_get::<i64, _>(0)).transpose()?.unwrap_or(0).unsigned_abs())
}

fn pillar(row: &PgRow) -> Result<Pillar, StoreError> {
    let fingerprint: &[u8] = row.try_get("fingerprint")?;
    Ok(Pillar {
        name: row.try_get("name")?,
        fingerprint: fingerprint.try_into().map_err(|_| StoreError::Damaged("fingerprint"))?,
        public_key: row.try_get("public_key")?,
        added_at: time(row.try_get("added_at")?)?,
        revoked_at: optional_time(row.try_get("revoked_at")?)?,
        last_seen_at: optional_time(row.try_get("last_seen_at")?)?,
        last_sequence: row.try_get::<Option<i64>, _>("last_sequence")?.map(i64::unsigned_abs),
    })
}
