//! What was refused for good. Invariant: of each pillar only so much is kept, whatever it sends.

use jiff::Timestamp;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::{PgConnection, PgRow};

use super::super::values::{micros, read_refusal, refusal_word, time};
use super::super::{REFUSALS_KEPT, Refused, RefusedEnvelope, StoreError};
use super::transactions::read_reference;

pub(super) async fn note(
    db: &mut PgConnection,
    pillar: &str,
    refused: Refused,
    now: Timestamp,
) -> Result<(), StoreError> {
    let note = query(
        "INSERT INTO refusals AS known (pillar, id, reference, reason, first_at, last_at, times)
         SELECT name, $2, $3, $4, $5, $5, 1 FROM pillars WHERE name = $1
         ON CONFLICT (pillar, id) DO UPDATE
             SET reference = excluded.reference, reason = excluded.reason,
                 last_at = greatest(known.last_at, excluded.last_at), times = known.times + 1",
    );
    let note = note.bind(pillar).bind(refused.id);
    let note = note.bind(refused.reference.map(|reference| reference.compact()));
    note.bind(refusal_word(refused.reason)).bind(micros(now)).execute(&mut *db).await?;
    let forget = query(
        "DELETE FROM refusals WHERE pillar = $1 AND id IN
             (SELECT id FROM refusals WHERE pillar = $1 ORDER BY last_at DESC, id DESC OFFSET $2)",
    );
    forget.bind(pillar).bind(i64::from(REFUSALS_KEPT)).execute(db).await?;
    Ok(())
}

pub(super) async fn list(db: &mut PgConnection, pillar: &str) -> Result<Vec<RefusedEnvelope>, StoreError> {
    let list = query(
        "SELECT id, reference, reason, first_at, last_at, times FROM refusals
         WHERE pillar = $1 AND NOT (reason NOT IN ('conflict', 'bad_signature')
             AND EXISTS (SELECT 1 FROM transactions AS t WHERE t.id = refusals.id AND t.pillar = $1))
         ORDER BY last_at DESC, id DESC",
    );
    list.bind(pillar).fetch_all(db).await?.iter().map(read).collect()
}

fn read(row: &PgRow) -> Result<RefusedEnvelope, StoreError> {
    let reference: Option<&str> = row.try_get("reference")?;
    let refused = Refused {
        id: row.try_get("id")?,
        reference: reference.map(read_reference).transpose()?,
        reason: read_refusal(row.try_get("reason")?)?,
    };
    Ok(RefusedEnvelope {
        refused,
        first_at: time(row.try_get("first_at")?)?,
        last_at: time(row.try_get("last_at")?)?,
        times: row.try_get::<i64, _>("times")?.unsigned_abs(),
    })
}
