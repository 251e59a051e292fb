//! The outbox: committed transactions until the hub has them, and the payment journal.
//!
//! Contract: a method that changes something returns `Ok` only when the change is durable. What is kept
//! is sealed; nothing plain is ever written but the marks of a survey and questions without an answer, from
//! which what could name a person was taken. States go forward only: saved → received → registered, or
//! parked; being parked ends when what it was parked for is settled.
//!
//! A paid transaction is sealed and kept together with the intent to charge, before the terminal
//! is asked. From then on it is in the journal whether the resident was charged, and what for.
//!
//! The contract is the trait [`Outbox`]. [`SqliteOutbox`] keeps it on a disk, [`MemoryOutbox`] as long as
//! the program runs; what both must do is in `rules`, and `conformance` holds both to it.

mod error;
mod memory;
mod payments;
mod queue;
mod rules;
mod settings;
mod sqlite;

#[cfg(test)]
mod conformance;

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::health::Salvaged;
use zuil_wire::messages::SurveyItem;
use zuil_wire::seal::Sealed;
use zuil_wire::{ItemOutcome, PaymentRecord, QuestionItem, Reference, RequestStanding, State};

pub use error::OutboxError;
pub use memory::MemoryOutbox;
pub use payments::{Approval, Intent, OpenPayment, Turnover};
pub use queue::{Acknowledged, Attempts, Counts, MadeHere, Pending, Sent};
pub use settings::{RESERVE, Settings, Tidied};
pub use sqlite::{Examined, LastSalvage, PRAGMAS, SqliteOutbox};

/// What the outbox's methods return.
pub type Result<T> = std::result::Result<T, OutboxError>;

/// The pillar's durable queue, as the runner and the sync know it.
///
/// Contract: every method may be called from any thread and blocks for as long as one write to the disk
/// lasts. What changed something and returned `Ok` survives a power cut; what returned an error changed
/// nothing. Shared as `Arc<dyn Outbox>`.
pub trait Outbox: Send + Sync {
    /// The next sequence number for a header, from 1. It is higher than every one before and is never
    /// given again, whatever becomes of the transaction. Numbers are reserved in blocks, so that not each
    /// of them costs a write: a restart leaves a gap, which means nothing.
    ///
    /// # Errors
    /// When a block cannot be reserved durably.
    fn next_sequence(&self) -> Result<u64>;

    /// Keeps a free transaction; it is saved from then on. Committing the same one again changes
    /// nothing.
    ///
    /// # Errors
    /// [`OutboxError::Taken`] when its id or sequence number belongs to another,
    /// [`OutboxError::TooLarge`], or when it cannot be made durable.
    fn commit(&self, sealed: &Sealed) -> Result<()>;

    /// At most `limit` things to tell the hub, in the order of their sequence.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    fn pending(&self, limit: usize) -> Result<Vec<Pending>>;

    /// As [`Outbox::pending`], of those with a sequence higher than `after`. An implementation that can
    /// does not read what is passed over.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    fn pending_after(&self, after: u64, limit: usize) -> Result<Vec<Pending>> {
        let all = self.pending(usize::MAX)?.into_iter();
        Ok(all.filter(|item| item.sealed.header.sequence > after).take(limit).collect())
    }

    /// Notes that telling `sent` to the hub failed at `at` (the pillar's clock) because of `why`, which must
    /// hold no personal data and is cut off after [`Attempts::LONGEST_WHY`] characters. What the hub
    /// answered meanwhile is not noted. It costs a write only for the first, second, fourth, eighth, … try
    /// of a transaction and when the reason changes; a restart forgets the tries in between.
    ///
    /// # Errors
    /// When such a write fails; it is remembered until the end of the program all the same.
    fn note_failure(&self, sent: &[Sent], at: Timestamp, why: &str) -> Result<()>;

    /// What was tried most often in vain of that which still waits, or was tried longest ago when several
    /// were tried as often; `None` when nothing that waits was tried in vain.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    fn attempts(&self) -> Result<Option<Attempts>>;

    /// Keeps what the hub answered. `sent` is what the answer is about: an outcome for anything
    /// else, or one that came before, changes nothing. States go forward only. What the hub refused
    /// is parked with its reason. Returns what became of each transaction that was answered.
    ///
    /// # Errors
    /// When it cannot be made durable.
    fn acknowledge(&self, outcomes: &[ItemOutcome], sent: &[Sent]) -> Result<Vec<Acknowledged>>;

    /// Where a transaction is; `None` when it is not here or its payment has no outcome.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    fn state(&self, id: Uuid) -> Result<Option<State>>;

    /// Transactions that the hub has and that are not registered there yet, each with its sequence: at most `limit`
    /// with one higher than `after`, in their order. What the hub refused is not among them.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    fn to_follow(&self, after: u64, limit: usize) -> Result<Vec<(u64, Uuid)>>;

    /// Keeps how such transactions stand at the hub. States go forward only; anything else that is told changes
    /// nothing. Returns those that stand otherwise now.
    ///
    /// # Errors
    /// When it cannot be made durable.
    fn keep_standings(&self, standings: &[RequestStanding]) -> Result<Vec<Acknowledged>>;

    /// The case number of a transaction, once the hub told it.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    fn case_number(&self, id: Uuid) -> Result<Option<String>>;

    /// The request with a reference, when it was made here and is not forgotten yet; `None` also while its payment has
    /// no outcome.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    fn made_here(&self, reference: Reference) -> Result<Option<MadeHere>>;

    /// How much is in the outbox.
    ///
    /// # Errors
    /// When it cannot be read.
    fn counts(&self) -> Result<Counts>;

    /// Makes the intent to charge durable, together with the transaction that it is for. The
    /// transaction is held: not told to the hub until there is an outcome. Recording the same
    /// intent again, as long as it has no outcome, changes nothing.
    ///
    /// # Errors
    /// [`OutboxError::Taken`], [`OutboxError::TooLarge`] or [`OutboxError::Amount`], or when it
    /// cannot be made durable. The terminal must not be asked then.
    fn record_intent(&self, intent: &Intent, sealed: &Sealed) -> Result<()>;

    /// Makes durable that the terminal has charged, before it is acknowledged. That is no outcome:
    /// until it is acknowledged the terminal may undo the charge. The transaction stays held.
    /// Recording the same approval again changes nothing.
    ///
    /// # Errors
    /// [`OutboxError::UnknownPayment`]; [`OutboxError::Settled`] when it has an outcome;
    /// [`OutboxError::OtherReceipt`] when another charge was approved for it;
    /// [`OutboxError::OtherAmount`] when something else was charged than the intent says; or when it
    /// cannot be made durable. The terminal must take the charge back then.
    fn record_approval(&self, payment: Uuid, approval: &Approval) -> Result<()>;

    /// Makes the outcome of a payment durable, and in the same write what follows from it: `paid`
    /// and `unknown` make the transaction saved, to be told to the hub; `not_paid` deletes a held
    /// one. An unknown outcome may be settled later, and is then told again. Recording the same
    /// outcome again changes nothing.
    ///
    /// # Errors
    /// [`OutboxError::UnknownPayment`]; [`OutboxError::Settled`] for any other change;
    /// [`OutboxError::OtherReceipt`] when another receipt was approved than is paid;
    /// [`OutboxError::OtherAmount`] when something else was charged than the intent says; or when it
    /// cannot be made durable.
    fn record_outcome(&self, payment: Uuid, record: &PaymentRecord) -> Result<()>;

    /// The payments that are not settled, the oldest first.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    fn open_payments(&self) -> Result<Vec<OpenPayment>>;

    /// Keeps a survey. Its id must be random (UUIDv4), so that it tells nothing about when. Keeping
    /// the same id again changes nothing.
    ///
    /// # Errors
    /// When it cannot be made durable.
    fn keep_survey(&self, survey: &SurveyItem) -> Result<()>;

    /// At most `limit` surveys that the hub does not have yet, in the order of their random ids.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    fn pending_surveys(&self, limit: usize) -> Result<Vec<SurveyItem>>;

    /// Forgets surveys that are durable at the hub.
    ///
    /// # Errors
    /// When it cannot be made durable.
    fn acknowledge_surveys(&self, ids: &[Uuid]) -> Result<()>;

    /// Keeps what somebody asked and did not find. Its words must be without personal data, its id random
    /// (UUIDv4). Keeping the same id again changes nothing. Only the newest 500 are kept, by their day: they
    /// are worth no more than that.
    ///
    /// # Errors
    /// When it cannot be made durable.
    fn keep_question(&self, question: &QuestionItem) -> Result<()>;

    /// At most `limit` questions that the hub does not have yet, in the order of their random ids.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    fn pending_questions(&self, limit: usize) -> Result<Vec<QuestionItem>>;

    /// Forgets questions that the hub has, or will never want.
    ///
    /// # Errors
    /// When it cannot be made durable.
    fn acknowledge_questions(&self, ids: &[Uuid]) -> Result<()>;

    /// What was saved of this outbox when it was damaged, the last time that happened.
    fn salvaged(&self) -> Option<Salvaged> {
        None
    }

    /// Whether lines of the payment journal may be missing, and nobody has agreed yet that cards are taken
    /// all the same. Open payments from before stay superseded, also when someone has.
    fn is_in_doubt(&self) -> bool {
        false
    }

    /// For how many transactions of a usual size there is room, whatever else happens on the disk: 0 when
    /// nothing can be written. After a write that failed, this tries one.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    fn room(&self) -> Result<u32>;

    /// Does one small step of what can wait: deletes sealed content and records whose time is over
    /// ([`Settings`]), never anything open, and brings the log home. Call it again at once as long as it
    /// did something, and not while someone pays. `now` is the pillar's clock; when that jumps, things are
    /// kept longer or shorter, and nothing else comes of it.
    ///
    /// # Errors
    /// When it cannot be made durable.
    fn tidy(&self, now: Timestamp) -> Result<Tidied>;
}
