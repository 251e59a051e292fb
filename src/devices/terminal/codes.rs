//! What the numbers in ZVT packets mean: result codes (specification PA00P015, chapter 10) and
//! intermediate statuses (there, 04 FF).
//!
//! Invariant: every code has a meaning here or is passed on as a number; none is guessed at.

use super::Prompt;

/// Success.
pub const APPROVED: u8 = 0x00;
/// "Processing error": what the pillar answers to a status information that it could not keep.
pub const PROCESSING_ERROR: u8 = 0x66;
/// "Abort via time-out or abort key". The specification has one code for both.
pub const ABORTED: u8 = 0x6C;
/// "Function not possible". Our reading of an abort of repeat receipt with this code is an empty
/// memory; the specification names no code for that.
pub const NOT_POSSIBLE: u8 = 0x83;
/// "Please wait": the terminal is busy.
pub const PLEASE_WAIT: u8 = 0x9C;

/// Intermediate statuses that the simulator sends.
#[cfg(any(test, feature = "simulators"))]
pub mod intermediate {
    /// "Please watch PIN-pad".
    pub const WATCH_PIN_PAD: u8 = 0x01;
    /// "PT is sending auto-reversal".
    pub const AUTO_REVERSAL: u8 = 0x05;
    /// "Insert card".
    pub const INSERT_CARD: u8 = 0x0A;
    /// "Please remove card".
    pub const REMOVE_CARD: u8 = 0x0B;
    /// "Please wait".
    pub const PLEASE_WAIT: u8 = 0x0E;
}

/// What a resident is to be told of an intermediate status.
#[must_use]
pub const fn prompt(status: u8) -> Prompt {
    match status {
        // Insert card; PT waits for card or mobile phone.
        0x0A | 0x4A => Prompt::PresentCard,
        // Please watch PIN-pad; incorrect PIN.
        0x01 | 0x02 | 0x15 => Prompt::EnterPin,
        // Waiting for the host, please wait, post-bookings, dial-up and its connection.
        0x04 | 0x06 | 0x0E | 0x17 | 0xD2 | 0xD3 => Prompt::Authorising,
        // Auto-reversal.
        0x05 => Prompt::Stopping,
        // Please remove card; and the same with another message in front of it (41 to 49).
        0x0B | 0x41..=0x49 => Prompt::RemoveCard,
        _ => Prompt::LookAtTerminal,
    }
}
