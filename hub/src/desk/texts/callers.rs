//! What an agent of the call centre can truthfully tell a caller about a pillar. Invariant: nothing is
//! promised that is not known now.

use zuil_wire::health::{Device, DeviceState};

use super::super::condition::{Condition, Contact};
use super::Lang;

impl Lang {
    /// Sentences that are true now.
    pub(in super::super) fn for_callers(self, condition: &Condition) -> Vec<&'static str> {
        match condition.contact {
            Contact::Revoked => return vec![self.gone()],
            // Also one that is not heard: who closed it did so until it is opened.
            _ if condition.serves_nobody() => return vec![self.full(), self.another_one()],
            Contact::NoWord | Contact::Silent(_) => return vec![self.not_known(), self.to_be_sure()],
            Contact::Now => {}
        }
        let state = |device| condition.part(device).map(|part| part.state);
        let mut sentences = vec![self.open()];
        sentences.extend(condition.presence().map(|presence| self.about_presence(presence)));
        sentences.push(self.about_cards(state(Device::Terminal)));
        sentences.push(self.about_receipts(state(Device::Printer)));
        let reader = |device| state(device).is_some_and(|state| state != DeviceState::Ready);
        if reader(Device::DocumentReader) || reader(Device::PassReader) {
            sentences.push(self.about_readers());
        }
        sentences
    }

    const fn gone(self) -> &'static str {
        match self {
            Self::Nl => "Deze zuil wordt niet meer gebruikt.",
            Self::En => "This pillar is no longer in use.",
        }
    }

    const fn not_known(self) -> &'static str {
        match self {
            Self::Nl => "Wij weten nu niet of deze zuil werkt.",
            Self::En => "We do not know now whether this pillar works.",
        }
    }

    const fn to_be_sure(self) -> &'static str {
        match self {
            Self::Nl => "Wilt u zekerheid, ga dan naar een andere zuil of kom naar het gemeentehuis.",
            Self::En => "If you want to be sure, go to another pillar or come to the town hall.",
        }
    }

    const fn another_one(self) -> &'static str {
        match self {
            Self::Nl => "Ga naar een andere zuil of kom naar het gemeentehuis.",
            Self::En => "Go to another pillar or come to the town hall.",
        }
    }

    const fn full(self) -> &'static str {
        match self {
            Self::Nl => "Deze zuil is nu buiten gebruik.",
            Self::En => "This pillar is out of service now.",
        }
    }

    const fn open(self) -> &'static str {
        match self {
            Self::Nl => "U kunt bij deze zuil terecht.",
            Self::En => "You can use this pillar.",
        }
    }

    const fn about_cards(self, terminal: Option<DeviceState>) -> &'static str {
        match (self, terminal) {
            (Self::Nl, Some(DeviceState::Ready | DeviceState::PaperNearEnd)) => "Pinnen kan.",
            (Self::En, Some(DeviceState::Ready | DeviceState::PaperNearEnd)) => "You can pay by card.",
            (Self::Nl, Some(DeviceState::Unknown)) => "Of pinnen kan, weten wij nog niet.",
            (Self::En, Some(DeviceState::Unknown)) => "Whether you can pay by card is not known yet.",
            (Self::Nl, None) => "Pinnen kan bij deze zuil niet. Wat geen geld kost, kan wel.",
            (Self::En, None) => "You cannot pay by card at this pillar. What is free of charge can be done.",
            (Self::Nl, _) => "Pinnen kan nu niet. Wat geen geld kost, kan wel.",
            (Self::En, _) => "You cannot pay by card now. What is free of charge can be done.",
        }
    }

    const fn about_receipts(self, printer: Option<DeviceState>) -> &'static str {
        match (self, printer) {
            (Self::Nl, Some(DeviceState::Ready | DeviceState::PaperNearEnd)) => "U krijgt een bon.",
            (Self::En, Some(DeviceState::Ready | DeviceState::PaperNearEnd)) => "You get a receipt.",
            (Self::Nl, Some(DeviceState::Unknown)) => "Of er een bon uit komt, weten wij nog niet.",
            (Self::En, Some(DeviceState::Unknown)) => "Whether you get a receipt is not known yet.",
            (Self::Nl, None) => {
                "Deze zuil geeft geen bon. Uw kenmerk staat op het scherm; maak er een foto van."
            }
            (Self::En, None) => {
                "This pillar gives no receipt. Your reference is on the screen; take a picture of it."
            }
            (Self::Nl, _) => "Er komt nu geen bon uit. Uw kenmerk staat op het scherm; maak er een foto van.",
            (Self::En, _) => {
                "There is no receipt now. Your reference is on the screen; take a picture of it."
            }
        }
    }

    const fn about_readers(self) -> &'static str {
        match self {
            Self::Nl => "Uw pas of identiteitsbewijs inlezen kan misschien niet. Typen kan wel.",
            Self::En => "Your pass or identity document may not be read. You can type instead.",
        }
    }
}
