//! How a request stands.

use slint::{ComponentHandle, ModelRc, SharedString, VecModel};
use zuil_wire::State;

use super::Sink;
use super::ui::{self, ChooseState, IconName, StandingState};
use crate::visit::{FoundView, Intent, StandingOutcome, StandingView};
use crate::words::standing;
use zuil_catalogue::Language;

/// What the screen says, line by line.
#[derive(Default)]
struct Said {
    icon: IconName,
    title: String,
    errand: String,
    case_number: String,
    since: String,
    notice: String,
    lines: Vec<String>,
}

pub(super) fn connect(app: &ui::App, sink: &Sink) {
    let to = sink.clone();
    app.global::<ChooseState>().on_inquire(move || to.send(Intent::Inquire));
}

pub(super) fn show(app: &ui::App, language: Language, view: &StandingView) {
    let said = match &view.outcome {
        StandingOutcome::Found(found) => found_words(found, language),
        StandingOutcome::NotFound => {
            let [title, lines @ ..] = standing::not_found(language).map(str::to_owned);
            Said { icon: IconName::Question, title, lines: lines.into(), ..Said::default() }
        }
        StandingOutcome::Unavailable => {
            let [title, line] = standing::unavailable(language).map(str::to_owned);
            Said { icon: IconName::Warning, title, lines: vec![line], ..Said::default() }
        }
    };
    let state = app.global::<StandingState>();
    state.set_icon(said.icon);
    state.set_title(said.title.into());
    state.set_errand(said.errand.into());
    state.set_case_number(said.case_number.into());
    state.set_since(said.since.into());
    state.set_notice(said.notice.into());
    let lines: Vec<SharedString> = said.lines.into_iter().map(SharedString::from).collect();
    state.set_lines(ModelRc::new(VecModel::from(lines)));
    state.set_reference(view.reference.groups().join(" ").into());
    state.set_phone_hours(view.phone_hours.as_str().into());
}

fn found_words(found: &FoundView, language: Language) -> Said {
    let icon = match found.state {
        State::Saved | State::Received => IconName::Letter,
        State::Registered => IconName::Done,
        State::Parked => IconName::Clock,
    };
    Said {
        icon,
        title: standing::state(language, found.state).to_owned(),
        errand: found.errand.clone().unwrap_or_default(),
        case_number: found.case_number.clone().unwrap_or_default(),
        since: standing::since(language, found),
        notice: if found.last_known { standing::last_known(language).to_owned() } else { String::new() },
        lines: vec![standing::meaning(language, found).to_owned()],
    }
}

/// Leaves nothing of the request.
pub(super) fn forget(app: &ui::App) {
    let state = app.global::<StandingState>();
    state.set_errand(SharedString::new());
    state.set_case_number(SharedString::new());
    state.set_since(SharedString::new());
    state.set_reference(SharedString::new());
}
