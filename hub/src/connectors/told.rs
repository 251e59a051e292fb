//! What a resident told, as other systems want it. Invariant: never longer than asked for, and the reference is never
//! cut off.

use jiff::Timestamp;
use zuil_catalogue::{Kind, Task};
use zuil_wire::AnswerLine;

use super::Errand;

/// When it was asked. The pillar's clock may be ahead, what is told may not.
pub(super) fn asked_at(errand: &Errand<'_>) -> Timestamp {
    errand.stored.committed_at.min(errand.stored.received_at)
}

/// Who asks, when they were asked for their name.
pub(super) fn name<'a>(errand: &Errand<'a>) -> Option<&'a str> {
    answer_to(errand, |line| line.question == "name")
}

/// An e-mail address at which they are reached.
pub(super) fn email<'a>(errand: &Errand<'a>) -> Option<&'a str> {
    answer_to(errand, |line| is_reach(errand.task, line) && line.value.contains('@'))
}

/// A telephone number at which they are reached.
pub(super) fn phone<'a>(errand: &Errand<'a>) -> Option<&'a str> {
    answer_to(errand, |line| is_reach(errand.task, line) && !line.value.contains('@'))
}

fn answer_to<'a>(errand: &Errand<'a>, is_it: impl Fn(&AnswerLine) -> bool) -> Option<&'a str> {
    let answers = &errand.content.answers;
    answers.iter().find(|line| is_it(line) && !line.value.is_empty()).map(|line| line.value.as_str())
}

/// Whether an answer says how the resident is reached.
fn is_reach(task: &Task, line: &AnswerLine) -> bool {
    let question = task.questions.iter().find(|question| question.id == line.question);
    question.is_some_and(|question| matches!(question.kind, Kind::Phone | Kind::Email | Kind::Contact))
}

/// The answers, one on each line, without those to some questions, and last where it was asked and with which
/// reference: at most so many characters, of which the answers give way.
pub(super) fn as_text(errand: &Errand<'_>, without: &[&str], most: usize) -> String {
    let wanted = |line: &&AnswerLine| !without.contains(&line.question.as_str()) && !line.display.is_empty();
    let answers = errand.content.answers.iter().filter(wanted);
    let lines: Vec<String> = answers.map(|line| format!("{}: {}", line.label, line.display)).collect();
    let last = format!("Gedaan bij de zuil {}, kenmerk {}.", errand.stored.pillar, errand.stored.reference);
    let room = most.saturating_sub(last.chars().count() + 2);
    let answers = shortened(&lines.join("\n"), room);
    if answers.is_empty() { last } else { format!("{answers}\n\n{last}") }
}

/// The text, or its beginning and an ellipsis: at most so many characters.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}
