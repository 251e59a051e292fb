//! The visit itself: what holds for every state (time, language, help, stopping), and what becomes
//! of events.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use zuil_catalogue::{Edition, Language};

use super::comfort::{Comfort, Layer};
use super::referring::Tries;
use super::state::{Effects, Look, Patience, State, WhenStopped};
use super::{
    Effect, Event, Frame, Intent, Now, Offer, OutOfService, Overlay, ReaderKind, View, VisitSettings,
    Whereabouts,
};

/// One pillar's visits, one after another. Give it every event, and perform the effects in order.
#[derive(Debug)]
pub struct Visit {
    edition: Edition,
    /// Takes its place as soon as nobody is here.
    next_edition: Option<Edition>,
    settings: VisitSettings,
    offer: Offer,
    headphones: bool,
    out_of_service: Option<OutOfService>,
    comfort: Comfort,
    touched: Duration,
    /// The reader that listens for this visit.
    listening: Option<ReaderKind>,
    /// Wrong codes, of all visits.
    tries: Tries,
    pub(super) state: State,
}

impl Visit {
    /// A pillar that waits for someone. Nothing is offered until [`Event::Offer`] says so.
    #[must_use]
    pub fn new(edition: impl Into<Edition>, settings: VisitSettings) -> Self {
        Self {
            edition: edition.into(),
            next_edition: None,
            settings,
            offer: Offer::default(),
            headphones: false,
            out_of_service: None,
            comfort: Comfort::default(),
            touched: Duration::ZERO,
            listening: None,
            tries: Tries::default(),
            state: State::Attract,
        }
    }

    /// Nobody is served from the start, before anybody could touch anything.
    pub fn begin_closed(&mut self, why: OutOfService) {
        self.out_of_service = Some(why.clone());
        self.state = State::Closed(why);
    }

    /// Takes an event; gives what must be done, in this order. An event that does not fit is ignored.
    #[must_use = "the effects must be performed"]
    pub fn handle(&mut self, event: Event, now: Now) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.pass_time(now, &mut effects);
        match event {
            Event::Resident(intent) => self.on_resident(intent, now, &mut effects),
            Event::Tick => {}
            Event::Edition(edition) => {
                self.next_edition = Some(edition);
                self.turn_edition();
                // Whoever types is not kept waiting for an index that has come.
                self.step(&Event::Tick, now, &mut effects);
            }
            Event::Offer(offer) => {
                self.offer = offer;
                self.step(&event, now, &mut effects);
            }
            Event::Headphones(plugged) => {
                self.headphones = plugged;
                self.comfort.speech = plugged;
                self.touched = now.uptime;
            }
            Event::Referred(ref referred) => {
                self.tries.note(referred, now.uptime);
                self.step(&event, now, &mut effects);
            }
            Event::OutOfService(why) => self.on_out_of_service(why, now, &mut effects),
            Event::Read(_) | Event::Unreadable if self.listening.is_none() => {}
            read @ (Event::Read(_) | Event::Unreadable) => {
                if matches!(read, Event::Read(_)) {
                    self.listening = None;
                }
                // Whoever holds something against a reader is there.
                self.touched = now.uptime;
                self.step(&read, now, &mut effects);
            }
            news => self.step(&news, now, &mut effects),
        }
        self.turn_edition();
        self.listen(now, &mut effects);
        effects
    }

    /// Whether nobody is here.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        matches!(self.state, State::Attract | State::Closed(_))
    }

    /// How far a visit is.
    #[must_use]
    pub fn whereabouts(&self, now: Now) -> Whereabouts {
        self.state.whereabouts(&self.look(now))
    }

    /// What residents are served from now.
    #[must_use]
    pub const fn edition(&self) -> &Edition {
        &self.edition
    }

    /// What to show.
    #[must_use]
    pub fn view(&self, now: Now) -> View {
        let look = self.look(now);
        let municipality = &self.edition.catalogue.municipality;
        let progress = match &self.state {
            State::Asking(asking) => Some(asking.progress(&look)),
            _ => None,
        };
        let frame = Frame {
            municipality: municipality.name.clone(),
            phone: municipality.phone.clone(),
            branding: Arc::clone(&self.edition.catalogue.branding),
            language: self.comfort.language,
            languages: municipality.languages.clone(),
            text_size: self.comfort.text_size,
            dark: self.comfort.dark,
            speech: self.comfort.speech,
            headphones: self.headphones,
            hidden: self.comfort.hidden,
            can_go_back: self.state.can_go_back(),
            can_stop: self.state.when_stopped() != WhenStopped::Nothing,
            can_go_on: self.state.can_go_on(&look),
            progress,
            overlay: self.overlay(now),
            lab: false,
        };
        View { frame, screen: self.state.screen(&look) }
    }

    fn look(&self, now: Now) -> Look<'_> {
        Look {
            edition: &self.edition,
            settings: &self.settings,
            offer: self.offer,
            language: self.comfort.language,
            now,
            pause: self.tries.pause(now.uptime),
        }
    }

    /// A visit ends with the edition that it began with; only an index may join it meanwhile.
    fn turn_edition(&mut self) {
        let Some(next) = &self.next_edition else { return };
        if !self.is_waiting() && !Arc::ptr_eq(&next.catalogue, &self.edition.catalogue) {
            return;
        }
        self.edition = next.clone();
        self.next_edition = None;
        if !self.edition.catalogue.municipality.languages.contains(&self.comfort.language) {
            self.comfort.language = Language::default();
        }
    }

    /// Listens to the reader that the question on the screen can be answered with, and to no other.
    fn listen(&mut self, now: Now, effects: &mut Effects) {
        let wanted = self.state.reader(&self.look(now));
        if wanted == self.listening {
            return;
        }
        if self.listening.is_some() {
            effects.push(Effect::Ignore);
        }
        effects.extend(wanted.map(Effect::Listen));
        self.listening = wanted;
    }

    fn overlay(&self, now: Now) -> Option<Overlay> {
        let warning = self.time_left(now).map(|left| Overlay::IdleWarning {
            seconds_left: left.as_secs() + u64::from(left.subsec_nanos() > 0),
        });
        warning.or_else(|| {
            Some(match self.comfort.layer? {
                Layer::Languages => Overlay::Languages,
                Layer::Help => Overlay::Help,
                Layer::ConfirmStop => Overlay::ConfirmStop,
            })
        })
    }

    /// How long nobody may touch anything before the warning; `None` when for ever.
    fn patience(&self) -> Option<Duration> {
        match self.state.patience() {
            Patience::Endless => None,
            Patience::Usual => Some(self.settings.idle),
            Patience::Long => Some(self.settings.receipt),
        }
    }

    /// How long the warning still stands before everything is wiped; `None` when there is none.
    fn time_left(&self, now: Now) -> Option<Duration> {
        let idle = now.uptime.saturating_sub(self.touched);
        let warned = idle.checked_sub(self.patience()?)?;
        Some(self.settings.warning.saturating_sub(warned))
    }

    fn pass_time(&mut self, now: Now, effects: &mut Effects) {
        self.step(&Event::Tick, now, effects);
        if self.time_left(now).is_some_and(|left| left.is_zero()) {
            self.leave(now, effects);
        }
        let usual = Comfort::with_headphones(self.headphones);
        let forgotten = matches!(self.state, State::Attract | State::Closed(_)) && self.comfort != usual;
        if forgotten && now.uptime.saturating_sub(self.touched) >= self.settings.idle {
            self.comfort = usual;
            effects.push(Effect::Wipe);
        }
    }

    /// Gives an event to the state.
    fn step(&mut self, event: &Event, now: Now, effects: &mut Effects) {
        let before = mem::replace(&mut self.state, State::Attract);
        let was = Was::of(&before);
        let next = before.on(event, &self.look(now), effects);
        self.enter(was, next, now, effects);
    }

    /// Goes to a state, and ends the visit when that is the first screen.
    fn enter(&mut self, was: Was, next: State, now: Now, effects: &mut Effects) {
        let is = Was::of(&next);
        self.state = next;
        if is == was {
            return;
        }
        self.touched = now.uptime;
        if self.comfort.layer == Some(Layer::ConfirmStop) {
            self.comfort.layer = None;
        }
        if let State::Paying(paying) = &mut self.state {
            let leaving = paying.take_wish_to_leave();
            match &self.out_of_service {
                // Trying again would be in vain; this says that nothing was charged, and where to go.
                Some(_) if !paying.is_open() => self.state = State::NotSaved,
                _ if leaving => self.comfort.layer = Some(Layer::ConfirmStop),
                _ => {}
            }
        }
        if matches!(self.state, State::Attract) {
            self.comfort = Comfort::with_headphones(self.headphones);
            self.state = self.out_of_service.clone().map_or(State::Attract, State::Closed);
            effects.push(Effect::Wipe);
        }
    }

    /// Ends the visit at once.
    fn leave(&mut self, now: Now, effects: &mut Effects) {
        self.go(State::Attract, now, effects);
    }

    /// Leaves the state for another without an event.
    fn go(&mut self, next: State, now: Now, effects: &mut Effects) {
        let was = Was::of(&self.state);
        let mut left = mem::replace(&mut self.state, State::Attract);
        left.wind_up(&self.look(now), effects);
        self.enter(was, next, now, effects);
    }

    fn on_resident(&mut self, intent: Intent, now: Now, effects: &mut Effects) {
        let warned = self.time_left(now).is_some();
        self.touched = now.uptime;
        if self.comfort.set(&intent) {
            return;
        }
        match (warned, self.comfort.layer) {
            // Whatever else is touched during the warning only says "I am still here".
            (true, _) if intent == Intent::ConfirmStop => self.leave(now, effects),
            (true, _) => {}
            (false, Some(layer)) => self.on_layer(layer, intent, now, effects),
            (false, None) => self.on_intent(intent, now, effects),
        }
    }

    /// What lies over the screen takes all touches.
    fn on_layer(&mut self, layer: Layer, intent: Intent, now: Now, effects: &mut Effects) {
        match (layer, intent) {
            (_, Intent::Resume | Intent::Back) => self.comfort.layer = None,
            (Layer::ConfirmStop, Intent::ConfirmStop) => self.leave(now, effects),
            (Layer::Languages, intent @ Intent::ChooseLanguage(_)) => {
                self.comfort.layer = None;
                self.on_intent(intent, now, effects);
            }
            (Layer::Languages | Layer::Help, intent @ (Intent::ToggleLanguages | Intent::ToggleHelp)) => {
                self.on_intent(intent, now, effects);
            }
            (Layer::Languages | Layer::Help, Intent::Stop) => {
                self.comfort.layer = None;
                self.on_intent(Intent::Stop, now, effects);
            }
            _ => {}
        }
    }

    fn on_intent(&mut self, intent: Intent, now: Now, effects: &mut Effects) {
        match intent {
            Intent::ToggleLanguages => self.comfort.toggle(Layer::Languages),
            Intent::ToggleHelp => self.comfort.toggle(Layer::Help),
            Intent::Stop => self.stop(now, effects),
            // The way back from the first choice is out.
            Intent::Back if matches!(self.state, State::Language(_)) => self.stop(now, effects),
            // Nobody is led into a language that the municipality does not offer.
            Intent::ChooseLanguage(language)
                if !self.edition.catalogue.municipality.languages.contains(&language) => {}
            other => {
                if let Intent::ChooseLanguage(language) = other {
                    self.comfort.language = language;
                }
                self.step(&Event::Resident(other), now, effects);
            }
        }
    }

    fn stop(&mut self, now: Now, effects: &mut Effects) {
        match self.state.when_stopped() {
            WhenStopped::Nothing => {}
            WhenStopped::Leaves => self.leave(now, effects),
            WhenStopped::Asks => self.comfort.layer = Some(Layer::ConfirmStop),
            WhenStopped::CancelsPayment => self.step(&Event::Resident(Intent::Stop), now, effects),
            WhenStopped::Thanks => self.go(State::Goodbye(now.uptime), now, effects),
        }
    }

    fn on_out_of_service(&mut self, why: Option<OutOfService>, now: Now, effects: &mut Effects) {
        self.out_of_service.clone_from(&why);
        match (&self.state, why) {
            (State::Closed(_), Some(why)) => self.state = State::Closed(why),
            (State::Closed(_), None) => self.state = State::Attract,
            (State::Attract, Some(why)) => {
                self.comfort = Comfort::with_headphones(self.headphones);
                self.state = State::Closed(why);
            }
            // Says that it could not be kept; that must be read before the pillar closes.
            (State::NotSaved, _) => {}
            (state, Some(_)) if !state.is_bound() => self.leave(now, effects),
            _ => {}
        }
    }
}

/// Which state it was, and whether a payment was open in it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Was(mem::Discriminant<State>, bool);

impl Was {
    fn of(state: &State) -> Self {
        let open = matches!(state, State::Paying(paying) if paying.is_open());
        Self(mem::discriminant(state), open)
    }
}
