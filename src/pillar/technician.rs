//! Does what a technician at the pillar wants done and what takes time: looks what a code opens, notes what was done, and
//! asks the machine.
//!
//! Invariant: the runner waits for none of it. What is noted is on the disk before anything is done that was wanted after
//! it and ends the program; logs leave the pillar sealed to the hub.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use uuid::Uuid;
use zuil_catalogue::Language;
use zuil_wire::recording::{self, Batch, Ending, Entry, Writer};
use zuil_wire::seal::SealKey;
use zuil_wire::service::ServiceCodeError;
use zuil_wire::system::UpdateRefusal;
use zuil_wire::{ServiceCode, ServiceDeed, ServiceEntry, ServiceOutcome};

use super::{NotServing, hardware, making, storage};
use crate::clock::HubTime;
use crate::config::Config;
use crate::doctor::{self, Check, Report, Verdict};
use crate::machine::{Ethernet, Machine, NetworkOutcome, ScreenSetting, StickOutcome, Turn, WishId};
use crate::maintenance::{
    Deed, End, Event, MachineFacts, NetworkWish, Number, Secret, ServiceFiles, StickFacts, Task, Tried, Work,
};
use crate::runner::{Input, Technicians};
use crate::sync::{self, Keyring};
use crate::system::{self, System};
use crate::texts::{fill, say};
use crate::visit::{PanelMark, PanelRow};

/// How long the machine may take for what it is asked.
const PATIENCE: Duration = Duration::from_secs(100);
/// How long writing an update may take.
const WRITING: Duration = Duration::from_secs(19 * 60);
/// How often is looked whether it is done.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// So many hours of the log go to a stick.
const LOG_HOURS: u16 = 7 * 24;
/// How much of the logs is sealed at once.
const PIECE: usize = 32 * 1024;
/// The file on the stick.
const LOG_FILE: &str = "log.zuilrec";

/// What it does all that with.
pub(super) struct Tools {
    /// The pillar's settings.
    pub(super) config: Config,
    /// The pillar's name.
    pub(super) pillar: String,
    /// What is kept of service visits.
    pub(super) files: Arc<ServiceFiles>,
    /// Knows to whom logs are sealed, where there is a binding that can be read.
    pub(super) keyring: Option<Arc<Keyring>>,
    /// Knows what time it is.
    pub(super) time: HubTime,
    /// The machine, where it runs the image.
    pub(super) machine: Option<Machine>,
    /// The system of the machine.
    pub(super) system: Option<Arc<System>>,
    /// Has the program end and start anew.
    pub(super) restart: Arc<dyn Fn() + Send + Sync>,
}

/// Starts the thread that does it, one thing after the other; what may take long gets a thread of its own. It ends with
/// what is returned.
pub(super) fn technicians(tools: Tools, inputs: &Sender<Input>) -> Result<Technicians, NotServing> {
    let (wants, wanted) = mpsc::channel();
    let worker = Worker { tools: Arc::new(tools), inputs: inputs.clone() };
    thread::Builder::new()
        .name("technician".into())
        .spawn(move || {
            while let Ok((deed, serial)) = wanted.recv() {
                worker.take(deed, serial);
            }
        })
        .map_err(storage("starting the technician's thread"))?;
    // A thread that is gone has ended with the pillar.
    Ok(Technicians { perform: Box::new(move |deed, serial| drop(wants.send((deed, serial)))) })
}

/// What was begun: under which number, and what the log calls it.
type Begun = (Number, Task);

#[derive(Clone)]
struct Worker {
    tools: Arc<Tools>,
    inputs: Sender<Input>,
}

impl Worker {
    fn take(&self, deed: Deed, serial: Option<u16>) {
        match deed {
            Deed::Try(code) => {
                self.tell(Event::Tried(try_code(&self.tools.files, &code, self.tools.time.now())));
            }
            Deed::Note(deed, outcome) => self.tools.note(deed, outcome, serial),
            Deed::Look => self.tell(Event::Machine(Box::new(self.tools.look()))),
            Deed::Examine(language) => self.elsewhere(Event::Examined(Vec::new()), move |worker| {
                worker.tell(Event::Examined(worker.tools.examine(language)));
            }),
            Deed::Begin(number, work) => self.begin((number, work.task()), work),
            // The runner does these itself.
            Deed::PrintTest
            | Deed::Diagnose
            | Deed::Listen(_)
            | Deed::Ignore
            | Deed::NewRoll
            | Deed::Close => {}
        }
    }

    /// Does what takes time.
    fn begin(&self, task: Begun, work: Work) {
        match work {
            Work::Network(NetworkWish::Search) => self.ends(task, |tools| tools.search()),
            Work::Network(wish) => self.ends(task, move |tools| tools.network(&wish)),
            Work::WriteLogs => self.ends(task, |tools| tools.write_logs()),
            Work::InstallUpdate => self.ends(task, |tools| tools.install_update()),
            Work::Passphrase(passphrase) => {
                self.ends(task, move |tools| tools.set_passphrase(&passphrase));
            }
            Work::Turn(quarters) => self.ended(task, self.tools.turn(quarters)),
            Work::Brightness(percent) => {
                // The runner's light shines so from now on; this is for the time after a restart.
                let data_dir = &self.tools.config.data_dir;
                let kept = hardware::keep_brightness(data_dir, percent);
                self.ended(task, kept.map_or_else(|error| not_wished(&error), |()| End::Done));
            }
            Work::ReEnrol => self.ended(task, self.tools.re_enrol()),
            Work::Reset => self.ended(task, self.tools.with_machine(Machine::reset)),
            Work::Restart => self.ended(task, self.tools.with_machine(Machine::restart)),
        }
    }

    /// Does something on a thread of its own, and tells what came of it.
    fn ends(&self, task: Begun, work: impl FnOnce(&Tools) -> End + Send + 'static) {
        let failed = Event::Ended(task.0, End::Failed);
        self.elsewhere(failed, move |worker| worker.ended(task, work(&worker.tools)));
    }

    /// Does something on a thread of its own; tells `failed` when there is none.
    fn elsewhere(&self, failed: Event, work: impl FnOnce(&Self) + Send + 'static) {
        let worker = self.clone();
        let started = thread::Builder::new().name("technician-work".into()).spawn(move || work(&worker));
        if let Err(error) = started {
            tracing::error!(%error, "there is no thread for what a technician wants");
            self.tell(failed);
        }
    }

    fn ended(&self, (number, task): Begun, end: End) {
        tracing::info!(?task, ?end, "a technician at the pillar had this done");
        self.tell(Event::Ended(number, end));
    }

    /// A runner that is gone needs no more of it.
    fn tell(&self, event: Event) {
        drop(self.inputs.send(Input::Service(Box::new(event))));
    }
}

impl Tools {
    fn note(&self, deed: ServiceDeed, outcome: ServiceOutcome, serial: Option<u16>) {
        let entry = ServiceEntry {
            id: Uuid::new_v4(),
            serial,
            key_number: self.files.key().map_or(0, |key| key.number),
            at: self.time.now(),
            deed,
            outcome,
        };
        tracing::info!(?deed, ?outcome, "a service visit");
        if let Err(error) = self.files.add(entry) {
            tracing::error!(%error, "what a technician did cannot be written down; look at the disk");
        }
    }

    fn look(&self) -> MachineFacts {
        let system = self.system.as_ref().map(|system| system.report().version);
        let free = system::free_in(&self.config.data_dir);
        let Some(machine) = &self.machine else {
            return MachineFacts { system, free, ..MachineFacts::default() };
        };
        let stick = machine.stick().filter(|stick| stick.is_present);
        MachineFacts {
            has_image: true,
            system,
            free,
            network: machine.network(),
            stick: stick.map(|stick| StickFacts { update: stick.update.map(|version| version.to_string()) }),
            has_backlight: machine.backlight() == Some(crate::machine::Backlight::Adjustable),
            passphrase: machine.disk().map(|disk| disk.has_passphrase),
        }
    }

    fn examine(&self, language: Language) -> Vec<PanelRow> {
        let order = doctor::Order { config: self.config.file.clone(), language, print: false };
        rows(doctor::examine(&order, Timestamp::now))
    }

    /// Has the machine do something that needs no waiting.
    fn with_machine(&self, wish: impl FnOnce(&Machine) -> io::Result<()>) -> End {
        let Some(machine) = &self.machine else { return End::NoDevice };
        match wish(machine) {
            Ok(()) => End::Done,
            Err(error) => not_wished(&error),
        }
    }

    fn search(&self) -> End {
        self.wish_of_network(Machine::look_for_wifi)
    }

    fn network(&self, wish: &NetworkWish) -> End {
        self.wish_of_network(|machine| match wish {
            NetworkWish::Search => machine.look_for_wifi(),
            NetworkWish::Wifi { ssid, password } => {
                machine.join_wifi(ssid, password.as_ref().map(Secret::text))
            }
            NetworkWish::Mobile { apn, pin } => machine.use_mobile(apn, pin.as_ref().map(Secret::text)),
            NetworkWish::Cable { address, gateway, dns } => machine.use_ethernet(&Ethernet {
                address: address.clone(),
                gateway: gateway.clone(),
                dns: dns.clone(),
            }),
        })
    }

    fn wish_of_network(&self, wish: impl FnOnce(&Machine) -> io::Result<WishId>) -> End {
        self.wish(wish, |machine, id| machine.network()?.outcome_of(id).map(of_network))
    }

    fn set_passphrase(&self, passphrase: &Secret) -> End {
        self.wish(
            |machine| machine.set_passphrase(passphrase.text()),
            |machine, id| Some(if machine.disk_outcome_of(id)? { End::Done } else { End::Failed }),
        )
    }

    fn write_logs(&self) -> End {
        let now = self.time.now();
        let text = making::text(&self.config, LOG_HOURS, Timestamp::now());
        let Some(keyring) = &self.keyring else {
            tracing::error!("the binding cannot be read, so there is no key to seal the logs with");
            return End::Failed;
        };
        let sealed = match sealed(&text, &keyring.current(), &self.pillar, now) {
            Ok(sealed) => sealed,
            Err(error) => {
                tracing::error!(%error, "the logs cannot be sealed, so they are not written to the stick");
                return End::Failed;
            }
        };
        let fill = |folder: &Path| std::fs::write(folder.join(LOG_FILE), &sealed);
        self.wish(
            |machine| machine.write_to_stick(fill),
            |machine, id| machine.stick()?.outcome_of(id).map(of_stick),
        )
    }

    /// The image looks whether it is genuine and newer, and says how writing it went.
    fn install_update(&self) -> End {
        let (Some(machine), Some(system)) = (&self.machine, &self.system) else { return End::NoDevice };
        let Some(version) = machine.stick().and_then(|stick| stick.update) else { return End::NotFound };
        if let Err(error) = machine.install_from_stick() {
            return not_wished(&error);
        }
        match wait(WRITING, || system.is_written(&version)) {
            None => End::NoAnswer,
            Some(Ok(())) => End::Done,
            Some(Err(UpdateRefusal::Older)) => End::Older,
            Some(Err(UpdateRefusal::NoRoom)) => End::NoRoom,
            Some(Err(UpdateRefusal::Signature | UpdateRefusal::Digest | UpdateRefusal::Incomplete)) => {
                End::NotGenuine
            }
            Some(Err(UpdateRefusal::Failed)) => End::Failed,
        }
    }

    fn turn(&self, quarters: u8) -> End {
        let turn = Turn::ALL.get(usize::from(quarters)).copied().unwrap_or_default();
        self.with_machine(|machine| machine.set_screen(&ScreenSetting { turn, ..machine.screen() }))
    }

    /// As `zuil enrol --wipe`: what waits to be sent stays. The program starts anew at once, so that nothing is done with
    /// the binding that is gone.
    fn re_enrol(&self) -> End {
        match sync::wipe(&self.config.binding) {
            Ok(_) => {
                (self.restart)();
                End::Done
            }
            Err(error) => {
                tracing::error!(%error, "the binding cannot be taken away");
                End::Failed
            }
        }
    }

    /// Wishes something, and waits until it is said what came of it.
    fn wish(
        &self,
        wish: impl FnOnce(&Machine) -> io::Result<WishId>,
        outcome: impl Fn(&Machine, &WishId) -> Option<End>,
    ) -> End {
        let Some(machine) = &self.machine else { return End::NoDevice };
        let id = match wish(machine) {
            Ok(id) => id,
            Err(error) => return not_wished(&error),
        };
        wait(PATIENCE, || outcome(machine, &id)).unwrap_or(End::NoAnswer)
    }
}

/// What the doctor found, as it is shown.
pub(crate) fn rows(report: Report) -> Vec<PanelRow> {
    let both = say(report.language, "{seen}; {next}");
    let row = |Check { name, verdict, seen, next, .. }: Check| {
        let value = if next.is_empty() { seen } else { fill(both, &[("seen", &seen), ("next", &next)]) };
        PanelRow { label: name, value, mark: mark(verdict) }
    };
    report.checks.into_iter().map(row).collect()
}

/// Looks again and again, for so long at most.
fn wait<T>(time: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let until = Instant::now() + time;
    loop {
        let seen = look();
        if seen.is_some() || Instant::now() >= until {
            return seen;
        }
        thread::sleep(LOOK_EVERY);
    }
}

/// What a code opens. A wrong one counts before anybody hears of it.
fn try_code(files: &ServiceFiles, code: &Secret, now: Timestamp) -> Tried {
    if let Some(until) = files.paused(now) {
        return Tried::Pause { minutes: minutes(until, now) };
    }
    let Some(key) = files.key() else { return Tried::NoKey };
    let checked = code.text().parse::<ServiceCode>().map(|code| code.check(&key, now));
    match checked {
        Ok(Ok(granted)) => {
            if let Err(error) = files.right() {
                tracing::warn!(%error, "wrong service codes of before count again after a restart");
            }
            Tried::Granted { serial: granted.serial, until: granted.until }
        }
        Ok(Err(ServiceCodeError::Expired)) => Tried::Expired,
        Ok(Err(ServiceCodeError::Unknown)) | Err(_) => match files.wrong(now) {
            Ok(until) => Tried::Wrong { pause: until.map(|until| minutes(until, now)) },
            Err(error) => {
                tracing::warn!(%error, "a wrong service code counts until the next restart only");
                Tried::Wrong { pause: None }
            }
        },
    }
}

fn not_wished(error: &io::Error) -> End {
    tracing::error!(%error, "the machine cannot be asked for what a technician wants; look at the disk");
    End::Failed
}

/// How long a pause lasts, as it is told: in whole minutes.
fn minutes(until: Timestamp, now: Timestamp) -> u64 {
    let seconds = u64::try_from(until.duration_since(now).as_secs()).unwrap_or_default();
    seconds.div_ceil(60).max(1)
}

/// The logs, as lines that only the hub can open: `zuil-hub recording open` prints them.
fn sealed(
    text: &[u8],
    key: &SealKey,
    pillar: &str,
    now: Timestamp,
) -> Result<String, recording::RecordingError> {
    let mut writer = Writer::begin(key, Uuid::new_v4(), pillar, recording::LOGS, now)?;
    let mut lines = writer.header_line().to_owned() + "\n";
    let mut batch = Batch::new(PIECE);
    let pieces = text.chunks(PIECE).map(|piece| recording::Event::In(piece.to_vec()));
    for event in pieces.chain([recording::Event::End(Ending::Stopped)]) {
        batch.add(&Entry { at_us: 0, event });
        lines += &writer.line(&batch)?;
        batch.clear();
    }
    Ok(lines)
}

const fn of_network(outcome: NetworkOutcome) -> End {
    match outcome {
        NetworkOutcome::Done => End::Done,
        NetworkOutcome::Password => End::Password,
        NetworkOutcome::NotFound => End::NotFound,
        NetworkOutcome::NoAddress => End::NoAddress,
        NetworkOutcome::NoDevice => End::NoDevice,
        NetworkOutcome::NoSim => End::NoSim,
        NetworkOutcome::Pin => End::Pin,
        NetworkOutcome::Failed => End::Failed,
    }
}

const fn of_stick(outcome: StickOutcome) -> End {
    match outcome {
        StickOutcome::Done => End::Done,
        StickOutcome::NoRoom => End::NoRoom,
        StickOutcome::Failed => End::Failed,
    }
}

const fn mark(verdict: Verdict) -> PanelMark {
    match verdict {
        Verdict::NotThere => PanelMark::None,
        Verdict::Ok => PanelMark::Good,
        Verdict::Attention => PanelMark::Attention,
        Verdict::Failed => PanelMark::Bad,
    }
}

#[cfg(test)]
mod tests;
