//! From a pillar's upload to the municipality's own system, and what staff see of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode as Answered;
use axum::routing::any;
use jiff::Timestamp;
use reqwest::StatusCode;
use zuil_hub::connectors::{ConnectorsConfig, FileDropConfig, OpenZaakConfig};
use zuil_hub::store::{AuditFilter, Deed, ParkReason, Standing};
use zuil_municipal_doubles::jwt::Client;
use zuil_municipal_doubles::open_zaak::{CaseType, Catalogue, Format};
use zuil_municipal_doubles::{Double as _, Notificaties, Town};
use zuil_wire::{PaymentState, Reference, State};

use super::desk::{location, signed_in};
use super::harness::{TestHub, hub, hub_with, payment};

/// Waits until the handover of the transaction stands as wanted.
pub async fn stands(hub: &TestHub, number: u64, wanted: Standing) {
    let told = || hub.running.store.handover(Reference::from_bits(number)).unwrap();
    for _ in 0..600 {
        if told().is_some_and(|handover| handover.standing == wanted) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it stands otherwise: {:?}", told());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_handed_over_tells_staff_why_and_is_sent_again_by_them() {
    let hub = hub_with(|config| config.connectors = Some(ConnectorsConfig::default())).await;
    let pillar = hub.add_pillar("jumbo");
    let browser = signed_in(&hub).await;
    pillar.upload(&[pillar.envelope(1, None)]).await;
    stands(&hub, 1, Standing::Parked(ParkReason::NoSuchTask)).await;
    let reference = Reference::from_bits(1);
    let page = format!("/transactions/{reference}");
    let text = browser.text(&page).await;
    assert!(text.contains("geen enkele gepubliceerde catalogus"), "{text}");
    assert!(text.contains("Opnieuw doorsturen") && text.contains("Wacht op een medewerker"), "{text}");
    assert!(browser.text(&format!("{page}?lang=en")).await.contains("Send on again"));

    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../catalogue/example");
    zuil_hub::catalogues::publish(&hub.config.data_dir, example.as_ref(), Timestamp::now()).unwrap();
    let again = browser.client.post(format!("{}{page}/send-again", browser.desk)).send().await.unwrap();
    assert_eq!((again.status(), location(&again)), (StatusCode::SEE_OTHER, page.as_str()));
    stands(&hub, 1, Standing::Parked(ParkReason::NotConfigured)).await;
    assert!(browser.text(&page).await.contains("The hub has no settings"));
    hub.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_connectors_nothing_is_handed_over_and_nothing_is_said_of_it() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let browser = signed_in(&hub).await;
    pillar.upload(&[pillar.envelope(1, Some(payment(PaymentState::Paid)))]).await;
    let page = format!("/transactions/{}", Reference::from_bits(1));
    assert!(!browser.text(&page).await.contains("Doorsturen"));
    assert_eq!(hub.running.store.handover(Reference::from_bits(1)).unwrap(), None);
    let none = format!("{}/transactions/{}/send-again", browser.desk, Reference::from_bits(9));
    assert_eq!(browser.client.post(none).send().await.unwrap().status(), StatusCode::SEE_OTHER);
    assert_eq!(
        hub.running.store.transaction(Reference::from_bits(1)).unwrap().unwrap().state,
        State::Received
    );
}

/// Settings of an Open Zaak (made up) at an address.
pub fn open_zaak_at(url: String, folder: &std::path::Path) -> ConnectorsConfig {
    let secret_file = folder.join("open-zaak.secret");
    std::fs::write(&secret_file, "a made-up secret that is long enough\n").unwrap();
    let open_zaak = OpenZaakConfig {
        url,
        client_id: "zuil".into(),
        secret_file,
        bronorganisatie: "002220647".into(),
        catalogus: None,
        informatieobjecttype: None,
        notifications_secret_file: None,
        notifications_url: None,
        callback_url: None,
        ca_file: None,
    };
    ConnectorsConfig { open_zaak: Some(open_zaak), ..Default::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_refused_over_the_wire_is_told_to_staff() {
    let routes =
        Router::new().fallback(any(|| async { (Answered::FORBIDDEN, "{\"code\":\"permission_denied\"}") }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let folder = tempfile::tempdir().unwrap();
    let hub = hub_with(|config| config.connectors = Some(open_zaak_at(url, folder.path()))).await;
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../catalogue/example");
    zuil_hub::catalogues::publish(&hub.config.data_dir, example.as_ref(), Timestamp::now()).unwrap();
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(1, None)]).await;
    stands(&hub, 1, Standing::Parked(ParkReason::KeyRefused)).await;
    let browser = signed_in(&hub).await;
    let text = browser.text(&format!("/transactions/{}", Reference::from_bits(1))).await;
    assert!(text.contains("accepteert de sleutel") && text.contains("Open Zaak"), "{text}");
}

/// A municipality's systems (doubles) behind a real door; they know what the task of the test pillars is brought to.
async fn town() -> (String, zuil_municipal_doubles::serve::Shared) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let names = ["adres", "grofvuil", "ophaaldag", "afvalpas"];
    let kind = CaseType::new("grofvuil-ophalen");
    let kind = names.into_iter().fold(kind, |kind, name| kind.with_property(name, Format::Text));
    let client = Client::new("zuil", "a made-up secret that is long enough");
    let town = Town::new(&url, client, "made-up", Catalogue::new().with(kind));
    let town = Arc::new(Mutex::new(town));
    tokio::spawn(zuil_municipal_doubles::serve::serve(listener, Arc::clone(&town), 1));
    (url, town)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_resident_did_becomes_a_case_and_staff_see_how_far_it_is() {
    let (url, town) = town().await;
    let folder = tempfile::tempdir().unwrap();
    let agreed = folder.path().join("notifications.secret");
    std::fs::write(&agreed, "Bearer made-up-and-agreed").unwrap();
    let hub = hub_with(|config| {
        let mut connectors = open_zaak_at(url, folder.path());
        connectors.open_zaak.as_mut().unwrap().notifications_secret_file = Some(agreed);
        config.connectors = Some(connectors);
    })
    .await;
    publish(&hub);
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(1, Some(payment(PaymentState::Paid)))]).await;
    stands(&hub, 1, Standing::Registered).await;
    let case = town.lock().unwrap().open_zaak.cases().remove(0);
    assert_eq!(case.identification, Reference::from_bits(1).to_string());
    assert_eq!((case.roles.len(), case.documents.len(), case.statuses.len()), (1, 1, 1));
    assert_eq!(case.body["betalingsindicatie"], "geheel");

    let browser = signed_in(&hub).await;
    let page = format!("/transactions/{}", Reference::from_bits(1));
    says(&browser, &page, "Ontvangen</span>").await;
    town.lock().unwrap().open_zaak.close(&case.url, Timestamp::now(), &mut fastrand::Rng::with_seed(1));
    let message = format!(r#"{{"kanaal":"zaken","resource":"status","hoofdObject":"{}"}}"#, case.url);
    let callback = browser.client.post(format!("{}/callbacks/zgw", browser.desk)).body(message);
    let told = callback.header("authorization", "Bearer made-up-and-agreed").send().await.unwrap();
    assert_eq!(told.status(), StatusCode::NO_CONTENT);
    says(&browser, &page, "Afgehandeld</span>").await;
    assert_eq!(town.lock().unwrap().faults(), []);
    hub.running.shutdown().await;
}

/// Waits until a page says something.
async fn says(browser: &super::desk::Browser, page: &str, wanted: &str) {
    for _ in 0..600 {
        if browser.text(page).await.contains(wanted) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{page} does not say {wanted}");
}

pub fn publish(hub: &TestHub) {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../catalogue/example");
    zuil_hub::catalogues::publish(&hub.config.data_dir, example.as_ref(), Timestamp::now()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_municipality_without_systems_finds_each_request_in_its_folder() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().to_owned();
    let hub = hub_with(move |config| {
        let instead = [("open-zaak".to_owned(), "file-drop".to_owned())].into();
        let file_drop = Some(FileDropConfig { folder });
        config.connectors = Some(ConnectorsConfig { file_drop, instead, ..Default::default() });
    })
    .await;
    publish(&hub);
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(1, None)]).await;
    stands(&hub, 1, Standing::Registered).await;
    let compact = Reference::from_bits(1).compact();
    let own = place.path().join(&compact);
    let pdf = std::fs::read(own.join(format!("aanvraag-{compact}.pdf"))).unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    let told = std::fs::read(own.join(format!("aanvraag-{compact}.json"))).unwrap();
    let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
    assert_eq!(told["reference"], serde_json::json!(Reference::from_bits(1).to_string()));
    hub.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_send_all_again_once_the_cause_is_mended_and_register_by_hand_what_they_entered() {
    let hub = hub_with(|config| config.connectors = Some(ConnectorsConfig::default())).await;
    publish(&hub);
    let pillar = hub.add_pillar("jumbo");
    let browser = signed_in(&hub).await;
    assert!(browser.text("/handover").await.contains("Alles is doorgestuurd"));
    pillar.upload(&[pillar.envelope(1, None), pillar.envelope(2, None)]).await;
    for number in [1, 2] {
        stands(&hub, number, Standing::Parked(ParkReason::NotConfigured)).await;
    }
    assert!(browser.text("/").await.contains("2 aanvragen zijn niet doorgestuurd"));
    let page = browser.text("/handover").await;
    assert!(page.contains("Nog geen systeem: 2 aanvragen"), "{page}");
    assert!(page.contains("action=\"/handover/none/not-configured\""), "{page}");
    let sent = browser.post("/handover/none/not-configured", &[]).await;
    assert_eq!((sent.status(), location(&sent)), (StatusCode::SEE_OTHER, "/handover"));
    // Of these each has to be looked at; and nobody may write what is no reason.
    for path in ["/handover/signalen/maybe-sent", "/handover/zaak/refused", "/handover/none/bored"] {
        assert_eq!(browser.post(path, &[]).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    stands(&hub, 1, Standing::Parked(ParkReason::NotConfigured)).await;

    let page = format!("/transactions/{}", Reference::from_bits(1));
    for nothing in ["", "  ", "<script>"] {
        browser.post(&format!("{page}/by-hand"), &[("case_number", nothing)]).await;
    }
    browser.post(&format!("{page}/by-hand"), &[("case_number", " Z-2027-12 ")]).await;
    let stored = hub.running.store.transaction(Reference::from_bits(1)).unwrap().unwrap();
    assert_eq!((stored.state, stored.case_number.as_deref()), (State::Registered, Some("Z-2027-12")));
    assert!(browser.text(&page).await.contains("Z-2027-12"));
    let noted = |deed| {
        let filter = AuditFilter { deed: Some(deed), ..AuditFilter::default() };
        let found = hub.running.store.audit(&filter, 10).unwrap();
        found.into_iter().map(|noted| (noted.entry.about, noted.entry.detail)).collect::<Vec<_>>()
    };
    assert_eq!(noted(Deed::SentAgain), [(String::new(), "none not-configured".to_owned())]);
    let by_hand = (Reference::from_bits(1).to_string(), "Z-2027-12".to_owned());
    assert_eq!(noted(Deed::RegisteredByHand), [by_hand]);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_taken_from_whoever_shows_the_agreed_header_and_from_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let agreed = folder.path().join("notifications.secret");
    std::fs::write(&agreed, "Bearer made-up-and-agreed\n").unwrap();
    let hub = hub_with(|config| {
        let mut connectors = open_zaak_at("http://127.0.0.1:9".into(), folder.path());
        connectors.open_zaak.as_mut().unwrap().notifications_secret_file = Some(agreed);
        config.connectors = Some(connectors);
    })
    .await;
    let client = super::desk::Browser::new(&hub).client;
    let callback = format!("{}/callbacks/zgw", hub.running.desk_url);
    let send = |request: http::Request<Vec<u8>>| {
        let (parts, body) = request.into_parts();
        client.post(parts.uri.to_string()).headers(parts.headers).body(body).send()
    };
    let [without, with] = Notificaties::test_calls(&callback, "Bearer made-up-and-agreed");
    assert_eq!(send(without).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    assert_eq!(send(with).await.unwrap().status(), StatusCode::NO_CONTENT);
    let [_, wrong] = Notificaties::test_calls(&callback, "Bearer guessed");
    assert_eq!(send(wrong).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let say = |body: &str| {
        let header = ("authorization", "Bearer made-up-and-agreed");
        client.post(&callback).header(header.0, header.1).body(body.to_owned()).send()
    };
    let status =
        r#"{"kanaal":"zaken","resource":"status","hoofdObject":"https://x/zaken/1","actie":"create"}"#;
    for _ in 0..2 {
        assert_eq!(say(status).await.unwrap().status(), StatusCode::NO_CONTENT, "somebody else's case");
    }
    assert_eq!(say("{}").await.unwrap().status(), StatusCode::BAD_REQUEST);
    hub.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_without_an_agreed_header_takes_no_messages() {
    let hub = hub().await;
    let browser = super::desk::Browser::new(&hub);
    assert_eq!(browser.post("/callbacks/zgw", &[]).await.status(), StatusCode::NOT_FOUND);
}
