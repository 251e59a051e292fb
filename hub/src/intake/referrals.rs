//! Gives a pillar the referrals that it may open, and takes in which requests were made with them. Invariant: a pillar
//! hears of its own referrals only, and of none that was used, revoked or has expired.

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::referrals::mark_of;
use zuil_wire::{Referral, ReferralList, ReferralsAnswer, UsedReferrals};

use super::list::{self, List, ListError};
use crate::store::{KeptReferral, Pillar, Store, StoreError};

/// The referrals that a pillar may open now. That it fetched them is noted, so that an agent sees which it has.
///
/// # Errors
/// [`StoreError`].
pub fn list(pillar: &Pillar, store: &dyn Store, now: Timestamp) -> Result<ReferralList, StoreError> {
    let open = store.open_referrals(&pillar.name, now)?;
    let is_new = |referral: &&KeptReferral| !referral.had_by.contains(&pillar.name);
    let new: Vec<Uuid> = open.iter().filter(is_new).map(|referral| referral.id).collect();
    if !new.is_empty()
        && let Err(error) = store.note_fetched_referrals(&pillar.name, &new)
    {
        tracing::warn!(pillar = pillar.name, %error, "which referrals a pillar has could not be noted");
    }
    let referral = |KeptReferral { id, code, task, expires_at, .. }| Referral { id, code, task, expires_at };
    Ok(ReferralList { now, referrals: open.into_iter().map(referral).collect() })
}

/// The mark of that list.
///
/// # Errors
/// [`StoreError`].
pub fn mark(pillar: &Pillar, store: &dyn Store, now: Timestamp) -> Result<Option<String>, StoreError> {
    Ok(mark_of(store.open_referrals(&pillar.name, now)?.iter().map(|referral| &referral.id)))
}

impl List for UsedReferrals {
    const NAME: &'static str = "UsedReferrals";
    const MOST: usize = Self::MOST;

    fn count(&self) -> usize {
        self.used.len()
    }
}

/// Reads the body of a request.
///
/// # Errors
/// When the request cannot be taken.
pub fn parse(body: &[u8]) -> Result<UsedReferrals, ListError> {
    list::read(body)
}

/// Keeps what was told. When it returns, that is durable. A pillar need not tell any of it again, also not what was
/// told of a referral that is not known here any more.
///
/// # Errors
/// [`StoreError`]; then nothing was kept.
pub fn take_in(
    told: &UsedReferrals,
    pillar: &Pillar,
    store: &dyn Store,
    now: Timestamp,
) -> Result<ReferralsAnswer, StoreError> {
    store.note_used_referrals(&pillar.name, &told.used, now)?;
    Ok(ReferralsAnswer { referrals: told.used.iter().map(|used| used.id).collect() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_that_cannot_be_understood_is_refused_as_a_whole() {
        let refused = |body: &serde_json::Value| parse(body.to_string().as_bytes()).unwrap_err();
        assert_eq!(parse(b"{").unwrap_err(), ListError::Form("UsedReferrals"));
        assert_eq!(refused(&json!({"version": 1, "used": [{"id": 7}]})), ListError::Form("UsedReferrals"));
        assert_eq!(refused(&json!({"version": 6, "of": "later"})), ListError::Version);
        let one = json!({
            "id": "9d2e41b7-0c6a-4f58-b1e3-7a9055c2d816", "at": "2026-03-02T09:00:00Z",
            "transaction": "01955660-c800-7000-8000-000000000001",
        });
        let many = vec![one.clone(); UsedReferrals::MOST + 1];
        assert_eq!(refused(&json!({"version": 1, "used": many})), ListError::TooMany(UsedReferrals::MOST));
        assert_eq!(parse(json!({"version": 1, "used": [one]}).to_string().as_bytes()).unwrap().used.len(), 1);
    }
}
