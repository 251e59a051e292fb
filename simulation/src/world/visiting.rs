//! Who comes to a pillar and what they do there, and what reaches the runner.
//!
//! Invariant: a resident learns nothing but from the view.

use jiff::tz::TimeZone;
use zuil_wire::AskedCount;

use super::*;

impl World {
    pub(super) fn ticks(&mut self, index: usize) {
        let boot = self.sites[index].boots;
        if !self.is_on(index, boot) {
            return;
        }
        self.runner_takes(index, Input::Tick);
        let next = match (&self.sites[index].resident, self.is_mended) {
            (Some(_), _) => 300..1_200,
            (None, false) => 4_000..15_000,
            (None, true) => 30_000..70_000,
        };
        self.ticks_within(index, next);
    }

    /// The next tick comes then, and no other before.
    pub(super) fn ticks_within(&mut self, index: usize, within: std::ops::Range<u64>) {
        self.sites[index].ticks += 1;
        self.soon(Step::Ticks(index, self.sites[index].ticks), within);
    }

    pub(super) fn someone_comes(&mut self, index: usize) {
        if self.sites[index].resident.is_some() {
            self.soon(Step::Arrives(index), 5_000..20_000);
            return;
        }
        if self.sites[index].running.is_none() {
            self.hit("someone finds a dark pillar");
            return;
        }
        let mut notes = self.witness.notes();
        let resident = Resident::new(notes.visits.len(), &mut self.random);
        notes.say(format!("someone comes to pillar {} for {}", letter(index), resident.typed.task));
        let visit = notes.visits.len();
        notes.visitor.insert(index, visit);
        notes.visits.push(resident.typed.clone());
        drop(notes);
        self.hit("visits");
        self.sites[index].resident = Some(resident);
        let boot = self.sites[index].boots;
        self.soon(Step::Acts(index, boot), 100..500);
        self.ticks_within(index, 300..1_000);
    }

    /// Someone looks at the screen, believes it, and does the next thing.
    pub(super) fn someone_acts(&mut self, index: usize) {
        let now = self.now;
        let Some(view) = self.sites[index].view(now) else { return };
        let Some(mut resident) = self.sites[index].resident.take() else { return };
        if let Screen::Receipt(receipt) | Screen::PaymentUnknown(receipt) = &view.screen {
            let payment = receipt.payment.map(|(_, state)| state);
            let read = self.witness.notes().resident_reads(index, receipt.reference, receipt.state, payment);
            if let Some(id) = read {
                self.hit(if payment.is_some() {
                    "receipts of paid errands"
                } else {
                    "receipts of free errands"
                });
                self.look_for(index, Some(id));
            }
        }
        let intents = resident.acts_on(&view, now);
        let has_left = resident.has_left;
        self.sites[index].resident = Some(resident);
        for intent in intents {
            self.runner_takes(index, Input::Resident(Box::new(intent)));
        }
        if has_left {
            self.sites[index].resident = None;
            self.has_found_answers(index);
            self.scan_disk(index);
        } else if self.sites[index].running.is_some() {
            let boot = self.sites[index].boots;
            self.soon(Step::Acts(index, boot), 200..1_500);
        }
    }

    /// Whoever leaves had opened answers, too, which counts when their visit is over. It counts for a day that is over,
    /// so that it goes to the hub at once.
    fn has_found_answers(&mut self, index: usize) {
        let visit = self.witness.notes().visitor.get(&index).copied().unwrap_or_default();
        let ago = SignedDuration::from_hours(if visit.is_multiple_of(2) { 48 } else { 72 });
        let count = AskedCount {
            id: Uuid::from_u128(self.random.u128(..)),
            language: "nl".to_owned(),
            answer: if visit.is_multiple_of(3) { "parking" } else { "berth" }.to_owned(),
            on: (hub_clock(Duration::ZERO) - ago).to_zoned(TimeZone::UTC).date(),
            times: 2,
        };
        self.hit("answers found");
        self.witness.notes().finds(index, &count);
        self.sites[index].found.keep(vec![count]);
    }

    /// Something reaches the runner; what it orders of its devices becomes steps.
    pub(super) fn runner_takes(&mut self, index: usize, input: Input) {
        self.sites[index].takes(input, self.now);
        if self.notice_power_cut(index) {
            return;
        }
        let boot = self.sites[index].boots;
        let Some(running) = &self.sites[index].running else { return };
        let jobs: Vec<Uuid> = running.printer_orders.try_iter().collect();
        let orders: Vec<Order> = running.terminal_orders.try_iter().collect();
        for job in jobs {
            self.hit("receipts on paper");
            self.soon(Step::Prints(index, boot, job), 1_000..4_000);
        }
        for order in orders {
            self.terminal_is_asked(index, order);
        }
    }
}
