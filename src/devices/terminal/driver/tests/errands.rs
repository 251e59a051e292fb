//! End of day and diagnosis, alone and when residents, cables and busy terminals come between.

use super::*;
use crate::devices::terminal::NotDone;

const END_OF_DAY: &str = "10 02 06 50 03 12 34 56 10 03 C4 AF";
const DIAGNOSIS: &str = "10 02 06 70 00 10 03 D9 F9";

/// How the days ended, in order.
fn days(table: &Table) -> Vec<Result<(), NotDone>> {
    let day =
        |event: &TerminalEvent| if let TerminalEvent::DayEnded(day) = event { Some(*day) } else { None };
    table.events.iter().filter_map(day).collect()
}

fn diagnoses(table: &Table) -> Vec<Result<(), NotDone>> {
    let told =
        |event: &TerminalEvent| if let TerminalEvent::Diagnosed(told) = event { Some(*told) } else { None };
    table.events.iter().filter_map(told).collect()
}

fn turnovers(table: &Table) -> Vec<Option<u32>> {
    let told = |event: &TerminalEvent| match event {
        TerminalEvent::Remembers(memory) => Some(memory.turnover.as_ref().map(|turnover| turnover.count)),
        _ => None,
    };
    table.events.iter().filter_map(told).collect()
}

fn paid_once() -> Table {
    let mut table = Table::ready();
    table.terminal.act(Act::InsertCard);
    table.charge(1);
    table.until_done();
    table.settle(Duration::from_secs(1));
    table.events.clear();
    table.sent.clear();
    table
}

#[test]
fn the_day_is_closed_at_night_and_the_turnover_begins_anew() {
    let mut table = paid_once();
    table.input(Input::EndOfDay);
    table.settle(Duration::from_secs(10));
    assert_eq!(days(&table), [Ok(())]);
    assert_eq!(table.times_sent(END_OF_DAY), 1);
    assert_eq!(turnovers(&table), [Some(0)], "told after it without being asked");
    assert_eq!(table.terminal.ledger.charged(), [first_payment()], "what was charged stands");
}

#[test]
fn after_the_day_a_terminal_that_forgot_its_last_payment_is_believed_to_remember_none() {
    let mut table = paid_once();
    table.terminal.faults.forgets_at_end_of_day = true;
    table.input(Input::EndOfDay);
    table.settle(Duration::from_secs(10));
    assert_eq!(table.events.iter().filter_map(last_payment).collect::<Vec<_>>(), [None]);
    table.terminal.act(Act::InsertCard);
    table.charge(2);
    assert!(matches!(table.until_done(), Outcome::Paid(_)));
}

#[test]
fn a_day_that_the_terminal_does_not_close_is_told_with_its_code() {
    let mut table = paid_once();
    table.terminal.faults.refuses_end_of_day = Some(0xB1);
    table.input(Input::EndOfDay);
    table.settle(Duration::from_secs(10));
    assert_eq!(days(&table), [Err(NotDone::Refused(0xB1))]);
    assert_eq!(turnovers(&table), [Some(1)]);
    let mut driver = serving(Input::EndOfDay);
    feed(&mut driver, &Packet::Accepted);
    let outputs = feed(&mut driver, &Packet::Abort(0xA1));
    assert!(tells(&outputs, &TerminalEvent::DayEnded(Err(NotDone::Refused(0xA1)))));
    let mut driver = serving(Input::EndOfDay);
    feed(&mut driver, &Packet::Accepted);
    let failed = vec![codec_field(0x7D)];
    feed(&mut driver, &Packet::StatusInformation(crate::devices::terminal::codec::Fields(failed)));
    driver.handle(Input::Bytes(&hex("06")), Duration::from_secs(1));
    let outputs = feed(&mut driver, &Packet::Completion(Default::default()));
    assert!(
        tells(&outputs, &TerminalEvent::DayEnded(Err(NotDone::Refused(0x7D)))),
        "its last word is a failure"
    );
}

#[test]
fn a_technician_learns_whether_the_terminal_reaches_the_bank() {
    let mut table = Table::ready();
    table.input(Input::Diagnose);
    table.settle(Duration::from_secs(5));
    assert_eq!(diagnoses(&table), [Ok(())]);
    table.terminal.faults.refuses_diagnosis = Some(0x7D);
    table.input(Input::Diagnose);
    table.settle(Duration::from_secs(5));
    assert_eq!(diagnoses(&table), [Ok(()), Err(NotDone::Refused(0x7D))]);
    assert_eq!(table.terminal.accepted(), 0, "nobody was charged");
}

#[test]
fn what_is_asked_for_amid_a_payment_waits_for_its_end() {
    let mut table = Table::ready();
    table.charge(1);
    assert!(table.until(MINUTES, |table| table.has_prompted(Prompt::PresentCard)));
    table.input(Input::EndOfDay);
    table.input(Input::Diagnose);
    table.input(Input::EndOfDay);
    table.settle(Duration::from_secs(10));
    assert_eq!((table.times_sent(END_OF_DAY), table.times_sent(DIAGNOSIS)), (0, 0));
    table.terminal.act(Act::InsertCard);
    assert_eq!(table.until_done(), Outcome::Paid(first_payment()));
    table.settle(Duration::from_secs(10));
    assert_eq!((days(&table), diagnoses(&table)), (vec![Ok(())], vec![Ok(())]), "each once");
}

#[test]
fn a_resident_who_comes_while_the_day_is_closed_waits_and_pays_once() {
    let mut table = paid_once();
    table.terminal.pace.bank = Duration::from_secs(8);
    table.input(Input::EndOfDay);
    table.settle(Duration::from_secs(2));
    table.terminal.act(Act::InsertCard);
    table.charge(2);
    assert!(matches!(table.until_done(), Outcome::Paid(_)));
    assert_eq!((days(&table), table.outcomes().len()), (vec![Ok(())], 1));
    assert_eq!(table.terminal.ledger.charged().len(), 2);
}

#[test]
fn a_resident_who_gives_up_while_the_day_is_closed_has_paid_nothing() {
    let mut table = paid_once();
    table.terminal.pace.bank = Duration::from_secs(8);
    table.input(Input::EndOfDay);
    table.settle(Duration::from_secs(2));
    table.charge(2);
    table.input(Input::Cancel);
    assert_eq!(table.outcomes(), [Outcome::Aborted]);
    table.settle(Duration::from_secs(20));
    assert_eq!((days(&table), table.times_sent(AUTHORISE_1735)), (vec![Ok(())], 0));
}

#[test]
fn a_cable_pulled_while_the_day_is_closed_is_told_as_silence_at_every_step() {
    for step in 0..24 {
        let mut table = paid_once();
        table.input(Input::EndOfDay);
        for _ in 0..step {
            table.exchange();
        }
        table.pull();
        let told = days(&table);
        assert_eq!(told.len(), 1, "step {step}");
        assert!(matches!(told[0], Ok(()) | Err(NotDone::Silent)), "step {step}: {told:?}");
        assert!(step > 0 || told == [Err(NotDone::Silent)]);
        table.plug();
        table.settle(MINUTES);
        assert_eq!(days(&table).len(), 1, "step {step}: told once");
        assert!(!turnovers(&table).is_empty(), "step {step}");
    }
}

#[test]
fn a_terminal_that_falls_silent_amid_a_diagnosis_is_told_as_silent() {
    let mut table = Table::ready();
    table.terminal.pace.bank = Duration::from_secs(20);
    table.input(Input::Diagnose);
    table.settle(Duration::from_secs(1));
    table.terminal.faults.silent = true;
    table.settle(MINUTES);
    assert_eq!(diagnoses(&table), [Err(NotDone::Silent)]);
}

#[test]
fn without_a_terminal_the_answer_comes_at_once() {
    let mut table = Table::new();
    table.input(Input::Lost);
    table.input(Input::EndOfDay);
    table.input(Input::Diagnose);
    assert_eq!((days(&table), diagnoses(&table)), (vec![Err(NotDone::Silent)], vec![Err(NotDone::Silent)]));
    table.plug();
    table.settle(MINUTES);
    assert_eq!(table.times_sent(END_OF_DAY), 0, "nobody waits for it any more");
}

#[test]
fn a_busy_terminal_is_asked_again_a_few_times_and_then_has_refused() {
    let mut table = Table::ready();
    table.terminal.faults.busy_until = Some(table.now + Duration::from_secs(3));
    table.input(Input::Diagnose);
    table.settle(Duration::from_secs(20));
    assert_eq!(diagnoses(&table), [Ok(())]);
    table.terminal.faults.busy_until = Some(table.now + MINUTES);
    table.input(Input::Diagnose);
    table.settle(Duration::from_secs(60));
    assert_eq!(diagnoses(&table), [Ok(()), Err(NotDone::Refused(codes::PLEASE_WAIT))]);
    assert_eq!(table.driver.told, Some(Condition::Busy));
    table.settle(MINUTES);
    assert_eq!(table.driver.told, Some(Condition::Ready));
}

#[test]
fn a_terminal_that_is_busy_for_a_moment_is_paid_at_all_the_same() {
    let mut table = Table::ready();
    table.terminal.faults.busy_until = Some(table.now + Duration::from_secs(3));
    table.terminal.act(Act::InsertCard);
    table.charge(1);
    assert_eq!(table.until_done(), Outcome::Paid(first_payment()));
    assert_eq!(table.terminal.accepted(), 1);
    assert!(table.now < Duration::from_secs(10));
}

#[test]
fn a_resident_who_stops_while_the_terminal_is_busy_has_paid_nothing() {
    let mut table = Table::ready();
    table.terminal.faults.busy = true;
    table.charge(1);
    assert!(table.until(MINUTES, |table| table.driver.told == Some(Condition::Busy)));
    table.settle(Duration::from_secs(1));
    table.input(Input::Cancel);
    assert_eq!(table.outcomes(), [Outcome::Aborted]);
    table.terminal.faults.busy = false;
    table.settle(MINUTES);
    assert_eq!((table.terminal.accepted(), table.outcomes().len()), (0, 1));
}

#[test]
fn a_terminal_that_is_busy_at_any_command_is_asked_again() {
    for start in 0..12 {
        let mut table = Table::new();
        table.plug();
        for _ in 0..start {
            table.exchange();
        }
        table.terminal.faults.busy_until = Some(table.now + Duration::from_secs(5));
        table.settle(Duration::from_secs(60));
        assert_eq!(table.driver.told, Some(Condition::Ready), "after {start}");
        assert_eq!(turnovers(&table).first(), Some(&Some(0)), "after {start}");
    }
}

#[test]
fn a_processing_error_in_answer_to_any_command_leaves_a_terminal_that_can_be_used() {
    for start in 0..12 {
        let mut table = Table::new();
        table.plug();
        for _ in 0..start {
            table.exchange();
        }
        table.terminal.faults.reject_once = Some(codes::PROCESSING_ERROR);
        table.settle(Duration::from_secs(120));
        table.terminal.faults.reject_once = None;
        table.terminal.act(Act::InsertCard);
        table.charge(1);
        assert_eq!(table.until_done(), Outcome::Paid(first_payment()), "after {start}");
    }
}

#[test]
fn a_payment_answered_by_a_processing_error_was_not_asked() {
    let mut table = Table::ready();
    table.terminal.faults.reject_once = Some(codes::PROCESSING_ERROR);
    table.charge(1);
    assert_eq!(table.until_done(), Outcome::NotAsked);
    assert_eq!(table.terminal.accepted(), 0);
}

/// A driver that has sent the command for an errand.
fn serving(errand: Input<'_>) -> Driver {
    let mut driver = ready_driver();
    driver.handle(errand, Duration::from_secs(1));
    driver.handle(Input::Bytes(&hex("06")), Duration::from_secs(1));
    assert!(matches!(driver.state, State::Serving(_)));
    driver
}
