//! Samples of questions whose answers are typed, or read by a reader.

use super::{Sample, Words};
use crate::visit::{Control, Expected, Field, FieldLabel, HoldStage, Keyboard, QuestionView, ReaderKind};

impl Words {
    pub(super) fn text(self, value: String, expected: Option<Expected>) -> QuestionView {
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

    pub(super) fn single(self, dutch: &str, value: &str, keyboard: Keyboard) -> QuestionView {
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

    pub(super) fn address(
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

    pub(super) fn contact(self, way: Option<usize>, value: &str, expected: Option<Expected>) -> QuestionView {
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

    pub(super) fn fields(self) -> Vec<Sample> {
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
    pub(super) fn hold(
        self,
        reader: ReaderKind,
        stage: HoldStage,
        can_hold: bool,
        values: &[&str],
    ) -> QuestionView {
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

    pub(super) fn held(self) -> Vec<Sample> {
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
}

fn fields(fields: Vec<Field>, cursor: usize, keyboard: Keyboard, found: &str) -> Control {
    Control::Fields { fields, cursor, keyboard, found: found.to_owned() }
}
