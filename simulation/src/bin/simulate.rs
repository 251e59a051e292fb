//! `simulate --schedules N [--seed S]`: lives N schedules, from seed S on, on all processors. The last line
//! on standard output says what came of it; a violation ends the program with status 1.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use zuil_simulation::{Coverage, Ended, Planted, live};

/// Lives seeded schedules of pillars, network and hub, and looks for what must never happen.
#[derive(Parser)]
struct Arguments {
    /// How many schedules.
    #[arg(long, default_value_t = 1_000)]
    schedules: u64,
    /// The seed of the first; the others follow.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many at a time; one for each processor when it is not said.
    #[arg(long)]
    threads: Option<usize>,
    /// Says what happened in each schedule.
    #[arg(long)]
    trace: bool,
    /// Plants a bug, by its name; an unknown one lists them.
    #[arg(long)]
    plant: Option<String>,
}

/// What all schedules came to so far.
#[derive(Default)]
struct Sum {
    coverage: Coverage,
    schedules: u64,
    events: u64,
    failed: Vec<Ended>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let planted = match arguments.plant.as_deref().map(named) {
        Some(None) => {
            eprintln!("no such bug; there are: {:?}", Planted::ALL);
            return ExitCode::from(2);
        }
        Some(planted) => planted,
        None => None,
    };
    let began = Instant::now();
    let sum = run(&arguments, planted, began);
    report(&arguments, &sum, began.elapsed());
    if sum.failed.is_empty() && sum.schedules == arguments.schedules {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn named(name: &str) -> Option<Planted> {
    Planted::ALL.into_iter().find(|planted| format!("{planted:?}") == name)
}

fn run(arguments: &Arguments, planted: Option<Planted>, began: Instant) -> Sum {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = arguments.threads.unwrap_or_else(processors).max(1);
    let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let sum = Mutex::new(Sum::default());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= arguments.schedules {
                        return;
                    }
                    let ended = live(arguments.seed.wrapping_add(number), planted);
                    if ended.violation.is_some() {
                        stop.store(true, Ordering::Relaxed);
                    }
                    note(&sum, ended, arguments, began);
                }
            });
        }
    });
    sum.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn note(sum: &Mutex<Sum>, ended: Ended, arguments: &Arguments, began: Instant) {
    let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
    sum.coverage.add(&ended.coverage);
    sum.schedules += 1;
    sum.events += ended.events;
    if arguments.trace {
        eprintln!("seed {}, {:016x}:\n{}", ended.seed, ended.hash, ended.trace.join("\n"));
    }
    if ended.violation.is_some() {
        sum.failed.push(ended);
    }
    if sum.schedules.is_multiple_of(1_000) {
        eprintln!("{} of {} schedules, {} s", sum.schedules, arguments.schedules, began.elapsed().as_secs());
    }
}

fn report(arguments: &Arguments, sum: &Sum, took: Duration) {
    println!("What happened:\n{}", sum.coverage);
    for ended in &sum.failed {
        if !arguments.trace {
            println!("seed {}:\n{}", ended.seed, ended.trace.join("\n"));
        }
        if let Some(violation) = &ended.violation {
            println!("VIOLATION in seed {}: {}: {}", ended.seed, violation.rule, violation.what);
        }
        let planted =
            arguments.plant.as_ref().map(|planted| format!(" --plant {planted}")).unwrap_or_default();
        println!("once more, alone: script/simulate --schedules 1 --seed {}{planted}\n", ended.seed);
    }
    let count = |beginning: &str| sum.coverage.sum(beginning);
    println!(
        "{} schedules, {} events, {} crashes, {} power cuts, {} messages lost, {} doubled, {} late or reordered, \
         {} violations, {} seconds",
        sum.schedules,
        sum.events,
        count("crashes"),
        count("power cuts: hub") + count("power cuts: pillar"),
        count("messages lost"),
        count("messages doubled"),
        count("messages late"),
        sum.failed.len(),
        took.as_secs(),
    );
}
