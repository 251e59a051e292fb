//! Mutual TLS for pillars. Invariant: whoever shows a certificate has one of the hub's own authority, and who shows
//! none is nobody: he gets no further than to enrolment, and has no more than a place in the [`Lobby`]. One who is slow
//! or silent keeps nobody else waiting.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use jiff::Timestamp;
use rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::lobby::{Connection, Lobby};
use crate::authority::{self, Authority, AuthorityError, Fingerprint};

/// How long a handshake may take.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// How many handshakes may be under way at once.
const HANDSHAKES: usize = 256;
/// How long to wait when the system has no room for another connection.
const NO_ROOM_PAUSE: Duration = Duration::from_millis(250);

/// Why TLS could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsSetupError {
    /// The authority failed.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The certificates do not fit together.
    #[error("TLS could not be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// Nobody could be verified.
    #[error("TLS could not be set up: {0}")]
    Verifier(#[from] VerifierBuilderError),
}

/// TLS with a fresh certificate for `names`, for clients with a certificate of `authority` or with none.
///
/// # Errors
/// When a certificate cannot be made.
pub fn server_config(
    authority: &Authority,
    names: &[String],
    now: Timestamp,
) -> Result<ServerConfig, TlsSetupError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate()?)?;
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .allow_unauthenticated()
        .build()?;
    let issued = authority.issue_server(names, now)?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![issued.certificate], issued.key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Who is at the other end.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// The fingerprint of the certificate, which was verified; nothing when there is none.
    pub fingerprint: Option<Fingerprint>,
    /// From where.
    pub address: IpAddr,
}

/// A connection whose handshake is done.
type Shaken = Connection<TlsStream<TcpStream>>;

/// Accepts connections and hands them on when their handshake is done.
pub struct TlsListener {
    local: SocketAddr,
    ready: mpsc::Receiver<(Shaken, Peer)>,
    accepting: JoinHandle<()>,
}

impl TlsListener {
    /// Starts to accept connections.
    ///
    /// # Errors
    /// When the address of `tcp` cannot be told.
    pub fn new(tcp: TcpListener, config: ServerConfig) -> io::Result<Self> {
        let local = tcp.local_addr()?;
        let (done, ready) = mpsc::channel(HANDSHAKES);
        let accepting = tokio::spawn(accept_all(tcp, TlsAcceptor::from(Arc::new(config)), done));
        Ok(Self { local, ready, accepting })
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Listener for TlsListener {
    type Io = Shaken;
    type Addr = Peer;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // Only when the accepting task was ended, and then this listener is about to be.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Err(io::Error::new(io::ErrorKind::Unsupported, format!("{} has no certificate", self.local)))
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        *stream.remote_addr()
    }
}

async fn accept_all(tcp: TcpListener, acceptor: TlsAcceptor, done: mpsc::Sender<(Shaken, Peer)>) {
    let (room, lobby) = (Arc::new(Semaphore::new(HANDSHAKES)), Arc::new(Lobby::default()));
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        let (stream, from) = match tcp.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(NO_ROOM_PAUSE).await;
                continue;
            }
        };
        let (acceptor, lobby, done) = (acceptor.clone(), Arc::clone(&lobby), done.clone());
        tokio::spawn(async move {
            if let Some(connection) = shake_hands(stream, from.ip(), acceptor, &lobby).await {
                // Fails only when the hub is about to end.
                let _ = done.send(connection).await;
            }
            drop(place);
        });
    }
}

async fn shake_hands(
    stream: TcpStream,
    address: IpAddr,
    acceptor: TlsAcceptor,
    lobby: &Arc<Lobby>,
) -> Option<(Shaken, Peer)> {
    // Without it a small answer may wait for the acknowledgement of an earlier one.
    let _ = stream.set_nodelay(true);
    let tls = match tokio::time::timeout(HANDSHAKE_TIME, acceptor.accept(stream)).await {
        Ok(Ok(tls)) => tls,
        Ok(Err(error)) => {
            tracing::info!(%error, "a handshake failed");
            return None;
        }
        Err(_) => {
            tracing::info!("a handshake took too long");
            return None;
        }
    };
    let certificate = tls.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let fingerprint = certificate.map(authority::fingerprint);
    let connection = if fingerprint.is_some() {
        Connection::of_pillar(tls)
    } else if let Some(place) = lobby.enter(address) {
        Connection::of_guest(tls, place)
    } else {
        tracing::info!("there are too many connections without a certificate; one was closed");
        return None;
    };
    Some((connection, Peer { fingerprint, address }))
}
