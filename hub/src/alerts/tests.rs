//! Stories of single pillars and of many; months of ordinary weather are in `weather`, summer days in `warmth`, buildings
//! that close in `closing`, the store and the messages in `told`, roll-outs that stop in `stops`.

mod closing;
mod stops;
mod told;
mod warmth;
mod weather;

use jiff::{SignedDuration, Timestamp};

use super::limits::Limits;
use super::machine::{Machine, Step, Why};
use super::seen::Seen;
use crate::store::{Alert, AlertKind};

/// Moments count in seconds.
fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// A pillar that was heard at a moment, and has these troubles.
fn heard(pillar: &str, second: i64, troubles: &[AlertKind]) -> Seen {
    Seen {
        pillar: pillar.into(),
        heard: Some(at(second)),
        revoked: false,
        knows: true,
        troubles: troubles.iter().map(|kind| (*kind, None)).collect(),
        celsius: None,
        may_be_silent: false,
    }
}

/// What a watch tells in the course of a story.
struct Story {
    machine: Machine,
    /// Second, pillar, what, and whether it begins.
    told: Vec<(i64, String, AlertKind, bool)>,
    now: i64,
}

impl Story {
    fn begins() -> Self {
        Self { machine: Machine::new(Limits::default(), &[], at(0)), told: Vec::new(), now: 0 }
    }

    fn step(&mut self, pillars: &[Seen]) -> Step {
        let step = self.machine.step(pillars, at(self.now));
        let told = |alert: &Alert, begins| (self.now, alert.pillar.clone(), alert.kind, begins);
        self.told.extend(step.raised.iter().map(|alert| told(alert, true)));
        self.told.extend(step.ended.iter().map(|ended| told(&ended.alert, false)));
        step
    }

    /// Until a second, with what is seen then.
    fn until(&mut self, second: i64, seen: impl Fn(i64) -> Vec<Seen>) {
        while self.now < second {
            self.now += 2;
            self.step(&seen(self.now));
        }
    }

    fn of(&self, kind: AlertKind) -> Vec<(i64, bool)> {
        self.told
            .iter()
            .filter(|(_, _, of, _)| *of == kind)
            .map(|(at, _, _, begins)| (*at, *begins))
            .collect()
    }
}

/// When a pillar that reports each 20 seconds was heard last.
const fn beat(now: i64) -> i64 {
    now / 20 * 20
}

#[test]
fn a_pillar_that_is_silent_for_85_seconds_is_down_and_told_once_and_so_is_its_return() {
    let mut story = Story::begins();
    story.until(1_000, |now| vec![heard("jumbo", beat(now), &[])]);
    story.until(3_000, |_| vec![Seen { knows: false, ..heard("jumbo", 1_000, &[]) }]);
    story.until(4_000, |now| vec![heard("jumbo", beat(now), &[])]);
    assert_eq!(story.of(AlertKind::Down), [(1_086, true), (3_042, false)]);
    assert_eq!(story.told.len(), 2, "and nothing else");
}

#[test]
fn a_pillar_that_was_never_heard_is_not_down_and_one_that_was_revoked_is_over() {
    let mut story = Story::begins();
    let never = Seen { heard: None, knows: false, ..heard("nieuw", 0, &[]) };
    story.until(600, |_| vec![never.clone(), heard("jumbo", 0, &[])]);
    assert_eq!(story.of(AlertKind::Down), [(86, true)]);
    story.now += 2;
    let step = story.step(&[Seen { revoked: true, ..heard("jumbo", 0, &[]) }]);
    assert_eq!(step.ended.iter().map(|ended| ended.why).collect::<Vec<_>>(), [Why::Revoked]);
    story.until(900, |_| vec![Seen { revoked: true, ..heard("jumbo", 0, &[]) }]);
    assert_eq!(story.told.len(), 2);
}

#[test]
fn while_a_pillar_is_down_nothing_else_begins_or_ends_at_it() {
    let mut story = Story::begins();
    let broken = |now| vec![heard("jumbo", beat(now), &[AlertKind::Printer])];
    story.until(1_000, broken);
    story.until(3_000, |_| vec![Seen { knows: false, troubles: Vec::new(), ..heard("jumbo", 1_000, &[]) }]);
    assert_eq!(story.of(AlertKind::Printer), [(182, true)]);
    story.until(4_000, |now| vec![heard("jumbo", beat(now), &[])]);
    assert_eq!(story.of(AlertKind::Printer), [(182, true), (3_122, false)]);
}

#[test]
fn changing_the_roll_is_no_alert_and_a_printer_that_stays_broken_is_one() {
    let mut story = Story::begins();
    story.until(100, |now| vec![heard("jumbo", beat(now), &[])]);
    story.until(250, |now| vec![heard("jumbo", beat(now), &[AlertKind::Printer])]);
    story.until(400, |now| vec![heard("jumbo", beat(now), &[])]);
    assert_eq!(story.told, []);
    story.until(4_000, |now| vec![heard("jumbo", beat(now), &[AlertKind::Printer])]);
    assert_eq!(story.of(AlertKind::Printer), [(582, true)]);
}

#[test]
fn a_trouble_that_is_gone_for_a_moment_is_still_the_same_one() {
    let mut story = Story::begins();
    let flickers = |now: i64| {
        vec![heard("jumbo", beat(now), if now % 200 < 100 { &[AlertKind::Terminal] } else { &[] })]
    };
    let broken = |now| vec![heard("jumbo", beat(now), &[AlertKind::Terminal])];
    story.until(400, broken);
    story.until(4_000, flickers);
    assert_eq!(story.of(AlertKind::Terminal), [(302, true)]);
}

#[test]
fn what_comes_and_goes_all_day_is_told_a_few_times_and_not_a_hundred() {
    let mut story = Story::begins();
    // Away for three minutes, there for two, all day.
    story.until(86_400, |now| {
        let within = now % 300;
        vec![heard("jumbo", if within < 180 { now - within } else { beat(now) }, &[])]
    });
    let told = story.told.iter().filter(|(_, _, kind, begins)| *kind == AlertKind::Down && *begins).count();
    assert_eq!(told, 3, "{:?}", story.of(AlertKind::Down));
    assert_eq!(story.of(AlertKind::Network).len(), 1, "and that its line is bad");
}

#[test]
fn many_that_are_lost_together_are_told_together_and_so_is_their_return() {
    let mut story = Story::begins();
    let names: Vec<String> = (0..12).map(|number| format!("zuil-{number:02}")).collect();
    // Each has a beat of its own; after 1,000 seconds the network is away for ten minutes, and they come back within
    // half a minute.
    let last = |number: i64, now: i64| (now - number * 2).div_euclid(25) * 25 + number * 2;
    let seen = |now: i64| -> Vec<Seen> {
        let one = |(number, name): (i64, &String)| {
            let back = 1_600 + number * 2;
            let second = if (1_000..back).contains(&now) {
                last(number, 1_000)
            } else {
                last(number, now).max(if now >= back { back } else { 0 })
            };
            heard(name, second, &[])
        };
        (0..).zip(&names).map(one).collect()
    };
    story.until(3_000, seen);
    let begun: Vec<i64> = story.told.iter().filter(|told| told.3).map(|told| told.0).collect();
    assert_eq!(begun.len(), 12);
    assert!(begun.iter().all(|at| *at == begun[0] && *at <= 1_090), "{begun:?}");
    let over: Vec<i64> = story.told.iter().filter(|told| !told.3).map(|told| told.0).collect();
    assert_eq!(over.len(), 12);
    assert!(over.iter().all(|at| *at == over[0] && *at <= 1_700), "{over:?}");
}

#[test]
fn a_hub_that_was_away_itself_calls_nobody_down_before_it_has_listened_for_a_while() {
    let mut story = Story::begins();
    story.until(1_000, |now| vec![heard("jumbo", beat(now), &[]), heard("bieb", beat(now), &[])]);
    // It was stopped for ten minutes. One pillar comes back after a minute, the other never.
    story.now = 1_600;
    story.until(2_600, |now| {
        vec![heard("jumbo", if now < 1_660 { 1_000 } else { beat(now) }, &[]), heard("bieb", 1_000, &[])]
    });
    assert_eq!(story.told, [(1_688, "bieb".to_owned(), AlertKind::Down, true)]);
}

#[test]
fn a_watch_that_begins_anew_does_not_tell_again_what_is_open_and_tells_when_it_is_over() {
    let open = Alert {
        pillar: "jumbo".into(),
        kind: AlertKind::Down,
        began_at: at(-5_000),
        raised_at: at(-4_915),
        ended_at: None,
    };
    let machine = Machine::new(Limits::default(), &[open], at(0));
    let mut story = Story { machine, told: Vec::new(), now: 0 };
    story.until(500, |_| vec![Seen { knows: false, ..heard("jumbo", -5_000, &[]) }]);
    assert_eq!(story.told, []);
    story.until(600, |now| vec![heard("jumbo", beat(now), &[])]);
    assert_eq!(story.of(AlertKind::Down), [(542, false)]);
}

#[test]
fn every_kind_must_last_no_longer_than_an_hour_and_down_is_decided_within_90_seconds() {
    let limits = Limits::default();
    for kind in AlertKind::ALL {
        assert!(limits.lasting(kind).raise < SignedDuration::from_hours(1), "{kind:?}");
    }
    assert!(limits.silent + SignedDuration::from_secs(4) < SignedDuration::from_secs(90));
}
