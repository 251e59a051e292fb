//! Words about bringing requests into the municipality's own systems. Invariant: every reason says who can do what
//! about it, and none says anything about the resident.

use crate::store::{ParkReason, Standing, System};

use super::Lang;

impl Lang {
    /// The name of a system, as staff know it.
    pub(in super::super) const fn system(self, system: System) -> &'static str {
        // They are called the same in both languages.
        match (self, system) {
            (_, System::OpenZaak) => "Open Zaak",
            (_, System::OpenKlant) => "Open Klant",
            (_, System::Signalen) => "Signalen",
            (_, System::Email) => "E-mail",
        }
    }

    /// How far the handover is, in a few words.
    pub(in super::super) const fn standing(self, standing: Standing, has_failed: bool) -> &'static str {
        match (self, standing) {
            (Self::Nl, Standing::Waiting) if has_failed => {
                "Nog niet gelukt; wordt vanzelf opnieuw geprobeerd"
            }
            (Self::Nl, Standing::Waiting) => "Wordt doorgestuurd",
            (Self::Nl, Standing::Nothing) => "Blijft hier staan, voor een medewerker",
            (Self::Nl, Standing::Parked(_)) => "Niet doorgestuurd",
            (Self::Nl, Standing::Registered) => "Geregistreerd",
            (Self::En, Standing::Waiting) if has_failed => "Not possible yet; it is tried again by itself",
            (Self::En, Standing::Waiting) => "Being sent on",
            (Self::En, Standing::Nothing) => "Stays here, for a member of staff",
            (Self::En, Standing::Parked(_)) => "Not sent on",
            (Self::En, Standing::Registered) => "Registered",
        }
    }

    /// The heading above it.
    pub(in super::super) const fn handover(self) -> &'static str {
        match self {
            Self::Nl => "Doorsturen naar het eigen systeem",
            Self::En => "Sending on to the own system",
        }
    }

    /// What the system is called in a list.
    pub(in super::super) const fn system_label(self) -> &'static str {
        match self {
            Self::Nl => "Systeem",
            Self::En => "System",
        }
    }

    /// When it is tried next, or since when it stands so.
    pub(in super::super) const fn standing_since(self, standing: Standing) -> &'static str {
        match (self, standing) {
            (Self::Nl, Standing::Waiting) => "Volgende poging",
            (Self::Nl, _) => "Sinds",
            (Self::En, Standing::Waiting) => "Next attempt",
            (Self::En, _) => "Since",
        }
    }

    /// The button that sends it again.
    pub(in super::super) const fn send_again(self) -> &'static str {
        match self {
            Self::Nl => "Opnieuw doorsturen",
            Self::En => "Send on again",
        }
    }

    /// Why a handover waits for a person, and what to do.
    pub(in super::super) const fn park_reason(self, reason: ParkReason) -> &'static str {
        match (self, reason) {
            (Self::Nl, ParkReason::NotConfigured) => {
                "De hub heeft geen instellingen voor het systeem waar deze aanvraag heen moet. Vraag de beheerder om \
                 ze in te vullen, of behandel de aanvraag met de hand."
            }
            (Self::Nl, ParkReason::NoSuchTask) => {
                "Deze aanvraag staat in geen enkele gepubliceerde catalogus. Vraag de redacteur om de catalogus te \
                 publiceren en stuur dan opnieuw door."
            }
            (Self::Nl, ParkReason::TypeMissing) => {
                "Het zaaksysteem kent het zaaktype niet, of er ontbreekt een rol, status of documenttype bij. Vraag de \
                 functioneel beheerder om het te publiceren, of de redacteur om een ander te kiezen."
            }
            (Self::Nl, ParkReason::PropertyMissing) => {
                "Het zaaktype mist een eigenschap die de catalogus wil vullen. Vraag de functioneel beheerder om die \
                 toe te voegen, of de redacteur om de catalogus te verbeteren."
            }
            (Self::Nl, ParkReason::KeyRefused) => {
                "Het systeem accepteert de sleutel van de hub niet, of de sleutel mag te weinig. Vraag de beheerder om \
                 naar client_id, geheim en rechten te kijken, en of de klok goed staat."
            }
            (Self::Nl, ParkReason::WrongAddress) => {
                "Op het ingestelde adres antwoordt niet het goede systeem, of de zaak is daar verwijderd. Vraag de \
                 beheerder om het adres in hub.toml na te kijken."
            }
            (Self::Nl, ParkReason::Refused) => {
                "Het systeem weigert een van de gegevens. In het logboek van de hub staat welk veld. Vraag de \
                 redacteur om de catalogus te verbeteren, of behandel de aanvraag met de hand."
            }
            (Self::Nl, ParkReason::NoAnswer) => {
                "Het systeem gaf dagenlang geen bruikbaar antwoord. Vraag de beheerder of het werkt en stuur dan \
                 opnieuw door."
            }
            (Self::En, ParkReason::NotConfigured) => {
                "The hub has no settings for the system that this request goes to. Ask the administrator to fill them \
                 in, or deal with the request by hand."
            }
            (Self::En, ParkReason::NoSuchTask) => {
                "No published catalogue has this request. Ask the editor to publish the catalogue, then send it on \
                 again."
            }
            (Self::En, ParkReason::TypeMissing) => {
                "The case system does not know the case type, or the type lacks a role, status or document type. Ask \
                 its administrator to publish it, or the editor to choose another."
            }
            (Self::En, ParkReason::PropertyMissing) => {
                "The case type lacks a property that the catalogue wants to fill. Ask its administrator to add it, or \
                 the editor to mend the catalogue."
            }
            (Self::En, ParkReason::KeyRefused) => {
                "The system does not accept the hub’s key, or the key may do too little. Ask the administrator to look \
                 at client_id, secret and rights, and whether the clock is right."
            }
            (Self::En, ParkReason::WrongAddress) => {
                "Something else answers at the configured address, or the case was deleted there. Ask the \
                 administrator to check the address in hub.toml."
            }
            (Self::En, ParkReason::Refused) => {
                "The system refuses one of the values. The hub’s log says which field. Ask the editor to mend the \
                 catalogue, or deal with the request by hand."
            }
            (Self::En, ParkReason::NoAnswer) => {
                "The system gave no usable answer for days. Ask the administrator whether it works, then send it on \
                 again."
            }
        }
    }
}
