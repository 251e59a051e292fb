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

/// A pillar, or the wish to be one. Dropping it stops it.
pub struct Standing {
    inputs: Arc<Mutex<Option<Sender<Input>>>>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Standing {
    /// Starts a pillar on a thread of its own. `show` is called with every view that differs from the one
    /// before, also with the one that says why nobody is served.
    ///
    /// # Errors
    /// When there can be no thread.
    pub fn start(config: Config, show: impl FnMut(View) + Clone + Send + 'static) -> io::Result<Self> {
        let inputs = Arc::new(Mutex::new(None));
        let (stop, stopped) = mpsc::channel();
        let told = inputs.clone();
        let thread = thread::Builder::new().name("pillar".into()).spawn(move || {
            let mut say = show.clone();
            let failed = |error: &NotServing| {
                tracing::error!(%error, "out of service");
                say(View::out_of_service(error.on_screen()));
            };
            let Some(pillar) = insist(|| Pillar::start(&config, show.clone()), failed, &stopped, PAUSE)
            else {
                return;
            };
            *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(pillar.inputs());
            // Nothing is ever sent: it ends when the other side is dropped.
            let _ = stopped.recv();
        })?;
        Ok(Self { inputs, stop: Some(stop), thread: Some(thread) })
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
        drop(self.stop.take());
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
    stop: &Receiver<()>,
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
        drop(stop);
        let started: Option<()> = insist(|| Err(full()), |_| {}, &stopped, Duration::from_secs(3600));
        assert_eq!(started, None);
    }
}
