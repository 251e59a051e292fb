//! The first boot at the screen: does what a newcomer wants, and tells it what came of that, until the pillar may serve.
//!
//! Invariant: a pillar that got its binding from elsewhere serves at once; one that was enrolled at its screen goes on with
//! the first boot after a restart, until a technician says that it is to begin.

mod kept;
mod looks;

use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::enrolling;
use super::newcomer::{Found, NetworkWish, Newcomer, Wish};
use crate::config::Config;
use crate::machine::{Machine, WishId};
use crate::runner::Input;
use crate::sync;
use crate::visit::View;
use kept::Kept;
pub(super) use kept::forget;
use looks::look;

/// How often it looks what has changed: the binding, the network, what came of a wish.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// After so long without a touch nobody stands there any more. A code may have to be made meanwhile, elsewhere.
const LEFT_AFTER: Duration = Duration::from_mins(5);

/// Why it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// The pillar may serve.
    Serves,
    /// It was told to stop.
    Stopped,
}

/// A first boot.
pub(super) struct FirstBoot<'a, S> {
    pub(super) config: &'a Config,
    /// The machine, where it runs the image.
    pub(super) machine: Option<Machine>,
    /// Where what the technician does goes in as long as this lasts.
    pub(super) inputs: &'a Mutex<Option<Sender<Input>>>,
    pub(super) show: S,
}

/// Whether a pillar that has a binding was in the middle of its first boot.
pub(super) fn is_open(config: &Config) -> bool {
    Kept::read(&config.data_dir).is_some_and(|kept| kept.enrolls) && is_bound(config)
}

fn is_bound(config: &Config) -> bool {
    matches!(sync::is_unbound(&config.binding), Ok(false))
}

impl<S: FnMut(View)> FirstBoot<'_, S> {
    /// Goes through it. `stop` says when whoever started it wants it to end.
    pub(super) fn run<T>(mut self, stop: &Receiver<T>) -> Over {
        let (sender, received) = mpsc::channel();
        *self.inputs.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        let over = self.goes_on(&received, stop);
        *self.inputs.lock().unwrap_or_else(PoisonError::into_inner) = None;
        over
    }

    fn goes_on<T>(&mut self, received: &Receiver<Input>, stop: &Receiver<T>) -> Over {
        let (tell_found, found) = mpsc::channel();
        let mut newcomer = self.newcomer();
        // Only what was enrolled here asks to be looked at.
        let mut is_ours = is_open(self.config);
        if is_ours {
            newcomer.is_enrolled(self.offers_passphrase());
        }
        let (mut shown, mut touched) = (newcomer.view(), Instant::now());
        (self.show)(shown.clone());
        loop {
            if !is_ours && !matches!(sync::is_unbound(&self.config.binding), Ok(true)) {
                forget(&self.config.data_dir);
                return Over::Serves;
            }
            if !matches!(stop.try_recv(), Err(TryRecvError::Empty)) {
                return Over::Stopped;
            }
            let mut wish = newcomer.wants();
            if wish == Wish::Nothing {
                wish = match received.recv_timeout(LOOK_EVERY) {
                    Ok(Input::Resident(intent)) => {
                        touched = Instant::now();
                        newcomer.handle(&intent)
                    }
                    // Whatever else comes is for a pillar that serves.
                    Ok(_) | Err(RecvTimeoutError::Timeout) => Wish::Nothing,
                    Err(RecvTimeoutError::Disconnected) => return Over::Stopped,
                };
            }
            // While it is being enrolled it is shown how far that is.
            let shows_anew = wish == Wish::Enrol;
            match wish {
                Wish::Nothing => {}
                Wish::Network(wish) => newcomer.network_wished(self.wishes_network(&wish)),
                Wish::Enrol => {
                    is_ours = self.enrols(&mut newcomer);
                    // Whoever waited for it still stands there.
                    touched = Instant::now();
                }
                Wish::Passphrase(passphrase) => {
                    let machine = self.machine.as_ref();
                    newcomer.passphrase_wished(written(machine.map(|it| it.set_passphrase(&passphrase))));
                }
                Wish::Look => self.looks(&newcomer, &tell_found),
                Wish::Begin => {
                    forget(&self.config.data_dir);
                    return Over::Serves;
                }
            }
            if touched.elapsed() >= LEFT_AFTER {
                newcomer.is_left_alone();
            }
            self.tells(&mut newcomer, &found);
            let view = newcomer.view();
            if shows_anew || view != shown {
                (self.show)(view.clone());
                shown = view;
            }
        }
    }

    /// One that remembers what was chosen before a restart.
    fn newcomer(&self) -> Newcomer {
        let mut newcomer = Newcomer::new();
        if let Some(Kept { language, hub, .. }) = Kept::read(&self.config.data_dir) {
            newcomer.remembers(language, &hub);
        }
        newcomer.hears_network(self.machine.as_ref().and_then(Machine::network));
        newcomer
    }

    /// Tells it what has changed.
    fn tells(&self, newcomer: &mut Newcomer, found: &Receiver<Found>) {
        if let Ok(found) = found.try_recv() {
            newcomer.found(found);
        }
        let Some(machine) = &self.machine else { return };
        newcomer.hears_network(machine.network());
        let is_set = newcomer.awaited().and_then(|wish| machine.disk_outcome_of(wish));
        if let Some(is_set) = is_set {
            newcomer.passphrase_came_to(is_set);
        }
    }

    fn wishes_network(&self, wish: &NetworkWish) -> Option<WishId> {
        let machine = self.machine.as_ref()?;
        written(Some(match wish {
            NetworkWish::Look => machine.look_for_wifi(),
            NetworkWish::Wifi { ssid, password } => {
                machine.join_wifi(ssid, password.as_ref().map(|password| password.as_str()))
            }
            NetworkWish::Mobile { apn, pin } => machine.use_mobile(apn, pin.as_ref().map(|pin| pin.as_str())),
            NetworkWish::Ethernet(wished) => machine.use_ethernet(wished),
        }))
    }

    /// Enrols the pillar with what was typed; whether that is done.
    fn enrols(&mut self, newcomer: &mut Newcomer) -> bool {
        let (hub, code) = newcomer.typed();
        let data_dir = &self.config.data_dir;
        Kept { language: newcomer.language(), hub: hub.clone(), enrolls: true }.keep(data_dir);
        let show = &mut self.show;
        let enrolled = enrolling::enrol(self.config, &hub, &code, |step| {
            newcomer.is_busy_with(step);
            show(newcomer.view());
        });
        match enrolled {
            Ok(_) => newcomer.is_enrolled(self.offers_passphrase()),
            Err(error) => {
                tracing::error!(%error, "the pillar could not be enrolled");
                Kept { language: newcomer.language(), hub, enrolls: false }.keep(data_dir);
                newcomer.failed(&error);
                return false;
            }
        }
        true
    }

    fn offers_passphrase(&self) -> bool {
        let disk = self.machine.as_ref().and_then(Machine::disk);
        disk.is_some_and(|disk| disk.is_open_to_thieves() && !disk.has_passphrase)
    }

    /// Has the pillar look at itself, on a thread of its own: it may hang for a minute.
    fn looks(&self, newcomer: &Newcomer, tell: &Sender<Found>) {
        let (config, language, tell) = (self.config.clone(), newcomer.language(), tell.clone());
        let begun = thread::Builder::new().name("doctor".into()).spawn(move || {
            // Nobody may listen any more.
            drop(tell.send(look(&config, language)));
        });
        if let Err(error) = begun {
            tracing::error!(%error, "the pillar cannot look at itself; start the machine anew");
        }
    }
}

fn written(wish: Option<io::Result<WishId>>) -> Option<WishId> {
    wish?
        .inspect_err(|error| {
            tracing::error!(%error, "a wish could not be written; look at free space of the machine");
        })
        .ok()
}

#[cfg(test)]
mod tests;
