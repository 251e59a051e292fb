//! What goes wrong on a day, when, and for how long.

use std::time::Duration;

use fastrand::Rng;

use crate::devices::printer::simulator as printer;
use crate::devices::terminal::simulator::PowerCut;

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The printer's plug.
    PrinterPower,
    /// The printer's cable.
    PrinterCable,
    /// So many millimetres are left on the roll.
    Paper(u32),
    /// One of the printer's own faults, at one of its own moments.
    Printer(printer::Fault, printer::Moment),
    /// The printer's cover.
    Cover,
    /// Something in the cutter.
    Cutter,
    /// The terminal's plug.
    TerminalPower,
    /// The terminal's plug, at the worst moment.
    TerminalPowerAt(PowerCut),
    /// The terminal closes its day by itself.
    TerminalClosesItsDay,
    /// The terminal's cable. It does not notice.
    TerminalCable,
    /// The terminal says nothing.
    TerminalSilence,
    /// The terminal has something else to do.
    TerminalBusy,
    /// Noise on the terminal's line.
    TerminalNoise,
    /// The network.
    Network,
    /// Nothing can be written to the pillar's disk.
    Disk,
    /// The pillar's plug.
    PillarPower,
    /// The pillar's plug, after so many more steps of its program.
    PillarPowerAfter(u32),
}

/// A fault that begins and ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trouble {
    pub(super) fault: Fault,
    pub(super) begins: Duration,
    pub(super) ends: Duration,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    ToCome,
    Now,
    Over,
}

impl Trouble {
    /// What turns at this moment: the fault, and whether it goes wrong or is mended.
    pub(super) fn due(&mut self, now: Duration) -> [Option<(Fault, bool)>; 2] {
        let begins = self.stage == Stage::ToCome && now >= self.begins;
        if begins {
            self.stage = Stage::Now;
        }
        let ends = self.stage == Stage::Now && now >= self.ends;
        if ends {
            self.stage = Stage::Over;
        }
        [begins.then_some((self.fault, true)), ends.then_some((self.fault, false))]
    }

    /// It is mended, or does not come any more.
    pub(super) const fn is_over(&mut self) {
        self.stage = Stage::Over;
    }
}

/// What goes wrong on a day: nothing to five things in the time of a paid errand, for a blink to a
/// minute and a half.
pub(super) fn schedule(random: &mut Rng) -> Vec<Trouble> {
    let count = random.usize(0..=5);
    (0..count)
        .map(|_| {
            let begins = Duration::from_millis(random.u64(0..25_000));
            let lasts = match random.u8(0..3) {
                0 => random.u64(50..2_000),
                1 => random.u64(2_000..15_000),
                _ => random.u64(15_000..90_000),
            };
            Trouble {
                fault: any(random),
                begins,
                ends: begins + Duration::from_millis(lasts),
                stage: Stage::ToCome,
            }
        })
        .collect()
}

fn any(random: &mut Rng) -> Fault {
    match random.u8(0..25) {
        0 => Fault::PrinterPower,
        1 => Fault::PrinterCable,
        2 => Fault::Paper(random.u32(0..200)),
        3 => Fault::Cover,
        4 => Fault::Cutter,
        5 => Fault::TerminalPower,
        6 => Fault::TerminalPowerAt(PowerCut::AfterAuthorisation),
        7 => Fault::TerminalPowerAt(PowerCut::AfterCharging),
        8 => Fault::TerminalPowerAt(PowerCut::AfterStatusInformation),
        9 | 10 => Fault::TerminalCable,
        11 => Fault::TerminalSilence,
        12 => Fault::TerminalBusy,
        13 => Fault::TerminalNoise,
        14 => Fault::Network,
        15 => Fault::Disk,
        16 => Fault::PillarPower,
        17 => Fault::PillarPowerAfter(random.u32(0..400)),
        18 => Fault::TerminalClosesItsDay,
        _ => any_of_the_printer(random),
    }
}

fn any_of_the_printer(random: &mut Rng) -> Fault {
    use printer::{Fault as Printer, Moment};
    let faults = [
        Printer::PaperOut,
        Printer::CoverOpen,
        Printer::PowerCut,
        Printer::CutterJam,
        Printer::Silence,
        Printer::Garbage,
        Printer::TornAnswer,
        Printer::TornThenSilence,
    ];
    let moment = match random.u8(0..4) {
        0 => Moment::Now,
        1 => Moment::Byte(random.u64(0..6_000)),
        2 => Moment::Millimetre(random.u32(0..250)),
        _ => Moment::Cut(random.u32(1..3)),
    };
    Fault::Printer(faults[random.usize(0..faults.len())], moment)
}
