//! How transactions stand that the hub has. Invariant: states go forward only, and what the hub refused stays so.

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;
use zuil_wire::{Reference, RequestStanding, State};

use super::super::rules;
use super::rows::{header_from, state_from};
use super::{Acknowledged, MadeHere, Result, SqliteOutbox};

pub(super) fn to_follow(outbox: &SqliteOutbox, after: u64, limit: usize) -> Result<Vec<(u64, Uuid)>> {
    let integer = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let connection = outbox.lock();
    let mut query = connection.prepare_cached(
        "SELECT sequence, id FROM transactions
         WHERE state IN ('received', 'parked') AND answered = revision AND refusal IS NULL AND sequence > ?1
         ORDER BY sequence LIMIT ?2",
    )?;
    let rows = query.query_map([integer(after), integer(limit as u64)], |row| {
        Ok((row.get::<_, i64>(0)?.unsigned_abs(), Uuid::from_bytes(row.get(1)?)))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn keep(outbox: &SqliteOutbox, standings: &[RequestStanding]) -> Result<Vec<Acknowledged>> {
    outbox.durably(|sql| {
        let mut changed = Vec::new();
        for standing in standings {
            changed.extend(keep_one(sql, standing)?);
        }
        Ok(changed)
    })
}

fn keep_one(sql: &Connection, told: &RequestStanding) -> Result<Option<Acknowledged>> {
    let known: Option<(i64, String, Option<String>)> = sql
        .prepare_cached(
            "SELECT sequence, state, case_number FROM transactions
             WHERE id = ?1 AND state IN ('received', 'parked') AND answered = revision AND refusal IS NULL",
        )?
        .query_row([told.id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((sequence, word, case_number)) = known else { return Ok(None) };
    let Some(known) = State::parse(&word) else { return Ok(None) };
    let state = rules::standing(known, told.state);
    // Most of what is asked for stands as it did, and is not written again.
    if state == known && (told.case_number.is_none() || told.case_number == case_number) {
        return Ok(None);
    }
    sql.prepare_cached(
        "UPDATE transactions SET state = ?2, case_number = coalesce(?3, case_number) WHERE sequence = ?1",
    )?
    .execute(params![sequence, state.as_str(), told.case_number])?;
    Ok((state != known).then_some(Acknowledged { id: told.id, state }))
}

pub(super) fn case_number(outbox: &SqliteOutbox, id: Uuid) -> Result<Option<String>> {
    let number: Option<Option<String>> = outbox
        .lock()
        .prepare_cached("SELECT case_number FROM transactions WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(number.flatten())
}

/// There is no index for it: that would cost every commit a write, and a resident asks now and then.
pub(super) fn made_here(outbox: &SqliteOutbox, reference: Reference) -> Result<Option<MadeHere>> {
    let connection = outbox.lock();
    let mut query = connection.prepare_cached(
        "SELECT t.header, t.state, t.case_number, j.state
         FROM transactions t LEFT JOIN journal j USING (payment)
         WHERE instr(t.header, ?1) > 0 AND t.state <> 'held'",
    )?;
    let mut rows = query.query([reference.to_string()])?;
    while let Some(row) = rows.next()? {
        // What is damaged is another's, or nobody's.
        let Ok(header) = header_from(&row.get::<_, String>(0)?) else { continue };
        let state = State::parse(&row.get::<_, String>(1)?).filter(|_| header.reference == reference);
        if let Some(state) = state {
            let payment = row.get::<_, Option<String>>(3)?.as_deref().map(state_from).transpose()?;
            let (committed_at, case_number) = (header.committed_at, row.get(2)?);
            return Ok(Some(MadeHere { state, committed_at, case_number, payment }));
        }
    }
    Ok(None)
}
