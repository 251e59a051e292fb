//! What technicians ordered this pillar to do from afar, in a file beside its data.
//!
//! Invariant: an order is begun once at most, whatever power cut or restart comes in between: that it is begun is
//! durable before anything is done, and what came of it stays until the hub has heard it. Whether the pillar is
//! closed by an order is durable together with that order's end.

mod file;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zuil_wire::orders::{Attachment, Closure, OrderFailure, OrderState, Task};
use zuil_wire::{Order, OrderResult, OrderResults};

/// The file in the data folder.
const FILE: &str = "orders.json";
/// How many orders are remembered, and as many more as the hub has not heard the end of. It tells each for a quarter of
/// an hour, and hardly ever two at once.
const REMEMBERED: usize = OrderResults::MAX_RESULTS;

/// The orders that this pillar knows of.
pub struct Ledger {
    file: PathBuf,
    kept: Mutex<Kept>,
    /// What was made for orders and is not at the hub yet. A restart ends those orders.
    made: Mutex<Vec<Made>>,
    news: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

/// Something that was made for an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The order, which is done when the hub has it.
    pub order: Order,
    /// What it is.
    pub kind: Attachment,
    /// A text is plain here.
    pub bytes: Vec<u8>,
}

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    /// The oldest first.
    orders: Vec<Known>,
    /// Why nobody is served, by an order.
    closed: Option<Closure>,
}

/// An order that was heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    result: OrderResult,
    /// Being started again is what it is about.
    restarts: bool,
    /// The hub has heard how it stands.
    told: bool,
}

impl Ledger {
    /// The orders of a data folder. One that a restart interrupted is done when it was the order to restart, and
    /// has failed when it was any other. A file that is damaged counts for nothing, which the log says.
    #[must_use]
    pub fn open(data_dir: &Path) -> Self {
        let file = data_dir.join(FILE);
        let mut kept = file::read(&file).unwrap_or_else(|error| {
            tracing::error!(%error, "what technicians ordered cannot be read; the pillar serves, and tells nothing of it");
            Kept::default()
        });
        kept.orders.iter_mut().for_each(Known::started_again);
        Self { file, kept: Mutex::new(kept), made: Mutex::default(), news: OnceLock::new() }
    }

    /// Whom to tell that there is something for the hub. Only the first one is told.
    pub fn on_news(&self, tell: impl Fn() + Send + Sync + 'static) {
        // Nobody else may take the place of whoever tells the hub.
        let _ = self.news.set(Box::new(tell));
    }

    /// Why nobody is served, by an order.
    #[must_use]
    pub fn closed(&self) -> Option<Closure> {
        self.lock().closed.clone()
    }

    /// Whether an order was not begun yet. Of one that was, the hub is told again what came of it: it seems not
    /// to know.
    pub fn is_new(&self, id: Uuid) -> bool {
        let mut kept = self.lock();
        let Some(known) = kept.orders.iter_mut().find(|known| known.result.id == id) else { return true };
        if known.result.state == OrderState::Waits {
            return true;
        }
        let tell = std::mem::replace(&mut known.told, false);
        drop(kept);
        if tell {
            self.tell();
        }
        false
    }

    /// Whether an order was begun that has not ended: what was made for it may not be at the hub yet.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.lock().orders.iter().any(|known| known.result.state == OrderState::Taken)
    }

    /// An order waits until nobody stands here. That is not durable: it will be heard of again.
    pub fn waits(&self, order: &Order) {
        let mut kept = self.lock();
        if kept.orders.iter().any(|known| known.result.id == order.id) {
            return;
        }
        kept.note(order, OrderState::Waits, None);
        drop(kept);
        self.tell();
    }

    /// An order is about to be begun.
    ///
    /// # Errors
    /// When that cannot be made durable; then it must not be begun.
    pub fn take(&self, order: &Order) -> io::Result<()> {
        self.change(|kept| kept.note(order, OrderState::Taken, None))
    }

    /// An order that was begun has ended. When that cannot be made durable it is told as long as the program runs.
    pub fn end(&self, order: &Order, outcome: Result<(), OrderFailure>) {
        let (state, why) = match outcome {
            Ok(()) => (OrderState::Done, None),
            Err(why) => (OrderState::Failed, Some(why)),
        };
        let mut kept = self.lock();
        kept.note(order, state, why);
        if let Err(error) = file::write(&self.file, &kept) {
            tracing::error!(%error, "what came of an order cannot be written down; look at free space and permissions of data_dir");
        }
        drop(kept);
        self.tell();
    }

    /// Something was made for an order that was begun. The order ends when the hub has it.
    pub fn attach(&self, made: Made) {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).push(made);
        self.tell();
    }

    /// The first that was made and is not at the hub yet.
    #[must_use]
    pub fn to_attach(&self) -> Option<Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).first().cloned()
    }

    /// What was made for an order is at the hub, or will never be.
    pub fn attached(&self, order: &Order, outcome: Result<(), OrderFailure>) {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).retain(|made| made.order.id != order.id);
        self.end(order, outcome);
    }

    /// The pillar is closed by an order, or opened again when there is no closure.
    ///
    /// # Errors
    /// When that cannot be made durable; then everything is as it was.
    pub fn close(&self, order: &Order, closure: Option<Closure>) -> io::Result<()> {
        self.change(|kept| {
            kept.closed = closure;
            kept.note(order, OrderState::Done, None);
        })
    }

    /// What the hub has not heard yet, the oldest first.
    #[must_use]
    pub fn to_tell(&self) -> Vec<OrderResult> {
        let kept = self.lock();
        let untold = kept.orders.iter().filter(|known| !known.told).map(|known| known.result);
        untold.take(OrderResults::MAX_RESULTS).collect()
    }

    /// The hub has heard these. One that went on since then is told again.
    pub fn told(&self, results: &[OrderResult]) {
        let mut kept = self.lock();
        let before = kept.clone();
        for known in kept.orders.iter_mut().filter(|known| results.contains(&known.result)) {
            known.told = true;
        }
        // Whatever could not be written is told once more after a restart, which changes nothing.
        if *kept != before
            && let Err(error) = file::write(&self.file, &kept)
        {
            tracing::warn!(%error, "that the hub has heard of an order cannot be written down");
        }
    }

    fn change(&self, change: impl FnOnce(&mut Kept)) -> io::Result<()> {
        let mut kept = self.lock();
        let mut changed = kept.clone();
        change(&mut changed);
        file::write(&self.file, &changed)?;
        *kept = changed;
        drop(kept);
        self.tell();
        Ok(())
    }

    fn tell(&self) {
        if let Some(tell) = self.news.get() {
            tell();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// How an order stands now.
    fn note(&mut self, order: &Order, state: OrderState, why: Option<OrderFailure>) {
        let result = OrderResult { id: order.id, state, why };
        let now = Known { result, restarts: order.what == Task::Restart, told: false };
        match self.orders.iter_mut().find(|known| known.result.id == order.id) {
            Some(known) => *known = now,
            None => self.orders.push(now),
        }
        // The oldest go. One whose end the hub has not heard stays: it would be told of again, and begun twice.
        let mut too_many = self.orders.len().saturating_sub(REMEMBERED);
        self.orders.retain(|known| {
            let goes = too_many > 0 && known.told && known.result.state != OrderState::Taken;
            too_many -= usize::from(goes);
            !goes
        });
    }
}

impl Known {
    /// The program was started anew.
    fn started_again(&mut self) {
        if self.result.state != OrderState::Taken {
            return;
        }
        let (state, why) = match self.restarts {
            true => (OrderState::Done, None),
            false => (OrderState::Failed, Some(OrderFailure::Interrupted)),
        };
        (self.result.state, self.result.why, self.told) = (state, why, false);
    }
}
