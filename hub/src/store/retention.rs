//! For how long content is kept. Invariant: what was handed over or done stays for a set time and no longer; state, reference
//! and payment stay.

use jiff::{SignedDuration, Timestamp};

use super::StoreError;

/// For how many days staff see that something will be deleted which nobody settled.
pub const WARNED_DAYS: i64 = 14;
/// The same as a time.
pub(super) const WARNED: SignedDuration = SignedDuration::from_hours(24 * WARNED_DAYS);

/// Deletes content that the municipality's own systems have, or that staff are done with. The contract of [`super::Store`] holds.
pub trait RetentionStore {
    /// Notes which transactions are registered since it was last called, and deletes the content of those that
    /// are registered since `now - keep` or longer: at most `limit` at once. How many those were. When something was
    /// registered is known of what this hub handed over; of anything else it is when it was first noted. What staff called
    /// back about and are done with ([`super::CallTold::is_done`]) counts as registered since then, unless it is on its
    /// way to another system; so does what they closed ([`super::SettlingStore::close`]).
    ///
    /// What was deleted is [`super::Content::Forgotten`]. The same upload is still known when it comes again.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is deleted.
    fn forget_contents(&self, now: Timestamp, keep: SignedDuration, limit: u32) -> Result<u64, StoreError>;

    /// Notes what was received since `now - longest` or longer, or soon will be, and is settled by nobody
    /// ([`super::SettlingStore::to_forget`]). What goes on by itself on its way to another system is not, also when it
    /// was noted before: it waits for staff before that, when it does not arrive, and is noted anew then.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is noted.
    fn note_oldest(&self, now: Timestamp, longest: SignedDuration) -> Result<(), StoreError>;

    /// Deletes the content of what was received since `now - longest` or longer and was noted for [`WARNED_DAYS`] by
    /// [`RetentionStore::note_oldest`], which is to be called just before: at most `limit` at once. How many those were.
    /// What goes on by itself is not deleted.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is deleted.
    fn forget_oldest(&self, now: Timestamp, longest: SignedDuration, limit: u32) -> Result<u64, StoreError>;
}
