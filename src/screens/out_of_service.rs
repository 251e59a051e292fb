//! The pillar does not serve.

use slint::ComponentHandle;

use super::ui::{self, OutOfServiceState, OutageKind};
use crate::visit::OutOfService;

pub(super) fn show(app: &ui::App, why: OutOfService) {
    app.global::<OutOfServiceState>().set_why(match why {
        OutOfService::Catalogue => OutageKind::Catalogue,
        OutOfService::Storage => OutageKind::Storage,
    });
}
