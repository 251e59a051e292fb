//! The simulated terminal keeps what it charged and shows what it does.

use super::*;
use crate::devices::terminal::testing::{Table, first_payment};

#[test]
fn what_was_charged_is_still_known_to_the_next_process() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("memory");
    let mut ledger = Ledger::open(&file).unwrap();
    ledger.charge(Cents(1735), (1122, 140_510));
    let second = ledger.charge(Cents(500), (1122, 140_700));
    ledger.take_back(second, (1122, 140_730));
    let refused = ledger.refuse(Cents(700), 0x05, (1122, 140_800));
    let mut again = Ledger::open(&file).unwrap();
    assert_eq!(again.charged(), [first_payment()]);
    assert_eq!(again.last(false), ledger.last(false));
    assert_eq!(refused, second + 2, "taking back used a receipt number");
    assert_eq!(again.charge(Cents(1), (1122, 0)), refused + 1, "and so did the refusal");
}

#[test]
fn a_charge_is_taken_back_once() {
    let mut ledger = Ledger::new(1);
    let charge = ledger.charge(Cents(1735), (1122, 140_510));
    ledger.take_back(charge, (1122, 140_520));
    ledger.take_back(charge, (1122, 140_530));
    assert_eq!(ledger.charged(), []);
    assert_eq!(ledger.charge(Cents(500), (1122, 0)), charge + 2);
}

#[test]
fn a_memory_from_before_refusals_were_kept_is_still_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("memory");
    std::fs::write(&file, "2\n1735 1 812 1122 140510\n").unwrap();
    assert_eq!(Ledger::open(&file).unwrap().charged(), [first_payment()]);
}

#[test]
fn a_file_that_is_no_memory_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("memory");
    std::fs::write(&file, "something else\n").unwrap();
    assert!(Ledger::open(&file).is_err());
}

#[test]
fn a_terminal_without_power_shows_and_says_nothing_and_forgets_the_pillar_but_not_its_charges() {
    let mut table = Table::ready();
    table.terminal.act(Act::InsertCard);
    table.charge(1);
    table.until_done();
    table.terminal.cut_power();
    assert_eq!(table.terminal.display(), Display::Dark);
    assert!(table.terminal.handle(&[0x10, 0x02], table.now).is_empty());
    table.terminal.restore_power();
    assert_eq!(table.terminal.display(), Display::Idle);
    assert_eq!(table.terminal.ledger.charged(), [first_payment()]);
}

#[test]
fn with_a_patient_resident_the_display_shows_each_step() {
    let mut table = Table::ready();
    table.terminal.pace = Pace::LIFELIKE;
    table.terminal.auto = Some(Duration::from_secs(3));
    table.charge(1);
    let mut shown = vec![Display::Idle];
    table.until(Duration::from_secs(60), |table| {
        let display = table.terminal.display();
        if shown.last() != Some(&display) {
            shown.push(display);
        }
        !table.outcomes().is_empty()
    });
    let steps = [
        Display::Idle,
        Display::PresentCard(Cents(1735)),
        Display::EnterPin,
        Display::PleaseWait,
        Display::RemoveCard,
        Display::Approved,
        Display::Idle,
    ];
    assert_eq!(shown, steps);
}

#[test]
fn the_cable_has_the_same_name_before_and_after_it_was_pulled() {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("usb-terminal");
    let simulator = PaymentSimulator::start(&name).unwrap();
    assert!(name.exists());
    let end = Instant::now() + Duration::from_secs(20);
    let until = |plugged: bool| {
        while simulator.is_plugged() != plugged && Instant::now() < end {
            thread::yield_now();
        }
    };
    simulator.pull_cable();
    until(false);
    assert!(!name.exists());
    simulator.plug_cable();
    until(true);
    assert!(name.exists());
    drop(simulator);
    assert!(!name.exists());
}

#[test]
fn the_turnover_counts_what_stands_since_the_day_was_closed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("memory");
    let mut ledger = Ledger::open(&file).unwrap();
    ledger.charge(Cents(100), (1122, 0));
    ledger.close_day((1122, 230_000));
    assert_eq!(ledger.charged_today().len(), 0);
    assert_eq!(ledger.last(false).map(|entry| entry.receipt), Some(1), "the last receipt is still there");
    assert_eq!(ledger.last(true), None, "unless the terminal forgets it");
    let second = ledger.charge(Cents(200), (1123, 0));
    ledger.refuse(Cents(300), 0x05, (1123, 0));
    let fourth = ledger.charge(Cents(400), (1123, 0));
    assert!(ledger.take_back(fourth, (1123, 0)).is_some());
    assert!(ledger.was_taken_back(fourth) && !ledger.was_taken_back(second));
    assert!(ledger.take_back(fourth, (1123, 0)).is_none(), "once only");
    let again = Ledger::open(&file).unwrap();
    let today: Vec<u16> = again.charged_today().iter().map(|entry| entry.receipt).collect();
    assert_eq!(today, [second]);
    assert_eq!(again.charged().len(), 2);
}

#[test]
fn what_is_said_on_a_slow_line_arrives_byte_by_byte() {
    let mut table = Table::ready();
    table.terminal.faults.baud = Some(9600);
    let enquiry = crate::devices::terminal::testing::hex("10 02 05 01 03 12 34 56 10 03 E0 43");
    let begin = table.now;
    let mut said = table.terminal.handle(&enquiry, begin);
    assert!(said.is_empty(), "not at once");
    let mut now = begin;
    while said.len() < 10 {
        now = table.terminal.deadline().expect("it speaks");
        said.extend(table.terminal.handle(&[], now));
    }
    assert_eq!(said[..4], [0x06, 0x10, 0x02, 0x80]);
    assert!(now - begin >= Duration::from_micros(10 * 1145), "ten bytes take 11 ms");
}

#[test]
fn the_same_seed_gives_the_same_garbage() {
    let spoilt = |seed| {
        let mut table = Table::new();
        table.terminal.faults.garbage = Some(Garbage::new(seed, 100));
        table.plug();
        table.settle(Duration::from_secs(60));
        table.sent.clone()
    };
    assert_eq!(spoilt(1), spoilt(1));
    assert_ne!(spoilt(1), spoilt(2));
}

#[test]
fn the_full_number_of_the_simulated_card_is_one_that_is_found() {
    let digits: Vec<u8> = FULL_CARD_NUMBER.bytes().map(|byte| byte - b'0').collect();
    assert!(card_numbers::is_card_number(&digits));
}
