//! Taking in what pillars upload. Invariant: deliveries of many pillars share one commit, and yet each of
//! them happens wholly or not at all.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior, params};
use zuil_wire::{PaymentState, Refusal};

use super::super::rules::{self, Settlement};
use super::super::{Batch, Delivery, Digest, Incoming, Outcome, Refused, StoreError, Taken, Trouble};
use super::references::{Adding, Newest};
use super::values::{micros, optional_time, read_payment, read_state, read_trouble, to_integer, write_json};
use super::{enrolment, health, refusals, surveys};

/// Stores deliveries; `newest` is nothing until it is needed.
pub(super) fn take_in_all(
    db: &mut Connection,
    newest: &mut Option<Newest>,
    deliveries: &[Delivery<'_>],
) -> Result<Vec<Result<Taken, StoreError>>, StoreError> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let newest = match newest {
        Some(newest) => newest,
        None => newest.insert(Newest::read(&transaction)?),
    };
    let mut group = Group::of(&transaction, newest.adding())?;
    let all: Result<Vec<Taken>, StoreError> =
        deliveries.iter().map(|delivery| group.take_in(&transaction, delivery)).collect();
    let all = match (all, deliveries) {
        (Ok(all), _) => {
            group.references.enter_many(&transaction)?;
            transaction.commit()?;
            all.into_iter().map(Ok).collect()
        }
        (Err(error), [_]) => return Ok(vec![Err(error)]),
        // Seldom, so that the usual way needs no savepoints.
        (Err(_), _) => {
            drop(transaction);
            group.references = newest.adding();
            one_by_one(db, &mut group, deliveries)?
        }
    };
    let added = group.references.end();
    newest.keep(added);
    Ok(all)
}

/// Each delivery under a savepoint of its own, for when one of them cannot be stored.
fn one_by_one(
    db: &mut Connection,
    group: &mut Group<'_>,
    deliveries: &[Delivery<'_>],
) -> Result<Vec<Result<Taken, StoreError>>, StoreError> {
    let mut transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut all = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        let savepoint = transaction.savepoint()?;
        let so_far = group.references.so_far();
        let taken = group.take_in(&savepoint, delivery);
        match taken {
            Ok(taken) => {
                savepoint.commit()?;
                all.push(Ok(taken));
            }
            Err(error) => {
                drop(savepoint);
                group.references.go_back(so_far);
                // A full disk, for example, ends the whole transaction, with all that was before.
                if transaction.is_autocommit() {
                    return Err(error);
                }
                all.push(Err(error));
            }
        }
    }
    transaction.commit()?;
    Ok(all)
}

/// What holds for all deliveries of one commit, so that it is asked once.
struct Group<'a> {
    revoked: HashSet<String>,
    has_open_payments: bool,
    references: Adding<'a>,
}

/// What is known of a revoked pillar that delivers.
struct Revoked {
    at: Timestamp,
    delivered: u64,
}

impl<'a> Group<'a> {
    fn of(db: &Connection, references: Adding<'a>) -> Result<Self, StoreError> {
        let mut query =
            db.prepare_cached("SELECT EXISTS (SELECT 1 FROM open_payments WHERE closed_at IS NULL)")?;
        let has_open_payments = query.query_row([], |row| row.get(0))?;
        Ok(Self { revoked: health::revoked(db)?, has_open_payments, references })
    }

    fn take_in(&mut self, db: &Connection, delivery: &Delivery<'_>) -> Result<Taken, StoreError> {
        let Delivery { batch, at, grace } = *delivery;
        let revoked = self.revoked(db, batch)?;
        if let Some(revoked) = &revoked {
            let nothing_to_deliver = batch.transactions.is_empty() && batch.refused.is_empty();
            if nothing_to_deliver || !rules::is_admitted(revoked.at, revoked.delivered, grace, at) {
                return Ok(Taken::NotAdmitted);
            }
        }
        let revoked_at = revoked.map(|revoked| revoked.at);
        let mut outcomes = Vec::with_capacity(batch.transactions.len());
        for incoming in &batch.transactions {
            outcomes.push(self.take_one(db, incoming, at, revoked_at)?);
        }
        self.note_what_was_told(db, batch, &outcomes, at)?;
        if revoked_at.is_some() {
            return Ok(Taken::WithoutSurveys(outcomes));
        }
        for survey in &batch.surveys {
            surveys::take(db, &batch.pillar, survey, at)?;
        }
        Ok(Taken::Outcomes(outcomes))
    }

    /// What is known of the pillar of a batch when it, or the certificate with which it came, counts as revoked.
    fn revoked(&self, db: &Connection, batch: &Batch) -> Result<Option<Revoked>, StoreError> {
        let ended_at =
            batch.certificate.as_ref().map(|print| enrolment::ended_at(db, print)).transpose()?.flatten();
        if ended_at.is_none() && !self.revoked.contains(&batch.pillar) {
            return Ok(None);
        }
        revoked(db, &batch.pillar, ended_at)
    }

    fn take_one(
        &mut self,
        db: &Connection,
        incoming: &Incoming,
        at: Timestamp,
        revoked_at: Option<Timestamp>,
    ) -> Result<Outcome, StoreError> {
        if revoked_at.is_some_and(|revoked_at| incoming.key_made_at >= revoked_at) {
            return Ok(Outcome::KeyTooNew);
        }
        let settles = self.has_open_payments
            && incoming.payment.as_ref().is_some_and(|payment| rules::is_settled(payment.state));
        if (revoked_at.is_some() || settles) && !incoming.is_genuine() {
            return Ok(Outcome::NotSigned);
        }
        let trouble = revoked_at.map(|_| Trouble::AfterRevocation);
        let reference = incoming.sealed.header.reference;
        let known = self.references.number_of(db, reference)?;
        if known.is_some() || !insert(db, incoming, trouble, at)? {
            return take_again(db, incoming, known, at, trouble);
        }
        self.references.add(reference, db.last_insert_rowid());
        if trouble.is_some() {
            db.prepare_cached("UPDATE pillars SET after_revocation = after_revocation + 1 WHERE name = ?1")?
                .execute([&incoming.sealed.header.pillar])?;
            if incoming.payment.as_ref().is_some_and(|payment| payment.state == PaymentState::Unknown) {
                health::settle_as_decided(db, &incoming.sealed.header)?;
            }
        }
        let state = rules::first_state(incoming.payment.as_ref(), trouble);
        Ok(Outcome::Accepted { state, case_number: None })
    }

    /// Closes payments whose outcome was told, and notes what was refused and how far the pillar counted.
    fn note_what_was_told(
        &self,
        db: &Connection,
        batch: &Batch,
        outcomes: &[Outcome],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut highest = None;
        for (incoming, outcome) in batch.transactions.iter().zip(outcomes) {
            let header = &incoming.sealed.header;
            let refused = |reason| Refused { id: header.id, reference: Some(header.reference), reason };
            match outcome {
                Outcome::Accepted { .. } => {
                    highest = highest.max(Some(to_integer(header.sequence)));
                    let is_settled =
                        incoming.payment.as_ref().is_some_and(|payment| rules::is_settled(payment.state));
                    if is_settled && self.has_open_payments {
                        health::close_settled(db, &batch.pillar, header.reference, at)?;
                    }
                }
                Outcome::Conflict => refusals::note(db, &batch.pillar, refused(Refusal::Conflict), at)?,
                Outcome::KeyTooNew => refusals::note(db, &batch.pillar, refused(Refusal::UnknownKey), at)?,
                Outcome::NotSigned => refusals::note(db, &batch.pillar, refused(Refusal::BadSignature), at)?,
            }
        }
        for refused in &batch.refused {
            refusals::note(db, &batch.pillar, *refused, at)?;
        }
        db.prepare_cached(
            "UPDATE pillars SET last_seen_at = ?1, last_sequence = coalesce(max(last_sequence, ?2), last_sequence, ?2)
             WHERE name = ?3",
        )?
        .execute(params![micros(at), highest, batch.pillar])?;
        Ok(())
    }
}

fn revoked(db: &Connection, name: &str, ended_at: Option<Timestamp>) -> Result<Option<Revoked>, StoreError> {
    let mut query = db.prepare_cached("SELECT revoked_at, after_revocation FROM pillars WHERE name = ?1")?;
    let (at, delivered) = query.query_row([name], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))?;
    Ok(ended_at.or(optional_time(at)?).map(|at| Revoked { at, delivered: delivered.unsigned_abs() }))
}

/// Something with this id, or with this reference as `number`, is stored already.
fn take_again(
    db: &Connection,
    incoming: &Incoming,
    number: Option<i64>,
    at: Timestamp,
    new_trouble: Option<Trouble>,
) -> Result<Outcome, StoreError> {
    let header = &incoming.sealed.header;
    let mut query = db.prepare_cached(
        "SELECT digest, payment, state, case_number, trouble, payment_settled_by IS NOT NULL
         FROM transactions WHERE id = ?1 OR number = ?2",
    )?;
    let mut known = query.query(params![header.id.as_bytes(), number])?;
    let Some(row) = known.next()? else { return Err(StoreError::Damaged("index")) };
    // The digest covers id and reference, so another row that has one of them has another digest.
    if row.get::<_, Digest>(0)? != incoming.digest {
        return Ok(Outcome::Conflict);
    }
    let (payment, state) = (read_payment(row.get(1)?)?, read_state(&row.get::<_, String>(2)?)?);
    let (case_number, trouble) = (row.get(3)?, read_trouble(row.get(4)?)?);
    match (rules::settlement(payment.as_ref(), incoming.payment.as_ref(), row.get(5)?), &incoming.payment) {
        (Settlement::Nothing, _) => Ok(Outcome::Accepted { state, case_number }),
        (Settlement::Settled, Some(_)) if !incoming.is_genuine() => Ok(Outcome::NotSigned),
        (Settlement::Settled, Some(settled)) => {
            let trouble = trouble.or(new_trouble);
            let state = rules::state_after(state, settled.state, trouble);
            db.prepare_cached(
                "UPDATE transactions SET payment = ?2, state = ?3, payment_settled_at = ?4, trouble = ?5,
                     signature = ?6 WHERE id = ?1",
            )?
            .execute(params![
                header.id.as_bytes(),
                write_json(settled)?,
                state.as_str(),
                micros(at),
                trouble.map(Trouble::as_str),
                incoming.signature.bytes
            ])?;
            Ok(Outcome::Accepted { state, case_number })
        }
        (Settlement::Conflict, _) | (Settlement::Settled, None) => Ok(Outcome::Conflict),
    }
}

/// Stores a new transaction; `false` when its id is known.
fn insert(
    db: &Connection,
    incoming: &Incoming,
    trouble: Option<Trouble>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Incoming { sealed, digest, payment, key_made_at: _, signature } = incoming;
    let header = &sealed.header;
    let added = db
        .prepare_cached(
            "INSERT INTO transactions (id, reference, pillar, sequence, digest, payment, state, trouble,
                 committed_at, received_at, signature, header, encapsulated_key, ciphertext)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
             ON CONFLICT (id) DO NOTHING",
        )?
        .execute(params![
            header.id.as_bytes(),
            header.reference.compact(),
            header.pillar,
            to_integer(header.sequence),
            digest,
            payment.as_ref().map(write_json).transpose()?,
            rules::first_state(payment.as_ref(), trouble).as_str(),
            trouble.map(Trouble::as_str),
            micros(header.committed_at),
            micros(now),
            signature.bytes,
            write_json(header)?,
            sealed.encapsulated_key,
            sealed.ciphertext,
        ])?;
    Ok(added == 1)
}
