//! For how many transactions there is room.
//!
//! Invariant: what is promised can be kept, also when nothing is brought home from the log meanwhile,
//! every visit is paid by card, and one of them holds the most text that can be.

use std::sync::atomic::Ordering;

use rusqlite::Connection;

use super::super::rules::MAX_SEALED;
use super::{OutboxError, Result, SqliteOutbox};

/// What a transaction takes of the disk: 16 KiB sealed (a usual one has 2) in five pages and five more
/// of indexes and journal, once in the log and once in the file; and a paid one's four writes more, of
/// three pages each.
const ON_DISK: u64 = 128 << 10;
/// What it takes of the file alone.
const IN_FILE: u64 = 40 << 10;
/// The largest transaction, in the log and in the file.
const LARGEST: u64 = 2 * MAX_SEALED as u64;

/// Keeps the file from growing beyond `largest` bytes. One that is larger grows no more.
pub(super) fn limit(connection: &Connection, largest: u64) -> Result<()> {
    let pages = (largest / page_size(connection)?).clamp(1, i64::from(u32::MAX - 1).unsigned_abs());
    connection
        .prepare(&format!("PRAGMA max_page_count = {pages}"))?
        .query_row([], |row| row.get::<_, i64>(0))?;
    Ok(())
}

pub(super) fn room(outbox: &SqliteOutbox) -> Result<u32> {
    if outbox.failing.load(Ordering::Relaxed) && !can_write(outbox) {
        return Ok(0);
    }
    outbox.ground.lay_ballast();
    let connection = outbox.lock();
    let page = page_size(&connection)?;
    let pages = pragma(&connection, "max_page_count")?
        .saturating_sub(pragma(&connection, "page_count")?)
        .saturating_add(pragma(&connection, "freelist_count")?);
    let in_file = pages.saturating_mul(page).saturating_sub(MAX_SEALED as u64) / IN_FILE;
    let on_disk = outbox.ground.free().map_or(u64::MAX, |free| free.saturating_sub(LARGEST) / ON_DISK);
    Ok(u32::try_from(in_file.min(on_disk)).unwrap_or(u32::MAX))
}

/// Tries a write that changes nothing but is made durable all the same.
fn can_write(outbox: &SqliteOutbox) -> bool {
    let tried = outbox.durably(|sql| {
        sql.execute("INSERT OR REPLACE INTO counter (name, value) VALUES ('tried', 0)", [])?;
        Ok(())
    });
    match tried {
        Ok(()) | Err(OutboxError::Busy(_)) => true,
        Err(error) => {
            tracing::warn!(%error, "the outbox still cannot be written");
            false
        }
    }
}

fn page_size(connection: &Connection) -> Result<u64> {
    Ok(pragma(connection, "page_size")?.max(512))
}

fn pragma(connection: &Connection, name: &str) -> Result<u64> {
    let value: i64 = connection.prepare_cached(&format!("PRAGMA {name}"))?.query_row([], |row| row.get(0))?;
    Ok(value.unsigned_abs())
}
