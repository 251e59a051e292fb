//! A technician goes from the list to the map, and from a mark to its pillar, in a real browser.

use zuil_browser::Look;
use zuil_wire::health::DeviceState;

use super::office::{EVERYTHING, Office};
use super::pages::{looked_at, pictures};
use crate::finder::publishes_the_example;
use crate::harness::{hub, report};

#[test]
fn a_technician_looks_where_a_pillar_stands_and_goes_to_its_page() {
    let office = Office::of(hub()).after_a_day();
    publishes_the_example(&office.hub);
    office.hub.add_pillar("demo");
    office.said("bieb", &report(DeviceState::Ready, DeviceState::Ready), 1);
    office.said("raadhuis", &report(DeviceState::PaperOut, DeviceState::Ready), 1);
    let mut found = Vec::new();
    for (look, name) in [(Look::Light, "map-light"), (Look::Dark, "map-dark")] {
        let browser = office.browser_of(EVERYTHING, look);
        browser.goes_to("/pillars");
        browser.presses("Op de kaart");
        browser.comes_to_read("Vierkant: iets werkt niet");
        browser.comes_to_read("Jumbo Marktplein, Marktplein 4");
        found.extend(looked_at(&browser, &pictures(), name));
        // The window is that of a telephone now.
        let smallest = browser.runs(
            "return Math.min(...[...document.querySelectorAll('.map a path')].map(mark => {
                const box = mark.getBoundingClientRect();
                return Math.min(box.width, box.height);
            }))",
        );
        assert!(smallest.as_f64().unwrap() >= 24.0, "{smallest} pixels are too few for a finger");
        let first = browser.runs(
            "document.querySelector('.map a').focus();
             return document.activeElement.getAttribute('href')",
        );
        assert_eq!(first, "/pillars/bieb", "a mark is reached without a mouse");
        let _ = browser.runs(
            "document.activeElement.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))",
        );
        browser.comes_to("/pillars/bieb");
        browser.goes_to("/pillars/map?lang=en");
        found.extend(looked_at(&browser, &pictures(), &format!("{name}-en")));
        browser.goes_to("/pillars/map?lang=nl");
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
