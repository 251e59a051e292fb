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
