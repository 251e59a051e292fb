//! Answers that editors are writing.

use super::super::{AnswerDraft, Rewritten, Store};
use super::at;

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 3] = [
    a_draft_is_kept_as_it_is_and_its_id_is_taken,
    nobody_writes_over_what_they_have_not_seen,
    a_draft_that_is_done_says_so_until_it_is_changed_or_deleted,
];

/// A draft (made up) that anna began.
pub(in super::super) fn draft(id: &str) -> AnswerDraft {
    AnswerDraft {
        id: id.into(),
        question: "vliegen met een drone".into(),
        language: "nl".into(),
        text: "title.nl = \"Drone\"\n".into(),
        made: ("anna".into(), at(10)),
        changed: ("anna".into(), at(10)),
        done_at: None,
    }
}

fn a_draft_is_kept_as_it_is_and_its_id_is_taken(store: &dyn Store) {
    assert_eq!((store.drafts().unwrap(), store.draft("drone").unwrap()), (vec![], None));
    assert!(store.add_draft(&draft("drone")).unwrap());
    let other = AnswerDraft { question: "drone kopen".into(), ..draft("drone") };
    assert!(!store.add_draft(&other).unwrap());
    assert!(store.add_draft(&draft("berth")).unwrap());
    assert_eq!(store.drafts().unwrap(), [draft("berth"), draft("drone")]);
    assert_eq!(store.draft("drone").unwrap(), Some(draft("drone")));
}

fn nobody_writes_over_what_they_have_not_seen(store: &dyn Store) {
    store.add_draft(&draft("drone")).unwrap();
    let rewrite = |text, seen, who, now| store.rewrite_draft("drone", text, at(seen), who, at(now)).unwrap();
    assert_eq!(rewrite("by bert", 10, "bert", 20), Rewritten::Yes);
    assert_eq!(rewrite("by anna", 10, "anna", 30), Rewritten::Meanwhile);
    let kept = store.draft("drone").unwrap().unwrap();
    assert_eq!((kept.text.as_str(), &kept.changed), ("by bert", &("bert".into(), at(20))));
    assert_eq!(kept.made, draft("drone").made);
    assert_eq!(rewrite("by anna", 20, "anna", 40), Rewritten::Yes);
    let nowhere = store.rewrite_draft("nowhere", "", at(10), "anna", at(20)).unwrap();
    assert_eq!(nowhere, Rewritten::NoSuchDraft);
}

fn a_draft_that_is_done_says_so_until_it_is_changed_or_deleted(store: &dyn Store) {
    store.add_draft(&draft("drone")).unwrap();
    let done_at = || store.draft("drone").unwrap().unwrap().done_at;
    assert!(store.finish_draft("drone", at(20)).unwrap());
    assert_eq!(done_at(), Some(at(20)));
    store.rewrite_draft("drone", "more", at(10), "anna", at(30)).unwrap();
    assert_eq!(done_at(), None);
    assert!(store.delete_draft("drone").unwrap());
    assert_eq!((store.drafts().unwrap(), store.delete_draft("drone").unwrap()), (vec![], false));
    assert!(!store.finish_draft("drone", at(40)).unwrap());
}
