//! A pillar that is started again and again until it serves: a disk that was full at the start has room
//! again, a folder that could not be written can be.
//!
//! Invariant: as long as it cannot serve, the screen says so; nobody has to come for a trouble that ends
//! by itself.

use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{NotServing, Pillar};
use crate::config::Config;
use crate::runner::Input;
use crate::visit::View;

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
        let inputs = Arc::new(Mutex::new(None));
        let (ends, ended) = mpsc::channel();
        let (told, ordered) = (inputs.clone(), ends.clone());
        let thread = thread::Builder::new().name("pillar".into()).spawn(move || {
            let mut say = show.clone();
            let failed = |error: &NotServing| {
                tracing::error!(%error, "out of service");
                say(View::out_of_service(error.on_screen()));
            };
            let start = || {
                let ordered = ordered.clone();
                // Whoever has ended already needs no restart.
                let again = move || {
                    let _ = ordered.send(End::Restart);
                };
                Pillar::start_restartable(&config, again, show.clone())
            };
            let Some(pillar) = insist(start, failed, &ended, PAUSE) else { return };
            *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(pillar.inputs());
            let end = ended.recv();
            drop(pillar);
            if end == Ok(End::Restart) {
                restart();
            }
        })?;
        Ok(Self { inputs, ends, thread: Some(thread) })
    }

    /// Tells it what the resident does; nobody hears it as long as it does not serve.
    pub fn tell(&self, input: Input) {
        if let Some(inputs) = &*self.inputs.lock().unwrap_or_else(PoisonError::into_inner) {
            // One that is just ending needs no more.
            let _ = inputs.send(input);
        }
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

/// Tries until it works; `None` when it is told to stop.
fn insist<P>(
    mut start: impl FnMut() -> Result<P, NotServing>,
    mut failed: impl FnMut(&NotServing),
    stop: &Receiver<End>,
    pause: Duration,
) -> Option<P> {
    loop {
        match start() {
            Ok(started) => return Some(started),
            Err(error) => failed(&error),
        }
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
        let started = insist(start, |error| said.push(error.to_string()), &stopped, Duration::ZERO);
        assert_eq!(started, Some("serving"));
        assert_eq!(said, ["opening the outbox: the disk is full"; 2]);
    }

    #[test]
    fn a_pillar_that_never_starts_can_be_ended() {
        let (stop, stopped) = mpsc::channel();
        stop.send(End::Stop).unwrap();
        let started: Option<()> = insist(|| Err(full()), |_| {}, &stopped, Duration::from_secs(3600));
        assert_eq!(started, None);
    }
}
