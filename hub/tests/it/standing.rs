//! How a request stands, back at the pillar that made it.

use reqwest::StatusCode;
use serde_json::json;
use uuid::Uuid;
use zuil_hub::connectors::ConnectorsConfig;
use zuil_hub::store::{ParkReason, Standing};
use zuil_wire::health::DeviceState;
use zuil_wire::{PROTOCOL_VERSION, Reference, RequestStanding, StandingAnswer, StandingRequest, State};

use super::desk::signed_in;
use super::handover::{publish, stands};
use super::harness::{TestPillar, hub, hub_with, report};

async fn post(pillar: &TestPillar, body: Vec<u8>) -> reqwest::Response {
    let url = format!("{}/v1/standing", pillar.binding.hub_url);
    pillar.client.post(url).header("content-type", "application/json").body(body).send().await.unwrap()
}

async fn asks(pillar: &TestPillar, ids: &[Uuid]) -> Vec<RequestStanding> {
    let request = StandingRequest { version: PROTOCOL_VERSION, ids: ids.to_vec() };
    let response = post(pillar, serde_json::to_vec(&request).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    response.json::<StandingAnswer>().await.unwrap().standings
}

async fn mark(pillar: &TestPillar) -> u64 {
    pillar.report(&report(DeviceState::Ready, DeviceState::Ready)).await.standing.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pillar_hears_that_something_changed_and_asks_for_the_case_number() {
    let hub = hub_with(|config| config.connectors = Some(ConnectorsConfig::default())).await;
    publish(&hub);
    let (pillar, other) = (hub.add_pillar("jumbo"), hub.add_pillar("bieb"));
    pillar.upload(&[pillar.envelope(1, None)]).await;
    stands(&hub, 1, Standing::Parked(ParkReason::NotConfigured)).await;
    let before = mark(&pillar).await;
    let id = Uuid::from_u128(1);
    let parked = RequestStanding { id, state: State::Parked, case_number: None };
    assert_eq!(asks(&pillar, &[id, Uuid::from_u128(9)]).await, [parked]);
    let by_hand = format!("/transactions/{}/by-hand", Reference::from_bits(1));
    signed_in(&hub).await.post(&by_hand, &[("case_number", "ZAAK-2026-17")]).await;
    assert!(mark(&pillar).await > before);
    let registered =
        RequestStanding { id, state: State::Registered, case_number: Some("ZAAK-2026-17".into()) };
    assert_eq!(asks(&pillar, &[id]).await, [registered]);
    assert_eq!(asks(&other, &[id]).await, [], "it is another pillar's");
    hub.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pillar_hears_that_staff_are_done_with_what_went_nowhere() {
    let hub = hub_with(|config| config.connectors = Some(ConnectorsConfig::default())).await;
    publish(&hub);
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(1, None)]).await;
    stands(&hub, 1, Standing::Parked(ParkReason::NotConfigured)).await;
    let before = mark(&pillar).await;
    let close = format!("/transactions/{}/close", Reference::from_bits(1));
    signed_in(&hub).await.post(&close, &[]).await;
    assert!(mark(&pillar).await > before);
    let id = Uuid::from_u128(1);
    let closed = RequestStanding { id, state: State::Closed, case_number: None };
    assert_eq!(asks(&pillar, &[id]).await, [closed]);
    hub.running.shutdown().await;
}

#[tokio::test]
async fn what_is_no_such_request_is_refused() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let many = vec![Uuid::nil(); StandingRequest::MAX_IDS + 1];
    for (body, status) in [
        (vec![b' '; StandingRequest::MAX_BYTES + 1], StatusCode::PAYLOAD_TOO_LARGE),
        (json!({"version": 1, "ids": many}).to_string().into(), StatusCode::PAYLOAD_TOO_LARGE),
        (b"{".to_vec(), StatusCode::BAD_REQUEST),
        (br#"{"version":6}"#.to_vec(), StatusCode::UPGRADE_REQUIRED),
    ] {
        assert_eq!(post(&pillar, body).await.status(), status);
    }
}
