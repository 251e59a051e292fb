//! Asking how a request stands, by the reference on its receipt.
//!
//! Invariant: a reference that was mistyped is told at once, and nobody is asked for it; nobody waits longer than
//! [`PATIENCE`] for an answer, and one that comes later, or is about another reference, changes nothing.

use std::time::Duration;

use zuil_wire::{Reference, State as TransactionState};

use super::buffer::{Buffer, Takes};
use super::form::Form;
use super::offering::Place;
use super::state::{Effects, Look, State};
use super::{
    Effect, Event, FoundView, Intent, LookedUp, ReferenceView, Screen, Standing, StandingOutcome,
    StandingView,
};

/// How many letters and digits a reference has.
const LETTERS: usize = 11;
/// How long a resident waits for the municipality's answer.
const PATIENCE: Duration = Duration::from_secs(8);

/// A reference that is being typed.
#[derive(Clone, Debug)]
pub(super) struct Inquiring {
    typed: Buffer,
    mistyped: bool,
    /// A form that the resident came back from.
    kept: Option<Form>,
}

/// A request that is being looked up.
#[derive(Clone, Debug)]
pub(super) struct LookingUp {
    asked: Inquiring,
    reference: Reference,
    since: Duration,
    /// What this pillar itself knows of it.
    here: Option<Standing>,
}

/// What is known of a request, for the resident to read.
#[derive(Clone, Debug)]
pub(super) struct Told {
    asked: Inquiring,
    reference: Reference,
    outcome: Outcome,
}

/// Whose word it is how a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    /// The municipality's.
    Hubs,
    /// This pillar's, where the municipality has no other.
    Ours,
    /// This pillar's, because the municipality could not be asked.
    LastKnown,
}

#[derive(Clone, Debug)]
enum Outcome {
    /// It stands so.
    Found(Standing, Word),
    NotFound,
    Unavailable,
}

impl Inquiring {
    /// Nothing typed yet.
    pub(super) fn begin(kept: Option<Form>) -> State {
        State::Inquire(Self { typed: Buffer::new(LETTERS, Takes::Reference), mistyped: false, kept })
    }

    /// Whether nothing that would be sent was filled in. A reference is no answer.
    pub(super) fn is_blank(&self) -> bool {
        self.kept.as_ref().is_none_or(Form::is_blank)
    }

    /// Whether all letters are there.
    pub(super) fn can_go_on(&self) -> bool {
        self.typed.text().len() == LETTERS
    }

    /// What it shows.
    pub(super) fn screen(&self) -> Screen {
        Screen::Reference(ReferenceView { typed: self.typed.text().to_owned(), mistyped: self.mistyped })
    }

    fn look_up(mut self, look: &Look<'_>, effects: &mut Effects) -> State {
        match self.typed.text().parse::<Reference>() {
            Ok(reference) => LookingUp::begin(self, reference, look, effects),
            Err(_) => {
                self.mistyped = true;
                State::Inquire(self)
            }
        }
    }

    /// Where a resident goes who has read how it stands.
    fn done(self, look: &Look<'_>) -> State {
        if self.is_blank() { State::Goodbye(look.now.uptime) } else { State::Choose(self.kept) }
    }
}

impl LookingUp {
    fn begin(asked: Inquiring, reference: Reference, look: &Look<'_>, effects: &mut Effects) -> State {
        effects.push(Effect::LookUpRequest(reference));
        State::LookUp(Self { asked, reference, since: look.now.uptime, here: None })
    }

    /// Whether nothing that would be sent was filled in.
    pub(super) fn is_blank(&self) -> bool {
        self.asked.is_blank()
    }

    fn told(self, outcome: Outcome) -> State {
        State::Standing(Told { asked: self.asked, reference: self.reference, outcome })
    }

    /// There is no answer of the municipality, so that this pillar's own word is all there is.
    fn without_answer(mut self) -> State {
        let here = self.here.take();
        let found = here.map(|standing| Outcome::Found(standing, Word::LastKnown));
        self.told(found.unwrap_or(Outcome::Unavailable))
    }

    fn looked_up(mut self, known: &LookedUp) -> State {
        match known {
            // The municipality does not have it yet, so that there is nobody to ask.
            LookedUp::Here(standing) if standing.state == TransactionState::Saved => {
                self.told(Outcome::Found(standing.clone(), Word::Ours))
            }
            LookedUp::Here(standing) => {
                self.here = Some(standing.clone());
                State::LookUp(self)
            }
            LookedUp::AtHub(standing) => self.told(Outcome::Found(standing.clone(), Word::Hubs)),
            // It was made here, and the hub did not take it: staff have to look at it. What the hub took and has no
            // more, it has lost: nobody is told that all is well with it.
            LookedUp::Nothing => {
                let refused = self.here.take().filter(|here| here.state == TransactionState::Parked);
                let found = refused.map(|standing| Outcome::Found(standing, Word::Ours));
                self.told(found.unwrap_or(Outcome::NotFound))
            }
            LookedUp::Unavailable => self.without_answer(),
        }
    }
}

impl Told {
    /// Whether nothing that would be sent was filled in.
    pub(super) fn is_blank(&self) -> bool {
        self.asked.is_blank()
    }

    /// What it shows.
    pub(super) fn screen(&self, look: &Look<'_>) -> Screen {
        let outcome = match &self.outcome {
            Outcome::Found(standing, word) => StandingOutcome::Found(found(standing, *word, look)),
            Outcome::NotFound => StandingOutcome::NotFound,
            Outcome::Unavailable => StandingOutcome::Unavailable,
        };
        let phone_hours = look.catalogue().municipality.phone_hours.get(look.language).to_owned();
        Screen::Standing(StandingView { reference: self.reference, outcome, phone_hours })
    }
}

fn found(standing: &Standing, word: Word, look: &Look<'_>) -> FoundView {
    let place = standing.task.as_ref().and_then(|task| Place::of(task, look));
    FoundView {
        state: standing.state,
        errand: place.map(|at| at.task(look).title.get(look.language).to_owned()),
        on: standing.on,
        case_number: standing.case_number.clone(),
        payment: standing.payment,
        by_pillar: word != Word::Hubs,
        last_known: word == Word::LastKnown,
    }
}

/// Typing a reference.
pub(super) fn on_inquire(
    mut inquiring: Inquiring,
    event: &Event,
    look: &Look<'_>,
    effects: &mut Effects,
) -> State {
    match event {
        Event::Resident(intent @ (Intent::Type(_) | Intent::Erase)) => {
            match intent {
                Intent::Type(c) => inquiring.typed.push(*c),
                _ => inquiring.typed.erase(),
            }
            inquiring.mistyped = false;
            State::Inquire(inquiring)
        }
        Event::Resident(Intent::Next) if inquiring.can_go_on() => inquiring.look_up(look, effects),
        Event::Resident(Intent::Back) => State::Choose(inquiring.kept),
        _ => State::Inquire(inquiring),
    }
}

/// Waiting for an answer.
pub(super) fn on_look_up(looking: LookingUp, event: &Event, look: &Look<'_>) -> State {
    match event {
        Event::LookedUp { reference, known } if *reference == looking.reference => looking.looked_up(known),
        Event::Resident(Intent::Back) => State::Inquire(looking.asked),
        Event::Tick if look.since(looking.since) >= PATIENCE => looking.without_answer(),
        _ => State::LookUp(looking),
    }
}

/// Reading how a request stands.
pub(super) fn on_standing(told: Told, event: &Event, look: &Look<'_>, effects: &mut Effects) -> State {
    match (event, &told.outcome) {
        (Event::Resident(Intent::Back), _) | (Event::Resident(Intent::Next), Outcome::NotFound) => {
            State::Inquire(told.asked)
        }
        (Event::Resident(Intent::Next), Outcome::Found(..)) => told.asked.done(look),
        (Event::Resident(Intent::Next), Outcome::Unavailable) => {
            LookingUp::begin(told.asked, told.reference, look, effects)
        }
        _ => State::Standing(told),
    }
}
