//! Throws bytes at `zvt-line` of `src/devices/fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| zuil_fuzz::run("zvt-line", bytes));
