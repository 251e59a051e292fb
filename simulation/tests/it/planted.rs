//! The simulation can fail: it finds the bugs that are planted.

use zuil_simulation::{Planted, live};

/// Those that need several things to coincide.
const HIDDEN_WELL: [Planted; 2] = [Planted::HubBelievesALateUpload, Planted::AnswerIsTakenForAnotherRevision];

/// Plants each bug, and says in how many schedules it was found.
fn find(bugs: impl Iterator<Item = Planted>, within: u64) {
    let mut missed = Vec::new();
    for planted in bugs {
        let found = (0..within).find_map(|seed| Some((seed + 1, live(seed, Some(planted)).violation?)));
        match found {
            Some((schedules, violation)) => {
                println!("{planted:?}: {schedules} schedules, by \"{}\": {}", violation.rule, violation.what);
            }
            None => missed.push(planted),
        }
    }
    assert!(missed.is_empty(), "not found in {within} schedules each: {missed:?}");
}

#[test]
fn every_planted_bug_is_found() {
    find(Planted::ALL.into_iter().filter(|planted| !HIDDEN_WELL.contains(planted)), 300);
}

#[test]
#[ignore = "takes minutes; run it when the simulation or the sync changed"]
fn bugs_that_hide_well_are_found_too() {
    find(HIDDEN_WELL.into_iter(), 20_000);
}
