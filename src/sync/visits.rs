//! Tells the hub what happened here on days that are over.
//!
//! Invariant: it is in the way of nothing: a few requests a day, at a moment that tells nothing of when anything
//! happened. What the hub has not answered to stays here.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use uuid::Uuid;
use zuil_wire::{VisitEntry, VisitsAnswer};

use super::SyncError;
use crate::visits::VisitLog;

/// How often is looked whether a day is over; up to half as much later, so that not all pillars come at once.
const LOOK_EVERY: Duration = Duration::from_secs(40 * 60);

/// Where it is told.
pub trait VisitDesk: Send + Sync + 'static {
    /// Tells entries of days that are over. What the answer names is durable there.
    fn note(&self, entries: Vec<VisitEntry>) -> impl Future<Output = Result<VisitsAnswer, SyncError>> + Send;

    /// What time it is, as far as is known.
    fn time(&self) -> jiff::Timestamp;
}

/// Tells `desk` what `log` has of days that are over, for ever.
pub(super) async fn tell<D: VisitDesk>(desk: Arc<D>, log: Arc<VisitLog>, mut random: impl FnMut() -> u64) {
    loop {
        while let Some(heard) = told(&*desk, &log).await {
            let log = Arc::clone(&log);
            // A runtime that ends needs no more of it.
            let _ = tokio::task::spawn_blocking(move || log.forget(&heard)).await;
        }
        let spread = u64::try_from(LOOK_EVERY.as_millis() / 2).unwrap_or(u64::MAX);
        sleep(LOOK_EVERY + Duration::from_millis(random() % (spread + 1))).await;
    }
}

/// Which entries the hub has heard; nothing when there are none, or it did not hear.
async fn told(desk: &impl VisitDesk, log: &VisitLog) -> Option<Vec<Uuid>> {
    let entries = log.due(desk.time());
    if entries.is_empty() {
        return None;
    }
    let sent: Vec<Uuid> = entries.iter().map(|entry| entry.id).collect();
    match desk.note(entries).await {
        Ok(VisitsAnswer { entries }) => {
            let heard: Vec<Uuid> = sent.into_iter().filter(|id| entries.contains(id)).collect();
            (!heard.is_empty()).then_some(heard)
        }
        Err(error) => {
            tracing::info!(%error, "what happened here was not taken; it is kept and told later");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use zuil_wire::visits::{Aid, Seen};

    use super::*;

    struct Hub {
        now: Timestamp,
        away: Mutex<bool>,
        heard: Mutex<Vec<VisitEntry>>,
    }

    impl VisitDesk for Hub {
        async fn note(&self, entries: Vec<VisitEntry>) -> Result<VisitsAnswer, SyncError> {
            if std::mem::take(&mut *self.away.lock().unwrap()) {
                return Err(SyncError::NoHub(404));
            }
            let ids = entries.iter().map(|entry| entry.id).collect();
            self.heard.lock().unwrap().extend(entries);
            Ok(VisitsAnswer { entries: ids })
        }

        fn time(&self) -> Timestamp {
            self.now
        }
    }

    #[tokio::test(start_paused = true)]
    async fn all_of_a_day_that_is_over_is_told_and_forgotten_and_nothing_of_today() {
        let folder = tempfile::tempdir().unwrap();
        let log = Arc::new(VisitLog::open(folder.path(), TimeZone::UTC));
        let entry = |number: u128, on: &str| VisitEntry {
            id: Uuid::from_u128(number),
            on: on.parse().unwrap(),
            what: Seen::Aid { aid: Aid::Speech },
        };
        log.keep((0..200).map(|number| entry(number, "2026-11-22")).collect());
        log.keep(vec![entry(900, "2026-11-23")]);
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let hub = Arc::new(Hub { now, away: Mutex::new(true), heard: Mutex::default() });
        let task = tokio::spawn(tell(Arc::clone(&hub), Arc::clone(&log), || 7));
        while !log.due(now).is_empty() {
            sleep(Duration::from_secs(60)).await;
        }
        task.abort();
        assert_eq!(hub.heard.lock().unwrap().len(), 200);
        assert_eq!(log.due("2026-11-24T12:00:00Z".parse().unwrap()), [entry(900, "2026-11-23")]);
    }
}
