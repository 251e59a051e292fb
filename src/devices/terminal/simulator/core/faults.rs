//! What people do at a simulated terminal, and what does not work there.
//!
//! Invariant: nothing here happens by itself; a test or the workbench asks for it.

use std::time::Duration;

use super::physics::{AtByte, Garbage};
use crate::devices::terminal::simulator::PowerCut;

/// What a person does at the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Presents a card that the bank accepts.
    InsertCard,
    /// Presents a card that is refused with this code.
    InsertBadCard(u8),
    /// Presents a card so that it cannot be read, and then again, well.
    InsertBadly,
    /// Presents a card that the bank accepts, and enters a wrong PIN first.
    MistypePin,
    /// Presses the red key.
    PressStop,
    /// Walks away.
    WalkAway,
}

/// What does not work, or not as one would like. Nothing of it by default.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Hears and says nothing.
    pub silent: bool,
    /// Hears and says nothing until this time.
    pub silent_until: Option<Duration>,
    /// Answers 84 9C to every payment.
    pub busy: bool,
    /// Answers 84 9C to every command until this time.
    pub busy_until: Option<Duration>,
    /// Answers the next command with 84 and this code, such as 66.
    pub reject_once: Option<u8>,
    /// A fixed noise in front of everything that it says.
    pub noise: bool,
    /// Random bytes among those that it hears and says.
    pub garbage: Option<Garbage>,
    /// So many of the next things that it says are cut in the middle.
    pub half_frames: u32,
    /// Everything that it says comes so much later.
    pub answers_after: Duration,
    /// What it says takes the time that it takes on a line of so many bits per second.
    pub baud: Option<u32>,
    /// The next frame of the pillar arrives broken.
    pub nak_once: bool,
    /// Full (made-up) card numbers wherever a terminal could put one: BMP 22, containers, texts, and a
    /// line to print.
    pub full_card_number: bool,
    /// A status information of a refusal holds nothing but the result code.
    pub bare_refusals: bool,
    /// Takes a payment back whose status information nobody answered; otherwise it keeps it.
    pub reverses_when_unanswered: bool,
    /// Completes a payment whose status information the pillar rejected, instead of taking it back.
    pub completes_rejected: bool,
    /// Forgets its last receipt with its day.
    pub forgets_at_end_of_day: bool,
    /// The code with which it refuses 06 20.
    pub refuses_repeat: Option<u8>,
    /// The code with which it refuses 06 10.
    pub refuses_turnover: Option<u8>,
    /// The code with which it refuses 06 30.
    pub refuses_reversal: Option<u8>,
    /// The code with which it refuses 06 50.
    pub refuses_end_of_day: Option<u8>,
    /// The code with which it refuses 06 70.
    pub refuses_diagnosis: Option<u8>,
    /// When in a payment the power goes.
    pub power_cut: Option<PowerCut>,
    /// At which byte the power goes.
    pub power_cut_at: Option<AtByte>,
    /// At which byte the cable is pulled; the cable is then out.
    pub hang_up_at: Option<AtByte>,
}
