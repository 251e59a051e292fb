//! Thousands of payments over lines that lose, add, garble and split bytes.

use super::*;

/// What a line may do to a byte, in thousandths.
#[derive(Clone, Copy)]
struct Badness {
    garble: u32,
    lose: u32,
    add: u32,
}

#[test]
fn over_thousands_of_bad_lines_a_charge_is_made_at_most_once_and_never_lied_about() {
    let mut seen = Seen::default();
    for seed in 0..3_000 {
        let badness = Badness { garble: 4, lose: 2, add: 4 };
        seen.count(&pay_over(seed, badness, Unanswered::Kept));
    }
    assert!(seen.paid > 300 && seen.unknown > 30, "the lines are neither perfect nor dead: {seen:?}");
}

#[test]
fn over_thousands_of_bad_lines_no_payment_is_called_paid_that_the_terminal_took_back() {
    let mut seen = Seen::default();
    for seed in 0..3_000 {
        let badness = Badness { garble: 4, lose: 2, add: 4 };
        seen.count(&pay_over(seed, badness, Unanswered::TakenBack));
    }
    assert!(seen.paid > 300 && seen.unknown > 30, "the lines are neither perfect nor dead: {seen:?}");
}

#[test]
fn over_lines_that_only_split_what_is_said_every_payment_is_paid() {
    for seed in 0..500 {
        let outcome = pay_over(seed, Badness { garble: 0, lose: 0, add: 0 }, Unanswered::Kept);
        assert_eq!(outcome, Outcome::Paid(first_payment()), "seed {seed}");
    }
}

/// What the terminal does with a payment whose status information nobody answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unanswered {
    Kept,
    TakenBack,
}

/// One payment; checks what must hold however it ends.
fn pay_over(seed: u64, badness: Badness, unanswered: Unanswered) -> Outcome {
    let mut table = Table::ready();
    table.terminal.faults.reverses_when_unanswered = unanswered == Unanswered::TakenBack;
    let mut random = fastrand::Rng::with_seed(seed);
    table.line = Box::new(move |bytes| spoil(&bytes, badness, &mut random));
    table.terminal.act(Act::InsertCard);
    table.charge(1);
    let outcome = table.until_done();
    table.settle(Duration::from_secs(60));
    let charged = table.terminal.ledger.charged();
    assert_eq!(table.outcomes().len(), 1, "seed {seed}: one outcome");
    assert!(table.terminal.accepted() <= 1, "seed {seed}: authorised {}", table.terminal.accepted());
    assert!(charged.len() <= 1, "seed {seed}");
    assert!(table.journal.outcomes().len() <= 1, "seed {seed}: recorded twice");
    for event in &table.events {
        if let Some(last) = last_payment(event) {
            let approved = last.as_ref().is_some_and(|last| last.approved);
            assert_eq!(approved, !charged.is_empty(), "seed {seed}: {last:?}");
        }
    }
    match &outcome {
        Outcome::Paid(details) => {
            assert_eq!(charged, std::slice::from_ref(details), "seed {seed}");
            assert_eq!(table.journal.outcomes(), std::slice::from_ref(&outcome), "seed {seed}");
        }
        Outcome::Unknown => {}
        Outcome::Aborted
        | Outcome::TimedOut
        | Outcome::NotAsked
        | Outcome::TakenBack
        | Outcome::Declined(_) => {
            assert_eq!(charged, [], "seed {seed}: {outcome:?}");
        }
    }
    outcome
}

/// Spoils some bytes and splits the rest anywhere.
fn spoil(bytes: &[u8], badness: Badness, random: &mut fastrand::Rng) -> Vec<Vec<u8>> {
    let mut chunks = vec![Vec::new()];
    for &byte in bytes {
        if random.u32(..1000) < badness.add {
            let noise =
                if random.bool() { random.u8(..) } else { [0x06, 0x15, 0x10, 0x02][random.usize(..4)] };
            chunks.last_mut().unwrap().push(noise);
        }
        if random.u32(..1000) >= badness.lose {
            let garbled = random.u32(..1000) < badness.garble;
            let byte = if garbled { byte ^ 1 << random.u32(..8) } else { byte };
            chunks.last_mut().unwrap().push(byte);
        }
        if random.u32(..6) == 0 {
            chunks.push(Vec::new());
        }
    }
    chunks.retain(|chunk| !chunk.is_empty());
    chunks
}

#[derive(Debug, Default)]
struct Seen {
    paid: u32,
    unknown: u32,
    other: u32,
}

impl Seen {
    fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Paid(_) => self.paid += 1,
            Outcome::Unknown => self.unknown += 1,
            _ => self.other += 1,
        }
    }
}
