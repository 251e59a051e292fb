//! Tells the hub what residents asked and did not find, and how often they opened an answer on days that are over.
//!
//! Invariant: whatever happens to that is in the way of nothing else; a question or a count is forgotten only when the
//! hub has answered to it.

use tokio::sync::watch;
use tokio::time::Instant;
use zuil_wire::{AskedCounts, Questions};

use super::super::questions::{Kind, answered, counted, how_many, under_way};
use super::super::{Hub, SyncError};
use super::disk::apart;
use super::{Failed, Round, Task, on_disk, unless_woken};
use crate::outbox::Outbox;

impl<H: Hub> Task<H> {
    /// Tells one request full of what can wait, when there is any and its time has come.
    pub(super) async fn tell_what_can_wait(
        &mut self,
        wakes: &mut watch::Receiver<()>,
    ) -> Option<Result<Round, Failed>> {
        let now = Instant::now();
        if self.waiting.of(Kind::Questions).may_go(now)
            && let Some(questions) = self.questions().await
        {
            return Some(self.ask(&questions, wakes).await);
        }
        if self.waiting.of(Kind::Counts).may_go(now)
            && let Some(counts) = self.counts()
        {
            return Some(self.count(&counts, wakes).await);
        }
        None
    }

    /// A request with questions, when there are any. An outbox that cannot read them may still have others.
    async fn questions(&mut self) -> Option<Questions> {
        let most = how_many(self.worker.hub.room());
        let read = move |outbox: &dyn Outbox| outbox.pending_questions(most);
        match on_disk(&self.worker.outbox, self.worker.disk, read).await {
            Ok(questions) if questions.is_empty() => {
                // Not with every heartbeat, or the hub could tell when somebody asked.
                if self.online == Some(true) {
                    self.waiting.of(Kind::Questions).rest(Instant::now());
                }
                None
            }
            Ok(questions) => Some(Questions { version: self.worker.hub.version(), questions }),
            Err(error) => {
                tracing::warn!(%error, "what was not found could not be read");
                self.waiting.of(Kind::Questions).failed(&error, Instant::now());
                None
            }
        }
    }

    /// Tells the hub what was not found; nothing that happens to that is in the way of anything else.
    async fn ask(&mut self, questions: &Questions, wakes: &mut watch::Receiver<()>) -> Result<Round, Failed> {
        let told = match unless_woken(wakes, self.worker.hub.ask(questions)).await {
            None => return Ok(Round::Sent),
            Some(Ok(answer)) => {
                let answered = answered(questions, &answer);
                if answered.is_empty() {
                    Err(SyncError::BadAnswer("it says nothing of what was asked"))
                } else {
                    let forget = move |outbox: &dyn Outbox| outbox.acknowledge_questions(&answered);
                    on_disk(&self.worker.outbox, self.worker.disk, forget).await
                }
            }
            Some(Err(error)) => Err(error),
        };
        self.told(told, Kind::Questions)
    }

    /// A request with counts of days that are over, when there are any.
    fn counts(&mut self) -> Option<AskedCounts> {
        let found = self.worker.found.as_ref()?;
        let counts = found.due(&under_way(self.worker.hub.now()), how_many(self.worker.hub.room()));
        if counts.is_empty() {
            if self.online == Some(true) {
                self.waiting.of(Kind::Counts).rest(Instant::now());
            }
            return None;
        }
        Some(AskedCounts { version: self.worker.hub.version(), counts })
    }

    /// Tells the hub how often answers were opened; nothing that happens to that is in the way of anything else.
    async fn count(
        &mut self,
        counts: &AskedCounts,
        wakes: &mut watch::Receiver<()>,
    ) -> Result<Round, Failed> {
        let told = match unless_woken(wakes, self.worker.hub.count(counts)).await {
            None => return Ok(Round::Sent),
            Some(Ok(answer)) => {
                let counted = counted(counts, &answer);
                if counted.is_empty() {
                    Err(SyncError::BadAnswer("it says nothing of what was counted"))
                } else {
                    let found = self.worker.found.clone();
                    let forget = move || found.iter().for_each(|found| found.forget(&counted));
                    apart(self.worker.disk, forget).await
                }
            }
            Some(Err(error)) => Err(error),
        };
        self.told(told, Kind::Counts)
    }

    /// What comes of having told something that can wait. What it was rests when it was not taken.
    fn told(&mut self, told: Result<(), SyncError>, kind: Kind) -> Result<Round, Failed> {
        match told {
            Ok(()) => self.succeeded(),
            Err(error) if self.waiting.of(kind).failed(&error, Instant::now()) => {
                tracing::info!(%error, "what was asked was not taken; it is kept and tried again");
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Round::Sent)
    }
}
