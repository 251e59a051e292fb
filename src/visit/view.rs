//! What a visit wants shown: plain data, from which screens, speech and pictures are made.
//!
//! Texts from the catalogue are already in the visit's language. Fixed words are not here: whoever
//! shows the view has them in its translations.

use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use zuil_wire::{Cents, PaymentState, Reference, State};

use zuil_catalogue::{Branding, Icon, Language};

use super::event::{OutOfService, ReceiptOutcome, TerminalStep, WhyNotPaid};
use super::survey::SurveyView;

mod code;
mod knowledge;
mod panel;
mod question;
mod standing;

pub use code::*;
pub use knowledge::*;
pub use panel::*;
pub use question::*;
pub use standing::*;

/// All that is shown at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// What surrounds every screen.
    pub frame: Frame,
    /// The screen itself.
    pub screen: Screen,
}

impl View {
    /// What a pillar shows that could not even start, and so has no visit and knows no municipality.
    #[must_use]
    pub fn out_of_service(why: OutOfService) -> Self {
        let frame = Frame {
            municipality: String::new(),
            phone: String::new(),
            branding: Arc::default(),
            language: Language::default(),
            languages: Language::ALL.to_vec(),
            text_size: TextSize::default(),
            dark: false,
            speech: false,
            headphones: false,
            hidden: false,
            can_go_back: false,
            can_stop: false,
            can_go_on: false,
            progress: None,
            overlay: None,
            lab: false,
        };
        Self { frame, screen: Screen::OutOfService(why) }
    }

    /// The same, and it says whether the image is one of the lab. Whoever shows views and knows the machine says so of
    /// each of them; a visit knows no machine.
    #[must_use]
    pub fn on_image_of_lab(mut self, lab: bool) -> Self {
        self.frame.lab = lab;
        self
    }
}

/// What surrounds every screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The municipality's name.
    pub municipality: String,
    /// The number to call, for help.
    pub phone: String,
    /// How the municipality looks. Shared by all views of an edition, so that comparing two views costs nothing.
    pub branding: Arc<Branding>,
    /// The language of the visit.
    pub language: Language,
    /// The languages that can be chosen, in this order.
    pub languages: Vec<Language>,
    /// How large texts are.
    pub text_size: TextSize,
    /// Light on dark instead of dark on light.
    pub dark: bool,
    /// Speech is on.
    pub speech: bool,
    /// Headphones are plugged in.
    pub headphones: bool,
    /// The screen is hidden from onlookers.
    pub hidden: bool,
    /// Whether "back" does something here.
    pub can_go_back: bool,
    /// Whether "stop" does something here.
    pub can_stop: bool,
    /// Whether the primary action can be touched; it is shown all the same when there is one.
    pub can_go_on: bool,
    /// Where the resident is among the questions.
    pub progress: Option<Progress>,
    /// What lies over the screen.
    pub overlay: Option<Overlay>,
    /// The image is one of the lab, as `VARIANT_ID` of its `os-release` says: nobody may take the pillar for one that
    /// serves.
    pub lab: bool,
}

/// How large texts are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextSize {
    /// As designed.
    #[default]
    Normal,
    /// Half as large again.
    Large,
    /// Twice as large.
    Largest,
}

/// Question `step` (from 1) of `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Which question this is, from 1.
    pub step: usize,
    /// How many there are, as far as the answers so far tell.
    pub of: usize,
}

/// What lies over the screen and takes all touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// "Are you still there?": everything is wiped in so many seconds.
    IdleWarning {
        /// Seconds until the wipe.
        seconds_left: u64,
    },
    /// "Do you want to stop? Your answers are wiped."
    ConfirmStop,
    /// The choice of language.
    Languages,
    /// Help: what can be done here, and the number to call.
    Help,
}

/// The screens.
#[derive(Clone, Debug, PartialEq)]
pub enum Screen {
    /// The pillar does not serve.
    OutOfService(OutOfService),
    /// A page for technicians.
    Panel(PanelView),
    /// The first screen, waiting for someone.
    Attract {
        /// The big kind question.
        welcome: String,
        /// The six most used tasks.
        tiles: Vec<Tile>,
        /// One line on privacy.
        privacy: String,
        /// The announcement, when there is one.
        announcement: Option<Banner>,
        /// Questions can be asked.
        ask: bool,
        /// Card payment does not work now.
        no_card: bool,
        /// Receipts cannot be printed now.
        no_printer: bool,
    },
    /// "In which language?"
    Language,
    /// "What do you want to do?"
    Choose {
        /// All tasks; those that cannot be done here yet come last.
        tiles: Vec<Tile>,
        /// Questions can be asked.
        ask: bool,
    },
    /// "Type your code"
    Code(CodeView),
    /// "What is the reference of your request?"
    Reference(ReferenceView),
    /// "We are looking up your request"
    LookingUp,
    /// How a request stands.
    Standing(StandingView),
    /// "What is your question?"
    Ask(AskView),
    /// An answer.
    Answer(AnswerView),
    /// What the task is, before anything is asked.
    Explain {
        /// Its icon.
        icon: Icon,
        /// Its name.
        title: String,
        /// What one gets.
        summary: String,
        /// What it costs; `None` when it is free.
        fee: Option<FeeView>,
        /// What is needed at hand.
        needs: Vec<String>,
        /// How long it takes.
        minutes: u8,
        /// By when the municipality answers.
        term: Option<String>,
        /// What cannot be done here, and what to do instead.
        instead: Vec<String>,
        /// What is missing, so that it cannot be started; or what may be, with [`Missing::CardMaybe`].
        missing: Option<Missing>,
        /// Where it can be done instead, when something is missing.
        elsewhere: Option<Elsewhere>,
        /// No receipt can be printed now; the reference comes on the screen.
        printer_missing: bool,
    },
    /// One question.
    Question(QuestionView),
    /// "Is this right?"
    Review {
        /// The task's name.
        title: String,
        /// Label and answer, in order.
        lines: Vec<ReviewLine>,
        /// What it costs; decides whether the primary action says "pay" or "send".
        fee: Option<Cents>,
    },
    /// The card payment.
    Pay {
        /// The amount.
        amount: Cents,
        /// How far it is.
        stage: PayStage,
    },
    /// "We are saving your request."
    Saving {
        /// It takes longer than a moment.
        slow: bool,
    },
    /// It could not be kept. Nothing was charged. Says where it can be done instead.
    NotSaved,
    /// Done: the reference, large, and the receipt.
    Receipt(ReceiptView),
    /// The request is kept, and whether it was paid is being found out: the reference, and what that
    /// means.
    PaymentUnknown(ReceiptView),
    /// A question of the survey.
    Survey(SurveyView),
    /// Thank you; everything is wiped in a moment.
    Goodbye,
}

/// What a task costs, before anything was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeeView {
    /// This.
    Fixed(Cents),
    /// It depends on the answers, and is said before anything is paid.
    Depends,
}

/// A task to touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// The task's id.
    pub task: String,
    /// Its icon.
    pub icon: Icon,
    /// Its name.
    pub title: String,
    /// What is missing, so that it cannot be done now.
    pub missing: Option<Missing>,
}

/// Why a task cannot be done here now, or perhaps not to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It costs money, and cards cannot be taken now.
    Card,
    /// It may cost money, depending on the answers, and cards cannot be taken now. It can be started all the
    /// same; no tile says it.
    CardMaybe,
    /// It needs a printed receipt.
    Printer,
    /// It needs a document to be read.
    DocumentReader,
    /// It needs a waste pass to be read.
    PassReader,
    /// It is offered at other times.
    Hours {
        /// The next time, local time; `None` when there is none within a year.
        again: Option<DateTime>,
    },
    /// It needs DigiD, which the pillar has not yet.
    DigiD,
    /// It needs an agenda, which the pillar has not yet.
    Agenda,
}

impl Missing {
    /// Whether it is something that the pillar cannot do yet at all.
    #[must_use]
    pub const fn waits(self) -> bool {
        matches!(self, Self::DigiD | Self::Agenda)
    }

    /// Whether it keeps the task from being begun.
    #[must_use]
    pub const fn prevents(self) -> bool {
        !matches!(self, Self::CardMaybe)
    }
}

/// Where something can be done that cannot be done here, besides the number to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// When the number is answered.
    pub phone_hours: String,
    /// The website, without `https://`.
    pub website: String,
    /// The primary action leads to being called back.
    pub call_back: bool,
}

/// A line of the review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewLine {
    /// The question's short label.
    pub label: String,
    /// The answer; empty when it was skipped.
    pub answer: ReviewAnswer,
    /// It tells how to reach someone or which document they have: it is covered until the resident asks to see it.
    pub masked: bool,
}

/// An answer as the review and the receipt show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewAnswer {
    /// As it was typed or chosen.
    Text(String),
    /// Yes.
    Yes,
    /// No.
    No,
    /// A day.
    Day(Date),
    /// It was skipped.
    Skipped,
}

/// How far a payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayStage {
    /// It is going on.
    Busy {
        /// What the terminal wants or does.
        step: TerminalStep,
        /// The resident asked to stop.
        stopping: bool,
    },
    /// It was not paid; the resident may try again or stop.
    NotPaid(WhyNotPaid),
}

/// The end of the task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptView {
    /// The task's name.
    pub title: String,
    /// The reference.
    pub reference: Reference,
    /// Where the transaction is.
    pub state: State,
    /// The payment, for tasks with a fee.
    pub payment: Option<(Cents, PaymentState)>,
    /// What became of the paper receipt; `None` while it prints.
    pub paper: Option<ReceiptOutcome>,
    /// There is none, and it is printed by itself when the printer is well again in this visit.
    pub comes_later: bool,
    /// It is printing, and not for the first time.
    pub anew: bool,
    /// The municipality's website, to which the QR code of the reference leads.
    pub website: String,
    /// What happens next.
    pub next_steps: String,
}
