//! The first screen: touching a task chooses it.

use slint::ComponentHandle;

use super::Sink;
use super::choose::tile;
use super::rows::Rows;
use super::ui::{self, AttractState, TileRow};
use crate::visit::{Intent, Screen};

pub(super) struct Attract {
    tiles: Rows<TileRow>,
}

pub(super) fn connect(app: &ui::App, sink: &Sink) -> Attract {
    let tiles = Rows::new();
    let state = app.global::<AttractState>();
    state.set_tiles(tiles.model());
    let sink = sink.clone();
    state.on_choose(move |task| sink.send(Intent::ChooseTask(task.into())));
    Attract { tiles }
}

impl Attract {
    /// Shows [`Screen::Attract`]; nothing for another screen.
    pub(super) fn show(&self, app: &ui::App, screen: &Screen) {
        let Screen::Attract { welcome, tiles, privacy, announcement, no_card, no_printer } = screen else {
            return;
        };
        self.tiles.set(tiles.iter().map(tile));
        let state = app.global::<AttractState>();
        state.set_welcome(welcome.as_str().into());
        state.set_privacy(privacy.as_str().into());
        state.set_announcement(announcement.as_deref().unwrap_or_default().into());
        state.set_no_card(*no_card);
        state.set_no_printer(*no_printer);
    }
}
