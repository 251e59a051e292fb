//! From the first screen to the explanation of a task.

use zuil_catalogue::Task;

use super::asking::Asking;
use super::form::Form;
use super::state::{Look, State};
use super::{Event, FeeView, Intent, Screen, Tile};

/// How many tasks the first screen shows.
const TILES: usize = 6;

/// The first screen.
pub(super) fn on_attract(event: &Event, look: &Look<'_>) -> State {
    match event {
        Event::Resident(Intent::Begin) => State::Language(None),
        Event::Resident(Intent::ChooseLanguage(_)) => State::Choose(None),
        Event::Resident(Intent::ChooseTask(id)) => {
            find(id, look).map_or(State::Attract, |task| State::Explain(task, None))
        }
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
pub(super) fn on_choose(kept: Option<Form>, event: &Event, look: &Look<'_>) -> State {
    match event {
        Event::Resident(Intent::Back) => State::Language(kept),
        Event::Resident(Intent::ChooseTask(id)) => match find(id, look) {
            Some(task) => State::Explain(task, kept.filter(|form| form.task_index() == task)),
            None => State::Choose(kept),
        },
        _ => State::Choose(kept),
    }
}

/// The explanation.
pub(super) fn on_explain(task: usize, kept: Option<Form>, event: &Event, look: &Look<'_>) -> State {
    match event {
        Event::Resident(Intent::Back) => State::Choose(kept),
        Event::Resident(Intent::Next) if !card_missing(task, look) => {
            Asking::begin(kept.unwrap_or_else(|| Form::new(task, look)), look)
        }
        _ => State::Explain(task, kept),
    }
}

/// Whether a task costs money and cards cannot be taken now.
pub(super) fn card_missing(task: usize, look: &Look<'_>) -> bool {
    is_unavailable(&look.catalogue().tasks[task], look)
}

/// What the first screen shows.
pub(super) fn attract_screen(look: &Look<'_>) -> Screen {
    let municipality = &look.catalogue().municipality;
    let text = |text: &zuil_catalogue::Text| text.get(look.language).to_owned();
    Screen::Attract {
        welcome: text(&municipality.welcome),
        tiles: tiles(look).take(TILES).collect(),
        privacy: text(&municipality.privacy),
        announcement: municipality.announcement.as_ref().map(text),
        no_card: !look.offer.card,
        no_printer: !look.offer.printer,
    }
}

/// What the choice of task shows.
pub(super) fn choose_screen(look: &Look<'_>) -> Screen {
    Screen::Choose { tiles: tiles(look).collect() }
}

/// What the explanation shows.
pub(super) fn explain_screen(task: usize, look: &Look<'_>) -> Screen {
    let card_missing = card_missing(task, look);
    let task = &look.catalogue().tasks[task];
    Screen::Explain {
        icon: task.icon,
        title: task.title.get(look.language).to_owned(),
        summary: task.summary.get(look.language).to_owned(),
        fee: task.fee.as_ref().map(|fee| fee.fixed().map_or(FeeView::Depends, FeeView::Fixed)),
        needs: task.needs.iter().map(|need| need.get(look.language).to_owned()).collect(),
        minutes: task.minutes,
        card_missing,
        printer_missing: !look.offer.printer,
    }
}

fn find(id: &str, look: &Look<'_>) -> Option<usize> {
    look.catalogue().tasks.iter().position(|task| task.id == id)
}

fn is_unavailable(task: &Task, look: &Look<'_>) -> bool {
    task.fee.is_some() && !look.offer.card
}

fn tiles<'a>(look: &Look<'a>) -> impl Iterator<Item = Tile> + use<'a> {
    let look = *look;
    let offered = move |task: &&Task| task.offered.as_ref().is_none_or(|offered| offered.at(look.now.wall));
    look.catalogue().tasks.iter().filter(offered).map(move |task| Tile {
        task: task.id.clone(),
        icon: task.icon,
        title: task.title.get(look.language).to_owned(),
        unavailable: is_unavailable(task, &look),
    })
}
