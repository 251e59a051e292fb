//! What staff settle themselves, and what waits too long, as the store knows it. Invariant: what staff are done with is
//! handed over by nobody, and nothing is settled while somebody hands it over.

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::Reference;

use super::{Entry, StoreError, System, Trouble};

/// A request that goes nowhere before staff decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// Its reference.
    pub reference: Reference,
    /// The pillar at which it was made.
    pub pillar: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// What is wrong with it; nothing when it was not paid.
    pub trouble: Option<Trouble>,
}

/// What waits for a decision of staff.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToDecide {
    /// How many.
    pub count: u64,
    /// The oldest of them first.
    pub oldest: Vec<Undecided>,
}

/// What is on its way into one system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnItsWay {
    /// Which; nothing while that is not known.
    pub system: Option<System>,
    /// How many.
    pub count: u64,
    /// Since when the first of them is.
    pub since: Timestamp,
}

/// What nobody settled and will be deleted because it has been here for so long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToForget {
    /// How many.
    pub count: u64,
    /// How many of them stand on no other list of staff: nobody is to be called, to decide or to send them on.
    pub only_here: u64,
    /// Those that were asked for, and when they are deleted.
    pub first: Vec<(Reference, Timestamp)>,
}

/// What became of something that staff decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Settled {
    /// It is done, and it is noted who did it.
    Yes,
    /// Somebody hands it over at this moment; later it may be otherwise. Nothing changed.
    UnderWay,
    /// There is nothing to decide about it, not yet or not any more. Nothing changed.
    NotOpen,
}

/// Keeps what staff settled. The contract of [`super::Store`] holds.
pub trait SettlingStore {
    /// What waits for a decision: it is parked, its payment is known, and no other system has sent it back. At most
    /// `limit` of them, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn to_decide(&self, limit: u32) -> Result<ToDecide, StoreError>;

    /// What waits for a decision goes on all the same: it is received, without trouble, and the entry is noted. What
    /// nobody looked at yet does not, nor what cannot be read ([`Trouble::may_go_on`]).
    ///
    /// # Errors
    /// [`StoreError`]; then it does not, and nothing is noted.
    fn send_anyway(&self, reference: Reference, entry: &Entry) -> Result<Settled, StoreError>;

    /// Staff are done with something that is not registered: it waits for nobody, is handed over by nobody, its content
    /// is kept as if it had been registered when the entry says, and the entry is noted. Nobody is done with what was
    /// not looked at, whose payment is unknown, what was paid for and goes on by itself, or what somebody hands over at
    /// this moment.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing changes, and nothing is noted.
    fn close(&self, reference: Reference, entry: &Entry) -> Result<Settled, StoreError>;

    /// Which of the transactions with these ids staff are done with.
    ///
    /// # Errors
    /// [`StoreError`].
    fn closed_among(&self, ids: &[Uuid]) -> Result<BTreeSet<Uuid>, StoreError>;

    /// What is on its way since `before` or longer and goes on by itself, for each system, in their order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn on_their_way(&self, before: Timestamp) -> Result<Vec<OnItsWay>, StoreError>;

    /// What the other system said when it refused a request that is parked for that: codes and names of fields.
    ///
    /// # Errors
    /// [`StoreError`].
    fn said_when_refused(&self, reference: Reference) -> Result<Option<String>, StoreError>;

    /// What will be deleted though nobody settled it: at most `limit` behind the first `offset`, the first first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn to_forget(&self, offset: u64, limit: u32) -> Result<ToForget, StoreError>;
}
