//! What a task is, before anything is asked.

use slint::{ComponentHandle, SharedString};

use super::choose::icon;
use super::rows::Rows;
use super::ui::{self, ExplainState, IconName};
use crate::visit::{FeeView, Frame, Missing, Screen};
use crate::words;

pub(super) struct Explain {
    needs: Rows<SharedString>,
    instead: Rows<SharedString>,
}

pub(super) fn connect(app: &ui::App) -> Explain {
    let (needs, instead) = (Rows::new(), Rows::new());
    let state = app.global::<ExplainState>();
    state.set_needs(needs.model());
    state.set_instead(instead.model());
    Explain { needs, instead }
}

impl Explain {
    /// Shows [`Screen::Explain`]; nothing for another screen.
    pub(super) fn show(&self, app: &ui::App, frame: &Frame, screen: &Screen) {
        let language = frame.language;
        let Screen::Explain {
            icon: picture,
            title,
            summary,
            fee,
            needs,
            minutes,
            term,
            instead,
            missing,
            elsewhere,
            printer_missing,
        } = screen
        else {
            return;
        };
        self.needs.set(needs.iter().map(SharedString::from));
        self.instead.set(instead.iter().map(SharedString::from));
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
        state.set_term(term.as_deref().unwrap_or_default().into());
        // A number is not broken over two lines.
        let phone = frame.phone.replace(' ', "\u{a0}");
        let why = missing.map(|missing| words::why_missing(language, missing, &phone));
        state.set_missing(why.unwrap_or_default().into());
        state.set_missing_icon(missing.map_or(IconName::Info, missing_icon));
        state.set_prevented(missing.is_some_and(Missing::prevents));
        state.set_waits(missing.is_some_and(Missing::waits));
        let (hours, website) = elsewhere
            .as_ref()
            .map_or(("", ""), |elsewhere| (elsewhere.phone_hours.as_str(), elsewhere.website.as_str()));
        state.set_phone_hours(hours.into());
        state.set_website(website.into());
        state.set_printer_missing(*printer_missing);
    }
}

const fn missing_icon(missing: Missing) -> IconName {
    match missing {
        Missing::Card | Missing::CardMaybe => IconName::Card,
        Missing::Printer => IconName::Printer,
        Missing::DocumentReader => IconName::DocumentOnReader,
        Missing::PassReader => IconName::PassAtReader,
        Missing::Hours { .. } => IconName::Clock,
        Missing::DigiD => IconName::Lock,
        Missing::Agenda => IconName::Calendar,
    }
}
