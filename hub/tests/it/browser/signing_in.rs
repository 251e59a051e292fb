//! Somebody of the staff signs in, and out.

use jiff::Timestamp;
use zuil_browser::{Look, barriers};
use zuil_hub::access::totp;

use super::office::{AGENT, Office};
use super::pages::{WIDE, looked_at, pictures};
use crate::access::{next_code, strict_hub};
use crate::harness::hub;

#[test]
fn who_follows_a_link_to_a_page_signs_in_and_comes_out_there_and_is_asked_again_after_signing_out() {
    let office = Office::of(hub());
    let browser = office.browser(Look::Light);
    browser.goes_to("/payments");
    browser.comes_to("/login");
    browser.fills_in("Naam", AGENT);
    browser.fills_in("Wachtwoord", "not this one");
    browser.presses("Inloggen");
    browser.comes_to_read("horen niet bij elkaar");
    assert_eq!(barriers(&browser), Vec::<String>::new(), "after a mistake");
    office.signs_in(&browser, AGENT);
    browser.comes_to("/payments");
    browser.presses("Uitloggen");
    // Or the next page would come before this one was asked for.
    browser.comes_to("/login");
    browser.goes_to("/payments");
    browser.comes_to("/login");
}

#[test]
fn who_wants_a_new_password_shows_first_who_they_are() {
    let office = Office::of(hub());
    let browser = office.browser_of(AGENT, Look::Light);
    // Or the next page would come before this one was asked for.
    browser.comes_to("/");
    browser.goes_to("/account");
    browser.presses("Nieuw wachtwoord maken");
    browser.comes_to_read("Laat zien dat u het bent");
    assert_eq!(barriers(&browser), Vec::<String>::new(), "where it is asked");
    browser.fills_in("Wachtwoord", "not this one");
    browser.presses("Nieuw wachtwoord maken");
    browser.comes_to_read("Dit is niet uw wachtwoord");
    assert_eq!(barriers(&browser), Vec::<String>::new(), "after a mistake");
}

#[test]
fn the_first_time_an_app_is_set_up_and_after_that_it_is_asked_for() {
    for look in [Look::Light, Look::Dark] {
        sets_up_an_app_and_is_asked_for_it(look);
    }
}

fn sets_up_an_app_and_is_asked_for_it(look: Look) {
    let office = Office::of(strict_hub());
    let browser = office.browser(look);
    let has_no_barrier = |what: &str| {
        let name = format!("{look:?}-{what}").to_lowercase();
        assert_eq!(looked_at(&browser, &pictures(), &name), Vec::<String>::new());
        browser.is_wide(WIDE);
    };
    browser.goes_to("/questions");
    office.signs_in(&browser, AGENT);
    browser.comes_to("/login/app");
    has_no_barrier("set-up-app");
    let shown = browser.runs("return document.querySelector('code.secret').textContent");
    let secret = totp::parse_secret(shown.as_str().unwrap()).unwrap();
    browser.fills_in(
        "Vul de 6 cijfers in die de app nu laat zien.",
        &totp::code_at(&secret, Timestamp::now()).unwrap(),
    );
    browser.presses("Verder");
    browser.comes_to_read("Bewaar deze herstelcodes");
    has_no_barrier("recovery-codes");
    browser.presses("Ik heb ze bewaard");
    browser.comes_to("/questions");
    browser.presses("Uitloggen");
    // Or the next page would come before this one was asked for.
    browser.comes_to("/login");

    browser.goes_to("/questions");
    office.signs_in(&browser, AGENT);
    browser.comes_to("/login/code");
    has_no_barrier("code");
    browser.fills_in("Code", &next_code(&secret));
    browser.presses("Verder");
    browser.comes_to("/questions");
}
