//! An agent finds a pillar for a caller, in a real browser.

use zuil_browser::Look;
use zuil_wire::health::DeviceState;

use super::office::{AGENT, Office};
use super::pages::{looked_at, pictures};
use crate::finder::publishes_the_example;
use crate::harness::{hub, report};

#[test]
fn an_agent_reads_aloud_where_the_caller_can_go() {
    let office = Office::of(hub());
    publishes_the_example(&office.hub);
    for name in ["jumbo", "bieb", "raadhuis"] {
        office.hub.add_pillar(name);
    }
    office.said("jumbo", &report(DeviceState::Ready, DeviceState::Ready), 1);
    office.said("raadhuis", &report(DeviceState::PaperOut, DeviceState::Offline), 1);
    let mut found = Vec::new();
    for (look, name) in [(Look::Light, "finder-found"), (Look::Dark, "finder-found-dark")] {
        let browser = office.browser_of(AGENT, look);
        browser.goes_to("/finder");
        browser.fills_in("Waar woont de beller?", "2411 ab");
        browser.presses("Zoek een zuil");
        browser.comes_to_read("Vanaf 2411 AB, de dichtstbijzijnde zuil eerst.");
        browser.comes_to_read("De zuil staat in Jumbo Marktplein.");
        let _ = browser.runs("document.querySelectorAll('details').forEach(part => part.open = true)");
        found.extend(looked_at(&browser, &pictures(), name));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
