//! The payment journal: what the terminal was asked, and what is known of it.
//!
//! Invariant: nothing → approved → `unknown` → `paid` or `not_paid`, where the steps between may be
//! left out, each durable before anyone acts on it. A settled payment never changes. What becomes of
//! a payment and of its transaction is one write, and a transaction is told to nobody before its
//! payment has an outcome.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction as SqlTransaction, params};
use uuid::Uuid;
use zuil_wire::seal::Sealed;
use zuil_wire::{Cents, PaymentRecord, PaymentState, Reference};

use super::rows::{cents_from, cents_to_sql, header_from, id_from, state_from, state_word, time_from};
use super::transactions::insert;
use super::{OutboxError, Result, SqliteOutbox};

/// A payment that the terminal is about to be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Names the payment.
    pub payment: Uuid,
    /// How much, more than zero.
    pub amount: Cents,
    /// The number of the last receipt that the terminal has given before this payment, 1 to 9999,
    /// as it told itself. 0 when it was asked and remembered none; `None` when it did not tell.
    pub last_receipt: Option<u16>,
    /// The terminal that gave it, eight digits. `None` when it remembered none, or did not tell.
    pub last_terminal: Option<String>,
    /// What the terminal had charged before it; `None` when it did not tell.
    pub turnover: Option<Turnover>,
    /// When, by the pillar's clock.
    pub at: Timestamp,
}

/// What a terminal has charged since its day was last closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turnover {
    /// Which terminal, eight digits.
    pub terminal_id: String,
    /// How many payments.
    pub count: u32,
    /// How much together.
    pub total: Cents,
}

/// What the terminal told of a charge that it has made and may still undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// How much it has charged.
    pub amount: Cents,
    /// Its id, eight digits.
    pub terminal_id: String,
    /// The receipt number, 1 to 9999.
    pub receipt_number: u16,
    /// The name of the card scheme.
    pub card_scheme: String,
    /// The trace number, six digits, when it told one.
    pub trace: Option<u32>,
}

/// A payment without an outcome, or with an unknown one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenPayment {
    /// The payment.
    pub payment: Uuid,
    /// Its transaction.
    pub transaction: Uuid,
    /// How much was to be charged.
    pub amount: Cents,
    /// The last receipt before it, as in [`Intent::last_receipt`].
    pub last_receipt: Option<u16>,
    /// The terminal that gave that one, as in [`Intent::last_terminal`].
    pub last_terminal: Option<String>,
    /// The turnover before it, as in [`Intent::turnover`].
    pub turnover: Option<Turnover>,
    /// The reference of its transaction.
    pub reference: Reference,
    /// What the terminal told when it had charged; `None` when it never came to that.
    pub approved: Option<Approval>,
    /// When it was intended.
    pub at: Timestamp,
    /// Whether its outcome was recorded as unknown already.
    pub recorded_unknown: bool,
    /// Whether a later payment was or may have been charged, so that what the terminal remembers as
    /// its last payment need not be this one.
    pub superseded: bool,
}

pub(super) fn record_intent(outbox: &SqliteOutbox, intent: &Intent, sealed: &Sealed) -> Result<()> {
    let amount = cents_to_sql(intent.amount);
    if !(1..i64::MAX).contains(&amount) {
        return Err(OutboxError::Amount(intent.amount));
    }
    outbox.durably(|sql| {
        if let Some(known) = find(sql, intent.payment)? {
            if known.progress != Progress::Asked || known.amount != intent.amount || known.at != intent.at {
                return Err(OutboxError::Taken(intent.payment));
            }
        } else {
            sql.execute(
                "INSERT INTO journal (payment, amount, last_receipt, last_terminal, intended_at,
                                          turnover_terminal, turnover_count, turnover_total)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    intent.payment.to_string(),
                    amount,
                    intent.last_receipt,
                    intent.last_terminal,
                    intent.at.to_string(),
                    intent.turnover.as_ref().map(|turnover| &turnover.terminal_id),
                    intent.turnover.as_ref().map(|turnover| turnover.count),
                    intent.turnover.as_ref().map(|turnover| cents_to_sql(turnover.total)),
                ],
            )?;
        }
        insert(sql, sealed, "held", Some(intent.payment))
    })
}

pub(super) fn record_approval(outbox: &SqliteOutbox, payment: Uuid, approval: &Approval) -> Result<()> {
    outbox.durably(|sql| {
        let known = find(sql, payment)?.ok_or(OutboxError::UnknownPayment(payment))?;
        known.expects_amount(payment, approval.amount)?;
        known.expects_receipt(payment, Some(approval.receipt_number))?;
        match known.progress {
            Progress::Asked => write_approval(sql, payment, approval),
            Progress::Approved => Ok(()),
            Progress::Ended(was) => Err(OutboxError::Settled { payment, was, told: PaymentState::Paid }),
        }
    })
}

pub(super) fn record_outcome(outbox: &SqliteOutbox, payment: Uuid, record: &PaymentRecord) -> Result<()> {
    outbox.durably(|sql| {
        let known = find(sql, payment)?.ok_or(OutboxError::UnknownPayment(payment))?;
        let (told, was) = (record.state, known.progress);
        if told == PaymentState::Paid {
            known.expects_amount(payment, record.amount)?;
            known.expects_receipt(payment, record.receipt_number)?;
        }
        match (was, told) {
            (Progress::Asked | Progress::Approved, PaymentState::Paid | PaymentState::Unknown) => {
                write_outcome(sql, payment, record)?;
                release(sql, payment)
            }
            (Progress::Asked | Progress::Approved, PaymentState::NotPaid) => {
                write_outcome(sql, payment, record)?;
                discard(sql, payment)
            }
            (Progress::Ended(PaymentState::Unknown), PaymentState::Paid | PaymentState::NotPaid) => {
                write_outcome(sql, payment, record)?;
                tell_again(sql, payment)
            }
            (Progress::Ended(was), told) if was == told => Ok(()),
            (Progress::Ended(was), told) => Err(OutboxError::Settled { payment, was, told }),
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
/// What the journal says of a payment.
struct Known {
    amount: Cents,
    at: Timestamp,
    progress: Progress,
    receipt_number: Option<u16>,
}

/// How far a payment is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// The terminal is about to be asked, or was.
    Asked,
    /// The terminal has charged and may still undo it.
    Approved,
    /// It has an outcome.
    Ended(PaymentState),
}

impl Known {
    fn expects_amount(&self, payment: Uuid, told: Cents) -> Result<()> {
        if told == self.amount {
            return Ok(());
        }
        Err(OutboxError::OtherAmount { payment, asked: self.amount, told })
    }

    /// Two receipts are two payments.
    fn expects_receipt(&self, payment: Uuid, told: Option<u16>) -> Result<()> {
        match self.receipt_number {
            Some(known) if told != Some(known) => Err(OutboxError::OtherReceipt { payment, known, told }),
            _ => Ok(()),
        }
    }
}

fn find(sql: &SqlTransaction<'_>, payment: Uuid) -> Result<Option<Known>> {
    let row: Option<(i64, String, Option<String>, Option<u16>)> = sql
        .query_row(
            "SELECT amount, intended_at, state, receipt_number FROM journal WHERE payment = ?1",
            [payment.to_string()],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
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

fn write_approval(sql: &SqlTransaction<'_>, payment: Uuid, approval: &Approval) -> Result<()> {
    sql.execute(
        "UPDATE journal SET state = ?2, terminal_id = ?3, receipt_number = ?4, card_scheme = ?5, trace = ?6
         WHERE payment = ?1",
        params![
            payment.to_string(),
            APPROVED,
            approval.terminal_id,
            approval.receipt_number,
            approval.card_scheme,
            approval.trace
        ],
    )?;
    Ok(())
}

/// What the terminal told when it approved stays, whatever becomes of the payment: only that receipt can
/// settle an unknown one as paid, and it shows that this terminal gives receipts.
fn write_outcome(sql: &SqlTransaction<'_>, payment: Uuid, record: &PaymentRecord) -> Result<()> {
    let (payment, state) = (payment.to_string(), state_word(record.state));
    if record.state == PaymentState::Unknown {
        sql.execute("UPDATE journal SET state = ?2 WHERE payment = ?1", params![payment, state])?;
        return Ok(());
    }
    sql.execute(
        "UPDATE journal SET state = ?2, terminal_id = coalesce(?3, terminal_id),
                receipt_number = coalesce(?4, receipt_number), card_scheme = coalesce(?5, card_scheme)
         WHERE payment = ?1",
        params![payment, state, record.terminal_id, record.receipt_number, record.card_scheme],
    )?;
    Ok(())
}

fn release(sql: &SqlTransaction<'_>, payment: Uuid) -> Result<()> {
    sql.execute(
        "UPDATE transactions SET state = 'saved' WHERE payment = ?1 AND state = 'held'",
        [payment.to_string()],
    )?;
    Ok(())
}

fn discard(sql: &SqlTransaction<'_>, payment: Uuid) -> Result<()> {
    sql.execute("DELETE FROM transactions WHERE payment = ?1 AND state = 'held'", [payment.to_string()])?;
    Ok(())
}

/// Told as unknown and settled now: a new revision to tell. One that was never told simply goes out
/// settled, and counts as not told even when its upload is on its way.
fn tell_again(sql: &SqlTransaction<'_>, payment: Uuid) -> Result<()> {
    sql.execute("UPDATE transactions SET revision = revision + 1 WHERE payment = ?1", [payment.to_string()])?;
    Ok(())
}

fn open_payment(row: &Row<'_>) -> Result<OpenPayment> {
    let amount = cents_from(row.get(2)?);
    let progress = progress_from(row.get::<_, Option<String>>(5)?.as_deref())?;
    Ok(OpenPayment {
        payment: id_from(&row.get::<_, String>(0)?)?,
        transaction: id_from(&row.get::<_, String>(1)?)?,
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
