//! A thousand schedules, and that they are what they say: the same from the same seed, and full of trouble.

use zuil_simulation::{Coverage, live};

/// How many schedules each half has.
const HALF: u64 = 500;

/// What must have happened in a half, each at least a few times.
const HAPPENS: &[&str] = &[
    "answers for which nobody waits any more",
    "answers found",
    "bound to a key that the hub has not",
    "clock jumps: hub",
    "clock jumps: pillars",
    "crashes: hub",
    "crashes: pillar",
    "disk faults: full",
    "disk faults: read only",
    "disk faults: short write",
    "disk faults: sync error",
    "disk faults: write error",
    "garbage for an answer",
    "hub asks for patience",
    "hub cannot store",
    "hub looks at what came in",
    "key rotations",
    "messages cut in the middle",
    "messages doubled",
    "messages heard twice",
    "messages late",
    "messages lost: answers",
    "messages lost: partition",
    "messages lost: requests",
    "partitions",
    "payments made",
    "payments refused",
    "payments settled by staff",
    "pillar dies at an await point",
    "power cuts: hub",
    "power cuts: hub, in the middle of a write",
    "power cuts: pillar",
    "power cuts: pillar, in the middle of a write",
    "receipts of free errands",
    "receipts of paid errands",
    "receipts on paper",
    "requests: counts",
    "requests rejected for one in them",
    "requests that the hub cannot read",
    "requests to a hub that is off",
    "starts on a disk that fails",
    "terminal away",
    "terminal's line lost after the charge",
    "terminal's line lost at the end",
    "terminal's line lost before the charge",
    "transactions refused for good",
    "visits",
    "whole requests rejected",
];

fn live_through(seeds: std::ops::Range<u64>) {
    let mut coverage = Coverage::default();
    for seed in seeds {
        let ended = live(seed, None);
        if let Some(violation) = ended.violation {
            panic!(
                "seed {seed}: {}: {}\n{}\nonce more, alone: script/simulate --schedules 1 --seed {seed}",
                violation.rule,
                violation.what,
                ended.trace.join("\n")
            );
        }
        coverage.add(&ended.coverage);
    }
    println!("{coverage}");
    let never: Vec<&str> = HAPPENS.iter().copied().filter(|what| coverage.count(what) < 3).collect();
    assert!(never.is_empty(), "hardly ever happened: {never:?}");
}

#[test]
fn nothing_is_lost_doubled_or_told_wrong_in_a_thousand_schedules_first_half() {
    live_through(0..HALF);
}

#[test]
fn nothing_is_lost_doubled_or_told_wrong_in_a_thousand_schedules_second_half() {
    live_through(HALF..2 * HALF);
}

#[test]
fn one_seed_is_one_schedule() {
    for seed in 2_000..2_040 {
        let (one, other) = (live(seed, None), live(seed, None));
        for (number, (line, again)) in one.trace.iter().zip(&other.trace).enumerate() {
            assert_eq!(line, again, "seed {seed}, line {number}");
        }
        assert_eq!((one.hash, one.events), (other.hash, other.events), "seed {seed}");
    }
}

#[test]
fn two_seeds_are_two_schedules() {
    assert_ne!(live(1, None).hash, live(2, None).hash);
}
