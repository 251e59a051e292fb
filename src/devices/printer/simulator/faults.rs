//! What goes wrong with a printer, and at which moment.
//!
//! Invariant: each planned fault strikes once; a fault that lasts for a time is mended by itself.

use std::time::Duration;

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The roll is empty. Mended by a new, full roll.
    PaperOut,
    /// The cover is open.
    CoverOpen,
    /// The power is gone, and everything with it that was not on paper.
    PowerCut,
    /// Something is in the cutter's way: the next cut fails. Once it is freed, the host must say
    /// `DLE ENQ`.
    CutterJam,
    /// The cable is pulled.
    HangUp,
    /// The printer says nothing, but does all it is told.
    Silence,
    /// Random bytes come now and before each answer.
    Garbage,
    /// The next answer of several bytes stops in the middle. Nothing to mend.
    TornAnswer,
    /// The next answer of several bytes stops in the middle, and then there is silence.
    TornThenSilence,
}

/// When something goes wrong, counted from when it was planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// At once.
    Now,
    /// When so many bytes have been taken in, real-time commands not counted.
    Byte(u64),
    /// When the paper has moved so far.
    Millimetre(u32),
    /// When it is about to make its nth cut, counted from 1.
    Cut(u32),
    /// After a time.
    After(Duration),
}

/// A fault to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What.
    pub fault: Fault,
    /// When.
    pub at: Moment,
    /// How long, before it is mended by itself; until someone mends it when `None`.
    pub lasts: Option<Duration>,
}

impl Plan {
    /// A fault that stays until it is mended.
    #[must_use]
    pub const fn new(fault: Fault, at: Moment) -> Self {
        Self { fault, at, lasts: None }
    }

    /// The same, mended by itself after a time.
    #[must_use]
    pub const fn lasting(self, time: Duration) -> Self {
        Self { lasts: Some(time), ..self }
    }
}

/// What has happened in a printer since it was made.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct History {
    pub time: Duration,
    pub bytes: u64,
    pub dots: u64,
    pub cuts: u64,
}

enum Trigger {
    Time(Duration),
    Bytes(u64),
    Dots(u64),
    Cuts(u64),
}

/// What is still to go wrong, and to be mended by itself.
#[derive(Default)]
pub(super) struct Faults {
    planned: Vec<(Trigger, Plan)>,
    mends: Vec<(Duration, Fault)>,
}

impl Faults {
    pub fn plan(&mut self, plan: Plan, history: &History) {
        let trigger = match plan.at {
            Moment::Now => Trigger::Time(history.time),
            Moment::After(time) => Trigger::Time(history.time + time),
            Moment::Byte(count) => Trigger::Bytes(history.bytes + count),
            Moment::Millimetre(count) => Trigger::Dots(history.dots + u64::from(count) * super::DOTS_PER_MM),
            Moment::Cut(count) => Trigger::Cuts(history.cuts + u64::from(count)),
        };
        self.planned.push((trigger, plan));
    }

    /// The next fault whose moment has come.
    pub fn next_strike(&mut self, history: &History) -> Option<Fault> {
        let place = self.planned.iter().position(|(trigger, _)| match trigger {
            Trigger::Time(at) => history.time >= *at,
            Trigger::Bytes(at) => history.bytes >= *at,
            Trigger::Dots(at) => history.dots >= *at,
            Trigger::Cuts(at) => history.cuts >= *at,
        })?;
        let (_, plan) = self.planned.swap_remove(place);
        if let Some(time) = plan.lasts {
            self.mends.push((history.time + time, plan.fault));
        }
        Some(plan.fault)
    }

    /// What was planned first and has not struck.
    pub fn next_planned(&self) -> Option<Fault> {
        self.planned.first().map(|(_, plan)| plan.fault)
    }

    /// The next fault that is mended by itself now.
    pub fn next_mend(&mut self, now: Duration) -> Option<Fault> {
        let place = self.mends.iter().position(|(at, _)| now >= *at)?;
        Some(self.mends.swap_remove(place).1)
    }

    /// Whether nothing is to come with time alone.
    pub fn are_timeless(&self) -> bool {
        self.mends.is_empty() && !self.planned.iter().any(|(trigger, _)| matches!(trigger, Trigger::Time(_)))
    }
}
