//! Reports, and open payments with what staff decided about them. Invariant: a payment is open exactly as long as the
//! newest report of its pillar holds it and no upload has settled it. Whoever writes here has locked the pillar.

use std::collections::HashSet;

use jiff::Timestamp;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::{PgConnection, PgRow};
use uuid::Uuid;
use zuil_wire::health::{OpenPayment, SettledByStaff};
use zuil_wire::{Cents, Header, HealthReport, PaymentState, Reference};

use super::super::values::{micros, read_payment, read_state, read_trouble, time, to_integer, write_json};
use super::super::{
    Decided, DecidedBy, Decision, Finding, OpenPaymentKey, Reported, StoreError, Stored, Unsettled,
    by_our_clock, rules,
};
use super::transactions::read_reference;
use super::{intake, pillars, transactions};

pub(super) async fn take_report(
    db: &mut PgConnection,
    pillar: &str,
    report: &HealthReport,
    now: Timestamp,
) -> Result<Vec<SettledByStaff>, StoreError> {
    pillars::lock(db, pillar).await?;
    let stored = query("SELECT received_at FROM reports WHERE pillar = $1").bind(pillar);
    let stored = stored.fetch_optional(&mut *db).await?;
    let stored = stored.map(|row| time(row.try_get(0)?)).transpose()?;
    if !stored.is_some_and(|received_at| rules::is_overtaken(received_at, now)) {
        keep_report(db, pillar, report, now).await?;
    }
    if report.open_payments.is_empty() {
        return Ok(Vec::new());
    }
    let decided = decided_states(db, pillar).await?;
    let hears = |open: &OpenPayment| {
        let (payment, state) = decided.iter().find(|(payment, _)| *payment == open.payment)?;
        Some(SettledByStaff { payment: *payment, state: *state })
    };
    Ok(report.open_payments.iter().filter_map(hears).collect())
}

/// What staff decided about payments of a pillar that are open.
async fn decided_states(
    db: &mut PgConnection,
    pillar: &str,
) -> Result<Vec<(Uuid, PaymentState)>, StoreError> {
    let decided = query(
        "SELECT payment, decision, decided_by, decided_at FROM open_payments
         WHERE pillar = $1 AND closed_at IS NULL AND decision IS NOT NULL",
    );
    let mut states = Vec::new();
    for row in decided.bind(pillar).fetch_all(db).await? {
        if let Some(decision) = decision(&row)? {
            states.push((row.try_get("payment")?, decision.finding.state()));
        }
    }
    Ok(states)
}

async fn keep_report(
    db: &mut PgConnection,
    pillar: &str,
    report: &HealthReport,
    now: Timestamp,
) -> Result<(), StoreError> {
    let keep = query(
        "INSERT INTO reports (pillar, report, received_at) VALUES ($1, $2, $3)
         ON CONFLICT (pillar) DO UPDATE SET report = excluded.report, received_at = excluded.received_at",
    );
    keep.bind(pillar).bind(write_json(report)?).bind(micros(now)).execute(&mut *db).await?;
    pillars::saw(db, pillar, now).await?;
    let reported: Vec<Uuid> = report.open_payments.iter().map(|open| open.payment).collect();
    let vanished = query(
        "UPDATE open_payments SET closed_at = $2
         WHERE pillar = $1 AND closed_at IS NULL AND NOT payment = ANY($3)",
    );
    vanished.bind(pillar).bind(micros(now)).bind(reported).execute(&mut *db).await?;
    forget_undecided(db, pillar).await?;
    for payment in &report.open_payments {
        if !is_settled(db, pillar, payment.reference).await? {
            open(db, pillar, payment, report.at, now).await?;
        }
    }
    Ok(())
}

async fn open(
    db: &mut PgConnection,
    pillar: &str,
    payment: &OpenPayment,
    reported_at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let open = query(
        "INSERT INTO open_payments AS known
             (pillar, payment, reference, amount, receipt_number, happened_at, first_seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (pillar, payment) DO UPDATE
             SET receipt_number = coalesce(excluded.receipt_number, known.receipt_number), closed_at = NULL",
    );
    let open = open.bind(pillar).bind(payment.payment).bind(payment.reference.compact());
    let open = open.bind(to_integer(payment.amount.0)).bind(payment.receipt_number.map(i32::from));
    let happened_at = by_our_clock(payment.at, reported_at, now);
    open.bind(micros(happened_at)).bind(micros(now)).execute(db).await?;
    Ok(())
}

/// Closes the payments of a transaction whose outcome was uploaded.
pub(super) async fn close_settled(
    db: &mut PgConnection,
    pillar: &str,
    reference: Reference,
    now: Timestamp,
) -> Result<(), StoreError> {
    let close = query(
        "UPDATE open_payments SET closed_at = $2 WHERE pillar = $1 AND closed_at IS NULL AND reference = $3",
    );
    close.bind(pillar).bind(micros(now)).bind(reference.compact()).execute(&mut *db).await?;
    forget_undecided(db, pillar).await
}

/// What was closed without a decision is nobody's account of anything.
async fn forget_undecided(db: &mut PgConnection, pillar: &str) -> Result<(), StoreError> {
    let forget =
        query("DELETE FROM open_payments WHERE pillar = $1 AND closed_at IS NOT NULL AND decision IS NULL");
    forget.bind(pillar).execute(db).await?;
    Ok(())
}

/// Whether an upload has told how the payment of a transaction ended.
async fn is_settled(db: &mut PgConnection, pillar: &str, reference: Reference) -> Result<bool, StoreError> {
    let find = query("SELECT payment FROM transactions WHERE reference = $1 AND pillar = $2");
    let row = find.bind(reference.compact()).bind(pillar).fetch_optional(db).await?;
    let Some(row) = row else { return Ok(false) };
    let payment = read_payment(row.try_get(0)?)?;
    Ok(payment.is_some_and(|payment| rules::is_settled(payment.state)))
}

pub(super) async fn reports(db: &mut PgConnection) -> Result<Vec<Reported>, StoreError> {
    let list = query("SELECT pillar, report, received_at FROM reports ORDER BY pillar");
    let reported = |row: &PgRow| {
        let report = serde_json::from_str(row.try_get("report")?);
        Ok(Reported {
            pillar: row.try_get("pillar")?,
            report: report.map_err(|_| StoreError::Damaged("report"))?,
            received_at: time(row.try_get("received_at")?)?,
        })
    };
    list.fetch_all(db).await?.iter().map(reported).collect()
}

pub(super) async fn worklist(db: &mut PgConnection) -> Result<Vec<Unsettled>, StoreError> {
    let reported = query(
        "SELECT pillar, payment, reference, amount, receipt_number, happened_at, first_seen_at,
             decision, decided_by, decided_at
         FROM open_payments WHERE closed_at IS NULL ORDER BY pillar, payment",
    );
    let reported = reported.fetch_all(&mut *db).await?;
    let reported = reported.iter().map(unsettled).collect::<Result<_, _>>()?;
    let revoked = query("SELECT name FROM pillars WHERE revoked_at IS NOT NULL").fetch_all(&mut *db).await?;
    let revoked = revoked.iter().map(|row| row.try_get(0)).collect::<Result<HashSet<String>, _>>()?;
    Ok(rules::worklist(reported, &transactions::unknown_payments(db).await?, &revoked))
}

fn unsettled(row: &PgRow) -> Result<Unsettled, StoreError> {
    let receipt_number: Option<i32> = row.try_get("receipt_number")?;
    let read_number = |number: i32| u16::try_from(number).map_err(|_| StoreError::Damaged("receipt number"));
    Ok(Unsettled {
        pillar: row.try_get("pillar")?,
        payment: Some(row.try_get("payment")?),
        revoked: false,
        reference: read_reference(row.try_get("reference")?)?,
        delivered: false,
        amount: Cents(row.try_get::<i64, _>("amount")?.unsigned_abs()),
        happened_at: time(row.try_get("happened_at")?)?,
        first_seen_at: Some(time(row.try_get("first_seen_at")?)?),
        receipt_number: receipt_number.map(read_number).transpose()?,
        terminal_id: None,
        decision: decision(row)?,
    })
}

fn decision(row: &PgRow) -> Result<Option<Decision>, StoreError> {
    let Some(word) = row.try_get::<Option<&str>, _>("decision")? else { return Ok(None) };
    let finding = Finding::parse(word).ok_or(StoreError::Damaged("decision"))?;
    let by = DecidedBy::parse(row.try_get("decided_by")?).ok_or(StoreError::Damaged("decision"))?;
    Ok(Some(Decision { finding, by, at: time(row.try_get("decided_at")?)? }))
}

pub(super) async fn decide(
    db: &mut PgConnection,
    key: &OpenPaymentKey,
    decided: Decision,
) -> Result<Decided, StoreError> {
    let is_revoked = pillars::lock(db, &key.pillar).await?.flatten().is_some();
    let open = query(
        "SELECT decision, decided_by, decided_at FROM open_payments
         WHERE pillar = $1 AND payment = $2 AND closed_at IS NULL",
    );
    let Some(open) = open.bind(&key.pillar).bind(key.payment).fetch_optional(&mut *db).await? else {
        return if is_revoked { decide_unreported(db, key, decided).await } else { Ok(Decided::NotOpen) };
    };
    let outcome = rules::decided(Some(decision(&open)?), decided.finding, is_revoked);
    if matches!(outcome, Decided::Yes | Decided::ForGood) {
        let keep = query(
            "UPDATE open_payments SET decision = $3, decided_by = $4, decided_at = $5
             WHERE pillar = $1 AND payment = $2",
        );
        let keep = keep.bind(&key.pillar).bind(key.payment).bind(decided.finding.as_str());
        keep.bind(decided.by.as_str()).bind(micros(decided.at)).execute(&mut *db).await?;
    }
    if outcome == Decided::ForGood {
        settle_for_good(db, &key.pillar, decided.at).await?;
    }
    Ok(outcome)
}

/// Decides about the payment of a stored transaction of a revoked pillar, of which no report spoke.
async fn decide_unreported(
    db: &mut PgConnection,
    key: &OpenPaymentKey,
    decision: Decision,
) -> Result<Decided, StoreError> {
    let Some(stored) = transactions::of_pillar(db, key).await? else { return Ok(Decided::NotOpen) };
    let Some(payment) = &stored.payment else { return Ok(Decided::NotOpen) };
    let before = match (payment.state, stored.payment_settled_by, stored.payment_settled_at) {
        (PaymentState::Unknown, _, _) => None,
        (PaymentState::Paid, Some(by), Some(at)) => Some(Decision { finding: Finding::Paid, by, at }),
        (PaymentState::NotPaid, Some(by), Some(at)) => Some(Decision { finding: Finding::NotPaid, by, at }),
        _ => return Ok(Decided::NotOpen),
    };
    let decided = rules::decided(Some(before), decision.finding, true);
    if decided == Decided::ForGood {
        settle(db, &stored, decision).await?;
    }
    Ok(decided)
}

/// Carries out what staff decided about payments of a pillar that was revoked and hears nothing any more.
pub(super) async fn settle_for_good(
    db: &mut PgConnection,
    pillar: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let decided = query(
        "SELECT reference FROM open_payments
         WHERE pillar = $1 AND closed_at IS NULL AND decision IS NOT NULL ORDER BY reference",
    );
    for row in decided.bind(pillar).fetch_all(&mut *db).await? {
        settle_one_as_decided(db, pillar, read_reference(row.try_get(0)?)?).await?;
    }
    let close = query(
        "UPDATE open_payments SET closed_at = $2
         WHERE pillar = $1 AND closed_at IS NULL AND decision IS NOT NULL",
    );
    close.bind(pillar).bind(micros(now)).execute(db).await?;
    Ok(())
}

/// Settles a transaction that came in after staff had decided about its payment.
pub(super) async fn settle_as_decided(db: &mut PgConnection, header: &Header) -> Result<(), StoreError> {
    settle_one_as_decided(db, &header.pillar, header.reference).await
}

async fn settle_one_as_decided(
    db: &mut PgConnection,
    pillar: &str,
    reference: Reference,
) -> Result<(), StoreError> {
    let decided = query(
        "SELECT decision, decided_by, decided_at FROM open_payments
         WHERE pillar = $1 AND reference = $2 AND decision IS NOT NULL ORDER BY decided_at LIMIT 1",
    );
    let decided = decided.bind(pillar).bind(reference.compact()).fetch_optional(&mut *db).await?;
    let Some(decision) = decided.as_ref().map(decision).transpose()?.flatten() else { return Ok(()) };
    match transactions::find(db, reference).await?.filter(|stored| stored.pillar == pillar) {
        Some(stored) => settle(db, &stored, decision).await,
        None => Ok(()),
    }
}

/// Writes what staff found out into a stored transaction whose payment is unknown.
async fn settle(db: &mut PgConnection, stored: &Stored, decision: Decision) -> Result<(), StoreError> {
    let Some(payment) = stored.payment.as_ref().filter(|payment| intake::is_unknown(Some(payment))) else {
        return Ok(());
    };
    let settled = rules::settled_by_staff(payment, decision.finding);
    // The checker locks no pillar, and may have found trouble since this was read.
    let now = query("SELECT state, trouble FROM transactions WHERE id = $1 FOR UPDATE").bind(stored.id);
    let now = now.fetch_one(&mut *db).await?;
    let (state, trouble) = (read_state(now.try_get("state")?)?, read_trouble(now.try_get("trouble")?)?);
    let state = rules::state_after(state, settled.state, trouble);
    let settle = query(
        "UPDATE transactions SET payment = $2, payment_unknown = FALSE, state = $3, payment_settled_at = $4,
             payment_settled_by = $5 WHERE id = $1",
    );
    let settle = settle.bind(stored.id).bind(write_json(&settled)?).bind(state.as_str());
    settle.bind(micros(decision.at)).bind(decision.by.as_str()).execute(db).await?;
    Ok(())
}
