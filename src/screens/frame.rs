//! The frame: settings, progress, back, stop, the primary action and what lies over the screen.

use slint::ComponentHandle;

use super::Sink;
use super::branding::{self, Shown};
use super::rows::Rows;
use super::ui::{self, FrameState, LanguageRow, Modal, OverlayKind, Primary, ScreenKind, Theme, Tongue};
use crate::visit::{
    Control, Elsewhere, Intent, Overlay, PanelView, PayStage, QuestionView, Screen, StandingOutcome,
    StandingView, TextSize, View,
};
use crate::words;
use zuil_catalogue::{Direction, Language};

pub(super) struct Frame {
    languages: Rows<LanguageRow>,
    branding: Shown,
}

pub(super) fn connect(app: &ui::App, sink: &Sink) -> Frame {
    let languages = Rows::new();
    let state = app.global::<FrameState>();
    state.set_languages(languages.model());
    let to = |intent: Intent| {
        let sink = sink.clone();
        move || sink.send(intent.clone())
    };
    state.on_toggle_languages(to(Intent::ToggleLanguages));
    state.on_turn_text_size(to(Intent::TurnTextSize));
    state.on_toggle_contrast(to(Intent::ToggleContrast));
    state.on_toggle_speech(to(Intent::ToggleSpeech));
    state.on_toggle_hidden(to(Intent::ToggleHidden));
    state.on_toggle_help(to(Intent::ToggleHelp));
    state.on_ask(to(Intent::Ask));
    state.on_back(to(Intent::Back));
    state.on_stop(to(Intent::Stop));
    state.on_confirm_stop(to(Intent::ConfirmStop));
    state.on_resume(to(Intent::Resume));
    let languages_to = sink.clone();
    state.on_choose_language(move |tongue| {
        languages_to.send(Intent::ChooseLanguage(language(tongue)));
    });
    connect_primary(app, sink);
    connect_keys(app, sink);
    Frame { languages, branding: Shown::default() }
}

impl Frame {
    pub(super) fn show(&self, app: &ui::App, view: &View) {
        let frame = &view.frame;
        self.branding.show(app, &frame.branding);
        branding::show_name(app, &frame.branding, &frame.municipality);
        let theme = app.global::<Theme>();
        theme.set_dark(frame.dark);
        theme.set_text_size(match frame.text_size {
            TextSize::Normal => ui::TextSize::Normal,
            TextSize::Large => ui::TextSize::Large,
            TextSize::Largest => ui::TextSize::Largest,
        });
        theme.set_mirrored(frame.language.direction() == Direction::RightToLeft);
        self.languages.set(frame.languages.iter().map(|&each| LanguageRow {
            tongue: tongue(each),
            name: each.own_name().into(),
            chosen: each == frame.language,
        }));
        let state = app.global::<FrameState>();
        state.set_municipality(frame.municipality.as_str().into());
        // A number is not broken over two lines.
        state.set_phone(frame.phone.replace(' ', "\u{a0}").into());
        state.set_language_name(frame.language.own_name().into());
        state.set_speech(frame.speech);
        state.set_can_go_back(frame.can_go_back);
        state.set_can_stop(frame.can_stop && can_stop(&view.screen));
        let primary = primary(&view.screen);
        state.set_primary(primary);
        // The ways to all tasks and to the search are always open.
        let always = matches!(primary, Primary::ShowAll | Primary::Ask);
        state.set_can_go_on(frame.can_go_on || always);
        state.set_can_ask(matches!(view.screen, Screen::Attract { ask: true, .. }));
        state.set_amount(fee(view).into());
        state.set_has_progress(frame.progress.is_some());
        if let Some(progress) = frame.progress {
            state.set_step(i32::try_from(progress.step).unwrap_or(i32::MAX));
            state.set_steps(i32::try_from(progress.of).unwrap_or(i32::MAX));
        }
        state.set_lab(frame.lab);
        show_overlay(app, frame.overlay.as_ref(), frame.hidden);
        state.set_screen(kind(&view.screen));
    }
}

fn show_overlay(app: &ui::App, overlay: Option<&Overlay>, hidden: bool) {
    let state = app.global::<FrameState>();
    state.set_hidden(hidden);
    state.set_overlay(match overlay {
        None => OverlayKind::None,
        Some(Overlay::IdleWarning { seconds_left }) => {
            state.set_seconds_left(i32::try_from(*seconds_left).unwrap_or(i32::MAX));
            OverlayKind::IdleWarning
        }
        Some(Overlay::ConfirmStop) => OverlayKind::ConfirmStop,
        Some(Overlay::Languages) => OverlayKind::Languages,
        Some(Overlay::Help) => OverlayKind::Help,
    });
    app.global::<Modal>().set_open(overlay.is_some() || hidden);
}

fn connect_primary(app: &ui::App, sink: &Sink) {
    let sink = sink.clone();
    let weak = app.as_weak();
    app.global::<FrameState>().on_primary_action(move || {
        if let Some(app) = weak.upgrade() {
            go_on(&app.global::<FrameState>(), &sink);
        }
    });
}

/// A real keyboard does what the screen can do at the moment, no more.
fn connect_keys(app: &ui::App, sink: &Sink) {
    let state = app.global::<FrameState>();
    let key = |act: fn(&ui::App, &Sink)| {
        let sink = sink.clone();
        let weak = app.as_weak();
        move || {
            if let Some(app) = weak.upgrade() {
                act(&app, &sink);
            }
        }
    };
    state.on_next(key(|app, sink| {
        let state = app.global::<FrameState>();
        if !app.global::<Modal>().get_open() && state.get_can_go_on() {
            go_on(&state, sink);
        }
    }));
    state.on_escape(key(|app, sink| {
        if app.global::<FrameState>().get_overlay() != OverlayKind::None {
            sink.send(Intent::Resume);
        } else if app.global::<FrameState>().get_can_stop() {
            let pays = app.global::<FrameState>().get_screen() == ScreenKind::Pay
                && app.global::<ui::PayState>().get_can_cancel();
            sink.send(if pays { Intent::CancelPayment } else { Intent::Stop });
        }
    }));
    state.on_erase(key(|app, sink| {
        if typing(app) {
            sink.send(Intent::Erase);
        }
    }));
    let sink = sink.clone();
    let weak = app.as_weak();
    state.on_typed(move |text| {
        if weak.upgrade().is_some_and(|app| typing(&app)) {
            // Keys without a character come as control or private-use characters.
            let typed = text.chars().filter(|&c| !c.is_control() && !('\u{e000}'..='\u{f8ff}').contains(&c));
            typed.for_each(|c| sink.send(Intent::Type(c)));
        }
    });
}

fn go_on(state: &FrameState, sink: &Sink) {
    match state.get_primary() {
        Primary::None => {}
        Primary::ShowAll => sink.send(Intent::Begin),
        Primary::Ask => sink.send(Intent::Ask),
        _ => sink.send(Intent::Next),
    }
}

fn typing(app: &ui::App) -> bool {
    !app.global::<Modal>().get_open()
        && match app.global::<FrameState>().get_screen() {
            ScreenKind::Question => {
                app.global::<ui::QuestionState>().get_keyboard() != ui::KeyboardKind::None
            }
            ScreenKind::Panel => app.global::<ui::PanelState>().get_keyboard() != ui::KeyboardKind::None,
            screen => matches!(screen, ScreenKind::Ask | ScreenKind::Code | ScreenKind::Reference),
        }
}

fn kind(screen: &Screen) -> ScreenKind {
    match screen {
        Screen::OutOfService(_) => ScreenKind::OutOfService,
        Screen::Attract { .. } => ScreenKind::Attract,
        Screen::Language => ScreenKind::Language,
        Screen::Choose { .. } => ScreenKind::Choose,
        Screen::Code(_) => ScreenKind::Code,
        Screen::Reference(_) => ScreenKind::Reference,
        Screen::LookingUp => ScreenKind::LookingUp,
        Screen::Standing(_) => ScreenKind::Standing,
        Screen::Ask(_) => ScreenKind::Ask,
        Screen::Answer(_) => ScreenKind::Answer,
        Screen::Explain { .. } => ScreenKind::Explain,
        Screen::Question(_) => ScreenKind::Question,
        Screen::Review { .. } => ScreenKind::Review,
        Screen::Pay { .. } => ScreenKind::Pay,
        Screen::Saving { .. } => ScreenKind::Saving,
        Screen::NotSaved => ScreenKind::NotSaved,
        Screen::Receipt(_) => ScreenKind::Receipt,
        Screen::PaymentUnknown(_) => ScreenKind::PaymentUnknown,
        Screen::Survey(_) => ScreenKind::Survey,
        Screen::Goodbye => ScreenKind::Goodbye,
        Screen::Panel(_) => ScreenKind::Panel,
    }
}

/// Once the bank was asked there is nothing to stop until it answers. A technician goes back.
fn can_stop(screen: &Screen) -> bool {
    match screen {
        Screen::Pay { stage: stage @ PayStage::Busy { .. }, .. } => super::pay::can_cancel(*stage),
        Screen::Panel(_) => false,
        _ => true,
    }
}

/// What the primary action says. It does what [`Intent::Next`] means there.
fn primary(screen: &Screen) -> Primary {
    match screen {
        Screen::Attract { .. } => Primary::ShowAll,
        Screen::Choose { ask: true, .. } => Primary::Ask,
        Screen::Answer(answer) if answer.tasks.iter().any(|task| task.missing.is_none()) => Primary::Arrange,
        Screen::Explain { elsewhere: Some(Elsewhere { call_back: true, .. }), .. } => Primary::CallBack,
        // What cannot be done here yet at all does not promise to begin.
        Screen::Explain { missing: Some(missing), .. } if missing.waits() => Primary::None,
        Screen::Explain { .. } => Primary::Start,
        Screen::Question(question) if question.optional && is_empty(question) => Primary::Skip,
        Screen::Question(_)
        | Screen::Code(_)
        | Screen::Reference(_)
        | Screen::Panel(PanelView { entry: Some(_), .. }) => Primary::Next,
        Screen::Standing(StandingView { outcome: StandingOutcome::Found(_), .. }) => Primary::Done,
        Screen::Standing(_) => Primary::TryAgain,
        Screen::Review { fee: Some(_), .. } => Primary::Pay,
        Screen::Review { fee: None, .. } => Primary::Send,
        Screen::Pay { stage: PayStage::NotPaid(_), .. } => Primary::TryAgain,
        Screen::Receipt(_) | Screen::PaymentUnknown(_) => Primary::Next,
        Screen::NotSaved => Primary::Done,
        Screen::Survey(survey) if survey.chosen().is_none() => Primary::Skip,
        Screen::Survey(survey) if survey.is_last() => Primary::Done,
        Screen::Survey(_) => Primary::Next,
        Screen::Goodbye => Primary::Done,
        Screen::OutOfService(_)
        | Screen::Language
        | Screen::Choose { .. }
        | Screen::LookingUp
        | Screen::Ask(_)
        | Screen::Answer(_)
        | Screen::Panel(_)
        | Screen::Pay { .. }
        | Screen::Saving { .. } => Primary::None,
    }
}

fn is_empty(question: &QuestionView) -> bool {
    match &question.control {
        Control::Fields { fields, .. } | Control::Hold { fields, .. } => {
            fields.iter().all(|field| field.value.is_empty())
        }
        Control::Options { options, .. } => options.iter().all(|option| !option.chosen),
        Control::Contact { way, field, .. } => way.is_none() || field.value.is_empty(),
        Control::Calendar { days, .. } => !days.iter().flatten().any(|day| day.chosen),
    }
}

fn fee(view: &View) -> String {
    match &view.screen {
        Screen::Review { fee: Some(fee), .. } => words::amount(view.frame.language, *fee),
        _ => String::new(),
    }
}

/// What the screens call a language.
const fn tongue(language: Language) -> Tongue {
    match language {
        Language::Nl => Tongue::Nl,
        Language::En => Tongue::En,
        Language::De => Tongue::De,
        Language::Fr => Tongue::Fr,
        Language::Pl => Tongue::Pl,
        Language::Tr => Tongue::Tr,
        Language::Ar => Tongue::Ar,
        Language::Uk => Tongue::Uk,
    }
}

const fn language(tongue: Tongue) -> Language {
    match tongue {
        Tongue::Nl => Language::Nl,
        Tongue::En => Language::En,
        Tongue::De => Language::De,
        Tongue::Fr => Language::Fr,
        Tongue::Pl => Language::Pl,
        Tongue::Tr => Language::Tr,
        Tongue::Ar => Language::Ar,
        Tongue::Uk => Language::Uk,
    }
}
