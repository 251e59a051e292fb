//! One thread that stores what all pillars deliver, many deliveries in one commit. Invariant: who waits for
//! an answer gets it after the commit, and what waits is bounded in number here and in bytes at the door.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use crate::checker::Bell;
use crate::store::{Batch, Delivery, Grace, Store, StoreError, Taken};

/// How many deliveries may wait; more are told to come back.
const WAITING: usize = 1024;
/// The most deliveries in one commit: more would make the first of them wait for the last.
const GROUP: usize = 256;

/// Why a delivery was not stored.
#[derive(Debug, thiserror::Error)]
pub enum NotStored {
    /// So much waits that this had better come back later.
    #[error("more comes in than can be stored")]
    Full,
    /// The store failed, for this or for all.
    #[error("the store failed: {0}")]
    Store(Arc<StoreError>),
    /// The hub is about to end.
    #[error("the hub is about to end")]
    Ended,
}

struct Waiting {
    batch: Batch,
    at: Timestamp,
    answer: oneshot::Sender<Result<Taken, NotStored>>,
}

/// Where deliveries are handed in.
pub struct GroupCommit {
    /// Nothing when it is closed.
    waiting: RwLock<Option<mpsc::Sender<Waiting>>>,
    in_flight: Arc<AtomicUsize>,
    bell: Arc<Bell>,
}

impl GroupCommit {
    /// Starts the thread. It ends when this is closed or dropped, and all that was handed in is answered.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        store: Arc<dyn Store>,
        grace: Grace,
        bell: Arc<Bell>,
    ) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (waiting, deliveries) = mpsc::channel(WAITING);
        let thread = std::thread::Builder::new()
            .name("zuil-intake".into())
            .spawn(move || store_all(&*store, grace, deliveries))?;
        Ok((Self { waiting: RwLock::new(Some(waiting)), in_flight: Arc::default(), bell }, thread))
    }

    /// Stores a batch; when this is `Ok`, what it says is durable.
    ///
    /// # Errors
    /// [`NotStored`]; then nothing of it is stored, or nobody knows and it must be delivered again.
    pub async fn deliver(&self, batch: Batch, at: Timestamp) -> Result<Taken, NotStored> {
        let _in_flight = InFlight::of(&self.in_flight);
        let (answer, answered) = oneshot::channel();
        self.hand_in(Waiting { batch, at, answer })?;
        let taken = answered.await.map_err(|_| NotStored::Ended)?;
        self.bell.ring();
        taken
    }

    /// Takes nothing more. What was handed in is stored and answered.
    pub fn close(&self) {
        *self.waiting.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn hand_in(&self, delivery: Waiting) -> Result<(), NotStored> {
        let waiting = self.waiting.read().unwrap_or_else(PoisonError::into_inner);
        let waiting = waiting.as_ref().ok_or(NotStored::Ended)?;
        waiting.try_send(delivery).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => NotStored::Full,
            mpsc::error::TrySendError::Closed(_) => NotStored::Ended,
        })
    }

    /// Tells at any time how many deliveries wait.
    #[must_use]
    pub fn gauge(&self) -> Gauge {
        Gauge(Arc::clone(&self.in_flight))
    }
}

/// Tells how many deliveries wait.
pub struct Gauge(Arc<AtomicUsize>);

impl Gauge {
    /// Whether a pillar waits for an answer.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

/// Counts one delivery as long as it lives.
struct InFlight<'a>(&'a AtomicUsize);

impl<'a> InFlight<'a> {
    fn of(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn store_all(store: &dyn Store, grace: Grace, mut deliveries: mpsc::Receiver<Waiting>) {
    let mut group = Vec::with_capacity(GROUP);
    // What came in while the last group was stored is the next one: nothing waits for a group to fill.
    while deliveries.blocking_recv_many(&mut group, GROUP) > 0 {
        let stored = {
            let deliveries: Vec<Delivery<'_>> =
                group.iter().map(|Waiting { batch, at, .. }| Delivery { batch, at: *at, grace }).collect();
            // A panic answers those who wait, and the next group is stored all the same.
            catch_unwind(AssertUnwindSafe(|| store.take_in_all(&deliveries)))
        };
        let answers = stored.unwrap_or(Err(StoreError::Damaged("program")));
        answer(group.drain(..), answers);
    }
}

fn answer(group: impl Iterator<Item = Waiting>, stored: Result<Vec<Result<Taken, StoreError>>, StoreError>) {
    // Whoever no longer listens delivers again and is answered the same.
    match stored {
        Ok(each) => {
            for (waiting, taken) in group.zip(each) {
                let failed = |error| NotStored::Store(Arc::new(error));
                let _ = waiting.answer.send(taken.map_err(failed));
            }
        }
        Err(error) => {
            let error = Arc::new(error);
            for waiting in group {
                let _ = waiting.answer.send(Err(NotStored::Store(Arc::clone(&error))));
            }
        }
    }
}
