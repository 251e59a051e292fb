//! Words about devices: what they are called, how they are, and what a technician does about it.
//! Invariant: every device has a word and a remedy in every state.

use zuil_wire::health::{Device, DeviceState};

use super::Lang;

impl Lang {
    /// The name of a device.
    pub(in super::super) const fn device(self, device: Device) -> &'static str {
        match (self, device) {
            (Self::Nl, Device::Printer) => "Bonprinter",
            (Self::Nl, Device::Terminal) => "Betaalautomaat",
            (Self::Nl, Device::DocumentReader) => "Lezer voor identiteitsbewijzen",
            (Self::Nl, Device::PassReader) => "Lezer voor afvalpassen",
            (Self::En, Device::Printer) => "Receipt printer",
            (Self::En, Device::Terminal) => "Card terminal",
            (Self::En, Device::DocumentReader) => "Reader of identity documents",
            (Self::En, Device::PassReader) => "Reader of waste passes",
        }
    }

    /// What a reader reads; the device's name for any other.
    pub(in super::super) const fn document(self, device: Device) -> &'static str {
        match (self, device) {
            (Self::Nl, Device::DocumentReader) => "Identiteitsbewijs",
            (Self::Nl, Device::PassReader) => "Afvalpas",
            (Self::En, Device::DocumentReader) => "Identity document",
            (Self::En, Device::PassReader) => "Waste pass",
            (_, Device::Printer | Device::Terminal) => self.device(device),
        }
    }

    /// How a device is.
    pub(in super::super) const fn device_state(self, state: DeviceState) -> &'static str {
        match (self, state) {
            (Self::Nl, DeviceState::Unknown) => "Nog niet bekend",
            (Self::Nl, DeviceState::Ready) => "Werkt",
            (Self::Nl, DeviceState::PaperNearEnd) => "Werkt, papier bijna op",
            (Self::Nl, DeviceState::PaperOut) => "Papier op",
            (Self::Nl, DeviceState::CoverOpen) => "Klep open",
            (Self::Nl, DeviceState::CutterError) => "Mes zit vast",
            (Self::Nl, DeviceState::Blocked) => "Geblokkeerd",
            (Self::Nl, DeviceState::Offline) => "Geen contact",
            (Self::En, DeviceState::Unknown) => "Not known yet",
            (Self::En, DeviceState::Ready) => "Works",
            (Self::En, DeviceState::PaperNearEnd) => "Works, paper nearly used up",
            (Self::En, DeviceState::PaperOut) => "Paper used up",
            (Self::En, DeviceState::CoverOpen) => "Cover open",
            (Self::En, DeviceState::CutterError) => "Cutter stuck",
            (Self::En, DeviceState::Blocked) => "Blocked",
            (Self::En, DeviceState::Offline) => "No contact",
        }
    }

    /// Why cards are blocked, after "sinds …".
    pub(in super::super) const fn being_settled(self) -> &'static str {
        match self {
            Self::Nl => "een betaling wordt uitgezocht",
            Self::En => "a payment is being looked into",
        }
    }

    /// What a technician does about a device.
    pub(in super::super) const fn remedy(self, device: Device, state: DeviceState) -> &'static str {
        match (self, device, state) {
            (Self::Nl, _, DeviceState::Ready) => "Niets",
            (Self::En, _, DeviceState::Ready) => "Nothing",
            (Self::Nl, _, DeviceState::Unknown) => {
                "Wacht een minuut: de zuil vraagt het apparaat hoe het gaat."
            }
            (Self::En, _, DeviceState::Unknown) => "Wait a minute: the pillar is asking the device.",
            (Self::Nl, _, DeviceState::PaperNearEnd) => {
                "Neem een nieuwe rol mee. Vervang de rol zoals bij “papier op”."
            }
            (Self::En, _, DeviceState::PaperNearEnd) => {
                "Take a new roll along. Change the roll as when the paper is used up."
            }
            (Self::Nl, _, DeviceState::PaperOut) => {
                "Rol vervangen: klep open, lege koker eruit, nieuwe rol erin met een stukje papier naar buiten, \
                 klep dicht tot hij klikt."
            }
            (Self::En, _, DeviceState::PaperOut) => {
                "Change the roll: open the cover, take the empty core out, put a new roll in with a piece of \
                 paper sticking out, close the cover until it clicks."
            }
            (Self::Nl, _, DeviceState::CoverOpen) => "Duw de klep dicht tot hij klikt.",
            (Self::En, _, DeviceState::CoverOpen) => "Push the cover shut until it clicks.",
            (Self::Nl, _, DeviceState::CutterError) => {
                "Printer uit, klep open, papier bij het mes voorzichtig weghalen, klep dicht, printer aan."
            }
            (Self::En, _, DeviceState::CutterError) => {
                "Printer off, open the cover, carefully remove the paper at the cutter, close the cover, \
                 printer on."
            }
            (Self::Nl, _, DeviceState::Blocked) => {
                "Staat hier een betaling open, dan zoekt een medewerker die uit; daarna werkt het vanzelf weer. Zo niet, doe dan een betaling aan de automaat zelf en lees het logboek van de zuil."
            }
            (Self::En, _, DeviceState::Blocked) => {
                "If a payment is open here, a member of staff finds out about it; then it works again by itself. If not, make a payment at the terminal itself and read the pillar's log."
            }
            (Self::Nl, Device::Terminal, DeviceState::Offline) => {
                "Kijk of de automaat aanstaat en of stroom en kabel naar de zuil vastzitten. Zet hem daarna uit \
                 en weer aan."
            }
            (Self::En, Device::Terminal, DeviceState::Offline) => {
                "See whether the terminal is on and its power and its cable to the pillar are plugged in. Then \
                 switch it off and on."
            }
            (Self::Nl, _, DeviceState::Offline) => {
                "Kijk of het apparaat aanstaat en of stroom en kabel naar de zuil vastzitten."
            }
            (Self::En, _, DeviceState::Offline) => {
                "See whether the device is on and its power and its cable to the pillar are plugged in."
            }
        }
    }
}
