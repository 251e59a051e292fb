//! The moment in which the request is kept.

use slint::ComponentHandle;

use super::ui::{self, SavingState};

pub(super) fn show(app: &ui::App, slow: bool) {
    app.global::<SavingState>().set_slow(slow);
}
