//! Settles payments that a power cut, a pulled cable or silence left open.
//!
//! Runs before the first visit and whenever the terminal is back, never while a payment is going
//! on. Invariant: a payment is called paid or not paid only when the terminal's memory proves it;
//! anything else stays unknown, is told to the hub as unknown, and is left to a person. Nothing here
//! charges.

use uuid::Uuid;
use zuil_wire::{PaymentRecord, PaymentState};

use crate::devices::terminal::{Details, LastPayment};
use crate::outbox::{OpenPayment, Outbox, OutboxError};

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
}

/// Decides about an open payment from the last payment that the terminal remembers.
///
/// - The receipt that was the last one before: the terminal has charged nothing since. Not paid.
/// - A newer receipt, approved, for the right amount: paid. A newer one that was declined, or for
///   another amount, is not this payment and does not prove that this one never was.
/// - A terminal that remembers none, and remembered none before (receipt 0) or never told: not paid.
/// - No receipt known before, but the terminal remembers one: unknown, even for the right amount. It
///   may be a payment from before the terminal came to this pillar, such as an installer's test.
/// - A terminal that has forgotten its receipts, or another terminal than before: unknown.
/// - A payment after which another was or may have been charged: unknown.
#[must_use]
pub fn decide(open: &OpenPayment, last: Option<&LastPayment>) -> Decision {
    if open.superseded {
        return Decision::StillUnknown;
    }
    match (open.last_receipt, last) {
        (None | Some(0), None) => Decision::NotPaid,
        (Some(known), Some(last)) if same_terminal(open, &last.details) => {
            let receipt = last.details.receipt_number;
            if receipt == known {
                Decision::NotPaid
            } else if last.approved && last.details.amount == open.amount && is_newer(receipt, known) {
                Decision::Paid(last.details.clone())
            } else {
                Decision::StillUnknown
            }
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

/// For a terminal that does not answer before the first visit: payments without an outcome become
/// unknown, so that the hub is told and staff see them. [`settle`] still settles them later.
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
        let already = open.recorded_unknown && decision == Decision::StillUnknown;
        if !already {
            outbox.record_outcome(payment, &record(&open, &decision))?;
        }
        tracing::info!(%payment, paid = ?state_of(&decision), "an open payment was looked at");
        settled.push(Settled { payment, transaction: open.transaction, decision });
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

fn same_terminal(open: &OpenPayment, details: &Details) -> bool {
    open.last_terminal.as_ref().is_none_or(|known| *known == details.terminal_id)
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
            last_terminal: Some(TERMINAL.into()),
            at: Timestamp::UNIX_EPOCH,
            recorded_unknown: false,
            superseded: false,
        }
    }

    fn remembers(receipt_number: u16) -> LastPayment {
        LastPayment {
            approved: true,
            details: Details {
                amount: FEE,
                terminal_id: TERMINAL.into(),
                receipt_number,
                card_scheme: "Maestro".into(),
            },
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
            ("a later payment", OpenPayment { superseded: true, ..open(Some(230)) }, Some(remembers(231))),
            ("a later payment, nothing", OpenPayment { superseded: true, ..open(None) }, None),
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
            let intent =
                Intent { payment: payment(number), amount: FEE, last_receipt, at: Timestamp::UNIX_EPOCH };
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
