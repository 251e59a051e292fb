//! The payment journal: what the terminal was asked, and what is known of it.
//!
//! Invariant: nothing → `unknown` → `paid` or `not_paid`, each durable before anyone acts on it. A
//! settled payment never changes. What becomes of a payment and of its transaction is one write.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction as SqlTransaction, params};
use uuid::Uuid;
use zuil_wire::seal::Sealed;
use zuil_wire::{Cents, PaymentRecord, PaymentState};

use super::transactions::{id_from, insert};
use super::{Outbox, OutboxError, Result};

/// A payment that the terminal is about to be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Names the payment.
    pub payment: Uuid,
    /// How much, more than zero.
    pub amount: Cents,
    /// The number of the last receipt that the terminal is known to have given, 1 to 9999: from the
    /// terminal itself when it told, else from [`Outbox::last_receipt`]. 0 when the terminal was
    /// asked and remembered none.
    pub last_receipt: Option<u16>,
    /// When, by the pillar's clock.
    pub at: Timestamp,
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
    /// The last receipt number that was known before it.
    pub last_receipt: Option<u16>,
    /// The terminal that the payments before it were made with.
    pub last_terminal: Option<String>,
    /// When it was intended.
    pub at: Timestamp,
    /// Whether its outcome was recorded as unknown already.
    pub recorded_unknown: bool,
    /// Whether a later payment was or may have been charged, so that what the terminal remembers as
    /// its last payment need not be this one.
    pub superseded: bool,
}

impl Outbox {
    /// Makes the intent to charge durable, together with the transaction that it is for. The
    /// transaction is held: not told to the hub until there is an outcome. Recording the same
    /// intent again, as long as it has no outcome, changes nothing.
    ///
    /// # Errors
    /// [`OutboxError::Taken`], [`OutboxError::TooLarge`] or [`OutboxError::Amount`], or when it
    /// cannot be made durable. The terminal must not be asked then.
    pub fn record_intent(&self, intent: &Intent, sealed: &Sealed) -> Result<()> {
        let amount = i64::try_from(intent.amount.0).unwrap_or_default();
        if amount == 0 {
            return Err(OutboxError::Amount(intent.amount));
        }
        self.durably(|sql| {
            if let Some(known) = find(sql, intent.payment)? {
                if known.state.is_some() || known.amount != intent.amount || known.at != intent.at {
                    return Err(OutboxError::Taken(intent.payment));
                }
            } else {
                sql.execute(
                    "INSERT INTO journal (payment, amount, last_receipt, intended_at) VALUES (?1, ?2, ?3, ?4)",
                    params![intent.payment.to_string(), amount, intent.last_receipt, intent.at.to_string()],
                )?;
            }
            insert(sql, sealed, "held", Some(intent.payment))
        })
    }

    /// Makes the outcome of a payment durable, and in the same write what follows from it: `paid`
    /// and `unknown` make the transaction saved, to be told to the hub; `not_paid` deletes a held
    /// one. An unknown outcome may be settled later, and is then told again. Recording the same
    /// outcome again changes nothing.
    ///
    /// # Errors
    /// [`OutboxError::UnknownPayment`]; [`OutboxError::Settled`] for any other change;
    /// [`OutboxError::OtherAmount`] when something else was charged than the intent says; or when it
    /// cannot be made durable. A `paid` that was not recorded must be taken back by the terminal.
    pub fn record_outcome(&self, payment: Uuid, record: &PaymentRecord) -> Result<()> {
        self.durably(|sql| {
            let known = find(sql, payment)?.ok_or(OutboxError::UnknownPayment(payment))?;
            if record.state == PaymentState::Paid && record.amount != known.amount {
                return Err(OutboxError::OtherAmount { payment, asked: known.amount, told: record.amount });
            }
            match (known.state, record.state) {
                (None, PaymentState::Paid | PaymentState::Unknown) => {
                    write_outcome(sql, payment, record)?;
                    release(sql, payment)
                }
                (None, PaymentState::NotPaid) => {
                    write_outcome(sql, payment, record)?;
                    discard(sql, payment)
                }
                (Some(PaymentState::Unknown), PaymentState::Paid | PaymentState::NotPaid) => {
                    write_outcome(sql, payment, record)?;
                    tell_again(sql, payment)
                }
                (Some(was), told) if was == told && known.receipt_number_allows(record) => Ok(()),
                (Some(was), told) => Err(OutboxError::Settled { payment, was, told }),
            }
        })
    }

    /// The payments that are not settled, the oldest first.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    pub fn open_payments(&self) -> Result<Vec<OpenPayment>> {
        let connection = self.lock();
        let mut query = connection.prepare_cached(
            "SELECT j.payment, t.id, j.amount, j.last_receipt, j.intended_at, j.state,
                    (SELECT e.terminal_id FROM journal e
                     WHERE e.entry < j.entry AND e.terminal_id IS NOT NULL ORDER BY e.entry DESC LIMIT 1),
                    EXISTS (SELECT 1 FROM journal l
                            WHERE l.entry > j.entry AND (l.state IS NULL OR l.state <> 'not_paid'))
             FROM journal j JOIN transactions t USING (payment)
             WHERE j.state IS NULL OR j.state = 'unknown' ORDER BY j.entry",
        )?;
        let mut rows = query.query([])?;
        let mut open = Vec::new();
        while let Some(row) = rows.next()? {
            open.push(open_payment(row)?);
        }
        Ok(open)
    }

    /// The number of the last receipt that the terminal is known to have given: not the highest
    /// one, because the numbers start again after 9999.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    pub fn last_receipt(&self) -> Result<Option<u16>> {
        let number = self
            .lock()
            .query_row(
                "SELECT coalesce(receipt_number, last_receipt) AS number FROM journal
                 WHERE number IS NOT NULL ORDER BY entry DESC LIMIT 1",
                [],
                |row| row.get(0),
            )
            .optional()?;
        Ok(number)
    }
}

/// What the journal says of a payment.
struct Known {
    amount: Cents,
    at: Timestamp,
    state: Option<PaymentState>,
    receipt_number: Option<u16>,
}

impl Known {
    /// Two receipts are two payments, even when both are paid.
    fn receipt_number_allows(&self, record: &PaymentRecord) -> bool {
        record.state != PaymentState::Paid || self.receipt_number == record.receipt_number
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
            amount: Cents(amount.unsigned_abs()),
            at: time_from(&at)?,
            state: state.as_deref().map(state_from).transpose()?,
            receipt_number,
        })
    })
    .transpose()
}

fn write_outcome(sql: &SqlTransaction<'_>, payment: Uuid, record: &PaymentRecord) -> Result<()> {
    sql.execute(
        "UPDATE journal SET state = ?2, terminal_id = ?3, receipt_number = ?4, card_scheme = ?5
         WHERE payment = ?1",
        params![
            payment.to_string(),
            state_word(record.state),
            record.terminal_id,
            record.receipt_number,
            record.card_scheme
        ],
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
    Ok(OpenPayment {
        payment: id_from(&row.get::<_, String>(0)?)?,
        transaction: id_from(&row.get::<_, String>(1)?)?,
        amount: Cents(row.get::<_, i64>(2)?.unsigned_abs()),
        last_receipt: row.get(3)?,
        at: time_from(&row.get::<_, String>(4)?)?,
        recorded_unknown: row.get::<_, Option<String>>(5)?.is_some(),
        last_terminal: row.get(6)?,
        superseded: row.get(7)?,
    })
}

const fn state_word(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Paid => "paid",
        PaymentState::NotPaid => "not_paid",
        PaymentState::Unknown => "unknown",
    }
}

pub(super) fn state_from(word: &str) -> Result<PaymentState> {
    [PaymentState::Paid, PaymentState::NotPaid, PaymentState::Unknown]
        .into_iter()
        .find(|state| state_word(*state) == word)
        .ok_or(OutboxError::Unreadable("the state of a payment"))
}

fn time_from(text: &str) -> Result<Timestamp> {
    text.parse().map_err(|_| OutboxError::Unreadable("a time"))
}
