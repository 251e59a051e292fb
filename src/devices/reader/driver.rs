//! The thread that owns a reader's port.
//!
//! Invariant: it only carries bytes and events between port, core and sink, and keeps no byte that it
//! has handed on.

use std::io;
use std::time::{Duration, Instant};

use jiff::Zoned;
use zeroize::{Zeroize, Zeroizing};

use super::core::{Core, Format};
use super::{Condition, Reader, ReaderEvent};
use crate::devices::Sink;
use crate::devices::port::{Port, PortName, Received};
use crate::devices::port_thread::{Inbox, Next, Orders, Reopening};

/// How the driver behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long to wait before the first attempt to open a lost port anew; each further attempt
    /// waits twice as long.
    pub first_retry: Duration,
    /// The longest wait between two attempts.
    pub longest_retry: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { first_retry: Reopening::SHORTEST, longest_retry: Reopening::LONGEST }
    }
}

/// A reader on a serial port.
pub struct SerialReader(Orders<Order>);

enum Order {
    Listen,
    Ignore,
}

impl SerialReader {
    /// Starts the reader's thread, which is called `name` in logs. A port that is not there (yet) is no
    /// error: the sink is told [`Condition::Offline`], and the port is opened when it appears.
    ///
    /// # Errors
    /// When the operating system has no thread to give.
    pub fn start(
        name: &'static str,
        port: PortName,
        format: impl Format + 'static,
        options: Options,
        sink: Sink<ReaderEvent>,
    ) -> io::Result<Self> {
        let core = Core::new(Box::new(format));
        let work = move |inbox| Driver::new(name, port, core, &options, sink, inbox).run();
        Ok(Self(Orders::to(name, work)?))
    }
}

impl Reader for SerialReader {
    fn listen(&self) {
        self.0.give(Order::Listen);
    }

    fn ignore(&self) {
        self.0.give(Order::Ignore);
    }
}

struct Driver {
    reader: &'static str,
    name: PortName,
    sink: Sink<ReaderEvent>,
    inbox: Inbox<Order>,
    core: Core,
    incoming: Zeroizing<[u8; 64]>,
    started: Instant,
    port: Option<Port>,
    told: Condition,
    reopening: Reopening,
}

impl Driver {
    fn new(
        reader: &'static str,
        name: PortName,
        core: Core,
        options: &Options,
        sink: Sink<ReaderEvent>,
        inbox: Inbox<Order>,
    ) -> Self {
        Self {
            reader,
            name,
            reopening: Reopening::new(options.first_retry, options.longest_retry),
            sink,
            inbox,
            core,
            incoming: Zeroizing::new([0; 64]),
            started: Instant::now(),
            port: None,
            told: Condition::Unknown,
        }
    }

    fn run(mut self) {
        while self.takes_orders() {
            if self.port.is_none() {
                self.open();
            }
            if let Err(error) = self.exchange() {
                tracing::warn!(reader = self.reader, port = %self.name.path.display(), %error, "lost a reader's port");
                self.close();
            }
            let event = self.core.time(self.started.elapsed());
            event.into_iter().for_each(|event| (self.sink)(event));
        }
    }

    /// Takes all orders that are there; without a port, waits for one until it is time to try again.
    /// Tells whether there is still someone who gives orders.
    fn takes_orders(&mut self) -> bool {
        let now = self.started.elapsed();
        let mut wait = if self.port.is_none() { self.reopening.wait(now) } else { Duration::ZERO };
        loop {
            match self.inbox.next(std::mem::take(&mut wait)) {
                Next::Order(order) => self.obey(&order),
                Next::Nothing => return true,
                Next::Over => return false,
            }
        }
    }

    fn obey(&mut self, order: &Order) {
        match order {
            Order::Listen => self.core.listen(self.started.elapsed()),
            Order::Ignore => self.core.ignore(),
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
                self.tell(Condition::Ready);
            }
            Err(error) => {
                tracing::debug!(reader = self.reader, port = %self.name.path.display(), %error, "no reader yet");
                self.close();
            }
        }
    }

    fn close(&mut self) {
        self.port = None;
        self.reopening.failed(self.started.elapsed());
        self.core.lost();
        self.tell(Condition::Offline);
    }

    fn tell(&mut self, condition: Condition) {
        if self.told != condition {
            self.told = condition;
            (self.sink)(ReaderEvent::Condition(condition));
        }
    }

    fn exchange(&mut self) -> io::Result<()> {
        let Some(port) = &mut self.port else { return Ok(()) };
        if let Received::Bytes(count) = port.receive(&mut *self.incoming)? {
            let (now, today) = (self.started.elapsed(), Zoned::now().date());
            let events = self.core.receive(&self.incoming[..count], now, today);
            self.incoming.zeroize();
            events.into_iter().for_each(|event| (self.sink)(event));
        }
        Ok(())
    }
}
