//! What a visit wants shown: plain data, from which screens, speech and pictures are made.
//!
//! Texts from the catalogue are already in the visit's language. Fixed words are not here: whoever
//! shows the view has them in its translations.

use jiff::civil::Date;
use zuil_wire::{Cents, PaymentState, Reference, State};

use crate::catalogue::{Icon, Language};

use super::event::{OutOfService, ReaderKind, ReceiptOutcome, TerminalStep, WhyNotPaid};

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
            language: Language::default(),
            languages: Language::ON_SCREEN.to_vec(),
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
        };
        Self { frame, screen: Screen::OutOfService(why) }
    }
}

/// What surrounds every screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The municipality's name.
    pub municipality: String,
    /// The number to call, for help.
    pub phone: String,
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
    /// The first screen, waiting for someone.
    Attract {
        /// The big kind question.
        welcome: String,
        /// The six most used tasks.
        tiles: Vec<Tile>,
        /// One line on privacy.
        privacy: String,
        /// The announcement, when there is one.
        announcement: Option<String>,
        /// Card payment does not work now.
        no_card: bool,
        /// Receipts cannot be printed now.
        no_printer: bool,
    },
    /// "In which language?"
    Language,
    /// "What do you want to do?"
    Choose {
        /// All tasks.
        tiles: Vec<Tile>,
    },
    /// What the task is, before anything is asked.
    Explain {
        /// Its icon.
        icon: Icon,
        /// Its name.
        title: String,
        /// What one gets.
        summary: String,
        /// What it costs; `None` when it is free.
        fee: Option<Cents>,
        /// What is needed at hand.
        needs: Vec<String>,
        /// How long it takes.
        minutes: u8,
        /// It costs money and cards cannot be taken now: it cannot be started.
        card_missing: bool,
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

/// A task to touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// The task's id.
    pub task: String,
    /// Its icon.
    pub icon: Icon,
    /// Its name.
    pub title: String,
    /// It cannot be done now, because it needs a card payment.
    pub unavailable: bool,
}

/// One question and its controls.
#[derive(Clone, Debug, PartialEq)]
pub struct QuestionView {
    /// The question.
    pub title: String,
    /// One line of help; empty when there is none.
    pub help: String,
    /// It may be skipped.
    pub optional: bool,
    /// What to touch or type.
    pub control: Control,
    /// What is expected, when the resident went on with something else.
    pub expected: Option<Expected>,
}

/// What to touch or type.
#[derive(Clone, Debug, PartialEq)]
pub enum Control {
    /// One or more fields to type in, and the keyboard for the one with the cursor.
    Fields {
        /// The fields, one to three.
        fields: Vec<Field>,
        /// Which has the cursor (0 = the first).
        cursor: usize,
        /// Which keys are needed.
        keyboard: Keyboard,
        /// What the fields name so far, such as the street for a postcode; empty when nothing.
        found: String,
    },
    /// Options to touch.
    Options {
        /// The options.
        options: Vec<OptionView>,
        /// More than one may be chosen.
        several: bool,
    },
    /// A way of contact (telephone or e-mail) and a field for it.
    Contact {
        /// Telephone (0) or e-mail (1); `None` when not chosen yet.
        way: Option<usize>,
        /// The field, empty until a way was chosen.
        field: Field,
        /// Which keys are needed; `None` until a way was chosen.
        keyboard: Option<Keyboard>,
    },
    /// Something to hold against a reader, or fields to type what is on it.
    Hold {
        /// Against which.
        reader: ReaderKind,
        /// How far it is.
        stage: HoldStage,
        /// The reader is there, so that it can be held against it while typing too.
        can_hold: bool,
        /// What was held last could not be read.
        unreadable: bool,
        /// The number, and of a document the day of expiry as `09-03-2031`.
        fields: Vec<Field>,
        /// Which has the cursor (0 = the first).
        cursor: usize,
        /// Which keys are needed while typing.
        keyboard: Keyboard,
    },
    /// A month to choose a day from.
    Calendar {
        /// The first day of the month that is shown.
        month: Date,
        /// Its days, from Monday of the first week; `None` outside the month.
        days: Vec<Option<Day>>,
        /// There is something to choose in an earlier month.
        earlier: bool,
        /// There is something to choose in a later month.
        later: bool,
    },
}

/// How far holding something against a reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldStage {
    /// Nothing was read or typed: says what to hold where.
    Waiting,
    /// It was read: shows what, to be confirmed by going on.
    Read,
    /// The resident types.
    Typing,
}

/// A field to type in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// What it is for.
    pub label: FieldLabel,
    /// What was typed.
    pub value: String,
    /// It has room for several lines.
    pub multiline: bool,
    /// The most characters.
    pub max: usize,
}

/// What a field is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldLabel {
    /// The question says it.
    #[default]
    Answer,
    /// Postcode.
    Postcode,
    /// House number.
    HouseNumber,
    /// What comes after the house number; may stay empty.
    Addition,
    /// Telephone number.
    Phone,
    /// E-mail address.
    Email,
    /// The number of an identity document.
    DocumentNumber,
    /// The day on which it expires; may stay empty.
    Expiry,
    /// The number that is printed on a waste pass.
    PassNumber,
    /// The number that was read from a waste pass; it is not the one printed on it.
    PassUid,
}

/// Which keys are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyboard {
    /// Letters, digits, punctuation.
    Letters,
    /// Digits only.
    Digits,
    /// Digits, plus, space.
    Phone,
    /// Letters, digits, `@`, `.`, common endings.
    Email,
    /// Digits and capitals, for a postcode.
    Postcode,
}

/// An option to touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionView {
    /// What it says. Empty for yes and no, whose words the screen has: 0 is yes, 1 is no.
    pub label: OptionLabel,
    /// It is chosen.
    pub chosen: bool,
}

/// What an option says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionLabel {
    /// A text from the catalogue.
    Text(String),
    /// Yes.
    Yes,
    /// No.
    No,
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Which day.
    pub date: Date,
    /// It may be chosen.
    pub available: bool,
    /// It is chosen.
    pub chosen: bool,
}

/// What is expected of an answer. The screen says it as an instruction, never as a reproach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// An answer; this question cannot be skipped.
    AnAnswer,
    /// One of the options.
    OneOption,
    /// At least one of the options.
    AtLeastOneOption,
    /// At most so many options.
    AtMostOptions(usize),
    /// A day from the calendar.
    ADay,
    /// A Dutch or international telephone number, for example 06 1234 5678.
    APhoneNumber,
    /// An e-mail address, for example naam@voorbeeld.nl.
    AnEmailAddress,
    /// Four digits and two letters, for example 2411 AB.
    APostcode,
    /// A house number.
    AHouseNumber,
    /// An address of this municipality; the postcode and number together name none.
    AKnownAddress,
    /// A telephone number or an e-mail address: choose one first.
    AWayOfContact,
    /// At least so many characters.
    AtLeastCharacters(usize),
    /// The number of a Dutch identity document, for example SPECI2014.
    ADocumentNumber,
    /// A day, for example 09-03-2031.
    ADateOfExpiry,
    /// The number that is printed on a waste pass.
    APassNumber {
        /// The fewest characters.
        least: usize,
        /// The most characters.
        most: usize,
    },
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

/// A question of the survey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SurveyView {
    /// "Was it clear?": five faces.
    Clear {
        /// The one that was touched, 0 to 4.
        chosen: Option<usize>,
    },
    /// "Were you helped in one go?": yes (0) or no (1).
    Helped {
        /// The one that was touched.
        chosen: Option<usize>,
    },
}
