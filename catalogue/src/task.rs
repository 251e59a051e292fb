//! Reads and checks the file of one task.
//!
//! Invariant: a task that comes out of here can be done to its end: every question can be answered,
//! and every condition names an earlier question that can have the named answer.

use jiff::civil::Weekday;
use zuil_wire::Cents;

use super::reader::{Placed, Section, Source};
use super::{Choice, Condition, Fee, Icon, Kind, Question, Task, Text};

const ICONS: [(&str, Icon); 4] = [
    ("report", Icon::Report),
    ("phone", Icon::Phone),
    ("bulky-waste", Icon::BulkyWaste),
    ("document", Icon::Document),
];

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

const KINDS: &str = "text, long-text, choice, choices, yes-no, date, phone, email, address, contact, document, \
                     waste-pass";

/// Whether a text can be an id: small letters, digits and dashes.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Reads the file of the task with an id.
pub(super) fn read(source: &Source<'_>, id: &str) -> Option<Task> {
    let table = source.parse()?;
    let file = Section::new(source, &table, "this task", 0);
    let upl = file.word("upl");
    let icon = file.word("icon").and_then(|icon| one_of(&file, &icon, &ICONS, "icon"));
    let title = file.text("title");
    let summary = file.text("summary");
    let next_steps = file.text("next_steps");
    let minutes = file.number("minutes", 1..=30, None);
    let needs: Vec<_> = file.sections("needs", "this thing that is needed").iter().map(read_need).collect();
    let fee = file.section("fee", "the fee").map(|fee| read_fee(&fee));
    let questions = read_questions(&file);
    file.close();
    Some(Task {
        id: id.to_owned(),
        upl: upl?.value,
        icon: icon?,
        title: title?,
        summary: summary?,
        needs: needs.into_iter().collect::<Option<_>>()?,
        minutes: u8::try_from(minutes?.value).ok()?,
        fee: match fee {
            None => None,
            Some(fee) => Some(fee?),
        },
        questions,
        next_steps: next_steps?,
    })
}

fn read_need(need: &Section<'_>) -> Option<Text> {
    need.as_text()
}

fn read_fee(fee: &Section<'_>) -> Option<Fee> {
    let amount = fee.word("amount");
    let label = fee.text("label");
    fee.close();
    let amount = amount?;
    let cents = parse_amount(&amount.value);
    if cents.is_none() {
        fee.mistake(
            amount.at,
            format!("\"{}\" is no amount", amount.value),
            "Write euros and two digits of cents between quotes, as in: amount = \"17.35\"",
        );
    }
    if cents.is_some_and(Cents::is_zero) {
        fee.mistake(amount.at, "the fee is zero", "Remove the whole group [fee] when the task is free.");
    }
    Some(Fee { amount: cents.filter(|cents| !cents.is_zero())?, label: label? })
}

/// Reads `17.35` or `17,35`, at most 99999.99.
fn parse_amount(text: &str) -> Option<Cents> {
    let (euros, cents) = text.split_once(['.', ','])?;
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !(1..=5).contains(&euros.len()) || cents.len() != 2 || !digits(euros) || !digits(cents) {
        return None;
    }
    format!("{euros}{cents}").parse().ok().map(Cents)
}

/// Reads the questions. One with a mistake is left out, but its id is kept in mind, so that a
/// condition on it is not a second mistake.
fn read_questions(file: &Section<'_>) -> Vec<Question> {
    let sections = file.sections("questions", "this question");
    if sections.is_empty() {
        file.mistake(file.at, "this task asks nothing", "Add a question: write [[questions]] and its lines.");
    }
    let ids: Vec<Option<String>> = sections.iter().map(read_question_id).collect();
    let mut earlier: Vec<Option<Question>> = Vec::new();
    for (place, (section, id)) in sections.iter().zip(&ids).enumerate() {
        let question = read_question(section, id.clone(), &ids, place, &earlier);
        earlier.push(question);
    }
    earlier.into_iter().flatten().collect()
}

fn read_question_id(section: &Section<'_>) -> Option<String> {
    let id = section.word("id")?;
    if !is_id(&id.value) {
        section.mistake(
            id.at,
            format!("\"{}\" cannot be an id", id.value),
            "Use small letters, digits and dashes only.",
        );
        return None;
    }
    Some(id.value)
}

fn read_question(
    section: &Section<'_>,
    id: Option<String>,
    ids: &[Option<String>],
    place: usize,
    earlier: &[Option<Question>],
) -> Option<Question> {
    if id.is_some() && ids[..place].contains(&id) {
        section.mistake(
            section.at,
            format!("an earlier question has the id \"{}\" too", id.as_deref().unwrap_or_default()),
            "Give this question an id of its own.",
        );
    }
    let label = section.text("label");
    let title = section.text("title");
    let help = section.optional_text("help");
    let required = section.yes_no("required", true);
    let kind = read_kind(section);
    let when =
        section.section("when", "this condition").map(|when| read_condition(&when, ids, place, earlier));
    section.close();
    let when = match when {
        None => None,
        Some(when) => Some(when?),
    };
    Some(Question { id: id?, label: label?, title: title?, help, required, kind: kind?, when })
}

fn read_kind(section: &Section<'_>) -> Option<Kind> {
    let kind = section.word("kind")?;
    Some(match kind.value.as_str() {
        "text" => Kind::Text { max: read_max(section, 200, 60)? },
        "long-text" => read_long_text(section)?,
        "choice" => Kind::Choice { options: read_options(section)? },
        "choices" => read_choices(section)?,
        "yes-no" => Kind::YesNo,
        "date" => read_date(section)?,
        "phone" => Kind::Phone,
        "email" => Kind::Email,
        "address" => Kind::Address,
        "contact" => Kind::Contact,
        "document" => Kind::Document,
        "waste-pass" => read_waste_pass(section)?,
        other => {
            section.mistake(
                kind.at,
                format!("there is no kind of question \"{other}\""),
                format!("Use one of: {KINDS}."),
            );
            return None;
        }
    })
}

fn read_max(section: &Section<'_>, most: u64, default: u64) -> Option<usize> {
    section.number("max", 1..=most, Some(default)).and_then(|max| usize::try_from(max.value).ok())
}

fn read_long_text(section: &Section<'_>) -> Option<Kind> {
    let (min, max) =
        read_min_and_max(section, section.number("min", 0..=100, Some(0)), read_max(section, 2000, 1000))?;
    Some(Kind::LongText { min, max })
}

fn read_waste_pass(section: &Section<'_>) -> Option<Kind> {
    let (min, max) =
        read_min_and_max(section, section.number("min", 1..=20, Some(4)), read_max(section, 20, 20))?;
    Some(Kind::WastePass { min, max })
}

fn read_min_and_max(
    section: &Section<'_>,
    min: Option<Placed<u64>>,
    max: Option<usize>,
) -> Option<(usize, usize)> {
    let (min, max) = (min?, max?);
    let fewest = usize::try_from(min.value).ok()?;
    if fewest > max {
        section.mistake(min.at, "min is more than max", "Make min smaller or max larger.");
        return None;
    }
    Some((fewest, max))
}

fn read_options(section: &Section<'_>) -> Option<Vec<Choice>> {
    let sections = section.sections("options", "this option");
    if sections.len() < 2 {
        section.mistake(
            section.at,
            "this question has fewer than two options",
            "Add options: write [[questions.options]] and below it id and text. For yes or no, use kind = \"yes-no\".",
        );
        return None;
    }
    let mut options: Vec<Choice> = Vec::new();
    let mut right = true;
    for option in &sections {
        let (id, text) = (read_question_id(option), option.text("text"));
        option.close();
        let twice = options.iter().find(|other| Some(&other.id) == id.as_ref());
        if let Some(other) = twice {
            option.mistake(
                option.at,
                format!("an earlier option has the id \"{}\" too", other.id),
                "Give this option an id of its own.",
            );
        }
        right &= twice.is_none();
        match (id, text) {
            (Some(id), Some(text)) => options.push(Choice { id, text }),
            _ => right = false,
        }
    }
    right.then_some(options)
}

fn read_choices(section: &Section<'_>) -> Option<Kind> {
    let options = read_options(section);
    let max = section.number("max", 1..=99, Some(options.as_ref().map_or(1, Vec::len) as u64));
    let (options, max) = (options?, max?);
    let most = usize::try_from(max.value).ok()?;
    if most > options.len() {
        section.mistake(
            max.at,
            "max is more than there are options",
            format!("Write max = {} or less, or leave the line out.", options.len()),
        );
        return None;
    }
    Some(Kind::Choices { options, max: most })
}

fn read_date(section: &Section<'_>) -> Option<Kind> {
    let first = section.number("first", 0..=365, None);
    let last = section.number("last", 0..=365, None);
    let names = section.words("weekdays");
    let names = names?;
    let weekdays: Vec<Option<Weekday>> =
        names.value.iter().map(|name| one_of(section, name, &WEEKDAYS, "weekday")).collect();
    let weekdays: Vec<Weekday> = weekdays.into_iter().collect::<Option<_>>()?;
    let (first, last) = (first?, last?);
    if first.value > last.value {
        section.mistake(
            first.at,
            "first is later than last",
            "Swap the two numbers: first comes before last.",
        );
        return None;
    }
    let days = last.value - first.value + 1;
    let always_a_day = WEEKDAYS.iter().all(|(_, start)| {
        (0..days.min(7))
            .any(|ahead| weekdays.contains(&start.wrapping_add(i64::try_from(ahead).unwrap_or(0))))
    });
    if !always_a_day {
        section.mistake(
            names.at,
            "on some days there would be no day to choose",
            "Add weekdays, or put first and last at least six apart.",
        );
        return None;
    }
    Some(Kind::Date {
        first: u16::try_from(first.value).ok()?,
        last: u16::try_from(last.value).ok()?,
        weekdays,
    })
}

fn read_condition(
    when: &Section<'_>,
    ids: &[Option<String>],
    place: usize,
    earlier: &[Option<Question>],
) -> Option<Condition> {
    let question = when.word("question");
    let is = when.words("is");
    when.close();
    let (question, is) = (question?, is?);
    let Some(named) = ids.iter().position(|id| id.as_ref() == Some(&question.value)) else {
        let known: Vec<&str> = ids[..place].iter().flatten().map(String::as_str).collect();
        when.mistake(
            question.at,
            format!("no question has the id \"{}\"", question.value),
            format!("Use the id of an earlier question: {}.", known.join(", ")),
        );
        return None;
    };
    if named >= place {
        when.mistake(
            question.at,
            format!("\"{}\" is not asked before this question", question.value),
            "Move this question below the one that it depends on.",
        );
        return None;
    }
    let on = earlier[named].as_ref()?;
    let right = possible_answers(&on.kind).map(|possible| check_answers(when, &is.value, &possible));
    if right.is_none() {
        when.mistake(
            question.at,
            format!("\"{}\" is not answered by an option", question.value),
            "Let the condition name a question of kind choice, choices or yes-no.",
        );
    }
    right?.then(|| Condition {
        question: question.value,
        is: is.value.into_iter().map(|answer| answer.value).collect(),
    })
}

/// What a condition can name; `None` for questions that have no options.
fn possible_answers(kind: &Kind) -> Option<Vec<&str>> {
    match kind {
        Kind::Choice { options } | Kind::Choices { options, .. } => {
            Some(options.iter().map(|option| option.id.as_str()).collect())
        }
        Kind::YesNo => Some(vec!["yes", "no"]),
        _ => None,
    }
}

fn check_answers(when: &Section<'_>, named: &[Placed<String>], possible: &[&str]) -> bool {
    let mut right = true;
    for answer in named.iter().filter(|answer| !possible.contains(&answer.value.as_str())) {
        right = false;
        when.mistake(
            answer.at,
            format!("\"{}\" is no option of that question", answer.value),
            format!("Use one of: {}.", possible.join(", ")),
        );
    }
    right
}

fn one_of<T: Copy>(
    section: &Section<'_>,
    word: &Placed<String>,
    known: &[(&str, T)],
    what: &str,
) -> Option<T> {
    let found = known.iter().find(|(name, _)| *name == word.value).map(|(_, value)| *value);
    if found.is_none() {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        section.mistake(
            word.at,
            format!("there is no {what} \"{}\"", word.value),
            format!("Use one of: {}.", names.join(", ")),
        );
    }
    found
}
