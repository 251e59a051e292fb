//! What a terminal tells, and does not tell, of its last payment.

use super::*;
use crate::devices::terminal::codec::{Field, Fields};

/// All that was told of the last payment, in order.
fn told(table: &Table) -> Vec<Option<LastPayment>> {
    table.events.iter().filter_map(last_payment).collect()
}

/// A driver that waits for the answer to repeat receipt; the status enquiry before it was completed.
fn asked_to_repeat() -> Driver {
    let mut driver = ready_driver();
    let now = Duration::from_secs(1);
    driver.handle(Input::AskLastPayment, now);
    for answer in [Packet::Accepted, Packet::Completion(Fields::default())] {
        driver.handle(Input::Bytes(&hex("06")), now);
        feed(&mut driver, &answer);
        driver.handle(Input::Bytes(&hex("06")), now);
    }
    assert!(matches!(driver.state, State::Repeating(_)));
    driver
}

fn tells_of_the_last_payment(outputs: &[Output]) -> Vec<Option<LastPayment>> {
    let told = outputs.iter().filter_map(|output| match output {
        Output::Tell(event) => last_payment(event),
        _ => None,
    });
    told.collect()
}

/// What the driver tells when the terminal repeats a status information with these fields.
fn repeated(fields: Vec<Field>) -> Vec<Option<LastPayment>> {
    let mut driver = asked_to_repeat();
    feed(&mut driver, &Packet::Accepted);
    feed(&mut driver, &Packet::StatusInformation(Fields(fields)));
    driver.handle(Input::Bytes(&hex("06")), Duration::from_secs(1));
    let outputs = feed(&mut driver, &Packet::Completion(Fields::default()));
    assert!(matches!(driver.state, State::Ready));
    tells_of_the_last_payment(&outputs)
}

fn all_fields(result: u8) -> Vec<Field> {
    vec![Field::Result(result), Field::Amount(AMOUNT), Field::Receipt(7), Field::TerminalId(52_523_535)]
}

#[test]
fn a_terminal_that_will_not_repeat_and_is_well_otherwise_remembers_none() {
    let outputs = feed(&mut asked_to_repeat(), &Packet::Rejected(codes::NOT_POSSIBLE));
    assert_eq!(tells_of_the_last_payment(&outputs), [None]);
    for code in [codes::NOT_POSSIBLE, codes::ABORTED] {
        let mut driver = asked_to_repeat();
        feed(&mut driver, &Packet::Accepted);
        let outputs = feed(&mut driver, &Packet::Abort(code));
        assert_eq!(tells_of_the_last_payment(&outputs), [None], "{code:02X}");
    }
}

#[test]
fn a_terminal_in_trouble_proves_nothing() {
    for code in [0x66, 0x6B, 0xA0, 0xB1, 0xFF] {
        let mut driver = asked_to_repeat();
        assert_eq!(tells_of_the_last_payment(&feed(&mut driver, &Packet::Rejected(code))), []);
        let mut driver = asked_to_repeat();
        feed(&mut driver, &Packet::Accepted);
        assert_eq!(tells_of_the_last_payment(&feed(&mut driver, &Packet::Abort(code))), []);
    }
}

#[test]
fn a_terminal_that_refuses_the_status_enquiry_too_proves_nothing() {
    let mut driver = ready_driver();
    driver.handle(Input::AskLastPayment, Duration::from_secs(1));
    driver.handle(Input::Bytes(&hex("06")), Duration::from_secs(1));
    feed(&mut driver, &Packet::Rejected(codes::NOT_POSSIBLE));
    assert!(matches!(driver.state, State::Repeating(_)));
    driver.handle(Input::Bytes(&hex("06")), Duration::from_secs(1));
    let outputs = feed(&mut driver, &Packet::Rejected(codes::NOT_POSSIBLE));
    assert_eq!(tells_of_the_last_payment(&outputs), []);
    assert!(matches!(driver.state, State::Ready));
}

#[test]
fn a_terminal_that_has_just_been_paid_at_and_repeats_nothing_is_not_believed_to_remember_none() {
    let mut driver = at_the_card_prompt();
    let now = Duration::from_secs(1);
    driver.handle(Input::Bytes(&hex(dialogue::APPROVED)), now);
    driver.handle(Input::Kept(Ok(())), now);
    feed(&mut driver, &Packet::Completion(Fields::default()));
    driver.handle(Input::Bytes(&hex("06")), now);
    driver.handle(Input::AskLastPayment, now);
    for answer in [Packet::Accepted, Packet::Completion(Fields::default())] {
        feed(&mut driver, &answer);
        driver.handle(Input::Bytes(&hex("06")), now);
    }
    assert!(matches!(driver.state, State::Repeating(_)));
    let outputs = feed(&mut driver, &Packet::Rejected(codes::NOT_POSSIBLE));
    assert_eq!(tells_of_the_last_payment(&outputs), []);
}

#[test]
fn a_declined_payment_is_told_when_it_has_a_receipt_number_and_not_at_all_otherwise() {
    let details = Details { receipt_number: 7, card_scheme: String::new(), trace: None, ..first_payment() };
    let declined = LastPayment { approved: false, details: details.clone(), reverses: None };
    assert_eq!(repeated(all_fields(0x6C)), [Some(declined.clone())]);
    let no_amount = vec![Field::Result(0x6C), Field::Receipt(7), Field::TerminalId(52_523_535)];
    let details = Details { amount: zuil_wire::Cents::ZERO, ..details };
    assert_eq!(repeated(no_amount), [Some(LastPayment { details, ..declined })]);
    assert_eq!(repeated(vec![Field::Result(0x6C)]), []);
}

#[test]
fn a_reversal_is_no_payment_though_it_succeeded() {
    let mut fields = all_fields(codes::APPROVED);
    fields.push(Field::OriginalTrace(812));
    let [Some(last)] = &repeated(fields)[..] else { panic!("it was not told") };
    assert!(!last.approved);
    assert_eq!(last.details.receipt_number, 7);
}

#[test]
fn an_approved_payment_without_amount_or_receipt_number_proves_nothing() {
    assert_eq!(repeated(vec![Field::Result(codes::APPROVED), Field::Amount(AMOUNT)]), []);
    assert_eq!(repeated(vec![Field::Result(codes::APPROVED), Field::Receipt(7)]), []);
}

#[test]
fn after_a_refused_card_the_receipt_number_that_it_used_up_is_told() {
    let mut table = Table::ready();
    table.terminal.act(Act::InsertBadCard(0x05));
    table.charge(1);
    table.until_done();
    table.settle(Duration::from_secs(1));
    let [Some(last)] = &told(&table)[..] else { panic!("told were {:?}", told(&table)) };
    assert_eq!((last.approved, last.details.receipt_number), (false, 1));
    table.terminal.act(Act::InsertCard);
    table.charge(2);
    assert!(table.until(MINUTES, |table| table.outcomes().len() == 2));
    let Outcome::Paid(details) = &table.outcomes()[1] else { panic!("{:?}", table.outcomes()) };
    assert_eq!(details.receipt_number, 2);
}

#[test]
fn a_terminal_that_tells_no_receipt_number_is_asked_every_minute_and_complained_of_once() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).finish();
    let _other = another_listener();
    tracing::subscriber::with_default(subscriber, || {
        let mut table = Table::ready();
        table.terminal.faults.bare_refusals = true;
        table.terminal.act(Act::InsertBadCard(0x05));
        table.charge(1);
        table.until_done();
        let repeat_receipt = "10 02 06 20 03 12 34 56 10 03 C5 6A";
        table.sent.clear();
        table.settle(MINUTES);
        assert_eq!(told(&table), []);
        let asked = table.times_sent(repeat_receipt);
        assert!((9..=11).contains(&asked), "asked {asked} times in ten minutes");
        assert_eq!(table.driver.told, Some(Condition::Ready));
        // What the log advises helps.
        table.terminal.ledger.charge(AMOUNT, (1122, 0));
        table.settle(Duration::from_secs(70));
        assert!(matches!(&told(&table)[..], [Some(LastPayment { approved: true, .. })]));
        table.sent.clear();
        table.settle(MINUTES);
        assert_eq!(table.times_sent(repeat_receipt), 0);
    });
    assert_eq!(log.text().matches("make one payment at the terminal").count(), 1);
}
