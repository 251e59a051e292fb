//! Samples of asking how a request stands.

use jiff::civil::date;
use zuil_wire::{PaymentState, Reference, State};

use super::{Sample, Words};
use crate::visit::{FoundView, ReferenceView, Screen, StandingOutcome, StandingView};

impl Words {
    pub(super) fn standing(self) -> Vec<Sample> {
        let typed = |name, typed: &str, mistyped| {
            self.sample(name, Screen::Reference(ReferenceView { typed: typed.to_owned(), mistyped }))
        };
        let registered = FoundView {
            state: State::Registered,
            errand: Some(self.of("Grofvuil laten ophalen")),
            on: date(2026, 11, 23),
            case_number: Some("ZAAK-2026-0000000017".to_owned()),
            payment: None,
            by_pillar: false,
            last_known: false,
        };
        let other = FoundView { state: State::Received, case_number: None, ..registered.clone() };
        let parked = FoundView { state: State::Parked, ..other.clone() };
        let closed = FoundView { state: State::Closed, ..other.clone() };
        let here = FoundView { errand: None, by_pillar: true, ..other.clone() };
        let payment = Some(PaymentState::Unknown);
        let short = Some("Z26-17".to_owned());
        let padded = Some("ZAAK-2026-0000012345".to_owned());
        let digits = Some("20260000000000012345".to_owned());
        let long = Some("GEMEENTE-VOORBEELDHUIZEN-AANVRAGEN-2026-0000000000000000000000017".to_owned());
        vec![
            typed("reference", "7K3MQ9", false),
            typed("reference-mistyped", "7K3MQ9XA2F0", true),
            self.sample("looking-up", Screen::LookingUp),
            self.found("standing-registered", registered.clone()),
            self.found("standing-short-number", FoundView { case_number: short, ..registered.clone() }),
            self.found("standing-padded-number", FoundView { case_number: padded, ..registered.clone() }),
            self.found("standing-digits-number", FoundView { case_number: digits, ..registered.clone() }),
            self.found("standing-long-number", FoundView { case_number: long, ..registered.clone() }),
            self.found("standing-last-known", last_known(registered)),
            self.found("standing-received", other),
            self.found("standing-parked", parked.clone()),
            self.found("standing-payment-unknown", FoundView { payment, ..parked }),
            self.found("standing-closed", closed),
            self.found("standing-saved", FoundView { state: State::Saved, ..here }),
            self.told("standing-not-found", StandingOutcome::NotFound),
            self.told("standing-unavailable", StandingOutcome::Unavailable),
        ]
    }

    fn found(self, name: &'static str, found: FoundView) -> Sample {
        self.told(name, StandingOutcome::Found(found))
    }

    fn told(self, name: &'static str, outcome: StandingOutcome) -> Sample {
        let reference = Reference::from_bits(0x0003_1415_9265_3589);
        let phone_hours = self.phone_hours();
        self.sample(name, Screen::Standing(StandingView { reference, outcome, phone_hours }))
    }
}

/// As the pillar that made it tells it when the municipality cannot be asked.
fn last_known(found: FoundView) -> FoundView {
    FoundView { errand: None, by_pillar: true, last_known: true, ..found }
}
