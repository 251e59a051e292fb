//! TLS to the hub of a binding, by a clock that may be wrong by years.
//!
//! Invariant: with a binding, chain, name and signature are verified always, against its authority alone.
//! Only the time may be left aside, and only to ask the hub what time it is. Without a binding nobody is verified
//! once, to ask for the proof by which an authority is found.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WantsClientCert, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{
    CertificateError, ClientConfig, ConfigBuilder, DigitallySignedStruct, Error, RootCertStore,
    SignatureScheme, version,
};
use zuil_wire::Binding;

use super::setup;
use crate::clock::HubTime;
use crate::sync::SyncError;
use crate::sync::expiry::{Validity, validity};

/// TLS as it is set up for one kind of connection, and what it saw of the hub's certificate.
pub(super) struct Tls {
    pub(super) config: ClientConfig,
    pub(super) seen: Arc<Seen>,
}

/// The validity of the certificate that the hub showed last.
#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<Option<Validity>>);

impl Seen {
    pub(super) fn validity(&self) -> Option<Validity> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// By which clock a certificate is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// The pillar's.
    OurTime,
    /// None: at a time at which it was valid.
    ItsOwn,
}

/// The TLS side of a pillar.
///
/// # Errors
/// [`SyncError::Setup`] when the binding holds an unusable key or certificate.
pub(super) fn tls(
    binding: &Binding,
    provider: &Arc<CryptoProvider>,
    time: &HubTime,
    by: By,
) -> Result<Tls, SyncError> {
    let own = certificates(&binding.certificate, "the pillar's certificate is not PEM")?;
    let key = PrivateKeyDer::from_pem_slice(binding.private_key.as_bytes())
        .map_err(|_| setup("the pillar's private key is not PEM"))?;
    let seen = Arc::new(Seen::default());
    let verifier = HubVerifier { strict: strict(&binding.authority, provider)?, by, seen: Arc::clone(&seen) };
    let mut config = verified_by(Arc::new(verifier), provider, time)?
        .with_client_auth_cert(own, key)
        .map_err(|_| setup("the pillar's certificate and private key do not fit"))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Tls { config, seen })
}

/// TLS to a hub of `authority` (PEM) for a pillar that has no certificate yet.
///
/// # Errors
/// [`SyncError::Setup`] when the authority is unusable.
pub(super) fn anonymous(
    authority: &str,
    provider: &Arc<CryptoProvider>,
    time: &HubTime,
) -> Result<ClientConfig, SyncError> {
    let verifier = strict(authority, provider)?;
    Ok(verified_by(verifier, provider, time)?.with_no_client_auth())
}

/// TLS to somebody who says that he is a hub, and has yet to prove it: what he shows is not looked at.
///
/// # Errors
/// [`SyncError::Setup`] when TLS 1.3 is not available.
pub(super) fn unverified(provider: &Arc<CryptoProvider>) -> Result<ClientConfig, SyncError> {
    let time = HubTime::with(None, Timestamp::now, Duration::default);
    let verifier = Arc::new(Unverified(Arc::clone(provider)));
    Ok(verified_by(verifier, provider, &time)?.with_no_client_auth())
}

fn verified_by(
    verifier: Arc<dyn ServerCertVerifier>,
    provider: &Arc<CryptoProvider>,
    time: &HubTime,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, SyncError> {
    let clock = Arc::new(OurClock(time.clone()));
    // In TLS 1.2 the pillar's certificate, and so its name, would travel in the clear.
    let config = ClientConfig::builder_with_details(Arc::clone(provider), clock)
        .with_protocol_versions(&[&version::TLS13])
        .map_err(|_| setup("TLS 1.3 is not available"))?;
    Ok(config.dangerous().with_custom_certificate_verifier(verifier))
}

fn strict(authority: &str, provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, SyncError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(authority, "the authority's certificate is not PEM")? {
        roots.add(certificate).map_err(|_| setup("the authority's certificate is not usable"))?;
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|_| setup("the authority's certificate is not usable"))
}

pub(super) fn certificates(pem: &str, remedy: &str) -> Result<Vec<CertificateDer<'static>>, SyncError> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|_| setup(remedy))?;
    if found.is_empty() { Err(setup(remedy)) } else { Ok(found) }
}

/// Whether a certificate was refused for nothing but the time.
pub(super) fn is_about_time(error: &Error) -> bool {
    matches!(
        error,
        Error::InvalidCertificate(
            CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. }
        )
    )
}

/// The time as TLS asks for it.
#[derive(Debug)]
struct OurClock(HubTime);

impl TimeProvider for OurClock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(unix(self.0.now()))
    }
}

fn unix(at: Timestamp) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(at.as_second().try_into().unwrap_or_default()))
}

#[derive(Debug)]
struct HubVerifier {
    strict: Arc<WebPkiServerVerifier>,
    by: By,
    seen: Arc<Seen>,
}

impl ServerCertVerifier for HubVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let mut valid = validity(end_entity).ok_or(CertificateError::BadEncoding)?;
        for certificate in intermediates {
            let of_this = validity(certificate).ok_or(CertificateError::BadEncoding)?;
            valid = valid.and(of_this).ok_or(CertificateError::Expired)?;
        }
        let at = if self.by == By::ItsOwn { unix(valid.middle()) } else { now };
        let verified =
            self.strict.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, at)?;
        *self.seen.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(valid);
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.strict.supported_verify_schemes()
    }
}

/// Believes everybody; see [`unverified`].
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2 is not spoken".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
