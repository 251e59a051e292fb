#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| zuil_fuzz::zvt_packet(bytes));
