//! What the printer says of itself: real-time and automatic status, and that it has printed.
//!
//! Invariant: the bytes are those of a real printer; one that is off or does not know a request is
//! silent.

use super::{Cutter, Fault, Mechanism, Power};

/// How a printer looks to someone who stands before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looks {
    /// Its lamp is on.
    pub powered: bool,
    /// Its cable is in.
    pub plugged: bool,
    /// Its cover is open.
    pub cover_open: bool,
    /// What is left on the roll, in millimetres.
    pub paper_mm: u64,
    /// Something is in the cutter's way, or a cut failed.
    pub cutter_stuck: bool,
    /// The paper moves.
    pub printing: bool,
    /// Something is printed on the paper that hangs from it.
    pub begun: bool,
    /// What was planned to go wrong next.
    pub awaits: Option<Fault>,
}

impl Mechanism {
    /// How it looks.
    #[must_use]
    pub fn looks(&self) -> Looks {
        Looks {
            powered: self.power != Power::Off,
            plugged: self.plugged,
            cover_open: self.cover_open,
            paper_mm: self.paper.left_mm(),
            cutter_stuck: self.cutter != Cutter::Works,
            printing: !self.motions.is_empty() && self.online(),
            begun: self.paper.is_begun(),
            awaits: self.faults.next_planned(),
        }
    }

    /// `DLE ENQ`: 1 goes on where the error stopped it, 2 clears the buffers first.
    pub(super) fn recover(&mut self, request: u8) {
        if request == 2 {
            self.forget();
            self.typesetter.initialise();
        }
        if matches!(request, 1 | 2) && self.cutter == Cutter::Failed {
            self.cutter = Cutter::Works;
        }
    }

    /// `DLE EOT`
    pub(super) fn tell_real_time(&mut self, question: u8) {
        let (out, near_end) = (self.paper.is_out(), self.paper.is_near_end());
        let status = match question {
            1 => bit(!self.online(), 0x08),
            2 => bit(self.cover_open, 0x04) | bit(out, 0x20) | bit(self.cutter_failed(), 0x40),
            3 => bit(self.cutter_failed(), 0x08),
            4 => bit(near_end, 0x0c) | bit(out, 0x60),
            _ => return,
        };
        self.say(vec![0x12 | status]);
    }

    /// `GS a`
    pub(super) fn set_automatic(&mut self, on: bool) {
        self.automatic = on && self.physics.knows_automatic_status;
        if self.automatic {
            self.told = self.automatic_status();
            self.say(self.told.to_vec());
        }
    }

    pub(super) fn tell_automatic(&mut self) {
        let status = self.automatic_status();
        if self.power == Power::On && self.automatic && status != self.told {
            self.told = status;
            self.say(status.to_vec());
        }
    }

    /// `GS r 1`
    pub(super) fn tell_paper_sensor(&mut self) {
        if self.physics.knows_paper_sensor {
            self.say(vec![bit(self.paper.is_near_end(), 0x03)]);
        }
    }

    /// `GS ( H`
    pub(super) fn tell_process_id(&mut self, id: [u8; 4]) {
        if self.physics.knows_process_id {
            self.say([&[0x37, 0x22], id.as_slice(), &[0]].concat());
        }
    }

    fn automatic_status(&self) -> [u8; 4] {
        let (out, near_end) = (self.paper.is_out(), self.paper.is_near_end());
        [
            0x10 | bit(!self.online(), 0x08) | bit(self.cover_open, 0x20),
            bit(self.cutter_failed(), 0x08),
            bit(near_end, 0x03) | bit(out, 0x0c),
            0,
        ]
    }

    fn say(&mut self, bytes: Vec<u8>) {
        if self.plugged {
            self.line.answer(bytes, self.history.time, &self.physics);
        }
    }
}

const fn bit(set: bool, bits: u8) -> u8 {
    if set { bits } else { 0 }
}
