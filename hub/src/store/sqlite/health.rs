//! Reports, and open payments with what staff decided about them. Invariant: a payment is open exactly
//! as long as the newest report of its pillar holds it and no upload has settled it.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params, params};
use uuid::Uuid;
use zuil_wire::health::{OpenPayment, SettledByStaff};
use zuil_wire::{Cents, Header, HealthReport, PaymentState, Reference};

use super::super::rules;
use super::super::{
    Decided, DecidedBy, Decision, Finding, OpenPaymentKey, Reported, StoreError, Stored, Unsettled,
    by_our_clock,
};
use super::values::{micros, read_payment, time, to_integer, write_json};
use super::{references, transactions};

pub(super) fn take_report(
    db: &Transaction<'_>,
    pillar: &str,
    report: &HealthReport,
    now: Timestamp,
) -> Result<Vec<SettledByStaff>, StoreError> {
    let stored: Option<i64> = db
        .query_row("SELECT received_at FROM reports WHERE pillar = ?1", [pillar], |row| row.get(0))
        .optional()?;
    let overtaken =
        stored.map(time).transpose()?.is_some_and(|received_at| rules::is_overtaken(received_at, now));
    if !overtaken {
        db.prepare_cached(
            "INSERT OR REPLACE INTO reports (pillar, report, received_at) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![pillar, write_json(report)?, micros(now)])?;
        super::pillars::saw(db, pillar, now)?;
        close_vanished(db, pillar, report, now)?;
        for payment in &report.open_payments {
            if !is_settled(db, pillar, payment.reference)? {
                open(db, pillar, payment, report.at, now)?;
            }
        }
    }
    let mut settled = Vec::new();
    for OpenPayment { payment, .. } in &report.open_payments {
        let decision = decision_about(db, pillar, *payment)?;
        settled.extend(
            decision.map(|decision| SettledByStaff { payment: *payment, state: decision.finding.state() }),
        );
    }
    Ok(settled)
}

fn open(
    db: &Transaction<'_>,
    pillar: &str,
    payment: &OpenPayment,
    reported_at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO open_payments
             (pillar, payment, reference, amount, receipt_number, happened_at, first_seen_at)
         VALUES (:pillar, :payment, :reference, :amount, :receipt_number, :happened_at, :now)
         ON CONFLICT (pillar, payment) DO UPDATE
             SET receipt_number = coalesce(excluded.receipt_number, receipt_number), closed_at = NULL",
    )?
    .execute(named_params! {
        ":pillar": pillar,
        ":payment": payment.payment.as_bytes(),
        ":reference": payment.reference.compact(),
        ":amount": to_integer(payment.amount.0),
        ":receipt_number": payment.receipt_number,
        ":happened_at": micros(by_our_clock(payment.at, reported_at, now)),
        ":now": micros(now),
    })?;
    Ok(())
}

/// Closes what the pillar no longer reports as open.
fn close_vanished(
    db: &Transaction<'_>,
    pillar: &str,
    report: &HealthReport,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut query =
        db.prepare_cached("SELECT payment FROM open_payments WHERE pillar = ?1 AND closed_at IS NULL")?;
    let open = query.query_map([pillar], |row| row.get(0).map(Uuid::from_bytes))?;
    let open: Vec<Uuid> = open.collect::<Result<_, _>>()?;
    for payment in open {
        if !report.open_payments.iter().any(|reported| reported.payment == payment) {
            close(db, "payment = ?3", params![pillar, micros(now), payment.as_bytes()])?;
        }
    }
    Ok(())
}

/// Closes the payments of a transaction whose outcome was uploaded.
pub(super) fn close_settled(
    db: &Connection,
    pillar: &str,
    reference: Reference,
    now: Timestamp,
) -> Result<(), StoreError> {
    close(db, "reference = ?3", params![pillar, micros(now), reference.compact()])
}

fn close(db: &Connection, which: &str, values: &[&dyn rusqlite::ToSql]) -> Result<(), StoreError> {
    let closed = db
        .prepare_cached(&format!(
            "UPDATE open_payments SET closed_at = ?2 WHERE pillar = ?1 AND closed_at IS NULL AND {which}"
        ))?
        .execute(values)?;
    if closed > 0 {
        db.prepare_cached("DELETE FROM open_payments WHERE closed_at IS NOT NULL AND decision IS NULL")?
            .execute([])?;
    }
    Ok(())
}

/// Whether an upload has told how the payment of a transaction ended.
fn is_settled(db: &Connection, pillar: &str, reference: Reference) -> Result<bool, StoreError> {
    let payment: Option<Option<String>> = db
        .prepare_cached("SELECT payment FROM transactions WHERE number = ?1 AND pillar = ?2")?
        .query_row(params![references::number_of(db, reference)?, pillar], |row| row.get(0))
        .optional()?;
    let payment = read_payment(payment.flatten())?;
    Ok(payment.is_some_and(|payment| rules::is_settled(payment.state)))
}

pub(super) fn reports(db: &Connection) -> Result<Vec<Reported>, StoreError> {
    let mut query = db.prepare_cached("SELECT pillar, report, received_at FROM reports ORDER BY pillar")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?)))?;
    rows.map(|row| {
        let (pillar, report, received_at) = row?;
        let report = serde_json::from_str(&report).map_err(|_| StoreError::Damaged("report"))?;
        Ok(Reported { pillar, report, received_at: time(received_at)? })
    })
    .collect()
}

pub(super) fn worklist(db: &Connection) -> Result<Vec<Unsettled>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT pillar, payment, reference, amount, receipt_number, happened_at, first_seen_at,
             decision, decided_by, decided_at
         FROM open_payments WHERE closed_at IS NULL",
    )?;
    let rows = query.query_map([], |row| Ok(unsettled(row)))?;
    let reported = rows.map(|row| row.map_err(StoreError::from)?).collect::<Result<_, _>>()?;
    Ok(rules::worklist(reported, &transactions::unknown_payments(db)?, &revoked(db)?))
}

pub(super) fn revoked(db: &Connection) -> Result<HashSet<String>, StoreError> {
    let mut query = db.prepare_cached("SELECT name FROM pillars WHERE revoked_at IS NOT NULL")?;
    let names = query.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

fn unsettled(row: &Row<'_>) -> Result<Unsettled, StoreError> {
    let reference: String = row.get(2)?;
    Ok(Unsettled {
        pillar: row.get(0)?,
        payment: Some(Uuid::from_bytes(row.get(1)?)),
        revoked: false,
        reference: reference.parse().map_err(|_| StoreError::Damaged("reference"))?,
        delivered: false,
        amount: Cents(row.get::<_, i64>(3)?.unsigned_abs()),
        happened_at: time(row.get(5)?)?,
        first_seen_at: Some(time(row.get(6)?)?),
        receipt_number: row.get(4)?,
        terminal_id: None,
        decision: decision(row, 7)?,
    })
}

/// The decision in three columns of a row, from column `first` on.
fn decision(row: &Row<'_>, first: usize) -> Result<Option<Decision>, StoreError> {
    let Some(word) = row.get::<_, Option<String>>(first)? else { return Ok(None) };
    let damaged = StoreError::Damaged("decision");
    let by: String = row.get(first + 1)?;
    let (Some(finding), Some(by)) = (Finding::parse(&word), DecidedBy::parse(&by)) else {
        return Err(damaged);
    };
    Ok(Some(Decision { finding, by, at: time(row.get(first + 2)?)? }))
}

/// What was decided about a payment that is open.
fn decision_about(db: &Connection, pillar: &str, payment: Uuid) -> Result<Option<Decision>, StoreError> {
    let found = found_open(db, &OpenPaymentKey { pillar: pillar.to_owned(), payment })?;
    Ok(found.flatten())
}

fn found_open(db: &Connection, key: &OpenPaymentKey) -> Result<Option<Option<Decision>>, StoreError> {
    db.prepare_cached(
        "SELECT decision, decided_by, decided_at FROM open_payments
         WHERE pillar = ?1 AND payment = ?2 AND closed_at IS NULL",
    )?
    .query_row(params![key.pillar, key.payment.as_bytes()], |row| Ok(decision(row, 0)))
    .optional()?
    .transpose()
}

pub(super) fn decide(
    db: &Transaction<'_>,
    key: &OpenPaymentKey,
    decision: Decision,
) -> Result<Decided, StoreError> {
    let revoked = revoked(db)?.contains(&key.pillar);
    if let Some(open) = found_open(db, key)? {
        let decided = rules::decided(Some(open), decision.finding, revoked);
        if matches!(decided, Decided::Yes | Decided::ForGood) {
            keep_decision(db, key, decision)?;
        }
        if decided == Decided::ForGood {
            settle_for_good(db, &key.pillar, decision.at)?;
        }
        return Ok(decided);
    }
    if !revoked {
        return Ok(Decided::NotOpen);
    }
    decide_unreported(db, key, decision)
}

fn keep_decision(db: &Connection, key: &OpenPaymentKey, decision: Decision) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE open_payments SET decision = :decision, decided_by = :by, decided_at = :at
         WHERE pillar = :pillar AND payment = :payment",
    )?
    .execute(named_params! {
        ":decision": decision.finding.as_str(),
        ":by": decision.by.as_str(),
        ":at": micros(decision.at),
        ":pillar": key.pillar,
        ":payment": key.payment.as_bytes(),
    })?;
    Ok(())
}

/// Decides about the payment of a stored transaction of a revoked pillar, of which no report spoke.
fn decide_unreported(
    db: &Connection,
    key: &OpenPaymentKey,
    decision: Decision,
) -> Result<Decided, StoreError> {
    let Some(stored) = transactions::of_pillar(db, key)? else { return Ok(Decided::NotOpen) };
    let Some(payment) = &stored.payment else { return Ok(Decided::NotOpen) };
    let before = match (payment.state, stored.payment_settled_by, stored.payment_settled_at) {
        (PaymentState::Unknown, _, _) => None,
        (PaymentState::Paid, Some(by), Some(at)) => Some(Decision { finding: Finding::Paid, by, at }),
        (PaymentState::NotPaid, Some(by), Some(at)) => Some(Decision { finding: Finding::NotPaid, by, at }),
        _ => return Ok(Decided::NotOpen),
    };
    let decided = rules::decided(Some(before), decision.finding, true);
    if decided == Decided::ForGood {
        settle(db, &stored, decision)?;
    }
    Ok(decided)
}

/// Carries out what staff decided about payments of a pillar that was revoked and hears nothing any more.
pub(super) fn settle_for_good(db: &Connection, pillar: &str, now: Timestamp) -> Result<(), StoreError> {
    let mut query = db.prepare_cached(
        "SELECT reference FROM open_payments
         WHERE pillar = ?1 AND closed_at IS NULL AND decision IS NOT NULL",
    )?;
    let references = query.query_map([pillar], |row| row.get::<_, String>(0))?;
    for reference in references.collect::<Result<Vec<_>, _>>()? {
        let reference = reference.parse().map_err(|_| StoreError::Damaged("reference"))?;
        settle_one_as_decided(db, pillar, reference)?;
    }
    close(db, "decision IS NOT NULL", params![pillar, micros(now)])
}

/// Settles a transaction that came in after staff had decided about its payment.
pub(super) fn settle_as_decided(db: &Connection, header: &Header) -> Result<(), StoreError> {
    settle_one_as_decided(db, &header.pillar, header.reference)
}

fn settle_one_as_decided(db: &Connection, pillar: &str, reference: Reference) -> Result<(), StoreError> {
    let mut query = db.prepare_cached(
        "SELECT decision, decided_by, decided_at FROM open_payments
         WHERE pillar = ?1 AND reference = ?2 AND decision IS NOT NULL ORDER BY decided_at LIMIT 1",
    )?;
    let decided = query.query_row(params![pillar, reference.compact()], |row| Ok(decision(row, 0)));
    let Some(decision) = decided.optional()?.transpose()?.flatten() else { return Ok(()) };
    let stored = transactions::find(db, reference)?.filter(|stored| stored.pillar == pillar);
    match stored {
        Some(stored) => settle(db, &stored, decision),
        None => Ok(()),
    }
}

/// Writes what staff found out into a stored transaction whose payment is unknown.
fn settle(db: &Connection, stored: &Stored, decision: Decision) -> Result<(), StoreError> {
    let unknown = stored.payment.as_ref().filter(|payment| payment.state == PaymentState::Unknown);
    let Some(payment) = unknown else { return Ok(()) };
    let settled = rules::settled_by_staff(payment, decision.finding);
    let state = rules::state_after(stored.state, settled.state, stored.trouble);
    db.prepare_cached(
        "UPDATE transactions SET payment = ?2, state = ?3, payment_settled_at = ?4, payment_settled_by = ?5
         WHERE id = ?1",
    )?
    .execute(params![
        stored.id.as_bytes(),
        write_json(&settled)?,
        state.as_str(),
        micros(decision.at),
        decision.by.as_str()
    ])?;
    Ok(())
}
