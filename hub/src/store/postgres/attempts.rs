//! Attempts, counted for all hubs on one database. Invariant: guesses that are sent to several hubs at the same time count
//! one after the other, and who has to wait writes nothing.

use jiff::{SignedDuration, Timestamp};
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::{PgConnection, PgRow};

use super::super::StoreError;
use super::super::attempt::{AttemptKey, AttemptStore, Counted, Tried};
use super::super::values::{micros, time};
use super::PostgresStore;

impl AttemptStore for PostgresStore {
    fn begin_attempt(
        &self,
        keys: &[AttemptKey],
        now: Timestamp,
    ) -> Result<Option<SignedDuration>, StoreError> {
        let wait = self.link.read(async |db| {
            let mut longest = None;
            for key in keys {
                let find =
                    query("SELECT count, first_at, last_at FROM attempts WHERE tried = $1 AND digest = $2");
                let found = find.bind(key.tried.as_str()).bind(key.digest).fetch_optional(&mut *db).await?;
                longest = longest.max(found.map(|row| wait(&row, key, now)).transpose()?.flatten());
            }
            Ok(longest)
        })?;
        if wait.is_some() {
            return Ok(wait);
        }
        self.link.write(async |db| begin(db, keys, now).await)
    }

    fn attempt_succeeded(&self, all: &[AttemptKey], last: &[AttemptKey]) -> Result<(), StoreError> {
        self.link.write(async |db| {
            for key in in_order(all) {
                let forget = query("DELETE FROM attempts WHERE tried = $1 AND digest = $2");
                forget.bind(key.tried.as_str()).bind(key.digest).execute(&mut *db).await?;
            }
            for key in in_order(last) {
                let one_less = query(
                    "UPDATE attempts SET count = greatest(count - 1, 0) WHERE tried = $1 AND digest = $2",
                );
                one_less.bind(key.tried.as_str()).bind(key.digest).execute(&mut *db).await?;
            }
            Ok(())
        })
    }

    fn forget_attempts(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.link.write(async |db| {
            let mut forgotten = 0;
            for tried in Tried::ALL {
                forgotten += forget(db, tried, now).await?;
            }
            Ok(forgotten)
        })
    }
}

/// So that no two wait for each other.
fn in_order(keys: &[AttemptKey]) -> Vec<AttemptKey> {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys
}

/// Locks what was counted under each key, and counts one more when nothing forbids it.
async fn begin(
    db: &mut PgConnection,
    keys: &[AttemptKey],
    now: Timestamp,
) -> Result<Option<SignedDuration>, StoreError> {
    let mut longest = None;
    let mut before = Vec::new();
    for key in in_order(keys) {
        // A row that another hub made and has not committed yet is waited for.
        let make = query(
            "INSERT INTO attempts (tried, digest, count, first_at, last_at) VALUES ($1, $2, 0, $3, $3)
             ON CONFLICT DO NOTHING",
        );
        let make = make.bind(key.tried.as_str()).bind(key.digest).bind(micros(now));
        if make.execute(&mut *db).await?.rows_affected() == 1 {
            leave_room(db, &key, now).await?;
        }
        let find = query(
            "SELECT count, first_at, last_at FROM attempts WHERE tried = $1 AND digest = $2 FOR UPDATE",
        );
        let Some(row) = find.bind(key.tried.as_str()).bind(key.digest).fetch_optional(&mut *db).await? else {
            // Somebody succeeded, or it was old, just now.
            before.push((key, None));
            continue;
        };
        longest = longest.max(wait(&row, &key, now)?);
        before.push((key, read(&row)?.at(key.tried, now).filter(|counted| counted.count > 0)));
    }
    if longest.is_none() {
        for (key, before) in before {
            let Counted { count, first_at, last_at } = Counted::and_one(before, now);
            let keep = query(
                "INSERT INTO attempts (tried, digest, count, first_at, last_at) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (tried, digest) DO UPDATE SET count = $3, first_at = $4, last_at = $5",
            );
            let keep = keep.bind(key.tried.as_str()).bind(key.digest).bind(i64::from(count));
            keep.bind(micros(first_at)).bind(micros(last_at)).execute(&mut *db).await?;
        }
    }
    Ok(longest)
}

/// There are no more than there may be, with the one that was just made.
async fn leave_room(db: &mut PgConnection, made: &AttemptKey, now: Timestamp) -> Result<(), StoreError> {
    let tried = made.tried;
    let count = query("SELECT count(*) FROM attempts WHERE tried = $1").bind(tried.as_str());
    let there: i64 = count.fetch_one(&mut *db).await?.try_get(0)?;
    if there > i64::from(tried.most()) && forget(db, tried, now).await? == 0 {
        let oldest = query(
            "DELETE FROM attempts WHERE tried = $1 AND digest IN (
                 SELECT digest FROM attempts WHERE tried = $1 AND digest <> $2 ORDER BY last_at LIMIT 1
                 FOR UPDATE SKIP LOCKED)",
        );
        oldest.bind(tried.as_str()).bind(made.digest).execute(db).await?;
    }
    Ok(())
}

/// What another hub has in its hands is left for the next time.
async fn forget(db: &mut PgConnection, tried: Tried, now: Timestamp) -> Result<u64, StoreError> {
    let old = query(
        "DELETE FROM attempts WHERE tried = $1 AND digest IN (
             SELECT digest FROM attempts WHERE tried = $1 AND last_at <= $2 FOR UPDATE SKIP LOCKED)",
    );
    let old = old.bind(tried.as_str()).bind(micros(tried.counts_since(now)));
    Ok(old.execute(db).await?.rows_affected())
}

fn wait(row: &PgRow, key: &AttemptKey, now: Timestamp) -> Result<Option<SignedDuration>, StoreError> {
    Ok(read(row)?.at(key.tried, now).and_then(|counted| counted.wait(key.tried, now)))
}

fn read(row: &PgRow) -> Result<Counted, StoreError> {
    let count = u32::try_from(row.try_get::<i64, _>("count")?).map_err(|_| StoreError::Damaged("count"))?;
    Ok(Counted { count, first_at: time(row.try_get("first_at")?)?, last_at: time(row.try_get("last_at")?)? })
}
