//! Conditions on earlier answers, and what they may name.
//!
//! Invariant: a condition names an earlier question of its task that can have the answer it asks for.

use super::reader::{Placed, Section};
use super::{Condition, Kind, Question, Test};

/// The questions above a condition, by id; `None` in place of a question with a mistake of its own.
pub(super) struct Earlier<'a> {
    /// The ids of all questions of the task, in order.
    pub(super) ids: &'a [Option<String>],
    /// Those that stand above.
    pub(super) read: &'a [Option<Question>],
    /// The groups, which have no answer of their own.
    pub(super) groups: &'a [(String, Vec<String>)],
}

/// Reads `key = { question = "…", is = ["…"] }`, or a list of such; none when it is not there.
pub(super) fn read_all(
    section: &Section<'_>,
    key: &'static str,
    earlier: &Earlier<'_>,
) -> Option<Vec<Condition>> {
    section.one_or_more(key, "this condition").iter().map(|when| read(when, earlier)).collect()
}

fn read(when: &Section<'_>, earlier: &Earlier<'_>) -> Option<Condition> {
    let question = when.word("question");
    let is = when.optional_words("is");
    let not = when.optional_words("not");
    let at_least = when.may_have("at_least").then(|| when.number("at_least", 0..=1_000_000, None));
    let at_most = when.may_have("at_most").then(|| when.number("at_most", 0..=1_000_000, None));
    let answered = when.may_have("answered").then(|| when.yes_no("answered", true));
    when.close();
    let question = question?;
    let on = find(when, &question, earlier)?;
    let given = [is.is_some(), not.is_some(), at_least.is_some(), at_most.is_some(), answered.is_some()];
    if given.into_iter().filter(|given| *given).count() != 1 {
        when.mistake(
            when.at,
            "this condition does not say one thing about the answer",
            "Write one of: is = [\"…\"], not = [\"…\"], at_least = 2, at_most = 2, answered = true.",
        );
        return None;
    }
    let named = |list: Placed<Vec<Placed<String>>>| options(when, &question, list.value, &on.kind);
    let number = |number: Option<Placed<u64>>| -> Option<u32> {
        let number = u32::try_from(number?.value).ok()?;
        if counts(&on.kind) {
            return Some(number);
        }
        when.mistake(
            question.at,
            format!("the answer to \"{}\" is no number", question.value),
            "Let the condition name a question of kind number, amount or choices.",
        );
        None
    };
    let test = match (is, not, at_least, at_most, answered) {
        (Some(is), ..) => Test::Is(named(is)?),
        (_, Some(not), ..) => Test::Not(named(not)?),
        (_, _, Some(least), ..) => Test::AtLeast(number(least)?),
        (_, _, _, Some(most), _) => Test::AtMost(number(most)?),
        (_, _, _, _, answered) => Test::Answered(answered?),
    };
    Some(Condition { question: question.value, test })
}

fn find<'a>(when: &Section<'_>, question: &Placed<String>, earlier: &Earlier<'a>) -> Option<&'a Question> {
    let place = earlier.read.len();
    let Some(named) = earlier.ids.iter().position(|id| id.as_ref() == Some(&question.value)) else {
        let known: Vec<&str> = earlier.ids[..place].iter().flatten().map(String::as_str).collect();
        let remedy = if known.is_empty() {
            "Remove the condition: no question stands above this one in the same group or task.".to_owned()
        } else {
            format!("Use the id of an earlier question: {}.", known.join(", "))
        };
        when.mistake(question.at, format!("no question has the id \"{}\"", question.value), remedy);
        return None;
    };
    if named == place {
        when.mistake(
            question.at,
            "this question waits for its own answer, so that it would never be asked",
            "Let the condition name an earlier question, or remove it.",
        );
        return None;
    }
    if named > place {
        when.mistake(
            question.at,
            format!("\"{}\" is not asked before this question", question.value),
            "Move this question below the one that it depends on.",
        );
        return None;
    }
    if earlier.groups.iter().any(|(id, _)| *id == question.value) {
        when.mistake(
            question.at,
            format!("\"{}\" is a group and has no answer of its own", question.value),
            "Let the condition name a question that stands outside the group.",
        );
    }
    earlier.read[named].as_ref()
}

/// The named options, when the question has them all.
fn options(
    when: &Section<'_>,
    question: &Placed<String>,
    named: Vec<Placed<String>>,
    kind: &Kind,
) -> Option<Vec<String>> {
    let Some(possible) = possible_answers(kind) else {
        when.mistake(
            question.at,
            format!("\"{}\" is not answered by an option", question.value),
            "Let the condition name a question of kind choice, choices or yes-no.",
        );
        return None;
    };
    let mut right = true;
    for answer in named.iter().filter(|answer| !possible.contains(&answer.value.as_str())) {
        right = false;
        when.mistake(
            answer.at,
            format!("\"{}\" is no option of that question", answer.value),
            format!("Use one of: {}.", possible.join(", ")),
        );
    }
    right.then(|| named.into_iter().map(|answer| answer.value).collect())
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

/// Whether its answer is a number, or so many options.
pub(super) const fn counts(kind: &Kind) -> bool {
    matches!(kind, Kind::Number { .. } | Kind::Amount { .. } | Kind::Choices { .. })
}
