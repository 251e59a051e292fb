//! Asks the hub how transactions stand that it has.
//!
//! Invariant: whatever happens to that is in the way of nothing else; an answer is durable before anyone hears of it.

use tokio::sync::watch;
use tokio::time::Instant;
use zuil_wire::StandingRequest;

use super::super::{Hub, SyncError};
use super::{Failed, Round, SyncEvent, Task, on_disk, unless_woken};
use crate::outbox::Outbox;

impl<H: Hub> Task<H> {
    /// A request for transactions that are not registered, when the hub has news of any, and the sequence of its last.
    pub(super) async fn standing_request(&mut self) -> Option<(StandingRequest, u64)> {
        let after = self.following.may_go(Instant::now())?;
        let read = move |outbox: &dyn Outbox| outbox.to_follow(after, StandingRequest::MAX_IDS);
        let found = match on_disk(&self.worker.outbox, self.worker.disk, read).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, "what is to be followed could not be read");
                self.following.failed(&error, Instant::now());
                return None;
            }
        };
        let Some((last, _)) = found.last() else {
            self.following.asked_for_all();
            return None;
        };
        let ids = found.iter().map(|(_, id)| *id).collect();
        Some((StandingRequest { version: self.worker.hub.version(), ids }, *last))
    }

    /// Asks, and keeps what the hub says.
    pub(super) async fn follow(
        &mut self,
        request: &StandingRequest,
        last: u64,
        wakes: &mut watch::Receiver<()>,
    ) -> Result<Round, Failed> {
        let kept = match unless_woken(wakes, self.worker.hub.standing(request)).await {
            None => return Ok(Round::Sent),
            Some(Ok(answer)) => {
                let told = answer.standings.into_iter();
                let standings: Vec<_> = told.filter(|standing| request.ids.contains(&standing.id)).collect();
                let keep = move |outbox: &dyn Outbox| outbox.keep_standings(&standings);
                on_disk(&self.worker.outbox, self.worker.disk, keep).await
            }
            Some(Err(error)) => Err(error),
        };
        match kept {
            Ok(changed) => {
                for item in changed {
                    (self.worker.events)(SyncEvent::Acknowledged { id: item.id, state: item.state });
                }
                self.following.asked_up_to(last);
                self.succeeded();
            }
            Err(error) if self.following.failed(&error, Instant::now()) => {
                log_not_told(&error);
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Round::Sent)
    }
}

fn log_not_told(error: &SyncError) {
    tracing::info!(%error, "the hub does not tell how requests stand; it is asked again");
}
