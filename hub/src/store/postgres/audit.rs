//! The audit log. Invariant: an entry and the end of the chain are written together, and the row that holds that end
//! is locked meanwhile: so the entries of several hubs are one chain.

use jiff::Timestamp;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::{PgConnection, PgRow};

use super::super::audit::{AuditFilter, AuditStore, Deed, Ends, Entry, Mark, Noted};
use super::super::values::{micros, time, to_integer};
use super::super::{Digest, StoreError};
use super::{PostgresStore, without_nul};

impl AuditStore for PostgresStore {
    fn note(&self, entry: &Entry) -> Result<(), StoreError> {
        self.link.write(async |db| append(db, entry).await)
    }

    fn audit(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<Noted>, StoreError> {
        self.link.read(async |db| list(db, filter, limit).await)
    }

    fn audit_after(&self, number: u64, limit: u32) -> Result<Vec<Noted>, StoreError> {
        self.link.read(async |db| {
            let after = query(
                "SELECT number, at, who, deed, about, detail, hash FROM audit WHERE number > $1
                 ORDER BY number LIMIT $2",
            );
            let after = after.bind(to_integer(number)).bind(i64::from(limit)).fetch_all(db).await?;
            after.iter().map(noted).collect()
        })
    }

    fn audit_ends(&self) -> Result<Ends, StoreError> {
        self.link.read(async |db| {
            let ends = "SELECT begin_number, begin_hash, end_number, end_hash FROM audit_ends";
            read_ends(query(ends).fetch_optional(db).await?.as_ref())
        })
    }

    fn forget_audit(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.link.write(async |db| forget(db, before).await)
    }
}

/// Adds an entry to the chain. It must be the last thing of its transaction: until that ends, all others wait here.
pub(super) async fn append(db: &mut PgConnection, entry: &Entry) -> Result<(), StoreError> {
    // Hashed as it is kept.
    let [who, about, detail] = [&entry.who, &entry.about, &entry.detail].map(|text| without_nul(text).into());
    let entry = Entry { at: entry.at, who, deed: entry.deed, about, detail };
    let Mark { number, hash } = lock_ends(db).await?.end;
    let (number, hash) = (number + 1, entry.hash(number + 1, &hash));
    // In one statement, so that the others wait for one answer less.
    let add = query(
        "WITH added AS (
             INSERT INTO audit (number, at, who, deed, about, detail, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)
         )
         UPDATE audit_ends SET end_number = $1, end_hash = $7",
    );
    let add = add.bind(to_integer(number)).bind(micros(entry.at)).bind(&entry.who).bind(entry.deed.as_str());
    add.bind(&entry.about).bind(&entry.detail).bind(hash).execute(db).await?;
    Ok(())
}

async fn lock_ends(db: &mut PgConnection) -> Result<Ends, StoreError> {
    let lock = "SELECT begin_number, begin_hash, end_number, end_hash FROM audit_ends FOR UPDATE";
    read_ends(query(lock).fetch_optional(db).await?.as_ref())
}

fn read_ends(row: Option<&PgRow>) -> Result<Ends, StoreError> {
    let row = row.ok_or(StoreError::Damaged("end of the audit log"))?;
    let number = |name: &str| Ok::<_, StoreError>(row.try_get::<i64, _>(name)?.unsigned_abs());
    let hash = |name: &str| Ok::<Digest, StoreError>(row.try_get(name)?);
    Ok(Ends {
        begin: Mark { number: number("begin_number")?, hash: hash("begin_hash")? },
        end: Mark { number: number("end_number")?, hash: hash("end_hash")? },
    })
}

async fn list(db: &mut PgConnection, filter: &AuditFilter, limit: u32) -> Result<Vec<Noted>, StoreError> {
    let wanted = query(
        "SELECT number, at, who, deed, about, detail, hash FROM audit
         WHERE ($1::text IS NULL OR who = $1) AND ($2::text IS NULL OR deed = $2)
             AND ($3::text IS NULL OR about = $3) AND at >= $4 AND at < $5 AND number < $6
         ORDER BY number DESC LIMIT $7",
    );
    let wanted = wanted.bind(filter.who.as_deref().map(without_nul)).bind(filter.deed.map(Deed::as_str));
    let wanted = wanted.bind(filter.about.as_deref().map(without_nul));
    let wanted =
        wanted.bind(filter.from.map_or(i64::MIN, micros)).bind(filter.until.map_or(i64::MAX, micros));
    let wanted = wanted.bind(filter.before.map_or(i64::MAX, to_integer)).bind(i64::from(limit));
    wanted.fetch_all(db).await?.iter().map(noted).collect()
}

fn noted(row: &PgRow) -> Result<Noted, StoreError> {
    let entry = Entry {
        at: time(row.try_get("at")?)?,
        who: row.try_get("who")?,
        deed: Deed::parse(row.try_get("deed")?).ok_or(StoreError::Damaged("entry of the audit log"))?,
        about: row.try_get("about")?,
        detail: row.try_get("detail")?,
    };
    let number = row.try_get::<i64, _>("number")?.unsigned_abs();
    Ok(Noted { number, entry, hash: row.try_get("hash")? })
}

async fn forget(db: &mut PgConnection, before: Timestamp) -> Result<u64, StoreError> {
    lock_ends(db).await?;
    let last = query(
        "SELECT coalesce((SELECT min(number) FROM audit WHERE at >= $1) - 1, (SELECT max(number) FROM audit))",
    );
    let last: Option<i64> = last.bind(micros(before)).fetch_one(&mut *db).await?.try_get(0)?;
    let moved =
        query("UPDATE audit_ends SET begin_number = number, begin_hash = hash FROM audit WHERE number = $1");
    let moved = moved.bind(last).execute(&mut *db).await?.rows_affected();
    if moved == 0 {
        return Ok(0);
    }
    let forgotten = query("DELETE FROM audit WHERE number <= $1").bind(last).execute(db).await?;
    Ok(forgotten.rows_affected())
}
