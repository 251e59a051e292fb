//! What the threads that own a serial port have in common: orders come in through a channel, and a port
//! that was lost is opened anew after a pause that doubles.
//!
//! Invariant: dropping the [`Orders`] ends the thread and waits for it.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// The owner's end: where orders for the thread go in.
pub struct Orders<T> {
    sender: Option<Sender<T>>,
    thread: Option<JoinHandle<()>>,
    name: &'static str,
}

impl<T: Send + 'static> Orders<T> {
    /// Starts a thread with this name, which gets the orders from its inbox.
    ///
    /// # Errors
    /// When the operating system has no thread to give.
    pub fn to(name: &'static str, work: impl FnOnce(Inbox<T>) + Send + 'static) -> io::Result<Self> {
        let (sender, inbox) = channel();
        let thread = Builder::new().name(name.to_owned()).spawn(move || work(Inbox(inbox)))?;
        Ok(Self { sender: Some(sender), thread: Some(thread), name })
    }

    /// Gives an order. Returns at once.
    pub fn give(&self, order: T) {
        // The thread outlives the sender; it could only be gone after a panic, which is logged.
        if let Some(sender) = &self.sender
            && sender.send(order).is_err()
        {
            tracing::error!(thread = self.name, "a device's thread is gone; restart the pillar");
        }
    }
}

impl<T> Drop for Orders<T> {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(thread = self.name, "a device's thread had failed");
        }
    }
}

/// The thread's end.
pub struct Inbox<T>(Receiver<T>);

/// What the inbox held.
pub enum Next<T> {
    /// An order.
    Order(T),
    /// Nothing.
    Nothing,
    /// Nobody gives orders any more.
    Over,
}

impl<T> Inbox<T> {
    /// The next order, if one comes within a time.
    pub fn next(&self, wait: Duration) -> Next<T> {
        if wait.is_zero() {
            return match self.0.try_recv() {
                Ok(order) => Next::Order(order),
                Err(TryRecvError::Empty) => Next::Nothing,
                Err(TryRecvError::Disconnected) => Next::Over,
            };
        }
        match self.0.recv_timeout(wait) {
            Ok(order) => Next::Order(order),
            Err(RecvTimeoutError::Timeout) => Next::Nothing,
            Err(RecvTimeoutError::Disconnected) => Next::Over,
        }
    }
}

/// When a port that was lost is opened anew.
#[derive(Clone, Debug)]
pub struct Reopening {
    shortest: Duration,
    longest: Duration,
    pause: Duration,
    at: Duration,
}

impl Reopening {
    /// The shortest pause between two attempts in the field.
    pub const SHORTEST: Duration = Duration::from_millis(250);
    /// The longest.
    pub const LONGEST: Duration = Duration::from_secs(5);

    /// At once for the first time, then after `shortest`, and after twice as long each further time.
    #[must_use]
    pub const fn new(shortest: Duration, longest: Duration) -> Self {
        Self { shortest, longest, pause: shortest, at: Duration::ZERO }
    }

    /// How long until the next attempt; zero when it is due.
    #[must_use]
    pub const fn wait(&self, now: Duration) -> Duration {
        self.at.saturating_sub(now)
    }

    /// It works: the next pause is the shortest.
    pub const fn succeeded(&mut self) {
        self.pause = self.shortest;
    }

    /// It was lost, or could not be opened.
    pub fn failed(&mut self, now: Duration) {
        self.at = now + self.pause;
        self.pause = (self.pause * 2).min(self.longest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_opened_anew_after_pauses_that_double_from_a_quarter_of_a_second_to_five() {
        let mut reopening = Reopening::new(Reopening::SHORTEST, Reopening::LONGEST);
        assert_eq!(reopening.wait(Duration::ZERO), Duration::ZERO, "at once");
        let pauses: Vec<u128> = (0..7)
            .map(|_| {
                let now = reopening.at;
                reopening.failed(now);
                reopening.wait(now).as_millis()
            })
            .collect();
        assert_eq!(pauses, [250, 500, 1000, 2000, 4000, 5000, 5000]);
        reopening.succeeded();
        reopening.failed(reopening.at);
        assert_eq!(reopening.at - Duration::from_millis(250), Duration::from_millis(17_750));
    }

    #[test]
    fn a_thread_ends_with_its_owner_and_has_every_order_before() {
        let (tell, told) = channel();
        let orders = Orders::to("a-thread", move |inbox| {
            loop {
                match inbox.next(Duration::from_secs(1)) {
                    Next::Order(order) => tell.send(order).unwrap(),
                    Next::Nothing => {}
                    Next::Over => return,
                }
            }
        });
        let orders = orders.unwrap();
        (0..3).for_each(|order| orders.give(order));
        drop(orders);
        assert_eq!(told.iter().collect::<Vec<_>>(), [0, 1, 2]);
    }
}
