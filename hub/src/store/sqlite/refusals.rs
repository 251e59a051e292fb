//! What was refused for good. Invariant: of each pillar only so much is kept, whatever it sends.

use jiff::Timestamp;
use rusqlite::{Connection, Row, named_params, params};
use uuid::Uuid;

use super::super::{REFUSALS_KEPT, Refused, RefusedEnvelope, StoreError};
use super::values::{micros, read_refusal, refusal_word, time};

pub(super) fn note(
    db: &Connection,
    pillar: &str,
    refused: Refused,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO refusals (pillar, id, reference, reason, first_at, last_at, times)
         SELECT name, :id, :reference, :reason, :now, :now, 1 FROM pillars WHERE name = :pillar
         ON CONFLICT (pillar, id) DO UPDATE
             SET reference = excluded.reference, reason = excluded.reason, last_at = max(last_at, :now),
                 times = times + 1",
    )?
    .execute(named_params! {
        ":pillar": pillar,
        ":id": refused.id.as_bytes(),
        ":reference": refused.reference.map(|reference| reference.compact()),
        ":reason": refusal_word(refused.reason),
        ":now": micros(now),
    })?;
    db.prepare_cached(
        "DELETE FROM refusals WHERE pillar = ?1 AND id IN
             (SELECT id FROM refusals WHERE pillar = ?1 ORDER BY last_at DESC, id DESC LIMIT -1 OFFSET ?2)",
    )?
    .execute(params![pillar, REFUSALS_KEPT])?;
    Ok(())
}

pub(super) fn list(db: &Connection, pillar: &str) -> Result<Vec<RefusedEnvelope>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT id, reference, reason, first_at, last_at, times FROM refusals
         WHERE pillar = ?1 AND NOT (reason NOT IN ('conflict', 'bad_signature')
             AND EXISTS (SELECT 1 FROM transactions AS t WHERE t.id = refusals.id AND t.pillar = ?1))
         ORDER BY last_at DESC, id DESC",
    )?;
    let rows = query.query_map([pillar], |row| Ok(read(row)))?;
    rows.map(|row| row.map_err(StoreError::from)?).collect()
}

fn read(row: &Row<'_>) -> Result<RefusedEnvelope, StoreError> {
    let reference: Option<String> = row.get(1)?;
    let reference =
        reference.map(|text| text.parse().map_err(|_| StoreError::Damaged("reference"))).transpose()?;
    let reason = read_refusal(&row.get::<_, String>(2)?)?;
    Ok(RefusedEnvelope {
        refused: Refused { id: Uuid::from_bytes(row.get(0)?), reference, reason },
        first_at: time(row.get(3)?)?,
        last_at: time(row.get(4)?)?,
        times: row.get::<_, i64>(5)?.unsigned_abs(),
    })
}
