//! The explanation of a task, before anything is asked: what it is, what it costs, and when it cannot be done
//! now, why not and where it can.

use uuid::Uuid;

use super::asking::Asking;
use super::form::Form;
use super::offering::{self, Place};
use super::reading::OpenAnswer;
use super::seeking::Seeking;
use super::state::{Look, State};
use super::{Elsewhere, Event, FeeView, Intent, Missing, Screen};
use zuil_catalogue::Task;

/// A task that is being explained.
#[derive(Clone, Debug)]
pub(super) struct Explaining {
    at: Place,
    /// A form that the resident came back from: of this task, unless it waits.
    kept: Option<Form>,
    way: Way,
    /// The referral that led here.
    referral: Option<Uuid>,
}

/// Where the resident came from, and "back" leads.
#[derive(Clone, Debug, Default)]
pub(super) enum Way {
    /// The choice of task.
    #[default]
    Choice,
    /// A search.
    Search(Box<Seeking>),
    /// An answer.
    Answer(Box<OpenAnswer>),
    /// The explanation of a task that waits.
    Explanation(Box<Explaining>),
}

impl Explaining {
    /// The explanation of a task. What was filled in for another is left.
    pub(super) fn new(at: Place, kept: Option<Form>, way: Way) -> Self {
        let own = |form: &Form| matches!(at, Place::Later(_)) || at == Place::Now(form.task_index());
        Self { at, kept: kept.filter(own), way, referral: None }
    }

    /// The explanation of a task that an agent referred the resident to.
    pub(super) fn referred(at: Place, referral: Uuid) -> Self {
        Self { referral: Some(referral), ..Self::new(at, None, Way::Choice) }
    }

    /// The explanation of the task that is being filled in.
    pub(super) fn again(mut form: Form) -> Self {
        let referral = form.referral();
        Self { at: Place::Now(form.task_index()), way: form.take_way(), kept: Some(form), referral }
    }

    /// The task.
    pub(super) fn task<'a>(&self, look: &Look<'a>) -> &'a Task {
        self.at.task(look)
    }

    /// Whether nothing was filled in.
    pub(super) fn is_blank(&self) -> bool {
        self.kept.as_ref().is_none_or(Form::is_blank)
    }

    /// Whether the primary action does something: begins, or leads to being called back.
    pub(super) fn can_go_on(&self, look: &Look<'_>) -> bool {
        match self.at {
            Place::Now(_) => self.at.missing(look).is_none(),
            Place::Later(_) => offering::call_back(look).is_some(),
        }
    }

    /// What it shows.
    pub(super) fn screen(&self, look: &Look<'_>) -> Screen {
        let task = self.at.task(look);
        let missing = self.at.missing(look).or_else(|| self.at.may_lack(look));
        Screen::Explain {
            icon: task.icon,
            title: task.title.get(look.language).to_owned(),
            summary: task.summary.get(look.language).to_owned(),
            fee: task.fee.as_ref().map(|fee| fee.fixed().map_or(FeeView::Depends, FeeView::Fixed)),
            needs: task.needs.iter().map(|need| need.get(look.language).to_owned()).collect(),
            minutes: task.minutes,
            term: task.term.as_ref().map(|term| term.get(look.language).to_owned()),
            instead: task.instead.iter().map(|instead| instead.get(look.language).to_owned()).collect(),
            missing,
            elsewhere: missing.map(|missing| elsewhere(missing, look)),
            printer_missing: !look.offer.printer,
        }
    }

    fn next(mut self, look: &Look<'_>) -> State {
        match (self.at, offering::call_back(look)) {
            (Place::Now(task), _) if self.at.missing(look).is_none() => {
                let mut form = self.kept.unwrap_or_else(|| Form::new(task, look));
                form.set_way(self.way);
                form.set_referral(self.referral.or(form.referral()));
                Asking::begin(form, look)
            }
            (Place::Later(_), Some(call_back)) => {
                let kept = self.kept.take();
                State::Explain(Self::new(call_back, kept, Way::Explanation(Box::new(self))))
            }
            _ => State::Explain(self),
        }
    }

    fn back(self, look: &Look<'_>) -> State {
        match self.way {
            Way::Choice => State::Choose(self.kept),
            Way::Search(seeking) => State::Ask(seeking.again(self.kept).refreshed(look)),
            Way::Answer(reading) => State::Answer(reading.again(self.kept)),
            Way::Explanation(before) => State::Explain(Self { kept: self.kept, ..*before }),
        }
    }
}

/// The explanation.
pub(super) fn on_explain(explaining: Explaining, event: &Event, look: &Look<'_>) -> State {
    match event {
        Event::Resident(Intent::Back) => explaining.back(look),
        Event::Resident(Intent::Next) => explaining.next(look),
        _ => State::Explain(explaining),
    }
}

fn elsewhere(missing: Missing, look: &Look<'_>) -> Elsewhere {
    let municipality = &look.catalogue().municipality;
    Elsewhere {
        phone_hours: municipality.phone_hours.get(look.language).to_owned(),
        website: municipality.website.clone(),
        call_back: missing.waits() && offering::call_back(look).is_some(),
    }
}
