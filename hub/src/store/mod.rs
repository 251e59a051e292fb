//! What the hub keeps: transactions, surveys, questions with and without an answer, pillars, who may look, and who did.
//! Invariant: every operation of [`Store`] is one transaction, and what it returned as done survives a power cut.

pub mod access;
pub mod alerts;
mod asked;
mod attempt;
pub mod audit;
mod call_back;
mod changes;
mod draft;
mod enrolment;
mod handover;
mod health;
mod memory;
mod order;
#[cfg(feature = "postgres")]
pub mod postgres;
mod progress;
mod question;
mod referral;
mod retention;
mod rollout;
mod rules;
mod service;
mod settling;
mod sqlite;
mod survey;
mod transaction;
mod values;
mod visit;

#[cfg(test)]
pub(crate) mod conformance;
#[cfg(test)]
mod power_cuts;

use jiff::Timestamp;
use jiff::civil::Date;
use zuil_wire::health::SettledByStaff;
use zuil_wire::{HealthReport, QuestionItem, Reference};

pub use access::{
    AccessStore, Account, AppSecret, Change, Changed, Limits, NewAccount, Role, Roles, SealedSecret, Session,
    Stage,
};
pub use alerts::{Alert, AlertChanges, AlertKind, AlertStore, Channel, DueMessage, NewMessage};
pub use asked::{AskedStore, FoundAnswer};
pub use attempt::{AttemptKey, AttemptStore, Tried, Veil, household};
pub use audit::{AuditFilter, AuditStore, Deed, Entry, Noted};
pub use call_back::{CALL_BACK_TASK, CallBack, CallBackStore, CallBacksToDo, CallTold, Elsewhere, Taking};
pub use changes::ChangesStore;
pub use draft::{AnswerDraft, DraftStore, Rewritten};
pub use enrolment::{
    Certificate, Device, ENROLMENTS_KEPT_DAYS, Enrolled, Enrolment, EnrolmentStore, Renewed, Used,
};
pub use handover::{
    Claim, Claimed, DoneStep, Handover, HandoverStore, Held, Journal, Lease, Note, Pace, ParkReason,
    SentAgain, Standing, System, Turn, Waiting,
};
pub use health::{Decided, DecidedBy, Decision, Finding, OpenPaymentKey, Reported, Unsettled, by_our_clock};
pub use memory::MemoryStore;
pub use order::{
    ATTACHMENTS_KEPT_DAYS, Attached, Closed, Fate, ORDERED_FOR, ORDERS_KEPT_DAYS, OrderPlaced, OrderStore,
    PlacedOrder,
};
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
pub use progress::{Look, Progress, ProgressStore};
pub use question::{AskedInVain, QUESTIONS_KEPT_DAYS, Unfound, questions_since};
pub use referral::{KeptReferral, REFERRALS_KEPT, REFERRALS_LIVE, ReferralStore, Use};
pub use retention::{RetentionStore, WARNED_DAYS};
pub use rollout::{Rollout, RolloutStage, RolloutStore, UpdateFailure};
pub(crate) use service::serial_of;
pub use service::{
    KeptReadiness, KeptServiceEntry, KeptServiceKey, MadeServiceCode, READINESS_KEPT, SERVICE_ENTRIES_A_DAY,
    ServiceStore, ready_since,
};
pub use settling::{OnItsWay, Settled, SettlingStore, ToDecide, ToForget, Undecided};
pub use sqlite::{BackupError, SqliteStore, back_up, schema_step};
pub(crate) use survey::{SURVEY_COLUMNS, SURVEY_NAMES};
pub use survey::{SurveyCounts, SurveyWeek, survey_week};
pub use transaction::{
    Batch, Checked, CheckedAs, Content, Delivery, Filter, Grace, Incoming, Outcome, Page, Refused,
    RefusedEnvelope, SealedContent, Signature, Stored, Taken, Tally, Trouble, Unchecked, survey_ids,
};
pub use visit::{PARTS_OF_A_DAY, VISITS_KEPT_DAYS, VisitStore, part_of_the_day, rounded, visits_since};

pub(crate) use transaction::is_genuine;

use crate::authority::Fingerprint;

/// How many refused envelopes are kept of each pillar.
pub const REFUSALS_KEPT: u32 = 100;

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
    /// PostgreSQL failed, or cannot be reached.
    #[cfg(feature = "postgres")]
    #[error("the database failed: {0}; look at the PostgreSQL server, and at store.url_file in hub.toml")]
    Postgres(#[from] sqlx_core::Error),
    /// PostgreSQL could not be brought up to date.
    #[cfg(feature = "postgres")]
    #[error("the database could not be brought up to date: {0}; restore the backup or run the newer program")]
    PostgresMigration(#[from] sqlx_core::migrate::MigrateError),
    /// PostgreSQL does not answer.
    #[cfg(feature = "postgres")]
    #[error("the database does not answer; look at the PostgreSQL server and at the network to it")]
    Unanswered,
    /// PostgreSQL says that something is stored when it is not on the disk yet.
    #[cfg(feature = "postgres")]
    #[error("PostgreSQL does not wait for its disk; set fsync and full_page_writes to on in postgresql.conf")]
    NotDurable,
    /// The system gave no thread.
    #[cfg(feature = "postgres")]
    #[error("the database cannot be used: {0}; look at the limits of the system")]
    Thread(std::io::Error),
    /// A row cannot be read.
    #[error("the database holds a {0} that cannot be read; restore the backup of the data folder")]
    Damaged(&'static str),
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
pub trait Store:
    AccessStore
    + AlertStore
    + AskedStore
    + AttemptStore
    + AuditStore
    + CallBackStore
    + ChangesStore
    + DraftStore
    + EnrolmentStore
    + HandoverStore
    + OrderStore
    + ProgressStore
    + ReferralStore
    + RetentionStore
    + RolloutStore
    + ServiceStore
    + SettlingStore
    + VisitStore
    + Send
    + Sync
{
    /// Stores deliveries, all in one transaction, in their order. Each stands alone: one that fails, or is
    /// not admitted, leaves nothing behind and does not hinder the others. What is `Ok` is durable.
    ///
    /// Of a delivery it notes that the pillar was seen, its highest accepted sequence (which never goes
    /// back), and what was refused. Open payments of transactions whose outcome is told are closed. Surveys
    /// are stored once by id and are never tied to the pillar; what they say is counted by week, pillar and task.
    ///
    /// A transaction whose payment is unknown is parked, any other received. A later upload of the
    /// same may settle an unknown payment if its pillar signed that: paid makes it received, not paid leaves it
    /// parked.
    ///
    /// A revoked pillar is admitted as far as [`Grace`] goes, with transactions and nothing else: what it signed
    /// and sealed to a key from before the revocation is stored and parked as [`Trouble::AfterRevocation`].
    ///
    /// # Errors
    /// The outer [`StoreError`] when the transaction as a whole failed; then nothing is stored.
    fn take_in_all(&self, deliveries: &[Delivery<'_>]) -> Result<Vec<Result<Taken, StoreError>>, StoreError>;

    /// Stores one batch, as [`Store::take_in_all`] does, with the usual [`Grace`].
    ///
    /// # Errors
    /// [`StoreError`]; then nothing of the batch is stored.
    fn take_in(&self, batch: &Batch, now: Timestamp) -> Result<Taken, StoreError> {
        let delivery = Delivery { batch, at: now, grace: Grace::default() };
        let mut all = self.take_in_all(&[delivery])?;
        all.pop().unwrap_or(Err(StoreError::Damaged("answer")))
    }

    /// What was refused of what a pillar sent, the newest first: at most [`REFUSALS_KEPT`], and without
    /// what was taken in after all.
    ///
    /// # Errors
    /// [`StoreError`].
    fn refusals(&self, pillar: &str) -> Result<Vec<RefusedEnvelope>, StoreError>;

    /// How many transactions a pillar delivered after it was revoked.
    ///
    /// # Errors
    /// [`StoreError`].
    fn delivered_after_revocation(&self, pillar: &str) -> Result<u64, StoreError>;

    /// What was not looked at yet since it came in, or is still plain: at most `limit`, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn unchecked(&self, limit: u32) -> Result<Vec<Unchecked>, StoreError>;

    /// Keeps what came of looking at a part of [`Store::unchecked`], which must be given from its beginning.
    /// What is troubled is parked. A trouble that it had stays, unless it turns out that nobody can carry it out
    /// ([`Trouble::may_go_on`]).
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is kept.
    fn note_checked(&self, checked: &[Checked]) -> Result<(), StoreError>;

    /// Does what would otherwise be done while a pillar waits, such as moving what was written into its
    /// final place. To be called again and again by a thread for which nobody waits.
    ///
    /// # Errors
    /// [`StoreError`]; then it is done later.
    fn tend(&self) -> Result<(), StoreError> {
        Ok(())
    }

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

    /// How many transactions are kept here sealed to the key with an id.
    ///
    /// # Errors
    /// [`StoreError`].
    fn sealed_to(&self, key_id: &str) -> Result<u64, StoreError>;

    /// How many surveys are stored.
    ///
    /// # Errors
    /// [`StoreError`].
    fn survey_count(&self) -> Result<u64, StoreError>;

    /// What residents answered in the weeks from that of the Monday `since` on, in the order of weeks, pillars and
    /// tasks. Takes as long however many surveys there are.
    ///
    /// # Errors
    /// [`StoreError`].
    fn survey_weeks(&self, since: Date) -> Result<Vec<SurveyWeek>, StoreError>;

    /// Keeps what residents of a pillar asked and did not find, once by id, and notes that the pillar was seen.
    /// Its words are without personal data. A day that is still to come, or longer ago than questions are
    /// kept, becomes the one of `now`.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is kept.
    fn keep_questions(
        &self,
        pillar: &str,
        questions: &[QuestionItem],
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// What was asked in vain on a day or later: at most `limit` things, the most often asked first, and of
    /// those that were asked as often the latest.
    ///
    /// # Errors
    /// [`StoreError`].
    fn questions(&self, since: Date, limit: u32) -> Result<Unfound, StoreError>;

    /// Forgets what was asked before a day; how many questions those were.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is forgotten.
    fn forget_questions(&self, before: Date) -> Result<u64, StoreError>;

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
    /// taken it already. When the pillar was revoked, nobody waits for it: the payment is closed and the
    /// transaction settled, also when it comes in later.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is decided.
    fn decide_payment(&self, key: &OpenPaymentKey, decision: Decision) -> Result<Decided, StoreError>;

    /// Adds a pillar with its first certificate. Who has or had that name keeps it, so that a name in the log means one
    /// place; only with a code for that very pillar another device comes in under it ([`EnrolmentStore::enrol`]).
    ///
    /// # Errors
    /// [`StoreError`].
    fn add_pillar(&self, pillar: &Pillar) -> Result<Added, StoreError>;

    /// Revokes a pillar. What it delivered stays; what staff had decided about its payments is settled.
    ///
    /// # Errors
    /// [`StoreError`].
    fn revoke_pillar(&self, name: &str, now: Timestamp) -> Result<Revoked, StoreError>;

    /// The pillar whose certificate has that fingerprint, revoked or not: with the key that belongs to this certificate,
    /// and revoked also when only the certificate has ended.
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

    /// Reads and writes something of no importance.
    ///
    /// # Errors
    /// [`StoreError`] when either is impossible.
    fn pulse(&self, now: Timestamp) -> Result<(), StoreError>;
}
