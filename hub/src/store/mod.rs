//! What the hub keeps: transactions, surveys, pillars, and who may look. Invariant: every operation
//! of [`Store`] is one transaction, and what it returned as done survives a power cut.

mod health;
mod memory;
mod rules;
mod sqlite;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod power_cuts;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use zuil_wire::health::SettledByStaff;
use zuil_wire::messages::SurveyItem;
use zuil_wire::{Header, HealthReport, PaymentRecord, Reference, State, Transaction};

pub use health::{Decided, DecidedBy, Decision, Finding, OpenPaymentKey, Reported, Unsettled, by_our_clock};
pub use memory::MemoryStore;
pub use sqlite::SqliteStore;

use crate::authority::Fingerprint;

/// A SHA-256.
pub type Digest = [u8; 32];

/// Why a store cannot answer. It is never about what was asked, so trying again later is right.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed.
    #[error("the database failed: {0}; look at free space and permissions of the data folder")]
    Database(#[from] rusqlite::Error),
    /// The database could not be brought up to date.
    #[error("the database could not be brought up to date: {0}; restore the backup or run the newer program")]
    Migration(#[from] rusqlite_migration::Error),
    /// The database could be opened for reading only. It would stay so when the disk is well again.
    #[error("the database may only be read; look at its disk and at the permissions of the data folder")]
    ReadOnly,
    /// A row cannot be read.
    #[error("the database holds a {0} that cannot be read; restore the backup of the data folder")]
    Damaged(&'static str),
}

/// A transaction that was verified and opened, ready to be stored.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// What could be seen on the way.
    pub header: Header,
    /// What was sealed.
    pub content: Transaction,
    /// The digest of header and sealed content. Equal digests mean the same upload.
    pub digest: Digest,
    /// What the pillar knows of the payment.
    pub payment: Option<PaymentRecord>,
}

/// What one pillar uploads at once.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The name of the pillar.
    pub pillar: String,
    /// Its transactions. Each stands alone: one that is refused does not hinder the others.
    pub transactions: Vec<Incoming>,
    /// Its surveys.
    pub surveys: Vec<SurveyItem>,
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
}

/// A stored transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// What the resident asked.
    pub content: Transaction,
    /// The pillar that sent it.
    pub pillar: String,
    /// Where it is.
    pub state: State,
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

/// A pillar that may deliver here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pillar {
    /// Its name.
    pub name: String,
    /// The fingerprint of its certificate.
    pub fingerprint: Fingerprint,
    /// Its Ed25519 public key, base64.
    pub public_key: String,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it last showed itself.
    pub last_seen_at: Option<Timestamp>,
    /// The highest sequence that it delivered.
    pub last_sequence: Option<u64>,
}

/// What became of a new pillar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It may deliver from now on.
    Yes,
    /// There is, or was, one of that name.
    NameTaken,
}

/// What became of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// It delivers nothing from now on.
    Yes,
    /// It had been revoked.
    Before(Timestamp),
    /// There is no pillar of that name.
    NoSuchPillar,
}

/// Where the hub keeps what it must not lose.
///
/// Every method is one transaction: it happens wholly or not at all, concurrent calls behave as if
/// one came after the other, and when a method that writes has returned `Ok`, its effect survives a
/// power cut. Methods block; async code calls them on a thread for blocking work. Times have a
/// precision of one microsecond. Implementations pass the suite in `conformance.rs`.
pub trait Store: Send + Sync {
    /// Stores a batch; outcomes in its order. Notes that the pillar was seen, and its highest
    /// accepted sequence. Open payments of transactions whose outcome is told are closed. Surveys are stored once by id and are never tied to the pillar.
    ///
    /// A transaction whose payment is unknown is parked, any other received. A later upload of the
    /// same may settle an unknown payment: paid makes it received, not paid leaves it parked.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing of the batch is stored.
    fn take_in(&self, batch: &Batch, now: Timestamp) -> Result<Vec<Outcome>, StoreError>;

    /// The transaction with a reference.
    ///
    /// # Errors
    /// [`StoreError`].
    fn transaction(&self, reference: Reference) -> Result<Option<Stored>, StoreError>;

    /// Transactions, newest first: at most `limit` after the first `offset`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn transactions(&self, filter: Filter, offset: u64, limit: u32) -> Result<Page, StoreError>;

    /// How things are, counting what was received at `since` or later.
    ///
    /// # Errors
    /// [`StoreError`].
    fn tally(&self, since: Timestamp) -> Result<Tally, StoreError>;

    /// How many surveys are stored.
    ///
    /// # Errors
    /// [`StoreError`].
    fn survey_count(&self) -> Result<u64, StoreError>;

    /// Keeps a report as the newest of its pillar, unless one that came in later is kept already, and
    /// notes that the pillar was seen. Payments that it holds are open from now on, except those whose
    /// outcome was uploaded; those that it does not hold any longer are closed.
    ///
    /// Returns what staff decided about the payments of this report that are open.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is kept.
    fn take_report(
        &self,
        pillar: &str,
        report: &HealthReport,
        now: Timestamp,
    ) -> Result<Vec<SettledByStaff>, StoreError>;

    /// The newest report of each pillar that sent one, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    fn reports(&self) -> Result<Vec<Reported>, StoreError>;

    /// The payments to find out about, oldest first: those that pillars report as open, and those of
    /// stored transactions whose outcome is unknown.
    ///
    /// # Errors
    /// [`StoreError`].
    fn unsettled_payments(&self) -> Result<Vec<Unsettled>, StoreError>;

    /// Keeps what staff found out about an open payment. The first decision stands: the pillar may have
    /// taken it already.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is decided.
    fn decide_payment(&self, key: &OpenPaymentKey, decision: Decision) -> Result<Decided, StoreError>;

    /// Adds a pillar. Names are never used again, so that a name in the log means one device.
    ///
    /// # Errors
    /// [`StoreError`].
    fn add_pillar(&self, pillar: &Pillar) -> Result<Added, StoreError>;

    /// Revokes a pillar. What it delivered stays.
    ///
    /// # Errors
    /// [`StoreError`].
    fn revoke_pillar(&self, name: &str, now: Timestamp) -> Result<Revoked, StoreError>;

    /// The pillar whose certificate has that fingerprint, revoked or not.
    ///
    /// # Errors
    /// [`StoreError`].
    fn pillar(&self, fingerprint: &Fingerprint) -> Result<Option<Pillar>, StoreError>;

    /// All pillars by name.
    ///
    /// # Errors
    /// [`StoreError`].
    fn pillars(&self) -> Result<Vec<Pillar>, StoreError>;

    /// Notes that a pillar showed itself.
    ///
    /// # Errors
    /// [`StoreError`].
    fn saw_pillar(&self, name: &str, now: Timestamp) -> Result<(), StoreError>;

    /// The hash of the staff password; `None` before the first start.
    ///
    /// # Errors
    /// [`StoreError`].
    fn password_hash(&self) -> Result<Option<String>, StoreError>;

    /// Stores the first password hash; `false` when there was one, which then stays.
    ///
    /// # Errors
    /// [`StoreError`].
    fn set_first_password_hash(&self, hash: &str) -> Result<bool, StoreError>;

    /// Replaces the password hash and ends all sessions.
    ///
    /// # Errors
    /// [`StoreError`].
    fn replace_password_hash(&self, hash: &str) -> Result<(), StoreError>;

    /// Opens a session, and forgets those that were idle for longer than `idle`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn open_session(&self, token: &Digest, now: Timestamp, idle: SignedDuration) -> Result<(), StoreError>;

    /// Whether a session is open and was idle for no longer than `idle`; if so it starts to be idle
    /// anew, with a precision of one minute.
    ///
    /// # Errors
    /// [`StoreError`].
    fn use_session(&self, token: &Digest, now: Timestamp, idle: SignedDuration) -> Result<bool, StoreError>;

    /// Ends a session.
    ///
    /// # Errors
    /// [`StoreError`].
    fn close_session(&self, token: &Digest) -> Result<(), StoreError>;

    /// Reads and writes something of no importance.
    ///
    /// # Errors
    /// [`StoreError`] when either is impossible.
    fn pulse(&self, now: Timestamp) -> Result<(), StoreError>;
}

/// The ids of the surveys in a batch: all are durable when [`Store::take_in`] returned.
#[must_use]
pub fn survey_ids(batch: &Batch) -> Vec<Uuid> {
    batch.surveys.iter().map(|survey| survey.id).collect()
}
