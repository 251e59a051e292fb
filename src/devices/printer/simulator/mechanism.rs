//! The printer's insides without wire, thread or clock: line, buffer, paper, cover, cutter, answers.
//!
//! Invariant: paper only moves when the printer is on, closed, and has paper; what was received and
//! not printed stays in the buffer and comes out later, as in the real thing, unless it is cleared.

use std::collections::VecDeque;
use std::time::Duration;

use super::DOTS_PER_MM;
use super::faults::{Fault, Faults, History, Plan};
use super::line::Line;
use super::paper::{HEAD_TO_CUTTER, Paper, PaperReceipt};
use super::physics::{Flow, Physics};
use super::typesetter::{Row, Typesetter};

mod obey;
mod run;
mod status;

pub use status::Looks;

/// The smallest time in which things happen one after the other.
const MOMENT: Duration = Duration::from_millis(5);
const SECOND: u128 = 1_000_000_000;

/// The mechanism of a printer.
pub struct Mechanism {
    physics: Physics,
    history: History,
    faults: Faults,
    line: Line,
    plugged: bool,
    power: Power,
    cover_open: bool,
    cutter: Cutter,
    received: VecDeque<u8>,
    real_time: Vec<u8>,
    /// The picture that is being received: bytes in a row, rows, rows to come.
    picture: Option<(usize, usize, usize)>,
    motions: VecDeque<Motion>,
    typesetter: Typesetter,
    automatic: bool,
    told: [u8; 4],
    paper: Paper,
    unknown: Vec<[u8; 2]>,
    lost: u64,
    /// Dots that may still be moved, in nanoseconds × dots per second.
    budget: u128,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Power {
    Off,
    /// It starts, until then.
    Starting(Duration),
    On,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cutter {
    Works,
    /// Something is in the way; the next cut will fail.
    Jammed,
    /// A cut failed, and something is still in the way.
    FailedJammed,
    /// A cut failed; nothing is in the way any more.
    Failed,
}

/// What the printer still has to do, in order.
enum Motion {
    Row(Row),
    Text(String),
    Cut,
}

impl Mechanism {
    /// A printer with a full roll whose head is so many dots wide (576 or 512), and that is
    /// infinitely fast.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self::with(width, Physics::default())
    }

    /// A printer with a full roll, a head of so many dots, and a nature of its own.
    #[must_use]
    pub fn with(width: usize, physics: Physics) -> Self {
        let mut typesetter = Typesetter::new(width);
        typesetter.draws(physics.draws);
        let paper = Paper::new(typesetter.blank(HEAD_TO_CUTTER).rows);
        let mut mechanism = Self {
            history: History::default(),
            faults: Faults::default(),
            line: Line::new(physics.seed),
            plugged: true,
            power: Power::On,
            cover_open: false,
            cutter: Cutter::Works,
            received: VecDeque::new(),
            real_time: Vec::new(),
            picture: None,
            motions: VecDeque::new(),
            typesetter,
            automatic: false,
            told: [0; 4],
            paper,
            unknown: Vec::new(),
            lost: 0,
            budget: 0,
            physics: Physics::default(),
        };
        mechanism.set_physics(physics);
        mechanism
    }

    /// Gives it another nature from now on. A `seed` or `draws` other than before counts only in
    /// [`Mechanism::with`].
    pub fn set_physics(&mut self, physics: Physics) {
        self.paper.set_odometer_km(physics.kilometres);
        self.physics = physics;
        self.budget = 0;
        self.run();
    }

    /// Bytes that the host has sent. They come in as fast as the line is: at once, or with
    /// [`Mechanism::advance`].
    pub fn receive(&mut self, bytes: &[u8]) {
        if self.plugged {
            self.line.inbound.extend(bytes);
            if self.physics.baud.is_none() {
                self.run();
            }
        }
    }

    /// How many more bytes a host that waits for its line would send now. While the buffer is full the
    /// host may send on: only real-time commands pass what waits.
    #[must_use]
    pub fn room(&self) -> usize {
        if self.is_busy() { usize::MAX } else { self.line.room(&self.physics) }
    }

    /// Time passes.
    pub fn advance(&mut self, time: Duration) {
        let end = self.history.time + time;
        while self.history.time < end {
            let left = end - self.history.time;
            self.moment(if self.is_idle() { left } else { left.min(MOMENT) });
        }
    }

    /// The bytes that have reached the host since the last call.
    pub fn take_answers(&mut self) -> Vec<u8> {
        self.line.arrived(self.history.time)
    }

    /// The pieces of paper that came out since the last call.
    pub fn take_receipts(&mut self) -> Vec<PaperReceipt> {
        self.paper.take_pieces()
    }

    /// The paper from the cutting edge to the print head: its picture and its text.
    #[must_use]
    pub fn paper_now(&self) -> PaperReceipt {
        self.paper.hanging_out()
    }

    /// The commands that this printer did not know.
    #[must_use]
    pub fn unknown_commands(&self) -> &[[u8; 2]] {
        &self.unknown
    }

    /// How many bytes were lost because the buffer was full.
    #[must_use]
    pub const fn lost_bytes(&self) -> u64 {
        self.lost
    }

    /// How far the paper has moved since the printer was made, in millimetres.
    #[must_use]
    pub const fn moved_mm(&self) -> u64 {
        self.history.dots / DOTS_PER_MM
    }

    /// Whether the cable is in; a host whose cable is pulled sees its port disappear.
    #[must_use]
    pub const fn is_plugged(&self) -> bool {
        self.plugged
    }

    /// How fast paper moves, in millimetres a second; infinitely fast when `None`.
    pub fn set_speed(&mut self, mm_per_second: Option<u32>) {
        self.set_physics(Physics { mm_per_second, ..self.physics.clone() });
    }

    /// Leaves so many millimetres on the roll.
    pub fn set_paper_mm(&mut self, millimetres: u32) {
        self.paper.set_left_mm(millimetres);
        self.run();
    }

    /// Someone tears off what hangs out and puts in a new roll.
    pub fn new_roll(&mut self) {
        self.paper.new_roll(self.typesetter.blank(HEAD_TO_CUTTER).rows);
        self.run();
    }

    /// Opens or closes the cover.
    pub fn set_cover_open(&mut self, open: bool) {
        self.cover_open = open;
        if open && self.physics.forgets_when_opened {
            self.forget();
            self.typesetter.initialise();
        }
        self.run();
    }

    /// Puts something in the cutter's way.
    pub const fn jam_cutter(&mut self) {
        self.cutter = Cutter::Jammed;
    }

    /// Takes away what was in the cutter's way. After a failed cut the host must say `DLE ENQ`.
    pub fn free_cutter(&mut self) {
        self.cutter = match self.cutter {
            Cutter::Works | Cutter::Jammed => Cutter::Works,
            Cutter::FailedJammed | Cutter::Failed => Cutter::Failed,
        };
        self.run();
    }

    /// Takes away the power: everything is forgotten but the paper.
    pub fn cut_power(&mut self) {
        self.power = Power::Off;
        self.automatic = false;
        self.forget();
        self.real_time.clear();
        self.line.forget_answers();
        self.typesetter.initialise();
    }

    /// Gives the power back; it starts as slowly as its nature is.
    pub fn restore_power(&mut self) {
        if self.power == Power::Off {
            self.power = Power::Starting(self.history.time + self.physics.boot);
        }
        if self.cutter == Cutter::Failed {
            self.cutter = Cutter::Works;
        }
        self.run();
    }

    /// Pulls the cable or puts it in again.
    pub fn set_plugged(&mut self, plugged: bool) {
        self.plugged = plugged;
        self.line.cut();
    }

    /// Lets something go wrong later (or now).
    pub fn plan(&mut self, plan: Plan) {
        self.faults.plan(plan, &self.history);
        self.run();
    }

    /// Calls off everything that was planned, also what would be mended by itself.
    pub fn call_off(&mut self) {
        self.faults = Faults::default();
    }

    /// Lets something go wrong now.
    pub fn strike(&mut self, fault: Fault) {
        match fault {
            Fault::PaperOut => self.set_paper_mm(0),
            Fault::CoverOpen => self.set_cover_open(true),
            Fault::PowerCut => self.cut_power(),
            Fault::CutterJam => self.jam_cutter(),
            Fault::HangUp => self.set_plugged(false),
            Fault::Silence => self.line.set_silent(true),
            Fault::Garbage => self.line.set_noisy(true, self.history.time),
            Fault::TornAnswer => self.line.tear_next(false),
            Fault::TornThenSilence => self.line.tear_next(true),
        }
    }

    /// Mends it.
    pub fn mend(&mut self, fault: Fault) {
        match fault {
            Fault::PaperOut => self.new_roll(),
            Fault::CoverOpen => self.set_cover_open(false),
            Fault::PowerCut => self.restore_power(),
            Fault::CutterJam => self.free_cutter(),
            Fault::HangUp => self.set_plugged(true),
            Fault::Silence | Fault::TornAnswer | Fault::TornThenSilence => self.line.set_silent(false),
            Fault::Garbage => self.line.set_noisy(false, self.history.time),
        }
    }

    fn moment(&mut self, time: Duration) {
        self.history.time += time;
        self.line.advance(time, &self.physics);
        if let Some(speed) = self.physics.mm_per_second {
            let dots = u128::from(speed) * u128::from(DOTS_PER_MM);
            self.budget = (self.budget + time.as_nanos() * dots).min(dots * SECOND);
        }
        while let Some(fault) = self.faults.next_mend(self.history.time) {
            self.mend(fault);
        }
        self.run();
        if self.motions.is_empty() || !self.online() {
            // A motor that stands still saves nothing up.
            self.budget = 0;
        }
    }

    /// Whether time alone changes nothing.
    fn is_idle(&self) -> bool {
        let still = self.motions.is_empty() || !self.online();
        let starting = matches!(self.power, Power::Starting(_));
        self.line.is_empty() && still && !starting && self.faults.are_timeless()
    }

    fn is_busy(&self) -> bool {
        self.physics.flow == Flow::Busy
            && self.received.len() >= self.physics.buffer
            && self.real_time.is_empty()
    }

    fn online(&self) -> bool {
        self.power == Power::On && !self.cover_open && !self.paper.is_out() && !self.cutter_failed()
    }

    const fn cutter_failed(&self) -> bool {
        matches!(self.cutter, Cutter::Failed | Cutter::FailedJammed)
    }
}
