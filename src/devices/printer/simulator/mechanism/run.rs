//! What happens from one moment to the next: bytes come in, commands are obeyed, paper moves.
//!
//! Invariant: one thing after the other, and after each the faults whose moment has come.

use super::super::decoder::first_command;
use super::super::typesetter::Row;
use super::{Cutter, Mechanism, Motion, Power, SECOND};

impl Mechanism {
    /// Does what can be done now, and tells what changed.
    pub(super) fn run(&mut self) {
        if let Power::Starting(until) = self.power
            && self.history.time >= until
        {
            self.power = Power::On;
        }
        self.strike_what_is_due();
        loop {
            let came = self.take_in();
            let mut moved = false;
            while self.online() && self.step() {
                moved = true;
            }
            if !came && !moved {
                break;
            }
        }
        self.tell_automatic();
    }

    pub(super) fn strike_what_is_due(&mut self) {
        while let Some(fault) = self.faults.next_strike(&self.history) {
            self.strike(fault);
        }
    }

    /// Takes in the next byte that the line has carried and the buffer has room for; whether there was
    /// one.
    fn take_in(&mut self) -> bool {
        if self.is_busy() {
            let command = self.line.pass_real_time();
            command.into_iter().flatten().for_each(|byte| self.take_byte(byte));
            return command.is_some();
        }
        let byte = self.line.carry(&self.physics);
        byte.into_iter().for_each(|byte| self.take_byte(byte));
        byte.is_some()
    }

    /// Real-time commands are obeyed at once, other bytes wait in the buffer.
    fn take_byte(&mut self, byte: u8) {
        if self.power != Power::On {
            return;
        }
        self.real_time.push(byte);
        match *self.real_time.as_slice() {
            [0x10] | [0x10, 0x04 | 0x05] => return,
            [0x10, 0x04, question] => self.tell_real_time(question),
            [0x10, 0x05, request] => self.recover(request),
            _ => return self.keep(),
        }
        self.real_time.clear();
    }

    /// What was no real-time command goes into the buffer.
    fn keep(&mut self) {
        for byte in std::mem::take(&mut self.real_time) {
            if self.received.len() < self.physics.buffer {
                self.received.push_back(byte);
            } else {
                self.lost += 1;
            }
            self.history.bytes += 1;
        }
        self.strike_what_is_due();
    }

    /// One motion or command; whether there was one that could be done.
    fn step(&mut self) -> bool {
        match self.motions.pop_front() {
            Some(Motion::Row(row)) => return self.move_paper(row),
            Some(Motion::Text(text)) => {
                self.paper.read(&text);
                return true;
            }
            Some(Motion::Cut) => {
                self.cut();
                return true;
            }
            None => {}
        }
        if self.picture.is_some() {
            return self.picture_row();
        }
        let Some((command, length)) = first_command(self.received.make_contiguous()) else { return false };
        self.received.drain(..length);
        self.obey(command);
        true
    }

    fn move_paper(&mut self, row: Row) -> bool {
        if self.physics.mm_per_second.is_some() {
            let Some(budget) = self.budget.checked_sub(SECOND) else {
                self.motions.push_front(Motion::Row(row));
                return false;
            };
            self.budget = budget;
        }
        self.paper.print(row, &self.physics);
        self.history.dots += 1;
        self.strike_what_is_due();
        true
    }

    fn cut(&mut self) {
        self.history.cuts += 1;
        self.strike_what_is_due();
        if self.cutter == Cutter::Jammed {
            self.cutter = Cutter::FailedJammed;
            self.motions.push_front(Motion::Cut);
        } else if self.online() {
            self.paper.cut();
        } else if self.power == Power::On {
            self.motions.push_front(Motion::Cut);
        }
    }

    pub(super) fn forget(&mut self) {
        self.received.clear();
        self.motions.clear();
        self.picture = None;
    }
}
