//! The knowledge base: what people ask of a product, and what the municipality answers.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::limits::{ANSWER_QUESTION, LONG, PRODUCT_TITLE, SHORT};
use super::reader::{Placed, Section, Source};
use super::{Language, Text, contact, task, upl};

/// A product of the municipality, and what people ask about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its id: the name of its file.
    pub id: String,
    /// Its name in the national list of products (UPL).
    pub upl: String,
    /// What residents call it.
    pub title: Text,
    /// The answers.
    pub answers: Vec<Answer>,
}

/// A question and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its id, of which there is one in the catalogue.
    pub id: String,
    /// It is one of those that are asked most, and is written in every language.
    pub common: bool,
    /// The question as people put it: the first is shown, all are searched.
    pub questions: BTreeMap<Language, Vec<String>>,
    /// The answer in one or two sentences.
    pub short: Text,
    /// More of it, in paragraphs that an empty line separates.
    pub long: Text,
    /// What to do next, most useful first.
    pub next: Vec<Next>,
    /// When it is true, and who says so.
    pub valid: Valid,
}

/// What to do after reading an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Do a task at the pillar, by its id.
    Task(String),
    /// Call a number.
    Phone(String),
    /// Go to a page, written without `https://`.
    Website(String),
}

/// When an answer is true, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Valid {
    /// From this day on.
    pub from: Date,
    /// Until and including this day; for good when `None`.
    pub until: Option<Date>,
    /// When somebody last looked whether it is true.
    pub checked: Date,
    /// Where it comes from.
    pub source: String,
}

impl Valid {
    /// Whether it is true on a day.
    #[must_use]
    pub fn on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// What the answers may name, and which ids they have taken.
pub(super) struct Known<'a> {
    /// The tasks.
    pub(super) tasks: &'a [String],
    /// The tasks that a resident cannot always do, and why not.
    pub(super) not_always: &'a BTreeMap<String, &'static str>,
    /// The ids of the answers so far.
    pub(super) answers: &'a mut AnswerIds,
}

/// The ids that answers have.
#[derive(Debug, Default)]
pub(super) struct AnswerIds {
    /// The ids.
    pub(super) ids: Vec<String>,
    /// When each is true, by id.
    pub(super) valid: BTreeMap<String, Valid>,
    /// There are answers whose ids could not be read.
    pub(super) more: bool,
}

/// Reads the file of the product with an id.
pub(super) fn read(source: &Source<'_>, id: &str, known: &mut Known<'_>) -> Option<Product> {
    let Some(table) = source.parse() else {
        known.answers.more = true;
        return None;
    };
    if !task::is_id(id) {
        source.mistake(
            0,
            format!("\"{id}\" cannot be the name of a product"),
            "Give the file a name of small letters, digits and dashes, as in answers/bulky-waste.toml.",
        );
    }
    let file = Section::new(source, &table, "this product", 0);
    let upl = upl::read(&file);
    let title = file.text("title", PRODUCT_TITLE);
    let sections = file.sections("answers", "this answer");
    if !file.has("answers") {
        file.mistake(
            file.at,
            "this product has no answer",
            "Add [[answers]] and its lines, or remove the file.",
        );
    }
    let answers: Vec<_> = sections.iter().map(|section| read_answer(section, known)).collect();
    file.close();
    Some(Product {
        id: id.to_owned(),
        upl: upl?,
        title: title?,
        answers: answers.into_iter().collect::<Option<_>>()?,
    })
}

fn read_answer(section: &Section<'_>, known: &mut Known<'_>) -> Option<Answer> {
    let id = section.word("id").and_then(|id| take_id(section, id, known));
    known.answers.more |= id.is_none();
    let common = section.yes_no("common", false);
    let read = |section: &Section<'_>| {
        (
            section.texts("questions", ANSWER_QUESTION),
            section.text("short", SHORT),
            section.text("long", LONG),
        )
    };
    let (questions, short, long) = if common { read(section) } else { section.dutch_will_do(read) };
    let next: Vec<_> =
        section.sections("next", "this next step").iter().map(|next| read_next(next, known.tasks)).collect();
    if !section.has("next") {
        section.mistake(
            section.at,
            "this answer leads nowhere",
            "Add [[answers.next]] with a task, a phone number or a page: phone = \"14 0100\"",
        );
    }
    let valid = section.section("valid", "the validity").map(|valid| read_valid(&valid));
    if !section.has("valid") {
        section.mistake(
            section.at,
            "this answer does not say how long it is true, and who says so",
            "Add [answers.valid] with from, checked and source.",
        );
    }
    section.close();
    let valid = valid.flatten();
    if let (Some(id), Some(valid)) = (&id, &valid) {
        known.answers.valid.insert(id.clone(), valid.clone());
    }
    say_when_dead_end(section, &next, known);
    Some(Answer {
        id: id?,
        common,
        questions: questions?,
        short: short?,
        long: long?,
        next: next.into_iter().collect::<Option<_>>()?,
        valid: valid?,
    })
}

/// Warns of an answer that leads only to tasks that a resident cannot always do.
fn say_when_dead_end(section: &Section<'_>, next: &[Option<Next>], known: &Known<'_>) {
    let why_not = |next: &Option<Next>| match next {
        Some(Next::Task(task)) => known.not_always.get(task).map(|why| (task.clone(), *why)),
        _ => None,
    };
    let closed: Option<Vec<_>> = next.iter().map(why_not).collect();
    if let Some((task, why)) = closed.and_then(|closed| closed.into_iter().next()) {
        section.warn(
            section.at,
            format!("this answer can lead nowhere: the task \"{task}\" {why}"),
            "Add another [[answers.next]] below it: phone = \"…\" or website = \"…\".",
        );
    }
}

fn take_id(section: &Section<'_>, id: Placed<String>, known: &mut Known<'_>) -> Option<String> {
    if !task::is_id(&id.value) {
        section.mistake(
            id.at,
            format!("\"{}\" cannot be an id", id.value),
            "Use small letters, digits and dashes only.",
        );
        return None;
    }
    if known.answers.ids.contains(&id.value) {
        section.mistake(
            id.at,
            format!("another answer has the id \"{}\" too", id.value),
            "Give this answer an id of its own.",
        );
        return None;
    }
    known.answers.ids.push(id.value.clone());
    Some(id.value)
}

fn read_next(next: &Section<'_>, tasks: &[String]) -> Option<Next> {
    let (task, phone, website) =
        (next.optional_word("task"), next.optional_word("phone"), next.optional_word("website"));
    next.close();
    match (task, phone, website) {
        (Some(task), None, None) if tasks.contains(&task.value) => Some(Next::Task(task.value)),
        (Some(task), None, None) => {
            next.mistake(
                task.at,
                format!("there is no task \"{}\"", task.value),
                format!("Use one of: {}.", tasks.join(", ")),
            );
            None
        }
        (None, Some(phone), None) => contact::phone(next, phone).map(Next::Phone),
        (None, None, Some(website)) => contact::website(next, website).map(Next::Website),
        (None, None, None) if ["task", "phone", "website"].iter().any(|key| next.has(key)) => None,
        _ => {
            next.mistake(
                next.at,
                "this next step is not one thing",
                "Write one of: task = \"…\", phone = \"…\", website = \"…\".",
            );
            None
        }
    }
}

fn read_valid(valid: &Section<'_>) -> Option<Valid> {
    let (from, until) = (valid.date("from"), valid.optional_date("until"));
    let (checked, source) = (valid.date("checked"), valid.word("source"));
    valid.close();
    let (from, checked) = (from?, checked?);
    if until.is_some_and(|until| until < from) {
        valid.mistake(valid.at, "until is before from", "Swap the two days, or correct one of them.");
        return None;
    }
    Some(Valid { from, until, checked, source: source?.value })
}
