//! The log of who did what.

use super::super::audit::{Mark, verify};
use super::super::{AuditFilter, Deed, Entry, Store};
use super::at;

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 4] = [
    what_was_noted_is_listed_newest_first_and_can_be_filtered,
    a_log_that_nobody_touched_is_whole,
    the_oldest_entries_are_forgotten_and_the_rest_is_still_whole,
    a_log_in_which_everything_was_forgotten_goes_on,
];

fn entry(second: i64, who: &str, deed: Deed, about: &str) -> Entry {
    Entry::new(at(second), who, deed, about)
}

fn abouts(store: &dyn Store, filter: &AuditFilter) -> Vec<String> {
    store.audit(filter, 100).unwrap().into_iter().map(|noted| noted.entry.about).collect()
}

fn what_was_noted_is_listed_newest_first_and_can_be_filtered(store: &dyn Store) {
    store.note(&entry(1, "anna", Deed::SawContent, "A")).unwrap();
    store.note(&entry(2, "bob", Deed::SawContent, "B")).unwrap();
    let paid = entry(3, "anna", Deed::DecidedPayment, "C").with("paid");
    store.note(&paid).unwrap();
    let all = store.audit(&AuditFilter::default(), 2).unwrap();
    assert_eq!((all.len(), all[0].number, &all[0].entry), (2, 3, &paid));
    let filter = AuditFilter::default;
    let of = |filter: AuditFilter| abouts(store, &filter);
    assert_eq!(of(AuditFilter { who: Some("anna".into()), ..filter() }), ["C", "A"]);
    assert_eq!(of(AuditFilter { deed: Some(Deed::SawContent), ..filter() }), ["B", "A"]);
    assert_eq!(of(AuditFilter { about: Some("B".into()), ..filter() }), ["B"]);
    assert_eq!(of(AuditFilter { from: Some(at(2)), until: Some(at(3)), ..filter() }), ["B"]);
    assert_eq!(of(AuditFilter { before: Some(3), ..filter() }), ["B", "A"]);
}

fn a_log_that_nobody_touched_is_whole(store: &dyn Store) {
    assert_eq!(verify(store).unwrap().end, Mark::default());
    for second in 0..1_500 {
        store.note(&entry(second, "anna", Deed::SawContent, "A")).unwrap();
    }
    assert_eq!(verify(store).unwrap().end.number, 1_500);
}

fn the_oldest_entries_are_forgotten_and_the_rest_is_still_whole(store: &dyn Store) {
    for (second, about) in [(1, "A"), (2, "B"), (9, "C"), (3, "D")] {
        store.note(&entry(second, "anna", Deed::SawContent, about)).unwrap();
    }
    assert_eq!(store.forget_audit(at(1)).unwrap(), 0);
    assert_eq!(store.forget_audit(at(5)).unwrap(), 2);
    // D is as old, but stands behind C: the clock was put back.
    assert_eq!(abouts(store, &AuditFilter::default()), ["D", "C"]);
    let ends = verify(store).unwrap();
    assert_eq!((ends.begin.number, ends.end.number), (2, 4));
    assert_eq!(store.forget_audit(at(5)).unwrap(), 0);
}

fn a_log_in_which_everything_was_forgotten_goes_on(store: &dyn Store) {
    store.note(&entry(1, "anna", Deed::SawContent, "A")).unwrap();
    assert_eq!(store.forget_audit(at(5)).unwrap(), 1);
    let ends = verify(store).unwrap();
    assert_eq!(ends.begin, ends.end);
    store.note(&entry(6, "anna", Deed::SawContent, "B")).unwrap();
    assert_eq!(verify(store).unwrap().end.number, 2);
}
