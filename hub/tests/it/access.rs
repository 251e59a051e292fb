//! Accounts of staff: how they sign in, what ends that, and what is noted of it.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use zuil_hub::access::totp;
use zuil_hub::data_folder::DataFolder;
use zuil_hub::store::{AppSecret, AuditFilter, Deed};

use super::desk::{Browser, location, signed_in};
use super::harness::{TestHub, hub, hub_with};

/// A hub at which everybody needs an authenticator app.
pub async fn strict_hub() -> TestHub {
    hub_with(|config| config.access.totp = true).await
}

pub fn password(hub: &TestHub) -> String {
    hub.running.first_password.clone().unwrap().to_string()
}

/// What stands between two words of a page.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let from = page.find(before).unwrap_or_else(|| panic!("no {before} in {page}")) + before.len();
    &page[from..from + page[from..].find(after).unwrap()]
}

/// Signs in for the first time and sets up an app; its secret, and the recovery codes.
pub async fn set_up_app(hub: &TestHub, browser: &Browser) -> (Vec<u8>, Vec<String>) {
    let answer = browser.log_in_as("beheer", &password(hub)).await;
    assert_eq!(location(&answer), "/login/app?next=/pillars");
    let page = browser.text("/login/app").await;
    let typed = between(&page, "<code class=\"secret\">", "<").to_owned();
    let secret = totp::parse_secret(&typed).unwrap().to_vec();
    let code = totp::code_at(&secret, Timestamp::now()).unwrap();
    let answer = browser.post("/login/app", &[("code", &code), ("secret", &typed)]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let page = answer.text().await.unwrap();
    let codes = page.split("<code class=\"secret\">").skip(1).map(|part| part[..14].to_owned()).collect();
    (secret, codes)
}

/// The code that the app shows after the one of now.
pub fn next_code(secret: &[u8]) -> String {
    totp::code_at(secret, Timestamp::now() + SignedDuration::from_secs(30)).unwrap()
}

fn deeds(hub: &TestHub, deed: Deed) -> Vec<(String, String, String)> {
    let filter = AuditFilter { deed: Some(deed), ..AuditFilter::default() };
    let entries = hub.running.store.audit(&filter, 100).unwrap().into_iter();
    entries.map(|noted| (noted.entry.who, noted.entry.about, noted.entry.detail)).collect()
}

#[tokio::test]
async fn whoever_signs_in_for_the_first_time_sets_up_an_app_before_anything_else() {
    let hub = strict_hub().await;
    let browser = Browser::new(&hub);
    assert_eq!(location(&browser.log_in_as("beheer", &password(&hub)).await), "/login/app?next=/pillars");
    for path in ["/", "/pillars", "/staff", "/account", "/login/code"] {
        assert_eq!(location(&browser.get(path).await), "/login/app", "{path}");
    }
    let page = browser.text("/login/app").await;
    let secret = between(&page, "<code class=\"secret\">", "<").to_owned();
    assert!(page.contains("<svg viewBox=\"0 0 "));
    let wrong = browser.post("/login/app", &[("code", "000000"), ("secret", &secret)]).await;
    assert!(wrong.text().await.unwrap().contains("Deze code klopt niet"));
    assert_eq!(location(&browser.get("/").await), "/login/app");
    // Nobody brings a secret that is easy to guess.
    let weak = browser.post("/login/app", &[("code", "000000"), ("secret", "AAAA")]).await;
    assert_eq!(location(&weak), "/login/app");
}

#[tokio::test]
async fn with_an_app_a_password_alone_opens_nothing_and_a_code_is_used_once() {
    let hub = strict_hub().await;
    let browser = Browser::new(&hub);
    let (secret, codes) = set_up_app(&hub, &browser).await;
    assert_eq!(codes.len(), 8);
    assert_eq!(browser.get("/pillars").await.status(), StatusCode::OK);

    let other = Browser::new(&hub);
    assert_eq!(location(&other.log_in_as("beheer", &password(&hub)).await), "/login/code?next=/pillars");
    assert_eq!(location(&other.get("/pillars").await), "/login/code");
    // The one with which the app was set up, again.
    let used = totp::code_at(&secret, Timestamp::now()).unwrap();
    let answer = other.post("/login/code", &[("code", &used)]).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let code = next_code(&secret);
    let answer = other.post("/login/code", &[("code", &code), ("next", "/pillars")]).await;
    assert_eq!(location(&answer), "/pillars");
    assert_eq!(other.get("/pillars").await.status(), StatusCode::OK);
    assert_eq!(deeds(&hub, Deed::NotLetIn), [("beheer".into(), String::new(), "code".into())]);
    assert_eq!(deeds(&hub, Deed::SignedIn)[0].2, "password and code");
}

/// Where the files of a hub hold these bytes.
fn files_with(folder: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, bytes));
        } else if fs::read(&path).unwrap().windows(bytes.len()).any(|part| part == bytes) {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn whoever_takes_the_database_away_can_make_no_codes() {
    let hub = strict_hub().await;
    let (secret, _) = set_up_app(&hub, &Browser::new(&hub)).await;
    let kept = hub.running.store.account("beheer").unwrap().unwrap().totp.unwrap();
    let AppSecret::Sealed(sealed) = kept else { panic!("it is plain") };
    let data = &hub.config.data_dir;
    assert_ne!(files_with(data, sealed.as_bytes()), Vec::<PathBuf>::new(), "it is somewhere");
    assert_eq!(files_with(data, &secret), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn without_the_key_to_the_apps_a_hub_does_not_begin_and_says_what_to_do() {
    let hub = strict_hub().await;
    set_up_app(&hub, &Browser::new(&hub)).await;
    let key = hub.config.data_dir.join("accounts.key");
    let kept = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    let Err(error) = DataFolder::open(&hub.config, Timestamp::now()) else { panic!("it began") };
    assert!(error.to_string().contains("accounts.key is missing"), "{error}");
    assert!(!key.exists(), "no other one takes its place");
    fs::write(&key, kept).unwrap();
    assert!(DataFolder::open(&hub.config, Timestamp::now()).is_ok());
}

#[tokio::test]
async fn who_lost_the_phone_signs_in_once_with_each_recovery_code() {
    let hub = strict_hub().await;
    let (_, codes) = set_up_app(&hub, &Browser::new(&hub)).await;
    let typed = codes[3].to_lowercase().replace('-', " ");
    for expected in [StatusCode::SEE_OTHER, StatusCode::UNAUTHORIZED] {
        let browser = Browser::new(&hub);
        browser.log_in_as("beheer", &password(&hub)).await;
        assert_eq!(browser.post("/login/code", &[("code", &typed)]).await.status(), expected);
    }
    assert_eq!(deeds(&hub, Deed::UsedRecoveryCode).len(), 1);
}

#[tokio::test]
async fn an_unknown_name_is_answered_as_a_wrong_password_and_slowed_down_as_one() {
    let hub = hub().await;
    let (known, unknown) = (Browser::new(&hub), Browser::new(&hub));
    let wrong = known.log_in_as("beheer", "AAAA-AAAA-AAAA").await;
    let nobody = unknown.log_in_as("nobody", "AAAA-AAAA-AAAA").await;
    assert_eq!((wrong.status(), nobody.status()), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
    let (wrong, nobody) = (wrong.text().await.unwrap(), nobody.text().await.unwrap());
    assert_eq!(wrong.replace("value=\"beheer\"", "value=\"nobody\""), nobody);
    // What people type as a name may be a password: it is not kept.
    let noted = |who: &str| (who.to_owned(), String::new(), "password".to_owned());
    assert_eq!(deeds(&hub, Deed::NotLetIn), [noted("(unknown)"), noted("beheer")]);
}

#[tokio::test]
async fn an_administrator_makes_accounts_and_takes_them_away_at_once() {
    let hub = hub().await;
    let admin = signed_in(&hub).await;
    let own = password(&hub);
    let made = admin.post("/staff", &[("name", "a.jansen"), ("agent", "yes"), ("proof", &own)]).await;
    assert_eq!(made.status(), StatusCode::OK);
    let page = made.text().await.unwrap();
    let secret = between(&page, "id=\"new-password\">", "<").to_owned();
    assert!(!admin.text("/staff/a.jansen").await.contains(&secret));

    let anna = Browser::new(&hub);
    assert_eq!(anna.log_in_as(" A.Jansen ", &secret).await.status(), StatusCode::SEE_OTHER);
    assert!(anna.text("/account").await.contains("KCC-medewerker"));
    let menu = anna.text("/pillars").await;
    assert!(menu.contains("href=\"/payments\"") && !menu.contains("href=\"/staff\""));
    let refused = anna.get("/staff").await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert!(refused.text().await.unwrap().contains("Dit kan alleen een beheerder"));

    let boxes = [("editor", "yes"), ("technician", "yes"), ("proof", own.as_str())];
    let roles = admin.post("/staff/a.jansen/roles", &boxes).await;
    assert_eq!(location(&roles), "/staff/a.jansen");
    assert!(location(&anna.get("/pillars").await).starts_with("/login"));
    anna.log_in_as("a.jansen", &secret).await;
    assert!(anna.text("/account").await.contains("technicus, redacteur"));

    admin.post("/staff/a.jansen/access", &[("disabled", "true")]).await;
    assert!(location(&anna.get("/pillars").await).starts_with("/login"));
    assert_eq!(anna.log_in_as("a.jansen", &secret).await.status(), StatusCode::UNAUTHORIZED);
    let noted = deeds(&hub, Deed::ChangedRoles);
    assert_eq!(noted, [("beheer".into(), "a.jansen".into(), "technician editor".into())]);
    assert_eq!(deeds(&hub, Deed::DisabledAccount).len(), 1);
}

#[tokio::test]
async fn what_an_administrator_fills_in_wrongly_is_told_and_kept() {
    let hub = hub().await;
    let admin = signed_in(&hub).await;
    for (name, role, words) in [
        ("Anna B", "agent", "begint met een letter"),
        ("anna", "nothing", "Kies ten minste"),
        ("beheer", "agent", "al een account"),
    ] {
        let answer = admin.post("/staff", &[("name", name), (role, "yes"), ("proof", &password(&hub))]).await;
        assert!(answer.status().is_client_error());
        let page = answer.text().await.unwrap();
        assert!(page.contains(words) && page.contains(&format!("value=\"{name}\"")), "{name}");
    }
    let last = admin.post("/staff/beheer/access", &[("disabled", "true")]).await;
    assert_eq!(last.status(), StatusCode::CONFLICT);
    assert_eq!(admin.get("/staff").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_new_password_for_oneself_ends_every_session() {
    let hub = hub().await;
    let (here, elsewhere) = (signed_in(&hub).await, signed_in(&hub).await);
    let page = here.post("/account/password", &[("proof", &password(&hub))]).await.text().await.unwrap();
    let new = between(&page, "id=\"new-password\">", "<").to_owned();
    assert!(location(&elsewhere.get("/").await).starts_with("/login"));
    assert!(location(&here.get("/").await).starts_with("/login"));
    assert_eq!(here.log_in_as("beheer", &password(&hub)).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(here.log_in_as("beheer", &new).await.status(), StatusCode::SEE_OTHER);
}

/// Whether a page asks who somebody is before it does something, and did not do it.
fn asks_for_proof(page: &str, action: &str) -> bool {
    page.contains("Laat zien dat u het bent")
        && page.contains(&format!("action=\"{action}\""))
        && !page.contains("id=\"new-password\"")
}

#[tokio::test]
async fn whoever_finds_a_desk_that_somebody_left_takes_no_account_over() {
    let hub = strict_hub().await;
    let left = Browser::new(&hub);
    let (secret, codes) = set_up_app(&hub, &left).await;
    let before = hub.running.store.account("beheer").unwrap();
    for (path, form) in [
        ("/account/password", vec![]),
        ("/account/app", vec![]),
        ("/staff", vec![("name", "thief"), ("agent", "yes")]),
        ("/staff/beheer/roles", vec![("editor", "yes")]),
        ("/staff/beheer/password", vec![]),
        ("/staff/beheer/app", vec![]),
        ("/staff/beheer/access", vec![("disabled", "false")]),
    ] {
        let page = left.post(path, &form).await.text().await.unwrap();
        assert!(asks_for_proof(&page, path), "{path}: {page}");
        for (name, value) in form {
            assert!(page.contains(&format!("name=\"{name}\" value=\"{value}\"")), "{path}: {page}");
        }
    }
    for (number, wrong) in ["123456", "AAAA-AAAA-AAAA"].into_iter().enumerate() {
        let refused = left.post("/account/password", &[("proof", wrong)]).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        assert!(asks_for_proof(&refused.text().await.unwrap(), "/account/password"));
        assert_eq!(deeds(&hub, Deed::NotLetIn).len(), number + 1);
    }
    assert_eq!(hub.running.store.account("beheer").unwrap(), before, "nothing was changed");
    assert!(hub.running.store.account("thief").unwrap().is_none());
    let code = next_code(&secret);
    let made = left.post("/staff", &[("name", "anna"), ("agent", "yes"), ("proof", &code)]).await;
    assert!(made.text().await.unwrap().contains("id=\"new-password\""));
    let again = left.post("/account/app", &[("proof", &code)]).await;
    assert_eq!(again.status(), StatusCode::UNAUTHORIZED, "a code is used once");
    let with_recovery_code = left.post("/account/app", &[("proof", &codes[0])]).await;
    assert_eq!(location(&with_recovery_code), "/login");
    assert!(hub.running.store.account("beheer").unwrap().unwrap().totp.is_none());
}

#[tokio::test]
async fn who_guesses_at_a_desk_that_somebody_left_is_slowed_down() {
    let hub = hub().await;
    let left = signed_in(&hub).await;
    let guess = async || left.post("/account/password", &[("proof", "AAAA")]).await.status();
    for _ in 0..3 {
        assert_eq!(guess().await, StatusCode::UNAUTHORIZED);
    }
    // All at once, so that no wait has passed for more than one of them.
    let (a, b, c) = tokio::join!(guess(), guess(), guess());
    let slowed = [a, b, c].into_iter().filter(|status| *status == StatusCode::TOO_MANY_REQUESTS);
    assert!(slowed.count() >= 2);
}

#[tokio::test]
async fn who_saw_what_a_resident_filled_in_stands_in_the_log_which_administrators_read() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(1, None)]).await;
    let reference = zuil_wire::Reference::from_bits(1).to_string();
    let path = format!("/transactions/{reference}");
    browser.text(&path).await;
    assert_eq!(deeds(&hub, Deed::SawContent), []);
    let page = browser.post(&path, &[]).await.text().await.unwrap();
    assert!(page.contains("een bank"));
    assert_eq!(deeds(&hub, Deed::SawContent), [("beheer".into(), reference.clone(), String::new())]);

    let log = browser.text("/audit").await;
    assert!(log.contains("bekeek wat een bewoner invulde") && log.contains(&reference));
    let typed = reference.to_lowercase();
    let filtered = browser.text(&format!("/audit?about={typed}")).await;
    assert_eq!(filtered.matches("scope=\"row\"").count(), 1);
    assert!(browser.text("/audit?who=nobody").await.contains("Er staat niets"));
    assert!(browser.text("/audit?from=2026-13-45").await.contains("Schrijf een dag als"));
    let until_yesterday = browser.text("/audit?to=2020-01-01").await;
    assert!(until_yesterday.contains("Er staat niets"));
}

#[tokio::test]
async fn a_filter_or_a_name_that_somebody_made_up_runs_no_script() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    let page = browser.text("/audit?who=%22%3E%3Cscript%3E").await;
    assert!(!page.contains("<script"));
    let page = browser.log_in_as("\"><script>", "x").await.text().await.unwrap();
    assert!(!page.contains("<script"));
}
