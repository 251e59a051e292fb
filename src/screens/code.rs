//! The code of a referral: digits go out, what is the matter comes in.

use slint::{ComponentHandle, SharedString};

use super::Sink;
use super::ui::{self, CodeState};
use crate::visit::{CodeView, Intent};
use crate::words;
use zuil_catalogue::Language;

pub(super) fn connect(app: &ui::App, sink: &Sink) {
    let state = app.global::<CodeState>();
    let to = sink.clone();
    state.on_typed_digit(move |face| face.chars().for_each(|c| to.send(Intent::Type(c))));
    let to = sink.clone();
    state.on_erase(move || to.send(Intent::Erase));
}

pub(super) fn show(app: &ui::App, language: Language, phone: &str, code: &CodeView) {
    let state = app.global::<CodeState>();
    state.set_typed(code.typed.as_str().into());
    let trouble = code.trouble.map(|trouble| words::code_trouble(language, trouble, phone));
    state.set_trouble(trouble.unwrap_or_default().into());
}

/// Leaves nothing of what was typed.
pub(super) fn forget(app: &ui::App) {
    app.global::<CodeState>().set_typed(SharedString::new());
}
