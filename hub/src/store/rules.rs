//! What may happen to a stored transaction, for every implementation of the store. Invariant: what
//! was once known of a payment is never unlearned or changed.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use zuil_wire::{PaymentRecord, PaymentState, State};

use super::{Account, AppSecret, Change, Decided, Decision, Finding, Grace, Stored, Trouble, Unsettled};

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

/// Whether a revoked pillar may still deliver.
pub(super) fn is_admitted(revoked_at: Timestamp, delivered: u64, grace: Grace, now: Timestamp) -> bool {
    now.duration_since(revoked_at) <= grace.time && delivered < grace.transactions
}

/// What becomes of a decision. `open` is the payment, if it is open, with what was decided before.
pub(super) fn decided(open: Option<Option<Decision>>, finding: Finding, revoked: bool) -> Decided {
    match open {
        None => Decided::NotOpen,
        Some(None) if revoked => Decided::ForGood,
        Some(None) => Decided::Yes,
        Some(Some(before)) if before.finding == finding => Decided::Before(before),
        Some(Some(before)) => Decided::Otherwise(before),
    }
}

/// The payments to find out about, oldest first: those that pillars report as open, with what the
/// stored transaction adds to them, and stored ones that no report speaks of. `stored` are the
/// transactions whose payment is unknown, `revoked` the pillars that report nothing any more.
pub(super) fn worklist(
    reported: Vec<Unsettled>,
    stored: &[Stored],
    revoked: &HashSet<String>,
) -> Vec<Unsettled> {
    let mut list = reported;
    for stored in stored {
        let Some(payment) = &stored.payment else { continue };
        let same = |open: &&mut Unsettled| open.pillar == stored.pillar && open.reference == stored.reference;
        if let Some(open) = list.iter_mut().find(same) {
            open.delivered = true;
            open.terminal_id.clone_from(&payment.terminal_id);
            open.receipt_number = open.receipt_number.or(payment.receipt_number);
            continue;
        }
        list.push(Unsettled {
            pillar: stored.pillar.clone(),
            payment: revoked.contains(&stored.pillar).then_some(stored.id),
            revoked: false,
            reference: stored.reference,
            delivered: true,
            amount: payment.amount,
            happened_at: stored.committed_at.min(stored.received_at),
            first_seen_at: None,
            receipt_number: payment.receipt_number,
            terminal_id: payment.terminal_id.clone(),
            decision: None,
        });
    }
    for payment in &mut list {
        payment.revoked = revoked.contains(&payment.pillar);
    }
    list.sort_by_key(|payment| (payment.happened_at, payment.reference.compact()));
    list
}

/// The state in which a new transaction is stored. One whose fee is unknown or was not paid waits for
/// a person, so that nobody carries out a paid service for free; so does one that is in trouble.
pub(super) fn first_state(payment: Option<&PaymentRecord>, trouble: Option<Trouble>) -> State {
    match payment.map(|payment| payment.state) {
        _ if trouble.is_some() => State::Parked,
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

/// Compares what is known of a payment with what a later upload says. What staff settled for good they
/// know without the terminal's details, which the pillar may tell later.
pub(super) fn settlement(
    known: Option<&PaymentRecord>,
    told: Option<&PaymentRecord>,
    by_staff: bool,
) -> Settlement {
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
        (known, told) if by_staff && known == told => Settlement::Nothing,
        (PaymentState::Unknown, PaymentState::Paid | PaymentState::NotPaid) => Settlement::Settled,
        // An upload that was on its way when a later one settled the payment.
        (PaymentState::Paid | PaymentState::NotPaid, PaymentState::Unknown) => Settlement::Nothing,
        _ => Settlement::Conflict,
    }
}

/// The state of a transaction after its payment became known.
pub(super) fn state_after(state: State, settled: PaymentState, trouble: Option<Trouble>) -> State {
    match (state, settled, trouble) {
        (State::Parked, PaymentState::Paid, None) => State::Received,
        (State::Received, _, Some(_)) => State::Parked,
        _ => state,
    }
}

/// A payment after staff settled it.
pub(super) fn settled_by_staff(known: &PaymentRecord, finding: Finding) -> PaymentRecord {
    PaymentRecord { state: finding.state(), ..known.clone() }
}

/// An account after a change; nothing when that changes nothing.
pub(super) fn changed(before: &Account, change: &Change, now: Timestamp) -> Option<Account> {
    let mut after = before.clone();
    match change {
        Change::Roles(roles) => after.roles = *roles,
        Change::Disabled(false) => after.disabled_at = None,
        Change::Disabled(true) => after.disabled_at = after.disabled_at.or(Some(now)),
        Change::Password(hash) => after.password_hash = Some(hash.clone()),
        Change::Totp(secret, _) => after.totp = Some(AppSecret::Sealed(secret.clone())),
        Change::NoTotp => after.totp = None,
        Change::ShownName(name) => after.shown_name.clone_from(name),
    }
    (after != *before).then_some(after)
}

/// Whether whoever is signed in with an account has to sign in again after a change.
pub(super) fn ends_sessions(change: &Change) -> bool {
    match change {
        Change::Roles(_) | Change::Disabled(_) | Change::Password(_) | Change::NoTotp => true,
        Change::Totp(..) | Change::ShownName(_) => false,
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
        let says = |known, told| settlement(Some(&payment(known)), Some(&payment(told)), false);
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
        assert_eq!(settlement(Some(&known), Some(&other), false), Settlement::Conflict);
        let mut other = payment(PaymentState::Unknown);
        other.amount = Cents(1);
        assert_eq!(settlement(Some(&other), Some(&known), false), Settlement::Conflict);
        let mut other = known.clone();
        other.receipt_number = Some(1);
        assert_eq!(settlement(Some(&known), Some(&other), false), Settlement::Conflict);
        assert_eq!(settlement(None, Some(&known), false), Settlement::Conflict);
        assert_eq!(settlement(Some(&known), None, false), Settlement::Conflict);
        assert_eq!(settlement(None, None, false), Settlement::Nothing);
    }
    #[test]
    fn what_staff_found_out_without_the_receipt_number_is_not_contradicted_by_it() {
        let known = payment(PaymentState::Paid);
        let told = PaymentRecord { receipt_number: Some(231), ..known.clone() };
        assert_eq!(settlement(Some(&known), Some(&told), true), Settlement::Nothing);
        let told = payment(PaymentState::NotPaid);
        assert_eq!(settlement(Some(&known), Some(&told), true), Settlement::Conflict);
    }

    #[test]
    fn a_revoked_pillar_delivers_within_its_grace_only() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let grace = Grace { time: SignedDuration::from_secs(90), transactions: 3 };
        assert!(is_admitted(at(1_000), 2, grace, at(1_090)));
        assert!(!is_admitted(at(1_000), 3, grace, at(1_001)));
        assert!(!is_admitted(at(1_000), 0, grace, at(1_091)));
    }
}
