//! Samples of the search, of an answer, and of what cannot be done here.

use jiff::civil::date;

use super::{Sample, Words};
use crate::visit::{
    AnswerCard, AnswerView, AskView, Elsewhere, Field, FieldLabel, Found, Missing, Screen, Tile,
};
use zuil_catalogue::Icon;

/// What each card of the search says: the question and the product.
const CARDS: [(&str, &str); 4] = [
    ("Hoe laat ik grofvuil ophalen?", "Grofvuil"),
    ("Wanneer halen jullie mijn afval op?", "Afvalkalender"),
    ("Ik ben mijn afvalpas kwijt. Hoe krijg ik een nieuwe?", "Afvalpas"),
    ("Wanneer is de milieustraat open en wat neem ik mee?", "Milieustraat"),
];

impl Words {
    pub(super) fn asking(self) -> Vec<Sample> {
        let hours = Missing::Hours { again: Some(date(2026, 12, 1).at(9, 0, 0, 0)) };
        let waiting = Screen::Explain {
            icon: Icon::Moving,
            title: self.of("Verhuizing doorgeven"),
            summary: self.of(
                "Gaat u verhuizen naar een adres in onze gemeente, of bent u net verhuisd? Geef het hier door. Dan staat uw nieuwe adres goed in de Basisregistratie Personen (BRP).",
            ),
            fee: None,
            needs: Vec::new(),
            minutes: 5,
            term: None,
            instead: Vec::new(),
            missing: Some(Missing::DigiD),
            elsewhere: Some(self.elsewhere(Missing::DigiD)),
            printer_missing: false,
        };
        let nothing = Found::Nothing {
            phone_hours: self.phone_hours(),
            call_back: self.tiles(None).into_iter().find(|tile| tile.task == "call-back"),
        };
        let grofvuil = self.of("Grofvuil");
        vec![
            self.sample("explain-waiting", waiting),
            self.sample("explain-hours", self.explain(Some(hours))),
            self.ask("ask-suggested", "", Found::Suggested(self.cards(3))),
            self.ask("ask-answers", &grofvuil, Found::Answers(self.cards(4))),
            self.ask("ask-nothing", "zwembadkaart", nothing),
            self.ask("ask-not-ready", &grofvuil, Found::NotReady),
            self.sample("answer", Screen::Answer(self.answer())),
            self.sample("answer-only-dutch", Screen::Answer(self.only_dutch())),
        ]
    }

    /// Tasks that cannot be done now, each for another reason.
    pub(super) fn missing_tiles(self) -> Vec<Tile> {
        let hours = Missing::Hours { again: Some(date(2026, 12, 1).at(9, 0, 0, 0)) };
        let reasons = [Missing::Printer, Missing::DocumentReader, Missing::PassReader, hours];
        let titles = ["Grofvuil laten ophalen", "Laat u terugbellen", "Iets melden op straat"];
        let tile = |(place, missing): (usize, Missing)| Tile {
            task: format!("missing-{place}"),
            icon: Icon::Document,
            title: self.of(titles[place % titles.len()]),
            missing: Some(missing),
        };
        let waiting = [Missing::DigiD, Missing::Agenda];
        reasons.into_iter().chain(waiting).enumerate().map(tile).collect()
    }

    pub(super) fn elsewhere(self, missing: Missing) -> Elsewhere {
        Elsewhere {
            phone_hours: self.phone_hours(),
            website: "www.voorbeeldhuizen.example".to_owned(),
            call_back: missing.waits(),
        }
    }

    pub(super) fn phone_hours(self) -> String {
        self.of("maandag tot en met vrijdag van 8.30 tot 17.00 uur")
    }

    fn ask(self, name: &'static str, typed: &str, found: Found) -> Sample {
        let field = Field { label: FieldLabel::Answer, value: typed.to_owned(), multiline: false, max: 60 };
        self.sample(name, Screen::Ask(AskView { field, found }))
    }

    /// The first card is about what is announced.
    fn cards(self, count: usize) -> Vec<AnswerCard> {
        let card = |(place, (question, product)): (usize, (&str, &str))| AnswerCard {
            answer: format!("answer-{place}"),
            question: self.of(question),
            product: self.of(product),
            news: place == 0,
        };
        CARDS.into_iter().take(count).enumerate().map(card).collect()
    }

    fn answer(self) -> AnswerView {
        AnswerView {
            answer: "bulky-waste-how".to_owned(),
            question: self.of("Hoe laat ik grofvuil ophalen?"),
            short: self.of("Maak hier op de zuil een afspraak. We komen op dinsdag en donderdag. Ophalen kost €17,35. U betaalt met uw pinpas."),
            long: ["U kiest zelf een dag en zegt wat we meenemen: hoogstens 4 dingen. Zet alles op die dag voor 7.30 uur aan de straat. U hoeft niet thuis te zijn.", "Zelf brengen naar de milieustraat kan ook. Is het nog goed? Denk dan aan de kringloopwinkel."].map(|part| self.of(part)).to_vec(),
            checked: date(2026, 11, 16),
            only_dutch: false,
            tasks: self.tiles(None).into_iter().filter(|tile| tile.task == "bulky-waste").collect(),
            phone: Some("14 0000".to_owned()),
            phone_hours: Some(self.phone_hours()),
            website: Some("www.voorbeeldhuizen.example/grofvuil".to_owned()),
        }
    }

    /// An answer that nobody translated, to something that cannot be done here yet.
    fn only_dutch(self) -> AnswerView {
        let task = Tile {
            task: "moving-house".to_owned(),
            icon: Icon::Moving,
            title: self.of("Verhuizing doorgeven"),
            missing: Some(Missing::DigiD),
        };
        AnswerView {
            answer: "moving-late".to_owned(),
            question: "Ik ben te laat met doorgeven dat ik verhuisd ben. Wat nu?".to_owned(),
            short: "Geef het alsnog zo snel mogelijk door.".to_owned(),
            long: vec!["U hoort daarna van ons wat uw nieuwe datum is.".to_owned()],
            only_dutch: self.0 != zuil_catalogue::Language::Nl,
            tasks: vec![task],
            phone_hours: None,
            website: None,
            ..self.answer()
        }
    }
}
