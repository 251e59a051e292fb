//! Deletes content that was handed over long enough ago. Invariant: of several hubs that do it at once each deletes
//! what the others do not.

use jiff::{SignedDuration, Timestamp};
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::{PgConnection, PgRow};

use super::super::retention::WARNED;
use super::super::values::micros;
use super::super::{RetentionStore, StoreError};
use super::PostgresStore;
use super::handover::on_its_way;

impl RetentionStore for PostgresStore {
    fn forget_contents(&self, now: Timestamp, keep: SignedDuration, limit: u32) -> Result<u64, StoreError> {
        self.link.write(async |db| forget(db, now, keep, limit).await)
    }

    fn note_oldest(&self, now: Timestamp, longest: SignedDuration) -> Result<(), StoreError> {
        self.link.write(async |db| note_oldest(db, now, longest).await)
    }

    fn forget_oldest(&self, now: Timestamp, longest: SignedDuration, limit: u32) -> Result<u64, StoreError> {
        self.link.write(async |db| forget_oldest(db, now, longest, limit).await)
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
    let note = query(
        "INSERT INTO handed_over (number, since)
         SELECT t.number, least($1, o.changed_at) FROM handovers AS o JOIN transactions AS t USING (number)
         WHERE o.by_staff AND t.state <> 'registered' AND octet_length(t.ciphertext) > 0
             AND NOT EXISTS (SELECT 1 FROM to_check WHERE to_check.number = t.number)
             AND NOT EXISTS (SELECT 1 FROM handed_over WHERE handed_over.number = t.number)
         ORDER BY t.number ON CONFLICT DO NOTHING",
    );
    note.bind(micros(now)).execute(&mut *db).await?;
    let due = query(
        "DELETE FROM handed_over WHERE number = ANY (ARRAY(
             SELECT h.number FROM handed_over AS h JOIN transactions AS t USING (number)
             WHERE h.since <= $1 AND (t.state = 'registered'
                 OR EXISTS (SELECT 1 FROM handovers AS o WHERE o.number = h.number AND o.by_staff)
                 OR EXISTS (SELECT 1 FROM call_backs AS c WHERE c.number = h.number AND c.is_done)
                     AND NOT EXISTS (SELECT 1 FROM handovers AS o WHERE o.number = h.number
                         AND o.standing = 'waiting'))
             ORDER BY h.number LIMIT $2
             FOR UPDATE OF h SKIP LOCKED
         )) RETURNING number",
    );
    let due = due.bind(micros(now - keep)).bind(i64::from(limit)).fetch_all(&mut *db).await?;
    empty(db, &due).await
}

/// Deletes the content of those with the numbers in these rows.
async fn empty(db: &mut PgConnection, due: &[PgRow]) -> Result<u64, StoreError> {
    let numbers = due.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
    let empty = query(
        "UPDATE transactions SET ciphertext = ''::bytea, encapsulated_key = ''::bytea WHERE number = ANY($1)",
    );
    empty.bind(&numbers).execute(db).await?;
    Ok(numbers.len() as u64)
}

async fn note_oldest(
    db: &mut PgConnection,
    now: Timestamp,
    longest: SignedDuration,
) -> Result<(), StoreError> {
    // What was settled since, is on its way again, or is to be kept for longer than before, is not among them any more.
    let near = micros(now + WARNED - longest);
    let settled = query(concat!(
        "DELETE FROM to_forget AS f WHERE EXISTS (SELECT 1 FROM handed_over AS o WHERE o.number = f.number)
             OR EXISTS (SELECT 1 FROM transactions AS t LEFT JOIN handovers AS h USING (number)
                 WHERE t.number = f.number
                     AND (t.received_at > $1 OR octet_length(t.ciphertext) = 0 OR (",
        on_its_way!(),
        ")))"
    ));
    settled.bind(near).execute(&mut *db).await?;
    let note = query(concat!(
        "INSERT INTO to_forget (number, forget_at)
         SELECT t.number, greatest($1, t.received_at + $2)
         FROM transactions AS t LEFT JOIN handovers AS h USING (number)
         WHERE t.received_at <= $3 AND octet_length(t.ciphertext) > 0
             AND NOT EXISTS (SELECT 1 FROM to_check WHERE to_check.number = t.number)
             AND NOT EXISTS (SELECT 1 FROM handed_over WHERE handed_over.number = t.number)
             AND NOT EXISTS (SELECT 1 FROM to_forget WHERE to_forget.number = t.number)
             AND (",
        on_its_way!(),
        ") IS NOT TRUE
         ORDER BY t.number ON CONFLICT DO NOTHING"
    ));
    let longest_micros = i64::try_from(longest.as_micros()).unwrap_or(i64::MAX);
    note.bind(micros(now + WARNED)).bind(longest_micros).bind(near).execute(db).await?;
    Ok(())
}

async fn forget_oldest(
    db: &mut PgConnection,
    now: Timestamp,
    longest: SignedDuration,
    limit: u32,
) -> Result<u64, StoreError> {
    let due = query(concat!(
        "DELETE FROM to_forget WHERE number = ANY (ARRAY(
             SELECT f.number FROM to_forget AS f JOIN transactions AS t USING (number)
                 LEFT JOIN handovers AS h USING (number)
             WHERE f.forget_at <= $1 AND t.received_at <= $2 AND (",
        on_its_way!(),
        ") IS NOT TRUE
             ORDER BY f.number LIMIT $3
             FOR UPDATE OF f SKIP LOCKED
         )) RETURNING number"
    ));
    let due = due.bind(micros(now)).bind(micros(now - longest)).bind(i64::from(limit));
    let due = due.fetch_all(&mut *db).await?;
    empty(db, &due).await
}
