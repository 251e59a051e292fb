//! A page for technicians: its texts, what was found, what can be done and what is typed.

use slint::{ComponentHandle, SharedString};

use super::Sink;
use super::question::{backward, keys, send_place};
use super::rows::Rows;
use super::ui::{self, MarkKind, PanelAction, PanelLine, PanelState};
use crate::visit::{Intent, PanelChoice, PanelMark, PanelRow, PanelView};

pub(super) struct Panel {
    texts: Rows<SharedString>,
    lines: Rows<PanelLine>,
    actions: Rows<PanelAction>,
}

pub(super) fn connect(app: &ui::App, sink: &Sink) -> Panel {
    let panel = Panel { texts: Rows::new(), lines: Rows::new(), actions: Rows::new() };
    let state = app.global::<PanelState>();
    state.set_texts(panel.texts.model());
    state.set_lines(panel.lines.model());
    state.set_actions(panel.actions.model());
    let to = sink.clone();
    state.on_pick(move |place| send_place(&to, place, Intent::Pick));
    let to = sink.clone();
    state.on_typed_key(move |face| face.chars().for_each(|c| to.send(Intent::Type(c))));
    let to = sink.clone();
    state.on_erase(move || to.send(Intent::Erase));
    panel
}

impl Panel {
    pub(super) fn show(&self, app: &ui::App, panel: &PanelView) {
        let state = app.global::<PanelState>();
        state.set_title(panel.title.as_str().into());
        self.texts.set(panel.texts.iter().map(SharedString::from));
        self.lines.set(panel.rows.iter().map(line));
        self.actions.set(panel.choices.iter().map(action));
        let entry = panel.entry.as_ref();
        let of_entry = |text: Option<&str>| SharedString::from(text.unwrap_or_default());
        state.set_entry(of_entry(entry.map(|entry| entry.label.as_str())));
        state.set_typed(of_entry(entry.map(|entry| entry.value.as_str())));
        state.set_backward(entry.is_some_and(|entry| backward(&entry.value)));
        state.set_trouble(of_entry(entry.map(|entry| entry.trouble.as_str())));
        state.set_keyboard(keys(entry.map(|entry| entry.keyboard)));
    }

    /// Leaves nothing of what was found or typed.
    pub(super) fn forget(&self, app: &ui::App) {
        self.show(app, &PanelView::default());
    }
}

fn line(row: &PanelRow) -> PanelLine {
    PanelLine {
        label: row.label.as_str().into(),
        value: row.value.as_str().into(),
        mark: match row.mark {
            PanelMark::None => MarkKind::None,
            PanelMark::Good => MarkKind::Good,
            PanelMark::Attention => MarkKind::Attention,
            PanelMark::Bad => MarkKind::Bad,
            PanelMark::Busy => MarkKind::Busy,
        },
    }
}

fn action(choice: &PanelChoice) -> PanelAction {
    PanelAction {
        label: choice.label.as_str().into(),
        note: choice.note.as_str().into(),
        enabled: choice.enabled,
        dangerous: choice.dangerous,
    }
}
