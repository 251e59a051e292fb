//! A driver and a printer side by side on a desk, in a time of their own.

use std::collections::VecDeque;
use std::time::Duration;

use uuid::Uuid;
use zeroize::Zeroizing;

use crate::devices::printer::core::{Core, Input, Output};
use crate::devices::printer::simulator::{HEAD_DOTS, Mechanism, PaperReceipt, Physics};
use crate::devices::printer::{Condition, Job, PrinterEvent};

pub const STEP: Duration = Duration::from_millis(20);
/// How much paper a line of [`text`] takes, in quarters of a millimetre.
const QUARTERS_PER_LINE: usize = 15;

/// A driver and a printer, with a cable between them.
pub struct Desk {
    pub core: Core,
    pub printer: Mechanism,
    pub now: Duration,
    pub events: Vec<PrinterEvent>,
    /// All conditions that were told, also [`Condition::Printing`].
    pub conditions: Vec<Condition>,
    /// What was told of the paper.
    pub used_mm: Vec<u32>,
    last_taken: Option<Condition>,
    port_open: bool,
    unsent: VecDeque<u8>,
    jobs: u128,
}

/// A usual printer on a fast line that prints without drawing.
pub fn usual() -> Physics {
    Physics { draws: false, boot: Duration::ZERO, ..Physics::real(115_200) }
}

impl Desk {
    /// A desk whose printer is not plugged in yet.
    pub fn new() -> Self {
        Self::with(usual())
    }

    pub fn with(physics: Physics) -> Self {
        let mut printer = Mechanism::with(HEAD_DOTS, physics);
        printer.set_plugged(false);
        Self {
            core: Core::new(Duration::from_secs(1), 7),
            printer,
            now: Duration::ZERO,
            events: Vec::new(),
            conditions: Vec::new(),
            used_mm: Vec::new(),
            last_taken: None,
            port_open: false,
            unsent: VecDeque::new(),
            jobs: 0,
        }
    }

    /// A desk with a printer that is ready.
    pub fn ready() -> Self {
        Self::ready_with(usual())
    }

    pub fn ready_with(physics: Physics) -> Self {
        let mut desk = Self::with(physics);
        desk.plug();
        desk.pass(Duration::from_secs(6));
        assert_eq!(desk.take_events(), [PrinterEvent::Condition(Condition::Ready)]);
        let blank = desk.printer.take_receipts();
        assert!(blank.len() == 1 && blank[0].cut && blank[0].text.is_empty(), "the cut at the start");
        desk.used_mm.clear();
        desk.conditions.clear();
        desk
    }

    /// The pillar's process is killed and begins anew; the printer sees nothing of it.
    pub fn restart_pillar(&mut self) {
        self.core = Core::new(Duration::from_secs(1), 99);
        self.unsent.clear();
        self.events.clear();
        self.port_open = false;
        self.follow_the_cable();
    }

    pub fn plug(&mut self) {
        self.printer.set_plugged(true);
        self.follow_the_cable();
    }

    pub fn pull(&mut self) {
        self.printer.set_plugged(false);
        self.follow_the_cable();
    }

    /// Prints so many numbered lines (about 4 mm each) under a name.
    pub fn print(&mut self, name: &str, lines: usize) -> Uuid {
        let millimetres = (lines * QUARTERS_PER_LINE).div_ceil(4) as u32;
        self.print_bytes(text(name, lines).into_bytes(), millimetres)
    }

    pub fn print_bytes(&mut self, bytes: Vec<u8>, millimetres: u32) -> Uuid {
        self.jobs += 1;
        let id = Uuid::from_u128(self.jobs);
        self.tell(Input::Print(Job { id, bytes: Zeroizing::new(bytes), millimetres }));
        id
    }

    pub fn forget(&mut self) {
        self.tell(Input::Forget);
    }

    pub fn tell(&mut self, input: Input<'_>) {
        for output in self.core.handle(input, self.now) {
            match output {
                Output::Send(bytes) => self.unsent.extend(bytes.iter()),
                Output::Discard => self.unsent.clear(),
                Output::Tell(PrinterEvent::Used { millimetres }) => self.used_mm.push(millimetres),
                Output::Tell(event) => {
                    if let PrinterEvent::Condition(condition) = event {
                        self.conditions.push(condition);
                    }
                    self.events.push(event);
                }
            }
        }
    }

    pub fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.step();
        }
    }

    /// Lets time pass until something is told of a job, at most half a minute.
    pub fn until_the_job_ends(&mut self) -> PrinterEvent {
        let end = self.now + Duration::from_secs(30);
        while self.now < end {
            let place = self.events.iter().position(|event| !matches!(event, PrinterEvent::Condition(_)));
            if let Some(place) = place {
                return self.events.remove(place);
            }
            self.step();
        }
        panic!("no word of the job within half a minute; told were {:?}", self.events);
    }

    pub fn step(&mut self) {
        self.now += STEP;
        self.send();
        self.printer.advance(STEP);
        self.follow_the_cable();
        let answers = self.printer.take_answers();
        if self.port_open {
            self.tell(Input::Received(&answers));
        }
        self.tell(Input::Time);
    }

    fn send(&mut self) {
        if !self.port_open || self.unsent.is_empty() {
            return;
        }
        let count = self.unsent.len().min(self.printer.room());
        let bytes: Vec<u8> = self.unsent.drain(..count).collect();
        self.printer.receive(&bytes);
        if self.unsent.is_empty() {
            self.tell(Input::Written);
        }
    }

    fn follow_the_cable(&mut self) {
        if self.printer.is_plugged() != self.port_open {
            self.port_open = !self.port_open;
            self.unsent.clear();
            self.tell(if self.port_open { Input::Opened } else { Input::Lost });
        }
    }

    /// What was told since the last call, without [`Condition::Printing`] and without a
    /// condition that is as before.
    pub fn take_events(&mut self) -> Vec<PrinterEvent> {
        let last = &mut self.last_taken;
        std::mem::take(&mut self.events)
            .into_iter()
            .filter(|event| match event {
                PrinterEvent::Condition(Condition::Printing) => false,
                PrinterEvent::Condition(condition) => last.replace(*condition) != Some(*condition),
                _ => true,
            })
            .collect()
    }

    /// What came out, as text without empty pieces.
    pub fn paper(&mut self) -> Vec<String> {
        texts(&self.printer.take_receipts())
    }
}

pub fn text(name: &str, lines: usize) -> String {
    (1..=lines).map(|line| format!("{name} {line}\n")).collect()
}

pub fn texts(receipts: &[PaperReceipt]) -> Vec<String> {
    receipts.iter().map(|receipt| receipt.text.clone()).filter(|text| !text.trim().is_empty()).collect()
}
