//! What a terminal remembers, and what that proves.

use jiff::Timestamp;
use tempfile::TempDir;
use zuil_wire::seal::Sealed;
use zuil_wire::{Cents, Header, PROTOCOL_VERSION, Reference, State};

use super::*;
use crate::devices::terminal::{Last, LastPayment, Turnover};
use crate::outbox::{Approval, Intent, SqliteOutbox};

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
        turnover: None,
        reference: Reference::from_bits(1),
    }
}

fn approved(last_receipt: Option<u16>, receipt_number: u16) -> OpenPayment {
    OpenPayment { approved: Some(approval(receipt_number)), ..open(last_receipt) }
}

fn approval(receipt_number: u16) -> Approval {
    Approval {
        amount: FEE,
        terminal_id: TERMINAL.into(),
        receipt_number,
        card_scheme: "Maestro".into(),
        trace: None,
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
            trace: None,
        },
        reverses: None,
    }
}

/// A terminal that tells this of its last payment, and no turnover.
fn tells(last: Option<&LastPayment>) -> Memory {
    Memory { last: last.cloned().map_or(Last::None, Last::Payment), turnover: None }
}

#[test]
fn a_newer_receipt_for_the_right_amount_proves_the_payment() {
    let last = remembers(231);
    assert_eq!(decide(&open(Some(230)), &tells(Some(&last))), Decision::Paid(Some(last.details.clone())));
}

#[test]
fn receipt_numbers_start_again_after_9999() {
    for (known, receipt) in [(9999, 1), (9999, 0), (9998, 1), (0, 1)] {
        let last = remembers(receipt);
        assert_eq!(
            decide(&open(Some(known)), &tells(Some(&last))),
            Decision::Paid(Some(last.details.clone())),
            "{known} then {receipt}"
        );
    }
}

#[test]
fn the_old_receipt_proves_that_nothing_was_charged() {
    assert_eq!(decide(&open(Some(231)), &tells(Some(&remembers(231)))), Decision::NotPaid);
    let mut other_amount = remembers(231);
    other_amount.details.amount = Cents(500);
    assert_eq!(decide(&open(Some(231)), &tells(Some(&other_amount))), Decision::NotPaid);
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
        ("none before and none now: it may repeat none, or forget", open(Some(0)), None),
        ("none told before and none now", open(None), None),
    ];
    for (what, open, last) in cases {
        assert_eq!(decide(&open, &tells(last.as_ref())), Decision::StillUnknown, "{what}");
    }
}

#[test]
fn the_approved_receipt_in_the_terminals_memory_proves_that_the_charge_stands() {
    for before in [Some(230), Some(0), None, Some(9999)] {
        let last = remembers(231);
        assert_eq!(
            decide(&approved(before, 231), &tells(Some(&last))),
            Decision::Paid(Some(last.details.clone()))
        );
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
    let was_of_another = OpenPayment { last_terminal: Some("11112222".into()), ..approved(Some(230), 231) };
    let superseded = OpenPayment { superseded: true, ..approved(Some(230), 231) };
    let cases = [
        ("declined after all", approved(Some(230), 231), Some(declined)),
        ("another amount", approved(Some(230), 231), Some(other_amount)),
        ("another terminal", approved(Some(230), 231), Some(other_terminal)),
        ("the receipt before it", approved(Some(230), 231), Some(remembers(230))),
        ("a taking back", approved(Some(230), 231), Some(LastPayment { approved: false, ..remembers(232) })),
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
        assert_eq!(decide(&open, &tells(last.as_ref())), Decision::StillUnknown, "{what}");
    }
}

/// An outbox with open payments 1 to `count`, each with the same last known receipt.
fn outbox_with_open(count: u64, last_receipt: Option<u16>) -> (TempDir, SqliteOutbox) {
    outbox_with(count, last_receipt, None)
}

/// The same, with the number of payments that the terminal had made before.
fn outbox_with(count: u64, last_receipt: Option<u16>, before: Option<u32>) -> (TempDir, SqliteOutbox) {
    let folder = tempfile::tempdir().unwrap();
    let outbox = SqliteOutbox::open(&folder.path().join("outbox.sqlite")).unwrap();
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
            turnover: before.and_then(|count| after(count, open(None)).turnover),
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
    let settled = settle(&outbox, &tells(Some(&last))).unwrap();
    assert_eq!(decisions(&settled), [(payment(1), &Decision::Paid(Some(last.details.clone())))]);
    let pending = outbox.pending(64).unwrap();
    let told = pending[0].payment.clone().unwrap();
    assert_eq!((told.state, told.receipt_number), (PaymentState::Paid, Some(231)));
    assert!(settle(&outbox, &tells(Some(&last))).unwrap().is_empty());
}

#[test]
fn after_a_power_cut_a_request_that_was_not_paid_is_told_as_that_and_not_deleted() {
    let (_folder, outbox) = outbox_with_open(1, Some(230));
    settle(&outbox, &tells(Some(&remembers(230)))).unwrap();
    let told: Vec<_> = outbox.pending(64).unwrap().into_iter().map(|it| it.payment.unwrap().state).collect();
    assert_eq!(told, [PaymentState::NotPaid]);
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
        let settled = settle(&outbox, &tells(last.as_ref())).unwrap();
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
    let settled = settle(&outbox, &tells(Some(&remembers(232)))).unwrap();
    assert_eq!(decisions(&settled), [(payment(1), &Decision::StillUnknown)]);
    assert!(!settled[0].is_new, "there is nothing new to tell");
    settle(&outbox, &tells(Some(&remembers(231)))).unwrap();
    let told = outbox.pending(64).unwrap()[0].payment.clone().unwrap();
    assert_eq!((told.state, told.receipt_number), (PaymentState::Paid, Some(231)));
}

#[test]
fn only_the_newest_open_payment_can_be_the_terminals_last_one() {
    let (_folder, outbox) = outbox_with_open(2, Some(230));
    let last = remembers(231);
    let settled = settle(&outbox, &tells(Some(&last))).unwrap();
    assert_eq!(
        decisions(&settled),
        [(payment(2), &Decision::Paid(Some(last.details.clone()))), (payment(1), &Decision::StillUnknown)]
    );
    let settled = settle(&outbox, &tells(Some(&last))).unwrap();
    assert_eq!(decisions(&settled), [(payment(1), &Decision::StillUnknown)], "not by asking again either");
}

#[test]
fn an_older_payment_has_its_turn_when_the_newer_was_not_made() {
    let (_folder, outbox) = outbox_with_open(2, Some(230));
    let settled = settle(&outbox, &tells(Some(&remembers(230)))).unwrap();
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
    settle(&outbox, &tells(Some(&remembers(231)))).unwrap();
    let told = outbox.pending(64).unwrap()[0].payment.clone().unwrap();
    assert_eq!(told.state, PaymentState::Paid);
}

#[test]
fn a_taking_back_that_names_the_approved_charge_proves_that_it_does_not_stand() {
    let taking_back = |trace| LastPayment { approved: false, reverses: Some(trace), ..remembers(232) };
    let traced = |trace| OpenPayment {
        approved: Some(Approval { trace, ..approval(231) }),
        ..approved(Some(230), 231)
    };
    assert_eq!(decide(&traced(Some(811)), &tells(Some(&taking_back(811)))), Decision::NotPaid);
    assert_eq!(decide(&traced(Some(811)), &tells(Some(&taking_back(812)))), Decision::StillUnknown);
    assert_eq!(decide(&traced(None), &tells(Some(&taking_back(811)))), Decision::StillUnknown);
    let mut other_terminal = taking_back(811);
    other_terminal.details.terminal_id = "11112222".into();
    assert_eq!(decide(&traced(Some(811)), &tells(Some(&other_terminal))), Decision::StillUnknown);
}

/// A turnover of so many payments of the fee.
fn turnover(count: u32) -> Turnover {
    Turnover { terminal_id: TERMINAL.into(), count, total: Cents(u64::from(count) * FEE.0) }
}

/// An open payment before which the terminal had charged so many.
fn after(count: u32, open: OpenPayment) -> OpenPayment {
    let Turnover { terminal_id, count, total } = turnover(count);
    OpenPayment { turnover: Some(crate::outbox::Turnover { terminal_id, count, total }), ..open }
}

fn sums(last: Last, count: u32) -> Memory {
    Memory { last, turnover: Some(turnover(count)) }
}

#[test]
fn a_terminal_that_repeats_no_receipts_proves_by_its_sums() {
    for open in [open(None), open(Some(230)), approved(Some(230), 231)] {
        assert_eq!(decide(&after(4, open.clone()), &sums(Last::NotTold, 5)), Decision::Paid(None));
        assert_eq!(decide(&after(4, open), &sums(Last::NotTold, 4)), Decision::NotPaid);
    }
}

#[test]
fn sums_that_are_not_exactly_right_prove_nothing() {
    let other_amount = Memory {
        last: Last::NotTold,
        turnover: Some(Turnover { total: Cents(4 * 1735 + 1736), ..turnover(5) }),
    };
    let other_terminal = Memory {
        last: Last::NotTold,
        turnover: Some(Turnover { terminal_id: "11112222".into(), ..turnover(5) }),
    };
    let cases = [
        ("two payments", after(4, open(None)), sums(Last::NotTold, 6)),
        ("a day that was closed", after(4, open(None)), sums(Last::NotTold, 0)),
        ("a day that was closed twice", after(0, open(None)), sums(Last::NotTold, 0)),
        ("a day that was closed twice, approved", after(0, approved(Some(230), 231)), sums(Last::None, 0)),
        ("another amount", after(4, open(None)), other_amount),
        ("another terminal", after(4, open(None)), other_terminal),
        ("no sums before", open(None), sums(Last::NotTold, 5)),
        ("no sums now", after(4, open(None)), Memory { last: Last::NotTold, turnover: None }),
        ("a later payment", after(4, OpenPayment { superseded: true, ..open(None) }), sums(Last::NotTold, 5)),
    ];
    for (what, open, memory) in cases {
        assert_eq!(decide(&open, &memory), Decision::StillUnknown, "{what}");
    }
}

#[test]
fn two_witnesses_that_contradict_each_other_prove_nothing() {
    let last = || Last::Payment(remembers(231));
    assert_eq!(decide(&after(4, open(Some(230))), &sums(last(), 4)), Decision::StillUnknown);
    assert_eq!(decide(&after(4, open(Some(231))), &sums(last(), 5)), Decision::StillUnknown);
    let paid = Decision::Paid(Some(remembers(231).details.clone()));
    assert_eq!(decide(&after(4, open(Some(230))), &sums(last(), 5)), paid, "the receipt has the details");
}

#[test]
fn a_terminal_that_remembers_no_receipt_is_believed_by_its_sums_alone() {
    assert_eq!(decide(&after(0, open(Some(0))), &sums(Last::None, 1)), Decision::Paid(None));
    assert_eq!(decide(&after(1, open(Some(0))), &sums(Last::None, 1)), Decision::NotPaid);
}

#[test]
fn an_approved_charge_that_the_sums_prove_keeps_the_receipt_that_the_terminal_told() {
    let (_folder, outbox) = outbox_with(1, Some(230), Some(4));
    outbox.record_approval(payment(1), &approval(231)).unwrap();
    settle(&outbox, &sums(Last::NotTold, 5)).unwrap();
    let told = outbox.pending(64).unwrap()[0].payment.clone().unwrap();
    assert_eq!((told.state, told.receipt_number), (PaymentState::Paid, Some(231)));
}

#[test]
fn what_staff_found_out_settles_a_payment_that_nothing_can_prove() {
    for state in [PaymentState::Paid, PaymentState::NotPaid] {
        let (_folder, outbox) = outbox_with_open(1, Some(230));
        assert_eq!(settle_by_staff(&outbox, payment(1), state).unwrap(), None, "it is not known to them yet");
        settle_without_terminal(&outbox).unwrap();
        assert_eq!(settle_by_staff(&outbox, payment(2), state).unwrap(), None, "there is no such payment");
        assert_eq!(settle_by_staff(&outbox, payment(1), PaymentState::Unknown).unwrap(), None);
        let settled = settle_by_staff(&outbox, payment(1), state).unwrap().unwrap();
        assert!(settled.is_new);
        assert_eq!(outbox.pending(64).unwrap()[0].payment.clone().unwrap().state, state);
        assert!(outbox.open_payments().unwrap().is_empty());
        let other = if state == PaymentState::Paid { PaymentState::NotPaid } else { PaymentState::Paid };
        assert_eq!(settle_by_staff(&outbox, payment(1), other).unwrap(), None, "a settled payment stays");
    }
}
