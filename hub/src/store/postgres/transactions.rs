//! Transactions and surveys: what pillars uploaded. Invariant: it is only read here; a row is written once
//! (`intake.rs`), and afterwards only its payment, state, trouble and case number change.

use jiff::Timestamp;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::{PgConnection, PgRow};
use zuil_wire::Reference;

use super::super::values::{
    micros, optional_time, read_decided_by, read_payment, read_state, read_trouble, time, to_integer,
};
use super::super::{Content, Filter, OpenPaymentKey, Page, SealedContent, StoreError, Stored, Tally};
use super::health;

/// Selects what [`stored`] reads.
macro_rules! select_stored {
    ($rest:literal) => {
        concat!(
            "SELECT t.id, t.reference, t.pillar, t.state, t.case_number, t.payment, t.committed_at, t.received_at,
                 t.payment_settled_at, t.payment_settled_by, t.trouble, t.content, t.header, t.encapsulated_key,
                 t.ciphertext,
                 NOT EXISTS (SELECT 1 FROM to_check WHERE to_check.number = t.number) AS looked_at ",
            $rest
        )
    };
}
pub(super) use select_stored;

pub(super) async fn find(db: &mut PgConnection, reference: Reference) -> Result<Option<Stored>, StoreError> {
    let find = query(select_stored!("FROM transactions AS t WHERE t.reference = $1"));
    let row = find.bind(reference.compact()).fetch_optional(db).await?;
    row.as_ref().map(stored).transpose()
}

/// The transaction of a pillar whose id stands for its payment.
pub(super) async fn of_pillar(
    db: &mut PgConnection,
    key: &OpenPaymentKey,
) -> Result<Option<Stored>, StoreError> {
    let find = query(select_stored!("FROM transactions AS t WHERE t.id = $1 AND t.pillar = $2"));
    let row = find.bind(key.payment).bind(&key.pillar).fetch_optional(db).await?;
    row.as_ref().map(stored).transpose()
}

pub(super) async fn list(
    db: &mut PgConnection,
    filter: Filter,
    offset: u64,
    limit: u32,
) -> Result<Page, StoreError> {
    // What is passed over is counted in the index; only what is shown is read.
    let (count, items) = if filter.parked {
        (
            "SELECT count(*) FROM transactions WHERE received_at >= $1 AND state = 'parked'",
            select_stored!(
                "FROM (
                     SELECT id FROM transactions WHERE received_at >= $1 AND state = 'parked'
                     ORDER BY received_at DESC, committed_at DESC, id DESC LIMIT $2 OFFSET $3
                 ) AS part JOIN transactions AS t USING (id)
                 ORDER BY t.received_at DESC, t.committed_at DESC, t.id DESC"
            ),
        )
    } else {
        (
            "SELECT count(*) FROM transactions WHERE received_at >= $1",
            select_stored!(
                "FROM (
                     SELECT id FROM transactions WHERE received_at >= $1
                     ORDER BY received_at DESC, committed_at DESC, id DESC LIMIT $2 OFFSET $3
                 ) AS part JOIN transactions AS t USING (id)
                 ORDER BY t.received_at DESC, t.committed_at DESC, t.id DESC"
            ),
        )
    };
    let since = filter.since.map_or(i64::MIN, micros);
    let total: i64 = query(count).bind(since).fetch_one(&mut *db).await?.try_get(0)?;
    let window = query(items).bind(since).bind(i64::from(limit)).bind(to_integer(offset));
    let rows = window.fetch_all(db).await?;
    let items = rows.iter().map(stored).collect::<Result<_, _>>()?;
    Ok(Page { items, total: total.unsigned_abs() })
}

pub(super) async fn tally(db: &mut PgConnection, since: Timestamp) -> Result<Tally, StoreError> {
    let counts = query(
        "SELECT (SELECT count(*) FROM transactions WHERE received_at >= $1),
                (SELECT count(*) FROM transactions WHERE state = 'parked')",
    );
    let counts = counts.bind(micros(since)).fetch_one(&mut *db).await?;
    let worklist = health::worklist(db).await?;
    let unsettled = worklist.iter().filter(|payment| payment.decision.is_none()).count();
    Ok(Tally {
        received: counts.try_get::<i64, _>(0)?.unsigned_abs(),
        parked: counts.try_get::<i64, _>(1)?.unsigned_abs(),
        unsettled: unsettled as u64,
    })
}

/// The transactions whose payment is unknown.
pub(super) async fn unknown_payments(db: &mut PgConnection) -> Result<Vec<Stored>, StoreError> {
    let unknown =
        query(select_stored!("FROM transactions AS t WHERE t.payment_unknown AND t.state = 'parked'"));
    unknown.fetch_all(db).await?.iter().map(stored).collect()
}

pub(super) async fn sealed_to(db: &mut PgConnection, key_id: &str) -> Result<u64, StoreError> {
    // Asked once in years, so that no index is worth its room. A header is of our own writing.
    let count = query(
        "SELECT count(*) FROM transactions WHERE header::json ->> 'key_id' = $1 AND octet_length(ciphertext) > 0",
    );
    Ok(count.bind(key_id).fetch_one(db).await?.try_get::<i64, _>(0)?.unsigned_abs())
}

pub(super) async fn survey_count(db: &mut PgConnection) -> Result<u64, StoreError> {
    let count = query("SELECT count(*) FROM surveys").fetch_one(db).await?;
    Ok(count.try_get::<i64, _>(0)?.unsigned_abs())
}

/// A row of [`select_stored`].
pub(super) fn stored(row: &PgRow) -> Result<Stored, StoreError> {
    Ok(Stored {
        id: row.try_get("id")?,
        reference: read_reference(row.try_get("reference")?)?,
        pillar: row.try_get("pillar")?,
        state: read_state(row.try_get("state")?)?,
        case_number: row.try_get("case_number")?,
        payment: read_payment(row.try_get("payment")?)?,
        committed_at: time(row.try_get("committed_at")?)?,
        received_at: time(row.try_get("received_at")?)?,
        payment_settled_at: optional_time(row.try_get("payment_settled_at")?)?,
        payment_settled_by: read_decided_by(row.try_get("payment_settled_by")?)?,
        trouble: read_trouble(row.try_get("trouble")?)?,
        content: content(row)?,
        looked_at: row.try_get("looked_at")?,
    })
}

pub(super) fn read_reference(text: &str) -> Result<Reference, StoreError> {
    text.parse().map_err(|_| StoreError::Damaged("reference"))
}

fn content(row: &PgRow) -> Result<Content, StoreError> {
    let damaged = |_| StoreError::Damaged("transaction");
    if let Some(plain) = row.try_get::<Option<&str>, _>("content")? {
        return Ok(Content::Plain(serde_json::from_str(plain).map_err(damaged)?));
    }
    let ciphertext: Vec<u8> = row.try_get("ciphertext")?;
    if ciphertext.is_empty() {
        return Ok(Content::Forgotten);
    }
    Ok(Content::Sealed(SealedContent {
        header: serde_json::from_str(row.try_get("header")?).map_err(damaged)?,
        encapsulated_key: row.try_get("encapsulated_key")?,
        ciphertext,
    }))
}
