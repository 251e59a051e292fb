//! Somebody guesses passwords, and those who know theirs get in all the same.

use jiff::{SignedDuration, Timestamp};
use reqwest::{Response, StatusCode};
use zuil_hub::access::vault::Vault;
use zuil_hub::store::{AttemptKey, Tried, Veil};

use super::access::{next_code, password, set_up_app, strict_hub};
use super::desk::{Browser, location, signed_in};
use super::harness::{TestHub, hub};

/// What attempts at the hub are counted under.
fn counted(hub: &TestHub, key: impl FnOnce(&Veil) -> AttemptKey) -> AttemptKey {
    key(Vault::of(&hub.config.data_dir).unwrap().unwrap().veil())
}

/// Somebody guesses under a key, each time as soon as the hub lets them, until they wait for a quarter of an hour.
fn guesses(hub: &TestHub, key: AttemptKey) {
    for ago in (0..40).rev() {
        let at = Timestamp::now() - SignedDuration::from_mins(16 * ago);
        let _ = hub.running.store.begin_attempt(&[key], at).unwrap();
    }
    let wait = hub.running.store.begin_attempt(&[key], Timestamp::now()).unwrap().unwrap();
    assert!(wait > SignedDuration::from_mins(14), "{wait}");
}

/// An outsider guesses at an account, from everywhere.
fn guesses_at(hub: &TestHub, name: &str) {
    guesses(hub, counted(hub, |veil| veil.named(Tried::SignInAs, name)));
}

/// Somebody guesses at all kinds of names, from where the browsers of a test are.
fn guesses_from_here(hub: &TestHub) {
    guesses(hub, counted(hub, |veil| veil.from(Tried::SignInFrom, "127.0.0.1".parse().unwrap())));
}

#[tokio::test]
async fn an_outsider_keeps_guessing_and_the_owner_still_gets_in_where_they_did_before() {
    let hub = strict_hub().await;
    let own = Browser::new(&hub);
    let (secret, codes) = set_up_app(&hub, &own).await;
    own.post("/logout", &[]).await;
    for code in [next_code(&secret), codes[0].clone(), codes[1].clone()] {
        guesses_at(&hub, "beheer");
        let elsewhere = Browser::new(&hub).log_in_as("beheer", &password(&hub)).await;
        assert_eq!(elsewhere.status(), StatusCode::TOO_MANY_REQUESTS, "nobody knows that browser");
        let first = own.log_in_as("beheer", &password(&hub)).await;
        assert_eq!(location(&first), "/login/code?next=/pillars");
        guesses_at(&hub, "beheer");
        let second = own.post("/login/code", &[("code", &code), ("next", "/pillars")]).await;
        assert_eq!(location(&second), "/pillars");
        assert_eq!(own.get("/pillars").await.status(), StatusCode::OK);
        own.post("/logout", &[]).await;
    }
}

#[tokio::test]
async fn after_many_wrong_passwords_both_steps_are_taken_without_a_wait_between_them() {
    let hub = strict_hub().await;
    let (secret, _) = set_up_app(&hub, &Browser::new(&hub)).await;
    let key = counted(&hub, |veil| veil.named(Tried::SignInAs, "beheer"));
    let before = Timestamp::now() - SignedDuration::from_mins(16);
    for ago in (0..14).rev() {
        let at = before - SignedDuration::from_mins(16 * ago);
        assert_eq!(hub.running.store.begin_attempt(&[key], at).unwrap(), None);
    }
    let browser = Browser::new(&hub);
    let first = browser.log_in_as("beheer", &password(&hub)).await;
    assert_eq!(location(&first), "/login/code?next=/pillars");
    let second = browser.post("/login/code", &[("code", &next_code(&secret)), ("next", "/pillars")]).await;
    assert_eq!(location(&second), "/pillars");
}

#[tokio::test]
async fn an_office_behind_one_address_mistypes_all_morning_and_works_on() {
    let hub = strict_hub().await;
    let own = Browser::new(&hub);
    let (secret, _) = set_up_app(&hub, &own).await;
    own.post("/logout", &[]).await;
    let here = counted(&hub, |veil| veil.from(Tried::SignInFrom, "127.0.0.1".parse().unwrap()));
    for _ in 0..19 {
        assert_eq!(hub.running.store.begin_attempt(&[here], Timestamp::now()).unwrap(), None);
    }
    // Who types everything right uses up nothing of what is left to the others.
    for _ in 0..3 {
        let answer = Browser::new(&hub).log_in_as("beheer", &password(&hub)).await;
        assert_eq!(location(&answer), "/login/code?next=/pillars");
    }
    guesses_from_here(&hub);
    let new = Browser::new(&hub).log_in_as("beheer", &password(&hub)).await;
    assert_eq!(new.status(), StatusCode::TOO_MANY_REQUESTS, "somebody in the office guesses");
    assert_eq!(location(&own.log_in_as("beheer", &password(&hub)).await), "/login/code?next=/pillars");
    let code = next_code(&secret);
    assert_eq!(location(&own.post("/login/code", &[("code", &code), ("next", "/")]).await), "/");
}

#[tokio::test]
async fn a_known_browser_is_no_place_to_guess_either() {
    let hub = hub().await;
    let browser = signed_in(&hub).await;
    browser.post("/logout", &[]).await;
    for _ in 0..3 {
        let wrong = browser.log_in_as("beheer", "AAAA-AAAA-AAAA").await;
        assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    }
    // All at once, so that no wait has passed for more than one of them.
    let guess = async || browser.log_in_as("beheer", "AAAA-AAAA-AAAA").await.status();
    let (a, b, c) = tokio::join!(guess(), guess(), guess());
    let slowed = [a, b, c].into_iter().filter(|status| *status == StatusCode::TOO_MANY_REQUESTS);
    assert!(slowed.count() >= 2);
    // That is nobody else's trouble, and a pass for one account is none for another.
    assert_eq!(location(&Browser::new(&hub).log_in_as("beheer", &password(&hub)).await), "/pillars");
    guesses_at(&hub, "anna");
    let other = browser.log_in_as("anna", "AAAA-AAAA-AAAA").await;
    assert_eq!(other.status(), StatusCode::TOO_MANY_REQUESTS);
}

/// What is counted under in the browser that got an answer, by the pass that it got with it.
fn counted_in(hub: &TestHub, answer: &Response) -> AttemptKey {
    let mut cookies = answer.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let cookie = cookies.find(|cookie| cookie.starts_with("zuil-known-")).unwrap();
    let pass = cookie.split(';').next().unwrap().split_once('=').unwrap().1;
    let browser = pass.rsplit_once('.').unwrap().0;
    counted(hub, |veil| veil.named(Tried::SignInAs, &format!("{browser:>80}")))
}

/// The password that a page shows.
fn shown(page: &str) -> String {
    page.split("id=\"new-password\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn who_forgot_a_password_gets_in_with_a_new_one_where_they_tried_in_vain() {
    let hub = hub().await;
    let admin = signed_in(&hub).await;
    let made = admin.post("/staff", &[("name", "anna"), ("agent", "yes"), ("proof", &password(&hub))]).await;
    let old = shown(&made.text().await.unwrap());
    let own = Browser::new(&hub);
    let known = own.log_in_as("anna", &old).await;
    assert_eq!(location(&known), "/pillars");
    own.post("/logout", &[]).await;
    guesses(&hub, counted_in(&hub, &known));
    let waits = own.log_in_as("anna", &old).await;
    assert_eq!(waits.status(), StatusCode::TOO_MANY_REQUESTS);
    let page = admin.post("/staff/anna/password", &[("proof", &password(&hub))]).await.text().await.unwrap();
    assert_eq!(location(&own.log_in_as("anna", &shown(&page)).await), "/pillars");
    // From now on it is known again, and counted apart.
    own.post("/logout", &[]).await;
    guesses_at(&hub, "anna");
    assert_eq!(location(&own.log_in_as("anna", &shown(&page)).await), "/pillars");
}

#[tokio::test]
async fn who_gets_a_new_password_from_the_administrator_gets_in_at_once() {
    let hub = hub().await;
    let admin = signed_in(&hub).await;
    admin.post("/staff", &[("name", "anna"), ("agent", "yes"), ("proof", &password(&hub))]).await;
    guesses_at(&hub, "anna");
    let page = admin.post("/staff/anna/password", &[("proof", &password(&hub))]).await.text().await.unwrap();
    let answer = Browser::new(&hub).log_in_as("anna", &shown(&page)).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
}
