//! The hub over HTTPS: HTTP/2 where the hub offers it, with certificates on both sides.
//!
//! Invariant: only the authority in the binding is trusted, nobody stands in between (no proxy, no
//! redirect), an answer of any size or speed cannot hold the pillar up, and a clock that is wrong by
//! years does not stop it.

mod agreed;
mod answers;
mod catalogue;
mod desks;
mod enrolment;
mod system;
mod tls;

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, Url, redirect};
use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use zuil_wire::enrolment::{RenewalAnswer, RenewalRequest};
use zuil_wire::{
    AskedAnswer, AskedCounts, Binding, HealthAnswer, HealthReport, Questions, QuestionsAnswer,
    StandingAnswer, StandingRequest, UploadRequest, UploadResponse, versions,
};

use super::budget::Budget;
use super::{Hub, Line, SyncError};
use crate::clock::HubTime;
use agreed::{Agreed, ZSTD};
use answers::{accepted, body_of, hubs_clock, tls_error, unreachable};
pub(super) use enrolment::Stranger;
use tls::{By, Seen, is_about_time, tls};

const CONNECT_TIME: Duration = Duration::from_secs(10);
/// A batch of the largest size takes 34 s at 1 Mbit/s; the hub allows it 120 s.
const TOTAL_TIME: Duration = Duration::from_secs(120);
/// A report or a greeting is small, and the next one is due soon: one that hangs is given up for a new connection.
const SIGN_OF_LIFE_TIME: Duration = Duration::from_secs(20);
/// A resident waits for it no longer than that.
const LOOKUP_TIME: Duration = Duration::from_secs(8);
/// An unused connection may die unseen on a mobile network; a new one costs one handshake. A heartbeat keeps it.
const IDLE_TIME: Duration = Duration::from_secs(30);
/// How soon a connection that died in the middle of a request is noticed: this long, twice.
const PING_TIME: Duration = Duration::from_secs(5);

/// The hub of a binding.
pub struct HttpsHub {
    /// Those of the certificate that counts now.
    lines: RwLock<Arc<Lines>>,
    provider: Arc<CryptoProvider>,
    max_kilobits: u32,
    time: HubTime,
    agreed: Agreed,
    budget: Mutex<Budget>,
    transactions: Url,
    report: Url,
    questions: Url,
    asked: Url,
    renewal: Url,
    standing: Url,
    lookup: Url,
    orders: Url,
    referrals: Url,
    visits: Url,
    service_key: Url,
    service_visits: Url,
    readiness: Url,
    health: Url,
    catalogue: Url,
    /// Below it lie the files of systems.
    system: Url,
}

/// The connections with one certificate. They share what TLS remembers of a session, and so its certificate.
struct Lines {
    client: Client,
    /// For what nothing may stay of.
    fleeting: Client,
    seen: Arc<Seen>,
    /// For asking the time, when that is what is wrong.
    without_time: tls::Tls,
    bulk: catalogue::Bulk,
}

impl HttpsHub {
    /// Prepares the connection; nothing is sent yet.
    ///
    /// # Errors
    /// [`SyncError::Setup`] when the binding holds an unusable key, certificate or address.
    pub fn new(binding: &Binding, line: Line, provider: &Arc<CryptoProvider>) -> Result<Self, SyncError> {
        let base = Url::parse(&binding.hub_url).map_err(|_| setup("hub_url is not an address"))?;
        let address = |path| base.join(path).map_err(|_| setup("hub_url is not an address"));
        Ok(Self {
            lines: RwLock::new(Arc::new(Lines::new(binding, &line.time, line.max_kilobits, provider)?)),
            provider: Arc::clone(provider),
            max_kilobits: line.max_kilobits,
            time: line.time,
            agreed: Agreed::default(),
            budget: Mutex::new(Budget::of(line.max_kilobits)),
            transactions: address("/v1/transactions")?,
            report: address("/v1/report")?,
            questions: address("/v1/questions")?,
            asked: address("/v1/asked")?,
            renewal: address("/v1/renewal")?,
            standing: address("/v1/standing")?,
            lookup: address("/v1/lookup")?,
            orders: address("/v1/orders")?,
            referrals: address("/v1/referrals")?,
            visits: address("/v1/visits")?,
            service_key: address("/v1/service-key")?,
            service_visits: address("/v1/service-visits")?,
            readiness: address("/v1/readiness")?,
            health: address("/v1/health")?,
            catalogue: address("/v1/catalogue")?,
            system: address("/v1/system/")?,
        })
    }

    fn lines(&self) -> Arc<Lines> {
        Arc::clone(&self.lines.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn lines_with(&self, binding: &Binding) -> Result<Lines, SyncError> {
        Lines::new(binding, &self.time, self.max_kilobits, &self.provider)
    }

    async fn post<A: DeserializeOwned>(
        &self,
        to: &Url,
        body: (Vec<u8>, bool),
        within: Duration,
        no_answer: &'static str,
    ) -> Result<A, SyncError> {
        self.post_over(|lines| &lines.client, to, body, within, no_answer).await
    }

    async fn post_over<A: DeserializeOwned>(
        &self,
        client: fn(&Lines) -> &Client,
        to: &Url,
        (body, compressed): (Vec<u8>, bool),
        within: Duration,
        no_answer: &'static str,
    ) -> Result<A, SyncError> {
        let version = self.agreed.version();
        let response = self
            .send(|lines| {
                let request = client(lines).post(to.clone()).timeout(within);
                let request = request.header(CONTENT_TYPE, "application/json");
                let request = if compressed { request.header(CONTENT_ENCODING, ZSTD) } else { request };
                request.body(body.clone())
            })
            .await?;
        let common = self.agreed.hear(response.headers());
        let otherwise = self.agreed.version() != version || (compressed && !self.agreed.takes_compressed());
        let answer = match accepted(response) {
            Err(SyncError::UnsupportedVersion) if !common => Err(SyncError::UnsupportedVersion),
            // It is another hub than before: what it did not understand is written as it understands it.
            Err(SyncError::Rejected(_) | SyncError::NoHub(415) | SyncError::UnsupportedVersion)
                if otherwise =>
            {
                Err(SyncError::SpokenOtherwise)
            }
            answer => answer,
        };
        let answer = body_of(answer?).await?;
        serde_json::from_slice(&answer).map_err(|_| SyncError::BadAnswer(no_answer))
    }

    fn write(&self, message: &impl Serialize) -> Result<(Vec<u8>, bool), SyncError> {
        let plain = serde_json::to_vec(message).map_err(|_| setup("a request has no JSON form"))?;
        Ok(self.agreed.write(plain))
    }

    /// Sends a request. When nothing but the time speaks against the hub's certificate, the hub is asked
    /// for the time first.
    async fn send(&self, request: impl Fn(&Lines) -> RequestBuilder) -> Result<Response, SyncError> {
        let lines = self.lines();
        let spoken = || request(&lines).header(versions::VERSIONS_HEADER, versions::spoken());
        let response = match spoken().send().await {
            Err(error) if tls_error(&error).is_some_and(is_about_time) => {
                self.ask_the_time(&lines).await?;
                spoken().send().await
            }
            other => other,
        };
        let response = response.map_err(unreachable)?;
        if let (Some(hubs), Some(valid)) = (hubs_clock(response.headers()), lines.seen.validity()) {
            if !valid.holds(hubs) {
                tracing::warn!(
                    "the hub's clock is outside of the time for which its own certificate is valid"
                );
            } else if let Err(error) = self.time.learn(hubs) {
                tracing::warn!(%error, "the hub's clock is not believed");
            }
        }
        Ok(response)
    }

    /// Greets the hub over a connection on which all of its certificate is verified but the time, and
    /// learns from its clock, as far as that agrees with its certificate. Nothing else is sent there.
    async fn ask_the_time(&self, lines: &Lines) -> Result<(), SyncError> {
        let greeting = client(lines.without_time.config.clone())?.get(self.health.clone());
        let response = greeting.send().await.map_err(unreachable)?;
        let no_time = || SyncError::NotTheHub("it does not say what time it is".to_owned());
        let hubs = hubs_clock(response.headers()).ok_or_else(no_time)?;
        let valid = lines.without_time.seen.validity().ok_or_else(no_time)?;
        if !valid.holds(hubs) {
            let why = format!("its certificate is not valid at {hubs}, which is the time by its own clock");
            return Err(SyncError::NotTheHub(why));
        }
        self.time.learn(hubs).map_err(|error| SyncError::NotTheHub(error.to_string()))
    }

    /// Asks whether the hub is there and admits this pillar; what its clock says, when it tells.
    pub(super) async fn hubs_clock(&self) -> Result<Option<Timestamp>, SyncError> {
        let response = accepted(self.send(|lines| lines.client.get(self.health.clone())).await?)?;
        Ok(hubs_clock(response.headers()))
    }

    /// Waits until so many bytes may go out.
    async fn room_for(&self, bytes: usize) {
        wait_for(&self.budget, bytes).await;
    }
}

impl Hub for HttpsHub {
    async fn upload(&self, request: &UploadRequest) -> Result<UploadResponse, SyncError> {
        let body = self.write(request)?;
        self.room_for(body.0.len()).await;
        self.post(&self.transactions, body, TOTAL_TIME, "it is no answer to an upload").await
    }

    async fn report(&self, report: &HealthReport) -> Result<HealthAnswer, SyncError> {
        let clock_off_seconds = self.time.wall_is_off().map(|off| off.as_secs());
        let told = HealthReport { clock_off_seconds, ..report.clone() }.in_version(report.version);
        self.post(&self.report, self.write(&told)?, SIGN_OF_LIFE_TIME, "it is no answer to a report").await
    }

    async fn ask(&self, questions: &Questions) -> Result<QuestionsAnswer, SyncError> {
        let body = self.write(questions)?;
        self.room_for(body.0.len()).await;
        self.post(&self.questions, body, TOTAL_TIME, "it is no answer to questions").await
    }

    async fn count(&self, counts: &AskedCounts) -> Result<AskedAnswer, SyncError> {
        let body = self.write(counts)?;
        self.room_for(body.0.len()).await;
        self.post(&self.asked, body, TOTAL_TIME, "it is no answer to counts of what was asked").await
    }

    async fn standing(&self, request: &StandingRequest) -> Result<StandingAnswer, SyncError> {
        let body = self.write(request)?;
        self.room_for(body.0.len()).await;
        self.post(&self.standing, body, TOTAL_TIME, "it does not tell how requests stand").await
    }

    async fn hello(&self) -> Result<(), SyncError> {
        let greeting = |lines: &Lines| lines.client.get(self.health.clone()).timeout(SIGN_OF_LIFE_TIME);
        let response = self.send(greeting).await?;
        self.agreed.hear(response.headers());
        body_of(accepted(response)?).await?;
        Ok(())
    }

    async fn renew(&self, asked: &RenewalRequest) -> Result<RenewalAnswer, SyncError> {
        let body = self.write(asked)?;
        self.post(&self.renewal, body, TOTAL_TIME, "it is no answer to a renewal").await
    }

    fn could_take(&self, binding: &Binding) -> Result<(), SyncError> {
        self.lines_with(binding).map(drop)
    }

    fn take(&self, binding: &Binding) -> Result<(), SyncError> {
        let lines = Arc::new(self.lines_with(binding)?);
        *self.lines.write().unwrap_or_else(PoisonError::into_inner) = lines;
        Ok(())
    }

    fn version(&self) -> u16 {
        self.agreed.version()
    }

    fn now(&self) -> Timestamp {
        self.time.now()
    }

    fn room(&self) -> usize {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner).room()
    }
}

impl Lines {
    fn new(
        binding: &Binding,
        time: &HubTime,
        max_kilobits: u32,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, SyncError> {
        let strict = tls(binding, provider, time, By::OurTime)?;
        Ok(Self {
            bulk: catalogue::Bulk::new(strict.config.clone(), max_kilobits)?,
            fleeting: fleeting(strict.config.clone())?,
            client: client(strict.config)?,
            seen: strict.seen,
            without_time: tls(binding, provider, time, By::ItsOwn)?,
        })
    }
}

fn client(config: ClientConfig) -> Result<Client, SyncError> {
    settings(config).build().map_err(|_| setup("the HTTPS client cannot be made"))
}

/// A connection for each request, which ends with its answer. One that stays has in its buffers what went over it
/// last: HTTP/2 copies a small body into one that lives as long as the connection.
fn fleeting(mut config: ClientConfig) -> Result<Client, SyncError> {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let settings = settings(config).pool_max_idle_per_host(0);
    settings.build().map_err(|_| setup("the HTTPS client cannot be made"))
}

fn settings(config: ClientConfig) -> ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(config)
        .https_only(true)
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIME)
        .timeout(TOTAL_TIME)
        .pool_idle_timeout(IDLE_TIME)
        .http2_keep_alive_interval(PING_TIME)
        .http2_keep_alive_timeout(PING_TIME)
}

async fn wait_for(budget: &Mutex<Budget>, bytes: usize) {
    let now = Instant::now();
    let wait = budget.lock().unwrap_or_else(PoisonError::into_inner).spend(bytes, now.into_std());
    tokio::time::sleep_until(now + wait).await;
}

fn setup(what: &str) -> SyncError {
    SyncError::Setup(what.to_owned())
}

#[cfg(test)]
mod tests;
