//! The task that does what the plan says: reads the outbox, signs, sends, and keeps the answer.
//!
//! Invariant: it holds nothing that the outbox (and, of counts, [`FoundLog`]) does not hold, so that it can be
//! ended at any point and begun again.

mod asking;
mod disk;
mod following;
mod uploading;

use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;
use zuil_wire::seal::SigningKey;
use zuil_wire::{HealthReport, PaymentState, State};

use crate::outbox::{Outbox, Sent};
use crate::visits::FoundLog;

use super::network::{NetworkWatch, Returns};
use super::plan::{Chosen, Event, LONGEST, MOST_PATIENCE, Plan, SHORTEST};
use super::questions::Waiting;
use super::report::{HEARTBEAT, HandedIn, OLDER_HUB, Reporting, settled_by_staff};
use super::standing::Following;
use super::{Hub, SyncError, network};

pub use disk::Disk;
use disk::on_disk;

/// What sync has to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncEvent {
    /// Whether the hub takes what it is sent; told when it becomes known and when it changes.
    Online(bool),
    /// Whether the hub admits this pillar; told when it changes, and not before it was turned away once.
    Admitted(bool),
    /// The hub's answer to a transaction is durable in the outbox.
    Acknowledged {
        /// The transaction.
        id: Uuid,
        /// Where it is now.
        state: State,
    },
    /// Staff found out about an open payment of the last report. It is told again with every report
    /// that still holds the payment. What the terminal proved meanwhile goes before it.
    SettledByStaff {
        /// The payment.
        payment: Uuid,
        /// Paid or not paid, never unknown.
        state: PaymentState,
    },
}

/// What the task works with.
pub struct Worker<H> {
    /// Where it takes from and writes answers to.
    pub outbox: Arc<dyn Outbox>,
    /// Where it sends to.
    pub hub: H,
    /// What it signs with.
    pub signing_key: SigningKey,
    /// Where events go. Must not block.
    pub events: Box<dyn Fn(SyncEvent) + Send>,
    /// Dice for the back-off.
    pub random: Box<dyn FnMut() -> u64 + Send>,
    /// Where the outbox's work is done.
    pub disk: Disk,
    /// Which answers were found here; nothing is told of that when `None`.
    pub found: Option<Arc<FoundLog>>,
}

/// Keeps the task going: it ends when the last clone is dropped.
#[derive(Clone)]
pub struct Handle {
    wakes: Arc<watch::Sender<()>>,
    reports: Arc<watch::Sender<Option<HandedIn>>>,
    returns: Arc<watch::Sender<()>>,
}

impl Handle {
    /// Says that there is something new to send. Returns at once.
    pub fn wake(&self) {
        self.wakes.send_replace(());
    }

    /// Watches the network on `runtime`, as long as the task goes on: when it is back, a back-off ends.
    pub fn watch_network(&self, network: impl NetworkWatch, runtime: &tokio::runtime::Handle) {
        runtime.spawn(network::watch(network, Returns::to(&self.returns)));
    }

    /// Says how the pillar is, by its clock of now; the newest report wins. It is sent at once when it
    /// says something new, though at most every two seconds, and otherwise every 20 to 25 seconds. From
    /// the first one on it takes the place of the greeting. Returns at once.
    pub fn report(&self, report: HealthReport) {
        self.reports.send_replace(Some((Instant::now(), report)));
    }
}

impl<H: Hub> Worker<H> {
    /// Starts the task on `runtime`. It sends what is pending at once.
    #[must_use]
    pub fn spawn(self, runtime: &tokio::runtime::Handle) -> Handle {
        let (handle, task) = self.task();
        runtime.spawn(task);
        handle
    }

    /// The task itself, for whoever polls it, and what keeps it going. It needs the timers of a tokio
    /// runtime.
    pub fn task(self) -> (Handle, impl Future<Output = ()> + Send) {
        let (wakes, woken) = watch::channel(());
        let dropped = woken.clone();
        let (reports, handed_in) = watch::channel(None);
        let (returns, returned) = watch::channel(());
        let task = Task {
            worker: self,
            plan: Plan::default(),
            reporting: Reporting::default(),
            online: None,
            admitted: true,
            heard: Instant::now(),
            surveys_rest_until: None,
            waiting: Waiting::default(),
            following: Following::default(),
        };
        let until_dropped = async move {
            tokio::select! {
                biased;
                () = until_dropped(dropped) => {}
                () = task.run(woken, handed_in, returned) => {}
            }
        };
        let handle =
            Handle { wakes: Arc::new(wakes), reports: Arc::new(reports), returns: Arc::new(returns) };
        (handle, until_dropped)
    }
}

async fn until_dropped(mut handle: watch::Receiver<()>) {
    while handle.changed().await.is_ok() {}
}

struct Task<H> {
    worker: Worker<H>,
    plan: Plan,
    reporting: Reporting,
    online: Option<bool>,
    /// It was not turned away since it was last admitted.
    admitted: bool,
    /// When the hub last answered.
    heard: Instant,
    /// The hub did not take the surveys.
    surveys_rest_until: Option<Instant>,
    /// What became of questions without an answer, and of counts of those with one.
    waiting: Waiting,
    /// How far it was asked how transactions stand.
    following: Following,
}

/// What one round came to.
enum Round {
    /// There may be more to send.
    Sent,
    /// There is nothing to send.
    Idle,
}

/// A round that failed, with what was in its request.
struct Failed {
    error: SyncError,
    sent: Vec<Sent>,
}

impl<E: Into<SyncError>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self { error: error.into(), sent: Vec::new() }
    }
}

impl<H: Hub> Task<H> {
    async fn run(
        mut self,
        mut wakes: watch::Receiver<()>,
        mut reports: watch::Receiver<Option<HandedIn>>,
        mut returns: watch::Receiver<()>,
    ) {
        loop {
            // Seen before the outbox is read: what is added later wakes again.
            if wakes.has_changed().unwrap_or(false) {
                wakes.mark_unchanged();
                self.happened(Event::Woken);
            }
            if returns.has_changed().unwrap_or(false) {
                returns.mark_unchanged();
                self.happened(Event::NetworkBack);
            }
            if let Some(report) = reports.borrow_and_update().clone() {
                self.reporting.hand_in(report);
            }
            let now = Instant::now();
            let next = match self.plan.not_before(now.into_std()) {
                Some(until) => Instant::from_std(until),
                None => match self.round(&mut wakes).await {
                    Ok(Round::Sent) => continue,
                    Ok(Round::Idle) => self.next_sign_of_life(),
                    Err(failed) => {
                        self.failed(failed).await;
                        continue;
                    }
                },
            };
            tokio::select! {
                biased;
                woken = wakes.changed() => if woken.is_ok() { self.happened(Event::Woken) } else { return },
                back = returns.changed() => {
                    if back.is_ok() { self.happened(Event::NetworkBack) } else { return }
                },
                // It does not end a back-off: a device that flaps is no reason to press the hub.
                handed_in = reports.changed() => if handed_in.is_err() { return },
                () = sleep_until(next) => {}
            }
        }
    }

    fn happened(&mut self, event: Event<'_>) {
        self.plan.handle(event, Instant::now().into_std(), (self.worker.random)());
    }

    /// Transactions first; surveys in requests of their own, so that none travels with the
    /// transaction of the same visit; a report when it is due; what was asked; how
    /// requests stand; a greeting.
    async fn round(&mut self, wakes: &mut watch::Receiver<()>) -> Result<Round, Failed> {
        let (after, limit) = self.plan.window();
        let window =
            on_disk(&self.worker.outbox, self.worker.disk, move |outbox| outbox.pending_after(after, limit))
                .await?;
        match self.plan.choose(window, self.worker.hub.room(), Instant::now().into_std()) {
            Chosen::Batch(batch) => return self.upload_batch(batch).await,
            Chosen::LookFurther => return Ok(Round::Sent),
            Chosen::Nothing => {}
        }
        if self.surveys_rest_until.is_none_or(|until| until <= Instant::now())
            && let Some(request) = self.surveys().await?
        {
            match self.upload_surveys(request).await {
                // They are not to be in the way of a report.
                Err(error @ (SyncError::Rejected(_) | SyncError::BadAnswer(_))) => {
                    tracing::warn!(%error, "surveys were not taken");
                    self.surveys_rest_until = Some(Instant::now() + LONGEST);
                }
                uploaded => return uploaded.map(|()| Round::Sent).map_err(Failed::from),
            }
        }
        let now = Instant::now();
        if let Some(report) = self.reporting.begin(now) {
            return self.report(report, wakes).await;
        }
        if let Some(told) = self.tell_what_can_wait(wakes).await {
            return told;
        }
        if let Some((request, last)) = self.standing_request().await {
            return self.follow(&request, last, wakes).await;
        }
        if self.reporting.greets(now) && (self.online != Some(true) || self.heard + HEARTBEAT <= now) {
            match unless_woken(wakes, self.worker.hub.hello()).await {
                Some(greeted) => greeted?,
                None => return Ok(Round::Sent),
            }
            self.succeeded();
            self.tell_admitted(true);
        }
        Ok(Round::Idle)
    }

    /// When the hub hears of this pillar again, if nothing happens.
    fn next_sign_of_life(&self) -> Instant {
        let greeting = self.reporting.greets(Instant::now()).then_some(self.heard + HEARTBEAT);
        // One that is due now has had its turn just before; everything else had to come between.
        let soon = Instant::now() + SHORTEST;
        let chance = self.plan.next_chance().map(|at| Instant::from_std(at).max(soon));
        let surveys = self.surveys_rest_until.filter(|until| *until > Instant::now());
        let waiting = self.waiting.due(Instant::now());
        let standing = self.following.due(Instant::now());
        let next =
            [self.reporting.due(), greeting, chance, surveys, waiting, standing].into_iter().flatten().min();
        next.unwrap_or_else(|| Instant::now() + HEARTBEAT)
    }

    /// Sends a report. What goes wrong with it never stops an upload: the hub's wish to be left alone
    /// with reports is for reports only, and any other pause ends when there is something to upload.
    async fn report(
        &mut self,
        report: HealthReport,
        wakes: &mut watch::Receiver<()>,
    ) -> Result<Round, Failed> {
        let told = report.clone().in_version(self.worker.hub.version());
        let answer = match unless_woken(wakes, self.worker.hub.report(&told)).await {
            None => return Ok(Round::Sent),
            Some(answer) => answer,
        };
        let now = Instant::now();
        match answer {
            Ok(answer) => {
                for settled in settled_by_staff(&answer, &report) {
                    (self.worker.events)(settled);
                }
                self.following.hear(answer.standing);
                self.reporting.taken(report, now, (self.worker.random)());
                self.succeeded();
                self.tell_admitted(true);
            }
            Err(SyncError::NoHub(404 | 405)) => {
                tracing::info!("the hub takes no reports; it is older than this pillar, or not a hub");
                self.reporting.refused(now + OLDER_HUB);
            }
            Err(error @ SyncError::Rejected(_)) => {
                tracing::warn!(%error, "a report was not taken");
                self.reporting.refused(now + LONGEST);
            }
            Err(SyncError::Busy { retry_after: Some(asked) }) => {
                tracing::info!("the hub wants no report now");
                self.reporting.put_off(now + asked.min(MOST_PATIENCE));
                self.tell_online(false);
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Round::Sent)
    }

    fn succeeded(&mut self) {
        self.happened(Event::Answered { left: &[] });
        self.heard();
    }

    fn heard(&mut self) {
        self.heard = Instant::now();
        self.tell_online(true);
    }

    async fn failed(&mut self, failed: Failed) {
        let Failed { error, sent } = failed;
        tracing::warn!(%error, permanent = error.is_permanent(), "what was to be sent was not");
        if !error.hub_answered() {
            self.tell_online(false);
        }
        // An upload that is taken does not change that: a revoked pillar may still deliver.
        if matches!(error, SyncError::NotAdmitted) {
            self.tell_admitted(false);
        }
        let ids: Vec<Uuid> = sent.iter().map(|sent| sent.id).collect();
        self.happened(Event::Failed { error: &error, sent: &ids });
        if !sent.is_empty() {
            let (at, why) = (self.worker.hub.now(), error.to_string());
            let noted = on_disk(&self.worker.outbox, self.worker.disk, move |outbox| {
                outbox.note_failure(&sent, at, &why)
            });
            if let Err(error) = noted.await {
                tracing::warn!(%error, "that it was tried in vain was not noted");
            }
        }
    }

    fn tell_admitted(&mut self, admitted: bool) {
        if self.admitted != admitted {
            self.admitted = admitted;
            (self.worker.events)(SyncEvent::Admitted(admitted));
        }
    }

    fn tell_online(&mut self, online: bool) {
        if self.online != Some(online) {
            self.online = Some(online);
            (self.worker.events)(SyncEvent::Online(online));
        }
    }
}

/// Gives up a request in which no transaction is as soon as there is one to send.
async fn unless_woken<T>(
    wakes: &mut watch::Receiver<()>,
    request: impl Future<Output = Result<T, SyncError>>,
) -> Option<Result<T, SyncError>> {
    let woken = async {
        if wakes.changed().await.is_err() {
            // The handle is gone, and the task is about to end.
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        biased;
        answer = request => Some(answer),
        () = woken => None,
    }
}
