//! Service visits: from the code that somebody makes at the desk to what its page tells of them.

use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;
use zuil_hub::store::{AuditFilter, Deed, SERVICE_ENTRIES_A_DAY};
use zuil_wire::health::DeviceState;
use zuil_wire::{
    ReadinessReport, ServiceCode, ServiceDeed, ServiceEntries, ServiceEntry, ServiceKey, ServiceOutcome,
    ServiceTaken,
};

use super::access::password;
use super::commands::{folder_with_config, run, text};
use super::desk::{Browser, location, signed_in};
use super::harness::{TestHub, TestPillar, hub, report};

const PAGE: &str = "/pillars/jumbo/service";

async fn post(pillar: &TestPillar, path: &str, body: Vec<u8>) -> reqwest::Response {
    let url = format!("{}{path}", pillar.binding.hub_url);
    pillar.client.post(url).header("content-type", "application/json").body(body).send().await.unwrap()
}

/// The number that the hub tells of the pillar's key.
async fn number(pillar: &TestPillar) -> Option<u32> {
    pillar.report(&report(DeviceState::Ready, DeviceState::Ready)).await.service_key
}

async fn fetches(pillar: &TestPillar) -> ServiceKey {
    let response =
        pillar.client.get(format!("{}/v1/service-key", pillar.binding.hub_url)).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["cache-control"], "no-store");
    response.json().await.unwrap()
}

/// What is told of things that were done; the first id is `from`.
async fn tells(pillar: &TestPillar, from: u128, done: &[(Option<u16>, ServiceDeed)]) -> Vec<Uuid> {
    let entry = |(at, (serial, deed)): (usize, &(Option<u16>, ServiceDeed))| ServiceEntry {
        id: Uuid::from_u128(from + at as u128),
        serial: *serial,
        key_number: 1,
        at: Timestamp::now(),
        deed: *deed,
        outcome: ServiceOutcome::Done,
    };
    let entries = done.iter().enumerate().map(entry).collect();
    let request = ServiceEntries { version: 5, entries };
    let response = post(pillar, "/v1/service-visits", serde_json::to_vec(&request).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    response.json::<ServiceTaken>().await.unwrap().taken
}

fn readiness(number: u128, state: &str, said: &str) -> Value {
    let finding = json!({"check": "printer", "state": state, "said": said});
    json!({"version": 5, "id": Uuid::from_u128(number), "at": Timestamp::now(), "findings": [finding]})
}

/// What stands between two words of a page.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    page.split_once(before).unwrap().1.split_once(after).unwrap().0
}

/// The code that somebody makes who shows who they are.
async fn makes(hub: &TestHub, browser: &Browser, hours: &str) -> ServiceCode {
    let own = password(hub);
    let form = [("hours", hours), ("proof", own.as_str())];
    let answer = browser.post(&format!("{PAGE}/code"), &form).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let page = answer.text().await.unwrap();
    between(&page, "id=\"service-code\">", "<").parse().unwrap()
}

fn deeds(hub: &TestHub, deed: Deed) -> Vec<(String, String, String)> {
    let filter = AuditFilter { deed: Some(deed), ..AuditFilter::default() };
    let entries = hub.running.store.audit(&filter, 9).unwrap().into_iter();
    entries.map(|noted| (noted.entry.who, noted.entry.about, noted.entry.detail)).collect()
}

#[tokio::test]
async fn a_code_of_the_desk_opens_its_pillar_and_the_page_tells_what_was_done_with_it() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let (jumbo, library) = (hub.add_pillar("jumbo"), hub.add_pillar("bieb"));
    assert_eq!(number(&jumbo).await, Some(1));
    let (key, other) = (fetches(&jumbo).await, fetches(&library).await);
    assert_eq!(fetches(&jumbo).await, key, "it is the same each time");
    let now = Timestamp::now();
    let code = makes(&hub, &browser, "4").await;
    let granted = code.check(&key, now).unwrap();
    let hours = granted.until.duration_since(now);
    assert!(
        hours >= SignedDuration::from_hours(4) && hours < SignedDuration::from_mins(5 * 60 + 1),
        "{hours}"
    );
    assert!(code.check(&other, now).is_err(), "it opens no other pillar");
    assert_eq!(deeds(&hub, Deed::MadeServiceCode), [("beheer".into(), "jumbo".into(), "4 h".into())]);

    let done = [
        (None, ServiceDeed::WrongCode),
        (Some(granted.serial), ServiceDeed::Opened),
        (Some(granted.serial), ServiceDeed::ChangedRoll),
    ];
    assert_eq!(tells(&jumbo, 1, &done).await.len(), 3);
    assert_eq!(tells(&jumbo, 1, &done).await.len(), 3, "it is told again and counts once");
    let page = browser.text(PAGE).await;
    for words in ["Foute servicecode", "Servicebezoek begonnen", "Nieuwe rol papier"] {
        assert_eq!(page.matches(words).count(), 1, "{words}: {page}");
    }
    assert!(
        page.contains("Niet bekend")
            && page.contains("<td role=\"cell\" data-label=\"Code van\">beheer</td>")
    );
    assert!(page.contains("Codes die nu werken") && page.contains("Van beheer, tot "), "{page}");
    assert!(!page.contains(&code.groups()) && !page.contains(&code.to_string()), "the code is seen once");
    assert!(browser.text(&format!("{PAGE}?lang=en")).await.contains("New roll of paper"));
    assert!(browser.text("/pillars/jumbo").await.contains("href=\"/pillars/jumbo/service\""));
    assert_eq!(browser.get("/pillars/nowhere/service").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_session_alone_makes_no_code_and_makes_none_void() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let jumbo = hub.add_pillar("jumbo");
    assert_eq!(number(&jumbo).await, Some(1));
    let page = browser.post(&format!("{PAGE}/code"), &[("hours", "8")]).await.text().await.unwrap();
    assert!(page.contains("name=\"proof\"") && page.contains("name=\"hours\" value=\"8\""), "{page}");
    let page = browser.post(&format!("{PAGE}/void"), &[]).await.text().await.unwrap();
    assert!(page.contains("name=\"proof\""), "{page}");
    let wrong = browser.post(&format!("{PAGE}/code"), &[("hours", "8"), ("proof", "AAAA")]).await;
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    let own = password(&hub);
    for hours in ["", "2", "255", "256", "-1", "eight"] {
        let form = [("hours", hours), ("proof", own.as_str())];
        assert_eq!(
            browser.post(&format!("{PAGE}/code"), &form).await.status(),
            StatusCode::NOT_FOUND,
            "{hours}"
        );
    }
    assert_eq!(hub.running.store.service_codes("jumbo").unwrap(), []);
    assert_eq!((deeds(&hub, Deed::MadeServiceCode), number(&jumbo).await), (vec![], Some(1)));
}

#[tokio::test]
async fn when_all_codes_are_made_void_the_pillar_hears_of_another_key() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let jumbo = hub.add_pillar("jumbo");
    let code = makes(&hub, &browser, "24").await;
    assert!(code.check(&fetches(&jumbo).await, Timestamp::now()).is_ok());
    let answer = browser.post(&format!("{PAGE}/void"), &[("proof", &password(&hub))]).await;
    assert_eq!((answer.status(), location(&answer)), (StatusCode::SEE_OTHER, PAGE));
    assert_eq!(number(&jumbo).await, Some(2));
    let key = fetches(&jumbo).await;
    assert_eq!(key.number, 2);
    assert!(code.check(&key, Timestamp::now()).is_err());
    assert_eq!(deeds(&hub, Deed::VoidedServiceCodes), [("beheer".into(), "jumbo".into(), String::new())]);
    assert!(!browser.text(PAGE).await.contains("Codes die nu werken"));
    assert!(makes(&hub, &browser, "1").await.check(&key, Timestamp::now()).is_ok());
}

#[tokio::test]
async fn whether_a_pillar_is_ready_stands_on_its_page_and_since_when() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let jumbo = hub.add_pillar("jumbo");
    assert!(browser.text(PAGE).await.contains("De zuil heeft nog geen controle gemeld."));
    let tells = async |report: Value| {
        let response = post(&jumbo, "/v1/readiness", report.to_string().into()).await;
        assert_eq!(response.status(), StatusCode::OK);
        response.json::<ServiceTaken>().await.unwrap().taken
    };
    let bad = readiness(1, "bad", "Het papier <b>is</b> op.");
    assert_eq!(tells(bad).await, [Uuid::from_u128(1)]);
    let page = browser.text(PAGE).await;
    assert!(page.contains("De zuil is niet klaar voor gebruik.") && page.contains("Werkt niet"), "{page}");
    assert!(page.contains("Het papier ") && !page.contains("<b>is</b>"), "{page}");
    let well = readiness(2, "attention", "Het papier is bijna op.");
    assert_eq!(tells(well.clone()).await, tells(well).await, "once more is the same");
    assert_eq!(hub.running.store.readiness("jumbo").unwrap().len(), 2);
    let page = browser.text(PAGE).await;
    assert!(
        page.contains("De zuil is klaar voor gebruik sinds vandaag ") && page.contains("Let op"),
        "{page}"
    );
    assert!(browser.text("/pillars/jumbo").await.contains("De zuil is klaar voor gebruik sinds vandaag "));
}

#[tokio::test]
async fn a_pillar_in_wrong_hands_fills_no_disk_and_an_honest_one_keeps_what_does_not_fit_and_comes_again() {
    let hub = hub().await;
    let (jumbo, library) = (hub.add_pillar("jumbo"), hub.add_pillar("bieb"));
    let made_up = |number: u32| ServiceEntry {
        id: Uuid::from_u128(u128::from(number)),
        serial: None,
        key_number: 1,
        at: Timestamp::now(),
        deed: ServiceDeed::WrongCode,
        outcome: ServiceOutcome::Failed,
    };
    let flood: Vec<ServiceEntry> = (1..SERVICE_ENTRIES_A_DAY).map(made_up).collect();
    hub.running.store.keep_service_entries("jumbo", &flood, Timestamp::now()).unwrap();
    let done = [(Some(1), ServiceDeed::Opened), (Some(1), ServiceDeed::Closed)];
    assert_eq!(tells(&jumbo, 9_001, &done).await, [Uuid::from_u128(9_001)], "one more fits");
    let request = ServiceEntries { version: 5, entries: vec![made_up(9_002)] };
    let response = post(&jumbo, "/v1/service-visits", serde_json::to_vec(&request).unwrap()).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((60..=3_600).contains(&wait), "{wait}");
    let kept = hub.running.store.service_entries("jumbo", u32::MAX).unwrap();
    assert_eq!(kept.len(), SERVICE_ENTRIES_A_DAY as usize);
    assert_eq!(tells(&library, 9_101, &done).await.len(), 2, "each pillar has its own");
    // What will never be of use may be forgotten all the same.
    assert_eq!(tells(&jumbo, 9_201, &[(Some(1_000), ServiceDeed::Opened)]).await, [Uuid::from_u128(9_201)]);
}

#[tokio::test]
async fn what_is_too_large_or_nothing_of_the_kind_is_refused_and_so_is_a_revoked_pillar() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let jumbo = hub.add_pillar("jumbo");
    for (path, most) in
        [("/v1/service-visits", ServiceEntries::MAX_BYTES), ("/v1/readiness", ReadinessReport::MAX_BYTES)]
    {
        for (body, status) in [
            (vec![b' '; most + 1], StatusCode::PAYLOAD_TOO_LARGE),
            (b"{".to_vec(), StatusCode::BAD_REQUEST),
            (br#"{"version":5}"#.to_vec(), StatusCode::BAD_REQUEST),
            (br#"{"version":6}"#.to_vec(), StatusCode::UPGRADE_REQUIRED),
        ] {
            assert_eq!(post(&jumbo, path, body).await.status(), status, "{path}");
        }
    }
    hub.running.store.revoke_pillar("jumbo", Timestamp::now()).unwrap();
    let url = format!("{}/v1/service-key", jumbo.binding.hub_url);
    assert_eq!(jumbo.client.get(url).send().await.unwrap().status(), StatusCode::FORBIDDEN);
    let empty = br#"{"version":5,"entries":[]}"#.to_vec();
    assert_eq!(post(&jumbo, "/v1/service-visits", empty).await.status(), StatusCode::FORBIDDEN);
    let own = password(&hub);
    let form = [("hours", "4"), ("proof", own.as_str())];
    assert_eq!(browser.post(&format!("{PAGE}/code"), &form).await.status(), StatusCode::NOT_FOUND);
    assert!(!browser.text(PAGE).await.contains("Hoe lang moet de code werken?"));
}

#[test]
fn a_code_is_made_without_a_browser() {
    let folder = folder_with_config();
    let hub_url = ["--hub-url", "https://localhost:1"];
    assert!(run(folder.path(), &[["pillar", "add", "jumbo"].as_slice(), &hub_url].concat()).status.success());
    let made = run(folder.path(), &["service-code", "jumbo", "--hours", "8"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let printed = text(&made.stdout);
    let [code, until] = printed.lines().collect::<Vec<_>>()[..] else { panic!("{printed}") };
    assert!(code.strip_prefix("code ").unwrap().parse::<ServiceCode>().is_ok(), "{code}");
    let until: Timestamp = until.strip_prefix("until ").unwrap().parse().unwrap();
    assert!(until.duration_since(Timestamp::now()) >= SignedDuration::from_hours(7), "{until}");
    assert!(run(folder.path(), &["service-code", "jumbo", "--void"]).status.success());
    for wrong in [
        ["service-code", "nowhere", "--hours", "8"].as_slice(),
        &["service-code", "jumbo", "--hours", "9"],
        &["service-code", "jumbo"],
        &["service-code", "jumbo", "--hours", "8", "--void"],
    ] {
        let refused = run(folder.path(), wrong);
        assert!(!refused.status.success() && refused.stdout.is_empty(), "{wrong:?}");
    }
    let log = text(&run(folder.path(), &["audit", "list"]).stdout);
    assert!(log.contains("\tmade-service-code\tjumbo\t8 h"), "{log}");
    assert!(log.contains("\tvoided-service-codes\tjumbo"), "{log}");
}
