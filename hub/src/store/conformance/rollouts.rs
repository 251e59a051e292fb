//! How far versions of the pillars' system are rolled out.

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::system::{UpdateRefusal, UpdateState};

use super::super::{AlertChanges, AuditFilter, Deed, Entry, Rollout, RolloutStage, Store, UpdateFailure};
use super::at;

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 5] = [
    a_rollout_is_kept_as_it_is_and_begun_once,
    a_rollout_is_changed_by_who_saw_it_as_it_stands,
    trouble_stops_a_rollout_once_and_only_its_own,
    a_rollout_that_is_ended_leaves_nothing_behind,
    of_which_stop_was_told_is_kept_by_who_watches_as_long_as_there_is_a_rollout,
];

/// A roll-out (made up) that begins at jumbo.
pub(super) fn rollout(version: &str) -> Rollout {
    Rollout {
        version: version.parse().unwrap(),
        pillar: "jumbo".into(),
        stage: RolloutStage::Pillar,
        changed_at: at(10),
        stopped_at: None,
    }
}

/// Who did it (made up).
pub(super) fn entry() -> Entry {
    Entry::new(at(10), "anna", Deed::RolledOut, "1.2")
}

/// What went wrong (made up) at jumbo.
pub(super) fn refused(version: &str, why: UpdateRefusal, second: i64) -> UpdateFailure {
    UpdateFailure {
        version: version.parse().unwrap(),
        pillar: "jumbo".into(),
        state: UpdateState::Refused,
        why: Some(why),
        at: at(second),
    }
}

fn a_rollout_is_kept_as_it_is_and_begun_once(store: &dyn Store) {
    assert!(store.rollouts().unwrap().is_empty());
    assert!(store.begin_rollout(&rollout("1.2"), &entry()).unwrap());
    let again = Rollout { pillar: "bieb".into(), ..rollout("1.2") };
    assert!(!store.begin_rollout(&again, &entry()).unwrap());
    let other = Rollout { stage: RolloutStage::All, stopped_at: Some(at(30)), ..rollout("1.1") };
    assert!(store.begin_rollout(&other, &entry()).unwrap());
    assert_eq!(store.rollouts().unwrap(), [other, rollout("1.2")]);
    assert_eq!(noted(store), 2, "what was not done is not in the log");
}

/// How much the log tells of roll-outs.
fn noted(store: &dyn Store) -> usize {
    store.audit(&AuditFilter { deed: Some(Deed::RolledOut), ..AuditFilter::default() }, 99).unwrap().len()
}

fn a_rollout_is_changed_by_who_saw_it_as_it_stands(store: &dyn Store) {
    let first = rollout("1.2");
    store.begin_rollout(&first, &entry()).unwrap();
    let tenth = Rollout { stage: RolloutStage::Tenth, changed_at: at(20), ..first.clone() };
    assert!(store.change_rollout(&first, &tenth, &entry()).unwrap());
    assert!(!store.change_rollout(&first, &tenth, &entry()).unwrap(), "it is not as it was seen");
    let stopped = Rollout { stopped_at: Some(at(30)), ..tenth.clone() };
    assert!(store.change_rollout(&tenth, &stopped, &entry()).unwrap());
    let all = Rollout { stage: RolloutStage::All, ..tenth.clone() };
    assert!(!store.change_rollout(&tenth, &all, &entry()).unwrap(), "nobody goes on past a stop unseen");
    assert!(store.change_rollout(&stopped, &tenth, &entry()).unwrap());
    assert!(!store.change_rollout(&rollout("1.3"), &all, &entry()).unwrap());
    assert_eq!(store.rollouts().unwrap(), [tenth]);
    assert_eq!(noted(store), 4, "what was not done is not in the log");
}

fn trouble_stops_a_rollout_once_and_only_its_own(store: &dyn Store) {
    let (first, other) = (rollout("1.2"), rollout("1.1"));
    store.begin_rollout(&first, &entry()).unwrap();
    store.begin_rollout(&other, &entry()).unwrap();
    let no_room = refused("1.2", UpdateRefusal::NoRoom, 20);
    assert!(store.note_update_failure(&no_room).unwrap());
    let stopped = Rollout { stopped_at: Some(at(20)), ..first.clone() };
    assert_eq!(store.rollouts().unwrap(), [other.clone(), stopped.clone()]);
    assert!(store.change_rollout(&stopped, &first, &entry()).unwrap(), "somebody resumes it");
    assert!(!store.note_update_failure(&refused("1.2", UpdateRefusal::NoRoom, 30)).unwrap());
    assert_eq!(store.rollouts().unwrap(), [other.clone(), first], "that was known when it was resumed");
    assert_eq!(store.update_failures().unwrap(), [no_room]);
    let fell_back =
        UpdateFailure { state: UpdateState::FellBack, why: None, ..refused("1.2", UpdateRefusal::Older, 40) };
    assert!(store.note_update_failure(&fell_back).unwrap(), "that is news");
    assert!(!store.note_update_failure(&fell_back).unwrap());
    let elsewhere = UpdateFailure { pillar: "bieb".into(), ..fell_back.clone() };
    assert!(!store.note_update_failure(&elsewhere).unwrap(), "it is stopped already");
    assert_eq!(store.update_failures().unwrap(), [elsewhere, fell_back]);
    assert!(
        !store.note_update_failure(&refused("1.0", UpdateRefusal::Digest, 50)).unwrap(),
        "nobody rolls it out"
    );
    assert_eq!(store.rollouts().unwrap()[0], other);
}

fn a_rollout_that_is_ended_leaves_nothing_behind(store: &dyn Store) {
    let first = rollout("1.2");
    store.begin_rollout(&first, &entry()).unwrap();
    store.note_update_failure(&refused("1.2", UpdateRefusal::Failed, 20)).unwrap();
    assert!(store.end_rollout(&first.version).unwrap());
    assert!(!store.end_rollout(&first.version).unwrap());
    assert_eq!((store.rollouts().unwrap(), store.update_failures().unwrap()), (vec![], vec![]));
    assert!(store.begin_rollout(&first, &entry()).unwrap());
    assert!(
        store.note_update_failure(&refused("1.2", UpdateRefusal::Failed, 30)).unwrap(),
        "it is news again"
    );
}

fn of_which_stop_was_told_is_kept_by_who_watches_as_long_as_there_is_a_rollout(store: &dyn Store) {
    let (first, other) = (rollout("1.2"), rollout("1.1"));
    store.begin_rollout(&first, &entry()).unwrap();
    store.begin_rollout(&other, &entry()).unwrap();
    let (me, another) = (Uuid::from_u128(1), Uuid::from_u128(2));
    assert!(store.claim_watch(me, at(0), at(900)).unwrap());
    let tells = |hub, version: &str, stop: Option<Timestamp>| {
        let stops = vec![(version.parse().unwrap(), stop)];
        store.keep_alerts(hub, &AlertChanges { stops, ..AlertChanges::default() }, at(10)).unwrap()
    };
    assert!(!tells(another, "1.2", Some(at(20))), "it does not watch");
    assert_eq!(store.told_stops().unwrap(), []);
    assert!(tells(me, "1.2", Some(at(20))) && tells(me, "1.1", Some(at(30))));
    assert!(tells(me, "1.0", Some(at(30))), "there is none any more");
    let told = [(other.version.clone(), at(30)), (first.version.clone(), at(20))];
    assert_eq!(store.told_stops().unwrap(), told);
    let tenth = Rollout { stage: RolloutStage::Tenth, ..first.clone() };
    assert!(
        store.change_rollout(&first, &tenth, &entry()).unwrap(),
        "what is told is nothing of the roll-out"
    );
    assert!(tells(me, "1.2", None));
    store.end_rollout(&other.version).unwrap();
    assert_eq!(store.told_stops().unwrap(), []);
    store.begin_rollout(&other, &entry()).unwrap();
    assert_eq!(store.told_stops().unwrap(), [], "it is another one");
}
