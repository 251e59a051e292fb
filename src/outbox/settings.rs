//! How long things are kept and how much room there must be.

use std::time::Duration;

/// How long things are kept, and how large the outbox may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long the sealed content is kept after the hub has all of it. With zero it goes in the same
    /// write as the hub's answer.
    pub keep_sealed: Duration,
    /// How long what is left (header, state, payment) is kept after that, at least a day.
    pub keep_records: Duration,
    /// The largest that the file may become, in bytes.
    pub largest: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { keep_sealed: Duration::ZERO, keep_records: Duration::from_hours(35 * 24), largest: 1 << 30 }
    }
}

/// How many transactions there must be room for before a visit begins.
pub const RESERVE: u32 = zuil_wire::health::StorageReport::RESERVE;

/// What one step of [`super::Outbox::tidy`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tidied {
    /// Something; there may be more.
    Some,
    /// There was nothing to do.
    Nothing,
}
