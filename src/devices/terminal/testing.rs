//! For tests: bytes written as in the protocol's documents, and a terminal, a driver and a resident
//! at one table with a clock that does not tick by itself.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use uuid::Uuid;
use zuil_wire::Cents;

use super::driver::{Driver, Input, Output};
use super::simulator::core::Core;
use super::simulator::ledger::Ledger;
use super::{
    Charge, Details, Last, LastPayment, Memory, NotRecorded, Options, Outcome, Password, Prompt,
    TerminalEvent, Turnover,
};

/// Bytes from hexadecimal, with or without spaces.
pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

pub fn options() -> Options {
    Options::new(Password::parse("123456").unwrap())
}

pub const AMOUNT: Cents = Cents(1735);

pub const fn payment(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// What the first payment of 17.35 looks like at the simulated terminal.
pub fn first_payment() -> Details {
    Details {
        amount: AMOUNT,
        terminal_id: "52523535".to_owned(),
        receipt_number: 1,
        card_scheme: "Maestro".to_owned(),
        trace: Some(812),
    }
}

/// A terminal's last payment that was made.
pub const fn paid(details: Details) -> LastPayment {
    LastPayment { approved: true, details, reverses: None }
}

/// Someone else who could listen to the log, and does not. As long as there is only one listener, a place
/// that logs for the first time on a thread without one is taken for a place that nobody listens to.
pub fn another_listener() -> tracing::Dispatch {
    tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default())
}

/// A terminal that remembers this.
pub fn remembers(last: Option<LastPayment>, turnover: Option<Turnover>) -> TerminalEvent {
    TerminalEvent::Remembers(Memory { last: last.map_or(Last::None, Last::Payment), turnover })
}

/// The turnover of the simulated terminal.
pub fn turnover(count: u32, cents: u64) -> Option<Turnover> {
    Some(Turnover { terminal_id: "52523535".to_owned(), count, total: Cents(cents) })
}

/// What a terminal told of its last payment, when that is what this event tells.
pub fn last_payment(event: &TerminalEvent) -> Option<Option<LastPayment>> {
    match event {
        TerminalEvent::Remembers(Memory { last: Last::Payment(last), .. }) => Some(Some(last.clone())),
        TerminalEvent::Remembers(Memory { last: Last::None, .. }) => Some(None),
        _ => None,
    }
}

/// What the pillar wrote to its disk, shared with the charge's closure.
#[derive(Clone, Default)]
pub struct Journal(Arc<Mutex<Vec<Outcome>>>);

impl Journal {
    pub fn outcomes(&self) -> Vec<Outcome> {
        self.0.lock().unwrap().clone()
    }

    pub fn charge(&self, number: u128, amount: Cents, disk_works: bool) -> Charge {
        let journal = self.clone();
        Charge {
            payment: payment(number),
            amount,
            before_acknowledge: Box::new(move |outcome| {
                if disk_works {
                    journal.0.lock().unwrap().push(outcome.clone());
                    Ok(())
                } else {
                    Err(NotRecorded)
                }
            }),
        }
    }
}

/// What a line makes of bytes.
pub type BadLine = Box<dyn FnMut(Vec<u8>) -> Vec<Vec<u8>>>;

/// Driver and terminal on a perfect or a bad line.
pub struct Table {
    pub driver: Driver,
    pub terminal: Core,
    pub journal: Journal,
    pub events: Vec<TerminalEvent>,
    /// All that the pillar sent.
    pub sent: Vec<u8>,
    pub now: Duration,
    /// Does to bytes what a bad line does.
    pub line: BadLine,
    connected: bool,
    to_terminal: Vec<Vec<u8>>,
    to_pillar: Vec<Vec<u8>>,
}

impl Table {
    pub fn new() -> Self {
        Self {
            driver: Driver::new(options()),
            terminal: Core::new(Ledger::new(1)),
            journal: Journal::default(),
            events: Vec::new(),
            sent: Vec::new(),
            now: Duration::ZERO,
            line: Box::new(|bytes| vec![bytes]),
            connected: false,
            to_terminal: Vec::new(),
            to_pillar: Vec::new(),
        }
    }

    /// A table at which the terminal is registered and idle.
    pub fn ready() -> Self {
        let mut table = Self::new();
        table.plug();
        table.settle(Duration::from_secs(1));
        table.events.clear();
        table
    }

    pub fn plug(&mut self) {
        self.connected = true;
        self.input(Input::Opened);
    }

    /// The terminal does not notice.
    pub fn pull(&mut self) {
        self.connected = false;
        self.to_pillar.clear();
        self.to_terminal.clear();
        self.input(Input::Lost);
    }

    /// The pillar's process ends and begins anew; the terminal sees nothing of it.
    pub fn restart_pillar(&mut self) {
        self.driver = Driver::new(options());
        self.to_pillar.clear();
        self.events.clear();
        self.plug();
    }

    pub fn charge(&mut self, number: u128) {
        let charge = self.journal.charge(number, AMOUNT, true);
        self.input(Input::Charge(charge));
    }

    pub fn charge_with_broken_disk(&mut self, number: u128) {
        let charge = self.journal.charge(number, AMOUNT, false);
        self.input(Input::Charge(charge));
    }

    pub fn input(&mut self, input: Input<'_>) {
        let mut outputs = self.driver.handle(input, self.now);
        while !outputs.is_empty() {
            let output = outputs.remove(0);
            match output {
                Output::Send(bytes) => {
                    self.sent.extend(&bytes);
                    let chunks = (self.line)(bytes);
                    self.to_terminal.extend(chunks);
                }
                Output::Tell(event) => self.events.push(event),
                Output::Keep(keep, outcome) => {
                    let kept = keep(&outcome);
                    outputs.extend(self.driver.handle(Input::Kept(kept), self.now));
                }
            }
        }
    }

    /// One exchange of what is on the line. Says whether anything was.
    pub fn exchange(&mut self) -> bool {
        let to_terminal = std::mem::take(&mut self.to_terminal);
        let to_pillar = std::mem::take(&mut self.to_pillar);
        let moved = !to_terminal.is_empty() || !to_pillar.is_empty();
        for bytes in to_pillar {
            self.input(Input::Bytes(&bytes));
        }
        for bytes in to_terminal.into_iter().chain([Vec::new()]) {
            let answer = self.terminal.handle(&bytes, self.now);
            if self.terminal.takes_cable_out() {
                self.pull();
                return true;
            }
            if self.connected && !answer.is_empty() {
                let chunks = (self.line)(answer);
                self.to_pillar.extend(chunks);
            }
        }
        moved || !self.to_pillar.is_empty()
    }

    /// Lets everything happen that happens within a time.
    pub fn settle(&mut self, time: Duration) {
        self.until(time, |_| false);
    }

    /// Lets things happen until something is true; false when it was not within the time.
    pub fn until(&mut self, time: Duration, mut done: impl FnMut(&Self) -> bool) -> bool {
        let end = self.now + time;
        while !done(self) {
            if self.exchange() {
                continue;
            }
            if self.now >= end {
                return false;
            }
            let next =
                [self.driver.deadline(), self.terminal.deadline(), Some(end)].into_iter().flatten().min();
            let soon = self.now + Duration::from_millis(1);
            self.now = next.map_or(soon, |next| next.max(soon).min(self.now + Duration::from_secs(1)));
            self.input(Input::Tick);
        }
        true
    }

    pub fn until_done(&mut self) -> Outcome {
        assert!(self.until(Duration::from_secs(600), |table| !table.outcomes().is_empty()), "no outcome");
        self.outcomes()[0].clone()
    }

    pub fn outcomes(&self) -> Vec<Outcome> {
        let outcome = |event: &TerminalEvent| match event {
            TerminalEvent::Done(_, outcome) => Some(outcome.clone()),
            _ => None,
        };
        self.events.iter().filter_map(outcome).collect()
    }

    pub fn prompts(&self) -> Vec<Prompt> {
        let prompt = |event: &TerminalEvent| match event {
            TerminalEvent::Prompt(_, prompt) => Some(*prompt),
            _ => None,
        };
        self.events.iter().filter_map(prompt).collect()
    }

    pub fn has_prompted(&self, prompt: Prompt) -> bool {
        self.prompts().contains(&prompt)
    }

    /// How often a frame went out.
    pub fn times_sent(&self, frame: &str) -> usize {
        let frame = hex(frame);
        self.sent.windows(frame.len()).filter(|window| *window == frame).count()
    }
}

pub const AUTHORISE_1735: &str = "10 02 06 01 0A 04 00 00 00 00 17 35 49 09 78 10 03 73 8E";
