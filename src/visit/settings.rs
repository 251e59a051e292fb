//! How long a visit waits for things.

use std::time::Duration;

/// The times of a visit. A warning must come at least 20 s before anything is wiped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VisitSettings {
    /// Without a touch for so long, "are you still there?" is asked.
    pub idle: Duration,
    /// Without an answer to that for so long, everything is wiped.
    pub warning: Duration,
    /// Like `idle`, on the receipt: someone may be writing down the reference.
    pub receipt: Duration,
    /// How long "thank you" stays.
    pub goodbye: Duration,
    /// How long a saved transaction may take to be received before the receipt is shown all the same.
    pub wait_for_received: Duration,
    /// From when on "saving" is called slow.
    pub slow: Duration,
}

impl Default for VisitSettings {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(60),
            warning: Duration::from_secs(25),
            receipt: Duration::from_secs(120),
            goodbye: Duration::from_secs(6),
            wait_for_received: Duration::from_secs(4),
            slow: Duration::from_secs(2),
        }
    }
}
