//! The questions, one at a time, and the review of what was answered.
//!
//! Invariant: the review is only reached with an answer that holds to every question that is asked.

use super::buffer::Buffer;
use super::entry::{Entry, found, offered};
use super::explaining::Explaining;
use super::form::Form;
use super::held::{reader_of, spaced_day};
use super::state::{Effects, Look, State};
use super::{Control, Event, Expected, Field, FieldLabel, Intent, Keyboard, OptionLabel, OptionView};
use super::{Progress, QuestionView, ReaderKind, Screen, paying, validate, words};
use zuil_catalogue::{Kind, Question, Task};

/// A question that is being answered.
#[derive(Debug)]
pub(super) struct Asking {
    form: Form,
    at: usize,
    expected: Option<Expected>,
    /// When one answer is being changed from the review: the form as it was.
    undo: Option<Form>,
}

impl Asking {
    /// Starts with the first question.
    pub(super) fn begin(form: Form, look: &Look<'_>) -> State {
        match form.asked(look).first() {
            Some(&at) => Self { form, at, expected: None, undo: None }.shown(look),
            None => State::Review(form),
        }
    }

    /// The task and the question.
    pub(super) fn whereabouts<'a>(&self, look: &Look<'a>) -> (&'a Task, &'a Question) {
        (self.form.task(look), self.form.question(self.at, look))
    }

    /// Whether nothing was filled in.
    pub(super) fn is_blank(&self) -> bool {
        self.form.is_blank()
    }

    /// Where the resident is.
    pub(super) fn progress(&self, look: &Look<'_>) -> Progress {
        self.form.progress(self.at, look)
    }

    /// What it shows.
    pub(super) fn screen(&self, look: &Look<'_>) -> Screen {
        let question = self.form.question(self.at, look);
        let help = question.help.as_ref().map_or("", |help| help.get(look.language));
        Screen::Question(QuestionView {
            title: question.title.get(look.language).to_owned(),
            help: help.to_owned(),
            optional: !question.required,
            control: control(self.form.entry(self.at), question, look),
            expected: self.expected,
        })
    }

    /// The reader that could answer the question now.
    pub(super) fn reader(&self, look: &Look<'_>) -> Option<ReaderKind> {
        reader_of(&self.form.question(self.at, look).kind).filter(|reader| look.offer.reads(*reader))
    }

    fn shown(mut self, look: &Look<'_>) -> State {
        let kind = &self.form.question(self.at, look).kind;
        self.form.entry_mut(self.at).open(kind, look.today());
        State::Asking(self)
    }

    fn next(mut self, look: &Look<'_>) -> State {
        if let Err(expected) = self.form.pass(self.at, look) {
            self.expected = Some(expected);
            self.form.entry_mut(self.at).turn_to(expected);
            return self.shown_again(look);
        }
        let next = match self.undo {
            Some(_) => self.form.unfinished(look),
            None => self.form.after(self.at, look).map(|at| (at, None)),
        };
        match next {
            Some((at, expected)) => Self { at, expected, ..self }.shown(look),
            None => to_review(self.form, look),
        }
    }

    /// Shows a question again after what was done was no answer: a cursor stays, but a calendar
    /// opens anew, since the day may have changed.
    fn shown_again(self, look: &Look<'_>) -> State {
        let is_day = offered(&self.form.question(self.at, look).kind).is_some();
        if is_day { self.shown(look) } else { State::Asking(self) }
    }

    fn back(self, look: &Look<'_>) -> State {
        if let Some(before) = self.undo {
            return State::Review(before);
        }
        match self.form.before(self.at, look) {
            Some(at) => Self { at, expected: None, ..self }.shown(look),
            None => State::Explain(Explaining::again(self.form)),
        }
    }
}

/// A question.
pub(super) fn on_asking(mut asking: Asking, event: &Event, look: &Look<'_>) -> State {
    match event {
        Event::Resident(Intent::Next) => asking.next(look),
        Event::Resident(Intent::Back) => asking.back(look),
        Event::Read(reading) => {
            if asking.form.entry_mut(asking.at).hold(reading) {
                asking.expected = None;
            }
            State::Asking(asking)
        }
        Event::Unreadable => {
            asking.form.entry_mut(asking.at).could_not_read();
            State::Asking(asking)
        }
        Event::Resident(intent) => {
            let question = asking.form.question(asking.at, look);
            let edited = asking.form.entry_mut(asking.at).edit(intent, question);
            if changes_the_answer(intent) {
                asking.expected = edited.err();
            }
            State::Asking(asking)
        }
        _ => State::Asking(asking),
    }
}

/// Whether an intent changes the answer, so that what was said to be expected may no longer hold.
const fn changes_the_answer(intent: &Intent) -> bool {
    matches!(intent, Intent::Type(_) | Intent::Erase | Intent::ChooseOption(_) | Intent::ChooseDay(_))
}

/// The review.
pub(super) fn on_review(form: Form, event: &Event, look: &Look<'_>, effects: &mut Effects) -> State {
    match event {
        Event::Resident(Intent::Next) => submit(form, look, effects),
        Event::Resident(Intent::Back) => match form.asked(look).last() {
            Some(&at) => Asking { form, at, expected: None, undo: None }.shown(look),
            None => State::Explain(Explaining::again(form)),
        },
        Event::Resident(Intent::Change(line)) => match form.told(look).get(*line) {
            Some(&at) => change(form, at, None, look),
            None => State::Review(form),
        },
        _ => State::Review(form),
    }
}

/// Sends or pays, if all answers still hold: a day may have gone by.
pub(super) fn submit(form: Form, look: &Look<'_>, effects: &mut Effects) -> State {
    match form.unfinished(look) {
        Some((at, expected)) => change(form, at, expected, look),
        None => paying::begin(form, look, effects),
    }
}

/// What the review shows.
pub(super) fn review_screen(form: &Form, look: &Look<'_>) -> Screen {
    let task = form.task(look);
    Screen::Review {
        title: task.title.get(look.language).to_owned(),
        lines: form.review(look),
        fee: Some(form.fee(look)).filter(|fee| !fee.is_zero()),
    }
}

fn to_review(form: Form, look: &Look<'_>) -> State {
    match form.unfinished(look) {
        Some((at, expected)) => Asking { form, at, expected, undo: None }.shown(look),
        None => State::Review(form),
    }
}

fn change(form: Form, at: usize, expected: Option<Expected>, look: &Look<'_>) -> State {
    let undo = Some(form.clone());
    Asking { form, at, expected, undo }.shown(look)
}

fn control(entry: &Entry, question: &Question, look: &Look<'_>) -> Control {
    match entry {
        Entry::Line(buffer) => line_control(buffer, &question.kind, look),
        Entry::Options(chosen) => {
            let texts = match &question.kind {
                Kind::Choice { options } | Kind::Choices { options, .. } => options.as_slice(),
                _ => &[],
            };
            let option = |(option, chosen): (&zuil_catalogue::Choice, &bool)| OptionView {
                label: OptionLabel::Text(option.text.get(look.language).to_owned()),
                chosen: *chosen,
            };
            let several = matches!(question.kind, Kind::Choices { .. });
            Control::Options { options: texts.iter().zip(chosen).map(option).collect(), several }
        }
        Entry::YesNo(yes) => {
            let option = |label, is| OptionView { label, chosen: *yes == Some(is) };
            let options = vec![option(OptionLabel::Yes, true), option(OptionLabel::No, false)];
            Control::Options { options, several: false }
        }
        Entry::Day(calendar) => offered(&question.kind).map_or_else(
            || Control::Options { options: Vec::new(), several: false },
            |offered| calendar.control(offered),
        ),
        Entry::Address { fields, cursor } => {
            let labels = [FieldLabel::Postcode, FieldLabel::HouseNumber, FieldLabel::Addition];
            let keyboards = [Keyboard::Postcode, Keyboard::Digits, Keyboard::Letters];
            let street = found(fields, &look.catalogue().addresses);
            Control::Fields {
                fields: fields.iter().zip(labels).map(|(buffer, label)| field(buffer, label)).collect(),
                cursor: *cursor,
                keyboard: keyboards.get(*cursor).copied().unwrap_or(Keyboard::Letters),
                found: street
                    .map_or_else(String::new, |street| format!("{}, {}", street.street, street.town)),
            }
        }
        Entry::Contact { way, .. } => {
            let (label, keyboard) = match way {
                Some(0) => (FieldLabel::Phone, Some(Keyboard::Phone)),
                Some(_) => (FieldLabel::Email, Some(Keyboard::Email)),
                None => (FieldLabel::Answer, None),
            };
            let field = entry.field().map(|buffer| field(buffer, label)).unwrap_or_default();
            Control::Contact { way: *way, field, keyboard }
        }
        Entry::Held(held) => {
            held.control(reader_of(&question.kind).is_some_and(|reader| look.offer.reads(reader)))
        }
    }
}

fn line_control(buffer: &Buffer, kind: &Kind, look: &Look<'_>) -> Control {
    let (label, keyboard) = match kind {
        Kind::Phone => (FieldLabel::Phone, Keyboard::Phone),
        Kind::Email => (FieldLabel::Email, Keyboard::Email),
        Kind::Number { .. } | Kind::Amount { .. } | Kind::BirthDate => (FieldLabel::Answer, Keyboard::Digits),
        Kind::Iban | Kind::LicencePlate => (FieldLabel::Answer, Keyboard::Postcode),
        _ => (FieldLabel::Answer, Keyboard::Letters),
    };
    let field = match kind {
        // A day has two dashes more.
        Kind::BirthDate => {
            Field { value: spaced_day(buffer.text()), max: buffer.max() + 2, ..field(buffer, label) }
        }
        _ => field(buffer, label),
    };
    Control::Fields { fields: vec![field], cursor: 0, keyboard, found: counted(buffer, kind, look) }
}

/// What a number that was typed means, such as "12 maanden"; nothing when it says so itself.
fn counted(buffer: &Buffer, kind: &Kind, look: &Look<'_>) -> String {
    let Some(number) = validate::number(buffer.text(), 0, u32::MAX) else { return String::new() };
    match kind {
        Kind::Number { unit: Some(unit), .. } => words::number(number, Some(unit), look.language),
        Kind::Amount { .. } => words::euros(look.language, number),
        _ => String::new(),
    }
}

fn field(buffer: &Buffer, label: FieldLabel) -> Field {
    Field { label, value: buffer.text().to_owned(), multiline: buffer.is_multiline(), max: buffer.max() }
}
