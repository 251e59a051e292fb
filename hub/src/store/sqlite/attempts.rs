//! Attempts, counted in the database. Invariant: who has to wait writes nothing.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::super::StoreError;
use super::super::attempt::{AttemptKey, AttemptStore, Counted, Tried};
use super::SqliteStore;
use super::values::{micros, time};

impl AttemptStore for SqliteStore {
    fn begin_attempt(
        &self,
        keys: &[AttemptKey],
        now: Timestamp,
    ) -> Result<Option<SignedDuration>, StoreError> {
        if let Some(wait) = self.read(|db| longest_wait(db, keys, now))? {
            return Ok(Some(wait));
        }
        self.write(|db| {
            let wait = longest_wait(db, keys, now)?;
            if wait.is_none() {
                keys.iter().try_for_each(|key| count(db, key, now))?;
            }
            Ok(wait)
        })
    }

    fn attempt_succeeded(&self, all: &[AttemptKey], last: &[AttemptKey]) -> Result<(), StoreError> {
        self.write(|db| {
            for key in all {
                db.prepare_cached("DELETE FROM attempts WHERE tried = ?1 AND digest = ?2")?
                    .execute(params![key.tried.as_str(), key.digest])?;
            }
            for key in last {
                let one_less =
                    "UPDATE attempts SET count = max(count - 1, 0) WHERE tried = ?1 AND digest = ?2";
                db.prepare_cached(one_less)?.execute(params![key.tried.as_str(), key.digest])?;
            }
            Ok(())
        })
    }

    fn forget_attempts(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.write(|db| {
            let mut forgotten = 0;
            for tried in Tried::ALL {
                forgotten += forget(db, tried, now)?;
            }
            Ok(forgotten as u64)
        })
    }
}

/// How long to wait at least; nothing when nothing forbids an attempt.
fn longest_wait(
    db: &Connection,
    keys: &[AttemptKey],
    now: Timestamp,
) -> Result<Option<SignedDuration>, StoreError> {
    let mut longest = None;
    for key in keys {
        longest = longest.max(counted(db, key, now)?.and_then(|counted| counted.wait(key.tried, now)));
    }
    Ok(longest)
}

/// What counts still.
fn counted(db: &Connection, key: &AttemptKey, now: Timestamp) -> Result<Option<Counted>, StoreError> {
    let find = "SELECT count, first_at, last_at FROM attempts WHERE tried = ?1 AND digest = ?2";
    let found = db.prepare_cached(find)?.query_row(params![key.tried.as_str(), key.digest], |row| {
        Ok((row.get::<_, u32>(0)?, row.get(1)?, row.get(2)?))
    });
    let Some((count, first_at, last_at)) = found.optional()? else { return Ok(None) };
    let counted = Counted { count, first_at: time(first_at)?, last_at: time(last_at)? };
    Ok(counted.at(key.tried, now))
}

fn count(db: &Transaction<'_>, key: &AttemptKey, now: Timestamp) -> Result<(), StoreError> {
    let Counted { count, first_at, last_at } = Counted::and_one(counted(db, key, now)?, now);
    if count == 1 {
        leave_room(db, key.tried, now)?;
    }
    let keep = "INSERT OR REPLACE INTO attempts (tried, digest, count, first_at, last_at)
         VALUES (?1, ?2, ?3, ?4, ?5)";
    let key = (key.tried.as_str(), key.digest);
    db.prepare_cached(keep)?.execute(params![key.0, key.1, count, micros(first_at), micros(last_at)])?;
    Ok(())
}

fn leave_room(db: &Transaction<'_>, tried: Tried, now: Timestamp) -> Result<(), StoreError> {
    let how_many = || -> Result<u32, StoreError> {
        let count = "SELECT count(*) FROM attempts WHERE tried = ?1";
        Ok(db.prepare_cached(count)?.query_row([tried.as_str()], |row| row.get(0))?)
    };
    if how_many()? >= tried.most() && forget(db, tried, now)? == 0 {
        let oldest = "DELETE FROM attempts WHERE (tried, digest) IN (
             SELECT tried, digest FROM attempts WHERE tried = ?1 ORDER BY last_at LIMIT 1)";
        db.prepare_cached(oldest)?.execute([tried.as_str()])?;
    }
    Ok(())
}

fn forget(db: &Transaction<'_>, tried: Tried, now: Timestamp) -> Result<usize, StoreError> {
    let old = "DELETE FROM attempts WHERE tried = ?1 AND last_at <= ?2";
    Ok(db.prepare_cached(old)?.execute(params![tried.as_str(), micros(tried.counts_since(now))])?)
}

#[cfg(test)]
mod tests {
    use super::super::super::Veil;
    use super::*;

    #[test]
    fn who_has_many_addresses_fills_no_disk() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("hub.sqlite")).unwrap();
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let fill = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
             INSERT INTO attempts (tried, digest, count, first_at, last_at)
             SELECT 'sign-in-as', randomblob(32), 1, ?2 + n, ?2 + n FROM n";
        let most = Tried::SignInAs.most();
        store.write(|db| Ok(db.execute(fill, params![most, micros(now)])?)).unwrap();
        let key = Veil::new(&[7; 32]).named(Tried::SignInAs, "anna");
        let later = now + SignedDuration::from_mins(1);
        assert_eq!(store.begin_attempt(&[key], later).unwrap(), None);
        let left = "SELECT count(*), min(last_at) FROM attempts WHERE tried = 'sign-in-as'";
        let left = store.read(|db| Ok(db.query_row(left, [], |row| Ok((row.get(0)?, row.get(1)?)))?));
        assert_eq!(left.unwrap(), (most, micros(now) + 2), "the oldest went");
    }
}
