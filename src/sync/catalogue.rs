//! Fetches what the municipality publishes, beside the uploads.
//!
//! Invariant: whatever a fetch comes to, the pillar goes on with the catalogue that it has, and no upload waits
//! for it. What was refused is not fetched again, and a hub that has trouble is left alone for longer each time.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use zuil_wire::HealthReport;
use zuil_wire::catalogue::digest_of;

use super::SyncError;
use super::plan::MOST_PATIENCE;

/// How often is asked when the hub tells nothing; a fifth earlier or later, so that not all ask at once.
const ASK_EVERY: Duration = Duration::from_secs(600);
/// The ceiling of the first back-off; it doubles up to [`ASK_EVERY`].
const FIRST_CEILING: Duration = Duration::from_secs(10);
/// Within how long a fetch begins at the start, and after the hub told of a newer one.
const SOON: Duration = Duration::from_secs(3);

/// Why one is refused at which this program came to a stop.
const FAILED_BY_ITSELF: &str = "this program failed when it took it, which is a fault of the program; tell its makers, \
    and publish it without what was changed last";

/// Where catalogues are published.
pub trait Publisher: Send + Sync + 'static {
    /// The newest catalogue, unless its digest is one of `known`.
    fn newest(&self, known: &[String]) -> impl Future<Output = Result<Fetched, SyncError>> + Send;
}

/// What a fetch came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// Another one. Nothing about it is verified.
    Other(Vec<u8>),
    /// The newest is one that is known: this one, as far as the hub says.
    Known(Option<String>),
    /// None was published, or the hub is older than that.
    Nothing,
}

/// Where the pillar keeps what was published.
pub trait Shelf: Send + Sync + 'static {
    /// The serial and the digest of what runs; nothing when that was not published.
    fn running(&self) -> Option<(u64, String)>;

    /// Verifies, keeps and puts into use. It may take seconds.
    ///
    /// # Errors
    /// [`NotTaken`]; then everything is as it was.
    fn take(&self, bundle: &[u8]) -> Result<(), NotTaken>;
}

/// Why a published catalogue is not put into use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// It will be no better the next time.
    #[error("the published catalogue is refused, the pillar goes on with the one that it has: {0}")]
    Refused(String),
    /// It may go better the next time.
    #[error("the published catalogue cannot be kept: {0}; look at free space and permissions of data_dir")]
    NotKept(String),
}

/// Why the newest catalogue was refused, for the report. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct WhyRefused(Arc<Mutex<Option<String>>>);

impl WhyRefused {
    /// The reason, on one line and short enough for a report.
    #[must_use]
    pub fn why(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A reason, for tests.
    #[cfg(test)]
    pub(super) fn of(why: &str) -> Self {
        let refusal = Self::default();
        refusal.set(Some(why));
        refusal
    }

    fn set(&self, why: Option<&str>) {
        let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
        let why = why.map(|why| why.chars().map(plain).take(HealthReport::LONGEST_REASON).collect());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }
}

/// The task that fetches.
pub struct Fetcher<P> {
    publisher: Arc<P>,
    shelf: Arc<dyn Shelf>,
    /// Dice, to spread the pillars.
    random: Box<dyn FnMut() -> u64 + Send>,
    /// The digest of the last one that was refused.
    refused: Option<String>,
    refusal: WhyRefused,
    /// How often it went wrong since it last went well.
    failures: u32,
}

impl<P: Publisher> Fetcher<P> {
    /// Fetches from `publisher` what goes onto `shelf`.
    pub fn new(
        publisher: Arc<P>,
        shelf: Arc<dyn Shelf>,
        random: impl FnMut() -> u64 + Send + 'static,
    ) -> Self {
        Self {
            publisher,
            shelf,
            random: Box::new(random),
            refused: None,
            refusal: WhyRefused::default(),
            failures: 0,
        }
    }

    /// Where the reason stands for which the last one was refused.
    #[must_use]
    pub fn refusal(&self) -> WhyRefused {
        self.refusal.clone()
    }

    /// Fetches until whoever tells of newer serials is gone.
    pub async fn run(mut self, mut told: watch::Receiver<Option<u64>>) {
        let mut next = Instant::now() + self.dice(SOON);
        loop {
            tokio::select! {
                biased;
                () = gone(told.clone()) => return,
                () = sleep_until(next) => {}
            }
            let heard = *told.borrow_and_update();
            let wait = tokio::select! {
                biased;
                () = gone(told.clone()) => return,
                wait = self.fetch() => wait,
            };
            next = Instant::now() + wait;
            // A hub that has trouble is left alone, whatever it tells.
            let running = self.shelf.running().map(|(serial, _)| serial);
            if self.failures == 0 && hears_of_another(&mut told, heard.max(running), next).await {
                next = Instant::now() + self.dice(SOON);
            }
        }
    }

    /// Fetches once; how long to wait for the next time.
    async fn fetch(&mut self) -> Duration {
        let running = self.shelf.running().map(|(_, digest)| digest);
        let known: Vec<String> = running.clone().into_iter().chain(self.refused.clone()).collect();
        let asked = match self.publisher.newest(&known).await {
            Ok(Fetched::Other(bundle)) => self.take(bundle).await,
            Ok(Fetched::Known(newest)) => {
                if newest.is_some() && newest == running {
                    // What was refused is not published any more.
                    self.refusal.set(None);
                }
                Ok(())
            }
            Ok(Fetched::Nothing) => Ok(()),
            Err(error) => {
                tracing::warn!(%error, "the newest catalogue was not fetched; it is tried again later");
                Err(match error {
                    SyncError::Busy { retry_after } => retry_after,
                    error => error.is_permanent().then_some(ASK_EVERY),
                })
            }
        };
        match asked {
            Ok(()) => {
                self.failures = 0;
                ASK_EVERY * 4 / 5 + self.dice(ASK_EVERY * 2 / 5)
            }
            Err(patience) => self.back_off(patience),
        }
    }

    /// The disk and the check may take their time; the runtime's threads do not wait for them.
    async fn take(&mut self, bundle: Vec<u8>) -> Result<(), Option<Duration>> {
        let shelf = Arc::clone(&self.shelf);
        let digest = digest_of(&bundle);
        match tokio::task::spawn_blocking(move || shelf.take(&bundle)).await {
            Ok(Ok(())) => {
                self.refused = None;
                self.refusal.set(None);
            }
            Ok(Err(NotTaken::Refused(why))) => self.refuse(digest, &why),
            Ok(Err(error @ NotTaken::NotKept(_))) => {
                tracing::error!(%error, "it is tried again later");
                return Err(None);
            }
            // It would be no better the next time.
            Err(error) if error.is_panic() => self.refuse(digest, FAILED_BY_ITSELF),
            // The pillar is stopping.
            Err(_) => return Err(Some(ASK_EVERY)),
        }
        Ok(())
    }

    /// Keeps in mind that this one is not to be fetched again, and why, for the hub.
    fn refuse(&mut self, digest: String, why: &str) {
        tracing::error!(why, "the published catalogue is refused; the pillar goes on with the one it has");
        self.refused = Some(digest);
        self.refusal.set(Some(why));
    }

    /// A random time up to a ceiling that doubles, and never less than was asked for.
    fn back_off(&mut self, patience: Option<Duration>) -> Duration {
        let ceiling = FIRST_CEILING.saturating_mul(1 << self.failures.min(10)).min(ASK_EVERY);
        self.failures = self.failures.saturating_add(1);
        let wait = ceiling / 4 + self.dice(ceiling * 3 / 4);
        wait.max(patience.unwrap_or_default().min(MOST_PATIENCE))
    }

    /// A random time of at most so long.
    fn dice(&mut self, most: Duration) -> Duration {
        let millis = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis((self.random)() % millis.saturating_add(1))
    }
}

/// Waits until `next`, or until a serial is told that is newer than the one known.
async fn hears_of_another(
    told: &mut watch::Receiver<Option<u64>>,
    known: Option<u64>,
    next: Instant,
) -> bool {
    tokio::select! {
        biased;
        heard = told.wait_for(|serial| *serial > known) => heard.is_ok(),
        () = sleep_until(next) => false,
    }
}

/// Waits until nobody can tell anything any more.
async fn gone(mut told: watch::Receiver<Option<u64>>) {
    while told.changed().await.is_ok() {}
}

#[cfg(test)]
mod tests;
