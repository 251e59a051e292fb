//! How transactions come into the municipality's own systems, as the store knows it. Invariant: at any moment at
//! most one worker holds the lease of a transaction, and only its holder changes how far it is.

mod reason;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use zuil_wire::{Reference, State};

pub use reason::ParkReason;

use super::{StoreError, Stored};

/// A kind of system that transactions are brought to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum System {
    /// Cases (ZGW).
    OpenZaak,
    /// Contact moments.
    OpenKlant,
    /// Reports about public space.
    Signalen,
    /// Letters.
    Email,
    /// A folder from which programs of the municipality take requests. No catalogue names it.
    FileDrop,
}

impl System {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::OpenZaak, Self::OpenKlant, Self::Signalen, Self::Email, Self::FileDrop];

    /// The word in the database, in a catalogue, and in `hub.toml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenZaak => "open-zaak",
            Self::OpenKlant => "open-klant",
            Self::Signalen => "signalen",
            Self::Email => "e-mail",
            Self::FileDrop => "file-drop",
        }
    }

    /// The system for a word from [`System::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|system| system.as_str() == word)
    }
}

/// What was done in the other system, by the name of the step. It holds addresses and identifications of that
/// system, never what a resident filled in.
pub type Journal = BTreeMap<String, String>;

/// What a worker asks for.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Names the leases that come of it; never used twice.
    pub holder: Uuid,
    /// When.
    pub now: Timestamp,
    /// For how long nobody else gets the same.
    pub lease: SignedDuration,
    /// How many at most.
    pub limit: u32,
    /// Nothing that is known to go to these.
    pub without: &'a [System],
}

/// The right to work on a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The id of the transaction.
    pub id: Uuid,
    /// The holder of the claim.
    pub holder: Uuid,
}

/// A transaction to be handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// What allows to work on it.
    pub lease: Lease,
    /// The transaction.
    pub stored: Stored,
    /// Where it goes, when somebody has looked already.
    pub system: Option<System>,
    /// How often it failed since a step was done, or since staff sent it.
    pub attempts: u32,
    /// How often staff sent it again.
    pub rounds: u32,
    /// When it failed first since a step was done, or since staff sent it.
    pub failing_since: Option<Timestamp>,
    /// Since when it is put off, or cannot be opened; nothing when neither is so.
    pub put_off_since: Option<Timestamp>,
    /// The step that was begun and of which nobody knows how it ended.
    pub attempting: Option<String>,
    /// What was done already.
    pub journal: Journal,
}

/// What a holder tells of its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note<'a> {
    /// It goes on: nobody else gets it until then.
    Until(Timestamp),
    /// It goes to this system.
    Goes(System),
    /// A step is begun of which nobody could find out how it ended; nobody else gets it until then. Any later note
    /// but [`Note::Until`] and [`Note::Goes`] says that it ended.
    Attempt {
        /// The name of the step.
        name: &'a str,
        /// The end of the lease.
        until: Timestamp,
    },
    /// A step was done, with a result; nobody else gets it until then. Earlier failures count no more.
    Step {
        /// The name of the step.
        name: &'a str,
        /// What came of it.
        result: &'a str,
        /// The end of the lease.
        until: Timestamp,
    },
    /// Nothing is wrong with it, but it cannot be done before then. Ends the lease.
    Later(Timestamp),
    /// The system does not want it before then, or the hub cannot open it; since when that is so is kept. Ends the
    /// lease.
    PutOff(Timestamp),
    /// It failed, and is due again then. Ends the lease.
    Failed(Timestamp),
    /// A person must look at it: the transaction is parked. Ends the lease.
    Parked(ParkReason),
    /// The same with [`ParkReason::Refused`], and what the system said: codes and names of fields, never a value.
    Refused(&'a str),
    /// It is brought nowhere: staff work from the hub's list. Ends the lease.
    Nothing,
    /// It is in the other system: the transaction is registered. Ends the lease.
    Registered {
        /// Its number there, where it has one.
        case_number: Option<&'a str>,
        /// Under which address or id it can be asked how far it is there.
        address: Option<&'a str>,
    },
}

/// Whether a note was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Held {
    /// It was.
    Yes,
    /// Somebody else has it by now, or nobody any more; nothing was kept.
    No,
}

/// How far a handover is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is to be done.
    Waiting,
    /// It is not handed over before somebody decides, or its payment is known: the transaction is parked.
    Held,
    /// It is brought nowhere.
    Nothing,
    /// Staff are done with it, and it is brought nowhere.
    Closed,
    /// A person must look at it.
    Parked(ParkReason),
    /// It is in the other system.
    Registered,
}

/// A handover as staff see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handover {
    /// How far it is.
    pub standing: Standing,
    /// Where it goes, as far as that is known.
    pub system: Option<System>,
    /// How often it failed since a step was done, or since staff sent it.
    pub attempts: u32,
    /// When it is due again, while it waits.
    pub due_at: Timestamp,
    /// When it came to stand so.
    pub changed_at: Timestamp,
}

impl Handover {
    /// When staff were done with a request that came as far as `state`; nothing as long as they are not. It is called
    /// closed then, and not received, wherever somebody asks.
    #[must_use]
    pub fn closed_at(&self, state: State) -> Option<Timestamp> {
        (state == State::Received && self.standing == Standing::Closed).then_some(self.changed_at)
    }
}

/// A step that was done in the other system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoneStep {
    /// The name of the step.
    pub step: String,
    /// When it was done.
    pub at: Timestamp,
}

/// How often something may be done: at most so often in any time of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How often.
    pub most: u32,
    /// In which time.
    pub window: SignedDuration,
}

/// Whether it is one's turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Turn {
    /// It is, and it counts.
    Yes,
    /// Not before then.
    NotBefore(Timestamp),
}

/// How many handovers wait for a person for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Where they go, as far as that is known.
    pub system: Option<System>,
    /// Why they wait.
    pub reason: ParkReason,
    /// How many.
    pub count: u64,
    /// Since when the first of them does.
    pub since: Timestamp,
}

/// What became of something that staff did to a handover that was parked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentAgain {
    /// It was done.
    Yes,
    /// Its handover is not parked.
    NotParked,
}

/// Keeps how far each transaction is on its way into the municipality's own systems.
///
/// As with [`super::Store`], every method is one transaction, and durable when it returned `Ok`.
pub trait HandoverStore {
    /// Claims what is due: transactions that are received, were looked at and have no trouble, and that nobody else
    /// holds or calls about ([`super::CallBackStore::take_call_back`]). First those that failed least, of these the
    /// longest due. A lease that has run out, or lasts longer than any could (the clock was put back), counts for nothing.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is claimed.
    fn claim_handovers(&self, claim: &Claim<'_>) -> Result<Vec<Claimed>, StoreError>;

    /// Keeps what a holder tells. The first result of a step stays.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is kept.
    fn keep_handover(&self, lease: Lease, note: Note<'_>, now: Timestamp) -> Result<Held, StoreError>;

    /// How far the transaction with a reference is; nothing when it was not considered yet.
    ///
    /// # Errors
    /// [`StoreError`].
    fn handover(&self, reference: Reference) -> Result<Option<Handover>, StoreError>;

    /// The steps that were done for the transaction with a reference, in the order in which they were.
    ///
    /// # Errors
    /// [`StoreError`].
    fn handover_steps(&self, reference: Reference) -> Result<Vec<DoneStep>, StoreError>;

    /// Sends what is parked again: it is received, and due at once. It goes on behind the steps that were done.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is sent.
    fn send_again(&self, reference: Reference, now: Timestamp) -> Result<SentAgain, StoreError>;

    /// Sends all again that are parked for a reason and go to a system; how many those are.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is sent.
    fn send_all_again(
        &self,
        system: Option<System>,
        reason: ParkReason,
        now: Timestamp,
    ) -> Result<u64, StoreError>;

    /// What is parked is registered after all: somebody found it in the other system, or brought it there by hand.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is registered.
    fn register_by_hand(
        &self,
        reference: Reference,
        case_number: &str,
        now: Timestamp,
    ) -> Result<SentAgain, StoreError>;

    /// How many are parked, for each system and reason, in their order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn waiting_handovers(&self) -> Result<Vec<Waiting>, StoreError>;

    /// Takes a turn at a system, when its pace allows one now. Turns of all processes count. A turn that lies further
    /// ahead than the pace's time was taken by a clock that was ahead, and counts for nothing.
    ///
    /// # Errors
    /// [`StoreError`]; then no turn is taken.
    fn take_turn(&self, system: System, pace: Pace, now: Timestamp) -> Result<Turn, StoreError>;
}

/// Longer than this many times its length no lease can last: then it was given by a clock that was ahead.
pub(super) const LONGEST_LEASE: i32 = 10;
