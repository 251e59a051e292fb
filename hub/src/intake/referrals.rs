//! Gives a pillar the referrals that it may open, and takes in which requests were made with them. Invariant: a pillar
//! hears of its own referrals only, and of none that was used, revoked or has expired.

use jiff::Timestamp;
use serde::Deserialize;
use zuil_wire::referrals::mark_of;
use zuil_wire::{Referral, ReferralList, ReferralsAnswer, UsedReferrals, versions};

use crate::store::{KeptReferral, Pillar, Store, StoreError};

/// Why what was told as a whole is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferralsError {
    /// It is none.
    #[error("these are no used referrals; see UsedReferrals in the protocol")]
    Form,
    /// It speaks another version of the protocol.
    #[error(
        "this hub speaks the versions {} of the protocol only; update the older of the two",
        versions::spoken()
    )]
    Version,
    /// There are too many.
    #[error("at most {} used referrals go into one request", UsedReferrals::MOST)]
    TooMany,
}

/// As much as requests of all versions have in common.
#[derive(Deserialize)]
struct OfSomeVersion {
    version: u64,
}

/// The referrals that a pillar may open now.
///
/// # Errors
/// [`StoreError`].
pub fn list(pillar: &Pillar, store: &dyn Store, now: Timestamp) -> Result<ReferralList, StoreError> {
    let open = store.open_referrals(&pillar.name, now)?.into_iter();
    let referral = |KeptReferral { id, code, task, expires_at, .. }| Referral { id, code, task, expires_at };
    Ok(ReferralList { now, referrals: open.map(referral).collect() })
}

/// The mark of that list.
///
/// # Errors
/// [`StoreError`].
pub fn mark(pillar: &Pillar, store: &dyn Store, now: Timestamp) -> Result<Option<String>, StoreError> {
    Ok(mark_of(store.open_referrals(&pillar.name, now)?.iter().map(|referral| &referral.id)))
}

/// Reads the body of a request.
///
/// # Errors
/// When the request cannot be taken.
pub fn parse(body: &[u8]) -> Result<UsedReferrals, ReferralsError> {
    // Another version may have other fields, so this is asked before the rest is read.
    let OfSomeVersion { version } = serde_json::from_slice(body).map_err(|_| ReferralsError::Form)?;
    if !versions::speaks(version) {
        return Err(ReferralsError::Version);
    }
    let told: UsedReferrals = serde_json::from_slice(body).map_err(|_| ReferralsError::Form)?;
    if told.used.len() > UsedReferrals::MOST {
        return Err(ReferralsError::TooMany);
    }
    Ok(told)
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
        assert_eq!(parse(b"{").unwrap_err(), ReferralsError::Form);
        assert_eq!(refused(&json!({"version": 1, "used": [{"id": 7}]})), ReferralsError::Form);
        assert_eq!(refused(&json!({"version": 3, "of": "later"})), ReferralsError::Version);
        let one = json!({
            "id": "9d2e41b7-0c6a-4f58-b1e3-7a9055c2d816", "at": "2026-03-02T09:00:00Z",
            "transaction": "01955660-c800-7000-8000-000000000001",
        });
        let many = vec![one.clone(); UsedReferrals::MOST + 1];
        assert_eq!(refused(&json!({"version": 1, "used": many})), ReferralsError::TooMany);
        assert_eq!(parse(json!({"version": 1, "used": [one]}).to_string().as_bytes()).unwrap().used.len(), 1);
    }
}
