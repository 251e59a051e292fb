//! Sample views of every screen and state, for pictures and tests: nothing filled in, much filled in,
//! and with something to mend. All names, numbers and addresses are made up.

mod beginning;
mod chosen;
mod ending;
mod knowledge;
mod panel;
mod standing;
mod typed;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use crate::visit::{Frame, Missing, Overlay, PayStage, Progress, QuestionView, Screen, TextSize, View};
use zuil_catalogue::Language;

/// A view and what it is called; the name fits in a file name.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Its name, such as `question-address-found`.
    pub name: &'static str,
    /// The view.
    pub view: View,
}

/// All samples in a language.
#[must_use]
pub fn samples(language: Language) -> Vec<Sample> {
    let words = Words(language);
    [
        words.beginning(),
        words.asking(),
        words.standing(),
        words.fields(),
        words.held(),
        words.choices(),
        words.ending(),
        words.overlays(),
        words.panels(),
    ]
    .concat()
}

/// The words of the samples by the Dutch text and the code of the language.
static WORDS: LazyLock<HashMap<String, HashMap<String, String>>> =
    LazyLock::new(|| toml::from_str(include_str!("gallery/words.toml")).unwrap_or_default());

/// Says the words of a sample in a language.
#[derive(Clone, Copy)]
struct Words(Language);

impl Words {
    /// A Dutch text in the language.
    fn of(self, dutch: &str) -> String {
        let said = WORDS.get(dutch).and_then(|words| words.get(self.0.code()));
        said.map_or(dutch, String::as_str).to_owned()
    }

    fn frame(self) -> Frame {
        Frame {
            municipality: "Voorbeeldhuizen".to_owned(),
            phone: "14 0000".to_owned(),
            branding: Arc::default(),
            language: self.0,
            languages: Language::ALL.to_vec(),
            text_size: TextSize::Normal,
            dark: false,
            speech: false,
            headphones: false,
            hidden: false,
            can_go_back: true,
            can_stop: true,
            can_go_on: true,
            progress: None,
            overlay: None,
            lab: false,
        }
    }

    fn sample(self, name: &'static str, screen: Screen) -> Sample {
        let mut frame = self.frame();
        match &screen {
            Screen::OutOfService(_) | Screen::Attract { .. } | Screen::Saving { .. } | Screen::Goodbye => {
                frame.can_go_back = false;
                frame.can_stop = false;
            }
            Screen::NotSaved | Screen::Receipt(_) | Screen::PaymentUnknown(_) => frame.can_go_back = false,
            Screen::Pay { stage, .. } => {
                frame.can_go_back = matches!(stage, PayStage::NotPaid(_));
                frame.can_stop = !matches!(stage, PayStage::Busy { stopping: true, .. });
            }
            Screen::Ask(_) | Screen::LookingUp => frame.can_go_on = false,
            Screen::Reference(reference) => frame.can_go_on = reference.typed.len() == 11,
            Screen::Code(code) => frame.can_go_on = code.typed.len() == 6,
            Screen::Answer(answer) => {
                frame.can_go_on = answer.tasks.iter().any(|task| task.missing.is_none());
            }
            Screen::Explain { missing, elsewhere, .. } => {
                let leads_on = elsewhere.as_ref().is_some_and(|elsewhere| elsewhere.call_back);
                frame.can_go_on = !missing.is_some_and(Missing::prevents) || leads_on;
            }
            Screen::Panel(panel) => {
                frame.can_stop = false;
                frame.can_go_on = panel.entry.as_ref().is_some_and(|entry| !entry.value.is_empty());
            }
            Screen::Question(_) => frame.progress = Some(Progress { step: 3, of: 6 }),
            Screen::Language
            | Screen::Choose { .. }
            | Screen::Standing(_)
            | Screen::Review { .. }
            | Screen::Survey(_) => {}
        }
        Sample { name, view: View { frame, screen } }
    }

    fn question(self, name: &'static str, question: QuestionView) -> Sample {
        self.sample(name, Screen::Question(question))
    }

    fn overlays(self) -> Vec<Sample> {
        let over = |name, overlay| {
            let mut sample = self.question(name, self.options(false, &[0], None));
            sample.view.frame.overlay = Some(overlay);
            sample
        };
        let mut hidden = self.question("hidden", self.contact(Some(1), "naam@voorbeeld.nl", None));
        hidden.view.frame.hidden = true;
        let mut speaking = self.question("settings-on", self.yes_no());
        speaking.view.frame.speech = true;
        vec![
            over("overlay-idle", Overlay::IdleWarning { seconds_left: 20 }),
            over("overlay-stop", Overlay::ConfirmStop),
            over("overlay-languages", Overlay::Languages),
            over("overlay-help", Overlay::Help),
            hidden,
            speaking,
        ]
    }
}
