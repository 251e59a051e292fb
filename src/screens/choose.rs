//! All tasks: touching one chooses it.

use slint::ComponentHandle;

use super::Sink;
use super::rows::Rows;
use super::ui::{self, ChooseState, IconName, TileRow};
use crate::visit::{Intent, Tile};
use crate::words;
use zuil_catalogue::{Icon, Language};

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
    pub(super) fn show(&self, language: Language, tiles: &[Tile]) {
        self.tiles.set(tiles.iter().map(|each| tile(language, each)));
    }
}

/// A task as a tile shows it.
pub(super) fn tile(language: Language, tile: &Tile) -> TileRow {
    TileRow {
        task: tile.task.as_str().into(),
        icon: icon(tile.icon),
        title: tile.title.as_str().into(),
        missing: tile.missing.map(|missing| words::missing(language, missing)).unwrap_or_default().into(),
    }
}

/// The picture for a task's icon.
pub(super) fn icon(icon: Icon) -> IconName {
    match icon {
        Icon::Report => IconName::Report,
        Icon::Phone => IconName::Phone,
        Icon::BulkyWaste => IconName::BulkyWaste,
        Icon::Document => IconName::Document,
        Icon::Calendar => IconName::Calendar,
        Icon::Home => IconName::Home,
        Icon::Moving => IconName::Moving,
        Icon::Extract => IconName::Extract,
        Icon::Parking => IconName::Parking,
        Icon::Tax => IconName::Tax,
        Icon::House => IconName::House,
        Icon::Heart => IconName::Heart,
        Icon::Child => IconName::Child,
        Icon::Bus => IconName::Bus,
        Icon::Hand => IconName::Hand,
        Icon::Question => IconName::Question,
        Icon::Status => IconName::Status,
        Icon::Code => IconName::Code,
        Icon::Complaint => IconName::Complaint,
        Icon::Idea => IconName::Idea,
        Icon::Letter => IconName::Letter,
        Icon::Pass => IconName::Pass,
    }
}
