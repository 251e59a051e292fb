//! The municipality's own systems, each behind [`Connector`]. Invariant: a connector looks before it does, and keeps
//! nothing itself: what was done stands in the journal.

pub mod open_zaak;
pub mod settings;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use zuil_catalogue::{Destination, Task};
use zuil_wire::Transaction;

use crate::store::{Journal, ParkReason, Stored, System};

pub use settings::{ConnectorsConfig, OpenZaakConfig};

/// Something to be brought to another system, opened in memory.
#[derive(Clone, Copy)]
pub struct Errand<'a> {
    /// The transaction as it is kept.
    pub stored: &'a Stored,
    /// What the resident asked.
    pub content: &'a Transaction,
    /// The task, with where it is brought.
    pub task: &'a Task,
    /// What was done already.
    pub journal: &'a Journal,
    /// When.
    pub now: Timestamp,
}

/// Why a step was not done, or is not known to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Nobody knows whether it was done: no answer, a half one, or one that says that the system failed.
    Unknown,
    /// The system does not want it now.
    NotNow {
        /// Not before that, if it said so.
        retry_after: Option<SignedDuration>,
    },
    /// The system says that it is there already, and yet it could not be found.
    AlreadyThere,
    /// It will never be done as it is.
    Refused(ParkReason),
}

/// One kind of system. Every step can be taken again at any time: by another process, after a crash, or after an
/// answer that was lost; whoever takes it first looks whether it was done.
#[async_trait]
pub trait Connector: Send + Sync {
    /// Which.
    fn system(&self) -> System;

    /// The steps for this errand, in their order. Names mean the same for ever: they stand in journals.
    fn steps(&self, errand: &Errand<'_>) -> Vec<&'static str>;

    /// Takes a step that the journal does not have, and all before it are in it. Its result goes into the journal.
    ///
    /// # Errors
    /// [`Obstacle`].
    async fn take(&self, step: &str, errand: &Errand<'_>) -> Result<String, Obstacle>;

    /// The number under which staff find it there, once all steps were taken.
    fn case_number(&self, errand: &Errand<'_>) -> String;
}

/// The system that a destination names.
#[must_use]
pub const fn system_of(destination: &Destination) -> System {
    match destination {
        Destination::OpenZaak { .. } => System::OpenZaak,
        Destination::OpenKlant { .. } => System::OpenKlant,
        Destination::Signalen { .. } => System::Signalen,
        Destination::Email { .. } => System::Email,
    }
}
