//! Which answers residents found, from a pillar's word to what staff read.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use reqwest::StatusCode;
use serde_json::json;
use uuid::Uuid;
use zuil_hub::store::questions_since;
use zuil_wire::{AskedAnswer, AskedCount, AskedCounts, PROTOCOL_VERSION};

use super::desk::{Browser, signed_in};
use super::finder::publishes_the_example;
use super::harness::{TestHub, TestPillar, hub};

/// How often an answer was found so many days ago (made up).
pub fn count(number: u128, answer: &str, days_ago: i64, times: u32) -> AskedCount {
    let on = Timestamp::now().to_zoned(TimeZone::UTC).date() - days_ago.days();
    AskedCount { id: Uuid::from_u128(number), language: "nl".into(), answer: answer.into(), on, times }
}

async fn post(pillar: &TestPillar, body: Vec<u8>) -> reqwest::Response {
    let url = format!("{}/v1/asked", pillar.binding.hub_url);
    pillar.client.post(url).header("content-type", "application/json").body(body).send().await.unwrap()
}

pub async fn tells_counts(pillar: &TestPillar, counts: Vec<AskedCount>) -> Vec<Uuid> {
    let request = AskedCounts { version: PROTOCOL_VERSION, counts };
    let response = post(pillar, serde_json::to_vec(&request).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    response.json::<AskedAnswer>().await.unwrap().counts
}

fn times(hub: &TestHub) -> u64 {
    let found = hub.running.store.asked(questions_since(Timestamp::now())).unwrap();
    found.iter().map(|found| found.times).sum()
}

/// A library and a supermarket, in the last weeks.
async fn some_weeks(hub: &TestHub) {
    let (jumbo, library) = (hub.add_pillar("jumbo"), hub.add_pillar("bieb"));
    let in_ukrainian = AskedCount { language: "uk".into(), ..count(3, "bulky-waste-how", 2, 4) };
    let counts = [count(1, "bulky-waste-how", 1, 5), count(2, "bulky-waste-how", 2, 3), in_ukrainian];
    tells_counts(&jumbo, counts.into()).await;
    let gone = count(4, "answer-of-last-year", 1, 7);
    tells_counts(&library, vec![gone, count(5, "bulky-waste-how", 20, 2)]).await;
}

#[tokio::test]
async fn staff_read_what_residents_asked_about_most_often_first() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    publishes_the_example(&hub);
    let empty = browser.text("/questions").await;
    assert!(
        empty.contains("Waar bewoners naar vroegen") && empty.contains("telt dat hier mee vanaf de dag erna")
    );
    some_weeks(&hub).await;
    let page = browser.text("/questions").await;
    let sentence =
        "In de laatste 30 dagen openden bewoners 21 keer een antwoord na zoeken: 2 verschillende antwoorden.";
    assert!(page.contains(sentence), "{page}");
    let place = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words} is not on the page"));
    assert!(place("Hoe laat ik grofvuil ophalen?") < place("answer-of-last-year"));
    assert!(page.contains("Grofvuil</span>") && page.contains("Nederlands 10, Oekraïens 4"));
    assert!(page.contains("Staat niet meer in de catalogus"), "its counts are kept");
    let english = browser.text("/questions?lang=en").await;
    assert!(english.contains("What residents asked about") && english.contains("Dutch 10, Ukrainian 4"));
}

#[tokio::test]
async fn staff_choose_a_pillar_and_a_period() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    publishes_the_example(&hub);
    some_weeks(&hub).await;
    let week = browser.text("/questions?days=7&pillar=").await;
    assert!(week.contains("In de laatste 7 dagen openden bewoners 19 keer"), "{week}");
    let library = browser.text("/questions?days=7&pillar=bieb").await;
    assert!(library.contains("openden bewoners 7 keer een antwoord na zoeken."), "{library}");
    assert!(!library.contains("Hoe laat ik grofvuil ophalen?"));
    assert!(
        library.contains("<option value=\"bieb\" selected>") && library.contains("<option value=\"jumbo\">")
    );
    // What cannot be asked for is the usual period, and at a pillar that is none nothing was found.
    let odd = browser.text("/questions?days=8&pillar=nowhere").await;
    assert!(
        odd.contains("<option value=\"30\" selected>") && odd.contains("geen antwoorden gemeld"),
        "{odd}"
    );
}

#[tokio::test]
async fn before_a_catalogue_is_published_answers_are_shown_by_their_ids() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    tells_counts(&hub.add_pillar("jumbo"), vec![count(1, "parking", 1, 2)]).await;
    let page = browser.text("/questions").await;
    assert!(page.contains("parking") && !page.contains("Staat niet meer in de catalogus"));
}

#[tokio::test]
async fn staff_take_what_was_found_into_a_spreadsheet() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    publishes_the_example(&hub);
    some_weeks(&hub).await;
    let response = browser.get("/questions/found.csv?days=7").await;
    let named = response.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(named.starts_with("attachment; filename=\"gevraagd-20"), "{named}");
    let text = response.text().await.unwrap();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    let waste = "\"Hoe laat ik grofvuil ophalen?\";\"Grofvuil\";\"bulky-waste-how\"";
    assert_eq!(
        lines,
        [
            "Zuil;Vraag;Onderwerp;Antwoord;Taal;Hoe vaak".to_owned(),
            format!("\"jumbo\";{waste};\"nl\";8"),
            "\"bieb\";\"\";\"\";\"answer-of-last-year\";\"nl\";7".to_owned(),
            format!("\"jumbo\";{waste};\"uk\";4"),
        ]
    );
    let library = browser.get("/questions/found.csv?days=90&pillar=bieb").await.text().await.unwrap();
    assert_eq!(library.lines().count(), 3);
    let stranger = Browser::new(&hub).get("/questions/found.csv").await;
    assert_eq!(stranger.status(), StatusCode::SEE_OTHER, "for staff only");
}

#[tokio::test]
async fn a_batch_that_is_sent_twice_counts_once_even_over_a_restart() {
    let hub = hub().await;
    let mut pillar = hub.add_pillar("jumbo");
    assert_eq!(tells_counts(&pillar, vec![count(1, "parking", 1, 3)]).await.len(), 1);
    let hub = hub.restart().await;
    pillar.binding.hub_url.clone_from(&hub.running.intake_url);
    let again = vec![count(1, "parking", 1, 3), count(2, "parking", 1, 2)];
    assert_eq!(tells_counts(&pillar, again).await.len(), 2);
    assert_eq!(times(&hub), 5);
}

#[tokio::test]
async fn what_a_pillar_with_a_wrong_clock_counted_counts_on_the_day_on_which_it_came_in() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let in_ten_years = count(1, "parking", -3_650, 3);
    tells_counts(&pillar, vec![in_ten_years, count(2, "parking", 20_000, 2)]).await;
    let browser = signed_in(&hub).await;
    let page = browser.text("/questions?days=7").await;
    assert!(page.contains("openden bewoners 5 keer een antwoord na zoeken."), "{page}");
}

#[tokio::test]
async fn words_that_somebody_typed_are_taken_for_no_answer_and_are_in_none_of_the_hubs_files() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let told = vec![count(1, "Yilmaz kerkstraat", 1, 1), count(2, "parking", 1, 1)];
    assert_eq!(tells_counts(&pillar, told).await.len(), 2, "the pillar forgets both");
    assert_eq!(times(&hub), 1);
    for file in std::fs::read_dir(&hub.config.data_dir).unwrap().map(|file| file.unwrap().path()) {
        let bytes = if file.is_file() { std::fs::read(&file).unwrap() } else { continue };
        let holds = |text: &[u8]| bytes.windows(text.len()).any(|part| part.eq_ignore_ascii_case(text));
        assert!(!holds(b"yilmaz"), "{}", file.display());
    }
}

#[tokio::test]
async fn a_request_with_counts_that_cannot_be_taken_is_refused_and_so_is_a_revoked_pillar() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let many = vec![count(1, "parking", 1, 1); AskedCounts::MAX_COUNTS + 1];
    for (body, status) in [
        (vec![b' '; AskedCounts::MAX_BYTES + 1], StatusCode::PAYLOAD_TOO_LARGE),
        (json!({"version": 1, "counts": many}).to_string().into(), StatusCode::PAYLOAD_TOO_LARGE),
        (b"{".to_vec(), StatusCode::BAD_REQUEST),
        (br#"{"version":6}"#.to_vec(), StatusCode::UPGRADE_REQUIRED),
    ] {
        assert_eq!(post(&pillar, body).await.status(), status);
    }
    hub.running.store.revoke_pillar("jumbo", Timestamp::now()).unwrap();
    let request = AskedCounts { version: PROTOCOL_VERSION, counts: vec![count(1, "parking", 1, 1)] };
    assert_eq!(post(&pillar, serde_json::to_vec(&request).unwrap()).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(times(&hub), 0);
}

#[tokio::test]
async fn after_ninety_days_a_count_is_gone_from_the_hub() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    tells_counts(&pillar, vec![count(1, "parking", 1, 1), count(2, "berth", 1, 2)]).await;
    let path = hub.config.data_dir.join("hub.sqlite");
    let answers = || -> Vec<String> {
        let database = rusqlite::Connection::open(&path).unwrap();
        let mut query = database.prepare("SELECT answer FROM asked ORDER BY answer").unwrap();
        query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let long_ago = questions_since(Timestamp::now()) - 1.day();
    let database = rusqlite::Connection::open(&path).unwrap();
    let aged = "UPDATE asked SET day = ?1 WHERE answer = 'parking'";
    database.execute(aged, [long_ago.to_string()]).unwrap();
    drop(database);
    assert_eq!((times(&hub), answers().len()), (2, 2), "it is not shown any more");
    let hub = hub.restart().await;
    for _ in 0..500 {
        if answers().len() == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!((times(&hub), answers()), (2, vec!["berth".to_owned()]));
}
