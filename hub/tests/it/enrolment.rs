//! A pillar is enrolled with a code, gets a new certificate before the old one expires, and loses its access: over
//! real connections, as a pillar's program does it.

use jiff::{SignedDuration, Timestamp};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use reqwest::{Client, StatusCode};
use serde::Serialize;
use zuil_hub::fleet::{self, New};
use zuil_hub::store::{AuditFilter, Deed, Enrolment, Trouble};
use zuil_wire::enrolment::{
    CodeRefusal, EnrolmentAnswer, EnrolmentRefusal, EnrolmentRequest, Greeting, GreetingRequest,
    RenewalAnswer, RenewalRequest,
};
use zuil_wire::health::DeviceState;
use zuil_wire::seal::SigningKey;
use zuil_wire::{Binding, EnrolmentCode, PROTOCOL_VERSION, Reference};

use super::desk::signed_in;
use super::finder::publishes_the_example;
use super::harness::{TestHub, TestPillar, client, hub, report};

/// What a device makes for itself before it is enrolled.
struct Device {
    key: KeyPair,
    signing_key: String,
    public_key: String,
    request: Vec<u8>,
}

impl Device {
    fn new() -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let (signing_key, public_key) = SigningKey::generate().unwrap();
        let request = CertificateParams::default().serialize_request(&key).unwrap().der().to_vec();
        Self { key, signing_key: signing_key.to_string(), public_key, request }
    }

    fn asks(&self, code: &EnrolmentCode) -> EnrolmentRequest {
        EnrolmentRequest::proved(PROTOCOL_VERSION, &code.keys(), &self.request, &self.public_key)
    }

    /// The pillar that it becomes.
    fn bound(&self, hub: &TestHub, answer: EnrolmentAnswer) -> TestPillar {
        TestPillar::new(Binding {
            pillar: answer.pillar,
            hub_url: hub.running.intake_url.clone(),
            authority: authority(hub),
            certificate: answer.certificate,
            private_key: self.key.serialize_pem(),
            signing_key: self.signing_key.clone(),
            seal_key_id: answer.seal_key_id,
            seal_public_key: answer.seal_public_key,
        })
    }
}

fn authority(hub: &TestHub) -> String {
    std::fs::read_to_string(hub.config.data_dir.join("authority.pem")).unwrap()
}

fn anybody(hub: &TestHub) -> Client {
    client(&authority(hub), None)
}

fn code_for(hub: &TestHub, pillar: &str, again: bool) -> EnrolmentCode {
    let new = New { pillar, place: "Bij de ingang", again };
    fleet::make_code(&*hub.running.store, new, "tess", Timestamp::now()).unwrap().0
}

async fn post(hub: &TestHub, client: &Client, path: &str, body: &impl Serialize) -> reqwest::Response {
    let url = format!("{}{path}", hub.running.intake_url);
    let body = serde_json::to_vec(body).unwrap();
    client.post(url).header("content-type", "application/json").body(body).send().await.unwrap()
}

async fn enrols(hub: &TestHub, asked: &EnrolmentRequest) -> Result<EnrolmentAnswer, CodeRefusal> {
    let response = post(hub, &anybody(hub), "/v1/enrolment", asked).await;
    match response.status() {
        StatusCode::OK => Ok(response.json().await.unwrap()),
        StatusCode::FORBIDDEN => Err(response.json::<EnrolmentRefusal>().await.unwrap().reason),
        other => panic!("{other}"),
    }
}

async fn health(pillar: &TestPillar) -> StatusCode {
    pillar.client.get(format!("{}/v1/health", pillar.binding.hub_url)).send().await.unwrap().status()
}

#[tokio::test]
async fn a_device_with_a_code_becomes_a_pillar_and_delivers() {
    let hub = hub().await;
    let (code, device) = (code_for(&hub, "bieb", false), Device::new());
    let asked = GreetingRequest::new(PROTOCOL_VERSION, &code.keys(), &[7; 32]);
    let greeting = post(&hub, &anybody(&hub), "/v1/enrolment/greeting", &asked).await;
    let greeting: Greeting = greeting.json().await.unwrap();
    assert!(greeting.is_proved(&code.keys(), &asked.nonce));
    assert_eq!(greeting.authority, authority(&hub));
    let pillar = device.bound(&hub, enrols(&hub, &device.asks(&code)).await.unwrap());
    assert_eq!(pillar.binding.pillar, "bieb");
    pillar.upload(&[pillar.envelope(1, None)]).await;
    pillar.report(&report(DeviceState::Ready, DeviceState::Ready)).await;
    let stored = hub.running.store.transaction(Reference::from_bits(1)).unwrap().unwrap();
    assert_eq!((stored.pillar.as_str(), stored.trouble), ("bieb", None));
    let certificate = hub.running.store.certificates("bieb").unwrap().remove(0);
    let days = certificate.expires_at.unwrap().duration_since(Timestamp::now()).as_hours() / 24;
    assert!((363..=365).contains(&days), "{days}");
    let deeds: Vec<(Deed, String)> = hub
        .running
        .store
        .audit(&AuditFilter::default(), 10)
        .unwrap()
        .into_iter()
        .map(|noted| (noted.entry.deed, noted.entry.who))
        .collect();
    let by_tess = [Deed::EnrolledPillar, Deed::MadeCode].map(|deed| (deed, "tess".to_owned()));
    assert!(by_tess.iter().all(|deed| deeds.contains(deed)), "{deeds:?}");
}

#[tokio::test]
async fn an_answer_that_was_lost_is_given_again_and_there_is_one_pillar() {
    let hub = hub().await;
    let (code, device) = (code_for(&hub, "bieb", false), Device::new());
    let first = enrols(&hub, &device.asks(&code)).await.unwrap();
    let again = enrols(&hub, &device.asks(&code)).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(hub.running.store.pillars().unwrap().len(), 1);
    assert_eq!(hub.running.store.certificates("bieb").unwrap().len(), 1);
    assert_eq!(enrols(&hub, &Device::new().asks(&code)).await, Err(CodeRefusal::Used));
}

#[tokio::test]
async fn who_does_not_know_the_code_learns_nothing_and_uses_it_up_by_trying() {
    let hub = hub().await;
    let (code, device) = (code_for(&hub, "bieb", false), Device::new());
    let other = EnrolmentCode::from_bits(5);
    let asked = GreetingRequest::new(PROTOCOL_VERSION, &other.keys(), &[7; 32]);
    let refused = post(&hub, &anybody(&hub), "/v1/enrolment/greeting", &asked).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert_eq!(enrols(&hub, &device.asks(&other)).await, Err(CodeRefusal::Unknown));
    let mut forged = device.asks(&other);
    forged.code_id = code.keys().id;
    for _ in 0..Enrolment::TRIES {
        assert_eq!(enrols(&hub, &forged).await, Err(CodeRefusal::WrongProof));
    }
    assert_eq!(enrols(&hub, &device.asks(&code)).await, Err(CodeRefusal::TooManyTries));
    assert!(hub.running.store.pillars().unwrap().is_empty());
}

#[tokio::test]
async fn who_tries_many_codes_is_made_to_wait() {
    let hub = hub().await;
    let (device, anybody) = (Device::new(), anybody(&hub));
    let mut statuses = Vec::new();
    for bits in 0..30 {
        let asked = device.asks(&EnrolmentCode::from_bits(bits));
        statuses.push(post(&hub, &anybody, "/v1/enrolment", &asked).await.status());
    }
    assert_eq!(statuses.first(), Some(&StatusCode::FORBIDDEN));
    assert_eq!(statuses.last(), Some(&StatusCode::TOO_MANY_REQUESTS));
    // Whoever has a code is not hindered by who guesses from the same address.
    let code = code_for(&hub, "bieb", false);
    let asked = GreetingRequest::new(PROTOCOL_VERSION, &code.keys(), &[7; 32]);
    assert_eq!(post(&hub, &anybody, "/v1/enrolment/greeting", &asked).await.status(), StatusCode::OK);
    assert!(enrols(&hub, &device.asks(&code)).await.is_ok());
}

#[tokio::test]
async fn nobody_becomes_a_pillar_of_whom_that_cannot_be_noted() {
    let hub = hub().await;
    let (code, device) = (code_for(&hub, "bieb", false), Device::new());
    let change = |sql: &str| {
        let database = rusqlite::Connection::open(hub.config.data_dir.join("hub.sqlite")).unwrap();
        database.execute_batch(sql).unwrap();
    };
    let no_room = "CREATE TRIGGER no_room BEFORE INSERT ON audit WHEN NEW.deed = 'enrolled-pillar'
        BEGIN SELECT RAISE(ABORT, 'no room'); END";
    change(no_room);
    let refused = post(&hub, &anybody(&hub), "/v1/enrolment", &device.asks(&code)).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(hub.running.store.pillars().unwrap().is_empty());
    change("DROP TRIGGER no_room");
    assert!(enrols(&hub, &device.asks(&code)).await.is_ok());
    assert!(enrols(&hub, &device.asks(&code)).await.is_ok());
    let noted = hub.running.store.audit(&AuditFilter::default(), 10).unwrap();
    let noted = noted.iter().filter(|noted| noted.entry.deed == Deed::EnrolledPillar).count();
    assert_eq!(noted, 1, "the same request again is not noted again");
}

#[tokio::test]
async fn where_a_technician_said_that_a_pillar_stands_is_shown_as_long_as_no_catalogue_says_so() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    for name in ["jumbo", "hal"] {
        let code = code_for(&hub, name, false);
        assert!(enrols(&hub, &Device::new().asks(&code)).await.is_ok());
    }
    let later = Timestamp::now() + SignedDuration::from_hours(24 * 31);
    assert_eq!(hub.running.store.forget_enrolments(later, later).unwrap(), 2);
    let shown = async |path: &'static str| browser.text(path).await.matches("Bij de ingang").count();
    for (path, times) in [("/pillars", 2), ("/pillars/jumbo", 1), ("/pillars/hal", 1), ("/finder", 2)] {
        assert_eq!(shown(path).await, times, "{path}");
    }
    publishes_the_example(&hub);
    for (path, times) in [("/pillars", 1), ("/pillars/jumbo", 0), ("/pillars/hal", 1), ("/finder", 1)] {
        assert_eq!(shown(path).await, times, "{path}");
    }
    assert!(browser.text("/pillars/jumbo").await.contains("Jumbo Marktplein, "));
}

#[tokio::test]
async fn a_pillar_that_asks_for_one_certificate_after_another_is_told_to_wait() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let asked = RenewalRequest::new(PROTOCOL_VERSION, &Device::new().request);
    assert_eq!(post(&hub, &pillar.client, "/v1/renewal", &asked).await.status(), StatusCode::OK);
    let another = RenewalRequest::new(PROTOCOL_VERSION, &Device::new().request);
    let refused = post(&hub, &pillar.client, "/v1/renewal", &another).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: i64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=600).contains(&wait), "{wait}");
    assert_eq!(hub.running.store.certificates("jumbo").unwrap().len(), 2);
    assert_eq!(health(&pillar).await, StatusCode::OK);
}

#[tokio::test]
async fn who_has_no_certificate_takes_a_few_connections_and_none_from_the_pillars() {
    let hub = hub().await;
    let body = serde_json::json!({"version": 1});
    let nobodies: Vec<Client> = (0..8).map(|_| anybody(&hub)).collect();
    for nobody in &nobodies {
        let answer = post(&hub, nobody, "/v1/enrolment", &body).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    }
    let url = format!("{}/v1/health", hub.running.intake_url);
    assert!(anybody(&hub).get(&url).send().await.is_err(), "its connection is closed");
    let pillar = hub.add_pillar("jumbo");
    assert_eq!(health(&pillar).await, StatusCode::OK);
    pillar.report(&report(DeviceState::Ready, DeviceState::Ready)).await;
    // Those that are there stay; when they have gone there is room again.
    let answer = post(&hub, &nobodies[0], "/v1/enrolment", &body).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    drop(nobodies);
    while anybody(&hub).get(&url).send().await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_code_that_was_taken_back_or_is_over_opens_nothing() {
    let hub = hub().await;
    let device = Device::new();
    let taken_back = code_for(&hub, "bieb", false);
    assert!(
        fleet::cancel_code(&*hub.running.store, &taken_back.keys().id, "tess", Timestamp::now()).unwrap()
    );
    assert_eq!(enrols(&hub, &device.asks(&taken_back)).await, Err(CodeRefusal::Cancelled));
    let long_ago = Timestamp::now() - SignedDuration::from_hours(fleet::HOURS);
    let new = New { pillar: "hal", place: "Hal", again: false };
    let (over, _) = fleet::make_code(&*hub.running.store, new, "tess", long_ago).unwrap();
    assert_eq!(enrols(&hub, &device.asks(&over)).await, Err(CodeRefusal::Expired));
}

#[tokio::test]
async fn what_is_no_request_for_a_key_of_its_own_is_not_granted() {
    let hub = hub().await;
    let (code, device) = (code_for(&hub, "bieb", false), Device::new());
    let keys = code.keys();
    let rubbish = EnrolmentRequest::proved(PROTOCOL_VERSION, &keys, b"rubbish", &device.public_key);
    let no_key = EnrolmentRequest::proved(PROTOCOL_VERSION, &keys, &device.request, "rubbish");
    let mut broken = device.request.clone();
    *broken.last_mut().unwrap() ^= 1;
    let not_signed = EnrolmentRequest::proved(PROTOCOL_VERSION, &keys, &broken, &device.public_key);
    for asked in [rubbish, no_key, not_signed] {
        let response = post(&hub, &anybody(&hub), "/v1/enrolment", &asked).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    }
    let later = EnrolmentRequest { version: 99, ..device.asks(&code) };
    let response = post(&hub, &anybody(&hub), "/v1/enrolment", &later).await;
    assert_eq!(response.status(), StatusCode::UPGRADE_REQUIRED);
    assert!(enrols(&hub, &device.asks(&code)).await.is_ok(), "and nothing of this used it up");
}

#[tokio::test]
async fn another_device_takes_the_place_of_the_first_which_is_refused_over_its_open_connection() {
    let hub = hub().await;
    let first = hub.add_pillar("jumbo");
    let ready = report(DeviceState::Ready, DeviceState::Ready);
    assert_eq!(first.report(&ready).await.service_key, Some(1));
    let (code, device) = (code_for(&hub, "jumbo", true), Device::new());
    let seal_key_before = first.binding.seal_key_id.clone();
    let second = device.bound(&hub, enrols(&hub, &device.asks(&code)).await.unwrap());
    assert_ne!(second.binding.seal_key_id, seal_key_before, "the first cannot seal to it");
    assert_eq!(health(&first).await, StatusCode::FORBIDDEN);
    let told = serde_json::to_vec(&ready).unwrap();
    assert_eq!(first.post_report(told).await.status(), StatusCode::FORBIDDEN);
    // What residents had finished at the first still arrives, and waits for a person.
    first.upload(&[first.envelope(1, None)]).await;
    second.upload(&[second.envelope(2, None)]).await;
    let trouble = |bits| hub.running.store.transaction(Reference::from_bits(bits)).unwrap().unwrap().trouble;
    assert_eq!((trouble(1), trouble(2)), (Some(Trouble::AfterRevocation), None));
    assert_eq!(health(&second).await, StatusCode::OK);
    assert_eq!(second.report(&ready).await.service_key, Some(2), "the first knows the key of service codes");
}

#[tokio::test]
async fn a_revoked_pillar_is_refused_at_its_next_request_whatever_it_is_and_delivers_what_it_had_sealed() {
    let hub = hub().await;
    let (code, device) = (code_for(&hub, "bieb", false), Device::new());
    let pillar = device.bound(&hub, enrols(&hub, &device.asks(&code)).await.unwrap());
    assert_eq!(health(&pillar).await, StatusCode::OK);
    hub.running.store.revoke_pillar("bieb", Timestamp::now()).unwrap();
    let ours = |path: &str| format!("{}{path}", hub.running.intake_url);
    for path in ["/v1/health", "/v1/catalogue"] {
        assert_eq!(
            pillar.client.get(ours(path)).send().await.unwrap().status(),
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    let renewal = RenewalRequest::new(PROTOCOL_VERSION, &Device::new().request);
    for (path, body) in [
        ("/v1/report", serde_json::to_value(report(DeviceState::Ready, DeviceState::Ready)).unwrap()),
        ("/v1/questions", serde_json::json!({"version": 1, "questions": []})),
        ("/v1/asked", serde_json::json!({"version": 1, "counts": []})),
        ("/v1/renewal", serde_json::to_value(renewal).unwrap()),
        ("/v1/transactions", serde_json::json!({"version": 1, "envelopes": [], "surveys": []})),
    ] {
        assert_eq!(post(&hub, &pillar.client, path, &body).await.status(), StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(pillar.upload(&[pillar.envelope(1, None)]).await.len(), 1);
}

#[tokio::test]
async fn both_certificates_work_until_the_new_one_was_used() {
    let hub = hub().await;
    let old = hub.add_pillar("jumbo");
    assert_eq!(health(&old).await, StatusCode::OK);
    let device = Device::new();
    let asked = RenewalRequest::new(PROTOCOL_VERSION, &device.request);
    let renewed = post(&hub, &old.client, "/v1/renewal", &asked).await;
    let renewed: RenewalAnswer = renewed.json().await.unwrap();
    assert_eq!(health(&old).await, StatusCode::OK, "the new one was not used");
    let mut binding = old.binding.clone();
    binding.certificate = renewed.certificate;
    binding.private_key = device.key.serialize_pem();
    let new = TestPillar::new(binding);
    new.upload(&[new.envelope(1, None)]).await;
    assert_eq!(health(&old).await, StatusCode::FORBIDDEN);
    assert_eq!(health(&new).await, StatusCode::OK);
    let hub = hub.restart().await;
    let mut binding = new.binding.clone();
    binding.hub_url.clone_from(&hub.running.intake_url);
    let new = TestPillar::new(binding);
    assert_eq!(health(&new).await, StatusCode::OK);
    let stored = hub.running.store.transaction(Reference::from_bits(1)).unwrap().unwrap();
    assert_eq!(stored.trouble, None, "signed with the key that it had before");
}

#[tokio::test]
async fn without_a_certificate_only_enrolment_is_open() {
    let hub = hub().await;
    let nobody = anybody(&hub);
    let ours = |path: &str| format!("{}{path}", hub.running.intake_url);
    for path in ["/v1/health", "/v1/catalogue"] {
        assert_eq!(nobody.get(ours(path)).send().await.unwrap().status(), StatusCode::FORBIDDEN, "{path}");
    }
    for path in ["/v1/transactions", "/v1/report", "/v1/questions", "/v1/renewal"] {
        let body = serde_json::json!({"version": 1});
        assert_eq!(post(&hub, &nobody, path, &body).await.status(), StatusCode::FORBIDDEN, "{path}");
    }
    for path in ["/v1/enrolment", "/v1/enrolment/greeting"] {
        let body = serde_json::json!({"version": 1});
        assert_eq!(post(&hub, &nobody, path, &body).await.status(), StatusCode::BAD_REQUEST, "{path}");
    }
}
