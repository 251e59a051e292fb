//! What only a file can show: that it is private, sealed, brought up to date, bounded, and honest about a
//! disk that fails.

mod damage;
mod disk;
mod full;
mod power_cuts;
mod upkeep;

use uuid::Uuid;
use zuil_wire::seal::Sealed;
use zuil_wire::{ItemOutcome, State};

use super::super::conformance::*;
use super::super::*;
use super::{schema, transactions};

impl SqliteOutbox {
    /// From now on nothing can be written, or it can again: what a disk that fails looks like.
    pub(crate) fn set_read_only(&self, read_only: bool) {
        self.lock().pragma_update(None, "query_only", read_only).unwrap();
    }

    /// From now on the file may be so large, in bytes.
    pub(crate) fn set_largest(&self, largest: u64) {
        super::room::limit(&self.lock(), largest).unwrap();
    }

    /// One value of the database.
    fn one<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        self.lock().query_row(sql, [], |row| row.get(0)).unwrap()
    }
}

impl Disk {
    fn open_sqlite(&self) -> SqliteOutbox {
        SqliteOutbox::open(&self.path()).unwrap().with(AT_ONCE).unwrap()
    }
}
