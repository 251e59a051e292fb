//! What a resident reads at the desk's door about a request, with nothing but the reference.

use reqwest::StatusCode;
use zuil_hub::connectors::{ConnectorsConfig, FileDropConfig};
use zuil_hub::store::{ParkReason, Standing};
use zuil_wire::{PaymentState, Reference};

use super::desk::{Browser, signed_in};
use super::handover::{publish, stands};
use super::harness::{hub, hub_with, payment};

async fn asks(browser: &Browser, typed: &str) -> (StatusCode, String) {
    let answer = browser.post("/status", &[("reference", typed)]).await;
    (answer.status(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_reads_how_a_request_stands_and_nobody_reads_who_made_it() {
    let hub = hub_with(|config| config.connectors = Some(ConnectorsConfig::default())).await;
    publish(&hub);
    let pillar = hub.add_pillar("jumbo");
    let resident = Browser::new(&hub);
    assert!(resident.text("/status").await.contains("Hoe staat het met uw aanvraag?"));
    pillar.upload(&[pillar.envelope(1, Some(payment(PaymentState::Paid)))]).await;
    stands(&hub, 1, Standing::Parked(ParkReason::NotConfigured)).await;
    let typed = Reference::from_bits(1).to_string().to_lowercase().replace('-', " ");
    let (status, page) = asks(&resident, &typed).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Grofvuil laten ophalen") && page.contains("Een medewerker kijkt naar"), "{page}");
    assert!(!page.contains("Voorbeeldstraat") && !page.contains("een bank") && !page.contains("jumbo"));
    let staff = signed_in(&hub).await;
    let by_hand = format!("/transactions/{}/by-hand", Reference::from_bits(1));
    staff.post(&by_hand, &[("case_number", "ZAAK-2026-17")]).await;
    let (_, page) = asks(&resident, &typed).await;
    assert!(page.contains("<strong>Geregistreerd.</strong>") && page.contains("ZAAK-2026-17"), "{page}");
    assert!(page.contains("Noem het zaaknummer als u ons belt."), "{page}");
    hub.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_whose_request_staff_are_done_with_does_not_wait_for_it_any_more() {
    let hub = hub_with(|config| config.connectors = Some(ConnectorsConfig::default())).await;
    publish(&hub);
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(1, None)]).await;
    stands(&hub, 1, Standing::Parked(ParkReason::NotConfigured)).await;
    let (staff, request) = (signed_in(&hub).await, format!("/transactions/{}", Reference::from_bits(1)));
    staff.post(&format!("{request}/close"), &[]).await;
    let (resident, typed) = (Browser::new(&hub), Reference::from_bits(1).to_string());
    let (_, page) = asks(&resident, &typed).await;
    assert!(page.contains("<strong>Afgesloten.</strong>"), "{page}");
    assert!(page.contains("of uw aanvraag gaat niet door.") && page.contains("Bel ons en noem uw kenmerk."));
    assert!(!page.contains("U hoeft nu niets te doen."), "{page}");
    // Staff read the same word.
    assert!(staff.text(&request).await.contains("Afgesloten</span>"));
    resident.text("/status?lang=en").await;
    let (_, page) = asks(&resident, &typed).await;
    assert!(page.contains("<strong>Closed.</strong>") && page.contains("Call us and give your reference."));
    hub.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_case_number_is_not_asked_for_one() {
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
    let (resident, typed) = (Browser::new(&hub), Reference::from_bits(1).to_string());
    let (_, page) = asks(&resident, &typed).await;
    assert!(page.contains("Noem uw kenmerk als u ons belt.") && !page.contains("aaknummer"), "{page}");
    resident.text("/status?lang=en").await;
    let (_, page) = asks(&resident, &typed).await;
    assert!(page.contains("Give your reference when") && !page.contains("ase number"), "{page}");
    hub.running.shutdown().await;
}

#[tokio::test]
async fn nobody_is_told_that_it_was_or_was_not_paid_before_that_is_known() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(1, Some(payment(PaymentState::Unknown)))]).await;
    let resident = Browser::new(&hub);
    let (_, page) = asks(&resident, &Reference::from_bits(1).to_string()).await;
    assert!(page.contains("Betaal niet nog een keer."), "{page}");
    resident.text("/status?lang=en").await;
    let (_, page) = asks(&resident, &Reference::from_bits(1).to_string()).await;
    assert!(page.contains("Do not pay again."), "{page}");
}

#[tokio::test]
async fn what_is_typed_wrongly_or_not_known_is_told_clearly_and_guessing_is_slowed_down() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(1, None)]).await;
    let resident = Browser::new(&hub);
    // Typing wrongly costs nothing, however often.
    for _ in 0..6 {
        let (status, page) = asks(&resident, "7K3M-Q9XA-2F0").await;
        assert_eq!(status, StatusCode::OK);
        assert!(
            page.contains("Dit kenmerk klopt niet") && page.contains("value=\"7K3M-Q9XA-2F0\""),
            "{page}"
        );
    }
    let known = Reference::from_bits(1).to_string();
    // Nor does looking at one's own, however often.
    for _ in 0..6 {
        assert_eq!(asks(&resident, &known).await.0, StatusCode::OK);
    }
    // Many may be behind one address whose requests wait in pillars still.
    for number in 100..160 {
        let (status, page) = asks(&resident, &Reference::from_bits(number).to_string()).await;
        assert!(status == StatusCode::OK && page.contains("Wij kennen dit kenmerk nog niet."), "{page}");
    }
    for number in 160..163 {
        let (status, page) = asks(&resident, &Reference::from_bits(number).to_string()).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
        assert!(page.contains("Dat was te vaak verkeerd"), "{page}");
    }
    // Staff at the same address sign in all the same.
    signed_in(&hub).await;
}

#[tokio::test]
async fn who_guesses_is_not_faster_with_a_reference_of_their_own_in_between() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(1, None)]).await;
    let guesser = Browser::new(&hub);
    let mut slowed = 0;
    for number in 200..265 {
        let (status, _) = asks(&guesser, &Reference::from_bits(number).to_string()).await;
        slowed += usize::from(status == StatusCode::TOO_MANY_REQUESTS);
        asks(&guesser, &Reference::from_bits(1).to_string()).await;
    }
    assert_eq!(slowed, 5);
}

#[tokio::test]
async fn one_reference_is_not_asked_for_again_and_again_before_it_is_known() {
    let hub = hub().await;
    let resident = Browser::new(&hub);
    let (one, other) = (Reference::from_bits(300).to_string(), Reference::from_bits(301).to_string());
    for _ in 0..3 {
        assert_eq!(asks(&resident, &one).await.0, StatusCode::OK);
    }
    // All at once, so that no wait has passed for more than one of them.
    let (a, b, c) = tokio::join!(asks(&resident, &one), asks(&resident, &one), asks(&resident, &one));
    let slowed = [a.0, b.0, c.0].into_iter().filter(|status| *status == StatusCode::TOO_MANY_REQUESTS);
    assert!(slowed.count() >= 2);
    assert_eq!(asks(&resident, &other).await.0, StatusCode::OK);
}

#[tokio::test]
async fn residents_have_a_door_at_which_nobody_signs_in() {
    let hub = hub_with(|config| config.desk.public_listen = Some("127.0.0.1:0".parse().unwrap())).await;
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(1, None)]).await;
    let at_the_desk = signed_in(&hub).await;
    assert!(at_the_desk.text("/status").await.contains("/logout"), "staff are known at their own door");
    let resident = Browser { desk: hub.running.public_url.clone().unwrap(), ..at_the_desk };
    let page = resident.text("/status").await;
    assert!(page.contains("Hoe staat het met uw aanvraag?") && !page.contains("/logout"), "{page}");
    // A screen reader says the title first.
    let title = "<title>Hoe staat het met uw aanvraag? – Aanvragen bij de zuil – Voorbeeldstad</title>";
    assert!(page.contains(title) && !page.to_lowercase().contains("balie"), "{page}");
    let (status, page) = asks(&resident, &Reference::from_bits(1).to_string()).await;
    assert!(status == StatusCode::OK && page.contains("Grofvuil laten ophalen"), "{page}");
    assert!(resident.text("/style.css").await.contains("--basis-color"));
    assert_eq!(resident.get("/icon.svg").await.status(), StatusCode::OK);
    let policy = resident.get("/status").await.headers()["content-security-policy"].clone();
    assert!(policy.to_str().unwrap().contains("default-src 'none'"));
    let reference = format!("/transactions/{}", Reference::from_bits(1));
    for path in ["/", "/login", "/login/sso", "/pillars", "/staff", "/health", "/callbacks/zgw", &reference] {
        for answer in [resident.get(path).await, resident.post(path, &[("password", "x")]).await] {
            assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{path}");
            assert_eq!(answer.headers()["location"], "/status", "{path}");
        }
    }
}

#[tokio::test]
async fn a_form_from_another_site_is_not_taken_at_the_door_of_residents_either() {
    let hub = hub_with(|config| config.desk.public_listen = Some("127.0.0.1:0".parse().unwrap())).await;
    let resident = Browser { desk: hub.running.public_url.clone().unwrap(), ..Browser::new(&hub) };
    let asked = resident.client.post(format!("{}/status", resident.desk)).form(&[("reference", "7")]);
    let answer = asked.header("origin", "http://evil.example").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let page = answer.text().await.unwrap();
    assert!(page.contains("Open de pagina opnieuw") && page.contains("href=\"/status\""), "{page}");
    assert!(!page.to_lowercase().contains("balie"), "a resident knows of none: {page}");
}

#[tokio::test]
async fn what_is_no_form_is_answered_with_a_page() {
    let hub = hub().await;
    let resident = Browser::new(&hub);
    let url = format!("{}/status", resident.desk);
    let broken = resident.client.post(url).header("content-type", "text/plain").body("reference=7");
    let answer = broken.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.text().await.unwrap().contains("Hoe staat het met uw aanvraag?"));
}
