//! The hub over HTTPS: HTTP/2 where the hub offers it, with certificates on both sides.
//!
//! Invariant: only the authority in the binding is trusted, nobody stands in between (no proxy, no
//! redirect), and an answer of any size or speed cannot hold the pillar up.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zuil_wire::{Binding, HealthAnswer, HealthReport, UploadRequest, UploadResponse};

use super::{Hub, SyncError};

const CONNECT_TIME: Duration = Duration::from_secs(10);
/// A batch of the largest size takes 34 s at 1 Mbit/s; the hub allows it 120 s.
const TOTAL_TIME: Duration = Duration::from_secs(120);
/// An unused connection may die unseen on a mobile network; a new one costs one handshake.
const IDLE_TIME: Duration = Duration::from_secs(30);
/// How soon a connection that died in the middle of a request is noticed: this long, twice.
const PING_TIME: Duration = Duration::from_secs(5);
/// The largest answer, in bytes. One to a full batch has about 16 KiB.
const MAX_ANSWER: usize = 256 * 1024;

/// The hub of a binding.
pub struct HttpsHub {
    client: Client,
    transactions: Url,
    report: Url,
    health: Url,
}

impl HttpsHub {
    /// Prepares the connection; nothing is sent yet.
    ///
    /// # Errors
    /// [`SyncError::Setup`] when the binding holds an unusable key, certificate or address.
    pub fn new(binding: &Binding, provider: Arc<CryptoProvider>) -> Result<Self, SyncError> {
        let base = Url::parse(&binding.hub_url).map_err(|_| setup("hub_url is not an address"))?;
        let address = |path| base.join(path).map_err(|_| setup("hub_url is not an address"));
        let client = Client::builder()
            .tls_backend_preconfigured(tls(binding, provider)?)
            .https_only(true)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(CONNECT_TIME)
            .timeout(TOTAL_TIME)
            .pool_idle_timeout(IDLE_TIME)
            .http2_keep_alive_interval(PING_TIME)
            .http2_keep_alive_timeout(PING_TIME)
            .build()
            .map_err(|_| setup("the HTTPS client cannot be made"))?;
        Ok(Self {
            client,
            transactions: address("/v1/transactions")?,
            report: address("/v1/report")?,
            health: address("/v1/health")?,
        })
    }

    async fn post<A: DeserializeOwned>(
        &self,
        to: &Url,
        message: &impl Serialize,
        no_answer: &'static str,
    ) -> Result<A, SyncError> {
        let body = serde_json::to_vec(message).map_err(|_| setup("a request has no JSON form"))?;
        let sending = self.client.post(to.clone()).header(CONTENT_TYPE, "application/json");
        let response = sending.body(body).send().await.map_err(unreachable)?;
        let answer = body_of(accepted(response)?).await?;
        serde_json::from_slice(&answer).map_err(|_| SyncError::BadAnswer(no_answer))
    }

    /// Asks whether the hub is there and admits this pillar; what its clock says, when it tells.
    pub(super) async fn hubs_clock(&self) -> Result<Option<Timestamp>, SyncError> {
        let response = accepted(self.client.get(self.health.clone()).send().await.map_err(unreachable)?)?;
        Ok(response.headers().get(DATE).and_then(|date| http_date(date.to_str().ok()?)))
    }
}

impl Hub for HttpsHub {
    async fn upload(&self, request: &UploadRequest) -> Result<UploadResponse, SyncError> {
        self.post(&self.transactions, request, "it is no answer to an upload").await
    }

    async fn report(&self, report: &HealthReport) -> Result<HealthAnswer, SyncError> {
        self.post(&self.report, report, "it is no answer to a report").await
    }

    async fn hello(&self) -> Result<(), SyncError> {
        let response = self.client.get(self.health.clone()).send().await.map_err(unreachable)?;
        body_of(accepted(response)?).await?;
        Ok(())
    }
}

fn tls(binding: &Binding, provider: Arc<CryptoProvider>) -> Result<ClientConfig, SyncError> {
    let mut authority = RootCertStore::empty();
    for certificate in certificates(&binding.authority, "the authority's certificate is not PEM")? {
        authority.add(certificate).map_err(|_| setup("the authority's certificate is not usable"))?;
    }
    let own = certificates(&binding.certificate, "the pillar's certificate is not PEM")?;
    let key = PrivateKeyDer::from_pem_slice(binding.private_key.as_bytes())
        .map_err(|_| setup("the pillar's private key is not PEM"))?;
    // In TLS 1.2 the pillar's certificate, and so its name, would travel in the clear.
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|_| setup("TLS 1.3 is not available"))?
        .with_root_certificates(authority)
        .with_client_auth_cert(own, key)
        .map_err(|_| setup("the pillar's certificate and private key do not fit"))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn certificates(pem: &str, remedy: &str) -> Result<Vec<CertificateDer<'static>>, SyncError> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|_| setup(remedy))?;
    if found.is_empty() { Err(setup(remedy)) } else { Ok(found) }
}

fn setup(what: &str) -> SyncError {
    SyncError::Setup(what.to_owned())
}

/// What a status means; see `docs/protocol.md`.
fn accepted(response: Response) -> Result<Response, SyncError> {
    let status = response.status();
    match status {
        StatusCode::OK => Ok(response),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(SyncError::NotAdmitted),
        StatusCode::UPGRADE_REQUIRED => Err(SyncError::UnsupportedVersion),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Err(busy(response.headers())),
        StatusCode::BAD_REQUEST
        | StatusCode::CONFLICT
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::UNPROCESSABLE_ENTITY => Err(SyncError::Rejected(status.as_u16())),
        _ if status.is_server_error() => Err(busy(response.headers())),
        _ => Err(SyncError::NoHub(status.as_u16())),
    }
}

fn busy(headers: &HeaderMap) -> SyncError {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    SyncError::Busy { retry_after: text(RETRY_AFTER).and_then(|asked| patience(asked, text(DATE))) }
}

/// `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date, which counts from the hub's own
/// clock, because the pillar's may be wrong.
fn patience(asked: &str, hubs_clock: Option<&str>) -> Option<Duration> {
    let asked = asked.trim();
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = http_date(asked)?;
    let wait = until.duration_since(http_date(hubs_clock?)?);
    Some(Duration::try_from(wait).unwrap_or_default())
}

fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

async fn body_of(mut response: Response) -> Result<Vec<u8>, SyncError> {
    const TOO_LARGE: SyncError = SyncError::BadAnswer("it is too large");
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(TOO_LARGE);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Why a request got no answer. What TLS says is told apart: it needs a person.
fn unreachable(error: reqwest::Error) -> SyncError {
    if let Some(tls) = tls_error(&error) {
        return match tls {
            rustls::Error::InvalidCertificate(why) => SyncError::NotTheHub(format!("{why:?}")),
            rustls::Error::AlertReceived(_) => SyncError::NotAdmitted,
            other => SyncError::NotTheHub(other.to_string()),
        };
    }
    let what = if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    SyncError::Unreachable(what.to_owned())
}

fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(error) = cause {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(tls);
        }
        // An io::Error does not name what it wraps as its source, but the source of that.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(wrapped) = wrapped {
            cause = Some(wrapped);
            continue;
        }
        cause = error.source();
    }
    None
}

#[cfg(test)]
mod tests;
