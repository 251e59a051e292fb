//! A pillar without a binding, and somebody who says that he is its hub.

use zuil_wire::EnrolmentCode;
use zuil_wire::enrolment::{CodeRefusal, EnrolmentRequest, Greeting, GreetingRequest};

use super::super::Stranger;
use super::*;
use crate::sync::enrolment::{EnrolError, Enrolment};

const NOW: &str = "2026-11-23T10:00:00Z";

fn json(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

/// Whoever is asked by a pillar that has no certificate.
fn of_nobody(vouched_for_by: &Authority) -> ServerConfig {
    server_config_with(vouched_for_by.issues("127.0.0.1"), WebPkiClientVerifier::no_client_auth())
}

fn code() -> EnrolmentCode {
    EnrolmentCode::from_bits(7)
}

fn right_time() -> HubTime {
    HubTime::with(None, || NOW.parse().unwrap(), || Duration::ZERO)
}

async fn enrols_at(address: SocketAddr, binding: &std::path::Path) -> Result<String, EnrolError> {
    let (hub, typed) = (format!("https://{address}"), code().to_string());
    let enrolment = Enrolment { hub: &hub, code: &typed, binding };
    enrolment.run(right_time(), &provider(), |_| ()).await
}

#[tokio::test]
async fn who_cannot_prove_to_know_the_code_hears_nothing_but_a_greeting() {
    let theirs = Authority::new();
    let forged = Greeting::proved(&EnrolmentCode::from_bits(8).keys(), "", &theirs.pem, NOW.parse().unwrap());
    let answer = json("200 OK", &serde_json::to_string(&forged).unwrap());
    let (address, heard) = serves(of_nobody(&theirs), move |_| answer.clone()).await;
    let folder = tempfile::tempdir().unwrap();
    let binding = folder.path().join("binding.json");
    let refused = enrols_at(address, &binding).await;
    assert!(matches!(refused, Err(EnrolError::NotProved)), "{refused:?}");
    let heard = heard.lock().unwrap().clone();
    assert_eq!(heard.len(), 1);
    assert!(heard[0].head.starts_with("post /v1/enrolment/greeting "), "{heard:?}");
    let body = String::from_utf8(heard[0].body.clone()).unwrap();
    for secret in code().groups() {
        assert!(!body.contains(&secret), "{body}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "and nothing was made for it");
}

#[tokio::test]
async fn who_passes_the_proof_of_another_on_hears_no_request_for_a_certificate() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let (address, heard) = serves(of_nobody(&theirs), |_| json("200 OK", "{}")).await;
    let stranger = Stranger::at(&address.to_string(), right_time(), &provider()).unwrap();
    let proved = Greeting::proved(&code().keys(), "nonce", &ours.pem, NOW.parse().unwrap());
    let request = EnrolmentRequest::proved(PROTOCOL_VERSION, &code().keys(), b"request", "key");
    let refused = stranger.enrol(&proved, &request).await;
    assert!(matches!(refused, Err(EnrolError::Line(SyncError::NotTheHub(_)))), "{refused:?}");
    assert!(heard.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_hub_whose_clock_is_before_this_program_was_made_is_told_that_and_hears_nothing() {
    let hub = Authority::new();
    let (address, heard) = serves(of_nobody(&hub), |_| json("200 OK", "{}")).await;
    let stranger = Stranger::at(&address.to_string(), right_time(), &provider()).unwrap();
    let early = "2019-03-01T12:00:00Z".parse().unwrap();
    let proved = Greeting::proved(&code().keys(), "nonce", &hub.pem, early);
    let request = EnrolmentRequest::proved(PROTOCOL_VERSION, &code().keys(), b"request", "key");
    let refused = stranger.enrol(&proved, &request).await;
    assert!(matches!(&refused, Err(EnrolError::HubsClock(_))), "{refused:?}");
    assert!(refused.unwrap_err().to_string().contains("put the hub's clock right"));
    assert!(heard.lock().unwrap().is_empty());
}

#[tokio::test]
async fn why_a_code_opens_nothing_and_how_long_to_wait_is_understood() {
    let hub = Authority::new();
    let answers = [json("403 Forbidden", r#"{"reason":"expired"}"#), {
        let wait = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 600\r\ncontent-length: 0\r\n";
        format!("{wait}connection: close\r\n\r\n")
    }];
    let (address, _) = serves(of_nobody(&hub), move |number| answers[number].clone()).await;
    let stranger = Stranger::at(&address.to_string(), right_time(), &provider()).unwrap();
    let asked = GreetingRequest::new(PROTOCOL_VERSION, &code().keys(), &[1; 32]);
    let expired = stranger.greet(&asked).await;
    assert!(matches!(expired, Err(EnrolError::Refused(CodeRefusal::Expired))), "{expired:?}");
    let wait = stranger.greet(&asked).await;
    assert!(matches!(wait, Err(EnrolError::Wait(wait)) if wait.as_secs() == 600), "{wait:?}");
}

#[test]
fn an_address_is_understood_as_people_type_it() {
    let at = |typed| Stranger::at(typed, right_time(), &provider()).map(|hub| hub.hub_url().to_owned());
    assert_eq!(at("hub.example.nl:8443").as_deref(), Some("https://hub.example.nl:8443"));
    assert_eq!(at(" https://hub.example.nl/ ").as_deref(), Some("https://hub.example.nl"));
    assert_eq!(
        at("HTTPS://HUB.example.nl:8443/v1/enrolment?x=1").as_deref(),
        Some("https://hub.example.nl:8443")
    );
    for none in
        ["", "http://hub.example.nl", "hub example.nl", "ftp://hub", "https://me:secret@hub", "https://"]
    {
        assert_eq!(at(none), None, "{none:?}");
    }
}
