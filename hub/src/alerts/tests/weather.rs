//! A hundred pillars for a month of ordinary weather, from a seed: reports that are lost, lines that are away for up to
//! a minute, pillars that start anew at night, a hub that does; and now and then a pillar that is really down.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{at, heard};
use crate::alerts::limits::Limits;
use crate::alerts::machine::Machine;
use crate::alerts::seen::Seen;
use crate::store::{Alert, AlertKind};

const DAY: i64 = 86_400;
const MONTH: i64 = 30 * DAY;
const PILLARS: usize = 100;
/// How long a pillar waits for a connection.
const CONNECTS: i64 = 10;

/// From when to when something is away.
type Away = (i64, i64);

/// A pillar as the hub hears it.
struct Voice {
    /// Away for a moment: line and restarts. Those that are over are passed.
    moments: Vec<Away>,
    passed: usize,
    /// Really down.
    outages: Vec<Away>,
    failures: u32,
    heard: i64,
    /// What is on its way has not arrived; until then it was heard at this time.
    before: i64,
}

impl Voice {
    /// Time goes on from call to call.
    fn is_away_at(&mut self, second: i64) -> Option<Away> {
        while self.moments.get(self.passed).is_some_and(|(_, to)| *to <= second) {
            self.passed += 1;
        }
        self.moments.get(self.passed).copied().filter(|(from, _)| *from <= second)
    }

    fn heard_by(&self, now: i64) -> i64 {
        if self.heard > now { self.before } else { self.heard }
    }
}

struct Month {
    dice: fastrand::Rng,
    voices: Vec<Voice>,
    /// When the hub is stopped.
    restarts: Vec<Away>,
    tries: BinaryHeap<Reverse<(i64, usize)>>,
}

/// What a month came to.
#[derive(Debug, Default)]
struct Figures {
    false_alarms: usize,
    outages: usize,
    raised: usize,
    slowest: i64,
    moments: usize,
}

fn during(away: &[Away], second: i64) -> Option<Away> {
    away.iter().copied().find(|(from, to)| (*from..*to).contains(&second))
}

impl Month {
    fn of(seed: u64) -> Self {
        let mut dice = fastrand::Rng::with_seed(seed);
        let restarts: Vec<Away> = (0..4)
            .map(|week| {
                let from = week * 7 * DAY + dice.i64(DAY..6 * DAY);
                (from, from + dice.i64(10..180))
            })
            .collect();
        let voices: Vec<Voice> = (0..PILLARS).map(|_| Voice::of(&mut dice)).collect();
        let tries = (0..PILLARS).map(|number| Reverse((dice.i64(0..25), number))).collect();
        Self { dice, voices, restarts, tries }
    }

    /// All that pillars try up to a second.
    fn goes_on_to(&mut self, now: i64) {
        while let Some(Reverse((second, number))) =
            self.tries.peek().copied().filter(|Reverse((at, _))| *at <= now)
        {
            self.tries.pop();
            let next = self.tries_at(second, number);
            self.tries.push(Reverse((next, number)));
        }
    }

    /// A pillar tries to report; when it tries next.
    fn tries_at(&mut self, second: i64, number: usize) -> i64 {
        let hub_is_away = during(&self.restarts, second).is_some();
        let voice = &mut self.voices[number];
        if let Some((_, back)) = during(&voice.outages, second) {
            // It is off, or its line is dead for as long.
            voice.failures = 5;
            return back + self.dice.i64(1..30);
        }
        let arrives = match voice.is_away_at(second) {
            // What was begun goes through when the line is back soon enough.
            Some((_, back)) if back - second <= 7 => Some(back + self.dice.i64(0..3)),
            Some(_) => None,
            None if hub_is_away || self.dice.u32(..100) == 0 => None,
            None => Some(second),
        };
        let is_taken =
            |at: &i64| during(&voice.outages, *at).is_none() && during(&self.restarts, *at).is_none();
        if let Some(arrives) = arrives.filter(is_taken) {
            voice.failures = 0;
            (voice.before, voice.heard) = (voice.heard, arrives);
            return arrives + self.dice.i64(20..=25);
        }
        voice.failures += 1;
        let ceiling = (1_i64 << voice.failures.min(6)).min(30);
        // A hub that is away refuses at once.
        second + if hub_is_away { 0 } else { CONNECTS } + self.dice.i64(1..=ceiling)
    }

    fn is_seen(&self, seen: &mut [Seen], now: i64) {
        for (voice, seen) in self.voices.iter().zip(seen) {
            seen.heard = Some(at(voice.heard_by(now)));
        }
    }

    fn judge(&self, alerts: &[(usize, Alert)]) -> Figures {
        let mut figures = Figures::default();
        for (number, voice) in self.voices.iter().enumerate() {
            figures.moments += voice.moments.len();
            let raised = |alert: &Alert| alert.raised_at.as_second() - at(0).as_second();
            let of_it: Vec<i64> =
                alerts.iter().filter(|(of, _)| *of == number).map(|(_, alert)| raised(alert)).collect();
            figures.raised += of_it.len();
            let real =
                |second: &i64| voice.outages.iter().any(|(from, to)| (*from..=to + 60).contains(second));
            figures.false_alarms += of_it.iter().filter(|second| !real(second)).count();
            for (from, to) in voice.outages.iter().filter(|(from, to)| to - from > 90) {
                // A hub that is away hears nobody, and nobody is blamed for that.
                let back = self.restarts.iter().find(|(stop, back)| (stop - 90..*back).contains(from));
                let counted = back.map_or(*from, |(_, back)| *from.max(back));
                figures.outages += 1;
                let told = of_it.iter().filter(|second| (*from..=to + 60).contains(second)).min();
                let told = told.unwrap_or_else(|| panic!("an outage from {from} to {to} was never told"));
                figures.slowest = figures.slowest.max(told - counted);
            }
        }
        figures
    }
}

impl Voice {
    fn of(dice: &mut fastrand::Rng) -> Self {
        let mut moments: Vec<Away> = Vec::new();
        for day in 0..30 {
            // A line that is away once a day, for up to a minute; and a start anew at night.
            let line = day * DAY + dice.i64(0..DAY - 100);
            moments.push((line, line + dice.i64(1..=60)));
            let night = day * DAY + 3 * 3_600 + dice.i64(0..3_600);
            moments.push((night, night + dice.i64(25..=55)));
        }
        moments.sort_unstable();
        let from = dice.i64(DAY..MONTH - DAY);
        let outages = vec![(from, from + dice.i64(95..8 * 3_600))];
        Self { moments, outages, passed: 0, failures: 0, heard: 0, before: 0 }
    }
}

fn a_month_of(seed: u64) -> Figures {
    let mut month = Month::of(seed);
    let names: Vec<String> = (0..PILLARS).map(|number| format!("zuil-{number:02}")).collect();
    let mut seen: Vec<Seen> = names.iter().map(|name| heard(name, 0, &[])).collect();
    let mut machine = Machine::new(Limits::default(), &[], at(0));
    let (mut alerts, mut now, mut was_away) = (Vec::new(), 0, false);
    while now < MONTH {
        // As long as nobody is about to be called down, fewer looks come to the same. Those that were are passed over.
        let is_up = |second| during(&month.restarts, second).is_none();
        let silences =
            month.voices.iter().map(|voice| now - voice.heard_by(now)).filter(|silence| *silence < 120);
        let room = 83 - silences.max().unwrap_or(0);
        now += if is_up(now) && is_up(now + 18) { room.clamp(2, 18) } else { 2 };
        month.goes_on_to(now);
        if during(&month.restarts, now).is_some() {
            was_away = true;
            continue;
        }
        if std::mem::take(&mut was_away) {
            // The hub starts: it knows what stands in the store.
            let open: Vec<Alert> = open(&alerts);
            machine = Machine::new(Limits::default(), &open, at(now));
        }
        month.is_seen(&mut seen, now);
        let step = machine.step(&seen, at(now));
        for ended in step.ended {
            let is_it =
                |(_, alert): &&mut (usize, Alert)| alert.is_open_for(&ended.alert.pillar, ended.alert.kind);
            alerts.iter_mut().find(is_it).unwrap().1.ended_at = ended.alert.ended_at;
        }
        for alert in step.raised {
            let number = names.iter().position(|name| *name == alert.pillar).unwrap();
            assert_eq!(alert.kind, AlertKind::Down);
            assert!(!alerts.iter().any(|(_, known)| known.is_open_for(&alert.pillar, alert.kind)));
            alerts.push((number, alert));
        }
    }
    month.judge(&alerts)
}

fn open(alerts: &[(usize, Alert)]) -> Vec<Alert> {
    alerts.iter().rev().map(|(_, alert)| alert.clone()).filter(|alert| alert.ended_at.is_none()).collect()
}

/// One month, or so many as `ZUIL_ALERT_MONTHS` says.
#[test]
fn in_a_month_of_ordinary_weather_there_is_less_than_one_false_alarm_a_pillar_and_no_outage_goes_unnoticed() {
    let months = std::env::var("ZUIL_ALERT_MONTHS").map_or(1, |months| months.parse().unwrap());
    for seed in 1..=months {
        let figures = a_month_of(seed);
        println!("seed {seed}: {figures:?}");
        assert_eq!(figures.outages, PILLARS, "seed {seed}");
        assert!(figures.moments > 5_900);
        assert!(figures.slowest <= 90, "seed {seed}: told after {} seconds", figures.slowest);
        assert!(figures.false_alarms < PILLARS, "seed {seed}: {figures:?}");
    }
}
