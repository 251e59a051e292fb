//! Roll-outs that stop because of what a pillar says, and go on: who is told, and how often.

use serde_json::Value;
use zuil_wire::system::{UpdateRefusal, UpdateState};

use super::at;
use super::told::{Office, watch};
use crate::store::{
    AlertStore as _, Channel, Deed, Entry, Rollout, RolloutStage, RolloutStore as _, Store, UpdateFailure,
};

fn somebody() -> Entry {
    Entry::new(at(0), "anna", Deed::RolledOut, "")
}

/// A version that was given to jumbo, and what went wrong with it there.
fn begins(store: &dyn Store, version: &str) {
    let (version, pillar) = (version.parse().unwrap(), "jumbo".to_owned());
    let rollout =
        Rollout { version, pillar, stage: RolloutStage::Pillar, changed_at: at(0), stopped_at: None };
    assert!(store.begin_rollout(&rollout, &somebody()).unwrap());
}

fn refuses(store: &dyn Store, version: &str, why: UpdateRefusal, second: i64) {
    let failure = UpdateFailure {
        version: version.parse().unwrap(),
        pillar: "jumbo".into(),
        state: UpdateState::Refused,
        why: Some(why),
        at: at(second),
    };
    store.note_update_failure(&failure).unwrap();
}

/// Somebody stops a roll-out by hand at a second, or resumes it.
fn changes(store: &dyn Store, version: &str, stopped: Option<i64>) {
    let rollouts = store.rollouts().unwrap();
    let seen = rollouts.iter().find(|rollout| rollout.version.to_string() == version).unwrap();
    let to = Rollout { stopped_at: stopped.map(at), ..seen.clone() };
    assert!(store.change_rollout(seen, &to, &somebody()).unwrap());
}

/// What the program was told until a second, and what letters say; neither is told again.
fn told(office: &Office, second: i64) -> (Vec<Value>, Vec<Value>) {
    let (mut posts, mut letters) = (Vec::new(), Vec::new());
    for due in office.due(second) {
        let said = serde_json::from_str(&due.message.body).unwrap();
        let pile = if due.message.channel == Channel::Email { &mut letters } else { &mut posts };
        pile.push(said);
        office.store.end_message(due.message.id).unwrap();
    }
    (posts, letters)
}

#[test]
fn a_technician_reads_once_which_version_stopped_where_and_why_and_that_it_goes_on() {
    let mut office = Office::opens(&["jumbo"]);
    begins(&*office.store, "1.2");
    office.watches(0, 10);
    assert_eq!(office.due(10), [], "it goes as it should");
    refuses(&*office.store, "1.2", UpdateRefusal::Signature, 11);
    office.watches(12, 30);
    let (posts, letters) = told(&office, 30);
    assert_eq!((posts.len(), letters.len()), (1, 1));
    assert_eq!(letters[0]["subject"], "Systeemversie 1.2 gaat niet verder: het ging mis bij jumbo");
    let text = letters[0]["text"].as_str().unwrap();
    for words in ["jumbo: geweigerd: de handtekening klopt niet.", "Sinds ", "Zoek uit wat er is gebeurd"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!((&posts[0]["event"], &posts[0]["kind"]), (&"raised".into(), &"rollout".into()));
    assert_eq!(posts[0]["pillars"][0]["name"], "jumbo");
    let update = serde_json::json!({"version": "1.2", "state": "refused", "why": "signature"});
    assert_eq!(posts[0]["update"], update);
    changes(&*office.store, "1.2", None);
    office.watches(32, 50);
    let (posts, letters) = told(&office, 50);
    assert_eq!((posts.len(), letters.len()), (1, 1));
    assert_eq!(letters[0]["subject"], "Systeemversie 1.2 gaat weer verder");
    assert_eq!((&posts[0]["event"], &posts[0]["update"]["version"]), (&"ended".into(), &"1.2".into()));
    office.watches(52, 60);
    assert_eq!(office.due(999), []);
}

#[test]
fn each_version_and_each_new_trouble_is_told() {
    let mut office = Office::opens(&["jumbo"]);
    begins(&*office.store, "1.2");
    refuses(&*office.store, "1.2", UpdateRefusal::Failed, 1);
    office.watches(2, 10);
    assert_eq!(told(&office, 10).1.len(), 1);
    // It is mended under a number of its own, and that goes wrong, too, while the first one is stopped.
    begins(&*office.store, "1.3");
    refuses(&*office.store, "1.3", UpdateRefusal::NoRoom, 11);
    office.watches(12, 20);
    let letters = told(&office, 20).1;
    assert_eq!(letters.len(), 1);
    assert!(letters[0]["subject"].as_str().unwrap().starts_with("Systeemversie 1.3"), "{letters:?}");
    // Resumed and stopped again between two looks.
    changes(&*office.store, "1.2", None);
    refuses(&*office.store, "1.2", UpdateRefusal::NoRoom, 21);
    office.watches(22, 30);
    let letters = told(&office, 30).1;
    assert_eq!(letters.len(), 1);
    assert!(letters[0]["text"].as_str().unwrap().contains("geen plaats op de schijf"), "{letters:?}");
}

#[test]
fn who_stops_or_removes_a_version_by_hand_is_told_nothing_about_it() {
    let mut office = Office::opens(&["jumbo"]);
    begins(&*office.store, "1.2");
    office.watches(0, 6);
    changes(&*office.store, "1.2", Some(8));
    office.watches(8, 14);
    changes(&*office.store, "1.2", None);
    office.watches(16, 20);
    assert_eq!(office.due(20), []);
    // What goes wrong at a pillar that had it already is told although it was stopped before.
    changes(&*office.store, "1.2", Some(22));
    refuses(&*office.store, "1.2", UpdateRefusal::Digest, 24);
    office.watches(24, 30);
    assert_eq!(told(&office, 30).1.len(), 1);
    office.store.end_rollout(&"1.2".parse().unwrap()).unwrap();
    office.watches(32, 40);
    assert_eq!(office.due(999), []);
}

#[test]
fn of_two_hubs_and_after_a_start_anew_a_stop_is_told_once() {
    let mut office = Office::opens(&["jumbo"]);
    let mut other = watch(&office.store);
    begins(&*office.store, "1.2");
    refuses(&*office.store, "1.2", UpdateRefusal::Failed, 1);
    for second in (2..20).step_by(2) {
        office.watch.round(at(second)).unwrap();
        other.round(at(second)).unwrap();
    }
    office.watch.end(at(20));
    for second in (20..40).step_by(2) {
        other.round(at(second)).unwrap();
    }
    assert_eq!(office.due(40).len(), 2, "a letter and a post");
}
