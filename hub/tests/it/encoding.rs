//! Compressed requests, and what the hub says about what it understands.

use jiff::Timestamp;
use reqwest::StatusCode;
use zuil_wire::{Envelope, PROTOCOL_VERSION, UploadRequest, UploadResponse, versions};

use super::harness::{TestPillar, hub};

impl TestPillar {
    async fn post_as(&self, encoding: &str, body: Vec<u8>) -> reqwest::Response {
        let url = format!("{}/v1/transactions", self.binding.hub_url);
        let request = self.client.post(url).header("content-type", "application/json");
        request.header("content-encoding", encoding).body(body).send().await.unwrap()
    }
}

fn upload(envelopes: Vec<Envelope>) -> Vec<u8> {
    let request = UploadRequest { version: PROTOCOL_VERSION, envelopes, surveys: vec![] };
    serde_json::to_vec(&request).unwrap()
}

fn compressed(plain: &[u8]) -> Vec<u8> {
    zstd::encode_all(plain, 3).unwrap()
}

#[tokio::test]
async fn a_compressed_upload_is_taken_as_a_plain_one_and_saves_a_fifth_or_more() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let plain = upload((1..=64).map(|number| pillar.envelope(number, None)).collect());
    let small = compressed(&plain);
    println!("64 envelopes: {} bytes plain, {} compressed", plain.len(), small.len());
    assert!(small.len() < plain.len() * 4 / 5, "{} of {}", small.len(), plain.len());
    let response = pillar.post_as("zstd", small).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.json::<UploadResponse>().await.unwrap().outcomes.len(), 64);
    assert_eq!(hub.running.store.tally(Timestamp::UNIX_EPOCH).unwrap().received, 64);
}

#[tokio::test]
async fn a_bomb_is_refused_and_the_hub_goes_on() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let bomb = compressed(&vec![b' '; 400 * 1024 * 1024]);
    assert!(bomb.len() < 64 * 1024);
    assert_eq!(pillar.post_as("zstd", bomb).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(pillar.post_as("zstd", b"no zstd".to_vec()).await.status(), StatusCode::BAD_REQUEST);
    let one = upload(vec![pillar.envelope(1, None)]);
    assert_eq!(pillar.post_as("gzip", one.clone()).await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(hub.running.store.tally(Timestamp::UNIX_EPOCH).unwrap().received, 0);
    assert_eq!(pillar.post_as("identity", one).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn every_answer_says_what_the_hub_understands() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let health = pillar.client.get(format!("{}/v1/health", pillar.binding.hub_url)).send().await.unwrap();
    let too_new = pillar.post(br#"{"version":70000}"#.to_vec()).await.unwrap();
    assert_eq!((health.status(), too_new.status()), (StatusCode::OK, StatusCode::UPGRADE_REQUIRED));
    for answer in [health, too_new] {
        assert_eq!(answer.headers()["accept-encoding"], "zstd");
        let spoken = answer.headers()[versions::VERSIONS_HEADER].to_str().unwrap();
        assert_eq!(versions::highest_common(Some(spoken)), versions::SPOKEN.last().copied());
    }
}
