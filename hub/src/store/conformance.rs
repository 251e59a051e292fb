//! What every implementation of the store must do. Invariant: each check starts with a store of its
//! own and speaks of it through the trait only.

mod access;
mod alerts;
mod asked;
mod attempts;
mod audit;
mod call_backs;
mod changes;
mod connectors;
pub(super) mod drafts;
pub(super) mod enrolment;
pub(crate) mod filled;
mod handover;
pub(super) mod health;
mod intake;
mod orders;
mod progress;
mod questions;
mod referrals;
mod revoked;
mod rollouts;
mod service;
mod settling;
mod surveys;
mod visits;

use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::messages::SurveyItem;
use zuil_wire::seal::{Sealed, SigningKey};
use zuil_wire::verify::VerifyKey;
use zuil_wire::{
    Cents, Envelope, Header, PROTOCOL_VERSION, PaymentRecord, PaymentState, Reference, Refusal, State,
    SurveyAnswers,
};

use super::{
    Added, Batch, Checked, CheckedAs, Content, Digest, Filter, Incoming, Outcome, Pillar, Revoked,
    SealedContent, Signature, Store, Taken, Tally,
};

/// A store, and the folder that must outlive it.
pub(super) type Fresh = (Box<dyn Store>, Option<tempfile::TempDir>);

/// Runs the whole suite, each check on a fresh store.
pub(super) fn run(fresh: &dyn Fn() -> Fresh) {
    let checks: [fn(&dyn Store); 16] = [
        a_transaction_is_found_by_its_reference,
        the_same_upload_twice_is_stored_once,
        other_content_under_a_known_id_or_reference_is_a_conflict,
        a_conflict_hinders_no_other_in_its_batch,
        an_unknown_payment_parks_until_it_is_paid,
        a_payment_is_settled_only_by_what_its_pillar_signed,
        an_open_payment_is_closed_only_by_what_its_pillar_signed,
        what_was_looked_at_says_so,
        an_unknown_payment_that_was_not_paid_stays_parked,
        what_was_not_paid_is_parked_from_the_start,
        a_payment_that_is_known_never_changes,
        lists_are_newest_first_and_come_in_pages,
        the_tally_counts_today_and_what_waits,
        surveys_count_once,
        a_pillar_is_known_by_its_certificate_and_its_name_is_never_used_again,
        a_pillar_shows_when_it_was_seen_and_how_far_it_counted,
    ];
    let others = health::CHECKS.into_iter().chain(intake::CHECKS).chain(questions::CHECKS);
    let others = others.chain(revoked::CHECKS).chain(access::CHECKS).chain(audit::CHECKS);
    let others = others.chain(handover::CHECKS).chain(connectors::CHECKS).chain(progress::CHECKS);
    let others = others.chain(enrolment::CHECKS).chain(orders::CHECKS).chain(alerts::CHECKS);
    let others = others.chain(referrals::CHECKS).chain(visits::CHECKS).chain(changes::CHECKS);
    let others = others.chain(surveys::CHECKS).chain(call_backs::CHECKS).chain(drafts::CHECKS);
    let others = others.chain(attempts::CHECKS).chain(settling::CHECKS).chain(asked::CHECKS);
    let others = others.chain(rollouts::CHECKS).chain(service::CHECKS);
    for check in checks.into_iter().chain(others) {
        let (store, _folder) = fresh();
        store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
        store.pulse(at(0)).unwrap();
        check(&*store);
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// A pillar (made up).
pub(crate) fn some_pillar(name: &str, print: u8) -> Pillar {
    Pillar {
        name: name.into(),
        fingerprint: [print; 32],
        public_key: KEYS.public.clone(),
        added_at: at(0),
        revoked_at: None,
        last_seen_at: None,
        last_sequence: None,
    }
}

/// A transaction (made up, and nothing sealed in it) whose id and reference follow from `number`.
pub(crate) fn incoming(number: u8, sequence: u64) -> Incoming {
    let header = Header {
        version: PROTOCOL_VERSION,
        id: Uuid::from_u128(u128::from(number)),
        pillar: "jumbo".into(),
        sequence,
        reference: Reference::from_bits(u64::from(number)),
        committed_at: at(i64::from(number)),
        key_id: "seal-1".into(),
    };
    let sealed = SealedContent { header, encapsulated_key: vec![number; 32], ciphertext: vec![number; 300] };
    signed(sealed, [number; 32], None)
}

/// As the pillar signed it.
fn signed(sealed: SealedContent, digest: Digest, payment: Option<PaymentRecord>) -> Incoming {
    let Keys { sign, verify, .. } = &*KEYS;
    let Envelope { header, encapsulated_key, ciphertext, .. } = sealed.envelope();
    let envelope = sign.sign(Sealed { header, encapsulated_key, ciphertext }, payment.clone()).unwrap();
    let bytes = BASE64.decode(envelope.signature).unwrap();
    let signature = Signature { key: Some(Arc::clone(verify)), bytes };
    Incoming { sealed, digest, payment, key_made_at: at(-100), signature }
}

struct Keys {
    sign: SigningKey,
    verify: Arc<VerifyKey>,
    public: String,
}

/// The keys of jumbo, made anew in each run.
static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let (private, public) = SigningKey::generate().unwrap();
    let verify = Arc::new(VerifyKey::from_base64(&public).unwrap());
    Keys { sign: SigningKey::from_base64(&private).unwrap(), verify, public }
});

pub(crate) fn with_payment(number: u8, state: PaymentState) -> Incoming {
    let amount = Cents(1735);
    let payment = PaymentRecord { state, amount, terminal_id: None, receipt_number: None, card_scheme: None };
    signed(incoming(number, u64::from(number)).sealed, [number; 32], Some(payment))
}

fn send(store: &dyn Store, transactions: Vec<Incoming>, second: i64) -> Vec<Outcome> {
    deliver(store, transactions, second).outcomes()
}

fn deliver(store: &dyn Store, transactions: Vec<Incoming>, second: i64) -> Taken {
    store.take_in(&batch(transactions), at(second)).unwrap()
}

/// What jumbo uploads at once.
pub(crate) fn batch(transactions: Vec<Incoming>) -> Batch {
    Batch { pillar: "jumbo".into(), transactions, ..Batch::default() }
}

const fn accepted(state: State) -> Outcome {
    Outcome::Accepted { state, case_number: None }
}

fn a_transaction_is_found_by_its_reference(store: &dyn Store) {
    let sent = with_payment(1, PaymentState::Paid);
    assert_eq!(send(store, vec![sent.clone()], 60), [accepted(State::Received)]);
    let found = store.transaction(sent.sealed.header.reference).unwrap().unwrap();
    assert_eq!(found.content, Content::Sealed(sent.sealed.clone()));
    assert_eq!((found.id, found.reference), (sent.sealed.header.id, sent.sealed.header.reference));
    assert_eq!((found.pillar.as_str(), found.state), ("jumbo", State::Received));
    assert_eq!(found.payment, sent.payment);
    assert_eq!((found.committed_at, found.received_at), (at(1), at(60)));
    assert_eq!(store.transaction(Reference::from_bits(99)).unwrap(), None);
}

fn the_same_upload_twice_is_stored_once(store: &dyn Store) {
    send(store, vec![incoming(1, 1)], 60);
    assert_eq!(send(store, vec![incoming(1, 1), incoming(1, 1)], 90), vec![accepted(State::Received); 2]);
    let page = store.transactions(Filter::default(), 0, 10).unwrap();
    assert_eq!((page.total, page.items[0].received_at), (1, at(60)));
}

fn other_content_under_a_known_id_or_reference_is_a_conflict(store: &dyn Store) {
    send(store, vec![incoming(1, 1), incoming(2, 2)], 60);
    let other_content = Incoming { digest: [9; 32], ..incoming(1, 1) };
    let mut other_reference = incoming(1, 1);
    other_reference.sealed.header.reference = Reference::from_bits(77);
    other_reference.digest = [8; 32];
    let mut other_id = incoming(1, 1);
    other_id.sealed.header.id = Uuid::from_u128(77);
    other_id.digest = [7; 32];
    let mut between_two = incoming(1, 1);
    between_two.sealed.header.reference = Reference::from_bits(2);
    between_two.digest = [6; 32];
    let outcomes = send(store, vec![other_content, other_reference, other_id, between_two], 90);
    assert_eq!(outcomes, vec![Outcome::Conflict; 4]);
    assert_eq!(store.transactions(Filter::default(), 0, 10).unwrap().total, 2);
}

fn a_conflict_hinders_no_other_in_its_batch(store: &dyn Store) {
    send(store, vec![incoming(1, 1)], 60);
    let conflict = Incoming { digest: [9; 32], ..incoming(1, 1) };
    let outcomes = send(store, vec![incoming(2, 2), conflict, incoming(3, 3)], 90);
    let fine = accepted(State::Received);
    assert_eq!(outcomes, [fine.clone(), Outcome::Conflict, fine]);
    assert!(store.transaction(Reference::from_bits(3)).unwrap().is_some());
}

fn an_unknown_payment_parks_until_it_is_paid(store: &dyn Store) {
    assert_eq!(send(store, vec![with_payment(1, PaymentState::Unknown)], 60), [accepted(State::Parked)]);
    assert_eq!(send(store, vec![with_payment(1, PaymentState::Unknown)], 70), [accepted(State::Parked)]);
    assert_eq!(send(store, vec![with_payment(1, PaymentState::Paid)], 80), [accepted(State::Received)]);
    // The first upload once more, late.
    assert_eq!(send(store, vec![with_payment(1, PaymentState::Unknown)], 90), [accepted(State::Received)]);
    let found = store.transaction(Reference::from_bits(1)).unwrap().unwrap();
    assert_eq!(found.payment.unwrap().state, PaymentState::Paid);
    assert_eq!((found.received_at, found.payment_settled_at), (at(60), Some(at(80))));
}

fn a_payment_is_settled_only_by_what_its_pillar_signed(store: &dyn Store) {
    let unknown = with_payment(1, PaymentState::Unknown);
    send(store, vec![unknown.clone()], 60);
    let forged = Incoming { signature: unknown.signature, ..with_payment(1, PaymentState::Paid) };
    assert_eq!(send(store, vec![forged], 70), [Outcome::NotSigned]);
    let found = store.transaction(Reference::from_bits(1)).unwrap().unwrap();
    assert_eq!((found.state, found.payment.unwrap().state), (State::Parked, PaymentState::Unknown));
    assert_eq!(store.refusals("jumbo").unwrap()[0].refused.reason, Refusal::BadSignature);
    let signed = with_payment(1, PaymentState::Paid);
    assert_eq!(send(store, vec![signed.clone()], 80), [accepted(State::Received)]);
    assert_eq!(store.unchecked(9).unwrap()[0].signature, Some(signed.signature.bytes));
}

/// An upload that is not signed neither takes a payment off the list nor keeps the truth out.
fn an_open_payment_is_closed_only_by_what_its_pillar_signed(store: &dyn Store) {
    let open = health::report(60, vec![health::open(0xa1, 1, 50)]);
    store.take_report("jumbo", &open, at(60)).unwrap();
    let forged = Incoming { signature: incoming(2, 2).signature, ..with_payment(1, PaymentState::Paid) };
    assert_eq!(send(store, vec![forged], 70), [Outcome::NotSigned]);
    assert_eq!(store.unsettled_payments().unwrap().len(), 1);
    assert_eq!(send(store, vec![with_payment(1, PaymentState::NotPaid)], 80), [accepted(State::Parked)]);
    assert_eq!(store.unsettled_payments().unwrap(), []);
}

fn what_was_looked_at_says_so(store: &dyn Store) {
    send(store, vec![incoming(1, 1), incoming(2, 2)], 60);
    let first = store.unchecked(1).unwrap()[0].number;
    let finding = CheckedAs::Sound;
    store.note_checked(&[Checked { number: first, finding }]).unwrap();
    let looked_at = |number| store.transaction(Reference::from_bits(number)).unwrap().unwrap().looked_at;
    assert_eq!((looked_at(1), looked_at(2)), (true, false));
}

fn an_unknown_payment_that_was_not_paid_stays_parked(store: &dyn Store) {
    send(store, vec![with_payment(1, PaymentState::Unknown)], 60);
    assert_eq!(send(store, vec![with_payment(1, PaymentState::NotPaid)], 80), [accepted(State::Parked)]);
    let found = store.transaction(Reference::from_bits(1)).unwrap().unwrap();
    assert_eq!(found.payment.unwrap().state, PaymentState::NotPaid);
}

fn what_was_not_paid_is_parked_from_the_start(store: &dyn Store) {
    let sent = || vec![with_payment(1, PaymentState::NotPaid)];
    assert_eq!(send(store, sent(), 60), [accepted(State::Parked)]);
    assert_eq!(send(store, sent(), 70), [accepted(State::Parked)]);
    assert_eq!(store.tally(at(0)).unwrap().parked, 1);
    let found = store.transaction(Reference::from_bits(1)).unwrap().unwrap();
    assert_eq!((found.state, found.payment.unwrap().state), (State::Parked, PaymentState::NotPaid));
}

fn a_payment_that_is_known_never_changes(store: &dyn Store) {
    send(store, vec![with_payment(1, PaymentState::Paid), with_payment(2, PaymentState::NotPaid)], 60);
    let swapped =
        vec![with_payment(1, PaymentState::NotPaid), with_payment(2, PaymentState::Paid), incoming(1, 1)];
    assert_eq!(send(store, swapped, 80), vec![Outcome::Conflict; 3]);
    let found = store.transaction(Reference::from_bits(1)).unwrap().unwrap();
    assert_eq!(found.payment.unwrap().state, PaymentState::Paid);
}

fn lists_are_newest_first_and_come_in_pages(store: &dyn Store) {
    send(store, vec![incoming(1, 1), incoming(3, 3)], 60);
    send(store, vec![with_payment(2, PaymentState::Unknown)], 90);
    let numbers = |filter, offset, limit| {
        let page = store.transactions(filter, offset, limit).unwrap();
        (page.items.iter().map(|item| item.id.as_u128()).collect::<Vec<_>>(), page.total)
    };
    assert_eq!(numbers(Filter::default(), 0, 10), (vec![2, 3, 1], 3));
    assert_eq!(numbers(Filter::default(), 1, 1), (vec![3], 3));
    assert_eq!(numbers(Filter::default(), 9, 1), (vec![], 3));
    assert_eq!(numbers(Filter { parked: true, since: None }, 0, 10), (vec![2], 1));
    assert_eq!(numbers(Filter { parked: false, since: Some(at(61)) }, 0, 10), (vec![2], 1));
}

fn the_tally_counts_today_and_what_waits(store: &dyn Store) {
    assert_eq!(store.tally(at(0)).unwrap(), Tally::default());
    send(store, vec![with_payment(1, PaymentState::Unknown), incoming(2, 2)], -5);
    send(store, vec![incoming(3, 3)], 0);
    assert_eq!(store.tally(at(0)).unwrap(), Tally { received: 1, parked: 1, unsettled: 1 });
}

/// A survey (made up).
fn survey(id: u128) -> SurveyItem {
    let answers = SurveyAnswers { clear: Some(5), ..SurveyAnswers::default() };
    SurveyItem { id: Uuid::from_u128(id), task: "bulky-waste".into(), answers }
}

fn surveys_count_once(store: &dyn Store) {
    let batch = |ids: &[u128]| Batch { surveys: ids.iter().copied().map(survey).collect(), ..batch(vec![]) };
    assert_eq!(store.take_in(&batch(&[1, 2]), at(60)).unwrap(), Taken::Outcomes(vec![]));
    store.take_in(&batch(&[2, 3, 3]), at(90)).unwrap();
    assert_eq!(store.survey_count().unwrap(), 3);
}

fn a_pillar_is_known_by_its_certificate_and_its_name_is_never_used_again(store: &dyn Store) {
    let library = some_pillar("bieb", 2);
    assert_eq!(store.add_pillar(&library).unwrap(), Added::Yes);
    assert_eq!(store.pillar(&[2; 32]).unwrap(), Some(library));
    assert_eq!(store.pillar(&[3; 32]).unwrap(), None);
    assert_eq!(store.revoke_pillar("bieb", at(5)).unwrap(), Revoked::Yes);
    assert_eq!(store.revoke_pillar("bieb", at(6)).unwrap(), Revoked::Before(at(5)));
    assert_eq!(store.revoke_pillar("nobody", at(6)).unwrap(), Revoked::NoSuchPillar);
    assert_eq!(store.pillar(&[2; 32]).unwrap().unwrap().revoked_at, Some(at(5)));
    assert_eq!(store.add_pillar(&some_pillar("bieb", 4)).unwrap(), Added::NameTaken);
    let names: Vec<String> = store.pillars().unwrap().into_iter().map(|pillar| pillar.name).collect();
    assert_eq!(names, ["bieb", "jumbo"]);
}

fn a_pillar_shows_when_it_was_seen_and_how_far_it_counted(store: &dyn Store) {
    let seen = || {
        let pillar = store.pillar(&[1; 32]).unwrap().unwrap();
        (pillar.last_seen_at, pillar.last_sequence)
    };
    assert_eq!(seen(), (None, None));
    store.saw_pillar("jumbo", at(5)).unwrap();
    assert_eq!(seen(), (Some(at(5)), None));
    send(store, vec![incoming(7, 7), incoming(3, 3)], 60);
    assert_eq!(seen(), (Some(at(60)), Some(7)));
    send(store, vec![Incoming { digest: [9; 32], ..incoming(3, 900) }], 70);
    assert_eq!(seen(), (Some(at(70)), Some(7)));
}
