//! The thread that owns a reader's port.
//!
//! Invariant: it only carries bytes and events between port, core and sink, and keeps no byte that it
//! has handed on.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jiff::Zoned;
use zeroize::{Zeroize, Zeroizing};

use super::core::{Core, Format};
use super::{Condition, Reader, ReaderEvent};
use crate::devices::Sink;
use crate::devices::port::{Port, PortName, Received};

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
        Self { first_retry: Duration::from_millis(250), longest_retry: Duration::from_secs(5) }
    }
}

/// A reader on a serial port.
pub struct SerialReader {
    orders: Option<Sender<Order>>,
    thread: Option<JoinHandle<()>>,
}

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
        let (orders, inbox) = channel();
        let core = Core::new(Box::new(format));
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || Driver::new(name, port, core, options, sink, inbox).run())?;
        Ok(Self { orders: Some(orders), thread: Some(thread) })
    }

    fn order(&self, order: Order) {
        // The thread outlives the sender; it could only be gone after a panic, which is logged.
        if let Some(orders) = &self.orders
            && orders.send(order).is_err()
        {
            tracing::error!("a reader's thread is gone; restart the pillar");
        }
    }
}

impl Reader for SerialReader {
    fn listen(&self) {
        self.order(Order::Listen);
    }

    fn ignore(&self) {
        self.order(Order::Ignore);
    }
}

impl Drop for SerialReader {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Driver {
    reader: &'static str,
    name: PortName,
    options: Options,
    sink: Sink<ReaderEvent>,
    inbox: Receiver<Order>,
    core: Core,
    incoming: Zeroizing<[u8; 64]>,
    started: Instant,
    port: Option<Port>,
    told: Condition,
    retry_after: Duration,
    retry_at: Duration,
}

/// Whether the owner of the reader is still there.
enum Owner {
    There,
    Gone,
}

impl Driver {
    fn new(
        reader: &'static str,
        name: PortName,
        core: Core,
        options: Options,
        sink: Sink<ReaderEvent>,
        inbox: Receiver<Order>,
    ) -> Self {
        Self {
            reader,
            name,
            retry_after: options.first_retry,
            retry_at: Duration::ZERO,
            options,
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
        while let Owner::There = self.take_orders() {
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
    fn take_orders(&mut self) -> Owner {
        if self.port.is_none() {
            let wait = self.retry_at.saturating_sub(self.started.elapsed());
            match self.inbox.recv_timeout(wait) {
                Ok(order) => self.obey(&order),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Owner::Gone,
            }
        }
        loop {
            match self.inbox.try_recv() {
                Ok(order) => self.obey(&order),
                Err(TryRecvError::Empty) => return Owner::There,
                Err(TryRecvError::Disconnected) => return Owner::Gone,
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
        if self.started.elapsed() < self.retry_at {
            return;
        }
        match self.name.open() {
            Ok(port) => {
                self.port = Some(port);
                self.retry_after = self.options.first_retry;
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
        self.retry_at = self.started.elapsed() + self.retry_after;
        self.retry_after = (self.retry_after * 2).min(self.options.longest_retry);
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
