//! To whom a version is given. Invariant: it goes to more pillars, and on after trouble, only by a person's deed; trouble
//! at a pillar that was given it stops it by itself.

use jiff::Timestamp;
use zuil_wire::system::UpdateReport;
use zuil_wire::{SystemOffer, SystemReport, SystemVersion};

use super::Systems;
use crate::store::{Deed, Entry, Rollout, RolloutStage, Store, StoreError, UpdateFailure};

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RolloutError {
    /// There is no such update.
    #[error("there is no version {0} here; add it first with `zuil-hub system add`")]
    NoSuchSystem(SystemVersion),
    /// There is no such pillar.
    #[error("there is no pillar named {0}; see `zuil-hub pillar list`")]
    NoSuchPillar(String),
    /// It was begun before.
    #[error("{0} is being rolled out already")]
    Begun(SystemVersion),
    /// It was never begun.
    #[error("{0} is not being rolled out; begin at one pillar")]
    NotBegun(SystemVersion),
    /// It is stopped.
    #[error("the roll-out of {0} is stopped; find out what happened, and resume it")]
    Stopped(SystemVersion),
    /// It goes on.
    #[error("the roll-out of {0} is not stopped")]
    GoesOn(SystemVersion),
    /// All have it.
    #[error("{0} is given to all pillars already")]
    AtAll(SystemVersion),
    /// Somebody else changed it, or it stopped.
    #[error("the roll-out of {0} changed meanwhile; look at it again")]
    Meanwhile(SystemVersion),
    /// The files cannot be looked at.
    #[error("the updates cannot be read: {0}; look at the data folder")]
    Files(#[from] std::io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Gives a version to one pillar.
///
/// # Errors
/// [`RolloutError`]; then nothing was begun.
pub fn begin(
    store: &dyn Store,
    systems: &Systems,
    version: &SystemVersion,
    pillar: &str,
    who: &str,
    now: Timestamp,
) -> Result<Rollout, RolloutError> {
    if systems.find(version)?.is_none() {
        return Err(RolloutError::NoSuchSystem(version.clone()));
    }
    if !store.pillars()?.iter().any(|known| known.name == pillar && known.revoked_at.is_none()) {
        return Err(RolloutError::NoSuchPillar(pillar.to_owned()));
    }
    let rollout = Rollout {
        version: version.clone(),
        pillar: pillar.to_owned(),
        stage: RolloutStage::Pillar,
        changed_at: now,
        stopped_at: None,
    };
    if !store.begin_rollout(&rollout, &entry(&rollout, who, now))? {
        return Err(RolloutError::Begun(version.clone()));
    }
    Ok(rollout)
}

/// Gives a version to the pillars of the next stage.
///
/// # Errors
/// [`RolloutError`]; then it goes to nobody else.
pub fn go_on(
    store: &dyn Store,
    version: &SystemVersion,
    seen: RolloutStage,
    who: &str,
    now: Timestamp,
) -> Result<Rollout, RolloutError> {
    let rollout = found(store, version)?;
    if rollout.stopped_at.is_some() {
        return Err(RolloutError::Stopped(version.clone()));
    }
    if rollout.stage != seen {
        return Err(RolloutError::Meanwhile(version.clone()));
    }
    let stage = rollout.stage.next().ok_or_else(|| RolloutError::AtAll(version.clone()))?;
    change(store, &rollout, Rollout { stage, changed_at: now, ..rollout.clone() }, who, now)
}

/// Gives a version to nobody any more. Pillars that have it keep it.
///
/// # Errors
/// [`RolloutError`]; then nothing changes.
pub fn stop(
    store: &dyn Store,
    version: &SystemVersion,
    who: &str,
    now: Timestamp,
) -> Result<Rollout, RolloutError> {
    let rollout = found(store, version)?;
    if rollout.stopped_at.is_some() {
        return Err(RolloutError::Stopped(version.clone()));
    }
    change(store, &rollout, Rollout { stopped_at: Some(now), changed_at: now, ..rollout.clone() }, who, now)
}

/// Gives a version to the pillars of its stage again.
///
/// # Errors
/// [`RolloutError`]; then it stays stopped.
pub fn resume(
    store: &dyn Store,
    version: &SystemVersion,
    who: &str,
    now: Timestamp,
) -> Result<Rollout, RolloutError> {
    let rollout = found(store, version)?;
    if rollout.stopped_at.is_none() {
        return Err(RolloutError::GoesOn(version.clone()));
    }
    change(store, &rollout, Rollout { stopped_at: None, changed_at: now, ..rollout.clone() }, who, now)
}

fn found(store: &dyn Store, version: &SystemVersion) -> Result<Rollout, RolloutError> {
    let found = store.rollouts()?.into_iter().find(|rollout| rollout.version == *version);
    found.ok_or_else(|| RolloutError::NotBegun(version.clone()))
}

fn change(
    store: &dyn Store,
    seen: &Rollout,
    to: Rollout,
    who: &str,
    now: Timestamp,
) -> Result<Rollout, RolloutError> {
    if !store.change_rollout(seen, &to, &entry(&to, who, now))? {
        return Err(RolloutError::Meanwhile(seen.version.clone()));
    }
    Ok(to)
}

/// What the log tells of a deed by what came of it.
fn entry(rollout: &Rollout, who: &str, now: Timestamp) -> Entry {
    let how = match (rollout.stopped_at, rollout.stage) {
        (Some(_), _) => "stopped".to_owned(),
        (None, RolloutStage::Pillar) => format!("pillar {}", rollout.pillar),
        (None, stage) => stage.as_str().to_owned(),
    };
    Entry::new(now, who, Deed::RolledOut, &rollout.version.to_string()).with(how)
}

/// Takes from a report what went wrong with an update, and says which version the pillar should have.
///
/// # Errors
/// [`StoreError`]; then nothing is noted.
pub fn attend(
    store: &dyn Store,
    systems: &Systems,
    pillar: &str,
    system: &SystemReport,
    now: Timestamp,
) -> Result<Option<SystemOffer>, StoreError> {
    let mut rollouts = store.rollouts()?;
    if rollouts.is_empty() {
        return Ok(None);
    }
    let failure = system.update.as_ref().and_then(|update| failure(update, pillar, now));
    if let Some(failure) = failure
        && rollouts.iter().any(|rollout| rollout.version == failure.version && rollout.reaches(pillar))
        && store.note_update_failure(&failure)?
    {
        tracing::warn!(pillar, version = %failure.version, state = failure.state.word(), "its roll-out is stopped");
        rollouts = store.rollouts()?;
    }
    let Ok(running) = system.version.parse::<SystemVersion>() else { return Ok(None) };
    let given = rollouts.into_iter().filter(|rollout| rollout.gives(pillar)).map(|rollout| rollout.version);
    let Some(newest) = given.max().filter(|newest| *newest > running) else { return Ok(None) };
    // An update that cannot be read is offered to nobody; pillars go on with what they have.
    let kept = systems
        .find(&newest)
        .inspect_err(|error| tracing::error!(%error, version = %newest, "an update cannot be read"))
        .unwrap_or_default();
    Ok(kept.map(|kept| SystemOffer { version: kept.version.to_string(), bytes: kept.bytes }))
}

fn failure(update: &UpdateReport, pillar: &str, now: Timestamp) -> Option<UpdateFailure> {
    let version = update.version.parse().ok()?;
    let UpdateReport { state, why, .. } = *update;
    state.is_trouble().then(|| UpdateFailure { version, pillar: pillar.to_owned(), state, why, at: now })
}

#[cfg(test)]
mod tests {
    use zuil_wire::system::{UpdateRefusal, UpdateState};

    use super::super::tests::made;
    use super::*;
    use crate::store::{AuditFilter, AuditStore as _, MemoryStore, Pillar, RolloutStore as _};

    const WHO: &str = "anna";

    /// A hub with pillars (made up) and the update to version 1.2.
    struct Hub {
        store: MemoryStore,
        systems: Systems,
        _data: tempfile::TempDir,
    }

    impl Hub {
        fn with(pillars: &[&str]) -> Self {
            let data = tempfile::tempdir().unwrap();
            let (store, systems) = (MemoryStore::new(), Systems::of(data.path()));
            systems.add(made("1.2", b"the root").path()).unwrap();
            for (print, name) in (1..).zip(pillars) {
                let pillar = Pillar {
                    name: (*name).to_owned(),
                    fingerprint: [print; 32],
                    public_key: String::new(),
                    added_at: at(0),
                    revoked_at: None,
                    last_seen_at: None,
                    last_sequence: None,
                };
                store.add_pillar(&pillar).unwrap();
            }
            Self { store, systems, _data: data }
        }

        fn begin(&self, pillar: &str) -> Result<Rollout, RolloutError> {
            begin(&self.store, &self.systems, &next(), pillar, WHO, at(1))
        }

        /// What a pillar that runs a version, and says so of an update, hears.
        fn hears(&self, pillar: &str, running: &str, said: Option<UpdateReport>) -> Option<String> {
            let system = SystemReport { version: running.into(), update: said };
            let offer = attend(&self.store, &self.systems, pillar, &system, at(2)).unwrap();
            offer.map(|offer| offer.version)
        }

        fn is_stopped(&self) -> bool {
            self.store.rollouts().unwrap()[0].stopped_at.is_some()
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn next() -> SystemVersion {
        "1.2".parse().unwrap()
    }

    fn said(state: UpdateState) -> Option<UpdateReport> {
        let why = (state == UpdateState::Refused).then_some(UpdateRefusal::Signature);
        Some(UpdateReport { version: "1.2".into(), state, percent: None, why })
    }

    #[test]
    fn a_version_goes_from_one_pillar_to_a_tenth_and_to_all_by_a_persons_deed_each_time() {
        let hub = Hub::with(&["jumbo", "spar"]);
        assert_eq!(hub.hears("jumbo", "1.1", None), None);
        hub.begin("jumbo").unwrap();
        assert_eq!(hub.hears("jumbo", "1.1", None).as_deref(), Some("1.2"));
        assert_eq!(hub.hears("spar", "1.1", None), None);
        go_on(&hub.store, &next(), RolloutStage::Pillar, WHO, at(2)).unwrap();
        let twice = go_on(&hub.store, &next(), RolloutStage::Pillar, WHO, at(2));
        assert!(matches!(twice, Err(RolloutError::Meanwhile(_))), "two who press at once go one stage");
        go_on(&hub.store, &next(), RolloutStage::Tenth, WHO, at(3)).unwrap();
        assert_eq!(hub.hears("spar", "1.1", None).as_deref(), Some("1.2"));
        let beyond = go_on(&hub.store, &next(), RolloutStage::All, WHO, at(4));
        assert!(matches!(beyond, Err(RolloutError::AtAll(_))));
        let filter = AuditFilter { deed: Some(Deed::RolledOut), ..AuditFilter::default() };
        let noted = hub.store.audit(&filter, 9).unwrap();
        let how: Vec<&str> = noted.iter().rev().map(|noted| noted.entry.detail.as_str()).collect();
        assert_eq!(how, ["pillar jumbo", "tenth", "all"]);
    }

    #[test]
    fn trouble_at_a_pillar_that_was_given_it_stops_it_until_somebody_resumes_it() {
        for state in [UpdateState::Refused, UpdateState::FellBack] {
            let hub = Hub::with(&["jumbo", "spar"]);
            hub.begin("jumbo").unwrap();
            assert_eq!(hub.hears("spar", "1.1", said(state)), None);
            assert!(!hub.is_stopped(), "nobody gave it to that one");
            assert_eq!(hub.hears("jumbo", "1.1", said(state)), None);
            assert!(hub.is_stopped());
            let on = go_on(&hub.store, &next(), RolloutStage::Pillar, WHO, at(3));
            assert!(matches!(on, Err(RolloutError::Stopped(_))));
            resume(&hub.store, &next(), WHO, at(4)).unwrap();
            assert_eq!(hub.hears("jumbo", "1.1", said(state)).as_deref(), Some("1.2"), "that was known");
            stop(&hub.store, &next(), WHO, at(5)).unwrap();
            assert_eq!(hub.hears("jumbo", "1.1", None), None);
        }
    }

    #[test]
    fn progress_stops_nothing_and_nobody_is_offered_what_it_has_or_something_older() {
        let hub = Hub::with(&["jumbo"]);
        hub.begin("jumbo").unwrap();
        let progress =
            [UpdateState::Fetching, UpdateState::Ready, UpdateState::Writing, UpdateState::Written];
        for state in progress {
            assert!(hub.hears("jumbo", "1.1", said(state)).is_some(), "{state:?}");
        }
        for running in ["1.2", "1.2.1", "1.10"] {
            assert_eq!(hub.hears("jumbo", running, None), None, "{running}");
        }
        hub.systems.remove(&next()).unwrap();
        assert_eq!(hub.hears("jumbo", "1.1", None), None, "it is gone");
    }

    #[test]
    fn it_begins_at_a_pillar_that_there_is_with_an_update_that_there_is_and_once() {
        let hub = Hub::with(&["jumbo"]);
        assert!(matches!(hub.begin("spar"), Err(RolloutError::NoSuchPillar(name)) if name == "spar"));
        let missing = begin(&hub.store, &hub.systems, &"1.3".parse().unwrap(), "jumbo", WHO, at(1));
        assert!(matches!(missing, Err(RolloutError::NoSuchSystem(_))));
        hub.begin("jumbo").unwrap();
        assert!(matches!(hub.begin("jumbo"), Err(RolloutError::Begun(_))));
        assert!(matches!(resume(&hub.store, &next(), WHO, at(2)), Err(RolloutError::GoesOn(_))));
    }
}
