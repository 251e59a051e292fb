//! Forged, replayed, interrupted and simultaneous deliveries, and those of a pillar that was revoked.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use reqwest::StatusCode;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use uuid::Uuid;
use zuil_hub::fleet;
use zuil_hub::seal_keys::SealKeys;
use zuil_hub::store::{Batch, Content, Incoming, SealedContent, Signature, Stored, Trouble};
use zuil_wire::health::DeviceState;
use zuil_wire::seal::{OpenKey, SealKey};
use zuil_wire::{
    Cents, Envelope, ItemOutcome, PROTOCOL_VERSION, PaymentState, Reference, Refusal, State, UploadRequest,
};

use super::desk::signed_in;
use super::harness::{TestHub, TestPillar, hub, hub_with, payment, report, use_one_provider};
use super::intake::{accepted, refused};

/// The longest that a story waits for anything.
const PATIENCE: Duration = Duration::from_secs(30);

fn stored(hub: &TestHub, number: u64) -> Stored {
    hub.running.store.transaction(Reference::from_bits(number)).unwrap().unwrap()
}

fn total(hub: &TestHub) -> u64 {
    hub.running.store.tally(Timestamp::UNIX_EPOCH).unwrap().received
}

/// Waits until everything that came in was opened once.
pub async fn all_opened(hub: &TestHub) {
    let until = Instant::now() + PATIENCE;
    while !hub.running.store.unchecked(1).unwrap().is_empty() {
        assert!(Instant::now() < until, "the checker does not get on");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn body(envelopes: &[Envelope]) -> Vec<u8> {
    let request = UploadRequest { version: PROTOCOL_VERSION, envelopes: envelopes.to_vec(), surveys: vec![] };
    serde_json::to_vec(&request).unwrap()
}

#[tokio::test]
async fn the_hubs_files_hold_no_answer() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(1, None), pillar.envelope(2, Some(payment(PaymentState::Paid)))]).await;
    all_opened(&hub).await;
    assert!(matches!(stored(&hub, 1).content, Content::Sealed(_)));
    assert_eq!(hub.opened(&stored(&hub, 1)).answers[1].display, "een bank");
    for file in ["hub.sqlite", "hub.sqlite-wal"] {
        let bytes = std::fs::read(hub.config.data_dir.join(file)).unwrap();
        for text in ["een bank", "Voorbeeldstraat", "bulky-waste", "Grofvuil"] {
            assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()), "{text} in {file}");
        }
    }
}

#[tokio::test]
async fn what_nobody_can_open_waits_for_a_person() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let pillar = hub.add_pillar("jumbo");
    let (_, elsewhere) = OpenKey::generate().unwrap();
    let same_id = SealKey::from_base64(&pillar.binding.seal_key_id, &elsewhere).unwrap();
    let unreadable = pillar.envelope_as("jumbo", &same_id, 4, None);
    assert_eq!(pillar.upload(std::slice::from_ref(&unreadable)).await, [accepted(4, State::Received)]);
    pillar.upload(&[pillar.envelope(5, None)]).await;
    all_opened(&hub).await;
    assert_eq!((stored(&hub, 4).state, stored(&hub, 4).trouble), (State::Parked, Some(Trouble::Unreadable)));
    assert_eq!((stored(&hub, 5).state, stored(&hub, 5).trouble), (State::Received, None));
    // The pillar asks again and hears where it is now.
    assert_eq!(pillar.upload(&[unreadable]).await, [accepted(4, State::Parked)]);
    let page = browser.text(&format!("/transactions/{}", Reference::from_bits(4))).await;
    assert!(page.contains("met geen sleutel van de gemeente") && page.contains("Inhoud niet te openen"));
    let list = browser.text("/?show=parked").await;
    assert!(list.contains("Inhoud niet te openen") && list.matches("scope=\"row\"").count() == 1);
}

#[tokio::test]
async fn whatever_is_changed_in_an_envelope_it_is_refused_or_waits_for_a_person() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let (pillar, other) = (hub.add_pillar("jumbo"), hub.add_pillar("bieb"));
    let envelope = |number| pillar.envelope(number, Some(payment(PaymentState::Paid)));
    let mut changed: Vec<Envelope> = (1..=9).map(envelope).collect();
    let donor = other.envelope(10, Some(payment(PaymentState::Paid)));
    changed[0].header.sequence += 1;
    changed[1].header.reference = Reference::from_bits(99);
    changed[2].header.committed_at += jiff::SignedDuration::from_secs(1);
    changed[3].payment.as_mut().unwrap().amount = Cents(1);
    changed[4].payment = None;
    changed[5].ciphertext.clone_from(&donor.ciphertext);
    changed[6].signature.clone_from(&donor.signature);
    changed[7].header.key_id.push('x');
    changed[8].signature.push('x');
    let mut expected: Vec<_> = (1..=7).map(|number| accepted(number, State::Received)).collect();
    expected.extend([refused(8, Refusal::UnknownKey), refused(9, Refusal::Unreadable)]);
    assert_eq!(pillar.upload(&changed).await, expected);
    assert_eq!(hub.running.store.refusals("jumbo").unwrap().len(), 2);
    all_opened(&hub).await;
    // Staff may let go on what is not signed, but not what nobody can read.
    let found = |numbers: &[u64], trouble: Trouble| {
        for number in numbers {
            let found = stored(&hub, *number);
            assert_eq!((found.state, found.trouble), (State::Parked, Some(trouble)), "{number}");
        }
    };
    found(&[4, 5, 7], Trouble::NotSigned);
    found(&[1, 99, 3, 6], Trouble::Unreadable);
    let page = browser.text(&format!("/transactions/{}", Reference::from_bits(4))).await;
    assert!(page.contains("niet ondertekend door de zuil"));
}

#[tokio::test]
async fn a_resident_whose_wish_to_be_called_is_not_signed_is_on_the_list_all_the_same() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let mut wish = pillar.call_back(1);
    wish.signature = pillar.call_back(2).signature;
    pillar.upload(&[wish]).await;
    all_opened(&hub).await;
    assert_eq!((stored(&hub, 1).state, stored(&hub, 1).trouble), (State::Parked, Some(Trouble::NotSigned)));
    let calls = hub.running.store.call_backs(9, Timestamp::now()).unwrap();
    assert_eq!(calls.iter().map(|call| call.reference).collect::<Vec<_>>(), [Reference::from_bits(1)]);
}

/// The hub's second thread comes to it later, or not before its key is back.
#[tokio::test]
async fn staff_read_that_something_was_not_looked_at_yet() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(1, None)]).await;
    all_opened(&hub).await;
    let (_, elsewhere) = OpenKey::generate().unwrap();
    let gone = SealKey::from_base64("seal-1", &elsewhere).unwrap();
    let envelope = pillar.envelope_as("jumbo", &gone, 2, None);
    let signature = Signature { key: None, bytes: BASE64.decode(&envelope.signature).unwrap() };
    let sealed = SealedContent {
        encapsulated_key: BASE64.decode(&envelope.encapsulated_key).unwrap(),
        ciphertext: BASE64.decode(&envelope.ciphertext).unwrap(),
        header: envelope.header,
    };
    let now = Timestamp::now();
    let incoming = Incoming { sealed, digest: [2; 32], payment: None, key_made_at: now, signature };
    let batch = Batch { pillar: "jumbo".into(), transactions: vec![incoming], ..Batch::default() };
    hub.running.store.take_in(&batch, now).unwrap();
    for (number, said) in [(1, false), (2, true)] {
        let page = browser.text(&format!("/transactions/{}", Reference::from_bits(number))).await;
        assert_eq!(page.contains("nog niet gekeken of deze zuil dit heeft ondertekend"), said, "{number}");
    }
}

#[tokio::test]
async fn what_another_pillar_replays_is_refused_and_changes_nothing() {
    let hub = hub().await;
    let (pillar, thief) = (hub.add_pillar("jumbo"), hub.add_pillar("bieb"));
    let unknown = pillar.envelope(1, Some(payment(PaymentState::Unknown)));
    let paid = pillar.again(&unknown, payment(PaymentState::Paid));
    // Overheard before its owner delivers it, and again afterwards.
    assert_eq!(thief.upload(std::slice::from_ref(&paid)).await, [refused(1, Refusal::WrongPillar)]);
    assert_eq!(pillar.upload(std::slice::from_ref(&unknown)).await, [accepted(1, State::Parked)]);
    assert_eq!(thief.upload(&[paid]).await, [refused(1, Refusal::WrongPillar)]);
    let mut renamed = unknown.clone();
    renamed.header.pillar = "bieb".into();
    let signed_again = thief.again(&renamed, payment(PaymentState::Paid));
    assert_eq!(thief.upload(&[signed_again]).await, [refused(1, Refusal::Conflict)]);
    assert_eq!(stored(&hub, 1).payment.unwrap().state, PaymentState::Unknown);
    assert_eq!(hub.running.store.refusals("bieb").unwrap()[0].times, 3);
}

#[tokio::test]
async fn what_was_refused_is_on_the_page_of_the_pillar_that_sent_it() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let pillar = hub.add_pillar("jumbo");
    hub.add_pillar("bieb");
    assert!(!browser.text("/pillars/jumbo").await.contains("Geweigerd"));
    let mut forged = pillar.envelope(1, None);
    forged.header.key_id = "elsewhere".into();
    pillar.upload(&[forged.clone()]).await;
    pillar.upload(&[forged]).await;
    let rubbish = br#"{"version":1,"envelopes":[{"header":{"reference":"<script>"}}],"surveys":[]}"#;
    assert_eq!(pillar.post(rubbish.to_vec()).await.unwrap().status(), StatusCode::OK);
    let page = browser.text("/pillars/jumbo").await;
    let reference = Reference::from_bits(1).groups().join(" ");
    for words in ["Geweigerd", &reference, "niet bestaat", "2 keer", "Geen leesbaar bericht"] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("<script"));
    assert!(!browser.text("/pillars/bieb").await.contains("Geweigerd"));
    assert!(browser.text("/pillars/jumbo?lang=en").await.contains("Refused"));
}

#[tokio::test]
async fn one_transaction_through_many_connections_at_once_is_one_row() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let body = body(&[pillar.envelope(1, None), pillar.envelope(2, None)]);
    let mut uploads = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let again = TestPillar::new(pillar.binding.clone());
        let body = body.clone();
        uploads.spawn(async move { again.post(body).await.unwrap().status() });
    }
    while let Some(status) = uploads.join_next().await {
        assert_eq!(status.unwrap(), StatusCode::OK);
    }
    assert_eq!(total(&hub), 2);
    assert_eq!(hub.running.store.pillars().unwrap()[0].last_sequence, Some(2));
}

#[tokio::test]
async fn sequences_may_come_in_any_order_and_with_gaps() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    for number in [40, 7, 12, 7] {
        assert_eq!(pillar.upload(&[pillar.envelope(number, None)]).await.len(), 1);
    }
    assert_eq!(hub.running.store.pillars().unwrap()[0].last_sequence, Some(40));
}

/// A connection of a pillar on which anything can be said.
async fn raw(pillar: &TestPillar) -> TlsStream<TcpStream> {
    use_one_provider();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pillar.binding.authority.as_bytes()).unwrap()).unwrap();
    let config = rustls::ClientConfig::builder()
        .with_root_certificates(roots)
        .with_client_auth_cert(
            vec![CertificateDer::from_pem_slice(pillar.binding.certificate.as_bytes()).unwrap()],
            PrivateKeyDer::from_pem_slice(pillar.binding.private_key.as_bytes()).unwrap(),
        )
        .unwrap();
    let address = pillar.binding.hub_url.strip_prefix("https://").unwrap();
    let tcp = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    TlsConnector::from(std::sync::Arc::new(config)).connect(name, tcp).await.unwrap()
}

const HEAD: &str = "POST /v1/transactions HTTP/1.1\r\nhost: hub\r\n";

#[tokio::test]
async fn half_a_body_is_nothing_and_its_connection_keeps_nobody_waiting() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let (first, second) = (body(&[pillar.envelope(1, None)]), body(&[pillar.envelope(2, None)]));
    let head = |length: usize| format!("{HEAD}content-length: {length}\r\n\r\n");
    let mut slow = Vec::new();
    for _ in 0..20 {
        let mut connection = raw(&pillar).await;
        connection.write_all(head(first.len()).as_bytes()).await.unwrap();
        connection.write_all(&first[..first.len() / 2]).await.unwrap();
        connection.flush().await.unwrap();
        slow.push(connection);
    }
    assert_eq!(pillar.post(second).await.unwrap().status(), StatusCode::OK);
    drop(slow);
    // A whole request of which nobody waits for the answer counts.
    let mut hasty = raw(&pillar).await;
    hasty.write_all(head(first.len()).as_bytes()).await.unwrap();
    hasty.write_all(&first).await.unwrap();
    hasty.flush().await.unwrap();
    let mut answer = vec![0; 12];
    hasty.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 200");
    assert_eq!(total(&hub), 2);
}

#[tokio::test]
async fn a_body_that_never_says_how_large_it_is_ends_at_the_limit() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let mut endless = raw(&pillar).await;
    endless.write_all(format!("{HEAD}transfer-encoding: chunked\r\n\r\n").as_bytes()).await.unwrap();
    let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
    for _ in 0..=UploadRequest::MAX_BYTES / 0x10000 {
        if endless.write_all(&chunk).await.is_err() {
            break;
        }
    }
    let mut answer = vec![0; 12];
    endless.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 413");
    assert_eq!(pillar.upload(&[pillar.envelope(1, None)]).await, [accepted(1, State::Received)]);
}

fn in_the_store(outcomes: &[ItemOutcome]) -> Vec<Option<State>> {
    let state = |outcome: &ItemOutcome| match outcome {
        ItemOutcome::Accepted { state, .. } => Some(*state),
        ItemOutcome::Refused { .. } => None,
    };
    outcomes.iter().map(state).collect()
}

#[tokio::test]
async fn a_revoked_pillar_still_delivers_what_it_had_sealed_and_nothing_else() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let (pillar, other) = (hub.add_pillar("jumbo"), hub.add_pillar("bieb"));
    let delivered = pillar.envelope(1, None);
    pillar.upload(std::slice::from_ref(&delivered)).await;
    let waiting = pillar.envelope(2, Some(payment(PaymentState::Paid)));
    fleet::revoke_pillar(&hub.config, "jumbo", Timestamp::now()).unwrap();
    let keys = SealKeys::open_or_make(&hub.config.data_dir.join("seal"), Timestamp::now()).unwrap();
    let newest = keys.newest();
    assert_ne!(newest.id, pillar.binding.seal_key_id, "all others get a key that it does not have");

    // A thief who learns the new key seals with it; it is public.
    let new_key = SealKey::from_base64(&newest.id, &newest.public_key).unwrap();
    let made_afterwards = pillar.envelope_as("jumbo", &new_key, 3, None);
    let outcomes = pillar.upload(&[delivered, waiting.clone(), made_afterwards]).await;
    assert_eq!(in_the_store(&outcomes), [Some(State::Received), Some(State::Parked), None]);
    assert_eq!(outcomes[2], refused(3, Refusal::UnknownKey));
    assert_eq!(stored(&hub, 2).trouble, Some(Trouble::AfterRevocation));
    assert_eq!(pillar.upload(&[waiting]).await, [accepted(2, State::Parked)]);
    assert_eq!(total(&hub), 2);

    let well = serde_json::to_vec(&report(DeviceState::Ready, DeviceState::Ready)).unwrap();
    assert_eq!(pillar.post_report(well).await.status(), StatusCode::FORBIDDEN);
    let health = format!("{}/v1/health", hub.running.intake_url);
    assert_eq!(pillar.client.get(&health).send().await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(other.upload(&[other.envelope_as("bieb", &new_key, 4, None)]).await.len(), 1);
    assert_eq!(stored(&hub, 4).state, State::Received);

    let page = browser.text(&format!("/transactions/{}", Reference::from_bits(2))).await;
    assert!(page.contains("Verstuurd nadat de zuil was ingetrokken"));
    let page = browser.text("/pillars/jumbo").await;
    assert!(page.contains("Na de intrekking nog aangeleverd") && page.contains("1 aanvraag"));
}

#[tokio::test]
async fn after_its_grace_a_revoked_pillar_is_turned_away_at_the_door() {
    let hub = hub_with(|config| config.intake.revoked_transactions = 1).await;
    let pillar = hub.add_pillar("jumbo");
    fleet::revoke_pillar(&hub.config, "jumbo", Timestamp::now()).unwrap();
    assert_eq!(pillar.upload(&[pillar.envelope(1, None)]).await, [accepted(1, State::Parked)]);
    let more = body(&[pillar.envelope(2, None)]);
    assert_eq!(pillar.post(more).await.unwrap().status(), StatusCode::FORBIDDEN);

    let hub = hub_with(|config| config.intake.revoked_days = 0).await;
    let pillar = hub.add_pillar("jumbo");
    fleet::revoke_pillar(&hub.config, "jumbo", Timestamp::now()).unwrap();
    let late = body(&[pillar.envelope(1, None)]);
    assert_eq!(pillar.post(late).await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(total(&hub), 0);
}

#[tokio::test]
async fn staff_settle_a_payment_of_a_revoked_pillar_for_good() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(1, Some(payment(PaymentState::Unknown)))]).await;
    fleet::revoke_pillar(&hub.config, "jumbo", Timestamp::now()).unwrap();
    let path = format!("/payments/jumbo/{}/paid", Uuid::from_u128(1));
    assert!(browser.text("/payments").await.contains(&format!("action=\"{path}\"")));
    assert!(browser.text(&path).await.contains("Uw besluit geldt meteen en voorgoed."));
    let decided = browser.client.post(format!("{}{path}", browser.desk)).send().await.unwrap();
    assert_eq!(decided.status(), StatusCode::SEE_OTHER);
    assert!(browser.text("/payments").await.contains("Er hoeft niets te worden uitgezocht."));
    let page = browser.text(&format!("/transactions/{}", Reference::from_bits(1))).await;
    assert!(page.contains("Betaald") && page.contains("Medewerker besliste over de betaling"));
    assert_eq!(stored(&hub, 1).state, State::Received);
}
