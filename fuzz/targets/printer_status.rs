//! Throws bytes at `printer-status` of `src/devices/fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| zuil_fuzz::run("printer-status", bytes));
