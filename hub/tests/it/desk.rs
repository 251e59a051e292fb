//! What staff see, and what others do not.

use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use zuil_wire::{PaymentState, Reference};

use super::finder::publishes_the_example;
use super::harness::{TestHub, hub, payment, use_one_provider};

/// A browser on the desk.
pub struct Browser {
    pub client: Client,
    pub desk: String,
}

impl Browser {
    pub fn new(hub: &TestHub) -> Self {
        use_one_provider();
        let client =
            Client::builder().no_proxy().cookie_store(true).redirect(Policy::none()).build().unwrap();
        Self { client, desk: hub.running.desk_url.clone() }
    }

    pub async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.desk)).send().await.unwrap()
    }

    pub async fn text(&self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.text().await.unwrap()
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        self.client.post(format!("{}{path}", self.desk)).form(form).send().await.unwrap()
    }

    async fn log_in(&self, password: &str) -> Response {
        self.log_in_as("beheer", password).await
    }

    pub async fn log_in_as(&self, name: &str, password: &str) -> Response {
        self.post("/login", &[("name", name), ("password", password), ("next", "/pillars")]).await
    }
}

pub fn location(response: &Response) -> &str {
    response.headers()["location"].to_str().unwrap()
}

pub async fn signed_in(hub: &TestHub) -> Browser {
    let browser = Browser::new(hub);
    let password = hub.running.first_password.clone().unwrap();
    assert_eq!(browser.log_in(&password).await.status(), StatusCode::SEE_OTHER);
    browser
}

#[tokio::test]
async fn without_the_password_every_page_asks_for_it() {
    let hub = hub().await;
    let browser = Browser::new(&hub);
    let reference = Reference::from_bits(1).to_string();
    let payment = "/payments/jumbo/00000000-0000-0000-0000-0000000000a1/paid";
    let transaction = format!("/transactions/{reference}");
    for path in ["/", "/pillars", "/pillars/jumbo", "/payments", payment, &transaction, "/?q=7K3M"] {
        let response = browser.get(path).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{path}");
        assert!(location(&response).starts_with("/login"), "{path}");
    }
    let login = browser.text("/login").await;
    assert!(login.contains("<label for=\"password\">Wachtwoord</label>") && login.contains("for=\"name\""));
}

#[tokio::test]
async fn the_first_password_opens_the_desk_until_signed_out() {
    let hub = hub().await;
    let browser = Browser::new(&hub);
    let password = hub.running.first_password.clone().unwrap().to_lowercase().replace('-', " ");
    let response = browser.log_in(&password).await;
    assert_eq!((response.status(), location(&response)), (StatusCode::SEE_OTHER, "/pillars"));
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(browser.get("/").await.status(), StatusCode::OK);
    browser.client.post(format!("{}/logout", browser.desk)).send().await.unwrap();
    assert_eq!(browser.get("/").await.status(), StatusCode::SEE_OTHER);
    // The old cookie is of no use to whoever kept it.
    let kept = cookie.split(';').next().unwrap();
    let thief = Browser::new(&hub);
    let response = thief.client.get(&thief.desk).header("cookie", kept).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_password_is_told_at_the_first_start_only() {
    let hub = hub().await;
    let password = hub.running.first_password.clone().unwrap();
    let hub = hub.restart().await;
    assert!(hub.running.first_password.is_none());
    assert_eq!(Browser::new(&hub).log_in(&password).await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn guessing_is_refused_and_then_slowed_down() {
    let hub = hub().await;
    let browser = Browser::new(&hub);
    for _ in 0..3 {
        let response = browser.log_in("AAAA-AAAA-AAAA").await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert!(response.text().await.unwrap().contains("horen niet bij elkaar"));
    }
    // All at once, so that no wait has passed for more than one of them.
    let password = hub.running.first_password.clone().unwrap();
    let (a, b, c) = tokio::join!(browser.log_in("BBBB"), browser.log_in("CCCC"), browser.log_in(&password));
    let slowed = [a, b, c].into_iter().filter(|answer| answer.status() == StatusCode::TOO_MANY_REQUESTS);
    let slowed: Vec<Response> = slowed.collect();
    assert!(slowed.len() >= 2);
    for response in slowed {
        assert!(response.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 0);
    }
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let logout = browser.client.post(format!("{}/logout", browser.desk));
    let response = logout.header("origin", "http://evil.example").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(browser.get("/").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn every_answer_guards_the_browser() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    for path in ["/", "/login", "/pillars", "/payments", "/nowhere", "/health"] {
        let response = browser.get(path).await;
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe"));
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn staff_see_how_things_are_and_each_transaction_in_words() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    assert!(browser.text("/").await.contains("Er zijn nog geen aanvragen."));
    let pillar = hub.add_pillar("jumbo");
    let paid = pillar.envelope(1, Some(payment(PaymentState::Paid)));
    let unknown = pillar.envelope(2, Some(payment(PaymentState::Unknown)));
    pillar.upload(&[paid, unknown, pillar.envelope(3, None)]).await;

    let list = browser.text("/").await;
    let words = [
        "3 aanvragen",
        "ontvangen vandaag",
        "1 wacht op een medewerker",
        "Betaald",
        "Nog niet bekend",
        "17,35",
    ];
    for word in words {
        assert!(list.contains(word), "{word}");
    }
    // A fee of which the pillar told nothing is never called free.
    assert!(list.contains("Niet gemeld") && !list.contains("Geen kosten"));
    let waiting = browser.text("/?show=parked").await;
    assert_eq!(waiting.matches("href=\"/transactions/").count(), 1);

    let path = format!("/transactions/{}", Reference::from_bits(2));
    let page = browser.text(&path).await;
    assert!(!page.contains("Voorbeeldstraat") && page.contains("Toon wat de bewoner invulde"));
    let page = browser.post(&path, &[]).await.text().await.unwrap();
    for word in [
        "Voorbeeldstraat 1 &#60;b&#62;",
        "een bank",
        "Bewaard in de zuil",
        "52523535",
        "Wacht op een medewerker",
    ] {
        assert!(page.contains(word), "{word}");
    }
    let pillars = browser.text("/pillars").await;
    assert!(pillars.contains("jumbo") && pillars.contains("1 zuil vertelt niet hoe het gaat"));
}

#[tokio::test]
async fn a_long_list_comes_in_pages() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let pillar = hub.add_pillar("jumbo");
    let all: Vec<_> = (1..=51).map(|number| pillar.envelope(number, None)).collect();
    pillar.upload(&all).await;
    let first = browser.text("/").await;
    assert!(
        first.contains("1 tot en met 50 van 51") && first.contains("page=2") && !first.contains("page=1")
    );
    let second = browser.text("/?show=all&page=2").await;
    assert!(second.contains("51 tot en met 51 van 51") && second.contains("page=1"));
    assert_eq!(second.matches("href=\"/transactions/").count(), 1);
}

#[tokio::test]
async fn a_reference_is_found_as_people_read_it_aloud() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(0x0003_1415_9265_3589, None)]).await;
    let reference = Reference::from_bits(0x0003_1415_9265_3589).to_string();
    let typed = reference.to_lowercase().replace('-', "+").replace('0', "o").replace('1', "l");
    let response = browser.get(&format!("/?q={typed}")).await;
    assert_eq!(location(&response), format!("/transactions/{reference}"));

    let mut swapped: Vec<char> = reference.chars().collect();
    let other = (1..swapped.len()).find(|at| swapped[*at] != swapped[0] && swapped[*at] != '-').unwrap();
    swapped.swap(0, other);
    let swapped: String = swapped.into_iter().collect();
    assert!(browser.text(&format!("/?q={swapped}")).await.contains("Dit kenmerk klopt niet"));
    assert!(browser.text("/?q=7K3M").await.contains("dit zijn er 4"));
    let unknown = Reference::from_bits(99);
    assert!(browser.text(&format!("/?q={unknown}")).await.contains("Er is geen aanvraag met dit kenmerk"));
    let missing = browser.get(&format!("/transactions/{unknown}")).await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_chosen_language_is_remembered() {
    let hub = hub().await;
    let browser = Browser::new(&hub);
    assert!(browser.text("/login").await.contains("<html lang=\"nl\">"));
    assert!(browser.text("/login?lang=en").await.contains("<html lang=\"en\">"));
    assert!(browser.text("/login").await.contains("Sign in"));
    assert!(browser.text("/login?lang=xx").await.contains("Sign in"));
}

#[tokio::test]
async fn health_is_told_to_anyone_and_holds_nothing() {
    let hub = hub().await;
    let response = Browser::new(&hub).get("/health").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.text().await.unwrap(), r#"{"status":"ok"}"#);
}

#[tokio::test]
async fn health_fails_when_the_store_cannot_be_written() {
    let hub = hub().await;
    let database = rusqlite::Connection::open(hub.config.data_dir.join("hub.sqlite")).unwrap();
    database.execute_batch("DROP TABLE pulse").unwrap();
    let response = Browser::new(&hub).get("/health").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.text().await.unwrap(), r#"{"status":"unavailable"}"#);
}

#[tokio::test]
async fn the_pages_have_the_colours_of_the_catalogue_that_was_published_last() {
    let hub = hub().await;
    let browser = Browser::new(&hub);
    let page = browser.text("/login").await;
    let (own, theirs) =
        (page.find("href=\"/style.css\"").unwrap(), page.find("href=\"/branding.css\"").unwrap());
    assert!(own < theirs, "what comes later counts");
    let tag_of = |response: &Response| response.headers()["etag"].to_str().unwrap().to_owned();
    let before = browser.get("/branding.css").await;
    let none = tag_of(&before);
    assert_eq!((before.status(), before.text().await.unwrap().as_str()), (StatusCode::OK, ""));
    publishes_the_example(&hub);
    let ask = async |tag: &str| {
        let ask = browser.client.get(format!("{}/branding.css", browser.desk));
        ask.header("if-none-match", tag).send().await.unwrap()
    };
    let told = ask(&none).await;
    assert_eq!(told.status(), StatusCode::OK, "it is not what it was");
    assert_eq!(told.headers()["content-type"], "text/css; charset=utf-8");
    assert_eq!(told.headers()["cache-control"], "public, no-cache");
    let tag = tag_of(&told);
    let style = told.text().await.unwrap();
    for theme in [
        "@media screen and (prefers-color-scheme: light) {:root {--basis-color-default-bg-document:#f7f5f0;",
        "@media screen and (prefers-color-scheme: dark) {:root {--basis-color-default-bg-document:#0e171d;",
    ] {
        assert!(style.contains(theme), "{style}");
    }
    let again = ask(&format!("W/{tag}")).await;
    assert_eq!((again.status(), tag_of(&again)), (StatusCode::NOT_MODIFIED, tag));
}
