//! Sealed transactions: kept, told to the hub, and forgotten but for their state.
//!
//! Invariant: the sealed content stays until the hub has answered to the last thing there was to
//! tell of it, and as long as its payment is unknown.

use rusqlite::{OptionalExtension, Row, Transaction as SqlTransaction, params};
use uuid::Uuid;
use zuil_wire::seal::Sealed;
use zuil_wire::{ItemOutcome, PaymentRecord, State};

use super::rows::{cents_from, header_from, json, state_from};
use super::{OutboxError, Result, SqliteOutbox};

/// The most sealed bytes (in base64) of one transaction: a batch of one must always fit.
const MAX_SEALED: usize = zuil_wire::UploadRequest::MAX_BYTES / 4;

/// Something to tell the hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The sealed transaction.
    pub sealed: Sealed,
    /// Its payment, for tasks with a fee.
    pub payment: Option<PaymentRecord>,
    revision: u32,
}

impl Pending {
    /// A free transaction that was never told, without an outbox around it.
    #[cfg(test)]
    pub(crate) const fn for_tests(sealed: Sealed) -> Self {
        Self { sealed, payment: None, revision: 1 }
    }

    /// What to hand to [`super::Outbox::acknowledge`] together with the hub's answer to this.
    #[must_use]
    pub fn sent(&self) -> Sent {
        Sent { id: self.sealed.header.id, revision: self.revision }
    }
}

/// What was told of a transaction in one upload. A payment that is settled while the answer is on
/// its way makes a new revision, which that answer is not about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sent {
    /// The transaction.
    pub id: Uuid,
    revision: u32,
}

/// What an answer of the hub made of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// The transaction.
    pub id: Uuid,
    /// Where it is now.
    pub state: State,
}

/// How much is in the outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Transactions whose payment has no outcome yet.
    pub held: u64,
    /// Transactions that the hub does not have yet.
    pub saved: u64,
    /// Transactions at the hub.
    pub received: u64,
    /// Transactions with a case number.
    pub registered: u64,
    /// Transactions that a person has to look at.
    pub parked: u64,
    /// Payments without an outcome (also when approved), or with an unknown one.
    pub open_payments: u64,
    /// Surveys that the hub does not have yet.
    pub surveys: u64,
}

pub(super) fn next_sequence(outbox: &SqliteOutbox) -> Result<u64> {
    outbox.durably(|sql| {
        let value: i64 = sql.query_row(
            "UPDATE counter SET value = value + 1 WHERE name = 'sequence' RETURNING value",
            [],
            |row| row.get(0),
        )?;
        u64::try_from(value).map_err(|_| OutboxError::Unreadable("the sequence number"))
    })
}

pub(super) fn commit(outbox: &SqliteOutbox, sealed: &Sealed) -> Result<()> {
    outbox.durably(|sql| insert(sql, sealed, "saved", None))
}

pub(super) fn pending_after(outbox: &SqliteOutbox, after: u64, limit: usize) -> Result<Vec<Pending>> {
    let connection = outbox.lock();
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    // SQLite plans by the limit; bound as a value, it would have the statement planned anew each time.
    let mut query = connection.prepare_cached(&format!(
        "SELECT t.header, t.encapsulated_key, t.ciphertext, t.revision,
                    j.state, j.amount, j.terminal_id, j.receipt_number, j.card_scheme
             FROM transactions t LEFT JOIN journal j USING (payment)
             WHERE t.answered < t.revision AND t.state <> 'held' AND t.sequence > ?1
             ORDER BY t.sequence LIMIT {limit}",
    ))?;
    let mut rows = query.query([after])?;
    let mut pending = Vec::new();
    while let Some(row) = rows.next()? {
        pending.push(Pending {
            sealed: Sealed {
                header: header_from(&row.get::<_, String>(0)?)?,
                encapsulated_key: row.get(1)?,
                ciphertext: row.get(2)?,
            },
            revision: row.get(3)?,
            payment: payment_at(row, 4)?,
        });
    }
    Ok(pending)
}

pub(super) fn acknowledge(
    outbox: &SqliteOutbox,
    outcomes: &[ItemOutcome],
    sent: &[Sent],
) -> Result<Vec<Acknowledged>> {
    outbox.durably(|sql| {
        let mut acknowledged = Vec::new();
        for item in sent {
            let outcome = outcomes.iter().find(|outcome| id_of(outcome) == item.id);
            if let Some(outcome) = outcome
                && let Some(state) = acknowledge_one(sql, outcome, *item)?
            {
                acknowledged.push(Acknowledged { id: item.id, state });
            }
        }
        Ok(acknowledged)
    })
}

pub(super) fn state(outbox: &SqliteOutbox, id: Uuid) -> Result<Option<State>> {
    let word: Option<String> = outbox
        .lock()
        .query_row("SELECT state FROM transactions WHERE id = ?1", [id.to_string()], |row| row.get(0))
        .optional()?;
    Ok(word.as_deref().and_then(State::parse))
}

pub(super) fn counts(outbox: &SqliteOutbox) -> Result<Counts> {
    let connection = outbox.lock();
    let mut query = connection.prepare_cached(
        "SELECT count(*) FILTER (WHERE state = 'held'), count(*) FILTER (WHERE state = 'saved'),
                    count(*) FILTER (WHERE state = 'received'), count(*) FILTER (WHERE state = 'registered'),
                    count(*) FILTER (WHERE state = 'parked'),
                    (SELECT count(*) FROM journal WHERE state IS NULL OR state IN ('approved', 'unknown')),
                    (SELECT count(*) FROM surveys)
             FROM transactions",
    )?;
    let counts = query.query_row([], |row| {
        let count = |column| row.get::<_, i64>(column).map(i64::unsigned_abs);
        Ok(Counts {
            held: count(0)?,
            saved: count(1)?,
            received: count(2)?,
            registered: count(3)?,
            parked: count(4)?,
            open_payments: count(5)?,
            surveys: count(6)?,
        })
    })?;
    Ok(counts)
}
/// Inserts a transaction, or finds that the very same one is there.
pub(super) fn insert(
    sql: &SqlTransaction<'_>,
    sealed: &Sealed,
    state: &str,
    payment: Option<Uuid>,
) -> Result<()> {
    let Sealed { header, encapsulated_key, ciphertext } = sealed;
    if encapsulated_key.len() + ciphertext.len() > MAX_SEALED {
        return Err(OutboxError::TooLarge {
            id: header.id,
            bytes: encapsulated_key.len() + ciphertext.len(),
        });
    }
    let header_json = json(header)?;
    let payment = payment.map(|payment| payment.to_string());
    let sequence = i64::try_from(header.sequence).map_err(|_| OutboxError::Taken(header.id))?;
    let known: Option<(String, Option<String>)> = sql
        .query_row(
            "SELECT header, payment FROM transactions WHERE id = ?1 OR sequence = ?2",
            params![header.id.to_string(), sequence],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    if let Some(known) = known {
        return if known == (header_json, payment) { Ok(()) } else { Err(OutboxError::Taken(header.id)) };
    }
    sql.execute(
        "INSERT INTO transactions (id, sequence, header, encapsulated_key, ciphertext, payment, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![header.id.to_string(), sequence, header_json, encapsulated_key, ciphertext, payment, state],
    )?;
    Ok(())
}

fn acknowledge_one(sql: &SqlTransaction<'_>, outcome: &ItemOutcome, sent: Sent) -> Result<Option<State>> {
    let id = sent.id.to_string();
    let row: Option<(String, u32)> = sql
        .query_row("SELECT state, answered FROM transactions WHERE id = ?1", [&id], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((word, answered)) = row else { return Ok(None) };
    let Some(state) = State::parse(&word) else { return Ok(None) };
    if sent.revision <= answered {
        return Ok(Some(state));
    }
    let (told, case_number, refusal) = match outcome {
        ItemOutcome::Accepted { state, case_number, .. } => (*state, case_number.clone(), None),
        ItemOutcome::Refused { reason, .. } => (State::Parked, None, Some(json(reason)?)),
    };
    let state = forward(state, told);
    sql.execute(
        "UPDATE transactions SET state = ?2, answered = ?3, refusal = ?4,
                case_number = coalesce(?5, case_number) WHERE id = ?1",
        params![id, state.as_str(), sent.revision, refusal, case_number],
    )?;
    forget_what_was_told(sql, &id)?;
    Ok(Some(state))
}

/// The content goes when the hub has all of it, and not while a payment is unknown: that one will
/// be told again.
fn forget_what_was_told(sql: &SqlTransaction<'_>, id: &str) -> Result<()> {
    sql.execute(
        "UPDATE transactions SET encapsulated_key = NULL, ciphertext = NULL
         WHERE id = ?1 AND answered = revision AND refusal IS NULL
           AND (payment IS NULL OR payment IN (SELECT payment FROM journal WHERE state IN ('paid', 'not_paid')))",
        [id],
    )?;
    Ok(())
}

/// What a new answer makes of a known state. The hub's newest word holds, but nothing that was
/// registered or that left the pillar becomes less than that. What was parked for its unknown
/// payment is received once that is settled.
pub(super) const fn forward(known: State, told: State) -> State {
    match (known, told) {
        (State::Registered, _) => State::Registered,
        // It was accepted: it is at the hub, whatever word the hub used.
        (State::Saved, State::Saved) => State::Received,
        (known, State::Saved) => known,
        (_, told) => told,
    }
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

fn id_of(outcome: &ItemOutcome) -> Uuid {
    match outcome {
        ItemOutcome::Accepted { id, .. } | ItemOutcome::Refused { id, .. } => *id,
    }
}
