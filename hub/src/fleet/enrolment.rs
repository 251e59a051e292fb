//! Enrolling a pillar with a code: staff make one, and whoever proves to know it gets a binding for keys that it made
//! itself. Invariant: a code is shown once and kept nowhere; without it nobody is enrolled.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::{SignedDuration, Timestamp};
use zuil_wire::enrolment::{CodeId, CodeRefusal, EnrolmentAnswer, EnrolmentCode, EnrolmentRequest};
use zuil_wire::reference::NoRandomness;
use zuil_wire::verify::VerifyKey;

use super::is_name;
use crate::authority::{AuthorityError, NoRequest};
use crate::data_folder::DataFolder;
use crate::seal_keys::SealKeysError;
use crate::service_codes::{self, ServiceCodeError};
use crate::store::{
    Certificate, Deed, Device, Digest, Enrolled, Enrolment, Entry, Pillar, Renewed, Store, StoreError,
    Unsettled,
};

/// For how many hours a code can be used.
pub const HOURS: i64 = 1;
/// The longest description of a place, in characters.
const LONGEST_PLACE: usize = 80;

/// For whom a code is made.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// The name of the pillar.
    pub pillar: &'a str,
    /// Where it will stand.
    pub place: &'a str,
    /// Whether there is a pillar of that name, whose device is to be replaced.
    pub again: bool,
}

/// Why there is no code.
#[derive(Debug, thiserror::Error)]
pub enum CodeError {
    /// The name cannot be a pillar's.
    #[error(
        "a pillar's name has 1 to 40 small letters, digits and dashes, such as jumbo-dronensingel, and is not \"map\""
    )]
    Name,
    /// The place is missing or too long.
    #[error("say in 1 to 80 characters where the pillar will stand")]
    Place,
    /// There is a pillar of that name.
    #[error("there is or was a pillar named {0}; enrol it again, or choose another name, such as {0}-2")]
    NameTaken(String),
    /// There is none.
    #[error("there is no pillar named {0}")]
    NoSuchPillar(String),
    /// Nobody knows yet what became of a payment there.
    #[error("{0} has payments to settle; decide about them first")]
    OpenPayments(String),
    /// There is no randomness.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// It could not be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a code for a pillar, and keeps what follows from it. `who` made it.
///
/// # Errors
/// [`CodeError`]; then there is none.
pub fn make_code(
    store: &dyn Store,
    new: New<'_>,
    who: &str,
    now: Timestamp,
) -> Result<(EnrolmentCode, Enrolment), CodeError> {
    let New { pillar, place, again } = new;
    let (name, place) = (pillar.trim(), place.trim());
    if !is_name(name) {
        return Err(CodeError::Name);
    }
    let is_there = store.pillars()?.iter().any(|known| known.name == name);
    match (again, is_there) {
        (false, true) => return Err(CodeError::NameTaken(name.to_owned())),
        (true, false) => return Err(CodeError::NoSuchPillar(name.to_owned())),
        _ => {}
    }
    if place.is_empty() || place.chars().count() > LONGEST_PLACE || place.contains(char::is_control) {
        return Err(CodeError::Place);
    }
    if again && has_open_payments(store, name)? {
        return Err(CodeError::OpenPayments(name.to_owned()));
    }
    let code = EnrolmentCode::random(&SystemRandom::new())?;
    let enrolment = Enrolment {
        keys: code.keys(),
        pillar: name.to_owned(),
        place: place.to_owned(),
        again,
        made_by: who.to_owned(),
        made_at: now,
        expires_at: now.saturating_add(SignedDuration::from_hours(HOURS)).unwrap_or(now),
        tries: 0,
        cancelled_at: None,
        used: None,
    };
    store.note(&Entry::new(now, who, Deed::MadeCode, name))?;
    store.add_enrolment(&enrolment)?;
    Ok((code, enrolment))
}

/// Whether a pillar has payments of which nobody knows yet what became.
fn has_open_payments(store: &dyn Store, pillar: &str) -> Result<bool, StoreError> {
    let of_it =
        |open: &Unsettled| open.pillar == pillar && open.decision.is_none() && open.first_seen_at.is_some();
    Ok(store.unsettled_payments()?.iter().any(of_it))
}

/// Takes a code back. Whether it could still have been used.
///
/// # Errors
/// [`StoreError`].
pub fn cancel_code(store: &dyn Store, id: &CodeId, who: &str, now: Timestamp) -> Result<bool, StoreError> {
    let Some(enrolment) = store.enrolment(id)?.filter(|enrolment| enrolment.is_open(now)) else {
        return Ok(false);
    };
    store.note(&Entry::new(now, who, Deed::CancelledCode, &enrolment.pillar))?;
    store.cancel_enrolment(id, now)
}

/// Why a pillar could not be enrolled, or its certificate not renewed.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// What it asked cannot be granted to anybody.
    #[error("this is no signing request and no public key")]
    Form,
    /// Its certificate could not be made.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was enrolled, but no new sealing key could be made.
    #[error("the pillar is enrolled, but still seals to a key that its former device has, too: {0}")]
    Key(#[from] SealKeysError),
}

impl From<NoRequest> for EnrolError {
    fn from(_: NoRequest) -> Self {
        Self::Form
    }
}

/// What came of a request for a binding.
#[derive(Debug)]
pub enum Granted {
    /// All that is missing for a binding.
    Yes(EnrolmentAnswer),
    /// The code opens nothing.
    No(CodeRefusal),
}

/// Gives a pillar that proved to know a code what it needs for its binding. The same request gets the same answer, as
/// long as the code has not expired.
///
/// # Errors
/// [`EnrolError`]; the same request may be sent again.
pub fn enrol(folder: &DataFolder, asked: &EnrolmentRequest, now: Timestamp) -> Result<Granted, EnrolError> {
    let store = &*folder.store;
    let Some(enrolment) = store.enrolment(&asked.code_id)? else {
        return Ok(Granted::No(CodeRefusal::Unknown));
    };
    if let Some(refusal) = enrolment.refusal(now) {
        return Ok(Granted::No(refusal));
    }
    if !asked.is_proved(&enrolment.keys) {
        tracing::warn!(pillar = enrolment.pillar, "somebody came with a wrong proof");
        store.count_wrong_proof(&asked.code_id)?;
        return Ok(Granted::No(CodeRefusal::WrongProof));
    }
    let request = BASE64.decode(&asked.signing_request).map_err(|_| EnrolError::Form)?;
    VerifyKey::from_base64(&asked.public_key).map_err(|_| EnrolError::Form)?;
    let certified = folder.authority.certify_pillar(&enrolment.pillar, &request, now)??;
    let certificate = Certificate {
        fingerprint: certified.fingerprint,
        pillar: enrolment.pillar.clone(),
        public_key: asked.public_key.clone(),
        issued_at: now,
        expires_at: Some(certified.expires_at),
        ended_at: None,
    };
    let device = Device { certificate: &certificate, pem: &certified.pem, digest: digest_of(asked) };
    if enrolment.used.is_none() {
        // The store looks at both once more; here so that nothing is noted that does not come about.
        if let Some(refusal) = hindrance(store, &enrolment)? {
            return Ok(Granted::No(refusal));
        }
        let detail = if enrolment.again { "again" } else { "" };
        let entry = Entry::new(now, &enrolment.made_by, Deed::EnrolledPillar, &enrolment.pillar);
        store.note(&entry.with(detail))?;
    }
    let (pem, since) = match store.enrol(&asked.code_id, &device, now)? {
        Enrolled::Refused(refusal) => return Ok(Granted::No(refusal)),
        Enrolled::Before(pem) => (pem, enrolment.used.map_or(now, |used| used.at)),
        Enrolled::New | Enrolled::Again => (certified.pem, now),
    };
    if enrolment.again {
        folder.seal_keys.add_since(since, now)?;
        renew_service_key(folder, &enrolment.pillar, since, now)?;
    }
    let seal_key = folder.seal_keys.newest();
    Ok(Granted::Yes(EnrolmentAnswer {
        pillar: enrolment.pillar,
        certificate: pem,
        seal_key_id: seal_key.id,
        seal_public_key: seal_key.public_key,
    }))
}

/// The former device knows the key of the service codes. One that could not be replaced hinders nobody from serving.
fn renew_service_key(
    folder: &DataFolder,
    pillar: &str,
    since: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    match service_codes::renew_since(&*folder.store, &folder.vault, pillar, since, now) {
        Err(ServiceCodeError::Store(error)) => Err(error),
        Err(error) => {
            tracing::error!(%error, pillar, "service codes of the former device still count; make them void");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// What stands between an open code and a pillar.
fn hindrance(store: &dyn Store, enrolment: &Enrolment) -> Result<Option<CodeRefusal>, StoreError> {
    let name = &enrolment.pillar;
    if enrolment.again {
        return Ok(has_open_payments(store, name)?.then_some(CodeRefusal::OpenPayments));
    }
    let is_there = store.pillars()?.iter().any(|known| known.name == *name);
    Ok(is_there.then_some(CodeRefusal::NameTaken))
}

/// What came of a request for another certificate.
#[derive(Debug)]
pub enum Renewal {
    /// The certificate, PEM.
    Yes(String),
    /// The pillar got too many of late, and waits that long.
    TooSoon(SignedDuration),
    /// It was revoked, or enrolled again, since it began to ask.
    NotAdmitted,
}

/// Gives a pillar a certificate for another key. `pillar` is who asked, with the certificate with which it did.
///
/// # Errors
/// [`EnrolError`]; the same request may be sent again.
pub fn renew(
    folder: &DataFolder,
    pillar: &Pillar,
    request: &[u8],
    now: Timestamp,
) -> Result<Renewal, EnrolError> {
    let certified = folder.authority.certify_pillar(&pillar.name, request, now)??;
    let certificate = Certificate {
        fingerprint: certified.fingerprint,
        pillar: pillar.name.clone(),
        public_key: pillar.public_key.clone(),
        issued_at: now,
        expires_at: Some(certified.expires_at),
        ended_at: None,
    };
    Ok(match folder.store.add_certificate(&certificate, &pillar.fingerprint)? {
        Renewed::Yes => Renewal::Yes(certified.pem),
        Renewed::TooSoon(until) => Renewal::TooSoon(until.duration_since(now)),
        Renewed::NotAdmitted => Renewal::NotAdmitted,
    })
}

/// What was asked, by its proof, which is over all of it.
fn digest_of(asked: &EnrolmentRequest) -> Digest {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, asked.proof.as_bytes()).as_ref());
    bytes
}
