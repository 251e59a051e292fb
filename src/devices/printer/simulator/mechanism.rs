//! The printer's insides without wire, thread or clock: buffer, paper, cover, cutter, answers.
//!
//! Invariant: paper only moves when the printer is on, closed, and has paper; what was received and
//! not printed stays in the buffer and comes out later, as in the real thing, unless it is cleared.

use std::collections::VecDeque;
use std::time::Duration;

use super::decoder::{Command, first_command};
use super::picture;
use super::typesetter::{Row, Strip, Typesetter};

/// Dots in a millimetre (203 dots an inch).
pub const DOTS_PER_MM: u64 = 8;
/// How far the cutter is behind the print head.
const HEAD_TO_CUTTER: usize = 96;
/// A new roll of 80 mm.
const FULL_ROLL_MM: u32 = 80_000;
/// Less paper than this is reported as nearly empty.
const NEAR_END_MM: u32 = 2_000;
/// What the receive buffer holds; more is lost.
const BUFFER: usize = 65_536;

/// A piece of paper that came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperReceipt {
    /// How it looks: 80 mm wide, eight dots a millimetre.
    pub png: Vec<u8>,
    /// What can be read on it.
    pub text: String,
    /// Whether the printer cut it off; otherwise someone tore it off.
    pub cut: bool,
}

/// The mechanism of a printer.
pub struct Mechanism {
    on: bool,
    cover_open: bool,
    cutter: Cutter,
    paper_left: u64,
    received: VecDeque<u8>,
    real_time: Vec<u8>,
    motions: VecDeque<Motion>,
    typesetter: Typesetter,
    automatic: bool,
    told: [u8; 4],
    answers: Vec<u8>,
    paper: Vec<Row>,
    text: String,
    receipts: Vec<PaperReceipt>,
    unknown: Vec<[u8; 2]>,
    dots_per_second: Option<u64>,
    /// Dots that may still be moved, in nanoseconds × dots per second.
    budget: u128,
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
        let typesetter = Typesetter::new(width);
        let paper = typesetter.blank(HEAD_TO_CUTTER).rows;
        Self {
            on: true,
            cover_open: false,
            cutter: Cutter::Works,
            paper_left: u64::from(FULL_ROLL_MM) * DOTS_PER_MM,
            received: VecDeque::new(),
            real_time: Vec::new(),
            motions: VecDeque::new(),
            typesetter,
            automatic: false,
            told: [0; 4],
            answers: Vec::new(),
            paper,
            text: String::new(),
            receipts: Vec::new(),
            unknown: Vec::new(),
            dots_per_second: None,
            budget: 0,
        }
    }

    /// Bytes from the host. Real-time commands are obeyed at once, the others wait in the buffer.
    pub fn receive(&mut self, bytes: &[u8]) {
        if !self.on {
            return;
        }
        for &byte in bytes {
            self.real_time.push(byte);
            match *self.real_time.as_slice() {
                [0x10] | [0x10, 0x04 | 0x05] => continue,
                [0x10, 0x04, question] => self.tell_real_time(question),
                [0x10, 0x05, request] => self.recover(request),
                _ => {
                    let room = BUFFER.saturating_sub(self.received.len());
                    self.received.extend(self.real_time.iter().take(room));
                }
            }
            self.real_time.clear();
        }
        self.run();
    }

    /// Time passes.
    pub fn advance(&mut self, time: Duration) {
        if let Some(speed) = self.dots_per_second {
            let most = u128::from(speed) * 1_000_000_000;
            self.budget = (self.budget + time.as_nanos() * u128::from(speed)).min(most);
        }
        self.run();
        if self.motions.is_empty() || !self.online() {
            // A motor that stands still saves nothing up.
            self.budget = 0;
        }
    }

    /// The bytes for the host since the last call.
    pub fn take_answers(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.answers)
    }

    /// The pieces of paper that came out since the last call.
    pub fn take_receipts(&mut self) -> Vec<PaperReceipt> {
        std::mem::take(&mut self.receipts)
    }

    /// The paper from the cutting edge to the print head: its picture and its text.
    #[must_use]
    pub fn paper_now(&self) -> PaperReceipt {
        PaperReceipt { png: picture::png(&self.paper), text: self.text.clone(), cut: false }
    }

    /// The commands that this printer did not know.
    #[must_use]
    pub fn unknown_commands(&self) -> &[[u8; 2]] {
        &self.unknown
    }

    /// How fast paper moves, in millimetres a second; infinitely fast when `None`.
    pub fn set_speed(&mut self, mm_per_second: Option<u32>) {
        self.dots_per_second = mm_per_second.map(|speed| u64::from(speed) * DOTS_PER_MM);
        self.budget = 0;
        self.run();
    }

    /// Leaves so many millimetres on the roll.
    pub fn set_paper_mm(&mut self, millimetres: u32) {
        self.paper_left = u64::from(millimetres) * DOTS_PER_MM;
        self.run();
    }

    /// Someone tears off what hangs out and puts in a new roll.
    pub fn new_roll(&mut self) {
        if !self.text.is_empty() {
            self.piece(self.paper.len(), false);
        }
        self.paper = self.typesetter.blank(HEAD_TO_CUTTER).rows;
        self.set_paper_mm(FULL_ROLL_MM);
    }

    /// Opens or closes the cover.
    pub fn set_cover_open(&mut self, open: bool) {
        self.cover_open = open;
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
        self.on = false;
        self.automatic = false;
        self.forget();
        self.real_time.clear();
        self.answers.clear();
        self.typesetter.initialise();
    }

    /// Gives the power back.
    pub fn restore_power(&mut self) {
        self.on = true;
        if self.cutter == Cutter::Failed {
            self.cutter = Cutter::Works;
        }
        self.run();
    }

    fn paper_out(&self) -> bool {
        self.paper_left == 0
    }

    fn near_end(&self) -> bool {
        self.paper_left < u64::from(NEAR_END_MM) * DOTS_PER_MM
    }

    fn cutter_failed(&self) -> bool {
        matches!(self.cutter, Cutter::Failed | Cutter::FailedJammed)
    }

    fn online(&self) -> bool {
        self.on && !self.cover_open && !self.paper_out() && !self.cutter_failed()
    }

    /// Does what can be done now, and tells what changed.
    fn run(&mut self) {
        while self.online() && self.step() {}
        self.tell_automatic();
    }

    /// One motion or command; whether there was one that could be done.
    fn step(&mut self) -> bool {
        match self.motions.pop_front() {
            Some(Motion::Row(row)) => return self.move_paper(row),
            Some(Motion::Text(text)) => {
                self.text.push_str(&text);
                self.text.push('\n');
                return true;
            }
            Some(Motion::Cut) => {
                self.cut();
                return true;
            }
            None => {}
        }
        let Some((command, length)) = first_command(self.received.make_contiguous()) else { return false };
        self.received.drain(..length);
        self.obey(command);
        true
    }

    fn move_paper(&mut self, row: Row) -> bool {
        const ONE_DOT: u128 = 1_000_000_000;
        if self.dots_per_second.is_some() {
            if self.budget < ONE_DOT {
                self.motions.push_front(Motion::Row(row));
                return false;
            }
            self.budget -= ONE_DOT;
        }
        self.paper.push(row);
        self.paper_left -= 1;
        true
    }

    fn cut(&mut self) {
        if self.cutter == Cutter::Jammed {
            self.cutter = Cutter::FailedJammed;
            self.motions.push_front(Motion::Cut);
            return;
        }
        self.piece(self.paper.len().saturating_sub(HEAD_TO_CUTTER), true);
    }

    /// The first rows of the paper come off.
    fn piece(&mut self, rows: usize, cut: bool) {
        let rest = self.paper.split_off(rows);
        let png = picture::png(&self.paper);
        self.receipts.push(PaperReceipt { png, text: std::mem::take(&mut self.text), cut });
        self.paper = rest;
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Character(byte) => {
                let full_line = self.typesetter.character(byte);
                full_line.into_iter().for_each(|strip| self.print_line(strip));
            }
            Command::LineFeed => {
                let strip = self.typesetter.line_feed();
                self.print_line(strip);
            }
            Command::Feed(dots) => self.feed(usize::from(dots)),
            Command::FeedLines(lines) => {
                let strip = self.typesetter.blank_lines(lines);
                self.feed(strip.rows.len());
            }
            Command::Raster(row_bytes, dots) => self.print_line(self.typesetter.raster(row_bytes, &dots)),
            Command::QrPrint => self.print_line(self.typesetter.qr()),
            Command::Cut(feed) => {
                let dots = feed.map_or(0, |dots| HEAD_TO_CUTTER + usize::from(dots));
                self.feed(dots);
                self.motions.push_back(Motion::Cut);
            }
            Command::AutomaticStatus(which) => {
                self.automatic = which != 0;
                if self.automatic {
                    self.told = self.automatic_status();
                    self.answers.extend(self.told);
                }
            }
            Command::PaperSensor => self.answers.push(if self.near_end() { 0x03 } else { 0x00 }),
            Command::ProcessId(id) => {
                self.answers.extend([0x37, 0x22]);
                self.answers.extend(id);
                self.answers.push(0);
            }
            Command::Initialise => {
                self.typesetter.initialise();
                self.automatic = false;
            }
            Command::Unknown(name) => self.unknown.push(name),
            setting => self.set(setting),
        }
    }

    fn set(&mut self, setting: Command) {
        match setting {
            Command::CodePage(page) => self.typesetter.code_page(page),
            Command::Bold(on) => self.typesetter.bold(on),
            Command::Size(wide, high) => self.typesetter.size(wide, high),
            Command::SmallFont(on) => self.typesetter.small_font(on),
            Command::Align(align) => self.typesetter.align(align),
            Command::LineSpacing(dots) => self.typesetter.line_spacing(dots),
            Command::Smooth(on) => self.typesetter.smooth(on),
            Command::QrModule(dots) => self.typesetter.qr_module(dots),
            Command::QrLevel(level) => self.typesetter.qr_level(level),
            Command::QrStore(data) => self.typesetter.qr_store(data),
            _ => {}
        }
    }

    fn print_line(&mut self, strip: Strip) {
        self.motions.extend(strip.rows.into_iter().map(Motion::Row));
        self.motions.push_back(Motion::Text(strip.text));
    }

    fn feed(&mut self, dots: usize) {
        if self.typesetter.has_line() {
            let strip = self.typesetter.line_feed();
            self.print_line(strip);
        }
        self.motions.extend(self.typesetter.blank(dots).rows.into_iter().map(Motion::Row));
    }

    fn forget(&mut self) {
        self.received.clear();
        self.motions.clear();
    }

    /// `DLE ENQ`: 1 goes on where the error stopped it, 2 clears the buffers first.
    fn recover(&mut self, request: u8) {
        if request == 2 {
            self.forget();
            self.typesetter.initialise();
        }
        if matches!(request, 1 | 2) && self.cutter == Cutter::Failed {
            self.cutter = Cutter::Works;
        }
    }

    /// `DLE EOT`
    fn tell_real_time(&mut self, question: u8) {
        let bit = |set: bool, bits: u8| if set { bits } else { 0 };
        let status = match question {
            1 => bit(!self.online(), 0x08),
            2 => bit(self.cover_open, 0x04) | bit(self.paper_out(), 0x20) | bit(self.cutter_failed(), 0x40),
            3 => bit(self.cutter_failed(), 0x08),
            4 => bit(self.near_end(), 0x0c) | bit(self.paper_out(), 0x60),
            _ => return,
        };
        self.answers.push(0x12 | status);
    }

    fn automatic_status(&self) -> [u8; 4] {
        let bit = |set: bool, bits: u8| if set { bits } else { 0 };
        [
            0x10 | bit(!self.online(), 0x08) | bit(self.cover_open, 0x20),
            bit(self.cutter_failed(), 0x08),
            bit(self.near_end(), 0x03) | bit(self.paper_out(), 0x0c),
            0,
        ]
    }

    fn tell_automatic(&mut self) {
        let status = self.automatic_status();
        if self.on && self.automatic && status != self.told {
            self.told = status;
            self.answers.extend(status);
        }
    }
}
