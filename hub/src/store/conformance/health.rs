//! Reports, open payments, and what staff decide about them.

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::health::{Device, DeviceReport, DeviceState, OpenPayment, SettledByStaff};
use zuil_wire::{Cents, HealthReport, PROTOCOL_VERSION, PaymentState, Reference, SystemReport};

use super::super::{
    Batch, Decided, DecidedBy, Decision, Finding, OpenPaymentKey, Store, StoreError, Unsettled,
};
use super::{at, incoming, send, some_pillar, with_payment};

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 13] = [
    the_newest_report_of_each_pillar_is_kept_with_the_hubs_time,
    a_report_that_was_overtaken_changes_nothing,
    an_open_payment_is_on_the_list_until_it_vanishes_from_the_reports,
    an_open_payment_is_closed_by_the_upload_that_settles_it,
    what_was_uploaded_as_settled_is_not_opened_by_an_older_word,
    a_transaction_whose_payment_is_unknown_is_on_the_list_without_a_report_too,
    report_and_transaction_of_one_payment_are_one_entry,
    the_list_is_oldest_first_whatever_the_pillars_clocks_say,
    a_decision_is_told_with_every_report_until_the_payment_is_gone,
    a_second_decision_is_refused_and_the_first_one_stands,
    only_what_is_open_can_be_decided,
    a_pillar_hears_nothing_about_the_payments_of_another,
    the_tally_counts_what_nobody_has_decided,
];

const PAYMENT: Uuid = Uuid::from_u128(0xa1);

/// A report (made up) of a pillar whose clock is right.
pub(in super::super) fn report(second: i64, open_payments: Vec<OpenPayment>) -> HealthReport {
    let device = DeviceReport { device: Device::Printer, state: DeviceState::Ready, since: at(second) };
    HealthReport {
        version: PROTOCOL_VERSION,
        at: at(second),
        program: "0.2.0".into(),
        catalogue: "1".into(),
        devices: vec![device],
        paper: None,
        waiting: 0,
        open_payments,
        clock_off_seconds: None,
        storage: None,
        seal_key: None,
        catalogue_refused: None,
        in_use: Some(true),
        celsius: Some(-7),
        system: Some(SystemReport { version: "0.2.0.812".into(), update: None }),
    }
}

/// An open payment (made up) of the transaction with that number.
pub(in super::super) fn open(payment: u128, number: u64, second: i64) -> OpenPayment {
    OpenPayment {
        payment: Uuid::from_u128(payment),
        reference: Reference::from_bits(number),
        amount: Cents(1735),
        at: at(second),
        receipt_number: None,
    }
}

fn key(pillar: &str, payment: u128) -> OpenPaymentKey {
    OpenPaymentKey { pillar: pillar.into(), payment: Uuid::from_u128(payment) }
}

fn decision(finding: Finding, second: i64) -> Decision {
    Decision { finding, by: DecidedBy::Desk, at: at(second) }
}

fn hears(store: &dyn Store, second: i64, open_payments: Vec<OpenPayment>) -> Vec<SettledByStaff> {
    store.take_report("jumbo", &report(second, open_payments), at(second)).unwrap()
}

fn list(store: &dyn Store) -> Vec<Unsettled> {
    store.unsettled_payments().unwrap()
}

fn the_newest_report_of_each_pillar_is_kept_with_the_hubs_time(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    assert_eq!(store.reports().unwrap(), []);
    hears(store, 60, vec![]);
    // Its clock went back by years; what counts is when it came in.
    let newest = HealthReport { at: Timestamp::UNIX_EPOCH, waiting: 3, ..report(0, vec![]) };
    store.take_report("jumbo", &newest, at(90)).unwrap();
    store.take_report("bieb", &report(70, vec![]), at(70)).unwrap();
    let reports = store.reports().unwrap();
    let shown = reports.iter().map(|reported| (reported.pillar.as_str(), reported.received_at));
    assert_eq!(shown.collect::<Vec<_>>(), [("bieb", at(70)), ("jumbo", at(90))]);
    assert_eq!(reports[1].report, newest);
    assert_eq!(store.pillar(&[1; 32]).unwrap().unwrap().last_seen_at, Some(at(90)));
}

fn a_report_that_was_overtaken_changes_nothing(store: &dyn Store) {
    hears(store, 60, vec![open(0xa1, 1, 50)]);
    let late = HealthReport { waiting: 9, ..report(61, vec![open(0xa2, 2, 50)]) };
    assert_eq!(store.take_report("jumbo", &late, at(59)).unwrap(), []);
    let reports = store.reports().unwrap();
    assert_eq!((reports[0].report.waiting, reports[0].received_at), (0, at(60)));
    assert_eq!(list(store).iter().map(|open| open.payment).collect::<Vec<_>>(), [Some(PAYMENT)]);
}

fn an_open_payment_is_on_the_list_until_it_vanishes_from_the_reports(store: &dyn Store) {
    hears(store, 60, vec![open(0xa1, 1, 50)]);
    let receipt = OpenPayment { receipt_number: Some(231), ..open(0xa1, 1, 50) };
    hears(store, 90, vec![receipt]);
    hears(store, 95, vec![open(0xa1, 1, 50)]);
    let found = list(store);
    assert_eq!(
        found,
        [Unsettled {
            pillar: "jumbo".into(),
            payment: Some(PAYMENT),
            revoked: false,
            reference: Reference::from_bits(1),
            delivered: false,
            amount: Cents(1735),
            happened_at: at(50),
            first_seen_at: Some(at(60)),
            receipt_number: Some(231),
            terminal_id: None,
            decision: None,
        }]
    );
    hears(store, 120, vec![]);
    assert_eq!(list(store), []);
    hears(store, 150, vec![open(0xa1, 1, 50)]);
    assert_eq!(list(store).len(), 1);
}

fn an_open_payment_is_closed_by_the_upload_that_settles_it(store: &dyn Store) {
    hears(store, 60, vec![open(0xa1, 1, 50), open(0xa2, 2, 51), open(0xa3, 3, 52)]);
    send(store, vec![with_payment(1, PaymentState::Unknown)], 70);
    assert_eq!(list(store).len(), 3);
    send(store, vec![with_payment(1, PaymentState::Paid), with_payment(2, PaymentState::NotPaid)], 80);
    assert_eq!(
        list(store).iter().map(|open| open.payment).collect::<Vec<_>>(),
        [Some(Uuid::from_u128(0xa3))]
    );
    // A conflict proves nothing.
    send(store, vec![with_payment(3, PaymentState::Unknown)], 90);
    let other = super::Incoming { digest: [9; 32], ..with_payment(3, PaymentState::Paid) };
    send(store, vec![other], 91);
    assert_eq!(list(store).len(), 1);
}

fn what_was_uploaded_as_settled_is_not_opened_by_an_older_word(store: &dyn Store) {
    hears(store, 60, vec![open(0xa1, 1, 50)]);
    store.decide_payment(&key("jumbo", 0xa1), decision(Finding::NotPaid, 65)).unwrap();
    // The terminal proved the opposite meanwhile: the upload goes before the decision.
    send(store, vec![with_payment(1, PaymentState::Paid)], 70);
    assert_eq!(hears(store, 75, vec![open(0xa1, 1, 50)]), []);
    assert_eq!(list(store), []);
    let stored = store.transaction(Reference::from_bits(1)).unwrap().unwrap();
    assert_eq!(stored.payment.unwrap().state, PaymentState::Paid);
}

fn a_transaction_whose_payment_is_unknown_is_on_the_list_without_a_report_too(store: &dyn Store) {
    let mut sent = with_payment(1, PaymentState::Unknown);
    if let Some(payment) = &mut sent.payment {
        payment.terminal_id = Some("52523535".into());
    }
    send(store, vec![sent, with_payment(2, PaymentState::Paid), incoming(3, 3)], 60);
    let found = list(store);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].payment, found[0].delivered, found[0].happened_at), (None, true, at(1)));
    assert_eq!(found[0].terminal_id.as_deref(), Some("52523535"));
}

fn report_and_transaction_of_one_payment_are_one_entry(store: &dyn Store) {
    let mut sent = with_payment(1, PaymentState::Unknown);
    if let Some(payment) = &mut sent.payment {
        payment.terminal_id = Some("52523535".into());
    }
    send(store, vec![sent], 60);
    hears(store, 70, vec![open(0xa1, 1, 50)]);
    let found = list(store);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].payment, found[0].delivered, found[0].happened_at), (Some(PAYMENT), true, at(50)));
    assert_eq!(found[0].terminal_id.as_deref(), Some("52523535"));
}

fn the_list_is_oldest_first_whatever_the_pillars_clocks_say(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    hears(store, 600, vec![open(0xa1, 1, 300)]);
    // Ten minutes ago, by a clock that starts in 1970.
    let started = |second| Timestamp::from_second(second).unwrap();
    let long_ago = OpenPayment { at: started(100), ..open(0xa2, 2, 0) };
    let wrong_clock = HealthReport { at: started(700), ..report(0, vec![long_ago]) };
    store.take_report("bieb", &wrong_clock, at(610)).unwrap();
    let found = list(store).into_iter().map(|open| (open.pillar, open.happened_at)).collect::<Vec<_>>();
    assert_eq!(found, [("bieb".to_owned(), at(10)), ("jumbo".to_owned(), at(300))]);
}

fn a_decision_is_told_with_every_report_until_the_payment_is_gone(store: &dyn Store) {
    let both = || vec![open(0xa1, 1, 50), open(0xa2, 2, 51)];
    assert_eq!(hears(store, 60, both()), []);
    let decided = decision(Finding::NotPaid, 65);
    assert_eq!(store.decide_payment(&key("jumbo", 0xa1), decided).unwrap(), Decided::Yes);
    assert_eq!(list(store)[0].decision, Some(decided));
    let told = SettledByStaff { payment: PAYMENT, state: PaymentState::NotPaid };
    assert_eq!(hears(store, 70, both()), [told]);
    assert_eq!(hears(store, 80, both()), [told]);
    assert_eq!(hears(store, 90, vec![open(0xa2, 2, 51)]), []);
    assert_eq!(list(store).len(), 1);
    // A pillar that forgot, for example because its disk was put back, hears it again.
    assert_eq!(hears(store, 100, both()), [told]);
}

fn a_second_decision_is_refused_and_the_first_one_stands(store: &dyn Store) {
    hears(store, 60, vec![open(0xa1, 1, 50)]);
    let first = decision(Finding::Paid, 65);
    let decide = |finding, second| store.decide_payment(&key("jumbo", 0xa1), decision(finding, second));
    assert_eq!(decide(Finding::Paid, 65).unwrap(), Decided::Yes);
    assert_eq!(decide(Finding::Paid, 66).unwrap(), Decided::Before(first));
    assert_eq!(decide(Finding::NotPaid, 67).unwrap(), Decided::Otherwise(first));
    assert_eq!(hears(store, 70, vec![open(0xa1, 1, 50)])[0].state, PaymentState::Paid);
}

fn only_what_is_open_can_be_decided(store: &dyn Store) {
    let decide = |pillar: &str, payment| -> Result<Decided, StoreError> {
        store.decide_payment(&key(pillar, payment), decision(Finding::Paid, 65))
    };
    assert_eq!(decide("jumbo", 0xa1).unwrap(), Decided::NotOpen);
    hears(store, 60, vec![open(0xa1, 1, 50), open(0xa2, 2, 50)]);
    assert_eq!(decide("bieb", 0xa1).unwrap(), Decided::NotOpen);
    assert_eq!(decide("jumbo", 0xa2).unwrap(), Decided::Yes);
    hears(store, 70, vec![]);
    assert_eq!(decide("jumbo", 0xa1).unwrap(), Decided::NotOpen);
    // It was decided and the pillar took it: that is final.
    assert_eq!(decide("jumbo", 0xa2).unwrap(), Decided::NotOpen);
}

fn a_pillar_hears_nothing_about_the_payments_of_another(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    hears(store, 60, vec![open(0xa1, 1, 50)]);
    store.decide_payment(&key("jumbo", 0xa1), decision(Finding::Paid, 65)).unwrap();
    let claimed = report(70, vec![open(0xa1, 1, 50)]);
    assert_eq!(store.take_report("bieb", &claimed, at(70)).unwrap(), []);
    store.take_report("bieb", &report(80, vec![]), at(80)).unwrap();
    assert_eq!(hears(store, 90, vec![open(0xa1, 1, 50)]).len(), 1);
}

fn the_tally_counts_what_nobody_has_decided(store: &dyn Store) {
    hears(store, 60, vec![open(0xa1, 1, 50), open(0xa2, 2, 51)]);
    store.take_in(&Batch { pillar: "jumbo".into(), ..Batch::default() }, at(61)).unwrap();
    assert_eq!(store.tally(at(0)).unwrap().unsettled, 2);
    store.decide_payment(&key("jumbo", 0xa1), decision(Finding::Paid, 65)).unwrap();
    assert_eq!(store.tally(at(0)).unwrap().unsettled, 1);
}
