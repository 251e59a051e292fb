//! To whom versions of the pillars' system are given, and where one went wrong. Invariant: each version, and each pillar that
//! had trouble with one, is in its list once.

use super::super::Failure;
use super::sheet::{Sheet, when};
use crate::store::Store;

pub(super) fn rollouts(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    for rollout in store.rollouts()? {
        sheet.row([
            rollout.version.to_string(),
            rollout.pillar,
            rollout.stage.as_str().to_owned(),
            rollout.changed_at.to_string(),
            when(rollout.stopped_at),
        ])?;
    }
    Ok(())
}

pub(super) fn failures(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    for failure in store.update_failures()? {
        sheet.row([
            failure.version.to_string(),
            failure.pillar,
            failure.state.word().to_owned(),
            failure.why.map(|why| why.word().to_owned()).unwrap_or_default(),
            failure.at.to_string(),
        ])?;
    }
    Ok(())
}
