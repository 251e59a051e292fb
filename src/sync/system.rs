//! Fetches the next system of this machine, beside the uploads.
//!
//! Invariant: no upload waits for more than one part, and no part begins while one goes on. A hub that has trouble is
//! left alone for longer each time, and what was fetched stays.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, watch};
use tokio::time::{Instant, sleep_until};

use super::SyncError;
use super::plan::MOST_PATIENCE;
use crate::system::{Part, Step, System, Trouble};

/// The ceiling of the first back-off; it doubles up to [`MOST`].
const FIRST: Duration = Duration::from_secs(10);
/// The largest ceiling of the back-off.
const MOST: Duration = Duration::from_secs(600);

/// Where systems are fetched.
pub trait SystemSource: Send + Sync + 'static {
    /// Part of a file, as much as the hub gives at once.
    fn part(&self, step: &Step) -> impl Future<Output = Result<Part, SyncError>> + Send;
}

/// What came of fetching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    /// There is nothing more to fetch.
    All,
    /// It went wrong, and is tried again.
    Failed {
        /// How long the hub asked to wait.
        patience: Option<Duration>,
    },
}

/// Has what is large wait while an upload goes on. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Quiet(Arc<Mutex<()>>);

impl Quiet {
    /// An upload goes on until what is returned is dropped.
    pub(super) async fn uploading(&self) -> MutexGuard<'_, ()> {
        self.0.lock().await
    }

    /// Waits until none goes on.
    async fn comes(&self) {
        drop(self.0.lock().await);
    }
}

/// The task that fetches.
pub(super) struct SystemFetcher<S> {
    source: Arc<S>,
    system: Arc<System>,
    quiet: Quiet,
    failures: u32,
}

impl<S: SystemSource> SystemFetcher<S> {
    /// Fetches from `source` what `system` wants.
    pub(super) fn new(source: Arc<S>, system: Arc<System>, quiet: Quiet) -> Self {
        Self { source, system, quiet, failures: 0 }
    }

    /// Fetches whenever the hub has spoken, until nobody can tell that any more. `random` gives any number, to spread the
    /// pillars.
    pub(super) async fn run(mut self, mut told: watch::Receiver<()>, random: impl Fn() -> u64 + Send) {
        while told.changed().await.is_ok() {
            let taken = tokio::select! {
                biased;
                () = gone(told.clone()) => return,
                taken = self.fetch() => taken,
            };
            let Taken::Failed { patience } = taken else {
                self.failures = 0;
                continue;
            };
            let rest = Instant::now() + self.back_off(patience, random());
            tokio::select! {
                biased;
                () = gone(told.clone()) => return,
                () = sleep_until(rest) => {}
            }
        }
    }

    /// Fetches until all is there, or something goes wrong.
    async fn fetch(&mut self) -> Taken {
        loop {
            let step = match self.on_disk(System::next_step).await {
                Some(Ok(Some(step))) => step,
                Some(Ok(None)) | None => return Taken::All,
                Some(Err(trouble)) => return failed(&trouble),
            };
            self.quiet.comes().await;
            let part = match self.source.part(&step).await {
                Ok(part) => part,
                Err(error) => {
                    tracing::info!(%error, "the next system was not fetched; it goes on later");
                    let patience =
                        if let SyncError::Busy { retry_after } = error { retry_after } else { None };
                    return Taken::Failed { patience };
                }
            };
            match self.on_disk(move |system| system.keep(&step, &part)).await {
                Some(Ok(())) => self.failures = 0,
                Some(Err(trouble)) => return failed(&trouble),
                None => return Taken::All,
            }
        }
    }

    /// The disk may take its time; the runtime's threads do not wait for it. Nothing when the pillar is stopping.
    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&System) -> Result<T, Trouble> + Send + 'static,
    ) -> Option<Result<T, Trouble>> {
        let system = Arc::clone(&self.system);
        tokio::task::spawn_blocking(move || work(&system)).await.ok()
    }

    /// A random time up to a ceiling that doubles, and never less than was asked for.
    fn back_off(&mut self, patience: Option<Duration>, random: u64) -> Duration {
        let ceiling = FIRST.saturating_mul(1 << self.failures.min(10)).min(MOST);
        self.failures = self.failures.saturating_add(1);
        let spread = u64::try_from((ceiling * 3 / 4).as_millis()).unwrap_or(u64::MAX);
        let wait = ceiling / 4 + Duration::from_millis(random % spread.saturating_add(1));
        wait.max(patience.unwrap_or_default().min(MOST_PATIENCE))
    }
}

fn failed(trouble: &Trouble) -> Taken {
    tracing::warn!(%trouble, "the next system is not taken as it came");
    Taken::Failed { patience: None }
}

/// Waits until nobody can tell anything any more.
async fn gone(mut told: watch::Receiver<()>) {
    while told.changed().await.is_ok() {}
}

#[cfg(test)]
mod tests;
