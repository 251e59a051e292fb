//! Deletes content that was handed over long enough ago. Invariant: what is deleted is overwritten, in the file
//! (`secure_delete`) and in the log.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Transaction, named_params, params};

use super::super::retention::WARNED;
use super::super::{RetentionStore, StoreError};
use super::SqliteStore;
use super::handover::on_its_way;
use super::values::micros;

impl RetentionStore for SqliteStore {
    fn forget_contents(&self, now: Timestamp, keep: SignedDuration, limit: u32) -> Result<u64, StoreError> {
        let forgotten = self.write(|db| forget(db, now, keep, limit))?;
        if forgotten > 0 {
            self.forget_what_was_plain();
        }
        Ok(forgotten)
    }

    fn note_oldest(&self, now: Timestamp, longest: SignedDuration) -> Result<(), StoreError> {
        self.write(|db| note_oldest(db, now, longest))
    }

    fn forget_oldest(&self, now: Timestamp, longest: SignedDuration, limit: u32) -> Result<u64, StoreError> {
        let forgotten = self.write(|db| forget_oldest(db, now, longest, limit))?;
        if forgotten > 0 {
            self.forget_what_was_plain();
        }
        Ok(forgotten)
    }
}

/// Notes since when what was handed over is. The conditions on state and content are those of the index.
pub(super) const HANDED_OVER: &str = "INSERT INTO handed_over (number, since)
     SELECT number, min(?1, coalesce(handovers.changed_at, ?1))
     FROM transactions LEFT JOIN handovers USING (number)
     WHERE state = 'registered' AND length(ciphertext) > 0 AND number <= (SELECT up_to FROM checked)
         AND number NOT IN (SELECT number FROM handed_over)";

/// The same of what staff are done with.
const CALLED_BACK: &str = "INSERT INTO handed_over (number, since)
     SELECT number, min(?1, told_at) FROM call_backs JOIN transactions USING (number)
     WHERE is_done = 1 AND state <> 'registered' AND length(ciphertext) > 0
         AND number <= (SELECT up_to FROM checked) AND number NOT IN (SELECT number FROM handed_over)";

/// The same of what they closed.
const CLOSED: &str = "INSERT INTO handed_over (number, since)
     SELECT number, min(?1, changed_at) FROM handovers JOIN transactions USING (number)
     WHERE by_staff = 1 AND state <> 'registered' AND length(ciphertext) > 0
         AND number <= (SELECT up_to FROM checked) AND number NOT IN (SELECT number FROM handed_over)";

/// The same where there may be no row in `handovers`.
const ON_ITS_WAY: &str = concat!("(", on_its_way!(), ") IS TRUE");

/// What is still plain is left to be sealed first, and what was not looked at yet to be looked at.
fn forget(db: &Transaction<'_>, now: Timestamp, keep: SignedDuration, limit: u32) -> Result<u64, StoreError> {
    db.execute(HANDED_OVER, [micros(now)])?;
    db.execute(CALLED_BACK, [micros(now)])?;
    db.execute(CLOSED, [micros(now)])?;
    let due = "SELECT handed_over.number FROM handed_over JOIN transactions USING (number)
         WHERE since <= ?1 AND (state = 'registered'
             OR EXISTS (SELECT 1 FROM call_backs WHERE call_backs.number = handed_over.number AND is_done = 1)
                 AND NOT EXISTS (SELECT 1 FROM handovers WHERE handovers.number = handed_over.number
                     AND standing = 'waiting')
             OR EXISTS (SELECT 1 FROM handovers WHERE handovers.number = handed_over.number AND by_staff = 1))
         ORDER BY handed_over.number LIMIT ?2";
    let mut query = db.prepare_cached(due)?;
    let numbers = query.query_map(params![micros(now - keep), limit], |row| row.get::<_, i64>(0))?;
    let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
    for number in &numbers {
        empty(db, *number)?;
        db.prepare_cached("DELETE FROM handed_over WHERE number = ?1")?.execute([number])?;
    }
    Ok(numbers.len() as u64)
}

fn empty(db: &Transaction<'_>, number: i64) -> Result<(), StoreError> {
    let empty = "UPDATE transactions SET ciphertext = zeroblob(0), encapsulated_key = zeroblob(0)
         WHERE number = ?1";
    db.prepare_cached(empty)?.execute([number])?;
    Ok(())
}

fn note_oldest(db: &Transaction<'_>, now: Timestamp, longest: SignedDuration) -> Result<(), StoreError> {
    // What was settled since, is on its way again, or is to be kept for longer than before, is not among them any more.
    let near = micros(now + WARNED - longest);
    let settled = format!(
        "DELETE FROM to_forget WHERE number IN (SELECT number FROM handed_over)
             OR number IN (SELECT number FROM to_forget JOIN transactions USING (number)
                     LEFT JOIN handovers USING (number)
                 WHERE received_at > ?1 OR length(ciphertext) = 0 OR {ON_ITS_WAY})"
    );
    db.prepare_cached(&settled)?.execute([near])?;
    let note = format!(
        "INSERT INTO to_forget (number, forget_at)
         SELECT number, max(:warned, received_at + :longest)
         FROM transactions LEFT JOIN handovers USING (number)
         WHERE received_at <= :near AND length(ciphertext) > 0 AND number <= (SELECT up_to FROM checked)
             AND number NOT IN (SELECT number FROM handed_over) AND number NOT IN (SELECT number FROM to_forget)
             AND NOT ({ON_ITS_WAY})"
    );
    let longest_micros = i64::try_from(longest.as_micros()).unwrap_or(i64::MAX);
    db.prepare_cached(&note)?.execute(named_params! {
        ":warned": micros(now + WARNED), ":longest": longest_micros, ":near": near,
    })?;
    Ok(())
}

fn forget_oldest(
    db: &Transaction<'_>,
    now: Timestamp,
    longest: SignedDuration,
    limit: u32,
) -> Result<u64, StoreError> {
    let due = format!(
        "SELECT number FROM to_forget JOIN transactions USING (number) LEFT JOIN handovers USING (number)
         WHERE forget_at <= :now AND received_at <= :old AND NOT ({ON_ITS_WAY})
         ORDER BY number LIMIT :limit"
    );
    let mut query = db.prepare_cached(&due)?;
    let given = named_params! { ":now": micros(now), ":old": micros(now - longest), ":limit": limit };
    let numbers = query.query_map(given, |row| row.get::<_, i64>(0))?;
    let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
    for number in &numbers {
        empty(db, *number)?;
        db.prepare_cached("DELETE FROM to_forget WHERE number = ?1")?.execute([number])?;
    }
    Ok(numbers.len() as u64)
}
