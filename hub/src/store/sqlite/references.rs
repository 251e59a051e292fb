//! Which transaction has which reference.
//!
//! References are random: an index that is written with every transaction is written everywhere, one page for
//! each of them. So the newest are entered later, many at once, and whoever takes in remembers them until then.
//! Invariant: a reference is in the index or in a row after `entered.up_to`; [`Newest`] knows all of those rows.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};
use zuil_wire::Reference;

use super::super::StoreError;

/// So many are remembered before they are entered, though pillars wait for that: some ten milliseconds.
const MANY: usize = 8_192;

/// The transactions that are stored and whose references are not entered yet.
pub(super) struct Newest {
    numbers: HashMap<Reference, i64>,
    /// Something was added since this was last asked.
    grew: bool,
}

/// What a commit under way adds. It is forgotten unless [`Newest::keep`] is told that it is durable.
pub(super) struct Adding<'a> {
    newest: &'a Newest,
    added: HashMap<Reference, i64>,
    entered: bool,
}

/// What is to be kept of a commit.
pub(super) struct Added {
    numbers: HashMap<Reference, i64>,
    entered: bool,
}

impl Newest {
    /// Reads them from the rows that are not entered.
    pub(super) fn read(db: &Connection) -> Result<Self, StoreError> {
        let mut query = db.prepare_cached(
            "SELECT reference, number FROM transactions WHERE number > (SELECT up_to FROM entered)",
        )?;
        let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
        let numbers = rows.map(|row| {
            let (reference, number) = row?;
            Ok((reference.parse().map_err(|_| StoreError::Damaged("reference"))?, number))
        });
        Ok(Self { numbers: numbers.collect::<Result<_, StoreError>>()?, grew: true })
    }

    /// Begins a commit.
    pub(super) fn adding(&self) -> Adding<'_> {
        Adding { newest: self, added: HashMap::new(), entered: false }
    }

    /// Whether nothing was added since this was last asked, and something waits to be entered.
    pub(super) fn may_be_entered(&mut self) -> bool {
        !std::mem::take(&mut self.grew) && !self.numbers.is_empty()
    }

    /// A commit is durable.
    pub(super) fn keep(&mut self, added: Added) {
        let Added { numbers, entered } = added;
        if entered {
            self.numbers.clear();
        } else {
            self.grew |= !numbers.is_empty();
            self.numbers.extend(numbers);
        }
    }
}

impl Adding<'_> {
    /// The number of the transaction with a reference.
    pub(super) fn number_of(&self, db: &Connection, reference: Reference) -> Result<Option<i64>, StoreError> {
        let newest = self.added.get(&reference).or_else(|| self.newest.numbers.get(&reference));
        match newest {
            Some(number) => Ok(Some(*number)),
            None => Ok(db
                .prepare_cached("SELECT number FROM reference_index WHERE reference = ?1")?
                .query_row([reference.compact()], |row| row.get(0))
                .optional()?),
        }
    }

    /// A row was written.
    pub(super) fn add(&mut self, reference: Reference, number: i64) {
        self.added.insert(reference, number);
    }

    /// What was added so far, to go back to with [`Adding::go_back`].
    pub(super) fn so_far(&self) -> HashMap<Reference, i64> {
        self.added.clone()
    }

    /// The rows that were written since then are gone.
    pub(super) fn go_back(&mut self, so_far: HashMap<Reference, i64>) {
        self.added = so_far;
    }

    /// Enters all when they are many.
    pub(super) fn enter_many(&mut self, db: &Connection) -> Result<(), StoreError> {
        if self.newest.numbers.len() + self.added.len() < MANY { Ok(()) } else { self.enter(db) }
    }

    /// Enters all.
    pub(super) fn enter(&mut self, db: &Connection) -> Result<(), StoreError> {
        // What is in the table, not what is remembered of it. In the order of the index, so that each of its pages
        // is written once. A conflict cannot be, since each was looked for before it was added; it must not be the
        // end of everything.
        db.prepare_cached(
            "INSERT INTO reference_index (reference, number)
             SELECT reference, number FROM transactions WHERE number > (SELECT up_to FROM entered)
             ORDER BY reference ON CONFLICT DO NOTHING",
        )?
        .execute([])?;
        db.prepare_cached("UPDATE entered SET up_to = (SELECT coalesce(max(number), 0) FROM transactions)")?
            .execute([])?;
        self.entered = true;
        Ok(())
    }

    /// What is to be kept when the commit is durable.
    pub(super) fn end(self) -> Added {
        Added { numbers: self.added, entered: self.entered }
    }
}

/// The number of the transaction with a reference, entered or not.
pub(super) fn number_of(db: &Connection, reference: Reference) -> Result<Option<i64>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT number FROM reference_index WHERE reference = ?1
         UNION ALL
         SELECT number FROM transactions WHERE number > (SELECT up_to FROM entered) AND reference = ?1
         LIMIT 1",
    )?;
    Ok(query.query_row([reference.compact()], |row| row.get(0)).optional()?)
}
