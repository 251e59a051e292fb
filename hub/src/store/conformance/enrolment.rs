//! Codes with which pillars are enrolled, and the certificates that pillars have.

use jiff::SignedDuration;
use zuil_wire::PaymentState;
use zuil_wire::enrolment::{CodeRefusal, EnrolmentCode};

use super::super::{
    Certificate, DecidedBy, Decision, Device, Enrolled, Enrolment, Finding, OpenPaymentKey, Outcome, Renewed,
    Store, Taken, Trouble,
};
use super::health::{open, report};
use super::{at, batch, incoming, some_pillar, with_payment};

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 18] = [
    a_code_enrols_one_pillar_once,
    the_same_request_again_gets_the_same_certificate,
    where_a_pillar_stands_outlives_the_code_with_which_it_was_enrolled,
    a_code_that_is_over_opens_nothing,
    a_second_code_for_a_pillar_takes_the_first_back,
    a_code_for_a_new_pillar_takes_no_name_that_was_given_since,
    another_device_takes_the_place_of_the_first,
    what_the_first_device_had_sealed_is_parked_for_a_person,
    a_revoked_pillar_is_enrolled_again_and_what_it_had_stays_revoked,
    nobody_is_enrolled_again_while_a_payment_is_open,
    both_certificates_count_until_the_new_one_was_used,
    of_the_certificates_that_count_the_one_in_use_comes_first,
    a_revoked_pillar_gets_no_other_certificate,
    who_asks_with_a_certificate_that_ended_gets_no_other,
    who_asks_again_and_again_waits,
    of_certificates_that_nobody_used_the_newest_are_kept,
    codes_that_are_over_lose_their_keys_and_are_forgotten_later,
    what_was_signed_with_an_earlier_key_is_known_to_be,
];

/// A code, made up, for a pillar that there is not.
pub(in super::super) fn code(bits: u8) -> Enrolment {
    Enrolment {
        keys: EnrolmentCode::from_bits(u128::from(bits)).keys(),
        pillar: "bieb".into(),
        place: "Bibliotheek, bij de ingang".into(),
        again: false,
        made_by: "tess".into(),
        made_at: at(0),
        expires_at: at(3600),
        tries: 0,
        cancelled_at: None,
        used: None,
    }
}

fn code_again(bits: u8) -> Enrolment {
    Enrolment { pillar: "jumbo".into(), again: true, ..code(bits) }
}

fn certificate(pillar: &str, print: u8, second: i64) -> Certificate {
    Certificate {
        fingerprint: [print; 32],
        pillar: pillar.into(),
        public_key: some_pillar("jumbo", 1).public_key,
        issued_at: at(second),
        expires_at: Some(at(second) + SignedDuration::from_hours(24)),
        ended_at: None,
    }
}

/// The pillar "jumbo" asks at a second with one of its certificates for another.
fn renews(store: &dyn Store, asking: u8, print: u8, second: i64) -> Renewed {
    store.add_certificate(&certificate("jumbo", print, second), &[asking; 32]).unwrap()
}

/// Comes with a code at a second, and asks for what is told by `print`.
fn come(store: &dyn Store, code: &Enrolment, print: u8, second: i64) -> Enrolled {
    let certificate = certificate(&code.pillar, print, second);
    let device =
        Device { certificate: &certificate, pem: &format!("certificate {print}"), digest: [print; 32] };
    store.enrol(&code.keys.id, &device, at(second)).unwrap()
}

fn a_code_enrols_one_pillar_once(store: &dyn Store) {
    let code = code(1);
    assert_eq!(come(store, &code, 5, 10), Enrolled::Refused(CodeRefusal::Unknown));
    store.add_enrolment(&code).unwrap();
    assert_eq!(store.enrolment(&code.keys.id).unwrap(), Some(code.clone()));
    assert_eq!(come(store, &code, 5, 10), Enrolled::New);
    let pillar = store.pillar(&[5; 32]).unwrap().unwrap();
    assert_eq!((pillar.name.as_str(), pillar.added_at, pillar.revoked_at), ("bieb", at(10), None));
    assert_eq!(store.certificates("bieb").unwrap(), [certificate("bieb", 5, 10)]);
    assert_eq!(come(store, &code, 6, 20), Enrolled::Refused(CodeRefusal::Used));
    assert_eq!(store.pillar(&[6; 32]).unwrap(), None);
    let kept = store.enrolments(at(0)).unwrap();
    assert_eq!(kept[0].used.as_ref().unwrap().at, at(10));
    assert!(!kept[0].is_open(at(20)) && store.enrolments(at(1)).unwrap().is_empty());
}

fn the_same_request_again_gets_the_same_certificate(store: &dyn Store) {
    let code = code(1);
    store.add_enrolment(&code).unwrap();
    assert_eq!(come(store, &code, 5, 10), Enrolled::New);
    for second in [11, 3599] {
        assert_eq!(come(store, &code, 5, second), Enrolled::Before("certificate 5".into()));
    }
    assert_eq!(come(store, &code, 5, 3600), Enrolled::Refused(CodeRefusal::Used));
    assert_eq!(store.pillars().unwrap().len(), 2);
    assert_eq!(store.certificates("bieb").unwrap().len(), 1);
}

fn where_a_pillar_stands_outlives_the_code_with_which_it_was_enrolled(store: &dyn Store) {
    let code = code(1);
    store.add_enrolment(&code).unwrap();
    assert!(store.places().unwrap().is_empty(), "nothing stands there yet");
    assert_eq!(come(store, &code, 5, 10), Enrolled::New);
    let again = Enrolment { place: "Gemeentehuis, in de hal".into(), ..code_again(2) };
    store.add_enrolment(&again).unwrap();
    assert_eq!(come(store, &again, 6, 20), Enrolled::Again);
    assert_eq!(store.forget_enrolments(at(9_000), at(9_000)).unwrap(), 2);
    let places = store.places().unwrap().into_iter();
    let known = [("bieb", "Bibliotheek, bij de ingang"), ("jumbo", "Gemeentehuis, in de hal")];
    assert_eq!(places.collect::<Vec<_>>(), known.map(|(name, place)| (name.to_owned(), place.to_owned())));
}

fn a_code_that_is_over_opens_nothing(store: &dyn Store) {
    let (expired, cancelled, tried) = (code(1), code_again(2), Enrolment { pillar: "hal".into(), ..code(3) });
    for code in [&expired, &cancelled, &tried] {
        store.add_enrolment(code).unwrap();
    }
    assert_eq!(come(store, &expired, 5, 3600), Enrolled::Refused(CodeRefusal::Expired));
    assert!(!store.cancel_enrolment(&expired.keys.id, at(3600)).unwrap());
    assert!(store.cancel_enrolment(&cancelled.keys.id, at(10)).unwrap());
    assert!(!store.cancel_enrolment(&cancelled.keys.id, at(11)).unwrap());
    assert_eq!(come(store, &cancelled, 5, 12), Enrolled::Refused(CodeRefusal::Cancelled));
    assert_eq!(store.enrolment(&cancelled.keys.id).unwrap().unwrap().keys.key, [0; 32]);
    for _ in 0..Enrolment::TRIES {
        store.count_wrong_proof(&tried.keys.id).unwrap();
    }
    assert_eq!(come(store, &tried, 5, 10), Enrolled::Refused(CodeRefusal::TooManyTries));
    assert_eq!(store.pillars().unwrap().len(), 1);
}

fn a_second_code_for_a_pillar_takes_the_first_back(store: &dyn Store) {
    let (first, second) = (code(1), Enrolment { made_at: at(5), ..code(2) });
    let other = Enrolment { pillar: "hal".into(), ..code(3) };
    for code in [&first, &other, &second] {
        store.add_enrolment(code).unwrap();
    }
    assert_eq!(come(store, &first, 5, 10), Enrolled::Refused(CodeRefusal::Cancelled));
    assert_eq!(come(store, &other, 6, 10), Enrolled::New);
    assert_eq!(come(store, &second, 7, 10), Enrolled::New);
    let newest_first: Vec<_> = store.enrolments(at(0)).unwrap().into_iter().map(|one| one.made_at).collect();
    assert_eq!(newest_first, [at(5), at(0), at(0)]);
}

fn a_code_for_a_new_pillar_takes_no_name_that_was_given_since(store: &dyn Store) {
    let code = code(1);
    store.add_enrolment(&code).unwrap();
    store.add_pillar(&some_pillar("bieb", 9)).unwrap();
    assert_eq!(come(store, &code, 5, 10), Enrolled::Refused(CodeRefusal::NameTaken));
    assert_eq!(store.pillar(&[9; 32]).unwrap().unwrap().revoked_at, None);
}

fn another_device_takes_the_place_of_the_first(store: &dyn Store) {
    let code = code_again(1);
    store.add_enrolment(&code).unwrap();
    assert_eq!(come(store, &code, 5, 10), Enrolled::Again);
    assert_eq!(store.pillar(&[1; 32]).unwrap().unwrap().revoked_at, Some(at(10)));
    assert_eq!(store.pillar(&[5; 32]).unwrap().unwrap().revoked_at, None);
    assert_eq!(store.pillars().unwrap()[0].fingerprint, [5; 32]);
    let ended: Vec<_> = store.certificates("jumbo").unwrap().into_iter().map(|one| one.ended_at).collect();
    assert_eq!(ended, [Some(at(10)), None]);
}

fn what_the_first_device_had_sealed_is_parked_for_a_person(store: &dyn Store) {
    let code = code_again(1);
    store.add_enrolment(&code).unwrap();
    come(store, &code, 5, 10);
    let sent = |print: u8, number: u8| {
        let batch = super::Batch { certificate: Some([print; 32]), ..batch(vec![incoming(number, 1)]) };
        store.take_in(&batch, at(20)).unwrap()
    };
    assert!(
        matches!(sent(1, 1), Taken::WithoutSurveys(outcomes) if matches!(outcomes[..], [Outcome::Accepted { .. }]))
    );
    assert!(
        matches!(sent(5, 2), Taken::Outcomes(outcomes) if matches!(outcomes[..], [Outcome::Accepted { .. }]))
    );
    let trouble = |number| {
        let reference = zuil_wire::Reference::from_bits(number);
        store.transaction(reference).unwrap().unwrap().trouble
    };
    assert_eq!((trouble(1), trouble(2)), (Some(Trouble::AfterRevocation), None));
    let empty = super::Batch { certificate: Some([1; 32]), ..batch(vec![]) };
    assert!(matches!(store.take_in(&empty, at(20)).unwrap(), Taken::NotAdmitted));
}

fn a_revoked_pillar_is_enrolled_again_and_what_it_had_stays_revoked(store: &dyn Store) {
    store.revoke_pillar("jumbo", at(5)).unwrap();
    let code = code_again(1);
    store.add_enrolment(&code).unwrap();
    assert_eq!(come(store, &code, 5, 10), Enrolled::Again);
    assert_eq!(store.pillar(&[1; 32]).unwrap().unwrap().revoked_at, Some(at(5)));
    assert_eq!(store.pillars().unwrap()[0].revoked_at, None);
}

fn nobody_is_enrolled_again_while_a_payment_is_open(store: &dyn Store) {
    store.take_report("jumbo", &report(0, vec![open(1, 1, 0)]), at(1)).unwrap();
    let code = code_again(1);
    store.add_enrolment(&code).unwrap();
    assert_eq!(come(store, &code, 5, 10), Enrolled::Refused(CodeRefusal::OpenPayments));
    assert_eq!(store.pillar(&[1; 32]).unwrap().unwrap().revoked_at, None);
    let key: OpenPaymentKey = store.unsettled_payments().unwrap()[0].key().unwrap();
    let decision = Decision { finding: Finding::Paid, by: DecidedBy::Desk, at: at(12) };
    store.decide_payment(&key, decision).unwrap();
    assert_eq!(come(store, &code, 5, 20), Enrolled::Again);
    assert!(store.unsettled_payments().unwrap().is_empty());
}

fn both_certificates_count_until_the_new_one_was_used(store: &dyn Store) {
    assert_eq!(renews(store, 1, 7, 100), Renewed::Yes);
    let is_admitted = |print: u8| store.pillar(&[print; 32]).unwrap().unwrap().revoked_at.is_none();
    assert_eq!(store.used_certificate(&[1; 32], at(110)).unwrap(), 0);
    assert!(is_admitted(1) && is_admitted(7));
    assert_eq!(store.used_certificate(&[7; 32], at(120)).unwrap(), 1);
    assert!(!is_admitted(1) && is_admitted(7));
    assert_eq!(store.used_certificate(&[7; 32], at(130)).unwrap(), 0);
    assert_eq!(store.pillar(&[1; 32]).unwrap().unwrap().revoked_at, Some(at(120)));
    assert_eq!(store.used_certificate(&[99; 32], at(130)).unwrap(), 0);
}

fn of_the_certificates_that_count_the_one_in_use_comes_first(store: &dyn Store) {
    store.add_pillar(&some_pillar("hal", 2)).unwrap();
    let count = || -> Vec<_> {
        let count = store.certificates_that_count().unwrap();
        count.into_iter().map(|one| (one.pillar, one.fingerprint[0], one.expires_at)).collect()
    };
    let (jumbo, hal) = (("jumbo".into(), 1, None), ("hal".into(), 2, None));
    assert_eq!(count(), [jumbo.clone(), hal.clone()]);
    assert_eq!(renews(store, 1, 7, 100), Renewed::Yes);
    let renewed = ("jumbo".into(), 7, certificate("jumbo", 7, 100).expires_at);
    assert_eq!(count(), [jumbo, hal.clone(), renewed.clone()]);
    assert_eq!(store.used_certificate(&[7; 32], at(120)).unwrap(), 1);
    assert_eq!(count(), [hal, renewed]);
}

fn a_revoked_pillar_gets_no_other_certificate(store: &dyn Store) {
    store.revoke_pillar("jumbo", at(5)).unwrap();
    assert_eq!(renews(store, 1, 7, 100), Renewed::NotAdmitted);
    assert_eq!(store.pillar(&[7; 32]).unwrap(), None);
}

fn who_asks_with_a_certificate_that_ended_gets_no_other(store: &dyn Store) {
    let code = code_again(1);
    store.add_enrolment(&code).unwrap();
    assert_eq!(come(store, &code, 5, 10), Enrolled::Again);
    // Whoever has the first device asked before, and what he asked arrives only now.
    assert_eq!(renews(store, 1, 7, 2_000), Renewed::NotAdmitted);
    assert_eq!(store.pillar(&[7; 32]).unwrap(), None);
    assert_eq!(store.pillars().unwrap()[0].fingerprint, [5; 32]);
    assert_eq!(renews(store, 99, 7, 2_000), Renewed::NotAdmitted, "nobody has that one");
    // Nor with one of another pillar.
    store.add_pillar(&some_pillar("hal", 8)).unwrap();
    assert_eq!(renews(store, 8, 7, 2_000), Renewed::NotAdmitted);
    assert_eq!(renews(store, 5, 7, 2_000), Renewed::Yes);
}

fn who_asks_again_and_again_waits(store: &dyn Store) {
    assert_eq!(renews(store, 1, 7, 100), Renewed::Yes);
    assert_eq!(renews(store, 1, 8, 200), Renewed::TooSoon(at(600)));
    // Nor does it help to use what there is.
    assert_eq!(store.used_certificate(&[7; 32], at(300)).unwrap(), 1);
    assert_eq!(renews(store, 7, 8, 599), Renewed::TooSoon(at(600)));
    assert_eq!(store.pillar(&[8; 32]).unwrap(), None);
    assert_eq!(renews(store, 7, 8, 600), Renewed::Yes);
    assert_eq!(renews(store, 7, 9, 601), Renewed::TooSoon(at(700)));
}

fn of_certificates_that_nobody_used_the_newest_are_kept(store: &dyn Store) {
    for number in 0..5 {
        assert_eq!(renews(store, 1, 10 + number, 3_600 * i64::from(number + 1)), Renewed::Yes);
    }
    let kept = store.certificates("jumbo").unwrap().into_iter().map(|one| one.fingerprint[0]);
    assert_eq!(kept.collect::<Vec<_>>(), [1, 12, 13, 14]);
    assert_eq!(store.used_certificate(&[14; 32], at(20_000)).unwrap(), 3);
    assert_eq!(renews(store, 14, 20, 30_000), Renewed::Yes);
    assert_eq!(store.certificates("jumbo").unwrap().len(), 5, "those that ended are still known");
}

fn codes_that_are_over_lose_their_keys_and_are_forgotten_later(store: &dyn Store) {
    let (over, later) = (code(1), Enrolment { made_at: at(9), expires_at: at(9_000), ..code_again(2) });
    for code in [&over, &later] {
        store.add_enrolment(code).unwrap();
    }
    let key = |code: &Enrolment| store.enrolment(&code.keys.id).unwrap().map(|kept| kept.keys.key);
    assert_eq!(store.forget_enrolments(at(3_599), at(0)).unwrap(), 0);
    assert_eq!((key(&over), key(&later)), (Some(over.keys.key), Some(later.keys.key)));
    assert_eq!(store.forget_enrolments(at(3_600), at(0)).unwrap(), 0);
    assert_eq!((key(&over), key(&later)), (Some([0; 32]), Some(later.keys.key)));
    assert_eq!(store.forget_enrolments(at(3_600), at(99)).unwrap(), 1, "the other one is still open");
    assert_eq!((key(&over), key(&later)), (None, Some(later.keys.key)));
    assert_eq!(come(store, &later, 5, 4_000), Enrolled::Again);
}

fn what_was_signed_with_an_earlier_key_is_known_to_be(store: &dyn Store) {
    store.take_in(&batch(vec![with_payment(1, PaymentState::Paid)]), at(1)).unwrap();
    let code = code_again(1);
    store.add_enrolment(&code).unwrap();
    let other = Certificate { public_key: "another key".into(), ..certificate("jumbo", 5, 10) };
    let device = Device { certificate: &other, pem: "", digest: [5; 32] };
    assert_eq!(store.enrol(&code.keys.id, &device, at(10)).unwrap(), Enrolled::Again);
    let mut keys = store.unchecked(10).unwrap().remove(0).public_keys;
    keys.sort();
    let mut both = [some_pillar("jumbo", 1).public_key, "another key".to_owned()];
    both.sort();
    assert_eq!(keys, both);
}
