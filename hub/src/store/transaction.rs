//! What pillars deliver, as the store knows it. Invariant: content is sealed from the moment at which it
//! comes in; only rows from before that rule are plain, until the running hub has sealed them.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use zuil_wire::messages::SurveyItem;
use zuil_wire::verify::VerifyKey;
use zuil_wire::{Envelope, Header, PaymentRecord, PaymentState, Reference, Refusal, State, Transaction};

use super::{DecidedBy, Digest};
use crate::authority::Fingerprint;

/// Content as the pillar sealed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedContent {
    /// What could be seen on the way; the content is bound to it.
    pub header: Header,
    /// The HPKE encapsulated key.
    pub encapsulated_key: Vec<u8>,
    /// The sealed [`Transaction`].
    pub ciphertext: Vec<u8>,
}

impl SealedContent {
    /// As it was uploaded, but for payment and signature.
    pub(crate) fn envelope(&self) -> Envelope {
        Envelope {
            header: self.header.clone(),
            encapsulated_key: BASE64.encode(&self.encapsulated_key),
            ciphertext: BASE64.encode(&self.ciphertext),
            payment: None,
            signature: String::new(),
        }
    }
}

/// What the resident asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Sealed; [`crate::opening::open`] opens it.
    Sealed(SealedContent),
    /// Plain, from before content was kept sealed. The running hub seals it.
    Plain(Transaction),
    /// Deleted, because it was handed over long enough ago.
    Forgotten,
}

/// What vouches for an upload besides the connection through which it came.
#[derive(Clone, Debug)]
pub struct Signature {
    /// The key of the pillar that delivers; nothing when the hub knows none that is one.
    pub key: Option<Arc<VerifyKey>>,
    /// The signature as it came, 64 bytes if it is one.
    pub bytes: Vec<u8>,
}

/// A transaction ready to be stored.
///
/// That its pillar signed it was not verified yet: it came through that pillar's own connection. What is new is
/// verified soon afterwards; what settles an open payment, or comes from a revoked pillar, before it is stored.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// What the pillar sealed.
    pub sealed: SealedContent,
    /// The digest of header and sealed content. Equal digests mean the same upload.
    pub digest: Digest,
    /// What the pillar knows of the payment.
    pub payment: Option<PaymentRecord>,
    /// When the key was made that it is sealed to.
    pub key_made_at: Timestamp,
    /// The signature over content and payment.
    pub signature: Signature,
}

impl Incoming {
    /// Whether its pillar signed it. Takes about 50 µs.
    #[must_use]
    pub fn is_genuine(&self) -> bool {
        let Signature { key, bytes } = &self.signature;
        key.as_ref().is_some_and(|key| is_genuine(&self.sealed, self.payment.as_ref(), bytes, key))
    }
}

/// Whether content and payment were signed with a key.
pub(crate) fn is_genuine(
    sealed: &SealedContent,
    payment: Option<&PaymentRecord>,
    signature: &[u8],
    key: &VerifyKey,
) -> bool {
    let envelope =
        Envelope { payment: payment.cloned(), signature: BASE64.encode(signature), ..sealed.envelope() };
    key.verify(&envelope).is_ok()
}

/// An envelope that was refused before it came to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The id that it gave; nil when it gave none.
    pub id: Uuid,
    /// The reference that it gave, as far as that can be read.
    pub reference: Option<Reference>,
    /// Why.
    pub reason: Refusal,
}

/// What one pillar uploads at once.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The name of the pillar.
    pub pillar: String,
    /// With which certificate it came; nothing when it came through no door.
    pub certificate: Option<Fingerprint>,
    /// Its transactions. Each stands alone: one that is refused does not hinder the others.
    pub transactions: Vec<Incoming>,
    /// Its surveys.
    pub surveys: Vec<SurveyItem>,
    /// What was refused already; it is noted for staff.
    pub refused: Vec<Refused>,
}

/// A batch at the door.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// What is delivered.
    pub batch: &'a Batch,
    /// When it came in.
    pub at: Timestamp,
    /// What a revoked pillar may still deliver.
    pub grace: Grace,
}

/// How long and how much a revoked pillar may still deliver of what it had sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grace {
    /// How long after it was revoked.
    pub time: SignedDuration,
    /// How many transactions.
    pub transactions: u64,
}

impl Default for Grace {
    /// Ninety days and 10,000 transactions.
    fn default() -> Self {
        Self { time: SignedDuration::from_hours(24 * 90), transactions: 10_000 }
    }
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Each transaction was looked at; outcomes in the order of the batch. Its surveys are stored.
    Outcomes(Vec<Outcome>),
    /// The pillar was revoked: as before, but its surveys were left out.
    WithoutSurveys(Vec<Outcome>),
    /// The pillar was revoked and may not deliver this, or nothing any more; nothing was stored.
    NotAdmitted,
}

impl Taken {
    /// The outcomes, in the order of the batch; none when the pillar was not admitted.
    #[must_use]
    pub fn outcomes(self) -> Vec<Outcome> {
        match self {
            Self::Outcomes(outcomes) | Self::WithoutSurveys(outcomes) => outcomes,
            Self::NotAdmitted => Vec::new(),
        }
    }
}

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is durable, now or since an earlier upload.
    Accepted {
        /// Where it is.
        state: State,
        /// The case number, once registered.
        case_number: Option<String>,
    },
    /// The same id or reference is stored with other content, or the payment changed in a way that
    /// payments do not change.
    Conflict,
    /// The pillar was revoked, and this is sealed to a key that was made afterwards.
    KeyTooNew,
    /// Its pillar did not sign it, and that had to be known at once: it would settle a payment that is stored or
    /// reported as open, or the pillar was revoked.
    NotSigned,
}

/// Why a person must look at a transaction, besides its payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// Its pillar did not sign it as it is.
    NotSigned,
    /// Its content cannot be opened with the key that its header names.
    Unreadable,
    /// Its content opens but is that of another header.
    Mismatch,
    /// It came in, or its payment became known, after its pillar was revoked.
    AfterRevocation,
}

impl Trouble {
    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSigned => "not-signed",
            Self::Unreadable => "unreadable",
            Self::Mismatch => "mismatch",
            Self::AfterRevocation => "after-revocation",
        }
    }

    /// Whether staff may let it go on: what cannot be read, or belongs to something else, nobody can carry out.
    #[must_use]
    pub const fn may_go_on(self) -> bool {
        matches!(self, Self::NotSigned | Self::AfterRevocation)
    }

    /// The trouble for a word from [`Trouble::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::NotSigned, Self::Unreadable, Self::Mismatch, Self::AfterRevocation]
            .into_iter()
            .find(|trouble| trouble.as_str() == word)
    }
}

/// A stored transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its id.
    pub id: Uuid,
    /// The reference on the receipt.
    pub reference: Reference,
    /// What the resident asked.
    pub content: Content,
    /// The pillar that sent it.
    pub pillar: String,
    /// Where it is.
    pub state: State,
    /// Why a person must look at it, besides its payment.
    pub trouble: Option<Trouble>,
    /// The case number, once registered.
    pub case_number: Option<String>,
    /// What is known of the payment.
    pub payment: Option<PaymentRecord>,
    /// When the pillar's clock said it was committed.
    pub committed_at: Timestamp,
    /// When it was stored here.
    pub received_at: Timestamp,
    /// When an unknown payment became known here.
    pub payment_settled_at: Option<Timestamp>,
    /// Where staff settled the payment for good, when they did.
    pub payment_settled_by: Option<DecidedBy>,
    /// Whether it was looked at: whether its pillar signed it, and whether it can be opened.
    pub looked_at: bool,
}

impl Stored {
    /// The payment as the pillar told it, and signed it.
    pub(crate) fn payment_as_told(&self) -> Option<PaymentRecord> {
        let told = |payment: PaymentRecord| match self.payment_settled_by {
            Some(_) => PaymentRecord { state: PaymentState::Unknown, ..payment },
            None => payment,
        };
        self.payment.clone().map(told)
    }
}

/// Something that was not looked at yet, to see whether its pillar signed it and whether it can be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unchecked {
    /// The place of the transaction in the order in which they came in.
    pub number: u64,
    /// The transaction.
    pub stored: Stored,
    /// The pillar's own count of it.
    pub sequence: u64,
    /// The signature as it came; nothing when it was verified at the door, as it was before they were kept.
    pub signature: Option<Vec<u8>>,
    /// The public keys that the pillar has or had, base64: it may have a new device since.
    pub public_keys: Vec<String>,
}

/// What came of looking at something once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The number of [`Unchecked`].
    pub number: u64,
    /// What was found.
    pub finding: CheckedAs,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckedAs {
    /// It is signed and opens.
    Sound,
    /// It is not, or does not; a person must look at it. What does not open is so whatever else is wrong with it.
    Troubled(Trouble),
    /// It was plain, and this is it sealed.
    Sealed(SealedContent),
}

/// An envelope that was refused for good, as staff see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedEnvelope {
    /// What was refused, and why the last time.
    pub refused: Refused,
    /// When first.
    pub first_at: Timestamp,
    /// When last.
    pub last_at: Timestamp,
    /// How often.
    pub times: u64,
}

/// Which transactions to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those that wait for a person.
    pub parked: bool,
    /// Only those received then or later.
    pub since: Option<Timestamp>,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The transactions of this page, newest first.
    pub items: Vec<Stored>,
    /// How many the whole list has.
    pub total: u64,
}

/// How things are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Received since the given time.
    pub received: u64,
    /// Waiting for a person, from any time.
    pub parked: u64,
    /// Payments about which nobody has decided anything yet.
    pub unsettled: u64,
}

/// The ids of the surveys in a batch: all are durable when the batch was taken in.
#[must_use]
pub fn survey_ids(batch: &Batch) -> Vec<Uuid> {
    batch.surveys.iter().map(|survey| survey.id).collect()
}
