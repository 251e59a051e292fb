//! Single steps of the plan; long lives of it are in `lives`.

use super::*;

mod lives;

fn away() -> SyncError {
    SyncError::Unreachable("no connection".into())
}

fn fails(plan: &mut Plan, error: &SyncError, now: Instant, random: u64) {
    plan.handle(Event::Failed { error, sent: &[] }, now, random);
}

#[test]
fn the_back_off_is_spread_over_all_of_a_time_that_doubles() {
    let mut dice = fastrand::Rng::with_seed(7);
    let with_people = [(1, 2), (2, 4), (5, 32), (8, 256), (9, 300), (40, 300), (u32::MAX, 300)];
    let away = [(1, 2), (4, 16), (5, 30), (40, 30)];
    let both =
        with_people.map(|case| (LONGEST, case)).into_iter().chain(away.map(|case| (LONGEST_AWAY, case)));
    for (longest, (failures, ceiling)) in both {
        let ceiling = Duration::from_secs(ceiling);
        let waits: Vec<Duration> = (0..1000).map(|_| back_off(failures, longest, dice.u64(..))).collect();
        assert!(waits.iter().all(|wait| (SHORTEST..=ceiling).contains(wait)));
        let middle = SHORTEST + (ceiling - SHORTEST) / 2;
        let early = waits.iter().filter(|wait| **wait < middle).count();
        assert!((400..600).contains(&early), "{early} of 1000 in the first half of {ceiling:?}");
    }
}

#[test]
fn however_long_the_hub_was_away_the_next_try_is_within_half_a_minute() {
    let now = Instant::now();
    for error in [away(), SyncError::Busy { retry_after: None }] {
        let mut plan = Plan::default();
        (0..500).for_each(|_| fails(&mut plan, &error, now, u64::MAX));
        assert!(plan.not_before(now).unwrap() <= now + LONGEST_AWAY, "{error}");
    }
}

#[test]
fn a_success_or_a_network_that_is_back_makes_the_next_back_off_short_again() {
    for event in [Event::Answered { left: &[] }, Event::NetworkBack] {
        let now = Instant::now();
        let mut plan = Plan::default();
        for _ in 0..20 {
            fails(&mut plan, &away(), now, u64::MAX);
        }
        plan.handle(event, now, 0);
        assert_eq!(plan.not_before(now), None);
        fails(&mut plan, &away(), now, u64::MAX);
        assert!(plan.not_before(now).unwrap() <= now + SHORTEST * 2);
    }
}

#[test]
fn what_needs_a_person_is_tried_as_rarely_as_can_be_but_a_wake_tries_it_at_once() {
    let now = Instant::now();
    let mut plan = Plan::default();
    fails(&mut plan, &SyncError::NotAdmitted, now, 0);
    assert_eq!(plan.not_before(now), Some(now + LONGEST));
    plan.handle(Event::Woken, now, 0);
    assert_eq!(plan.not_before(now), None);
}

#[test]
fn the_hubs_wish_is_obeyed_within_reason_whatever_happens_meanwhile() {
    let now = Instant::now();
    for (asked, obeyed) in [(0, None), (40, Some(40)), (u64::MAX, Some(3600))] {
        let mut plan = Plan::default();
        let busy = SyncError::Busy { retry_after: Some(Duration::from_secs(asked)) };
        fails(&mut plan, &busy, now, 0);
        plan.handle(Event::Woken, now, 0);
        plan.handle(Event::NetworkBack, now, 0);
        assert_eq!(plan.not_before(now), obeyed.map(|seconds| now + Duration::from_secs(seconds)));
    }
}

#[test]
fn a_time_that_has_passed_stops_nobody() {
    let now = Instant::now();
    let mut plan = Plan::default();
    fails(&mut plan, &SyncError::Busy { retry_after: Some(Duration::from_secs(5)) }, now, 0);
    assert_eq!(plan.not_before(now + Duration::from_secs(5)), None);
}

#[test]
fn on_a_line_that_is_too_slow_for_a_whole_batch_half_of_it_is_tried() {
    let now = Instant::now();
    let mut plan = Plan::default();
    let sent: Vec<Uuid> = (0..64).map(Uuid::from_u128).collect();
    for expected in [32, 16, 8, 4, 2, 1] {
        plan.handle(Event::Failed { error: &away(), sent: &sent[..plan.batch] }, now, 0);
        assert_eq!(plan.batch, expected);
    }
    plan.handle(Event::Failed { error: &away(), sent: &sent[..1] }, now, 0);
    assert_eq!((plan.batch, plan.next_chance()), (1, None), "nobody is to blame for a line");
}
