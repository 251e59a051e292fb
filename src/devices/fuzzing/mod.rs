//! What fuzzing does with bytes: no byte from a serial line may make a driver panic, hang, tell
//! something untrue or remember more than a bounded amount.
//!
//! Invariant: a target depends on nothing but its input, so that an input that failed once fails again.
//! The targets are run by libFuzzer (`fuzz/`, `script/fuzz`) for long and by the tests here for short.

mod printer;
mod readers;
mod recording;
mod script;
mod terminal;
#[cfg(test)]
mod tests;

/// One target: takes any bytes and panics when something that must hold does not.
pub type Target = fn(&[u8]);

/// All targets, by the names of their seeds in `fuzz/seeds/`.
pub const TARGETS: [(&str, Target); 8] = [
    ("printer-status", printer::status),
    ("printer", printer::protocol),
    ("zvt-packet", terminal::packet),
    ("zvt-line", terminal::line),
    ("zvt-driver", terminal::driver),
    ("mrz", readers::mrz),
    ("rfid", readers::rfid),
    ("recording", recording::recording),
];
