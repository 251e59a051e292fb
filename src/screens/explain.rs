//! What a task is, before anything is asked.

use slint::{ComponentHandle, SharedString};

use super::choose::icon;
use super::rows::Rows;
use super::ui::{self, ExplainState};
use crate::visit::{FeeView, Screen};
use crate::words;
use zuil_catalogue::Language;

pub(super) struct Explain {
    needs: Rows<SharedString>,
}

pub(super) fn connect(app: &ui::App) -> Explain {
    let needs = Rows::new();
    app.global::<ExplainState>().set_needs(needs.model());
    Explain { needs }
}

impl Explain {
    /// Shows [`Screen::Explain`]; nothing for another screen.
    pub(super) fn show(&self, app: &ui::App, language: Language, screen: &Screen) {
        let Screen::Explain {
            icon: picture,
            title,
            summary,
            fee,
            needs,
            minutes,
            card_missing,
            printer_missing,
        } = screen
        else {
            return;
        };
        self.needs.set(needs.iter().map(SharedString::from));
        let state = app.global::<ExplainState>();
        state.set_icon(icon(*picture));
        state.set_title(title.as_str().into());
        state.set_summary(summary.as_str().into());
        let fixed = match fee {
            Some(FeeView::Fixed(fee)) => words::amount(language, *fee),
            Some(FeeView::Depends) | None => String::new(),
        };
        state.set_fee(fixed.into());
        state.set_fee_depends(*fee == Some(FeeView::Depends));
        state.set_minutes(i32::from(*minutes));
        state.set_card_missing(*card_missing);
        state.set_printer_missing(*printer_missing);
    }
}
