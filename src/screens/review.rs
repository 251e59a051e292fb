//! The review: every answer, and a way to change it.

use slint::{ComponentHandle, SharedString};
use zuil_wire::Cents;

use super::Sink;
use super::question::send_place;
use super::rows::Rows;
use super::ui::{self, LineRow, ReviewState};
use crate::texts::say;
use crate::visit::{Intent, ReviewAnswer, ReviewLine};
use crate::words;
use zuil_catalogue::Language;

pub(super) struct Review {
    lines: Rows<LineRow>,
}

pub(super) fn connect(app: &ui::App, sink: &Sink) -> Review {
    let lines = Rows::new();
    let state = app.global::<ReviewState>();
    state.set_lines(lines.model());
    let sink = sink.clone();
    state.on_change(move |place| send_place(&sink, place, Intent::Change));
    Review { lines }
}

impl Review {
    pub(super) fn show(
        &self,
        app: &ui::App,
        language: Language,
        title: &str,
        lines: &[ReviewLine],
        fee: Option<Cents>,
    ) {
        self.lines.set(lines.iter().map(|each| line(language, each)));
        let state = app.global::<ReviewState>();
        state.set_title(title.into());
        state.set_fee(fee.map(|fee| words::amount(language, fee)).unwrap_or_default().into());
    }

    /// Leaves nothing of the answers.
    pub(super) fn forget(&self) {
        self.lines.set([]);
    }
}

fn line(language: Language, line: &ReviewLine) -> LineRow {
    let answer: SharedString = match &line.answer {
        ReviewAnswer::Text(text) => text.as_str().into(),
        ReviewAnswer::Yes => say(language, "Yes").into(),
        ReviewAnswer::No => say(language, "No").into(),
        ReviewAnswer::Day(date) => words::day(language, *date).into(),
        ReviewAnswer::Skipped => SharedString::new(),
    };
    LineRow {
        label: line.label.as_str().into(),
        answer,
        skipped: line.answer == ReviewAnswer::Skipped,
        masked: line.masked,
    }
}
