//! A scripted resident who looks at the view and does the sensible next thing, by intents.
//!
//! It is what the power-cut tests kill: the real pillar in a process of its own, with real devices
//! on pseudo-terminals and a real hub, but without a screen.

use std::io::Write;
use std::mem::{Discriminant, discriminant};
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use crate::config::Config;
use crate::pillar::Pillar;
use crate::runner::Input;
use crate::visit::{Control, FieldLabel, Intent, PayStage, Screen, SurveyView, View};
use crate::waypoint::{NoWaypoints, Waypoint, Waypoints};

use super::Failure;

/// The longest that a scripted resident waits for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts a pillar and does one errand at it; at `hold_at` it says so on stdout and stands still,
/// so that whoever watches can kill it there. Afterwards, or with no task, it serves until stdin is
/// closed.
///
/// # Errors
/// When the pillar does not start, or the errand does not get on for a minute.
pub fn run(config: &Path, task: Option<&str>, hold_at: Option<Waypoint>) -> Result<(), Failure> {
    let config = Config::load(config)?;
    let (show, shown) = mpsc::channel::<View>();
    let waypoints: Arc<dyn Waypoints> = match hold_at {
        Some(point) => Arc::new(Hold { point }),
        None => Arc::new(NoWaypoints),
    };
    let pillar = Pillar::start_watched(&config, waypoints, move |view| drop(show.send(view)))?;
    say("serving");
    if let Some(task) = task {
        errand(&pillar, &shown, task)?;
    }
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(())
}

/// A resident who wants one task done.
pub struct ScriptedResident {
    task: String,
    /// Where the last thing was done; a view may come again with only a detail changed.
    acted_at: Option<Place>,
}

/// Which screen, and which question on it.
type Place = (Discriminant<Screen>, Option<usize>, Option<Discriminant<SurveyView>>);

fn place(view: &View) -> Place {
    let survey = if let Screen::Survey(survey) = &view.screen { Some(discriminant(survey)) } else { None };
    (discriminant(&view.screen), view.frame.progress.map(|progress| progress.step), survey)
}

impl ScriptedResident {
    /// A resident who comes for a task.
    #[must_use]
    pub fn who_wants(task: &str) -> Self {
        Self { task: task.to_owned(), acted_at: None }
    }

    /// What they do, looking at this view. Nothing when they did it already or can only wait.
    pub fn acts_on(&mut self, view: &View) -> Vec<Intent> {
        let place = place(view);
        if self.acted_at == Some(place) {
            return vec![];
        }
        let steps = self.sensible_steps(&view.screen);
        let turns_only = steps.iter().all(|step| matches!(step, Intent::TurnMonth(_)));
        if !turns_only {
            self.acted_at = Some(place);
        }
        steps
    }

    fn sensible_steps(&self, screen: &Screen) -> Vec<Intent> {
        match screen {
            Screen::Attract { tiles, .. } => {
                let offered = tiles.iter().any(|tile| tile.task == self.task && tile.missing.is_none());
                if offered { vec![Intent::ChooseTask(self.task.clone())] } else { vec![] }
            }
            Screen::Explain { missing: None, .. } | Screen::Review { .. } => vec![Intent::Next],
            Screen::Receipt(receipt) | Screen::PaymentUnknown(receipt) if receipt.paper.is_some() => {
                vec![Intent::Next]
            }
            Screen::Question(question) => answers(&question.control),
            Screen::Pay { stage: PayStage::NotPaid(_), .. } => vec![Intent::Stop, Intent::ConfirmStop],
            Screen::Survey(SurveyView::Clear { .. }) => vec![Intent::Rate(4), Intent::Next],
            Screen::Survey(SurveyView::Helped { .. } | SurveyView::Treated { .. }) => {
                vec![Intent::Rate(0), Intent::Next]
            }
            Screen::Survey(SurveyView::Missing { .. }) => vec![Intent::Rate(5), Intent::Next],
            _ => vec![],
        }
    }
}

fn errand(pillar: &Pillar, shown: &mpsc::Receiver<View>, task: &str) -> Result<(), Failure> {
    let inputs = pillar.inputs();
    let mut resident = ScriptedResident::who_wants(task);
    loop {
        let view = shown.recv_timeout(PATIENCE).map_err(|_| Failure::from("the errand does not get on"))?;
        let steps = resident.acts_on(&view);
        match &view.screen {
            Screen::Receipt(receipt) if !steps.is_empty() => {
                say(&format!("receipt {} {}", receipt.reference, receipt.state.as_str()));
            }
            Screen::Goodbye => {
                say("done");
                return Ok(());
            }
            _ => {}
        }
        for intent in steps {
            inputs
                .send(Input::Resident(Box::new(intent)))
                .map_err(|_| Failure::from("the pillar is gone"))?;
        }
    }
}

/// A sensible answer, and on to the next question.
fn answers(control: &Control) -> Vec<Intent> {
    let mut steps = match control {
        Control::Fields { fields, .. } | Control::Hold { fields, .. } => {
            let mut steps = Vec::new();
            for (index, field) in fields.iter().enumerate() {
                let answer = match field.label {
                    FieldLabel::Answer => "Een voorbeeld van een antwoord",
                    FieldLabel::Postcode => "2411AB",
                    FieldLabel::HouseNumber => "12",
                    FieldLabel::Addition => continue,
                    FieldLabel::Phone => "0612345678",
                    FieldLabel::Email => "naam@voorbeeld.nl",
                    FieldLabel::DocumentNumber => "SPECI2014",
                    FieldLabel::Expiry => "09032031",
                    FieldLabel::PassNumber | FieldLabel::PassUid => "12345678",
                };
                steps.push(Intent::SelectField(index));
                steps.extend(answer.chars().map(Intent::Type));
            }
            steps
        }
        Control::Options { .. } => vec![Intent::ChooseOption(0)],
        Control::Contact { .. } => {
            let mut steps = vec![Intent::ChooseOption(0)];
            steps.extend("0612345678".chars().map(Intent::Type));
            steps
        }
        Control::Calendar { days, .. } => days
            .iter()
            .flatten()
            .find(|day| day.available)
            .map_or_else(|| vec![Intent::TurnMonth(1)], |day| vec![Intent::ChooseDay(day.date)]),
    };
    if !matches!(steps.as_slice(), [Intent::TurnMonth(_)]) {
        steps.push(Intent::Next);
    }
    steps
}

/// Stands still at one point for ever.
struct Hold {
    point: Waypoint,
}

impl Waypoints for Hold {
    fn pass(&self, waypoint: Waypoint) {
        if waypoint == self.point {
            say("holding");
            loop {
                thread::park();
            }
        }
    }
}

/// One line to whoever watches; nobody may be watching any more.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
