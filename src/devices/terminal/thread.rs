//! The thread that owns the terminal's port and carries bytes, time and commands to the driver.
//!
//! Invariant: outputs are performed in the order in which the driver gave them; after any failure
//! of the port nothing more is sent or recorded for what was in flight.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use serialport::StopBits;

use super::driver::{Driver, Input, Options, Output};
use super::{Charge, PaymentTerminal, TerminalEvent};
use crate::devices::Sink;
use crate::devices::port::{Port, PortName, Received};
use crate::devices::port_thread::{Inbox, Next, Orders, Reopening};

/// A card terminal that speaks ZVT over a serial port.
pub struct ZvtTerminal(Orders<Command>);

enum Command {
    Charge(Charge),
    Cancel,
    AskLastPayment,
    EndOfDay,
    Diagnose,
}

impl ZvtTerminal {
    /// A terminal's port as ZVT wants it: 9600 baud, 8 bits, no parity, 2 stop bits.
    #[must_use]
    pub fn port(path: &Path) -> PortName {
        PortName { stop_bits: StopBits::Two, ..PortName::new(path, 9600) }
    }

    /// Starts the thread. The port need not be there yet.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(port: PortName, options: Options, sink: Sink<TerminalEvent>) -> io::Result<Self> {
        let worker = Worker {
            port_name: port,
            port: None,
            driver: Driver::new(options),
            sink,
            start: Instant::now(),
            reopening: Reopening::new(Reopening::SHORTEST, Reopening::LONGEST),
        };
        Ok(Self(Orders::to("terminal", move |inbox| worker.run(&inbox))?))
    }
}

impl PaymentTerminal for ZvtTerminal {
    fn charge(&self, charge: Charge) {
        self.0.give(Command::Charge(charge));
    }

    fn cancel(&self) {
        self.0.give(Command::Cancel);
    }

    fn ask_last_payment(&self) {
        self.0.give(Command::AskLastPayment);
    }

    fn end_of_day(&self) {
        self.0.give(Command::EndOfDay);
    }

    fn diagnose(&self) {
        self.0.give(Command::Diagnose);
    }
}

struct Worker {
    port_name: PortName,
    port: Option<Port>,
    driver: Driver,
    sink: Sink<TerminalEvent>,
    start: Instant,
    reopening: Reopening,
}

impl Worker {
    fn run(mut self, inbox: &Inbox<Command>) {
        self.open();
        loop {
            let wait = if self.port.is_none() { self.reopening.wait(self.now()) } else { Duration::ZERO };
            match inbox.next(wait) {
                Next::Order(command) => self.obey(command),
                Next::Over => return,
                Next::Nothing if self.port.is_some() => self.listen(),
                Next::Nothing => self.open(),
            }
        }
    }

    fn obey(&mut self, command: Command) {
        self.feed(match command {
            Command::Charge(charge) => Input::Charge(charge),
            Command::Cancel => Input::Cancel,
            Command::AskLastPayment => Input::AskLastPayment,
            Command::EndOfDay => Input::EndOfDay,
            Command::Diagnose => Input::Diagnose,
        });
    }

    fn open(&mut self) {
        match self.port_name.open() {
            Ok(port) => {
                self.port = Some(port);
                self.feed(Input::Opened);
            }
            Err(error) => {
                let outputs = self.lose(&error);
                self.perform(outputs);
            }
        }
    }

    /// Waits a moment for bytes.
    fn listen(&mut self) {
        let mut buffer = [0; 256];
        let Some(port) = &mut self.port else { return };
        match port.receive(&mut buffer) {
            Ok(Received::Bytes(count)) => {
                self.reopening.succeeded();
                self.feed(Input::Bytes(&buffer[..count]));
            }
            Ok(Received::Nothing) => {
                let now = self.now();
                if self.driver.deadline().is_some_and(|deadline| now >= deadline) {
                    self.feed(Input::Tick);
                }
            }
            Err(error) => {
                let outputs = self.lose(&error);
                self.perform(outputs);
            }
        }
    }

    fn lose(&mut self, error: &io::Error) -> Vec<Output> {
        tracing::debug!(%error, "terminal port");
        self.port = None;
        let now = self.now();
        self.reopening.failed(now);
        self.driver.handle(Input::Lost, now)
    }

    fn feed(&mut self, input: Input<'_>) {
        let now = self.now();
        let outputs = self.driver.handle(input, now);
        self.perform(outputs);
    }

    fn perform(&mut self, outputs: Vec<Output>) {
        let mut outputs = VecDeque::from(outputs);
        while let Some(output) = outputs.pop_front() {
            match output {
                Output::Tell(event) => (self.sink)(event),
                Output::Keep(keep, outcome) => {
                    let result = keep(&outcome);
                    let now = self.now();
                    outputs.extend(self.driver.handle(Input::Kept(result), now));
                }
                Output::Send(bytes) => {
                    let Some(port) = &mut self.port else { continue };
                    if let Err(error) = port.send(&bytes) {
                        outputs.retain(|output| matches!(output, Output::Tell(_)));
                        outputs.extend(self.lose(&error));
                    }
                }
            }
        }
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

#[cfg(test)]
#[cfg(feature = "simulators")]
mod tests;
