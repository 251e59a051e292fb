//! What may happen to a stored transaction, for every implementation of the store. Invariant: what
//! was once known of a payment is never unlearned or changed.

use jiff::{SignedDuration, Timestamp};
use zuil_wire::{PaymentRecord, PaymentState, State};

use super::{Decided, Decision, Finding, Stored, Unsettled};

/// How often a session is written down anew at most.
pub(super) const SESSION_PRECISION: SignedDuration = SignedDuration::from_mins(1);

/// The longest that a request can be under way. Two that differ by more did not overtake one another:
/// then the hub's clock was put back.
const UNDER_WAY: SignedDuration = SignedDuration::from_mins(5);

/// Whether a report that came in at `now` was overtaken by one that came in after it and is stored.
pub(super) fn is_overtaken(stored: Timestamp, now: Timestamp) -> bool {
    stored > now && stored.duration_since(now) <= UNDER_WAY
}

/// Whether a payment's outcome is known.
pub(super) fn is_settled(state: PaymentState) -> bool {
    matches!(state, PaymentState::Paid | PaymentState::NotPaid)
}

/// What becomes of a decision. `open` is the payment, if it is open, with what was decided before.
pub(super) fn decided(open: Option<Option<Decision>>, finding: Finding) -> Decided {
    match open {
        None => Decided::NotOpen,
        Some(None) => Decided::Yes,
        Some(Some(before)) if before.finding == finding => Decided::Before(before),
        Some(Some(before)) => Decided::Otherwise(before),
    }
}

/// The payments to find out about, oldest first: those that pillars report as open, with what the
/// stored transaction adds to them, and stored ones that no report speaks of. `stored` are the
/// transactions whose payment is unknown.
pub(super) fn worklist(reported: Vec<Unsettled>, stored: &[Stored]) -> Vec<Unsettled> {
    let mut list = reported;
    for stored in stored {
        let Some(payment) = &stored.payment else { continue };
        let same = |open: &&mut Unsettled| {
            open.pillar == stored.pillar && open.reference == stored.content.reference
        };
        if let Some(open) = list.iter_mut().find(same) {
            open.delivered = true;
            open.terminal_id.clone_from(&payment.terminal_id);
            open.receipt_number = open.receipt_number.or(payment.receipt_number);
            continue;
        }
        list.push(Unsettled {
            pillar: stored.pillar.clone(),
            payment: None,
            reference: stored.content.reference,
            delivered: true,
            amount: payment.amount,
            happened_at: stored.committed_at.min(stored.received_at),
            first_seen_at: None,
            receipt_number: payment.receipt_number,
            terminal_id: payment.terminal_id.clone(),
            decision: None,
        });
    }
    list.sort_by_key(|payment| (payment.happened_at, payment.reference.compact()));
    list
}

/// The state in which a new transaction is stored. One whose fee is unknown or was not paid waits for
/// a person, so that nobody carries out a paid service for free.
pub(super) fn first_state(payment: Option<&PaymentRecord>) -> State {
    match payment.map(|payment| payment.state) {
        Some(PaymentState::Unknown | PaymentState::NotPaid) => State::Parked,
        Some(PaymentState::Paid) | None => State::Received,
    }
}

/// What a later upload says of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settlement {
    /// Nothing new.
    Nothing,
    /// The payment is now known.
    Settled,
    /// Something that cannot be.
    Conflict,
}

/// Compares what is known of a payment with what a later upload says.
pub(super) fn settlement(known: Option<&PaymentRecord>, told: Option<&PaymentRecord>) -> Settlement {
    let (known, told) = match (known, told) {
        (None, None) => return Settlement::Nothing,
        (Some(known), Some(told)) => (known, told),
        (None, Some(_)) | (Some(_), None) => return Settlement::Conflict,
    };
    if known == told {
        return Settlement::Nothing;
    }
    if known.amount != told.amount {
        return Settlement::Conflict;
    }
    match (known.state, told.state) {
        (PaymentState::Unknown, PaymentState::Paid | PaymentState::NotPaid) => Settlement::Settled,
        // An upload that was on its way when a later one settled the payment.
        (PaymentState::Paid | PaymentState::NotPaid, PaymentState::Unknown) => Settlement::Nothing,
        _ => Settlement::Conflict,
    }
}

/// The state of a transaction after its payment became known.
pub(super) fn state_after(state: State, settled: PaymentState) -> State {
    match (state, settled) {
        (State::Parked, PaymentState::Paid) => State::Received,
        _ => state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zuil_wire::Cents;

    fn payment(state: PaymentState) -> PaymentRecord {
        PaymentRecord {
            state,
            amount: Cents(1735),
            terminal_id: None,
            receipt_number: None,
            card_scheme: None,
        }
    }

    #[test]
    fn only_an_unknown_payment_can_become_known() {
        use PaymentState::{NotPaid, Paid, Unknown};
        let says = |known, told| settlement(Some(&payment(known)), Some(&payment(told)));
        assert_eq!(says(Unknown, Unknown), Settlement::Nothing);
        assert_eq!(says(Unknown, Paid), Settlement::Settled);
        assert_eq!(says(Unknown, NotPaid), Settlement::Settled);
        assert_eq!(says(Paid, Unknown), Settlement::Nothing);
        assert_eq!(says(NotPaid, Unknown), Settlement::Nothing);
        assert_eq!(says(Paid, NotPaid), Settlement::Conflict);
        assert_eq!(says(NotPaid, Paid), Settlement::Conflict);
    }

    #[test]
    fn a_hub_whose_clock_was_put_back_still_believes_new_reports() {
        let at = |second| Timestamp::from_second(second).unwrap();
        assert!(is_overtaken(at(1_000), at(999)));
        assert!(!is_overtaken(at(1_000), at(1_000)) && !is_overtaken(at(1_000), at(1_001)));
        assert!(!is_overtaken(at(10_000), at(10_000 - 3_600)));
    }

    #[test]
    fn an_amount_or_a_receipt_number_never_changes() {
        let known = payment(PaymentState::Paid);
        let mut other = known.clone();
        other.amount = Cents(1);
        assert_eq!(settlement(Some(&known), Some(&other)), Settlement::Conflict);
        let mut other = payment(PaymentState::Unknown);
        other.amount = Cents(1);
        assert_eq!(settlement(Some(&other), Some(&known)), Settlement::Conflict);
        let mut other = known.clone();
        other.receipt_number = Some(1);
        assert_eq!(settlement(Some(&known), Some(&other)), Settlement::Conflict);
        assert_eq!(settlement(None, Some(&known)), Settlement::Conflict);
        assert_eq!(settlement(Some(&known), None), Settlement::Conflict);
        assert_eq!(settlement(None, None), Settlement::Nothing);
    }
}
