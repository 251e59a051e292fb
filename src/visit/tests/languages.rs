//! The language changes at any moment, and nothing that was filled in is lost.

use super::*;
use crate::visit::{HoldStage, Keyboard};

/// What stands on the screen whatever its language: what was filled in, chosen, paid or said.
fn held(view: &View) -> String {
    let values = |fields: &[Field]| fields.iter().map(|field| field.value.clone()).collect::<Vec<_>>();
    match &view.screen {
        Screen::Question(question) => match &question.control {
            Control::Fields { fields, cursor, keyboard, found } => {
                format!("{:?} {cursor} {keyboard:?} {found} {:?}", values(fields), question.expected)
            }
            Control::Options { options, several } => {
                let chosen: Vec<bool> = options.iter().map(|option| option.chosen).collect();
                format!("{chosen:?} {several} {:?}", question.expected)
            }
            Control::Contact { way, field, keyboard } => format!("{way:?} {} {keyboard:?}", field.value),
            Control::Hold { stage, fields, cursor, .. } => format!("{stage:?} {:?} {cursor}", values(fields)),
            Control::Calendar { month, days, .. } => format!("{month} {days:?}"),
        },
        Screen::Review { lines, fee, .. } => {
            let kinds = lines.iter().map(|line| (std::mem::discriminant(&line.answer), line.masked));
            format!("{:?} {fee:?}", kinds.collect::<Vec<_>>())
        }
        Screen::Pay { amount, stage } => format!("{amount:?} {stage:?}"),
        Screen::Receipt(receipt) => {
            format!("{:?} {:?} {:?} {:?}", receipt.reference, receipt.state, receipt.payment, receipt.paper)
        }
        Screen::Survey(survey) => format!("{survey:?}"),
        other => format!("{:?}", std::mem::discriminant(other)),
    }
}

impl Pillar {
    /// Turns to every language and back to Dutch; each time the screen holds the same.
    #[track_caller]
    fn turns_to_every_language(&mut self) -> &mut Self {
        let before = self.view();
        for language in Language::ALL.into_iter().chain([Language::Nl]) {
            self.does(Intent::ToggleLanguages).does(Intent::ChooseLanguage(language));
            let now = self.view();
            assert_eq!(now.frame.language, language);
            assert_eq!(now.frame.overlay, None);
            assert_eq!(now.frame.progress, before.frame.progress, "in {language:?}");
            assert_eq!(held(&now), held(&before), "in {language:?}");
        }
        assert_eq!(self.view(), before);
        self
    }

    /// Answers the question that is asked, whatever it is, and says what kind it was.
    fn answers(&mut self) -> &'static str {
        match self.question().control {
            Control::Fields { fields, keyboard, .. } if fields.len() > 1 => {
                assert_eq!(keyboard, Keyboard::Postcode);
                self.types("2411ab").does(Intent::SelectField(1)).types("12");
                "address"
            }
            Control::Fields { keyboard, .. } => {
                self.types(match keyboard {
                    Keyboard::Letters => "Het is stuk",
                    Keyboard::Digits => "2",
                    Keyboard::Phone => "0612345678",
                    Keyboard::Email => "naam@voorbeeld.nl",
                    Keyboard::Postcode => "2411ab",
                });
                "fields"
            }
            Control::Options { several, .. } => {
                self.touches(0);
                if several { "choices" } else { "choice" }
            }
            Control::Contact { .. } => {
                self.touches(1).types("naam@voorbeeld.nl");
                "contact"
            }
            Control::Hold { reader, stage, .. } => {
                if stage == HoldStage::Waiting {
                    self.does(Intent::TypeInstead);
                }
                self.types(if reader == ReaderKind::Document { "SPECI2014" } else { "123456" });
                "hold"
            }
            Control::Calendar { days, .. } => {
                let day = days.iter().flatten().find(|day| day.available).map(|day| day.date);
                match day {
                    Some(day) => self.does(Intent::ChooseDay(day)),
                    None => self.does(Intent::TurnMonth(1)),
                };
                "calendar"
            }
        }
    }
}

#[test]
fn the_language_changes_anywhere_in_every_task_and_nothing_is_lost() {
    let mut kinds = std::collections::BTreeSet::new();
    for task in &example().tasks {
        let mut pillar = pillar();
        pillar.opens(Language::Nl, &task.id).turns_to_every_language().next();
        // A question more than there are would be one that is asked again and again.
        for _ in 0..=2 * task.questions.len() {
            if matches!(pillar.screen(), Screen::Question(_)) {
                pillar.turns_to_every_language();
                kinds.insert(pillar.answers());
                pillar.turns_to_every_language().next();
            }
        }
        assert!(matches!(pillar.screen(), Screen::Review { .. }), "{}: {:?}", task.id, pillar.screen());
        pillar.turns_to_every_language().next();
        if matches!(pillar.screen(), Screen::Pay { .. }) {
            pillar.turns_to_every_language().tell(paid(PaymentState::Paid));
        } else {
            pillar.turns_to_every_language().tell(saved());
        }
        pillar.turns_to_every_language().tell(received());
        assert!(matches!(pillar.screen(), Screen::Receipt(_)), "{}: {:?}", task.id, pillar.screen());
        pillar.turns_to_every_language().next().turns_to_every_language();
    }
    for kind in ["address", "calendar", "choice", "choices", "contact", "fields", "hold"] {
        assert!(kinds.contains(kind), "no task of the example asks for a {kind}");
    }
}

#[test]
fn what_is_expected_is_said_in_the_language_that_is_chosen_next() {
    let mut pillar = pillar();
    pillar.opens(Language::Nl, "bulky-waste").next().next().expects(Expected::APostcode);
    pillar.turns_to_every_language().expects(Expected::APostcode);
}
