//! The steps of a card payment, as the terminal's driver tells them.

use super::*;

impl World {
    pub(super) fn terminal_is_asked(&mut self, index: usize, order: Order) {
        let boot = self.sites[index].boots;
        let wait = pace(&mut self.random);
        let site = &mut self.sites[index];
        match order {
            Order::Charge(charge) => {
                site.terminal.begin(charge, &mut self.random);
                self.at(self.now + wait, Step::TerminalGoesOn(index, boot));
            }
            Order::Cancel => {
                if let Some(going) = &mut site.terminal.going {
                    going.cancelled = true;
                }
            }
            Order::AskLastPayment => self.at(self.now + wait, Step::TerminalTells(index, boot)),
        }
    }

    /// It tells what it remembers, unless it is in a payment or away.
    pub(super) fn terminal_tells(&mut self, index: usize) {
        let terminal = &self.sites[index].terminal;
        if terminal.is_there && terminal.going.is_none() {
            let memory = terminal.memory();
            self.terminal_says(index, terminal::TerminalEvent::Remembers(memory));
        }
    }

    pub(super) fn terminal_says(&mut self, index: usize, event: terminal::TerminalEvent) {
        self.runner_takes(index, Input::Terminal(event));
    }

    /// The next thing in a payment: the card is charged or not, the pillar keeps that, and it is done.
    pub(super) fn terminal_goes_on(&mut self, index: usize) {
        let Some(mut going) = self.sites[index].terminal.going.take() else { return };
        if let Some(charged) = going.told.take() {
            return self.ends(index, going, charged);
        }
        let refusal = match going.fate {
            _ if going.cancelled => terminal::Outcome::Aborted,
            Fate::Declined => terminal::Outcome::Declined(5),
            Fate::TimedOut => terminal::Outcome::TimedOut,
            Fate::LostBefore => {
                self.hit("terminal's line lost before the charge");
                return self.loses_its_line(index, &going);
            }
            Fate::LostAfter => {
                self.hit("terminal's line lost after the charge");
                let charged = self.sites[index].terminal.charge(going.payment, going.amount);
                self.sites[index].terminal.was_not_heard(going.payment, &charged);
                return self.loses_its_line(index, &going);
            }
            Fate::Approved | Fate::LostAtTheEnd => return self.charges(index, going),
        };
        self.hit("payments refused");
        if let Some(keep) = going.keep.take() {
            let _ = keep(&refusal);
        }
        if !self.notice_power_cut(index) {
            self.terminal_says(index, terminal::TerminalEvent::Done(going.payment, refusal));
        }
    }

    /// The card is charged; the pillar makes that durable before the terminal has its answer.
    fn charges(&mut self, index: usize, mut going: Going) {
        let charged = self.sites[index].terminal.charge(going.payment, going.amount);
        let told = terminal::Outcome::Paid(charged.clone());
        let kept = going.keep.take().is_some_and(|keep| keep(&told).is_ok());
        if !self.sites[index].disk.has_power() {
            self.hit("pillar loses its power in a payment");
            self.sites[index].terminal.was_not_heard(going.payment, &charged);
            self.notice_power_cut(index);
            return;
        }
        if !kept {
            self.hit("payments taken back");
            self.sites[index].terminal.take_back(going.payment, &charged);
            let done = terminal::TerminalEvent::Done(going.payment, terminal::Outcome::TakenBack);
            return self.terminal_says(index, done);
        }
        going.told = Some(charged);
        self.sites[index].terminal.going = Some(going);
        let (boot, wait) = (self.sites[index].boots, pace(&mut self.random));
        self.at(self.now + wait, Step::TerminalGoesOn(index, boot));
    }

    fn ends(&mut self, index: usize, going: Going, charged: terminal::Details) {
        if going.fate == Fate::LostAtTheEnd {
            self.hit("terminal's line lost at the end");
            self.sites[index].terminal.was_not_heard(going.payment, &charged);
            return self.loses_its_line(index, &going);
        }
        self.hit("payments made");
        self.terminal_says(
            index,
            terminal::TerminalEvent::Done(going.payment, terminal::Outcome::Paid(charged)),
        );
    }

    /// Nobody knows; the line comes back after a moment or a while.
    fn loses_its_line(&mut self, index: usize, going: &Going) {
        self.say(format!("pillar {}'s terminal loses its line", letter(index)));
        self.sites[index].terminal.is_there = false;
        let back = Event { at: self.now, lasts: Duration::ZERO, trouble: Trouble::TerminalGone(index) };
        let within = if self.random.bool() { 500..6_000 } else { 6_000..240_000 };
        self.soon(Step::Mends(back), within);
        self.terminal_says(index, terminal::TerminalEvent::Condition(terminal::Condition::Offline));
        self.terminal_says(index, terminal::TerminalEvent::Done(going.payment, terminal::Outcome::Unknown));
    }
}
