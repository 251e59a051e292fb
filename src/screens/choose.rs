//! All tasks: touching one chooses it.

use slint::ComponentHandle;

use super::Sink;
use super::rows::Rows;
use super::ui::{self, ChooseState, IconName, TileRow};
use crate::visit::{Intent, Tile};
use zuil_catalogue::Icon;

pub(super) struct Choose {
    tiles: Rows<TileRow>,
}

pub(super) fn connect(app: &ui::App, sink: &Sink) -> Choose {
    let tiles = Rows::new();
    let state = app.global::<ChooseState>();
    state.set_tiles(tiles.model());
    let sink = sink.clone();
    state.on_choose(move |task| sink.send(Intent::ChooseTask(task.into())));
    Choose { tiles }
}

impl Choose {
    pub(super) fn show(&self, tiles: &[Tile]) {
        self.tiles.set(tiles.iter().map(tile));
    }
}

/// A task as a tile shows it.
pub(super) fn tile(tile: &Tile) -> TileRow {
    TileRow {
        task: tile.task.as_str().into(),
        icon: icon(tile.icon),
        title: tile.title.as_str().into(),
        unavailable: tile.unavailable,
    }
}

/// The picture for a task's icon.
pub(super) fn icon(icon: Icon) -> IconName {
    match icon {
        Icon::Report => IconName::Report,
        Icon::Phone => IconName::Phone,
        Icon::BulkyWaste => IconName::BulkyWaste,
        Icon::Document => IconName::Document,
    }
}
