//! What is spoken of a view, for someone who cannot see it.
//!
//! Invariant: speech comes from the same view that the screen shows, and says nothing that it does
//! not show.

use crate::catalogue::Language;
use crate::devices::speech::Voice;
use crate::texts::{fill, say};
use crate::visit::{
    Control, Field, OptionLabel, Overlay, PayStage, ReceiptOutcome, ReviewAnswer, Screen, SurveyView, View,
};

/// Speaks views as they change.
pub struct Speech {
    voice: Box<dyn Voice>,
    said: Said,
}

/// What was said last, to say only what is new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Said {
    /// What the screen is and offers.
    screen: String,
    /// What was typed or chosen on it.
    detail: String,
}

impl Speech {
    /// Speech through a voice.
    #[must_use]
    pub fn new(voice: Box<dyn Voice>) -> Self {
        Self { voice, said: Said::default() }
    }

    /// Speaks what is new in a view, or is silent when speech is off.
    pub fn show(&mut self, view: &View) {
        if !view.frame.speech {
            if self.said != Said::default() {
                self.voice.stop();
                self.said = Said::default();
            }
            return;
        }
        let now = spoken(view);
        if let Some(text) = what_is_new(&self.said, &now) {
            self.voice.speak(&text, view.frame.language.code());
        }
        self.said = now;
    }
}

fn what_is_new(before: &Said, now: &Said) -> Option<String> {
    if before.screen != now.screen {
        Some(format!("{} {}", now.screen, now.detail))
    } else if before.detail != now.detail {
        let typed_on = now.detail.strip_prefix(&before.detail).filter(|_| !before.detail.is_empty());
        Some(typed_on.unwrap_or(&now.detail).to_owned())
    } else {
        None
    }
}

fn spoken(view: &View) -> Said {
    let language = view.frame.language;
    if let Some(overlay) = &view.frame.overlay {
        return Said { screen: overlay_words(overlay, language, &view.frame.phone), detail: String::new() };
    }
    let (mut parts, detail) = screen_words(&view.screen, language);
    if let Some(progress) = view.frame.progress {
        let (step, of) = (progress.step.to_string(), progress.of.to_string());
        parts.insert(0, fill(say(language, "Question {step} of {of}."), &[("step", &step), ("of", &of)]));
    }
    parts.retain(|part| !part.is_empty());
    Said { screen: parts.join(" "), detail }
}

fn overlay_words(overlay: &Overlay, language: Language, phone: &str) -> String {
    match overlay {
        Overlay::IdleWarning { .. } => {
            say(language, "Are you still there? If you do nothing, everything you filled in is wiped.").into()
        }
        Overlay::ConfirmStop => {
            say(language, "Do you want to stop? Everything you filled in is wiped.").into()
        }
        Overlay::Languages => say(language, "Choose a language.").into(),
        Overlay::Help => fill(say(language, "Help. You can also call {phone}."), &[("phone", phone)]),
    }
}

fn screen_words(screen: &Screen, language: Language) -> (Vec<String>, String) {
    let one = |key: &'static str| (vec![say(language, key).to_owned()], String::new());
    match screen {
        Screen::OutOfService(_) => one("This pillar is out of service."),
        Screen::Attract { welcome, tiles, privacy, announcement, .. } => {
            let mut parts = vec![welcome.clone(), announcement.clone().unwrap_or_default()];
            parts.extend(tiles.iter().map(|tile| sentence(&tile.title)));
            parts.push(privacy.clone());
            (parts, String::new())
        }
        Screen::Language => {
            (Language::ALL.iter().map(|language| sentence(language.own_name())).collect(), String::new())
        }
        Screen::Choose { tiles } => {
            let mut parts = vec![say(language, "What do you want to do?").to_owned()];
            parts.extend(tiles.iter().map(|tile| sentence(&tile.title)));
            (parts, String::new())
        }
        Screen::Explain { title, summary, fee, needs, card_missing, .. } => {
            let mut parts = vec![sentence(title), summary.clone()];
            parts.push(fee.map_or_else(
                || say(language, "It is free.").to_owned(),
                |fee| fill(say(language, "It costs {amount}."), &[("amount", &amount(fee, language))]),
            ));
            parts.extend(needs.iter().map(|need| sentence(need)));
            if *card_missing {
                parts.push(say(language, "You cannot pay by card here now.").to_owned());
            }
            (parts, String::new())
        }
        Screen::Question(question) => {
            let mut parts = vec![question.title.clone(), question.help.clone()];
            let (controls, detail) = control_words(&question.control, language);
            parts.extend(controls);
            (parts, detail)
        }
        Screen::Review { title, lines, fee } => {
            let mut parts = vec![say(language, "Is this right?").to_owned(), sentence(title)];
            parts.extend(
                lines.iter().map(|line| format!("{}: {}.", line.label, answer(&line.answer, language))),
            );
            if let Some(fee) = fee {
                parts.push(fill(say(language, "It costs {amount}."), &[("amount", &amount(*fee, language))]));
            }
            (parts, String::new())
        }
        Screen::Pay { amount: fee, stage } => {
            let words = match stage {
                PayStage::Busy { .. } => "Pay {amount} at the card terminal.",
                PayStage::NotPaid(_) => "You have not paid. You can try again.",
            };
            (vec![fill(say(language, words), &[("amount", &amount(*fee, language))])], String::new())
        }
        Screen::Saving { .. } => one("We are saving your request."),
        Screen::NotSaved => one("We could not keep your request. You have not paid anything."),
        Screen::Receipt(receipt) => {
            let letters = receipt.reference.compact().chars().map(|c| format!("{c}, ")).collect::<String>();
            let parts = vec![
                sentence(&receipt.title),
                fill(
                    say(language, "Your reference is {letters}."),
                    &[("letters", letters.trim_end_matches(", "))],
                ),
                receipt.next_steps.clone(),
            ];
            let printed = receipt.paper == Some(ReceiptOutcome::Printed);
            let detail = if printed { say(language, "Your receipt is printed.") } else { "" };
            (parts, detail.to_owned())
        }
        Screen::Survey(SurveyView::Clear { .. }) => one("Was it clear?"),
        Screen::Survey(SurveyView::Helped { .. }) => one("Were you helped in one go?"),
        Screen::Goodbye => one("Thank you. Everything you filled in is wiped."),
    }
}

fn control_words(control: &Control, language: Language) -> (Vec<String>, String) {
    let value = |field: &Field| field.value.clone();
    match control {
        Control::Fields { fields, cursor, found, .. } => (
            vec![],
            format!("{} {found}", fields.get(*cursor).map(value).unwrap_or_default()).trim().to_owned(),
        ),
        Control::Options { options, .. } => {
            let words = |label: &OptionLabel| match label {
                OptionLabel::Text(text) => text.clone(),
                OptionLabel::Yes => say(language, "Yes").to_owned(),
                OptionLabel::No => say(language, "No").to_owned(),
            };
            let chosen: Vec<String> =
                options.iter().filter(|option| option.chosen).map(|option| words(&option.label)).collect();
            (options.iter().map(|option| sentence(&words(&option.label))).collect(), chosen.join(", "))
        }
        Control::Contact { field, .. } => (vec![], value(field)),
        Control::Calendar { days, .. } => {
            let chosen = days.iter().flatten().find(|day| day.chosen);
            (vec![], chosen.map(|day| day.date.strftime("%-d-%-m-%Y").to_string()).unwrap_or_default())
        }
    }
}

fn answer(answer: &ReviewAnswer, language: Language) -> String {
    match answer {
        ReviewAnswer::Text(text) => text.clone(),
        ReviewAnswer::Yes => say(language, "Yes").to_owned(),
        ReviewAnswer::No => say(language, "No").to_owned(),
        ReviewAnswer::Day(day) => day.strftime("%-d-%-m-%Y").to_string(),
        ReviewAnswer::Skipped => say(language, "Not filled in").to_owned(),
    }
}

/// "17 euro 35", as people say it; a comma would be read out.
fn amount(fee: zuil_wire::Cents, language: Language) -> String {
    let (euros, cents) = fee.euros_and_cents();
    fill(
        say(language, "{euros} euro {cents}"),
        &[("euros", &euros.to_string()), ("cents", &cents.to_string())],
    )
}

fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::visit::{FieldLabel, Frame, Keyboard, Progress, QuestionView, TextSize};

    #[derive(Clone, Default)]
    struct Heard(Arc<Mutex<Vec<String>>>);

    impl Voice for Heard {
        fn speak(&mut self, text: &str, language: &str) {
            self.0.lock().unwrap().push(format!("{language}: {text}"));
        }

        fn stop(&mut self) {
            self.0.lock().unwrap().push("silence".into());
        }
    }

    fn view(value: &str, speech: bool) -> View {
        let field = Field { label: FieldLabel::Answer, value: value.into(), multiline: false, max: 40 };
        View {
            frame: Frame {
                municipality: "Voorbeeldhuizen".into(),
                phone: "14 0000".into(),
                language: Language::Nl,
                text_size: TextSize::Normal,
                dark: false,
                speech,
                headphones: speech,
                hidden: false,
                can_go_back: true,
                can_stop: true,
                can_go_on: true,
                progress: Some(Progress { step: 1, of: 3 }),
                overlay: None,
            },
            screen: Screen::Question(QuestionView {
                title: "Hoe heet u?".into(),
                help: String::new(),
                optional: false,
                control: Control::Fields {
                    fields: vec![field],
                    cursor: 0,
                    keyboard: Keyboard::Letters,
                    found: String::new(),
                },
                expected: None,
            }),
        }
    }

    #[test]
    fn a_screen_is_spoken_once_and_then_only_what_is_typed() {
        let heard = Heard::default();
        let mut speech = Speech::new(Box::new(heard.clone()));
        for value in ["", "J", "Ja", "Ja", "J"] {
            speech.show(&view(value, true));
        }
        let all = heard.0.lock().unwrap().clone();
        assert_eq!(all, ["nl: Vraag 1 van 3. Hoe heet u? ", "nl: J", "nl: a", "nl: J"]);
    }

    #[test]
    fn speech_that_is_turned_off_is_silent_at_once() {
        let heard = Heard::default();
        let mut speech = Speech::new(Box::new(heard.clone()));
        speech.show(&view("", true));
        speech.show(&view("", false));
        speech.show(&view("J", false));
        let all = heard.0.lock().unwrap().clone();
        assert_eq!(all.len(), 2);
        assert_eq!(all[1], "silence");
    }
}
