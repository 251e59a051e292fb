//! Roll-outs of the pillars' system that trouble stopped, and those that go on after that was told. Invariant: a stop is
//! told once, with the pillar at which it went wrong; about one that somebody made by hand nothing is told.

use jiff::Timestamp;
use zuil_wire::SystemVersion;

use crate::store::{Rollout, Store, StoreError, UpdateFailure};

/// A roll-out that stopped, or goes on again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    /// What went wrong, and where.
    pub failure: UpdateFailure,
    /// Since when it is stopped; nothing when it goes on.
    pub stopped_at: Option<Timestamp>,
}

/// What nobody was told yet.
pub(super) fn look(store: &dyn Store) -> Result<Vec<Stop>, StoreError> {
    let rollouts = store.rollouts()?;
    if rollouts.is_empty() {
        return Ok(Vec::new());
    }
    let (told, failures) = (store.told_stops()?, store.update_failures()?);
    Ok(rollouts.iter().filter_map(|rollout| news(rollout, &told, &failures)).collect())
}

fn news(rollout: &Rollout, told: &[(SystemVersion, Timestamp)], failures: &[UpdateFailure]) -> Option<Stop> {
    let told = told.iter().find(|(version, _)| *version == rollout.version).map(|(_, stop)| *stop);
    let stop = match (rollout.stopped_at, told) {
        (Some(stopped), told) if told != Some(stopped) => stopped,
        (None, Some(told)) => told,
        _ => return None,
    };
    // What went wrong before it was known when somebody stopped it by hand.
    let since = failures.iter().filter(|failure| failure.version == rollout.version && failure.at >= stop);
    let failure = since.min_by_key(|failure| failure.at)?.clone();
    Some(Stop { failure, stopped_at: rollout.stopped_at })
}
