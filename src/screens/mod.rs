//! The screens: what the visit wants shown goes in as a [`View`], what the resident does comes out as
//! an [`Intent`].
//!
//! One file per view's global in `ui/state/`: each writes the part of the view that is its own into
//! properties and turns callbacks into intents. Invariant: the screens hold no state of a visit; what
//! they show is the last view, and a touch changes nothing until the visit answers with another.

mod answer;
mod ask;
mod attract;
mod branding;
mod choose;
mod code;
mod corners;
mod easel;
mod explain;
#[cfg(feature = "simulators")]
mod finger;
mod fonts;
mod frame;
mod keys;
mod out_of_service;
mod panel;
mod pay;
mod qr;
mod question;
mod receipt;
mod reference;
mod review;
mod rows;
mod saving;
mod standing;
mod survey;
mod unbroken;

#[cfg(any(test, feature = "simulators"))]
pub mod gallery;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod translation_tests;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use slint::ComponentHandle;

pub use easel::Easel;
#[cfg(feature = "simulators")]
pub use finger::Spot;

use crate::visit::{Intent, Screen, View};
use zuil_catalogue::Language;

/// What Slint makes of `ui/app.slint`.
#[allow(missing_docs)] // Generated code has no documentation.
#[allow(clippy::all, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // It is not ours to mend.
mod ui {
    slint::include_modules!();
}

/// The window and all that is in it. Lives on the thread of the event loop.
pub struct Screens {
    app: ui::App,
    sink: Sink,
    rows: Rows,
    language: Cell<Option<Language>>,
    shown: RefCell<Option<Place>>,
}

impl Screens {
    /// Makes the window; [`Self::window`] shows it.
    ///
    /// # Errors
    /// When there is no display, or no renderer for it.
    pub fn new() -> Result<Self, slint::PlatformError> {
        let app = ui::App::new()?;
        fonts::fall_back_on_our_own();
        unbroken::connect(&app);
        let sink = Sink::default();
        let rows = Rows {
            frame: frame::connect(&app, &sink),
            attract: attract::connect(&app, &sink),
            choose: choose::connect(&app, &sink),
            ask: ask::connect(&app, &sink),
            answer: answer::connect(&app, &sink),
            explain: explain::connect(&app),
            question: question::connect(&app, &sink),
            review: review::connect(&app, &sink),
            receipt: receipt::connect(&app),
            panel: panel::connect(&app, &sink),
        };
        corners::connect(&app, &sink);
        code::connect(&app, &sink);
        reference::connect(&app, &sink);
        standing::connect(&app, &sink);
        pay::connect(&app, &sink);
        survey::connect(&app, &sink);
        Ok(Self { app, sink, rows, language: Cell::new(None), shown: RefCell::new(None) })
    }

    /// Shows a view. Only to be called on the thread of the event loop.
    pub fn show(&self, view: &View) {
        self.speak(view.frame.language);
        let language = view.frame.language;
        self.rows.frame.show(&self.app, view);
        match &view.screen {
            Screen::OutOfService(why) => out_of_service::show(&self.app, why),
            Screen::Attract { .. } => self.rows.attract.show(&self.app, language, &view.screen),
            Screen::Choose { tiles, .. } => self.rows.choose.show(language, tiles),
            Screen::Panel(panel) => self.rows.panel.show(&self.app, panel),
            Screen::Code(code) => code::show(&self.app, language, &view.frame.phone, code),
            Screen::Reference(reference) => reference::show(&self.app, language, reference),
            Screen::Standing(view) => standing::show(&self.app, language, view),
            Screen::Ask(ask) => self.rows.ask.show(&self.app, language, ask),
            Screen::Answer(answer) => self.rows.answer.show(&self.app, language, answer),
            Screen::Explain { .. } => self.rows.explain.show(&self.app, &view.frame, &view.screen),
            Screen::Question(question) => self.rows.question.show(&self.app, language, question),
            Screen::Review { title, lines, fee } => {
                self.rows.review.show(&self.app, language, title, lines, *fee);
            }
            Screen::Pay { amount, stage } => pay::show(&self.app, language, *amount, *stage),
            Screen::Saving { slow } => saving::show(&self.app, *slow),
            Screen::Receipt(receipt) | Screen::PaymentUnknown(receipt) => {
                self.rows.receipt.show(&self.app, language, receipt);
            }
            Screen::Survey(survey) => survey::show(&self.app, *survey),
            Screen::Language | Screen::LookingUp | Screen::NotSaved | Screen::Goodbye => {}
        }
        self.forget(&view.screen);
        let place = Place::of(view);
        let moved = self.shown.borrow().as_ref() != Some(&place);
        if moved {
            *self.shown.borrow_mut() = Some(place);
            self.app.invoke_take_focus();
        }
    }

    /// Says who hears what the resident does; whoever heard it before does so no longer.
    pub fn on_intent(&self, hear: impl Fn(Intent) + 'static) {
        *self.sink.0.borrow_mut() = Some(Rc::new(hear));
    }

    /// The window: its size, its picture, and whether it fills the display.
    #[must_use]
    pub fn window(&self) -> &slint::Window {
        self.app.window()
    }

    /// Puts the window on the display.
    ///
    /// # Errors
    /// When the display refuses it.
    pub fn open(&self) -> Result<(), slint::PlatformError> {
        self.app.show()
    }

    fn speak(&self, language: Language) {
        if self.language.replace(Some(language)) == Some(language) {
            return;
        }
        keys::show(&self.app, language);
        // English is the language of the keys and has no file.
        let code = if language == Language::En { "" } else { language.code() };
        if let Err(error) = slint::select_bundled_translation(code) {
            tracing::error!(code, %error, "the screens have no such language; look at ui/lang");
        }
    }

    /// What was typed, chosen or paid does not stay in properties of a screen that is not shown.
    fn forget(&self, screen: &Screen) {
        if !matches!(screen, Screen::Question(_)) {
            self.rows.question.forget(&self.app);
        }
        if !matches!(screen, Screen::Panel(_)) {
            self.rows.panel.forget(&self.app);
        }
        if !matches!(screen, Screen::Code(_)) {
            code::forget(&self.app);
        }
        if !matches!(screen, Screen::Reference(_)) {
            reference::forget(&self.app);
        }
        if !matches!(screen, Screen::Standing(_)) {
            standing::forget(&self.app);
        }
        if !matches!(screen, Screen::Ask(_)) {
            self.rows.ask.forget(&self.app);
        }
        if !matches!(screen, Screen::Answer(_)) {
            self.rows.answer.forget(&self.app);
        }
        if !matches!(screen, Screen::Review { .. }) {
            self.rows.review.forget();
        }
        if !matches!(screen, Screen::Receipt(_) | Screen::PaymentUnknown(_)) {
            self.rows.receipt.forget(&self.app);
        }
    }
}

#[cfg(test)]
impl Screens {
    fn app(&self) -> &ui::App {
        &self.app
    }
}

/// The views whose rows are updated in place.
struct Rows {
    frame: frame::Frame,
    attract: attract::Attract,
    choose: choose::Choose,
    ask: ask::Ask,
    answer: answer::Answer,
    explain: explain::Explain,
    question: question::Question,
    review: review::Review,
    receipt: receipt::Receipt,
    panel: panel::Panel,
}

/// Where intents go.
#[derive(Clone, Default)]
struct Sink(Rc<RefCell<Option<Hearer>>>);

/// Whoever hears what the resident does.
type Hearer = Rc<dyn Fn(Intent)>;

impl Sink {
    fn send(&self, intent: Intent) {
        // Taken out first: whoever hears it may show a view, and that may say who hears.
        let hear = self.0.borrow().clone();
        if let Some(hear) = hear {
            hear(intent);
        }
    }
}

/// What the focus belongs to: it starts anew when another screen, question or overlay comes.
#[derive(PartialEq)]
struct Place {
    screen: std::mem::Discriminant<Screen>,
    step: Option<usize>,
    question: Option<String>,
    covered: bool,
}

impl Place {
    fn of(view: &View) -> Self {
        Self {
            screen: std::mem::discriminant(&view.screen),
            step: view.frame.progress.map(|progress| progress.step),
            question: match &view.screen {
                Screen::Question(question) => Some(question.title.clone()),
                Screen::Explain { title, .. } => Some(title.clone()),
                Screen::Panel(panel) => Some(panel.title.clone()),
                Screen::Answer(answer) => Some(answer.answer.clone()),
                _ => None,
            },
            covered: view.frame.overlay.is_some() || view.frame.hidden,
        }
    }
}
