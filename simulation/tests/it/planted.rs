//! The simulation can fail: it finds the bugs that are planted.

use zuil_simulation::{Planted, live};

/// It needs several things to coincide.
const HIDDEN_WELL: Planted = Planted::AnswerIsTakenForAnotherRevision;

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
    find(Planted::ALL.into_iter().filter(|planted| *planted != HIDDEN_WELL), 300);
}

#[test]
#[ignore = "takes minutes; run it when the simulation or the sync changed"]
fn a_bug_that_hides_well_is_found_too() {
    find(std::iter::once(HIDDEN_WELL), 2_000);
}
