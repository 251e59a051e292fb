//! The watch of a running hub: looks at all pillars and roll-outs every few seconds, keeps what changed, and gives the
//! messages. Invariant: of several hubs one watches at a time; whoever begins remembers from the store, and what could not
//! be kept was not decided.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;
use zeroize::Zeroizing;
use zuil_catalogue::Catalogue;

use super::config::AlertsConfig;
use super::delivery::{AT_MOST, AT_ONCE, Delivery, Mailbox, Webhook};
use super::letter::Letters;
use super::limits::Limits;
use super::machine::Machine;
use super::seen::look;
use super::stops;
use crate::background::{self, Complaints};
use crate::config::Config;
use crate::connectors::email::{Smtp, SmtpError};
use crate::connectors::settings;
use crate::data_folder::DataFolder;
use crate::handover::courier::{CourierError, HttpCourier};
use crate::store::{AlertChanges, Store, StoreError};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(2);
/// For how long it has the watch, and when it has it for longer.
const LEASE: SignedDuration = SignedDuration::from_secs(20);
const RENEWED: SignedDuration = SignedDuration::from_secs(10);
/// For how long it is known what was the matter.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 400);
/// How often what is older is forgotten.
const FORGETTING: SignedDuration = SignedDuration::from_hours(6);
/// How long what is under way may take when the hub ends.
const LAST: Duration = Duration::from_secs(5);

/// Why nobody can be told.
#[derive(Debug, thiserror::Error)]
pub enum AlertsError {
    /// A secret cannot be read.
    #[error("the secret in {path} cannot be read: {error}; look at {key} in hub.toml")]
    Secret {
        /// Which key of the settings names it.
        key: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// No connections can be made.
    #[error(transparent)]
    Courier(#[from] CourierError),
    /// No letters can be sent.
    #[error(transparent)]
    Smtp(#[from] SmtpError),
    /// The system gave no thread.
    #[error("nobody watches the pillars: {0}; look at the limits of the system")]
    Thread(#[from] std::io::Error),
}

/// Starts the watch on a thread of its own.
///
/// # Errors
/// [`AlertsError`].
pub fn start(
    config: &Config,
    folder: &Arc<DataFolder>,
    ended: watch::Receiver<bool>,
) -> Result<JoinHandle<()>, AlertsError> {
    let delivery = Arc::new(delivery(config)?);
    let letters = Letters {
        lang: config.alerts.lang(),
        email_to: config.alerts.email_to.clone(),
        webhook: config.alerts.webhook.is_some(),
    };
    let store = Arc::clone(&folder.store);
    let shelf = config.alerts.quiet_when_closed.then(|| Arc::clone(folder));
    // What cannot be read is told elsewhere; without it no silence is passed over.
    let published: Published = Box::new(move || shelf.as_ref()?.catalogues.opened().ok().flatten());
    let watch = Watch::new(store, config.alerts.limits(), letters, published);
    Ok(background::start("zuil-alerts", move || run(watch, delivery, ended))?)
}

fn delivery(config: &Config) -> Result<Delivery, AlertsError> {
    let AlertsConfig { email_to, webhook, .. } = &config.alerts;
    let email = config.connectors.as_ref().and_then(|connectors| connectors.email.as_ref());
    let mailbox = match email.filter(|_| !email_to.is_empty()) {
        Some(email) => {
            let file = email.password_file.as_ref();
            let password = file.map(|path| secret("connectors.email.password_file", path)).transpose()?;
            Some(Mailbox { postman: Box::new(Smtp::new(email, password)?), from: email.from.clone() })
        }
        None => None,
    };
    let webhook = match webhook {
        Some(webhook) => Some(Webhook {
            courier: Arc::new(HttpCourier::new(webhook.ca_file.as_deref())?),
            url: webhook.url.clone(),
            secret: secret("alerts.webhook.secret_file", &webhook.secret_file)?,
        }),
        None => None,
    };
    Ok(Delivery { mailbox, webhook })
}

fn secret(key: &'static str, path: &Path) -> Result<Zeroizing<String>, AlertsError> {
    settings::secret(path).map_err(|error| AlertsError::Secret { key, path: path.to_owned(), error })
}

/// Looks until the hub ends.
async fn run(mut watch: Watch, delivery: Arc<Delivery>, mut ended: watch::Receiver<bool>) {
    let mut under_way = JoinSet::new();
    let mut rounds = Complaints::about("the pillars are not watched; it is tried again");
    let about = || Complaints::about("what is told about the pillars cannot be kept; it is tried again");
    let (mut claims, mut given) = (about(), about());
    loop {
        let now = Timestamp::now();
        rounds.hear(watch.round(now));
        let free = AT_ONCE.saturating_sub(u32::try_from(under_way.len()).unwrap_or(u32::MAX));
        let due =
            if free == 0 { Ok(Vec::new()) } else { watch.store.claim_messages(now, now + AT_MOST, free) };
        for message in claims.hear(due).unwrap_or_default() {
            let (delivery, store) = (Arc::clone(&delivery), Arc::clone(&watch.store));
            under_way.spawn(async move { delivery.give(&message, &*store, Timestamp::now).await });
        }
        let pause = tokio::time::sleep(EVERY);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                // An error means that the hub was dropped.
                _ = ended.wait_for(|ended| *ended) => {
                    if !background::finish(&mut under_way, LAST).await {
                        tracing::info!("alerts that took too long were cut off; they are told later");
                    }
                    watch.end(Timestamp::now());
                    return;
                }
                Some(done) = under_way.join_next() => if let Ok(done) = done {
                    given.hear(done);
                },
                () = &mut pause => break,
            }
        }
    }
}

/// The catalogue that says when buildings are open; nothing when nobody may be silent.
pub(super) type Published = Box<dyn Fn() -> Option<Arc<Catalogue>> + Send>;

/// One hub's part in watching.
pub(super) struct Watch {
    pub(super) store: Arc<dyn Store>,
    limits: Limits,
    letters: Letters,
    published: Published,
    me: Uuid,
    /// As long as it has the watch.
    machine: Option<Machine>,
    /// Until when it has the watch.
    until: Timestamp,
    /// Since when, without a break, and until when it found that another hub has the watch.
    another_watched: Option<(Timestamp, Timestamp)>,
    forgotten: Timestamp,
}

impl Watch {
    pub(super) fn new(store: Arc<dyn Store>, limits: Limits, letters: Letters, published: Published) -> Self {
        let (me, never) = (Uuid::now_v7(), Timestamp::MIN);
        Self {
            store,
            limits,
            letters,
            published,
            me,
            machine: None,
            until: never,
            another_watched: None,
            forgotten: never,
        }
    }

    /// Looks once, when it has the watch or gets it.
    pub(super) fn round(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let done = self.looks(now);
        if done.is_err() {
            // What was decided was not kept.
            self.machine = None;
        }
        done
    }

    fn looks(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if self.machine.is_none() || self.until.duration_since(now) <= RENEWED {
            if !self.store.claim_watch(self.me, now, now + LEASE)? {
                self.machine = None;
                self.another_watched = Some((self.watched_before(now).unwrap_or(now), now));
                return Ok(());
            }
            self.until = now + LEASE;
        }
        // Reports were taken in all the while: whoever was silent then is silent for as long as that.
        let since = self.watched_before(now).unwrap_or(now);
        self.another_watched = None;
        let machine = match &mut self.machine {
            Some(machine) => machine,
            none => {
                let alerts = self.store.alerts(now.saturating_sub(Machine::memory()).unwrap_or(now))?;
                none.insert(Machine::new(self.limits, &alerts, now).watched_since(since))
            }
        };
        let catalogue = (self.published)();
        let sites = catalogue.as_ref().map(|catalogue| &catalogue.sites);
        let step = machine.step(&look(&*self.store, &self.limits, sites, now)?, now);
        let stops = stops::look(&*self.store)?;
        if !step.raised.is_empty() || !step.ended.is_empty() || !stops.is_empty() {
            for alert in &step.raised {
                tracing::warn!(
                    pillar = alert.pillar,
                    kind = alert.kind.as_str(),
                    "something is the matter with a pillar"
                );
            }
            let messages = self.letters.about(&step, &stops, now);
            let ended = step.ended.into_iter().map(|ended| ended.alert);
            let ended =
                ended.map(|alert| (alert.pillar, alert.kind, alert.ended_at.unwrap_or(now))).collect();
            let stops = stops.into_iter().map(|stop| (stop.failure.version, stop.stopped_at)).collect();
            let changes = AlertChanges { raised: step.raised, ended, stops, messages };
            if !self.store.keep_alerts(self.me, &changes, now)? {
                // Another hub has taken over.
                self.machine = None;
                return Ok(());
            }
        }
        if self.forgotten.saturating_add(FORGETTING).is_ok_and(|next| next <= now) {
            self.store.forget_alerts(now.saturating_sub(KEPT).unwrap_or(Timestamp::MIN))?;
            self.forgotten = now;
        }
        Ok(())
    }

    /// Since when another hub watches, or did until a moment ago, as this one found out for itself.
    fn watched_before(&self, now: Timestamp) -> Option<Timestamp> {
        let (since, last) = self.another_watched?;
        (now.duration_since(last) <= self.limits.own_gap()).then_some(since)
    }

    /// Lets another hub watch at once.
    pub(super) fn end(&mut self, now: Timestamp) {
        if self.machine.take().is_some()
            && let Err(error) = self.store.claim_watch(self.me, now, now)
        {
            tracing::warn!(%error, "another hub watches in a while");
        }
    }
}
