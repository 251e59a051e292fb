//! What staff read of what happened to a request, and how they find it.

use reqwest::StatusCode;
use zuil_hub::connectors::{ConnectorsConfig, FileDropConfig};
use zuil_hub::store::Standing;
use zuil_wire::{PaymentState, Reference};

use super::desk::{location, signed_in};
use super::handover::{publish, stands};
use super::harness::{hub, hub_with, payment};

/// The list on the page of a request.
fn course(page: &str) -> &str {
    let start = page.find("<ol class=\"course\">").unwrap();
    page[start..].split("</ol>").next().unwrap()
}

/// That these stand in a text, one after the other.
fn in_order(text: &str, words: &[&str]) {
    let mut from = 0;
    for word in words {
        let place =
            text[from..].find(word).unwrap_or_else(|| panic!("{word} is not where it should be: {text}"));
        from += place + word.len();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_tells_its_whole_story_and_nothing_of_the_resident() {
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
    let unknown = pillar.envelope(1, Some(payment(PaymentState::Unknown)));
    pillar.upload(std::slice::from_ref(&unknown)).await;
    let browser = signed_in(&hub).await;
    let page = format!("/transactions/{}", Reference::from_bits(1));
    let first = browser.text(&page).await;
    in_order(
        course(&first),
        &["Bewaard in de zuil", "nog niet bekend", "Ontvangen door de gemeente", "zojuist"],
    );
    pillar.upload(&[pillar.again(&unknown, payment(PaymentState::Paid))]).await;
    stands(&hub, 1, Standing::Registered).await;
    assert_eq!(browser.post(&page, &[]).await.status(), StatusCode::OK);
    let story = browser.text(&page).await;
    let told = [
        "Bewaard in de zuil",
        "Of er is betaald, was toen nog niet bekend.",
        "Ontvangen door de gemeente",
        "Gecontroleerd",
        "Door deze zuil ondertekend",
        "Uitkomst van de betaling bekend",
        "Er is betaald.",
        "Bestanden geschreven",
        "Bestanden neergelegd",
        "Geregistreerd",
        "beheer bekeek wat een bewoner invulde",
    ];
    in_order(course(&story), &told);
    assert!(!story.contains("Voorbeeldstraat"), "{story}");
    let english = browser.text(&format!("{page}?lang=en")).await;
    in_order(course(&english), &["Saved in the pillar", "Files delivered", "Registered", "just now"]);
    hub.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_request_waits_stands_in_its_story_and_who_sent_it_again() {
    let hub = hub_with(|config| config.connectors = Some(ConnectorsConfig::default())).await;
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(1, None)]).await;
    let parked = Standing::Parked(zuil_hub::store::ParkReason::NoSuchTask);
    stands(&hub, 1, parked).await;
    let browser = signed_in(&hub).await;
    let page = format!("/transactions/{}", Reference::from_bits(1));
    in_order(
        course(&browser.text(&page).await),
        &["Niet doorgestuurd", "geen enkele gepubliceerde catalogus"],
    );
    browser.post(&format!("{page}/send-again"), &[]).await;
    stands(&hub, 1, parked).await;
    in_order(course(&browser.text(&page).await), &["Ontvangen door", "beheer stuurde opnieuw door"]);
    hub.running.shutdown().await;
}

#[tokio::test]
async fn a_request_is_found_from_every_page_however_its_reference_was_typed() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    // With a 0 and a 1, which people read as letters.
    let number = (1..500)
        .find(|bits| {
            let text = Reference::from_bits(*bits).compact();
            text.contains('0') && text.contains('1')
        })
        .unwrap();
    pillar.upload(&[pillar.envelope(number, None)]).await;
    let browser = signed_in(&hub).await;
    for path in ["/pillars", "/payments", "/questions", "/surveys", "/account", "/audit"] {
        let page = browser.text(path).await;
        assert!(page.contains("<form class=\"find\" method=\"get\" action=\"/\""), "{path}");
    }
    // On the list there is one already.
    assert!(!browser.text("/").await.contains("class=\"find\""));
    let reference = Reference::from_bits(number).to_string();
    let typed = reference.to_lowercase().replace('0', "o").replace('1', "l").replace('-', "%20");
    let found = browser.get(&format!("/?q=%20{typed}%20")).await;
    assert_eq!(found.status(), StatusCode::SEE_OTHER);
    assert_eq!(location(&found), format!("/transactions/{reference}"));
}
