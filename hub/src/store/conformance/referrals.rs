//! Six digits from an agent, and what became of them.

use jiff::SignedDuration;
use uuid::Uuid;
use zuil_wire::{ReferralCode, UsedReferral};

use super::super::referral::{KeptReferral, REFERRALS_LIVE};
use super::super::{Store, Use};
use super::{at, incoming, send, some_pillar};

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 8] = [
    a_referral_is_kept_as_it_was_made,
    of_those_that_live_no_two_have_the_same_code,
    what_was_made_with_a_referral_is_told_once_and_leads_to_the_request,
    of_a_request_of_another_pillar_no_reference_is_told,
    only_what_a_pillar_may_open_now_is_open_at_it,
    which_pillars_have_a_referral_is_kept,
    only_the_agent_who_made_it_takes_it_back,
    what_expired_long_ago_is_forgotten_with_what_was_made_with_it,
];

/// A referral (made up), made in that second.
fn referral(id: u128, code: u32, second: i64) -> KeptReferral {
    KeptReferral {
        id: Uuid::from_u128(id),
        code: ReferralCode::of(code),
        task: "bulky-waste".into(),
        pillars: vec!["jumbo".into(), "bieb".into()],
        made_by: "m.agent".into(),
        made_at: at(second),
        had_by: Vec::new(),
        expires_at: at(second) + REFERRALS_LIVE,
        revoked_at: None,
        uses: Vec::new(),
    }
}

fn used(id: u128, transaction: u128, second: i64) -> UsedReferral {
    UsedReferral { id: Uuid::from_u128(id), at: at(second), transaction: Uuid::from_u128(transaction) }
}

fn all(store: &dyn Store) -> Vec<KeptReferral> {
    store.referrals(at(0)).unwrap()
}

fn a_referral_is_kept_as_it_was_made(store: &dyn Store) {
    assert_eq!(all(store), []);
    let (first, second) = (referral(1, 48_291, 60), referral(2, 7, 90));
    assert!(store.keep_referral(&first).unwrap() && store.keep_referral(&second).unwrap());
    assert_eq!(all(store), [second.clone(), first.clone()], "the newest first");
    assert_eq!(store.referrals(first.expires_at).unwrap(), std::slice::from_ref(&second));
    assert!(second.is_open_at("bieb", at(91)) && !second.is_open_at("spar", at(91)));
    assert!(!second.is_open(second.expires_at));
}

fn of_those_that_live_no_two_have_the_same_code(store: &dyn Store) {
    assert!(store.keep_referral(&referral(1, 7, 60)).unwrap());
    assert!(!store.keep_referral(&referral(2, 7, 90)).unwrap());
    store.revoke_referral(Uuid::from_u128(1), "m.agent", at(100)).unwrap();
    assert!(!store.keep_referral(&referral(2, 7, 120)).unwrap(), "a pillar may not have heard of that yet");
    assert_eq!(all(store).len(), 1);
    let next_day = 60 + REFERRALS_LIVE.as_secs();
    assert!(store.keep_referral(&referral(3, 7, next_day)).unwrap());
}

fn what_was_made_with_a_referral_is_told_once_and_leads_to_the_request(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    store.add_pillar(&some_pillar("spar", 3)).unwrap();
    store.keep_referral(&referral(1, 7, 60)).unwrap();
    for _ in 0..2 {
        store.note_used_referrals("jumbo", &[used(1, 5, 70), used(99, 6, 70)], at(80)).unwrap();
    }
    store.note_used_referrals("spar", &[used(1, 8, 71)], at(80)).unwrap();
    let made = |pillar: &str, transaction: u128, second, reference| Use {
        pillar: pillar.into(),
        at: at(second),
        transaction: Uuid::from_u128(transaction),
        reference,
    };
    assert_eq!(all(store)[0].uses, [made("jumbo", 5, 70, None)], "it was not for the Spar");
    assert!(!all(store)[0].is_open(at(81)));
    // The library had no line to the hub.
    store.note_used_referrals("bieb", &[used(1, 7, 75)], at(90)).unwrap();
    let request = incoming(5, 1);
    let reference = request.sealed.header.reference;
    send(store, vec![request], 95);
    assert_eq!(all(store)[0].uses, [made("jumbo", 5, 70, Some(reference)), made("bieb", 7, 75, None)]);
    let seen = store.pillars().unwrap().into_iter().find(|pillar| pillar.name == "bieb").unwrap();
    assert_eq!(seen.last_seen_at, Some(at(90)));
}

fn of_a_request_of_another_pillar_no_reference_is_told(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    store.keep_referral(&referral(1, 7, 60)).unwrap();
    // It was made at the Jumbo.
    send(store, vec![incoming(5, 1)], 65);
    store.note_used_referrals("bieb", &[used(1, 5, 70)], at(80)).unwrap();
    // Of each pillar only the first counts.
    store.note_used_referrals("bieb", &[used(1, 6, 71), used(1, 7, 72)], at(81)).unwrap();
    let told = Use { pillar: "bieb".into(), at: at(70), transaction: Uuid::from_u128(5), reference: None };
    assert_eq!(all(store)[0].uses, [told]);
}

fn only_what_a_pillar_may_open_now_is_open_at_it(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    // One more pillar, whose name is a part of that of another.
    let at_the_hall =
        KeptReferral { pillars: vec!["raadhuis".into(), "jumbo-2".into()], ..referral(5, 5, 64) };
    for kept in [referral(1, 1, 60), referral(2, 2, 61), referral(3, 3, 62), referral(4, 4, 63), at_the_hall]
    {
        assert!(store.keep_referral(&kept).unwrap());
    }
    store.revoke_referral(Uuid::from_u128(2), "m.agent", at(70)).unwrap();
    store.note_used_referrals("bieb", &[used(3, 9, 71)], at(72)).unwrap();
    let open = |pillar: &str, now| {
        let open = store.open_referrals(pillar, now).unwrap();
        assert!(open.iter().all(|referral| referral.is_open_at(pillar, now)), "{open:?}");
        open.iter().map(|referral| referral.id.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(open("jumbo", at(80)), [4, 1], "the newest first");
    assert_eq!(open("jumbo-2", at(80)), [5]);
    assert!(open("raad", at(80)).is_empty());
    let day = REFERRALS_LIVE.as_secs();
    assert_eq!(open("bieb", at(60 + day)), [4], "the first expires at that moment");
    assert_eq!(store.open_referrals("bieb", at(80)).unwrap()[1], referral(1, 1, 60));
}

fn which_pillars_have_a_referral_is_kept(store: &dyn Store) {
    for kept in [referral(1, 1, 60), referral(2, 2, 61)] {
        assert!(store.keep_referral(&kept).unwrap());
    }
    let ids = [1, 99].map(Uuid::from_u128);
    for pillar in ["jumbo", "bieb", "jumbo", "spar", "bie"] {
        store.note_fetched_referrals(pillar, &ids).unwrap();
    }
    store.note_fetched_referrals("jumbo", &[]).unwrap();
    let had: Vec<Vec<String>> = all(store).into_iter().map(|kept| kept.had_by).collect();
    assert_eq!(had, [vec![], vec!["bieb".to_owned(), "jumbo".to_owned()]]);
    assert_eq!(store.open_referrals("jumbo", at(80)).unwrap()[1].had_by, ["bieb", "jumbo"]);
}

fn only_the_agent_who_made_it_takes_it_back(store: &dyn Store) {
    store.keep_referral(&referral(1, 7, 60)).unwrap();
    let revoke = |by: &str, second| store.revoke_referral(Uuid::from_u128(1), by, at(second)).unwrap();
    assert!(!revoke("a.nother", 70));
    assert!(revoke("m.agent", 80) && !revoke("m.agent", 90));
    assert_eq!(all(store)[0].revoked_at, Some(at(80)));
    assert!(!all(store)[0].is_open(at(81)));
}

fn what_expired_long_ago_is_forgotten_with_what_was_made_with_it(store: &dyn Store) {
    let old = referral(1, 7, 60);
    store.keep_referral(&old).unwrap();
    store.keep_referral(&referral(2, 8, 90)).unwrap();
    store.note_used_referrals("jumbo", &[used(1, 5, 70)], at(80)).unwrap();
    store.note_fetched_referrals("jumbo", &[1, 2].map(Uuid::from_u128)).unwrap();
    assert_eq!(store.forget_referrals(old.expires_at).unwrap(), 0);
    assert_eq!(store.forget_referrals(old.expires_at + SignedDuration::from_secs(1)).unwrap(), 1);
    assert_eq!(all(store).iter().map(|kept| kept.id.as_u128()).collect::<Vec<_>>(), [2]);
    assert_eq!(all(store)[0].had_by, ["jumbo"]);
}
