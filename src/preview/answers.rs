//! What a made-up resident does to answer a question, and to answer it wrong. Nothing here is anybody's.

use jiff::civil::date;
use zuil_catalogue::{Addresses, Kind, Language, Question};

use super::plan::Wish;
use crate::visit::Now;
use crate::visit::{Control, DocumentKind, Event, Intent, Reading, Screen, View, Visit};

/// The most months that are looked through for a day.
const MONTHS: usize = 24;

/// Does what answers the question that is on the screen.
pub(super) fn answer(
    visit: &mut Visit,
    now: Now,
    (question, wish): (&Question, &Wish),
    addresses: &Addresses,
) {
    let language = visit.view(now).frame.language;
    let intents = match (wish, &question.kind) {
        (Wish::Nothing, _) => Vec::new(),
        (Wish::Options(chosen), _) => chosen.iter().copied().map(Intent::ChooseOption).collect(),
        (Wish::Number(number), _) => typing(&number.to_string()),
        (Wish::Something, Kind::Date { .. }) => return choose_a_day(visit, now),
        (Wish::Something, Kind::Document) => {
            let kind = DocumentKind::Passport;
            return hold(
                visit,
                now,
                Reading::Document { kind, number: "SPECI2014".to_owned(), expires: date(2031, 3, 9) },
            );
        }
        (Wish::Something, Kind::WastePass { .. }) => {
            return hold(visit, now, Reading::WastePass("04A1B2C3D4E5F6".to_owned()));
        }
        (Wish::Something, kind) => something(kind, language, addresses),
    };
    for intent in intents {
        does(visit, now, intent);
    }
}

/// The ways of answering a question wrong: whichever is refused first shows what is expected.
pub(super) fn mistakes(question: &Question) -> Vec<Vec<Intent>> {
    let all = match &question.kind {
        Kind::Choices { options, .. } => (0..options.len()).map(Intent::ChooseOption).collect(),
        Kind::Contact => [vec![Intent::ChooseOption(1)], typing("naam")].concat(),
        Kind::Document | Kind::WastePass { .. } => [vec![Intent::TypeInstead], typing("1")].concat(),
        _ => typing("1"),
    };
    vec![Vec::new(), all, typing("0")]
}

/// The resident does something; what it has the pillar do is nobody's business here.
pub(super) fn does(visit: &mut Visit, now: Now, intent: Intent) {
    let _effects = visit.handle(Event::Resident(intent), now);
}

fn something(kind: &Kind, language: Language, addresses: &Addresses) -> Vec<Intent> {
    match kind {
        Kind::LongText { min, max } => typing(&sentences(language, *min, *max)),
        Kind::Phone => typing("0612345678"),
        Kind::Email => typing("naam@voorbeeld.nl"),
        Kind::Contact => [vec![Intent::ChooseOption(1)], typing("naam@voorbeeld.nl")].concat(),
        Kind::Address => address(addresses),
        Kind::Iban => typing("NL91ABNA0417164300"),
        Kind::LicencePlate => typing("GB001B"),
        Kind::BirthDate => typing("09031950"),
        Kind::Text { max } => typing(&word(language).chars().take(*max).collect::<String>()),
        _ => typing(word(language)),
    }
}

/// The first address of the municipality.
fn address(addresses: &Addresses) -> Vec<Intent> {
    let first = addresses.by_postcode.iter().find_map(|(postcode, streets)| {
        let street = streets.first()?;
        Some((postcode, (street.first..=street.last).find(|number| street.has(*number))?))
    });
    let Some((postcode, number)) = first else { return Vec::new() };
    let fields = [(0, postcode.clone()), (1, number.to_string())];
    fields
        .into_iter()
        .flat_map(|(field, text)| [vec![Intent::SelectField(field)], typing(&text)].concat())
        .collect()
}

fn choose_a_day(visit: &mut Visit, now: Now) {
    for _ in 0..MONTHS {
        let available = match visit.view(now) {
            View { screen: Screen::Question(question), .. } => match question.control {
                Control::Calendar { days, .. } => days.into_iter().flatten().find(|day| day.available),
                _ => return,
            },
            _ => return,
        };
        match available {
            Some(day) => return does(visit, now, Intent::ChooseDay(day.date)),
            None => does(visit, now, Intent::TurnMonth(1)),
        }
    }
}

fn hold(visit: &mut Visit, now: Now, reading: Reading) {
    let _effects = visit.handle(Event::Read(reading), now);
}

fn typing(text: &str) -> Vec<Intent> {
    text.chars().map(Intent::Type).collect()
}

/// A word that says that it is made up.
const fn word(language: Language) -> &'static str {
    match language {
        Language::Nl => "Voorbeeld",
        Language::En => "Example",
        Language::De => "Beispiel",
        Language::Fr => "Exemple",
        Language::Pl => "Przykład",
        Language::Tr => "Örnek",
        Language::Ar => "مثال",
        Language::Uk => "Приклад",
    }
}

/// As many sentences as are needed, and one that people would write when few are.
fn sentences(language: Language, min: usize, max: usize) -> String {
    let sentence = match language {
        Language::Nl => "Dit is een voorbeeld.",
        Language::En => "This is an example.",
        Language::De => "Das ist ein Beispiel.",
        Language::Fr => "Ceci est un exemple.",
        Language::Pl => "To jest przykład.",
        Language::Tr => "Bu bir örnektir.",
        Language::Ar => "هذا مثال.",
        Language::Uk => "Це приклад.",
    };
    let mut said = sentence.to_owned();
    while said.chars().count() < min {
        said = format!("{said} {sentence}");
    }
    said.chars().take(max).collect()
}
