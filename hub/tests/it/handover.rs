//! From a pillar's upload to the municipality's own system, and what staff see of it.

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode as Answered;
use axum::routing::any;
use jiff::Timestamp;
use reqwest::StatusCode;
use zuil_hub::connectors::{ConnectorsConfig, OpenZaakConfig};
use zuil_hub::store::{ParkReason, Standing};
use zuil_wire::{PaymentState, Reference, State};

use super::desk::{location, signed_in};
use super::harness::{TestHub, hub, hub_with, payment};

/// Waits until the handover of the transaction stands as wanted.
async fn stands(hub: &TestHub, number: u64, wanted: Standing) {
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
fn open_zaak_at(url: String, folder: &std::path::Path) -> ConnectorsConfig {
    let secret_file = folder.join("open-zaak.secret");
    std::fs::write(&secret_file, "a made-up secret that is long enough\n").unwrap();
    let open_zaak = OpenZaakConfig {
        url,
        client_id: "zuil".into(),
        secret_file,
        bronorganisatie: "002220647".into(),
        catalogus: None,
        informatieobjecttype: None,
        ca_file: None,
    };
    ConnectorsConfig { open_zaak: Some(open_zaak) }
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
