//! The staff password and the sessions that it opened. Invariant: both only as hashes.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::super::{Digest, StoreError};
use super::values::{micros, time};

pub(super) fn password_hash(db: &Connection) -> Result<Option<String>, StoreError> {
    Ok(db.query_row("SELECT password_hash FROM staff", [], |row| row.get(0)).optional()?)
}

pub(super) fn set_first_password_hash(db: &Transaction<'_>, hash: &str) -> Result<bool, StoreError> {
    let sql = "INSERT INTO staff (only_row, password_hash) VALUES (1, ?1) ON CONFLICT DO NOTHING";
    Ok(db.execute(sql, [hash])? == 1)
}

pub(super) fn replace_password_hash(db: &Transaction<'_>, hash: &str) -> Result<(), StoreError> {
    db.execute("INSERT OR REPLACE INTO staff (only_row, password_hash) VALUES (1, ?1)", [hash])?;
    db.execute("DELETE FROM sessions", [])?;
    Ok(())
}

pub(super) fn open_session(
    db: &Transaction<'_>,
    token: &Digest,
    now: Timestamp,
    idle: SignedDuration,
) -> Result<(), StoreError> {
    db.execute("DELETE FROM sessions WHERE last_used_at < ?1", [micros(now - idle)])?;
    db.execute(
        "INSERT INTO sessions (token_hash, last_used_at) VALUES (?1, ?2)",
        params![token, micros(now)],
    )?;
    Ok(())
}

pub(super) fn last_use(db: &Connection, token: &Digest) -> Result<Option<Timestamp>, StoreError> {
    let mut query = db.prepare_cached("SELECT last_used_at FROM sessions WHERE token_hash = ?1")?;
    query.query_row([token], |row| row.get::<_, i64>(0)).optional()?.map(time).transpose()
}

pub(super) fn note_use(db: &Transaction<'_>, token: &Digest, now: Timestamp) -> Result<(), StoreError> {
    db.execute("UPDATE sessions SET last_used_at = ?2 WHERE token_hash = ?1", params![token, micros(now)])?;
    Ok(())
}

pub(super) fn close_session(db: &Transaction<'_>, token: &Digest) -> Result<(), StoreError> {
    db.execute("DELETE FROM sessions WHERE token_hash = ?1", [token])?;
    Ok(())
}
