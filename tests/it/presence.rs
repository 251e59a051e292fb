//! An agent on the phone sees whether somebody is at the pillar just now.

use zuil::demo::stage::PILLAR;
use zuil::visit::{Intent, Screen};

use crate::referral::{reads_in_the_end_at, town_with_an_agent};

/// Where the agent looks.
const FINDER: &str = "/finder?q=2411+bc";
const IN_USE: &str = "De zuil is nu in gebruik.";
const FREE: &str = "De zuil is nu vrij.";

#[test]
fn while_a_resident_does_an_errand_the_agent_reads_that_the_pillar_is_in_use_and_when_they_left_that_it_is_free()
 {
    let (town, browser) = town_with_an_agent();
    let mut resident = town.resident();
    resident.waits_for("the first screen", |view| matches!(view.screen, Screen::Attract { .. }));
    browser.goes_to(FINDER);
    reads_in_the_end_at(&browser, FINDER, FREE);
    let of_it = || {
        let reports = town.store().reports().unwrap().into_iter();
        reports.filter(|reported| reported.pillar == PILLAR).map(|reported| reported.report).next().unwrap()
    };
    assert_eq!(of_it().in_use, Some(false));

    resident.comes_to("call-back", "a question", |screen| matches!(screen, Screen::Question(_)));
    reads_in_the_end_at(&browser, FINDER, IN_USE);
    assert!(!browser.reads().contains(FREE), "{}", browser.reads());
    assert_eq!(of_it().in_use, Some(true));

    resident.goes_on("call-back", "the goodbye", |screen| matches!(screen, Screen::Goodbye));
    resident.does(Intent::Next);
    resident.waits_for("the first screen", |view| matches!(view.screen, Screen::Attract { .. }));
    reads_in_the_end_at(&browser, FINDER, FREE);
    assert!(!browser.reads().contains(IN_USE), "{}", browser.reads());

    // Nothing of who that was is in what the pillar said.
    town.wait_until_empty();
    let reference = town.at_the_hub()[0].reference.to_string();
    assert!(!serde_json::to_string(&of_it()).unwrap().contains(&reference));
}
