//! How far versions of the pillars' system are rolled out, as the store keeps it. Invariant: trouble that is news stops
//! the roll-out in the same transaction, and nobody goes on with one as it was before that.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use zuil_wire::SystemVersion;
use zuil_wire::system::{UpdateRefusal, UpdateState};

use super::{Entry, StoreError};

/// One pillar of so many gets a version in the second stage.
const ONE_IN: u64 = 10;

/// Which pillars get a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RolloutStage {
    /// The one that was named.
    Pillar,
    /// One in ten, and the one that was named.
    Tenth,
    /// All.
    All,
}

impl RolloutStage {
    /// All there are, in their order.
    pub const ALL: [Self; 3] = [Self::Pillar, Self::Tenth, Self::All];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pillar => "pillar",
            Self::Tenth => "tenth",
            Self::All => "all",
        }
    }

    /// The stage with such a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == word)
    }

    /// The one that comes after it.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self {
            Self::Pillar => Some(Self::Tenth),
            Self::Tenth => Some(Self::All),
            Self::All => None,
        }
    }
}

/// How far a version is rolled out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// Which version.
    pub version: SystemVersion,
    /// The pillar that gets it first.
    pub pillar: String,
    /// Who gets it.
    pub stage: RolloutStage,
    /// When somebody last let it go on, or stopped it.
    pub changed_at: Timestamp,
    /// Since when nobody gets it any more, until somebody resumes it.
    pub stopped_at: Option<Timestamp>,
}

impl Rollout {
    /// Whether a pillar is among those that get it, as long as it is not stopped. It does not depend on which other
    /// pillars there are.
    #[must_use]
    pub fn reaches(&self, pillar: &str) -> bool {
        pillar == self.pillar
            || match self.stage {
                RolloutStage::Pillar => false,
                RolloutStage::Tenth => is_in_the_tenth(&self.version, pillar),
                RolloutStage::All => true,
            }
    }

    /// Whether a pillar may have it now.
    #[must_use]
    pub fn gives(&self, pillar: &str) -> bool {
        self.stopped_at.is_none() && self.reaches(pillar)
    }
}

/// Other pillars for each version, so that it is not always the same ones that are the first.
fn is_in_the_tenth(version: &SystemVersion, pillar: &str) -> bool {
    let hash = digest(&SHA256, format!("{version} {pillar}").as_bytes());
    let number = hash.as_ref().iter().take(8).fold(0, |number: u64, byte| (number << 8) | u64::from(*byte));
    number.is_multiple_of(ONE_IN)
}

/// What went wrong with a version at a pillar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateFailure {
    /// Which version.
    pub version: SystemVersion,
    /// Where.
    pub pillar: String,
    /// Whether it was refused or fell back.
    pub state: UpdateState,
    /// Why it was refused.
    pub why: Option<UpdateRefusal>,
    /// When the pillar first said so.
    pub at: Timestamp,
}

/// Keeps how far versions are rolled out. The contract of [`super::Store`] holds.
pub trait RolloutStore {
    /// All roll-outs, by the words of their versions.
    ///
    /// # Errors
    /// [`StoreError`].
    fn rollouts(&self) -> Result<Vec<Rollout>, StoreError>;

    /// Begins a roll-out, and notes the entry; `false` when there is one of that version, and nothing is noted.
    ///
    /// # Errors
    /// [`StoreError`]; then it is not begun, and nothing is noted.
    fn begin_rollout(&self, rollout: &Rollout, entry: &Entry) -> Result<bool, StoreError>;

    /// Changes a roll-out that was seen as it stood, and notes the entry; `false` when it stands otherwise by now, and
    /// nothing is noted.
    ///
    /// # Errors
    /// [`StoreError`]; then it is not changed, and nothing is noted.
    fn change_rollout(&self, seen: &Rollout, to: &Rollout, entry: &Entry) -> Result<bool, StoreError>;

    /// Ends the roll-out of a version, and forgets what went wrong with it. Whether there was one.
    ///
    /// # Errors
    /// [`StoreError`]; then it goes on.
    fn end_rollout(&self, version: &SystemVersion) -> Result<bool, StoreError>;

    /// Notes what went wrong. When that pillar has not said the same before, its roll-out stops; whether it went on until
    /// now.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is noted, and nothing stops.
    fn note_update_failure(&self, failure: &UpdateFailure) -> Result<bool, StoreError>;

    /// What went wrong, by version and pillar.
    ///
    /// # Errors
    /// [`StoreError`].
    fn update_failures(&self) -> Result<Vec<UpdateFailure>, StoreError>;

    /// Of which stop of which version technicians were told, and not yet that it goes on, by the words of the versions.
    /// [`super::AlertStore::keep_alerts`] notes it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn told_stops(&self) -> Result<Vec<(SystemVersion, Timestamp)>, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rollout(version: &str, stage: RolloutStage) -> Rollout {
        Rollout {
            version: version.parse().unwrap(),
            pillar: "jumbo".into(),
            stage,
            changed_at: Timestamp::UNIX_EPOCH,
            stopped_at: None,
        }
    }

    fn reached(rollout: &Rollout) -> Vec<usize> {
        (0..1000).filter(|number| rollout.reaches(&format!("zuil-{number}"))).collect()
    }

    #[test]
    fn one_pillar_is_first_then_a_tenth_of_all_and_then_all() {
        let [one, tenth, all] = RolloutStage::ALL.map(|stage| rollout("1.2", stage));
        assert!([&one, &tenth, &all].iter().all(|rollout| rollout.gives("jumbo")));
        assert_eq!((reached(&one).len(), reached(&all).len()), (0, 1000));
        let of_a_thousand = reached(&tenth).len();
        assert!((60..=140).contains(&of_a_thousand), "{of_a_thousand}");
        let stages = [Some(RolloutStage::Tenth), Some(RolloutStage::All), None];
        assert_eq!(RolloutStage::ALL.map(RolloutStage::next), stages);
    }

    #[test]
    fn who_is_in_the_tenth_is_other_pillars_with_each_version() {
        let tenth = |version| reached(&rollout(version, RolloutStage::Tenth));
        assert_eq!(tenth("1.2"), tenth("1.2"));
        assert_ne!(tenth("1.2"), tenth("1.3"));
    }

    #[test]
    fn nobody_gets_what_is_stopped() {
        let stopped =
            Rollout { stopped_at: Some(Timestamp::UNIX_EPOCH), ..rollout("1.2", RolloutStage::All) };
        assert!(stopped.reaches("jumbo") && !stopped.gives("jumbo") && !stopped.gives("spar"));
    }

    #[test]
    fn every_stage_has_its_word() {
        for stage in RolloutStage::ALL {
            assert_eq!(RolloutStage::parse(stage.as_str()), Some(stage));
        }
        assert_eq!(RolloutStage::parse("some"), None);
    }
}
