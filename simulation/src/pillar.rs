//! A pillar: the real runner with the real visit, outbox and sync, without threads, ports and screens.
//!
//! Invariant: dropping what runs loses all that was only in memory; what the outbox confirmed is on the disk.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Wake, Waker};
use std::time::Duration;

use fastrand::Rng;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use zuil::clock::Moment;
use zuil::devices::printer::paper::PaperSettings;
use zuil::devices::printer::{Job, ReceiptPrinter};
use zuil::outbox::{Outbox, SqliteOutbox};
use zuil::receipt;
use zuil::runner::{Identity, Input, Parts, Readers, Runner};
use zuil::sync::{self, Handle, SyncEvent, Worker};
use zuil::visit::{View, Visit, VisitSettings};
use zuil::visits::FoundLog;
use zuil::waypoint::NoWaypoints;
use zuil_disk::Disk;
use zuil_wire::seal::SigningKey;

use crate::grounds::Grounds;
use crate::network::{Exchange, Line};
use crate::outbox::Watched;
use crate::planted::{Planted, Saboteur};
use crate::resident::Resident;
use crate::terminal::{Desk, Order, Terminal};
use crate::witness::{Witness, pillar_name};

/// When every schedule begins: noon, some day.
const NOON: i64 = 1_795_348_800;

/// Where a pillar stands: what stays when its power goes.
pub(crate) struct Site {
    pub(crate) index: usize,
    pub(crate) disk: Disk,
    /// Which answers were found. It is no part of `disk`: what a power cut costs it is told in its own tests.
    pub(crate) found: Arc<FoundLog>,
    pub(crate) terminal: Terminal,
    pub(crate) resident: Option<Resident>,
    pub(crate) running: Option<Running>,
    pub(crate) boots: u32,
    /// Which tick is the next to come.
    pub(crate) ticks: u64,
    /// How wrong its clock is.
    pub(crate) clock: SignedDuration,
    /// To which key it seals from its next start on.
    pub(crate) seal: usize,
    pub(crate) public_key: String,
    signing_key: String,
}

/// A pillar that is on.
pub(crate) struct Running {
    pub(crate) started: Duration,
    pub(crate) runner: Runner,
    /// As runner and sync know it.
    pub(crate) outbox: Arc<dyn Outbox>,
    /// The real one, for those who judge.
    pub(crate) really: Arc<dyn Outbox>,
    pub(crate) terminal_orders: Receiver<Order>,
    pub(crate) printer_orders: Receiver<Uuid>,
    events: Receiver<SyncEvent>,
    /// What waits for the runner.
    pub(crate) inbox: VecDeque<Input>,
    pub(crate) handle: Handle,
    pub(crate) sync: Pin<Box<dyn Future<Output = ()> + Send>>,
    pub(crate) bell: Arc<Bell>,
    pub(crate) polls: u64,
    /// The process dies at this poll of its sync.
    pub(crate) dies_at: Option<u64>,
}

/// Rings when the sync has something to do.
pub(crate) struct Bell {
    rung: AtomicBool,
    listener: Mutex<Option<Waker>>,
}

impl Bell {
    pub(crate) fn is_rung(&self) -> bool {
        self.rung.load(Ordering::Acquire)
    }

    pub(crate) fn hush(&self) {
        self.rung.store(false, Ordering::Release);
    }

    pub(crate) fn listen(&self, waker: &Waker) {
        *self.listener.lock().unwrap_or_else(PoisonError::into_inner) = Some(waker.clone());
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        if let Some(waker) = self.listener.lock().unwrap_or_else(PoisonError::into_inner).take() {
            waker.wake();
        }
    }
}

struct PrinterDesk(Sender<Uuid>);

impl ReceiptPrinter for PrinterDesk {
    fn print(&self, job: Job) {
        let _ = self.0.send(job.id);
    }

    fn forget(&self) {}
}

/// What a start needs besides the site.
pub(crate) struct Surroundings<'a> {
    pub(crate) grounds: &'a Grounds,
    pub(crate) witness: &'a Witness,
    pub(crate) planted: Option<Planted>,
    pub(crate) line: &'a Sender<Exchange>,
    pub(crate) has_printer: bool,
}

impl Site {
    pub(crate) fn new(index: usize, seed: u64, witness: &Witness, random: &mut Rng) -> Result<Self, String> {
        let (signing_key, public_key) = SigningKey::generate().map_err(|error| error.to_string())?;
        Ok(Self {
            index,
            disk: Disk::new(seed),
            found: Arc::new(FoundLog::in_memory()),
            terminal: Terminal::new(witness.clone(), random),
            resident: None,
            running: None,
            boots: 0,
            ticks: 0,
            clock: SignedDuration::ZERO,
            seal: 0,
            public_key,
            signing_key: signing_key.to_string(),
        })
    }

    /// Switches it on.
    pub(crate) fn start(
        &mut self,
        around: &Surroundings<'_>,
        now: Duration,
        dice: u64,
    ) -> Result<(), String> {
        self.boots += 1;
        let outbox = SqliteOutbox::open_on(&self.disk.path("outbox.sqlite"), zuil_disk::VFS);
        let saboteur = Arc::new(Saboteur::new(around.planted, self.index, &self.signing_key, around.witness));
        let really: Arc<dyn Outbox> = Arc::new(outbox.map_err(|error| format!("{error} ({error:?})"))?);
        let outbox: Arc<dyn Outbox> = Arc::new(Watched {
            inner: really.clone(),
            pillar: self.index,
            witness: around.witness.clone(),
            saboteur: saboteur.clone(),
        });
        let (events, heard) = channel();
        let mut random = Rng::with_seed(dice);
        let worker = Worker {
            outbox: outbox.clone(),
            hub: Line { pillar: self.index, out: around.line.clone(), saboteur },
            signing_key: SigningKey::from_base64(&self.signing_key).map_err(|error| error.to_string())?,
            events: Box::new(move |event| {
                let _ = events.send(event);
            }),
            random: Box::new(move || random.u64(..)),
            disk: sync::Disk::Inline,
            found: Some(Arc::clone(&self.found)),
        };
        let (handle, sync) = worker.task();
        let (to_terminal, terminal_orders) = channel();
        let (to_printer, printer_orders) = channel();
        let (wakes, reports) = (handle.clone(), handle.clone());
        let printer: Box<dyn ReceiptPrinter> = Box::new(PrinterDesk(to_printer));
        let catalogue = &around.grounds.catalogue;
        let parts = Parts {
            visit: Visit::new(catalogue.clone(), VisitSettings::default()),
            outbox: outbox.clone(),
            identity: Identity {
                pillar: pillar_name(self.index),
                seal_key: around.grounds.seal[self.seal].clone(),
            },
            printer: around.has_printer.then_some(printer),
            columns: receipt::Paper::FortyEight,
            paper: PaperSettings::default(),
            readers: Readers::default(),
            roll_file: None,
            terminal: Some(Box::new(Desk(to_terminal))),
            end_of_day: None,
            system: None,
            wake_sync: Box::new(move || wakes.wake()),
            thermometer: None,
            tell_health: Box::new(move |report| reports.report(report)),
            referrals: Arc::new(zuil::sync::ReferralBook::in_memory()),
            ask_hub: Box::new(|_| {}),
            time_zone: TimeZone::UTC,
            waypoints: Arc::new(NoWaypoints),
            started: self.clock_at(now),
            remote: None,
            visit_log: None,
        };
        self.running = Some(Running {
            started: now,
            runner: Runner::new(parts),
            outbox,
            really,
            terminal_orders,
            printer_orders,
            events: heard,
            inbox: VecDeque::new(),
            handle,
            sync: Box::pin(sync),
            bell: Arc::new(Bell { rung: AtomicBool::new(true), listener: Mutex::default() }),
            polls: 0,
            dies_at: None,
        });
        Ok(())
    }

    /// With which key it signs, PKCS#8 in base64.
    pub(crate) fn signing_key(&self) -> &str {
        &self.signing_key
    }

    /// What its clock says.
    pub(crate) fn clock_at(&self, now: Duration) -> Timestamp {
        hub_clock(now).saturating_add(self.clock).unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn view(&self, now: Duration) -> Option<View> {
        let running = self.running.as_ref()?;
        Some(running.runner.view(Moment { uptime: now - running.started, timestamp: self.clock_at(now) }))
    }

    /// Something reaches the runner.
    pub(crate) fn takes(&mut self, input: Input, now: Duration) {
        let timestamp = self.clock_at(now);
        if let Some(running) = &mut self.running {
            running.runner.take(input, Moment { uptime: now - running.started, timestamp });
        }
    }
}

impl Running {
    /// What the sync told since it was last asked; waits for the runner now.
    pub(crate) fn hear_the_sync(&mut self) -> usize {
        let before = self.inbox.len();
        self.inbox.extend(self.events.try_iter().map(Input::Sync));
        self.inbox.len() - before
    }
}

/// What a right clock says.
pub(crate) fn hub_clock(now: Duration) -> Timestamp {
    let now = SignedDuration::try_from(now).unwrap_or_default();
    Timestamp::from_second(NOON).and_then(|noon| noon.checked_add(now)).unwrap_or(Timestamp::UNIX_EPOCH)
}
