//! The scheduler: takes one step after the other, in an order and at times drawn from the seed.
//!
//! Invariant: between two steps anything may die. After each step what happened is held against what must
//! never happen ([`crate::witness`]); the first violation ends the schedule.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use fastrand::Rng;
use jiff::SignedDuration;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;
use zuil::devices::{printer, terminal};
use zuil::runner::Input;
use zuil::visit::Screen;
use zuil_disk::{Disk, Fault};
use zuil_hub::store::Pillar;
use zuil_wire::{ItemOutcome, UploadRequest, UploadResponse};

use crate::Ended;
use crate::grounds::{Grounds, UNKNOWN_KEY};
use crate::hub::{HubSide, Row, Work};
use crate::network::{Exchange, Kind, Reply, ids_in};
use crate::pillar::{Site, Surroundings, hub_clock};
use crate::planted::{Planted, Saboteur};
use crate::resident::{CANARIES, Resident};
use crate::schedule::{Event, Plan, Trouble};
use crate::terminal::{Fate, Going, Order, pace};
use crate::witness::{Witness, letter};

mod faults;
mod judging;
mod passing;
mod paying;
mod visiting;

use judging::canary_in;

/// How long what is left may take when only one transaction is still poisoned.
const OTHERS_WITHIN: Duration = Duration::from_secs(2 * 60 * 60);
/// How long it may take until everything has come to rest.
const REST_WITHIN: Duration = Duration::from_secs(6 * 60 * 60);
/// No schedule has so many steps.
const MOST_STEPS: u64 = 60_000;
/// How often staff look at their list.
const STAFF: Duration = Duration::from_secs(20 * 60);

/// A step that is to come. Those of a pillar or hub that has died since do not come any more.
enum Step {
    Arrives(usize),
    Acts(usize, u32),
    /// The clock of a start, and of which row of ticks: someone who comes begins a faster one.
    Ticks(usize, u64),
    RunnerTakes(usize, u32),
    TerminalGoesOn(usize, u32),
    TerminalTells(usize, u32),
    Prints(usize, u32, Uuid),
    Reaches(Exchange),
    HubTakes(u32, Exchange, Box<(Pillar, Work)>),
    HubWritesLater(u32, Exchange, Box<(Pillar, Work)>),
    HubAnswers(u32, Exchange, Reply),
    Hears(usize, Option<oneshot::Sender<Reply>>, Reply),
    PillarOn(usize),
    HubOn,
    Begins(Event),
    Mends(Event),
    StaffLook,
    /// The hub's second thread, of a start of the hub.
    HubLooks(u32),
}

/// What is wrong now, besides what sites and disks know of themselves.
#[derive(Default)]
struct Wrong {
    partitioned: BTreeMap<usize, u32>,
    busy: Option<(u16, Option<u64>)>,
    rejects: Option<u16>,
    garbage: bool,
    bad_line: u32,
    poison: BTreeMap<usize, Poison>,
}

/// The next transaction of a pillar will be poisonous.
#[derive(Clone, Copy)]
struct Poison {
    /// How many it had kept when that began.
    after: usize,
    /// It is this one.
    id: Option<Uuid>,
}

struct World {
    began: Instant,
    now: Duration,
    random: Rng,
    grounds: &'static Grounds,
    planted: Option<Planted>,
    witness: Witness,
    plan: Plan,
    sites: Vec<Site>,
    hub: HubSide,
    hub_saboteur: Saboteur,
    line: (Sender<Exchange>, Receiver<Exchange>),
    wrong: Wrong,
    to_come: BTreeMap<(Duration, u64), Step>,
    number: u64,
    steps: u64,
    is_mended: bool,
}

/// Lives a schedule.
pub(crate) fn live(seed: u64, planted: Option<Planted>) -> Ended {
    crate::log::listen();
    crate::log::said();
    let witness = Witness::default();
    let lived = catch_unwind(AssertUnwindSafe(|| live_it(seed, planted, &witness)));
    let steps = match lived {
        Ok(Ok(steps)) => steps,
        Ok(Err(error)) => {
            witness.notes().blame("the simulation itself works", error);
            0
        }
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
            witness.notes().blame("nothing panics", text.unwrap_or_default());
            0
        }
    };
    let notes = witness.notes();
    Ended {
        seed,
        violation: notes.violation.clone(),
        hash: notes.hash(),
        trace: notes.trace.clone(),
        coverage: notes.coverage.clone(),
        events: steps,
    }
}

fn live_it(seed: u64, planted: Option<Planted>, witness: &Witness) -> Result<u64, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(tokio::task::unconstrained(async {
        let mut world = World::new(seed, planted, witness)?;
        world.live().await;
        Ok(world.steps)
    }))
}

impl World {
    fn new(seed: u64, planted: Option<Planted>, witness: &Witness) -> Result<Self, String> {
        let mut random = Rng::with_seed(seed);
        let plan = Plan::draw(&mut random);
        let sites = (0..plan.pillars).map(|index| Site::new(index, random.u64(..), witness, &mut random));
        let mut sites = sites.collect::<Result<Vec<_>, _>>()?;
        let mut hub = HubSide::new(random.u64(..));
        hub.start()?;
        hub.admit(
            &sites.iter().map(|site| site.public_key.clone()).collect::<Vec<_>>(),
            hub_clock(Duration::ZERO),
        )?;
        for site in &mut sites {
            site.seal = random.usize(0..2);
        }
        let signing_key = sites.first().map(|site| site.signing_key().to_owned()).unwrap_or_default();
        let mut world = Self {
            began: Instant::now(),
            now: Duration::ZERO,
            random,
            grounds: Grounds::get()?,
            planted,
            witness: witness.clone(),
            plan,
            sites,
            hub,
            hub_saboteur: Saboteur::new(planted, 0, &signing_key, witness),
            line: channel(),
            wrong: Wrong::default(),
            to_come: BTreeMap::new(),
            number: 0,
            steps: 0,
            is_mended: false,
        };
        world.prepare();
        Ok(world)
    }

    fn prepare(&mut self) {
        self.mend_disk_of_the_hub();
        for index in 0..self.sites.len() {
            self.soon(Step::PillarOn(index), 0..3_000);
        }
        for (at, pillar) in self.plan.visits.clone() {
            self.at(at, Step::Arrives(pillar));
        }
        for event in self.plan.events.clone() {
            self.at(event.at, Step::Begins(event));
        }
    }

    async fn live(&mut self) {
        self.pass(self.plan.mended, |_| false).await;
        self.mend();
        self.pass(self.now + OTHERS_WITHIN, Self::others_are_served).await;
        self.judge_others();
        self.wrong.poison.clear();
        self.witness.notes().say("all is mended");
        self.soon(Step::StaffLook, 0..1_000);
        self.pass(self.now + REST_WITHIN, Self::is_at_rest).await;
        self.judge();
    }

    /// Takes steps until a time or until something holds.
    async fn pass(&mut self, until: Duration, enough: impl Fn(&Self) -> bool) {
        let mut looked_at = 0;
        while self.now < until && self.witness.notes().violation.is_none() {
            if self.steps >= looked_at + 8 {
                looked_at = self.steps;
                if enough(self) {
                    return;
                }
            }
            self.collect();
            let ringing: Vec<usize> = (0..self.sites.len()).filter(|&index| self.rings(index)).collect();
            let due = self.to_come.first_key_value().is_some_and(|((at, _), _)| *at <= self.now);
            let choices = ringing.len() + usize::from(due);
            if choices == 0 {
                self.wait(until).await;
                continue;
            }
            self.steps += 1;
            if self.steps > MOST_STEPS {
                self.witness.notes().blame("the town comes to rest", "too many steps");
                return;
            }
            match ringing.get(self.random.usize(0..choices)) {
                Some(index) => self.poll_sync(*index),
                None => {
                    if let Some((_, step)) = self.to_come.pop_first() {
                        self.take(step);
                    }
                }
            }
            self.look_around();
        }
    }

    fn is_quiet(&self) -> bool {
        (0..self.sites.len()).all(|index| !self.rings(index))
    }

    fn rings(&self, index: usize) -> bool {
        self.sites[index].running.as_ref().is_some_and(|running| running.bell.is_rung())
    }

    /// Until the next step is due, or a sync's timer has run out.
    async fn wait(&mut self, until: Duration) {
        let next = self.to_come.first_key_value().map_or(until, |((at, _), _)| (*at).min(until));
        let mut sleep = pin!(sleep_until(self.began + next));
        poll_fn(|context| {
            for running in self.sites.iter().filter_map(|site| site.running.as_ref()) {
                running.bell.listen(context.waker());
            }
            if self.is_quiet() { sleep.as_mut().poll(context) } else { Poll::Ready(()) }
        })
        .await;
        self.now = Instant::now() - self.began;
        self.witness.notes().now = self.now;
    }

    /// What was sent and told meanwhile becomes steps.
    fn collect(&mut self) {
        while let Ok(exchange) = self.line.1.try_recv() {
            self.sends(exchange);
        }
        for index in 0..self.sites.len() {
            let boot = self.sites[index].boots;
            let heard = self.sites[index].running.as_mut().map_or(0, |running| running.hear_the_sync());
            for _ in 0..heard {
                self.soon(Step::RunnerTakes(index, boot), 0..30);
            }
        }
    }

    /// One poll of a pillar's sync. Its process may die instead.
    fn poll_sync(&mut self, index: usize) {
        let Some(running) = self.sites[index].running.as_mut() else { return };
        running.bell.hush();
        running.polls += 1;
        if running.dies_at.is_some_and(|at| at <= running.polls) {
            self.hit("pillar dies at an await point");
            self.pillar_dies(index, self.steps.is_multiple_of(2));
            return;
        }
        let waker = Waker::from(running.bell.clone());
        let ended = running.sync.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
        if ended {
            self.witness.notes().blame("the sync goes on", "it ended while its pillar runs");
        }
        self.notice_power_cut(index);
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Arrives(index) => self.someone_comes(index),
            Step::Acts(index, boot) if self.is_on(index, boot) => self.someone_acts(index),
            Step::Ticks(index, row) if self.sites[index].ticks == row => self.ticks(index),
            Step::RunnerTakes(index, boot) if self.is_on(index, boot) => {
                let input = self.sites[index].running.as_mut().and_then(|running| running.inbox.pop_front());
                if let Some(input) = input {
                    self.runner_takes(index, input);
                }
            }
            Step::TerminalGoesOn(index, boot) if self.is_on(index, boot) => self.terminal_goes_on(index),
            Step::TerminalTells(index, boot) if self.is_on(index, boot) => self.terminal_tells(index),
            Step::Prints(index, boot, job) if self.is_on(index, boot) => {
                self.runner_takes(index, Input::Printer(printer::PrinterEvent::Printed(job)));
            }
            Step::Reaches(exchange) => self.reaches_the_hub(exchange),
            Step::HubTakes(boot, exchange, work) if self.hub_is_on(boot) => self.hub_takes(exchange, *work),
            Step::HubWritesLater(boot, exchange, work) if self.hub_is_on(boot) => {
                let (pillar, work) = *work;
                self.hub.takes(&pillar, work, self.grounds, hub_clock(self.now));
                drop(exchange);
            }
            Step::HubAnswers(boot, exchange, reply) if self.hub_is_on(boot) => {
                self.hub_answers(exchange, reply)
            }
            Step::Hears(index, to, reply) => self.pillar_hears(index, to, reply),
            Step::PillarOn(index) => self.pillar_on(index),
            Step::HubOn => self.hub_on(),
            Step::Begins(event) => self.begins(event),
            Step::Mends(event) => self.mends(event),
            Step::StaffLook => self.staff_look(),
            Step::HubLooks(boot) => self.hub_looks(boot),
            _ => {}
        }
    }

    fn hit(&self, what: &'static str) {
        self.witness.notes().coverage.hit(what);
    }

    fn say(&self, line: impl AsRef<str>) {
        self.witness.notes().say(line);
    }

    fn at(&mut self, when: Duration, step: Step) {
        self.number += 1;
        // Among steps of the same moment any may come first.
        let order = u64::from(self.random.u32(..)) << 32 | self.number;
        self.to_come.insert((when, order), step);
    }

    /// Within so many milliseconds.
    fn soon(&mut self, step: Step, within: std::ops::Range<u64>) {
        let wait = Duration::from_millis(self.random.u64(within));
        self.at(self.now + wait, step);
    }

    fn is_on(&self, index: usize, boot: u32) -> bool {
        self.sites[index].running.is_some() && self.sites[index].boots == boot
    }

    const fn hub_is_on(&self, boot: u32) -> bool {
        self.hub.is_on() && self.hub.boots == boot
    }
}
