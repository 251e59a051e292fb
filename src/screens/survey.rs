//! The survey: one question at a time.

use slint::ComponentHandle;

use super::Sink;
use super::question::send_place;
use super::ui::{self, SurveyKind, SurveyState};
use crate::visit::{Intent, SurveyView};

pub(super) fn connect(app: &ui::App, sink: &Sink) {
    let sink = sink.clone();
    app.global::<SurveyState>().on_rate(move |place| send_place(&sink, place, Intent::Rate));
}

pub(super) fn show(app: &ui::App, survey: SurveyView) {
    let kind = match survey {
        SurveyView::Clear { .. } => SurveyKind::Clear,
        SurveyView::Helped { .. } => SurveyKind::Helped,
        SurveyView::Treated { .. } => SurveyKind::Treated,
        SurveyView::Missing { .. } => SurveyKind::Missing,
    };
    let state = app.global::<SurveyState>();
    state.set_question(kind);
    state.set_chosen(survey.chosen().and_then(|chosen| i32::try_from(chosen).ok()).unwrap_or(-1));
}
