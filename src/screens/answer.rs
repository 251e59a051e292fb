//! An answer of the knowledge base and what to do after it.

use std::cell::RefCell;

use slint::{ComponentHandle, Image, SharedString};

use super::Sink;
use super::choose::tile;
use super::qr;
use super::rows::Rows;
use super::ui::{self, AnswerState, TileRow};
use crate::visit::{AnswerView, Intent};
use crate::words;
use zuil_catalogue::Language;

/// The most pixels that the code of a page may be wide: 78 mm, which a phone reads from where people stand.
const QR_WIDEST: i32 = 250;

pub(super) struct Answer {
    long: Rows<SharedString>,
    tasks: Rows<TileRow>,
    /// The page whose QR code was drawn.
    drawn: RefCell<Option<String>>,
}

pub(super) fn connect(app: &ui::App, sink: &Sink) -> Answer {
    let answer = Answer { long: Rows::new(), tasks: Rows::new(), drawn: RefCell::default() };
    let state = app.global::<AnswerState>();
    state.set_long(answer.long.model());
    state.set_tasks(answer.tasks.model());
    let sink = sink.clone();
    state.on_choose_task(move |task| sink.send(Intent::ChooseTask(task.into())));
    answer
}

impl Answer {
    pub(super) fn show(&self, app: &ui::App, language: Language, answer: &AnswerView) {
        let state = app.global::<AnswerState>();
        state.set_question(answer.question.as_str().into());
        state.set_short(answer.short.as_str().into());
        self.long.set(answer.long.iter().map(SharedString::from));
        state.set_only_dutch(answer.only_dutch);
        self.tasks.set(answer.tasks.iter().map(|task| tile(language, task)));
        // A number is not broken over two lines.
        let phone = answer.phone.as_deref().unwrap_or_default().replace(' ', "\u{a0}");
        state.set_phone(phone.into());
        state.set_phone_hours(answer.phone_hours.as_deref().unwrap_or_default().into());
        state.set_website(answer.website.as_deref().unwrap_or_default().into());
        state.set_checked(words::checked(language, answer.checked).into());
        if *self.drawn.borrow() != answer.website {
            let page = answer.website.as_ref().map(|website| format!("https://{website}"));
            let (image, width) = page.and_then(|page| qr::picture(&page, QR_WIDEST)).unwrap_or_default();
            state.set_qr(image);
            state.set_qr_size(f32::from(width));
            self.drawn.borrow_mut().clone_from(&answer.website);
        }
    }

    /// Leaves nothing of what somebody wanted to know.
    pub(super) fn forget(&self, app: &ui::App) {
        self.long.set([]);
        self.tasks.set([]);
        self.drawn.borrow_mut().take();
        let state = app.global::<AnswerState>();
        state.set_question(SharedString::new());
        state.set_short(SharedString::new());
        state.set_website(SharedString::new());
        state.set_qr(Image::default());
        state.set_qr_size(0.0);
    }
}
