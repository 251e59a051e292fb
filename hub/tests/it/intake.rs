//! What pillars may and may not do at the door.

use std::net::TcpStream;

use jiff::Timestamp;
use reqwest::StatusCode;
use uuid::Uuid;
use zuil_hub::authority::Authority;
use zuil_hub::seal_keys::SealKeys;
use zuil_wire::messages::SurveyItem;
use zuil_wire::seal::{OpenKey, SealKey};
use zuil_wire::{
    ItemOutcome, PROTOCOL_VERSION, PaymentState, Reference, Refusal, State, SurveyAnswers, UploadRequest,
};

use super::harness::{client, hub, payment};

pub fn accepted(number: u64, state: State) -> ItemOutcome {
    ItemOutcome::Accepted { id: Uuid::from_u128(u128::from(number)), state, case_number: None }
}

pub fn refused(number: u64, reason: Refusal) -> ItemOutcome {
    ItemOutcome::Refused { id: Uuid::from_u128(u128::from(number)), reason }
}

#[tokio::test]
async fn a_pillar_delivers_and_the_hub_still_has_it_after_a_restart() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let envelope = pillar.envelope(1, Some(payment(PaymentState::Paid)));
    assert_eq!(pillar.upload(std::slice::from_ref(&envelope)).await, [accepted(1, State::Received)]);
    let hub = hub.restart().await;
    let stored = hub.running.store.transaction(Reference::from_bits(1)).unwrap().unwrap();
    let content = hub.opened(&stored);
    assert_eq!(content.task, "bulky-waste");
    assert_eq!(content.answers[1].display, "een bank");
    assert_eq!(stored.payment, Some(payment(PaymentState::Paid)));
    assert_eq!(stored.committed_at.as_microsecond(), envelope.header.committed_at.as_microsecond());
}

#[tokio::test]
async fn the_same_upload_twice_counts_once() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let envelope = pillar.envelope(1, None);
    let survey = SurveyItem {
        id: Uuid::from_u128(9),
        task: "bulky-waste".into(),
        answers: SurveyAnswers { clear: Some(4), helped: Some(true), ..SurveyAnswers::default() },
    };
    for _ in 0..2 {
        let response = pillar.upload_with(std::slice::from_ref(&envelope), vec![survey.clone()]).await;
        assert_eq!(response.outcomes, [accepted(1, State::Received)]);
        assert_eq!(response.surveys, [survey.id]);
    }
    assert_eq!(hub.running.store.tally(Timestamp::UNIX_EPOCH).unwrap().received, 1);
    assert_eq!(hub.running.store.survey_count().unwrap(), 1);
}

#[tokio::test]
async fn a_bad_envelope_is_refused_with_its_reason_and_hinders_no_other() {
    let hub = hub().await;
    let (pillar, other) = (hub.add_pillar("jumbo"), hub.add_pillar("bieb"));
    let mut forged = pillar.envelope(1, Some(payment(PaymentState::NotPaid)));
    forged.payment = Some(payment(PaymentState::Paid));
    let in_anothers_name = pillar.envelope_as("bieb", &pillar.seal, 2, None);
    let (_, public) = OpenKey::generate().unwrap();
    let to_unknown_key =
        pillar.envelope_as("jumbo", &SealKey::from_base64("elsewhere", &public).unwrap(), 3, None);
    let same_id = SealKey::from_base64(&pillar.binding.seal_key_id, &public).unwrap();
    let unreadable = pillar.envelope_as("jumbo", &same_id, 4, None);
    let signed_by_another = other.envelope_as("jumbo", &pillar.seal, 5, None);
    let mut from_the_future = pillar.envelope(6, None);
    from_the_future.header.version = PROTOCOL_VERSION + 1;
    let fine = pillar.envelope(7, None);
    let all =
        [forged, in_anothers_name, to_unknown_key, unreadable, signed_by_another, from_the_future, fine];
    assert_eq!(
        pillar.upload(&all).await,
        [
            // Known when it is looked at: see `whatever_is_changed_in_an_envelope_…`.
            accepted(1, State::Received),
            refused(2, Refusal::WrongPillar),
            refused(3, Refusal::UnknownKey),
            // Known when it is opened: see `what_nobody_can_open_waits_for_a_person`.
            accepted(4, State::Received),
            accepted(5, State::Received),
            refused(6, Refusal::UnsupportedVersion),
            accepted(7, State::Received),
        ]
    );
    assert_eq!(hub.running.store.tally(Timestamp::UNIX_EPOCH).unwrap().received, 4);
    let shown = hub.running.store.refusals("jumbo").unwrap();
    let told = |number: u128| shown.iter().find(|shown| shown.refused.id == Uuid::from_u128(number));
    assert_eq!((shown.len(), told(3).unwrap().refused.reason), (3, Refusal::UnknownKey));
    assert_eq!(told(6).unwrap().refused.reference, Some(Reference::from_bits(6)));
}

#[tokio::test]
async fn a_reference_belongs_to_one_transaction() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let first = pillar.envelope(1, None);
    assert_eq!(pillar.upload(&[first]).await, [accepted(1, State::Received)]);
    // Sealed anew: the same id, but nobody can tell that it is the same content.
    assert_eq!(pillar.upload(&[pillar.envelope(1, None)]).await, [refused(1, Refusal::Conflict)]);
}

#[tokio::test]
async fn an_unknown_payment_is_settled_by_a_later_upload_and_never_changes_again() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let unknown = pillar.envelope(1, Some(payment(PaymentState::Unknown)));
    let paid = pillar.again(&unknown, payment(PaymentState::Paid));
    let not_paid = pillar.again(&unknown, payment(PaymentState::NotPaid));
    assert_eq!(pillar.upload(std::slice::from_ref(&unknown)).await, [accepted(1, State::Parked)]);
    assert_eq!(pillar.upload(&[paid]).await, [accepted(1, State::Received)]);
    assert_eq!(pillar.upload(&[unknown]).await, [accepted(1, State::Received)]);
    assert_eq!(pillar.upload(&[not_paid]).await, [refused(1, Refusal::Conflict)]);
    let stored = hub.running.store.transaction(Reference::from_bits(1)).unwrap().unwrap();
    assert_eq!(stored.payment.unwrap().state, PaymentState::Paid);
}

#[tokio::test]
async fn a_revoked_pillar_gets_no_further_than_the_door_with_anything_but_transactions() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let health = format!("{}/v1/health", hub.running.intake_url);
    assert_eq!(pillar.client.get(&health).send().await.unwrap().status(), StatusCode::OK);
    assert!(hub.running.store.pillars().unwrap()[0].last_seen_at.is_some());
    hub.running.store.revoke_pillar("jumbo", Timestamp::now()).unwrap();
    assert_eq!(pillar.client.get(&health).send().await.unwrap().status(), StatusCode::FORBIDDEN);
    let nothing = br#"{"version":1,"envelopes":[],"surveys":[]}"#.to_vec();
    assert_eq!(pillar.post(nothing).await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn without_a_certificate_of_this_hub_nobody_gets_in() {
    let (hub, stranger) = (hub().await, hub().await);
    let pillar = hub.add_pillar("jumbo");
    let strange = stranger.add_pillar("jumbo");
    let health = format!("{}/v1/health", hub.running.intake_url);
    let without = client(&pillar.binding.authority, None);
    assert_eq!(without.get(&health).send().await.unwrap().status(), StatusCode::FORBIDDEN);
    let identity = (strange.binding.certificate.as_str(), strange.binding.private_key.as_str());
    let with_anothers = client(&pillar.binding.authority, Some(identity));
    assert!(with_anothers.get(&health).send().await.is_err());
    // And a pillar does not talk to another hub.
    assert!(strange.client.get(&health).send().await.is_err());
}

#[tokio::test]
async fn a_certificate_that_is_not_in_the_store_opens_nothing() {
    let hub = hub().await;
    let now = Timestamp::now();
    let authority = Authority::open_or_make(&hub.config.data_dir, now).unwrap();
    let issued = authority.issue_pillar("jumbo", now).unwrap();
    let client = client(authority.pem(), Some((&issued.certificate_pem, &issued.key_pem)));
    let health = format!("{}/v1/health", hub.running.intake_url);
    assert_eq!(client.get(&health).send().await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_too_much_or_no_upload_is_said_to_be() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let too_large = vec![b' '; UploadRequest::MAX_BYTES + 1];
    assert_eq!(pillar.post(too_large).await.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(pillar.post(b"{".to_vec()).await.unwrap().status(), StatusCode::BAD_REQUEST);
    let request = UploadRequest {
        version: PROTOCOL_VERSION,
        envelopes: vec![pillar.envelope(1, None); UploadRequest::MAX_ENVELOPES + 1],
        surveys: vec![],
    };
    let too_many = serde_json::to_vec(&request).unwrap();
    assert_eq!(pillar.post(too_many).await.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(hub.running.store.tally(Timestamp::UNIX_EPOCH).unwrap().received, 0);
}

#[tokio::test]
async fn a_pillar_that_speaks_another_version_is_told_that_one_of_the_two_is_too_old() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    for newer in [r#"{"version":6,"envelopes":[],"surveys":[]}"#, r#"{"version":6,"parcels":[]}"#] {
        let response = pillar.post(newer.into()).await.unwrap();
        assert_eq!(response.status(), StatusCode::UPGRADE_REQUIRED, "{newer}");
        assert!(response.text().await.unwrap().contains("update the older"));
    }
}

#[tokio::test]
async fn what_was_not_paid_waits_for_a_person() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let not_paid = pillar.envelope(1, Some(payment(PaymentState::NotPaid)));
    assert_eq!(pillar.upload(&[not_paid]).await, [accepted(1, State::Parked)]);
    assert_eq!(hub.running.store.tally(Timestamp::UNIX_EPOCH).unwrap().parked, 1);
}

#[tokio::test]
async fn while_the_hub_cannot_store_nothing_is_accepted_or_refused() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let envelope = pillar.envelope(1, None);
    let request =
        UploadRequest { version: PROTOCOL_VERSION, envelopes: vec![envelope.clone()], surveys: vec![] };
    let body = serde_json::to_vec(&request).unwrap();
    let database = rusqlite::Connection::open(hub.config.data_dir.join("hub.sqlite")).unwrap();
    database.execute_batch("ALTER TABLE transactions RENAME TO away").unwrap();
    assert_eq!(pillar.post(body).await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    database.execute_batch("ALTER TABLE away RENAME TO transactions").unwrap();
    assert_eq!(pillar.upload(&[envelope]).await, [accepted(1, State::Received)]);
}

#[tokio::test]
async fn a_pillar_bound_to_a_newer_key_delivers_to_the_hub_that_was_running_before() {
    let hub = hub().await;
    let old = hub.add_pillar("jumbo");
    let added = SealKeys::add(&hub.config.data_dir.join("seal"), Timestamp::now()).unwrap();
    let new = hub.add_pillar("bieb");
    assert_eq!(new.binding.seal_key_id, added);
    assert_eq!(new.upload(&[new.envelope(1, None)]).await, [accepted(1, State::Received)]);
    assert_eq!(old.upload(&[old.envelope(2, None)]).await, [accepted(2, State::Received)]);
}

#[tokio::test]
async fn a_full_batch_goes_through_at_once() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let all: Vec<_> =
        (1..=UploadRequest::MAX_ENVELOPES as u64).map(|number| pillar.envelope(number, None)).collect();
    assert_eq!(pillar.upload(&all).await.len(), UploadRequest::MAX_ENVELOPES);
    assert_eq!(hub.running.store.pillars().unwrap()[0].last_sequence, Some(64));
}

#[tokio::test]
async fn a_silent_client_keeps_nobody_waiting() {
    let hub = hub().await;
    let address = hub.running.intake_url.strip_prefix("https://").unwrap().to_owned();
    let silent: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(&address).unwrap()).collect();
    let pillar = hub.add_pillar("jumbo");
    assert_eq!(pillar.upload(&[pillar.envelope(1, None)]).await, [accepted(1, State::Received)]);
    drop(silent);
}
