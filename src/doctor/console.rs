//! A report as lines: for people in a terminal, and for scripts.
//!
//! Invariant: both say the same; what scripts read is in no language and never changes.

use super::{Report, Verdict};
use crate::texts::say;

/// How wide a line of the terminal may be.
const WIDTH: usize = 100;

/// The lines for people: verdict, name, what was seen, and below it what to do next.
#[must_use]
pub fn lines(report: &Report) -> String {
    let language = report.language;
    let names = report.checks.iter().map(|check| check.name.chars().count()).max().unwrap_or_default();
    let words = [Verdict::Ok, Verdict::Attention, Verdict::Failed, Verdict::NotThere];
    let widest = words.iter().map(|verdict| verdict.word(language).chars().count()).max().unwrap_or_default();
    let indent = widest + 2 + names + 2;
    let mut text = String::new();
    for check in &report.checks {
        let first = format!("{:widest$}  {:names$}  ", check.verdict.word(language), check.name);
        text += &wrapped(&first, &check.seen, indent);
        if !check.next.is_empty() {
            text += &wrapped(&format!("{:indent$}→ ", ""), &check.next, indent + 2);
        }
    }
    let pillar = report.pillar.as_deref().unwrap_or("zuil");
    format!("{text}\n{pillar}, {}: {}.\n", report.at.strftime("%Y-%m-%d %H:%M"), report.headline())
}

/// One JSON object for each check, and one for the whole.
#[must_use]
pub fn json(report: &Report) -> String {
    let mut text = String::new();
    for check in &report.checks {
        let line = serde_json::json!({
            "check": check.id, "verdict": code(check.verdict), "name": check.name, "seen": check.seen,
            "next": check.next,
        });
        text += &format!("{line}\n");
    }
    let whole = match report.verdict() {
        Verdict::Failed => "not-ready",
        Verdict::Attention => "attention",
        Verdict::Ok | Verdict::NotThere => "ready",
    };
    let line = serde_json::json!({
        "pillar": report.pillar, "at": report.at.to_string(), "version": report.version, "readiness": whole,
        "words": report.headline(),
    });
    text + &format!("{line}\n")
}

/// Said when the report is on its way and takes a moment.
#[must_use]
pub fn patience(language: zuil_catalogue::Language) -> &'static str {
    say(language, "Looking at everything; this takes up to a minute.")
}

const fn code(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Attention => "attention",
        Verdict::Failed => "failed",
        Verdict::NotThere => "not-there",
    }
}

/// Words after a beginning; what does not fit on a line goes on below, indented.
fn wrapped(first: &str, words: &str, indent: usize) -> String {
    let (mut text, mut width) = (first.to_owned(), first.chars().count());
    let mut empty = true;
    for word in words.split_whitespace() {
        let length = word.chars().count();
        if !empty && width + 1 + length > WIDTH.max(indent + 20) {
            text += "\n";
            text += &" ".repeat(indent);
            (width, empty) = (indent, true);
        }
        if !empty {
            text.push(' ');
            width += 1;
        }
        text += word;
        width += length;
        empty = false;
    }
    text + "\n"
}
