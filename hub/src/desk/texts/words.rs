//! Words about transactions that depend on data. Invariant: the same thing is said in the same words
//! everywhere.

use zuil_wire::reference::NotAReference;
use zuil_wire::{Cents, PaymentState, State};

use super::Lang;
use crate::store::{Stored, Trouble};

impl Lang {
    /// "12 aanvragen", at the start of a sentence.
    pub(in super::super) fn requests(self, count: u64) -> String {
        match (self, count) {
            (Self::Nl, 0) => "Geen aanvragen".into(),
            (Self::Nl, 1) => "1 aanvraag".into(),
            (Self::Nl, _) => format!("{count} aanvragen"),
            (Self::En, 0) => "No requests".into(),
            (Self::En, 1) => "1 request".into(),
            (Self::En, _) => format!("{count} requests"),
        }
    }

    /// What stands between the number of requests and what waits.
    pub(in super::super) const fn received_today(self) -> &'static str {
        match self {
            Self::Nl => "ontvangen vandaag",
            Self::En => "received today",
        }
    }

    /// "1 wacht op een medewerker".
    pub(in super::super) fn waiting(self, count: u64) -> String {
        match (self, count) {
            (Self::Nl, 0) => "er wacht niets op een medewerker".into(),
            (Self::Nl, 1) => "1 wacht op een medewerker".into(),
            (Self::Nl, _) => format!("{count} wachten op een medewerker"),
            (Self::En, 0) => "nothing is waiting for staff".into(),
            (Self::En, 1) => "1 is waiting for staff".into(),
            (Self::En, _) => format!("{count} are waiting for staff"),
        }
    }

    /// "1 betaling moet worden uitgezocht", at the start of a sentence.
    pub(in super::super) fn to_settle(self, count: u64) -> String {
        match (self, count) {
            (Self::Nl, 1) => "1 betaling moet worden uitgezocht".into(),
            (Self::Nl, _) => format!("{count} betalingen moeten worden uitgezocht"),
            (Self::En, 1) => "1 payment has to be settled".into(),
            (Self::En, _) => format!("{count} payments have to be settled"),
        }
    }

    /// The rows that a page of a list shows.
    pub(in super::super) fn window(self, first: u64, last: u64, total: u64) -> String {
        match self {
            Self::Nl => format!("{first} tot en met {last} van {total}"),
            Self::En => format!("{first} to {last} of {total}"),
        }
    }

    /// What to do when a form holds more than it may.
    pub(in super::super) fn too_large_help(self, most_kib: usize) -> String {
        match self {
            Self::Nl => format!(
                "Dit formulier mag ten hoogste {most_kib} kB lang zijn. Er is niets bewaard. Ga met de knop Terug van uw \
                 browser naar het formulier: daar staat nog wat u typte. Maak het korter en verstuur het opnieuw."
            ),
            Self::En => format!(
                "This form may be {most_kib} kB long at most. Nothing was kept. Go back to the form with the Back button \
                 of your browser: what you typed is still there. Make it shorter and send it again."
            ),
        }
    }

    /// Why nobody may try a password or a code now.
    pub(in super::super) fn too_many_attempts(self, seconds: i64) -> String {
        let (amount, minutes) = if seconds > 90 { ((seconds + 59) / 60, true) } else { (seconds, false) };
        match (self, minutes) {
            (Self::Nl, true) => format!("Dat was te vaak verkeerd. Wacht {amount} minuten."),
            (Self::Nl, false) => format!("Dat was te vaak verkeerd. Wacht {amount} seconden."),
            (Self::En, true) => format!("That was wrong too often. Wait {amount} minutes."),
            (Self::En, false) => format!("That was wrong too often. Wait {amount} seconds."),
        }
    }

    /// What is wrong with a typed reference, and what to do.
    pub(in super::super) fn not_a_reference(self, error: &NotAReference) -> String {
        match (self, error) {
            (Self::Nl, NotAReference::Length(count)) => {
                format!("Een kenmerk heeft 11 letters en cijfers; dit zijn er {count}.")
            }
            (Self::Nl, NotAReference::Letter(sign)) => {
                format!("In een kenmerk staat nooit “{sign}”. Lees het nog eens van de bon.")
            }
            (Self::Nl, NotAReference::Check) => {
                "Dit kenmerk klopt niet: er is één letter of cijfer fout, of er zijn er twee verwisseld. Kijk de \
                 letters na."
                    .into()
            }
            (Self::En, NotAReference::Length(count)) => {
                format!("A reference has 11 letters and digits; this has {count}.")
            }
            (Self::En, NotAReference::Letter(sign)) => {
                format!("A reference never has “{sign}”. Read it from the receipt again.")
            }
            (Self::En, NotAReference::Check) => {
                "This reference is not right: one letter or digit is wrong, or two have changed places. Check the \
                 letters."
                    .into()
            }
        }
    }

    /// A state in words, the same everywhere.
    pub(in super::super) const fn state(self, state: State) -> &'static str {
        match (self, state) {
            (Self::Nl, State::Saved) => "Bewaard in de zuil",
            (Self::Nl, State::Received) => "Ontvangen",
            (Self::Nl, State::Registered) => "Geregistreerd",
            (Self::Nl, State::Parked) => "Wacht op een medewerker",
            (Self::Nl, State::Closed) => "Afgesloten",
            (Self::En, State::Saved) => "Saved in the pillar",
            (Self::En, State::Received) => "Received",
            (Self::En, State::Registered) => "Registered",
            (Self::En, State::Parked) => "Waiting for staff",
            (Self::En, State::Closed) => "Closed",
        }
    }

    /// What a state means for this transaction, in a sentence.
    pub(in super::super) const fn meaning(self, state: State, payment: Option<PaymentState>) -> &'static str {
        match (self, state, payment) {
            (Self::Nl, State::Parked, Some(PaymentState::Unknown)) => {
                "De uitkomst van de betaling is nog niet bekend. De zuil probeert het uit te zoeken; anders doet \
                 een medewerker dat, op de pagina Betalingen uitzoeken. Zeg de bewoner niet dat er wel of niet betaald is."
            }
            (Self::Nl, State::Parked, Some(PaymentState::NotPaid)) => {
                "Er is niet betaald. Beslis of de aanvraag toch doorgaat en neem contact op met de bewoner."
            }
            (Self::Nl, State::Parked, _) => "Een medewerker moet hiernaar kijken.",
            (Self::Nl, State::Registered, _) => "De aanvraag staat in het zaaksysteem.",
            (Self::Nl, State::Received | State::Saved, _) => "De gemeente heeft deze aanvraag ontvangen.",
            (Self::Nl, State::Closed, _) => {
                "Een medewerker heeft deze aanvraag afgehandeld. Die is niet doorgestuurd."
            }
            (Self::En, State::Parked, Some(PaymentState::Unknown)) => {
                "The outcome of the payment is not known yet. The pillar tries to find out; otherwise staff do, \
                 on the page Payments to settle. Do not tell the resident that it was or was not paid."
            }
            (Self::En, State::Parked, Some(PaymentState::NotPaid)) => {
                "It was not paid. Decide whether the request goes on, and contact the resident."
            }
            (Self::En, State::Parked, _) => "A member of staff has to look at this.",
            (Self::En, State::Registered, _) => "The request is in the case system.",
            (Self::En, State::Received | State::Saved, _) => "The municipality has received this request.",
            (Self::En, State::Closed, _) => "A member of staff dealt with this request. It was not sent on.",
        }
    }

    /// Why somebody must look at a request, besides its payment, or why nobody can rely on it yet.
    pub(in super::super) fn trouble_with(self, stored: &Stored) -> Option<&'static str> {
        let not_yet = || (!stored.looked_at).then_some(self.texts().not_looked_at);
        stored.trouble.map(|trouble| self.trouble(trouble)).or_else(not_yet)
    }

    const fn trouble(self, trouble: Trouble) -> &'static str {
        match (self, trouble) {
            (Self::Nl, Trouble::NotSigned) => {
                "Dit is niet ondertekend door de zuil die het stuurde, of onderweg veranderd. Bel de beheerder, en \
                 vraag de bewoner of het klopt voordat u het behandelt."
            }
            (Self::Nl, Trouble::Unreadable) => {
                "De inhoud kan met geen sleutel van de gemeente worden geopend. Bel de beheerder, en vraag de \
                 bewoner om het opnieuw te doen."
            }
            (Self::Nl, Trouble::Mismatch) => {
                "De inhoud hoort bij een andere aanvraag. Bel de beheerder: deze zuil is niet te vertrouwen."
            }
            (Self::Nl, Trouble::AfterRevocation) => {
                "Verstuurd nadat de zuil was ingetrokken. Vraag de bewoner of dit klopt voordat u het behandelt."
            }
            (Self::En, Trouble::NotSigned) => {
                "The pillar that sent this did not sign it, or it was changed on the way. Call the administrator, \
                 and ask the resident whether it is right before you act on it."
            }
            (Self::En, Trouble::Unreadable) => {
                "The content cannot be opened with any key of the municipality. Call the administrator, and ask \
                 the resident to do it again."
            }
            (Self::En, Trouble::Mismatch) => {
                "The content belongs to another request. Call the administrator: this pillar cannot be trusted."
            }
            (Self::En, Trouble::AfterRevocation) => {
                "Sent after the pillar was revoked. Ask the resident whether this is right before you act on it."
            }
        }
    }

    /// What is known of a payment, in words.
    pub(in super::super) const fn payment(self, state: PaymentState) -> &'static str {
        match (self, state) {
            (Self::Nl, PaymentState::Paid) => "Betaald",
            (Self::Nl, PaymentState::NotPaid) => "Niet betaald",
            (Self::Nl, PaymentState::Unknown) => "Nog niet bekend",
            (Self::En, PaymentState::Paid) => "Paid",
            (Self::En, PaymentState::NotPaid) => "Not paid",
            (Self::En, PaymentState::Unknown) => "Not known yet",
        }
    }

    /// An amount as it is written in the language.
    pub(in super::super) fn money(self, amount: Cents) -> String {
        match self {
            Self::Nl => format!("€\u{a0}{}", amount.with_mark(',')),
            Self::En => format!("€{}", amount.with_mark('.')),
        }
    }

    /// The name of a resident's language, or its code when it is another.
    pub(in super::super) fn language_name(self, code: &str) -> String {
        let name = match (self, code) {
            (Self::Nl, "nl") => "Nederlands",
            (Self::Nl, "en") => "Engels",
            (Self::Nl, "de") => "Duits",
            (Self::Nl, "fr") => "Frans",
            (Self::Nl, "pl") => "Pools",
            (Self::Nl, "tr") => "Turks",
            (Self::Nl, "ar") => "Arabisch",
            (Self::Nl, "uk") => "Oekraïens",
            (Self::En, "nl") => "Dutch",
            (Self::En, "en") => "English",
            (Self::En, "de") => "German",
            (Self::En, "fr") => "French",
            (Self::En, "pl") => "Polish",
            (Self::En, "tr") => "Turkish",
            (Self::En, "ar") => "Arabic",
            (Self::En, "uk") => "Ukrainian",
            (_, other) => other,
        };
        name.to_owned()
    }
}
