//! What happened at a pillar, from its word to the page of sums.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;
use zuil_hub::store::visits_since;
use zuil_wire::visits::Seen;
use zuil_wire::{VisitEntries, VisitsAnswer};

use super::desk::signed_in;
use super::harness::{TestPillar, hub};

async fn post(pillar: &TestPillar, body: Vec<u8>) -> reqwest::Response {
    let url = format!("{}/v1/visits", pillar.binding.hub_url);
    pillar.client.post(url).header("content-type", "application/json").body(body).send().await.unwrap()
}

/// Tells what happened yesterday; the first id is `from`.
async fn tells(pillar: &TestPillar, from: u128, seen: &[Value]) -> Vec<Uuid> {
    let yesterday = Timestamp::now().to_zoned(TimeZone::UTC).date().yesterday().unwrap();
    let entry = |(at, what): (usize, &Value)| json!({"id": Uuid::from_u128(from + at as u128), "on": yesterday, "what": what});
    let entries: Vec<Value> = seen.iter().enumerate().map(entry).collect();
    let response = post(pillar, json!({"version": 1, "entries": entries}).to_string().into()).await;
    assert_eq!(response.status(), StatusCode::OK);
    response.json::<VisitsAnswer>().await.unwrap().entries
}

fn visit(quarter: u8, outcome: &str) -> Value {
    json!({"kind": "visit", "quarter": quarter, "minutes": 4, "outcome": outcome})
}

fn task(end: &str) -> Value {
    json!({"kind": "task", "task": "call-back", "end": end})
}

#[tokio::test]
async fn staff_read_how_many_came_what_they_finished_and_where_they_stopped() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let (jumbo, library) = (hub.add_pillar("jumbo"), hub.add_pillar("bieb"));
    assert!(browser.text("/pillars/jumbo/visits").await.contains("Er is nog niets bekend over bezoeken."));
    let mut stopped = task("question");
    stopped["question"] = json!("contact");
    let seen = [
        visit(56, "finished"),
        visit(41, "abandoned"),
        task("finished"),
        stopped,
        json!({"kind": "language", "language": "ar"}),
        json!({"kind": "aid", "aid": "speech"}),
        json!({"kind": "fault", "fault": "paper_out"}),
    ];
    assert_eq!(tells(&jumbo, 1, &seen).await.len(), 7);
    assert_eq!(tells(&jumbo, 1, &seen).await.len(), 7, "it is told again and counts once");
    tells(&library, 100, &[visit(50, "looked")]).await;
    let page = browser.text("/pillars/jumbo/visits").await;
    assert!(page.contains("waren er 2 bezoeken; afgerond: 1."), "{page}");
    assert!(page.contains("bij een vraag (contact): 1") && page.contains("call-back"), "{page}");
    assert!(page.contains("Ochtend (6 tot 12 uur): 1, Middag (12 tot 18 uur): 1"), "{page}");
    assert!(page.contains("tot 5 minuten: 2"), "{page}");
    assert!(!page.contains("14:00") && !page.contains("10:15"), "a camera shows who that was: {page}");
    let kept = hub.running.store.visits("jumbo", visits_since(Timestamp::now())).unwrap();
    let exact = |what: &Seen| matches!(what, Seen::Visit { quarter, .. } if quarter % 24 != 0);
    assert!(!kept.iter().any(|entry| exact(&entry.what)), "nor does the database tell");
    assert!(page.contains("Arabisch: 1") && page.contains("Voorlezen: 1") && page.contains("Papier op: 1"));
    assert!(browser.text("/pillars/jumbo/visits?lang=en").await.contains("at a question (contact): 1"));
    assert!(browser.text("/pillars/jumbo").await.contains("href=\"/pillars/jumbo/visits\""));
    assert_eq!(browser.get("/pillars/nowhere/visits").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_says_more_than_it_should_is_not_kept_and_forgotten_by_the_pillar() {
    let hub = hub().await;
    let jumbo = hub.add_pillar("jumbo");
    let named = json!({"kind": "task", "task": "call-back of Fatima Yilmaz", "end": "finished"});
    let mut traced = visit(56, "finished");
    traced["reference"] = json!("7K3M-Q9XA-2FP");
    assert_eq!(tells(&jumbo, 1, &[named, traced, visit(3, "looked")]).await.len(), 3);
    let kept = hub.running.store.visits("jumbo", visits_since(Timestamp::now())).unwrap();
    assert_eq!(kept.iter().map(|entry| entry.id.as_u128()).collect::<Vec<_>>(), [3]);
}

#[tokio::test]
async fn what_is_too_large_or_no_entry_at_all_is_refused_and_so_is_a_revoked_pillar() {
    let hub = hub().await;
    let jumbo = hub.add_pillar("jumbo");
    let entry = json!({"id": Uuid::nil(), "on": "2026-11-22", "what": visit(3, "looked")});
    let many = vec![entry; VisitEntries::MAX_ENTRIES + 1];
    for (body, status) in [
        (vec![b' '; VisitEntries::MAX_BYTES + 1], StatusCode::PAYLOAD_TOO_LARGE),
        (json!({"version": 1, "entries": many}).to_string().into(), StatusCode::PAYLOAD_TOO_LARGE),
        (b"{".to_vec(), StatusCode::BAD_REQUEST),
        (br#"{"version":6}"#.to_vec(), StatusCode::UPGRADE_REQUIRED),
    ] {
        assert_eq!(post(&jumbo, body).await.status(), status);
    }
    hub.running.store.revoke_pillar("jumbo", Timestamp::now()).unwrap();
    assert_eq!(post(&jumbo, br#"{"version":1,"entries":[]}"#.to_vec()).await.status(), StatusCode::FORBIDDEN);
}
