//! What residents, disks, cables and terminals do to a payment.

use super::*;
use crate::devices::terminal::simulator::PowerCut;
use crate::devices::terminal::simulator::core::Act;
use crate::devices::terminal::testing::{
    AMOUNT, AUTHORISE_1735, Journal, Table, another_listener, first_payment, hex, last_payment, options,
    paid, payment, remembers, turnover,
};
use crate::devices::terminal::{Details, LastPayment, Trouble, codes};

mod bad_lines;
mod dialogue;
mod endings;
mod errands;
mod memory;
mod physics;
mod prompts;
mod reversing;
mod turnover;

const ACCEPTED: &str = "10 02 80 00 00 10 03 F5 1F";
const MINUTES: Duration = Duration::from_secs(600);

#[test]
fn a_terminal_is_ready_after_it_was_registered_and_asked_for_its_last_payment() {
    let mut table = Table::new();
    table.plug();
    table.settle(Duration::from_secs(1));
    assert_eq!(table.events, [remembers(None, turnover(0, 0)), TerminalEvent::Condition(Condition::Ready)]);
}

#[test]
fn a_resident_pays_and_sees_each_step() {
    let mut table = Table::ready();
    table.terminal.act(Act::InsertCard);
    table.charge(1);
    assert_eq!(table.until_done(), Outcome::Paid(first_payment()));
    assert_eq!(
        table.prompts(),
        [Prompt::Connecting, Prompt::PresentCard, Prompt::EnterPin, Prompt::Authorising, Prompt::RemoveCard]
    );
    assert_eq!(table.journal.outcomes(), [Outcome::Paid(first_payment())]);
    assert_eq!(table.terminal.ledger.charged(), [first_payment()]);
    assert_eq!(table.events.last(), Some(&TerminalEvent::Condition(Condition::Ready)));
}

#[test]
fn the_next_resident_can_pay_at_once() {
    let mut table = Table::ready();
    for number in 1..=3 {
        table.terminal.act(Act::InsertCard);
        table.charge(number);
        assert!(table.until(MINUTES, |table| table.outcomes().len() == number as usize));
    }
    let receipts: Vec<u16> = table.terminal.ledger.charged().iter().map(|d| d.receipt_number).collect();
    assert_eq!(receipts, [1, 2, 3]);
    assert!(table.outcomes().iter().all(|outcome| matches!(outcome, Outcome::Paid(_))));
}

#[test]
fn a_refused_card_is_declined_and_recorded_before_it_is_acknowledged() {
    let mut table = Table::ready();
    table.terminal.act(Act::InsertBadCard(0x05));
    table.charge(1);
    assert_eq!(table.until_done(), Outcome::Declined(0x05));
    assert_eq!(table.journal.outcomes(), [Outcome::Declined(0x05)]);
    assert_eq!(table.terminal.ledger.charged(), []);
}

#[test]
fn a_card_refused_with_the_code_for_aborts_is_declined_all_the_same() {
    let mut table = Table::ready();
    table.terminal.act(Act::InsertBadCard(codes::ABORTED));
    table.charge(1);
    assert_eq!(table.until_done(), Outcome::Declined(codes::ABORTED));
}

#[test]
fn the_red_key_aborts() {
    let mut table = Table::ready();
    table.terminal.act(Act::PressStop);
    table.charge(1);
    assert_eq!(table.until_done(), Outcome::Aborted);
    assert_eq!(table.journal.outcomes(), []);
}

#[test]
fn a_resident_who_walks_away_is_a_time_out() {
    let mut table = Table::ready();
    table.charge(1);
    assert_eq!(table.until_done(), Outcome::TimedOut);
}

#[test]
fn the_resident_stops_at_the_screen_before_presenting_a_card() {
    let mut table = Table::ready();
    table.charge(1);
    assert!(table.until(MINUTES, |table| table.has_prompted(Prompt::PresentCard)));
    table.input(Input::Cancel);
    table.input(Input::Cancel);
    assert_eq!(table.until_done(), Outcome::Aborted);
    assert!(table.has_prompted(Prompt::Stopping));
    assert_eq!(table.times_sent("10 02 06 B0 00 10 03 43 F3"), 1);
}

#[test]
fn a_stop_right_after_the_start_is_sent_when_the_terminal_has_said_yes() {
    let mut table = Table::ready();
    table.charge(1);
    table.input(Input::Cancel);
    assert_eq!(table.until_done(), Outcome::Aborted);
    assert_eq!(table.terminal.accepted(), 1);
}

#[test]
fn a_stop_that_comes_too_late_is_paid() {
    let mut table = Table::ready();
    table.terminal.pace.bank = Duration::from_secs(3);
    table.terminal.act(Act::InsertCard);
    table.charge(1);
    assert!(table.until(MINUTES, |table| table.has_prompted(Prompt::Authorising)));
    table.input(Input::Cancel);
    assert_eq!(table.until_done(), Outcome::Paid(first_payment()));
    assert_eq!(table.terminal.ledger.charged().len(), 1);
}

#[test]
fn a_stop_that_the_terminal_does_not_answer_is_sent_again() {
    let mut table = Table::ready();
    table.charge(1);
    assert!(table.until(MINUTES, |table| table.has_prompted(Prompt::PresentCard)));
    table.settle(Duration::from_secs(1));
    table.terminal.faults.silent = true;
    table.input(Input::Cancel);
    table.settle(Duration::from_secs(9));
    table.terminal.faults.silent = false;
    assert_eq!(table.until_done(), Outcome::Aborted);
}

#[test]
fn an_outcome_that_cannot_be_kept_is_taken_back() {
    let mut table = Table::ready();
    table.terminal.act(Act::InsertCard);
    table.charge_with_broken_disk(1);
    assert_eq!(table.until_done(), Outcome::TakenBack);
    assert_eq!(table.terminal.ledger.charged(), []);
    assert!(table.has_prompted(Prompt::Stopping));
    assert_eq!(table.times_sent(&frame_text(&Packet::Rejected(codes::PROCESSING_ERROR))), 1);
}

#[test]
fn a_refusal_that_cannot_be_kept_is_still_a_refusal() {
    let mut table = Table::ready();
    table.terminal.act(Act::InsertBadCard(0x05));
    table.charge_with_broken_disk(1);
    assert_eq!(table.until_done(), Outcome::Declined(0x05));
}

#[test]
fn the_outcome_is_handed_over_before_it_is_acknowledged() {
    let mut table = Table::ready();
    table.terminal.act(Act::InsertCard);
    table.charge(1);
    assert!(table.until(MINUTES, |table| table.has_prompted(Prompt::RemoveCard)));
    table.settle(Duration::ZERO);
    // The same moment again, by hand: what comes out for the status information, and in which order.
    let mut driver = at_the_card_prompt();
    let approved = hex(dialogue::APPROVED);
    let outputs = driver.handle(Input::Bytes(&approved), Duration::from_secs(1));
    let [Output::Send(bytes), Output::Keep(_, Outcome::Paid(_))] = &outputs[..] else {
        panic!("something else came first")
    };
    assert_eq!(bytes, &[0x06], "only that the frame arrived");
    let outputs = driver.handle(Input::Kept(Ok(())), Duration::from_secs(1));
    assert!(matches!(&outputs[..], [Output::Send(bytes)] if *bytes == hex(ACCEPTED)));
}

#[test]
fn a_status_information_for_another_amount_is_rejected_and_never_recorded() {
    let mut driver = at_the_card_prompt();
    let fields = vec![
        codec_field(codes::APPROVED),
        crate::devices::terminal::codec::Field::Amount(zuil_wire::Cents(9999)),
        crate::devices::terminal::codec::Field::Receipt(7),
    ];
    let outputs =
        feed(&mut driver, &Packet::StatusInformation(crate::devices::terminal::codec::Fields(fields)));
    assert!(sends(&outputs, &Packet::Rejected(codes::PROCESSING_ERROR)));
    assert!(!outputs.iter().any(|output| matches!(output, Output::Keep(..))));
    let outputs = feed(&mut driver, &Packet::Abort(codes::PROCESSING_ERROR));
    assert!(tells(&outputs, &TerminalEvent::Done(payment(1), Outcome::TakenBack)));
}

#[test]
fn a_completion_without_a_status_information_is_unknown() {
    let mut driver = at_the_card_prompt();
    let outputs = feed(&mut driver, &Packet::Completion(Default::default()));
    assert!(tells(&outputs, &TerminalEvent::Done(payment(1), Outcome::Unknown)));
}

#[test]
fn an_abort_after_an_approval_is_unknown() {
    let mut driver = at_the_card_prompt();
    driver.handle(Input::Bytes(&hex(dialogue::APPROVED)), Duration::from_secs(1));
    driver.handle(Input::Kept(Ok(())), Duration::from_secs(1));
    let outputs = feed(&mut driver, &Packet::Abort(codes::ABORTED));
    assert!(tells(&outputs, &TerminalEvent::Done(payment(1), Outcome::Unknown)));
}

#[test]
fn an_approval_that_is_said_twice_is_recorded_once() {
    let mut driver = at_the_card_prompt();
    driver.handle(Input::Bytes(&hex(dialogue::APPROVED)), Duration::from_secs(1));
    driver.handle(Input::Kept(Ok(())), Duration::from_secs(1));
    let outputs = driver.handle(Input::Bytes(&hex(dialogue::APPROVED)), Duration::from_secs(1));
    assert!(!outputs.iter().any(|output| matches!(output, Output::Keep(..))));
    assert!(sends(&outputs, &Packet::Accepted));
    let outputs = feed(&mut driver, &Packet::Completion(Default::default()));
    assert!(outputs.iter().any(|o| matches!(o, Output::Tell(TerminalEvent::Done(_, Outcome::Paid(_))))));
}

#[test]
fn a_refusal_after_the_payment_was_said_twice_may_mean_the_second_one_only() {
    let mut driver = ready_driver();
    let now = Duration::from_secs(1);
    driver.handle(Input::Charge(Journal::default().charge(1, AMOUNT, true)), now);
    driver.handle(Input::Bytes(&hex("15")), now);
    let outputs = driver.handle(Input::Tick, now + super::super::link::NAK_PAUSE);
    assert!(sends(&outputs, &Packet::Authorisation { amount: AMOUNT, currency: 978 }));
    let outputs = feed(&mut driver, &Packet::Rejected(codes::PLEASE_WAIT));
    assert!(!tells(&outputs, &TerminalEvent::Done(payment(1), Outcome::NotAsked)));
    let outputs = driver.handle(Input::Tick, now + MINUTES);
    assert!(tells(&outputs, &TerminalEvent::Done(payment(1), Outcome::Unknown)));
}

#[test]
fn a_pulled_cable_before_the_acknowledgement_arrived_is_unknown() {
    let mut driver = at_the_card_prompt();
    driver.handle(Input::Bytes(&hex(dialogue::APPROVED)), Duration::from_secs(1));
    driver.handle(Input::Kept(Ok(())), Duration::from_secs(1));
    let outputs = driver.handle(Input::Lost, Duration::from_secs(1));
    assert!(tells(&outputs, &TerminalEvent::Done(payment(1), Outcome::Unknown)));
}

#[test]
fn a_print_command_of_the_terminal_does_not_undo_the_payment() {
    let mut driver = at_the_card_prompt();
    let outputs = feed(&mut driver, &Packet::PrintTextBlock(Default::default()));
    assert!(sends(&outputs, &Packet::Accepted));
}

#[test]
fn without_a_port_a_payment_is_never_asked_for() {
    let mut table = Table::new();
    table.input(Input::Lost);
    table.charge(1);
    assert_eq!(table.outcomes(), [Outcome::NotAsked]);
    assert!(table.events.contains(&TerminalEvent::Condition(Condition::Offline)));
}

#[test]
fn a_terminal_that_does_not_answer_the_registration_is_not_asked_and_found_later() {
    let mut table = Table::new();
    table.terminal.faults.silent = true;
    table.plug();
    table.charge(1);
    assert_eq!(table.until_done(), Outcome::NotAsked);
    assert_eq!(table.times_sent(AUTHORISE_1735), 0);
    table.terminal.faults.silent = false;
    let ready = TerminalEvent::Condition(Condition::Ready);
    assert!(table.until(MINUTES, |table| table.events.contains(&ready)));
}

#[test]
fn a_busy_terminal_is_not_asked() {
    let mut table = Table::ready();
    table.terminal.faults.busy = true;
    table.charge(1);
    assert_eq!(table.until_done(), Outcome::NotAsked);
    assert_eq!(table.terminal.accepted(), 0);
    table.events.clear();
    table.settle(Duration::from_secs(10));
    assert_eq!(table.events.last(), Some(&TerminalEvent::Condition(Condition::Ready)));
}

#[test]
fn a_second_charge_at_the_same_time_is_not_asked() {
    let mut table = Table::ready();
    table.charge(1);
    table.charge(2);
    assert_eq!(table.events.last(), Some(&TerminalEvent::Done(payment(2), Outcome::NotAsked)));
    table.terminal.act(Act::InsertCard);
    assert!(table.until(MINUTES, |table| table.outcomes().len() == 2));
    assert_eq!(table.outcomes()[1], Outcome::Paid(first_payment()));
}

#[test]
fn nothing_is_never_charged() {
    let mut table = Table::ready();
    let charge = table.journal.charge(1, zuil_wire::Cents::ZERO, true);
    table.input(Input::Charge(charge));
    assert_eq!(table.outcomes(), [Outcome::NotAsked]);
}

#[test]
fn a_charge_while_the_terminal_is_being_registered_waits_for_it() {
    let mut table = Table::new();
    table.plug();
    table.charge(1);
    table.terminal.act(Act::InsertCard);
    assert_eq!(table.until_done(), Outcome::Paid(first_payment()));
}

#[test]
fn a_terminal_that_falls_silent_leaves_an_unknown_payment_that_is_never_asked_for_again() {
    let mut table = Table::ready();
    table.terminal.faults.silent = true;
    table.charge(1);
    assert_eq!(table.until_done(), Outcome::Unknown);
    table.settle(MINUTES);
    table.terminal.faults.silent = false;
    table.settle(MINUTES);
    assert_eq!(table.times_sent(AUTHORISE_1735), 1);
    assert_eq!(table.outcomes().len(), 1);
}

#[test]
fn a_terminal_that_says_wait_for_ever_leaves_an_unknown_payment_after_a_quarter_of_an_hour() {
    let mut driver = at_the_card_prompt();
    let still = crate::devices::terminal::frame::encode(
        &Packet::IntermediateStatus(Intermediate::new(0x0E)).encode(),
    );
    let unknown = TerminalEvent::Done(payment(1), Outcome::Unknown);
    let ended = (1..60 * 60).find(|second| {
        let now = Duration::from_secs(1 + second);
        let mut outputs = driver.handle(Input::Bytes(&still), now);
        driver.handle(Input::Bytes(&hex("06")), now);
        outputs.extend(driver.handle(Input::Tick, now));
        tells(&outputs, &unknown)
    });
    assert_eq!(ended, Some(15 * 60));
}

#[test]
fn a_nak_repeats_the_payment_but_never_after_it_was_called_unknown() {
    let mut driver = ready_driver();
    driver.handle(Input::Charge(Journal::default().charge(1, AMOUNT, true)), Duration::from_secs(1));
    let just_before = Duration::from_secs(1) + super::super::link::T2 - Duration::from_millis(1);
    driver.handle(Input::Bytes(&hex("15")), just_before);
    let mut sent = Vec::new();
    let mut done = Vec::new();
    for tenths in 0..3_000_u64 {
        for output in driver.handle(Input::Tick, just_before + Duration::from_millis(tenths * 100)) {
            match output {
                Output::Send(bytes) if done.is_empty() => sent.extend(bytes),
                Output::Send(bytes) => assert!(!contains(&bytes, &hex(AUTHORISE_1735))),
                Output::Tell(TerminalEvent::Done(_, outcome)) => done.push(outcome),
                _ => {}
            }
        }
    }
    assert_eq!(done, [Outcome::Unknown]);
    assert!(contains(&sent, &hex(AUTHORISE_1735)), "the NAK was honoured");
}

#[test]
fn a_garbled_payment_is_said_again_after_the_nak_and_charged_once() {
    let mut table = Table::ready();
    table.terminal.faults.nak_once = true;
    table.terminal.act(Act::InsertCard);
    table.charge(1);
    assert_eq!(table.until_done(), Outcome::Paid(first_payment()));
    assert_eq!(table.times_sent(AUTHORISE_1735), 2);
    assert_eq!(table.terminal.accepted(), 1);
}

#[test]
fn a_power_cut_before_the_charge_is_unknown_and_settled_as_not_paid() {
    let last = after_power_cut(PowerCut::AfterAuthorisation);
    assert_eq!(last, None);
}

#[test]
fn a_power_cut_after_the_charge_is_unknown_and_settled_as_paid() {
    for point in [PowerCut::AfterCharging, PowerCut::AfterStatusInformation] {
        let last = after_power_cut(point);
        assert_eq!(last, Some(paid(first_payment())), "{point:?}");
    }
}

#[test]
fn a_cable_pulled_at_any_moment_never_makes_a_payment_paid_twice_or_a_lie() {
    let mut paid = 0;
    let mut unknown = 0;
    let mut paid_unseen = 0;
    for step in 0..60 {
        let mut table = Table::ready();
        table.terminal.act(Act::InsertCard);
        table.charge(1);
        for _ in 0..step {
            table.exchange();
        }
        table.pull();
        let outcome = table.outcomes();
        table.events.clear();
        // The terminal does not notice; it goes on with its resident.
        table.settle(Duration::from_secs(2 * step));
        table.plug();
        table.settle(MINUTES);
        let charged = table.terminal.ledger.charged().len();
        match &outcome[..] {
            [Outcome::Paid(_)] => {
                paid += 1;
                assert_eq!(charged, 1, "step {step}");
                assert_eq!(table.journal.outcomes().len(), 1);
            }
            [Outcome::Unknown] => unknown += 1,
            other => panic!("step {step}: {other:?}"),
        }
        paid_unseen += u32::from(charged == 1 && outcome == [Outcome::Unknown]);
        let told = table.events.iter().find_map(last_payment);
        assert_eq!(told.map(|last| last.is_some()), Some(charged == 1), "step {step}");
        assert_eq!(table.outcomes(), []);
    }
    assert!(paid > 0 && unknown > 5, "both happened: {paid} and {unknown}");
    assert!(paid_unseen > 5, "some paid at a terminal that nobody heard: {paid_unseen}");
}

#[test]
fn a_pulled_cable_between_acknowledgement_and_completion_is_paid() {
    let mut driver = at_the_card_prompt();
    driver.handle(Input::Bytes(&hex(dialogue::APPROVED)), Duration::from_secs(1));
    driver.handle(Input::Kept(Ok(())), Duration::from_secs(1));
    driver.handle(Input::Bytes(&[0x06]), Duration::from_secs(1));
    let outputs = driver.handle(Input::Lost, Duration::from_secs(1));
    assert!(outputs.iter().any(|o| matches!(o, Output::Tell(TerminalEvent::Done(_, Outcome::Paid(_))))));
}

#[test]
fn a_payment_that_an_earlier_run_of_the_pillar_began_is_stopped() {
    let mut table = Table::ready();
    table.charge(1);
    assert!(table.until(MINUTES, |table| table.has_prompted(Prompt::PresentCard)));
    table.settle(Duration::from_secs(1));
    table.restart_pillar();
    table.settle(Duration::from_secs(10));
    assert!(table.events.contains(&remembers(None, turnover(0, 0))));
    assert_eq!(table.events.last(), Some(&TerminalEvent::Condition(Condition::Ready)));
    table.terminal.act(Act::InsertCard);
    table.settle(MINUTES);
    assert_eq!(table.terminal.ledger.charged(), []);
}

#[test]
fn a_pillar_that_restarts_at_any_moment_of_a_payment_learns_what_was_charged() {
    for step in 0..60 {
        let mut table = Table::ready();
        table.terminal.act(Act::InsertCard);
        table.charge(1);
        for _ in 0..step {
            table.exchange();
        }
        table.restart_pillar();
        table.settle(MINUTES);
        let told = table.events.iter().rev().find_map(last_payment).map(|last| last.map(|last| last.details));
        assert_eq!(told, Some(table.terminal.ledger.charged().first().cloned()), "step {step}");
        assert!(table.terminal.accepted() <= 1, "step {step}");
        assert_eq!(table.outcomes(), [], "step {step}");
    }
}

#[test]
fn the_last_payment_is_told_when_it_is_asked_for() {
    let mut table = Table::ready();
    table.terminal.act(Act::InsertCard);
    table.charge(1);
    table.until_done();
    table.settle(Duration::from_secs(1));
    table.events.clear();
    table.input(Input::AskLastPayment);
    table.settle(Duration::from_secs(1));
    let turnover = turnover(1, AMOUNT.0);
    assert_eq!(table.events, [remembers(Some(paid(first_payment())), turnover)]);
}

#[test]
fn the_last_payment_asked_for_without_a_port_is_told_at_the_next_connection() {
    let mut table = Table::new();
    table.input(Input::Lost);
    table.input(Input::AskLastPayment);
    table.plug();
    table.settle(Duration::from_secs(1));
    let told = table.events.iter().filter(|event| matches!(event, TerminalEvent::Remembers(_))).count();
    assert_eq!(told, 1);
}

#[test]
fn a_full_card_number_is_in_no_event_no_record_and_no_log() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    let _other = another_listener();
    let table = tracing::subscriber::with_default(subscriber, || {
        let mut table = Table::ready();
        table.terminal.faults.full_card_number = true;
        table.terminal.act(Act::InsertCard);
        table.charge(1);
        table.until_done();
        table.input(Input::AskLastPayment);
        table.settle(Duration::from_secs(1));
        table
    });
    let everything = format!("{:?} {:?} {}", table.events, table.journal.outcomes(), log.text());
    assert!(everything.contains("Maestro") && log.text().contains("Ready"));
    for part in ["6772890123451230", "67728901", "23451230", "103, 114, 137"] {
        assert!(!everything.contains(part), "{part} in {everything}");
    }
}

#[test]
fn a_password_is_six_digits() {
    assert!(Password::parse("123456").is_ok());
    for wrong in ["", "12345", "1234567", "12345a", "+12345", "１２"] {
        assert_eq!(Password::parse(wrong), Err(BadPassword), "{wrong}");
    }
    assert_eq!(format!("{:?}", Password::parse("123456").unwrap()), "Password(******)");
}

fn after_power_cut(point: PowerCut) -> Option<LastPayment> {
    let mut table = Table::ready();
    table.terminal.faults.power_cut = Some(point);
    table.terminal.act(Act::InsertCard);
    table.charge(1);
    assert!(table.until(MINUTES, |table| !table.terminal.is_powered()));
    table.pull();
    assert_eq!(table.outcomes(), [Outcome::Unknown], "{point:?}");
    table.events.clear();
    table.terminal.restore_power();
    table.plug();
    table.settle(Duration::from_secs(1));
    assert_eq!(table.outcomes(), []);
    let last = table.events.iter().find_map(last_payment);
    last.expect("the terminal told")
}

/// A driver whose terminal is registered and idle, brought there by bytes alone.
fn ready_driver() -> Driver {
    let mut driver = Driver::new(options());
    driver.handle(Input::Opened, Duration::ZERO);
    for bytes in dialogue::REGISTRATION.iter().filter(|line| line.starts_with('P')) {
        driver.handle(Input::Bytes(&hex(&bytes[1..])), Duration::ZERO);
    }
    assert!(matches!(driver.state, State::Ready));
    driver
}

/// A driver in payment 1 that was told to have a card presented.
fn at_the_card_prompt() -> Driver {
    let mut driver = ready_driver();
    let now = Duration::from_secs(1);
    driver.handle(Input::Charge(Journal::default().charge(1, AMOUNT, true)), now);
    driver.handle(Input::Bytes(&hex("06")), now);
    feed(&mut driver, &Packet::Accepted);
    feed(&mut driver, &Packet::IntermediateStatus(Intermediate::new(0x0A)));
    driver.handle(Input::Bytes(&hex("06")), now);
    driver
}

fn feed(driver: &mut Driver, packet: &Packet) -> Vec<Output> {
    let frame = crate::devices::terminal::frame::encode(&packet.encode());
    driver.handle(Input::Bytes(&frame), Duration::from_secs(1))
}

fn frame_text(packet: &Packet) -> String {
    let frame = crate::devices::terminal::frame::encode(&packet.encode());
    frame.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn sends(outputs: &[Output], packet: &Packet) -> bool {
    let frame = hex(&frame_text(packet));
    outputs.iter().any(|output| matches!(output, Output::Send(bytes) if contains(bytes, &frame)))
}

fn tells(outputs: &[Output], event: &TerminalEvent) -> bool {
    outputs.iter().any(|output| matches!(output, Output::Tell(told) if told == event))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

const fn codec_field(code: u8) -> crate::devices::terminal::codec::Field {
    crate::devices::terminal::codec::Field::Result(code)
}

/// All that was logged.
#[derive(Clone, Default)]
struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl tracing_subscriber::fmt::MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
