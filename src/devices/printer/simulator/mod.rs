//! A simulated receipt printer on a pseudo-terminal: a path that a driver opens like a real one.
//!
//! Invariant: everything that comes over the wire is decided by [`Mechanism`]; this only carries
//! bytes and lets time pass.

mod code_pages;
mod decoder;
mod faults;
mod line;
mod mechanism;
mod paper;
mod physics;
mod picture;
#[cfg(test)]
mod tests;
mod typesetter;

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use serialport::{SerialPort, TTYPort};

use crate::devices::port;

pub use faults::{Fault, Moment, Plan};
pub use mechanism::{Looks, Mechanism};
pub use paper::PaperReceipt;
pub use physics::{Flow, Physics};

/// The print head of a printer for 48 columns, in dots.
pub const HEAD_DOTS: usize = 576;
/// Dots in a millimetre (203 dots an inch).
pub const DOTS_PER_MM: u64 = 8;
/// How often the simulator looks at its wire.
const HEARTBEAT: Duration = Duration::from_millis(2);
/// How long an answer may wait for a host that does not read.
const WRITE_PATIENCE: Duration = Duration::from_millis(20);

/// A printer on a cable. Dropping it pulls the cable and ends its thread.
pub struct PrinterSimulator {
    bench: Arc<Mutex<Bench>>,
}

/// The printer and its cable.
struct Bench {
    mechanism: Mechanism,
    link: PathBuf,
    cable: Option<TTYPort>,
    last_look: Instant,
}

impl PrinterSimulator {
    /// Starts a printer with a full roll. It appears at `link`, a symbolic link like those in
    /// `/dev/serial/by-id`; an older link there is replaced. It prints infinitely fast.
    ///
    /// # Errors
    /// When there is no pseudo-terminal or thread to be had, or the link cannot be made.
    pub fn start(link: &Path) -> io::Result<Self> {
        let mut bench = Bench {
            mechanism: Mechanism::new(HEAD_DOTS),
            link: link.to_owned(),
            cable: None,
            last_look: Instant::now(),
        };
        bench.plug()?;
        let bench = Arc::new(Mutex::new(bench));
        let running = Arc::downgrade(&bench);
        thread::Builder::new().name("printer-simulator".to_owned()).spawn(move || run(&running))?;
        Ok(Self { bench })
    }

    /// Gives it another nature from now on: speed, buffer, age.
    pub fn set_physics(&self, physics: Physics) {
        self.bench().mechanism.set_physics(physics);
    }

    /// Lets something go wrong at a moment to come, or now.
    pub fn plan(&self, plan: Plan) {
        self.bench().mechanism.plan(plan);
    }

    /// Calls off everything that was planned, also what would be mended by itself.
    pub fn call_off(&self) {
        self.bench().mechanism.call_off();
    }

    /// Lets something go wrong now.
    pub fn strike(&self, fault: Fault) {
        self.bench().mechanism.strike(fault);
    }

    /// Mends it.
    pub fn mend(&self, fault: Fault) {
        self.bench().mechanism.mend(fault);
    }

    /// Leaves so many millimetres on the roll.
    pub fn set_paper_mm(&self, millimetres: u32) {
        self.bench().mechanism.set_paper_mm(millimetres);
    }

    /// Someone tears off what hangs out and puts in a new roll.
    pub fn new_roll(&self) {
        self.bench().mechanism.new_roll();
    }

    /// Opens the cover.
    pub fn open_cover(&self) {
        self.bench().mechanism.set_cover_open(true);
    }

    /// Closes the cover.
    pub fn close_cover(&self) {
        self.bench().mechanism.set_cover_open(false);
    }

    /// Makes the next cut fail.
    pub fn jam_cutter(&self) {
        self.bench().mechanism.jam_cutter();
    }

    /// Lets the cutter work again.
    pub fn free_cutter(&self) {
        self.bench().mechanism.free_cutter();
    }

    /// Pulls the cable: the path disappears and an open port hangs up. The printer stays on.
    pub fn pull_cable(&self) {
        self.strike(Fault::HangUp);
        self.bench().look();
    }

    /// Plugs the cable in again, at the same path.
    ///
    /// # Errors
    /// When there is no pseudo-terminal to be had, or the link cannot be made.
    pub fn plug_cable(&self) -> io::Result<()> {
        let mut bench = self.bench();
        bench.mechanism.mend(Fault::HangUp);
        bench.plug()
    }

    /// Takes away the printer's power; the cable stays in its adapter, and nobody answers.
    pub fn cut_power(&self) {
        self.bench().mechanism.cut_power();
    }

    /// Gives the power back.
    pub fn restore_power(&self) {
        self.bench().mechanism.restore_power();
    }

    /// Prints so many millimetres a second from now on (a real one: 100 to 300), or infinitely fast
    /// when `None`.
    pub fn slow_down(&self, mm_per_second: Option<u32>) {
        self.bench().mechanism.set_speed(mm_per_second);
    }

    /// The receipts that came out since the last call.
    #[must_use]
    pub fn take_receipts(&self) -> Vec<PaperReceipt> {
        self.bench().mechanism.take_receipts()
    }

    /// How it looks to someone who stands before it.
    #[must_use]
    pub fn looks(&self) -> Looks {
        self.bench().mechanism.looks()
    }

    /// The paper that hangs from the printer now.
    #[must_use]
    pub fn paper_now(&self) -> PaperReceipt {
        self.bench().mechanism.paper_now()
    }

    /// The bench, after everything that is on the wire has arrived.
    fn bench(&self) -> MutexGuard<'_, Bench> {
        let mut bench = self.bench.lock().unwrap_or_else(PoisonError::into_inner);
        bench.look();
        bench
    }
}

impl Drop for PrinterSimulator {
    fn drop(&mut self) {
        self.pull_cable();
    }
}

/// Runs until the simulator is dropped.
fn run(bench: &Weak<Mutex<Bench>>) {
    while let Some(bench) = bench.upgrade() {
        bench.lock().unwrap_or_else(PoisonError::into_inner).look();
        drop(bench);
        thread::sleep(HEARTBEAT);
    }
}

impl Bench {
    fn plug(&mut self) -> io::Result<()> {
        self.pull();
        let (mut printer_end, host_end) = port::pseudo_terminal()?;
        printer_end.set_timeout(WRITE_PATIENCE)?;
        let name = host_end.name().ok_or(io::ErrorKind::NotFound)?;
        // The driver opens it by name, alone.
        drop(host_end);
        symlink(name, &self.link)?;
        self.cable = Some(printer_end);
        Ok(())
    }

    fn pull(&mut self) {
        self.cable = None;
        if self.link.is_symlink()
            && let Err(error) = fs::remove_file(&self.link)
        {
            tracing::warn!(link = %self.link.display(), %error, "could not remove the printer's link");
        }
    }

    /// Carries bytes both ways and lets the time since the last look pass.
    fn look(&mut self) {
        let now = Instant::now();
        self.mechanism.advance(now - self.last_look);
        self.last_look = now;
        self.follow_the_cable();
        self.carry_in();
        let answers = self.mechanism.take_answers();
        if let Some(cable) = &mut self.cable
            && !answers.is_empty()
            && let Err(error) = cable.write_all(&answers)
        {
            tracing::debug!(%error, "nobody reads the printer's answers");
        }
    }

    /// A fault may have pulled the cable, or its end may have put it in again.
    fn follow_the_cable(&mut self) {
        match (&self.cable, self.mechanism.is_plugged()) {
            (Some(_), false) => self.pull(),
            (None, true) => {
                if let Err(error) = self.plug() {
                    tracing::warn!(%error, "could not plug the printer's cable in again");
                }
            }
            _ => {}
        }
    }

    /// Takes from the wire what the printer's line has room for; the rest waits with the host.
    fn carry_in(&mut self) {
        let Some(cable) = &mut self.cable else { return };
        let mut buffer = [0; 1024];
        loop {
            let room = self.mechanism.room().min(buffer.len());
            if room == 0 || !cable.bytes_to_read().is_ok_and(|count| count > 0) {
                return;
            }
            match cable.read(&mut buffer[..room]) {
                Ok(count) if count > 0 => self.mechanism.receive(&buffer[..count]),
                _ => return,
            }
        }
    }
}
