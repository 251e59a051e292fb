//! Tells the hub what became of what technicians ordered, beside the uploads.
//!
//! Invariant: no upload and no report waits for it. What the hub has heard is durable here as told; until then it
//! is told again.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use zuil_wire::{Order, OrderResult, OrderResults, OrdersAnswer};

use super::SyncError;
use super::plan::LONGEST;
use super::report::OLDER_HUB;
use crate::orders::Ledger;

/// The shortest ceiling of the back-off; it doubles up to [`MOST`]. A technician is waiting, and it is little.
const FIRST: Duration = Duration::from_secs(2);
/// The largest ceiling of the back-off.
const MOST: Duration = Duration::from_secs(30);

/// Where what became of orders is told.
pub trait OrderDesk: Send + Sync + 'static {
    /// Tells it. What the answer names is durable there.
    fn tell(&self, results: Vec<OrderResult>)
    -> impl Future<Output = Result<OrdersAnswer, SyncError>> + Send;
}

/// What becomes of orders that the hub tells of.
pub struct Ordered {
    /// Knows what became of them.
    pub ledger: Arc<Ledger>,
    /// Hears with each report which are still to be done.
    pub heard: Box<dyn Fn(Vec<Order>) + Send + Sync>,
}

/// The task that tells.
pub(super) struct Messenger<D> {
    desk: Arc<D>,
    ledger: Arc<Ledger>,
    news: watch::Receiver<()>,
    /// Dice, to spread the pillars.
    random: Box<dyn FnMut() -> u64 + Send>,
    failures: u32,
}

impl<D: OrderDesk> Messenger<D> {
    /// Tells `desk` what `ledger` has to tell, whenever there is something.
    pub(super) fn new(
        desk: Arc<D>,
        ledger: Arc<Ledger>,
        random: impl FnMut() -> u64 + Send + 'static,
    ) -> Self {
        let (tell, news) = watch::channel(());
        ledger.on_news(move || tell.send_replace(()));
        Self { desk, ledger, news, random: Box::new(random), failures: 0 }
    }

    /// Tells for ever.
    pub(super) async fn run(mut self) {
        loop {
            self.news.borrow_and_update();
            let results = self.ledger.to_tell();
            let rest = if results.is_empty() { None } else { Some(self.tell(results).await) };
            let again = rest.map(|rest| Instant::now() + rest);
            tokio::select! {
                changed = self.news.changed() => if changed.is_err() { return },
                () = async { match again { Some(at) => sleep_until(at).await, None => std::future::pending().await } } => {}
            }
        }
    }

    /// Tells these; how long it rests when nothing new happens.
    async fn tell(&mut self, results: Vec<OrderResult>) -> Duration {
        let told = match self.desk.tell(results.clone()).await {
            Ok(OrdersAnswer { orders }) => {
                let heard = results.into_iter().filter(|result| orders.contains(&result.id));
                let heard: Vec<OrderResult> = heard.collect();
                if heard.is_empty() {
                    Err(SyncError::BadAnswer("it says nothing of what became of orders"))
                } else {
                    let ledger = Arc::clone(&self.ledger);
                    // A runtime that ends needs no more of it.
                    let _ = tokio::task::spawn_blocking(move || ledger.told(&heard)).await;
                    Ok(())
                }
            }
            Err(error) => Err(error),
        };
        match told {
            Ok(()) => {
                self.failures = 0;
                // There may be more than fit into one request.
                Duration::ZERO
            }
            Err(error) => {
                tracing::info!(%error, "what became of an order was not taken; it is kept and told again");
                self.failures = self.failures.saturating_add(1);
                rest_after(&error, self.failures, (self.random)())
            }
        }
    }
}

/// How long to wait after something went wrong for the how manieth time in a row; `random` is any number.
fn rest_after(error: &SyncError, failures: u32, random: u64) -> Duration {
    match error {
        SyncError::NoHub(404 | 405) => OLDER_HUB,
        SyncError::Busy { retry_after: Some(wait) } => (*wait).min(OLDER_HUB),
        SyncError::Rejected(_) | SyncError::BadAnswer(_) | SyncError::UnsupportedVersion => LONGEST,
        permanent if permanent.is_permanent() => LONGEST,
        _ => {
            let ceiling = FIRST.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(MOST);
            let spread = u64::try_from(ceiling.as_millis() / 2).unwrap_or(u64::MAX);
            ceiling / 2 + Duration::from_millis(random % (spread + 1))
        }
    }
}

/// A request for as many results as it may hold.
pub(super) fn request(version: u16, mut results: Vec<OrderResult>) -> OrderResults {
    results.truncate(OrderResults::MAX_RESULTS);
    OrderResults { version, results }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Mutex;

    use uuid::Uuid;
    use zuil_wire::orders::{OrderState, Task};

    use super::*;

    /// A hub that answers as it is told to, then well.
    #[derive(Default)]
    struct Hub {
        fails: Mutex<VecDeque<SyncError>>,
        heard: Mutex<Vec<(Uuid, OrderState)>>,
    }

    impl OrderDesk for Hub {
        async fn tell(&self, results: Vec<OrderResult>) -> Result<OrdersAnswer, SyncError> {
            if let Some(error) = self.fails.lock().unwrap().pop_front() {
                return Err(error);
            }
            let orders = results.iter().map(|result| result.id).collect();
            self.heard.lock().unwrap().extend(results.iter().map(|result| (result.id, result.state)));
            Ok(OrdersAnswer { orders })
        }
    }

    fn order(number: u128) -> Order {
        Order { id: Uuid::from_u128(number), seconds: None, what: Task::TestPrint }
    }

    async fn until_all_is_told(ledger: &Ledger) {
        while !ledger.to_tell().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_became_of_an_order_is_told_until_the_hub_has_heard_it() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Arc::new(Ledger::open(folder.path()));
        let hub = Arc::new(Hub::default());
        let gone = || SyncError::Unreachable("no connection".into());
        hub.fails.lock().unwrap().extend([gone(), gone(), SyncError::Busy { retry_after: None }]);
        let messenger = Messenger::new(Arc::clone(&hub), Arc::clone(&ledger), || 7);
        let task = tokio::spawn(messenger.run());
        ledger.take(&order(1)).unwrap();
        ledger.end(&order(1), Ok(()));
        until_all_is_told(&ledger).await;
        ledger.take(&order(2)).unwrap();
        until_all_is_told(&ledger).await;
        let heard = hub.heard.lock().unwrap().clone();
        assert!(heard.contains(&(order(1).id, OrderState::Done)), "{heard:?}");
        assert!(heard.contains(&(order(2).id, OrderState::Taken)), "{heard:?}");
        assert_eq!(Ledger::open(folder.path()).to_tell().len(), 1, "only the second, which a restart ended");
        task.abort();
    }

    #[test]
    fn a_hub_that_is_away_is_asked_again_within_half_a_minute_and_an_older_one_within_the_hour() {
        let away = SyncError::Unreachable("no connection".into());
        for failures in 1..50 {
            for random in [0, 1, u64::MAX] {
                let rest = rest_after(&away, failures, random);
                assert!(rest >= FIRST / 2 && rest <= MOST, "{failures}: {rest:?}");
            }
        }
        assert_eq!(rest_after(&SyncError::NoHub(404), 1, 0), OLDER_HUB);
        assert_eq!(rest_after(&SyncError::NotAdmitted, 1, 0), LONGEST);
    }
}
