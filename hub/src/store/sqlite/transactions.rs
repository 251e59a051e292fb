//! Transactions and surveys: what pillars upload. Invariant: a row is written once; afterwards only its
//! payment, state and case number go forward.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params, params};
use zuil_wire::Reference;
use zuil_wire::messages::SurveyItem;

use super::super::rules::{self, Settlement};
use super::super::{Batch, Digest, Filter, Incoming, Outcome, Page, StoreError, Stored, Tally};
use super::health;
use super::values::{micros, read_payment, read_state, time, to_integer, write_json};

pub(super) fn take_in(
    db: &Transaction<'_>,
    batch: &Batch,
    now: Timestamp,
) -> Result<Vec<Outcome>, StoreError> {
    let outcomes: Vec<Outcome> =
        batch.transactions.iter().map(|incoming| take_one(db, incoming, now)).collect::<Result<_, _>>()?;
    for survey in &batch.surveys {
        take_survey(db, survey, now)?;
    }
    let accepted = batch.transactions.iter().zip(&outcomes);
    let accepted: Vec<&Incoming> = accepted
        .filter(|(_, outcome)| **outcome != Outcome::Conflict)
        .map(|(incoming, _)| incoming)
        .collect();
    for incoming in &accepted {
        if incoming.payment.as_ref().is_some_and(|payment| rules::is_settled(payment.state)) {
            health::close_settled(db, &batch.pillar, incoming.header.reference, now)?;
        }
    }
    let highest = accepted.iter().map(|incoming| incoming.header.sequence).max().map(to_integer);
    db.prepare_cached(
        "UPDATE pillars SET last_seen_at = :now,
             last_sequence = coalesce(max(last_sequence, :highest), last_sequence, :highest)
         WHERE name = :name",
    )?
    .execute(named_params! { ":now": micros(now), ":highest": highest, ":name": batch.pillar })?;
    Ok(outcomes)
}

pub(super) fn find(db: &Connection, reference: Reference) -> Result<Option<Stored>, StoreError> {
    let sql = format!("SELECT {STORED} FROM transactions WHERE reference = ?1");
    let row = db.prepare_cached(&sql)?.query_row([reference.compact()], |row| Ok(stored(row))).optional()?;
    row.transpose()
}

pub(super) fn list(db: &Connection, filter: Filter, offset: u64, limit: u32) -> Result<Page, StoreError> {
    let since = filter.since.map_or(i64::MIN, micros);
    let which = "received_at >= :since AND (NOT :parked OR state = 'parked')";
    // Both statements see the same database.
    let snapshot = db.unchecked_transaction()?;
    let total: i64 = snapshot
        .prepare_cached(&format!("SELECT count(*) FROM transactions WHERE {which}"))?
        .query_row(named_params! { ":since": since, ":parked": filter.parked }, |row| row.get(0))?;
    let mut query = snapshot.prepare_cached(&format!(
        "SELECT {STORED} FROM transactions WHERE {which}
         ORDER BY received_at DESC, committed_at DESC, id DESC LIMIT :limit OFFSET :offset"
    ))?;
    let window = named_params! {
        ":since": since, ":parked": filter.parked, ":limit": limit, ":offset": to_integer(offset),
    };
    let items = query.query_map(window, |row| Ok(stored(row)))?;
    let items = items.map(|item| item.map_err(StoreError::from)?).collect::<Result<_, _>>()?;
    Ok(Page { items, total: total.unsigned_abs() })
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
    let mut query = db.prepare_cached(&format!(
        "SELECT {STORED} FROM transactions WHERE state = 'parked' AND payment ->> 'state' = 'unknown'"
    ))?;
    let rows = query.query_map([], |row| Ok(stored(row)))?;
    rows.map(|row| row.map_err(StoreError::from)?).collect()
}

pub(super) fn survey_count(db: &Connection) -> Result<u64, StoreError> {
    let count: i64 = db.query_row("SELECT count(*) FROM surveys", [], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

fn take_one(db: &Transaction<'_>, incoming: &Incoming, now: Timestamp) -> Result<Outcome, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT digest, payment, state, case_number FROM transactions WHERE id = ?1 OR reference = ?2",
    )?;
    let keys = params![incoming.header.id.as_bytes(), incoming.header.reference.compact()];
    let mut known = query.query(keys)?;
    let Some(row) = known.next()? else {
        insert(db, incoming, now)?;
        return Ok(Outcome::Accepted {
            state: rules::first_state(incoming.payment.as_ref()),
            case_number: None,
        });
    };
    // The digest covers id and reference, so another row that has one of them has another digest.
    if row.get::<_, Digest>(0)? != incoming.digest {
        return Ok(Outcome::Conflict);
    }
    let (payment, state, case_number) =
        (read_payment(row.get(1)?)?, read_state(&row.get::<_, String>(2)?)?, row.get(3)?);
    match (rules::settlement(payment.as_ref(), incoming.payment.as_ref()), &incoming.payment) {
        (Settlement::Nothing, _) => Ok(Outcome::Accepted { state, case_number }),
        (Settlement::Settled, Some(settled)) => {
            let state = rules::state_after(state, settled.state);
            db.prepare_cached(
                "UPDATE transactions SET payment = ?2, state = ?3, payment_settled_at = ?4 WHERE id = ?1",
            )?
            .execute(params![
                incoming.header.id.as_bytes(),
                write_json(settled)?,
                state.as_str(),
                micros(now)
            ])?;
            Ok(Outcome::Accepted { state, case_number })
        }
        (Settlement::Conflict, _) | (Settlement::Settled, None) => Ok(Outcome::Conflict),
    }
}

pub(super) fn insert(db: &Transaction<'_>, incoming: &Incoming, now: Timestamp) -> Result<(), StoreError> {
    let Incoming { header, content, digest, payment } = incoming;
    db.prepare_cached(
        "INSERT INTO transactions (id, reference, pillar, sequence, task, digest, content, payment, state,
             committed_at, received_at)
         VALUES (:id, :reference, :pillar, :sequence, :task, :digest, :content, :payment, :state,
             :committed_at, :received_at)",
    )?
    .execute(named_params! {
        ":id": header.id.as_bytes(),
        ":reference": header.reference.compact(),
        ":pillar": header.pillar,
        ":sequence": to_integer(header.sequence),
        ":task": content.task,
        ":digest": digest,
        ":content": write_json(content)?,
        ":payment": payment.as_ref().map(write_json).transpose()?,
        ":state": rules::first_state(payment.as_ref()).as_str(),
        ":committed_at": micros(header.committed_at),
        ":received_at": micros(now),
    })?;
    Ok(())
}

fn take_survey(db: &Transaction<'_>, survey: &SurveyItem, now: Timestamp) -> Result<(), StoreError> {
    let SurveyItem { id, task, answers } = survey;
    db.prepare_cached(
        "INSERT INTO surveys (id, task, clear, helped, day) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
    )?
    .execute(params![id.as_bytes(), task, answers.clear, answers.helped, now.to_zoned(TimeZone::UTC).date().to_string()])?;
    Ok(())
}

const STORED: &str =
    "content, pillar, state, case_number, payment, committed_at, received_at, payment_settled_at";

fn stored(row: &Row<'_>) -> Result<Stored, StoreError> {
    let content: String = row.get(0)?;
    Ok(Stored {
        content: serde_json::from_str(&content).map_err(|_| StoreError::Damaged("transaction"))?,
        pillar: row.get(1)?,
        state: read_state(&row.get::<_, String>(2)?)?,
        case_number: row.get(3)?,
        payment: read_payment(row.get(4)?)?,
        committed_at: time(row.get(5)?)?,
        received_at: time(row.get(6)?)?,
        payment_settled_at: row.get::<_, Option<i64>>(7)?.map(time).transpose()?,
    })
}
