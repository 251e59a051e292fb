//! The hub as a pillar without a binding talks to it.
//!
//! Invariant: over the connection on which nobody was verified goes one greeting only, which holds no secret.
//! Everything else goes to the authority that was proved in answer to it.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Response, StatusCode, Url};
use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zuil_wire::Binding;
use zuil_wire::enrolment::{EnrolmentAnswer, EnrolmentRefusal, EnrolmentRequest, Greeting, GreetingRequest};

use super::tls::{self, By};
use super::{accepted, body_of, client, setup, unreachable};
use crate::clock::HubTime;
use crate::sync::SyncError;
use crate::sync::enrolment::EnrolError;

/// How long to wait when a hub asks for patience and does not say how much.
const PATIENCE: Duration = Duration::from_secs(60);

/// A hub that does not know this pillar yet.
pub(in crate::sync) struct Stranger {
    base: Url,
    time: HubTime,
    provider: Arc<CryptoProvider>,
}

impl Stranger {
    /// The hub at an address as people type it; nothing when it is none.
    pub(in crate::sync) fn at(typed: &str, time: HubTime, provider: &Arc<CryptoProvider>) -> Option<Self> {
        let typed = typed.trim();
        let address = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
        let mut base = Url::parse(&address).ok()?;
        let is_plain = base.scheme() == "https" && base.has_host() && base.username().is_empty();
        if !is_plain || typed.is_empty() || typed.contains(char::is_whitespace) {
            return None;
        }
        base.set_path("");
        base.set_query(None);
        base.set_fragment(None);
        Some(Self { base, time, provider: Arc::clone(provider) })
    }

    /// The address, as it belongs in a binding.
    pub(in crate::sync) fn hub_url(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// Asks for the proof. Whose answer it is, only the proof in it tells.
    pub(in crate::sync) async fn greet(&self, asked: &GreetingRequest) -> Result<Greeting, EnrolError> {
        let config = tls::unverified(&self.provider)?;
        self.ask(config, "/v1/enrolment/greeting", asked, "it is no greeting").await
    }

    /// Asks for a certificate, of the hub whose authority and time were proved.
    pub(in crate::sync) async fn enrol(
        &self,
        proved: &Greeting,
        asked: &EnrolmentRequest,
    ) -> Result<EnrolmentAnswer, EnrolError> {
        self.time.learn(proved.now)?;
        let config = tls::anonymous(&proved.authority, &self.provider, &self.time)?;
        self.ask(config, "/v1/enrolment", asked, "it is no answer to an enrolment").await
    }

    /// Whether the connection of a pillar can be set up with a binding.
    pub(in crate::sync) fn would_take(&self, binding: &Binding) -> Result<(), SyncError> {
        tls::tls(binding, &self.provider, &self.time, By::OurTime).map(drop)
    }

    async fn ask<A: DeserializeOwned>(
        &self,
        config: ClientConfig,
        path: &str,
        asked: &impl Serialize,
        no_answer: &'static str,
    ) -> Result<A, EnrolError> {
        let to = self.base.join(path).map_err(|_| setup("the hub's address is none"))?;
        let body = serde_json::to_vec(asked).map_err(|_| setup("a request has no JSON form"))?;
        let request = client(config)?.post(to).header(CONTENT_TYPE, "application/json").body(body);
        let response = request.send().await.map_err(unreachable)?;
        match response.status() {
            StatusCode::FORBIDDEN => {
                let refusal: EnrolmentRefusal = read(response, "it is no refusal").await?;
                Err(EnrolError::Refused(refusal.reason))
            }
            StatusCode::TOO_MANY_REQUESTS => {
                let asked =
                    response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
                Err(EnrolError::Wait(asked.map_or(PATIENCE, Duration::from_secs)))
            }
            _ => Ok(read(accepted(response)?, no_answer).await?),
        }
    }
}

async fn read<A: DeserializeOwned>(response: Response, no_answer: &'static str) -> Result<A, SyncError> {
    let answer = body_of(response).await?;
    serde_json::from_slice(&answer).map_err(|_| SyncError::BadAnswer(no_answer))
}
