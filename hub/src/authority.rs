//! The hub's own certificate authority: it vouches for the hub to pillars and for pillars to the
//! hub. Invariant: the authority's key is made once and never leaves the data folder; pillars trust
//! no other authority, and the hub trusts no other for them.

use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SigningKey,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject};
use zeroize::Zeroizing;

use crate::files;

/// How long the authority itself is valid.
const AUTHORITY_DAYS: i64 = 30 * 365;
/// How long a pillar's certificate is valid that came with a file. Revoking is done in the store, at once.
const PILLAR_DAYS: i64 = 10 * 365;
/// How long the certificate of a pillar is valid that was enrolled over the air, and renews it by itself.
const ENROLLED_DAYS: i64 = 365;
/// How long the hub's certificate is valid. A new one is made at every start.
const SERVER_DAYS: i64 = 2 * 365;
/// Pillars whose clock is behind must still believe a certificate made just now.
const CLOCK_LEEWAY: SignedDuration = SignedDuration::from_hours(48);

/// Until when the certificate of a pillar is valid that was added at a moment.
#[must_use]
pub fn pillar_certificate_expires(added_at: Timestamp) -> Timestamp {
    added_at.saturating_add(SignedDuration::from_hours(24 * PILLAR_DAYS)).unwrap_or(Timestamp::MAX)
}

/// The SHA-256 of a certificate in DER: by it the hub knows a pillar.
pub type Fingerprint = [u8; 32];

/// The fingerprint of a certificate.
#[must_use]
pub fn fingerprint(certificate: &CertificateDer<'_>) -> Fingerprint {
    let mut print = [0; 32];
    print.copy_from_slice(digest(&SHA256, certificate).as_ref());
    print
}

/// Why the authority cannot do its work.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// A file cannot be read or written.
    #[error("the authority's files cannot be read or written: {0}")]
    File(#[from] std::io::Error),
    /// One of its two files is missing.
    #[error("authority.pem or authority.key is missing; restore both from the backup of the data folder")]
    Half,
    /// A key or certificate was damaged.
    #[error(
        "authority.pem or authority.key is damaged ({0}); restore both from the backup of the data folder"
    )]
    Damaged(String),
    /// A certificate could not be made.
    #[error("a certificate could not be made: {0}")]
    Make(#[from] rcgen::Error),
}

/// A signing request is none that can be granted.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("this is no signing request (PKCS#10) for a key of the curve P-256, signed with that key")]
pub struct NoRequest;

/// A certificate for a key that somebody else made.
pub struct Certified {
    /// The certificate, PEM.
    pub pem: String,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// Until when it is valid.
    pub expires_at: Timestamp,
}

/// A certificate with its private key.
pub struct Issued {
    /// The certificate.
    pub certificate: CertificateDer<'static>,
    /// The certificate, PEM.
    pub certificate_pem: String,
    /// The private key, PKCS#8.
    pub key: PrivateKeyDer<'static>,
    /// The private key, PKCS#8 PEM.
    pub key_pem: Zeroizing<String>,
}

/// The hub's certificate authority.
pub struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Opens the authority in `folder`, or makes it when there is none yet. The caller holds the
    /// folder's lock.
    ///
    /// # Errors
    /// When its files are damaged or cannot be read or written.
    pub fn open_or_make(folder: &Path, now: Timestamp) -> Result<Self, AuthorityError> {
        let (pem_path, key_path) = (folder.join("authority.pem"), folder.join("authority.key"));
        match (pem_path.exists(), key_path.exists()) {
            (true, true) => {}
            // The certificate is written last: a key alone is what a power cut left of the first start.
            (false, _) => make(&pem_path, &key_path, now)?,
            (true, false) => return Err(AuthorityError::Half),
        }
        let pem = std::fs::read_to_string(&pem_path)?;
        let key = Zeroizing::new(std::fs::read_to_string(&key_path)?);
        let key = KeyPair::from_pem(&key).map_err(|error| AuthorityError::Damaged(error.to_string()))?;
        CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|error| AuthorityError::Damaged(error.to_string()))?;
        Ok(Self { pem, issuer: Issuer::new(authority_params(now), key) })
    }

    /// The authority's own certificate, PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The authority's own certificate.
    ///
    /// # Errors
    /// Never after [`Authority::open_or_make`], which has read it before.
    pub fn certificate(&self) -> Result<CertificateDer<'static>, AuthorityError> {
        CertificateDer::from_pem_slice(self.pem.as_bytes())
            .map_err(|error| AuthorityError::Damaged(error.to_string()))
    }

    /// A certificate for the hub, valid for `names`. It is made at every start and kept in memory
    /// only, so there is none on the disk to expire or to be stolen.
    ///
    /// # Errors
    /// When a name is not a host or address.
    pub fn issue_server(&self, names: &[String], now: Timestamp) -> Result<Issued, AuthorityError> {
        let mut params = leaf_params("Zuil hub", SERVER_DAYS, now);
        params.subject_alt_names = CertificateParams::new(names.to_vec())?.subject_alt_names;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue(&params)
    }

    /// A certificate for a pillar.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn issue_pillar(&self, name: &str, now: Timestamp) -> Result<Issued, AuthorityError> {
        let mut params = leaf_params(name, PILLAR_DAYS, now);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.issue(&params)
    }

    /// A certificate for a pillar that made its key itself, with which `request` (PKCS#10, DER) is signed. Only the key
    /// of the request counts, not the name or anything else that it asks for.
    ///
    /// # Errors
    /// [`NoRequest`] inside of `Ok` when it is none; the outer one when no certificate can be made.
    pub fn certify_pillar(
        &self,
        name: &str,
        request: &[u8],
        now: Timestamp,
    ) -> Result<Result<Certified, NoRequest>, AuthorityError> {
        let Ok(request) = CertificateSigningRequestParams::from_der(&request.into()) else {
            return Ok(Err(NoRequest));
        };
        if *request.public_key.algorithm() != PKCS_ECDSA_P256_SHA256 {
            return Ok(Err(NoRequest));
        }
        let mut params = leaf_params(name, ENROLLED_DAYS, now);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = params.signed_by(&request.public_key, &self.issuer)?;
        let expires_at = Timestamp::from_second(params.not_after.unix_timestamp()).unwrap_or(now);
        Ok(Ok(Certified { fingerprint: fingerprint(certificate.der()), pem: certificate.pem(), expires_at }))
    }

    /// Signs what is no certificate, and cannot be taken for one: ECDSA with SHA-256, ASN.1.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, AuthorityError> {
        Ok(self.issuer.key().sign(bytes)?)
    }

    fn issue(&self, params: &CertificateParams) -> Result<Issued, AuthorityError> {
        let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let certificate = params.signed_by(&pair, &self.issuer)?;
        Ok(Issued {
            certificate_pem: certificate.pem(),
            certificate: certificate.into(),
            key: PrivatePkcs8KeyDer::from(pair.serialize_der()).into(),
            key_pem: Zeroizing::new(pair.serialize_pem()),
        })
    }
}

fn make(pem_path: &Path, key_path: &Path, now: Timestamp) -> Result<(), AuthorityError> {
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let certificate = authority_params(now).self_signed(&pair)?;
    files::write_private(key_path, Zeroizing::new(pair.serialize_pem()).as_bytes())?;
    files::write_private(pem_path, certificate.pem().as_bytes())?;
    Ok(())
}

fn authority_params(now: Timestamp) -> CertificateParams {
    let mut params = valid_for(AUTHORITY_DAYS, now);
    params.distinguished_name = named("Zuil hub authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn leaf_params(name: &str, days: i64, now: Timestamp) -> CertificateParams {
    let mut params = valid_for(days, now);
    params.distinguished_name = named(name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    params
}

fn valid_for(days: i64, now: Timestamp) -> CertificateParams {
    let from = utc_date(now.saturating_sub(CLOCK_LEEWAY).unwrap_or(now));
    let until = utc_date(now.saturating_add(SignedDuration::from_hours(24 * days)).unwrap_or(now));
    let mut params = CertificateParams::default();
    params.not_before = rcgen::date_time_ymd(from.0, from.1, from.2);
    params.not_after = rcgen::date_time_ymd(until.0, until.1, until.2);
    params
}

/// Year, month and day: certificates count in days here.
fn utc_date(at: Timestamp) -> (i32, u8, u8) {
    let date = at.to_zoned(TimeZone::UTC).date();
    (i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
}

fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::RootCertStore;
    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::ServerCertVerifier;
    use rustls::pki_types::{ServerName, UnixTime};
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Arc;
    use std::time::Duration;

    const NOW: i64 = 1_800_000_000;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn verify(authority: &Authority, issued: &Issued, host: &str, second: i64) -> Result<(), rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.add(authority.certificate().unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
        let time = UnixTime::since_unix_epoch(Duration::from_secs(second.unsigned_abs()));
        let host = ServerName::try_from(host.to_owned()).unwrap();
        verifier.verify_server_cert(&issued.certificate, &[], &host, &[], time).map(drop)
    }

    #[test]
    fn the_authority_is_made_once_and_its_key_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let first = Authority::open_or_make(folder.path(), at(NOW)).unwrap();
        let server = first.issue_server(&["localhost".into()], at(NOW)).unwrap();
        let later = Authority::open_or_make(folder.path(), at(NOW + 86_400 * 900)).unwrap();
        assert_eq!(first.pem(), later.pem());
        verify(&later, &server, "localhost", NOW).unwrap();
        let mode = std::fs::metadata(folder.path().join("authority.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_hub_that_starts_again_after_years_has_a_fresh_certificate_that_pillars_believe() {
        let folder = tempfile::tempdir().unwrap();
        Authority::open_or_make(folder.path(), at(NOW)).unwrap();
        let years_later = NOW + 86_400 * 365 * 9;
        let authority = Authority::open_or_make(folder.path(), at(years_later)).unwrap();
        let server =
            authority.issue_server(&["127.0.0.1".into(), "hub.example.nl".into()], at(years_later)).unwrap();
        verify(&authority, &server, "127.0.0.1", years_later).unwrap();
        verify(&authority, &server, "hub.example.nl", years_later - 86_400).unwrap();
        assert!(verify(&authority, &server, "elsewhere.example.nl", years_later).is_err());
        assert!(verify(&authority, &server, "127.0.0.1", years_later + 86_400 * 800).is_err());
    }

    #[test]
    fn a_pillar_cannot_pose_as_the_hub() {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::open_or_make(folder.path(), at(NOW)).unwrap();
        let pillar = authority.issue_pillar("localhost", at(NOW)).unwrap();
        assert!(verify(&authority, &pillar, "localhost", NOW).is_err());
    }

    #[test]
    fn a_lost_or_damaged_key_is_said_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        Authority::open_or_make(folder.path(), at(NOW)).unwrap();
        let key = folder.path().join("authority.key");
        std::fs::write(&key, "rubbish").unwrap();
        assert!(matches!(Authority::open_or_make(folder.path(), at(NOW)), Err(AuthorityError::Damaged(_))));
        std::fs::remove_file(&key).unwrap();
        assert!(matches!(Authority::open_or_make(folder.path(), at(NOW)), Err(AuthorityError::Half)));
    }

    #[test]
    fn a_power_cut_during_the_first_start_leaves_nothing_that_hinders_the_second() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("authority.key"), "half a k").unwrap();
        Authority::open_or_make(folder.path(), at(NOW)).unwrap();
    }
}
