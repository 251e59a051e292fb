//! An answer of the knowledge base, and what to do after it.

use zuil_catalogue::{Language, Next, Text};

use super::explaining::{Explaining, Way};
use super::form::Form;
use super::offering::Place;
use super::seeking::{self, AnswerAt, Seeking};
use super::state::{Look, State};
use super::{AnswerView, Event, Intent, Screen};

/// An answer that is being read.
#[derive(Clone, Debug)]
pub(super) struct OpenAnswer {
    at: AnswerAt,
    /// The search that it was found by.
    seeking: Seeking,
}

impl OpenAnswer {
    /// An answer that was opened from a search.
    pub(super) const fn new(at: AnswerAt, seeking: Seeking) -> Self {
        Self { at, seeking }
    }

    /// The same answer, come back to from a form.
    pub(super) fn again(self, kept: Option<Form>) -> Self {
        Self { at: self.at, seeking: self.seeking.again(kept) }
    }

    /// Whether nothing that would be sent was filled in.
    pub(super) fn is_blank(&self) -> bool {
        self.seeking.is_blank()
    }

    /// Whether it leads to a task that can be done now.
    pub(super) fn can_go_on(&self, look: &Look<'_>) -> bool {
        self.first_task(look).is_some()
    }

    /// What it shows.
    pub(super) fn screen(&self, look: &Look<'_>) -> Screen {
        let answer = seeking::answer(self.at, look);
        let of = |text: &Text| text.get(look.language).to_owned();
        let phone = answer.next.iter().find_map(|next| match next {
            Next::Phone(phone) => Some(phone.clone()),
            _ => None,
        });
        let municipality = &look.catalogue().municipality;
        Screen::Answer(AnswerView {
            answer: answer.id.clone(),
            question: seeking::question(answer, look.language),
            short: of(&answer.short),
            long: of(&answer.long).split("\n\n").map(|part| part.replace('\n', " ")).collect(),
            checked: answer.valid.checked,
            only_dutch: look.language != Language::Nl && !answer.short.0.contains_key(&look.language),
            tasks: self.tasks(look).map(|at| at.tile(look)).collect(),
            // Only of the municipality's own number the hours are known.
            phone_hours: phone
                .as_ref()
                .filter(|phone| **phone == municipality.phone)
                .map(|_| of(&municipality.phone_hours)),
            phone,
            website: answer.next.iter().find_map(|next| match next {
                Next::Website(website) => Some(website.clone()),
                _ => None,
            }),
        })
    }

    fn tasks<'a>(&self, look: &Look<'a>) -> impl Iterator<Item = Place> + use<'a> {
        let look = *look;
        seeking::answer(self.at, &look).next.iter().filter_map(move |next| match next {
            Next::Task(id) => Place::of(id, &look),
            _ => None,
        })
    }

    fn first_task(&self, look: &Look<'_>) -> Option<Place> {
        self.tasks(look).find(|at| at.missing(look).is_none())
    }

    fn explain(mut self, at: Place) -> State {
        let kept = self.seeking.take_kept();
        State::Explain(Explaining::new(at, kept, Way::Answer(Box::new(self))))
    }
}

/// An answer.
pub(super) fn on_answer(reading: OpenAnswer, event: &Event, look: &Look<'_>) -> State {
    let at = match event {
        // In the language of this moment, which may be another than when it was left.
        Event::Resident(Intent::Back) => {
            return State::Ask(reading.seeking.refreshed(look));
        }
        Event::Resident(Intent::Next) => reading.first_task(look),
        Event::Resident(Intent::ChooseTask(id)) => Place::of(id, look),
        _ => None,
    };
    match at {
        Some(at) => reading.explain(at),
        None => State::Answer(reading),
    }
}
