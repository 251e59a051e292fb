//! Deletes content that was handed over long enough ago. Invariant: what is deleted is overwritten, in the file
//! (`secure_delete`) and in the log.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Transaction, params};

use super::super::{RetentionStore, StoreError};
use super::SqliteStore;
use super::values::micros;

impl RetentionStore for SqliteStore {
    fn forget_contents(&self, now: Timestamp, keep: SignedDuration, limit: u32) -> Result<u64, StoreError> {
        let forgotten = self.write(|db| forget(db, now, keep, limit))?;
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

/// What is still plain is left to be sealed first, and what was not looked at yet to be looked at.
fn forget(db: &Transaction<'_>, now: Timestamp, keep: SignedDuration, limit: u32) -> Result<u64, StoreError> {
    db.execute(HANDED_OVER, [micros(now)])?;
    db.execute(CALLED_BACK, [micros(now)])?;
    let due = "SELECT handed_over.number FROM handed_over JOIN transactions USING (number)
         WHERE since <= ?1 AND (state = 'registered'
             OR EXISTS (SELECT 1 FROM call_backs WHERE call_backs.number = handed_over.number AND is_done = 1)
                 AND NOT EXISTS (SELECT 1 FROM handovers WHERE handovers.number = handed_over.number
                     AND standing = 'waiting'))
         ORDER BY handed_over.number LIMIT ?2";
    let mut query = db.prepare_cached(due)?;
    let numbers = query.query_map(params![micros(now - keep), limit], |row| row.get::<_, i64>(0))?;
    let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
    for number in &numbers {
        let empty = "UPDATE transactions SET ciphertext = zeroblob(0), encapsulated_key = zeroblob(0)
             WHERE number = ?1";
        db.prepare_cached(empty)?.execute([number])?;
        db.prepare_cached("DELETE FROM handed_over WHERE number = ?1")?.execute([number])?;
    }
    Ok(numbers.len() as u64)
}
