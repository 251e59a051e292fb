//! Throws bytes at `printer` of `src/devices/fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| zuil_fuzz::run("printer", bytes));
