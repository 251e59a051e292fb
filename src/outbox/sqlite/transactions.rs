//! Sealed transactions: kept, told to the hub, and forgotten but for their state.
//!
//! Invariant: the sealed content stays until the hub has answered to the last thing there was to
//! tell of it, and as long as its payment is unknown.

use std::sync::PoisonError;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;
use zuil_wire::seal::Sealed;
use zuil_wire::{ItemOutcome, PaymentRecord, State};

use super::super::rules::{self, BLOCK};
use super::rows::{Bytes, cents_from, header_from, json, state_from, text};
use super::walked::Walked;
use super::{Acknowledged, Counts, OutboxError, Pending, Result, Sent, SqliteOutbox, attempts};

/// Sequence numbers that were reserved durably and not given out: from `next` up to and without `end`.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    next: u64,
    end: u64,
}

pub(super) fn next_sequence(outbox: &SqliteOutbox) -> Result<u64> {
    let mut numbers = outbox.numbers.lock().unwrap_or_else(PoisonError::into_inner);
    if numbers.next == numbers.end {
        // Not a statement of its own: with RETURNING the row comes before the commit, and what becomes of
        // that would be told to nobody.
        let last = outbox.durably(|sql| {
            let reserved: i64 = sql
                .prepare_cached(
                    "UPDATE counter SET value = value + ?1 WHERE name = 'sequence' RETURNING value",
                )?
                .query_row([BLOCK.cast_signed()], |row| row.get(0))?;
            u64::try_from(reserved).map_err(|_| OutboxError::Unreadable("the sequence number"))
        })?;
        *numbers = Numbers { next: last - BLOCK + 1, end: last + 1 };
    }
    let number = numbers.next;
    numbers.next += 1;
    Ok(number)
}

pub(super) fn commit(outbox: &SqliteOutbox, sealed: &Sealed) -> Result<()> {
    let row = NewRow::of(sealed)?;
    // One statement is a transaction of its own, and the cheapest one.
    outbox.writing(|connection| {
        outbox.walked().saves(row.sequence);
        row.insert(connection, "saved", None)
    })
}

pub(super) fn pending_after(outbox: &SqliteOutbox, after: u64, limit: usize) -> Result<Vec<Pending>> {
    let mut connection = outbox.lock();
    // All of it as it was at one moment: another process may answer for a row, and its content go, between
    // the search for its number and the reading of it.
    let connection = connection.transaction()?;
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let mut numbers = never_told(&connection, &mut outbox.walked(), after, limit)?;
    numbers.extend(to_tell_again(&connection, after, limit)?);
    numbers.sort_unstable();
    numbers.truncate(limit);
    let mut query = connection.prepare_cached(
        "SELECT t.header, t.encapsulated_key, t.ciphertext, t.revision,
                j.state, j.amount, j.terminal_id, j.receipt_number, j.card_scheme
         FROM transactions t LEFT JOIN journal j USING (payment) WHERE t.sequence = ?1",
    )?;
    let mut pending = Vec::with_capacity(numbers.len());
    for number in numbers {
        let mut rows = query.query([number])?;
        pending.extend(rows.next()?.map(pending_in).transpose()?);
    }
    Ok(pending)
}

fn pending_in(row: &Row<'_>) -> Result<Pending> {
    Ok(Pending {
        sealed: Sealed {
            header: header_from(&row.get::<_, String>(0)?)?,
            encapsulated_key: text(row.get_ref(1)?)?,
            ciphertext: text(row.get_ref(2)?)?,
        },
        revision: row.get(3)?,
        payment: payment_at(row, 4)?,
    })
}

/// At most `limit` numbers beyond `after` of what was never told, in their order. What is passed over is
/// passed over once.
fn never_told(connection: &Connection, walked: &mut Walked, after: i64, limit: usize) -> Result<Vec<i64>> {
    let mut query = connection.prepare_cached(
        "SELECT sequence FROM transactions NOT INDEXED
         WHERE state = 'saved' AND sequence BETWEEN ?1 AND ?2 ORDER BY sequence",
    )?;
    let (mut found, mut at) = (Vec::new(), after);
    while found.len() < limit
        && let Some((first, last)) = walked.unknown(at)
    {
        let mut rows = query.query([first, last])?;
        while found.len() < limit && at < last {
            let next = rows.next()?.map(|row| row.get(0)).transpose()?;
            let passed = next.map_or(last, |number: i64| number - 1);
            walked.passed(at + 1, passed);
            at = next.unwrap_or(last);
            found.extend(next);
        }
    }
    Ok(found)
}

/// As [`never_told`], of what was told and has changed since.
fn to_tell_again(connection: &Connection, after: i64, limit: usize) -> Result<Vec<i64>> {
    let mut query = connection.prepare_cached(
        "SELECT sequence FROM transactions
         WHERE answered < revision AND state NOT IN ('held', 'saved') AND sequence > ?1 ORDER BY sequence",
    )?;
    let rows = query.query_map([after], |row| row.get(0))?;
    Ok(rows.take(limit).collect::<rusqlite::Result<_>>()?)
}

pub(super) fn acknowledge(
    outbox: &SqliteOutbox,
    outcomes: &[ItemOutcome],
    sent: &[Sent],
) -> Result<Vec<Acknowledged>> {
    let at_once = outbox.settings.keep_sealed.is_zero();
    let acknowledged = outbox.durably(|sql| {
        let mut acknowledged = Vec::new();
        for item in sent {
            let outcome = outcomes.iter().find(|outcome| rules::id_of(outcome) == item.id);
            if let Some(outcome) = outcome
                && let Some(state) = acknowledge_one(sql, outcome, *item, at_once)?
            {
                acknowledged.push(Acknowledged { id: item.id, state });
            }
        }
        Ok(acknowledged)
    })?;
    outbox.tried().forget(acknowledged.iter().map(|item| item.id));
    Ok(acknowledged)
}

pub(super) fn state(outbox: &SqliteOutbox, id: Uuid) -> Result<Option<State>> {
    let word: Option<String> = outbox
        .lock()
        .prepare_cached("SELECT state FROM transactions WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(word.as_deref().and_then(State::parse))
}

pub(super) fn counts(outbox: &SqliteOutbox) -> Result<Counts> {
    let connection = outbox.lock();
    let mut counted = outbox.counted.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(counts) = *counted {
        return Ok(counts);
    }
    let counts = count(&connection)?;
    *counted = Some(counts);
    Ok(counts)
}

/// Through indexes only, so that nothing sealed is read for it, and at one moment, though another process
/// may write meanwhile.
pub(super) const COUNT: &str = "SELECT NULL, count(*) FROM transactions UNION ALL
                     SELECT state, count(*) FROM transactions WHERE state <> 'saved' GROUP BY state";

fn count(connection: &Connection) -> Result<Counts> {
    let mut counts = Counts::default();
    let mut all = 0;
    let mut states = connection.prepare_cached(COUNT)?;
    let mut rows = states.query([])?;
    while let Some(row) = rows.next()? {
        let many = row.get::<_, i64>(1)?.unsigned_abs();
        match row.get_ref(0)? {
            ValueRef::Null => all = many,
            ValueRef::Text(b"held") => counts.held = many,
            ValueRef::Text(b"received") => counts.received = many,
            ValueRef::Text(b"registered") => counts.registered = many,
            ValueRef::Text(b"parked") => counts.parked = many,
            _ => return Err(OutboxError::Unreadable("the state of a transaction")),
        }
    }
    counts.saved = all.saturating_sub(counts.held + counts.received + counts.registered + counts.parked);
    let mut others = connection.prepare_cached(
        "SELECT (SELECT count(*) FROM journal WHERE state IS NULL OR state IN ('approved', 'unknown')),
                (SELECT count(*) FROM surveys)",
    )?;
    (counts.open_payments, counts.surveys) = others.query_row([], |row| {
        Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()))
    })?;
    Ok(counts)
}

/// A transaction as it goes into its row.
pub(super) struct NewRow {
    id: Uuid,
    sequence: i64,
    header: String,
    encapsulated_key: Bytes,
    ciphertext: Bytes,
}

impl NewRow {
    pub(super) fn of(sealed: &Sealed) -> Result<Self> {
        rules::check_size(sealed)?;
        let Sealed { header, encapsulated_key, ciphertext } = sealed;
        Ok(Self {
            id: header.id,
            sequence: i64::try_from(header.sequence)
                .ok()
                .filter(|sequence| *sequence > 0)
                .ok_or(OutboxError::Taken(header.id))?,
            header: json(header)?,
            encapsulated_key: Bytes::of(encapsulated_key),
            ciphertext: Bytes::of(ciphertext),
        })
    }

    /// Inserts it, or finds that the very same one is there.
    pub(super) fn insert(&self, sql: &Connection, state: &str, payment: Option<Uuid>) -> Result<()> {
        let payment = payment.as_ref().map(Uuid::as_bytes);
        let inserted = sql
            .prepare_cached(
                "INSERT INTO transactions (sequence, id, state, header, payment, encapsulated_key, ciphertext)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                self.sequence,
                self.id.as_bytes(),
                state,
                self.header,
                payment,
                self.encapsulated_key,
                self.ciphertext
            ])?;
        if inserted == 1 {
            return Ok(());
        }
        let known: Option<(String, Option<[u8; 16]>)> = sql
            .prepare_cached("SELECT header, payment FROM transactions WHERE id = ?1")?
            .query_row([self.id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match known {
            Some((header, known)) if header == self.header && known.as_ref() == payment => Ok(()),
            _ => Err(OutboxError::Taken(self.id)),
        }
    }
}

fn acknowledge_one(
    sql: &Connection,
    outcome: &ItemOutcome,
    sent: Sent,
    at_once: bool,
) -> Result<Option<State>> {
    let row: Option<(i64, String, u32)> = sql
        .prepare_cached("SELECT sequence, state, answered FROM transactions WHERE id = ?1")?
        .query_row([sent.id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((sequence, word, answered)) = row else { return Ok(None) };
    let Some(state) = State::parse(&word) else { return Ok(None) };
    if sent.revision <= answered {
        return Ok(Some(state));
    }
    let answer = rules::answer(state, outcome);
    let refusal = answer.refusal.as_ref().map(json).transpose()?;
    sql.prepare_cached(
        "UPDATE transactions SET state = ?2, answered = ?3, answered_at = NULL, refusal = ?4,
                case_number = coalesce(?5, case_number) WHERE sequence = ?1",
    )?
    .execute(params![sequence, answer.state.as_str(), sent.revision, refusal, answer.case_number])?;
    attempts::forget(sql, sent.id)?;
    if at_once {
        forget_what_was_told(sql, sequence)?;
    }
    Ok(Some(answer.state))
}

/// The content goes when the hub has all of it, and not while a payment is unknown: that one will
/// be told again.
pub(super) fn forget_what_was_told(sql: &Connection, sequence: i64) -> Result<()> {
    sql.prepare_cached(
        "UPDATE transactions SET encapsulated_key = NULL, ciphertext = NULL
         WHERE sequence = ?1 AND answered = revision AND refusal IS NULL
           AND (payment IS NULL OR payment IN (SELECT payment FROM journal WHERE state IN ('paid', 'not_paid')))",
    )?
    .execute([sequence])?;
    Ok(())
}

/// The payment in the columns from `first` on: state, amount, terminal, receipt number, scheme.
fn payment_at(row: &Row<'_>, first: usize) -> Result<Option<PaymentRecord>> {
    let Some(state) = row.get::<_, Option<String>>(first)? else { return Ok(None) };
    Ok(Some(PaymentRecord {
        state: state_from(&state)?,
        amount: cents_from(row.get(first + 1)?),
        terminal_id: row.get(first + 2)?,
        receipt_number: row.get(first + 3)?,
        card_scheme: row.get(first + 4)?,
    }))
}
