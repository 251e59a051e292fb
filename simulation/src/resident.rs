//! Someone who comes for one errand, types what nobody may read on the way, and believes the screen.
//!
//! Invariant: they do only what the screen lets them do.

use std::mem::{Discriminant, discriminant};
use std::time::Duration;

use fastrand::Rng;
use zuil::visit::{Control, FieldLabel, Intent, Overlay, PayStage, Screen, SurveyView, View};

use crate::witness::Typed;

/// What only residents type. Long enough that no sealed text holds one by chance.
pub(crate) const CANARIES: [&str; 3] = ["Zilverreiger", "687654321", "776655443322"];

/// Someone at a pillar.
pub(crate) struct Resident {
    pub(crate) typed: Typed,
    /// How often they try to pay again.
    tries: u32,
    /// They touch "stop" while they pay.
    stops: bool,
    /// How long they look at a last screen.
    lingers: Duration,
    acted_at: Option<Place>,
    here_since: Option<Duration>,
    /// They found the first screen.
    has_begun: bool,
    /// How often they were asked whether they are still there.
    warned: u32,
    pub(crate) has_left: bool,
}

/// Which screen, and which question on it.
type Place = (Discriminant<Screen>, Option<usize>, Option<Discriminant<SurveyView>>);

impl Resident {
    /// The visit's number makes what is typed different from what anybody else types.
    pub(crate) fn new(visit: usize, random: &mut Rng) -> Self {
        let (task, values) = if random.bool() {
            ("call-back", vec![format!("Zilverreiger {}", word(visit)), "687654321".to_owned()])
        } else {
            ("bulky-waste", vec!["776655443322".to_owned()])
        };
        Self {
            typed: Typed { task, values },
            tries: random.u32(0..3),
            stops: random.u8(0..12) == 0,
            lingers: Duration::from_secs(random.u64(2..40)),
            acted_at: None,
            here_since: None,
            has_begun: false,
            warned: 0,
            has_left: false,
        }
    }

    /// What they do, looking at this view.
    pub(crate) fn acts_on(&mut self, view: &View, now: Duration) -> Vec<Intent> {
        if matches!(view.frame.overlay, Some(Overlay::IdleWarning { .. })) {
            self.warned += 1;
            self.has_left = self.warned > 2;
            return vec![Intent::Resume];
        }
        if !self.has_begun {
            match &view.screen {
                Screen::Attract { .. } | Screen::Goodbye | Screen::OutOfService(_) => self.has_begun = true,
                // Somebody walked away from it a moment ago. Nobody goes on with what is another's.
                _ => return vec![Intent::Stop, Intent::ConfirmStop, Intent::Next],
            }
        }
        let place = place(view);
        if self.acted_at.is_none_or(|before| before != place) {
            self.here_since = Some(now);
        }
        let waited = now.saturating_sub(self.here_since.unwrap_or(now));
        match &view.screen {
            Screen::Goodbye | Screen::OutOfService(_) => {
                self.has_left = true;
                return vec![];
            }
            Screen::Attract { tiles, .. } => {
                let offered = tiles.iter().any(|tile| tile.task == self.typed.task && tile.missing.is_none());
                if !offered || self.acted_at.is_some() {
                    self.has_left = true;
                    return vec![];
                }
            }
            Screen::Pay { stage: PayStage::NotPaid(_), .. } if self.tries > 0 => {
                self.tries -= 1;
                self.acted_at = None;
                return vec![Intent::Next];
            }
            Screen::Pay { stage: PayStage::Busy { stopping: false, .. }, .. } if self.stops => {
                self.stops = false;
                return vec![Intent::CancelPayment];
            }
            Screen::Receipt(receipt) | Screen::PaymentUnknown(receipt)
                if receipt.paper.is_none() && waited < self.lingers =>
            {
                self.acted_at.get_or_insert(place);
                return vec![];
            }
            _ => {}
        }
        if self.acted_at == Some(place)
            && !matches!(view.screen, Screen::Receipt(_) | Screen::PaymentUnknown(_))
        {
            return vec![];
        }
        let steps = self.sensible_steps(&view.screen);
        if !steps.is_empty() && !steps.iter().all(|step| matches!(step, Intent::TurnMonth(_))) {
            self.acted_at = Some(place);
        }
        steps
    }

    fn sensible_steps(&mut self, screen: &Screen) -> Vec<Intent> {
        match screen {
            Screen::Attract { .. } => vec![Intent::ChooseTask(self.typed.task.to_owned())],
            Screen::Explain { missing: Some(_), .. } => {
                self.has_left = true;
                vec![Intent::Stop]
            }
            Screen::NotSaved => {
                self.has_left = true;
                vec![Intent::Next]
            }
            Screen::Pay { stage: PayStage::NotPaid(_), .. } => {
                self.has_left = true;
                vec![Intent::Stop, Intent::ConfirmStop]
            }
            Screen::Explain { .. }
            | Screen::Review { .. }
            | Screen::Receipt(_)
            | Screen::PaymentUnknown(_) => {
                vec![Intent::Next]
            }
            Screen::Question(question) => self.answers(&question.control),
            Screen::Survey(_) => vec![Intent::Rate(0), Intent::Next],
            _ => vec![],
        }
    }

    fn answers(&self, control: &Control) -> Vec<Intent> {
        let mut steps = match control {
            Control::Fields { fields, .. } | Control::Hold { fields, .. } => {
                let mut steps = Vec::new();
                for (index, field) in fields.iter().enumerate() {
                    let Some(answer) = self.answer(field.label) else { continue };
                    steps.push(Intent::SelectField(index));
                    steps.extend(answer.chars().map(Intent::Type));
                }
                steps
            }
            Control::Options { .. } => vec![Intent::ChooseOption(0)],
            Control::Contact { .. } => {
                let mut steps = vec![Intent::ChooseOption(0)];
                steps.extend("0687654321".chars().map(Intent::Type));
                steps
            }
            Control::Calendar { days, .. } => match days.iter().flatten().find(|day| day.available) {
                Some(day) => vec![Intent::ChooseDay(day.date)],
                None => return vec![Intent::TurnMonth(1)],
            },
        };
        steps.push(Intent::Next);
        steps
    }

    fn answer(&self, label: FieldLabel) -> Option<&str> {
        match label {
            FieldLabel::Answer => self.typed.values.first().map(String::as_str),
            FieldLabel::Postcode => Some("2411AB"),
            FieldLabel::HouseNumber => Some("12"),
            FieldLabel::Phone => Some("0687654321"),
            FieldLabel::Email => Some("naam@voorbeeld.nl"),
            FieldLabel::DocumentNumber => Some("SPECI2014"),
            FieldLabel::Expiry => Some("09032031"),
            FieldLabel::PassNumber | FieldLabel::PassUid => Some("776655443322"),
            FieldLabel::Addition => None,
        }
    }
}

fn place(view: &View) -> Place {
    let survey = if let Screen::Survey(survey) = &view.screen { Some(discriminant(survey)) } else { None };
    (discriminant(&view.screen), view.frame.progress.map(|progress| progress.step), survey)
}

/// A number in letters.
fn word(number: usize) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}
