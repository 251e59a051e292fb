//! What can be done here at this moment, and why something cannot.
//!
//! Invariant: a task is started only when nothing is missing that it needs whatever is answered; tiles and
//! explanation say the same.

use zuil_catalogue::{Device, Identity, Task};

use super::state::Look;
use super::{Missing, ReaderKind, Tile};

/// The task by which residents ask to be called. A catalogue that has it gives it this id.
const CALL_BACK: &str = "call-back";

/// Which task of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// One that the pillar can do, by its index.
    Now(usize),
    /// One that waits for something that the pillar cannot do yet, by its index.
    Later(usize),
}

impl Place {
    /// The task with an id.
    pub(super) fn of(id: &str, look: &Look<'_>) -> Option<Self> {
        let among = |tasks: &[Task]| tasks.iter().position(|task| task.id == id);
        let now = among(&look.catalogue().tasks).map(Self::Now);
        now.or_else(|| among(&look.catalogue().later).map(Self::Later))
    }

    /// The task.
    pub(super) fn task<'a>(self, look: &Look<'a>) -> &'a Task {
        match self {
            Self::Now(at) => &look.catalogue().tasks[at],
            Self::Later(at) => &look.catalogue().later[at],
        }
    }

    /// What is missing to do it now.
    pub(super) fn missing(self, look: &Look<'_>) -> Option<Missing> {
        let task = self.task(look);
        match self {
            Self::Now(_) => device_missing(task, look).or_else(|| hours_missing(task, look)),
            Self::Later(_) if task.identity == Identity::DigiD => Some(Missing::DigiD),
            Self::Later(_) => Some(Missing::Agenda),
        }
    }

    /// What may turn out to be missing, though it can be begun.
    pub(super) fn may_lack(self, look: &Look<'_>) -> Option<Missing> {
        let task = self.task(look);
        let fee = task.fee.as_ref().filter(|_| matches!(self, Self::Now(_)));
        (fee.is_some_and(|_| task.may_be_free()) && !look.offer.card).then_some(Missing::CardMaybe)
    }

    /// The task as a tile shows it.
    pub(super) fn tile(self, look: &Look<'_>) -> Tile {
        let task = self.task(look);
        Tile {
            task: task.id.clone(),
            icon: task.icon,
            title: task.title.get(look.language).to_owned(),
            missing: self.missing(look),
        }
    }
}

/// The tasks that are offered at this moment, in the catalogue's order. What lacks a device is among them.
pub(super) fn offered_now<'a>(look: &Look<'a>) -> impl Iterator<Item = Place> + use<'a> {
    let look = *look;
    let tasks = look.catalogue().tasks.iter().enumerate();
    tasks.filter(move |(_, task)| hours_missing(task, &look).is_none()).map(|(at, _)| Place::Now(at))
}

/// All tasks: those of this moment, those of another, and those that wait for something.
pub(super) fn all(look: &Look<'_>) -> Vec<Place> {
    let (tasks, later) = (&look.catalogue().tasks, &look.catalogue().later);
    let at_other_times = tasks.iter().enumerate().filter(|(_, task)| hours_missing(task, look).is_some());
    offered_now(look)
        .chain(at_other_times.map(|(at, _)| Place::Now(at)))
        .chain((0..later.len()).map(Place::Later))
        .collect()
}

/// The task of being called back, when it can be done now.
pub(super) fn call_back(look: &Look<'_>) -> Option<Place> {
    Place::of(CALL_BACK, look).filter(|place| place.missing(look).is_none())
}

fn device_missing(task: &Task, look: &Look<'_>) -> Option<Missing> {
    // Whoever may turn out to pay nothing is not sent away; what there is to pay is seen before anything is sent.
    if !task.may_be_free() && !look.offer.card {
        return Some(Missing::Card);
    }
    task.devices.iter().find_map(|device| match device {
        Device::Terminal => (!look.offer.card).then_some(Missing::Card),
        Device::Printer => (!look.offer.printer).then_some(Missing::Printer),
        Device::DocumentReader => {
            (!look.offer.reads(ReaderKind::Document)).then_some(Missing::DocumentReader)
        }
        Device::PassReader => (!look.offer.reads(ReaderKind::Pass)).then_some(Missing::PassReader),
    })
}

fn hours_missing(task: &Task, look: &Look<'_>) -> Option<Missing> {
    let offered = task.offered.as_ref().filter(|offered| !offered.at(look.now.wall))?;
    Some(Missing::Hours { again: offered.again(look.now.wall) })
}
