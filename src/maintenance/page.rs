//! The pages of a service visit after the code: where the technician is, and what leads from one to another.

use std::time::Duration;

use zuil_wire::{ServiceDeed, ServiceOutcome};

use super::counters;
use super::devices::{self, Test};
use super::event::{Deed, End, Event, MachineFacts, Number, PillarFacts, Task, Work};
use super::leaving::{Leaving, Next};
use super::machine::{self, PassphrasePage};
use super::menu::{self, Item};
use super::network::{Led, NetworkPage};
use super::words::{Words, choice, row, titled};
use crate::visit::{Intent, PanelMark, PanelView};

/// How long something may take until it is said that nobody knows.
const PATIENCE: Duration = Duration::from_secs(2 * 60);
/// After so long a technician need not wait for it any more. Not at once: a finger that touches twice would leave.
const LEAVABLE: Duration = Duration::from_secs(10);
/// How long writing an update may take.
const WRITING: Duration = Duration::from_secs(20 * 60);

/// What a page may look at.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) words: Words,
    pub(super) pillar: &'a PillarFacts,
    pub(super) machine: &'a MachineFacts,
    pub(super) uptime: Duration,
    /// That of what is begun now.
    pub(super) number: Number,
}

/// Where the technician is.
#[derive(Clone)]
pub(super) enum Page {
    Menu,
    Devices,
    Test(Test),
    Counters,
    Roll,
    Network(NetworkPage),
    Stick,
    Screen,
    Passphrase(PassphrasePage),
    Leaving(Leaving),
    /// Something was begun then, under this number.
    Busy(Number, Task, Duration),
    /// This came of something.
    Told(Task, End),
    /// The service visit is over.
    Over,
}

impl Page {
    /// Takes what reached it; gives the page that comes then.
    pub(super) fn on(self, event: &Event, look: Look<'_>, deeds: &mut Vec<Deed>) -> Self {
        match (self, event) {
            (page, Event::Did(intent)) => page.did(intent, look, deeds),
            (Self::Test(mut test), event) => {
                match event {
                    Event::Found(found) => test.found(*found, deeds),
                    Event::Examined(rows) => test.examined(rows.clone(), deeds),
                    Event::Tick => test.tick(look.uptime, deeds),
                    _ => {}
                }
                Self::Test(test)
            }
            // It was wished, no more: whoever reads "done" would take a disk away on which everything still is.
            (Self::Busy(number, task, since), Event::Ended(ended, End::Done))
                if number == *ended && task.ends_the_machine() =>
            {
                Self::Busy(number, task, since)
            }
            // Of something that was begun earlier, and left to itself, nothing is told late.
            (Self::Busy(number, task, _), Event::Ended(ended, end)) if number == *ended => {
                ended_page(task, *end, deeds)
            }
            (Self::Busy(_, task, since), Event::Tick)
                if look.uptime.saturating_sub(since) >= patience(task) =>
            {
                ended_page(task, End::NoAnswer, deeds)
            }
            (page, _) => page,
        }
    }

    /// The machine says how it is.
    pub(super) fn learns(&mut self, machine: &MachineFacts) {
        if let Self::Network(page) = self {
            page.learns(machine);
        }
    }

    fn did(self, intent: &Intent, look: Look<'_>, deeds: &mut Vec<Deed>) -> Self {
        match intent {
            Intent::Stop => {
                self.left(deeds);
                return Self::Over;
            }
            Intent::Pick(0) if self.can_be_left(look.uptime) => {
                self.left(deeds);
                return Self::Over;
            }
            Intent::Back => return self.back(deeds),
            _ => {}
        }
        match (self, intent) {
            (Self::Menu, Intent::Pick(index)) => pick(*index, look),
            (Self::Devices, Intent::Pick(index)) => match devices::devices(look.pillar).get(*index) {
                Some(device) => Self::Test(Test::begin(*device, look.words, look.uptime, deeds)),
                None => Self::Devices,
            },
            (Self::Test(mut test), Intent::Pick(index)) => {
                test.pick(*index, deeds);
                Self::Test(test)
            }
            (Self::Roll, Intent::Pick(0)) => {
                deeds.extend([Deed::NewRoll, Deed::Note(ServiceDeed::ChangedRoll, ServiceOutcome::Done)]);
                deeds.push(Deed::Look);
                Self::Counters
            }
            (Self::Network(page), intent) => match page.on(intent, look.machine) {
                Led::To(page) => Self::Network(page),
                Led::Begins(work) => begin(work, look, deeds),
            },
            (Self::Stick, Intent::Pick(index)) => match machine::pick_of_stick(*index, look.machine) {
                Some(work) => begin(work, look, deeds),
                None => Self::Stick,
            },
            (Self::Screen, Intent::Pick(index)) => match machine::pick_of_screen(*index, look.machine) {
                Some(work) => begin(work, look, deeds),
                None => Self::Screen,
            },
            (Self::Passphrase(mut page), intent) => match page.on(intent) {
                Some(work) => begin(work, look, deeds),
                None => Self::Passphrase(page),
            },
            (Self::Leaving(page), intent) => match page.on(intent, look.pillar) {
                Next::To(page) => Self::Leaving(page),
                Next::Begins(work) => begin(work, look, deeds),
            },
            (page, _) => page,
        }
    }

    fn back(self, deeds: &mut Vec<Deed>) -> Self {
        match self {
            Self::Test(test) => {
                test.left(deeds);
                Self::Devices
            }
            Self::Network(page) => page.back().map_or(Self::Menu, Self::Network),
            Self::Told(Task::Network, _) => Self::Network(NetworkPage::Lines),
            busy @ Self::Busy(..) => busy,
            Self::Over => Self::Over,
            _ => Self::Menu,
        }
    }

    /// The technician leaves: what goes on is noted as begun.
    pub(super) fn left(&self, deeds: &mut Vec<Deed>) {
        match self {
            Self::Test(test) => test.left(deeds),
            // Of what ends the program it was noted before.
            Self::Busy(_, task, _) if !task.ends_the_program() => {
                deeds.extend(task.deed().map(|deed| Deed::Note(deed, ServiceOutcome::Begun)));
            }
            _ => {}
        }
    }

    /// Whether something is being done for so long that a technician may leave it to itself. No resident begins while the
    /// machine may go down at any moment.
    const fn can_be_left(&self, now: Duration) -> bool {
        match self {
            Self::Busy(_, task, _) if task.ends_the_machine() => false,
            Self::Busy(_, _, since) => now.saturating_sub(*since).as_secs() >= LEAVABLE.as_secs(),
            _ => false,
        }
    }

    /// Whether it waits for something that is being done.
    pub(super) const fn is_busy(&self) -> bool {
        matches!(self, Self::Busy(..))
    }

    /// Whether "back" does something.
    pub(super) const fn can_go_back(&self) -> bool {
        !matches!(self, Self::Menu | Self::Busy(..) | Self::Over)
    }

    /// Whether "next" does something.
    pub(super) fn can_go_on(&self) -> bool {
        match self {
            Self::Network(page) => page.can_go_on(),
            Self::Passphrase(page) => page.can_go_on(),
            Self::Leaving(page) => page.can_go_on(),
            _ => false,
        }
    }

    /// Whether it is to be spoken, headphones or not.
    pub(super) fn speaks(&self) -> bool {
        matches!(self, Self::Test(test) if test.speaks())
    }

    pub(super) fn panel(&self, look: Look<'_>) -> PanelView {
        let Look { words, pillar, machine, uptime, .. } = look;
        match self {
            Self::Menu | Self::Over => menu::panel(words, pillar, machine),
            Self::Devices => devices::panel(words, pillar),
            Self::Test(test) => test.panel(words),
            Self::Counters => counters::panel(words, pillar, machine, uptime),
            Self::Roll => counters::roll(words, pillar),
            Self::Network(page) => page.panel(words, machine),
            Self::Stick => machine::stick(words, machine),
            Self::Screen => machine::screen(words, machine),
            Self::Passphrase(page) => page.panel(words, machine),
            Self::Leaving(page) => page.panel(words, pillar),
            Self::Busy(_, task, _) => {
                let mut panel = titled(words.busy(*task));
                panel.rows = vec![row(words.busy(*task), words.say("busy"), PanelMark::Busy)];
                if self.can_be_left(uptime) {
                    panel.choices = vec![choice(words.say("Close, and serve residents again"))];
                }
                panel
            }
            Self::Told(task, end) => {
                let mut panel = titled(words.busy(*task));
                let (value, mark) = match end {
                    End::Done => (words.say("done"), PanelMark::Good),
                    End::NoAnswer => (words.say("not known"), PanelMark::Attention),
                    _ => (words.say("not done"), PanelMark::Bad),
                };
                panel.texts = vec![words.end(*task, *end)];
                panel.rows = vec![row(words.busy(*task), value, mark)];
                panel
            }
        }
    }
}

fn pick(index: usize, look: Look<'_>) -> Page {
    match menu::items(look.pillar, look.machine).get(index) {
        Some(Item::Devices) => Page::Devices,
        Some(Item::Counters) => Page::Counters,
        Some(Item::Roll) => Page::Roll,
        Some(Item::Network) => Page::Network(NetworkPage::Lines),
        Some(Item::Stick) => Page::Stick,
        Some(Item::Screen) => Page::Screen,
        Some(Item::Passphrase) => Page::Passphrase(PassphrasePage::new()),
        Some(Item::ReEnrol) => Page::Leaving(Leaving::ReEnrol),
        Some(Item::Restart) => Page::Leaving(Leaving::Restart),
        Some(Item::Reset) => Page::Leaving(Leaving::reset(look.pillar)),
        Some(Item::Close) => Page::Over,
        None => Page::Menu,
    }
}

const fn patience(task: Task) -> Duration {
    match task {
        Task::Update => WRITING,
        _ => PATIENCE,
    }
}

/// Begins something. What may end the program is noted before it is done.
fn begin(work: Work, look: Look<'_>, deeds: &mut Vec<Deed>) -> Page {
    let task = work.task();
    if task.ends_the_program() {
        deeds.extend(task.deed().map(|deed| Deed::Note(deed, ServiceOutcome::Begun)));
    }
    deeds.push(Deed::Begin(look.number, work));
    Page::Busy(look.number, task, look.uptime)
}

/// Something ended: it is noted, and told.
fn ended_page(task: Task, end: End, deeds: &mut Vec<Deed>) -> Page {
    let outcome = match end {
        End::Done => ServiceOutcome::Done,
        End::NoAnswer => ServiceOutcome::Begun,
        _ => ServiceOutcome::Failed,
    };
    deeds.extend(task.deed().map(|deed| Deed::Note(deed, outcome)));
    deeds.push(Deed::Look);
    match (task, end) {
        (Task::Search, End::Done) => Page::Network(NetworkPage::found()),
        _ => Page::Told(task, end),
    }
}
