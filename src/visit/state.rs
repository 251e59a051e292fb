//! Where a visit is. Each state holds what it needs and nothing else; each has one function that
//! takes an event and gives the next state.

use std::time::Duration;

use jiff::civil::Date;

use zuil_catalogue::{Catalogue, Edition, Language};

use super::asking::Asking;
use super::explaining::Explaining;
use super::finishing::{Done, Saving};
use super::form::Form;
use super::inquiring::{Inquiring, LookingUp, Told};
use super::paying::{self, Paying};
use super::reading::OpenAnswer;
use super::referring::Referring;
use super::seeking::Seeking;
use super::survey::{self, Survey};
use super::{Effect, Event, Now, Offer, OutOfService, ReaderKind, Screen, VisitSettings};
use super::{asking, choosing, explaining, finishing, inquiring, reading, referring, seeking};

/// What a state may look at.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    /// What is offered.
    pub(super) edition: &'a Edition,
    /// How long to wait.
    pub(super) settings: &'a VisitSettings,
    /// What the devices can do.
    pub(super) offer: Offer,
    /// The language of the visit.
    pub(super) language: Language,
    /// The time.
    pub(super) now: Now,
    /// For how long nobody may try another code.
    pub(super) pause: Option<Duration>,
}

impl<'a> Look<'a> {
    /// What is offered and said.
    pub(super) fn catalogue(&self) -> &'a Catalogue {
        &self.edition.catalogue
    }

    /// Today, as far as the clock on the wall is right.
    pub(super) fn today(&self) -> Date {
        self.now.wall.date()
    }

    /// How long ago something was.
    pub(super) const fn since(&self, then: Duration) -> Duration {
        self.now.uptime.saturating_sub(then)
    }
}

/// What the effects of a step are collected in.
pub(super) type Effects = Vec<Effect>;

/// Where a visit is.
#[derive(Debug)]
pub(super) enum State {
    /// The pillar does not serve.
    Closed(OutOfService),
    /// Waiting for someone.
    Attract,
    /// Choosing a language. May hold a form that the resident came back from.
    Language(Option<Form>),
    /// Choosing a task; likewise.
    Choose(Option<Form>),
    /// Typing the code of a referral.
    Refer(Referring),
    /// Typing the reference of a request.
    Inquire(Inquiring),
    /// Waiting for the word how that request stands.
    LookUp(LookingUp),
    /// Reading how it stands.
    Standing(Told),
    /// Searching for an answer.
    Ask(Seeking),
    /// Reading an answer.
    Answer(OpenAnswer),
    /// Reading what a task is.
    Explain(Explaining),
    /// Answering a question.
    Asking(Asking),
    /// Reading the answers once more.
    Review(Form),
    /// Paying.
    Paying(Paying),
    /// Waiting until the transaction is durable, and a moment longer until it is received.
    Saving(Saving),
    /// It could not be kept.
    NotSaved,
    /// Done.
    Receipt(Done),
    /// Answering the survey.
    Survey(Survey),
    /// Being thanked, since then.
    Goodbye(Duration),
}

/// How a state takes it when nobody touches anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// It does not mind.
    Endless,
    /// It asks after a while and then wipes.
    Usual,
    /// It asks after a longer while and then wipes.
    Long,
}

/// What "stop" does in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WhenStopped {
    /// Nothing: there is nothing to stop, or it cannot be stopped any more.
    Nothing,
    /// The visit ends; nothing is lost.
    Leaves,
    /// The resident is asked first, since answers would be lost.
    Asks,
    /// The payment is cancelled first.
    CancelsPayment,
    /// The resident is thanked; all is done.
    Thanks,
}

impl State {
    /// Takes an event to the next state. One that does not fit changes nothing.
    pub(super) fn on(self, event: &Event, look: &Look<'_>, effects: &mut Effects) -> Self {
        match self {
            Self::Closed(_) | Self::NotSaved | Self::Goodbye(_) => finishing::on_end(self, event, look),
            Self::Attract => choosing::on_attract(event, look, effects),
            Self::Language(kept) => choosing::on_language(kept, event),
            Self::Choose(kept) => choosing::on_choose(kept, event, look, effects),
            Self::Refer(referring) => referring::on_refer(referring, event, look, effects),
            Self::Inquire(inquiring) => inquiring::on_inquire(inquiring, event, look, effects),
            Self::LookUp(looking) => inquiring::on_look_up(looking, event, look),
            Self::Standing(told) => inquiring::on_standing(told, event, look, effects),
            Self::Ask(seeking) => seeking::on_ask(seeking, event, look, effects),
            Self::Answer(reading) => reading::on_answer(reading, event, look),
            Self::Explain(explaining) => explaining::on_explain(explaining, event, look),
            Self::Asking(asking) => asking::on_asking(asking, event, look),
            Self::Review(form) => asking::on_review(form, event, look, effects),
            Self::Paying(paying) => paying::on_paying(paying, event, look, effects),
            Self::Saving(saving) => finishing::on_saving(saving, event, look, effects),
            Self::Receipt(done) => finishing::on_receipt(done, event, look, effects),
            Self::Survey(survey) => survey::on_survey(survey, event, look, effects),
        }
    }

    /// What it shows.
    pub(super) fn screen(&self, look: &Look<'_>) -> Screen {
        match self {
            Self::Closed(why) => Screen::OutOfService(why.clone()),
            Self::Attract => choosing::attract_screen(look),
            Self::Language(_) => Screen::Language,
            Self::Choose(_) => choosing::choose_screen(look),
            Self::Refer(referring) => referring.screen(look),
            Self::Inquire(inquiring) => inquiring.screen(),
            Self::LookUp(_) => Screen::LookingUp,
            Self::Standing(told) => told.screen(look),
            Self::Ask(seeking) => seeking.screen(look),
            Self::Answer(reading) => reading.screen(look),
            Self::Explain(explaining) => explaining.screen(look),
            Self::Asking(asking) => asking.screen(look),
            Self::Review(form) => asking::review_screen(form, look),
            Self::Paying(paying) => paying.screen(look),
            Self::Saving(saving) => saving.screen(look),
            Self::NotSaved => Screen::NotSaved,
            Self::Receipt(done) => done.screen(look),
            Self::Survey(survey) => Screen::Survey(survey.view()),
            Self::Goodbye(_) => Screen::Goodbye,
        }
    }

    /// The reader to listen to.
    pub(super) fn reader(&self, look: &Look<'_>) -> Option<ReaderKind> {
        if let Self::Asking(asking) = self { asking.reader(look) } else { None }
    }

    /// How it takes it when nobody touches anything.
    pub(super) const fn patience(&self) -> Patience {
        match self {
            Self::Closed(_) | Self::Attract | Self::Saving(_) | Self::Goodbye(_) => Patience::Endless,
            Self::Paying(paying) if paying.is_open() => Patience::Endless,
            Self::Receipt(_) => Patience::Long,
            _ => Patience::Usual,
        }
    }

    /// What "stop" does.
    pub(super) fn when_stopped(&self) -> WhenStopped {
        let unless_blank = |blank| if blank { WhenStopped::Leaves } else { WhenStopped::Asks };
        match self {
            Self::Closed(_) | Self::Attract | Self::Saving(_) | Self::Goodbye(_) => WhenStopped::Nothing,
            Self::Language(kept) | Self::Choose(kept) => {
                unless_blank(kept.as_ref().is_none_or(Form::is_blank))
            }
            Self::Refer(referring) => unless_blank(referring.is_blank()),
            Self::Inquire(inquiring) => unless_blank(inquiring.is_blank()),
            Self::LookUp(looking) => unless_blank(looking.is_blank()),
            Self::Standing(told) => unless_blank(told.is_blank()),
            Self::Ask(seeking) => unless_blank(seeking.is_blank()),
            Self::Answer(reading) => unless_blank(reading.is_blank()),
            Self::Explain(explaining) => unless_blank(explaining.is_blank()),
            Self::Asking(asking) => unless_blank(asking.is_blank()),
            Self::Review(form) => unless_blank(form.is_blank()),
            Self::Paying(paying) => paying.when_stopped(),
            Self::NotSaved => WhenStopped::Leaves,
            Self::Receipt(_) | Self::Survey(_) => WhenStopped::Thanks,
        }
    }

    /// Whether "back" does something.
    pub(super) const fn can_go_back(&self) -> bool {
        match self {
            Self::Language(_)
            | Self::Choose(_)
            | Self::Refer(_)
            | Self::Inquire(_)
            | Self::LookUp(_)
            | Self::Standing(_)
            | Self::Ask(_)
            | Self::Answer(_)
            | Self::Explain(_)
            | Self::Asking(_)
            | Self::Review(_)
            | Self::Survey(_) => true,
            Self::Paying(paying) => !paying.is_open(),
            _ => false,
        }
    }

    /// Whether the primary action can be touched.
    pub(super) fn can_go_on(&self, look: &Look<'_>) -> bool {
        match self {
            Self::Closed(_)
            | Self::Attract
            | Self::Choose(_)
            | Self::LookUp(_)
            | Self::Ask(_)
            | Self::Saving(_) => false,
            Self::Inquire(inquiring) => inquiring.can_go_on(),
            Self::Refer(referring) => referring.can_go_on(look),
            Self::Answer(reading) => reading.can_go_on(look),
            Self::Explain(explaining) => explaining.can_go_on(look),
            Self::Paying(paying) => !paying.is_open(),
            _ => true,
        }
    }

    /// Keeps what is worth keeping of a state that is left without an event.
    pub(super) fn wind_up(&mut self, look: &Look<'_>, effects: &mut Effects) {
        match self {
            Self::Survey(survey) => survey.keep(look, effects),
            Self::Ask(seeking) => seeking.tell_unfound(effects),
            _ => {}
        }
    }

    /// Whether a payment is open or something was paid or committed, so that the visit may not be
    /// ended from outside.
    pub(super) const fn is_bound(&self) -> bool {
        match self {
            Self::Paying(paying) => paying.is_open(),
            Self::Saving(_) | Self::Receipt(_) | Self::Survey(_) | Self::Goodbye(_) => true,
            _ => false,
        }
    }
}
