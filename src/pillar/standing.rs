//! A pillar that is started again and again until it serves: a disk that was full at the start has room
//! again, a folder that could not be written can be.
//!
//! Invariant: as long as it cannot serve, the screen says so; nobody has to come for a trouble that ends
//! by itself, and who comes all the same gets in. One without a binding asks for what it needs, and one that was enrolled at its screen serves when it is told to.

use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::first_boot::{self, FirstBoot, Over};
use super::standby::{self, Standby};
use super::{NotServing, Pillar};
use crate::config::Config;
use crate::machine::{Machine, Places};
use crate::runner::Input;
use crate::visit::View;
use crate::watchdog::Rounds;

/// How long it waits before it tries again.
const PAUSE: Duration = Duration::from_secs(10);

/// Why it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Whoever has it needs it no more.
    Stop,
    /// A technician ordered that the program is started anew.
    Restart,
}

/// A pillar, or the wish to be one. Dropping it stops it.
pub struct Standing {
    inputs: Arc<Mutex<Option<Sender<Input>>>>,
    rounds: Arc<Mutex<Option<Rounds>>>,
    ends: Sender<End>,
    thread: Option<JoinHandle<()>>,
}

impl Standing {
    /// Starts a pillar on a thread of its own. `show` is called with every view that differs from the one
    /// before, also with the one that says why nobody is served. `restart` is called once, when a technician
    /// ordered that the program is started anew, and the pillar has ended cleanly.
    ///
    /// # Errors
    /// When there can be no thread.
    pub fn start(
        config: Config,
        restart: impl FnOnce() + Send + 'static,
        show: impl FnMut(View) + Clone + Send + 'static,
    ) -> io::Result<Self> {
        let (inputs, rounds) = (Arc::new(Mutex::new(None)), Arc::new(Mutex::new(None)));
        let (ends, ended) = mpsc::channel();
        let (told, turning, ordered) = (inputs.clone(), rounds.clone(), ends.clone());
        let thread = thread::Builder::new().name("pillar".into()).spawn(move || {
            let sets_up = || {
                let machine = Machine::of(Places::default());
                let first_boot = FirstBoot { config: &config, machine, inputs: &told, show: show.clone() };
                first_boot.run(&ended)
            };
            if first_boot::is_open(&config) && sets_up() == Over::Stopped {
                return;
            }
            let failed = |error: &NotServing| {
                tracing::error!(%error, "out of service");
                if matches!(error, NotServing::NotEnrolled) {
                    return (sets_up() == Over::Serves).then_some(Duration::ZERO);
                }
                let machine = Machine::of(Places::default());
                let standby = Standby { config: &config, machine, inputs: &told, show: show.clone() };
                let over = standby.waits(&error.on_screen(), PAUSE, &ended);
                (over == standby::Over::TriesAgain).then_some(Duration::ZERO)
            };
            let start = || {
                let ordered = ordered.clone();
                // Whoever has ended already needs no restart.
                let again = move || {
                    let _ = ordered.send(End::Restart);
                };
                Pillar::start_restartable(&config, again, show.clone())
            };
            let Some(pillar) = insist(start, failed, &ended) else { return };
            *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(pillar.inputs());
            *turning.lock().unwrap_or_else(PoisonError::into_inner) = Some(pillar.rounds());
            let end = ended.recv();
            *turning.lock().unwrap_or_else(PoisonError::into_inner) = None;
            drop(pillar);
            if end == Ok(End::Restart) {
                restart();
            }
        })?;
        Ok(Self { inputs, rounds, ends, thread: Some(thread) })
    }

    /// Tells it what the resident does; nobody hears it as long as it does not serve.
    pub fn tell(&self, input: Input) {
        if let Some(inputs) = &*self.inputs.lock().unwrap_or_else(PoisonError::into_inner) {
            // One that is just ending needs no more.
            let _ = inputs.send(input);
        }
    }

    /// How often its runner has come round; `None` as long as it does not serve.
    #[must_use]
    pub fn rounds(&self) -> Option<u64> {
        self.rounds.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(Rounds::made)
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.ends.send(End::Stop);
        if let Some(thread) = self.thread.take() {
            // One that panicked has nothing left to stop.
            let _ = thread.join();
        }
    }
}

/// Tries until it works; `None` when it is told to stop. `failed` says how long to wait before the next try, if
/// there is to be one.
fn insist<P>(
    mut start: impl FnMut() -> Result<P, NotServing>,
    mut failed: impl FnMut(&NotServing) -> Option<Duration>,
    stop: &Receiver<End>,
) -> Option<P> {
    loop {
        let pause = match start() {
            Ok(started) => return Some(started),
            Err(error) => failed(&error)?,
        };
        if stop.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> NotServing {
        NotServing::Storage { what: "opening the outbox", why: "the disk is full".into() }
    }

    #[test]
    fn a_pillar_that_could_not_start_serves_as_soon_as_it_can() {
        let (_stop, stopped) = mpsc::channel();
        let (mut tries, mut said) = (0, Vec::new());
        let start = || {
            tries += 1;
            if tries < 3 { Err(full()) } else { Ok("serving") }
        };
        let failed = |error: &NotServing| {
            said.push(error.to_string());
            Some(Duration::ZERO)
        };
        let started = insist(start, failed, &stopped);
        assert_eq!(started, Some("serving"));
        assert_eq!(said, ["opening the outbox: the disk is full"; 2]);
    }

    #[test]
    fn a_pillar_that_never_starts_can_be_ended() {
        let (stop, stopped) = mpsc::channel();
        stop.send(End::Stop).unwrap();
        let started: Option<()> = insist(|| Err(full()), |_| Some(Duration::from_secs(3600)), &stopped);
        assert_eq!(started, None);
    }
}
