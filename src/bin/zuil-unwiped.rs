//! The demonstration's touched pillar without the allocator that wipes: with it the tests prove that what
//! they look for in memory would be found. It is in no image.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// A pillar that is touched by lines on standard input, and whose freed memory is not wiped.
#[derive(Parser)]
struct Arguments {
    /// The pillar's settings.
    #[arg(long)]
    config: PathBuf,
}

fn main() -> ExitCode {
    match zuil::demo::touched::run(&Arguments::parse().config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("zuil-unwiped: {error}");
            ExitCode::FAILURE
        }
    }
}
