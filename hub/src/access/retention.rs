//! Deletes what has been kept long enough. Invariant: by the time that is given, and nothing that is not due.

use jiff::{SignedDuration, Timestamp};

use super::AccessConfig;
use crate::store::{
    ATTACHMENTS_KEPT_DAYS, ENROLMENTS_KEPT_DAYS, ORDERS_KEPT_DAYS, Store, StoreError, visits_since,
};

/// How many contents are deleted in one commit.
const PIECE: u32 = 500;

/// For how long what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Content, since it was handed over.
    pub contents: SignedDuration,
    /// Content that nobody settled, since it was received.
    pub longest: SignedDuration,
    /// Who did what.
    pub audit: SignedDuration,
}

impl From<&AccessConfig> for Keep {
    fn from(config: &AccessConfig) -> Self {
        let days = |days: u16| SignedDuration::from_hours(24 * i64::from(days));
        Self {
            contents: days(config.keep_days),
            longest: days(config.longest_days),
            audit: days(config.audit_days),
        }
    }
}

/// Deletes piece after piece; how many that were.
fn in_pieces(forget: impl Fn() -> Result<u64, StoreError>) -> Result<u64, StoreError> {
    let mut forgotten = 0;
    loop {
        let piece = forget()?;
        forgotten += piece;
        if piece < u64::from(PIECE) {
            return Ok(forgotten);
        }
    }
}

/// Deletes what is due at `now`.
///
/// # Errors
/// [`StoreError`]; what is left is deleted the next time.
pub fn forget(store: &dyn Store, keep: Keep, now: Timestamp) -> Result<(), StoreError> {
    let forgotten = in_pieces(|| store.forget_contents(now, keep.contents, PIECE))?;
    if forgotten > 0 {
        tracing::info!(forgotten, "the content of requests that were settled was deleted");
    }
    store.note_oldest(now, keep.longest)?;
    let forgotten = in_pieces(|| store.forget_oldest(now, keep.longest, PIECE))?;
    if forgotten > 0 {
        tracing::warn!(
            forgotten,
            "the content of requests that nobody settled was deleted, as access.longest_days says"
        );
    }
    store.forget_visits(visits_since(now))?;
    store.forget_attachments(now - SignedDuration::from_hours(24 * ATTACHMENTS_KEPT_DAYS))?;
    store.forget_orders(now - SignedDuration::from_hours(24 * ORDERS_KEPT_DAYS))?;
    store.forget_enrolments(now, now - SignedDuration::from_hours(24 * ENROLMENTS_KEPT_DAYS))?;
    store.forget_attempts(now)?;
    store.forget_service(now - keep.audit)?;
    let entries = store.forget_audit(now - keep.audit)?;
    if entries > 0 {
        tracing::info!(entries, "the oldest entries of the audit log were deleted");
    }
    Ok(())
}
