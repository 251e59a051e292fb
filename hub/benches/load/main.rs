//! A hub as a municipality has it, in a process of its own: how fast its pages are when its store holds years of
//! requests (`pages`), and what a fleet of pillars asks of it (`fleet`).
//!
//! Invariant: what is measured goes through the doors of the real program, and what is answered otherwise than it
//! must be ends the bench with an error.

mod fill;
mod fleet;
mod forwarder;
mod home;
mod journal;
mod pages;
mod pillar;
mod process;
mod routes;
mod town;

/// Why the bench could not be run to its end.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` only wants to know whether it builds; `cargo bench` says what it is.
    if arguments.iter().any(|argument| argument == "--test") {
        return Ok(());
    }
    arguments.retain(|argument| argument != "--bench");
    // What is at hand is told once, so that no client looks for it.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match arguments.split_first() {
        Some((what, [])) if what == "pages" => pages::measure(),
        Some((what, how)) if what == "fleet" => fleet::live(how),
        _ => Err("say what to measure: pages, or fleet".into()),
    }
}
