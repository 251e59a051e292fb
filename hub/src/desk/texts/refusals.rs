//! Words about what was refused for good. Invariant: each says what a technician can do about it.

use zuil_wire::Refusal;

use super::Lang;

impl Lang {
    /// Why something was refused.
    pub(in super::super) const fn refusal(self, reason: Refusal) -> &'static str {
        match (self, reason) {
            (Self::Nl, Refusal::WrongPillar) => {
                "Op naam van een andere zuil. Is het certificaat van de ene zuil in de andere gezet?"
            }
            (Self::Nl, Refusal::BadSignature) => {
                "De handtekening is niet van deze zuil. Meld de zuil opnieuw aan; blijft het zo, dan knoeit er iemand."
            }
            (Self::Nl, Refusal::UnknownKey) => {
                "Versleuteld met een sleutel die voor deze zuil niet bestaat. Meld de zuil opnieuw aan."
            }
            (Self::Nl, Refusal::Unreadable) => "Geen leesbaar bericht. Werk de zuil bij.",
            (Self::Nl, Refusal::Conflict) => {
                "Onder dit kenmerk is al iets anders ontvangen, of de betaling veranderde op een manier die niet kan."
            }
            (Self::Nl, Refusal::Other) => {
                "Om een reden die deze versie van de hub niet kent. Werk de hub bij."
            }
            (Self::Nl, Refusal::UnsupportedVersion) => {
                "De hub kent deze versie van het bericht niet. Werk de oudste van de twee bij."
            }
            (Self::En, Refusal::WrongPillar) => {
                "In the name of another pillar. Was the certificate of one pillar put into another?"
            }
            (Self::En, Refusal::BadSignature) => {
                "The signature is not this pillar's. Enrol the pillar again; if it goes on, somebody is tampering."
            }
            (Self::En, Refusal::UnknownKey) => {
                "Sealed to a key that does not exist for this pillar. Enrol the pillar again."
            }
            (Self::En, Refusal::Unreadable) => "No readable message. Update the pillar.",
            (Self::En, Refusal::Conflict) => {
                "Something else was received under this reference, or the payment changed in a way that it cannot."
            }
            (Self::En, Refusal::Other) => {
                "For a reason that this version of the hub does not know. Update the hub."
            }
            (Self::En, Refusal::UnsupportedVersion) => {
                "The hub does not know this version of the message. Update the older of the two."
            }
        }
    }

    /// "3 keer".
    pub(in super::super) fn times(self, count: u64) -> String {
        match (self, count) {
            (Self::Nl, _) => format!("{count} keer"),
            (Self::En, 1) => "once".into(),
            (Self::En, _) => format!("{count} times"),
        }
    }
}
