//! Sample views of every screen and state, for pictures and tests: nothing filled in, much filled in,
//! and with something to mend. All names, numbers and addresses are made up.

mod knowledge;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use jiff::ToSpan;
use jiff::civil::{Date, date};
use zuil_wire::{Cents, PaymentState, Reference, State};

use crate::visit::{
    Banner, CardTrouble, Control, Day, Expected, FeeView, Field, FieldLabel, Frame, HoldStage, Keyboard,
    Missing, OptionLabel, OptionView, OutOfService, Overlay, PayStage, Progress, QuestionView, ReaderKind,
    ReceiptOutcome, ReceiptView, ReviewAnswer, ReviewLine, Screen, SurveyView, TerminalStep, TextSize, Tile,
    View, WhyNotPaid, WhyNotPrinted,
};
use zuil_catalogue::{Icon, Language};

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
        words.fields(),
        words.held(),
        words.choices(),
        words.ending(),
        words.overlays(),
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
            Screen::Ask(_) => frame.can_go_on = false,
            Screen::Answer(answer) => {
                frame.can_go_on = answer.tasks.iter().any(|task| task.missing.is_none());
            }
            Screen::Explain { missing, elsewhere, .. } => {
                let leads_on = elsewhere.as_ref().is_some_and(|elsewhere| elsewhere.call_back);
                frame.can_go_on = missing.is_none() || leads_on;
            }
            Screen::Question(_) => frame.progress = Some(Progress { step: 3, of: 6 }),
            Screen::Language | Screen::Choose { .. } | Screen::Review { .. } | Screen::Survey(_) => {}
        }
        Sample { name, view: View { frame, screen } }
    }

    fn tiles(self, missing: Option<Missing>) -> Vec<Tile> {
        let tile = |task: &str, icon, title, missing| Tile { task: task.to_owned(), icon, title, missing };
        vec![
            tile("report", Icon::Report, self.of("Iets melden op straat"), None),
            tile("call-back", Icon::Phone, self.of("Laat u terugbellen"), None),
            tile("bulky-waste", Icon::BulkyWaste, self.of("Grofvuil laten ophalen"), missing),
        ]
    }

    fn many_tiles(self) -> Vec<Tile> {
        let mut tiles = self.tiles(None);
        for (task, icon, dutch) in [
            ("parking", Icon::Report, "Parkeervergunning aanvragen"),
            ("appointment", Icon::Phone, "Een afspraak maken of verzetten"),
            ("waste-pass", Icon::BulkyWaste, "Vraag over uw afvalpas"),
        ] {
            tiles.push(Tile { task: task.to_owned(), icon, title: self.of(dutch), missing: None });
        }
        tiles
    }

    fn attract(
        self,
        tiles: Vec<Tile>,
        announcement: Option<Banner>,
        no_card: bool,
        no_printer: bool,
    ) -> Screen {
        Screen::Attract {
            welcome: self.of("Waarmee kunnen we u helpen?"),
            tiles,
            privacy: self.of("Wij wissen uw gegevens van het scherm als u klaar bent."),
            announcement,
            ask: true,
            no_card,
            no_printer,
        }
    }

    fn explain(self, missing: Option<Missing>) -> Screen {
        Screen::Explain {
            icon: Icon::BulkyWaste,
            title: self.of("Grofvuil laten ophalen"),
            summary: self.of("Wij halen grote spullen op die niet in de container passen."),
            fee: Some(FeeView::Fixed(Cents(1735))),
            needs: vec![self.of("Uw pinpas"), self.of("Uw postcode en huisnummer")],
            minutes: 3,
            term: None,
            instead: Vec::new(),
            missing,
            elsewhere: missing.map(|missing| self.elsewhere(missing)),
            printer_missing: missing.is_some(),
        }
    }

    fn beginning(self) -> Vec<Sample> {
        let announcement = |dutch, leads_on| Some(Banner { text: self.of(dutch), leads_on });
        let closed = "Op donderdag 26 november is het gemeentehuis dicht.";
        let christmas = "Ook rond kerst halen we grofvuil op: 22, 24, 29 en 31 december.";
        let free = Screen::Explain {
            icon: Icon::Report,
            title: self.of("Iets melden op straat"),
            summary: self.of("Is er iets kapot of vies? Wij lossen het op."),
            fee: None,
            needs: Vec::new(),
            minutes: 2,
            term: Some(self.of("Wij kijken binnen 3 werkdagen. Bij gevaar komen we dezelfde dag.")),
            instead: vec![
                self.of("Is het nu gevaarlijk? Bel dan meteen 14 0100. Is iemand in levensgevaar? Bel 112."),
                self.of("Hebt u een foto? Meld het dan op www.voorbeeldhuizen.example/melding. Hier kunt u geen foto meesturen."),
            ],
            missing: None,
            elsewhere: None,
            printer_missing: false,
        };
        vec![
            self.sample("attract", self.attract(self.tiles(None), None, false, false)),
            self.sample("attract-six", self.attract(self.many_tiles(), None, false, false)),
            self.sample(
                "attract-announcement",
                self.attract(self.many_tiles(), announcement(christmas, true), false, false),
            ),
            self.sample(
                "attract-troubles",
                self.attract(self.tiles(Some(Missing::Card)), announcement(closed, false), true, true),
            ),
            self.sample("out-of-service-catalogue", Screen::OutOfService(OutOfService::Catalogue)),
            self.sample("out-of-service-storage", Screen::OutOfService(OutOfService::Storage)),
            self.sample("language", Screen::Language),
            self.sample("choose", Screen::Choose { tiles: self.tiles(None), ask: true }),
            self.sample(
                "choose-many",
                Screen::Choose { tiles: [self.many_tiles(), self.missing_tiles()].concat(), ask: true },
            ),
            self.sample("explain", self.explain(None)),
            self.sample("explain-no-card", self.explain(Some(Missing::Card))),
            self.sample("explain-free", free),
        ]
    }

    fn question(self, name: &'static str, question: QuestionView) -> Sample {
        self.sample(name, Screen::Question(question))
    }

    fn text(self, value: String, expected: Option<Expected>) -> QuestionView {
        QuestionView {
            title: self.of("Wat is er aan de hand?"),
            help: self.of("Schrijf geen namen of telefoonnummers op."),
            optional: false,
            control: fields(
                vec![Field { label: FieldLabel::Answer, value, multiline: true, max: 300 }],
                0,
                Keyboard::Letters,
                "",
            ),
            expected,
        }
    }

    fn single(self, dutch: &str, value: &str, keyboard: Keyboard) -> QuestionView {
        QuestionView {
            title: self.of(dutch),
            help: String::new(),
            optional: false,
            control: fields(
                vec![Field { label: FieldLabel::Answer, value: value.to_owned(), multiline: false, max: 80 }],
                0,
                keyboard,
                "",
            ),
            expected: None,
        }
    }

    fn address(
        self,
        values: [&str; 3],
        cursor: usize,
        found: &str,
        expected: Option<Expected>,
    ) -> QuestionView {
        let labels = [FieldLabel::Postcode, FieldLabel::HouseNumber, FieldLabel::Addition];
        let keyboard = if cursor == 1 { Keyboard::Digits } else { Keyboard::Postcode };
        let each = labels.into_iter().zip(values);
        QuestionView {
            title: self.of("Waar staat het grofvuil?"),
            help: self.of("Vul het adres in."),
            optional: false,
            control: fields(
                each.map(|(label, value)| Field { label, value: value.to_owned(), multiline: false, max: 7 })
                    .collect(),
                cursor,
                keyboard,
                found,
            ),
            expected,
        }
    }

    fn contact(self, way: Option<usize>, value: &str, expected: Option<Expected>) -> QuestionView {
        let keyboard = way.map(|way| if way == 0 { Keyboard::Phone } else { Keyboard::Email });
        let label = if way == Some(1) { FieldLabel::Email } else { FieldLabel::Phone };
        QuestionView {
            title: self.of("Hoe kunnen we u bereiken?"),
            help: self.of("Alleen als wij nog een vraag hebben."),
            optional: true,
            control: Control::Contact {
                way,
                field: Field { label, value: value.to_owned(), multiline: false, max: 80 },
                keyboard,
            },
            expected,
        }
    }

    fn fields(self) -> Vec<Sample> {
        let long = self.of(
            "De lantaarnpaal op de hoek van de straat is sinds vorige week donderdag kapot. Het is er 's avonds heel donker en de stoep is daar ook nog eens ongelijk, dus er kan iemand vallen. "
        );
        let known = "Voorbeeldstraat 12, Voorbeelddorp";
        vec![
            self.question("question-text-empty", self.text(String::new(), None)),
            self.question("question-text-long", self.text(long, None)),
            self.question(
                "question-text-expected",
                self.text("Lamp".to_owned(), Some(Expected::AtLeastCharacters(10))),
            ),
            self.question(
                "question-name",
                self.single(
                    "Wat is uw naam?",
                    &self.of("Jan-Willem van den Voorbeeldhuizen-Achternaam"),
                    Keyboard::Letters,
                ),
            ),
            self.question(
                "question-phone",
                self.single("Op welk nummer bellen we u?", "06 1234", Keyboard::Phone),
            ),
            self.question("question-digits", self.single("Hoeveel stuks zijn het?", "2", Keyboard::Digits)),
            self.question(
                "question-email",
                self.single("Wat is uw e-mailadres?", "naam@voorbeeld.nl", Keyboard::Email),
            ),
            self.question("question-address-empty", self.address(["", "", ""], 0, "", None)),
            self.question("question-address-found", self.address(["2411 AB", "12", ""], 1, known, None)),
            self.question(
                "question-address-expected",
                self.address(["2411 AB", "999", ""], 1, "", Some(Expected::AKnownAddress)),
            ),
            self.question("question-contact", self.contact(None, "", None)),
            self.question(
                "question-contact-email",
                self.contact(Some(1), "naam@voor", Some(Expected::AnEmailAddress)),
            ),
            self.question("question-contact-phone", self.contact(Some(0), "06 1234 5678", None)),
        ]
    }

    /// A document (or a waste pass) that is held, with or without a reader.
    fn hold(self, reader: ReaderKind, stage: HoldStage, can_hold: bool, values: &[&str]) -> QuestionView {
        let field = |(label, value): (FieldLabel, &&str)| Field {
            label,
            value: (*value).to_owned(),
            multiline: false,
            max: 20,
        };
        let (title, help, labels) = match reader {
            ReaderKind::Document => (
                self.of("Weet u het nummer van het document?"),
                self.of("Een goede kopie mag ook."),
                vec![FieldLabel::DocumentNumber, FieldLabel::Expiry],
            ),
            ReaderKind::Pass => (
                self.of("Wat is het nummer van uw afvalpas?"),
                self.of("Zo weten we dat u in de gemeente woont."),
                vec![if stage == HoldStage::Read { FieldLabel::PassUid } else { FieldLabel::PassNumber }],
            ),
        };
        QuestionView {
            title,
            help,
            optional: true,
            control: Control::Hold {
                reader,
                stage,
                can_hold,
                unreadable: false,
                fields: labels.into_iter().zip(values).map(field).collect(),
                cursor: 0,
                keyboard: Keyboard::Postcode,
            },
            expected: None,
        }
    }

    fn held(self) -> Vec<Sample> {
        use HoldStage::{Read, Typing, Waiting};
        use ReaderKind::{Document, Pass};
        let crooked = |mut question: QuestionView| {
            if let Control::Hold { unreadable, .. } = &mut question.control {
                *unreadable = true;
            }
            question
        };
        let (nothing, read) = (["", ""], ["SPECI2014", "09-03-2031"]);
        let mut wrong = self.hold(Document, Typing, true, &["SPEC", ""]);
        wrong.expected = Some(Expected::ADocumentNumber);
        vec![
            self.question("question-document-waiting", self.hold(Document, Waiting, true, &nothing)),
            self.question("question-document-read", self.hold(Document, Read, true, &read)),
            self.question(
                "question-document-unreadable",
                crooked(self.hold(Document, Waiting, true, &nothing)),
            ),
            self.question("question-document-typing", self.hold(Document, Typing, true, &["SPEC", ""])),
            self.question(
                "question-document-typing-unreadable",
                crooked(self.hold(Document, Typing, true, &["SPEC", ""])),
            ),
            self.question("question-document-expected", wrong),
            self.question("question-document-unplugged", self.hold(Document, Typing, false, &read)),
            self.question("question-pass-waiting", self.hold(Pass, Waiting, true, &[""])),
            self.question("question-pass-read", self.hold(Pass, Read, true, &["04A1B2C3D4E5F6"])),
            self.question("question-pass-unreadable", crooked(self.hold(Pass, Waiting, true, &[""]))),
            self.question("question-pass-typing", self.hold(Pass, Typing, true, &["1234"])),
        ]
    }

    fn options(self, several: bool, chosen: &[usize], expected: Option<Expected>) -> QuestionView {
        let words = [
            "Kapotte straatverlichting",
            "Afval op straat of naast de container",
            "Losse stoeptegel of gat in de weg",
            "Bomen en planten",
            "Verkeersbord of verkeerslicht",
            "Iets anders",
        ];
        let option = |(place, dutch): (usize, &str)| OptionView {
            label: OptionLabel::Text(self.of(dutch)),
            chosen: chosen.contains(&place),
        };
        QuestionView {
            title: self.of("Waar gaat het over?"),
            help: if several { self.of("Kies er hoogstens 3.") } else { String::new() },
            optional: false,
            control: Control::Options {
                options: words.into_iter().enumerate().map(option).collect(),
                several,
            },
            expected,
        }
    }

    fn yes_no(self) -> QuestionView {
        let option = |label, chosen| OptionView { label, chosen };
        QuestionView {
            title: self.of("Is de situatie gevaarlijk?"),
            help: self.of("Bel bij direct gevaar 112."),
            optional: false,
            control: Control::Options {
                options: vec![option(OptionLabel::Yes, false), option(OptionLabel::No, true)],
                several: false,
            },
            expected: None,
        }
    }

    fn calendar(self, chosen: Option<Date>, expected: Option<Expected>) -> QuestionView {
        QuestionView {
            title: self.of("Op welke dag halen we het op?"),
            help: self.of("Zet het voor half acht buiten."),
            optional: false,
            control: Control::Calendar {
                month: date(2026, 12, 1),
                days: month(date(2026, 12, 1), chosen),
                earlier: false,
                later: true,
            },
            expected,
        }
    }

    fn choices(self) -> Vec<Sample> {
        let line = |dutch, answer| ReviewLine { label: self.of(dutch), answer, masked: false };
        let free = vec![
            line("Onderwerp", ReviewAnswer::Text(self.of("Kapotte straatverlichting"))),
            line("Gevaarlijk", ReviewAnswer::No),
        ];
        let paid = vec![
            line("Adres", ReviewAnswer::Text("Voorbeeldstraat 12, 2411 AB Voorbeelddorp".to_owned())),
            line(
                "Spullen",
                ReviewAnswer::Text(self.of(
                    "Bank of stoel, kast, matras, wasmachine, fietsen en grote stukken hout uit de schuur",
                )),
            ),
            line("Dag", ReviewAnswer::Day(date(2026, 12, 1))),
            line("Hulp bij het tillen", ReviewAnswer::Yes),
            ReviewLine {
                masked: true,
                ..line("Contact", ReviewAnswer::Text("naam@voorbeeld.nl".to_owned()))
            },
            line("Opmerking", ReviewAnswer::Skipped),
        ];
        vec![
            self.question("question-choice", self.options(false, &[0], None)),
            self.question("question-choice-expected", self.options(false, &[], Some(Expected::OneOption))),
            self.question(
                "question-choices",
                self.options(true, &[1, 3, 4], Some(Expected::AtMostOptions(3))),
            ),
            self.question("question-yes-no", self.yes_no()),
            self.question("question-date", self.calendar(Some(date(2026, 12, 8)), None)),
            self.question("question-date-expected", self.calendar(None, Some(Expected::ADay))),
            self.sample(
                "review-free",
                Screen::Review { title: self.of("Iets melden op straat"), lines: free, fee: None },
            ),
            self.sample(
                "review-paid",
                Screen::Review {
                    title: self.of("Grofvuil laten ophalen"),
                    lines: paid,
                    fee: Some(Cents(1735)),
                },
            ),
        ]
    }

    fn pay(self, name: &'static str, stage: PayStage) -> Sample {
        self.sample(name, Screen::Pay { amount: Cents(1735), stage })
    }

    fn receipt(self, state: State, payment: Option<PaymentState>, paper: Option<ReceiptOutcome>) -> Screen {
        let reference = Reference::from_bits(0x0003_1415_9265_3589);
        let view = ReceiptView {
            title: self.of("Grofvuil laten ophalen"),
            reference,
            state,
            payment: payment.map(|state| (Cents(1735), state)),
            paper,
            comes_later: matches!(paper, Some(ReceiptOutcome::NotPrinted(WhyNotPrinted::PaperOut))),
            anew: false,
            website: "www.voorbeeldhuizen.example".to_owned(),
            next_steps: self.of("Wij halen uw spullen op 8 december op. Zet ze voor half acht buiten."),
        };
        match payment {
            Some(PaymentState::Unknown) => Screen::PaymentUnknown(view),
            _ => Screen::Receipt(view),
        }
    }

    fn ending(self) -> Vec<Sample> {
        let busy = |step| PayStage::Busy { step, stopping: false };
        let trouble = |trouble, remove_card| TerminalStep::Trouble { trouble, remove_card };
        let stopping = PayStage::Busy { step: TerminalStep::PresentCard, stopping: true };
        let not_printed = |why| Some(ReceiptOutcome::NotPrinted(why));
        vec![
            self.pay("pay-connecting", busy(TerminalStep::Connecting)),
            self.pay("pay-present-card", busy(TerminalStep::PresentCard)),
            self.pay("pay-enter-pin", busy(TerminalStep::EnterPin)),
            self.pay("pay-authorising", busy(TerminalStep::Authorising)),
            self.pay("pay-remove-card", busy(TerminalStep::RemoveCard)),
            self.pay("pay-choose-on-terminal", busy(TerminalStep::ChooseOnTerminal)),
            self.pay("pay-card-unreadable", busy(trouble(CardTrouble::Unreadable, false))),
            self.pay("pay-wrong-pin", busy(trouble(CardTrouble::WrongPin { tries_left: Some(2) }, false))),
            self.pay("pay-pin-blocked", busy(trouble(CardTrouble::PinBlocked, true))),
            self.pay("pay-look-at-terminal", busy(TerminalStep::LookAtTerminal)),
            self.pay("pay-stopping", stopping),
            self.pay("pay-declined", PayStage::NotPaid(WhyNotPaid::Declined)),
            self.pay("pay-stopped", PayStage::NotPaid(WhyNotPaid::Stopped)),
            self.pay("pay-timed-out", PayStage::NotPaid(WhyNotPaid::TimedOut)),
            self.pay("pay-terminal-gone", PayStage::NotPaid(WhyNotPaid::TerminalGone)),
            self.sample("saving", Screen::Saving { slow: false }),
            self.sample("saving-slow", Screen::Saving { slow: true }),
            self.sample("not-saved", Screen::NotSaved),
            self.sample("receipt-printing", self.receipt(State::Saved, Some(PaymentState::Paid), None)),
            self.sample(
                "receipt-printed",
                self.receipt(State::Received, Some(PaymentState::Paid), Some(ReceiptOutcome::Printed)),
            ),
            self.sample(
                "receipt-paper-out",
                self.receipt(State::Registered, None, not_printed(WhyNotPrinted::PaperOut)),
            ),
            self.sample("receipt-unknown", self.receipt(State::Parked, None, Some(ReceiptOutcome::Unknown))),
            self.sample(
                "payment-unknown",
                self.receipt(State::Saved, Some(PaymentState::Unknown), Some(ReceiptOutcome::Printed)),
            ),
            self.sample(
                "payment-unknown-paper-out",
                self.receipt(
                    State::Received,
                    Some(PaymentState::Unknown),
                    not_printed(WhyNotPrinted::PaperOut),
                ),
            ),
            self.sample(
                "receipt-offline",
                self.receipt(State::Saved, Some(PaymentState::NotPaid), not_printed(WhyNotPrinted::Offline)),
            ),
            self.sample("survey-clear", Screen::Survey(SurveyView::Clear { chosen: None })),
            self.sample("survey-clear-chosen", Screen::Survey(SurveyView::Clear { chosen: Some(3) })),
            self.sample("survey-helped", Screen::Survey(SurveyView::Helped { chosen: Some(0) })),
            self.sample("goodbye", Screen::Goodbye),
        ]
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

fn fields(fields: Vec<Field>, cursor: usize, keyboard: Keyboard, found: &str) -> Control {
    Control::Fields { fields, cursor, keyboard, found: found.to_owned() }
}

/// A month in which Tuesdays and Fridays may be chosen.
fn month(first: Date, chosen: Option<Date>) -> Vec<Option<Day>> {
    use jiff::civil::Weekday::{Friday, Tuesday};
    let before = usize::try_from(first.weekday().to_monday_zero_offset()).unwrap_or_default();
    let days = first.series(1.day()).take_while(|day| day.month() == first.month()).map(|date| {
        let available = matches!(date.weekday(), Tuesday | Friday);
        Some(Day { date, available, chosen: chosen == Some(date) })
    });
    std::iter::repeat_n(None, before).chain(days).collect()
}
