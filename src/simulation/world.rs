//! A day: a pillar, its devices on their cables, the hub, and the people who come.
//!
//! Invariant: the world never tells the pillar anything that a real cable, network or hand would not.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use fastrand::Rng;
use tempfile::TempDir;
use uuid::Uuid;
use zuil_wire::{PaymentState, Reference};

use super::faults::{Trouble, schedule};
use super::hub::{Fate, Hub};
use super::pillar::{Asked, Dead, Pillar};
use super::resident::{Manner, Resident};
use crate::devices::printer::core::Input as PrinterInput;
use crate::devices::printer::simulator::{HEAD_DOTS, Mechanism, Physics};
use crate::devices::terminal::driver::Input as TerminalInput;
use crate::devices::terminal::simulator::Pace;
use crate::devices::terminal::simulator::core::{Act, Core};
use crate::devices::terminal::simulator::ledger::Ledger;
use crate::runner::Input;
use zuil_catalogue::Catalogue;

mod turning;

/// Bytes a second on the printer's line of 38,400 baud.
const PRINTER_LINE: u64 = 3_840;
/// Bytes a second on the terminal's line of 9,600 baud.
const TERMINAL_LINE: u64 = 960;
/// How long a pillar takes to boot.
const BOOT: Duration = Duration::from_secs(20);
/// When all that went wrong is mended.
const MENDED: Duration = Duration::from_secs(150);
/// When the second resident comes.
const SECOND: Duration = Duration::from_secs(160);
/// When staff look at their list: long after everything could have settled itself.
const STAFF: Duration = Duration::from_secs(480);
/// How soon a payment that nobody knows of is on the staff's list.
const LISTED_WITHIN: Duration = Duration::from_secs(2);
/// When the day is over.
const OVER: Duration = Duration::from_secs(540);

/// The example catalogue, read once for all days.
static CATALOGUE: LazyLock<Arc<Catalogue>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/example");
    Arc::new(Catalogue::load(&folder).expect("the example catalogue"))
});

/// A day.
pub(super) struct World {
    pub(super) now: Duration,
    random: Rng,
    folder: TempDir,
    catalogue: Arc<Catalogue>,
    pillar: Option<Pillar>,
    on_at: Duration,
    boots: u32,
    printer: Mechanism,
    printer_plugged: bool,
    terminal: Core,
    terminal_plugged: bool,
    /// Whether the pillar's ports are open: printer, terminal.
    open: (bool, bool),
    to_terminal: VecDeque<u8>,
    to_pillar: VecDeque<u8>,
    hub: Hub,
    disk_fails: bool,
    troubles: Vec<Trouble>,
    pub(super) resident: Resident,
    second: Option<Resident>,
    next_tick: Duration,
    next_upload: Duration,
    pub(super) witnessed: Witnessed,
}

/// All that happened, as nobody in the world but we know it.
#[derive(Default)]
pub(super) struct Witnessed {
    /// Every payment that the terminal was asked for.
    pub(super) asked: Vec<Asked>,
    /// Which payment each receipt number of the terminal was for.
    pub(super) receipts: BTreeMap<u16, Uuid>,
    /// Text and time of each piece of paper.
    pub(super) paper: Vec<(String, Duration)>,
    /// The payment that the terminal said yes to last, and to how many it had said yes then.
    pub(super) accepted: (Option<Uuid>, u32),
    /// Since when the hub has been told of a payment that nobody knows how it went.
    unknown: BTreeMap<Uuid, Duration>,
    /// Payments that were on staff's list at some time.
    shown_to_staff: BTreeSet<Uuid>,
    /// Payments that should have been on it by then and were not.
    pub(super) hidden: Vec<Reference>,
    /// Payments that staff had to settle.
    pub(super) settled_by_staff: Vec<Uuid>,
}

impl World {
    /// A day from a seed.
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let physics = Physics {
            answers_after: (Duration::ZERO, Duration::from_millis(random.u64(0..200))),
            forgets_when_opened: random.bool(),
            knows_process_id: random.u8(0..4) > 0,
            draws: false,
            seed,
            ..Physics::real(38_400)
        };
        let printer = Mechanism::with(HEAD_DOTS, physics);
        let mut terminal = Core::new(Ledger::new(random.u16(1..9999)));
        terminal.pace = Pace {
            card_time_out: Duration::from_secs(30),
            pin: Duration::from_millis(random.u64(0..2_000)),
            bank: Duration::from_millis(random.u64(0..2_000)),
            remove_card: Duration::from_millis(random.u64(0..1_500)),
        };
        terminal.faults.reverses_when_unanswered = random.bool();
        terminal.faults.bare_refusals = random.u8(0..4) == 0;
        terminal.ledger.try_out((101, 0));
        terminal.faults.forgets_at_end_of_day = random.bool();
        if random.u8(0..6) == 0 {
            terminal.faults.refuses_repeat = Some(*random.choice(&[0x83, 0xA0]).unwrap_or(&0x83));
        } else if !terminal.faults.bare_refusals && random.u8(0..6) == 0 {
            // One that told neither would take no cards after a refusal, by design.
            terminal.faults.refuses_turnover = Some(0x83);
        }
        let manner = Manner {
            task: "bulky-waste",
            pace: Duration::from_millis(random.u64(100..900)),
            tries: random.u32(0..3),
            lingers: Duration::from_secs(random.u64(0..60)),
            stops_after: (random.u8(0..8) == 0).then(|| Duration::from_millis(random.u64(0..6_000))),
        };
        match random.u8(0..10) {
            0 => terminal.act(Act::InsertBadCard(5)),
            1 => terminal.act(Act::WalkAway),
            2 => terminal.act(Act::PressStop),
            _ => terminal.auto = Some(Duration::from_millis(random.u64(0..3_000))),
        }
        let troubles = schedule(&mut random);
        Self {
            now: Duration::ZERO,
            folder: tempfile::tempdir().expect("a folder"),
            catalogue: CATALOGUE.clone(),
            pillar: None,
            on_at: Duration::ZERO,
            boots: 0,
            printer,
            printer_plugged: true,
            terminal,
            terminal_plugged: true,
            open: (false, false),
            to_terminal: VecDeque::new(),
            to_pillar: VecDeque::new(),
            hub: Hub::default(),
            disk_fails: false,
            troubles,
            resident: Resident::new(manner),
            second: None,
            next_tick: Duration::ZERO,
            next_upload: Duration::ZERO,
            witnessed: Witnessed::default(),
            random,
        }
    }

    /// Lives the day to its end.
    pub(super) fn live(mut self) -> Self {
        let (mut mended, mut staff_looked) = (false, false);
        while self.now < OVER {
            if self.now >= MENDED && !std::mem::replace(&mut mended, true) {
                self.mend_everything();
            }
            if !staff_looked && self.now >= STAFF {
                staff_looked = true;
                self.staff_look();
            }
            let step = match self.now.as_secs() {
                0..45 => 20,
                45..150 => 50,
                160..190 => 50,
                _ => 250,
            };
            self.pass(Duration::from_millis(step));
        }
        self
    }

    pub(super) const fn hub(&self) -> &Hub {
        &self.hub
    }

    pub(super) const fn terminal(&self) -> &Core {
        &self.terminal
    }

    pub(super) fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }

    pub(super) const fn second(&self) -> Option<&Resident> {
        self.second.as_ref()
    }

    /// The pillar that is on in the end.
    pub(super) fn pillar(&self) -> &Pillar {
        self.pillar.as_ref().expect("it is on in the end")
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.make_and_mend_trouble();
        if self.pillar.is_none() && self.now >= self.on_at {
            self.boots += 1;
            let pillar = Pillar::start(self.folder.path(), &self.catalogue, self.now, self.boots << 12);
            pillar.outbox.set_read_only(self.disk_fails);
            self.open = (false, false);
            self.pillar = Some(pillar);
        }
        if self.run_the_pillar(time).is_err() {
            self.pillar_loses_its_power();
        }
        self.run_the_devices(time);
        self.look_around();
    }

    /// Everything that involves the pillar. The power may go at any step of it.
    fn run_the_pillar(&mut self, time: Duration) -> Result<(), Dead> {
        let now = self.now;
        let Some(mut pillar) = self.pillar.take() else { return Ok(()) };
        let done = self.run_it(&mut pillar, time, now);
        self.witnessed.asked.append(&mut pillar.asked);
        self.pillar = Some(pillar);
        done
    }

    fn run_it(&mut self, pillar: &mut Pillar, time: Duration, now: Duration) -> Result<(), Dead> {
        self.turn_cables(pillar, now)?;
        pillar.send_to_printer(bytes_in(PRINTER_LINE, time).min(self.printer.room()), now)?;
        self.printer.receive(&std::mem::take(&mut pillar.lines.to_printer));
        let answers = self.printer.take_answers();
        if self.open.0 && !answers.is_empty() {
            pillar.printer_gets(PrinterInput::Received(&answers), now)?;
        }
        let count = bytes_in(TERMINAL_LINE, time).min(self.to_pillar.len());
        let heard: Vec<u8> = self.to_pillar.drain(..count).collect();
        if self.open.1 && !heard.is_empty() {
            pillar.terminal_gets(TerminalInput::Bytes(&heard), now)?;
        }
        if now >= self.next_tick {
            self.next_tick = now + Duration::from_millis(500);
            pillar.tick(now)?;
        }
        pillar.clock(now)?;
        self.people_act(pillar, now)?;
        if now >= self.next_upload {
            self.next_upload = now + Duration::from_millis(400);
            let fate = match self.random.u8(0..10) {
                0 => Fate::Lost,
                1 => Fate::AnswerLost,
                _ => Fate::Arrives,
            };
            self.hub.upload(pillar, fate, now)?;
        }
        self.to_terminal.extend(pillar.lines.to_terminal.drain(..));
        Ok(())
    }

    /// The pillar's ports open and close with the cables.
    fn turn_cables(&mut self, pillar: &mut Pillar, now: Duration) -> Result<(), Dead> {
        let wanted = (self.printer_plugged, self.terminal_plugged && self.terminal.is_powered());
        if wanted.0 != self.open.0 {
            self.open.0 = wanted.0;
            pillar.printer_gets(if wanted.0 { PrinterInput::Opened } else { PrinterInput::Lost }, now)?;
        }
        if wanted.1 != self.open.1 {
            self.open.1 = wanted.1;
            self.to_terminal.clear();
            self.to_pillar.clear();
            pillar.lines.to_terminal.clear();
            pillar.terminal_gets(if wanted.1 { TerminalInput::Opened } else { TerminalInput::Lost }, now)?;
        }
        Ok(())
    }

    fn people_act(&mut self, pillar: &mut Pillar, now: Duration) -> Result<(), Dead> {
        if now < Duration::from_secs(2) {
            return Ok(());
        }
        let view = pillar.view(now);
        let here = match &mut self.second {
            Some(second) => second,
            None => &mut self.resident,
        };
        for intent in here.acts_on(&view, now) {
            pillar.take(Input::Resident(Box::new(intent)), now)?;
        }
        Ok(())
    }

    fn run_the_devices(&mut self, time: Duration) {
        self.printer.advance(time);
        let count = bytes_in(TERMINAL_LINE, time).min(self.to_terminal.len());
        let heard: Vec<u8> = self.to_terminal.drain(..count).collect();
        let said = self.terminal.handle(&heard, self.now);
        if self.open.1 {
            self.to_pillar.extend(said);
        }
    }

    fn pillar_loses_its_power(&mut self) {
        if let Some(mut pillar) = self.pillar.take() {
            self.witnessed.asked.append(&mut pillar.asked);
        }
        self.on_at = self.now + BOOT;
        self.open = (false, false);
        self.to_pillar.clear();
        self.to_terminal.clear();
        if self.second.is_none() {
            self.resident.leaves();
        }
    }

    /// Writes down what nobody in the world sees as a whole.
    fn look_around(&mut self) {
        for piece in self.printer.take_receipts() {
            self.witnessed.paper.push((piece.text, self.now));
        }
        let accepted = self.terminal.accepted();
        if accepted != self.witnessed.accepted.1 {
            self.witnessed.accepted = (self.witnessed.asked.last().map(|asked| asked.payment), accepted);
        }
        if let Some(payment) = self.witnessed.accepted.0 {
            for charge in self.terminal.ledger.charged() {
                self.witnessed.receipts.entry(charge.receipt_number).or_insert(payment);
            }
        }
        self.look_at_the_staffs_list();
        let is_free = self.resident.has_left && self.now >= SECOND;
        if self.second.is_none() && is_free {
            self.second = Some(Resident::new(Manner {
                task: "call-back",
                pace: Duration::from_millis(300),
                tries: 0,
                lingers: Duration::from_secs(5),
                stops_after: None,
            }));
        }
    }

    /// A payment that the hub calls unknown is on the list soon after, while the pillar has power.
    fn look_at_the_staffs_list(&mut self) {
        let Some(pillar) = &self.pillar else {
            self.witnessed.unknown.clear();
            return;
        };
        let open = pillar.health().map(|report| report.open_payments).unwrap_or_default();
        self.witnessed.shown_to_staff.extend(open.iter().map(|open| open.payment));
        for asked in &self.witnessed.asked {
            let told = self.hub.books.get(&asked.transaction).and_then(|states| states.last());
            if told != Some(&PaymentState::Unknown) {
                continue;
            }
            let since = *self.witnessed.unknown.entry(asked.payment).or_insert(self.now);
            let late = self.now > since + LISTED_WITHIN;
            if late && !self.witnessed.shown_to_staff.contains(&asked.payment) {
                self.witnessed.hidden.push(asked.reference);
            }
        }
    }
}

/// How many bytes go over a line in a time.
fn bytes_in(per_second: u64, time: Duration) -> usize {
    usize::try_from(u64::try_from(time.as_millis()).unwrap_or_default() * per_second / 1000)
        .unwrap_or_default()
}
