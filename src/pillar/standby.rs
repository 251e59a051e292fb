//! A pillar that cannot begin, until it is tried again: it says so, and lets a technician in who makes the gesture.
//!
//! Invariant: it is not tried again while a technician is here. A code is asked for wherever there is a key that could check
//! one. Where there is none nobody could ever get in: then the gesture is enough, as where the data is closed, but neither
//! the binding nor the passphrase can be changed so.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::technician::{Tools, technicians};
use super::{hardware, service_files};
use crate::clock::Clock;
use crate::config::Config;
use crate::machine::Machine;
use crate::maintenance::{Deed, Event, PillarFacts, Service, ServiceFiles};
use crate::outbox::SqliteOutbox;
use crate::runner::{Input, Technicians};
use crate::sync::{self, Keyring};
use crate::system::{Places, System};
use crate::visit::{Frame, Intent, OutOfService, View};

/// How often a service visit is told that time passed, when nothing else happens.
const TICK: Duration = Duration::from_millis(500);
/// What is typed in the place of a name that cannot be read, so that everything is deleted.
const NAMELESS: &str = "zuil";

/// Why it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// The pillar is to be tried again.
    TriesAgain,
    /// It was told to stop.
    Stopped,
}

/// A pillar that cannot begin.
pub(super) struct Standby<'a, S> {
    pub(super) config: &'a Config,
    /// The machine, where it runs the image.
    pub(super) machine: Option<Machine>,
    /// Where what a technician does goes in as long as this lasts.
    pub(super) inputs: &'a Mutex<Option<Sender<Input>>>,
    pub(super) show: S,
}

impl<S: FnMut(View)> Standby<'_, S> {
    /// Waits so long, and on until no technician is here. `stop` says when whoever started it wants it to end.
    pub(super) fn waits<T>(mut self, why: &OutOfService, pause: Duration, stop: &Receiver<T>) -> Over {
        let (sender, received) = mpsc::channel();
        *self.inputs.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender.clone());
        let over = self.goes_on(&View::out_of_service(why.clone()), pause, (&sender, &received), stop);
        *self.inputs.lock().unwrap_or_else(PoisonError::into_inner) = None;
        over
    }

    fn goes_on<T>(
        &mut self,
        nobody: &View,
        pause: Duration,
        (sender, received): (&Sender<Input>, &Receiver<Input>),
        stop: &Receiver<T>,
    ) -> Over {
        let (again, ordered) = mpsc::channel();
        let (until, mut number) = (Instant::now() + pause, 0);
        let mut guest: Option<Guest> = None;
        let mut shown = nobody.clone();
        (self.show)(shown.clone());
        loop {
            if !matches!(stop.try_recv(), Err(TryRecvError::Empty)) {
                return Over::Stopped;
            }
            let left = until.saturating_duration_since(Instant::now());
            let patience = if guest.is_some() { TICK } else { TICK.min(left) };
            let event = match received.recv_timeout(patience) {
                Ok(Input::Resident(intent)) if guest.is_some() => Event::Did(*intent),
                Ok(Input::Resident(intent)) => {
                    if *intent == Intent::Technician {
                        number += 1;
                        guest = self.lets_in(number, &nobody.frame, sender, &again);
                    }
                    Event::Tick
                }
                Ok(Input::Service(event)) => *event,
                // Whatever else comes is for a pillar that serves.
                Ok(_) | Err(RecvTimeoutError::Timeout) => Event::Tick,
                Err(RecvTimeoutError::Disconnected) => return Over::Stopped,
            };
            if guest.as_mut().is_some_and(|guest| guest.takes(vec![event]) == Stays::No) {
                guest = None;
            }
            let view = guest.as_ref().map_or_else(|| nobody.clone(), |guest| guest.view(&nobody.frame));
            if view != shown {
                (self.show)(view.clone());
                shown = view;
            }
            if ordered.try_recv().is_ok() || (guest.is_none() && Instant::now() >= until) {
                return Over::TriesAgain;
            }
        }
    }

    /// Begins a service visit with all of the pillar that can be read.
    fn lets_in(
        &self,
        number: u64,
        frame: &Frame,
        inputs: &Sender<Input>,
        again: &Sender<()>,
    ) -> Option<Guest> {
        let config = self.config;
        let binding = sync::read_binding(&config.binding).ok();
        let files = match &binding {
            Some(binding) => service_files(config, binding),
            None => ServiceFiles::of(&config.data_dir),
        };
        let knows_codes = files.key().is_some();
        let name = binding.as_ref().map_or_else(|| NAMELESS.to_owned(), |binding| binding.pillar.clone());
        let keyring = binding.as_ref().and_then(|binding| Keyring::open(&config.data_dir, binding).ok());
        let time = hardware::time(config, self.machine.clone());
        let (clock, again) = (Clock::of(time.clone()), again.clone());
        let tools = Tools {
            config: config.clone(),
            pillar: name.clone(),
            files: Arc::new(files),
            keyring: keyring.map(Arc::new),
            time,
            machine: self.machine.clone(),
            system: System::of(Places::default()).map(Arc::new),
            // One that is told to stop needs no restart.
            restart: Arc::new(move || {
                let _ = again.send(());
            }),
        };
        let technicians = technicians(tools, inputs)
            .inspect_err(
                |error| tracing::error!(%error, "no technician can be let in; start the machine anew"),
            )
            .ok()?;
        let (service, deeds) = if knows_codes {
            (Service::begin(number, frame, clock.now()), Vec::new())
        } else {
            tracing::warn!("a technician is let in without a code: this pillar has no key for codes");
            Service::begin_without_code(number, frame, clock.now())
        };
        let waiting = waiting(config);
        let facts = PillarFacts { name, waiting, is_enrolled: knows_codes, ..PillarFacts::default() };
        let mut guest = Guest { service, clock, technicians, facts, knows_codes };
        let (events, _) = guest.performs(deeds);
        guest.takes(events);
        Some(guest)
    }
}

/// Whether a technician is still here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stays {
    Yes,
    No,
}

/// A technician who is here.
struct Guest {
    service: Service,
    clock: Clock,
    technicians: Technicians,
    facts: PillarFacts,
    knows_codes: bool,
}

impl Guest {
    /// Tells the service visit, and does what it wants done, until it wants nothing more.
    fn takes(&mut self, mut events: Vec<Event>) -> Stays {
        while let Some(mut event) = events.pop() {
            if let Event::Machine(machine) = &mut event {
                // The light is a runner's.
                machine.has_backlight = false;
                machine.passphrase = machine.passphrase.filter(|_| self.knows_codes);
            }
            let deeds = self.service.handle(event, self.clock.now());
            let (answers, stays) = self.performs(deeds);
            if stays == Stays::No {
                return stays;
            }
            events.extend(answers);
        }
        Stays::Yes
    }

    /// Does what is wanted. What can be answered at once is returned. What needs a runner is not offered here.
    fn performs(&self, deeds: Vec<Deed>) -> (Vec<Event>, Stays) {
        let (mut answers, mut stays) = (Vec::new(), Stays::Yes);
        let serial = self.service.serial();
        for deed in deeds {
            match deed {
                Deed::Close => stays = Stays::No,
                Deed::Look => {
                    answers.push(Event::Pillar(self.facts.clone()));
                    (self.technicians.perform)(Deed::Look, serial);
                }
                deed => (self.technicians.perform)(deed, serial),
            }
        }
        (answers, stays)
    }

    fn view(&self, frame: &Frame) -> View {
        self.service.view(frame.clone(), self.clock.now())
    }
}

/// How many requests wait to be sent. Of an outbox that cannot be read nobody knows that nothing waits in it.
fn waiting(config: &Config) -> u64 {
    let outbox = config.data_dir.join("outbox.sqlite");
    if matches!(outbox.try_exists(), Ok(false)) {
        return 0;
    }
    let found = SqliteOutbox::examine(&outbox, config.outbox.settings()).ok();
    found.and_then(|found| found.counts).map_or(1, |counts| counts.saved)
}

#[cfg(test)]
mod tests;
