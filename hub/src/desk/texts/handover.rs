//! Words about bringing requests into the municipality's own systems. Invariant: every reason says who can do what
//! about it, and none says anything about the resident.

use crate::store::{ParkReason, Standing, System};

use super::Lang;

/// Words on the page of a request and on that of what could not be sent on.
pub(in super::super) struct HandoverTexts {
    pub heading: &'static str,
    pub system: &'static str,
    pub progress: &'static str,
    pub said: &'static str,
    pub slow: &'static str,
    pub send_again: &'static str,
    pub by_hand: &'static str,
    pub by_hand_help: &'static str,
    pub case_number: &'static str,
    pub register: &'static str,
    pub title: &'static str,
    pub empty: &'static str,
    pub empty_help: &'static str,
    pub no_system: &'static str,
    pub since: &'static str,
    pub send_all: &'static str,
    pub look_first: &'static str,
    pub show_them: &'static str,
}

const NL: HandoverTexts = HandoverTexts {
    heading: "Doorsturen naar het eigen systeem",
    system: "Systeem",
    progress: "Stand daar",
    said: "Wat het systeem zei",
    slow: "Dit wacht langer dan een uur. De hub blijft het vanzelf proberen. Vraag de beheerder of het systeem werkt en \
           of de hub het kan bereiken.",
    send_again: "Opnieuw doorsturen",
    by_hand: "Staat de aanvraag al in het systeem, of hebt u de aanvraag met de hand ingevoerd?",
    by_hand_help: "De aanvraag geldt dan als geregistreerd en wordt niet meer doorgestuurd.",
    case_number: "Nummer van de zaak of melding",
    register: "Als geregistreerd noteren",
    title: "Niet doorgestuurd",
    empty: "Alles is doorgestuurd.",
    empty_help: "Wat niet vanzelf in het eigen systeem van de gemeente komt, verschijnt hier met de reden.",
    no_system: "Nog geen systeem",
    since: "Sinds",
    send_all: "Allemaal opnieuw doorsturen",
    look_first: "Kijk bij elke aanvraag eerst of die al in het systeem staat.",
    show_them: "Aanvragen die op een medewerker wachten",
};

const EN: HandoverTexts = HandoverTexts {
    heading: "Sending on to the own system",
    system: "System",
    progress: "State there",
    said: "What the system said",
    slow: "This has waited for more than an hour. The hub goes on trying by itself. Ask the administrator whether the \
           system works, and whether the hub can reach it.",
    send_again: "Send on again",
    by_hand: "Is the request in the system already, or did you enter it by hand?",
    by_hand_help: "It then counts as registered, and is not sent on any more.",
    case_number: "Number of the case or report",
    register: "Note as registered",
    title: "Not sent on",
    empty: "Everything was sent on.",
    empty_help: "What does not come into the municipality’s own system by itself appears here, with the reason.",
    no_system: "No system yet",
    since: "Since",
    send_all: "Send all on again",
    look_first: "Look first, for each request, whether it is in the system already.",
    show_them: "Requests that wait for staff",
};

impl Lang {
    /// The words about sending on.
    pub(in super::super) const fn handover_texts(self) -> &'static HandoverTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// "3 aanvragen niet doorgestuurd", at the start of a sentence.
    pub(in super::super) fn not_sent_on(self, count: u64) -> String {
        match (self, count) {
            (Self::Nl, 1) => "1 aanvraag is niet doorgestuurd".into(),
            (Self::Nl, _) => format!("{count} aanvragen zijn niet doorgestuurd"),
            (Self::En, 1) => "1 request was not sent on".into(),
            (Self::En, _) => format!("{count} requests were not sent on"),
        }
    }

    /// "3 aanvragen wachten langer dan een uur op doorsturen", at the start of a sentence.
    pub(in super::super) fn slow(self, count: u64) -> String {
        match (self, count) {
            (Self::Nl, 1) => "1 aanvraag wacht langer dan een uur op doorsturen".into(),
            (Self::Nl, _) => format!("{count} aanvragen wachten langer dan een uur op doorsturen"),
            (Self::En, 1) => "1 request has waited to be sent on for more than an hour".into(),
            (Self::En, _) => format!("{count} requests have waited to be sent on for more than an hour"),
        }
    }

    /// How many wait for one reason.
    pub(in super::super) fn requests_that_wait(self, count: u64) -> String {
        match (self, count) {
            (Self::Nl, 1) => "1 aanvraag".into(),
            (Self::Nl, _) => format!("{count} aanvragen"),
            (Self::En, 1) => "1 request".into(),
            (Self::En, _) => format!("{count} requests"),
        }
    }

    /// The name of a system, as staff know it.
    pub(in super::super) const fn system(self, system: System) -> &'static str {
        // They are called the same in both languages.
        match (self, system) {
            (_, System::OpenZaak) => "Open Zaak",
            (_, System::OpenKlant) => "Open Klant",
            (_, System::Signalen) => "Signalen",
            (_, System::Email) => "E-mail",
            (Self::Nl, System::FileDrop) => "Map met bestanden",
            (Self::En, System::FileDrop) => "Folder with files",
        }
    }

    /// How far the handover is, in a few words.
    pub(in super::super) const fn standing(self, standing: Standing, has_failed: bool) -> &'static str {
        match (self, standing) {
            (Self::Nl, Standing::Waiting) if has_failed => {
                "Nog niet gelukt; wordt vanzelf opnieuw geprobeerd"
            }
            (Self::Nl, Standing::Waiting) => "Wordt doorgestuurd",
            (Self::Nl, Standing::Held) => "Wordt nog niet doorgestuurd",
            (Self::Nl, Standing::Closed) => "Afgehandeld door een medewerker",
            (Self::Nl, Standing::Nothing) => "Blijft hier staan, voor een medewerker",
            (Self::Nl, Standing::Parked(_)) => "Niet doorgestuurd",
            (Self::Nl, Standing::Registered) => "Geregistreerd",
            (Self::En, Standing::Waiting) if has_failed => "Not possible yet; it is tried again by itself",
            (Self::En, Standing::Waiting) => "Being sent on",
            (Self::En, Standing::Held) => "Not sent on yet",
            (Self::En, Standing::Closed) => "Dealt with by a member of staff",
            (Self::En, Standing::Nothing) => "Stays here, for a member of staff",
            (Self::En, Standing::Parked(_)) => "Not sent on",
            (Self::En, Standing::Registered) => "Registered",
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
                "Het systeem weigert een van de gegevens. Bij de aanvraag staat wat het systeem zei, als het iets zei. \
                 Geef dat aan de redacteur, die de catalogus kan verbeteren. Of behandel de aanvraag met de hand."
            }
            (Self::Nl, ParkReason::PutOff) => {
                "Het systeem zei dagenlang dat het deze aanvraag nu niet wil, bijvoorbeeld omdat een postbus vol is of \
                 omdat er te veel tegelijk komt. Vraag de beheerder om dat na te kijken en stuur dan opnieuw door."
            }
            (Self::Nl, ParkReason::NotOpened) => {
                "De hub kon deze aanvraag dagenlang niet openen, of de catalogus niet lezen. Vraag de beheerder om naar \
                 de sleutels en de map van de hub te kijken en stuur dan opnieuw door."
            }
            (Self::Nl, ParkReason::NoPaper) => {
                "De hub kan van deze aanvraag geen PDF maken. Er is geen brief of map verstuurd; in het zaaksysteem kan de \
                 zaak al staan, zonder document. Vertel het de beheerder en behandel de aanvraag met de hand."
            }
            (Self::Nl, ParkReason::Hidden) => {
                "Het zaaksysteem heeft dit al, maar laat het de hub niet zien. Vraag de functioneel beheerder of de hub \
                 alles mag zien wat hij zelf maakt (maxVertrouwelijkheidaanduiding) en stuur dan opnieuw door."
            }
            (Self::Nl, ParkReason::Broken) => {
                "De hub liep dagenlang zelf vast op deze aanvraag. Vertel het de beheerder en behandel de aanvraag met de \
                 hand."
            }
            (Self::Nl, ParkReason::NoAnswer) => {
                "Het systeem gaf dagenlang geen bruikbaar antwoord. Vraag de beheerder of het werkt en stuur dan \
                 opnieuw door."
            }
            (Self::Nl, ParkReason::CategoryMissing) => {
                "Het systeem kent de categorie niet die de catalogus bij deze keuze noemt. Vraag de redacteur om de \
                 catalogus te verbeteren, of maak de melding met de hand."
            }
            (Self::Nl, ParkReason::MaybeSent) => {
                "Deze aanvraag is verstuurd, maar het antwoord bleef uit: niemand weet of die is aangekomen. Zoek het \
                 kenmerk in het systeem. Staat de aanvraag er? Vul dan hieronder het nummer in. Staat de aanvraag er \
                 niet? Stuur die dan opnieuw door."
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
                "The system refuses one of the values. The request says what the system said, if it said anything. \
                 Give that to the editor, who can mend the catalogue. Or deal with the request by hand."
            }
            (Self::En, ParkReason::PutOff) => {
                "For days the system said that it does not want this request now, for example because a mailbox is full \
                 or too much comes at once. Ask the administrator to look into it, then send it on again."
            }
            (Self::En, ParkReason::NotOpened) => {
                "For days the hub could not open this request, or not read the catalogue. Ask the administrator to look \
                 at the keys and the folder of the hub, then send it on again."
            }
            (Self::En, ParkReason::NoPaper) => {
                "The hub cannot make a PDF of this request. No letter or folder was sent; the case may be in the case \
                 system already, without a document. Tell the administrator, and deal with the request by hand."
            }
            (Self::En, ParkReason::Hidden) => {
                "The case system has this already, and does not show it to the hub. Ask its administrator whether the \
                 hub may see all that it makes itself (maxVertrouwelijkheidaanduiding), then send it on again."
            }
            (Self::En, ParkReason::Broken) => {
                "For days the hub itself got stuck on this request. Tell the administrator, and deal with the request by \
                 hand."
            }
            (Self::En, ParkReason::CategoryMissing) => {
                "The system does not know the category that the catalogue names for this choice. Ask the editor to \
                 mend the catalogue, or make the report by hand."
            }
            (Self::En, ParkReason::MaybeSent) => {
                "This request was sent, but no answer came: nobody knows whether it arrived. Look for the reference in \
                 the system. Is it there? Then fill in its number below. Is it not there? Then send it on again."
            }
            (Self::En, ParkReason::NoAnswer) => {
                "The system gave no usable answer for days. Ask the administrator whether it works, then send it on \
                 again."
            }
        }
    }
}
