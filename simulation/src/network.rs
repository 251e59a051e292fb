//! The line between a pillar and the hub: requests as JSON bytes, and what becomes of them.
//!
//! Invariant: as over HTTPS, an answer reaches only the request that it is for, and only while somebody
//! waits for it; everything else may happen to it.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::oneshot;
use zuil::sync::{Hub, SyncError};
use zuil_wire::{
    AskedAnswer, AskedCounts, HealthAnswer, HealthReport, Questions, QuestionsAnswer, UploadRequest,
    UploadResponse,
};

use crate::pillar::hub_clock;
use crate::planted::Saboteur;

/// As long as the real client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(120);

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Upload,
    Report,
    Questions,
    Counts,
    Hello,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Body(Vec<u8>),
    /// A status that is no success, and `Retry-After` in seconds.
    Status(u16, Option<u64>),
    /// The connection broke.
    Broken,
}

/// A request on its way.
pub(crate) struct Exchange {
    pub(crate) pillar: usize,
    pub(crate) kind: Kind,
    pub(crate) body: Vec<u8>,
    /// Where its answer goes; nowhere for one that is said a second time.
    pub(crate) reply: Option<oneshot::Sender<Reply>>,
}

/// The pillar's end of the line.
pub(crate) struct Line {
    pub(crate) pillar: usize,
    pub(crate) out: Sender<Exchange>,
    pub(crate) saboteur: Arc<Saboteur>,
}

impl Line {
    async fn sends(&self, kind: Kind, body: Vec<u8>) -> Result<Vec<u8>, SyncError> {
        let (reply, answer) = oneshot::channel();
        let _ = self.out.send(Exchange { pillar: self.pillar, kind, body, reply: Some(reply) });
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(Reply::Body(body))) => Ok(body),
            Ok(Ok(Reply::Status(status, asked))) => Err(refusal(status, asked)),
            Ok(Ok(Reply::Broken) | Err(_)) => Err(SyncError::Unreachable("the connection broke".into())),
            Err(_) => Err(SyncError::Unreachable("it took too long".into())),
        }
    }
}

impl Hub for Line {
    async fn upload(&self, request: &UploadRequest) -> Result<UploadResponse, SyncError> {
        let request = self.saboteur.sends(request);
        let body = self.sends(Kind::Upload, json(&*request)?).await;
        let answer = body.and_then(|body| {
            serde_json::from_slice(&body).map_err(|_| SyncError::BadAnswer("it is no answer to an upload"))
        });
        self.saboteur.hears(&request, answer)
    }

    async fn report(&self, report: &HealthReport) -> Result<HealthAnswer, SyncError> {
        let body = self.sends(Kind::Report, json(report)?).await?;
        serde_json::from_slice(&body).map_err(|_| SyncError::BadAnswer("it is no answer to a report"))
    }

    async fn ask(&self, questions: &Questions) -> Result<QuestionsAnswer, SyncError> {
        let body = self.sends(Kind::Questions, json(questions)?).await?;
        serde_json::from_slice(&body).map_err(|_| SyncError::BadAnswer("it is no answer to questions"))
    }

    async fn count(&self, counts: &AskedCounts) -> Result<AskedAnswer, SyncError> {
        let body = self.sends(Kind::Counts, json(counts)?).await?;
        serde_json::from_slice(&body).map_err(|_| SyncError::BadAnswer("it is no answer to counts"))
    }

    async fn hello(&self) -> Result<(), SyncError> {
        self.sends(Kind::Hello, Vec::new()).await.map(drop)
    }

    /// The day on which every schedule begins, whenever it is lived.
    fn now(&self) -> Timestamp {
        hub_clock(Duration::ZERO)
    }
}

fn json(message: &impl serde::Serialize) -> Result<Vec<u8>, SyncError> {
    serde_json::to_vec(message).map_err(|_| SyncError::Setup("a request has no JSON form".into()))
}

/// What a status means to the real client.
fn refusal(status: u16, asked: Option<u64>) -> SyncError {
    match status {
        401 | 403 => SyncError::NotAdmitted,
        426 => SyncError::UnsupportedVersion,
        408 | 429 | 500.. => SyncError::Busy { retry_after: asked.map(Duration::from_secs) },
        400 | 409 | 413 | 422 => SyncError::Rejected(status),
        other => SyncError::NoHub(other),
    }
}

/// The ids in an upload, as far as it can be read.
pub(crate) fn ids_in(body: &[u8]) -> Vec<String> {
    let Ok(request) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    let envelopes = request.get("envelopes").and_then(Value::as_array).cloned().unwrap_or_default();
    let id = |envelope: &Value| envelope.pointer("/header/id").and_then(Value::as_str).map(str::to_owned);
    envelopes.iter().filter_map(id).collect()
}
