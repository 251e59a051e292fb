//! A technician watches the pillars on a page that brings itself up to date.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use zuil_browser::{Browser, Look, barriers};
use zuil_wire::health::DeviceState;

use super::office::{EVERYTHING, Office, PILLAR};
use crate::harness::{TestPillar, hub_with, report};

/// Reports twice a second, unless its cable is out, until the story is over.
async fn lives(pillar: &TestPillar, is_cut: &AtomicBool, is_over: &AtomicBool) {
    while !is_over.load(Ordering::Relaxed) {
        if !is_cut.load(Ordering::Relaxed) {
            pillar.report(&report(DeviceState::Ready, DeviceState::Ready)).await;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Ends the story, also where it fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Whether it is still the page that was opened first, and on which link the technician stands there.
fn stands(browser: &Browser) -> (bool, String) {
    let seen = browser.runs("return [window.first === true, document.activeElement.getAttribute('href')]");
    (seen[0] == true, seen[1].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_technician_sees_a_pillar_go_down_and_come_back_without_looking_again() {
    let office = Office::of(hub_with(|config| {
        config.alerts.down_after_seconds = 4;
        config.alerts.back_after_seconds = 2;
    }));
    let pillar = office.hub.add_pillar(PILLAR);
    let (is_cut, is_over) = (AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let _over = Over(&is_over);
        scope.spawn(|| office.runtime.block_on(lives(&pillar, &is_cut, &is_over)));
        let browser = office.browser_of(EVERYTHING, Look::Light);
        browser.goes_to("/pillars");
        browser.comes_to_read("1 zuil werkt");
        let _ = browser.runs("window.first = true; document.querySelector('tbody th a').focus()");
        let at = (true, format!("/pillars/{PILLAR}"));
        is_cut.store(true, Ordering::Relaxed);
        browser.comes_to_read("1 zuil is niet bereikbaar");
        browser.comes_to_read("laatst bekend: werkt");
        assert_eq!(stands(&browser), at, "she stays where she is");
        let said = browser.runs("return document.getElementById('live-says').textContent");
        assert_eq!(said, "1 zuil is niet bereikbaar.", "and hears it");
        // The watch tells it, too.
        office.until(|store| store.alerts_of(PILLAR, 9).unwrap().len() == 1);
        is_cut.store(false, Ordering::Relaxed);
        browser.comes_to_read("1 zuil werkt");
        assert_eq!(stands(&browser), at);
        office
            .until(|store| store.alerts_of(PILLAR, 9).unwrap().iter().all(|alert| alert.ended_at.is_some()));
        browser.presses(PILLAR);
        browser.comes_to_read("Is niet bereikbaar");
        assert_eq!(barriers(&browser), Vec::<String>::new(), "with what was told");
    });
}
