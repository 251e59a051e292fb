//! What the numbers in ZVT packets mean: result codes (specification PA00P015, chapter 10) and
//! intermediate statuses (there, 04 FF).
//!
//! Invariant: every code has a meaning here or is passed on as a number; none is guessed at. The
//! meanings are those of revision 13 as public open-source drivers list them.

use super::Prompt;

/// Success.
pub const APPROVED: u8 = 0x00;
/// "Processing error": what the pillar answers to a status information that it could not keep.
pub const PROCESSING_ERROR: u8 = 0x66;
/// "Abort via time-out or abort key". The specification has one code for both.
pub const ABORTED: u8 = 0x6C;
/// "Function not possible". Our reading of a rejection or an abort of repeat receipt with this code,
/// or of an abort with [`ABORTED`], is an empty memory; the specification names no code for that.
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
        // Insert card.
        0x0A => Prompt::PresentCard,
        // Please watch PIN-pad; incorrect PIN.
        0x01 | 0x02 | 0x15 => Prompt::EnterPin,
        // Waiting for the host, please wait, post-bookings, dial-up and its connection.
        0x04 | 0x06 | 0x0E | 0x17 | 0xD2 | 0xD3 => Prompt::Authorising,
        // Auto-reversal.
        0x05 => Prompt::Stopping,
        // Please remove card; and the same after another message. (0C is "card not readable".)
        0x0B | 0x41..=0x49 | 0x4B..=0x5D | 0x66 | 0x67 => Prompt::RemoveCard,
        _ => Prompt::LookAtTerminal,
    }
}

/// What a result code means, for technicians (chapter 10).
#[must_use]
pub const fn meaning(code: u8) -> &'static str {
    match code {
        APPROVED => "no error",
        0x01..=0x63 => "refused by the bank or the network operator",
        0x64 => "card not readable",
        0x65 => "no data on the card",
        PROCESSING_ERROR => "processing error",
        0x67 | 0x68 | 0xD2 => "function not permitted for this card",
        0x6A => "turnover file full: make an end of day",
        0x6B => "not registered",
        ABORTED => "abort by time-out or abort key",
        0x6E => "card blocked",
        0x6F | 0xC6 => "wrong currency",
        0x71 => "not enough credit",
        0x72 | 0x73 | 0xC4 => "chip or card data wrong",
        0x78 => "card expired",
        0x79 => "card not valid yet",
        0x7A => "card unknown",
        0x7D | 0x9B | 0xA1 | 0xA3 => "no connection to the bank: check the terminal's network",
        NOT_POSSIBLE => "function not possible",
        0x85 => "key missing: the terminal must be initialised by its supplier",
        0x89 | 0xED => "PIN pad defective",
        0x9A => "protocol error",
        PLEASE_WAIT => "please wait",
        0xB1 | 0xB2 => "memory full: make an end of day",
        0xB4 => "already reversed",
        0xB5 => "reversal not possible",
        0xC2 => "diagnosis required",
        0xC3 | 0xC8 | 0xC9 => "amount too large or too small",
        0xC5 => "payment method not supported",
        0xE4 => "terminal activation required",
        0xF0 => "an end of day is open",
        0xFF => "system error",
        _ => "see the terminal's manual",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_that_cannot_be_read_is_not_to_be_taken_out_unless_the_terminal_says_so() {
        assert_eq!(prompt(0x0C), Prompt::LookAtTerminal);
        assert_eq!(prompt(0x4C), Prompt::RemoveCard);
        assert_eq!(prompt(0x4A), Prompt::LookAtTerminal);
    }

    #[test]
    fn a_technician_reads_what_to_do_about_a_full_memory() {
        assert_eq!(meaning(0xB1), "memory full: make an end of day");
        assert_eq!(meaning(0x05), "refused by the bank or the network operator");
    }
}
