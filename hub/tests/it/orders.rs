//! What technicians order a pillar to do from afar: from the button on its page to what the pillar says came of it.

use jiff::Timestamp;
use reqwest::StatusCode;
use serde_json::json;
use uuid::Uuid;
use zuil_hub::store::{AuditFilter, Deed, Fate};
use zuil_wire::health::DeviceState;
use zuil_wire::orders::{Attachment, ClosedFor, Closure, OrderFailure, OrderState, Task};
use zuil_wire::{Order, OrderResult, OrderResults, OrdersAnswer, PROTOCOL_VERSION};

use super::desk::{Browser, location, signed_in};
use super::harness::{TestHub, TestPillar, hub, report};

async fn post(pillar: &TestPillar, body: Vec<u8>) -> reqwest::Response {
    let url = format!("{}/v1/orders", pillar.binding.hub_url);
    pillar.client.post(url).header("content-type", "application/json").body(body).send().await.unwrap()
}

/// A pillar says how far an order is.
pub async fn tells(pillar: &TestPillar, id: Uuid, state: OrderState, why: Option<OrderFailure>) {
    let results = vec![OrderResult { id, state, why }];
    let request = OrderResults { version: PROTOCOL_VERSION, results };
    let response = post(pillar, serde_json::to_vec(&request).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.json::<OrdersAnswer>().await.unwrap().orders, [id]);
}

/// What a pillar that works is to do.
pub async fn hears(pillar: &TestPillar) -> Vec<Order> {
    pillar.report(&report(DeviceState::Ready, DeviceState::Ready)).await.orders
}

/// Somebody orders the Jumbo to do something.
pub async fn orders(browser: &Browser, kind: &str, form: &[(&str, &str)]) {
    let response = browser.post(&format!("/pillars/jumbo/orders/{kind}"), form).await;
    let to = location(&response);
    assert_eq!((response.status(), to), (StatusCode::SEE_OTHER, "/pillars/jumbo#orders"));
}

fn fates(hub: &TestHub) -> Vec<Fate> {
    hub.running.store.orders("jumbo", 9).unwrap().into_iter().map(|order| order.fate).collect()
}

#[tokio::test]
async fn a_test_print_goes_to_its_pillar_and_what_came_of_it_stands_on_the_page() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let (jumbo, library) = (hub.add_pillar("jumbo"), hub.add_pillar("bieb"));
    orders(&browser, "test-print", &[]).await;
    orders(&browser, "test-print", &[]).await;
    assert!(browser.text("/pillars/jumbo").await.contains("Wacht tot de zuil zich meldt"));
    assert_eq!(hears(&library).await, []);
    let told = hears(&jumbo).await;
    assert_eq!(told.len(), 1, "twice the same is once");
    assert!(told[0].what == Task::TestPrint && (890..=900).contains(&told[0].seconds.unwrap()));
    let id = told[0].id;
    tells(&library, id, OrderState::Done, None).await;
    assert_eq!(fates(&hub), [Fate::Waiting], "that is none of its business");
    tells(&jumbo, id, OrderState::Waits, None).await;
    assert!(browser.text("/pillars/jumbo").await.contains("Wacht op de bezoeker"));
    tells(&jumbo, id, OrderState::Failed, Some(OrderFailure::PaperOut)).await;
    let page = browser.text("/pillars/jumbo").await;
    assert!(page.contains("Niet gelukt: het papier is op") && page.contains("Testafdruk maken"));
    assert!(browser.text("/pillars/jumbo?lang=en").await.contains("Failed: the paper is used up"));
    assert_eq!(hears(&jumbo).await, []);
    let entries = hub.running.store.audit(&AuditFilter::default(), 9).unwrap();
    let noted = entries.iter().map(|noted| &noted.entry).find(|entry| entry.deed == Deed::Ordered).unwrap();
    assert_eq!((noted.about.as_str(), noted.detail.as_str()), ("jumbo", "test-print"));
}

#[tokio::test]
async fn a_pillar_that_is_taken_out_of_service_is_told_so_to_staff_only_when_it_has_done_so() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let jumbo = hub.add_pillar("jumbo");
    hears(&jumbo).await;
    let question = browser.text("/pillars/jumbo/orders/close").await;
    assert!(question.contains("jumbo buiten gebruik stellen?") && question.contains("value=\"fault\""));
    let message = "Morgen om 9 uur\r\n weer <b>open</b>";
    orders(&browser, "close", &[("reason", "fault"), ("message", message)]).await;
    assert!(browser.text("/pillars").await.contains("werkt"), "it was ordered, and not done");
    let told = hears(&jumbo).await;
    let closure =
        Closure { reason: ClosedFor::Fault, message: Some("Morgen om 9 uur weer <b>open</b>".into()) };
    assert_eq!((&told[0].what, told[0].seconds), (&Task::Close(closure), None));
    tells(&jumbo, told[0].id, OrderState::Done, None).await;
    let page = browser.text("/pillars/jumbo").await;
    assert!(
        page.contains("Er is iets kapot") && page.contains("Morgen om 9 uur weer &#60;b&#62;open"),
        "{page}"
    );
    assert!(
        page.contains("Deze zuil is nu buiten gebruik.") && !page.contains("U kunt bij deze zuil terecht.")
    );
    assert!(browser.text("/pillars").await.contains("1 zuil is buiten gebruik gesteld"));
    super::finder::publishes_the_example(&hub);
    assert!(browser.text("/pillars/map").await.contains("1 jumbo: Buiten gebruik gesteld"));
    orders(&browser, "open", &[]).await;
    let told = hears(&jumbo).await;
    assert_eq!(told[0].what, Task::Open);
    tells(&jumbo, told[0].id, OrderState::Done, None).await;
    assert!(browser.text("/pillars/jumbo").await.contains("U kunt bij deze zuil terecht."));
}

#[tokio::test]
async fn an_order_is_asked_about_first_where_it_hurts_and_nothing_else_can_be_ordered() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    hub.add_pillar("jumbo");
    let question = browser.text("/pillars/jumbo/orders/restart?lang=en").await;
    assert!(question.contains("Restart the program of jumbo?") && question.contains("nobody stands there"));
    assert_eq!(fates(&hub), [], "asking is not ordering");
    for path in ["/pillars/jumbo/orders/explode", "/pillars/nowhere/orders/restart"] {
        assert_eq!(browser.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(browser.post(path, &[]).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let odd = browser.post("/pillars/jumbo/orders/close", &[("reason", "boredom")]).await;
    assert_eq!(odd.status(), StatusCode::NOT_FOUND);
    hub.running.store.revoke_pillar("jumbo", Timestamp::now()).unwrap();
    let gone = browser.post("/pillars/jumbo/orders/restart", &[]).await;
    assert_eq!((gone.status(), fates(&hub)), (StatusCode::NOT_FOUND, vec![]));
    assert!(browser.text("/pillars/jumbo?lang=nl").await.contains("Hij krijgt geen opdrachten meer"));
}

#[tokio::test]
async fn an_order_and_what_came_of_it_outlive_a_restart_of_the_hub() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let mut jumbo = hub.add_pillar("jumbo");
    orders(&browser, "restart", &[]).await;
    let hub = hub.restart().await;
    jumbo.binding.hub_url.clone_from(&hub.running.intake_url);
    let told = hears(&jumbo).await;
    assert_eq!(told[0].what, Task::Restart);
    tells(&jumbo, told[0].id, OrderState::Taken, None).await;
    tells(&jumbo, told[0].id, OrderState::Done, None).await;
    let hub = hub.restart().await;
    assert_eq!(fates(&hub), [Fate::Done]);
}

async fn hands_over(pillar: &TestPillar, id: Uuid, kind: &str, content: &[u8]) -> StatusCode {
    let url = format!("{}/v1/orders/{id}/attachment", pillar.binding.hub_url);
    let request = pillar.client.put(url).header("content-type", kind).body(content.to_vec());
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn a_picture_and_a_log_are_handed_over_by_their_pillar_and_seen_by_who_may_order_them() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let (jumbo, library) = (hub.add_pillar("jumbo"), hub.add_pillar("bieb"));
    orders(&browser, "screenshot", &[]).await;
    orders(&browser, "logs", &[]).await;
    let told = hears(&jumbo).await;
    assert_eq!((&told[0].what, &told[1].what), (&Task::Screenshot, &Task::Logs { hours: 24 }));
    let (png, zstd) = (b"\x89PNG\r\n\x1a\n and so on".as_slice(), b"\x28\xb5\x2f\xfd\0".as_slice());
    let large = vec![0; Attachment::MAX_BYTES + 1];
    let (picture, log) = (told[0].id, told[1].id);
    for (pillar, id, kind, content, status) in [
        (&library, picture, "image/png", png, StatusCode::NOT_FOUND),
        (&jumbo, Uuid::nil(), "image/png", png, StatusCode::NOT_FOUND),
        (&jumbo, log, "image/png", png, StatusCode::NOT_FOUND),
        (&jumbo, picture, "text/html", b"<script>".as_slice(), StatusCode::BAD_REQUEST),
        (&jumbo, picture, "image/png", b"<script>".as_slice(), StatusCode::BAD_REQUEST),
        (&jumbo, picture, "image/png", large.as_slice(), StatusCode::PAYLOAD_TOO_LARGE),
        (&jumbo, picture, "image/png", png, StatusCode::OK),
        (&jumbo, picture, "image/png", png, StatusCode::OK),
        (&jumbo, log, "application/zstd", zstd, StatusCode::OK),
    ] {
        assert_eq!(hands_over(pillar, id, kind, content).await, status, "{kind}");
    }
    let page = browser.text("/pillars/jumbo").await;
    let address = format!("/pillars/jumbo/attachments/{picture}");
    assert!(page.contains(&format!("src=\"{address}\"")) && page.contains("Download het logboek"), "{page}");
    let shown = browser.get(&address).await;
    assert_eq!(
        (shown.headers()["content-type"].as_bytes(), shown.status()),
        (b"image/png".as_slice(), StatusCode::OK)
    );
    assert_eq!(shown.bytes().await.unwrap(), png);
    let file = browser.get(&format!("/pillars/jumbo/attachments/{log}")).await;
    assert!(
        file.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment; filename=\"jumbo-20")
    );
    assert_eq!(file.bytes().await.unwrap(), zstd);
    let entries = hub.running.store.audit(&AuditFilter::default(), 9).unwrap();
    assert!(entries.iter().any(|noted| noted.entry.deed == Deed::Downloaded && noted.entry.about == "jumbo"));
    for path in [format!("/pillars/bieb/attachments/{picture}"), "/pillars/jumbo/attachments/x".into()] {
        assert_eq!(browser.get(&path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn what_says_nothing_of_orders_is_refused_and_so_is_a_revoked_pillar() {
    let hub = hub().await;
    let jumbo = hub.add_pillar("jumbo");
    let result = OrderResult { id: Uuid::nil(), state: OrderState::Done, why: None };
    let many = vec![result; OrderResults::MAX_RESULTS + 1];
    for (body, status) in [
        (vec![b' '; OrderResults::MAX_BYTES + 1], StatusCode::PAYLOAD_TOO_LARGE),
        (json!({"version": 1, "results": many}).to_string().into(), StatusCode::PAYLOAD_TOO_LARGE),
        (b"{".to_vec(), StatusCode::BAD_REQUEST),
        (br#"{"version":6}"#.to_vec(), StatusCode::UPGRADE_REQUIRED),
    ] {
        assert_eq!(post(&jumbo, body).await.status(), status);
    }
    hub.running.store.revoke_pillar("jumbo", Timestamp::now()).unwrap();
    let request = json!({"version": 1, "results": [result]}).to_string();
    assert_eq!(post(&jumbo, request.into()).await.status(), StatusCode::FORBIDDEN);
}
