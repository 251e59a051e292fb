//! Performs what a visit wants done and tells it what happened: the only place where visit, devices
//! and outbox meet.
//!
//! Invariant: commit before effect. The intent to charge and the sealed transaction are durable
//! before the terminal is asked, what it tells before it is acknowledged, and a transaction before
//! the resident is told of it.

mod ahead;
mod beginning;
mod hearing;
mod inquiries;
mod keeping;
mod light;
mod maintenance;
mod night;
mod offering;
mod orders;
mod payment;
mod printing;
mod questions;
mod readers;
mod referrals;
mod report;
mod roll;
mod sealing;
mod upkeep;
mod warmth;
mod watching;

use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use zuil_catalogue::Edition;
use zuil_wire::messages::SurveyItem;
use zuil_wire::seal::SealKey;
use zuil_wire::{HealthReport, Order, Reference};

use crate::clock::Moment;
use crate::devices::health::{Health, Since};
use crate::devices::printer::paper::PaperSettings;
use crate::devices::printer::{PrinterEvent, ReceiptPrinter};
use crate::devices::reader::ReaderEvent;
use crate::devices::terminal::{PaymentTerminal, TerminalEvent};
use crate::devices::thermometer::Thermometer;
use crate::maintenance as service;
use crate::outbox::Outbox;
use crate::receipt;
use crate::sync::{Lookup, ReferralBook, SyncEvent};
use crate::system::System;
use crate::visit::{Effect, Event, Intent, Offer, ReaderKind, View, Visit};
use crate::visits::VisitLog;
use crate::waypoint::Waypoints;

pub use ahead::Ahead;
use beginning::NextSystem;
use keeping::NotKept;
pub use light::Light;
use maintenance::Maintenance;
pub use maintenance::Technicians;
use night::Night;
use orders::Orders;
pub use orders::Remote;
use payment::Till;
pub use readers::Readers;
use roll::Roll;
use sealing::Sealing;
use upkeep::Upkeep;
use warmth::Warmth;
use watching::Watching;

/// A clock that is moved by more than this was put; by less, it is kept right.
const JUMP: SignedDuration = SignedDuration::from_secs(30);

/// Something that reached the runner.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The resident did something. In a box, because a queue keeps what was taken from it until its block
    /// is full: letters that were typed would stand there one after the other.
    Resident(Box<Intent>),
    /// The printer told something.
    Printer(PrinterEvent),
    /// The terminal told something.
    Terminal(TerminalEvent),
    /// A reader told something.
    Reader(ReaderKind, ReaderEvent),
    /// The sync told something.
    Sync(SyncEvent),
    /// The hub answered to a reference that was looked up; in a box, as what was typed.
    LookedUp(Box<(Reference, Lookup)>),
    /// Headphones were plugged in (`true`) or out.
    Headphones(bool),
    /// The municipality has a newer sealing key, which is durable here.
    SealKey(SealKey),
    /// There is another edition of the catalogue.
    Edition(Edition),
    /// What came of what a technician at the pillar wanted done; in a box, as what was typed.
    Service(Box<service::Event>),
    /// What technicians ordered and is not done yet: all of it.
    Orders(Vec<Order>),
    /// Time passed.
    Tick,
}

/// Who the pillar is and to whom it seals.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The pillar's name, as the hub knows it.
    pub pillar: String,
    /// The municipality's public key. A newer one takes its place between two visits.
    pub seal_key: SealKey,
}

/// What a runner is put together from.
pub struct Parts {
    /// The visit, on its first screen.
    pub visit: Visit,
    /// Where transactions are kept.
    pub outbox: Arc<dyn Outbox>,
    /// Who the pillar is.
    pub identity: Identity,
    /// The printer, when there is one.
    pub printer: Option<Box<dyn ReceiptPrinter>>,
    /// Characters on a line of the receipt.
    pub columns: receipt::Paper,
    /// What is known of the rolls that the printer gets.
    pub paper: PaperSettings,
    /// Where the paper is counted; nowhere when `None`.
    pub roll_file: Option<PathBuf>,
    /// The terminal, when there is one.
    pub terminal: Option<Box<dyn PaymentTerminal>>,
    /// When the terminal's day is closed, at night; never when `None`.
    pub end_of_day: Option<jiff::civil::Time>,
    /// The system of this machine, and when at night its next one begins; never when `None`.
    pub system: Option<(Arc<System>, jiff::civil::Time)>,
    /// The readers that there are.
    pub readers: Readers,
    /// Tells the sync that there is something new.
    pub wake_sync: Box<dyn Fn() + Send>,
    /// Takes how the pillar is, when that has changed.
    pub tell_health: Box<dyn Fn(HealthReport) + Send>,
    /// The referrals that open tasks here.
    pub referrals: Arc<ReferralBook>,
    /// Asks the hub how the request with a reference stands; answered by [`Input::LookedUp`].
    pub ask_hub: Box<dyn Fn(Reference) + Send>,
    /// Where the pillar stands.
    pub time_zone: TimeZone,
    /// Who is told of the points passed.
    pub waypoints: Arc<dyn Waypoints>,
    /// When the pillar was started, by its clock.
    pub started: Timestamp,
    /// What becomes of orders from afar; none are taken when `None`.
    pub remote: Option<Remote>,
    /// Where it is noted what happens here; nowhere when `None`.
    pub visit_log: Option<Arc<VisitLog>>,
    /// What tells how warm it is inside, when anything does.
    pub thermometer: Option<Thermometer>,
}

/// The runner. It has no thread of its own: whoever owns it feeds it inputs, one after the other.
pub struct Runner {
    visit: Visit,
    outbox: Arc<dyn Outbox>,
    identity: Identity,
    sealing: Sealing,
    printer: Option<Box<dyn ReceiptPrinter>>,
    health: Health,
    roll: Option<Roll>,
    reported: Option<HealthReport>,
    /// The moment of the last input.
    last: Option<Moment>,
    night: Option<Night>,
    next_system: Option<NextSystem>,
    columns: receipt::Paper,
    /// The receipt that the printer has, until it told what became of it.
    printing: Option<Uuid>,
    till: Till,
    readers: Readers,
    ahead: Ahead,
    upkeep: Upkeep,
    orders: Orders,
    watching: Watching,
    maintenance: Maintenance,
    warmth: Warmth,
    light: Option<Light>,
    online: bool,
    offered: Option<Offer>,
    wake_sync: Box<dyn Fn() + Send>,
    tell_health: Box<dyn Fn(HealthReport) + Send>,
    referrals: Arc<ReferralBook>,
    ask_hub: Box<dyn Fn(Reference) + Send>,
    time_zone: TimeZone,
    waypoints: Arc<dyn Waypoints>,
}

impl Runner {
    /// Puts a runner together. The terminal is asked for its last payment by the caller's devices;
    /// card payments stay blocked while one of an earlier run is open.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let health = Health {
            printer: parts.printer.as_ref().map(|_| Since::untold(parts.started)),
            terminal: parts.terminal.as_ref().map(|_| Since::untold(parts.started)),
            document_reader: parts.readers.document.as_ref().map(|_| Since::untold(parts.started)),
            pass_reader: parts.readers.pass.as_ref().map(|_| Since::untold(parts.started)),
            ..Health::default()
        };
        let till = Till::new(parts.terminal, parts.outbox.clone(), parts.waypoints.clone());
        let mut runner = Self {
            visit: parts.visit,
            outbox: parts.outbox,
            identity: parts.identity,
            sealing: Sealing::default(),
            printer: parts.printer,
            health,
            roll: parts.roll_file.map(|file| Roll::kept_in(file, parts.paper)),
            reported: None,
            last: None,
            night: parts.end_of_day.map(Night::at),
            next_system: parts.system.map(|(system, at)| NextSystem::at(system, at)),
            columns: parts.columns,
            printing: None,
            till,
            readers: parts.readers,
            ahead: Ahead::start(),
            upkeep: Upkeep::default(),
            orders: Orders::of(parts.remote),
            watching: Watching::of(parts.visit_log),
            maintenance: Maintenance::default(),
            warmth: Warmth::by(parts.thermometer),
            light: None,
            online: false,
            offered: None,
            wake_sync: parts.wake_sync,
            tell_health: parts.tell_health,
            referrals: parts.referrals,
            ask_hub: parts.ask_hub,
            time_zone: parts.time_zone,
            waypoints: parts.waypoints,
        };
        if runner.till.take_changed() {
            (runner.wake_sync)();
        }
        if let Some(why) = runner.orders.closed() {
            runner.visit.begin_closed(why);
        }
        runner
    }

    /// What to show at this moment.
    #[must_use]
    pub fn view(&self, now: Moment) -> View {
        let view = self.visit.view(now.in_zone(&self.time_zone));
        match self.maintenance.service() {
            Some(service) => service.view(view.frame, now),
            None => view,
        }
    }

    /// Takes one input and does all that follows from it.
    pub fn take(&mut self, input: Input, now: Moment) {
        let by_hand = matches!(input, Input::Resident(_));
        self.notice_a_jump(now);
        if by_hand || input == Input::Tick {
            self.look_for_room(now);
        }
        if by_hand && self.visit.is_waiting() {
            self.ahead.prepare(&self.identity.seal_key);
        }
        match input {
            Input::Resident(intent) => {
                if !self.is_technicians(&intent, now) {
                    self.tell(Event::Resident(*intent), now);
                }
            }
            Input::Service(event) => self.serve_technician(*event, now),
            Input::Printer(event) => self.printer_said(event, now),
            Input::Terminal(event) => self.terminal_said(event, now),
            Input::Reader(kind, event) => {
                self.note_reader(kind, &event, now);
                if let Some(event) = self.readers.said(kind, event)
                    && !self.is_held_by_technician(kind, matches!(event, Event::Read(_)), now)
                {
                    self.tell(event, now);
                }
            }
            Input::Sync(event) => self.sync_said(event, now),
            Input::LookedUp(answer) => {
                let (reference, lookup) = *answer;
                self.tell(inquiries::said(reference, lookup), now);
            }
            Input::Headphones(plugged) => self.tell(Event::Headphones(plugged), now),
            Input::Edition(edition) => self.tell(Event::Edition(edition), now),
            Input::SealKey(key) => self.sealing.next = Some(key),
            Input::Orders(orders) => self.hear_orders(orders, now),
            Input::Tick => {
                self.till.tick(now.uptime);
                self.close_the_day(now);
                self.begin_the_next_system(now);
                self.tidy(now);
                self.tell(Event::Tick, now);
                self.serve_technician(service::Event::Tick, now);
            }
        }
        self.hear_the_till(now);
        self.turn_keys();
        self.carry_out_orders(now);
        self.offer(now);
        self.watch_the_visit(now);
        self.count_visits(now);
        self.shine(by_hand, now);
        if !by_hand {
            self.report(now);
        }
    }

    /// Tells the visit and performs what it wants done, until it wants nothing more.
    fn tell(&mut self, event: Event, now: Moment) {
        let zone = self.time_zone.clone();
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            for effect in self.visit.handle(event, now.in_zone(&zone)) {
                events.extend(self.perform(effect, now));
            }
        }
    }

    /// Does one thing; what it can answer at once is returned.
    fn perform(&mut self, effect: Effect, now: Moment) -> Option<Event> {
        match effect {
            Effect::Commit(draft) => Some(self.commit(&draft, now)),
            Effect::Charge(draft) => self.charge(&draft, now),
            Effect::CancelCharge => {
                self.till.cancel();
                None
            }
            Effect::Print(slip) => self.print(&slip),
            Effect::KeepSurvey { task, answers } => {
                let item = SurveyItem { id: Uuid::new_v4(), task, answers };
                if let Err(error) = self.outbox.keep_survey(&item) {
                    tracing::warn!(%error, "a survey was not kept");
                }
                (self.wake_sync)();
                None
            }
            Effect::NotFound { language, words } => {
                self.keep_not_found(language, &words);
                None
            }
            Effect::Found { language, answer } => {
                self.count_found(language, &answer);
                None
            }
            Effect::FetchReferrals => {
                self.referrals.fetch();
                None
            }
            Effect::LookUpReferral(code) => Some(self.look_up(code, now)),
            Effect::LookUpRequest(reference) => {
                for known in self.look_up_request(reference, now) {
                    self.tell(known, now);
                }
                None
            }
            Effect::ReferralUsed { referral, transaction } => {
                self.referrals.used(referral, transaction, now.timestamp);
                None
            }
            Effect::Listen(kind) => {
                self.readers.listen(kind);
                None
            }
            Effect::Ignore => {
                self.readers.ignore();
                None
            }
            Effect::Wipe => {
                self.forget_receipt();
                None
            }
        }
    }

    /// When the clock was put right, what the devices told is as long ago as before.
    fn notice_a_jump(&mut self, now: Moment) {
        if let Some(last) = self.last.replace(now) {
            let jump = now.jump_since(last);
            if jump.abs() > JUMP {
                tracing::info!(seconds = jump.as_secs(), "the clock was put");
                self.health.clock_was_put(jump);
            }
        }
    }
}
