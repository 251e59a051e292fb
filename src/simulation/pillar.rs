//! The pillar: its runner and both drivers, without threads and ports.
//!
//! Invariant: dropping it is a power cut. What it had only in memory is gone, what its outbox confirmed
//! is not.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;
use zuil_wire::seal::{OpenKey, SealKey};
use zuil_wire::{HealthReport, Reference};

use crate::clock::Moment;
use crate::devices::printer::core::{Core, Input as PrinterInput, Output as PrinterOutput};
use crate::devices::printer::paper::PaperSettings;
use crate::devices::printer::{Job, ReceiptPrinter};
use crate::devices::terminal::driver::{Driver, Input as TerminalInput, Output as TerminalOutput};
use crate::devices::terminal::{Charge, Options, Password, PaymentTerminal};
use crate::outbox::{Outbox, SqliteOutbox};
use crate::receipt::Paper;
use crate::runner::{Identity, Input, Parts, Readers, Runner};
use crate::visit::{View, Visit, VisitSettings};
use crate::waypoint::NoWaypoints;
use zuil_catalogue::Catalogue;

/// How often an idle printer is asked for its status.
const POLL: Duration = Duration::from_secs(1);

/// The power went.
pub(super) struct Dead;

/// A pillar that is on.
pub(super) struct Pillar {
    started: Duration,
    pub(super) runner: Runner,
    pub(super) outbox: Arc<SqliteOutbox>,
    printer: Core,
    terminal: Driver,
    printer_orders: Receiver<PrinterOrder>,
    terminal_orders: Receiver<TerminalOrder>,
    /// Bytes that have not left for the printer yet.
    unsent: VecDeque<u8>,
    health: Arc<Mutex<Option<HealthReport>>>,
    pub(super) lines: Lines,
    /// The power goes at the so many-th step from now.
    pub(super) dies_in: Option<u32>,
    /// Payments that the terminal was asked for, with the transaction that each is for.
    pub(super) asked: Vec<Asked>,
}

/// A payment that the terminal was asked for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) payment: Uuid,
    pub(super) transaction: Uuid,
    pub(super) reference: Reference,
}

/// What is on its way to the devices.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) to_printer: Vec<u8>,
    pub(super) to_terminal: Vec<u8>,
}

enum PrinterOrder {
    Print(Job),
    Forget,
}

enum TerminalOrder {
    Charge(Charge),
    Cancel,
    AskLastPayment,
    EndOfDay,
    Diagnose,
}

impl Pillar {
    /// Switches a pillar on whose disk is this folder.
    pub(super) fn start(folder: &Path, catalogue: &Arc<Catalogue>, now: Duration, first_id: u32) -> Self {
        let outbox = Arc::new(SqliteOutbox::open(&folder.join("outbox.sqlite")).expect("an outbox"));
        let (to_printer, printer_orders) = channel();
        let (to_terminal, terminal_orders) = channel();
        let health = Arc::new(Mutex::new(None));
        let told = health.clone();
        let (_, public_key) = OpenKey::generate().expect("a key");
        let parts = Parts {
            visit: Visit::new(catalogue.clone(), VisitSettings::default()),
            outbox: outbox.clone(),
            identity: Identity {
                pillar: "voorbeeld".into(),
                seal_key: SealKey::from_base64("k1", &public_key).expect("a key"),
            },
            printer: Some(Box::new(PrinterDesk(to_printer))),
            columns: Paper::FortyEight,
            paper: PaperSettings::default(),
            readers: Readers::default(),
            roll_file: Some(folder.join("paper.json")),
            terminal: Some(Box::new(TerminalDesk(to_terminal))),
            end_of_day: None,
            system: None,
            wake_sync: Box::new(|| {}),
            thermometer: None,
            tell_health: Box::new(move |report| {
                *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
            }),
            referrals: Arc::new(crate::sync::ReferralBook::in_memory()),
            ask_hub: Box::new(|_| {}),
            time_zone: TimeZone::UTC,
            waypoints: Arc::new(NoWaypoints),
            started: moment(now, now).timestamp,
            remote: None,
            visit_log: None,
        };
        let password = Password::parse("123456").expect("a password");
        Self {
            started: now,
            runner: Runner::new(parts),
            outbox,
            printer: Core::new(POLL, first_id),
            terminal: Driver::new(Options::new(password)),
            printer_orders,
            terminal_orders,
            unsent: VecDeque::new(),
            health,
            lines: Lines::default(),
            dies_in: None,
            asked: Vec::new(),
        }
    }

    pub(super) fn view(&self, now: Duration) -> View {
        self.runner.view(moment(self.started, now))
    }

    /// How the hub was told that the pillar is.
    pub(super) fn health(&self) -> Option<HealthReport> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Something reaches the runner; what it orders is done.
    pub(super) fn take(&mut self, input: Input, now: Duration) -> Result<(), Dead> {
        self.step()?;
        self.runner.take(input, moment(self.started, now));
        self.step()?;
        self.obey(now)
    }

    /// The runner's tick.
    pub(super) fn tick(&mut self, now: Duration) -> Result<(), Dead> {
        self.take(Input::Tick, now)
    }

    /// Time passes for the drivers.
    pub(super) fn clock(&mut self, now: Duration) -> Result<(), Dead> {
        self.printer_gets(PrinterInput::Time, now)?;
        if self.terminal.deadline().is_some_and(|deadline| now >= deadline) {
            self.terminal_gets(TerminalInput::Tick, now)?;
        }
        Ok(())
    }

    pub(super) fn printer_gets(&mut self, input: PrinterInput<'_>, now: Duration) -> Result<(), Dead> {
        for output in self.printer.handle(input, now) {
            self.step()?;
            match output {
                PrinterOutput::Send(bytes) => self.unsent.extend(bytes.iter()),
                PrinterOutput::Discard => self.unsent.clear(),
                PrinterOutput::Tell(event) => self.take(Input::Printer(event), now)?,
            }
        }
        Ok(())
    }

    /// At most so many bytes leave for the printer.
    pub(super) fn send_to_printer(&mut self, most: usize, now: Duration) -> Result<(), Dead> {
        if self.unsent.is_empty() {
            return Ok(());
        }
        let count = most.min(self.unsent.len());
        self.lines.to_printer.extend(self.unsent.drain(..count));
        if self.unsent.is_empty() {
            self.printer_gets(PrinterInput::Written, now)?;
        }
        Ok(())
    }

    pub(super) fn terminal_gets(&mut self, input: TerminalInput<'_>, now: Duration) -> Result<(), Dead> {
        let mut outputs = VecDeque::from(self.terminal.handle(input, now));
        while let Some(output) = outputs.pop_front() {
            self.step()?;
            match output {
                TerminalOutput::Send(bytes) => self.lines.to_terminal.extend(bytes),
                TerminalOutput::Tell(event) => self.take(Input::Terminal(event), now)?,
                TerminalOutput::Keep(keep, outcome) => {
                    let kept = keep(&outcome);
                    self.step()?;
                    outputs.extend(self.terminal.handle(TerminalInput::Kept(kept), now));
                }
            }
        }
        Ok(())
    }

    /// Does what the runner ordered.
    fn obey(&mut self, now: Duration) -> Result<(), Dead> {
        while let Ok(order) = self.printer_orders.try_recv() {
            let input = match order {
                PrinterOrder::Print(job) => PrinterInput::Print(job),
                PrinterOrder::Forget => PrinterInput::Forget,
            };
            self.printer_gets(input, now)?;
        }
        while let Ok(order) = self.terminal_orders.try_recv() {
            let input = match order {
                TerminalOrder::Charge(charge) => {
                    self.note(&charge);
                    TerminalInput::Charge(charge)
                }
                TerminalOrder::Cancel => TerminalInput::Cancel,
                TerminalOrder::AskLastPayment => TerminalInput::AskLastPayment,
                TerminalOrder::EndOfDay => TerminalInput::EndOfDay,
                TerminalOrder::Diagnose => TerminalInput::Diagnose,
            };
            self.terminal_gets(input, now)?;
        }
        Ok(())
    }

    /// Its intent is in the journal already; that is the invariant.
    fn note(&mut self, charge: &Charge) {
        let open = self.outbox.open_payments().expect("a journal");
        let open = open.iter().find(|open| open.payment == charge.payment).expect("a durable intent");
        self.asked.push(Asked {
            payment: open.payment,
            transaction: open.transaction,
            reference: open.reference,
        });
    }

    /// One step nearer to the moment at which the power goes.
    fn step(&mut self) -> Result<(), Dead> {
        match &mut self.dies_in {
            Some(0) => Err(Dead),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// A moment of a pillar that was switched on at `started`. The day begins at noon.
fn moment(started: Duration, now: Duration) -> Moment {
    const NOON: i64 = 1_795_348_800;
    let timestamp = Timestamp::from_second(NOON + i64::try_from(now.as_secs()).unwrap_or_default());
    Moment { uptime: now - started, timestamp: timestamp.expect("a time of this century") }
}

struct PrinterDesk(Sender<PrinterOrder>);

impl ReceiptPrinter for PrinterDesk {
    fn print(&self, job: Job) {
        let _ = self.0.send(PrinterOrder::Print(job));
    }

    fn forget(&self) {
        let _ = self.0.send(PrinterOrder::Forget);
    }
}

struct TerminalDesk(Sender<TerminalOrder>);

impl PaymentTerminal for TerminalDesk {
    fn charge(&self, charge: Charge) {
        let _ = self.0.send(TerminalOrder::Charge(charge));
    }

    fn cancel(&self) {
        let _ = self.0.send(TerminalOrder::Cancel);
    }

    fn ask_last_payment(&self) {
        let _ = self.0.send(TerminalOrder::AskLastPayment);
    }

    fn end_of_day(&self) {
        let _ = self.0.send(TerminalOrder::EndOfDay);
    }

    fn diagnose(&self) {
        let _ = self.0.send(TerminalOrder::Diagnose);
    }
}
