//! Referrals as the hub keeps them: six digits with which an agent opens one task at some pillars. Invariant: of those
//! that live no two have the same code; what is kept names a task and the agent, and never a caller.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use zuil_wire::{Reference, ReferralCode, UsedReferral};

use super::StoreError;

/// For how long a referral lives.
pub const REFERRALS_LIVE: SignedDuration = SignedDuration::from_hours(24);
/// For how long after that it is kept, so that an agent sees what became of it.
pub const REFERRALS_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A referral.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptReferral {
    /// Its id.
    pub id: Uuid,
    /// What the caller types.
    pub code: ReferralCode,
    /// The task's id.
    pub task: String,
    /// The pillars at which it works, by name.
    pub pillars: Vec<String>,
    /// The account of the agent.
    pub made_by: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Those of them that have fetched it, by their names.
    pub had_by: Vec<String>,
    /// From then on it opens nothing.
    pub expires_at: Timestamp,
    /// When an agent took it back.
    pub revoked_at: Option<Timestamp>,
    /// The requests that were made with it, by their times. More than one when pillars had no line to the hub.
    pub uses: Vec<Use>,
}

/// A request that was made with a referral.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// At which pillar.
    pub pillar: String,
    /// When, by the pillar's clock.
    pub at: Timestamp,
    /// The transaction's id.
    pub transaction: Uuid,
    /// Its reference, once it came in.
    pub reference: Option<Reference>,
}

impl KeptReferral {
    /// Whether it opens a task at a moment.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.uses.is_empty() && now < self.expires_at
    }

    /// Whether it opens a task at a pillar.
    #[must_use]
    pub fn is_open_at(&self, pillar: &str, now: Timestamp) -> bool {
        self.is_open(now) && self.pillars.iter().any(|name| name == pillar)
    }

    /// The names of its pillars as one text. No name has a comma.
    pub(super) fn pillars_as_text(&self) -> String {
        self.pillars.join(",")
    }
}

/// The names of pillars in such a text.
pub(super) fn pillars_in(text: &str) -> Vec<String> {
    text.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The referrals of rows that each have one referral and at most one of its uses, those of a referral after each other.
pub(super) fn gathered(
    rows: impl IntoIterator<Item = Result<(KeptReferral, Option<Use>), StoreError>>,
) -> Result<Vec<KeptReferral>, StoreError> {
    let mut kept: Vec<KeptReferral> = Vec::new();
    for row in rows {
        let (referral, told) = row?;
        if let Some(last) = kept.last_mut().filter(|last| last.id == referral.id) {
            last.uses.extend(told);
        } else {
            kept.push(KeptReferral { uses: told.into_iter().collect(), ..referral });
        }
    }
    Ok(kept)
}

/// Keeps referrals. The contract of [`super::Store`] holds.
pub trait ReferralStore {
    /// Keeps a new referral, unless another one has its code that has not expired at the moment when this one is made.
    /// Whether it was kept.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is kept.
    fn keep_referral(&self, referral: &KeptReferral) -> Result<bool, StoreError>;

    /// Those that expire after a moment, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn referrals(&self, expire_after: Timestamp) -> Result<Vec<KeptReferral>, StoreError>;

    /// Those that open a task at a pillar at a moment, the newest first; see [`KeptReferral::is_open_at`]. One query,
    /// because every report of a pillar asks for it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn open_referrals(&self, pillar: &str, now: Timestamp) -> Result<Vec<KeptReferral>, StoreError>;

    /// Notes that a pillar fetched these referrals. One that is not kept, or not for that pillar, is passed over.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is noted.
    fn note_fetched_referrals(&self, pillar: &str, ids: &[Uuid]) -> Result<(), StoreError>;

    /// Takes one back that `made_by` made and that was not taken back. Whether there was one.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing changes.
    fn revoke_referral(&self, id: Uuid, made_by: &str, now: Timestamp) -> Result<bool, StoreError>;

    /// Keeps which requests were made with referrals at a pillar, of each referral the first that the pillar told of.
    /// What is told of one that is not kept, or not for that pillar, is passed over.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is kept.
    fn note_used_referrals(
        &self,
        pillar: &str,
        used: &[UsedReferral],
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Forgets those that expired before a moment; how many there were.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is forgotten.
    fn forget_referrals(&self, expired_before: Timestamp) -> Result<u64, StoreError>;
}
