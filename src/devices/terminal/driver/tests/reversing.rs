//! Charges that could not be kept at a terminal that completes them all the same.

use super::*;
use crate::devices::terminal::codec::{Field, Fields};

const REVERSAL: &str = "10 02 06 30 06 12 34 56 87 00 01 10 03";

/// A resident has paid, the disk is broken, and the terminal completes what was rejected.
fn completed_all_the_same() -> Table {
    let mut table = Table::ready();
    table.terminal.faults.completes_rejected = true;
    table.terminal.act(Act::InsertCard);
    table
}

#[test]
fn a_charge_that_the_terminal_completes_though_it_was_rejected_is_reversed() {
    let mut table = completed_all_the_same();
    table.charge_with_broken_disk(1);
    assert_eq!(table.until_done(), Outcome::TakenBack);
    assert_eq!((table.times_sent(REVERSAL), table.terminal.ledger.charged()), (1, vec![]));
    table.settle(Duration::from_secs(2));
    let last = table.events.iter().rev().find_map(last_payment).flatten().expect("it tells");
    assert_eq!((last.approved, last.reverses), (false, Some(812)), "and proves it by the trace number");
}

#[test]
fn a_charge_that_the_terminal_does_not_reverse_is_unknown_and_told_as_made() {
    for code in [codes::REVERSAL_NOT_POSSIBLE, codes::ALREADY_REVERSED, codes::NOT_POSSIBLE] {
        let mut table = completed_all_the_same();
        table.terminal.faults.refuses_reversal = Some(code);
        table.charge_with_broken_disk(1);
        assert_eq!(table.until_done(), Outcome::Unknown, "{code:02X}");
        table.settle(Duration::from_secs(10));
        assert_eq!(table.terminal.ledger.charged(), [first_payment()]);
        let last = table.events.iter().rev().find_map(last_payment);
        assert_eq!(last, Some(Some(paid(first_payment()))), "{code:02X}");
    }
}

#[test]
fn a_terminal_that_is_busy_at_the_reversal_is_asked_again() {
    let mut table = completed_all_the_same();
    table.charge_with_broken_disk(1);
    assert!(table.until(MINUTES, |table| table.times_sent(REVERSAL) == 1));
    table.terminal.faults.busy_until = Some(table.now + Duration::from_secs(3));
    assert_eq!(table.until_done(), Outcome::TakenBack);
    assert!(table.times_sent(REVERSAL) > 1);
    assert_eq!(table.terminal.ledger.charged(), []);
}

#[test]
fn a_cable_pulled_at_any_moment_of_a_reversal_never_makes_it_taken_back_when_it_was_not() {
    let (mut taken_back, mut unknown) = (0, 0);
    for step in 0..60 {
        let mut table = completed_all_the_same();
        table.charge_with_broken_disk(1);
        for _ in 0..step {
            table.exchange();
        }
        table.pull();
        let outcome = table.outcomes();
        table.settle(Duration::from_secs(30));
        table.plug();
        table.settle(MINUTES);
        let charged = table.terminal.ledger.charged();
        match &outcome[..] {
            [Outcome::TakenBack] => {
                taken_back += 1;
                assert_eq!(charged, [], "step {step}");
            }
            [Outcome::Unknown] => unknown += 1,
            other => panic!("step {step}: {other:?}"),
        }
        let told = table.events.iter().rev().find_map(last_payment).expect("it tells");
        assert_eq!(told.is_some_and(|last| last.approved), !charged.is_empty(), "step {step}");
    }
    assert!(taken_back > 5 && unknown > 5, "{taken_back} and {unknown}");
}

#[test]
fn a_terminal_that_falls_silent_at_a_reversal_leaves_it_unknown() {
    let mut table = completed_all_the_same();
    table.charge_with_broken_disk(1);
    assert!(table.until(MINUTES, |table| table.times_sent(REVERSAL) == 1));
    table.terminal.faults.silent = true;
    assert_eq!(table.until_done(), Outcome::Unknown);
}

#[test]
fn only_a_success_told_of_this_very_charge_proves_the_reversal() {
    let told = |fields: Vec<Field>| {
        let mut driver = reversing();
        feed(&mut driver, &Packet::Accepted);
        feed(&mut driver, &Packet::StatusInformation(Fields(fields)));
        driver.handle(Input::Bytes(&hex("06")), Duration::from_secs(1));
        let outputs = feed(&mut driver, &Packet::Completion(Fields::default()));
        let outcome = outputs.into_iter().find_map(|output| match output {
            Output::Tell(TerminalEvent::Done(_, outcome)) => Some(outcome),
            _ => None,
        });
        outcome.expect("an outcome")
    };
    let success = Field::Result(codes::APPROVED);
    assert_eq!(
        told(vec![success.clone(), Field::Amount(AMOUNT), Field::OriginalTrace(1042)]),
        Outcome::TakenBack
    );
    assert_eq!(told(vec![success.clone()]), Outcome::TakenBack);
    let once_more = vec![success.clone(), Field::Amount(AMOUNT), Field::Receipt(231)];
    assert_eq!(told(once_more), Outcome::Unknown, "the charge's own word once more");
    assert_eq!(told(vec![Field::Result(0xB5)]), Outcome::Unknown);
    assert_eq!(told(vec![]), Outcome::Unknown, "no result");
    assert_eq!(
        told(vec![success.clone(), Field::Amount(zuil_wire::Cents(1))]),
        Outcome::Unknown,
        "another amount"
    );
    assert_eq!(told(vec![success, Field::OriginalTrace(7)]), Outcome::Unknown, "another payment");
    let mut driver = reversing();
    feed(&mut driver, &Packet::Accepted);
    let outputs = feed(&mut driver, &Packet::Completion(Fields::default()));
    assert!(tells(&outputs, &TerminalEvent::Done(payment(1), Outcome::Unknown)), "no word on success");
}

/// A driver that has asked for the reversal of the captured payment, receipt 231.
fn reversing() -> Driver {
    let mut driver = at_the_card_prompt();
    let now = Duration::from_secs(1);
    driver.handle(Input::Bytes(&hex(dialogue::APPROVED)), now);
    driver.handle(Input::Kept(Err(NotRecorded)), now);
    driver.handle(Input::Bytes(&hex("06")), now);
    feed(&mut driver, &Packet::Completion(Fields::default()));
    let outputs = driver.handle(Input::Bytes(&hex("06")), now);
    assert!(sends(&outputs, &Packet::Reversal(options().password.0, 231)), "06 30 with the receipt number");
    driver.handle(Input::Bytes(&hex("06")), now);
    driver
}
