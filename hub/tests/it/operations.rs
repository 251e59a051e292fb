//! What those who run the hub see of it.

use std::collections::BTreeSet;

use reqwest::{Client, StatusCode};
use zuil_wire::health::DeviceState;
use zuil_wire::{HealthReport, PaymentState};

use super::desk::signed_in;
use super::harness::{TestHub, hub, hub_with, payment, report, use_one_provider};

/// The dashboard that comes with the hub.
const DASHBOARD: &str = include_str!("../../deploy/grafana-dashboard.json");

async fn asked(hub: &TestHub, path: &str) -> (StatusCode, String) {
    use_one_provider();
    let url = format!("{}{path}", hub.running.operations_url.as_deref().unwrap());
    let answer = Client::builder().no_proxy().build().unwrap().get(url).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// The value of a figure, by all that stands before it.
fn value<'a>(page: &'a str, figure: &str) -> &'a str {
    let line = page.lines().find_map(|line| line.strip_prefix(figure)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {figure} in {page}"))
}

/// A hub after one upload, one report, and one look at the list.
async fn after_a_day() -> TestHub {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    pillar
        .upload(&[pillar.envelope(1, Some(payment(PaymentState::Unknown))), pillar.envelope(2, None)])
        .await;
    let warm = HealthReport { celsius: Some(-4), ..report(DeviceState::PaperNearEnd, DeviceState::Offline) };
    pillar.report(&warm).await;
    signed_in(&hub).await.text("/pillars/jumbo").await;
    hub
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_reads_how_much_came_in_how_long_it_took_and_how_pillars_are() {
    let hub = after_a_day().await;
    let (status, page) = asked(&hub, "/metrics").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.ends_with("# EOF\n"), "{page}");
    for (figure, expected) in [
        ("zuil_hub_store_up", "1"),
        ("zuil_hub_transactions", "2"),
        ("zuil_hub_transactions_parked", "1"),
        ("zuil_hub_payments_unsettled", "1"),
        ("zuil_hub_contents_to_forget", "0"),
        ("zuil_hub_pillar_waiting{pillar=\"jumbo\"}", "0"),
        ("zuil_hub_pillar_paper_left_millimeters{pillar=\"jumbo\"}", "68000"),
        ("zuil_hub_pillar_temperature_celsius{pillar=\"jumbo\"}", "-4"),
        ("zuil_hub_pillar_device_works{pillar=\"jumbo\",device=\"printer\"}", "1"),
        ("zuil_hub_pillar_device_works{pillar=\"jumbo\",device=\"terminal\"}", "0"),
        (
            "zuil_hub_requests_total{door=\"pillars\",method=\"POST\",route=\"/v1/transactions\",status=\"200\"}",
            "1",
        ),
        ("zuil_hub_request_duration_seconds_count{door=\"staff\",route=\"/pillars/{name}\"}", "1"),
    ] {
        assert_eq!(value(&page, figure), expected, "{figure}");
    }
    hub.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_resident_or_of_staff_and_no_made_up_address_stands_in_the_figures() {
    let hub = after_a_day().await;
    let browser = signed_in(&hub).await;
    let reference = zuil_wire::Reference::from_bits(1).to_string();
    browser.text(&format!("/transactions/{reference}")).await;
    for number in 0..20 {
        browser.get(&format!("/nowhere/{number}")).await;
    }
    let (_, page) = asked(&hub, "/metrics").await;
    for private in [reference.as_str(), "beheer", "Voorbeeldstraat", "bank", "/nowhere"] {
        assert!(!page.contains(private), "{private} in {page}");
    }
    let status = "zuil_hub_requests_total{door=\"staff\",method=\"GET\",route=\"none\",status=\"404\"}";
    assert_eq!(value(&page, status), "20");
    hub.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_shows_only_figures_that_there_are() {
    let hub = after_a_day().await;
    let (_, page) = asked(&hub, "/metrics").await;
    let names = DASHBOARD.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
    let shown: BTreeSet<&str> = names.filter(|name| name.starts_with("zuil_hub_")).collect();
    assert!(shown.len() > 8, "{shown:?}");
    for name in shown {
        assert!(page.contains(&format!("\n{name}")), "{name} is on the dashboard and in no figures");
    }
    serde_json::from_str::<serde_json::Value>(DASHBOARD).unwrap();
    hub.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_runs_is_alive_and_ready_and_opens_this_door_only_where_it_is_told_to() {
    let hub = hub().await;
    assert_eq!(asked(&hub, "/live").await.0, StatusCode::OK);
    assert_eq!(asked(&hub, "/ready").await.0, StatusCode::OK);
    assert_eq!(asked(&hub, "/").await.0, StatusCode::NOT_FOUND);
    hub.running.shutdown().await;
    let closed = hub_with(|config| config.operations.listen = None).await;
    assert_eq!(closed.running.operations_url, None);
    closed.running.shutdown().await;
}
