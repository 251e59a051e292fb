//! What a resident told, as other systems want it. Invariant: never longer than asked for, and the reference is never
//! cut off; a report does not say who it is from.

use jiff::Timestamp;
use zuil_catalogue::{Kind, Task};
use zuil_wire::AnswerLine;

use super::Errand;

/// The question after the name of whoever asks.
const NAME: &str = "name";

/// When it was asked. The pillar's clock may be ahead, what is told may not.
pub(super) fn asked_at(errand: &Errand<'_>) -> Timestamp {
    errand.stored.committed_at.min(errand.stored.received_at)
}

/// Who asks, when they were asked for their name.
pub(super) fn name<'a>(errand: &Errand<'a>) -> Option<&'a str> {
    answer_to(errand, |line| line.question == NAME)
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

/// The answers, one on each line, and last where it was asked and with which reference: at most so many characters, of
/// which the answers give way.
pub(super) fn as_text(errand: &Errand<'_>, most: usize) -> String {
    written(errand, |_| true, &source(errand), most)
}

/// The same for whoever need not know who asks: without their name and how they are reached, without the answer to one
/// question, and with a sentence before where it was asked.
pub(super) fn as_report(errand: &Errand<'_>, without: &str, sentence: &str, most: usize) -> String {
    let is_told =
        |line: &AnswerLine| line.question != without && line.question != NAME && !is_reach(errand.task, line);
    written(errand, is_told, &format!("{sentence}\n{}", source(errand)), most)
}

fn source(errand: &Errand<'_>) -> String {
    format!("Gedaan bij de zuil {}, kenmerk {}.", errand.stored.pillar, errand.stored.reference)
}

fn written(errand: &Errand<'_>, is_told: impl Fn(&AnswerLine) -> bool, last: &str, most: usize) -> String {
    let answers = errand.content.answers.iter().filter(|line| !line.display.is_empty() && is_told(line));
    let lines: Vec<String> = answers.map(|line| format!("{}: {}", line.label, line.display)).collect();
    let room = most.saturating_sub(last.chars().count() + 2);
    let answers = shortened(&lines.join("\n"), room);
    if answers.is_empty() { last.to_owned() } else { format!("{answers}\n\n{last}") }
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
