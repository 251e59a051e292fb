//! Driver and simulator over a real pseudo-terminal.

use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver};

use uuid::Uuid;

use super::*;
use crate::devices::terminal::simulator::{Act, AtByte, PaymentSimulator, PowerCut};
use crate::devices::terminal::testing::{AMOUNT, Journal, first_payment, options, paid, payment};
use crate::devices::terminal::{Condition, Last, Outcome, Prompt};

const LIMIT: Duration = Duration::from_secs(30);

struct Pillar {
    terminal: ZvtTerminal,
    events: Receiver<TerminalEvent>,
    journal: Journal,
    simulator: PaymentSimulator,
    _folder: tempfile::TempDir,
}

impl Pillar {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("usb-terminal");
        let simulator = PaymentSimulator::start(&link).unwrap();
        let (sender, events) = mpsc::channel();
        let sender = Mutex::new(sender);
        let sink: Sink<TerminalEvent> = Box::new(move |event| {
            let _ = sender.lock().unwrap().send(event);
        });
        let terminal = ZvtTerminal::start(ZvtTerminal::port(&link), options(), sink).unwrap();
        Self { terminal, events, journal: Journal::default(), simulator, _folder: folder }
    }

    fn charge(&self, number: u128) {
        self.terminal.charge(self.journal.charge(number, AMOUNT, true));
    }

    /// Waits for an event that one is looking for.
    fn wait<T>(&self, mut wanted: impl FnMut(TerminalEvent) -> Option<T>) -> T {
        let end = Instant::now() + LIMIT;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let event = self.events.recv_timeout(left).expect("the event came in time");
            if let Some(found) = wanted(event) {
                return found;
            }
        }
    }

    fn wait_for(&self, condition: Condition) {
        self.wait(|event| (event == TerminalEvent::Condition(condition)).then_some(()));
    }

    fn wait_for_outcome(&self, number: u128) -> Outcome {
        let wanted: Uuid = payment(number);
        self.wait(|event| match event {
            TerminalEvent::Done(id, outcome) if id == wanted => Some(outcome),
            _ => None,
        })
    }
}

#[test]
fn a_resident_pays_over_a_real_line_with_noise_and_a_broken_frame() {
    let pillar = Pillar::start();
    pillar.wait_for(Condition::Ready);
    pillar.simulator.set_noise(true);
    pillar.simulator.nak_once();
    pillar.simulator.insert_card();
    pillar.charge(1);
    assert_eq!(pillar.wait_for_outcome(1), Outcome::Paid(first_payment()));
    assert_eq!(pillar.simulator.charged(), [first_payment()]);
    assert_eq!(pillar.journal.outcomes(), [Outcome::Paid(first_payment())]);
    assert_eq!(pillar.simulator.authorisations(), 1);
}

#[test]
fn after_a_power_cut_the_terminal_tells_that_it_was_paid() {
    let pillar = Pillar::start();
    pillar.wait_for(Condition::Ready);
    pillar.simulator.cut_power_at(PowerCut::AfterCharging);
    pillar.simulator.insert_card();
    pillar.charge(1);
    assert_eq!(pillar.wait_for_outcome(1), Outcome::Unknown);
    pillar.wait_for(Condition::Offline);
    pillar.charge(2);
    assert_eq!(pillar.wait_for_outcome(2), Outcome::NotAsked);
    pillar.simulator.restore_power();
    let last = pillar.wait(|event| match event {
        TerminalEvent::Remembers(memory) => Some(memory.last),
        _ => None,
    });
    assert_eq!(last, Last::Payment(paid(first_payment())));
    pillar.wait_for(Condition::Ready);
    assert_eq!(pillar.simulator.charged(), [first_payment()]);
}

#[test]
fn a_cable_that_is_pulled_and_plugged_in_again_is_noticed() {
    let pillar = Pillar::start();
    pillar.wait_for(Condition::Ready);
    pillar.simulator.pull_cable();
    pillar.wait_for(Condition::Offline);
    pillar.simulator.plug_cable();
    pillar.wait_for(Condition::Ready);
    pillar.simulator.refuse_card();
    pillar.charge(1);
    assert_eq!(pillar.wait_for_outcome(1), Outcome::Declined(0x6C));
    assert_eq!(pillar.simulator.charged(), []);
}

#[test]
fn a_resident_pays_at_a_terminal_whose_cable_is_out_and_the_pillar_learns_of_it() {
    let pillar = Pillar::start();
    pillar.wait_for(Condition::Ready);
    pillar.charge(1);
    pillar.wait(|event| (event == TerminalEvent::Prompt(payment(1), Prompt::PresentCard)).then_some(()));
    pillar.simulator.pull_cable();
    assert_eq!(pillar.wait_for_outcome(1), Outcome::Unknown);
    pillar.simulator.insert_card();
    let end = Instant::now() + LIMIT;
    while pillar.simulator.charged().is_empty() {
        assert!(Instant::now() < end, "the terminal stopped when its cable was pulled");
        std::thread::yield_now();
    }
    pillar.simulator.plug_cable();
    let last = pillar.wait(|event| match event {
        TerminalEvent::Remembers(memory) => Some(memory.last),
        _ => None,
    });
    assert_eq!(last, Last::Payment(paid(first_payment())));
    assert_eq!(pillar.simulator.charged(), [first_payment()]);
}

#[test]
fn a_payment_that_nobody_acknowledged_is_taken_back_by_a_terminal_that_does_so() {
    let pillar = Pillar::start();
    pillar.wait_for(Condition::Ready);
    pillar.simulator.set_reverses_when_unanswered(true);
    pillar.simulator.cut_power_at(PowerCut::AfterStatusInformation);
    pillar.simulator.insert_card();
    pillar.charge(1);
    assert_eq!(pillar.wait_for_outcome(1), Outcome::Unknown);
    pillar.wait_for(Condition::Offline);
    pillar.simulator.restore_power();
    let last = pillar.wait(|event| match event {
        TerminalEvent::Remembers(memory) => Some(memory.last),
        _ => None,
    });
    let Last::Payment(last) = last else { panic!("it told none") };
    assert_eq!((last.approved, last.details.receipt_number), (false, 2));
    assert_eq!(pillar.simulator.charged(), []);
}

#[test]
fn a_full_card_number_on_the_line_is_in_no_event() {
    let pillar = Pillar::start();
    pillar.wait_for(Condition::Ready);
    pillar.simulator.set_full_card_number(true);
    pillar.simulator.insert_card();
    pillar.charge(1);
    let mut told = Vec::new();
    pillar.wait(|event| {
        told.push(format!("{event:?}"));
        matches!(event, TerminalEvent::Done(..)).then_some(())
    });
    let everything = told.join("\n");
    assert!(everything.contains("Maestro"));
    for part in ["6772890123451230", "67728901", "23451230", "103, 114, 137", "0x67, 0x72"] {
        assert!(!everything.contains(part), "{part} was kept");
    }
}

#[test]
fn the_day_is_closed_and_the_bank_is_tried_over_a_real_line() {
    let pillar = Pillar::start();
    pillar.wait_for(Condition::Ready);
    pillar.simulator.insert_card();
    pillar.charge(1);
    pillar.wait_for_outcome(1);
    pillar.terminal.diagnose();
    let diagnosed =
        pillar.wait(|event| if let TerminalEvent::Diagnosed(result) = event { Some(result) } else { None });
    assert_eq!((diagnosed, pillar.simulator.turnover()), (Ok(()), (1, AMOUNT)));
    pillar.terminal.end_of_day();
    let ended =
        pillar.wait(|event| if let TerminalEvent::DayEnded(result) = event { Some(result) } else { None });
    assert_eq!((ended, pillar.simulator.turnover().0), (Ok(()), 0));
    assert_eq!(pillar.simulator.charged(), [first_payment()]);
}

#[test]
fn a_terminal_that_is_busy_for_a_moment_and_says_things_by_half_is_paid_at_over_a_real_line() {
    let pillar = Pillar::start();
    pillar.wait_for(Condition::Ready);
    pillar.simulator.busy_for(Duration::from_millis(1500));
    pillar.simulator.script(|faults| faults.half_frames = 1);
    pillar.simulator.act(Act::MistypePin);
    pillar.charge(1);
    assert_eq!(pillar.wait_for_outcome(1), Outcome::Paid(first_payment()));
    assert_eq!(pillar.simulator.authorisations(), 1);
}

#[test]
fn a_cable_that_comes_out_at_a_certain_byte_leaves_an_unknown_payment_that_is_settled_when_it_is_back() {
    let pillar = Pillar::start();
    pillar.wait_for(Condition::Ready);
    pillar.simulator.script(|faults| faults.hang_up_at = Some(AtByte::Sent(70)));
    pillar.simulator.insert_card();
    pillar.charge(1);
    assert_eq!(pillar.wait_for_outcome(1), Outcome::Unknown);
    pillar.wait_for(Condition::Offline);
    let end = Instant::now() + LIMIT;
    while pillar.simulator.charged().is_empty() && Instant::now() < end {
        std::thread::yield_now();
    }
    pillar.simulator.plug_cable();
    let last = pillar.wait(|event| match event {
        TerminalEvent::Remembers(memory) => Some(memory.last),
        _ => None,
    });
    assert_eq!(last, Last::Payment(paid(first_payment())));
}

#[test]
fn a_charge_that_the_disk_does_not_keep_is_reversed_over_a_real_line() {
    let pillar = Pillar::start();
    pillar.wait_for(Condition::Ready);
    pillar.simulator.script(|faults| faults.completes_rejected = true);
    pillar.simulator.insert_card();
    pillar.terminal.charge(pillar.journal.charge(1, AMOUNT, false));
    assert_eq!(pillar.wait_for_outcome(1), Outcome::TakenBack);
    assert_eq!(pillar.simulator.charged(), []);
}
