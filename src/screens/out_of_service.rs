//! The pillar does not serve.

use slint::ComponentHandle;

use super::ui::{self, OutOfServiceState, OutageKind};
use crate::visit::OutOfService;
use zuil_wire::orders::ClosedFor;

pub(super) fn show(app: &ui::App, why: &OutOfService) {
    let state = app.global::<OutOfServiceState>();
    state.set_why(match why {
        OutOfService::Catalogue => OutageKind::Catalogue,
        OutOfService::Storage => OutageKind::Storage,
        OutOfService::Ordered(closure) => match closure.reason {
            ClosedFor::Maintenance => OutageKind::Maintenance,
            ClosedFor::Fault => OutageKind::Fault,
            ClosedFor::Place => OutageKind::Place,
            ClosedFor::Other => OutageKind::Other,
        },
    });
    let message = match why {
        OutOfService::Ordered(closure) => closure.message.as_deref().unwrap_or_default(),
        OutOfService::Catalogue | OutOfService::Storage => "",
    };
    state.set_message(message.into());
}
