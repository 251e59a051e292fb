//! Every target for a short while, without a fuzzer: random bytes, and the seeds with mistakes in them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use super::TARGETS;

/// How many inputs each target gets.
const INPUTS: u64 = 20_000;

#[test]
fn no_answer_of_a_printer_is_misread() {
    try_out("printer-status");
}

#[test]
fn no_answer_of_a_printer_makes_a_job_end_twice_or_be_called_printed_in_vain() {
    try_out("printer");
}

#[test]
fn no_packet_of_a_terminal_leaves_a_card_number() {
    try_out("zvt-packet");
}

#[test]
fn no_bytes_on_a_terminals_line_become_a_packet_that_nobody_sent() {
    try_out("zvt-line");
}

#[test]
fn no_word_of_a_terminal_makes_a_payment_end_twice_or_be_called_paid_in_vain() {
    try_out("zvt-driver");
}

#[test]
fn no_document_leaves_anything_of_its_holder() {
    try_out("mrz");
}

#[test]
fn no_bytes_become_a_pass_that_nobody_held_there() {
    try_out("rfid");
}

#[test]
fn no_recording_is_opened_as_something_else() {
    try_out("recording");
}

#[test]
fn every_target_has_seeds() {
    for (name, _) in TARGETS {
        assert!(!seeds(name).is_empty(), "{name}");
    }
}

fn try_out(name: &str) {
    let (_, target) = TARGETS.into_iter().find(|(known, _)| *known == name).unwrap();
    let seeds = seeds(name);
    seeds.iter().for_each(|seed| target(seed));
    for seed in 0..INPUTS {
        let input = some_input(&seeds, &mut fastrand::Rng::with_seed(seed));
        if catch_unwind(AssertUnwindSafe(|| target(&input))).is_err() {
            panic!("{name} fails with seed {seed}, that is with {input:02x?}");
        }
    }
}

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// Random bytes, or a seed with up to eight mistakes.
fn some_input(seeds: &[Vec<u8>], random: &mut fastrand::Rng) -> Vec<u8> {
    if random.u8(..4) == 0 {
        let length = random.usize(..200);
        return std::iter::repeat_with(|| random.u8(..)).take(length).collect();
    }
    let mut input = random.choice(seeds).unwrap().clone();
    for _ in 0..random.u8(1..=8) {
        let at = random.usize(..=input.len());
        let until = (at + random.usize(..16)).min(input.len());
        match random.u8(..6) {
            0 => input.insert(at, random.u8(..)),
            1 => drop(input.drain(at..until)),
            2 => input.truncate(at),
            3 => {
                let other = random.choice(seeds).unwrap();
                let from = random.usize(..=other.len());
                input.splice(at..until, other[from..].iter().copied());
            }
            4 => input[at..until].fill(random.u8(..)),
            _ => input[at..until].iter_mut().take(1).for_each(|byte| *byte ^= 1 << random.u8(..8)),
        }
    }
    input.truncate(1_024);
    input
}
