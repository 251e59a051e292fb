//! Gives libFuzzer the targets of the pillar's room `devices`.
//!
//! Invariant: nothing is decided here; what must hold is in `src/devices/fuzzing` and runs as ordinary
//! tests, too.

#![allow(dead_code)] // Of the room only what reads bytes is used here.

#[path = "../../src/devices/mod.rs"]
pub mod devices;

/// Runs the target of this name, which there is.
pub fn run(name: &str, bytes: &[u8]) {
    for (known, target) in devices::fuzzing::TARGETS {
        if known == name {
            return target(bytes);
        }
    }
    unreachable!("there is no target {name}");
}
