//! What residents of a made-up town ask. Invariant: nobody in it exists, and the same dice ask the same.

use fastrand::Rng;
use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::messages::SurveyItem;
use zuil_wire::{
    AnswerLine, Cents, PaymentRecord, PaymentState, Reference, SurveyAnswers, Transaction, Treated,
};

/// What can be asked: id, title, and what it costs.
const TASKS: [(&str, &str, u64); 12] = [
    ("report-public-space", "Melding openbare ruimte", 0),
    ("appointment", "Afspraak maken", 0),
    ("call-back", "Terugbelverzoek", 0),
    ("bulky-waste", "Grofvuil laten ophalen", 1735),
    ("moving", "Verhuizing doorgeven", 0),
    ("extract", "Uittreksel BRP", 1690),
    ("parking-permit", "Parkeervergunning", 4250),
    ("lost-id", "Vermissing identiteitskaart", 0),
    ("tax-remission", "Kwijtschelding", 0),
    ("woz-objection", "Bezwaar WOZ-waarde", 0),
    ("complaint", "Klacht of compliment", 0),
    ("wmo", "Hulp van de Wmo", 0),
];

const WORDS: [&str; 24] = [
    "lantaarn",
    "stoep",
    "container",
    "boom",
    "plein",
    "brug",
    "fiets",
    "vergunning",
    "afspraak",
    "kaart",
    "belasting",
    "hond",
    "markt",
    "speeltuin",
    "riool",
    "subsidie",
    "geboorte",
    "huwelijk",
    "verkiezing",
    "zwembad",
    "bibliotheek",
    "taxi",
    "school",
    "tuin",
];

/// What one resident asks.
pub struct Asked {
    pub transaction: Transaction,
    pub payment: Option<PaymentRecord>,
    pub survey: Option<SurveyItem>,
}

/// An errand that was finished at a moment.
pub fn errand(dice: &mut Rng, at: Timestamp) -> Asked {
    let (task, title, fee) = TASKS[dice.usize(..TASKS.len())];
    let line = |question: &str, label: &str, value: String| AnswerLine {
        question: question.to_owned(),
        label: label.to_owned(),
        display: value.clone(),
        value,
    };
    let story = dice.usize(10..60);
    let story = words(dice, story);
    let house = format!("Voorbeeldstraat {}, 2411 ZZ Voorbeelddorp", dice.u32(1..200));
    let transaction = Transaction {
        id: id_at(dice, at),
        reference: Reference::from_bits(dice.u64(..)),
        task: task.to_owned(),
        task_title: title.to_owned(),
        catalogue_version: "2026-11".to_owned(),
        language: ["nl", "nl", "nl", "nl", "en", "ar", "pl", "tr"][dice.usize(..8)].to_owned(),
        answers: vec![
            line("address", "Adres", house),
            line("story", "Toelichting", story),
            line("contact", "E-mail", "bewoner@voorbeeld.invalid".to_owned()),
        ],
        fee: Cents(fee),
    };
    let survey = SurveyItem {
        id: Uuid::from_u128(dice.u128(..)),
        task: task.to_owned(),
        answers: SurveyAnswers {
            clear: Some(dice.u8(1..=5)),
            helped: Some(dice.bool()),
            treated: dice.choice(Treated::ALL),
            missing: None,
        },
    };
    let payment = (fee > 0).then(|| payment(dice, Cents(fee)));
    Asked { transaction, payment, survey: (dice.u8(..10) < 3).then_some(survey) }
}

/// Of a hundred payments nearly all were made.
fn payment(dice: &mut Rng, amount: Cents) -> PaymentRecord {
    let state = match dice.u32(..1000) {
        0..3 => PaymentState::Unknown,
        3..10 => PaymentState::NotPaid,
        _ => PaymentState::Paid,
    };
    PaymentRecord {
        state,
        amount,
        terminal_id: Some("52523535".to_owned()),
        receipt_number: Some(dice.u16(1..9999)),
        card_scheme: Some("Maestro".to_owned()),
    }
}

/// A few words that nobody meant.
pub fn words(dice: &mut Rng, count: usize) -> String {
    let words: Vec<&str> = (0..count).map(|_| WORDS[dice.usize(..WORDS.len())]).collect();
    words.join(" ")
}

/// As real ones: the id begins with the time.
fn id_at(dice: &mut Rng, at: Timestamp) -> Uuid {
    let mut random = [0; 10];
    dice.fill(&mut random);
    uuid::Builder::from_unix_timestamp_millis(at.as_millisecond().unsigned_abs(), &random).into_uuid()
}
