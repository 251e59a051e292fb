//! An agent on the phone finds a pillar for a caller and refers them to it; the caller types six digits there, and the
//! agent sees what became of it.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use zuil::visit::{CodeTrouble, Intent, Screen};
use zuil_browser::{Browser, Look, barriers};
use zuil_hub::access::staff::{self, Added};
use zuil_hub::catalogues::{Outcome, publish};
use zuil_hub::store::Role;
use zuil_wire::ReferralCode;

use crate::town::{PATIENCE, Resident, Town, catalogue};

const AGENT: &str = "m.agent";

/// A town whose catalogue is published, and an agent at their desk.
pub fn town_with_an_agent() -> (Town, Browser) {
    let town = Town::new();
    let outcome = publish(&town.folder().join("hub"), &catalogue(), Timestamp::now()).unwrap().outcome;
    assert!(matches!(outcome, Outcome::Published(_)), "{outcome:?}");
    let random = zuil_wire::reference::SystemRandom::new();
    let roles = [Role::Agent].into_iter().collect();
    let added = staff::add(town.store(), AGENT, roles, "a test", &random, Timestamp::now());
    let Ok(Added::Yes(password)) = added else { panic!("no account") };
    let browser = Browser::open(town.desk(), Look::Light);
    browser.goes_to("/login");
    browser.fills_in("Naam", AGENT);
    browser.fills_in("Wachtwoord", &password);
    browser.presses("Inloggen");
    // Or the next page would come before the session is there.
    browser.comes_to("/");
    (town, browser)
}

/// The agent finds the pillar for a caller and refers them to it; the six digits that they read aloud.
fn refers(browser: &Browser) -> ReferralCode {
    browser.goes_to("/finder");
    browser.fills_in("Waar woont de beller?", "2411 bc");
    let _ = browser.runs("document.querySelector('#task').value = 'call-back'");
    browser.presses("Zoek een zuil");
    browser.comes_to_read("De zuil staat in Dorpshuis De Rietvink.");
    browser.presses("Maak een verwijscode");
    browser.comes_to_read("Uw code is");
    assert_eq!(barriers(browser), Vec::<String>::new());
    let shown = browser.runs("return document.querySelector('.reference-large').textContent");
    shown.as_str().unwrap().parse().unwrap()
}

/// Types a code, again until the pillar knows it: the agent read it aloud the moment it was made.
fn redeems(resident: &mut Resident, code: ReferralCode) {
    let until = Instant::now() + PATIENCE;
    resident.does(Intent::HaveCode);
    loop {
        resident.waits_for(
            "the code",
            |view| matches!(&view.screen, Screen::Code(code) if code.typed.is_empty()),
        );
        code.to_string().chars().for_each(|digit| resident.does(Intent::Type(digit)));
        resident.does(Intent::Next);
        let opened = resident
            .sees_within(Duration::from_secs(1), |view| matches!(view.screen, Screen::Explain { .. }));
        if opened.is_some() {
            return;
        }
        assert!(Instant::now() < until, "the pillar never hears of the code");
        resident.does(Intent::Back);
        resident.waits_for("the choice", |view| matches!(view.screen, Screen::Choose { .. }));
        resident.does(Intent::HaveCode);
    }
}

/// Loads the agent's page again until it says so.
fn reads_in_the_end(browser: &Browser, words: &str) {
    reads_in_the_end_at(browser, "/referrals", words);
}

/// Loads a page again until it says so.
pub fn reads_in_the_end_at(browser: &Browser, path: &str, words: &str) {
    let until = Instant::now() + PATIENCE;
    while !browser.reads().contains(words) {
        assert!(Instant::now() < until, "{words:?} is not on the page:\n{}", browser.reads());
        std::thread::sleep(Duration::from_millis(200));
        browser.goes_to(path);
    }
}

#[test]
fn an_agent_refers_a_caller_who_redeems_it_at_the_pillar_and_the_request_is_on_the_agents_page() {
    let (town, browser) = town_with_an_agent();
    let mut resident = town.resident();
    resident.waits_for("the first screen", |view| matches!(view.screen, Screen::Attract { .. }));
    let code = refers(&browser);
    redeems(&mut resident, code);
    resident.goes_on("call-back", "the receipt", |screen| matches!(screen, Screen::Receipt(_)));
    town.wait_until_empty();
    let [request] = town.at_the_hub().try_into().unwrap();
    let groups = request.reference.groups().join(" ");
    reads_in_the_end(&browser, &groups);
    assert!(browser.reads().contains("Gebruikt") && browser.reads().contains("bij Dorpshuis De Rietvink"));
    browser.presses(&groups);
    browser.comes_to(&format!("/transactions/{}", request.reference));
    browser.comes_to_read("Bewaard in de zuil");
}

#[test]
fn a_code_that_the_pillar_has_works_without_the_network_and_only_once() {
    let (town, browser) = town_with_an_agent();
    let code = refers(&browser);
    let mut resident = town.resident();
    // Once it is known there, nothing of the network is needed.
    redeems(&mut resident, code);
    resident.does(Intent::Stop);
    resident.waits_for("the first screen", |view| matches!(view.screen, Screen::Attract { .. }));
    town.network.cut();
    redeems(&mut resident, code);
    resident.goes_on("call-back", "the receipt", |screen| matches!(screen, Screen::Receipt(_)));
    resident.goes_on("call-back", "the end", |screen| matches!(screen, Screen::Goodbye));
    resident.does(Intent::Next);
    resident.waits_for("the first screen", |view| matches!(view.screen, Screen::Attract { .. }));
    drop(resident);
    // After a power cut it is still known that it was used.
    let mut resident = town.resident();
    resident.waits_for("the first screen", |view| matches!(view.screen, Screen::Attract { .. }));
    resident.does(Intent::HaveCode);
    code.to_string().chars().for_each(|digit| resident.does(Intent::Type(digit)));
    resident.does(Intent::Next);
    resident.waits_for(
        "that it was used",
        |view| matches!(&view.screen, Screen::Code(code) if code.trouble == Some(CodeTrouble::Used)),
    );
    town.network.mend();
    town.wait_until_empty();
    browser.goes_to("/referrals");
    reads_in_the_end(&browser, &town.at_the_hub()[0].reference.groups().join(" "));
}
