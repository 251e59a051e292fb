//! The terminal's second witness: what it has charged in all since its day was last closed.
//!
//! Invariant: a sum proves something only when it is exactly what it was before the payment, or exactly
//! one payment of the right amount more.

use zuil_wire::Cents;

use super::Decision;
use crate::devices::terminal::Turnover;
use crate::outbox::OpenPayment;

/// What the terminal's turnover proves of an open payment.
///
/// - The same as before it, and not nothing, at the same terminal: nothing that stands was charged since.
///   Not paid, also when the terminal had approved it: then it has undone that.
/// - One payment more, and the amount more: paid.
/// - Anything else (nothing before and nothing now, a day that was closed, two payments, a taking back that is counted, another
///   terminal), or a payment after which another was or may have been charged: unknown.
pub(super) fn decide(open: &OpenPayment, now: Option<&Turnover>) -> Decision {
    let (Some(before), Some(now), false) = (&open.turnover, now, open.superseded) else {
        return Decision::StillUnknown;
    };
    if before.terminal_id != now.terminal_id {
        return Decision::StillUnknown;
    }
    if (now.count, now.total) == (before.count, before.total) {
        // Nothing before and nothing now: its day may have been closed in between, with this payment.
        return if now.count == 0 { Decision::StillUnknown } else { Decision::NotPaid };
    }
    let one_more = before.count.checked_add(1).zip(before.total.0.checked_add(open.amount.0).map(Cents));
    if one_more == Some((now.count, now.total)) {
        return Decision::Paid(None);
    }
    Decision::StillUnknown
}
