//! The terminal's first witness: its last receipt.
//!
//! Invariant: a receipt proves something only of the payment after which the terminal charged nothing
//! else, and only by the terminal that gave the receipt before.

use super::Decision;
use crate::devices::terminal::{Last, LastPayment};
use crate::outbox::{Approval, OpenPayment};

/// Receipt numbers have four digits and start again after 9999.
const RECEIPT_NUMBERS: u32 = 10_000;

/// What the last payment that the terminal remembers proves of an open payment.
///
/// Never decided, whatever else is the case:
/// - A payment after which another was or may have been charged: the terminal's last one need not
///   be this one. Unknown.
/// - Another terminal than the one that told of its last payment before, or that approved this one:
///   its receipts say nothing of this payment. Unknown. (A terminal that remembered none before has
///   not told which one it is, and cannot be told from another.)
///
/// A payment of which the terminal told nothing:
/// - The receipt that was the last one before: the terminal has charged nothing since. Not paid.
/// - A newer receipt, approved, for the right amount: paid. A newer one that was declined, or for
///   another amount, is not this payment and does not prove that this one never was.
/// - A terminal that remembers none: unknown, even if it remembered none before. It may be one that
///   repeats no receipts, or that forgets them with its day. (An installer's test payment gives every
///   terminal a receipt to begin with.)
/// - No receipt known before, but the terminal remembers one: unknown, even for the right amount. It
///   may be a payment from before the terminal came to this pillar, such as an installer's test.
/// - A terminal that has forgotten its receipts: unknown.
///
/// A payment that the terminal approved, and perhaps undid because it was not acknowledged. It had a
/// receipt, so that no memory without it proves that nobody was charged, and a "not paid" would delete
/// the request of someone who may have been:
/// - That very receipt, approved, for the right amount: the charge stands. Paid.
/// - The receipt that was the last one before: it has undone what it approved, or lost it. Unknown.
/// - That very receipt, but declined or for another amount: the terminal contradicts itself. Unknown.
/// - The taking back of this very payment, by its trace number: not paid.
/// - A newer receipt, declined: the taking back of a payment that is not named. Unknown.
/// - A newer receipt, approved, even for the right amount: another payment, made without the pillar.
///   This one may stand beside it. Unknown.
/// - None, even if there was none before: it had a receipt and has forgotten it, be it undone or
///   closed with the day's others. Unknown.
/// - An approval with the same receipt as the payment before it: its numbers prove nothing. Unknown.
pub(super) fn decide(open: &OpenPayment, last: &Last) -> Decision {
    let last = match last {
        Last::Payment(last) => Some(last),
        Last::None => None,
        Last::NotTold => return Decision::StillUnknown,
    };
    match &open.approved {
        _ if open.superseded => Decision::StillUnknown,
        Some(approved) => decide_approved(open, approved, last),
        None => decide_untold(open, last),
    }
}

fn decide_untold(open: &OpenPayment, last: Option<&LastPayment>) -> Decision {
    match (open.last_receipt, last) {
        (Some(known), Some(last)) if is_from_the_terminal_before(open, last) => {
            let receipt = last.details.receipt_number;
            if is_the_receipt_before(open, last) {
                Decision::NotPaid
            } else if stands(open, last) && is_newer(receipt, known) {
                Decision::Paid(Some(last.details.clone()))
            } else {
                Decision::StillUnknown
            }
        }
        _ => Decision::StillUnknown,
    }
}

fn decide_approved(open: &OpenPayment, approved: &Approval, last: Option<&LastPayment>) -> Decision {
    let numbers_rise = open.last_receipt != Some(approved.receipt_number);
    match last {
        Some(last)
            if last.details.terminal_id == approved.terminal_id
                && last.reverses.is_some()
                && last.reverses == approved.trace =>
        {
            Decision::NotPaid
        }
        Some(last)
            if last.details.terminal_id == approved.terminal_id
                && last.details.receipt_number == approved.receipt_number
                && numbers_rise
                && stands(open, last) =>
        {
            Decision::Paid(Some(last.details.clone()))
        }
        _ => Decision::StillUnknown,
    }
}

fn is_from_the_terminal_before(open: &OpenPayment, last: &LastPayment) -> bool {
    open.last_terminal.as_ref().is_none_or(|known| *known == last.details.terminal_id)
}

/// Number 0 stands for "none before".
fn is_the_receipt_before(open: &OpenPayment, last: &LastPayment) -> bool {
    open.last_receipt.is_some_and(|known| known != 0 && known == last.details.receipt_number)
}

fn stands(open: &OpenPayment, last: &LastPayment) -> bool {
    last.approved && last.details.amount == open.amount
}

/// Serial-number arithmetic (RFC 1982): newer is less than half the circle ahead.
const fn is_newer(receipt: u16, known: u16) -> bool {
    let ahead = (receipt as u32 + RECEIPT_NUMBERS - known as u32) % RECEIPT_NUMBERS;
    ahead > 0 && ahead < RECEIPT_NUMBERS / 2
}
