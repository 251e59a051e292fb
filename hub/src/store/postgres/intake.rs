//! Taking in what pillars upload. Invariant: deliveries of many pillars share one commit, and yet each of them
//! happens wholly or not at all, also when another hub takes in the same upload at the same time.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use sqlx_core::connection::Connection as _;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::{PgConnection, PgRow};
use zuil_wire::{PaymentRecord, PaymentState, Refusal};

use super::super::rules::{self, Settlement};
use super::super::values::{
    micros, optional_time, read_payment, read_state, read_trouble, to_integer, write_json,
};
use super::super::{Batch, Delivery, Incoming, Outcome, Refused, StoreError, Taken, Trouble};
use super::{health, link, refusals, surveys};

/// All deliveries, the usual way: an error of one undoes all.
pub(super) async fn take_in_together(
    db: &mut PgConnection,
    deliveries: &[Delivery<'_>],
) -> Result<Vec<Result<Taken, StoreError>>, StoreError> {
    let mut group = Group::lock(db, deliveries).await?;
    let mut all = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        all.push(Ok(group.take_in(db, delivery).await?));
    }
    Ok(all)
}

/// Each delivery under a savepoint of its own, for when one of them cannot be stored.
pub(super) async fn take_in_one_by_one(
    db: &mut PgConnection,
    deliveries: &[Delivery<'_>],
) -> Result<Vec<Result<Taken, StoreError>>, StoreError> {
    // In one go, so that no other hub has half of them and waits for the other half.
    drop(Group::lock(db, deliveries).await?);
    let mut all = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        let mut savepoint = db.begin().await?;
        let taken = async {
            // Read anew for each, because what the one before had changed may be undone.
            let mut group = Group::lock(&mut savepoint, std::slice::from_ref(delivery)).await?;
            group.take_in(&mut savepoint, delivery).await
        };
        match taken.await {
            Ok(taken) => {
                savepoint.commit().await?;
                all.push(Ok(taken));
            }
            Err(error) if link::is_about_a_row(&error) => {
                savepoint.rollback().await?;
                all.push(Err(error));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// What holds for all deliveries of one commit. Nobody else changes it until then.
struct Group {
    pillars: BTreeMap<String, Known>,
    /// From when on certificates count as revoked, of those with which the deliveries came.
    ended: HashMap<Vec<u8>, Timestamp>,
    /// Pillars and references of payments that are reported as open.
    open: HashSet<(String, String)>,
}

/// What is known of a pillar.
struct Known {
    revoked_at: Option<Timestamp>,
    /// How many transactions came in after it, or a certificate of it, was revoked.
    delivered: u64,
}

impl Group {
    async fn lock(db: &mut PgConnection, deliveries: &[Delivery<'_>]) -> Result<Self, StoreError> {
        let named = deliveries.iter().flat_map(|Delivery { batch, .. }| {
            let inside = batch.transactions.iter().map(|incoming| incoming.sealed.header.pillar.as_str());
            inside.chain([batch.pillar.as_str()])
        });
        let names: Vec<&str> = named.collect::<BTreeSet<_>>().into_iter().collect();
        let prints = deliveries.iter().filter_map(|delivery| delivery.batch.certificate);
        let prints: Vec<Vec<u8>> = prints.map(|print| print.to_vec()).collect();
        let lock = query(
            "SELECT p.name, p.revoked_at, p.after_revocation, c.fingerprint, c.ended_at
             FROM pillars AS p LEFT JOIN certificates AS c
                 ON c.pillar = p.name AND c.ended_at IS NOT NULL AND c.fingerprint = ANY($2)
             WHERE p.name = ANY($1) ORDER BY p.name FOR NO KEY UPDATE OF p",
        );
        let (mut pillars, mut ended) = (BTreeMap::new(), HashMap::new());
        for row in lock.bind(&names).bind(prints).fetch_all(&mut *db).await? {
            let delivered = row.try_get::<i64, _>("after_revocation")?.unsigned_abs();
            let revoked_at = optional_time(row.try_get("revoked_at")?)?;
            pillars.insert(row.try_get("name")?, Known { revoked_at, delivered });
            if let (Some(print), Some(at)) =
                (row.try_get("fingerprint")?, optional_time(row.try_get("ended_at")?)?)
            {
                ended.insert(print, at);
            }
        }
        let open =
            query("SELECT pillar, reference FROM open_payments WHERE pillar = ANY($1) AND closed_at IS NULL");
        let open = open.bind(&names).fetch_all(db).await?;
        let pair = |row: &PgRow| Ok((row.try_get(0)?, row.try_get(1)?));
        Ok(Self { pillars, ended, open: open.iter().map(pair).collect::<Result<_, StoreError>>()? })
    }

    async fn take_in(&mut self, db: &mut PgConnection, delivery: &Delivery<'_>) -> Result<Taken, StoreError> {
        let Delivery { batch, at, grace } = *delivery;
        let known = self.pillars.get(&batch.pillar);
        let ended_at = batch.certificate.and_then(|print| self.ended.get(print.as_slice()).copied());
        let revoked_at = ended_at.or_else(|| known?.revoked_at);
        if let Some(revoked_at) = revoked_at {
            let nothing_to_deliver = batch.transactions.is_empty() && batch.refused.is_empty();
            let delivered = known.map_or(0, |known| known.delivered);
            if nothing_to_deliver || !rules::is_admitted(revoked_at, delivered, grace, at) {
                return Ok(Taken::NotAdmitted);
            }
        }
        let mut outcomes = Vec::with_capacity(batch.transactions.len());
        for incoming in &batch.transactions {
            outcomes.push(self.take_one(db, incoming, at, revoked_at).await?);
        }
        self.note_what_was_told(db, batch, &outcomes, at).await?;
        if revoked_at.is_some() {
            return Ok(Taken::WithoutSurveys(outcomes));
        }
        for survey in &batch.surveys {
            surveys::take(db, &batch.pillar, survey, at).await?;
        }
        Ok(Taken::Outcomes(outcomes))
    }

    async fn take_one(
        &mut self,
        db: &mut PgConnection,
        incoming: &Incoming,
        at: Timestamp,
        revoked_at: Option<Timestamp>,
    ) -> Result<Outcome, StoreError> {
        if revoked_at.is_some_and(|revoked_at| incoming.key_made_at >= revoked_at) {
            return Ok(Outcome::KeyTooNew);
        }
        let settles = is_settled(incoming) && self.is_open(incoming);
        if (revoked_at.is_some() || settles) && !incoming.is_genuine() {
            return Ok(Outcome::NotSigned);
        }
        let trouble = revoked_at.map(|_| Trouble::AfterRevocation);
        if !insert(db, incoming, trouble, at).await? {
            return take_again(db, incoming, at, trouble).await;
        }
        if trouble.is_some() {
            self.count_after_revocation(db, incoming).await?;
        }
        let state = rules::first_state(incoming.payment.as_ref(), trouble);
        Ok(Outcome::Accepted { state, case_number: None })
    }

    async fn count_after_revocation(
        &mut self,
        db: &mut PgConnection,
        incoming: &Incoming,
    ) -> Result<(), StoreError> {
        let header = &incoming.sealed.header;
        let count = query("UPDATE pillars SET after_revocation = after_revocation + 1 WHERE name = $1");
        count.bind(&header.pillar).execute(&mut *db).await?;
        if let Some(known) = self.pillars.get_mut(&header.pillar) {
            known.delivered += 1;
        }
        if is_unknown(incoming.payment.as_ref()) {
            health::settle_as_decided(db, header).await?;
        }
        Ok(())
    }

    fn is_open(&self, incoming: &Incoming) -> bool {
        let header = &incoming.sealed.header;
        self.open.contains(&(header.pillar.clone(), header.reference.compact()))
    }

    /// Closes payments whose outcome was told, and notes what was refused and how far the pillar counted.
    async fn note_what_was_told(
        &self,
        db: &mut PgConnection,
        batch: &Batch,
        outcomes: &[Outcome],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut highest = None;
        for (incoming, outcome) in batch.transactions.iter().zip(outcomes) {
            let header = &incoming.sealed.header;
            let reason = match outcome {
                Outcome::Accepted { .. } => {
                    highest = highest.max(Some(to_integer(header.sequence)));
                    if is_settled(incoming) && self.is_open(incoming) {
                        health::close_settled(db, &batch.pillar, header.reference, at).await?;
                    }
                    continue;
                }
                Outcome::Conflict => Refusal::Conflict,
                Outcome::KeyTooNew => Refusal::UnknownKey,
                Outcome::NotSigned => Refusal::BadSignature,
            };
            let refused = Refused { id: header.id, reference: Some(header.reference), reason };
            refusals::note(db, &batch.pillar, refused, at).await?;
        }
        for refused in &batch.refused {
            refusals::note(db, &batch.pillar, *refused, at).await?;
        }
        // `greatest` passes over what is null.
        let note = query(
            "UPDATE pillars SET last_seen_at = $1, last_sequence = greatest(last_sequence, $2) WHERE name = $3",
        );
        note.bind(micros(at)).bind(highest).bind(&batch.pillar).execute(db).await?;
        Ok(())
    }
}

fn is_settled(incoming: &Incoming) -> bool {
    incoming.payment.as_ref().is_some_and(|payment| rules::is_settled(payment.state))
}

pub(super) fn is_unknown(payment: Option<&PaymentRecord>) -> bool {
    payment.is_some_and(|payment| payment.state == PaymentState::Unknown)
}

/// Something with this id or reference is stored already.
async fn take_again(
    db: &mut PgConnection,
    incoming: &Incoming,
    at: Timestamp,
    new_trouble: Option<Trouble>,
) -> Result<Outcome, StoreError> {
    let header = &incoming.sealed.header;
    let known = query(
        "SELECT digest, payment, state, case_number, trouble, payment_settled_by IS NOT NULL AS by_staff
         FROM transactions WHERE id = $1 OR reference = $2 ORDER BY id = $1 DESC LIMIT 1 FOR UPDATE",
    );
    let known = known.bind(header.id).bind(header.reference.compact());
    let known = known.fetch_optional(&mut *db).await?.ok_or(StoreError::Damaged("index"))?;
    // The digest covers id and reference, so another row that has one of them has another digest.
    if known.try_get::<&[u8], _>("digest")? != incoming.digest {
        return Ok(Outcome::Conflict);
    }
    let (payment, state) = (read_payment(known.try_get("payment")?)?, read_state(known.try_get("state")?)?);
    let (case_number, trouble) = (known.try_get("case_number")?, read_trouble(known.try_get("trouble")?)?);
    let by_staff = known.try_get("by_staff")?;
    match (rules::settlement(payment.as_ref(), incoming.payment.as_ref(), by_staff), &incoming.payment) {
        (Settlement::Nothing, _) => Ok(Outcome::Accepted { state, case_number }),
        (Settlement::Settled, Some(_)) if !incoming.is_genuine() => Ok(Outcome::NotSigned),
        (Settlement::Settled, Some(settled)) => {
            let trouble = trouble.or(new_trouble);
            let state = rules::state_after(state, settled.state, trouble);
            let settle = query(
                "UPDATE transactions SET payment = $2, payment_unknown = $3, state = $4, payment_settled_at = $5,
                     trouble = $6, signature = $7 WHERE id = $1",
            );
            let settle = settle.bind(header.id).bind(write_json(settled)?).bind(is_unknown(Some(settled)));
            let settle = settle.bind(state.as_str()).bind(micros(at)).bind(trouble.map(Trouble::as_str));
            settle.bind(&incoming.signature.bytes).execute(db).await?;
            Ok(Outcome::Accepted { state, case_number })
        }
        (Settlement::Conflict, _) | (Settlement::Settled, None) => Ok(Outcome::Conflict),
    }
}

/// Stores a new transaction; `false` when its id or its reference is known. Where another hub stores it at this
/// moment, the database waits to see what comes of that.
async fn insert(
    db: &mut PgConnection,
    incoming: &Incoming,
    trouble: Option<Trouble>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Incoming { sealed, digest, payment, key_made_at: _, signature } = incoming;
    let header = &sealed.header;
    let insert = query(
        "WITH new AS (
             INSERT INTO transactions (id, reference, pillar, sequence, digest, payment, payment_unknown, state,
                 trouble, committed_at, received_at, signature, header, encapsulated_key, ciphertext)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
             ON CONFLICT DO NOTHING RETURNING number
         )
         INSERT INTO to_check (number) SELECT number FROM new",
    );
    let insert = insert.bind(header.id).bind(header.reference.compact()).bind(&header.pillar);
    let insert = insert.bind(to_integer(header.sequence)).bind(digest);
    let insert =
        insert.bind(payment.as_ref().map(write_json).transpose()?).bind(is_unknown(payment.as_ref()));
    let insert = insert.bind(rules::first_state(payment.as_ref(), trouble).as_str());
    let insert =
        insert.bind(trouble.map(Trouble::as_str)).bind(micros(header.committed_at)).bind(micros(now));
    let insert = insert.bind(&signature.bytes).bind(write_json(header)?);
    let added = insert.bind(&sealed.encapsulated_key).bind(&sealed.ciphertext).execute(db).await?;
    Ok(added.rows_affected() == 1)
}
