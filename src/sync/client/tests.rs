//! The client against a small TLS server on loopback that says what it is told to.

use std::net::SocketAddr;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use zuil_wire::PROTOCOL_VERSION;

use super::answers::MAX_ANSWER;
use super::tls::certificates;
use super::*;

mod catalogue;
mod clock;
mod enrolment;
mod forms;
mod system;

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// A line without a limit, and a clock that is right.
fn line() -> Line {
    Line { time: HubTime::with(None, Timestamp::now, || Duration::ZERO), max_kilobits: 0 }
}

/// An authority that vouches for a hub or for pillars.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A certificate and its key, PEM.
    fn issues(&self, name: &str) -> (String, String) {
        self.issues_valid(name, (1975, 4096))
    }

    /// The same, valid from the beginning of one year to the beginning of another.
    fn issues_valid(&self, name: &str, years: (i32, i32)) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
        params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }
}

fn admitting(admits: &Authority) -> Arc<dyn ClientCertVerifier> {
    let mut roots = RootCertStore::empty();
    roots.add(certificates(&admits.pem, "").unwrap().remove(0)).unwrap();
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider()).build().unwrap()
}

/// The TLS side of a hub that admits everyone whom `admits` vouches for.
fn server_config(vouched_for_by: &Authority, admits: &Authority) -> ServerConfig {
    let verifier = admitting(admits);
    server_config_with(vouched_for_by.issues("127.0.0.1"), verifier)
}

fn server_config_with(
    (certificate, key): (String, String),
    admits: Arc<dyn ClientCertVerifier>,
) -> ServerConfig {
    ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(admits)
        .with_single_cert(
            certificates(&certificate, "").unwrap(),
            PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
        )
        .unwrap()
}

/// A request as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Heard {
    head: String,
    body: Vec<u8>,
}

impl Heard {
    fn is_greeting(&self) -> bool {
        self.head.starts_with("get /v1/health ") && self.body.is_empty()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

type Requests = Arc<Mutex<Vec<Heard>>>;

/// A hub that gives the same answer to everyone whom `admits` vouches for.
async fn hub(vouched_for_by: &Authority, admits: &Authority, answer: String) -> SocketAddr {
    serves(server_config(vouched_for_by, admits), move |_| answer.clone()).await.0
}

/// A hub with this TLS, which gives its answer by the number of the request, from 0.
async fn serves(
    config: ServerConfig,
    answer: impl Fn(usize) -> String + Send + 'static,
) -> (SocketAddr, Requests) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let requests = Requests::default();
    let heard = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(tcp).await {
                let mut request = Vec::new();
                let mut buffer = [0; 4096];
                while !is_whole(&request) {
                    match stream.read(&mut buffer).await {
                        Ok(count) if count > 0 => request.extend_from_slice(&buffer[..count]),
                        _ => break,
                    }
                }
                let Some((head, body)) = parts(&request) else { continue };
                let number = {
                    let mut heard = heard.lock().unwrap();
                    heard.push(Heard { head, body });
                    heard.len() - 1
                };
                let _ = stream.write_all(answer(number).as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        }
    });
    (address, requests)
}

fn parts(request: &[u8]) -> Option<(String, Vec<u8>)> {
    let end = request.windows(4).position(|window| window == b"\r\n\r\n")?;
    Some((String::from_utf8_lossy(&request[..end]).to_lowercase(), request[end + 4..].to_vec()))
}

fn is_whole(request: &[u8]) -> bool {
    let Some((head, body)) = parts(request) else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

fn binding(address: SocketAddr, trusts: &Authority, vouched_for_by: &Authority) -> Binding {
    let (certificate, private_key) = vouched_for_by.issues("voorbeeld.invalid");
    Binding {
        pillar: "voorbeeld".into(),
        hub_url: format!("https://{address}"),
        authority: trusts.pem.clone(),
        certificate,
        private_key,
        signing_key: String::new(),
        seal_key_id: "k1".into(),
        seal_public_key: String::new(),
    }
}

fn request() -> UploadRequest {
    UploadRequest { version: PROTOCOL_VERSION, envelopes: Vec::new(), surveys: Vec::new() }
}

/// What an upload comes to when the hub answers so.
async fn upload(text: String) -> Result<UploadResponse, SyncError> {
    let authority = Authority::new();
    let address = hub(&authority, &authority, text).await;
    let hub = HttpsHub::new(&binding(address, &authority, &authority), line(), &provider()).unwrap();
    hub.upload(&request()).await
}

const EMPTY: &str = r#"{"now":"2026-03-02T09:00:00Z","outcomes":[],"surveys":[]}"#;

#[tokio::test]
async fn pillar_and_hub_that_trust_each_other_can_talk() {
    let response = upload(answer("200 OK", "", EMPTY)).await.unwrap();
    assert!(response.outcomes.is_empty());
}

#[tokio::test]
async fn the_connection_of_a_lookup_ends_with_it_so_that_nothing_of_it_stays_in_a_buffer() {
    use crate::sync::LookupDesk;
    let authority = Authority::new();
    let mut config = server_config(&authority, &authority);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let ended = tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.unwrap();
        let mut stream = TlsAcceptor::from(Arc::new(config)).accept(tcp).await.unwrap();
        let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
        while !is_whole(&request) {
            let count = stream.read(&mut buffer).await.unwrap();
            assert!(count > 0, "it ended before it was answered");
            request.extend_from_slice(&buffer[..count]);
        }
        // This hub would go on for ever.
        let answer = answer("200 OK", "", r#"{"found":null}"#).replace("connection: close\r\n", "");
        stream.write_all(answer.as_bytes()).await.unwrap();
        !matches!(stream.read(&mut buffer).await, Ok(1..))
    });
    let hub = HttpsHub::new(&binding(address, &authority, &authority), line(), &provider()).unwrap();
    assert_eq!(hub.look_up(zuil_wire::Reference::from_bits(1)).await.unwrap().found, None);
    // Well before it would end for being idle.
    let ended = tokio::time::timeout(IDLE_TIME / 2, ended).await;
    assert!(ended.expect("the pillar keeps the connection").unwrap(), "something more was sent");
}

#[tokio::test]
async fn a_hub_that_offers_http_2_is_spoken_to_in_http_2() {
    let authority = Authority::new();
    let mut config = server_config(&authority, &authority);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let first_words = tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.unwrap();
        let mut stream = TlsAcceptor::from(Arc::new(config)).accept(tcp).await.unwrap();
        let mut words = [0; 14];
        stream.read_exact(&mut words).await.unwrap();
        words
    });
    let hub = HttpsHub::new(&binding(address, &authority, &authority), line(), &provider()).unwrap();
    let error = hub.upload(&request()).await.unwrap_err();
    assert_eq!(&first_words.await.unwrap(), b"PRI * HTTP/2.0");
    assert!(matches!(error, SyncError::Unreachable(_)), "the hub hung up after that: {error:?}");
}

#[tokio::test]
async fn a_hub_of_another_authority_is_not_believed() {
    let (ours, other) = (Authority::new(), Authority::new());
    let address = hub(&other, &ours, answer("200 OK", "", EMPTY)).await;
    let hub = HttpsHub::new(&binding(address, &ours, &ours), line(), &provider()).unwrap();
    let error = hub.upload(&request()).await.unwrap_err();
    assert!(matches!(error, SyncError::NotTheHub(_)) && error.is_permanent(), "{error:?}");
    assert!(matches!(hub.hello().await, Err(SyncError::NotTheHub(_))));
}

#[tokio::test]
async fn a_pillar_of_another_authority_is_not_admitted() {
    let (ours, other) = (Authority::new(), Authority::new());
    let address = hub(&ours, &ours, answer("200 OK", "", EMPTY)).await;
    let hub = HttpsHub::new(&binding(address, &ours, &other), line(), &provider()).unwrap();
    let error = hub.upload(&request()).await.unwrap_err();
    assert!(matches!(error, SyncError::NotAdmitted) && error.is_permanent(), "{error:?}");
}

#[tokio::test]
async fn where_nobody_listens_the_hub_is_away() {
    let authority = Authority::new();
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let hub = HttpsHub::new(&binding(address, &authority, &authority), line(), &provider()).unwrap();
    let error = hub.upload(&request()).await.unwrap_err();
    assert!(matches!(error, SyncError::Unreachable(_)) && !error.is_permanent(), "{error:?}");
}

#[tokio::test]
async fn every_status_has_its_meaning() {
    for (status, permanent, wanted) in [
        ("400 Bad Request", false, "Rejected"),
        ("403 Forbidden", true, "NotAdmitted"),
        ("404 Not Found", true, "NoHub"),
        ("302 Found", true, "NoHub"),
        ("408 Request Timeout", false, "Busy"),
        ("413 Content Too Large", false, "Rejected"),
        ("426 Upgrade Required", true, "UnsupportedVersion"),
        ("429 Too Many Requests", false, "Busy"),
        ("500 Internal Server Error", false, "Busy"),
        ("503 Service Unavailable", false, "Busy"),
    ] {
        let error = upload(answer(status, "location: https://127.0.0.1:1/\r\n", "")).await.unwrap_err();
        assert!(format!("{error:?}").starts_with(wanted), "{status}: {error:?}");
        assert_eq!(error.is_permanent(), permanent, "{status}");
    }
}

#[tokio::test]
async fn the_hub_says_how_long_to_wait() {
    let error = upload(answer("503 Service Unavailable", "retry-after: 17\r\n", "")).await.unwrap_err();
    assert!(
        matches!(error, SyncError::Busy { retry_after: Some(wait) } if wait.as_secs() == 17),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_answer_that_is_none_or_too_much_is_not_used() {
    let nonsense = upload(answer("200 OK", "", "<html>")).await.unwrap_err();
    assert!(matches!(nonsense, SyncError::BadAnswer(_)), "{nonsense:?}");
    let flood = upload(answer("200 OK", "", &" ".repeat(MAX_ANSWER + 1))).await.unwrap_err();
    assert!(matches!(flood, SyncError::BadAnswer("it is too large")), "{flood:?}");
}

#[tokio::test]
async fn a_report_brings_back_what_staff_found_out() {
    let report = || HealthReport {
        version: PROTOCOL_VERSION,
        at: Timestamp::UNIX_EPOCH,
        program: "0.2.0".into(),
        catalogue: "1".into(),
        devices: Vec::new(),
        paper: None,
        waiting: 0,
        open_payments: Vec::new(),
        clock_off_seconds: None,
        storage: None,
        seal_key: None,
        catalogue_refused: None,
        in_use: None,
        celsius: None,
        system: None,
    };
    let authority = Authority::new();
    let payment = uuid::Uuid::from_u128(7);
    let body = format!(
        r#"{{"now":"2026-03-02T09:00:00Z","settled":[{{"payment":"{payment}","state":"not_paid"}}]}}"#
    );
    let address = hub(&authority, &authority, answer("200 OK", "", &body)).await;
    let willing = HttpsHub::new(&binding(address, &authority, &authority), line(), &provider()).unwrap();
    let settled = willing.report(&report()).await.unwrap().settled;
    assert_eq!((settled[0].payment, settled[0].state), (payment, zuil_wire::PaymentState::NotPaid));
    let address = hub(&authority, &authority, answer("404 Not Found", "", "")).await;
    let older = HttpsHub::new(&binding(address, &authority, &authority), line(), &provider()).unwrap();
    assert!(matches!(older.report(&report()).await, Err(SyncError::NoHub(404))));
}

#[test]
fn a_full_answer_fits() {
    let id = uuid::Uuid::from_u128(u128::MAX);
    let outcome = zuil_wire::ItemOutcome::Accepted {
        id,
        state: zuil_wire::State::Registered,
        case_number: Some("Z".repeat(255)),
    };
    let full = UploadResponse {
        now: Timestamp::UNIX_EPOCH,
        outcomes: vec![outcome; UploadRequest::MAX_ENVELOPES],
        surveys: vec![id; UploadRequest::MAX_ENVELOPES],
        later: vec![id; UploadRequest::MAX_ENVELOPES],
    };
    assert!(serde_json::to_vec(&full).unwrap().len() < MAX_ANSWER / 4);
}

#[test]
fn a_broken_binding_is_found_out_before_anything_is_sent() {
    let authority = Authority::new();
    let address = "127.0.0.1:1".parse().unwrap();
    let good = || binding(address, &authority, &authority);
    type Spoil = fn(&mut Binding);
    let cases: [(&str, Spoil); 5] = [
        ("hub_url", |binding| binding.hub_url = "hub".into()),
        ("authority", |binding| binding.authority = String::new()),
        ("certificate", |binding| binding.certificate = "-----BEGIN".into()),
        ("private key", |binding| binding.private_key = "geheim".into()),
        ("fit", |binding| binding.private_key = Authority::new().issues("other.invalid").1),
    ];
    HttpsHub::new(&good(), line(), &provider()).unwrap();
    for (what, spoil) in cases {
        let mut binding = good();
        spoil(&mut binding);
        let error = HttpsHub::new(&binding, line(), &provider()).err().unwrap();
        assert!(matches!(error, SyncError::Setup(_)), "{what}: {error:?}");
        assert!(error.to_string().contains(what) && !error.to_string().contains("geheim"), "{error}");
    }
}
