//! The program `zuil-hub`.

use std::process::ExitCode;

use clap::Parser;
use zuil_hub::cli::Cli;

fn main() -> ExitCode {
    Cli::parse().run()
}
