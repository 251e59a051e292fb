//! Transactions and surveys: what pillars uploaded. Invariant: it is only read here; a row is written once
//! (`intake.rs`), and afterwards only its payment, state, trouble and case number change, and its content is
//! deleted.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use uuid::Uuid;
use zuil_wire::Reference;

use super::super::{Content, Filter, OpenPaymentKey, Page, SealedContent, StoreError, Stored, Tally};
use super::values::{
    micros, optional_time, read_decided_by, read_payment, read_state, read_trouble, time, to_integer,
};
use super::{health, references};

pub(super) fn find(db: &Connection, reference: Reference) -> Result<Option<Stored>, StoreError> {
    let Some(number) = references::number_of(db, reference)? else { return Ok(None) };
    let sql = format!("SELECT {STORED} FROM transactions WHERE number = ?1");
    db.prepare_cached(&sql)?.query_row([number], |row| Ok(stored(row))).optional()?.transpose()
}

/// The transaction of a pillar whose id stands for its payment.
pub(super) fn of_pillar(db: &Connection, key: &OpenPaymentKey) -> Result<Option<Stored>, StoreError> {
    let sql = format!("SELECT {STORED} FROM transactions WHERE id = ?1 AND pillar = ?2");
    let names = params![key.payment.as_bytes(), key.pillar];
    db.prepare_cached(&sql)?.query_row(names, |row| Ok(stored(row))).optional()?.transpose()
}

pub(super) fn list(db: &Connection, filter: Filter, offset: u64, limit: u32) -> Result<Page, StoreError> {
    let since = filter.since.map_or(i64::MIN, micros);
    let which = if filter.parked { WAITING } else { ALL };
    // Both statements see the same database.
    let snapshot = db.unchecked_transaction()?;
    let total: i64 = snapshot
        .prepare_cached(&count(which))?
        .query_row(named_params! { ":since": since }, |row| row.get(0))?;
    let mut query = snapshot.prepare_cached(&window(which))?;
    let window = named_params! { ":since": since, ":limit": limit, ":offset": to_integer(offset) };
    let items = query.query_map(window, |row| Ok(stored(row)))?;
    let items = items.map(|item| item.map_err(StoreError::from)?).collect::<Result<_, _>>()?;
    Ok(Page { items, total: total.unsigned_abs() })
}

/// Which are in a list. Each is found by an index of its own.
pub(super) const ALL: &str = "received_at >= :since";
pub(super) const WAITING: &str = "received_at >= :since AND state = 'parked'";

pub(super) fn count(which: &str) -> String {
    format!("SELECT count(*) FROM transactions WHERE {which}")
}

/// Selects a part of a list. What is passed over is counted in the index; only what is shown is read.
pub(super) fn window(which: &str) -> String {
    format!(
        "SELECT {STORED} FROM (
             SELECT number FROM transactions WHERE {which}
             ORDER BY received_at DESC, committed_at DESC, id DESC LIMIT :limit OFFSET :offset
         ) CROSS JOIN transactions USING (number) ORDER BY received_at DESC, committed_at DESC, id DESC"
    )
}

pub(super) fn tally(db: &Connection, since: Timestamp) -> Result<Tally, StoreError> {
    // All statements see the same database.
    let snapshot = db.unchecked_transaction()?;
    let sql = "SELECT (SELECT count(*) FROM transactions WHERE received_at >= ?1),
                      (SELECT count(*) FROM transactions WHERE state = 'parked')";
    let counts = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
    let (received, parked) = snapshot.prepare_cached(sql)?.query_row([micros(since)], counts)?;
    let unsettled = health::worklist(&snapshot)?.iter().filter(|payment| payment.decision.is_none()).count();
    Ok(Tally {
        received: received.unsigned_abs(),
        parked: parked.unsigned_abs(),
        unsettled: unsettled as u64,
    })
}

/// The transactions whose payment is unknown and that no report speaks of.
pub(super) fn unknown_payments(db: &Connection) -> Result<Vec<Stored>, StoreError> {
    let mut query =
        db.prepare_cached(&format!("SELECT {STORED} FROM transactions WHERE {UNKNOWN_PAYMENT}"))?;
    let rows = query.query_map([], |row| Ok(stored(row)))?;
    rows.map(|row| row.map_err(StoreError::from)?).collect()
}

/// As the index has it.
pub(super) const UNKNOWN_PAYMENT: &str = "state = 'parked' AND payment ->> 'state' = 'unknown'";

pub(super) fn survey_count(db: &Connection) -> Result<u64, StoreError> {
    let count: i64 = db.query_row("SELECT count(*) FROM surveys", [], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

pub(super) const STORED: &str =
    "id, reference, pillar, state, case_number, payment, committed_at, received_at,
     payment_settled_at, payment_settled_by, trouble, content, header, encapsulated_key, ciphertext,
     number <= (SELECT up_to FROM checked)";

/// A row of which [`STORED`] are the first columns.
pub(super) fn stored(row: &Row<'_>) -> Result<Stored, StoreError> {
    let reference: String = row.get(1)?;
    Ok(Stored {
        id: Uuid::from_bytes(row.get(0)?),
        reference: reference.parse().map_err(|_| StoreError::Damaged("reference"))?,
        pillar: row.get(2)?,
        state: read_state(&row.get::<_, String>(3)?)?,
        case_number: row.get(4)?,
        payment: read_payment(row.get(5)?)?,
        committed_at: time(row.get(6)?)?,
        received_at: time(row.get(7)?)?,
        payment_settled_at: optional_time(row.get(8)?)?,
        payment_settled_by: read_decided_by(row.get(9)?)?,
        trouble: read_trouble(row.get(10)?)?,
        content: content(row, 11)?,
        looked_at: row.get(15)?,
    })
}

/// The content in four columns of a row, from column `first` on.
fn content(row: &Row<'_>, first: usize) -> Result<Content, StoreError> {
    let damaged = |_| StoreError::Damaged("transaction");
    if let Some(plain) = row.get::<_, Option<String>>(first)? {
        return Ok(Content::Plain(serde_json::from_str(&plain).map_err(damaged)?));
    }
    let header: String = row.get(first + 1)?;
    let ciphertext: Vec<u8> = row.get(first + 3)?;
    if ciphertext.is_empty() {
        return Ok(Content::Forgotten);
    }
    Ok(Content::Sealed(SealedContent {
        header: serde_json::from_str(&header).map_err(damaged)?,
        encapsulated_key: row.get(first + 2)?,
        ciphertext,
    }))
}
