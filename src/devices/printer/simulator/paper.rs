//! The paper: the roll, what hangs out, what was cut off, and the head that wears out on it.
//!
//! Invariant: a row that was printed is on exactly one piece, and the head prints only what it is
//! still able to.

use super::DOTS_PER_MM;
use super::physics::{Physics, scatter};
use super::picture;
use super::typesetter::Row;

/// How far the cutter is behind the print head.
pub(super) const HEAD_TO_CUTTER: usize = 96;
/// A new roll of 80 mm.
const FULL_ROLL_MM: u32 = 80_000;
/// Less paper than this is reported as nearly empty.
const NEAR_END_MM: u32 = 2_000;
const DOTS_PER_KM: u64 = DOTS_PER_MM * 1_000_000;
/// An element of the head lives between 100 and 200 km, and fades in the last three tenths.
const SHORTEST_LIFE_KM: u64 = 100;

/// A piece of paper that came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperReceipt {
    /// How it looks: 80 mm wide, eight dots a millimetre. Empty when the printer does not draw.
    pub png: Vec<u8>,
    /// What can be read on it.
    pub text: String,
    /// Whether the printer cut it off; otherwise someone tore it off.
    pub cut: bool,
}

pub(super) struct Paper {
    left: u64,
    rows: Vec<Row>,
    text: String,
    pieces: Vec<PaperReceipt>,
    /// Dots that the head has printed in its life.
    odometer: u64,
}

impl Paper {
    /// A full roll, of which the first rows hang out.
    pub fn new(blank: Vec<Row>) -> Self {
        Self {
            left: u64::from(FULL_ROLL_MM) * DOTS_PER_MM,
            rows: blank,
            text: String::new(),
            pieces: Vec::new(),
            odometer: 0,
        }
    }

    pub const fn is_out(&self) -> bool {
        self.left == 0
    }

    pub fn is_near_end(&self) -> bool {
        self.left < u64::from(NEAR_END_MM) * DOTS_PER_MM
    }

    pub const fn left_mm(&self) -> u64 {
        self.left / DOTS_PER_MM
    }

    /// Whether there is something on what hangs out.
    pub const fn is_begun(&self) -> bool {
        !self.text.is_empty()
    }

    pub fn set_left_mm(&mut self, millimetres: u32) {
        self.left = u64::from(millimetres) * DOTS_PER_MM;
    }

    pub const fn set_odometer_km(&mut self, kilometres: u32) {
        self.odometer = kilometres as u64 * DOTS_PER_KM;
    }

    /// Someone tears off what hangs out and puts in a new roll.
    pub fn new_roll(&mut self, blank: Vec<Row>) {
        if !self.text.is_empty() {
            self.piece(self.rows.len(), false);
        }
        self.rows = blank;
        self.set_left_mm(FULL_ROLL_MM);
    }

    /// Prints a row and moves on.
    pub fn print(&mut self, mut row: Row, physics: &Physics) {
        self.left = self.left.saturating_sub(1);
        self.odometer += 1;
        self.wear(&mut row, physics);
        self.rows.push(row);
    }

    /// What could be read in the rows since the last text.
    pub fn read(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    pub fn cut(&mut self) {
        self.piece(self.rows.len().saturating_sub(HEAD_TO_CUTTER), true);
    }

    pub fn take_pieces(&mut self) -> Vec<PaperReceipt> {
        std::mem::take(&mut self.pieces)
    }

    /// The paper from the cutting edge to the print head.
    pub fn hanging_out(&self) -> PaperReceipt {
        PaperReceipt { png: draw(&self.rows), text: self.text.clone(), cut: false }
    }

    /// The first rows come off.
    fn piece(&mut self, rows: usize, cut: bool) {
        let rest = self.rows.split_off(rows);
        let png = draw(&self.rows);
        self.pieces.push(PaperReceipt { png, text: std::mem::take(&mut self.text), cut });
        self.rows = rest;
    }

    /// Broken elements leave a white line; worn ones miss more and more dots.
    fn wear(&self, row: &mut Row, physics: &Physics) {
        for element in &physics.broken_elements {
            row.get_mut(*element).into_iter().for_each(|dot| *dot = false);
        }
        if self.odometer * 10 < SHORTEST_LIFE_KM * 7 * DOTS_PER_KM {
            return;
        }
        for (element, dot) in row.iter_mut().enumerate().filter(|(_, dot)| **dot) {
            let seed = scatter(physics.seed ^ element as u64);
            let life = (SHORTEST_LIFE_KM + seed % SHORTEST_LIFE_KM) * DOTS_PER_KM;
            let fading = (self.odometer * 10).saturating_sub(life * 7);
            *dot = scatter(seed ^ self.odometer) % (life * 3) >= fading;
        }
    }
}

/// Rows without dots come from a printer that does not draw.
fn draw(rows: &[Row]) -> Vec<u8> {
    if rows.first().is_some_and(Vec::is_empty) { Vec::new() } else { picture::png(rows) }
}
