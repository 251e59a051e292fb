//! One question: its fields with the keyboard, options, ways of contact, calendar, or something to hold.

use std::cell::RefCell;
use std::rc::Rc;

use jiff::civil::Date;
use slint::{ComponentHandle, SharedString};

use super::Sink;
use super::rows::Rows;
use super::ui::{
    self, ControlKind, DayRow, FieldName, FieldRow, HoldStage as Stage, KeyboardKind, OptionName, OptionRow,
    QuestionState,
};
use crate::visit::{
    Control, Day, Field, FieldLabel, HoldStage, Intent, Keyboard, OptionLabel, OptionView, QuestionView,
    ReaderKind,
};
use crate::words;
use zuil_catalogue::Language;

pub(super) struct Question {
    fields: Rows<FieldRow>,
    options: Rows<OptionRow>,
    days: Rows<DayRow>,
    weekdays: Rows<SharedString>,
    /// Which day each place of the calendar is, for when one is touched.
    dates: Rc<RefCell<Vec<Option<Date>>>>,
}

pub(super) fn connect(app: &ui::App, sink: &Sink) -> Question {
    let question = Question {
        fields: Rows::new(),
        options: Rows::new(),
        days: Rows::new(),
        weekdays: Rows::new(),
        dates: Rc::default(),
    };
    let state = app.global::<QuestionState>();
    state.set_fields(question.fields.model());
    state.set_options(question.options.model());
    state.set_days(question.days.model());
    state.set_weekdays(question.weekdays.model());

    let to = sink.clone();
    state.on_typed(move |face| face.chars().for_each(|c| to.send(Intent::Type(c))));
    let to = sink.clone();
    state.on_erase(move || to.send(Intent::Erase));
    let to = sink.clone();
    state.on_select_field(move |place| send_place(&to, place, Intent::SelectField));
    let to = sink.clone();
    state.on_choose_option(move |place| send_place(&to, place, Intent::ChooseOption));
    let to = sink.clone();
    state.on_type_instead(move || to.send(Intent::TypeInstead));
    let to = sink.clone();
    state.on_turn_month(move |by| to.send(Intent::TurnMonth(if by < 0 { -1 } else { 1 })));
    let to = sink.clone();
    let dates = question.dates.clone();
    state.on_choose_day(move |place| {
        let touched = usize::try_from(place).ok().and_then(|place| dates.borrow().get(place).copied());
        if let Some(Some(date)) = touched {
            to.send(Intent::ChooseDay(date));
        }
    });
    question
}

/// Sends an intent about the place that a callback named.
pub(super) fn send_place(sink: &Sink, place: i32, intent: fn(usize) -> Intent) {
    if let Ok(place) = usize::try_from(place) {
        sink.send(intent(place));
    }
}

impl Question {
    pub(super) fn show(&self, app: &ui::App, language: Language, question: &QuestionView) {
        let state = app.global::<QuestionState>();
        state.set_title(question.title.as_str().into());
        state.set_help(question.help.as_str().into());
        state.set_optional(question.optional);
        let expected = question.expected.map(|expected| words::expected(language, expected));
        state.set_expected(expected.unwrap_or_default().into());
        match &question.control {
            Control::Fields { fields, cursor, keyboard, found } => {
                let typed = fields.get(*cursor);
                self.fields.set(fields.iter().enumerate().map(|(place, each)| field(each, place == *cursor)));
                self.options.set([]);
                set_keys(&state, Some(*keyboard), typed);
                state.set_found(found.as_str().into());
                state.set_control(ControlKind::Fields);
            }
            Control::Options { options, several } => {
                self.fields.set([]);
                self.options.set(options.iter().map(option));
                set_keys(&state, None, None);
                state.set_several(*several);
                state.set_control(ControlKind::Options);
            }
            Control::Contact { way, field: typed, keyboard } => {
                self.fields.set(way.map(|_| field(typed, true)));
                self.options.set([]);
                set_keys(&state, *keyboard, Some(typed));
                state.set_found(SharedString::new());
                state.set_way(way.and_then(|way| i32::try_from(way).ok()).unwrap_or(-1));
                state.set_control(ControlKind::Contact);
            }
            Control::Hold { .. } => self.show_hold(&state, language, &question.control),
            Control::Calendar { month, days, earlier, later } => {
                self.fields.set([]);
                self.options.set([]);
                set_keys(&state, None, None);
                self.show_days(language, days);
                state.set_month(words::month(language, *month).into());
                state.set_earlier(*earlier);
                state.set_later(*later);
                state.set_control(ControlKind::Calendar);
            }
        }
    }

    /// Leaves nothing of the answers.
    pub(super) fn forget(&self, app: &ui::App) {
        self.fields.set([]);
        self.options.set([]);
        self.days.set([]);
        self.dates.borrow_mut().clear();
        let state = app.global::<QuestionState>();
        set_keys(&state, None, None);
        state.set_found(SharedString::new());
        state.set_way(-1);
    }

    fn show_hold(&self, state: &QuestionState, language: Language, control: &Control) {
        let Control::Hold { reader, stage, can_hold, unreadable, fields, cursor, keyboard } = control else {
            return;
        };
        let typing = *stage == HoldStage::Typing;
        let shown = if *stage == HoldStage::Waiting { &[][..] } else { fields };
        let rows = shown.iter().enumerate().map(|(place, each)| field(each, typing && place == *cursor));
        self.fields.set(rows);
        self.options.set([]);
        set_keys(state, typing.then_some(*keyboard), fields.get(*cursor));
        state.set_hold_pass(*reader == ReaderKind::Pass);
        state.set_hold_words(match stage {
            HoldStage::Read => words::read(language, *reader).into(),
            HoldStage::Waiting => words::hold(language, *reader).into(),
            HoldStage::Typing if *can_hold => words::or_hold(language, *reader).into(),
            HoldStage::Typing => SharedString::new(),
        });
        state.set_unreadable(if *unreadable {
            words::unreadable(language, *reader).into()
        } else {
            "".into()
        });
        state.set_hold_stage(match stage {
            HoldStage::Waiting => Stage::Waiting,
            HoldStage::Read => Stage::Read,
            HoldStage::Typing => Stage::Typing,
        });
        state.set_found(SharedString::new());
        state.set_control(ControlKind::Hold);
    }

    fn show_days(&self, language: Language, days: &[Option<Day>]) {
        self.weekdays.set(words::short_weekdays(language).map(SharedString::from));
        *self.dates.borrow_mut() = days.iter().map(|day| day.map(|day| day.date)).collect();
        self.days.set(days.iter().map(|day| {
            day.map_or_else(DayRow::default, |day| DayRow {
                number: i32::from(day.date.day()),
                spoken: words::day(language, day.date).into(),
                available: day.available,
                chosen: day.chosen,
            })
        }));
    }
}

fn set_keys(state: &QuestionState, keyboard: Option<Keyboard>, typed: Option<&Field>) {
    state.set_keyboard(keys(keyboard));
    state.set_capital(typed.is_some_and(|field| begins(&field.value)));
}

/// What the screens call a keyboard, or that there is none.
pub(super) const fn keys(keyboard: Option<Keyboard>) -> KeyboardKind {
    match keyboard {
        None => KeyboardKind::None,
        Some(Keyboard::Letters) => KeyboardKind::Letters,
        Some(Keyboard::Digits) => KeyboardKind::Digits,
        Some(Keyboard::Phone) => KeyboardKind::Phone,
        Some(Keyboard::Email) => KeyboardKind::Email,
        Some(Keyboard::Postcode) => KeyboardKind::Postcode,
    }
}

/// Whether the next letter begins a sentence or an answer.
fn begins(value: &str) -> bool {
    let before = value.trim_end();
    before.is_empty() || (before.len() < value.len() && before.ends_with(['.', '!', '?']))
}

fn field(field: &Field, has_cursor: bool) -> FieldRow {
    FieldRow {
        name: match field.label {
            FieldLabel::Answer => FieldName::Answer,
            FieldLabel::Postcode => FieldName::Postcode,
            FieldLabel::HouseNumber => FieldName::HouseNumber,
            FieldLabel::Addition => FieldName::Addition,
            FieldLabel::Phone => FieldName::Phone,
            FieldLabel::Email => FieldName::Email,
            FieldLabel::DocumentNumber => FieldName::DocumentNumber,
            FieldLabel::Expiry => FieldName::Expiry,
            FieldLabel::PassNumber => FieldName::PassNumber,
            FieldLabel::PassUid => FieldName::PassUid,
        },
        value: field.value.as_str().into(),
        backward: backward(&field.value),
        multiline: field.multiline,
        has_cursor,
        room: i32::try_from(field.max.saturating_sub(field.value.chars().count())).unwrap_or(i32::MAX),
    }
}

/// Whether a text is written from right to left: its first letter says so.
pub(super) fn backward(value: &str) -> bool {
    value.chars().find(|c| c.is_alphabetic()).is_some_and(|c| ('\u{590}'..='\u{8ff}').contains(&c))
}

fn option(option: &OptionView) -> OptionRow {
    let (name, text) = match &option.label {
        OptionLabel::Text(text) => (OptionName::Text, text.as_str()),
        OptionLabel::Yes => (OptionName::Yes, ""),
        OptionLabel::No => (OptionName::No, ""),
    };
    OptionRow { name, text: text.into(), chosen: option.chosen }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_and_each_sentence_begin_with_a_capital() {
        for (typed, expected) in [
            ("", true),
            ("D", false),
            ("De lamp.", false),
            ("De lamp. ", true),
            ("Kapot! ", true),
            ("a b ", false),
        ] {
            assert_eq!(begins(typed), expected, "{typed:?}");
        }
    }
}
