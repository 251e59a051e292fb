//! A thousand days. Each has its own faults at its own moments; each payment ends in one of four ways,
//! and everyone was told the truth.

use std::collections::BTreeMap;

use super::truth::{Ending, judge};
use super::world::World;

/// How many days are lived.
const DAYS: u64 = 1_000;
/// In how many tests, so that all processors have something to do.
const SHARES: u64 = 4;

fn live_days(share: u64) {
    let mut endings: BTreeMap<Ending, usize> = BTreeMap::new();
    for seed in (0..DAYS).filter(|seed| seed % SHARES == share) {
        let day = std::panic::catch_unwind(|| {
            let world = World::new(seed).live();
            (judge(&world), world.troubles().len())
        });
        let Ok((ends, _)) = day else {
            let troubles = World::new(seed);
            panic!("seed {seed}: {:#?}", troubles.troubles());
        };
        ends.into_iter().for_each(|ending| *endings.entry(ending).or_default() += 1);
    }
    println!("{endings:?}");
    for ending in [Ending::Delivered, Ending::Nothing, Ending::FoundByItself] {
        assert!(endings.get(&ending).is_some_and(|count| *count > 5), "too few of {ending:?}: {endings:?}");
    }
}

#[test]
fn a_thousand_days_of_faults_charge_nobody_twice_and_lose_nothing_first_quarter() {
    live_days(0);
}

#[test]
fn a_thousand_days_of_faults_charge_nobody_twice_and_lose_nothing_second_quarter() {
    live_days(1);
}

#[test]
fn a_thousand_days_of_faults_charge_nobody_twice_and_lose_nothing_third_quarter() {
    live_days(2);
}

#[test]
fn a_thousand_days_of_faults_charge_nobody_twice_and_lose_nothing_last_quarter() {
    live_days(3);
}

/// One day, to look at: `ZUIL_SEED=17 cargo test one_day -- --nocapture`.
#[test]
fn one_day_can_be_lived_again_from_its_seed() {
    let seed = std::env::var("ZUIL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let (one, other) = (World::new(seed).live(), World::new(seed).live());
    let told = |world: &World| (world.resident.told.len(), world.witnessed.paper.len(), judge(world));
    println!("{:#?}\n{:?}\n{:?}", one.troubles(), one.resident.told, judge(&one));
    assert_eq!(told(&one), told(&other));
}
