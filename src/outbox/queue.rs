//! What is told to the hub, what it answered, and how much there is.

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::seal::Sealed;
use zuil_wire::{PaymentRecord, PaymentState, State};

/// Something to tell the hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The sealed transaction.
    pub sealed: Sealed,
    /// Its payment, for tasks with a fee.
    pub payment: Option<PaymentRecord>,
    pub(super) revision: u32,
}

impl Pending {
    /// A free transaction that was never told, without an outbox around it.
    #[cfg(test)]
    pub(crate) const fn for_tests(sealed: Sealed) -> Self {
        Self { sealed, payment: None, revision: 1 }
    }

    /// What to hand to [`super::Outbox::acknowledge`] together with the hub's answer to this.
    #[must_use]
    pub fn sent(&self) -> Sent {
        Sent { id: self.sealed.header.id, revision: self.revision }
    }
}

/// What was told of a transaction in one upload. A payment that is settled while the answer is on
/// its way makes a new revision, which that answer is not about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sent {
    /// The transaction.
    pub id: Uuid,
    pub(super) revision: u32,
}

/// What an answer of the hub made of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// The transaction.
    pub id: Uuid,
    /// Where it is now.
    pub state: State,
}

/// A request that was made at this pillar, as its outbox knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeHere {
    /// Where it is.
    pub state: State,
    /// When the pillar's clock said it was committed.
    pub committed_at: Timestamp,
    /// The case number, once the hub told it.
    pub case_number: Option<String>,
    /// What became of its payment, for a task with a fee; a long settled one may be forgotten.
    pub payment: Option<PaymentState>,
}

/// How much is in the outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Transactions whose payment has no outcome yet.
    pub held: u64,
    /// Transactions that the hub does not have yet.
    pub saved: u64,
    /// Transactions at the hub, as far as they were not pruned.
    pub received: u64,
    /// Transactions with a case number, as far as they were not pruned.
    pub registered: u64,
    /// Transactions that a person has to look at.
    pub parked: u64,
    /// Payments without an outcome (also when approved), or with an unknown one.
    pub open_payments: u64,
    /// Surveys that the hub does not have yet.
    pub surveys: u64,
}

/// How often something was tried to be told to the hub in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// The transaction.
    pub id: Uuid,
    /// How often. After a restart it may have been up to twice as often.
    pub tries: u32,
    /// When it was last tried, by the pillar's clock.
    pub last: Timestamp,
    /// Why that failed, at most [`Attempts::LONGEST_WHY`] characters, without personal data.
    pub why: String,
}

impl Attempts {
    /// The most characters that are kept of a reason.
    pub const LONGEST_WHY: usize = 200;
}
