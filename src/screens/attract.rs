//! The first screen: touching a task chooses it.

use slint::ComponentHandle;

use super::Sink;
use super::choose::tile;
use super::rows::Rows;
use super::ui::{self, AttractState, TileRow};
use crate::visit::{Intent, Screen};
use zuil_catalogue::Language;

pub(super) struct Attract {
    tiles: Rows<TileRow>,
}

pub(super) fn connect(app: &ui::App, sink: &Sink) -> Attract {
    let tiles = Rows::new();
    let state = app.global::<AttractState>();
    state.set_tiles(tiles.model());
    let sink = sink.clone();
    let to = sink.clone();
    state.on_choose(move |task| to.send(Intent::ChooseTask(task.into())));
    let to = sink.clone();
    state.on_have_code(move || to.send(Intent::HaveCode));
    state.on_ask(move || sink.send(Intent::Ask));
    Attract { tiles }
}

impl Attract {
    /// Shows [`Screen::Attract`]; nothing for another screen.
    pub(super) fn show(&self, app: &ui::App, language: Language, screen: &Screen) {
        let Screen::Attract { welcome, tiles, privacy, announcement, no_card, no_printer, ask: _ } = screen
        else {
            return;
        };
        self.tiles.set(tiles.iter().map(|each| tile(language, each)));
        let state = app.global::<AttractState>();
        state.set_welcome(welcome.as_str().into());
        state.set_privacy(privacy.as_str().into());
        let banner = announcement.as_ref().map_or("", |banner| banner.text.as_str());
        state.set_announcement(banner.into());
        state.set_leads_on(announcement.as_ref().is_some_and(|banner| banner.leads_on));
        state.set_no_card(*no_card);
        state.set_no_printer(*no_printer);
    }
}
