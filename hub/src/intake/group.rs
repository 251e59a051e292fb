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
        Self::with(move |deliveries| store.take_in_all(deliveries), WAITING, grace, bell)
    }

    fn with(
        take_in_all: impl Fn(&[Delivery<'_>]) -> Stored + Send + 'static,
        limit: usize,
        grace: Grace,
        bell: Arc<Bell>,
    ) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (waiting, deliveries) = mpsc::channel(limit);
        let thread = std::thread::Builder::new()
            .name("zuil-intake".into())
            .spawn(move || store_all(take_in_all, grace, deliveries))?;
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

/// What [`Store::take_in_all`] says.
type Stored = Result<Vec<Result<Taken, StoreError>>, StoreError>;

fn store_all(
    take_in_all: impl Fn(&[Delivery<'_>]) -> Stored,
    grace: Grace,
    mut deliveries: mpsc::Receiver<Waiting>,
) {
    let mut group = Vec::with_capacity(GROUP);
    // What came in while the last group was stored is the next one: nothing waits for a group to fill.
    while deliveries.blocking_recv_many(&mut group, GROUP) > 0 {
        let stored = {
            let deliveries: Vec<Delivery<'_>> =
                group.iter().map(|Waiting { batch, at, .. }| Delivery { batch, at: *at, grace }).collect();
            // A panic answers those who wait, and the next group is stored all the same.
            catch_unwind(AssertUnwindSafe(|| take_in_all(&deliveries)))
        };
        let answers = stored.unwrap_or(Err(StoreError::Damaged("program")));
        answer(group.drain(..), answers);
    }
}

fn answer(group: impl Iterator<Item = Waiting>, stored: Stored) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
    use std::task::{Context, Poll, Waker};

    type Delivering<'a> = Pin<Box<dyn Future<Output = Result<Taken, NotStored>> + 'a>>;

    /// A store that says how many deliveries it got, and goes on when it is let.
    struct Gate {
        got: Receiver<usize>,
        go_on: SyncSender<Stored>,
    }

    fn gated(limit: usize) -> (GroupCommit, JoinHandle<()>, Gate) {
        let (tell, got) = sync_channel(16);
        let (go_on, wait) = sync_channel::<Stored>(16);
        let take_in_all = move |deliveries: &[Delivery<'_>]| {
            tell.send(deliveries.len()).unwrap();
            wait.recv().unwrap()
        };
        let (group, thread) =
            GroupCommit::with(take_in_all, limit, Grace::default(), Arc::default()).unwrap();
        (group, thread, Gate { got, go_on })
    }

    #[expect(clippy::unnecessary_wraps, reason = "as the store says it")]
    fn taken() -> Result<Taken, StoreError> {
        Ok(Taken::Outcomes(vec![]))
    }

    fn delivering(group: &GroupCommit) -> Delivering<'_> {
        Box::pin(group.deliver(Batch::default(), Timestamp::UNIX_EPOCH))
    }

    /// A delivery that was handed in, and what is known of it now.
    fn hand_in(group: &GroupCommit) -> (Delivering<'_>, Poll<Result<Taken, NotStored>>) {
        let mut delivering = delivering(group);
        let now = delivering.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        (delivering, now)
    }

    fn end_of(delivering: Delivering<'_>) -> Result<Taken, NotStored> {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(delivering)
    }

    #[test]
    fn what_comes_in_during_a_commit_shares_the_next_one() {
        let (group, _thread, gate) = gated(8);
        let (first, now) = hand_in(&group);
        assert!(now.is_pending() && group.gauge().is_busy());
        assert_eq!(gate.got.recv().unwrap(), 1);
        let others: Vec<_> = (0..3).map(|_| hand_in(&group).0).collect();
        gate.go_on.send(Ok(vec![taken()])).unwrap();
        assert_eq!(gate.got.recv().unwrap(), 3);
        assert!(matches!(end_of(first), Ok(Taken::Outcomes(_))));
        gate.go_on.send(Ok(vec![taken(), Err(StoreError::Damaged("row")), taken()])).unwrap();
        let ends: Vec<bool> = others.into_iter().map(|other| end_of(other).is_ok()).collect();
        assert_eq!(ends, [true, false, true]);
        assert!(!group.gauge().is_busy());
    }

    #[test]
    fn what_is_more_than_may_wait_is_told_to_come_back_and_the_others_are_stored() {
        let (group, _thread, gate) = gated(2);
        let (first, _) = hand_in(&group);
        assert_eq!(gate.got.recv().unwrap(), 1);
        let waiting = [hand_in(&group).0, hand_in(&group).0];
        assert!(matches!(hand_in(&group).1, Poll::Ready(Err(NotStored::Full))));
        gate.go_on.send(Ok(vec![taken()])).unwrap();
        gate.go_on.send(Ok(vec![taken(), taken()])).unwrap();
        assert!(end_of(first).is_ok());
        assert!(waiting.into_iter().all(|waiting| end_of(waiting).is_ok()));
    }

    #[test]
    fn when_a_commit_fails_all_that_shared_it_hear_so_and_the_next_one_is_tried() {
        let (group, _thread, gate) = gated(8);
        let (first, _) = hand_in(&group);
        gate.got.recv().unwrap();
        let both = [hand_in(&group).0, hand_in(&group).0];
        gate.go_on.send(Ok(vec![taken()])).unwrap();
        gate.go_on.send(Err(StoreError::Damaged("disk"))).unwrap();
        assert!(end_of(first).is_ok());
        assert!(both.into_iter().all(|one| matches!(end_of(one), Err(NotStored::Store(_)))));
        gate.go_on.send(Ok(vec![taken()])).unwrap();
        assert!(end_of(delivering(&group)).is_ok());
    }

    #[test]
    fn a_panic_in_the_store_is_an_answer_and_not_the_end() {
        let calls = AtomicUsize::new(0);
        let take_in_all = move |_: &[Delivery<'_>]| {
            assert!(calls.fetch_add(1, Ordering::SeqCst) > 0, "a mistake in the store");
            Ok(vec![taken()])
        };
        let (group, _thread) = GroupCommit::with(take_in_all, 8, Grace::default(), Arc::default()).unwrap();
        assert!(matches!(end_of(delivering(&group)), Err(NotStored::Store(_))));
        assert!(end_of(delivering(&group)).is_ok());
    }

    #[test]
    fn a_hub_that_ends_answers_what_it_had_taken_and_takes_nothing_more() {
        let (group, thread, gate) = gated(8);
        let (first, _) = hand_in(&group);
        gate.got.recv().unwrap();
        let (second, _) = hand_in(&group);
        group.close();
        assert!(matches!(hand_in(&group).1, Poll::Ready(Err(NotStored::Ended))));
        gate.go_on.send(Ok(vec![taken()])).unwrap();
        gate.go_on.send(Ok(vec![taken()])).unwrap();
        assert!(end_of(first).is_ok() && end_of(second).is_ok());
        thread.join().unwrap();
    }
}
