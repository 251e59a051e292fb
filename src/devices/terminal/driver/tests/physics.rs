//! Power, cable and line at every byte of a payment.

use super::*;
use crate::devices::terminal::simulator::core::{AtByte, Garbage};
use crate::devices::terminal::simulator::{FULL_CARD_NUMBER, card_numbers};

/// What must hold however a payment went, after the terminal could tell what it remembers.
fn check(table: &mut Table, outcome: &Outcome, what: &str) {
    table.events.clear();
    table.terminal.faults = Default::default();
    table.pull();
    table.terminal.restore_power();
    table.settle(Duration::from_secs(60));
    table.plug();
    table.settle(MINUTES);
    let charged = table.terminal.ledger.charged();
    assert!(charged.len() <= 1 && table.terminal.accepted() <= 1, "{what}");
    match outcome {
        Outcome::Paid(details) => assert_eq!(charged, std::slice::from_ref(details), "{what}"),
        Outcome::Unknown => {}
        other => assert_eq!(charged, [], "{what}: {other:?}"),
    }
    let told = table.events.iter().rev().find_map(last_payment).expect(what);
    assert_eq!(told.is_some_and(|last| last.approved), !charged.is_empty(), "{what}");
}

/// One payment with a fault; the outcomes of all bytes at which it can happen.
fn at_every_byte(bytes: u64, fault: impl Fn(&mut Table, u64)) -> Seen {
    let mut seen = Seen::default();
    for byte in 0..bytes {
        let mut table = Table::ready();
        table.terminal.act(Act::InsertCard);
        fault(&mut table, byte);
        table.charge(1);
        assert!(
            table.until(MINUTES, |table| !table.outcomes().is_empty() || !table.terminal.is_powered()),
            "byte {byte}"
        );
        if table.outcomes().is_empty() {
            table.pull();
        }
        let outcomes = table.outcomes();
        assert_eq!(outcomes.len(), 1, "byte {byte}");
        seen.count(&outcomes[0]);
        check(&mut table, &outcomes[0], &format!("byte {byte}"));
    }
    seen
}

#[test]
fn power_that_goes_at_any_byte_that_the_terminal_sends_makes_no_lie() {
    let seen =
        at_every_byte(140, |table, byte| table.terminal.faults.power_cut_at = Some(AtByte::Sent(byte)));
    assert!(seen.paid > 0 && seen.unknown > 50, "{seen:?}");
}

#[test]
fn power_that_goes_at_any_byte_that_the_terminal_receives_makes_no_lie() {
    let seen =
        at_every_byte(85, |table, byte| table.terminal.faults.power_cut_at = Some(AtByte::Received(byte)));
    assert!(seen.paid > 0 && seen.unknown > 50, "{seen:?}");
}

#[test]
fn a_cable_pulled_at_any_byte_makes_no_lie() {
    let seen = at_every_byte(140, |table, byte| table.terminal.faults.hang_up_at = Some(AtByte::Sent(byte)));
    assert!(seen.paid > 0 && seen.unknown > 50, "{seen:?}");
    let seen =
        at_every_byte(85, |table, byte| table.terminal.faults.hang_up_at = Some(AtByte::Received(byte)));
    assert!(seen.paid > 0 && seen.unknown > 50, "{seen:?}");
}

#[test]
fn a_terminal_that_takes_back_what_nobody_answers_makes_no_lie_at_any_byte() {
    at_every_byte(140, |table, byte| {
        table.terminal.faults.reverses_when_unanswered = true;
        table.terminal.faults.hang_up_at = Some(AtByte::Sent(byte));
    });
    at_every_byte(85, |table, byte| {
        table.terminal.faults.reverses_when_unanswered = true;
        table.terminal.faults.hang_up_at = Some(AtByte::Received(byte));
    });
}

#[test]
fn silence_that_begins_at_any_moment_and_ends_makes_no_lie() {
    let mut seen = Seen::default();
    for (step, seconds) in (0..30).flat_map(|step| [1, 4, 7, 30].map(|seconds| (step, seconds))) {
        let mut table = Table::ready();
        table.terminal.act(Act::InsertCard);
        table.charge(1);
        for _ in 0..step {
            table.exchange();
        }
        table.terminal.faults.silent_until = Some(table.now + Duration::from_secs(seconds));
        let outcome = table.until_done();
        seen.count(&outcome);
        check(&mut table, &outcome, &format!("step {step}, {seconds} s"));
    }
    assert!(seen.paid > 20 && seen.unknown > 5, "{seen:?}");
}

#[test]
fn things_that_the_terminal_says_by_half_are_said_again() {
    let mut seen = Seen::default();
    for step in 0..25 {
        let mut table = Table::ready();
        table.terminal.act(Act::InsertCard);
        table.charge(1);
        for _ in 0..step {
            table.exchange();
        }
        table.terminal.faults.half_frames = 1;
        let outcome = table.until_done();
        seen.count(&outcome);
        check(&mut table, &outcome, &format!("step {step}"));
    }
    assert!(seen.paid > 15, "{seen:?}");
}

#[test]
fn garbage_on_the_line_makes_no_lie_and_no_second_charge() {
    let mut seen = Seen::default();
    for seed in 0..400 {
        let mut table = Table::ready();
        table.terminal.act(Act::InsertCard);
        table.terminal.faults.garbage = Some(Garbage::new(seed, 8));
        table.charge(1);
        let outcome = table.until_done();
        seen.count(&outcome);
        check(&mut table, &outcome, &format!("seed {seed}"));
    }
    assert!(seen.paid > 40 && seen.unknown > 5, "{seen:?}");
}

#[test]
fn slow_answers_on_a_slow_line_are_waited_for() {
    for after in [100, 900, 2_000] {
        let mut table = Table::ready();
        table.terminal.faults.answers_after = Duration::from_millis(after);
        table.terminal.faults.baud = Some(9600);
        table.terminal.act(Act::InsertCard);
        table.charge(1);
        assert_eq!(table.until_done(), Outcome::Paid(first_payment()), "{after} ms");
        assert_eq!(table.terminal.accepted(), 1);
    }
}

#[test]
fn full_card_numbers_in_every_place_get_nowhere() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    let _other = another_listener();
    let (table, line) = tracing::subscriber::with_default(subscriber, || {
        let mut table = Table::ready();
        table.terminal.faults.full_card_number = true;
        let line = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let tap = line.clone();
        table.line = Box::new(move |bytes| {
            tap.lock().unwrap().extend(&bytes);
            vec![bytes]
        });
        for (number, act) in [(1, Act::InsertCard), (2, Act::InsertBadCard(0x05)), (3, Act::MistypePin)] {
            table.terminal.act(act);
            table.charge(number);
            assert!(table.until(MINUTES, |table| table.outcomes().len() == number as usize));
        }
        table.input(Input::EndOfDay);
        table.settle(Duration::from_secs(5));
        (table, line)
    });
    let line = line.lock().unwrap();
    assert!(card_numbers::find(&line).len() >= 8, "the terminal really sent them");
    assert!(card_numbers::find_known(&line, FULL_CARD_NUMBER).len() >= 8);
    let everything = format!("{:?} {:?} {}", table.events, table.journal.outcomes(), log.text());
    assert!(everything.contains("Maestro") && log.text().contains("Ready"));
    assert_eq!(card_numbers::find(everything.as_bytes()), [], "{everything}");
    assert_eq!(card_numbers::find_known(everything.as_bytes(), FULL_CARD_NUMBER), []);
    assert_eq!(card_numbers::find(&table.sent), []);
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
