//! Payments, and the power cuts between their steps.

use super::*;

fn a_request_is_not_told_to_the_hub_while_its_payment_is_going_on(place: &dyn Place) {
    let outbox = place.open();
    outbox.record_intent(&intent(1, Some(230)), &sealed(1)).unwrap();
    outbox.record_intent(&intent(1, Some(230)), &sealed(1)).unwrap();
    assert!(pending_ids(&*outbox).is_empty());
    assert_eq!(outbox.state(id(1)).unwrap(), None);
    assert_eq!(outbox.counts().unwrap(), Counts { held: 1, open_payments: 1, ..Counts::default() });
}

fn a_paid_request_is_saved_together_with_its_payment(place: &dyn Place) {
    let outbox = place.open();
    outbox.record_intent(&intent(1, Some(230)), &sealed(1)).unwrap();
    outbox.record_outcome(payment(1), &paid(231)).unwrap();
    let pending = outbox.pending(64).unwrap();
    assert_eq!(pending[0].payment, Some(paid(231)));
    assert_eq!(outbox.state(id(1)).unwrap(), Some(State::Saved));
    assert_eq!(outbox.open_payments().unwrap(), []);
}

fn a_payment_that_was_not_made_leaves_nothing_to_upload(place: &dyn Place) {
    let outbox = place.open();
    outbox.record_intent(&intent(1, Some(230)), &sealed(1)).unwrap();
    outbox.record_outcome(payment(1), &not_paid()).unwrap();
    assert_eq!(outbox.counts().unwrap(), Counts::default());
    assert!(pending_ids(&*outbox).is_empty());
    let again = outbox.record_intent(&intent(1, Some(230)), &sealed(1));
    assert!(matches!(again, Err(OutboxError::Taken(_))), "a payment is not begun a second time");
    outbox.record_intent(&intent(2, Some(230)), &sealed(2)).unwrap();
}

fn unknown_then_paid_is_told_twice_with_the_same_id(place: &dyn Place) {
    let outbox = place.open();
    outbox.record_intent(&intent(1, Some(230)), &sealed(1)).unwrap();
    outbox.record_outcome(payment(1), &unknown()).unwrap();
    let first = outbox.pending(64).unwrap();
    assert_eq!(first[0].payment, Some(unknown()));
    outbox.acknowledge(&[accepted(1, State::Parked)], &sent(&*outbox)).unwrap();
    assert!(pending_ids(&*outbox).is_empty());
    assert_eq!(outbox.open_payments().unwrap().len(), 1, "it stays open until it is known");

    outbox.record_outcome(payment(1), &paid(231)).unwrap();
    let second = outbox.pending(64).unwrap();
    assert_eq!(second[0].payment, Some(paid(231)));
    assert_eq!(second[0].sealed, first[0].sealed);
    outbox.acknowledge(&[accepted(1, State::Received)], &sent(&*outbox)).unwrap();
    assert!(pending_ids(&*outbox).is_empty());
    assert_eq!(outbox.state(id(1)).unwrap(), Some(State::Received), "it was parked for its payment");
}

fn a_payment_settled_while_the_answer_is_on_its_way_is_still_told(place: &dyn Place) {
    let outbox = place.open();
    outbox.record_intent(&intent(1, Some(230)), &sealed(1)).unwrap();
    outbox.record_outcome(payment(1), &unknown()).unwrap();
    let told = sent(&*outbox);
    outbox.record_outcome(payment(1), &paid(231)).unwrap();
    outbox.acknowledge(&[accepted(1, State::Received)], &told).unwrap();
    assert_eq!(outbox.state(id(1)).unwrap(), Some(State::Received));
    let pending = outbox.pending(64).unwrap();
    assert_eq!(pending[0].payment, Some(paid(231)));
    assert_eq!(pending[0].sealed, sealed(1), "the content is still there to be told");
}

fn what_is_known_of_a_payment_never_changes(place: &dyn Place) {
    let settled = [paid(231), not_paid()];
    for known in &settled {
        for told in [paid(231), paid(232), not_paid(), unknown()] {
            let outbox = place.another().open();
            outbox.record_intent(&intent(1, Some(230)), &sealed(1)).unwrap();
            outbox.record_outcome(payment(1), known).unwrap();
            let before = outbox.counts().unwrap();
            let result = outbox.record_outcome(payment(1), &told);
            if *known == told {
                result.unwrap();
            } else {
                let error = result.unwrap_err();
                let settled = matches!(
                    error,
                    OutboxError::Settled { .. }
                        | OutboxError::OtherReceipt { known: 231, told: Some(232), .. }
                );
                assert!(settled && error.is_permanent() && error.is_contradiction(), "{error}");
            }
            assert_eq!(outbox.counts().unwrap(), before);
        }
    }
}

fn another_amount_than_the_resident_agreed_to_is_never_recorded_as_paid(place: &dyn Place) {
    let outbox = place.open();
    outbox.record_intent(&intent(1, Some(230)), &sealed(1)).unwrap();
    let other = PaymentRecord { amount: Cents(17_350), ..paid(231) };
    assert!(matches!(outbox.record_outcome(payment(1), &other), Err(OutboxError::OtherAmount { .. })));
    let other = Approval { amount: Cents(17_350), ..approval(231) };
    assert!(matches!(outbox.record_approval(payment(1), &other), Err(OutboxError::OtherAmount { .. })));
    assert_eq!(outbox.open_payments().unwrap()[0].approved, None);
    outbox.record_outcome(payment(1), &not_paid()).unwrap();
}

fn a_payment_without_an_intent_or_an_amount_is_refused(place: &dyn Place) {
    let outbox = place.open();
    assert!(matches!(
        outbox.record_outcome(payment(1), &paid(231)),
        Err(OutboxError::UnknownPayment(unknown)) if unknown == payment(1)
    ));
    assert!(matches!(
        outbox.record_approval(payment(1), &approval(231)),
        Err(OutboxError::UnknownPayment(unknown)) if unknown == payment(1)
    ));
    let free = Intent { amount: Cents::ZERO, ..intent(1, None) };
    assert!(matches!(outbox.record_intent(&free, &sealed(1)), Err(OutboxError::Amount(_))));
    let other = Intent { amount: Cents(1), ..intent(2, None) };
    outbox.record_intent(&intent(2, None), &sealed(2)).unwrap();
    assert!(matches!(outbox.record_intent(&other, &sealed(2)), Err(OutboxError::Taken(_))));
    assert!(
        matches!(outbox.record_intent(&intent(3, None), &sealed(2)), Err(OutboxError::Taken(_))),
        "one transaction has one payment"
    );
    assert_eq!(outbox.counts().unwrap().open_payments, 1, "a refused intent leaves no line in the journal");
}

fn an_approved_payment_is_told_to_nobody_and_stays_open_until_it_stands(place: &dyn Place) {
    let outbox = place.open();
    outbox.record_intent(&intent(1, Some(230)), &sealed(1)).unwrap();
    outbox.record_approval(payment(1), &approval(231)).unwrap();
    outbox.record_approval(payment(1), &approval(231)).unwrap();
    assert!(pending_ids(&*outbox).is_empty());
    assert_eq!(outbox.state(id(1)).unwrap(), None);
    assert_eq!(outbox.counts().unwrap(), Counts { held: 1, open_payments: 1, ..Counts::default() });
    let open = outbox.open_payments().unwrap();
    assert_eq!((open[0].approved.clone(), open[0].recorded_unknown), (Some(approval(231)), false));
    let again = outbox.record_intent(&intent(1, Some(230)), &sealed(1));
    assert!(matches!(again, Err(OutboxError::Taken(_))), "it is not asked for a second time");

    outbox.record_outcome(payment(1), &paid(231)).unwrap();
    assert_eq!(outbox.pending(64).unwrap()[0].payment, Some(paid(231)));
    assert_eq!(outbox.open_payments().unwrap(), []);
}

fn a_charge_that_was_approved_and_undone_leaves_nothing_to_upload(place: &dyn Place) {
    let outbox = place.open();
    outbox.record_intent(&intent(1, Some(230)), &sealed(1)).unwrap();
    outbox.record_approval(payment(1), &approval(231)).unwrap();
    outbox.record_outcome(payment(1), &not_paid()).unwrap();
    assert_eq!(outbox.counts().unwrap(), Counts::default());
}

fn an_approved_payment_that_becomes_unknown_keeps_the_receipt_that_can_settle_it(place: &dyn Place) {
    let outbox = place.open();
    outbox.record_intent(&intent(1, Some(230)), &sealed(1)).unwrap();
    outbox.record_approval(payment(1), &approval(231)).unwrap();
    outbox.record_outcome(payment(1), &unknown()).unwrap();
    assert_eq!(outbox.pending(64).unwrap()[0].payment, Some(unknown_after_approval(231)));
    let open = outbox.open_payments().unwrap();
    assert_eq!((open[0].approved.clone(), open[0].recorded_unknown), (Some(approval(231)), true));
    assert!(matches!(
        outbox.record_outcome(payment(1), &paid(232)),
        Err(OutboxError::OtherReceipt { known: 231, told: Some(232), .. })
    ));
    assert!(
        matches!(outbox.record_approval(payment(1), &approval(231)), Err(OutboxError::Settled { .. })),
        "an outcome is not unlearned"
    );
    outbox.record_outcome(payment(1), &paid(231)).unwrap();
    assert_eq!(outbox.pending(64).unwrap()[0].payment, Some(paid(231)));
}

fn an_open_payment_tells_what_came_before_and_after_it(place: &dyn Place) {
    let outbox = place.open();
    outbox.record_intent(&intent(1, Some(230)), &sealed(1)).unwrap();
    outbox.record_outcome(payment(1), &paid(231)).unwrap();
    outbox.record_intent(&intent(2, Some(231)), &sealed(2)).unwrap();
    outbox.record_outcome(payment(2), &unknown()).unwrap();
    let swapped = Intent { last_terminal: Some("11112222".into()), ..intent(3, Some(7)) };
    outbox.record_intent(&swapped, &sealed(3)).unwrap();
    let open = outbox.open_payments().unwrap();
    assert_eq!(open.iter().map(|open| open.payment).collect::<Vec<_>>(), [payment(2), payment(3)]);
    assert_eq!(open[0].last_terminal.as_deref(), Some(TERMINAL));
    assert_eq!(open[1].last_terminal.as_deref(), Some("11112222"), "not the one of the payments before it");
    assert_eq!((open[0].superseded, open[0].recorded_unknown), (true, true));
    assert_eq!((open[1].superseded, open[1].recorded_unknown), (false, false));
    assert_eq!((open[1].transaction, open[1].amount, open[1].last_receipt), (id(3), FEE, Some(7)));
    outbox.record_outcome(payment(3), &not_paid()).unwrap();
    assert!(!outbox.open_payments().unwrap()[0].superseded);
}

fn what_was_made_here_is_told_with_what_became_of_its_payment(place: &dyn Place) {
    let outbox = place.open();
    let known = |outbox: &dyn Outbox, number| {
        let made = outbox.made_here(header(number).reference).unwrap();
        made.map(|made| (made.state, made.payment))
    };
    for number in 1..=3 {
        outbox.record_intent(&intent(number, Some(230)), &sealed(number)).unwrap();
    }
    outbox.record_approval(payment(2), &approval(231)).unwrap();
    assert_eq!(
        (known(&*outbox, 1), known(&*outbox, 2)),
        (None, None),
        "nobody knows yet whether they will be"
    );
    outbox.record_outcome(payment(1), &unknown()).unwrap();
    outbox.record_outcome(payment(2), &paid(231)).unwrap();
    assert_eq!(known(&*outbox, 1), Some((State::Saved, Some(PaymentState::Unknown))));
    assert_eq!(known(&*outbox, 2), Some((State::Saved, Some(PaymentState::Paid))));
    outbox.acknowledge(&[accepted(1, State::Parked)], &sent(&*outbox)).unwrap();
    let place = place.after_a_power_cut();
    let outbox = place.open();
    assert_eq!(known(&*outbox, 1), Some((State::Parked, Some(PaymentState::Unknown))));
    outbox.record_outcome(payment(1), &not_paid()).unwrap();
    assert_eq!(known(&*outbox, 1), Some((State::Parked, Some(PaymentState::NotPaid))));
    // Saved as unknown, and settled before the hub was told of it.
    outbox.record_outcome(payment(3), &unknown()).unwrap();
    outbox.record_outcome(payment(3), &not_paid()).unwrap();
    assert_eq!(known(&*outbox, 3), Some((State::Saved, Some(PaymentState::NotPaid))));
}

fn a_power_cut_between_approval_and_acknowledgement_leaves_it_to_the_terminals_memory(place: &dyn Place) {
    let outbox = place.open();
    outbox.record_intent(&intent(1, Some(230)), &sealed(1)).unwrap();
    let after_intent = place.after_a_power_cut();
    outbox.record_approval(payment(1), &approval(231)).unwrap();
    let after_approval = place.after_a_power_cut();
    outbox.record_outcome(payment(1), &paid(231)).unwrap();
    let after_outcome = place.after_a_power_cut();

    let outbox = after_intent.open();
    assert!(pending_ids(&*outbox).is_empty());
    assert_eq!(outbox.open_payments().unwrap()[0].approved, None);

    for outcome in [paid(231), unknown_after_approval(231)] {
        let place = after_approval.after_a_power_cut();
        let outbox = place.open();
        assert!(pending_ids(&*outbox).is_empty());
        assert_eq!(outbox.open_payments().unwrap()[0].approved, Some(approval(231)));
        outbox.record_outcome(payment(1), &outcome).unwrap();
        let pending = outbox.pending(64).unwrap();
        assert_eq!((&pending[0].sealed, &pending[0].payment), (&sealed(1), &Some(outcome)));
    }

    let outbox = after_outcome.open();
    assert_eq!(outbox.open_payments().unwrap(), []);
    let pending = outbox.pending(64).unwrap();
    assert_eq!((&pending[0].sealed, &pending[0].payment), (&sealed(1), &Some(paid(231))));
}

on_every_outbox! {
    a_request_is_not_told_to_the_hub_while_its_payment_is_going_on,
    a_paid_request_is_saved_together_with_its_payment,
    a_payment_that_was_not_made_leaves_nothing_to_upload,
    unknown_then_paid_is_told_twice_with_the_same_id,
    a_payment_settled_while_the_answer_is_on_its_way_is_still_told,
    what_is_known_of_a_payment_never_changes,
    another_amount_than_the_resident_agreed_to_is_never_recorded_as_paid,
    a_payment_without_an_intent_or_an_amount_is_refused,
    an_approved_payment_is_told_to_nobody_and_stays_open_until_it_stands,
    a_charge_that_was_approved_and_undone_leaves_nothing_to_upload,
    an_approved_payment_that_becomes_unknown_keeps_the_receipt_that_can_settle_it,
    an_open_payment_tells_what_came_before_and_after_it,
    what_was_made_here_is_told_with_what_became_of_its_payment,
    a_power_cut_between_approval_and_acknowledgement_leaves_it_to_the_terminals_memory,
}
