//! Brings transactions and surveys to the hub, and writes down what it answers.
//!
//! Invariant: nothing counts as answered before the answer is durable in the outbox.

use uuid::Uuid;
use zuil_wire::UploadRequest;

use super::super::plan::Event;
use super::super::{Hub, SyncError};
use super::{Failed, Round, SyncEvent, Task, on_disk};
use crate::outbox::{self, Outbox, Sent};

impl<H: Hub> Task<H> {
    /// A request with surveys, when there are any.
    pub(super) async fn surveys(&mut self) -> Result<Option<UploadRequest>, SyncError> {
        let read = |outbox: &dyn Outbox| outbox.pending_surveys(UploadRequest::MAX_ENVELOPES);
        let surveys = on_disk(&self.worker.outbox, self.worker.disk, read).await?;
        let version = self.worker.hub.version();
        let request = UploadRequest { version, envelopes: Vec::new(), surveys };
        Ok((!request.surveys.is_empty()).then_some(request))
    }

    /// Sends surveys in the version that the hub speaks. Before it is known which one that is the hub is greeted, so that
    /// nothing is left out that it would have understood.
    pub(super) async fn upload_surveys(&mut self, mut request: UploadRequest) -> Result<(), SyncError> {
        let version = request.version;
        if self.online != Some(true) && request.clone().in_version(version) != request {
            self.worker.hub.hello().await?;
            self.heard();
        }
        request = request.in_version(self.worker.hub.version());
        self.upload(&request, Vec::new()).await
    }

    pub(super) async fn upload_batch(&mut self, batch: Vec<outbox::Pending>) -> Result<Round, Failed> {
        let sent: Vec<Sent> = batch.iter().map(outbox::Pending::sent).collect();
        let request = self.request(batch)?;
        match self.upload(&request, sent.clone()).await {
            Ok(()) => Ok(Round::Sent),
            Err(error) => Err(Failed { error, sent }),
        }
    }

    fn request(&self, batch: Vec<outbox::Pending>) -> Result<UploadRequest, SyncError> {
        let envelopes = batch
            .into_iter()
            .map(|item| self.worker.signing_key.sign(item.sealed, item.payment))
            .collect::<Result<_, _>>()?;
        Ok(UploadRequest { version: self.worker.hub.version(), envelopes, surveys: Vec::new() })
    }

    pub(super) async fn upload(&mut self, request: &UploadRequest, sent: Vec<Sent>) -> Result<(), SyncError> {
        const SAYS_NOTHING: SyncError = SyncError::BadAnswer("it says nothing of what was sent");
        let answer = self.worker.hub.upload(request).await?;
        let mut left: Vec<Uuid> = sent.iter().map(|sent| sent.id).collect();
        let later = answer.later.iter().filter(|id| left.contains(id)).count();
        let outcomes = answer.outcomes;
        let acknowledged = on_disk(&self.worker.outbox, self.worker.disk, move |outbox| {
            outbox.acknowledge(&outcomes, &sent)
        })
        .await?;
        for outbox::Acknowledged { id, state } in &acknowledged {
            tracing::info!(%id, state = state.as_str(), "the hub answered to a transaction");
            (self.worker.events)(SyncEvent::Acknowledged { id: *id, state: *state });
        }
        let surveys: Vec<Uuid> =
            request.surveys.iter().map(|survey| survey.id).filter(|id| answer.surveys.contains(id)).collect();
        if acknowledged.is_empty() && surveys.is_empty() && later == 0 {
            return Err(SAYS_NOTHING);
        }
        if later > 0 {
            tracing::warn!(count = later, "the hub misses a sealing key and can take these only later");
        }
        if !surveys.is_empty() {
            on_disk(&self.worker.outbox, self.worker.disk, move |outbox| {
                outbox.acknowledge_surveys(&surveys)
            })
            .await?;
        }
        left.retain(|id| acknowledged.iter().all(|answered| answered.id != *id));
        if !left.is_empty() {
            tracing::warn!(count = left.len(), "the hub said nothing of some that were sent");
        }
        self.happened(Event::Answered { left: &left });
        self.heard();
        Ok(())
    }
}
