//! The end of a task: the reference, its QR code, and what became of the paper.

use slint::{ComponentHandle, Image, Model, SharedString};
use zuil_wire::{PaymentState, State};

use super::qr;
use super::rows::Rows;
use super::ui::{self, PaidKind, PaperKind, ReceiptState, StateKind};
use crate::visit::{ReceiptOutcome, ReceiptView, WhyNotPrinted};
use crate::words;
use zuil_catalogue::Language;

/// The most pixels that the code of a reference may be wide.
const QR_WIDEST: i32 = 360;

pub(super) struct Receipt {
    reference: Rows<SharedString>,
}

pub(super) fn connect(app: &ui::App) -> Receipt {
    let reference = Rows::new();
    app.global::<ReceiptState>().set_reference(reference.model());
    Receipt { reference }
}

impl Receipt {
    pub(super) fn show(&self, app: &ui::App, language: Language, receipt: &ReceiptView) {
        let state = app.global::<ReceiptState>();
        state.set_title(receipt.title.as_str().into());
        let groups = receipt.reference.groups().map(SharedString::from);
        if !state.get_reference().iter().eq(groups.iter().cloned()) {
            let text = crate::receipt::qr_text(&receipt.website, &receipt.reference);
            let (image, width) = qr::picture(&text, QR_WIDEST).unwrap_or_default();
            state.set_qr(image);
            state.set_qr_size(f32::from(width));
            self.reference.set(groups);
        }
        state.set_state(match receipt.state {
            State::Saved => StateKind::Saved,
            State::Received | State::Closed => StateKind::Received,
            State::Registered => StateKind::Registered,
            State::Parked => StateKind::Parked,
        });
        let amount = receipt.payment.map(|(amount, _)| words::amount(language, amount));
        state.set_amount(amount.unwrap_or_default().into());
        state.set_paid(match receipt.payment {
            None => PaidKind::None,
            Some((_, PaymentState::Paid)) => PaidKind::Paid,
            Some((_, PaymentState::NotPaid)) => PaidKind::NotPaid,
            Some((_, PaymentState::Unknown)) => PaidKind::Unknown,
        });
        state.set_paper(paper(receipt.paper));
        state.set_comes_later(receipt.comes_later);
        state.set_anew(receipt.anew);
        state.set_next_steps(receipt.next_steps.as_str().into());
    }

    /// Leaves nothing of the reference.
    pub(super) fn forget(&self, app: &ui::App) {
        self.reference.set([]);
        let state = app.global::<ReceiptState>();
        state.set_qr(Image::default());
        state.set_qr_size(0.0);
    }
}

fn paper(outcome: Option<ReceiptOutcome>) -> PaperKind {
    match outcome {
        None => PaperKind::Printing,
        Some(ReceiptOutcome::Printed) => PaperKind::Printed,
        Some(ReceiptOutcome::Unknown) => PaperKind::Unknown,
        Some(ReceiptOutcome::NotPrinted(why)) => match why {
            WhyNotPrinted::PaperOut => PaperKind::PaperOut,
            WhyNotPrinted::CoverOpen => PaperKind::CoverOpen,
            WhyNotPrinted::Cutter => PaperKind::Cutter,
            WhyNotPrinted::Offline => PaperKind::Offline,
        },
    }
}
