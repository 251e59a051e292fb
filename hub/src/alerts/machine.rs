//! From what is seen of pillars to alerts that begin and end. Pure: what is seen and the time go in, what changes comes
//! out.
//!
//! Invariants: a trouble has one alert as long as it lasts; of a pillar that is silent nothing else begins or ends; a
//! time in which the watch itself was away is nobody's silence, and neither is one in which a pillar may be silent; what
//! nobody knows any more is not called over.

use std::collections::{BTreeMap, HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::limits::Limits;
use super::seen::Seen;
use crate::store::{Alert, AlertKind};

/// An alert that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The alert, with when it ended.
    pub alert: Alert,
    /// Why it ended.
    pub why: Why,
}

/// Why an alert is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The trouble is gone.
    Gone,
    /// The pillar does not tell any more whether it is.
    NotTold,
    /// The pillar was revoked, which is no news to who did it.
    Revoked,
}

/// What a look at all pillars came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Alerts that begin.
    pub raised: Vec<Alert>,
    /// Alerts that are over.
    pub ended: Vec<Ended>,
}

/// The watch's memory.
#[derive(Debug)]
pub struct Machine {
    limits: Limits,
    /// Before that nobody watched, or nobody knows.
    since: Timestamp,
    last: Timestamp,
    pillars: HashMap<String, One>,
}

/// What is remembered of a pillar.
#[derive(Debug, Default)]
struct One {
    heard: Option<Timestamp>,
    /// When it was back after it had been lost for a while.
    gaps: VecDeque<Timestamp>,
    open: BTreeMap<AlertKind, Open>,
    /// Since when something is seen without a break that was not told yet.
    suspected: BTreeMap<AlertKind, Timestamp>,
    /// What was told lately, and when.
    told: VecDeque<(AlertKind, Timestamp)>,
}

#[derive(Debug)]
struct Open {
    alert: Alert,
    /// Since when it is seen no more.
    well: Option<Timestamp>,
    /// Since when the pillar is heard and does not tell whether it is still so.
    not_told: Option<Timestamp>,
    /// It came and went before, and must be over for longer.
    comes_and_goes: bool,
}

impl Machine {
    /// Begins to watch, with the alerts that are open and those that were told lately, the newest first.
    #[must_use]
    pub fn new(limits: Limits, alerts: &[Alert], now: Timestamp) -> Self {
        let mut pillars: HashMap<String, One> = HashMap::new();
        for alert in alerts.iter().rev() {
            let one = pillars.entry(alert.pillar.clone()).or_default();
            let comes_and_goes = one.tells(alert.kind, alert.raised_at);
            if alert.ended_at.is_none() {
                one.open.insert(alert.kind, Open::new(alert.clone(), comes_and_goes));
            }
        }
        Self { limits, since: now, last: now, pillars }
    }

    /// Goes on where another watch ended: somebody has watched since `since`, so that a silence counts from then on.
    #[must_use]
    pub fn watched_since(self, since: Timestamp) -> Self {
        Self { since: since.min(self.since), ..self }
    }

    /// How long alerts that are over matter to a new watch.
    #[must_use]
    pub const fn memory() -> SignedDuration {
        Limits::FLAPPING_WITHIN
    }

    /// Takes in how all pillars are.
    pub fn step(&mut self, pillars: &[Seen], now: Timestamp) -> Step {
        if now.duration_since(self.last) > self.limits.own_gap() {
            self.since = now;
        }
        self.last = now;
        let (mut step, mut with_open) = (Step::default(), Vec::new());
        for seen in pillars {
            let one = match self.pillars.get_mut(&seen.pillar) {
                Some(one) => one,
                None => self.pillars.entry(seen.pillar.clone()).or_default(),
            };
            if seen.revoked {
                // It has no troubles any more.
                let open = std::mem::take(one).open.into_values();
                step.ended.extend(open.map(|open| open.ended(now, Why::Revoked)));
                continue;
            }
            one.hears(seen, self.since, &self.limits, now);
            if seen.knows {
                one.troubles(seen, &self.limits, now, &mut step);
            }
            one.warmth(seen, now);
            if !one.open.is_empty() {
                with_open.push(seen.pillar.as_str());
            }
        }
        self.down(pillars, now, &mut step);
        self.back(&with_open, now, &mut step);
        step
    }

    /// One that is silent for too long is down. When it is one of many, those that were not heard lately are, too: it
    /// is told once, and not one after the other.
    fn down(&mut self, pillars: &[Seen], now: Timestamp, step: &mut Step) {
        let (limits, since) = (self.limits, self.since);
        let silent: Vec<(&Seen, Timestamp, SignedDuration)> = pillars
            .iter()
            .filter_map(|seen| Some((seen, seen.heard.filter(|_| !seen.revoked)?)))
            .map(|(seen, heard)| (seen, heard, now.duration_since(heard.max(since))))
            .filter(|(_, _, silence)| *silence >= limits.along())
            .filter(|(seen, ..)| !seen.may_be_silent && !self.is_down(&seen.pillar))
            .collect();
        if !silent.iter().any(|(_, _, silence)| *silence >= limits.silent) {
            return;
        }
        let enough = if silent.len() >= Limits::MANY { limits.along() } else { limits.silent };
        for (seen, heard, silence) in silent {
            if silence >= enough
                && let Some(one) = self.pillars.get_mut(&seen.pillar)
            {
                one.raise(&seen.pillar, AlertKind::Down, heard, now, step);
            }
        }
    }

    fn is_down(&self, pillar: &str) -> bool {
        self.pillars.get(pillar).is_some_and(|one| one.open.contains_key(&AlertKind::Down))
    }

    /// What was over for long enough ends; of many pillars that come back at the same time, all.
    fn back(&mut self, with_open: &[&str], now: Timestamp, step: &mut Step) {
        let (mut over, mut soon) = (Vec::new(), Vec::new());
        for pillar in with_open {
            let Some(one) = self.pillars.get(*pillar) else { continue };
            for (kind, open) in &one.open {
                if open.not_told.is_some_and(|since| now.duration_since(since) >= Limits::NOT_TOLD_END) {
                    over.push((*pillar, *kind, Why::NotTold));
                }
                let Some(well) = open.well else { continue };
                let end = self.limits.end_after(*kind, open.comes_and_goes);
                let waited = now.duration_since(well);
                if waited >= end {
                    over.push((*pillar, *kind, Why::Gone));
                } else if *kind == AlertKind::Down && !open.comes_and_goes && waited >= end / 4 {
                    soon.push((*pillar, *kind, Why::Gone));
                }
            }
        }
        let returning = over.iter().filter(|(_, kind, _)| *kind == AlertKind::Down).count();
        if returning > 0 && returning + soon.len() >= Limits::MANY {
            over.append(&mut soon);
        }
        for (pillar, kind, why) in over {
            let open = self.pillars.get_mut(pillar).and_then(|one| one.open.remove(&kind));
            step.ended.extend(open.map(|open| open.ended(now, why)));
        }
    }
}

impl One {
    /// Takes in when it was heard, and whether it was lost for a while before.
    fn hears(&mut self, seen: &Seen, since: Timestamp, limits: &Limits, now: Timestamp) {
        if let (Some(before), Some(heard)) = (self.heard, seen.heard)
            && before >= since
            && heard.duration_since(before) > limits.gap()
        {
            self.gaps.push_back(heard);
        }
        self.heard = seen.heard.max(self.heard);
        while self.gaps.front().is_some_and(|at| now.duration_since(*at) > Limits::GAPS_WITHIN) {
            self.gaps.pop_front();
        }
        if let Some(down) = self.open.get_mut(&AlertKind::Down) {
            // By what was heard, and not by when the watch began.
            let is_heard = self.heard.is_some_and(|heard| now.duration_since(heard) < limits.along());
            down.well = is_heard.then(|| down.well.unwrap_or(now));
        }
    }

    /// The troubles that its newest report tells of, and its line.
    fn troubles(&mut self, seen: &Seen, limits: &Limits, now: Timestamp, step: &mut Step) {
        let too_warm = self.is_too_warm(seen, limits);
        if seen.troubles.is_empty() && !too_warm && self.gaps.is_empty() && self.open.is_empty() {
            self.suspected.clear();
            return;
        }
        let mut there: BTreeMap<AlertKind, Timestamp> =
            seen.troubles.iter().map(|(kind, since)| (*kind, since.unwrap_or(now).min(now))).collect();
        if too_warm {
            there.insert(AlertKind::TooWarm, now);
        }
        let lost_often = if self.open.contains_key(&AlertKind::Network) { 1 } else { Limits::GAPS };
        if self.gaps.len() >= lost_often {
            there.insert(AlertKind::Network, now);
        }
        self.suspected.retain(|kind, _| there.contains_key(kind));
        for (kind, open) in &mut self.open {
            if *kind != AlertKind::Down {
                open.well = (!there.contains_key(kind)).then(|| open.well.unwrap_or(now));
            }
        }
        for (kind, since) in there {
            if self.open.contains_key(&kind) {
                continue;
            }
            let began = *self.suspected.entry(kind).or_insert(since);
            if now.duration_since(began) >= limits.lasting(kind).raise {
                self.raise(&seen.pillar, kind, began, now, step);
            }
        }
    }

    /// Takes in whether one that was too warm still tells how warm it is, as long as it is heard.
    fn warmth(&mut self, seen: &Seen, now: Timestamp) {
        if let Some(warm) = self.open.get_mut(&AlertKind::TooWarm) {
            let is_not_told = seen.knows && seen.celsius.is_none();
            warm.not_told = is_not_told.then(|| warm.not_told.unwrap_or(now));
        }
    }

    /// One that was told stays so until it is a good deal cooler, and as long as nobody knows.
    fn is_too_warm(&self, seen: &Seen, limits: &Limits) -> bool {
        let is_told = self.open.contains_key(&AlertKind::TooWarm);
        let from = if is_told { limits.cool } else { limits.warm };
        seen.celsius.map_or(is_told, |celsius| celsius >= from)
    }

    fn raise(&mut self, pillar: &str, kind: AlertKind, began_at: Timestamp, now: Timestamp, step: &mut Step) {
        let alert = Alert { pillar: pillar.to_owned(), kind, began_at, raised_at: now, ended_at: None };
        self.suspected.remove(&kind);
        let comes_and_goes = self.tells(kind, now);
        step.raised.push(alert.clone());
        self.open.insert(kind, Open::new(alert, comes_and_goes));
    }

    /// Notes that something is told; whether that was so often lately that it comes and goes.
    fn tells(&mut self, kind: AlertKind, now: Timestamp) -> bool {
        while self.told.front().is_some_and(|(_, at)| now.duration_since(*at) > Limits::FLAPPING_WITHIN) {
            self.told.pop_front();
        }
        self.told.push_back((kind, now));
        self.told.iter().filter(|(of, _)| *of == kind).count() >= Limits::FLAPPING
    }
}

impl Open {
    const fn new(alert: Alert, comes_and_goes: bool) -> Self {
        Self { alert, well: None, not_told: None, comes_and_goes }
    }

    fn ended(self, now: Timestamp, why: Why) -> Ended {
        let ended_at = Some(self.well.or(self.not_told).unwrap_or(now).max(self.alert.began_at));
        Ended { alert: Alert { ended_at, ..self.alert }, why }
    }
}
