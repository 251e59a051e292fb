//! How far requests are in the systems that they were handed over to, as the store knows it. Invariant: what was told
//! last stands, and a look that was asked for while another one was under way is not lost.

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::Reference;

use super::{StoreError, System};

/// How far something is in another system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// In that system's words, such as "In behandeling".
    pub words: String,
    /// Since when it stands so there.
    pub since: Timestamp,
    /// Whether they are done with it.
    pub is_done: bool,
}

/// Something to be asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The transaction.
    pub id: Uuid,
    /// Where to ask.
    pub system: System,
    /// Under which address or id.
    pub address: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// Until when nobody else gets it.
    pub until: Timestamp,
}

/// Keeps how far requests are elsewhere. The contract of [`super::Store`] holds.
pub trait ProgressStore {
    /// What is to be asked about now: at most `limit`, the longest due first. Nobody else gets it before `until`.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is claimed.
    fn claim_looks(&self, now: Timestamp, until: Timestamp, limit: u32) -> Result<Vec<Look>, StoreError>;

    /// Keeps what was told, when anything was, and when it is asked again; never when that is nothing. If somebody
    /// asked for another look since it was claimed, that one stays due.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is kept.
    fn keep_look(
        &self,
        look: &Look,
        told: Option<&Progress>,
        next: Option<Timestamp>,
    ) -> Result<(), StoreError>;

    /// Something changed at an address: it is asked about now. Whether it is known here, and not done.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing changes.
    fn look_soon(&self, system: System, address: &str, now: Timestamp) -> Result<bool, StoreError>;

    /// How far the transaction with a reference is, as far as that was told.
    ///
    /// # Errors
    /// [`StoreError`].
    fn progress(&self, reference: Reference) -> Result<Option<Progress>, StoreError>;
}
