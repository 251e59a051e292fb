//! The system of this machine: which version runs, what is here of the next one, and when that begins.
//!
//! Invariant: what the hub offers is fetched only when it is newer than what runs and never fell back; the program writes
//! nothing but files in a folder of its own, and what becomes of them is for the image's service to say, which has the
//! municipality's key. Nothing begins that the hub has stopped offering.

mod incoming;
mod told;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use zuil_wire::system::{LARGEST_UPDATE, UpdateRefusal, UpdateReport, UpdateState};
use zuil_wire::{SystemOffer, SystemReport, SystemVersion};

use incoming::Incoming;
pub use incoming::{Part, Step, Trouble};
use told::Told;

/// How often a file may be another than its list says until that is for a person to look at: once it may have been a power
/// cut.
const MISMATCHES: u8 = 2;

/// Where the image and the program meet.
#[derive(Clone, Debug)]
pub struct Places {
    /// Says which version runs.
    pub os_release: PathBuf,
    /// The folder in which updates come in.
    pub update: PathBuf,
    /// Says how writing one went.
    pub state: PathBuf,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            os_release: "/usr/lib/os-release".into(),
            update: "/var/lib/zuil/update".into(),
            state: "/run/zuil-update/state.json".into(),
        }
    }
}

/// Says how much of the disk with a folder is free; nothing when that cannot be told.
type Free = dyn Fn(&Path) -> Option<u64> + Send + Sync;

/// The system of this machine, and its next one.
pub struct System {
    running: SystemVersion,
    places: Places,
    free: Box<Free>,
    known: Mutex<Known>,
}

/// What is known of the next one, besides what is on the disk.
#[derive(Clone, Default)]
struct Known {
    /// What this pillar should have, and how many bytes that may be.
    offer: Option<(SystemVersion, u64)>,
    /// Why what is offered is not fetched any more.
    given_up: Option<UpdateRefusal>,
    mismatches: u8,
    /// There is no room just now.
    no_room: bool,
    /// What the image refused was offered before the hub stopped to: it may be tried again.
    was_withdrawn: bool,
}

/// How things stand with a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It is to be fetched.
    Wanted,
    /// It was fetched, or will not be.
    Is(UpdateState, Option<UpdateRefusal>),
}

impl System {
    /// That of this machine; `None` when it is not updated as a whole, as a developer's is not.
    #[must_use]
    pub fn of(places: Places) -> Option<Self> {
        Self::with_room(places, free_in)
    }

    /// As [`System::of`], with who says how much of the disk is free.
    pub(crate) fn with_room(
        places: Places,
        free: impl Fn(&Path) -> Option<u64> + Send + Sync + 'static,
    ) -> Option<Self> {
        let running = told::image_version(&places.os_release)?;
        Some(Self { running, places, free: Box::new(free), known: Mutex::default() })
    }

    /// Takes what the hub says that this pillar should have.
    pub fn hear(&self, offer: Option<&SystemOffer>) {
        let offer: Option<(SystemVersion, u64)> =
            offer.and_then(|offer| Some((offer.version.parse().ok()?, offer.bytes)));
        let mut known = self.known();
        if known.offer == offer {
            return;
        }
        let was_withdrawn = known.was_withdrawn || known.offer.is_some();
        let is_too_large = offer.as_ref().is_some_and(|(_, bytes)| *bytes > LARGEST_UPDATE);
        let given_up = is_too_large.then_some(UpdateRefusal::Incomplete);
        *known = Known { offer, given_up, was_withdrawn, ..Known::default() };
    }

    /// What is told of it.
    #[must_use]
    pub fn report(&self) -> SystemReport {
        SystemReport { version: self.running.to_string(), update: self.update(&self.known_now()) }
    }

    /// What is to be fetched next, once the hub has spoken. When all is there it is handed over, and there is nothing more
    /// to fetch. What came in of an update that the hub offers no more is deleted: the disk is the outbox's, too.
    ///
    /// # Errors
    /// [`Trouble`]; what is there stays.
    pub fn next_step(&self) -> Result<Option<Step>, Trouble> {
        let Some(offer) = self.wanted() else {
            if self.known_now().offer.is_none() {
                incoming::forget(&self.incoming_folder())?;
            }
            return Ok(None);
        };
        let incoming = self.incoming(&offer);
        let missing = incoming.missing().and_then(|step| {
            if step.is_none() {
                incoming.hand_over(&self.ready())?;
                tracing::info!(version = %offer.0, "an update of the system is there");
            }
            Ok(step)
        });
        self.note(&offer, &missing);
        if let Ok(None) = missing {
            self.known().was_withdrawn = false;
        }
        missing
    }

    /// Keeps what was fetched for a step. What belongs to another version than the one that is wanted now is dropped.
    ///
    /// # Errors
    /// [`Trouble`]; what was there before stays, but for a file that turned out to be another.
    pub fn keep(&self, step: &Step, part: &Part) -> Result<(), Trouble> {
        let Some(offer) = self.wanted().filter(|(version, _)| *version == step.version) else {
            return Ok(());
        };
        let kept = self.incoming(&offer).keep(step, part);
        self.note(&offer, &kept);
        if kept.is_ok() {
            self.known().no_room = false;
        }
        kept
    }

    /// Whether a version is written that should begin.
    #[must_use]
    pub fn is_to_begin(&self) -> bool {
        let known = self.known_now();
        let written = Standing::Is(UpdateState::Written, None);
        known.offer.as_ref().is_some_and(|(version, _)| self.standing(&known, version) == written)
    }

    /// Asks the image to begin it: the machine is started anew.
    ///
    /// # Errors
    /// Those of the file system; then nothing happens.
    pub fn begin(&self) -> io::Result<()> {
        File::create(self.places.update.join("activate"))?.sync_all()
    }

    /// How writing a version went that was handed over by hand, from a stick; nothing as long as it goes on.
    #[must_use]
    pub fn is_written(&self, version: &SystemVersion) -> Option<Result<(), UpdateRefusal>> {
        if self.ready().exists() {
            return None;
        }
        let Told { version: of, state, why } = told::state(&self.places.state)?;
        match state {
            UpdateState::Written if of.as_ref() == Some(version) => Some(Ok(())),
            UpdateState::Refused if of.as_ref().is_none_or(|of| of == version) => {
                Some(Err(why.unwrap_or(UpdateRefusal::Failed)))
            }
            _ => None,
        }
    }

    /// What is offered, when it is to be fetched. Nobody waits for the disk while that is kept.
    fn wanted(&self) -> Option<(SystemVersion, u64)> {
        let known = self.known_now();
        known.offer.clone().filter(|(version, _)| self.standing(&known, version) == Standing::Wanted)
    }

    /// Keeps in mind what went wrong with what is still offered.
    fn note<T>(&self, offer: &(SystemVersion, u64), done: &Result<T, Trouble>) {
        let mut known = self.known();
        if known.offer.as_ref() != Some(offer) {
            return;
        }
        match done {
            Err(Trouble::Refused(why)) => known.given_up = Some(*why),
            Err(Trouble::Digest) => {
                known.mismatches += 1;
                if known.mismatches >= MISMATCHES {
                    known.given_up = Some(UpdateRefusal::Digest);
                }
            }
            Err(Trouble::NoRoom) => known.no_room = true,
            Err(Trouble::Disk(_)) | Ok(_) => {}
        }
    }

    fn update(&self, known: &Known) -> Option<UpdateReport> {
        let report = |version: &SystemVersion, state, why| UpdateReport {
            version: version.to_string(),
            state,
            percent: None,
            why,
        };
        let Some((version, bytes)) = &known.offer else {
            // Nothing more is done; what was done is told all the same.
            let told = self.told(known).and_then(|Told { version, state, why }| Some((version?, state, why)));
            let told = told.or_else(|| Some((self.fell_back()?, UpdateState::FellBack, None)));
            let (version, state, why) = told.filter(|(version, ..)| *version > self.running)?;
            return Some(report(&version, state, why));
        };
        if *version == self.running {
            return None;
        }
        match self.standing(known, version) {
            Standing::Is(state, why) => Some(report(version, state, why)),
            Standing::Wanted if known.no_room => {
                Some(report(version, UpdateState::Refused, Some(UpdateRefusal::NoRoom)))
            }
            Standing::Wanted => {
                let here = self.incoming(&(version.clone(), *bytes)).bytes().unwrap_or(0);
                let percent =
                    u8::try_from(here.saturating_mul(100) / (*bytes).max(1)).unwrap_or(100).min(100);
                let fetching = report(version, UpdateState::Fetching, None);
                Some(UpdateReport { percent: Some(percent), ..fetching })
            }
        }
    }

    /// How things stand with a version that is offered.
    fn standing(&self, known: &Known, version: &SystemVersion) -> Standing {
        let refused = |why| Standing::Is(UpdateState::Refused, Some(why));
        if *version <= self.running {
            return refused(UpdateRefusal::Older);
        }
        if self.fell_back().as_ref() == Some(version) {
            return Standing::Is(UpdateState::FellBack, None);
        }
        if let Some(why) = known.given_up {
            return refused(why);
        }
        let told = self.told(known).filter(|told| told.version.as_ref().is_none_or(|of| of == version));
        let state = told.as_ref().map(|told| told.state);
        if self.ready().exists() {
            let is_writing = state == Some(UpdateState::Writing);
            return Standing::Is(if is_writing { UpdateState::Writing } else { UpdateState::Ready }, None);
        }
        match told {
            // Whoever wrote takes away what was ready when it has told how it went.
            Some(Told { state: UpdateState::Writing, .. }) => refused(UpdateRefusal::Failed),
            Some(Told { state, why, .. }) => Standing::Is(state, why),
            None => Standing::Wanted,
        }
    }

    /// How writing went; a refusal from before the hub stopped offering counts no more.
    fn told(&self, known: &Known) -> Option<Told> {
        let told = told::state(&self.places.state)?;
        let is_over = known.was_withdrawn && told.state != UpdateState::Written;
        (!is_over).then_some(told)
    }

    fn fell_back(&self) -> Option<SystemVersion> {
        told::fell_back(&self.places.update.join("fell-back.json"))
    }

    fn ready(&self) -> PathBuf {
        self.places.update.join("ready")
    }

    fn incoming_folder(&self) -> PathBuf {
        self.places.update.join("incoming")
    }

    fn incoming<'a>(&'a self, (version, bytes): &'a (SystemVersion, u64)) -> Incoming<'a> {
        Incoming {
            folder: self.incoming_folder(),
            version,
            most: (*bytes).min(LARGEST_UPDATE),
            free: &*self.free,
        }
    }

    /// A copy, for whoever goes on to the disk: who hears an offer meanwhile waits for no disk.
    fn known_now(&self) -> Known {
        self.known().clone()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How much of the disk with a folder is free; nothing when that cannot be told.
pub(crate) fn free_in(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(test)]
mod tests;
