//! Pillars in the sun: what is told of how warm they are.

use super::told::letters;
use super::{Story, at, beat, heard};
use crate::alerts::limits::Limits;
use crate::alerts::machine::{Machine, Why};
use crate::alerts::seen::Seen;
use crate::store::AlertKind;

/// A pillar that was heard lately and said how warm it is.
fn at_degrees(now: i64, celsius: Option<i16>) -> Vec<Seen> {
    vec![Seen { celsius, ..heard("jumbo", beat(now), &[]) }]
}

#[test]
fn a_pillar_that_is_80_degrees_for_five_minutes_is_too_warm_until_it_is_below_70_for_five_minutes() {
    let mut story = Story::begins();
    story.until(1_000, |now| at_degrees(now, Some(79)));
    story.until(2_000, |now| at_degrees(now, Some(80)));
    assert_eq!(story.of(AlertKind::TooWarm), [(1_302, true)]);
    story.until(3_000, |now| at_degrees(now, Some(70)));
    assert_eq!(story.told.len(), 1, "it is not cool yet");
    story.until(4_000, |now| at_degrees(now, Some(69)));
    assert_eq!(story.of(AlertKind::TooWarm), [(1_302, true), (3_302, false)]);
    // The way down is not the way up.
    story.until(9_000, |now| at_degrees(now, Some(79)));
    assert_eq!(story.told.len(), 2);
}

#[test]
fn a_processor_that_works_hard_for_a_moment_is_no_matter() {
    let mut story = Story::begins();
    story.until(40_000, |now| at_degrees(now, Some(if now % 600 < 280 { 95 } else { 60 })));
    assert_eq!(story.told, []);
}

#[test]
fn what_nobody_knows_neither_begins_nor_ends_it() {
    let mut story = Story::begins();
    story.until(1_000, |now| at_degrees(now, None));
    assert_eq!(story.told, []);
    story.until(2_000, |now| at_degrees(now, Some(85)));
    story.until(3_000, |now| at_degrees(now, None));
    // Then its line is away for a while, and it is down as well.
    story.until(4_000, |_| vec![Seen { knows: false, ..heard("jumbo", 3_000, &[]) }]);
    assert_eq!(story.of(AlertKind::TooWarm), [(1_302, true)]);
    story.until(5_000, |now| at_degrees(now, Some(40)));
    assert_eq!(story.of(AlertKind::TooWarm).last(), Some(&(4_302, false)));
}

#[test]
fn one_that_does_not_tell_any_more_how_warm_it_is_is_not_too_warm_for_ever_and_nobody_says_that_it_is_cool() {
    let mut story = Story::begins();
    story.until(1_000, |now| at_degrees(now, Some(85)));
    // A report without it is no matter.
    story.until(4_400, |now| at_degrees(now, None));
    story.until(4_600, |now| at_degrees(now, Some(75)));
    story.until(6_000, |now| at_degrees(now, None));
    // While it is not heard nobody expects it to tell.
    story.until(20_000, |_| vec![Seen { knows: false, ..heard("jumbo", 6_000, &[]) }]);
    story.until(23_600, |now| at_degrees(now, None));
    assert_eq!(story.of(AlertKind::TooWarm), [(302, true)]);
    story.now += 2;
    let step = story.step(&at_degrees(story.now, None));
    let [ended] = step.ended.as_slice() else { panic!("{step:?}") };
    assert_eq!((ended.why, ended.alert.ended_at), (Why::NotTold, Some(at(20_002))), "since it told no more");
    let messages = letters().about(&step, &[], at(story.now));
    let [mail, post] = messages.as_slice() else { panic!("{messages:?}") };
    assert!(mail.body.contains("jumbo meldt niet meer hoe warm het binnenin is"), "{}", mail.body);
    assert!(
        mail.body.contains("Misschien is de zuil nog te warm.") && !mail.body.contains("koel"),
        "{}",
        mail.body
    );
    assert!(
        post.body.contains(r#""event":"ended""#) && post.body.contains(r#""not_known":true"#),
        "{}",
        post.body
    );
    // When it tells again that it is too warm, that is told anew.
    story.until(24_000, |now| at_degrees(now, Some(85)));
    assert_eq!(story.of(AlertKind::TooWarm).len(), 3);
}

#[test]
fn a_municipality_may_choose_other_degrees() {
    let limits = Limits { warm: 60, cool: 50, ..Limits::default() };
    let machine = Machine::new(limits, &[], at(0));
    let mut story = Story { machine, told: Vec::new(), now: 0 };
    story.until(1_000, |now| at_degrees(now, Some(60)));
    story.until(2_000, |now| at_degrees(now, Some(50)));
    story.until(3_000, |now| at_degrees(now, Some(49)));
    assert_eq!(story.of(AlertKind::TooWarm), [(302, true), (2_302, false)]);
}

/// How often it is told in twenty hot days at five pillars, from a seed: each afternoon the sun shines on them.
fn a_summer(seed: u64) -> usize {
    const DAY: i64 = 86_400;
    let mut dice = fastrand::Rng::with_seed(seed);
    let mut raised = 0;
    for _ in 0..5 {
        let mut story = Story::begins();
        let (mut celsius, mut open) = (50_i16, false);
        while story.now < 20 * DAY {
            // Each minute a little warmer or cooler.
            story.now += 10;
            if story.now % 30 == 0 {
                let aims = if (12..18).contains(&(story.now % DAY / 3_600)) { 78 } else { 52 };
                celsius += dice.i16(-2..=2) + (aims - celsius).signum();
            }
            let step = story.step(&at_degrees(story.now, Some(celsius)));
            for alert in &step.raised {
                assert!(!open && alert.kind == AlertKind::TooWarm, "seed {seed}: told twice");
                assert!(celsius >= 80, "seed {seed}: {celsius} is not too warm");
                open = true;
                raised += 1;
            }
            for ended in &step.ended {
                assert!(open && ended.why == Why::Gone && celsius < 70, "seed {seed}: {celsius} is not cool");
                open = false;
            }
            story.now += 10;
        }
    }
    raised
}

#[test]
fn in_a_hot_summer_each_alert_begins_when_it_is_too_warm_ends_when_it_is_cool_and_is_told_once_a_day_at_most()
{
    for seed in 1..=2 {
        let raised = a_summer(seed);
        assert!((20..=5 * 20).contains(&raised), "seed {seed}: {raised} alerts");
    }
}
