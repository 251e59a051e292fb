//! A technician looks at the map: where each pillar stands and how it is, and the same in words.

use jiff::{SignedDuration, Timestamp};
use zuil_wire::HealthReport;
use zuil_wire::health::DeviceState;

use super::desk::signed_in;
use super::finder::publishes_the_example;
use super::harness::{TestHub, hub, report};

fn said(hub: &TestHub, name: &str, report: &HealthReport, minutes_ago: i64) {
    let at = Timestamp::now() - SignedDuration::from_mins(minutes_ago);
    hub.running.store.take_report(name, &HealthReport { at, ..report.clone() }, at).unwrap();
}

/// The mark of a pillar on the drawing: its words, its shape, and where its number stands.
fn mark(page: &str, pillar: &str) -> (String, String, (f64, f64)) {
    let drawing = page.split_once("<svg class=\"map\"").unwrap().1.split_once("</svg>").unwrap().0;
    let link = drawing.split_once(&format!("<a href=\"/pillars/{pillar}\"")).unwrap().1;
    let link = link.split_once("</a>").unwrap().0;
    let value = |from: &str, name: &str| {
        let rest = from.split_once(&format!(" {name}=\"")).unwrap().1;
        rest.split_once('"').unwrap().0.to_owned()
    };
    let number = link.split_once("<text").unwrap().1;
    let at = (value(number, "x").parse().unwrap(), value(number, "y").parse().unwrap());
    (value(link, "aria-label"), value(link, "class"), at)
}

#[tokio::test]
async fn each_pillar_stands_where_the_catalogue_says_with_how_it_is() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    for name in ["bieb", "demo", "jumbo", "raadhuis", "spar"] {
        hub.add_pillar(name);
    }
    assert!(browser.text("/pillars").await.contains("<a href=\"/pillars/map\">Op de kaart</a>"));
    let page = browser.text("/pillars/map").await;
    assert!(page.contains("Van geen enkele zuil is bekend waar hij staat.") && !page.contains("<table"));
    publishes_the_example(&hub);
    said(&hub, "bieb", &report(DeviceState::Ready, DeviceState::Ready), 1);
    said(&hub, "demo", &report(DeviceState::PaperNearEnd, DeviceState::Ready), 1);
    said(&hub, "jumbo", &report(DeviceState::PaperOut, DeviceState::Ready), 1);
    said(&hub, "raadhuis", &report(DeviceState::Ready, DeviceState::Ready), 40);
    let page = browser.text("/pillars/map").await;
    let (words, shape, bieb) = mark(&page, "bieb");
    assert_eq!((words.as_str(), shape.as_str()), ("1 bieb: Werkt", "map-mark map-good"));
    let (words, shape, demo) = mark(&page, "demo");
    assert!(words.starts_with("2 demo: ") && shape == "map-mark map-waits", "{words} {shape}");
    let (_, shape, jumbo) = mark(&page, "jumbo");
    assert_eq!(shape, "map-mark map-bad");
    let (words, shape, _) = mark(&page, "raadhuis");
    assert_eq!((words.as_str(), shape.as_str()), ("4 raadhuis: Niet bereikbaar", "map-mark map-unknown"));
    assert!(bieb.0 > jumbo.0 + 99.0, "the library is in the village to the east: {bieb:?} {jumbo:?}");
    assert!(demo.1 < jumbo.1, "north is up: {demo:?} {jumbo:?}");
    for words in [
        "Jumbo Marktplein, Marktplein 4",
        ">Voorbeeldhuizen</text>",
        ">Voorbeelddorp</text>",
        ">2 km</text>",
        "Van deze zuilen staat niet in de catalogus waar ze zijn: <a href=\"/pillars/spar\">spar</a>.",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert_eq!(page.matches("scope=\"row\"").count(), 4, "the table has those that are drawn");
    let english = browser.text("/pillars/map?lang=en").await;
    assert!(english.contains("Pillars on the map") && english.contains("1 bieb: Works"));
}

#[tokio::test]
async fn a_revoked_pillar_stands_nowhere() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    publishes_the_example(&hub);
    hub.add_pillar("bieb");
    hub.add_pillar("jumbo");
    said(&hub, "bieb", &report(DeviceState::Ready, DeviceState::Ready), 1);
    hub.running.store.revoke_pillar("jumbo", Timestamp::now()).unwrap();
    let page = browser.text("/pillars/map").await;
    assert!(!page.contains("jumbo") && mark(&page, "bieb").1.ends_with("map-good"));
}
