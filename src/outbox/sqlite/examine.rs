//! Looks at an outbox without touching it.
//!
//! Invariant: what is looked at is opened for reading only; nothing is made or brought up to date.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};

use super::ground::Disk;
use super::schema::MIGRATIONS;
use super::{Attempts, Counts, Outbox, OutboxError, Result, Settings, SqliteOutbox, attempts};

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examined {
    /// What SQLite says is damaged; `None` when the file is whole.
    pub damage: Option<String>,
    /// What is in it; `None` when an older program wrote it, or when it is damaged.
    pub counts: Option<Counts>,
    /// When the oldest payment that is still open was intended, by the pillar's clock.
    pub oldest_open: Option<Timestamp>,
    /// For how many more transactions there is room; `None` as for `counts`.
    pub room: Option<u32>,
    /// What was tried most often in vain to be told to the hub.
    pub attempts: Option<Attempts>,
}

impl SqliteOutbox {
    /// Looks whether the file is whole (`quick_check`), what is in it, and for how much there is room with
    /// these settings. Another process may use it meanwhile.
    ///
    /// # Errors
    /// When it cannot be opened or read, or a newer program wrote it.
    pub fn examine(path: &Path, settings: Settings) -> Result<Examined> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(super::schema::BUSY_TIMEOUT)?;
        let said: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if said != "ok" {
            return Ok(Examined { damage: Some(said), ..Examined::default() });
        }
        let pending = MIGRATIONS.pending_migrations(&connection)?;
        if pending < 0 {
            return Err(OutboxError::Newer);
        }
        if pending > 0 {
            return Ok(Examined::default());
        }
        super::room::limit(&connection, settings.largest)?;
        let outbox = Self::reading(connection, Box::new(Disk::at(path)));
        let oldest_open = outbox.open_payments()?.first().map(|open| open.at);
        Ok(Examined {
            damage: None,
            counts: Some(outbox.counts()?),
            oldest_open,
            room: Some(outbox.room()?),
            attempts: attempts::read(&outbox.lock())?.most(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outbox_is_looked_at_while_a_pillar_uses_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.sqlite");
        let outbox = SqliteOutbox::open(&path).unwrap();
        let examined = SqliteOutbox::examine(&path, Settings::default()).unwrap();
        let counts = Some(outbox.counts().unwrap());
        assert!(examined.room.is_some_and(|room| room > 0));
        assert_eq!(examined, Examined { counts, room: examined.room, ..Examined::default() });
    }

    #[test]
    fn what_is_no_outbox_or_missing_is_an_error_and_stays_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.sqlite");
        assert!(SqliteOutbox::examine(&path, Settings::default()).is_err());
        assert!(!path.exists());
        std::fs::write(&path, "x".repeat(10_000)).unwrap();
        assert!(matches!(SqliteOutbox::examine(&path, Settings::default()), Err(OutboxError::Damaged(_))));
    }

    #[test]
    fn an_older_outbox_is_left_as_it_is_and_a_newer_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.sqlite");
        drop(SqliteOutbox::open(&path).unwrap());
        let set = |version: i32| {
            Connection::open(&path).unwrap().pragma_update(None, "user_version", version).unwrap();
        };
        set(1);
        assert_eq!(SqliteOutbox::examine(&path, Settings::default()).unwrap(), Examined::default());
        set(99);
        assert!(matches!(SqliteOutbox::examine(&path, Settings::default()), Err(OutboxError::Newer)));
    }
}
