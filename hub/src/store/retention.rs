//! For how long content is kept. Invariant: what was handed over or done stays for a set time and no longer; state, reference
//! and payment stay.

use jiff::{SignedDuration, Timestamp};

use super::StoreError;

/// Deletes content that the municipality's own systems have, or that staff are done with. The contract of [`super::Store`] holds.
pub trait RetentionStore {
    /// Notes which transactions are registered since it was last called, and deletes the content of those that
    /// are registered since `now - keep` or longer: at most `limit` at once. How many those were. When something was
    /// registered is known of what this hub handed over; of anything else it is when it was first noted. What staff called
    /// back about and are done with ([`super::CallTold::is_done`]) counts as registered since then, unless it is on its
    /// way to another system.
    ///
    /// What was deleted is [`super::Content::Forgotten`]. The same upload is still known when it comes again.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is deleted.
    fn forget_contents(&self, now: Timestamp, keep: SignedDuration, limit: u32) -> Result<u64, StoreError>;
}
