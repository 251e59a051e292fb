//! Tries the way to the hub step by step, for the technician who stands at the pillar.
//!
//! Invariant: nothing is uploaded, and every step has a time limit.

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use zuil_wire::Binding;

use super::{HttpsHub, Line, SyncError};
use crate::clock::HubTime;

const NAME_TIME: Duration = Duration::from_secs(8);
const CONNECT_TIME: Duration = Duration::from_secs(6);
const HELLO_TIME: Duration = Duration::from_secs(12);

/// How far the way to the hub goes.
#[derive(Debug)]
pub struct Probe {
    /// The hub's name or address, with its port.
    pub hub: String,
    /// The addresses that the name stands for.
    pub addresses: Vec<SocketAddr>,
    /// Where the way ends, and why; `None` when the hub admits this pillar.
    pub ended: Option<Ended>,
    /// How much the pillar's clock is ahead of the hub's (or behind, when negative), to about a second,
    /// when the hub told.
    pub clock_ahead: Option<SignedDuration>,
}

/// Where a way ended.
#[derive(Debug)]
pub enum Ended {
    /// The name stands for no address.
    Name(io::Error),
    /// No connection: the port is closed, or nothing answers.
    Connection(io::Error),
    /// No TLS: somebody else answers, or nobody does.
    Certificate(SyncError),
    /// The hub does not admit this pillar, or is none.
    Admission(SyncError),
}

/// Tries the way to the hub of a binding. `now` reads the wall clock, which may be wrong: a wrong clock is
/// told as that, and not as somebody else's certificate.
///
/// # Errors
/// [`SyncError::Setup`] when the binding is unusable.
pub fn probe(binding: &Binding, now: fn() -> Timestamp) -> Result<Probe, SyncError> {
    let unusable = || SyncError::Setup("hub_url is not an address".to_owned());
    let url = Url::parse(&binding.hub_url).map_err(|_| unusable())?;
    let (Some(name), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return Err(unusable());
    };
    let hub = format!("{name}:{port}");
    let mut probe = Probe { hub: hub.clone(), addresses: Vec::new(), ended: None, clock_ahead: None };
    match addresses_of(hub) {
        Ok(addresses) => probe.addresses = addresses,
        Err(error) => return Ok(Probe { ended: Some(Ended::Name(error)), ..probe }),
    }
    if let Err(error) = connect(&probe.addresses) {
        return Ok(Probe { ended: Some(Ended::Connection(error)), ..probe });
    }
    match greet(binding, now) {
        Ok(ahead) => probe.clock_ahead = ahead,
        Err(error @ (SyncError::Unreachable(_) | SyncError::NotTheHub(_))) => {
            probe.ended = Some(Ended::Certificate(error));
        }
        Err(error @ SyncError::Setup(_)) => return Err(error),
        Err(error) => probe.ended = Some(Ended::Admission(error)),
    }
    Ok(probe)
}

/// Looks a name up. The system's own look-up has no time limit, so it is left behind when it hangs.
fn addresses_of(hub: String) -> io::Result<Vec<SocketAddr>> {
    let (tell, told) = channel();
    thread::Builder::new().name("look-up".into()).spawn(move || {
        drop(tell.send(hub.to_socket_addrs().map(Iterator::collect::<Vec<_>>)));
    })?;
    let found = told.recv_timeout(NAME_TIME).map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    if found.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(found) }
}

/// Tries the first two addresses: one of each kind, as a rule.
fn connect(addresses: &[SocketAddr]) -> io::Result<()> {
    let mut outcome = Err(io::ErrorKind::NotFound.into());
    for address in addresses.iter().take(2) {
        outcome = TcpStream::connect_timeout(address, CONNECT_TIME).map(drop);
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

fn greet(binding: &Binding, now: fn() -> Timestamp) -> Result<Option<SignedDuration>, SyncError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| SyncError::Unreachable(error.to_string()))?;
    let started = Instant::now();
    let time = HubTime::with(None, now, move || started.elapsed());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let hub = HttpsHub::new(binding, Line { time, max_kilobits: 0 }, &provider)?;
    let greeting = runtime.block_on(async { tokio::time::timeout(HELLO_TIME, hub.hubs_clock()).await });
    let told = greeting.map_err(|_| SyncError::Unreachable("it took too long".to_owned()))??;
    Ok(told.map(|hubs| now().duration_since(hubs)))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn binding(hub_url: &str) -> Binding {
        let key = rcgen::KeyPair::generate().unwrap();
        let own = rcgen::CertificateParams::new(vec!["voorbeeld".to_owned()]).unwrap();
        let pem = own.self_signed(&key).unwrap().pem();
        Binding {
            pillar: "voorbeeld".into(),
            hub_url: hub_url.into(),
            authority: pem.clone(),
            certificate: pem,
            private_key: key.serialize_pem(),
            signing_key: String::new(),
            seal_key_id: "k1".into(),
            seal_public_key: String::new(),
        }
    }

    #[test]
    fn a_name_that_does_not_exist_is_where_the_way_ends() {
        let probe = probe(&binding("https://hub.invalid:8443"), Timestamp::now).unwrap();
        assert!(matches!(probe.ended, Some(Ended::Name(_))), "{probe:?}");
        assert_eq!(probe.hub, "hub.invalid:8443");
    }

    #[test]
    fn a_closed_port_is_no_connection() {
        let closed = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        let probe = probe(&binding(&format!("https://{closed}")), Timestamp::now).unwrap();
        let Some(Ended::Connection(error)) = probe.ended else { panic!("{probe:?}") };
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }

    #[test]
    fn who_hangs_up_amid_the_greeting_is_no_hub() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || listener.incoming().for_each(drop));
        let probe = probe(&binding(&format!("https://{address}")), Timestamp::now).unwrap();
        assert!(matches!(probe.ended, Some(Ended::Certificate(SyncError::Unreachable(_)))), "{probe:?}");
    }
}
