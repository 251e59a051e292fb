//! The simulation can fail: it finds every bug that is planted.

use zuil_simulation::{Planted, live};

/// Within how many schedules each bug must be found.
const WITHIN: u64 = 1_000;

#[test]
fn every_planted_bug_is_found() {
    let mut missed = Vec::new();
    for planted in Planted::ALL {
        let found = (0..WITHIN).find_map(|seed| Some((seed + 1, live(seed, Some(planted)).violation?)));
        match found {
            Some((schedules, violation)) => {
                println!("{planted:?}: {schedules} schedules, by \"{}\": {}", violation.rule, violation.what);
            }
            None => missed.push(planted),
        }
    }
    assert!(missed.is_empty(), "not found in {WITHIN} schedules each: {missed:?}");
}
