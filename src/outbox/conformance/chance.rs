//! Long lives of an outbox, drawn by chance from a seed: residents, payments, a hub that answers
//! late or not at all, and power cuts in between. What must hold always is looked at after each
//! step, and what must hold in the end after the hub was there long enough.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::*;

/// What a resident, the terminal and the hub know, whatever the pillar forgets.
#[derive(Default)]
struct World {
    /// Every transaction that was told to be saved or whose payment was begun, with what the
    /// terminal said last.
    told: BTreeMap<u64, Option<PaymentState>>,
    /// Those that wait for the terminal.
    going_on: Vec<u64>,
    /// Those that were recorded as unknown.
    unknown: Vec<u64>,
    /// What the hub holds.
    hub: BTreeMap<Uuid, Option<PaymentState>>,
    /// Answers that are on their way.
    late: Vec<(Vec<ItemOutcome>, Vec<Sent>)>,
    states: BTreeMap<u64, State>,
    next: u64,
}

impl World {
    fn step(&mut self, outbox: &dyn Outbox, dice: &mut fastrand::Rng) {
        match dice.u8(..16) {
            0 => self.commits(outbox),
            1..3 => self.begins_a_payment(outbox),
            3..6 => self.ends_a_payment(outbox, dice),
            6..8 => self.settles(outbox, dice),
            8..12 => self.uploads(outbox, dice),
            12..14 => self.answers(outbox, dice),
            14 => {
                let sent = sent(outbox);
                outbox.note_failure(&sent, Timestamp::UNIX_EPOCH, "the hub cannot be reached").unwrap();
            }
            _ => self.tidies(outbox, dice),
        }
    }

    fn takes_a_number(&mut self, outbox: &dyn Outbox) {
        let number = outbox.next_sequence().unwrap();
        assert!(number > self.next, "{number} was given before");
        self.next = number;
    }

    fn commits(&mut self, outbox: &dyn Outbox) {
        self.takes_a_number(outbox);
        outbox.commit(&sealed(self.next)).unwrap();
        self.told.insert(self.next, None);
    }

    fn begins_a_payment(&mut self, outbox: &dyn Outbox) {
        self.takes_a_number(outbox);
        outbox.record_intent(&intent(self.next, None), &sealed(self.next)).unwrap();
        self.going_on.push(self.next);
    }

    fn ends_a_payment(&mut self, outbox: &dyn Outbox, dice: &mut fastrand::Rng) {
        let Some(number) = self.going_on.pop() else { return };
        let record = [paid(receipt(number)), not_paid(), unknown(), unknown()][dice.usize(..4)].clone();
        if dice.bool() {
            outbox.record_approval(payment(number), &approval(receipt(number))).unwrap();
            self.holds(outbox);
            if dice.u8(..3) == 0 {
                self.going_on.push(number);
                return;
            }
        }
        outbox.record_outcome(payment(number), &record).unwrap();
        if record.state == PaymentState::Unknown {
            self.unknown.push(number);
        }
        if record.state != PaymentState::NotPaid {
            self.told.insert(number, Some(record.state));
        }
    }

    fn settles(&mut self, outbox: &dyn Outbox, dice: &mut fastrand::Rng) {
        let Some(number) = self.unknown.pop() else { return };
        let record = if dice.bool() { paid(receipt(number)) } else { not_paid() };
        outbox.record_outcome(payment(number), &record).unwrap();
        self.told.insert(number, Some(record.state));
    }

    /// The hub takes a batch in; its answer is on its way, or lost.
    fn uploads(&mut self, outbox: &dyn Outbox, dice: &mut fastrand::Rng) {
        let pending = outbox.pending(dice.usize(1..5)).unwrap();
        let mut outcomes = Vec::new();
        for item in &pending {
            let id = item.sealed.header.id;
            let told = item.payment.as_ref().map(|payment| payment.state);
            let known = self.hub.insert(id, told).unwrap_or(told);
            assert!(known == told || known == Some(PaymentState::Unknown), "{known:?} became {told:?}");
            let states = [State::Received, State::Parked, State::Registered];
            outcomes.push(ItemOutcome::Accepted { id, state: states[dice.usize(..3)], case_number: None });
        }
        if dice.u8(..4) > 0 {
            self.late.push((outcomes, pending.iter().map(Pending::sent).collect()));
        }
    }

    /// An answer arrives, in any order, sometimes twice.
    fn answers(&mut self, outbox: &dyn Outbox, dice: &mut fastrand::Rng) {
        if self.late.is_empty() {
            return;
        }
        let (outcomes, sent) = self.late.swap_remove(dice.usize(..self.late.len()));
        for _ in 0..dice.u8(1..3) {
            outbox.acknowledge(&outcomes, &sent).unwrap();
        }
    }

    /// With a clock that jumps, at most to a time at which nothing is old enough to be pruned.
    fn tidies(&mut self, outbox: &dyn Outbox, dice: &mut fastrand::Rng) {
        let hours = SignedDuration::from_hours(dice.i64(-20..20));
        outbox.tidy(Timestamp::UNIX_EPOCH + hours / 2).unwrap();
    }

    fn holds(&mut self, outbox: &dyn Outbox) {
        let pending = outbox.pending(usize::MAX).unwrap();
        for (number, told) in &self.told {
            let state = outbox.state(id(*number)).unwrap().expect("what was told to be saved is here");
            let before = self.states.insert(*number, state).unwrap_or(State::Saved);
            assert!(before == State::Saved || state != State::Saved, "{number} went back to saved");
            assert!(before != State::Registered || state == State::Registered, "{number} lost its number");
            let waits = pending.iter().any(|item| item.sealed.header.id == id(*number));
            assert!(waits || self.hub.get(&id(*number)) == Some(told), "{number} is neither here nor there");
        }
        for number in &self.going_on {
            assert_eq!(outbox.state(id(*number)).unwrap(), None);
            assert!(!self.hub.contains_key(&id(*number)), "{number} was told before its payment ended");
        }
    }
}

fn receipt(number: u64) -> u16 {
    u16::try_from(number % 10_000).unwrap()
}

fn whatever_happens_nothing_is_lost_doubled_or_taken_back(place: &dyn Place) {
    for seed in 0..8 {
        let mut dice = fastrand::Rng::with_seed(seed);
        let mut world = World::default();
        let mut place = place.another();
        let mut outbox = place.open();
        for _ in 0..100 {
            world.step(&*outbox, &mut dice);
            if dice.u8(..10) == 0 {
                place = place.after_a_power_cut();
                outbox = place.open();
            }
            world.holds(&*outbox);
        }
        while !outbox.pending(1).unwrap().is_empty() {
            world.uploads(&*outbox, &mut dice);
            world.answers(&*outbox, &mut dice);
        }
        let delivered: BTreeMap<Uuid, Option<PaymentState>> =
            world.told.iter().map(|(number, told)| (id(*number), *told)).collect();
        assert_eq!(world.hub, delivered, "seed {seed}");
        assert!(world.next < outbox.next_sequence().unwrap());
    }
}

on_every_outbox! {
    whatever_happens_nothing_is_lost_doubled_or_taken_back,
}
