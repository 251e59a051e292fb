//! What a printer and its line are like: how fast, how large, how old, how clever.
//!
//! Invariant: physics change when and how well something happens, never what a command means.

use std::time::Duration;

/// What the receive buffer of a small printer holds.
const BUFFER: usize = 4 * 1_024;

/// The nature of a printer and its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Physics {
    /// Bits a second, ten for each byte; infinitely fast when `None`.
    pub baud: Option<u32>,
    /// What happens when the host sends more than the buffer holds.
    pub flow: Flow,
    /// What the receive buffer holds, in bytes.
    pub buffer: usize,
    /// How fast paper moves, in millimetres a second; infinitely fast when `None`.
    pub mm_per_second: Option<u32>,
    /// How long each answer takes, at least and at most.
    pub answers_after: (Duration, Duration),
    /// How long it is deaf and dumb after the power came back.
    pub boot: Duration,
    /// Whether it knows `GS ( H`.
    pub knows_process_id: bool,
    /// Whether it knows `GS r`.
    pub knows_paper_sensor: bool,
    /// Whether it knows `GS a`.
    pub knows_automatic_status: bool,
    /// Whether it clears its buffers by itself when the cover is opened.
    pub forgets_when_opened: bool,
    /// How much the head has printed in its life, in kilometres; the first dots fade at 70.
    pub kilometres: u32,
    /// Elements of the head that are broken, counted from the left.
    pub broken_elements: Vec<usize>,
    /// Whether it draws pictures of the paper. Without them it is much faster to simulate.
    pub draws: bool,
    /// The seed of everything random.
    pub seed: u64,
}

/// How a printer keeps the host from sending more than it can hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// DTR says "busy" while the buffer is full, and the host waits; only real-time commands pass.
    #[default]
    Busy,
    /// The wire is missing in the cable: what does not fit is lost.
    None,
}

impl Default for Physics {
    /// A new and infinitely fast printer.
    fn default() -> Self {
        Self {
            baud: None,
            flow: Flow::Busy,
            buffer: BUFFER,
            mm_per_second: None,
            answers_after: (Duration::ZERO, Duration::ZERO),
            boot: Duration::ZERO,
            knows_process_id: true,
            knows_paper_sensor: true,
            knows_automatic_status: true,
            forgets_when_opened: false,
            kilometres: 0,
            broken_elements: Vec::new(),
            draws: true,
            seed: 1,
        }
    }
}

impl Physics {
    /// A usual printer on a serial line: 150 mm a second, and a second and a half to start.
    #[must_use]
    pub fn real(baud: u32) -> Self {
        Self {
            baud: Some(baud),
            mm_per_second: Some(150),
            boot: Duration::from_millis(1_500),
            ..Self::default()
        }
    }
}

/// Random numbers that are the same for the same seed (SplitMix64).
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        scatter(self.0)
    }

    /// A number below `end`; 0 when that is 0.
    pub const fn below(&mut self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.next() % end }
    }
}

/// Makes similar numbers very different ones.
pub const fn scatter(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
