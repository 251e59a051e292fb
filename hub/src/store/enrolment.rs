//! Codes with which pillars are enrolled, and the certificates that pillars have. Invariant: a code opens one binding
//! once, and a pillar that has a certificate here is known; both change in one transaction.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use zuil_wire::enrolment::{CodeId, CodeKeys, CodeRefusal};

use super::{Digest, StoreError};
use crate::authority::Fingerprint;

/// For how many days a code is kept that opens nothing any more.
pub const ENROLMENTS_KEPT_DAYS: i64 = 30;
/// How many certificates a pillar gets within [`RENEWAL_TIME`], that of its enrolment included.
const RENEWALS: usize = 2;
/// How long it waits after those. (A pillar itself asks once an hour.)
const RENEWAL_TIME: SignedDuration = SignedDuration::from_mins(10);
/// How many certificates of a pillar are kept that it has not used. It uses the last one of which it got the answer.
const UNUSED_KEPT: usize = 3;

/// A code, as far as it is kept: not itself, but what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// By what it is known and proved.
    pub keys: CodeKeys,
    /// The name that the pillar gets.
    pub pillar: String,
    /// Where it will stand, in the words of who made the code.
    pub place: String,
    /// Whether there is a pillar of that name already, whose device this one takes the place of.
    pub again: bool,
    /// The name of the account that made it, or [`super::Entry::COMMAND_LINE`].
    pub made_by: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Until when it can be used.
    pub expires_at: Timestamp,
    /// How often somebody came with a wrong proof.
    pub tries: u32,
    /// When staff took it back.
    pub cancelled_at: Option<Timestamp>,
    /// When and how it was used.
    pub used: Option<Used>,
}

/// How a code was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// When.
    pub at: Timestamp,
    /// The digest of what was asked.
    pub digest: Digest,
    /// The certificate that was answered, PEM.
    pub certificate: String,
}

impl Enrolment {
    /// How many wrong proofs a code bears.
    pub const TRIES: u32 = 10;

    /// Why it opens nothing at `now`, whoever asks; nothing when it may open something, or was used.
    #[must_use]
    pub fn refusal(&self, now: Timestamp) -> Option<CodeRefusal> {
        if self.cancelled_at.is_some() {
            return Some(CodeRefusal::Cancelled);
        }
        if now >= self.expires_at {
            return Some(if self.used.is_some() { CodeRefusal::Used } else { CodeRefusal::Expired });
        }
        (self.tries >= Self::TRIES).then_some(CodeRefusal::TooManyTries)
    }

    /// What becomes of a request with this digest before anything else is looked at; nothing when it may be granted.
    pub(super) fn answer(&self, digest: &Digest, now: Timestamp) -> Option<Enrolled> {
        if let Some(refusal) = self.refusal(now) {
            return Some(Enrolled::Refused(refusal));
        }
        let used = self.used.as_ref()?;
        let is_same = used.digest == *digest;
        Some(if is_same {
            Enrolled::Before(used.certificate.clone())
        } else {
            Enrolled::Refused(CodeRefusal::Used)
        })
    }

    /// Whether a pillar can still be enrolled with it.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.used.is_none() && self.refusal(now).is_none()
    }
}

/// A certificate of a pillar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// The name of the pillar.
    pub pillar: String,
    /// The public key (Ed25519) of what the pillar signs while it has this certificate, base64.
    pub public_key: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Until when it is valid; nothing for those from before that was kept.
    pub expires_at: Option<Timestamp>,
    /// From when on it counts as revoked.
    pub ended_at: Option<Timestamp>,
}

/// What a pillar asked for with a code.
#[derive(Clone, Copy, Debug)]
pub struct Device<'a> {
    /// The certificate that it gets.
    pub certificate: &'a Certificate,
    /// The same, PEM.
    pub pem: &'a str,
    /// The digest of what was asked, so that the same is answered in the same way.
    pub digest: Digest,
}

/// What became of a request with a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enrolled {
    /// There is a new pillar.
    New,
    /// A pillar that there was has a new device; what the old one has counts as revoked from now on.
    Again,
    /// This very request was granted before, with this certificate (PEM).
    Before(String),
    /// It was not granted.
    Refused(CodeRefusal),
}

/// What became of a request for another certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// It is kept.
    Yes,
    /// The pillar got too many of late. It may ask again then.
    TooSoon(Timestamp),
    /// The pillar was revoked, or the certificate with which it asked has ended.
    NotAdmitted,
}

/// Looks at a request with the certificate `asking` for another one, by a pillar that has all of `those`, the oldest
/// first: which of them to forget because they were not used and newer ones were not either.
///
/// # Errors
/// Why there is no other certificate.
pub(super) fn look_at_renewal(
    those: &[Certificate],
    asking: &Fingerprint,
    now: Timestamp,
) -> Result<Vec<Fingerprint>, Renewed> {
    let asks = those.iter().find(|one| one.fingerprint == *asking && one.ended_at.is_none());
    let asks = asks.ok_or(Renewed::NotAdmitted)?;
    if let Some(earlier) = those.iter().rev().nth(RENEWALS - 1) {
        // A clock that was set back long ago keeps nobody waiting.
        if now.duration_since(earlier.issued_at).abs() < RENEWAL_TIME {
            return Err(Renewed::TooSoon(earlier.issued_at.saturating_add(RENEWAL_TIME).unwrap_or(now)));
        }
    }
    // Had one of those been used, the one that asks would have ended.
    let unused = those.iter().filter(|one| one.ended_at.is_none() && one.issued_at > asks.issued_at);
    let unused: Vec<Fingerprint> = unused.map(|one| one.fingerprint).collect();
    let surplus = (unused.len() + 1).saturating_sub(UNUSED_KEPT);
    Ok(unused.into_iter().take(surplus).collect())
}

/// Keeps codes and certificates. The contract of [`super::Store`] holds for every method.
pub trait EnrolmentStore {
    /// Keeps a new code, takes back those that are open for the same pillar, and forgets the keys of those that can
    /// open nothing any more.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is kept.
    fn add_enrolment(&self, enrolment: &Enrolment) -> Result<(), StoreError>;

    /// The code with an id.
    ///
    /// # Errors
    /// [`StoreError`].
    fn enrolment(&self, id: &CodeId) -> Result<Option<Enrolment>, StoreError>;

    /// The codes that were made then or later, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn enrolments(&self, since: Timestamp) -> Result<Vec<Enrolment>, StoreError>;

    /// Takes a code back and forgets its key. Whether it could still have been used.
    ///
    /// # Errors
    /// [`StoreError`]; then it is as it was.
    fn cancel_enrolment(&self, id: &CodeId, now: Timestamp) -> Result<bool, StoreError>;

    /// Where pillars stand, in the words of who made the code with which each was enrolled last: names and places. Those
    /// that were added with a file have none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn places(&self) -> Result<BTreeMap<String, String>, StoreError>;

    /// Counts a wrong proof.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is counted.
    fn count_wrong_proof(&self, id: &CodeId) -> Result<(), StoreError>;

    /// Forgets the keys of codes that can open nothing at `now`, and all of those that were made before `made_before`
    /// and have expired. How many those last ones were.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is forgotten.
    fn forget_enrolments(&self, now: Timestamp, made_before: Timestamp) -> Result<u64, StoreError>;

    /// Enrols a pillar: uses the code up and adds the pillar with its certificate and its place. When it is to take the
    /// place of a device, all certificates of that end, it is no longer revoked, and what staff had decided about its
    /// payments is settled; as long as they have not decided about one that is open, it is refused.
    ///
    /// # Errors
    /// [`StoreError`]; then nobody is enrolled.
    fn enrol(&self, id: &CodeId, device: &Device<'_>, now: Timestamp) -> Result<Enrolled, StoreError>;

    /// Keeps another certificate of a pillar, for which it asked with the certificate `asking`, next to those that it
    /// has, and forgets the oldest of many that it never used. Whether the pillar is admitted and `asking` has not
    /// ended is looked at in the same transaction.
    ///
    /// # Errors
    /// [`StoreError`]; then it is not kept.
    fn add_certificate(&self, certificate: &Certificate, asking: &Fingerprint)
    -> Result<Renewed, StoreError>;

    /// A certificate was used: those that the same pillar had before it end. How many those were.
    ///
    /// # Errors
    /// [`StoreError`]; then they have not ended.
    fn used_certificate(&self, fingerprint: &Fingerprint, now: Timestamp) -> Result<u64, StoreError>;

    /// The certificates that a pillar has or had, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn certificates(&self, pillar: &str) -> Result<Vec<Certificate>, StoreError>;

    /// The certificates of all pillars that have not ended, the oldest first: the first of a pillar is the one that it
    /// uses.
    ///
    /// # Errors
    /// [`StoreError`].
    fn certificates_that_count(&self) -> Result<Vec<Certificate>, StoreError>;
}
