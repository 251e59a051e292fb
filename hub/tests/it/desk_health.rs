//! What staff see of the pillars' health, and how they settle a payment.

use jiff::{SignedDuration, Timestamp};
use reqwest::{Response, StatusCode};
use uuid::Uuid;
use zuil_wire::health::{Device, DeviceReport, DeviceState, Paper, Salvaged, StorageReport, Tried};
use zuil_wire::{HealthReport, PaymentState, Reference};

use super::desk::{Browser, location, signed_in};
use super::harness::{TestHub, blocked_by, hub, hub_whose_staff_wait, open_payment, payment, report};

/// A pillar that said this so many minutes ago.
fn said(hub: &TestHub, name: &str, report: &HealthReport, minutes_ago: i64) {
    let at = Timestamp::now() - SignedDuration::from_mins(minutes_ago);
    hub.running.store.take_report(name, &HealthReport { at, ..report.clone() }, at).unwrap();
}

async fn post(browser: &Browser, path: &str) -> Response {
    browser.client.post(format!("{}{path}", browser.desk)).send().await.unwrap()
}

fn rows(page: &str) -> usize {
    page.matches("scope=\"row\"").count()
}

#[tokio::test]
async fn the_list_of_pillars_says_what_works_right_now() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let empty = browser.text("/pillars").await;
    assert!(empty.contains("Er zijn nog geen zuilen.") && !empty.contains("zuil-hub"));
    assert_eq!(
        empty.matches("<a class=\"button\" href=\"/enrolment\">Zuil aanmelden</a>").count(),
        1,
        "{empty}"
    );
    for name in ["bieb", "jumbo", "plus", "raadhuis", "spar"] {
        hub.add_pillar(name);
    }
    let well = report(DeviceState::Ready, DeviceState::Ready);
    let mut nearly_out = report(DeviceState::PaperNearEnd, DeviceState::Ready);
    nearly_out.paper =
        Some(Paper { used_mm: 71_500, roll_mm: 80_000, empty_on: Some("2199-12-12".parse().unwrap()) });
    said(&hub, "bieb", &well, 2);
    said(&hub, "jumbo", &nearly_out, 2);
    said(&hub, "plus", &blocked_by(open_payment(1)), 2);
    said(&hub, "raadhuis", &report(DeviceState::PaperOut, DeviceState::Offline), 40);
    let page = browser.text("/pillars").await;
    for words in [
        "1 zuil werkt",
        "1 heeft bijna geen papier",
        "1 neemt geen pinpas aan tot een betaling is uitgezocht",
        "2 zijn niet bereikbaar",
        "Werkt, papier bijna op",
        "papier tot ongeveer 12 december 2199",
        "71 van 80 m gebruikt",
        "een betaling wordt uitgezocht",
        "laatst bekend: papier op",
        "0.2.0, catalogus 2026-11",
    ] {
        assert!(page.contains(words), "{words}");
    }
    // What is not known is not called broken; one that never said a word lacks nothing.
    assert!(
        !page.contains("Geen contact<")
            && !page.contains("Papier op<")
            && !page.contains("Heeft geen printer")
    );
    assert_eq!(rows(&page), 5);
    assert_eq!(rows(&browser.text("/pillars?show=silent").await), 2);
    assert_eq!(rows(&browser.text("/pillars?show=works").await), 1);
    assert!(browser.text("/pillars?show=no-reader").await.contains("geen zuil waarvoor dit geldt"));
    let english = browser.text("/pillars?lang=en").await;
    assert!(english.contains("1 pillar works") && english.contains("2 cannot be reached"));
}

#[tokio::test]
async fn the_list_and_the_pillars_own_page_say_whether_somebody_is_there_and_how_warm_it_is() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let well = report(DeviceState::Ready, DeviceState::Ready);
    for (name, in_use, celsius) in
        [("bieb", Some(true), Some(54)), ("jumbo", Some(false), Some(-3)), ("spar", None, None)]
    {
        hub.add_pillar(name);
        said(&hub, name, &HealthReport { in_use, celsius, ..well.clone() }, 1);
    }
    let list = browser.text("/pillars").await;
    for words in ["nu in gebruik, 54\u{a0}°C</span>", "nu vrij, -3\u{a0}°C</span>"] {
        assert_eq!(list.matches(words).count(), 1, "{words}: {list}");
    }
    assert_eq!(list.matches("°C").count(), 2, "nothing is made up of an older pillar");
    let has = async |name: &str, words: &str| browser.text(&format!("/pillars/{name}")).await.contains(words);
    assert!(has("bieb", "<dt>In gebruik</dt><dd>nu in gebruik</dd>").await);
    assert!(has("bieb", "<dt>Temperatuur binnenin</dt><dd>54\u{a0}°C</dd>").await);
    assert!(has("spar", "<dt>In gebruik</dt><dd>niet bekend</dd>").await);
    assert!(!has("spar", "Temperatuur binnenin").await);
    assert!(has("bieb?lang=en", "The pillar is in use now.").await);
}

#[tokio::test]
async fn a_pillar_without_devices_is_not_said_to_have_kept_them_to_itself() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let bare = HealthReport { devices: Vec::new(), ..report(DeviceState::Ready, DeviceState::Ready) };
    for name in ["bieb", "jumbo", "spar"] {
        hub.add_pillar(name);
    }
    said(&hub, "bieb", &bare, 2);
    said(&hub, "jumbo", &bare, 40);
    let has = async |name: &str, words: &str| {
        let page = browser.text(&format!("/pillars/{name}")).await;
        assert!(page.contains(words), "{name}: {words}");
    };
    has("bieb", "De zuil heeft geen apparaten.").await;
    has("bieb", "Pinnen kan bij deze zuil niet.").await;
    has("jumbo", "De zuil had geen apparaten toen wij voor het laatst van hem hoorden.").await;
    has("spar", "De zuil heeft nog niet verteld welke apparaten hij heeft.").await;
    has("bieb?lang=en", "The pillar has no devices.").await;
}

#[tokio::test]
async fn a_technician_reads_what_to_do_and_an_agent_what_to_say() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    hub.add_pillar("jumbo");
    let mut broken = report(DeviceState::PaperOut, DeviceState::Blocked);
    let since = broken.at;
    let reader = |device, state| DeviceReport { device, state, since };
    broken.devices.push(reader(Device::DocumentReader, DeviceState::Offline));
    broken.devices.push(reader(Device::PassReader, DeviceState::Ready));
    said(&hub, "jumbo", &broken, 1);
    let page = browser.text("/pillars/jumbo").await;
    for words in [
        "Rol vervangen: klep open",
        "Zoek uit of er betaald is",
        "Lezer voor afvalpassen",
        "Pinnen kan nu niet.",
        "Er komt nu geen bon uit.",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("Verwachting"), "there is nothing to expect of paper that is used up");
    let well = report(DeviceState::Ready, DeviceState::Ready);
    said(&hub, "jumbo", &well, 0);
    let page = browser.text("/pillars/jumbo").await;
    assert!(page.contains("Pinnen kan.") && page.contains("U krijgt een bon."));
    assert!(page.contains("Er is nog te weinig geprint om dat te zeggen."));
    assert_eq!(browser.get("/pillars/nobody").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn staff_read_that_a_pillars_storage_was_damaged_and_what_that_means() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    hub.add_pillar("jumbo");
    let mut damaged = report(DeviceState::Ready, DeviceState::Blocked);
    said(&hub, "jumbo", &damaged, 0);
    assert!(!browser.text("/pillars/jumbo").await.contains("beschadigd"));
    for (unreadable, words) in [(false, "alle 412 aanvragen zijn bewaard"), (true, "neemt geen pinpas aan")] {
        let salvaged = Some(Salvaged { at: damaged.at, kept: 412, unreadable });
        damaged.storage = Some(StorageReport { room_for: 1000, tried: None, salvaged });
        said(&hub, "jumbo", &damaged, 0);
        let page = browser.text("/pillars/jumbo").await;
        assert!(page.contains("Was beschadigd") && page.contains(words), "{words}");
    }
}

#[tokio::test]
async fn a_pillar_without_room_is_out_of_service_for_agents_and_technicians_alike() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    hub.add_pillar("jumbo");
    let mut full = report(DeviceState::Ready, DeviceState::Ready);
    let tried =
        Tried { id: Uuid::from_u128(1), tries: 14, last: full.at, why: "the hub answered 500".into() };
    full.storage = Some(StorageReport { room_for: 90, tried: Some(tried), salvaged: None });
    said(&hub, "jumbo", &full, 0);
    let page = browser.text("/pillars/jumbo").await;
    for words in
        ["Buiten gebruik", "nu buiten gebruik.", "90 aanvragen. Dat is te weinig", "14 keer, het laatst"]
    {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("Pinnen kan") && !page.contains("U kunt bij deze zuil terecht"));
    let list = browser.text("/pillars").await;
    assert!(list.contains("1 zuil is buiten gebruik"));
    full.storage = Some(StorageReport { room_for: 300, tried: None, salvaged: None });
    said(&hub, "jumbo", &full, 0);
    let page = browser.text("/pillars/jumbo").await;
    assert!(page.contains("300 aanvragen") && page.contains("U kunt bij deze zuil terecht"));
}

#[tokio::test]
async fn nothing_is_promised_of_a_pillar_that_cannot_be_reached() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    hub.add_pillar("jumbo");
    said(&hub, "jumbo", &report(DeviceState::Ready, DeviceState::Offline), 16);
    let page = browser.text("/pillars/jumbo").await;
    assert!(page.contains("Niet bereikbaar") && page.contains("Wij weten nu niet of deze zuil werkt."));
    assert!(page.contains("Kijk eerst of de zuil stroom en netwerk heeft."));
    assert!(!page.contains("Pinnen kan") && !page.contains(">Werkt<"));
}

#[tokio::test]
async fn a_pillar_whose_clock_is_years_off_shows_the_hubs_time() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let pillar = hub.add_pillar("jumbo");
    let now = Timestamp::now();
    let year = now.to_zoned(jiff::tz::TimeZone::UTC).year();
    let long_ago: Timestamp = "2001-03-04T05:06:07Z".parse().unwrap();
    let mut lost = report(DeviceState::Ready, DeviceState::Ready);
    lost.at = long_ago;
    for device in &mut lost.devices {
        device.since = long_ago - SignedDuration::from_mins(30);
    }
    pillar.report(&lost).await;
    let page = browser.text("/pillars/jumbo").await;
    assert!(page.contains("Loopt ongeveer") && page.contains("jaar achter") && page.contains(">Werkt<"));
    assert!(!page.contains("2001") && page.contains(&format!("datetime=\"{year}-")));
}

#[tokio::test]
async fn what_a_pillar_says_of_itself_is_never_markup() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let pillar = hub.add_pillar("jumbo");
    let mut sly = report(DeviceState::Ready, DeviceState::Ready);
    sly.program = "<script>1</script>".into();
    sly.catalogue = "\"><b>".into();
    pillar.report(&sly).await;
    for path in ["/pillars", "/pillars/jumbo"] {
        let page = browser.text(path).await.replace("<script src=\"/live.js\" defer></script>", "");
        assert!(page.contains("&#60;script&#62;") && !page.contains("<script"), "{path}");
        assert!(!page.contains("\"><b>"), "{path}");
    }
}

#[tokio::test]
async fn staff_find_out_about_a_payment_and_the_pillar_hears_it() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let pillar = hub.add_pillar("jumbo");
    assert!(browser.text("/payments").await.contains("Er hoeft niets te worden uitgezocht."));
    assert!(!browser.text("/").await.contains("moet worden uitgezocht"));
    let unknown = pillar.envelope(1, Some(payment(PaymentState::Unknown)));
    pillar.upload(std::slice::from_ref(&unknown)).await;
    let list = browser.text("/payments").await;
    assert!(
        list.contains("De zuil meldt deze betaling nu niet als open.")
            && !list.contains("<form method=\"get\"")
    );
    let open = open_payment(1);
    pillar.report(&blocked_by(open.clone())).await;
    assert!(browser.text("/").await.contains("1 betaling moet worden uitgezocht"));
    let list = browser.text("/payments").await;
    for words in ["17,35", "0231", "52523535", "Wel betaald", "Niet betaald", "betaaldienst"] {
        assert!(list.contains(words), "{words}");
    }
    assert!(list.contains(&format!("href=\"/transactions/{}\"", open.reference)));

    let path = format!("/payments/jumbo/{}/paid", open.payment);
    assert!(list.contains(&format!("action=\"{path}\"")));
    let question = browser.text(&path).await;
    assert!(question.contains("Is deze betaling echt gelukt?") && question.contains("niet terug te draaien"));
    assert!(
        pillar.report(&blocked_by(open.clone())).await.settled.is_empty(),
        "nothing is decided by looking"
    );
    let done = post(&browser, &path).await;
    assert_eq!((done.status(), location(&done)), (StatusCode::SEE_OTHER, "/payments"));
    assert!(browser.text("/payments").await.contains("Besloten: wel betaald, wacht op de zuil"));
    assert!(!browser.text("/").await.contains("moet worden uitgezocht"));

    let settled = pillar.report(&blocked_by(open.clone())).await.settled;
    assert_eq!((settled[0].payment, settled[0].state), (open.payment, PaymentState::Paid));
    pillar.upload(&[pillar.again(&unknown, payment(PaymentState::Paid))]).await;
    assert!(browser.text("/payments").await.contains("Er hoeft niets te worden uitgezocht."));
    let page = browser.text(&format!("/transactions/{}", Reference::from_bits(1))).await;
    assert!(page.contains("Betaald") && !page.contains("Nog niet bekend"));
}

#[tokio::test]
async fn that_something_was_not_paid_cannot_be_decided_before_it_can_be_known() {
    let hub = hub_whose_staff_wait(24).await;
    let browser = signed_in(&hub).await;
    let pillar = hub.add_pillar("jumbo");
    let open = open_payment(1);
    pillar.report(&blocked_by(open.clone())).await;
    let path = |finding: &str| format!("/payments/jumbo/{}/{finding}", open.payment);
    let list = browser.text("/payments").await;
    assert!(list.contains("tot dan kan de betaling nog binnenkomen"), "it says when");
    assert!(list.contains(&path("paid")) && !list.contains(&path("not-paid")));
    for refused in [post(&browser, &path("not-paid")).await, browser.get(&path("not-paid")).await] {
        assert_eq!(refused.status(), StatusCode::CONFLICT);
        assert!(refused.text().await.unwrap().contains("kan nog niet worden besloten"));
    }
    assert!(pillar.report(&blocked_by(open.clone())).await.settled.is_empty(), "nothing was decided");
    assert_eq!(post(&browser, &path("paid")).await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_first_decision_stands_and_what_is_not_open_cannot_be_decided() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let pillar = hub.add_pillar("jumbo");
    let open = open_payment(1);
    pillar.report(&blocked_by(open.clone())).await;
    let path = |finding: &str| format!("/payments/jumbo/{}/{finding}", open.payment);
    assert_eq!(post(&browser, &path("not-paid")).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(post(&browser, &path("not-paid")).await.status(), StatusCode::SEE_OTHER);
    let refused = post(&browser, &path("paid")).await;
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    assert!(refused.text().await.unwrap().contains("Er is al iets anders besloten"));
    assert_eq!(browser.get(&path("paid")).await.status(), StatusCode::SEE_OTHER);

    pillar.report(&report(DeviceState::Ready, DeviceState::Ready)).await;
    for answer in [post(&browser, &path("paid")).await, browser.get(&path("paid")).await] {
        assert_eq!(answer.status(), StatusCode::CONFLICT);
        assert!(answer.text().await.unwrap().contains("niet meer open"));
    }
    for nonsense in ["maybe", "unknown", ""] {
        assert_eq!(post(&browser, &path(nonsense)).await.status(), StatusCode::NOT_FOUND, "{nonsense}");
    }
    assert_eq!(post(&browser, "/payments/jumbo/7/paid").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nobody_decides_without_a_session_or_from_another_site() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let open = open_payment(1);
    pillar.report(&blocked_by(open.clone())).await;
    let path = format!("/payments/jumbo/{}/paid", open.payment);
    let stranger = Browser::new(&hub);
    let sent_away = post(&stranger, &path).await;
    assert!(location(&sent_away).starts_with("/login"));
    let browser = signed_in(&hub).await;
    let foreign =
        browser.client.post(format!("{}{path}", browser.desk)).header("origin", "http://evil.example");
    assert_eq!(foreign.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    assert!(pillar.report(&blocked_by(open)).await.settled.is_empty());
}
