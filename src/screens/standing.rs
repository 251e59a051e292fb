//! How a request stands.

use slint::{ComponentHandle, ModelRc, SharedString, VecModel};
use zuil_wire::State;

use super::Sink;
use super::ui::{self, ChooseState, IconName, StandingState};
use crate::visit::{FoundView, Intent, StandingOutcome, StandingView};
use crate::words::standing;
use zuil_catalogue::Language;

/// Signs behind which a case number goes on with another group. A space parts groups by itself.
const PARTS: [char; 6] = ['-', '/', '.', '_', ':', ','];
/// A sign without width at which a line may end.
const MAY_END: char = '\u{200b}';

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
    let number = in_groups(&said.case_number);
    state.set_case_number_width(width(&number));
    state.set_case_number_widest(number.split([MAY_END, ' ']).map(width).fold(0.0, f32::max));
    state.set_case_number(number.into());
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
        State::Closed => IconName::Info,
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

/// A case number of which a line may end only where a group does: a row of digits is compared as one.
fn in_groups(number: &str) -> String {
    let mut set = String::with_capacity(number.len());
    for sign in number.chars() {
        set.push(sign);
        if PARTS.contains(&sign) {
            set.push(MAY_END);
        }
    }
    set
}

/// How wide a part of a case number is at most, in heights of its letters. Few letters are wider than is said here, and
/// no digit is.
fn width(part: &str) -> f32 {
    let of = |sign: char| match sign {
        MAY_END => 0.0,
        _ if sign.is_ascii_digit() => 0.58,
        _ if sign == ' ' || PARTS.contains(&sign) => 0.45,
        _ => 0.8,
    };
    part.chars().map(of).sum()
}

/// Leaves nothing of the request.
pub(super) fn forget(app: &ui::App) {
    let state = app.global::<StandingState>();
    state.set_errand(SharedString::new());
    state.set_case_number(SharedString::new());
    state.set_case_number_width(0.0);
    state.set_case_number_widest(0.0);
    state.set_since(SharedString::new());
    state.set_reference(SharedString::new());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_may_end_between_the_groups_of_a_case_number_and_nowhere_else() {
        for (number, set) in [
            ("ZAAK-2026-0000012345", "ZAAK-\u{200b}2026-\u{200b}0000012345"),
            ("2026/17 (b)", "2026/\u{200b}17 (b)"),
            ("20260000012345", "20260000012345"),
            ("", ""),
        ] {
            assert_eq!(in_groups(number), set);
        }
    }
}
