//! An agent finds a pillar for a caller: how far, whether one can get in, what works there, and what to say.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use zuil_hub::catalogues::{Outcome, publish};
use zuil_wire::HealthReport;
use zuil_wire::health::DeviceState;
use zuil_wire::orders::OrderState;

use super::desk::signed_in;
use super::harness::{TestHub, hub, report};
use super::orders::{hears, orders, tells};

/// The example municipality, whose pillars stand in four places.
pub fn publishes_the_example(hub: &TestHub) {
    let example = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../catalogue/example"));
    let published = publish(&hub.config.data_dir, example, Timestamp::now()).unwrap();
    assert!(matches!(published.outcome, Outcome::Published(_)), "{published:?}");
}

fn said(hub: &TestHub, name: &str, report: &HealthReport, minutes_ago: i64) {
    let at = Timestamp::now() - SignedDuration::from_mins(minutes_ago);
    hub.running.store.take_report(name, &HealthReport { at, ..report.clone() }, at).unwrap();
}

/// The names of the sites on the page, in its order.
fn sites(page: &str) -> Vec<&str> {
    page.split("<h2 id=\"pillar-")
        .skip(1)
        .filter_map(|rest| rest.split_once('>')?.1.split('<').next())
        .collect()
}

#[tokio::test]
async fn the_nearest_pillar_comes_first_with_words_to_read_aloud() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    publishes_the_example(&hub);
    for name in ["bieb", "jumbo", "raadhuis", "spar"] {
        hub.add_pillar(name);
    }
    said(&hub, "jumbo", &report(DeviceState::Ready, DeviceState::Blocked), 1);
    said(&hub, "bieb", &report(DeviceState::Ready, DeviceState::Ready), 1);
    let page = browser.text("/finder?q=2415ea&task=bulky-waste").await;
    assert_eq!(sites(&page), ["Bibliotheek Voorbeelddorp", "Jumbo Marktplein", "Gemeentehuis", "spar"]);
    for words in [
        "Vanaf 2415 EA, de dichtstbijzijnde zuil eerst.",
        "De zuil staat in Bibliotheek Voorbeelddorp. Het adres is Dijkweg 88 in Voorbeelddorp.",
        "Dat is hemelsbreed 0,1 kilometer bij u vandaan.",
        "Bij de voordeur is een kleine drempel.",
        "“Grofvuil laten ophalen” kan daar nu.",
        "“Grofvuil laten ophalen” kan daar nu niet: pinnen kan er nu niet.",
        "Of “Grofvuil laten ophalen” daar nu kan, weten wij niet.",
        "Neem uw pinpas mee",
        "Waar deze zuil staat, zegt de catalogus niet.",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert_eq!(sites(&browser.text("/finder?q=voorbeeldhuizen").await)[0], "Jumbo Marktplein");
    let english = browser.text("/finder?q=2415&lang=en").await;
    assert!(english.contains("as the crow flies.") && english.contains("The pillar is in Jumbo Marktplein."));
}

#[tokio::test]
async fn a_pillar_is_found_by_its_name_and_what_nobody_knows_is_said() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    assert!(browser.text("/finder").await.contains("Er zijn nog geen zuilen."));
    for name in ["bieb", "jumbo", "weg"] {
        hub.add_pillar(name);
    }
    hub.running.store.revoke_pillar("weg", Timestamp::now()).unwrap();
    let page = browser.text("/finder").await;
    assert!(page.contains("De catalogus zegt nog niet waar de zuilen staan."));
    assert_eq!(sites(&page), ["bieb", "jumbo"], "nobody is sent to a pillar that is gone");
    publishes_the_example(&hub);
    assert_eq!(sites(&browser.text("/finder?q=JUMBO").await), ["Jumbo Marktplein"]);
    let elsewhere = browser.text("/finder?q=9999ZZ").await;
    assert!(elsewhere.contains("De catalogus weet niet waar 9999 ZZ ligt."));
    assert_eq!(sites(&elsewhere).len(), 2);
    assert!(
        browser.text("/finder?q=Amsterdam").await.contains("niet bekend. Vraag de beller naar de postcode")
    );
    assert!(browser.text("/finder?task=moving-house").await.contains("Dit kan nog bij geen enkele zuil."));
    assert!(!browser.text("/finder?q=%3Cb%3E").await.contains("<b>"));
}

#[tokio::test]
async fn an_agent_hears_whether_somebody_is_at_the_pillar_now_and_of_what_nobody_knows_that() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    publishes_the_example(&hub);
    hub.add_pillar("jumbo");
    let (in_use, free) = ("De zuil is nu in gebruik.", "De zuil is nu vrij.");
    let not_known = "Of er nu iemand bij de zuil staat, weten wij niet.";
    let well = report(DeviceState::Ready, DeviceState::Ready);
    // The one that says nothing of it is from before pillars did.
    for (told, said_now) in [(Some(false), free), (None, not_known), (Some(true), in_use)] {
        said(&hub, "jumbo", &HealthReport { in_use: told, ..well.clone() }, 1);
        let page = browser.text("/finder?q=jumbo").await;
        for words in [in_use, free, not_known] {
            assert_eq!(page.contains(words), words == said_now, "{told:?}: {words}");
        }
    }
    let badge = |page: &str| page.contains("<dt>In gebruik</dt><dd>nu in gebruik</dd>");
    assert!(badge(&browser.text("/finder?q=jumbo").await));
    assert!(browser.text("/finder?q=jumbo&lang=en").await.contains("The pillar is in use now."));
}

#[tokio::test]
async fn of_a_pillar_that_is_silent_nobody_says_that_it_is_in_use_or_free() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    publishes_the_example(&hub);
    for (name, in_use) in [("jumbo", true), ("spar", false)] {
        hub.add_pillar(name);
        let then = HealthReport {
            in_use: Some(in_use),
            celsius: Some(54),
            ..report(DeviceState::Ready, DeviceState::Ready)
        };
        said(&hub, name, &then, 40);
    }
    for path in ["/finder", "/pillars", "/pillars/jumbo", "/pillars/spar"] {
        let page = browser.text(path).await;
        for words in ["nu in gebruik", "nu vrij", "°C"] {
            assert!(!page.contains(words), "{path}: {words}");
        }
    }
    let page = browser.text("/finder").await;
    assert_eq!(page.matches("<dt>In gebruik</dt><dd>niet bekend</dd>").count(), 2, "{page}");
    assert_eq!(page.matches("Wij weten nu niet of deze zuil werkt.").count(), 2);
}

#[tokio::test]
async fn nobody_is_sent_to_a_pillar_that_a_technician_took_out_of_service() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    publishes_the_example(&hub);
    let (jumbo, spar) = (hub.add_pillar("jumbo"), hub.add_pillar("spar"));
    hears(&spar).await;
    hears(&jumbo).await;
    let can = "“Grofvuil laten ophalen” kan daar nu.";
    assert_eq!(browser.text("/finder?task=bulky-waste").await.matches(can).count(), 2);
    orders(&browser, "close", &[("reason", "fault")]).await;
    let told = hears(&jumbo).await;
    tells(&jumbo, told[0].id, OrderState::Done, None).await;
    let page = browser.text("/finder?task=bulky-waste").await;
    assert_eq!(sites(&page), ["spar", "Jumbo Marktplein"], "the one that can be used comes first");
    assert_eq!(page.matches("<dt>In gebruik</dt>").count(), 1, "one that serves nobody is not called free");
    assert_eq!(page.matches(can).count(), 1, "{page}");
    for words in [
        "“Grofvuil laten ophalen” kan daar nu niet: de zuil is buiten gebruik.",
        "Deze zuil is nu buiten gebruik.",
    ] {
        assert_eq!(page.matches(words).count(), 1, "{words}");
    }
}
