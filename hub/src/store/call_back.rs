//! Requests to be called back, as the store knows them. Invariant: at any moment at most one of the staff calls, and
//! what came of a call is told by whoever called.

use jiff::{SignedDuration, Timestamp};
use zuil_wire::Reference;

use super::StoreError;

/// The id of the task by which a resident asks to be called back.
pub const CALL_BACK_TASK: &str = "call-back";

/// How long something may be on its way to another system before staff see it here.
pub(super) const PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallTold {
    /// Somebody spoke with the resident.
    Reached,
    /// Nobody answered; somebody tries again.
    NotReached,
    /// The number is not that of the resident.
    WrongNumber,
}

impl CallTold {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Reached, Self::NotReached, Self::WrongNumber];

    /// The word in the database, in forms and in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::NotReached => "not-reached",
            Self::WrongNumber => "wrong-number",
        }
    }

    /// What was told by a word from [`CallTold::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|told| told.as_str() == word)
    }

    /// Whether nobody calls again.
    #[must_use]
    pub const fn is_done(self) -> bool {
        !matches!(self, Self::NotReached)
    }
}

/// A request to be called back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallBack {
    /// Its reference.
    pub reference: Reference,
    /// The pillar at which it was made.
    pub pillar: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// Who calls, and since when.
    pub holder: Option<(String, Timestamp)>,
    /// How often somebody called in vain.
    pub tries: u64,
    /// What came of the last call, who told it, and when.
    pub told: Option<(CallTold, String, Timestamp)>,
    /// Whether another system gets it, or may have it.
    pub elsewhere: Elsewhere,
}

/// Whether another system gets a request to be called back, or may have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// It does not.
    No,
    /// Nobody brings it there now; it may come there yet, or be there already.
    MayCome,
    /// It is brought there at this moment.
    UnderWay,
}

/// How many are to be called back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallBacksToDo {
    /// All of them.
    pub all: u64,
    /// Those among them whose handover is parked: they wait as that, too.
    pub not_sent_on: u64,
    /// Those among them that wait for a decision of staff, too.
    pub undecided: u64,
}

/// What came of wanting to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taking {
    /// It is theirs.
    Yes,
    /// Somebody else calls.
    HeldBy(String),
    /// It is brought to another system at this moment.
    UnderWay,
    /// There is nothing to do.
    NotToDo,
}

/// Keeps how far staff are with requests to be called back. The contract of [`super::Store`] holds.
///
/// To do is what nobody is done with and no other system has: neither what is registered there, nor what is on its way
/// for less than an hour. What somebody calls about is brought to no other system, and what they are done with
/// never is: so that nobody is called twice.
pub trait CallBackStore {
    /// Notes that transactions, by their place in the order in which they came in, ask to be called back. Those that
    /// were noted before stay as they are.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is noted.
    fn note_call_backs(&self, numbers: &[u64]) -> Result<(), StoreError>;

    /// What is to do at `now`: at most `limit`, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn call_backs(&self, limit: u32, now: Timestamp) -> Result<Vec<CallBack>, StoreError>;

    /// The one with a reference, whether it is to do or not; nothing when nobody asks there to be called back.
    ///
    /// # Errors
    /// [`StoreError`].
    fn call_back(&self, reference: Reference, now: Timestamp) -> Result<Option<CallBack>, StoreError>;

    /// The one with a reference if it is to do at `now`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn call_back_to_do(&self, reference: Reference, now: Timestamp) -> Result<Option<CallBack>, StoreError>;

    /// How many are to do at `now`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn call_backs_to_do(&self, now: Timestamp) -> Result<CallBacksToDo, StoreError>;

    /// Somebody calls, and until they tell what came of it nobody hands it over. From whom they take it over they must
    /// say, so that nobody takes it from a colleague unawares.
    ///
    /// # Errors
    /// [`StoreError`]; then nobody calls.
    fn take_call_back(
        &self,
        reference: Reference,
        who: &str,
        over_from: Option<&str>,
        now: Timestamp,
    ) -> Result<Taking, StoreError>;

    /// Whoever calls tells what came of it, and calls no longer; when that is all, it goes nowhere any more. Whether they
    /// were the one.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is kept.
    fn tell_call_back(
        &self,
        reference: Reference,
        who: &str,
        told: CallTold,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
}

/// Whether somebody may call.
pub(super) fn taking(holder: Option<&str>, who: &str, over_from: Option<&str>) -> Taking {
    match holder {
        Some(holder) if holder != who && over_from != Some(holder) => Taking::HeldBy(holder.to_owned()),
        _ => Taking::Yes,
    }
}
