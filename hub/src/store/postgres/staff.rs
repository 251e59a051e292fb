//! The staff password and the sessions that it opened, for all hubs on one database. Invariant: both only as hashes.

use jiff::{SignedDuration, Timestamp};
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::PgConnection;

use super::super::values::{micros, time};
use super::super::{Digest, StoreError, rules};

pub(super) async fn password_hash(db: &mut PgConnection) -> Result<Option<String>, StoreError> {
    let row = query("SELECT password_hash FROM staff").fetch_optional(db).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

pub(super) async fn set_first_password_hash(db: &mut PgConnection, hash: &str) -> Result<bool, StoreError> {
    let set = query("INSERT INTO staff (password_hash) VALUES ($1) ON CONFLICT DO NOTHING");
    Ok(set.bind(hash).execute(db).await?.rows_affected() == 1)
}

pub(super) async fn replace_password_hash(db: &mut PgConnection, hash: &str) -> Result<(), StoreError> {
    // Nobody opens a session with the old one meanwhile.
    query("LOCK TABLE sessions IN SHARE ROW EXCLUSIVE MODE").execute(&mut *db).await?;
    let replace = query(
        "INSERT INTO staff (password_hash) VALUES ($1)
         ON CONFLICT (only_row) DO UPDATE SET password_hash = excluded.password_hash",
    );
    replace.bind(hash).execute(&mut *db).await?;
    query("DELETE FROM sessions").execute(db).await?;
    Ok(())
}

pub(super) async fn open_session(
    db: &mut PgConnection,
    token: &Digest,
    now: Timestamp,
    idle: SignedDuration,
) -> Result<(), StoreError> {
    let forget = query("DELETE FROM sessions WHERE last_used_at < $1");
    forget.bind(micros(now - idle)).execute(&mut *db).await?;
    let open = query("INSERT INTO sessions (token_hash, last_used_at) VALUES ($1, $2)");
    open.bind(token).bind(micros(now)).execute(db).await?;
    Ok(())
}

pub(super) async fn use_session(
    db: &mut PgConnection,
    token: &Digest,
    now: Timestamp,
    idle: SignedDuration,
) -> Result<bool, StoreError> {
    let find = query("SELECT last_used_at FROM sessions WHERE token_hash = $1");
    let Some(row) = find.bind(token).fetch_optional(&mut *db).await? else { return Ok(false) };
    let unused = now.duration_since(time(row.try_get(0)?)?);
    if unused > idle {
        return Ok(false);
    }
    if unused >= rules::SESSION_PRECISION {
        let note =
            query("UPDATE sessions SET last_used_at = greatest(last_used_at, $2) WHERE token_hash = $1");
        note.bind(token).bind(micros(now)).execute(db).await?;
    }
    Ok(true)
}

pub(super) async fn close_session(db: &mut PgConnection, token: &Digest) -> Result<(), StoreError> {
    query("DELETE FROM sessions WHERE token_hash = $1").bind(token).execute(db).await?;
    Ok(())
}

/// Writes something of no importance, and reads it.
pub(super) async fn pulse(db: &mut PgConnection, now: Timestamp) -> Result<(), StoreError> {
    let write = query(
        "INSERT INTO pulse (at) VALUES ($1) ON CONFLICT (only_row) DO UPDATE SET at = excluded.at RETURNING at",
    );
    write.bind(micros(now)).fetch_one(db).await?;
    Ok(())
}
