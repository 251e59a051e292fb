//! Payments that the terminal takes back, or goes on with while nobody hears it.

use super::*;
use crate::devices::terminal::codec::{Field, Fields};

fn last_told(table: &Table) -> Option<Option<LastPayment>> {
    table.events.iter().rev().find_map(last_payment)
}

/// A driver whose journal did not keep an approval and that has rejected it.
fn rejected() -> Driver {
    let mut driver = at_the_card_prompt();
    let now = Duration::from_secs(1);
    driver.handle(Input::Bytes(&hex(dialogue::APPROVED)), now);
    let outputs = driver.handle(Input::Kept(Err(NotRecorded)), now);
    assert!(sends(&outputs, &Packet::Rejected(codes::PROCESSING_ERROR)));
    driver
}

#[test]
fn a_rejected_payment_that_the_terminal_aborts_was_taken_back() {
    let outputs = feed(&mut rejected(), &Packet::Abort(codes::PROCESSING_ERROR));
    assert!(tells(&outputs, &TerminalEvent::Done(payment(1), Outcome::TakenBack)));
}

#[test]
fn a_reversal_told_amid_a_payment_is_no_payment() {
    use crate::devices::terminal::codec::{Field, Fields};
    let reversal = vec![
        Field::Result(codes::APPROVED),
        Field::Amount(AMOUNT),
        Field::Receipt(232),
        Field::OriginalTrace(811),
    ];
    let reversal = Packet::StatusInformation(Fields(reversal));
    let outputs = feed(&mut at_the_card_prompt(), &reversal);
    assert!(!outputs.iter().any(|output| matches!(output, Output::Keep(..))));
    assert!(tells(&outputs, &TerminalEvent::Done(payment(1), Outcome::Unknown)));

    let mut driver = at_the_card_prompt();
    driver.handle(Input::Bytes(&hex(dialogue::APPROVED)), Duration::from_secs(1));
    driver.handle(Input::Kept(Ok(())), Duration::from_secs(1));
    let outputs = feed(&mut driver, &reversal);
    assert!(tells(&outputs, &TerminalEvent::Done(payment(1), Outcome::Unknown)));
}

#[test]
fn a_resident_pays_at_a_terminal_whose_cable_was_pulled() {
    let mut table = Table::ready();
    table.charge(1);
    assert!(table.until(MINUTES, |table| table.has_prompted(Prompt::PresentCard)));
    table.pull();
    assert_eq!(table.outcomes(), [Outcome::Unknown]);
    table.terminal.act(Act::InsertCard);
    table.settle(MINUTES);
    assert_eq!(table.terminal.ledger.charged(), [first_payment()]);
    table.plug();
    table.settle(MINUTES);
    assert_eq!(last_told(&table), Some(Some(paid(first_payment()))));
}

#[test]
fn a_cable_that_is_back_while_the_terminal_waits_for_a_card_stops_the_lost_payment() {
    let mut table = Table::ready();
    table.charge(1);
    assert!(table.until(MINUTES, |table| table.has_prompted(Prompt::PresentCard)));
    table.pull();
    table.settle(Duration::from_secs(12));
    table.plug();
    table.settle(Duration::from_secs(12));
    table.terminal.act(Act::InsertCard);
    table.settle(MINUTES);
    assert_eq!(table.terminal.ledger.charged(), []);
    assert_eq!(last_told(&table), Some(None));
}

#[test]
fn a_payment_that_the_terminal_took_back_unheard_is_never_told_as_paid() {
    let mut taken_back = 0;
    for step in 0..60 {
        let mut table = Table::ready();
        table.terminal.faults.reverses_when_unanswered = true;
        table.terminal.act(Act::InsertCard);
        table.charge(1);
        for _ in 0..step {
            table.exchange();
        }
        table.pull();
        let outcome = table.outcomes();
        table.settle(MINUTES);
        table.plug();
        table.settle(MINUTES);
        let charged = table.terminal.ledger.charged();
        let told = last_told(&table).expect("the terminal told").map(|last| last.approved);
        assert_eq!(told.unwrap_or(false), !charged.is_empty(), "step {step}");
        taken_back += u32::from(told == Some(false));
        match &outcome[..] {
            [Outcome::Paid(details)] => assert_eq!(charged, std::slice::from_ref(details), "step {step}"),
            [Outcome::Unknown] => {}
            other => panic!("step {step}: {other:?}"),
        }
    }
    assert!(taken_back > 5, "the terminal took payments back: {taken_back}");
}

#[test]
fn a_terminal_that_takes_back_after_a_power_cut_remembers_the_taking_back() {
    for point in [PowerCut::AfterCharging, PowerCut::AfterStatusInformation] {
        let mut table = Table::ready();
        table.terminal.faults.reverses_when_unanswered = true;
        table.terminal.faults.power_cut = Some(point);
        table.terminal.act(Act::InsertCard);
        table.charge(1);
        assert!(table.until(MINUTES, |table| !table.terminal.is_powered()));
        table.pull();
        assert_eq!(table.outcomes(), [Outcome::Unknown], "{point:?}");
        table.terminal.restore_power();
        table.plug();
        table.settle(Duration::from_secs(1));
        let last = last_told(&table).flatten().expect("it remembers something");
        assert_eq!((last.approved, last.details.receipt_number), (false, 2), "{point:?}");
        assert_eq!(table.terminal.ledger.charged(), []);
    }
}

#[test]
fn a_payment_that_could_not_be_kept_used_up_two_receipt_numbers_and_the_next_is_the_third() {
    let mut table = Table::ready();
    table.terminal.act(Act::InsertCard);
    table.charge_with_broken_disk(1);
    assert_eq!(table.until_done(), Outcome::TakenBack);
    table.settle(Duration::from_secs(1));
    let last = last_told(&table).flatten().expect("it remembers something");
    assert_eq!((last.approved, last.details.receipt_number), (false, 2));
    table.terminal.act(Act::InsertCard);
    table.charge(2);
    assert!(table.until(MINUTES, |table| table.outcomes().len() == 2));
    assert_eq!(
        table.outcomes()[1],
        Outcome::Paid(Details { receipt_number: 3, trace: Some(814), ..first_payment() })
    );
}

#[test]
fn a_second_charge_within_one_payment_and_one_after_a_refusal_are_not_let_stand() {
    let now = Duration::from_secs(1);
    let approved = |receipt| {
        Packet::StatusInformation(Fields(vec![
            Field::Result(codes::APPROVED),
            Field::Amount(AMOUNT),
            Field::Receipt(receipt),
        ]))
    };
    let refused = Packet::StatusInformation(Fields(vec![Field::Result(0x05), Field::Receipt(230)]));
    for first in [approved(231), refused] {
        let mut driver = at_the_card_prompt();
        feed(&mut driver, &first);
        driver.handle(Input::Kept(Ok(())), now);
        driver.handle(Input::Bytes(&hex("06")), now);
        let outputs = feed(&mut driver, &approved(232));
        assert!(sends(&outputs, &Packet::Rejected(codes::PROCESSING_ERROR)), "{first:?}");
        driver.handle(Input::Bytes(&hex("06")), now);
        let outputs = feed(&mut driver, &approved(232));
        assert!(
            !outputs.iter().any(|it| matches!(it, Output::Tell(TerminalEvent::Done(_, Outcome::Paid(_)))))
        );
    }
}

#[test]
fn the_same_charge_told_once_more_is_acknowledged_once_more() {
    let now = Duration::from_secs(1);
    let mut driver = at_the_card_prompt();
    driver.handle(Input::Bytes(&hex(dialogue::APPROVED)), now);
    driver.handle(Input::Kept(Ok(())), now);
    driver.handle(Input::Bytes(&hex("06")), now);
    let again = Packet::StatusInformation(Fields(vec![
        Field::Result(codes::APPROVED),
        Field::Amount(AMOUNT),
        Field::Receipt(231),
    ]));
    assert!(sends(&feed(&mut driver, &again), &Packet::Accepted));
}
