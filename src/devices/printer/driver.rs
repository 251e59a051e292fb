//! The thread that owns the printer's port.
//!
//! Invariant: it only carries bytes and events between port, protocol and sink; every decision is
//! made by the protocol in [`super::core`].

use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use super::core::{Core, Input, Output};
use super::pace::Pace;
use super::{Job, PrinterEvent, ReceiptPrinter};
use crate::devices::Sink;
use crate::devices::port::{Port, PortName, Received};
use crate::devices::port_thread::{Inbox, Next, Orders, Reopening};

/// How the driver behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// How often an idle printer is asked for its status; at least 100 ms.
    pub poll_every: Duration,
    /// How long to wait before the first attempt to open a lost port anew; each further attempt
    /// waits twice as long.
    pub first_retry: Duration,
    /// The longest wait between two attempts.
    pub longest_retry: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            poll_every: Duration::from_secs(1),
            first_retry: Reopening::SHORTEST,
            longest_retry: Reopening::LONGEST,
        }
    }
}

/// A receipt printer that speaks ESC/POS over a serial port.
pub struct EscPosPrinter(Orders<Order>);

enum Order {
    Print(Job),
    Forget,
}

impl EscPosPrinter {
    /// Starts the printer's thread. A port that is not there (yet) is no error: the sink is told
    /// [`super::Condition::Offline`], and the port is opened when it appears.
    ///
    /// # Errors
    /// When the operating system has no thread to give.
    pub fn start(port: PortName, options: Options, sink: Sink<PrinterEvent>) -> io::Result<Self> {
        let work = move |inbox| Driver::new(port, &options, sink, inbox).run();
        Ok(Self(Orders::to("receipt-printer", work)?))
    }
}

impl ReceiptPrinter for EscPosPrinter {
    fn print(&self, job: Job) {
        self.0.give(Order::Print(job));
    }

    fn forget(&self) {
        self.0.give(Order::Forget);
    }
}

/// How long the last bytes may take to leave when the pillar ends.
const LAST_WORDS: Duration = Duration::from_millis(500);

struct Driver {
    name: PortName,
    sink: Sink<PrinterEvent>,
    inbox: Inbox<Order>,
    core: Core,
    started: Instant,
    port: Option<Port>,
    unsent: VecDeque<(Zeroizing<Vec<u8>>, usize)>,
    /// Whether something was given to the port that may not have left yet.
    leaving: bool,
    pace: Pace,
    reopening: Reopening,
}

impl Driver {
    fn new(name: PortName, options: &Options, sink: Sink<PrinterEvent>, inbox: Inbox<Order>) -> Self {
        // Ids begin elsewhere after every start, so that no answer to an earlier run fits.
        let first_id = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
        let core = Core::new(options.poll_every.max(Duration::from_millis(100)), first_id);
        Self {
            pace: Pace::new(name.baud),
            name,
            reopening: Reopening::new(options.first_retry, options.longest_retry),
            sink,
            inbox,
            core,
            started: Instant::now(),
            port: None,
            unsent: VecDeque::new(),
            leaving: false,
        }
    }

    fn run(mut self) {
        while self.takes_orders() {
            if self.port.is_none() {
                self.open();
            }
            if let Err(error) = self.exchange() {
                tracing::warn!(port = %self.name.path.display(), %error, "lost the receipt printer's port");
                self.close();
            }
            self.handle(Input::Time);
        }
        self.handle(Input::Forget);
        // What clears the printer is worth a moment.
        let until = self.started.elapsed() + LAST_WORDS;
        while self.port.is_some()
            && !self.unsent.is_empty()
            && self.started.elapsed() < until
            && self.exchange().is_ok()
        {}
    }

    /// Takes all orders that are there; without a port, waits for one until it is time to try again.
    /// Tells whether there is still someone who gives orders.
    fn takes_orders(&mut self) -> bool {
        let now = self.started.elapsed();
        let mut wait = if self.port.is_none() { self.reopening.wait(now) } else { Duration::ZERO };
        loop {
            match self.inbox.next(std::mem::take(&mut wait)) {
                Next::Order(order) => self.obey(order),
                Next::Nothing => return true,
                Next::Over => return false,
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Print(job) => self.handle(Input::Print(job)),
            Order::Forget => self.handle(Input::Forget),
        }
    }

    fn open(&mut self) {
        if !self.reopening.wait(self.started.elapsed()).is_zero() {
            return;
        }
        match self.name.open() {
            Ok(port) => {
                self.port = Some(port);
                self.reopening.succeeded();
                self.handle(Input::Opened);
            }
            Err(error) => {
                tracing::debug!(port = %self.name.path.display(), %error, "no receipt printer yet");
                self.close();
            }
        }
    }

    fn close(&mut self) {
        self.port = None;
        self.reopening.failed(self.started.elapsed());
        self.handle(Input::Lost);
    }

    /// Sends what the line takes now and reads what has come.
    fn exchange(&mut self) -> io::Result<()> {
        self.send()?;
        let now = self.started.elapsed();
        if self.leaving && self.unsent.is_empty() && self.pace.is_free(now) {
            self.leaving = false;
            self.handle(Input::Written);
        }
        let Some(port) = &mut self.port else { return Ok(()) };
        let mut buffer = [0; 64];
        if let Received::Bytes(count) = port.receive(&mut buffer)? {
            self.handle(Input::Received(&buffer[..count]));
        }
        Ok(())
    }

    fn send(&mut self) -> io::Result<()> {
        while let (Some(port), Some((bytes, sent))) = (&mut self.port, self.unsent.front_mut()) {
            let now = self.started.elapsed();
            let room = self.pace.room(now).min(bytes.len() - *sent);
            let count = if room > 0 { port.send_some(&bytes[*sent..*sent + room])? } else { 0 };
            if count == 0 {
                break;
            }
            self.pace.gave(count, now);
            self.leaving = true;
            *sent += count;
            if *sent == bytes.len() {
                self.unsent.pop_front();
            }
        }
        Ok(())
    }

    fn handle(&mut self, input: Input<'_>) {
        for output in self.core.handle(input, self.started.elapsed()) {
            match output {
                Output::Send(bytes) => self.unsent.push_back((bytes, 0)),
                Output::Tell(event) => (self.sink)(event),
                Output::Discard => {
                    self.unsent.clear();
                    self.pace.forgot(self.started.elapsed());
                    // A port that is gone has nothing left to discard.
                    if let Some(port) = &mut self.port
                        && let Err(error) = port.discard_unsent()
                    {
                        tracing::debug!(%error, "could not discard unsent bytes");
                    }
                }
            }
        }
    }
}
