//! Throws bytes at `recording` of `src/devices/fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| zuil_fuzz::run("recording", bytes));
