//! An answer that an editor begins with one click from what residents did not find.

use reqwest::StatusCode;
use zuil_hub::drafting::LARGEST;
use zuil_hub::store::{AuditFilter, Deed};

use super::desk::{Browser, location, signed_in};
use super::handover::publish;
use super::harness::{TestHub, hub};
use super::questions::{question, tells};

/// When a draft was seen, as its page says it.
async fn seen(browser: &Browser, id: &str) -> String {
    let page = browser.text(&format!("/drafts/{id}")).await;
    let rest = page.split("name=\"seen\" value=\"").nth(1).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

async fn begins(browser: &Browser, question: &str, language: &str) -> String {
    let form = [("question", question), ("language", language)];
    let answer = browser.post("/questions/draft", &form).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    location(&answer).strip_prefix("/drafts/").unwrap().to_owned()
}

fn noted(hub: &TestHub) -> Vec<String> {
    let filter = AuditFilter { deed: Some(Deed::Drafted), ..AuditFilter::default() };
    let log = hub.running.store.audit(&filter, 99).unwrap();
    log.into_iter().rev().map(|noted| format!("{} {}", noted.entry.detail, noted.entry.about)).collect()
}

const WRITTEN: &str = r#"upl = "UPL-naam nog niet beschikbaar"
title.nl = "Drones"

[[answers]]
id = "vliegen-met-een-drone"
questions.nl = ["Mag ik met een drone vliegen?", "vliegen met een drone"]
short.nl = "Dat mag niet boven de <b>stad</b>."
long.nl = "Vraag het aan de gemeente."

[[answers.next]]
phone = "14 0100"

[answers.valid]
from = 2026-01-01
checked = 2026-11-22
source = "Made up"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_writes_an_answer_to_what_residents_did_not_find_and_takes_it_into_the_catalogue() {
    let hub = hub().await;
    publish(&hub);
    let browser = signed_in(&hub).await;
    tells(&hub.add_pillar("jumbo"), vec![question(1, "vliegen met een drone")]).await;
    let questions = browser.text("/questions").await;
    assert!(questions.contains("action=\"/questions/draft\"") && questions.contains("Schrijf een antwoord"));
    let id = begins(&browser, "vliegen met een drone", "nl").await;
    assert_eq!(id, "vliegen-met-een-drone");
    // A second click opens the same.
    assert_eq!(begins(&browser, "vliegen met een drone", "nl").await, id);
    let path = format!("/drafts/{id}");
    let empty = browser.text(&path).await;
    assert!(
        empty.contains("answers/vliegen-met-een-drone.toml, regel ") && empty.contains("title.nl"),
        "{empty}"
    );
    assert!(empty.contains("komt het pas als u het in de catalogus zet"), "{empty}");

    let seen_at = seen(&browser, &id).await;
    let text = WRITTEN.replace('\n', "\r\n");
    let saved = browser.post(&path, &[("text", &text), ("seen", &seen_at)]).await;
    assert_eq!((saved.status(), location(&saved)), (StatusCode::SEE_OTHER, format!("{path}#check").as_str()));
    let fine = browser.text(&path).await;
    assert!(
        fine.contains("Dit kan in de catalogus.") && fine.contains("Mag ik met een drone vliegen?"),
        "{fine}"
    );
    assert!(!fine.contains("<b>stad</b>"), "{fine}");
    let file = browser.get(&format!("{path}/file")).await;
    let named = file.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert_eq!(named, "attachment; filename=\"vliegen-met-een-drone.toml\"");
    assert_eq!(file.text().await.unwrap(), WRITTEN);
    assert_eq!(browser.post(&format!("{path}/done"), &[]).await.status(), StatusCode::SEE_OTHER);
    assert!(browser.text("/drafts").await.contains("Staat in de catalogus"));
    assert_eq!(browser.post(&format!("{path}/delete"), &[]).await.status(), StatusCode::SEE_OTHER);
    assert!(browser.text("/drafts").await.contains("Er zijn geen concepten."));
    assert_eq!(browser.get(&path).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(noted(&hub), ["begun", "changed", "done", "deleted"].map(|how| format!("{how} {id}")));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_over_what_a_colleague_wrote_meanwhile() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let id = begins(&browser, "drone", "nl").await;
    let (path, seen_at) = (format!("/drafts/{id}"), seen(&browser, &id).await);
    assert!(browser.text(&path).await.contains("nog geen catalogus gepubliceerd"));
    let save =
        async |text: &str, seen_at: &str| browser.post(&path, &[("text", text), ("seen", seen_at)]).await;
    assert_eq!(save("# the first", &seen_at).await.status(), StatusCode::SEE_OTHER);
    let late = save("# the second", &seen_at).await;
    assert_eq!(late.status(), StatusCode::OK);
    let page = late.text().await.unwrap();
    assert!(
        page.contains("veranderde dit concept terwijl u schreef") && page.contains("# the second"),
        "{page}"
    );
    assert_eq!(hub.running.store.draft(&id).unwrap().unwrap().text, "# the first");
    // Having seen it, they may.
    let seen_at = seen(&browser, &id).await;
    assert_eq!(save("# the second", &seen_at).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(hub.running.store.draft(&id).unwrap().unwrap().text, "# the second");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_larger_than_a_form_may_be_is_answered_with_the_way_back_to_it() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let id = begins(&browser, "drone", "nl").await;
    let (path, seen_at) = (format!("/drafts/{id}"), seen(&browser, &id).await);
    assert!(browser.text(&path).await.contains("maxlength=\"65536\""));
    for (at, length, most) in [(path.as_str(), 3 << 20, "1024 kB"), ("/questions/draft", 20_000, "16 kB")] {
        let text = "a".repeat(length);
        let form = [("text", text.as_str()), ("question", text.as_str()), ("seen", seen_at.as_str())];
        let answer = browser.post(at, &form[usize::from(length == 20_000)..]).await;
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE, "{at}");
        let page = answer.text().await.unwrap();
        assert!(page.contains("Wat u instuurde is te lang") && page.contains("knop Terug"), "{page}");
        assert!(page.contains(most), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_in_another_language_begins_a_draft_and_what_is_none_does_not() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let id = begins(&browser, "رخصة طائرة", "ar").await;
    assert_eq!(id, "vraag");
    let text = hub.running.store.draft(&id).unwrap().unwrap().text;
    assert!(
        text.contains("questions.ar = [\"رخصة طائرة\"]") && text.contains("questions.nl = [\"\"]"),
        "{text}"
    );
    for (question, language) in [(" ", "nl"), ("drone", "tlh"), ("drone", "")] {
        let form = [("question", question), ("language", language)];
        assert_eq!(browser.post("/questions/draft", &form).await.status(), StatusCode::NOT_FOUND);
    }
    assert_eq!(hub.running.store.drafts().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_to_be_kept_is_shown_again() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let id = begins(&browser, "drone", "nl").await;
    let before = hub.running.store.draft(&id).unwrap().unwrap();
    let (path, seen_at) = (format!("/drafts/{id}"), seen(&browser, &id).await);
    let save = async |text: &str| browser.post(&path, &[("text", text), ("seen", &seen_at)]).await;
    let mut text = "# dit is veel\n".repeat(LARGEST / 14 + 1);
    let answer = save(&text).await;
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let page = answer.text().await.unwrap();
    assert!(page.contains("Deze tekst is te groot: 65 kB, en 64 kB kan."));
    assert_eq!(page.matches("# dit is veel").count(), LARGEST / 14 + 1, "what was typed is not lost");
    assert_eq!(hub.running.store.draft(&id).unwrap(), Some(before));
    text.truncate(LARGEST);
    assert_eq!(save(&text).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(hub.running.store.draft(&id).unwrap().unwrap().text.len(), LARGEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_form_is_answered_with_a_page_and_changes_nothing() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    hub.add_pillar("jumbo");
    for path in [
        "/questions/draft",
        "/drafts/drone",
        "/enrolment",
        "/pillars/jumbo/orders/restart",
        "/worklist/0000-0000-0000/take",
        "/worklist/0000-0000-0000/told",
    ] {
        let url = format!("{}{path}", browser.desk);
        let broken = browser.client.post(url).header("content-type", "text/plain").body("x");
        let answer = broken.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(answer.text().await.unwrap().contains("<h1"), "{path}");
    }
    assert_eq!(hub.running.store.orders("jumbo", 9).unwrap(), []);
}
