//! How transactions stand, for the pillars that made them. Invariant: no pillar hears of another one's.

use uuid::Uuid;
use zuil_wire::RequestStanding;

use super::StoreError;

/// Tells pillars how their transactions stand. The contract of [`super::Store`] holds.
pub trait ChangesStore {
    /// A number that rises whenever it changed how a transaction of a pillar stands. (It may rise at other times, too.)
    /// That staff are done with something that is received is no such change: the pillar keeps it as received, and would
    /// ask for all it has to keep nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    fn changes(&self, pillar: &str) -> Result<u64, StoreError>;

    /// How those of some transactions stand that a pillar made, in the order in which they were asked for. What staff are
    /// done with ([`super::SettlingStore::close`]) is [`zuil_wire::State::Closed`] here, and nowhere else in the store.
    ///
    /// # Errors
    /// [`StoreError`].
    fn standings(&self, pillar: &str, ids: &[Uuid]) -> Result<Vec<RequestStanding>, StoreError>;
}
