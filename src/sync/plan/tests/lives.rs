//! Long lives of a plan, drawn from a seed: a queue, a hub of every temper, and a network that comes
//! and goes. After every step the rules are checked that hold whatever happens.

use std::collections::BTreeMap;

use zuil_wire::seal::Sealed;
use zuil_wire::{Header, PROTOCOL_VERSION, Reference};

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

/// What the hub does with a transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It takes it.
    Good,
    /// Any request with it in it is rejected as a whole.
    Chokes,
    /// It says nothing of it.
    Forgotten,
    /// It falls over any request with it in it.
    Kills,
}

/// How the hub is for a while.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Temper {
    Well,
    Away,
    Storm,
    Patience(u64),
    NotAdmitted,
}

struct Life {
    dice: fastrand::Rng,
    plan: Plan,
    now: Instant,
    began: Instant,
    /// By sequence: what the hub does with it, and since when it could have been delivered.
    queue: BTreeMap<u64, (Fate, Instant)>,
    next: u64,
    temper: Temper,
    /// The hub asked to be left alone until then.
    ordered: Option<Instant>,
    /// Since when the hub was well without a break.
    well_since: Instant,
    delivered: u64,
    tries: u64,
}

impl Life {
    fn new(seed: u64) -> Self {
        let now = Instant::now();
        Self {
            dice: fastrand::Rng::with_seed(seed),
            plan: Plan::default(),
            now,
            began: now,
            queue: BTreeMap::new(),
            next: 1,
            temper: Temper::Well,
            ordered: None,
            well_since: now,
            delivered: 0,
            tries: 0,
        }
    }

    fn happens(&mut self, event: Event<'_>) {
        let random = self.dice.u64(..);
        self.plan.handle(event, self.now, random);
        self.the_pause_is_within_bounds();
    }

    fn the_pause_is_within_bounds(&self) {
        let until = self.plan.not_before(self.now);
        if let Some(until) = until {
            assert!(until - self.now <= MOST_PATIENCE);
        }
        if let Some(ordered) = self.ordered.filter(|ordered| *ordered > self.now) {
            assert_eq!(until, Some(ordered), "the hub's wish was not kept");
        } else if let Some(until) = until {
            assert!(until - self.now <= LONGEST, "a back-off of {:?}", until - self.now);
        }
    }

    fn a_resident_finishes(&mut self, fate: Fate) {
        self.queue.insert(self.next, (fate, self.now));
        self.next += 1;
        self.happens(Event::Woken);
    }

    /// Something from outside, or nothing.
    fn fortune(&mut self) {
        match self.dice.u32(..100) {
            0..6 => {
                let fate = match self.dice.u32(..30) {
                    0 => Fate::Chokes,
                    1 => Fate::Forgotten,
                    2 => Fate::Kills,
                    _ => Fate::Good,
                };
                self.a_resident_finishes(fate);
            }
            6..8 => self.happens(Event::NetworkBack),
            8 => {
                let temper = match self.dice.u32(..6) {
                    0 => Temper::Away,
                    1 => Temper::Storm,
                    2 => Temper::Patience(self.dice.u64(..5_000)),
                    3 => Temper::NotAdmitted,
                    _ => Temper::Well,
                };
                self.becomes(temper);
            }
            9 => self.somebody_mends_the_hub(),
            _ => {}
        }
    }

    fn becomes(&mut self, temper: Temper) {
        if self.temper != Temper::Well && temper == Temper::Well {
            self.well_since = self.now;
        }
        self.temper = temper;
    }

    /// One that could not be taken can be from now on.
    fn somebody_mends_the_hub(&mut self) {
        let now = self.now;
        let bad = self.queue.values_mut().find(|(fate, _)| *fate != Fate::Good);
        if let Some(bad) = bad {
            *bad = (Fate::Good, now);
        }
    }

    /// One round of the worker, then time passes as far as the plan says, or less.
    fn round(&mut self) {
        let Some(until) = self.plan.not_before(self.now) else { return self.tries_to_send() };
        self.time_passes_until(until);
    }

    fn time_passes_until(&mut self, until: Instant) {
        // Now and then something happens before that.
        let step = if self.dice.u32(..3) == 0 { until - self.now } else { (until - self.now).min(MINUTE) };
        self.now += step;
    }

    fn window(&self) -> Vec<Pending> {
        let (after, limit) = self.plan.window();
        assert!(limit <= UploadRequest::MAX_ENVELOPES, "more is read than a request holds");
        self.queue.range(after + 1..).take(limit).map(|(sequence, _)| pending(*sequence)).collect()
    }

    fn tries_to_send(&mut self) {
        match self.plan.choose(self.window(), usize::MAX, self.now) {
            Chosen::Batch(batch) => self.hub_gets(&batch),
            Chosen::LookFurther => {}
            Chosen::Nothing => {
                let next =
                    self.plan.next_chance().map_or(LONGEST, |at| at.saturating_duration_since(self.now));
                let next = self.now + next.clamp(Duration::from_millis(1), LONGEST);
                self.time_passes_until(next);
            }
        }
    }

    fn hub_gets(&mut self, batch: &[Pending]) {
        self.tries += 1;
        let sequences: Vec<u64> = batch.iter().map(|item| item.sealed.header.sequence).collect();
        assert!(sequences.is_sorted() && !sequences.is_empty());
        let ids: Vec<Uuid> = sequences.iter().copied().map(id).collect();
        assert!(self.ordered.is_none_or(|until| until <= self.now), "the hub was pressed");
        self.now += Duration::from_millis(50);
        let fate = |sequence: &u64| self.queue[sequence].0;
        let any = |wanted| sequences.iter().any(|sequence| fate(sequence) == wanted);
        let error = match self.temper {
            Temper::Away => Some(away()),
            Temper::Storm => Some(SyncError::Busy { retry_after: None }),
            Temper::NotAdmitted => Some(SyncError::NotAdmitted),
            Temper::Patience(seconds) => {
                let asked = Duration::from_secs(seconds);
                self.ordered = Some(self.now + asked.min(MOST_PATIENCE));
                Some(SyncError::Busy { retry_after: Some(asked) })
            }
            Temper::Well if any(Fate::Chokes) => Some(SyncError::Rejected(400)),
            Temper::Well if any(Fate::Kills) => Some(SyncError::Busy { retry_after: None }),
            Temper::Well if sequences.iter().all(|sequence| fate(sequence) == Fate::Forgotten) => {
                Some(SyncError::BadAnswer("it says nothing"))
            }
            Temper::Well => None,
        };
        if let Some(error) = error {
            let before = self.now;
            self.happens(Event::Failed { error: &error, sent: &ids });
            let halves = matches!(error, SyncError::Rejected(_)) && ids.len() > 1;
            let pressed = self.plan.not_before(before).is_none() && !halves;
            let at_once = matches!(error, SyncError::Busy { retry_after: Some(asked) } if asked.is_zero());
            assert!(!pressed || at_once, "a failure without a pause: {error:?}");
            return;
        }
        let left: Vec<u64> = sequences.into_iter().filter(|sequence| fate(sequence) != Fate::Good).collect();
        for item in batch.iter().map(|item| item.sealed.header.sequence).filter(|s| !left.contains(s)) {
            self.queue.remove(&item);
            self.delivered += 1;
        }
        let left: Vec<Uuid> = left.into_iter().map(id).collect();
        self.happens(Event::Answered { left: &left });
    }

    /// The hub is well and every transaction can be taken but those that never can: all others are
    /// delivered in a time that does not depend on how bad it was before.
    fn in_the_end_nothing_is_left_but_what_cannot_be_taken(&mut self) {
        self.becomes(Temper::Well);
        let began = self.now;
        let good = |life: &Self| life.queue.values().filter(|(fate, _)| *fate == Fate::Good).count();
        let bad = self.queue.len() - good(self);
        let count = |fate| u32::try_from(self.queue.values().filter(|(is, _)| *is == fate).count()).unwrap();
        let (kills, others) = (count(Fate::Kills), count(Fate::Chokes) + count(Fate::Forgotten));
        // The hub's last wish, the longest pause, and for each that hinders a short one. Where it cannot be
        // told from a hub that is unwell, there is a pause for every halving, too.
        let patience = MOST_PATIENCE + LONGEST * 3 + SHORTEST * 8 * others + LONGEST * 8 * kills;
        while good(self) > 0 {
            self.round();
            assert!(
                self.now - began < patience,
                "{} starve behind {bad} after {:?}",
                good(self),
                self.now - began
            );
        }
    }
}

fn id(sequence: u64) -> Uuid {
    Uuid::from_u128(u128::from(sequence))
}

fn pending(sequence: u64) -> Pending {
    let header = Header {
        version: PROTOCOL_VERSION,
        id: id(sequence),
        pillar: "voorbeeld".into(),
        sequence,
        reference: Reference::from_bits(sequence),
        committed_at: jiff::Timestamp::UNIX_EPOCH,
        key_id: "k1".into(),
    };
    let sealed = Sealed { header, encapsulated_key: String::new(), ciphertext: String::new() };
    Pending::for_tests(sealed)
}

#[test]
fn whatever_happens_in_a_long_life_nothing_starves_and_the_hub_is_never_pressed() {
    for seed in 0..60 {
        let mut life = Life::new(seed);
        for _ in 0..3_000 {
            life.fortune();
            life.round();
        }
        life.in_the_end_nothing_is_left_but_what_cannot_be_taken();
        assert!(life.delivered > 20 && life.now - life.began > LONGEST, "seed {seed}: {}", life.delivered);
    }
}

#[test]
fn a_hundred_that_cannot_be_taken_at_the_head_of_the_queue_hinder_nobody_behind_them() {
    for fate in [Fate::Chokes, Fate::Forgotten, Fate::Kills] {
        let mut life = Life::new(11);
        for number in 0..300 {
            let fate = if number < 100 { fate } else { Fate::Good };
            life.a_resident_finishes(fate);
        }
        life.in_the_end_nothing_is_left_but_what_cannot_be_taken();
        assert_eq!((life.delivered, life.queue.len()), (200, 100));
        // Mended, each gets its chance within the longest pause, one after the other.
        life.queue.values_mut().for_each(|(fate, _)| *fate = Fate::Good);
        life.in_the_end_nothing_is_left_but_what_cannot_be_taken();
        assert!(life.queue.is_empty());
    }
}

#[test]
fn one_that_never_can_be_taken_costs_the_hub_hardly_anything() {
    let mut life = Life::new(5);
    life.a_resident_finishes(Fate::Chokes);
    while life.now - life.began < MINUTE * 60 * 24 {
        life.round();
    }
    // Every two and a half minutes on the average, when the back-off has grown.
    assert!((200..1_000).contains(&life.tries), "{} tries in a day", life.tries);
}
