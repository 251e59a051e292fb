//! TLS to the hub of a binding, by a clock that may be wrong by years.
//!
//! Invariant: chain, name and signature are verified always, against the binding's authority alone.
//! Only the time may be left aside, and only to ask the hub what time it is.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme, version,
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
    let mut authority = RootCertStore::empty();
    for certificate in certificates(&binding.authority, "the authority's certificate is not PEM")? {
        authority.add(certificate).map_err(|_| setup("the authority's certificate is not usable"))?;
    }
    let own = certificates(&binding.certificate, "the pillar's certificate is not PEM")?;
    let key = PrivateKeyDer::from_pem_slice(binding.private_key.as_bytes())
        .map_err(|_| setup("the pillar's private key is not PEM"))?;
    let strict = WebPkiServerVerifier::builder_with_provider(Arc::new(authority), Arc::clone(provider))
        .build()
        .map_err(|_| setup("the authority's certificate is not usable"))?;
    let seen = Arc::new(Seen::default());
    let verifier = HubVerifier { strict, by, seen: Arc::clone(&seen) };
    let clock = Arc::new(OurClock(time.clone()));
    // In TLS 1.2 the pillar's certificate, and so its name, would travel in the clear.
    let mut config = ClientConfig::builder_with_details(Arc::clone(provider), clock)
        .with_protocol_versions(&[&version::TLS13])
        .map_err(|_| setup("TLS 1.3 is not available"))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_client_auth_cert(own, key)
        .map_err(|_| setup("the pillar's certificate and private key do not fit"))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Tls { config, seen })
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
