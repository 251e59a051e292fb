//! Reads a group of questions that is asked several times, such as for each child.
//!
//! Invariant: what comes out is a plain list of questions, row by row, each row after the first led to by
//! "another one?", so that a visit knows no groups.

use super::{condition, read_id, read_question, say_when_never, say_when_taken};
use crate::condition::Earlier;
use crate::limits::{HELP, QUESTION, ROW};
use crate::reader::Section;
use crate::{Condition, Kind, Question, Test, Text};

use super::Asked;

/// A group, row by row.
pub(super) struct Group {
    pub(super) id: String,
    /// The question that begins each row.
    pub(super) rows: Vec<String>,
    pub(super) questions: Vec<Question>,
}

/// Whether a question is a group. It is read as one then, and not by its kind.
pub(super) fn is_one(section: &Section<'_>) -> bool {
    section.has("questions") || section.peek("kind") == Some("group")
}

/// Reads a group and unfolds it.
pub(super) fn read(section: &Section<'_>, id: Option<String>, asked: &Asked) -> Option<Group> {
    say_when_taken(section, id.as_ref(), &asked.earlier());
    let kind = section.word("kind");
    if let Some(kind) = kind.filter(|kind| kind.value != "group") {
        section.mistake(
            kind.at,
            "this question has questions of its own and is no group",
            "Write kind = \"group\".",
        );
    }
    let row = section.text("row", ROW);
    let more = section.text("more", QUESTION);
    let max = section.number("max", 2..=9, None);
    let help = section.optional_text("help", HELP);
    let when = condition::read_all(section, "when", &asked.earlier());
    let inner = read_inner(section);
    section.close();
    let (id, row, more, max, when) = (id?, row?, more?, max?.value, when?);
    let mut group = Group { id, rows: Vec::new(), questions: Vec::new() };
    for number in 1..=max {
        let led = match group.questions.last() {
            None => when.clone(),
            Some(more) => {
                vec![Condition { question: more.id.clone(), test: Test::Is(vec!["yes".to_owned()]) }]
            }
        };
        let name = |inner: &str| format!("{}-{number}-{inner}", group.id);
        let mut unfolded: Vec<Question> =
            inner.iter().map(|question| in_row(question, &row, number, &name, &led)).collect();
        unfolded.iter_mut().for_each(|question| question.part_of = Some(group.id.clone()));
        if let Some(first) = unfolded.first_mut() {
            first.help = first.help.take().or_else(|| help.clone());
        }
        if number < max {
            unfolded.push(Question {
                id: name("more"),
                label: more.clone(),
                title: more.clone(),
                help: None,
                required: true,
                kind: Kind::YesNo,
                when: led,
                part_of: Some(group.id.clone()),
                leads_on: true,
            });
        }
        group.rows.extend(unfolded.first().map(|first| first.id.clone()));
        group.questions.extend(unfolded);
    }
    Some(group)
}

fn read_inner(section: &Section<'_>) -> Vec<Question> {
    let sections = section.sections("questions", "this question of the group");
    if !section.has("questions") {
        section.mistake(section.at, "this group asks nothing", "Add [[questions.questions]] and its lines.");
    }
    let ids: Vec<Option<String>> = sections.iter().map(read_id).collect();
    let mut read: Vec<Option<Question>> = Vec::new();
    for (question, id) in sections.iter().zip(&ids) {
        let earlier = Earlier { ids: &ids, read: &read, groups: &[] };
        let found = read_question(question, id.clone(), &earlier);
        if let Some(Question { kind: Kind::Document | Kind::WastePass { .. }, .. }) = found {
            question.mistake(
                question.at,
                "this kind of question cannot be asked several times",
                "Ask it outside the group.",
            );
        }
        let found = question.kept(found);
        if let Some(found) = &found {
            let above: Vec<Question> = read.iter().flatten().cloned().collect();
            say_when_never(question, "this question is never asked", &found.when, &above);
        }
        read.push(found);
    }
    read.into_iter().flatten().collect()
}

fn in_row(
    question: &Question,
    row: &Text,
    number: u64,
    name: &impl Fn(&str) -> String,
    led: &[Condition],
) -> Question {
    let with_row = |text: &Text| {
        let in_language = |(language, text): (&crate::Language, &String)| {
            (*language, format!("{} {number}: {text}", row.get(*language)))
        };
        Text(text.0.iter().map(in_language).collect())
    };
    let inside =
        question.when.iter().map(|when| Condition { question: name(&when.question), ..when.clone() });
    Question {
        id: name(&question.id),
        label: with_row(&question.label),
        title: with_row(&question.title),
        when: led.iter().cloned().chain(inside).collect(),
        ..question.clone()
    }
}
