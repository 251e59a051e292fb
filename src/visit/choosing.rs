//! From the first screen to the choice of a task or a question.

use zuil_catalogue::Announcement;

use super::explaining::{Explaining, Way};
use super::form::Form;
use super::inquiring::Inquiring;
use super::offering::{self, Place};
use super::referring::Referring;
use super::seeking::Seeking;
use super::state::{Effects, Look, State};
use super::{Banner, Event, Intent, Screen};

/// How many tasks the first screen shows.
const TILES: usize = 6;

/// The first screen.
pub(super) fn on_attract(event: &Event, look: &Look<'_>, effects: &mut Effects) -> State {
    match event {
        Event::Resident(Intent::Begin) => State::Language(None),
        Event::Resident(Intent::ChooseLanguage(_)) => State::Choose(None),
        Event::Resident(Intent::HaveCode) => Referring::begin(None, effects),
        Event::Resident(Intent::Ask) if can_ask(look) => State::Ask(Seeking::begin(None, look)),
        Event::Resident(Intent::ChooseTask(id)) => Place::of(id, look)
            .map_or(State::Attract, |at| State::Explain(Explaining::new(at, None, Way::Choice))),
        _ => State::Attract,
    }
}

/// The choice of language. "Back" is a way to stop, and done by the visit.
pub(super) fn on_language(kept: Option<Form>, event: &Event) -> State {
    match event {
        Event::Resident(Intent::ChooseLanguage(_) | Intent::Next) => State::Choose(kept),
        _ => State::Language(kept),
    }
}

/// The choice of task.
pub(super) fn on_choose(kept: Option<Form>, event: &Event, look: &Look<'_>, effects: &mut Effects) -> State {
    match event {
        Event::Resident(Intent::Back) => State::Language(kept),
        Event::Resident(Intent::HaveCode) => Referring::begin(kept, effects),
        Event::Resident(Intent::Inquire) => Inquiring::begin(kept),
        Event::Resident(Intent::Ask) if can_ask(look) => State::Ask(Seeking::begin(kept, look)),
        Event::Resident(Intent::ChooseTask(id)) => match Place::of(id, look) {
            Some(at) => State::Explain(Explaining::new(at, kept, Way::Choice)),
            None => State::Choose(kept),
        },
        _ => State::Choose(kept),
    }
}

/// What the first screen shows.
pub(super) fn attract_screen(look: &Look<'_>) -> Screen {
    let municipality = &look.catalogue().municipality;
    let text = |text: &zuil_catalogue::Text| text.get(look.language).to_owned();
    Screen::Attract {
        welcome: text(&municipality.welcome),
        tiles: offering::offered_now(look).take(TILES).map(|at| at.tile(look)).collect(),
        privacy: text(&municipality.privacy),
        announcement: banner(look),
        ask: can_ask(look),
        no_card: !look.offer.card,
        no_printer: !look.offer.printer,
    }
}

/// What the choice of task shows.
pub(super) fn choose_screen(look: &Look<'_>) -> Screen {
    let tiles = offering::all(look).into_iter().map(|at| at.tile(look)).collect();
    Screen::Choose { tiles, ask: can_ask(look) }
}

/// The announcements that are told today, the one that began last first.
pub(super) fn announcements<'a>(look: &Look<'a>) -> Vec<&'a Announcement> {
    let mut told: Vec<_> =
        look.catalogue().announcements.iter().filter(|announcement| announcement.on(look.today())).collect();
    told.sort_by_key(|announcement| std::cmp::Reverse(announcement.from));
    told
}

/// Of several announcements the one that began last is shown: it is the news. Without one, whatever the
/// municipality always says.
fn banner(look: &Look<'_>) -> Option<Banner> {
    let told = announcements(look).into_iter().next();
    let always = look.catalogue().municipality.announcement.as_ref();
    let text = told.map(|announcement| &announcement.banner).or(always)?.get(look.language).to_owned();
    let leads_on = told.is_some_and(|announcement| super::seeking::has_answers(announcement, look));
    Some(Banner { text, leads_on })
}

/// Whether there is anything to be answered.
fn can_ask(look: &Look<'_>) -> bool {
    !look.catalogue().products.is_empty()
}
