//! The municipality changes its sealing key while a pillar is offline, and while someone stands at it.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use zuil::outbox::{Outbox, SqliteOutbox};
use zuil::visit::{Intent, Screen};
use zuil_hub::seal_keys::SealKeys;

use crate::town::{PATIENCE, Resident, Town};

/// A free task.
const TASK: &str = "call-back";

#[test]
fn a_newer_key_is_used_from_the_next_visit_on_and_what_waited_under_the_old_one_arrives() {
    let town = Town::new();
    let seal_folder = town.folder().join("hub/seal");
    let [old] = SealKeys::list(&seal_folder).unwrap().try_into().unwrap();
    let mut resident = town.resident();

    // Offline: sealed to the old key, while the municipality makes a new one.
    town.network.cut();
    does_an_errand(&mut resident);
    let newer = SealKeys::add(&seal_folder, Timestamp::now()).unwrap();
    assert_eq!(keys_in_the_outbox(&town), [old.id.as_str()]);

    // The next resident has begun when the network comes back, and with it the key.
    resident.comes_to(TASK, "a question", |screen| matches!(screen, Screen::Question(_)));
    town.network.mend();
    until("the newer key is kept", || town.folder().join("data/seal-key.json").exists());
    town.wait_until_empty();
    town.network.cut();
    does_an_errand(&mut resident);
    assert_eq!(keys_in_the_outbox(&town), [old.id.as_str()], "a visit keeps the key with which it began");

    does_an_errand(&mut resident);
    assert_eq!(keys_in_the_outbox(&town), [old.id, newer.clone()]);
    drop(resident);

    // Also after a power cut.
    let mut resident = town.resident();
    does_an_errand(&mut resident);
    assert_eq!(keys_in_the_outbox(&town).last(), Some(&newer));
    town.network.mend();
    town.wait_until_empty();
    assert_eq!(town.at_the_hub().len(), 4);
    until("the hub knows that nothing needs the old key", || {
        let reports = town.store().reports().unwrap();
        reports.iter().any(|reported| reported.report.seal_key.as_ref() == Some(&newer))
    });
}

/// From wherever they are to the first screen again.
fn does_an_errand(resident: &mut Resident) {
    resident.goes_on(TASK, "the end of the errand", |screen| matches!(screen, Screen::Goodbye));
    resident.does(Intent::Next);
    resident.waits_for("the first screen", |view| matches!(view.screen, Screen::Attract { .. }));
}

/// To which keys that is sealed which the hub does not have yet, in the order in which it was made.
fn keys_in_the_outbox(town: &Town) -> Vec<String> {
    let outbox = SqliteOutbox::open(&town.folder().join("data/outbox.sqlite")).unwrap();
    outbox.pending(10).unwrap().into_iter().map(|pending| pending.sealed.header.key_id).collect()
}

fn until(what: &str, happened: impl Fn() -> bool) {
    let patience = Instant::now() + PATIENCE;
    while !happened() {
        assert!(Instant::now() < patience, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
