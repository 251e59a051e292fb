//! Asks how far requests are in the systems that they were handed over to: when a message said that something changed,
//! and otherwise now and then. Invariant: messages are believed only as far as to ask.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::pace::{self, Behaviour};
use super::{Clock, Engine, in_time, lock};
use crate::connectors::Obstacle;
use crate::store::{Look, Progress, StoreError};

/// For how long something is claimed: longer than [`LOOK_TIME`].
const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// How long a look takes at most.
const LOOK_TIME: Duration = Duration::from_mins(4);
/// How often something is asked about of which no message says that it changed, but for the dice.
const NOW_AND_THEN: SignedDuration = SignedDuration::from_hours(6);
/// How long after it was received something is asked about at most.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 400);

impl Engine {
    /// Claims at most `limit` requests that are to be asked about.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn claim_looks(&self, limit: u32, now: Timestamp) -> Result<Vec<Look>, StoreError> {
        self.store.claim_looks(now, now + LEASE, limit)
    }

    /// Asks how far something is that was claimed, and keeps what is told.
    ///
    /// # Errors
    /// [`StoreError`]; then it is asked again when its claim has run out.
    pub async fn look(&self, look: Look, clock: Clock) -> Result<(), StoreError> {
        let told = self.ask(&look, clock).await;
        let (now, dice) = (clock(), self.throw());
        let later =
            |time| (now.duration_since(look.received_at) < LONGEST).then(|| now + pace::spread(time, dice));
        let next = match &told {
            Ok(progress) if progress.is_done => None,
            Ok(_) => later(NOW_AND_THEN),
            Err(Obstacle::NotNow { retry_after: Some(after) }) => later((*after).max(pace::FIRST)),
            Err(refused @ (Obstacle::Refused(_) | Obstacle::Wrong(_))) => {
                tracing::warn!(id = %look.id, ?refused, "it cannot be asked how far this is");
                later(NOW_AND_THEN * 4)
            }
            Err(_) => later(NOW_AND_THEN / 12),
        };
        self.store.keep_look(&look, told.as_ref().ok(), next)
    }

    async fn ask(&self, look: &Look, clock: Clock) -> Result<Progress, Obstacle> {
        let system = look.system;
        let connector = self.connectors.iter().find(|connector| connector.system() == system);
        let Some(connector) = connector else {
            return Err(Obstacle::NotNow { retry_after: Some(NOW_AND_THEN) });
        };
        // What waits to be handed over goes first.
        if !lock(&self.gates).entry(system).or_default().enter(clock()) {
            return Err(Obstacle::NotNow { retry_after: None });
        }
        let told = in_time(LOOK_TIME, connector.look(&look.address, clock()), Obstacle::Unknown).await;
        let behaviour = match &told {
            Err(Obstacle::Unknown | Obstacle::Unreached) => Behaviour::Failed,
            _ => Behaviour::Answered,
        };
        let dice = self.throw();
        lock(&self.gates).entry(system).or_default().leave(behaviour, clock(), dice);
        told
    }
}
