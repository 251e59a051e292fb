//! The audit log. Invariant: an entry and the end of the chain are written together.

use jiff::Timestamp;
use rusqlite::{Connection, Row, ToSql, Transaction, params};

use super::super::audit::{AuditFilter, AuditStore, Deed, Ends, Entry, Mark, Noted};
use super::super::{Digest, StoreError};
use super::SqliteStore;
use super::values::{micros, time, to_integer};

impl AuditStore for SqliteStore {
    fn note(&self, entry: &Entry) -> Result<(), StoreError> {
        self.write(|db| append(db, entry))
    }

    fn audit(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<Noted>, StoreError> {
        self.read(|db| list(db, filter, limit))
    }

    fn audit_after(&self, number: u64, limit: u32) -> Result<Vec<Noted>, StoreError> {
        self.read(|db| {
            let sql = format!("SELECT {NOTED} FROM audit WHERE number > ?1 ORDER BY number LIMIT ?2");
            let mut query = db.prepare_cached(&sql)?;
            let rows = query.query_map(params![to_integer(number), limit], |row| Ok(noted(row)))?;
            rows.map(|row| row.map_err(StoreError::from)?).collect()
        })
    }

    fn audit_ends(&self) -> Result<Ends, StoreError> {
        self.read(ends)
    }

    fn forget_audit(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.write(|db| forget(db, before))
    }
}

const NOTED: &str = "number, at, who, deed, about, detail, hash";

/// Adds an entry to the chain.
pub(super) fn append(db: &Transaction<'_>, entry: &Entry) -> Result<(), StoreError> {
    let Mark { number, hash } = ends(db)?.end;
    let (number, hash) = (number + 1, entry.hash(number + 1, &hash));
    db.prepare_cached(
        "INSERT INTO audit (number, at, who, deed, about, detail, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        to_integer(number),
        micros(entry.at),
        entry.who,
        entry.deed.as_str(),
        entry.about,
        entry.detail,
        hash
    ])?;
    db.prepare_cached("UPDATE audit_ends SET end_number = ?1, end_hash = ?2")?
        .execute(params![to_integer(number), hash])?;
    Ok(())
}

fn ends(db: &Connection) -> Result<Ends, StoreError> {
    let mut query =
        db.prepare_cached("SELECT begin_number, begin_hash, end_number, end_hash FROM audit_ends")?;
    let mark = |row: &Row<'_>, at: usize| {
        let number = row.get::<_, i64>(at)?.unsigned_abs();
        Ok::<_, rusqlite::Error>(Mark { number, hash: row.get::<_, Digest>(at + 1)? })
    };
    Ok(query.query_row([], |row| Ok(Ends { begin: mark(row, 0)?, end: mark(row, 2)? }))?)
}

fn list(db: &Connection, filter: &AuditFilter, limit: u32) -> Result<Vec<Noted>, StoreError> {
    let deed = filter.deed.map(Deed::as_str);
    let [from, until] = [filter.from, filter.until].map(|at| at.map(micros));
    let before = filter.before.map_or(i64::MAX, to_integer);
    let mut wanted: Vec<(&str, &dyn ToSql)> = vec![(":before", &before), (":limit", &limit)];
    if let Some(who) = &filter.who {
        wanted.push((":who", who));
    }
    if let Some(about) = &filter.about {
        wanted.push((":about", about));
    }
    if let Some(deed) = &deed {
        wanted.push((":deed", deed));
    }
    if let Some(from) = &from {
        wanted.push((":from", from));
    }
    if let Some(until) = &until {
        wanted.push((":until", until));
    }
    let names: Vec<&str> = wanted.iter().map(|(name, _)| *name).collect();
    let mut query = db.prepare_cached(&selection(&names))?;
    let rows = query.query_map(&*wanted, |row| Ok(noted(row)))?;
    rows.map(|row| row.map_err(StoreError::from)?).collect()
}

/// Selects entries by what is asked for and by nothing else, so that the index for it is used.
pub(super) fn selection(names: &[&str]) -> String {
    let conditions = names.iter().filter_map(|name| {
        Some(match *name {
            ":who" => " AND who = :who",
            ":about" => " AND about = :about",
            ":deed" => " AND deed = :deed",
            ":from" => " AND at >= :from",
            ":until" => " AND at < :until",
            _ => return None,
        })
    });
    let conditions: String = conditions.collect();
    format!("SELECT {NOTED} FROM audit WHERE number < :before{conditions} ORDER BY number DESC LIMIT :limit")
}

/// A row of which [`NOTED`] are the columns.
fn noted(row: &Row<'_>) -> Result<Noted, StoreError> {
    let deed: String = row.get(3)?;
    let entry = Entry {
        at: time(row.get(1)?)?,
        who: row.get(2)?,
        deed: Deed::parse(&deed).ok_or(StoreError::Damaged("entry of the audit log"))?,
        about: row.get(4)?,
        detail: row.get(5)?,
    };
    Ok(Noted { number: row.get::<_, i64>(0)?.unsigned_abs(), entry, hash: row.get(6)? })
}

fn forget(db: &Transaction<'_>, before: Timestamp) -> Result<u64, StoreError> {
    let sql = "SELECT coalesce((SELECT min(number) FROM audit WHERE at >= ?1) - 1, max(number)) FROM audit";
    let Some(last) = db.query_row(sql, [micros(before)], |row| row.get::<_, Option<i64>>(0))? else {
        return Ok(0);
    };
    let moved = db.execute(
        "UPDATE audit_ends SET begin_number = ?1, begin_hash = (SELECT hash FROM audit WHERE number = ?1)
         WHERE EXISTS (SELECT 1 FROM audit WHERE number = ?1)",
        [last],
    )?;
    if moved == 0 {
        return Ok(0);
    }
    Ok(db.execute("DELETE FROM audit WHERE number <= ?1", [last])? as u64)
}

#[cfg(test)]
mod tests {
    use super::super::super::audit::{Broken, VerifyError, verify};
    use super::super::lock;
    use super::*;

    fn store_with_five(folder: &tempfile::TempDir) -> SqliteStore {
        let store = SqliteStore::open(&folder.path().join("hub.sqlite")).unwrap();
        for second in 1..=5 {
            let at = Timestamp::from_second(second).unwrap();
            store.note(&Entry::new(at, "anna", Deed::SawContent, "A").with("so")).unwrap();
        }
        store
    }

    /// What is found after somebody who can write into the file did something.
    fn after(deed: &str) -> Result<Ends, VerifyError> {
        let folder = tempfile::tempdir().unwrap();
        let store = store_with_five(&folder);
        lock(&store.writer).execute_batch(&format!("DROP TRIGGER audit_never_changes; {deed}")).unwrap();
        verify(&store)
    }

    fn broken(deed: &str) -> Broken {
        match after(deed) {
            Err(VerifyError::Broken(broken)) => broken,
            other => panic!("{deed}: {other:?}"),
        }
    }

    #[test]
    fn a_change_of_any_part_of_an_entry_is_found() {
        assert_eq!(after("").unwrap().end.number, 5);
        for change in [
            "at = 7",
            "who = 'bob'",
            "deed = 'signed-in'",
            "about = 'B'",
            "detail = ''",
            "hash = zeroblob(32)",
        ] {
            let deed = format!("UPDATE audit SET {change} WHERE number = 3");
            assert_eq!(broken(&deed), Broken::Changed(3), "{change}");
        }
        // What stands at the end of one text cannot be moved to the beginning of the next.
        assert_eq!(
            broken("UPDATE audit SET about = 'As', detail = 'o' WHERE number = 3"),
            Broken::Changed(3)
        );
        assert_eq!(broken("UPDATE audit SET about = 'B' WHERE number = 5"), Broken::Changed(5));
    }

    #[test]
    fn an_entry_that_was_taken_away_is_found_wherever_it_was() {
        assert_eq!(broken("DELETE FROM audit WHERE number = 1"), Broken::Missing(1));
        assert_eq!(broken("DELETE FROM audit WHERE number = 3"), Broken::Missing(3));
        assert_eq!(broken("DELETE FROM audit WHERE number > 3"), Broken::End { found: 3, expected: 5 });
        assert_eq!(broken("DELETE FROM audit"), Broken::End { found: 0, expected: 5 });
        let moved =
            "DELETE FROM audit WHERE number = 3; UPDATE audit SET number = number - 1 WHERE number > 3";
        assert_eq!(broken(moved), Broken::Changed(3));
    }

    #[test]
    fn the_database_itself_changes_no_entry() {
        let folder = tempfile::tempdir().unwrap();
        let store = store_with_five(&folder);
        let changed = lock(&store.writer).execute("UPDATE audit SET who = 'bob'", []);
        assert!(changed.unwrap_err().to_string().contains("never changed"));
    }
}
