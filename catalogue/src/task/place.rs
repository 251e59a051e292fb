//! Reads a question after a place outside: near this pillar, a landmark, or somewhere else.
//!
//! Invariant: what comes out are two plain questions, one to choose and one to say where else, so that a
//! visit knows no places.

use std::collections::BTreeMap;

use super::kind::read_listed;
use super::say_when_taken;
use crate::condition::{self, Earlier};
use crate::limits::{HELP, LABEL, QUESTION};
use crate::reader::Section;
use crate::{Choice, Condition, Kind, Language, Question, Test, Text};

/// The option for the place where the pillar stands. The hub knows where that is.
const HERE: &str = "here";
/// The option for a place that is described.
const ELSEWHERE: &str = "elsewhere";
/// The most characters of a description.
const DESCRIPTION: usize = 120;

/// Whether a question is one after a place.
pub(super) fn is_one(section: &Section<'_>) -> bool {
    section.peek("kind") == Some("place")
}

/// Reads such a question and unfolds it.
pub(super) fn read(
    section: &Section<'_>,
    id: Option<String>,
    earlier: &Earlier<'_>,
) -> Option<[Question; 2]> {
    say_when_taken(section, id.as_ref(), earlier);
    let _kind = section.word("kind");
    let label = section.text("label", LABEL);
    let title = section.text("title", QUESTION);
    let help = section.optional_text("help", HELP);
    let required = section.yes_no("required", true);
    let landmarks = read_listed(&section.sections("landmarks", "this landmark"));
    let when = condition::read_all(section, "when", earlier);
    section.close();
    let (id, label, when) = (id?, label?, when?);
    let other = format!("{id}-where");
    if earlier.ids.iter().flatten().any(|taken| *taken == other) {
        section.mistake(
            section.at,
            format!("another question has the id \"{other}\", which this place needs"),
            "Give that question another id.",
        );
    }
    let options = std::iter::once(option(HERE, &NEAR_THIS_PILLAR))
        .chain(landmarks?)
        .chain([option(ELSEWHERE, &SOMEWHERE_ELSE)])
        .collect();
    let chosen = Question {
        id: id.clone(),
        label: label.clone(),
        title: title?,
        help,
        required,
        kind: Kind::Choice { options },
        when,
        part_of: Some(id.clone()),
        leads_on: false,
    };
    let elsewhere = Condition { question: id.clone(), test: Test::Is(vec![ELSEWHERE.to_owned()]) };
    let described = Question {
        id: other,
        label,
        title: text(&WHICH_STREET),
        help: Some(text(&OR_DESCRIBE)),
        required: true,
        kind: Kind::Text { max: DESCRIPTION },
        when: chosen.when.iter().cloned().chain([elsewhere]).collect(),
        part_of: Some(id),
        leads_on: false,
    };
    Some([chosen, described])
}

fn option(id: &str, words: &[&str; 8]) -> Choice {
    Choice { id: id.to_owned(), text: text(words) }
}

fn text(words: &[&str; 8]) -> Text {
    Text(
        Language::ALL
            .into_iter()
            .zip(words.iter().map(|&words| words.to_owned()))
            .collect::<BTreeMap<_, _>>(),
    )
}

/// In the order of [`Language::ALL`], as all below.
const NEAR_THIS_PILLAR: [&str; 8] = [
    "Hier, bij deze zuil",
    "Here, near this pillar",
    "Hier, bei dieser Servicesäule",
    "Ici, près de cette borne",
    "Tutaj, przy tym urządzeniu",
    "Burada, bu kioskun yanında",
    "هنا، بالقرب من هذا الجهاز",
    "Тут, біля цього термінала",
];

const SOMEWHERE_ELSE: [&str; 8] = [
    "Ergens anders",
    "Somewhere else",
    "Woanders",
    "Ailleurs",
    "Gdzie indziej",
    "Başka bir yerde",
    "في مكان آخر",
    "В іншому місці",
];

const WHICH_STREET: [&str; 8] = [
    "In welke straat, en bij welk nummer?",
    "In which street, and near which number?",
    "In welcher Straße, bei welcher Nummer?",
    "Dans quelle rue, près de quel numéro\u{a0}?",
    "Na jakiej ulicy, przy jakim numerze?",
    "Hangi sokakta, hangi numaranın yanında?",
    "في أي شارع، وبالقرب من أي رقم؟",
    "На якій вулиці, біля якого будинку?",
];

const OR_DESCRIBE: [&str; 8] = [
    "Of beschrijf de plek, bijvoorbeeld: het fietspad langs het park.",
    "Or describe the place, for example: the cycle path along the park.",
    "Oder beschreiben Sie die Stelle, zum Beispiel: der Radweg am Park.",
    "Ou décrivez l’endroit, par exemple\u{a0}: la piste cyclable près du parc.",
    "Można też opisać miejsce, np.: ścieżka rowerowa przy parku.",
    "Ya da yeri tarif edin, örneğin: parkın yanındaki bisiklet yolu.",
    "أو صِف المكان، مثلًا: مسار الدراجات بجانب الحديقة.",
    "Або опишіть місце, наприклад: велодоріжка біля парку.",
];
