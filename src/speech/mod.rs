//! What is spoken of a view, for someone who cannot see it.
//!
//! Invariant: speech comes from the same view that the screen shows, and says nothing that it does
//! not show.

mod amounts;
mod wording;

use crate::devices::speech::Voice;
use crate::visit::View;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Speaks views as they change.
pub struct Speech {
    voice: Box<dyn Voice>,
    said: Said,
}

/// What was said last, to say only what is new. Wiped when it is replaced or dropped.
#[derive(Clone, Default, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
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
    let (screen, detail) = wording::of(view);
    let said = |words: &[String]| amounts::said(&words.join(" "), view.frame.language);
    Said { screen: said(&screen), detail: said(&detail) }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::visit::{
        AnswerCard, AnswerView, AskView, Control, Elsewhere, Expected, Field, FieldLabel, Found, FoundView,
        Frame, HoldStage, Keyboard, Missing, PayStage, QuestionView, ReaderKind, ReceiptOutcome, ReceiptView,
        ReferenceView, ReviewAnswer, ReviewLine, Screen, StandingOutcome, StandingView, TerminalStep,
        TextSize, Tile, WhyNotPaid, WhyNotPrinted,
    };
    use zuil_catalogue::Language;
    use zuil_wire::{Cents, PaymentState, Reference, State};

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

    fn view(screen: Screen, speech: bool) -> View {
        View {
            frame: Frame {
                municipality: "Voorbeeldhuizen".into(),
                phone: "14 0000".into(),
                branding: Arc::default(),
                language: Language::Nl,
                languages: Language::ALL.to_vec(),
                text_size: TextSize::Normal,
                dark: false,
                speech,
                headphones: speech,
                hidden: false,
                can_go_back: true,
                can_stop: true,
                can_go_on: true,
                progress: None,
                overlay: None,
                lab: false,
            },
            screen,
        }
    }

    fn asking(value: &str, expected: Option<Expected>) -> Screen {
        let field = Field { label: FieldLabel::Answer, value: value.into(), multiline: false, max: 40 };
        let keyboard = Keyboard::Letters;
        Screen::Question(QuestionView {
            title: "Hoe heet u?".into(),
            help: String::new(),
            optional: false,
            control: Control::Fields { fields: vec![field], cursor: 0, keyboard, found: String::new() },
            expected,
        })
    }

    fn all_said(screens: impl IntoIterator<Item = Screen>) -> Vec<String> {
        let heard = Heard::default();
        let mut speech = Speech::new(Box::new(heard.clone()));
        for screen in screens {
            speech.show(&view(screen, true));
        }
        let said = heard.0.lock().unwrap();
        said.clone()
    }

    #[test]
    fn a_screen_is_spoken_once_and_then_only_what_is_typed() {
        let said = all_said(["", "J", "Ja", "Ja", "J"].map(|value| asking(value, None)));
        assert_eq!(said, ["nl: Hoe heet u? ", "nl: J", "nl: a", "nl: J"]);
    }

    #[test]
    fn an_image_of_the_lab_is_told_where_a_visit_begins() {
        let attract = Screen::Attract {
            welcome: "Waarmee kunnen we u helpen?".into(),
            tiles: vec![],
            privacy: String::new(),
            announcement: None,
            ask: false,
            no_card: false,
            no_printer: false,
        };
        let heard = Heard::default();
        let mut speech = Speech::new(Box::new(heard.clone()));
        for screen in [attract, Screen::Goodbye] {
            speech.show(&view(screen, true).on_image_of_lab(true));
        }
        let said = heard.0.lock().unwrap();
        assert!(said[0].contains("TEST: deze zuil"), "{said:?}");
        assert!(!said[1].contains("TEST"), "{said:?}");
    }

    #[test]
    fn what_is_expected_is_spoken() {
        let said = all_said([asking("", None), asking("", Some(Expected::AnAnswer))]);
        assert!(said[1].contains("Vul een antwoord in"), "{said:?}");
    }

    #[test]
    fn a_payment_is_spoken_step_by_step() {
        let pay = |stage| Screen::Pay { amount: Cents(1735), stage };
        let busy = |step| pay(PayStage::Busy { step, stopping: false });
        let said = all_said([
            busy(TerminalStep::PresentCard),
            busy(TerminalStep::EnterPin),
            pay(PayStage::NotPaid(WhyNotPaid::Declined)),
        ]);
        assert!(said[0].contains("17 euro 35"), "{said:?}");
        assert!(said[1].contains("pincode") && !said[1].contains("17 euro"), "{said:?}");
        assert!(said[2].contains("niet betaald"), "{said:?}");
    }

    #[test]
    fn what_is_masked_is_spoken_through_headphones_only() {
        let line =
            ReviewLine { label: "Telefoon".into(), answer: ReviewAnswer::Text("06 12".into()), masked: true };
        let review = Screen::Review { title: "Terugbellen".into(), lines: vec![line], fee: None };
        assert!(all_said([review.clone()])[0].contains("06 12"));
        let heard = Heard::default();
        let mut aloud = view(review, true);
        aloud.frame.headphones = false;
        Speech::new(Box::new(heard.clone())).show(&aloud);
        let said = heard.0.lock().unwrap().clone();
        assert!(said[0].contains("Telefoon") && !said[0].contains("06 12"), "{said:?}");
    }

    #[test]
    fn what_to_hold_is_spoken_and_what_was_read_through_headphones_only() {
        let held = |stage, unreadable, number: &str| {
            let field =
                Field { label: FieldLabel::DocumentNumber, value: number.into(), multiline: false, max: 24 };
            Screen::Question(QuestionView {
                title: "Weet u het nummer?".into(),
                help: String::new(),
                optional: true,
                control: Control::Hold {
                    reader: ReaderKind::Document,
                    stage,
                    can_hold: true,
                    unreadable,
                    fields: vec![field],
                    cursor: 0,
                    keyboard: Keyboard::Postcode,
                },
                expected: None,
            })
        };
        let read = held(HoldStage::Read, false, "SPECI2014");
        let said =
            all_said([held(HoldStage::Waiting, false, ""), held(HoldStage::Waiting, true, ""), read.clone()]);
        assert!(said[0].contains("met de foto naar beneden. Liever zelf typen."), "{said:?}");
        assert_eq!(
            said[1],
            "nl: Dat lukte niet. Leg het document nog eens recht op de lezer of typ het nummer."
        );
        assert!(said[2].contains("Het document is gelezen.") && said[2].contains("SPECI2014"), "{said:?}");
        let heard = Heard::default();
        let mut aloud = view(read, true);
        aloud.frame.headphones = false;
        Speech::new(Box::new(heard.clone())).show(&aloud);
        let said = heard.0.lock().unwrap().clone();
        assert!(said[0].contains("gelezen") && !said[0].contains("SPECI2014"), "{said:?}");
    }

    #[test]
    fn the_end_says_reference_payment_state_and_paper() {
        let receipt = |paper| {
            Screen::Receipt(ReceiptView {
                title: "Grofvuil laten ophalen".into(),
                reference: Reference::from_bits(0),
                state: State::Received,
                payment: Some((Cents(1735), PaymentState::Paid)),
                paper,
                comes_later: false,
                anew: false,
                website: "www.voorbeeldhuizen.example".into(),
                next_steps: "Zet het aan de straat.".into(),
            })
        };
        let paper_out = ReceiptOutcome::NotPrinted(WhyNotPrinted::PaperOut);
        let said = all_said([receipt(None), receipt(Some(paper_out))]);
        for words in ["0, 0, 0", "Betaald: 17 euro 35", "Zet het aan de straat"] {
            assert!(said[0].contains(words), "{words}: {said:?}");
        }
        assert!(said[1].contains("papier"), "{said:?}");
    }

    #[test]
    fn how_a_request_stands_is_spoken_with_its_number_one_by_one() {
        let typed =
            |typed: &str, mistyped| Screen::Reference(ReferenceView { typed: typed.into(), mistyped });
        let found = FoundView {
            state: State::Registered,
            errand: Some("Grofvuil laten ophalen".into()),
            on: jiff::civil::date(2026, 11, 23),
            case_number: Some("Z-17".into()),
            payment: None,
            by_pillar: false,
            last_known: false,
        };
        let told = |outcome| {
            let (reference, phone_hours) = (Reference::from_bits(0), "op werkdagen".into());
            Screen::Standing(StandingView { reference, outcome, phone_hours })
        };
        let said = all_said([
            typed("7K", false),
            typed("7K3", true),
            Screen::LookingUp,
            told(StandingOutcome::Found(found)),
            told(StandingOutcome::NotFound),
        ]);
        assert!(said[0].contains("Wat is uw kenmerk?") && said[0].contains("7 K"), "{said:?}");
        assert!(
            said[1].starts_with("nl:  3 Eén letter of cijfer klopt niet."),
            "what is new is said: {said:?}"
        );
        assert!(said[2].contains("zoeken uw aanvraag op"), "{said:?}");
        for words in [
            "Geregistreerd. Grofvuil laten ophalen. Zaaknummer: Z, -, 1, 7.",
            "maandag 23 november",
            "Bel 14 0000",
        ] {
            assert!(said[3].contains(words), "{words}: {said:?}");
        }
        assert!(said[4].contains("kennen dit kenmerk nog niet. 0, 0, 0"), "{said:?}");
    }

    #[test]
    fn what_is_found_is_spoken_as_one_types() {
        let card = |question: &str, news| AnswerCard {
            answer: "a".into(),
            question: question.into(),
            product: "Grofvuil".into(),
            news,
        };
        let ask = |value: &str, found| {
            let field = Field { label: FieldLabel::Answer, value: value.into(), multiline: false, max: 60 };
            Screen::Ask(AskView { field, found })
        };
        let said = all_said([
            ask("", Found::Suggested(vec![card("Hoe laat ik grofvuil ophalen?", true)])),
            ask("bank", Found::Answers(vec![card("Mag een bank mee?", false)])),
            ask("bankx", Found::Nothing { phone_hours: "op werkdagen".into(), call_back: None }),
        ]);
        assert!(said[0].contains("Wat is uw vraag?"), "{said:?}");
        assert!(said[0].contains("Nieuws: Hoe laat ik grofvuil ophalen?"), "{said:?}");
        assert_eq!(said[1], "nl: bank. Mag een bank mee?");
        assert!(said[2].contains("We vinden geen antwoord") && said[2].contains("14 0000"), "{said:?}");
    }

    #[test]
    fn an_answer_is_spoken_with_what_to_do_next() {
        let tile = Tile {
            task: "moving-house".into(),
            icon: zuil_catalogue::Icon::Moving,
            title: "Verhuizing doorgeven".into(),
            missing: Some(Missing::DigiD),
        };
        let said = all_said([Screen::Answer(AnswerView {
            answer: "a".into(),
            question: "Hoe geef ik mijn verhuizing door?".into(),
            short: "Met DigiD. Het kost €\u{a0}17,35, met spoed €\u{a0}195,00.".into(),
            long: vec!["Binnen vijf dagen.".into()],
            checked: jiff::civil::date(2026, 11, 16),
            only_dutch: true,
            tasks: vec![tile],
            phone: Some("14 0000".into()),
            phone_hours: None,
            website: Some("www.voorbeeld.example".into()),
        })]);
        assert_eq!(
            said,
            [
                "nl: Hoe geef ik mijn verhuizing door? Dit antwoord is er alleen in het Nederlands. Met DigiD. \
              Het kost 17 euro 35, met spoed 195 euro. \
              Binnen vijf dagen. Verhuizing doorgeven. Kan nog niet op de zuil. Bel 14 0000. \
              Lees meer op www.voorbeeld.example. Nagekeken op 16 november 2026. "
            ]
        );
    }

    #[test]
    fn a_task_that_cannot_be_done_here_says_why_and_where_it_can() {
        let explain = |missing, call_back| Screen::Explain {
            icon: zuil_catalogue::Icon::Moving,
            title: "Verhuizing doorgeven".into(),
            summary: "Geef het door.".into(),
            fee: None,
            needs: vec![],
            minutes: 5,
            term: Some("Binnen 5 werkdagen.".into()),
            instead: vec!["Een foto? Mail die ons.".into()],
            missing: Some(missing),
            elsewhere: Some(Elsewhere {
                phone_hours: "op werkdagen".into(),
                website: "www.voorbeeld.example".into(),
                call_back,
            }),
            printer_missing: false,
        };
        let missing = [(Missing::DigiD, true), (Missing::Card, false), (Missing::CardMaybe, false)];
        let said = all_said(missing.map(|(missing, call_back)| explain(missing, call_back)));
        assert!(
            said[0].contains("DigiD werkt nog niet op deze zuil. Bel 14 0000, op werkdagen."),
            "{said:?}"
        );
        assert!(!said[0].contains("gratis"), "{said:?}");
        assert!(said[1].contains("Pinnen kan even niet."), "{said:?}");
        assert!(said[2].contains("Blijkt uit uw antwoorden dat het gratis is?"), "{said:?}");
    }

    #[test]
    fn speech_that_is_turned_off_is_silent_at_once() {
        let heard = Heard::default();
        let mut speech = Speech::new(Box::new(heard.clone()));
        speech.show(&view(asking("", None), true));
        speech.show(&view(asking("", None), false));
        speech.show(&view(asking("J", None), false));
        let said = heard.0.lock().unwrap().clone();
        assert_eq!(said.len(), 2);
        assert_eq!(said[1], "silence");
    }
}
