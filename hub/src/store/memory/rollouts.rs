//! How far versions of the pillars' system are rolled out, in memory.

use jiff::Timestamp;
use zuil_wire::SystemVersion;

use super::super::rollout::{Rollout, RolloutStore, UpdateFailure};
use super::super::values::read_version;
use super::super::{Entry, StoreError};
use super::MemoryStore;

impl RolloutStore for MemoryStore {
    fn rollouts(&self) -> Result<Vec<Rollout>, StoreError> {
        Ok(self.lock().rollouts.values().cloned().collect())
    }

    fn begin_rollout(&self, rollout: &Rollout, entry: &Entry) -> Result<bool, StoreError> {
        let mut memory = self.lock();
        let version = rollout.version.to_string();
        if memory.rollouts.contains_key(&version) {
            return Ok(false);
        }
        memory.rollouts.insert(version, rollout.clone());
        memory.log.append(entry);
        Ok(true)
    }

    fn change_rollout(&self, seen: &Rollout, to: &Rollout, entry: &Entry) -> Result<bool, StoreError> {
        let mut memory = self.lock();
        let kept = memory.rollouts.get_mut(&seen.version.to_string()).filter(|kept| *kept == seen);
        let Some(kept) = kept else { return Ok(false) };
        kept.clone_from(to);
        memory.log.append(entry);
        Ok(true)
    }

    fn end_rollout(&self, version: &SystemVersion) -> Result<bool, StoreError> {
        let mut memory = self.lock();
        let version = version.to_string();
        memory.update_failures.retain(|(of, _), _| *of != version);
        memory.told_stops.remove(&version);
        Ok(memory.rollouts.remove(&version).is_some())
    }

    fn note_update_failure(&self, failure: &UpdateFailure) -> Result<bool, StoreError> {
        let mut memory = self.lock();
        let version = failure.version.to_string();
        let key = (version.clone(), failure.pillar.clone());
        let is_known = |known: &UpdateFailure| (known.state, known.why) == (failure.state, failure.why);
        if memory.update_failures.get(&key).is_some_and(is_known) {
            return Ok(false);
        }
        memory.update_failures.insert(key, failure.clone());
        let going = memory.rollouts.get_mut(&version).filter(|rollout| rollout.stopped_at.is_none());
        Ok(going.map(|rollout| rollout.stopped_at = Some(failure.at)).is_some())
    }

    fn update_failures(&self) -> Result<Vec<UpdateFailure>, StoreError> {
        Ok(self.lock().update_failures.values().cloned().collect())
    }

    fn told_stops(&self) -> Result<Vec<(SystemVersion, Timestamp)>, StoreError> {
        let memory = self.lock();
        let told =
            memory.told_stops.iter().map(|(version, at)| Ok::<_, StoreError>((read_version(version)?, *at)));
        told.collect()
    }
}
