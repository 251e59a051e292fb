//! What the numbers in ZVT packets mean: result codes (specification PA00P015, chapter 10) and
//! intermediate statuses (there, 04 FF).
//!
//! Invariant: every code has a meaning here or is passed on as a number; none is guessed at. The
//! meanings are those of revision 13 as public open-source drivers list them.

use super::codec::Intermediate;
use super::{Prompt, Trouble};

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

/// "Already reversed".
#[cfg(any(test, feature = "simulators"))]
pub const ALREADY_REVERSED: u8 = 0xB4;
/// "Reversal not possible".
#[cfg(any(test, feature = "simulators"))]
pub const REVERSAL_NOT_POSSIBLE: u8 = 0xB5;

/// Intermediate statuses that the simulator sends.
#[cfg(any(test, feature = "simulators"))]
pub mod intermediate {
    /// "Please watch PIN-pad".
    pub const WATCH_PIN_PAD: u8 = 0x01;
    /// "PT is waiting for response from FEP" (the bank's side).
    pub const WAITING_FOR_BANK: u8 = 0x04;
    /// "PT is sending auto-reversal".
    pub const AUTO_REVERSAL: u8 = 0x05;
    /// "Insert card".
    pub const INSERT_CARD: u8 = 0x0A;
    /// "Please remove card".
    pub const REMOVE_CARD: u8 = 0x0B;
    /// "Card not readable".
    pub const CARD_NOT_READABLE: u8 = 0x0C;
    /// "Please wait".
    pub const PLEASE_WAIT: u8 = 0x0E;
    /// "PT is commencing an automatic end-of-day batch".
    pub const END_OF_DAY: u8 = 0x0F;
    /// "Incorrect PIN".
    pub const INCORRECT_PIN: u8 = 0x15;
}

/// What a resident is to be told of an intermediate status (chapter 3.7: 04 FF). The table is that of
/// PA00P015, revision 13, as the drivers Portalum.Zvt and ecrterm list it; 5E and 6A to 6D stand in
/// neither but in a public trace viewer.
#[must_use]
pub const fn prompt(status: Intermediate) -> Prompt {
    let Intermediate { status: code, digit, .. } = status;
    match code {
        // PT is waiting for amount-confirmation.
        0x00 => Prompt::ConfirmAmount,
        // Please watch PIN-pad; debit advice not possible, PIN required; digits of the PIN.
        0x01 | 0x02 | 0xCC | 0x6A..=0x6C => Prompt::EnterPin,
        // Waiting for the bank; dial-up; dial-up made; offline, online, offline transaction.
        0x04 | 0xD2 | 0xD3 | 0xF1..=0xF3 => Prompt::Authorising,
        // Auto-reversal, without and with "please remove card".
        0x05 | 0x45 => Prompt::Stopping,
        // Insert card; for loading please insert card.
        0x0A | 0x2A => Prompt::PresentCard,
        // Please remove card, also after a message that says nothing to do: watch PIN-pad, waiting,
        // post-bookings, end of day, balance, approved.
        0x0B | 0x41 | 0x42 | 0x44 | 0x46 | 0x4B | 0x4E | 0x4F | 0x51 | 0x57 | 0x5A..=0x5C => {
            Prompt::RemoveCard
        }
        // Post-bookings; please wait; automatic end of day; emergency transaction; contactless card
        // read; card inserted; PIN entered; automatic diagnosis and initialisation.
        0x06 | 0x0E | 0x0F | 0x17 | 0x2B | 0x5E | 0x68 | 0x6D | 0xC9 | 0xCA => Prompt::PleaseWait,
        // Approved, please fill up, please take goods: not the last word on the payment.
        0x1B | 0x1C => Prompt::PleaseWait,
        // Choice of currency, language, application, and of the currency to pay in.
        0x28 | 0x29 | 0x2C | 0x69 | 0xE0 | 0xE1 => Prompt::ChooseOnTerminal,
        // Mobile number, the same again, mileage.
        0x26 | 0x27 | 0x66 | 0x67 | 0xC7 => Prompt::TypeOnTerminal,
        _ => match trouble(code & !REMOVE_CARD_TOO, digit) {
            Some(trouble) if code & REMOVE_CARD_TOO == 0 => Prompt::Trouble { trouble, remove_card: false },
            Some(trouble) if code <= 0x5D => Prompt::Trouble { trouble, remove_card: true },
            // Balance display, service mode, cashier, cleaning card, FF "no appropriate status", unknown.
            _ => Prompt::LookAtTerminal,
        },
    }
}

/// 43 to 5D are 03 to 1D with "please remove card" added.
const REMOVE_CARD_TOO: u8 = 0x40;

/// What went wrong, of the codes below [`REMOVE_CARD_TOO`].
const fn trouble(code: u8, digit: Option<u8>) -> Option<Trouble> {
    Some(match code {
        // Not accepted; declined.
        0x03 | 0x1D => Trouble::Refused,
        // Card not admitted, unknown, expired, invalid, its data incorrect.
        0x07..=0x09 | 0x10 | 0x19 => Trouble::CardNotAccepted,
        0x0C => Trouble::CardUnreadable,
        // Processing error, system malfunction, payment not possible.
        0x0D | 0x12 | 0x13 => Trouble::Failed,
        // Credit not sufficient; limit not sufficient.
        0x14 | 0x16 => Trouble::NotEnoughMoney,
        0x15 => Trouble::WrongPin { tries_left: digit },
        0x18 => Trouble::PinBlocked,
        _ => return None,
    })
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

    fn says(code: u8) -> Prompt {
        prompt(Intermediate::new(code))
    }

    #[test]
    fn a_card_that_cannot_be_read_is_not_to_be_taken_out_unless_the_terminal_says_so() {
        let trouble = Trouble::CardUnreadable;
        assert_eq!(says(0x0C), Prompt::Trouble { trouble, remove_card: false });
        assert_eq!(says(0x4C), Prompt::Trouble { trouble, remove_card: true });
        assert_eq!(says(0x4A), Prompt::LookAtTerminal);
    }

    #[test]
    fn every_trouble_is_the_same_with_and_without_the_card_to_be_taken_out() {
        for code in 0x03..=0x1D {
            if let Prompt::Trouble { trouble, remove_card: false } = says(code) {
                assert_eq!(says(code | 0x40), Prompt::Trouble { trouble, remove_card: true }, "{code:02X}");
            }
        }
    }

    #[test]
    fn a_wrong_pin_tells_how_many_tries_are_left_when_the_terminal_does() {
        let told = Intermediate { digit: Some(2), ..Intermediate::new(0x15) };
        let trouble = Trouble::WrongPin { tries_left: Some(2) };
        assert_eq!(prompt(told), Prompt::Trouble { trouble, remove_card: false });
        let trouble = Trouble::WrongPin { tries_left: None };
        assert_eq!(says(0x55), Prompt::Trouble { trouble, remove_card: true });
    }

    #[test]
    fn what_nobody_listed_sends_the_resident_to_the_terminal() {
        for code in [0x11, 0x1A, 0x1E, 0x25, 0x2D, 0x3F, 0x40, 0x5F, 0x70, 0x80, 0x98, 0xC8, 0xDD, 0xE2, 0xFF]
        {
            assert_eq!(says(code), Prompt::LookAtTerminal, "{code:02X}");
        }
    }

    #[test]
    fn approved_goods_and_choices_are_told_for_what_they_are() {
        assert_eq!(says(0x1C), Prompt::PleaseWait);
        assert_eq!(says(0x5C), Prompt::RemoveCard);
        assert_eq!(says(0x00), Prompt::ConfirmAmount);
        assert_eq!(says(0xE0), Prompt::ChooseOnTerminal);
        assert_eq!(says(0x26), Prompt::TypeOnTerminal);
        assert_eq!(says(0xD2), Prompt::Authorising);
    }

    #[test]
    fn a_technician_reads_what_to_do_about_a_full_memory() {
        assert_eq!(meaning(0xB1), "memory full: make an end of day");
        assert_eq!(meaning(0x05), "refused by the bank or the network operator");
    }
}
