//! Tells the hub what residents asked and did not find.
//!
//! Invariant: whatever happens to that is in the way of nothing else; a question is forgotten only when the hub
//! has answered to it.

use tokio::sync::watch;
use tokio::time::Instant;
use zuil_wire::Questions;

use super::super::questions::{answered, how_many};
use super::super::{Hub, SyncError};
use super::{Failed, Round, Task, on_disk, unless_woken};
use crate::outbox::Outbox;

impl<H: Hub> Task<H> {
    /// A request with questions, when there are any. An outbox that cannot read them may still have others.
    pub(super) async fn questions(&mut self) -> Option<Questions> {
        let most = how_many(self.worker.hub.room());
        let read = move |outbox: &dyn Outbox| outbox.pending_questions(most);
        match on_disk(&self.worker.outbox, self.worker.disk, read).await {
            Ok(questions) if questions.is_empty() => {
                // Not with every heartbeat, or the hub could tell when somebody asked.
                if self.online == Some(true) {
                    self.asking.rest(Instant::now());
                }
                None
            }
            Ok(questions) => Some(Questions { version: self.worker.hub.version(), questions }),
            Err(error) => {
                tracing::warn!(%error, "what was not found could not be read");
                self.asking.failed(&error, Instant::now());
                None
            }
        }
    }

    /// Tells the hub what was not found; nothing that happens to that is in the way of anything else.
    pub(super) async fn ask(
        &mut self,
        questions: &Questions,
        wakes: &mut watch::Receiver<()>,
    ) -> Result<Round, Failed> {
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
        match told {
            Ok(()) => self.succeeded(),
            Err(error) if self.asking.failed(&error, Instant::now()) => {
                tracing::info!(%error, "what was not found was not taken; it is kept and tried again");
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Round::Sent)
    }
}
