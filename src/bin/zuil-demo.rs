//! The demonstration's program: a stage around one pillar, with a workbench window or a scripted
//! resident.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use zuil::waypoint::Waypoint;

#[global_allocator]
static ALLOCATOR: zuil::memory::Wiping = zuil::memory::WIPING;

/// Shows Zuil with a hub and simulated devices.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// A pillar in a window, and a workbench beside it.
    #[cfg(feature = "window")]
    Window {
        /// The folder with the tasks.
        #[arg(long, default_value = "catalogue/example")]
        catalogue: PathBuf,
    },
    /// A scripted resident does one paid errand through the real widgets, without a display.
    Walkthrough {
        /// The folder with the tasks.
        #[arg(long, default_value = "catalogue/example")]
        catalogue: PathBuf,
        /// Where the pictures go; a new folder below `demo/` when left out.
        #[arg(long)]
        out: Option<PathBuf>,
        /// The language of the visit: nl or en.
        #[arg(long, default_value = "nl")]
        language: String,
        /// As at a pillar from the image: no readers and no headphones, and it is enrolled at its screen first.
        #[arg(long)]
        kiosk: bool,
    },
    /// A printer and a card terminal by themselves, until standard input is closed; what they do is told line by
    /// line on standard output.
    Devices {
        /// Where their lines `printer` and `terminal` appear, and what they printed and charged is kept.
        #[arg(long)]
        folder: PathBuf,
    },
    /// A scripted resident without a screen, for tests that kill the pillar.
    Errand {
        /// The pillar's settings.
        #[arg(long)]
        config: PathBuf,
        /// The id of the task; without one the pillar only serves, until standard input is closed.
        #[arg(long)]
        task: Option<String>,
        /// The point at which it says so and stands still.
        #[arg(long, value_parser = waypoint)]
        hold_at: Option<Waypoint>,
    },
    /// A pillar with its real widgets, without a display, touched by lines on standard input; for tests
    /// that look into its memory.
    Touched {
        /// The pillar's settings.
        #[arg(long)]
        config: PathBuf,
    },
    /// Measures the pillar's start and its rest, as JSON lines. Needs a display.
    #[cfg(feature = "window")]
    BenchStart {
        /// The folder with the tasks.
        #[arg(long, default_value = "catalogue/example")]
        catalogue: PathBuf,
    },
    /// Measures how long a receipt takes on a slow line, as JSON lines. Needs no display.
    BenchReceipt {
        /// The folder with the tasks.
        #[arg(long, default_value = "catalogue/example")]
        catalogue: PathBuf,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        #[cfg(feature = "window")]
        Command::Window { catalogue } => zuil::demo::workbench::open(&catalogue),
        Command::Walkthrough { catalogue, out, language, kiosk } => {
            zuil::demo::walkthrough::run(&catalogue, out, &language, kiosk)
        }
        Command::Devices { folder } => zuil::demo::devices::run(&folder),
        Command::Errand { config, task, hold_at } => {
            zuil::demo::errand::run(&config, task.as_deref(), hold_at)
        }
        Command::Touched { config } => zuil::demo::touched::run(&config),
        #[cfg(feature = "window")]
        Command::BenchStart { catalogue } => zuil::demo::bench::start(&catalogue),
        Command::BenchReceipt { catalogue } => zuil::demo::bench::receipt::run(&catalogue),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("zuil-demo: {error}");
            ExitCode::FAILURE
        }
    }
}

fn waypoint(name: &str) -> Result<Waypoint, String> {
    let names = || Waypoint::ALL.map(|(name, _)| name).join(", ");
    Waypoint::named(name).ok_or_else(|| format!("there is no such point; there are {}", names()))
}
