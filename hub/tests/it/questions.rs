//! What residents did not find, from a pillar's word to what editors read.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use reqwest::StatusCode;
use serde_json::json;
use uuid::Uuid;
use zuil_hub::store::questions_since;
use zuil_wire::{PROTOCOL_VERSION, QuestionItem, Questions, QuestionsAnswer};

use super::desk::{Browser, signed_in};
use super::harness::{TestHub, TestPillar, hub};

/// What somebody (made up) asked in vain today.
pub fn question(number: u128, words: &str) -> QuestionItem {
    let zone = TimeZone::get("Europe/Amsterdam").unwrap();
    let on = Timestamp::now().to_zoned(zone).date();
    QuestionItem { id: Uuid::from_u128(number), language: "nl".into(), words: words.into(), on }
}

async fn post(pillar: &TestPillar, body: Vec<u8>) -> reqwest::Response {
    let url = format!("{}/v1/questions", pillar.binding.hub_url);
    pillar.client.post(url).header("content-type", "application/json").body(body).send().await.unwrap()
}

pub async fn tells(pillar: &TestPillar, questions: Vec<QuestionItem>) -> Vec<Uuid> {
    let request = Questions { version: PROTOCOL_VERSION, questions };
    let response = post(pillar, serde_json::to_vec(&request).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    response.json::<QuestionsAnswer>().await.unwrap().questions
}

fn times(hub: &TestHub) -> u64 {
    hub.running.store.questions(questions_since(Timestamp::now()), 9).unwrap().times
}

#[tokio::test]
async fn an_editor_reads_what_residents_did_not_find_most_often_first() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let empty = browser.text("/questions").await;
    assert!(empty.contains("Wat bewoners niet vonden") && empty.contains("welk antwoord nog ontbreekt"));
    let (jumbo, library) = (hub.add_pillar("jumbo"), hub.add_pillar("bieb"));
    let arabic = QuestionItem { language: "ar".into(), ..question(3, "رخصة طائرة") };
    let sent = vec![question(1, "zendmast gevaarlijk"), question(2, "vliegen met een drone"), arabic];
    let ids: Vec<Uuid> = sent.iter().map(|question| question.id).collect();
    assert_eq!(tells(&jumbo, sent).await, ids);
    tells(&library, vec![question(4, "vliegen met een drone")]).await;
    let page = browser.text("/questions").await;
    assert!(page.contains("zochten bewoners 4 keer zonder een antwoord te openen: 3 verschillende vragen."));
    let place = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words} is not on the page"));
    assert!(place("vliegen met een drone") < place("zendmast gevaarlijk"));
    assert!(page.contains("<bdi lang=\"ar\">رخصة طائرة</bdi>") && page.contains("Arabisch"));
    assert!(page.contains("class=\"number\">2</td>") && page.contains("vandaag"));
    let english = browser.text("/questions?lang=en").await;
    assert!(english.contains("What residents did not find") && english.contains("Arabic"));
    // Every page leads there.
    assert!(browser.text("/pillars").await.contains("href=\"/questions\""));
}

#[tokio::test]
async fn an_editor_takes_the_list_into_a_spreadsheet() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    tells(&hub.add_pillar("jumbo"), vec![question(1, "bbq’s in ’t park"), question(2, "drone")]).await;
    let response = browser.get("/questions.csv").await;
    let named = response.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(named.starts_with("attachment; filename=\"niet-gevonden-20"), "{named}");
    let today = question(0, "").on;
    let text = response.text().await.unwrap();
    assert!(text.starts_with("\u{feff}Wat werd gezocht;Taal;"), "{text}");
    assert!(text.contains(&format!("\"drone\";nl;1;1;{today}\r\n")), "{text}");
    assert_eq!(text.lines().count(), 3);
}

#[tokio::test]
async fn what_residents_did_not_find_is_for_staff_only() {
    let hub = hub().await;
    for path in ["/questions", "/questions.csv"] {
        assert_eq!(Browser::new(&hub).get(path).await.status(), StatusCode::SEE_OTHER, "{path}");
    }
}

#[tokio::test]
async fn a_question_whose_answer_was_lost_is_told_again_and_counts_once_even_over_a_restart() {
    let hub = hub().await;
    let mut pillar = hub.add_pillar("jumbo");
    tells(&pillar, vec![question(1, "drone")]).await;
    let hub = hub.restart().await;
    pillar.binding.hub_url.clone_from(&hub.running.intake_url);
    assert_eq!(tells(&pillar, vec![question(1, "drone"), question(2, "drone")]).await.len(), 2);
    assert_eq!(times(&hub), 2);
}

#[tokio::test]
async fn what_names_somebody_is_taken_out_at_the_door_and_in_none_of_the_hubs_files() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let told = vec![question(1, "drone van Fatima Yilmaz 0612345678"), question(2, "Fatima Yilmaz")];
    assert_eq!(tells(&pillar, told).await.len(), 2, "the pillar forgets both");
    let unfound = hub.running.store.questions(questions_since(Timestamp::now()), 9).unwrap();
    assert_eq!((unfound.times, unfound.most[0].words.as_str()), (1, "drone"));
    for file in std::fs::read_dir(&hub.config.data_dir).unwrap().map(|file| file.unwrap().path()) {
        let bytes = if file.is_file() { std::fs::read(&file).unwrap() } else { continue };
        let holds = |text: &[u8]| bytes.windows(text.len()).any(|part| part.eq_ignore_ascii_case(text));
        assert!(!holds(b"yilmaz") && !holds(b"0612345678"), "{}", file.display());
    }
}

#[tokio::test]
async fn what_is_too_large_or_no_question_at_all_is_refused() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let many = vec![question(1, "drone"); Questions::MAX_QUESTIONS + 1];
    for (body, status) in [
        (vec![b' '; Questions::MAX_BYTES + 1], StatusCode::PAYLOAD_TOO_LARGE),
        (json!({"version": 1, "questions": many}).to_string().into(), StatusCode::PAYLOAD_TOO_LARGE),
        (b"{".to_vec(), StatusCode::BAD_REQUEST),
        (br#"{"version":6}"#.to_vec(), StatusCode::UPGRADE_REQUIRED),
    ] {
        assert_eq!(post(&pillar, body).await.status(), status);
    }
    assert_eq!(times(&hub), 0);
}

#[tokio::test]
async fn what_a_hub_has_never_heard_of_is_answered_so_that_a_newer_pillar_does_without() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let url = format!("{}/v1/from-later", pillar.binding.hub_url);
    let response = pillar.client.post(url).body("{}").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_revoked_pillar_tells_nothing_any_more() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    hub.running.store.revoke_pillar("jumbo", Timestamp::now()).unwrap();
    let request = Questions { version: PROTOCOL_VERSION, questions: vec![question(1, "drone")] };
    assert_eq!(post(&pillar, serde_json::to_vec(&request).unwrap()).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(times(&hub), 0);
}

#[tokio::test]
async fn while_the_hub_cannot_store_the_pillar_keeps_its_questions() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    let database = rusqlite::Connection::open(hub.config.data_dir.join("hub.sqlite")).unwrap();
    database.execute_batch("ALTER TABLE questions RENAME TO away").unwrap();
    let request = Questions { version: PROTOCOL_VERSION, questions: vec![question(1, "drone")] };
    let status = post(&pillar, serde_json::to_vec(&request).unwrap()).await.status();
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn after_ninety_days_a_question_is_gone_from_the_hub() {
    let hub = hub().await;
    let pillar = hub.add_pillar("jumbo");
    tells(&pillar, vec![question(1, "drone"), question(2, "imker")]).await;
    let path = hub.config.data_dir.join("hub.sqlite");
    let days = || -> Vec<String> {
        let database = rusqlite::Connection::open(&path).unwrap();
        let mut query = database.prepare("SELECT day FROM questions ORDER BY day").unwrap();
        query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let long_ago = questions_since(Timestamp::now()) - 1.day();
    let database = rusqlite::Connection::open(&path).unwrap();
    let aged = "UPDATE questions SET day = ?1 WHERE words = 'drone'";
    database.execute(aged, [long_ago.to_string()]).unwrap();
    drop(database);
    assert_eq!((times(&hub), days().len()), (1, 2), "it is not shown any more");
    let hub = hub.restart().await;
    for _ in 0..500 {
        if days().len() == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!((times(&hub), days()), (1, vec![question(0, "").on.to_string()]));
}
