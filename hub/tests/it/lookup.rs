//! What a resident learns at any pillar of a request, with nothing but its reference.

use reqwest::StatusCode;
use serde_json::json;
use zuil_hub::connectors::ConnectorsConfig;
use zuil_hub::store::{ParkReason, Standing};
use zuil_wire::{
    FoundRequest, LookupAnswer, LookupRequest, PROTOCOL_VERSION, PaymentState, Reference, State,
};

use super::desk::{Browser, signed_in};
use super::handover::{publish, stands};
use super::harness::{TestPillar, hub, hub_with, payment};

async fn post(pillar: &TestPillar, body: Vec<u8>) -> reqwest::Response {
    let url = format!("{}/v1/lookup", pillar.binding.hub_url);
    pillar.client.post(url).header("content-type", "application/json").body(body).send().await.unwrap()
}

async fn sends(pillar: &TestPillar, number: u64) -> reqwest::Response {
    let request = LookupRequest { version: PROTOCOL_VERSION, reference: Reference::from_bits(number) };
    post(pillar, serde_json::to_vec(&request).unwrap()).await
}

async fn looks_up(pillar: &TestPillar, number: u64) -> Option<FoundRequest> {
    let response = sends(pillar, number).await;
    assert_eq!(response.status(), StatusCode::OK);
    response.json::<LookupAnswer>().await.unwrap().found
}

#[tokio::test(flavor = "multi_thread")]
async fn any_pillar_hears_how_a_request_of_another_stands_and_nothing_of_who_made_it() {
    let hub = hub_with(|config| config.connectors = Some(ConnectorsConfig::default())).await;
    publish(&hub);
    let (pillar, other) = (hub.add_pillar("jumbo"), hub.add_pillar("bieb"));
    assert_eq!(looks_up(&other, 1).await, None, "nobody made it yet");
    pillar.upload(&[pillar.envelope(1, Some(payment(PaymentState::Paid)))]).await;
    stands(&hub, 1, Standing::Parked(ParkReason::NotConfigured)).await;
    let parked = looks_up(&other, 1).await.unwrap();
    assert_eq!((parked.state, parked.task.as_deref()), (State::Parked, Some("bulky-waste")));
    assert_eq!((parked.case_number, parked.payment), (None, None));
    let text = sends(&other, 1).await.text().await.unwrap();
    for private in ["Voorbeeldstraat", "een bank", "jumbo", "1735", "Grofvuil"] {
        assert!(!text.contains(private), "{text}");
    }
    let by_hand = format!("/transactions/{}/by-hand", Reference::from_bits(1));
    signed_in(&hub).await.post(&by_hand, &[("case_number", "ZAAK-2026-17")]).await;
    for pillar in [&pillar, &other] {
        let registered = looks_up(pillar, 1).await.unwrap();
        assert_eq!(registered.state, State::Registered);
        assert_eq!(registered.case_number.as_deref(), Some("ZAAK-2026-17"));
    }
    assert_eq!(looks_up(&other, 2).await, None);
    hub.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_pillar_hears_that_staff_are_done_with_a_request() {
    let hub = hub_with(|config| config.connectors = Some(ConnectorsConfig::default())).await;
    publish(&hub);
    let (pillar, other) = (hub.add_pillar("jumbo"), hub.add_pillar("bieb"));
    pillar.upload(&[pillar.envelope(1, Some(payment(PaymentState::NotPaid)))]).await;
    stands(&hub, 1, Standing::Held).await;
    let unpaid = looks_up(&other, 1).await.unwrap();
    assert_eq!((unpaid.state, unpaid.payment), (State::Parked, Some(PaymentState::NotPaid)));
    let close = format!("/transactions/{}/close", Reference::from_bits(1));
    signed_in(&hub).await.post(&close, &[]).await;
    for pillar in [&pillar, &other] {
        let closed = looks_up(pillar, 1).await.unwrap();
        assert_eq!((closed.state, closed.case_number, closed.payment), (State::Closed, None, None));
    }
    hub.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_is_no_case_number() {
    let hub = hub_with(|config| config.connectors = Some(ConnectorsConfig::default())).await;
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(1, None)]).await;
    stands(&hub, 1, Standing::Parked(ParkReason::NoSuchTask)).await;
    let reference = Reference::from_bits(1).to_string();
    let by_hand = format!("/transactions/{reference}/by-hand");
    signed_in(&hub).await.post(&by_hand, &[("case_number", &reference)]).await;
    let found = looks_up(&pillar, 1).await.unwrap();
    assert_eq!((found.state, found.case_number), (State::Registered, None));
    hub.running.shutdown().await;
}

#[tokio::test]
async fn a_pillar_hears_what_the_page_for_residents_says_of_a_payment_that_is_not_known() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(1, Some(payment(PaymentState::Unknown)))]).await;
    let found = looks_up(&pillar, 1).await.unwrap();
    assert_eq!((found.state, found.payment), (State::Parked, Some(PaymentState::Unknown)));
    let typed = Reference::from_bits(1).to_string();
    let page = Browser::new(&hub).post("/status", &[("reference", &typed)]).await.text().await.unwrap();
    assert!(page.contains("Betaal niet nog een keer."), "{page}");
}

#[tokio::test]
async fn a_pillar_looks_up_so_many_a_minute_and_is_told_how_long_to_wait_while_another_is_not() {
    let hub = hub().await;
    let (pillar, other) = (hub.add_pillar("jumbo"), hub.add_pillar("bieb"));
    pillar.upload(&[pillar.envelope(1, None)]).await;
    // What cannot be understood counts for nothing.
    assert_eq!(post(&pillar, b"{".to_vec()).await.status(), StatusCode::BAD_REQUEST);
    for number in 100..120 {
        assert_eq!(looks_up(&pillar, number).await, None);
    }
    let too_many = sends(&pillar, 1).await;
    assert_eq!(too_many.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = too_many.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=61).contains(&wait), "{wait}");
    assert!(looks_up(&other, 1).await.is_some());
}

#[tokio::test]
async fn a_hub_that_begins_anew_knows_how_many_a_pillar_looked_up() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    for number in 100..120 {
        assert_eq!(looks_up(&pillar, number).await, None);
    }
    let hub = hub.restart().await;
    let mut binding = pillar.binding.clone();
    binding.hub_url.clone_from(&hub.running.intake_url);
    let pillar = TestPillar::new(binding);
    assert_eq!(sends(&pillar, 120).await.status(), StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_pillar_that_is_not_admitted_looks_up_nothing() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(1, None)]).await;
    hub.running.store.revoke_pillar("jumbo", jiff::Timestamp::now()).unwrap();
    assert_eq!(sends(&pillar, 1).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_no_such_request_is_refused() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    for (body, status) in [
        (vec![b' '; LookupRequest::MAX_BYTES + 1], StatusCode::PAYLOAD_TOO_LARGE),
        (b"{".to_vec(), StatusCode::BAD_REQUEST),
        (json!({"version": 1, "reference": "7K3M-Q9XA-2F0"}).to_string().into(), StatusCode::BAD_REQUEST),
        (json!({"version": 1, "reference": 7}).to_string().into(), StatusCode::BAD_REQUEST),
        (br#"{"version":6,"more":true}"#.to_vec(), StatusCode::UPGRADE_REQUIRED),
    ] {
        assert_eq!(post(&pillar, body).await.status(), status);
    }
}
