//! Someone at the pillar, and what they were told.
//!
//! Invariant: they do only what the screen lets them do, and remember every screen that says something
//! of their money or their request.

use std::time::Duration;

use zuil_wire::{PaymentState, Reference};

use crate::demo::errand::ScriptedResident;
use crate::visit::{Intent, PayStage, ReceiptOutcome, Screen, View};

/// How someone is.
#[derive(Clone, Debug)]
pub(super) struct Manner {
    pub(super) task: &'static str,
    /// How long they look at a screen before they touch it.
    pub(super) pace: Duration,
    /// How often they try to pay again.
    pub(super) tries: u32,
    /// How long they wait for their receipt on the last screen.
    pub(super) lingers: Duration,
    /// When they touch "stop the payment", counted from its first screen.
    pub(super) stops_after: Option<Duration>,
}

/// What someone was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// "You have paid" or "you have not paid" or "we are finding out", for this request.
    Payment(Reference, PaymentState),
    /// "You have not paid", and there is no request.
    NotPaid,
    /// "We could not keep your request, you have paid nothing."
    NotSaved,
    /// "Take your receipt."
    Printed(Reference),
}

/// Someone at the pillar.
pub(super) struct Resident {
    manner: Manner,
    script: ScriptedResident,
    /// Since when they look at what they see now.
    sees: Option<(View, Duration)>,
    pays_since: Option<Duration>,
    stopped: bool,
    pub(super) told: Vec<Told>,
    pub(super) has_left: bool,
    /// They were still there when their errand ended.
    ended: bool,
    came_at: Option<Duration>,
}

impl Resident {
    pub(super) fn new(manner: Manner) -> Self {
        let script = ScriptedResident::who_wants(manner.task);
        Self {
            manner,
            script,
            sees: None,
            pays_since: None,
            stopped: false,
            told: vec![],
            has_left: false,
            ended: false,
            came_at: None,
        }
    }

    /// Whether the last screen that they saw was an end, and not a pillar that went dark.
    pub(super) const fn saw_the_end(&self) -> bool {
        self.ended
    }

    /// When they touched the screen first.
    pub(super) fn came_at(&self) -> Duration {
        self.came_at.unwrap_or(Duration::MAX)
    }

    /// The pillar went dark in front of them; they leave.
    pub(super) const fn leaves(&mut self) {
        self.has_left = true;
    }

    /// What they do, looking at this view.
    pub(super) fn acts_on(&mut self, view: &View, now: Duration) -> Vec<Intent> {
        self.remember(view);
        if self.has_left {
            return vec![];
        }
        if self.sees.as_ref().is_none_or(|(seen, _)| seen.screen != view.screen) {
            self.sees = Some((view.clone(), now));
        }
        let since = self.sees.as_ref().map_or(now, |(_, since)| *since);
        if matches!(view.screen, Screen::Goodbye) {
            self.ends();
            return vec![];
        }
        if let Some(stop) = self.stop(&view.screen, now) {
            return vec![stop];
        }
        if now < since + self.patience(&view.screen) {
            return vec![];
        }
        match &view.screen {
            Screen::Pay { stage: PayStage::NotPaid(_), .. } if self.manner.tries > 0 => {
                self.manner.tries -= 1;
                self.pays_since = None;
                vec![Intent::Next]
            }
            Screen::Pay { stage: PayStage::NotPaid(_), .. } => {
                self.ends();
                vec![Intent::Stop, Intent::ConfirmStop]
            }
            Screen::NotSaved => {
                self.ends();
                vec![Intent::Next]
            }
            // With what is on the screen they go; nobody has to wait for paper.
            Screen::Receipt(_) | Screen::PaymentUnknown(_) => vec![Intent::Next],
            Screen::Explain { missing: Some(_), .. } => {
                self.has_left = true;
                vec![Intent::Stop]
            }
            _ => {
                self.came_at.get_or_insert(now);
                self.script.acts_on(view)
            }
        }
    }

    const fn ends(&mut self) {
        self.has_left = true;
        self.ended = true;
    }

    fn patience(&self, screen: &Screen) -> Duration {
        match screen {
            Screen::Receipt(receipt) | Screen::PaymentUnknown(receipt) => match receipt.paper {
                Some(ReceiptOutcome::Printed) => self.manner.pace,
                _ => self.manner.lingers,
            },
            _ => self.manner.pace,
        }
    }

    fn stop(&mut self, screen: &Screen, now: Duration) -> Option<Intent> {
        let Screen::Pay { stage: PayStage::Busy { stopping: false, .. }, .. } = screen else { return None };
        let since = *self.pays_since.get_or_insert(now);
        let stops = !self.stopped && self.manner.stops_after.is_some_and(|after| now >= since + after);
        self.stopped |= stops;
        stops.then_some(Intent::CancelPayment)
    }

    fn remember(&mut self, view: &View) {
        let mut hear = |told: Told| {
            if !self.told.contains(&told) {
                self.told.push(told);
            }
        };
        match &view.screen {
            Screen::Receipt(receipt) | Screen::PaymentUnknown(receipt) => {
                if let Some((_, state)) = receipt.payment {
                    hear(Told::Payment(receipt.reference, state));
                }
                if receipt.paper == Some(ReceiptOutcome::Printed) {
                    hear(Told::Printed(receipt.reference));
                }
            }
            Screen::Pay { stage: PayStage::NotPaid(_), .. } => hear(Told::NotPaid),
            Screen::NotSaved => hear(Told::NotSaved),
            _ => {}
        }
    }
}
