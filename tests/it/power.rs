//! The plug is pulled at the points of a paid errand where it hurts most. The pillar is a real
//! process and dies by SIGKILL; printer, terminal and hub live on.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use zuil::outbox::{Outbox, SqliteOutbox};
use zuil_wire::PaymentState;

use crate::town::Town;

/// The longest that a test waits for anything to happen.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn killed_before_the_intent_is_written_nothing_happened() {
    let story = Story::killed_at("before-intent");
    assert_eq!((story.charges, story.delivered), (0, vec![]));
}

#[test]
fn killed_between_intent_and_the_question_to_the_terminal_nothing_is_charged_and_it_is_told_as_not_paid() {
    let story = Story::killed_at("after-intent");
    assert_eq!((story.charges, story.delivered), (0, vec![PaymentState::NotPaid]));
}

#[test]
fn killed_while_the_terminal_is_charging_it_is_delivered_exactly_when_it_was_charged() {
    Story::killed_at("charging").is_fair();
}

#[test]
fn killed_between_charge_and_outcome_it_is_delivered_exactly_when_it_was_charged() {
    Story::killed_at("before-outcome").is_fair();
}

#[test]
fn killed_between_outcome_and_acknowledgement_it_is_delivered_exactly_when_it_was_charged() {
    Story::killed_at("after-outcome").is_fair();
}

#[test]
fn killed_after_the_acknowledgement_the_paid_request_is_delivered_once() {
    Story::killed_at("after-acknowledge").is_paid_and_delivered_once();
}

#[test]
fn killed_before_the_upload_the_paid_request_is_delivered_once() {
    Story::killed_at("before-upload").is_paid_and_delivered_once();
}

#[test]
fn killed_after_the_upload_and_before_the_hubs_word_is_written_it_is_delivered_once() {
    Story::killed_at("after-upload").is_paid_and_delivered_once();
}

#[test]
fn killed_after_the_hubs_word_is_written_it_is_delivered_once() {
    Story::killed_at("after-received").is_paid_and_delivered_once();
}

#[test]
fn killed_while_the_receipt_prints_it_is_delivered_once() {
    Story::killed_at("printing").is_paid_and_delivered_once();
}

#[test]
fn killed_after_the_receipt_was_printed_it_is_delivered_once() {
    Story::killed_at("printed").is_paid_and_delivered_once();
}

#[test]
fn a_paid_request_is_delivered_after_a_power_cut_though_nobody_comes_to_the_pillar_again() {
    for point in ["before-outcome", "after-outcome", "after-acknowledge"] {
        let story = Story::killed_and_left_alone_at(point);
        assert_eq!((story.charges, story.delivered), (1, vec![PaymentState::Paid]), "{point}");
    }
}

#[test]
fn a_terminal_that_comes_back_after_the_pillar_still_says_that_it_was_paid() {
    let town = Town::new();
    kill_at(&town, "after-outcome");
    town.terminal.cut_power();
    let mut second = Pillar::start(&town, &[]);
    second.wait_for("serving");
    town.terminal.restore_power();
    wait_until_settled(&town);
    second.kill();
    assert_eq!(Story::told_in(&town), Story { charges: 1, delivered: vec![PaymentState::Paid] });
}

/// What was left after a paid errand whose pillar was killed and started again.
#[derive(Debug, PartialEq, Eq)]
struct Story {
    /// How often the terminal kept money.
    charges: usize,
    /// The payment of each transaction at the hub.
    delivered: Vec<PaymentState>,
}

impl Story {
    /// Does a paid errand, kills the pillar at the point, starts it again, and does a second paid
    /// errand to its end: by then everything that was open is settled and sent.
    fn killed_at(point: &str) -> Self {
        let town = Town::new();
        kill_at(&town, point);
        let mut second = Pillar::start(&town, &["--task", "bulky-waste"]);
        second.wait_for("done");
        town.wait_until_empty();
        second.kill();

        let Self { mut charges, mut delivered } = Self::told_in(&town);
        assert_eq!(delivered.pop(), Some(PaymentState::Paid), "the second errand is paid and delivered");
        charges -= 1;
        Self { charges, delivered }
    }

    /// As [`Story::killed_at`], and nobody does anything at the pillar afterwards.
    fn killed_and_left_alone_at(point: &str) -> Self {
        let town = Town::new();
        kill_at(&town, point);
        let mut second = Pillar::start(&town, &[]);
        wait_until_settled(&town);
        second.kill();
        Self::told_in(&town)
    }

    fn told_in(town: &Town) -> Self {
        let delivered =
            town.at_the_hub().into_iter().filter_map(|stored| Some(stored.payment?.state)).collect();
        Self { charges: town.terminal.charged().len(), delivered }
    }

    fn is_fair(&self) {
        let paid = self.delivered.iter().filter(|state| **state == PaymentState::Paid).count();
        assert!(self.charges <= 1, "never charged twice: {self:?}");
        assert!(self.delivered.len() <= 1, "never delivered twice: {self:?}");
        assert_eq!(self.charges, paid, "paid exactly when delivered: {self:?}");
        assert!(!self.delivered.contains(&PaymentState::Unknown), "settled in the end: {self:?}");
    }

    fn is_paid_and_delivered_once(&self) {
        assert_eq!((self.charges, self.delivered.as_slice()), (1, [PaymentState::Paid].as_slice()));
    }
}

/// Does a paid errand and kills the pillar at the point.
fn kill_at(town: &Town, point: &str) {
    town.terminal.set_auto(Some(Duration::ZERO));
    let mut pillar = Pillar::start(town, &["--task", "bulky-waste", "--hold-at", point]);
    pillar.wait_for("holding");
    pillar.kill();
}

/// Waits until no payment is open and all is at the hub. The pillar must be on.
fn wait_until_settled(town: &Town) {
    let outbox = SqliteOutbox::open(&town.folder().join("data/outbox.sqlite")).unwrap();
    let until = Instant::now() + PATIENCE;
    while !outbox.open_payments().unwrap().is_empty() {
        assert!(Instant::now() < until, "a payment is still open: {:?}", outbox.counts());
        thread::sleep(Duration::from_millis(20));
    }
    town.wait_until_empty();
}

/// A pillar in a process of its own, with a scripted resident.
struct Pillar {
    process: Child,
    said: Receiver<String>,
}

impl Pillar {
    fn start(town: &Town, arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_zuil-demo"))
            .arg("errand")
            .arg("--config")
            .arg(town.config())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(process.stdout.take().unwrap());
        let (told, said) = channel();
        thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| told.send(line)));
        Self { process, said }
    }

    fn wait_for(&self, word: &str) {
        loop {
            let line = self.said.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("never said {word:?}"));
            if line.starts_with(word) {
                return;
            }
        }
    }

    /// SIGKILL: nothing is flushed, nothing is closed.
    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Pillar {
    fn drop(&mut self) {
        // A test that failed leaves its process; one that did not has waited for it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
