//! The task that does what the plan says: reads the outbox, signs, sends, and keeps the answer.
//!
//! Invariant: it holds nothing that the outbox does not hold, so that it can be ended at any point
//! and begun again.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;
use zuil_wire::seal::SigningKey;
use zuil_wire::{PROTOCOL_VERSION, PaymentState, State, UploadRequest};

use crate::outbox::{self, Outbox, Sent};

use super::plan::{LONGEST, Plan};
use super::{Hub, SyncError};

/// What sync has to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncEvent {
    /// Whether the hub takes what it is sent; told when it becomes known and when it changes.
    Online(bool),
    /// Staff found out what became of a payment that nothing could prove.
    SettledByStaff {
        /// The payment.
        payment: Uuid,
        /// Paid or not paid.
        state: PaymentState,
    },
    /// The hub's answer to a transaction is durable in the outbox.
    Acknowledged {
        /// The transaction.
        id: Uuid,
        /// Where it is now.
        state: State,
    },
}

/// What the task works with.
pub struct Worker<H> {
    /// Where it takes from and writes answers to.
    pub outbox: Arc<Outbox>,
    /// Where it sends to.
    pub hub: H,
    /// What it signs with.
    pub signing_key: SigningKey,
    /// Where events go. Must not block.
    pub events: Box<dyn Fn(SyncEvent) + Send>,
    /// Dice for the back-off.
    pub random: Box<dyn FnMut() -> u64 + Send>,
}

/// Keeps the task going: it ends when the last clone is dropped.
#[derive(Clone)]
pub struct Handle {
    wakes: Arc<watch::Sender<()>>,
}

impl Handle {
    /// Says that there is something new to send. Returns at once.
    pub fn wake(&self) {
        self.wakes.send_replace(());
    }
}

impl<H: Hub> Worker<H> {
    /// Starts the task on `runtime`. It sends what is pending at once.
    #[must_use]
    pub fn spawn(self, runtime: &tokio::runtime::Handle) -> Handle {
        let (wakes, woken) = watch::channel(());
        let dropped = woken.clone();
        let task = Task { worker: self, plan: Plan::default(), online: None, heard: Instant::now() };
        runtime.spawn(async move {
            tokio::select! {
                () = until_dropped(dropped) => {}
                () = task.run(woken) => {}
            }
        });
        Handle { wakes: Arc::new(wakes) }
    }
}

async fn until_dropped(mut handle: watch::Receiver<()>) {
    while handle.changed().await.is_ok() {}
}

struct Task<H> {
    worker: Worker<H>,
    plan: Plan,
    online: Option<bool>,
    /// When the hub last answered.
    heard: Instant,
}

/// What one round came to.
enum Round {
    /// There may be more to send.
    Sent,
    /// There is nothing to send.
    Idle,
}

/// A round that failed, with the transactions that were in its request.
struct Failed {
    error: SyncError,
    sent: Vec<Uuid>,
}

impl<E: Into<SyncError>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self { error: error.into(), sent: Vec::new() }
    }
}

impl<H: Hub> Task<H> {
    async fn run(mut self, mut wakes: watch::Receiver<()>) {
        loop {
            // Seen before the outbox is read: what is added later wakes again.
            if wakes.has_changed().unwrap_or(false) {
                wakes.mark_unchanged();
                self.plan.woken();
            }
            let now = Instant::now();
            let next = match self.plan.not_before(now.into_std()) {
                Some(until) => Instant::from_std(until),
                None => match self.round().await {
                    Ok(Round::Sent) => continue,
                    Ok(Round::Idle) => self.heard + LONGEST,
                    Err(failed) => {
                        self.failed(&failed);
                        continue;
                    }
                },
            };
            tokio::select! {
                woken = wakes.changed() => if woken.is_ok() { self.plan.woken() } else { return },
                () = sleep_until(next) => {}
            }
        }
    }

    /// Transactions first; surveys in requests of their own, so that none travels with the
    /// transaction of the same visit; a greeting when it is due.
    async fn round(&mut self) -> Result<Round, Failed> {
        let wanted = self.plan.wanted();
        let pending = on_disk(&self.worker.outbox, move |outbox| outbox.pending(wanted)).await?;
        let batch = self.plan.choose(pending);
        if !batch.is_empty() {
            let sent: Vec<Sent> = batch.iter().map(outbox::Pending::sent).collect();
            let ids = sent.iter().map(|sent| sent.id).collect();
            let request = self.request(batch)?;
            return match self.upload(&request, sent).await {
                Ok(()) => Ok(Round::Sent),
                Err(error) => Err(Failed { error, sent: ids }),
            };
        }
        let surveys =
            on_disk(&self.worker.outbox, |outbox| outbox.pending_surveys(UploadRequest::MAX_ENVELOPES))
                .await?;
        if !surveys.is_empty() {
            let request = UploadRequest { version: PROTOCOL_VERSION, envelopes: Vec::new(), surveys };
            self.upload(&request, Vec::new()).await?;
            return Ok(Round::Sent);
        }
        if self.online != Some(true) || self.heard.elapsed() >= LONGEST {
            self.worker.hub.hello().await?;
            self.succeeded();
        }
        Ok(Round::Idle)
    }

    fn request(&self, batch: Vec<outbox::Pending>) -> Result<UploadRequest, SyncError> {
        let envelopes = batch
            .into_iter()
            .map(|item| self.worker.signing_key.sign(item.sealed, item.payment))
            .collect::<Result<_, _>>()?;
        Ok(UploadRequest { version: PROTOCOL_VERSION, envelopes, surveys: Vec::new() })
    }

    async fn upload(&mut self, request: &UploadRequest, sent: Vec<Sent>) -> Result<(), SyncError> {
        let answer = self.worker.hub.upload(request).await?;
        let expected = sent.len();
        let outcomes = answer.outcomes;
        let acknowledged =
            on_disk(&self.worker.outbox, move |outbox| outbox.acknowledge(&outcomes, &sent)).await?;
        for outbox::Acknowledged { id, state } in &acknowledged {
            tracing::info!(%id, state = state.as_str(), "the hub answered to a transaction");
            (self.worker.events)(SyncEvent::Acknowledged { id: *id, state: *state });
        }
        let surveys: Vec<Uuid> =
            request.surveys.iter().map(|survey| survey.id).filter(|id| answer.surveys.contains(id)).collect();
        let missing = acknowledged.len() < expected || surveys.len() < request.surveys.len();
        if !surveys.is_empty() {
            on_disk(&self.worker.outbox, move |outbox| outbox.acknowledge_surveys(&surveys)).await?;
        }
        if missing {
            return Err(SyncError::BadAnswer("it does not say what became of everything that was sent"));
        }
        self.succeeded();
        Ok(())
    }

    fn succeeded(&mut self) {
        self.plan.succeeded();
        self.heard = Instant::now();
        self.tell_online(true);
    }

    fn failed(&mut self, failed: &Failed) {
        let Failed { error, sent } = failed;
        tracing::warn!(%error, permanent = error.is_permanent(), "an upload failed");
        if !error.hub_answered() {
            self.tell_online(false);
        }
        self.plan.failed(error, sent, Instant::now().into_std(), (self.worker.random)());
    }

    fn tell_online(&mut self, online: bool) {
        if self.online != Some(online) {
            self.online = Some(online);
            (self.worker.events)(SyncEvent::Online(online));
        }
    }
}

/// The disk may take its time; the runtime's threads do not wait for it.
async fn on_disk<T: Send + 'static>(
    outbox: &Arc<Outbox>,
    work: impl FnOnce(&Outbox) -> outbox::Result<T> + Send + 'static,
) -> Result<T, SyncError> {
    let outbox = Arc::clone(outbox);
    match tokio::task::spawn_blocking(move || work(&outbox)).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(SyncError::Unreachable("the pillar is stopping".into())),
    }
}
