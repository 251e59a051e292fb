//! The referrals of this pillar: fetched ahead, so that a code works without a line to the hub, and told of when a
//! request was made with one.
//!
//! Invariant: no upload waits for any of it. That a referral was used is durable before the hub hears of it, and told
//! until the hub has answered; what the hub does not list any more opens nothing.

mod book;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use zuil_wire::{ReferralList, ReferralsAnswer, UsedReferral};

use super::SyncError;
use super::plan::MOST_PATIENCE;
use super::report::{APART, OLDER_HUB};

pub use book::{Book, Found};

/// How often the list is fetched when nothing is told of it; a fifth earlier or later.
const FETCH_EVERY: Duration = Duration::from_secs(3600);
/// The ceiling of the first back-off; it doubles up to [`LONGEST_BACK_OFF`].
const FIRST_CEILING: Duration = Duration::from_secs(10);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(600);

/// Where referrals come from.
pub trait ReferralDesk: Send + Sync + 'static {
    /// Those that this pillar may open now. A hub that knows no referrals answers 404.
    fn list(&self) -> impl Future<Output = Result<ReferralList, SyncError>> + Send;

    /// Tells with which ones requests were made.
    fn tell(
        &self,
        used: Vec<UsedReferral>,
    ) -> impl Future<Output = Result<ReferralsAnswer, SyncError>> + Send;

    /// What time it is, as far as the hub taught it.
    fn now(&self) -> Timestamp;
}

/// The task that fetches and tells.
pub(super) struct Courier<D> {
    desk: Arc<D>,
    book: Arc<Book>,
    /// Dice, to spread the pillars.
    random: Box<dyn FnMut() -> u64 + Send>,
    /// How often it went wrong since it last went well.
    failures: u32,
}

/// When the next round is, and whether news may bring it forward.
enum Next {
    /// Then at the latest.
    By(Duration),
    /// Not before then.
    After(Duration),
}

impl<D: ReferralDesk> Courier<D> {
    pub(super) fn new(desk: Arc<D>, book: Arc<Book>, random: impl FnMut() -> u64 + Send + 'static) -> Self {
        Self { desk, book, random: Box::new(random), failures: 0 }
    }

    /// Fetches and tells until whoever hears of marks is gone.
    pub(super) async fn run(mut self, mut marks: watch::Receiver<Option<String>>) {
        loop {
            let next = tokio::select! {
                biased;
                () = gone(marks.clone()) => return,
                next = self.round() => next,
            };
            let begun = Instant::now();
            let (least, most) = match next {
                Next::By(most) => (APART, most),
                Next::After(least) => (least, least),
            };
            tokio::select! {
                biased;
                () = gone(marks.clone()) => return,
                () = sleep_until(begun + least) => {}
            }
            tokio::select! {
                biased;
                () = gone(marks.clone()) => return,
                () = self.book.wanted() => {}
                () = hears_of_another(&mut marks, &self.book) => {}
                () = sleep_until(begun + most) => {}
            }
        }
    }

    /// Tells what is to be told and fetches the list.
    async fn round(&mut self) -> Next {
        match try_round(&*self.desk, &self.book).await {
            Ok(()) => {
                self.failures = 0;
                Next::By(FETCH_EVERY * 4 / 5 + self.dice(FETCH_EVERY * 2 / 5))
            }
            Err(SyncError::NoHub(404 | 405)) => Next::After(OLDER_HUB),
            Err(error) => {
                tracing::warn!(%error, "referrals were not fetched or told; it is tried again later");
                self.back_off(&error)
            }
        }
    }

    fn back_off(&mut self, error: &SyncError) -> Next {
        if let SyncError::Busy { retry_after: Some(asked) } = error {
            return Next::After((*asked).min(MOST_PATIENCE));
        }
        let ceiling = FIRST_CEILING.saturating_mul(1 << self.failures.min(10)).min(LONGEST_BACK_OFF);
        self.failures = self.failures.saturating_add(1);
        Next::By(ceiling / 4 + self.dice(ceiling * 3 / 4))
    }

    /// A random time of at most so long.
    fn dice(&mut self, most: Duration) -> Duration {
        let millis = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis((self.random)() % millis.saturating_add(1))
    }
}

async fn try_round<D: ReferralDesk>(desk: &D, book: &Arc<Book>) -> Result<(), SyncError> {
    let used = book.untold();
    if !used.is_empty() {
        let answer = desk.tell(used).await?;
        on_disk(book, move |book| book.told(&answer.referrals)).await;
    }
    let list = desk.list().await?;
    let now = desk.now();
    on_disk(book, move |book| book.hear(list, now)).await;
    Ok(())
}

/// The disk may take its time; the runtime's threads do not wait for it.
async fn on_disk(book: &Arc<Book>, work: impl FnOnce(&Book) + Send + 'static) {
    let book = Arc::clone(book);
    // A pillar that is stopping will hear of it again.
    let _ = tokio::task::spawn_blocking(move || work(&book)).await;
}

/// Waits until the hub tells of another list than the one that is kept.
async fn hears_of_another(marks: &mut watch::Receiver<Option<String>>, book: &Book) {
    loop {
        if marks.changed().await.is_err() {
            // Whoever looks whether it is gone ends the task.
            std::future::pending::<()>().await;
        }
        if *marks.borrow_and_update() != book.mark() {
            return;
        }
    }
}

/// Waits until nobody can tell anything any more.
async fn gone(mut marks: watch::Receiver<Option<String>>) {
    while marks.changed().await.is_ok() {}
}

#[cfg(test)]
mod tests;
