//! What forms answer, and the pages that say no, looked at for barriers: in both languages, light and dark, wide and
//! narrow.

use zuil_browser::{Browser, Look};
use zuil_wire::Reference;

use super::office::{AGENT, DRAFT, EVERYTHING, Office, PILLAR};
use super::pages::{looked_at, pictures};
use crate::finder::publishes_the_example;
use crate::harness::hub;
use crate::sign_on::Provider;

/// All that a technician can order.
const ORDERS: [&str; 6] = ["restart", "test-print", "close", "open", "screenshot", "logs"];
/// More often than anybody may guess at once.
const OFTEN: usize = 60;

/// Somebody who looks at one page after the other, in one language.
struct Round<'a> {
    browser: &'a Browser,
    /// Before the names of all pictures.
    name: String,
    found: Vec<String>,
}

impl<'a> Round<'a> {
    fn begins(browser: &'a Browser, language: &str, look: Look) -> Self {
        browser.goes_to(&format!("/status?lang={language}"));
        Self { browser, name: format!("{language}-{look:?}-answer").to_lowercase(), found: Vec::new() }
    }

    /// Looks at the page that is open, which was answered with this status.
    fn looks(&mut self, what: &str, status: u64) {
        assert_eq!(self.browser.status(), status, "{what}:\n{}", self.browser.reads());
        self.found.extend(looked_at(self.browser, &pictures(), &format!("{}-{what}", self.name)));
    }

    fn opens(&mut self, what: &str, path: &str, status: u64) {
        self.browser.goes_to(path);
        self.looks(what, status);
    }

    fn sends(&mut self, what: &str, path: &str, fields: &[(&str, &str)], status: u64) {
        let _ = self.browser.sends(path, fields);
        self.looks(what, status);
    }

    fn ends(self) {
        assert!(self.found.is_empty(), "{} barriers:\n{}", self.found.len(), self.found.join("\n"));
    }
}

fn no_answer_to_a_form_has_a_barrier(look: Look) {
    let office = Office::of(hub()).after_a_day();
    publishes_the_example(&office.hub);
    let browser = office.browser_of(EVERYTHING, look);
    // Or the next page would come before this one was asked for.
    browser.comes_to("/");
    let (paid, unknown) = (Office::paid().to_string(), Reference::from_bits(99).to_string());
    let decide = |finding: &str| format!("/payments/{PILLAR}/{}/{finding}", Office::open_payment());
    let (draft, endless) = (format!("/drafts/{DRAFT}"), "made up\n".repeat(9 * 1024));
    for language in ["nl", "en"] {
        let mut round = Round::begins(&browser, language, look);
        round.sends("content", &format!("/transactions/{paid}"), &[], 200);

        let (colleague, place) = (format!("n.nieuw-{language}"), ("place", "Bij de ingang"));
        let proof = ("proof", office.password_of(EVERYTHING));
        round.sends("password", "/staff", &[("name", &colleague), ("agent", "yes"), proof], 200);
        assert!(shows_a_password(&browser), "{}", browser.reads());
        let service = format!("/pillars/{PILLAR}/service/code");
        round.sends("proof", &service, &[("hours", "8")], 200);
        round.sends("service-code", &service, &[("hours", "8"), proof], 200);
        assert!(browser.runs("return document.querySelector('#service-code') !== null") == true);
        round.sends("name-taken", "/staff", &[("name", AGENT), ("agent", "yes"), proof], 409);
        round.sends("no-role", "/staff", &[("name", "n.anders")], 422);

        let pillar = format!("nieuw-{language}");
        round.sends("code", "/enrolment", &[("name", &pillar), place], 200);
        round.sends("pillar-taken", "/enrolment", &[("name", PILLAR), place], 409);
        round.sends("no-name", "/enrolment", &[("name", ""), place], 422);

        let chosen = [("task", "call-back"), ("pillar-jumbo", "yes")];
        round.sends("referral", "/referrals", &chosen, 200);
        round.sends("no-referral", "/referrals", &[], 422);
        round.sends("call", &format!("/worklist/{}/take", Reference::from_bits(4)), &[], 200);

        for kind in ORDERS {
            round.opens(kind, &format!("/pillars/{PILLAR}/orders/{kind}"), 200);
        }
        round.sends("ordered", &format!("/pillars/{PILLAR}/orders/test-print"), &[], 200);

        round.opens("not-paid", &decide("not-paid"), 200);
        round.sends("decided", &decide("paid"), &[], 200);
        round.sends("decided-otherwise", &decide("not-paid"), &[], 409);
        round.opens("not-open", &format!("/payments/{PILLAR}/{}/paid", uuid::Uuid::nil()), 409);

        round.sends("meanwhile", &draft, &[("text", "made up"), ("seen", "0")], 200);
        round.sends("draft-too-large", &draft, &[("text", &endless), ("seen", "0")], 413);
        round.sends("too-large", "/status", &[("reference", &endless)], 413);

        round.sends("no-reference", "/status", &[("reference", "7K3M")], 200);
        round.sends("standing", "/status", &[("reference", &paid)], 200);
        round.opens("not-there", &format!("/transactions/{unknown}"), 404);
        round.opens("nowhere", "/nowhere", 404);
        round.ends();
    }
    for language in ["nl", "en"] {
        let mut round = Round::begins(&browser, language, look);
        let guessed = (0..OFTEN).any(|_| browser.sends("/status", &[("reference", &unknown)]) == 429);
        assert!(guessed, "nobody is slowed down:\n{}", browser.reads());
        round.looks("too-often", 429);
        round.ends();
    }
    let browser = office.browser_of(AGENT, look);
    browser.comes_to("/");
    for language in ["nl", "en"] {
        let mut round = Round::begins(&browser, language, look);
        round.opens("not-for-you", "/staff", 403);
        round.ends();
    }
    let mut round = Round::begins(&browser, "nl", look);
    round.sends("own-password", "/account/password", &[("proof", office.password_of(AGENT))], 200);
    assert!(shows_a_password(&browser), "{}", browser.reads());
    round.ends();
}

/// Whether the page that is open shows a password, which it does once.
fn shows_a_password(browser: &Browser) -> bool {
    browser.runs("return document.querySelector('#new-password') !== null") == true
}

#[test]
fn axe_finds_no_barrier_in_what_forms_answer_in_the_light() {
    no_answer_to_a_form_has_a_barrier(Look::Light);
}

#[test]
fn axe_finds_no_barrier_in_what_forms_answer_in_the_dark() {
    no_answer_to_a_form_has_a_barrier(Look::Dark);
}

/// Shows what a path answers in place of the page that is open, but for that it leads on by itself; what it is called.
fn stays_at(browser: &Browser, path: &str) -> String {
    let path = serde_json::Value::from(path);
    let title = browser.runs_to_its_end(&format!(
        "const done = arguments[arguments.length - 1];
         fetch({path}).then(answer => answer.text()).then(text => {{
             const page = new DOMParser().parseFromString(text, 'text/html');
             page.querySelector('meta[http-equiv=refresh]').remove();
             document.replaceChild(document.adoptNode(page.documentElement), document.documentElement);
             document.querySelector('link[rel=stylesheet]').onload = () => done(document.title);
         }}).catch(error => done(String(error)));"
    ));
    title.as_str().unwrap_or_default().to_owned()
}

#[test]
fn axe_finds_no_barrier_where_the_identity_provider_signs_somebody_in_and_where_they_are_signed_out() {
    let mut provider = None;
    let office = Office::of(async {
        let started = Provider::start().await;
        let hub = started.hub().await;
        provider = Some(started);
        hub
    });
    let provider = provider.unwrap();
    for look in [Look::Light, Look::Dark] {
        let browser = office.browser(look);
        for (language, title) in [("nl", "U bent ingelogd"), ("en", "You are signed in")] {
            let mut round = Round::begins(&browser, language, look);
            round.opens("with-provider", "/login", 200);
            browser.goes_to("/login/sso?next=/pillars");
            let back = provider.consent(&browser.path());
            browser.goes_to("/login");
            let shown = stays_at(&browser, &back);
            assert!(shown.starts_with(title), "{shown}");
            round.looks("signed-in", 200);
            browser.goes_to("/pillars");
            round.sends("sign-in-anew", "/account/password", &[], 401);
            let leads_to =
                browser.runs("return document.querySelector('main a.button').getAttribute('href')");
            assert_eq!(leads_to.as_str(), Some("/login/sso?proof=true&next=/account"));
            round.sends("goodbye", "/logout", &[], 200);
            assert!(browser.runs("return document.querySelector('main a.button').href").is_string());
            round.ends();
        }
    }
}
