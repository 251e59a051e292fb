//! Service visits, beside the uploads: fetches the key that checks codes, tells what was done with one, and whether this
//! pillar found itself ready.
//!
//! Invariant: no upload and no report waits for it. The key is fetched once after each start, because it may be that of
//! another hub or of another name, and then only when the hub tells of another number; what was done is told until the
//! hub has answered, and then forgotten here. A hub that tells of no key knows nothing of service visits, and is asked for
//! nothing.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;
use zuil_wire::{ReadinessReport, ServiceEntries, ServiceEntry, ServiceKey, ServiceTaken};

use super::SyncError;
use super::plan::MOST_PATIENCE;
use super::report::OLDER_HUB;
use crate::maintenance::ServiceFiles;

/// The ceiling of the first back-off; it doubles up to [`MOST`].
const FIRST: Duration = Duration::from_secs(5);
/// The largest ceiling of the back-off.
const MOST: Duration = Duration::from_secs(600);

/// Where keys come from, and where service visits are told.
pub trait ServiceDesk: Send + Sync + 'static {
    /// The key of this pillar's service codes.
    fn fetch_key(&self) -> impl Future<Output = Result<ServiceKey, SyncError>> + Send;

    /// Tells what was done. What the answer names is durable there.
    fn tell_done(
        &self,
        entries: Vec<ServiceEntry>,
    ) -> impl Future<Output = Result<ServiceTaken, SyncError>> + Send;

    /// Tells whether this pillar found itself ready.
    fn tell_ready(
        &self,
        report: ReadinessReport,
    ) -> impl Future<Output = Result<ServiceTaken, SyncError>> + Send;
}

/// The task that fetches and tells.
pub(super) struct ServiceCourier<D> {
    desk: Arc<D>,
    files: Arc<ServiceFiles>,
    news: watch::Receiver<()>,
    /// Dice, to spread the pillars.
    random: Box<dyn FnMut() -> u64 + Send>,
    /// For which number a key was fetched last, since the start: it may be newer than what the hub told.
    fetched_for: Option<u32>,
    /// How often it went wrong since it last went well.
    failures: u32,
}

impl<D: ServiceDesk> ServiceCourier<D> {
    /// Brings to `desk` what `files` have for it, and keeps its key there.
    pub(super) fn new(
        desk: Arc<D>,
        files: Arc<ServiceFiles>,
        random: impl FnMut() -> u64 + Send + 'static,
    ) -> Self {
        let (tell, news) = watch::channel(());
        files.on_news(move || tell.send_replace(()));
        Self { desk, files, news, random: Box::new(random), fetched_for: None, failures: 0 }
    }

    /// Fetches and tells until whoever hears of numbers is gone.
    pub(super) async fn run(mut self, mut numbers: watch::Receiver<Option<u32>>) {
        loop {
            self.news.borrow_and_update();
            let number = *numbers.borrow_and_update();
            let again = match number {
                Some(number) => self.round(number).await.map(|rest| Instant::now() + rest),
                None => None,
            };
            tokio::select! {
                told = numbers.changed() => if told.is_err() { return },
                news = self.news.changed() => if news.is_err() { return },
                () = at(again) => {}
            }
        }
    }

    /// Does all there is to do; how long it rests when something went wrong and nothing new happens.
    async fn round(&mut self, number: u32) -> Option<Duration> {
        // One that goes wrong does not hinder the others.
        let key = self.fetch(number).await;
        let done = self.tell_done().await;
        let ready = self.tell_ready().await;
        match key.and(done).and(ready) {
            Ok(()) => {
                self.failures = 0;
                None
            }
            Err(error) => {
                tracing::info!(%error, "service visits were not brought to the hub; it is tried again later");
                Some(self.rest_after(&error))
            }
        }
    }

    async fn fetch(&mut self, number: u32) -> Result<(), SyncError> {
        let is_kept = self.files.key().is_some_and(|key| key.number == number);
        if (is_kept && self.fetched_for.is_some()) || self.fetched_for == Some(number) {
            return Ok(());
        }
        let key = self.desk.fetch_key().await?;
        on_disk(&self.files, "the key of service codes", move |files| files.keep_key(&key)).await;
        self.fetched_for = Some(number);
        Ok(())
    }

    async fn tell_done(&mut self) -> Result<(), SyncError> {
        loop {
            let entries = self.files.entries().into_iter().take(ServiceEntries::MAX_ENTRIES);
            let entries: Vec<ServiceEntry> = entries.collect();
            if entries.is_empty() {
                return Ok(());
            }
            let sent: Vec<Uuid> = entries.iter().map(|entry| entry.id).collect();
            let ServiceTaken { taken } = self.desk.tell_done(entries).await?;
            let heard: Vec<Uuid> = sent.into_iter().filter(|id| taken.contains(id)).collect();
            if heard.is_empty() {
                return Err(SyncError::BadAnswer("it says nothing of what was done here"));
            }
            on_disk(&self.files, "what the hub knows of service visits", move |files| files.taken(&heard))
                .await;
        }
    }

    async fn tell_ready(&mut self) -> Result<(), SyncError> {
        let Some(report) = self.files.readiness() else { return Ok(()) };
        let id = report.id;
        let ServiceTaken { taken } = self.desk.tell_ready(report).await?;
        if !taken.contains(&id) {
            return Err(SyncError::BadAnswer("it says nothing of whether this pillar is ready"));
        }
        on_disk(&self.files, "that the hub knows of readiness", move |files| files.readiness_taken(id)).await;
        Ok(())
    }

    fn rest_after(&mut self, error: &SyncError) -> Duration {
        match error {
            SyncError::Busy { retry_after: Some(asked) } => return (*asked).min(MOST_PATIENCE),
            SyncError::NoHub(404 | 405) => return OLDER_HUB,
            _ => {}
        }
        let ceiling = FIRST.saturating_mul(1 << self.failures.min(10)).min(MOST);
        self.failures = self.failures.saturating_add(1);
        let millis = u64::try_from((ceiling * 3 / 4).as_millis()).unwrap_or(u64::MAX);
        ceiling / 4 + Duration::from_millis((self.random)() % millis.saturating_add(1))
    }
}

/// The disk may take its time; the runtime's threads do not wait for it. What could not be written counts until the
/// program ends.
async fn on_disk(
    files: &Arc<ServiceFiles>,
    what: &'static str,
    work: impl FnOnce(&ServiceFiles) -> io::Result<()> + Send + 'static,
) {
    let files = Arc::clone(files);
    if let Ok(Err(error)) = tokio::task::spawn_blocking(move || work(&files)).await {
        tracing::warn!(%error, "{what} cannot be written down; look at free space and permissions of data_dir");
    }
}

/// Waits until a moment; for ever when there is none.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
