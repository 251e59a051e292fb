//! A simulated card terminal on a pseudo-terminal, with a person who does what the workbench or a
//! test says, and faults.
//!
//! Invariant: the pillar cannot tell it from a real one by its port; what it charged survives its
//! power and, with a file, its process ([`PaymentSimulator::charged`]).
//!
//! All cards, numbers and names in it are made up.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use zuil_wire::Cents;

use super::Details;
use super::codes;

pub mod card_numbers;
pub(crate) mod core;
pub(crate) mod ledger;
mod line;

use self::core::Core;
pub use self::core::{Act, AtByte, FULL_CARD_NUMBER, Faults, Garbage};
use ledger::Ledger;
use line::Line;

/// How long the simulated people and banks take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How long the terminal waits for a card.
    pub card_time_out: Duration,
    /// How long a person takes for the PIN.
    pub pin: Duration,
    /// How long the bank takes.
    pub bank: Duration,
    /// How long a person takes to remove the card.
    pub remove_card: Duration,
}

impl Pace {
    /// Everything at once, except that the terminal waits half a minute for a card.
    pub const INSTANT: Self = Self {
        card_time_out: Duration::from_secs(30),
        pin: Duration::ZERO,
        bank: Duration::ZERO,
        remove_card: Duration::ZERO,
    };
    /// As in a shop.
    pub const LIFELIKE: Self = Self {
        card_time_out: Duration::from_secs(30),
        pin: Duration::from_millis(2500),
        bank: Duration::from_millis(1800),
        remove_card: Duration::from_millis(1500),
    };
}

/// A moment in a payment at which the power can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowerCut {
    /// 06 01 was received, nothing is charged.
    AfterAuthorisation,
    /// The bank has charged, the pillar does not know.
    AfterCharging,
    /// The pillar has the status information, its answer does not arrive.
    AfterStatusInformation,
}

/// What the terminal's display shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Display {
    /// No power.
    Dark,
    /// Waits for the pillar.
    Idle,
    /// Present a card for this amount.
    PresentCard(Cents),
    /// Enter the PIN.
    EnterPin,
    /// Talks to the bank.
    PleaseWait,
    /// Remove the card.
    RemoveCard,
    /// Approved.
    Approved,
    /// Refused.
    Refused,
    /// The payment is being taken back.
    TakingBack,
}

/// A simulated card terminal. Dropping it pulls its cable.
pub struct PaymentSimulator {
    bench: Arc<Bench>,
    thread: Option<JoinHandle<()>>,
}

struct Bench {
    core: Mutex<Core>,
    /// The cable is to be in.
    plugged: AtomicBool,
    /// The thread has pulled or plugged it.
    is_plugged: AtomicBool,
    ended: AtomicBool,
    /// When the terminal's time began.
    start: Instant,
}

impl PaymentSimulator {
    /// Starts a terminal with an empty memory at this name.
    ///
    /// # Errors
    /// When there is no pseudo-terminal, no thread, or the name cannot be made.
    pub fn start(link: &Path) -> io::Result<Self> {
        Self::run(link, Ledger::new(1))
    }

    /// Starts a terminal that keeps its memory in a file, also for the next process.
    ///
    /// # Errors
    /// As [`PaymentSimulator::start`], and when the file is no memory of a terminal.
    pub fn start_with_memory(link: &Path, memory: &Path) -> io::Result<Self> {
        Self::run(link, Ledger::open(memory)?)
    }

    /// An installer tried it out before it came to its pillar, as they do: it has given a receipt.
    pub fn was_tried_out(&self) {
        let mut core = self.core();
        let clock = core.clock;
        core.ledger.try_out(clock);
    }

    /// Somebody presents a card, enters the right PIN and has enough money.
    pub fn insert_card(&self) {
        self.core().act(Act::InsertCard);
    }

    /// Somebody presents a card that is refused with code 6C.
    pub fn refuse_card(&self) {
        self.refuse_card_with(codes::ABORTED);
    }

    /// Somebody presents a card that is refused with this result code.
    pub fn refuse_card_with(&self, code: u8) {
        self.core().act(Act::InsertBadCard(code));
    }

    /// Somebody presses the terminal's red key.
    pub fn resident_aborts(&self) {
        self.core().act(Act::PressStop);
    }

    /// Somebody does something at the terminal.
    pub fn act(&self, act: Act) {
        self.core().act(act);
    }

    /// Changes what does not work. Times in it are those of [`PaymentSimulator::now`].
    pub fn script(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.core().faults);
    }

    /// The terminal's time.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.bench.start.elapsed()
    }

    /// The terminal hears and says nothing for so long.
    pub fn silent_for(&self, time: Duration) {
        let until = self.now() + time;
        self.script(|faults| faults.silent_until = Some(until));
    }

    /// It answers 84 9C to everything for so long.
    pub fn busy_for(&self, time: Duration) {
        let until = self.now() + time;
        self.script(|faults| faults.busy_until = Some(until));
    }

    /// How many payments it charged since its last end of day that stand, and how much together.
    #[must_use]
    pub fn turnover(&self) -> (usize, Cents) {
        let core = self.core();
        let standing = core.ledger.charged_today();
        (standing.len(), Cents(standing.iter().map(|entry| entry.amount.0).sum()))
    }

    /// The terminal's time for a card is over at once. The driver takes it for a stop by key unless
    /// it has waited for its `card_patience`.
    pub fn no_card_in_time(&self) {
        self.core().act(Act::WalkAway);
    }

    /// With a duration: a card is presented so long after the terminal asks for it.
    pub fn set_auto(&self, after: Option<Duration>) {
        self.core().auto = after;
    }

    /// How fast people and banks are.
    pub fn set_pace(&self, pace: Pace) {
        self.core().pace = pace;
    }

    /// What the display shows.
    #[must_use]
    pub fn display(&self) -> Display {
        self.core().display()
    }

    /// What it really charged and did not take back, oldest first.
    #[must_use]
    pub fn charged(&self) -> Vec<Details> {
        self.core().ledger.charged()
    }

    /// How many payments it has begun.
    #[must_use]
    pub fn authorisations(&self) -> u32 {
        self.core().accepted()
    }

    /// Pulls the cable. The terminal does not notice: a payment goes on, the resident pays, and what
    /// it says meanwhile is lost.
    pub fn pull_cable(&self) {
        self.bench.plugged.store(false, Ordering::SeqCst);
    }

    /// Plugs the cable in again: a new port under the same name.
    pub fn plug_cable(&self) {
        self.bench.plugged.store(true, Ordering::SeqCst);
    }

    /// Whether the port is there.
    #[must_use]
    pub fn is_plugged(&self) -> bool {
        self.bench.is_plugged.load(Ordering::SeqCst)
    }

    /// Cuts the power now; the port goes with it, and a payment ends where it is.
    pub fn cut_power(&self) {
        self.core().cut_power();
    }

    /// Cuts the power when the next payment gets to this point.
    pub fn cut_power_at(&self, point: PowerCut) {
        self.core().faults.power_cut = Some(point);
    }

    /// Gives the power back.
    pub fn restore_power(&self) {
        self.core().restore_power();
    }

    /// The terminal hears and says nothing.
    pub fn set_silent(&self, silent: bool) {
        self.core().faults.silent = silent;
    }

    /// It answers 84 9C to every payment.
    pub fn set_busy(&self, busy: bool) {
        self.core().faults.busy = busy;
    }

    /// The line carries noise in front of everything that the terminal says.
    pub fn set_noise(&self, noise: bool) {
        self.core().faults.noise = noise;
    }

    /// The next frame of the pillar arrives broken.
    pub fn nak_once(&self) {
        self.core().faults.nak_once = true;
    }

    /// It takes a payment back whose status information nobody answers, at once or when its power is
    /// back, and remembers the taking back as its last receipt. Otherwise it keeps such a payment.
    pub fn set_reverses_when_unanswered(&self, reverses: bool) {
        self.core().faults.reverses_when_unanswered = reverses;
    }

    /// It tells of refused cards nothing but the result code, also when it is asked later.
    pub fn set_bare_refusals(&self, bare: bool) {
        self.core().faults.bare_refusals = bare;
    }

    /// The status information carries the whole (made-up) card number.
    pub fn set_full_card_number(&self, full: bool) {
        self.core().faults.full_card_number = full;
    }

    fn run(link: &Path, ledger: Ledger) -> io::Result<Self> {
        let line = Line::plugged(link)?;
        let bench = Arc::new(Bench {
            core: Mutex::new(Core::new(ledger)),
            plugged: AtomicBool::new(true),
            is_plugged: AtomicBool::new(true),
            ended: AtomicBool::new(false),
            start: Instant::now(),
        });
        let shared = Arc::clone(&bench);
        let thread =
            thread::Builder::new().name("terminal-simulator".into()).spawn(move || shared.serve(line))?;
        Ok(Self { bench, thread: Some(thread) })
    }

    fn core(&self) -> MutexGuard<'_, Core> {
        self.bench.core()
    }
}

impl Drop for PaymentSimulator {
    fn drop(&mut self) {
        self.bench.ended.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Bench {
    fn core(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, mut line: Line) {
        let mut buffer = [0; 256];
        while !self.ended.load(Ordering::SeqCst) {
            self.turn_cable(&mut line);
            let count = line.read(&mut buffer);
            let answer = {
                let mut core = self.core();
                let wall = jiff::Zoned::now().datetime();
                core.clock = clock(wall);
                let now = self.start.elapsed();
                if count == 0 && core.deadline().is_none_or(|at| now < at) {
                    continue;
                }
                let answer = core.handle(&buffer[..count], now);
                if core.takes_cable_out() {
                    self.plugged.store(false, Ordering::SeqCst);
                }
                answer
            };
            line.write(&answer);
        }
    }

    /// Does to the cable what power and people want.
    fn turn_cable(&self, line: &mut Line) {
        let wanted = self.plugged.load(Ordering::SeqCst) && self.core().is_powered();
        if wanted == self.is_plugged.load(Ordering::SeqCst) {
            return;
        }
        if wanted {
            if let Err(error) = line.plug() {
                tracing::error!(%error, "the simulated terminal gets no port");
                return;
            }
        } else {
            line.unplug();
        }
        self.is_plugged.store(wanted, Ordering::SeqCst);
    }
}

/// Date as MMDD and time as HHMMSS.
fn clock(wall: jiff::civil::DateTime) -> (u16, u32) {
    let date = wall.month().unsigned_abs() as u16 * 100 + u16::from(wall.day().unsigned_abs());
    let time = u32::from(wall.hour().unsigned_abs()) * 10_000
        + u32::from(wall.minute().unsigned_abs()) * 100
        + u32::from(wall.second().unsigned_abs());
    (date, time)
}

#[cfg(test)]
#[cfg(feature = "simulators")]
mod tests;
