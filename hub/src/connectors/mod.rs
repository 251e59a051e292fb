//! The municipality's own systems, each behind [`Connector`]. Invariant: a connector looks before it does, and keeps
//! nothing itself: what was done stands in the journal.

mod api;
pub mod email;
pub mod file_drop;
pub mod notifications;
pub mod open_klant;
pub mod open_zaak;
pub mod point;
mod request;
pub mod settings;
pub mod signalen;
mod told;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use zuil_catalogue::{Destination, Task};
use zuil_wire::Transaction;

use crate::store::{Journal, Pace, ParkReason, Progress, Stored, System};

pub use request::{File, Paper};
pub use settings::{
    ConnectorsConfig, EmailConfig, Encryption, FileDropConfig, OpenKlantConfig, OpenZaakConfig,
    SignalenConfig,
};

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Nobody knows whether it was done: no answer, a half one, or one that says that the system failed.
    Unknown,
    /// The system could not be reached: it was not done.
    Unreached,
    /// The system does not want it now.
    NotNow {
        /// Not before that, if it said so.
        retry_after: Option<SignedDuration>,
    },
    /// The system says that it is there already, and yet it could not be found.
    AlreadyThere,
    /// It will never be done as it is.
    Refused(ParkReason),
    /// The same, because the system found values wrong. What it said: codes and names of fields, never a value.
    Wrong(String),
}

/// One kind of system. Every step can be taken again at any time: by another process, after a crash, or after an
/// answer that was lost; whoever takes it first looks whether it was done. Where nobody can look, the step is blind
/// ([`Connector::is_blind`]), and is begun once.
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

    /// Whether nobody can find out afterwards if this step was done. That it is begun is durable before; when it is
    /// not known how it ended, it waits for a person and is never begun again by itself.
    fn is_blind(&self, _step: &str) -> bool {
        false
    }

    /// Looks whether a blind step can be done now, without doing anything: so that a system that is down gets nothing
    /// of which nobody knows whether it took it.
    ///
    /// # Errors
    /// [`Obstacle`].
    async fn prepare(&self, _step: &str, _errand: &Errand<'_>) -> Result<(), Obstacle> {
        Ok(())
    }

    /// How many blind steps the system takes in a time, from all processes of the hub together.
    fn pace(&self) -> Option<Pace> {
        None
    }

    /// The number that it has there, once all steps were taken; nothing where nothing gets a number. Staff find such a
    /// thing by its reference, which stands in it.
    fn case_number(&self, _errand: &Errand<'_>) -> Option<String> {
        None
    }

    /// Under which address or id it can be asked how far it is there; nothing where nobody can ask.
    fn address(&self, _errand: &Errand<'_>) -> Option<String> {
        None
    }

    /// Asks how far something is that was handed over.
    ///
    /// # Errors
    /// [`Obstacle`].
    async fn look(&self, _address: &str, _now: Timestamp) -> Result<Progress, Obstacle> {
        Err(Obstacle::Refused(ParkReason::WrongAddress))
    }
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
