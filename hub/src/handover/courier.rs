//! The seam to the network: one request goes, one answer comes, or nobody knows. Invariant: an answer of any size or
//! speed holds nobody up, and no request follows a redirect to where its key should not go.

use std::error::Error as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::{Request, Response};
use reqwest::{Client, redirect};
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls_platform_verifier::Verifier;

/// How long a connection may take to be made.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// How long a request may take, from its first byte to the last one of its answer.
pub const TOTAL_TIME: Duration = Duration::from_secs(30);
/// The largest answer, in bytes. A page of a hundred cases has about 200 KiB.
const MAX_ANSWER: usize = 4 * 1024 * 1024;

/// There was no whole answer: what was asked was done, or not, or will be, unless it never left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// It took too long.
    #[error("no answer in time")]
    Late,
    /// There was no connection: nothing left, so nothing was done.
    #[error("no connection")]
    Unreached,
    /// The connection broke.
    #[error("the connection broke")]
    Broken,
    /// The answer was too large to be one.
    #[error("an answer that is too large")]
    TooLarge,
}

/// Takes requests to other systems.
#[async_trait]
pub trait Courier: Send + Sync {
    /// Sends a request once and brings its answer, whatever its status.
    ///
    /// # Errors
    /// [`Lost`], when there is no whole answer. Then nobody knows whether it was done, but for [`Lost::Unreached`].
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Lost>;
}

/// Why there is no courier.
#[derive(Debug, thiserror::Error)]
pub enum CourierError {
    /// The file of certificates is of no use.
    #[error("ca_file {path} cannot be used: {why}; give the path of a PEM file")]
    Certificates {
        /// Which file.
        path: String,
        /// What is the matter.
        why: String,
    },
    /// TLS could not be set up.
    #[error(
        "connections to other systems are not possible: {0}; install the system's CA certificates, or set ca_file"
    )]
    Tls(#[from] rustls::Error),
    /// The client could not be made.
    #[error("connections to other systems are not possible: {0}")]
    Client(#[from] reqwest::Error),
}

/// Requests over HTTP, with TLS by rustls.
pub struct HttpCourier(Client);

impl HttpCourier {
    /// A courier that trusts what the operating system trusts and, when given, the authorities in a PEM file, such
    /// as a municipality's own.
    ///
    /// # Errors
    /// [`CourierError`].
    pub fn new(ca_file: Option<&Path>) -> Result<Self, CourierError> {
        let own = ca_file.map(certificates).transpose()?.unwrap_or_default();
        let client = Client::builder()
            .tls_backend_preconfigured(tls(own)?)
            .connect_timeout(CONNECT_TIME)
            .timeout(TOTAL_TIME)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("zuil-hub/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self(client))
    }
}

/// TLS that trusts what the operating system trusts, and these.
fn tls(own: Vec<CertificateDer<'static>>) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = Verifier::new_with_extra_roots(own, Arc::clone(&provider))?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, CourierError> {
    let error = |why: String| CourierError::Certificates { path: path.display().to_string(), why };
    let all = CertificateDer::pem_file_iter(path).map_err(|why| error(why.to_string()))?;
    let all: Vec<_> = all.collect::<Result<_, _>>().map_err(|why| error(why.to_string()))?;
    if all.is_empty() { Err(error("it holds no certificate".into())) } else { Ok(all) }
}

#[async_trait]
impl Courier for HttpCourier {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Lost> {
        let request = reqwest::Request::try_from(request).map_err(|error| lost(&error))?;
        let mut answer = self.0.execute(request).await.map_err(|error| lost(&error))?;
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| lost(&error))? {
            if body.len() + piece.len() > MAX_ANSWER {
                return Err(Lost::TooLarge);
            }
            body.extend_from_slice(&piece);
        }
        let mut whole = Response::new(body);
        *whole.status_mut() = answer.status();
        *whole.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(whole)
    }
}

fn lost(error: &reqwest::Error) -> Lost {
    // Without the address, which may name a person.
    let cause = error.source().and_then(|cause| cause.source()).map(ToString::to_string);
    tracing::debug!(timeout = error.is_timeout(), connect = error.is_connect(), cause, "no answer");
    match error {
        // Also when that took too long.
        _ if error.is_connect() => Lost::Unreached,
        _ if error.is_timeout() => Lost::Late,
        _ => Lost::Broken,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use axum::Router;
    use axum::http::{StatusCode, header};
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio::sync::oneshot;

    use super::*;

    /// A system (made up) on loopback that says this to the first request and then nothing any more, with the connection
    /// open, and that tells when it is silent.
    pub(crate) async fn silent_system(says: &'static str) -> (String, oneshot::Receiver<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (silent, is_silent) = oneshot::channel();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 1024];
            assert!(stream.read(&mut request).await.unwrap() > 0);
            stream.write_all(says.as_bytes()).await.unwrap();
            silent.send(()).unwrap();
            std::future::pending::<()>().await;
        });
        (format!("http://{address}"), is_silent)
    }

    /// A system (made up) on loopback.
    async fn system() -> String {
        let elsewhere = (StatusCode::FOUND, [(header::LOCATION, "/large")]);
        let routes = Router::new()
            .route("/", get(|| async { (StatusCode::IM_A_TEAPOT, "tea") }))
            .route("/elsewhere", get(move || async move { elsewhere }))
            .route("/large", get(|| async { vec![b' '; MAX_ANSWER + 1] }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        format!("http://{address}")
    }

    async fn ask(url: &str) -> Result<Response<Vec<u8>>, Lost> {
        let request = Request::builder().uri(url).body(Vec::new()).unwrap();
        HttpCourier::new(None).unwrap().send(request).await
    }

    #[tokio::test]
    async fn it_brings_the_answer_as_it_is_and_follows_nobody() {
        let system = system().await;
        let answer = ask(&system).await.unwrap();
        assert_eq!((answer.status(), answer.body().as_slice()), (StatusCode::IM_A_TEAPOT, b"tea".as_slice()));
        assert_eq!(ask(&format!("{system}/elsewhere")).await.unwrap().status(), StatusCode::FOUND);
    }

    #[tokio::test]
    async fn an_answer_without_end_is_lost_and_so_is_one_from_nobody() {
        let system = system().await;
        assert_eq!(ask(&format!("{system}/large")).await.unwrap_err(), Lost::TooLarge);
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        assert_eq!(ask(&format!("http://{free}")).await.unwrap_err(), Lost::Unreached);
    }

    #[tokio::test]
    async fn a_system_that_says_nothing_or_stops_halfway_is_given_up() {
        for says in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"] {
            let (url, is_silent) = silent_system(says).await;
            let asking = tokio::spawn(async move { ask(&url).await });
            is_silent.await.unwrap();
            // From here on nothing happens but that time passes.
            tokio::time::pause();
            let begun = tokio::time::Instant::now();
            assert_eq!(asking.await.unwrap().unwrap_err(), Lost::Late, "{says:?}");
            assert!(begun.elapsed() < 2 * TOTAL_TIME, "{says:?}");
            tokio::time::resume();
        }
    }

    #[test]
    fn a_file_without_certificates_is_refused_at_the_start() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for path in [file.path(), Path::new("/nowhere/ca.pem")] {
            let error = HttpCourier::new(Some(path)).err().unwrap().to_string();
            assert!(error.contains("PEM file"), "{error}");
        }
    }
}
