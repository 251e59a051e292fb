//! Settles payments that a power cut, a pulled cable or silence left open.
//!
//! Runs whenever the terminal has told of its last payment, never while a payment is going on. Invariant: a payment is called paid or not paid only when the terminal's memory proves it;
//! anything else stays unknown, is told to the hub as unknown, and is left to a person. Nothing here
//! charges.

use uuid::Uuid;
use zuil_wire::{PaymentRecord, PaymentState};

use crate::devices::terminal::{Details, LastPayment};
use crate::outbox::{Approval, OpenPayment, Outbox, OutboxError};

/// Receipt numbers have four digits and start again after 9999.
const RECEIPT_NUMBERS: u32 = 10_000;

/// What the terminal's memory says of an open payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It was charged, with these details.
    Paid(Details),
    /// It was not charged.
    NotPaid,
    /// It cannot be told.
    StillUnknown,
}

/// What became of one open payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The payment.
    pub payment: Uuid,
    /// Its transaction.
    pub transaction: Uuid,
    /// What was decided and is durable.
    pub decision: Decision,
    /// Whether that was not known before, so that there is something new to tell.
    pub is_new: bool,
}

/// Decides about an open payment from the last payment that the terminal remembers.
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
/// - A terminal that remembers none, and remembered none before (receipt 0) or never told, and gave no
///   receipt at this pillar yet: not paid. One that gave receipts and remembers none is one that
///   forgets: unknown.
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
/// - A newer receipt, declined: the taking back of this payment, or of another. Unknown.
/// - A newer receipt, approved, even for the right amount: another payment, made without the pillar.
///   This one may stand beside it. Unknown.
/// - None, even if there was none before: it had a receipt and has forgotten it, be it undone or
///   closed with the day's others. Unknown.
/// - An approval with the same receipt as the payment before it: its numbers prove nothing. Unknown.
#[must_use]
pub fn decide(open: &OpenPayment, last: Option<&LastPayment>) -> Decision {
    if open.superseded {
        return Decision::StillUnknown;
    }
    match &open.approved {
        Some(approved) => decide_approved(open, approved, last),
        None => decide_untold(open, last),
    }
}

fn decide_untold(open: &OpenPayment, last: Option<&LastPayment>) -> Decision {
    match (open.last_receipt, last) {
        (None | Some(0), None) if !open.had_receipts => Decision::NotPaid,
        (Some(known), Some(last)) if is_from_the_terminal_before(open, last) => {
            let receipt = last.details.receipt_number;
            if is_the_receipt_before(open, last) {
                Decision::NotPaid
            } else if stands(open, last) && is_newer(receipt, known) {
                Decision::Paid(last.details.clone())
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
                && last.details.receipt_number == approved.receipt_number
                && numbers_rise
                && stands(open, last) =>
        {
            Decision::Paid(last.details.clone())
        }
        _ => Decision::StillUnknown,
    }
}

/// Decides about every open payment and makes the decisions durable. `last` is what the terminal
/// answered. Only the newest payment can be the terminal's last one; an older one has its turn when
/// all after it turned out not paid.
///
/// # Errors
/// When a decision cannot be made durable; the payments after it are as they were.
pub fn settle(outbox: &Outbox, last: Option<&LastPayment>) -> Result<Vec<Settled>, OutboxError> {
    apply(outbox, |open| decide(open, last))
}

/// For a terminal that does not answer: payments without an outcome become unknown, also those that
/// it approved, so that the hub is told and staff see them. [`settle`] still settles them later.
///
/// # Errors
/// When it cannot be made durable.
pub fn settle_without_terminal(outbox: &Outbox) -> Result<Vec<Settled>, OutboxError> {
    apply(outbox, |_| Decision::StillUnknown)
}

fn apply(outbox: &Outbox, decide: impl Fn(&OpenPayment) -> Decision) -> Result<Vec<Settled>, OutboxError> {
    let mut settled = Vec::new();
    // Read anew for each: settling one as not paid may give the one before it its turn.
    for payment in outbox.open_payments()?.iter().rev().map(|open| open.payment) {
        let Some(open) = outbox.open_payments()?.into_iter().find(|open| open.payment == payment) else {
            continue;
        };
        let decision = decide(&open);
        let is_new = !(open.recorded_unknown && decision == Decision::StillUnknown);
        if is_new {
            outbox.record_outcome(payment, &record(&open, &decision))?;
        }
        tracing::info!(%payment, paid = ?state_of(&decision), "an open payment was looked at");
        settled.push(Settled { payment, transaction: open.transaction, decision, is_new });
    }
    Ok(settled)
}

fn record(open: &OpenPayment, decision: &Decision) -> PaymentRecord {
    let details = match decision {
        Decision::Paid(details) => Some(details),
        Decision::NotPaid | Decision::StillUnknown => None,
    };
    PaymentRecord {
        state: state_of(decision),
        amount: open.amount,
        terminal_id: details.map(|details| details.terminal_id.clone()),
        receipt_number: details.map(|details| details.receipt_number),
        card_scheme: details.map(|details| details.card_scheme.clone()),
    }
}

const fn state_of(decision: &Decision) -> PaymentState {
    match decision {
        Decision::Paid(_) => PaymentState::Paid,
        Decision::NotPaid => PaymentState::NotPaid,
        Decision::StillUnknown => PaymentState::Unknown,
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use tempfile::TempDir;
    use zuil_wire::seal::Sealed;
    use zuil_wire::{Cents, Header, PROTOCOL_VERSION, Reference, State};

    use super::*;
    use crate::outbox::Intent;

    const FEE: Cents = Cents(1735);
    const TERMINAL: &str = "52523535";

    fn open(last_receipt: Option<u16>) -> OpenPayment {
        OpenPayment {
            payment: Uuid::from_u128(0xa1),
            transaction: Uuid::from_u128(1),
            amount: FEE,
            last_receipt,
            last_terminal: last_receipt.filter(|receipt| *receipt != 0).map(|_| TERMINAL.into()),
            approved: None,
            at: Timestamp::UNIX_EPOCH,
            recorded_unknown: false,
            superseded: false,
            had_receipts: false,
        }
    }

    fn approved(last_receipt: Option<u16>, receipt_number: u16) -> OpenPayment {
        OpenPayment { approved: Some(approval(receipt_number)), ..open(last_receipt) }
    }

    fn approval(receipt_number: u16) -> Approval {
        Approval { amount: FEE, terminal_id: TERMINAL.into(), receipt_number, card_scheme: "Maestro".into() }
    }

    fn remembers(receipt_number: u16) -> LastPayment {
        LastPayment {
            approved: true,
            details: Details {
                amount: FEE,
                terminal_id: TERMINAL.into(),
                receipt_number,
                card_scheme: "Maestro".into(),
                trace: None,
            },
            reverses: None,
        }
    }

    #[test]
    fn a_newer_receipt_for_the_right_amount_proves_the_payment() {
        let last = remembers(231);
        assert_eq!(decide(&open(Some(230)), Some(&last)), Decision::Paid(last.details.clone()));
    }

    #[test]
    fn receipt_numbers_start_again_after_9999() {
        for (known, receipt) in [(9999, 1), (9999, 0), (9998, 1), (0, 1)] {
            let last = remembers(receipt);
            assert_eq!(
                decide(&open(Some(known)), Some(&last)),
                Decision::Paid(last.details.clone()),
                "{known} then {receipt}"
            );
        }
    }

    #[test]
    fn the_old_receipt_proves_that_nothing_was_charged() {
        assert_eq!(decide(&open(Some(231)), Some(&remembers(231))), Decision::NotPaid);
        let mut other_amount = remembers(231);
        other_amount.details.amount = Cents(500);
        assert_eq!(decide(&open(Some(231)), Some(&other_amount)), Decision::NotPaid);
    }

    #[test]
    fn a_terminal_that_never_charged_anything_did_not_charge_this() {
        assert_eq!(decide(&open(None), None), Decision::NotPaid);
    }

    #[test]
    fn anything_else_stays_unknown() {
        let declined = LastPayment { approved: false, ..remembers(231) };
        let mut other_amount = remembers(231);
        other_amount.details.amount = Cents(1736);
        let mut other_terminal = remembers(231);
        other_terminal.details.terminal_id = "11112222".into();
        let mut other_terminal_same_number = remembers(230);
        other_terminal_same_number.details.terminal_id = "11112222".into();
        let cases = [
            ("declined", open(Some(230)), Some(declined)),
            ("another amount", open(Some(230)), Some(other_amount)),
            ("another terminal", open(Some(230)), Some(other_terminal)),
            ("another terminal's old receipt", open(Some(230)), Some(other_terminal_same_number)),
            ("an older receipt", open(Some(230)), Some(remembers(229))),
            ("a terminal that forgot", open(Some(230)), None),
            ("a payment from before this pillar", open(None), Some(remembers(231))),
            ("number 0, which may be none", open(Some(0)), Some(remembers(0))),
            ("a later payment", OpenPayment { superseded: true, ..open(Some(230)) }, Some(remembers(231))),
            ("a later payment, nothing", OpenPayment { superseded: true, ..open(None) }, None),
            ("one that forgets", OpenPayment { had_receipts: true, ..open(Some(0)) }, None),
        ];
        for (what, open, last) in cases {
            assert_eq!(decide(&open, last.as_ref()), Decision::StillUnknown, "{what}");
        }
    }

    #[test]
    fn the_approved_receipt_in_the_terminals_memory_proves_that_the_charge_stands() {
        for before in [Some(230), Some(0), None, Some(9999)] {
            let last = remembers(231);
            assert_eq!(decide(&approved(before, 231), Some(&last)), Decision::Paid(last.details.clone()));
        }
    }

    #[test]
    fn anything_else_leaves_an_approved_charge_unknown() {
        let declined = LastPayment { approved: false, ..remembers(231) };
        let mut other_amount = remembers(231);
        other_amount.details.amount = Cents(1736);
        let mut other_terminal = remembers(231);
        other_terminal.details.terminal_id = "11112222".into();
        let mut other_terminal_before = remembers(230);
        other_terminal_before.details.terminal_id = "11112222".into();
        let was_of_another =
            OpenPayment { last_terminal: Some("11112222".into()), ..approved(Some(230), 231) };
        let superseded = OpenPayment { superseded: true, ..approved(Some(230), 231) };
        let cases = [
            ("declined after all", approved(Some(230), 231), Some(declined)),
            ("another amount", approved(Some(230), 231), Some(other_amount)),
            ("another terminal", approved(Some(230), 231), Some(other_terminal)),
            ("the receipt before it", approved(Some(230), 231), Some(remembers(230))),
            (
                "a taking back",
                approved(Some(230), 231),
                Some(LastPayment { approved: false, ..remembers(232) }),
            ),
            ("another terminal's receipt before", approved(Some(230), 231), Some(other_terminal_before)),
            ("the number that another terminal gave before", was_of_another, Some(remembers(230))),
            ("a payment made without the pillar", approved(Some(230), 231), Some(remembers(232))),
            ("an older receipt", approved(Some(230), 231), Some(remembers(229))),
            ("a terminal that forgot", approved(Some(230), 231), None),
            ("a terminal that forgot its first", approved(Some(0), 1), None),
            ("a number that was there before", approved(Some(231), 231), Some(remembers(231))),
            ("a number 0 before", approved(Some(0), 1), Some(remembers(0))),
            ("a later payment", superseded, Some(remembers(231))),
        ];
        for (what, open, last) in cases {
            assert_eq!(decide(&open, last.as_ref()), Decision::StillUnknown, "{what}");
        }
    }

    /// An outbox with open payments 1 to `count`, each with the same last known receipt.
    fn outbox_with_open(count: u64, last_receipt: Option<u16>) -> (TempDir, Outbox) {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(&folder.path().join("outbox.sqlite")).unwrap();
        for number in 1..=count {
            let header = Header {
                version: PROTOCOL_VERSION,
                id: Uuid::from_u128(u128::from(number)),
                pillar: "voorbeeld".into(),
                sequence: number,
                reference: Reference::from_bits(number),
                committed_at: Timestamp::UNIX_EPOCH,
                key_id: "k1".into(),
            };
            let sealed = Sealed { header, encapsulated_key: "a2V5".into(), ciphertext: "c2VhbGVk".into() };
            let intent = Intent {
                payment: payment(number),
                amount: FEE,
                last_receipt,
                last_terminal: Some(TERMINAL.into()),
                at: Timestamp::UNIX_EPOCH,
            };
            outbox.record_intent(&intent, &sealed).unwrap();
        }
        (folder, outbox)
    }

    fn payment(number: u64) -> Uuid {
        Uuid::from_u128(0xa0 + u128::from(number))
    }

    fn decisions(settled: &[Settled]) -> Vec<(Uuid, &Decision)> {
        settled.iter().map(|settled| (settled.payment, &settled.decision)).collect()
    }

    #[test]
    fn after_a_power_cut_a_charged_resident_gets_what_was_paid_for() {
        let (_folder, outbox) = outbox_with_open(1, Some(230));
        let last = remembers(231);
        let settled = settle(&outbox, Some(&last)).unwrap();
        assert_eq!(decisions(&settled), [(payment(1), &Decision::Paid(last.details.clone()))]);
        let pending = outbox.pending(64).unwrap();
        let told = pending[0].payment.clone().unwrap();
        assert_eq!((told.state, told.receipt_number), (PaymentState::Paid, Some(231)));
        assert!(settle(&outbox, Some(&last)).unwrap().is_empty());
    }

    #[test]
    fn after_a_power_cut_a_resident_who_was_not_charged_owes_nothing() {
        let (_folder, outbox) = outbox_with_open(1, Some(230));
        settle(&outbox, Some(&remembers(230))).unwrap();
        assert!(outbox.pending(64).unwrap().is_empty());
        assert!(outbox.open_payments().unwrap().is_empty());
    }

    #[test]
    fn after_a_power_cut_before_the_acknowledgement_the_terminal_says_whether_the_charge_stands() {
        for (last, state) in [
            (Some(remembers(231)), Some(PaymentState::Paid)),
            (Some(remembers(230)), Some(PaymentState::Unknown)),
            (Some(remembers(232)), Some(PaymentState::Unknown)),
            (None, Some(PaymentState::Unknown)),
        ] {
            let (_folder, outbox) = outbox_with_open(1, Some(230));
            outbox.record_approval(payment(1), &approval(231)).unwrap();
            assert!(outbox.pending(64).unwrap().is_empty());
            let settled = settle(&outbox, last.as_ref()).unwrap();
            assert!(settled[0].is_new);
            let told = outbox.pending(64).unwrap().pop().map(|pending| pending.payment.unwrap().state);
            assert_eq!(told, state, "{last:?}");
        }
    }

    #[test]
    fn an_approved_charge_that_became_unknown_is_still_settled_by_its_own_receipt_only() {
        let (_folder, outbox) = outbox_with_open(1, Some(230));
        outbox.record_approval(payment(1), &approval(231)).unwrap();
        settle_without_terminal(&outbox).unwrap();
        assert_eq!(outbox.pending(64).unwrap()[0].payment.clone().unwrap().state, PaymentState::Unknown);
        let settled = settle(&outbox, Some(&remembers(232))).unwrap();
        assert_eq!(decisions(&settled), [(payment(1), &Decision::StillUnknown)]);
        assert!(!settled[0].is_new, "there is nothing new to tell");
        settle(&outbox, Some(&remembers(231))).unwrap();
        let told = outbox.pending(64).unwrap()[0].payment.clone().unwrap();
        assert_eq!((told.state, told.receipt_number), (PaymentState::Paid, Some(231)));
    }

    #[test]
    fn only_the_newest_open_payment_can_be_the_terminals_last_one() {
        let (_folder, outbox) = outbox_with_open(2, Some(230));
        let last = remembers(231);
        let settled = settle(&outbox, Some(&last)).unwrap();
        assert_eq!(
            decisions(&settled),
            [(payment(2), &Decision::Paid(last.details.clone())), (payment(1), &Decision::StillUnknown)]
        );
        let settled = settle(&outbox, Some(&last)).unwrap();
        assert_eq!(
            decisions(&settled),
            [(payment(1), &Decision::StillUnknown)],
            "not by asking again either"
        );
    }

    #[test]
    fn an_older_payment_has_its_turn_when_the_newer_was_not_made() {
        let (_folder, outbox) = outbox_with_open(2, Some(230));
        let settled = settle(&outbox, Some(&remembers(230))).unwrap();
        assert_eq!(decisions(&settled), [(payment(2), &Decision::NotPaid), (payment(1), &Decision::NotPaid)]);
    }

    #[test]
    fn without_a_terminal_staff_see_the_payment_as_unknown_until_it_is_back() {
        let (_folder, outbox) = outbox_with_open(1, Some(230));
        settle_without_terminal(&outbox).unwrap();
        assert_eq!(outbox.state(Uuid::from_u128(1)).unwrap(), Some(State::Saved));
        let told = outbox.pending(64).unwrap()[0].payment.clone().unwrap();
        assert_eq!(told.state, PaymentState::Unknown);
        settle_without_terminal(&outbox).unwrap();
        settle(&outbox, Some(&remembers(231))).unwrap();
        let told = outbox.pending(64).unwrap()[0].payment.clone().unwrap();
        assert_eq!(told.state, PaymentState::Paid);
    }
}
