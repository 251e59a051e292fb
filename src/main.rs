//! The pillar's program: reads the settings, starts the pillar and shows its screens.

use std::cell::RefCell;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};
use jiff::Zoned;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;
use zuil::config::{Config, LogLevel};
use zuil::doctor;
use zuil::log::LogFile;
use zuil::machine::{Machine, Places, Profile};
use zuil::outbox::SqliteOutbox;
use zuil::pillar::rescue::{self, Data, Rescue};
use zuil::pillar::{Standing, enrolling};
use zuil::preview;
use zuil::runner::Input;
use zuil::screens::Screens;
use zuil::visit::View;
use zuil::watchdog::{Asked, HealthMark, Watchdog};
use zuil_wire::health::Salvaged;

/// The exit code after a technician ordered from afar that the program is started anew (`EX_TEMPFAIL`). Whoever
/// starts it, such as systemd with `Restart=always` or `on-failure`, starts it again.
const RESTART: u8 = 75;

/// How often is looked whether the image can be told that this version works.
const HEALTH: Duration = Duration::from_secs(1);

/// How often is looked what the image did for a machine whose data is closed.
const RESCUE: Duration = Duration::from_millis(500);

/// By then the loop has drawn what it was given.
const DRAWN: Duration = Duration::from_millis(20);

/// What a visit leaves behind in memory is wiped when it is freed.
#[global_allocator]
static ALLOCATOR: zuil::memory::Wiping = zuil::memory::WIPING;

/// The municipal self-service pillar.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// The pillar's settings; see zuil.toml.example.
    #[arg(long, global = true, default_value = "zuil.toml")]
    config: PathBuf,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve residents (what happens without a command, too).
    ///
    /// Exit code 75: a technician ordered from afar that the program is started anew; start it again.
    Run,
    /// Read a catalogue and name every mistake with file, line and remedy.
    Check(zuil::check::Options),
    /// Make pictures of all screens of a task, as residents will see them. It needs no display.
    ///
    /// Answers are made up; every question is shown once, also those behind a condition, and what is said when it
    /// is answered wrong. Prints the path of each picture.
    Preview(preview::command::Options),
    /// Bind this pillar to a hub, with a code that was made there.
    ///
    /// The pillar makes its keys itself; they never leave it. It prints the pillar's name. A pillar that waits for its
    /// binding begins to serve by itself.
    Enrol(enrolling::Options),
    /// Look at every device, the network and the files, and say what is well and what to do.
    ///
    /// Exit code: 0 when the pillar is ready to serve, also with points of attention; 2 when something
    /// failed; 1 when there could be no report. A pillar that runs is left alone: its devices are looked
    /// at from outside only. Nothing is charged, and nothing is printed without --print. It takes a
    /// minute at most.
    Doctor(doctor::command::Options),
    /// Say on the screen that this machine's data cannot be opened, and let a technician do something about it.
    ///
    /// The image runs it in the pillar's place when the data partition stays closed. It reads no settings, and ends when
    /// the data was opened.
    Rescue,
    /// Tell what was saved of an outbox that was damaged.
    Salvaged {
        /// You have compared the terminal's own list of payments with what the hub has, and agree that
        /// cards are taken again from the pillar's next start on.
        #[arg(long)]
        agree: bool,
    },
}

fn main() -> ExitCode {
    if let Err(error) = zuil::memory::keep_to_itself() {
        eprintln!("zuil: {error}");
        return ExitCode::FAILURE;
    }
    let arguments = Arguments::parse();
    let done = match arguments.command {
        Some(Command::Check(options)) => Ok(zuil::check::run(&options)),
        Some(Command::Preview(options)) => preview::command::run(&options, Zoned::now().datetime(), |file| {
            // Whoever has read enough closes the other end, which is no failure.
            let _ = writeln!(std::io::stdout(), "{}", file.display());
        }),
        Some(Command::Enrol(options)) => enrolling::run(&arguments.config, &options),
        Some(Command::Doctor(options)) => doctor::command::run(&arguments.config, &options),
        Some(Command::Rescue) => rescue(),
        Some(Command::Salvaged { agree }) => salvaged(&arguments.config, agree),
        Some(Command::Run) | None => serve(&arguments.config),
    };
    done.unwrap_or_else(|error| {
        eprintln!("zuil: {error}");
        ExitCode::FAILURE
    })
}

fn salvaged(config: &std::path::Path, agree: bool) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let outbox = Config::load(config)?.data_dir.join("outbox.sqlite");
    if agree {
        SqliteOutbox::agree_to_salvage(&outbox)?;
    }
    let Some(last) = SqliteOutbox::last_salvage(&outbox) else {
        println!("this outbox was never damaged");
        return Ok(ExitCode::SUCCESS);
    };
    let Salvaged { at, kept, unreadable } = last.salvaged;
    println!("damaged and made anew at {at}, with {kept} requests; all readable: {}", !unreadable);
    println!("cards are taken: {}", last.is_agreed);
    last.put_aside.iter().for_each(|file| println!("put aside: {}", file.display()));
    Ok(ExitCode::SUCCESS)
}

fn serve(config: &std::path::Path) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let config = Config::load(config)?;
    start_log(config.log_level, Some(LogFile::of(&config.data_dir)));
    end_on_panic();
    let screens = Screens::new()?;
    let (show, mut shown) = tokio::sync::mpsc::unbounded_channel::<View>();
    // The screens may be gone already when the last view comes.
    let restarts = Arc::new(AtomicBool::new(false));
    let lab = is_of_lab();
    let pillar = Rc::new(Standing::start(config, end_to_restart(&restarts), move |view| {
        drop(show.send(view.on_image_of_lab(lab)));
    })?);
    let told = Rc::downgrade(&pillar);
    screens.on_intent(move |intent| {
        if let Some(pillar) = told.upgrade() {
            pillar.tell(Input::Resident(Box::new(intent)));
        }
    });
    screens.open()?;
    let watchdog = Rc::new(RefCell::new(Watchdog::open(&Asked::by_environment())?));
    let _looking = look_every_so_often(&watchdog, Rc::downgrade(&pillar));
    let _marking = mark_when_healthy(&watchdog, Rc::downgrade(&pillar));
    tell_of_the_first_picture(&screens);
    slint::spawn_local(async move {
        while let Some(view) = shown.recv().await {
            screens.show(&view);
            say_when_it_is_drawn(&watchdog);
        }
    })?;
    slint::run_event_loop()?;
    let restarts = restarts.load(Ordering::Relaxed);
    Ok(if restarts { ExitCode::from(RESTART) } else { ExitCode::SUCCESS })
}

/// Whether the image is one of the lab; a developer's machine runs none.
fn is_of_lab() -> bool {
    Machine::of(Places::default()).is_some_and(|machine| machine.profile() == Profile::Lab)
}

/// The screen of a machine whose data is closed, until it was opened.
fn rescue() -> Result<ExitCode, Box<dyn std::error::Error>> {
    start_log(LogLevel::Info, None);
    end_on_panic();
    let lab = is_of_lab();
    let screens = Screens::new()?;
    let (show, mut shown) = tokio::sync::mpsc::unbounded_channel::<View>();
    let rescue = Rc::new(RefCell::new(Rescue::new(rescue::Places::default(), Instant::now(), move |view| {
        drop(show.send(view.on_image_of_lab(lab)));
    })));
    let told = Rc::clone(&rescue);
    screens.on_intent(move |intent| told.borrow_mut().hear(&intent, Instant::now()));
    screens.open()?;
    let watchdog = Rc::new(RefCell::new(Watchdog::open(&Asked::by_environment())?));
    let _looking = look_every_so_often(&watchdog, Weak::new());
    let _rescuing = look_after(&watchdog, rescue);
    tell_of_the_first_picture(&screens);
    slint::spawn_local(async move {
        while let Some(view) = shown.recv().await {
            screens.show(&view);
            say_when_it_is_drawn(&watchdog);
        }
    })?;
    slint::run_event_loop()?;
    Ok(ExitCode::SUCCESS)
}

/// Looks what became of the data, for as long as the timer is kept. A version that only waits for a passphrase works.
fn look_after(watchdog: &Rc<RefCell<Watchdog>>, rescue: Rc<RefCell<Rescue>>) -> slint::Timer {
    let mut mark = HealthMark::by_environment();
    let (timer, watchdog) = (slint::Timer::default(), Rc::clone(watchdog));
    timer.start(slint::TimerMode::Repeated, RESCUE, move || {
        let mut rescue = rescue.borrow_mut();
        if rescue.look(Instant::now()) == Data::Open
            && let Err(error) = slint::quit_event_loop()
        {
            tracing::warn!(%error, "the event loop has ended already");
        }
        if rescue.waits_for_passphrase() {
            mark.look(watchdog.borrow().has_shown(), Some(1));
        }
    });
    timer
}

/// Has the thread that draws say again and again that it and the pillar live, for as long as the timer is kept.
fn look_every_so_often(watchdog: &Rc<RefCell<Watchdog>>, pillar: Weak<Standing>) -> Option<slint::Timer> {
    let every = watchdog.borrow().every()?;
    let (timer, watchdog) = (slint::Timer::default(), Rc::clone(watchdog));
    timer.start(slint::TimerMode::Repeated, every, move || {
        let rounds = pillar.upgrade().and_then(|pillar| pillar.rounds());
        watchdog.borrow_mut().look(rounds);
    });
    Some(timer)
}

/// Has the thread that draws tell the image that this version works, as soon as it does, for as long as the timer is kept.
fn mark_when_healthy(watchdog: &Rc<RefCell<Watchdog>>, pillar: Weak<Standing>) -> Option<slint::Timer> {
    let mut mark = HealthMark::by_environment();
    if !mark.is_missing() {
        return None;
    }
    let (timer, watchdog) = (slint::Timer::default(), Rc::clone(watchdog));
    timer.start(slint::TimerMode::Repeated, HEALTH, move || {
        let rounds = pillar.upgrade().and_then(|pillar| pillar.rounds());
        mark.look(watchdog.borrow().has_shown(), rounds);
    });
    Some(timer)
}

/// Tells systemd that the pillar is ready when the loop has drawn what it was given to show.
fn say_when_it_is_drawn(watchdog: &Rc<RefCell<Watchdog>>) {
    let watchdog = Rc::clone(watchdog);
    slint::Timer::single_shot(DRAWN, move || watchdog.borrow_mut().is_shown());
}

/// Ends the event loop, once the pillar has ended, and says why in `restarts`.
fn end_to_restart(restarts: &Arc<AtomicBool>) -> impl FnOnce() + Send + 'static {
    let restarts = Arc::clone(restarts);
    move || {
        restarts.store(true, Ordering::Relaxed);
        tracing::info!("the program ends to be started anew, as a technician ordered");
        if let Err(error) = slint::quit_event_loop() {
            tracing::warn!(%error, "the event loop has ended already");
        }
    }
}

/// A thread that fails must not leave a resident's screen standing with nobody behind it: the whole
/// pillar ends, and whoever started it starts it anew. The message may hold what the thread was
/// working on, so only the place is logged.
fn end_on_panic() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(%place, "something failed that never should; the pillar ends and must be started anew");
        std::process::abort();
    }));
}

/// Says in the log when the first picture is on the screen; `script/bench start` waits for it.
#[cfg(feature = "window")]
fn tell_of_the_first_picture(screens: &Screens) {
    use slint::winit_030::{EventResult, WinitWindowAccessor, winit::event::WindowEvent};
    let told = std::cell::Cell::new(false);
    screens.window().on_winit_window_event(move |_, event| {
        if matches!(event, WindowEvent::RedrawRequested) && !told.replace(true) {
            // Runs after the picture that is being asked for now.
            let done = slint::invoke_from_event_loop(|| tracing::info!("the first picture is on the screen"));
            done.unwrap_or_else(|error| tracing::warn!(%error, "the event loop has ended"));
        }
        EventResult::Propagate
    });
}

#[cfg(not(feature = "window"))]
fn tell_of_the_first_picture(_screens: &Screens) {}

fn start_log(level: LogLevel, file: Option<LogFile>) {
    let level = match level {
        LogLevel::Error => tracing::Level::ERROR,
        LogLevel::Warn => tracing::Level::WARN,
        LogLevel::Info => tracing::Level::INFO,
        LogLevel::Debug => tracing::Level::DEBUG,
        LogLevel::Trace => tracing::Level::TRACE,
    };
    // Only our own words: what libraries write at a low level may hold what passes through them.
    let ours = Targets::new()
        .with_target("zuil", level)
        .with_target("zuil_wire", level)
        .with_default(LevelFilter::WARN);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let kept = file.map(|file| tracing_subscriber::fmt::layer().with_ansi(false).with_writer(file));
    tracing_subscriber::registry().with(lines.and_then(kept).with_filter(ours)).init();
}
