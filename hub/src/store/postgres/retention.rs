//! Deletes content that was handed over long enough ago. Invariant: of several hubs that do it at once each deletes
//! what the others do not.

use jiff::{SignedDuration, Timestamp};
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::PgConnection;

use super::super::values::micros;
use super::super::{RetentionStore, StoreError};
use super::PostgresStore;

impl RetentionStore for PostgresStore {
    fn forget_contents(&self, now: Timestamp, keep: SignedDuration, limit: u32) -> Result<u64, StoreError> {
        self.link.write(async |db| forget(db, now, keep, limit).await)
    }
}

/// What is still plain is left to be sealed first, and what was not looked at yet to be looked at.
async fn forget(
    db: &mut PgConnection,
    now: Timestamp,
    keep: SignedDuration,
    limit: u32,
) -> Result<u64, StoreError> {
    let note = query(
        "INSERT INTO handed_over (number, since)
         SELECT t.number, least($1, coalesce(h.changed_at, $1))
         FROM transactions AS t LEFT JOIN handovers AS h USING (number)
         WHERE t.state = 'registered' AND octet_length(t.ciphertext) > 0
             AND NOT EXISTS (SELECT 1 FROM to_check WHERE to_check.number = t.number)
             AND NOT EXISTS (SELECT 1 FROM handed_over WHERE handed_over.number = t.number)
         ORDER BY t.number ON CONFLICT DO NOTHING",
    );
    note.bind(micros(now)).execute(&mut *db).await?;
    let note = query(
        "INSERT INTO handed_over (number, since)
         SELECT t.number, least($1, c.told_at) FROM call_backs AS c JOIN transactions AS t USING (number)
         WHERE c.is_done AND t.state <> 'registered' AND octet_length(t.ciphertext) > 0
             AND NOT EXISTS (SELECT 1 FROM to_check WHERE to_check.number = t.number)
             AND NOT EXISTS (SELECT 1 FROM handed_over WHERE handed_over.number = t.number)
         ORDER BY t.number ON CONFLICT DO NOTHING",
    );
    note.bind(micros(now)).execute(&mut *db).await?;
    let due = query(
        "DELETE FROM handed_over WHERE number = ANY (ARRAY(
             SELECT h.number FROM handed_over AS h JOIN transactions AS t USING (number)
             WHERE h.since <= $1 AND (t.state = 'registered'
                 OR EXISTS (SELECT 1 FROM call_backs AS c WHERE c.number = h.number AND c.is_done)
                     AND NOT EXISTS (SELECT 1 FROM handovers AS o WHERE o.number = h.number
                         AND o.standing = 'waiting'))
             ORDER BY h.number LIMIT $2
             FOR UPDATE OF h SKIP LOCKED
         )) RETURNING number",
    );
    let due = due.bind(micros(now - keep)).bind(i64::from(limit)).fetch_all(&mut *db).await?;
    let numbers = due.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
    let empty = query(
        "UPDATE transactions SET ciphertext = ''::bytea, encapsulated_key = ''::bytea WHERE number = ANY($1)",
    );
    empty.bind(&numbers).execute(db).await?;
    Ok(numbers.len() as u64)
}
