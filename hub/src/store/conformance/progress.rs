//! How far requests are elsewhere.

use zuil_wire::Reference;

use super::super::{Look, Note, Progress, Store, System};
use super::at;
use super::handover::{claim, note, received};

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 4] = [
    what_was_handed_over_is_asked_about_until_it_is_done,
    what_has_no_address_is_never_asked_about,
    a_message_makes_it_due_and_repeats_change_nothing,
    a_message_during_a_look_leads_to_another,
];

/// Hands over the first so many, each to an address of its own.
fn handed_over(store: &dyn Store, numbers: &[u8]) {
    received(store, numbers);
    for claimed in claim(store, 1, 20) {
        note(store, &claimed, Note::Goes(System::OpenZaak), 20);
        let address = format!("https://zaak.example.nl/{}", claimed.lease.id.as_u128());
        note(store, &claimed, Note::Registered { case_number: Some("Z"), address: Some(&address) }, 50);
    }
}

fn looks(store: &dyn Store, second: i64) -> Vec<Look> {
    store.claim_looks(at(second), at(second + 100), 10).unwrap()
}

fn progress(words: &str, second: i64, is_done: bool) -> Progress {
    Progress { words: words.into(), since: at(second), is_done }
}

fn what_was_handed_over_is_asked_about_until_it_is_done(store: &dyn Store) {
    handed_over(store, &[1, 2]);
    let reference = Reference::from_bits(1);
    assert_eq!(store.claim_looks(at(50), at(150), 1).unwrap().len(), 1);
    let second = looks(store, 50).remove(0);
    assert_eq!((second.system, second.received_at, second.until), (System::OpenZaak, at(10), at(150)));
    assert_eq!(looks(store, 149), []);
    let again = looks(store, 150);
    assert_eq!(again.len(), 2);
    let first = again.iter().find(|look| look.address.ends_with("/1")).unwrap();
    assert_eq!(store.progress(reference).unwrap(), None);
    let busy = progress("In behandeling", 120, false);
    store.keep_look(first, Some(&busy), Some(at(300))).unwrap();
    assert_eq!(store.progress(reference).unwrap(), Some(busy.clone()));
    let third = looks(store, 300).into_iter().find(|look| look.id == first.id).unwrap();
    store.keep_look(&third, None, Some(at(500))).unwrap();
    assert_eq!(store.progress(reference).unwrap(), Some(busy));
    let last = looks(store, 500).into_iter().find(|look| look.id == first.id).unwrap();
    let done = progress("Afgehandeld", 450, true);
    store.keep_look(&last, Some(&done), None).unwrap();
    assert_eq!(store.progress(reference).unwrap(), Some(done));
    assert!(looks(store, 9_000).iter().all(|look| look.id != first.id));
    assert_eq!(store.progress(Reference::from_bits(77)).unwrap(), None);
}

fn what_has_no_address_is_never_asked_about(store: &dyn Store) {
    received(store, &[1]);
    let claimed = claim(store, 1, 20).remove(0);
    note(store, &claimed, Note::Goes(System::Email), 20);
    note(store, &claimed, Note::Registered { case_number: Some("Z"), address: None }, 50);
    assert_eq!(looks(store, 9_000), []);
}

fn a_message_makes_it_due_and_repeats_change_nothing(store: &dyn Store) {
    handed_over(store, &[1]);
    let look = looks(store, 50).remove(0);
    store.keep_look(&look, Some(&progress("Ontvangen", 45, false)), Some(at(5_000))).unwrap();
    let soon = |system, address: &str, second| store.look_soon(system, address, at(second)).unwrap();
    assert!(!soon(System::OpenZaak, "https://zaak.example.nl/77", 60));
    assert!(!soon(System::Signalen, "https://zaak.example.nl/1", 60));
    assert_eq!(looks(store, 60), []);
    assert!(soon(System::OpenZaak, "https://zaak.example.nl/1", 70));
    assert!(soon(System::OpenZaak, "https://zaak.example.nl/1", 70));
    let look = looks(store, 70);
    assert_eq!(look.len(), 1);
    store.keep_look(&look[0], Some(&progress("Afgehandeld", 65, true)), None).unwrap();
    // What is done stays so.
    assert!(!soon(System::OpenZaak, "https://zaak.example.nl/1", 80));
    assert_eq!(looks(store, 9_000), []);
}

fn a_message_during_a_look_leads_to_another(store: &dyn Store) {
    handed_over(store, &[1]);
    let look = looks(store, 50).remove(0);
    assert!(store.look_soon(System::OpenZaak, &look.address, at(60)).unwrap());
    store.keep_look(&look, Some(&progress("Ontvangen", 45, false)), Some(at(5_000))).unwrap();
    assert_eq!(looks(store, 61).len(), 1);
}
