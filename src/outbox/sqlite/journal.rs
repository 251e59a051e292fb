//! The payment journal: what the terminal was asked, and what is known of it.
//!
//! Invariant: each step of a payment is durable before anyone acts on it. What becomes of a payment and
//! of its transaction is one write, and a transaction is told to nobody before its payment has an
//! outcome.

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;
use zuil_wire::seal::Sealed;
use zuil_wire::{Cents, PaymentRecord, PaymentState};

use super::super::Turnover;
use super::super::rules::{self, Consequence, Known, Progress};
use super::rows::{cents_from, cents_to_sql, header_from, state_from, state_word, time_from};
use super::transactions::NewRow;
use super::{Approval, Intent, OpenPayment, OutboxError, Result, SqliteOutbox};

pub(super) fn record_intent(outbox: &SqliteOutbox, intent: &Intent, sealed: &Sealed) -> Result<()> {
    rules::check_amount(intent.amount)?;
    let row = NewRow::of(sealed)?;
    outbox.durably(|sql| {
        match find(sql, intent.payment)? {
            Some(known) => known.expects_intent(intent)?,
            None => write_intent(sql, intent)?,
        }
        row.insert(sql, "held", Some(intent.payment))
    })
}

pub(super) fn record_approval(outbox: &SqliteOutbox, payment: Uuid, approval: &Approval) -> Result<()> {
    outbox.durably(|sql| {
        let known = find(sql, payment)?.ok_or(OutboxError::UnknownPayment(payment))?;
        if known.approve(payment, approval)? { write_approval(sql, payment, approval) } else { Ok(()) }
    })
}

pub(super) fn record_outcome(outbox: &SqliteOutbox, payment: Uuid, record: &PaymentRecord) -> Result<()> {
    outbox.durably(|sql| {
        let known = find(sql, payment)?.ok_or(OutboxError::UnknownPayment(payment))?;
        let consequence = known.settle(payment, record)?;
        if consequence != Consequence::None {
            write_outcome(sql, payment, record)?;
        }
        match consequence {
            Consequence::None => Ok(()),
            Consequence::Release => release(outbox, sql, payment),
            Consequence::Discard => discard(sql, payment),
            Consequence::TellAgain => tell_again(sql, payment),
        }
    })
}

pub(super) fn open_payments(outbox: &SqliteOutbox) -> Result<Vec<OpenPayment>> {
    let connection = outbox.lock();
    let mut query = connection.prepare_cached(
        "SELECT j.payment, t.id, j.amount, j.last_receipt, j.intended_at, j.state, j.last_terminal,
                    j.terminal_id, j.receipt_number, j.card_scheme,
                    EXISTS (SELECT 1 FROM journal l
                            WHERE l.entry > j.entry AND (l.state IS NULL OR l.state <> 'not_paid')),
                    j.trace, j.turnover_terminal, j.turnover_count, j.turnover_total, t.header
             FROM journal j JOIN transactions t USING (payment)
             WHERE j.state IS NULL OR j.state IN ('approved', 'unknown') ORDER BY j.entry",
    )?;
    let mut rows = query.query([])?;
    let mut open = Vec::new();
    while let Some(row) = rows.next()? {
        open.push(open_payment(row)?);
    }
    Ok(open)
}

fn find(sql: &Connection, payment: Uuid) -> Result<Option<Known>> {
    let row: Option<(i64, String, Option<String>, Option<u16>)> = sql
        .prepare_cached("SELECT amount, intended_at, state, receipt_number FROM journal WHERE payment = ?1")?
        .query_row([payment.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    row.map(|(amount, at, state, receipt_number)| {
        Ok(Known {
            amount: cents_from(amount),
            at: time_from(&at)?,
            progress: progress_from(state.as_deref())?,
            receipt_number,
        })
    })
    .transpose()
}

fn write_intent(sql: &Connection, intent: &Intent) -> Result<()> {
    let turnover = intent.turnover.as_ref();
    sql.prepare_cached(
        "INSERT INTO journal (payment, amount, last_receipt, last_terminal, intended_at,
                              turnover_terminal, turnover_count, turnover_total)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        intent.payment.as_bytes(),
        cents_to_sql(intent.amount),
        intent.last_receipt,
        intent.last_terminal,
        intent.at.to_string(),
        turnover.map(|turnover| &turnover.terminal_id),
        turnover.map(|turnover| turnover.count),
        turnover.map(|turnover| cents_to_sql(turnover.total)),
    ])?;
    Ok(())
}

fn write_approval(sql: &Connection, payment: Uuid, approval: &Approval) -> Result<()> {
    sql.prepare_cached(
        "UPDATE journal SET state = ?2, terminal_id = ?3, receipt_number = ?4, card_scheme = ?5, trace = ?6
         WHERE payment = ?1",
    )?
    .execute(params![
        payment.as_bytes(),
        APPROVED,
        approval.terminal_id,
        approval.receipt_number,
        approval.card_scheme,
        approval.trace
    ])?;
    Ok(())
}

/// What the terminal told when it approved stays, whatever becomes of the payment: only that receipt can
/// settle an unknown one as paid, and it shows that this terminal gives receipts.
fn write_outcome(sql: &Connection, payment: Uuid, record: &PaymentRecord) -> Result<()> {
    let (payment, state) = (payment.as_bytes(), state_word(record.state));
    if record.state == PaymentState::Unknown {
        sql.prepare_cached("UPDATE journal SET state = ?2 WHERE payment = ?1")?
            .execute(params![payment, state])?;
        return Ok(());
    }
    sql.prepare_cached(
        "UPDATE journal SET state = ?2, terminal_id = coalesce(?3, terminal_id),
                receipt_number = coalesce(?4, receipt_number), card_scheme = coalesce(?5, card_scheme)
         WHERE payment = ?1",
    )?
    .execute(params![payment, state, record.terminal_id, record.receipt_number, record.card_scheme])?;
    Ok(())
}

fn release(outbox: &SqliteOutbox, sql: &Connection, payment: Uuid) -> Result<()> {
    let released: Option<i64> = sql
        .prepare_cached(
            "UPDATE transactions SET state = 'saved' WHERE payment = ?1 AND state = 'held' RETURNING sequence",
        )?
        .query_row([payment.as_bytes()], |row| row.get(0))
        .optional()?;
    released.into_iter().for_each(|number| outbox.walked().saves(number));
    Ok(())
}

fn discard(sql: &Connection, payment: Uuid) -> Result<()> {
    sql.prepare_cached("DELETE FROM transactions WHERE payment = ?1 AND state = 'held'")?
        .execute([payment.as_bytes()])?;
    Ok(())
}

/// Told as unknown and settled now: a new revision to tell. One that was never told simply goes out
/// settled, and counts as not told even when its upload is on its way.
fn tell_again(sql: &Connection, payment: Uuid) -> Result<()> {
    sql.prepare_cached("UPDATE transactions SET revision = revision + 1 WHERE payment = ?1")?
        .execute([payment.as_bytes()])?;
    Ok(())
}

fn open_payment(row: &Row<'_>) -> Result<OpenPayment> {
    let amount = cents_from(row.get(2)?);
    let progress = progress_from(row.get::<_, Option<String>>(5)?.as_deref())?;
    Ok(OpenPayment {
        payment: Uuid::from_bytes(row.get(0)?),
        transaction: Uuid::from_bytes(row.get(1)?),
        amount,
        last_receipt: row.get(3)?,
        last_terminal: row.get(6)?,
        approved: approval_at(row, 7, 11, amount)?,
        at: time_from(&row.get::<_, String>(4)?)?,
        recorded_unknown: matches!(progress, Progress::Ended(_)),
        superseded: row.get(10)?,
        turnover: turnover_at(row, 12)?,
        reference: header_from(&row.get::<_, String>(15)?)?.reference,
    })
}

/// The turnover in the columns from `first` on: terminal, count, total.
fn turnover_at(row: &Row<'_>, first: usize) -> Result<Option<Turnover>> {
    let (terminal_id, count, total) = (row.get(first)?, row.get(first + 1)?, row.get(first + 2)?);
    let (Some(terminal_id), Some(count), Some(total)) = (terminal_id, count, total) else { return Ok(None) };
    Ok(Some(Turnover { terminal_id, count, total: cents_from(total) }))
}

/// The approval in the columns from `first` on (terminal, receipt number, scheme) and in `trace`.
fn approval_at(row: &Row<'_>, first: usize, trace: usize, amount: Cents) -> Result<Option<Approval>> {
    let (terminal_id, receipt_number) = (row.get(first)?, row.get(first + 1)?);
    let (Some(terminal_id), Some(receipt_number)) = (terminal_id, receipt_number) else { return Ok(None) };
    let card_scheme = row.get::<_, Option<String>>(first + 2)?.unwrap_or_default();
    Ok(Some(Approval { amount, terminal_id, receipt_number, card_scheme, trace: row.get(trace)? }))
}

const APPROVED: &str = "approved";

fn progress_from(word: Option<&str>) -> Result<Progress> {
    Ok(match word {
        None => Progress::Asked,
        Some(APPROVED) => Progress::Approved,
        Some(word) => Progress::Ended(state_from(word)?),
    })
}
