//! The search: what is typed goes out, the answers that fit come in.

use slint::{ComponentHandle, SharedString};

use super::Sink;
use super::choose::tile;
use super::question::backward;
use super::rows::Rows;
use super::ui::{self, AskState, CardRow, FoundKind, TileRow};
use crate::visit::{AnswerCard, AskView, Found, Intent};
use zuil_catalogue::Language;

pub(super) struct Ask {
    cards: Rows<CardRow>,
    call_back: Rows<TileRow>,
}

pub(super) fn connect(app: &ui::App, sink: &Sink) -> Ask {
    let ask = Ask { cards: Rows::new(), call_back: Rows::new() };
    let state = app.global::<AskState>();
    state.set_cards(ask.cards.model());
    state.set_call_back(ask.call_back.model());
    let to = sink.clone();
    state.on_typed(move |face| face.chars().for_each(|c| to.send(Intent::Type(c))));
    let to = sink.clone();
    state.on_erase(move || to.send(Intent::Erase));
    let to = sink.clone();
    state.on_choose_answer(move |answer| to.send(Intent::ChooseAnswer(answer.into())));
    let to = sink.clone();
    state.on_choose_task(move |task| to.send(Intent::ChooseTask(task.into())));
    ask
}

impl Ask {
    pub(super) fn show(&self, app: &ui::App, language: Language, ask: &AskView) {
        let state = app.global::<AskState>();
        state.set_value(ask.field.value.as_str().into());
        state.set_backward(backward(&ask.field.value));
        let (kind, cards) = match &ask.found {
            Found::Suggested(cards) => (FoundKind::Suggested, cards.as_slice()),
            Found::Answers(cards) => (FoundKind::Answers, cards.as_slice()),
            Found::Nothing { .. } => (FoundKind::Nothing, &[][..]),
            Found::NotReady => (FoundKind::NotReady, &[][..]),
        };
        self.cards.set(cards.iter().map(card));
        match &ask.found {
            Found::Nothing { phone_hours, call_back } => {
                state.set_phone_hours(phone_hours.as_str().into());
                self.call_back.set(call_back.iter().map(|call_back| tile(language, call_back)));
            }
            _ => self.call_back.set([]),
        }
        state.set_found(kind);
    }

    /// Leaves nothing of what was typed and found.
    pub(super) fn forget(&self, app: &ui::App) {
        self.cards.set([]);
        self.call_back.set([]);
        app.global::<AskState>().set_value(SharedString::new());
    }
}

fn card(card: &AnswerCard) -> CardRow {
    CardRow {
        answer: card.answer.as_str().into(),
        question: card.question.as_str().into(),
        product: card.product.as_str().into(),
        news: card.news,
    }
}
