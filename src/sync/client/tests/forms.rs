//! How requests are written to hubs of different ages, and how much of the line they take.

use serde_json::Value;
use zuil_wire::{Envelope, Header, QuestionItem, Reference};

use super::*;

const NEW: &str = "accept-encoding: zstd\r\nzuil-versions: 1, 2, 3, 4, 5\r\n";

/// A pillar at a hub that answers these, one after the other, and the last one for ever.
async fn pillar_at(answers: Vec<String>, max_kilobits: u32, time: HubTime) -> (HttpsHub, Requests) {
    let authority = Authority::new();
    let config = server_config(&authority, &authority);
    let last = answers.len() - 1;
    let (address, requests) = serves(config, move |number| answers[number.min(last)].clone()).await;
    let line = Line { time, max_kilobits };
    (HttpsHub::new(&binding(address, &authority, &authority), line, &provider()).unwrap(), requests)
}

fn right() -> HubTime {
    line().time
}

/// An upload with made-up bytes that cannot be compressed much.
fn large(bytes: usize) -> UploadRequest {
    let header = Header {
        version: PROTOCOL_VERSION,
        id: uuid::Uuid::from_u128(1),
        pillar: "voorbeeld".into(),
        sequence: 1,
        reference: Reference::from_bits(1),
        committed_at: Timestamp::UNIX_EPOCH,
        key_id: "k1".into(),
    };
    let mut dice = fastrand::Rng::with_seed(2);
    let ciphertext = (0..bytes).map(|_| dice.alphanumeric()).collect();
    let envelope = Envelope {
        header,
        encapsulated_key: String::new(),
        ciphertext,
        payment: None,
        signature: String::new(),
    };
    UploadRequest { envelopes: vec![envelope], ..request() }
}

fn body(heard: &Heard) -> Value {
    match heard.header("content-encoding") {
        Some("zstd") => serde_json::from_slice(&zstd::decode_all(heard.body.as_slice()).unwrap()).unwrap(),
        None => serde_json::from_slice(&heard.body).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_hub_that_takes_it_gets_uploads_compressed_from_the_second_one_on() {
    let (hub, requests) = pillar_at(vec![answer("200 OK", NEW, EMPTY)], 0, right()).await;
    assert_eq!(hub.version(), 1);
    for _ in 0..2 {
        hub.upload(&large(20_000)).await.unwrap();
    }
    assert_eq!(hub.version(), 5);
    let heard = requests.lock().unwrap().clone();
    assert_eq!(heard[0].header("content-encoding"), None);
    assert_eq!(heard[1].header("content-encoding"), Some("zstd"));
    assert_eq!(body(&heard[0]), body(&heard[1]));
    assert!(heard[1].body.len() < heard[0].body.len() * 9 / 10);
    assert_eq!(
        heard[1].header("zuil-versions"),
        Some("1, 2, 3, 4, 5"),
        "the pillar says what it speaks, too"
    );
}

#[tokio::test]
async fn an_older_hub_gets_everything_plain_and_in_version_1() {
    let ten_years_ahead = HubTime::with(None, || "2036-11-22T12:00:00Z".parse().unwrap(), || Duration::ZERO);
    ten_years_ahead.learn("2026-11-22T12:00:00Z".parse().unwrap()).unwrap();
    let settled = r#"{"now":"2026-03-02T09:00:00Z","settled":[]}"#;
    for (headers, version, off) in [("", 1, None), (NEW, 5, Some(315_619_200))] {
        let answers = vec![answer("200 OK", headers, "{}"), answer("200 OK", headers, settled)];
        let (hub, requests) = pillar_at(answers, 0, ten_years_ahead.clone()).await;
        hub.hello().await.unwrap();
        let report: HealthReport = serde_json::from_value(serde_json::json!({
            "version": 1, "at": "2026-11-22T12:00:00Z", "program": "0.2.0", "catalogue": "1", "devices": [],
            "paper": null, "waiting": 0, "open_payments": [],
        }))
        .unwrap();
        hub.report(&report.in_version(hub.version())).await.unwrap();
        let heard = requests.lock().unwrap()[1].clone();
        let told = body(&heard);
        assert_eq!(told["version"], version);
        assert_eq!(told.get("clock_off_seconds").and_then(Value::as_i64), off);
    }
}

#[tokio::test]
async fn when_an_older_hub_takes_the_place_of_a_newer_one_the_same_is_written_anew() {
    let newer = answer("200 OK", NEW, EMPTY);
    for refusal in ["400 Bad Request", "415 Unsupported Media Type", "426 Upgrade Required"] {
        let answers = vec![newer.clone(), answer(refusal, "", ""), answer("200 OK", "", EMPTY)];
        let (hub, requests) = pillar_at(answers, 0, right()).await;
        hub.upload(&large(5_000)).await.unwrap();
        let error = hub.upload(&large(5_000)).await.unwrap_err();
        assert!(matches!(error, SyncError::SpokenOtherwise) && !error.is_permanent(), "{refusal}: {error:?}");
        assert_eq!(hub.version(), 1);
        hub.upload(&large(5_000)).await.unwrap();
        assert_eq!(requests.lock().unwrap()[2].header("content-encoding"), None);
    }
}

#[tokio::test]
async fn a_hub_with_which_no_version_is_shared_needs_a_person() {
    let later = answer("426 Upgrade Required", "zuil-versions: 7, 8\r\n", "");
    let (hub, _) = pillar_at(vec![later], 0, right()).await;
    let error = hub.upload(&request()).await.unwrap_err();
    assert!(matches!(error, SyncError::UnsupportedVersion) && error.is_permanent(), "{error:?}");
    assert!(error.to_string().contains("1, 2"), "{error}");
}

#[tokio::test]
async fn a_drain_leaves_room_on_the_line() {
    // 125 KB a second and a quarter of a megabyte at once: the third of 150 KB goes out after 0.4 s.
    let (hub, requests) = pillar_at(vec![answer("200 OK", "", EMPTY)], 1_000, right()).await;
    assert_eq!(hub.room(), 500_000);
    let began = std::time::Instant::now();
    for _ in 0..3 {
        hub.upload(&large(150_000)).await.unwrap();
    }
    assert!(began.elapsed() >= Duration::from_millis(400), "{:?}", began.elapsed());
    assert_eq!(requests.lock().unwrap().len(), 3);
    // A greeting does not wait, however much went out before.
    assert!(hub.budget.lock().unwrap().spend(0, std::time::Instant::now()) > Duration::from_millis(500));
    tokio::time::timeout(Duration::from_millis(500), hub.hubs_clock()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_hub_that_is_from_before_questions_is_told_apart_and_a_newer_one_takes_them() {
    let taken = r#"{"questions":["00000000-0000-0000-0000-000000000001"],"more":"of a later hub"}"#;
    let answers = vec![answer("404 Not Found", NEW, ""), answer("200 OK", NEW, taken)];
    let (hub, requests) = pillar_at(answers, 0, right()).await;
    let question = QuestionItem {
        id: uuid::Uuid::from_u128(1),
        language: "nl".into(),
        words: "drone".into(),
        on: "2026-03-02".parse().unwrap(),
    };
    let questions = Questions { version: hub.version(), questions: vec![question.clone()] };
    let error = hub.ask(&questions).await.unwrap_err();
    assert!(matches!(error, SyncError::NoHub(404)), "{error:?}");
    assert_eq!(hub.ask(&questions).await.unwrap().questions, [question.id]);
    let heard = requests.lock().unwrap()[1].clone();
    assert!(heard.head.starts_with("post /v1/questions "), "{}", heard.head);
    assert_eq!(body(&heard), serde_json::to_value(&questions).unwrap());
}

#[tokio::test]
async fn a_hub_that_is_from_before_counts_is_told_apart_and_a_newer_one_takes_them() {
    let taken = r#"{"counts":["00000000-0000-0000-0000-000000000001"],"more":"of a later hub"}"#;
    let answers = vec![answer("404 Not Found", NEW, ""), answer("200 OK", NEW, taken)];
    let (hub, requests) = pillar_at(answers, 0, right()).await;
    let count = zuil_wire::AskedCount {
        id: uuid::Uuid::from_u128(1),
        language: "nl".into(),
        answer: "bulky-waste-how".into(),
        on: "2026-03-02".parse().unwrap(),
        times: 3,
    };
    let counts = AskedCounts { version: hub.version(), counts: vec![count.clone()] };
    let error = hub.count(&counts).await.unwrap_err();
    assert!(matches!(error, SyncError::NoHub(404)), "{error:?}");
    assert_eq!(hub.count(&counts).await.unwrap().counts, [count.id]);
    let heard = requests.lock().unwrap()[1].clone();
    assert!(heard.head.starts_with("post /v1/asked "), "{}", heard.head);
    assert_eq!(body(&heard), serde_json::to_value(&counts).unwrap());
}

#[tokio::test]
async fn a_reference_is_looked_up_and_an_older_or_busy_hub_is_told_apart() {
    use super::super::super::LookupDesk;
    let found = r#"{"found":{"state":"registered","task":"bulky-waste","on":"2026-03-02","case_number":"ZAAK-17","more":"of a later hub"}}"#;
    let answers = vec![
        answer("404 Not Found", NEW, ""),
        answer("429 Too Many Requests", &format!("{NEW}retry-after: 40\r\n"), ""),
        answer("200 OK", NEW, "{}"),
        answer("200 OK", NEW, r#"{"found":null}"#),
        answer("200 OK", NEW, found),
    ];
    // Nothing goes out for a while, and a lookup does not wait for that.
    let (hub, requests) = pillar_at(answers, 1, right()).await;
    let _ = hub.budget.lock().unwrap().spend(1_000_000, std::time::Instant::now());
    let reference = Reference::from_bits(1);
    assert!(matches!(hub.look_up(reference).await, Err(SyncError::NoHub(404))));
    let patience = Some(Duration::from_secs(40));
    let busy = hub.look_up(reference).await;
    assert!(matches!(busy, Err(SyncError::Busy { retry_after }) if retry_after == patience), "{busy:?}");
    assert!(matches!(hub.look_up(reference).await, Err(SyncError::BadAnswer(_))), "that is no word of a hub");
    assert_eq!(hub.look_up(reference).await.unwrap().found, None);
    let found = hub.look_up(reference).await.unwrap().found.unwrap();
    assert_eq!(found.case_number.as_deref(), Some("ZAAK-17"));
    let heard = requests.lock().unwrap()[4].clone();
    assert!(heard.head.starts_with("post /v1/lookup "), "{}", heard.head);
    assert_eq!(body(&heard), serde_json::json!({"version": 5, "reference": reference.to_string()}));
}
