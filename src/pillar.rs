//! Puts a pillar together from its settings and keeps it going: devices, outbox, sync and visit,
//! joined by a runner on a thread of its own.
//!
//! Invariant: what cannot be put together leaves the pillar out of service with a clear screen; it
//! never serves by half.

pub mod condition;
mod devices;
pub mod enrolling;
mod feeding;
mod first_boot;
mod hardware;
mod lock;
mod making;
mod newcomer;
mod published;
mod recording;
pub mod rescue;
mod standby;
mod standing;
mod technician;

use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use jiff::tz::TimeZone;
use zuil_wire::{Binding, HealthReport, Order};

use crate::clock::Clock;
use crate::config::{self, Config};
use crate::devices::Sink;
use crate::devices::headphones::Headphones;
use crate::devices::thermometer::Thermometer;
use crate::machine::{self, Machine};
use crate::maintenance::ServiceFiles;
use crate::orders::Ledger;
use crate::outbox::{Outbox, SqliteOutbox};
use crate::receipt::Paper;
use crate::runner::{Identity, Input, Parts, Readers, Remote, Runner};
use crate::speech::Speech;
use crate::sync::{
    self, BindingError, FromHub, Inquired, Inquiries, Keyring, Ordered, ReferralBook, Rotation,
};
use crate::system::{Places, System};
use crate::visit::{OutOfService, View, Visit, VisitSettings};
use crate::visits::{Tally, VisitLog};
use crate::watchdog::Rounds;
use crate::waypoint::{NoWaypoints, Waypoints};
use zuil_catalogue::{Catalogue, Edition, Mistake};

use condition::ConditionFile;
use feeding::{run, speaking};
pub use lock::{Lock, Running, is_running};
#[cfg(test)]
pub(crate) use newcomer::samples as newcomer_samples;
use published::Published;
pub use published::{Beginning, Origin, Remedy, Unused, beginning};
use recording::Recorders;
pub use standing::Standing;
#[cfg(test)]
pub(crate) use technician::rows as rows_of_doctor;

/// A pillar that serves. Dropping it stops its threads; what is committed stays.
pub struct Pillar {
    inputs: Sender<Input>,
    rounds: Rounds,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    _headphones: Option<Headphones>,
    _sync: SyncThread,
    _recorders: Recorders,
    _lock: Lock,
}

/// Why a pillar cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum NotServing {
    /// The catalogue has mistakes; every one is named.
    #[error("the catalogue has mistakes, the pillar stays out of service:\n{}", list(.0))]
    Catalogue(Vec<Mistake>),
    /// Nobody has enrolled it.
    #[error("this pillar is not enrolled; make a code at the hub and run `zuil enrol`")]
    NotEnrolled,
    /// Nothing can be kept or sent.
    #[error("{what}: {why}")]
    Storage {
        /// What was tried.
        what: &'static str,
        /// Why it failed and what to do.
        why: String,
    },
}

impl NotServing {
    /// What the screen says of it.
    #[must_use]
    pub const fn on_screen(&self) -> OutOfService {
        match self {
            Self::Catalogue(_) => OutOfService::Catalogue,
            Self::NotEnrolled => OutOfService::NotEnrolled,
            Self::Storage { .. } => OutOfService::Storage,
        }
    }
}

impl Pillar {
    /// Starts a pillar. `show` is called on the runner's thread with every view that differs from
    /// the one before.
    ///
    /// # Errors
    /// When the catalogue has mistakes, or nothing can be kept or sent.
    pub fn start(config: &Config, show: impl FnMut(View) + Send + 'static) -> Result<Self, NotServing> {
        Self::start_watched(config, Arc::new(NoWaypoints), show)
    }

    /// As [`Pillar::start`], and has `restart` called when a technician ordered that the program is started anew.
    /// By then nobody stands here, and all that is to be kept is durable; drop the pillar and start it again.
    ///
    /// # Errors
    /// As [`Pillar::start`].
    pub fn start_restartable(
        config: &Config,
        restart: impl Fn() + Send + 'static,
        show: impl FnMut(View) + Send + 'static,
    ) -> Result<Self, NotServing> {
        Self::start_all(config, Arc::new(NoWaypoints), Box::new(restart), show)
    }

    /// As [`Pillar::start`], and tells what points of an errand are passed.
    ///
    /// # Errors
    /// As [`Pillar::start`].
    pub fn start_watched(
        config: &Config,
        waypoints: Arc<dyn Waypoints>,
        show: impl FnMut(View) + Send + 'static,
    ) -> Result<Self, NotServing> {
        let nobody =
            || tracing::warn!("a restart was ordered; whoever started this pillar must start it again");
        Self::start_all(config, waypoints, Box::new(nobody), show)
    }

    fn start_all(
        config: &Config,
        waypoints: Arc<dyn Waypoints>,
        restart: Box<dyn Fn() + Send>,
        show: impl FnMut(View) + Send + 'static,
    ) -> Result<Self, NotServing> {
        let binding = sync::read_binding(&config.binding).map_err(|error| match error {
            BindingError::Missing(_) => NotServing::NotEnrolled,
            error => storage("reading the binding")(error),
        })?;
        std::fs::create_dir_all(&config.data_dir).map_err(storage("making the data folder"))?;
        let lock = Lock::take(&config.data_dir).map_err(storage("taking the data folder"))?;
        let (inputs, received) = mpsc::channel();
        let (published, catalogue) = open_published(config, &binding, &inputs)?;
        let outbox = open_outbox(config)?;
        let keyring = Keyring::open(&config.data_dir, &binding)
            .map_err(storage("reading the binding's sealing key"))
            .map(Arc::new)?;
        let machine = Machine::of(machine::Places::default());
        let time = hardware::time(config, machine.clone());
        let line = sync::Line { time: time.clone(), max_kilobits: config.sync.max_kilobits };
        let shelf = Arc::clone(&published);
        let ledger = Arc::new(Ledger::open(&config.data_dir));
        let ordered = Ordered { ledger: Arc::clone(&ledger), heard: orders(&inputs) };
        let rotation = rotation(keyring.clone(), &inputs);
        let referrals = Arc::new(ReferralBook::kept_in(&config.data_dir));
        let time_zone = TimeZone::get(&config.time_zone).map_err(storage("looking up the time zone"))?;
        let visit_log = Arc::new(VisitLog::open(&config.data_dir, time_zone.clone()));
        let (inquiries, inquired) = inquiries(&inputs);
        let system = System::of(Places::default()).map(Arc::new);
        let service = Arc::new(service_files(config, &binding));
        let restart = shared(restart);
        let from_hub = FromHub {
            rotation,
            system: system.clone(),
            shelf: Some(shelf),
            orders: Some(ordered),
            binding_file: Some(config.binding.clone()),
            referrals: Arc::clone(&referrals),
            visit_log: Some(Arc::clone(&visit_log)),
            service: Some(Arc::clone(&service)),
            inquired: Some(inquired),
        };
        let sync = SyncThread::start(&binding, outbox.clone(), line, waypoints.clone(), from_hub, &inputs)?;
        let technicians = technician::technicians(
            technician::Tools {
                config: config.clone(),
                pillar: binding.pillar.clone(),
                files: Arc::clone(&service),
                keyring: Some(keyring.clone()),
                time: time.clone(),
                machine: machine.clone(),
                system: system.clone(),
                restart: Arc::clone(&restart),
            },
            &inputs,
        )?;
        let (wake, tell_health) = (sync.waker(), sync.reporter(ConditionFile::begin(&config.data_dir)));
        let seal_key = keyring.current();
        let recorders = Recorders::start(config, &binding.pillar, &seal_key);
        let parts = Parts {
            identity: Identity { pillar: binding.pillar.clone(), seal_key },
            visit: Visit::new(catalogue.clone(), visit_settings(config)),
            outbox,
            printer: devices::start_printer(config, &inputs, &recorders)?,
            columns: config
                .printer
                .as_ref()
                .and_then(|printer| Paper::with_columns(printer.columns))
                .unwrap_or_default(),
            paper: config.printer.as_ref().map(config::Printer::paper).unwrap_or_default(),
            roll_file: config.printer.as_ref().map(|_| config.data_dir.join("paper.json")),
            terminal: devices::start_terminal(config, &inputs, &recorders)?,
            readers: Readers::new(
                devices::start_document_reader(config, &inputs)?,
                devices::start_pass_reader(config, &inputs)?,
            ),
            end_of_day: config.terminal.as_ref().and_then(config::Terminal::end_of_day),
            system: system.zip(config.system.begin_at()),
            wake_sync: Box::new(wake),
            thermometer: Some(Thermometer::of_this_machine()),
            tell_health: Box::new(tell_health),
            referrals,
            ask_hub: Box::new(move |reference| inquiries.ask(reference)),
            started: time.now(),
            time_zone,
            waypoints,
            visit_log: Some(visit_log),
            remote: Some(Remote {
                make: making::maker(config, Arc::clone(&ledger)),
                ledger,
                restart: Box::new(move || restart()),
            }),
        };
        make_searchable(catalogue, published)?;
        let headphones = devices::start_headphones(config, &inputs)?;
        let light = hardware::light(config, machine);
        let speech = Speech::new(devices::voice(config));
        let tally = Tally::kept_in(&config.data_dir);
        let (stop, stopped) = mpsc::channel();
        let rounds = Rounds::default();
        let counted = rounds.clone();
        let thread = thread::Builder::new()
            .name("runner".into())
            .spawn(move || {
                let runner =
                    Runner::new(parts).with_light(light).for_technicians(technicians).counting(tally);
                let clock = Clock::of(time);
                run(runner, &clock, &received, &stopped, &counted, speaking(speech, show));
            })
            .map_err(storage("starting the runner"))?;
        Ok(Self {
            inputs,
            rounds,
            stop: Some(stop),
            thread: Some(thread),
            _headphones: headphones,
            _sync: sync,
            _recorders: recorders,
            _lock: lock,
        })
    }

    /// Where what the resident does goes in.
    #[must_use]
    pub fn inputs(&self) -> Sender<Input> {
        self.inputs.clone()
    }

    /// Counts how often the runner comes round; twice a second also when nothing happens.
    #[must_use]
    pub fn rounds(&self) -> Rounds {
        self.rounds.clone()
    }
}

impl Drop for Pillar {
    fn drop(&mut self) {
        drop(self.stop.take());
        // Wakes the runner, so that it sees the stop; it may be gone already.
        let _ = self.inputs.send(Input::Tick);
        if let Some(thread) = self.thread.take() {
            // A runner that panicked has nothing left to stop.
            let _ = thread.join();
        }
    }
}

/// What starts the program anew, for two who may want it.
fn shared(restart: Box<dyn Fn() + Send>) -> Arc<dyn Fn() + Send + Sync> {
    let restart = Mutex::new(restart);
    Arc::new(move || {
        let restart = restart.lock().unwrap_or_else(PoisonError::into_inner);
        restart();
    })
}

fn open_outbox(config: &Config) -> Result<Arc<dyn Outbox>, NotServing> {
    let outbox =
        SqliteOutbox::open_or_salvage(&config.data_dir.join("outbox.sqlite"), jiff::Timestamp::now())
            .and_then(|outbox| outbox.with(config.outbox.settings()))
            .map_err(storage("opening the outbox"))?;
    Ok(Arc::new(outbox.with_ballast()))
}

/// What is kept of service visits, without what was done under another hub: a binding may also have been copied here.
fn service_files(config: &Config, binding: &Binding) -> ServiceFiles {
    let files = ServiceFiles::of(&config.data_dir);
    if let Err(error) = files.belongs_to(&binding.authority) {
        tracing::warn!(%error, "which hub service visits are told to cannot be kept; look at data_dir");
    }
    files
}

/// The catalogue to begin with, and what keeps those that the municipality publishes from now on.
fn open_published(
    config: &Config,
    binding: &Binding,
    inputs: &Sender<Input>,
) -> Result<(Arc<Published>, Arc<Catalogue>), NotServing> {
    let folder = published::folder(config);
    let (image, show) = (config.catalogue_dir.clone(), sink(inputs, Input::Edition));
    let (published, kept) = Published::open(folder, image, &binding.authority, show)
        .map_err(storage("making the folder for published catalogues"))?;
    let catalogue = match kept {
        Some(catalogue) => catalogue,
        None => Catalogue::load(&config.catalogue_dir).map_err(NotServing::Catalogue)?,
    };
    Ok((Arc::new(published), Arc::new(catalogue)))
}

/// Makes the index on a thread of its own, so that nobody waits for it at the start.
fn make_searchable(catalogue: Arc<Catalogue>, published: Arc<Published>) -> Result<(), NotServing> {
    thread::Builder::new()
        .name("index".into())
        .spawn(move || published.show_first(Edition::indexed(catalogue)))
        .map_err(storage("starting to index the answers"))?;
    Ok(())
}

fn visit_settings(config: &Config) -> VisitSettings {
    VisitSettings { idle: config.visit.idle(), warning: config.visit.warning(), ..VisitSettings::default() }
}

/// A device's words, as inputs. A runner that is gone needs no more of them.
fn sink<T: 'static>(inputs: &Sender<Input>, input: fn(T) -> Input) -> Sink<T> {
    let inputs = inputs.clone();
    Box::new(move |event| drop(inputs.send(input(event))))
}

/// Keeps newer sealing keys, and tells the runner of them.
fn rotation(keyring: Arc<Keyring>, inputs: &Sender<Input>) -> Rotation {
    let runner = inputs.clone();
    Rotation { keyring, newer: Box::new(move |key| drop(runner.send(Input::SealKey(key)))) }
}

/// Tells the runner which orders are still to be done.
fn orders(inputs: &Sender<Input>) -> Box<dyn Fn(Vec<Order>) + Send + Sync> {
    let runner = inputs.clone();
    Box::new(move |orders| drop(runner.send(Input::Orders(orders))))
}

/// How residents' references get to the hub, and its answers to the runner.
fn inquiries(inputs: &Sender<Input>) -> (Inquiries, Inquired) {
    let runner = inputs.clone();
    sync::inquiries(move |reference, lookup| {
        // A runner that is gone has nobody who waits.
        let _ = runner.send(Input::LookedUp(Box::new((reference, lookup))));
    })
}

/// The sync with its own tokio runtime.
struct SyncThread {
    handle: sync::Handle,
    _runtime: tokio::runtime::Runtime,
}

impl SyncThread {
    fn start(
        binding: &Binding,
        outbox: Arc<dyn Outbox>,
        line: sync::Line,
        waypoints: Arc<dyn Waypoints>,
        from_hub: FromHub,
        inputs: &Sender<Input>,
    ) -> Result<Self, NotServing> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("sync")
            .enable_all()
            .build()
            .map_err(storage("starting the sync"))?;
        let events = sink(inputs, Input::Sync);
        let handle = sync::start(binding, outbox, line, events, waypoints, from_hub, runtime.handle())
            .map_err(storage("reading the binding's keys"))?;
        Ok(Self { handle, _runtime: runtime })
    }

    /// What the pillar says of itself goes into `file`, and to the hub.
    fn reporter(&self, file: ConditionFile) -> impl Fn(HealthReport) + Send + 'static {
        let handle = self.handle.clone();
        move |report| {
            file.keep(&report);
            handle.report(report);
        }
    }

    fn waker(&self) -> impl Fn() + Send + 'static {
        let handle = self.handle.clone();
        move || handle.wake()
    }
}

fn storage<E: ToString>(what: &'static str) -> impl FnOnce(E) -> NotServing {
    move |why| NotServing::Storage { what, why: why.to_string() }
}

fn list(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
