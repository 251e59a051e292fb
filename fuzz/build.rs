//! Switches on what the room `devices` has for fuzzing.

fn main() {
    println!("cargo::rustc-cfg=fuzzing");
}
