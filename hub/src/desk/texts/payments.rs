//! Words about payments that a person has to look into. Invariant: nobody is told a guess, and what a
//! decision does is said before it is made.

use super::Lang;
use crate::store::{Decision, Finding};

/// The texts about open payments that never change.
#[derive(Debug)]
pub(in super::super) struct PaymentTexts {
    pub nothing: &'static str,
    pub empty: &'static str,
    pub empty_help: &'static str,
    pub how: &'static str,
    pub how_steps: [&'static str; 5],
    pub when: &'static str,
    pub terminal_id: &'static str,
    pub receipt_number: &'static str,
    pub not_told: &'static str,
    pub decide: &'static str,
    pub paid: &'static str,
    pub not_paid: &'static str,
    pub not_yet: &'static str,
    pub not_here_yet: &'static str,
    pub then: &'static str,
    pub cannot_be_undone: &'static str,
    pub back_without: &'static str,
    pub otherwise: &'static str,
    pub otherwise_help: &'static str,
    pub too_early: &'static str,
    pub too_early_help: &'static str,
    pub not_open: &'static str,
    pub not_open_help: &'static str,
}

const NL: PaymentTexts = PaymentTexts {
    nothing: "Er hoeft niets te worden uitgezocht.",
    empty: "Geen zuil meldt een betaling waarvan de afloop onbekend is.",
    empty_help: "Als een zuil niet kan bewijzen of er betaald is, staat de betaling hier. Tot u beslist neemt \
                 die zuil geen pinpassen aan.",
    how: "Zo zoekt u het uit",
    how_steps: [
        "Vaak zoekt de zuil het zelf uit, zodra de betaalautomaat weer aan staat. Kijk bij de zuil wat die nu doet.",
        "Log in bij de betaaldienst van de gemeente en open de lijst met pinbetalingen.",
        "Zoek op datum en tijd en bedrag, en op betaalautomaat en bonnummer als die gemeld zijn.",
        "Staat de betaling er als gelukt, kies dan “Wel betaald”. Staat ze er niet of als mislukt, kies dan \
         “Niet betaald”.",
        "Weet u het niet zeker? Beslis dan niets en bel de betaaldienst.",
    ],
    when: "Wanneer",
    terminal_id: "Betaalautomaat",
    receipt_number: "Bonnummer",
    not_told: "Niet gemeld",
    decide: "Wat vond u?",
    paid: "Wel betaald",
    not_paid: "Niet betaald",
    not_yet: "De zuil meldt deze betaling nu niet als open. Zodra dat zo is, kunt u hier beslissen.",
    not_here_yet: "De aanvraag is nog niet binnen",
    then: "Wat er dan gebeurt",
    cannot_be_undone: "Dit besluit is niet terug te draaien.",
    back_without: "Terug zonder te beslissen",
    otherwise: "Er is al iets anders besloten",
    otherwise_help: "Het eerste besluit staat, want de zuil kan het al hebben overgenomen. Klopt het niet? Bel \
                     de beheerder en neem contact op met de bewoner.",
    too_early: "Dat kan nog niet worden besloten",
    too_early_help: "De betaling kan nog binnenkomen. In de lijst staat vanaf wanneer u dit kunt kiezen.",
    not_open: "Deze betaling is niet meer open",
    not_open_help: "De zuil heeft zelf uitgezocht hoe de betaling afliep, of heeft het besluit overgenomen. \
                    Zoek de aanvraag op kenmerk om te zien wat er bekend is.",
};

const EN: PaymentTexts = PaymentTexts {
    nothing: "There is nothing to look into.",
    empty: "No pillar reports a payment whose outcome is unknown.",
    empty_help: "When a pillar cannot prove whether it was paid, the payment appears here. Until you decide, \
                 that pillar takes no cards.",
    how: "How to find out",
    how_steps: [
        "Often the pillar finds out by itself as soon as its card terminal is on again. See how that pillar is now.",
        "Sign in with the municipality's payment provider and open the list of card payments.",
        "Search by date and time and amount, and by card terminal and receipt number if they were told.",
        "If the payment is there as successful, choose “It was paid”. If it is not there, or as failed, choose \
         “It was not paid”.",
        "Not sure? Then decide nothing and call the payment provider.",
    ],
    when: "When",
    terminal_id: "Card terminal",
    receipt_number: "Receipt number",
    not_told: "Not told",
    decide: "What did you find?",
    paid: "It was paid",
    not_paid: "It was not paid",
    not_yet: "The pillar does not report this payment as open now. As soon as it does, you can decide here.",
    not_here_yet: "The request has not come in yet",
    then: "What happens then",
    cannot_be_undone: "This decision cannot be undone.",
    back_without: "Back without deciding",
    otherwise: "Something else was decided before",
    otherwise_help: "The first decision stands, because the pillar may have taken it already. Is it wrong? Call \
                     the administrator and contact the resident.",
    too_early: "That cannot be decided yet",
    too_early_help: "The payment may still come in. The list says from when on you can choose this.",
    not_open: "This payment is no longer open",
    not_open_help: "The pillar has found out by itself how the payment ended, or has taken the decision. Search \
                    for the request by its reference to see what is known.",
};

impl Lang {
    /// The texts about open payments.
    pub(in super::super) const fn payment_texts(self) -> &'static PaymentTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// How many payments wait for a person, and how many for their pillar.
    pub(in super::super) fn payments_sentence(self, to_settle: u64, decided: u64) -> String {
        let first = match to_settle {
            0 => self.payment_texts().nothing.trim_end_matches('.').to_owned(),
            count => self.to_settle(count),
        };
        match (self, decided) {
            (_, 0) => format!("{first}."),
            (Self::Nl, 1) => format!("{first}. Over 1 is besloten, en de zuil moet dat nog overnemen."),
            (Self::Nl, _) => {
                format!("{first}. Over {decided} is besloten, en de zuil moet dat nog overnemen.")
            }
            (Self::En, 1) => format!("{first}. 1 is decided, and the pillar has yet to take it."),
            (Self::En, _) => format!("{first}. {decided} are decided, and the pillar has yet to take it."),
        }
    }

    /// What was decided and is not settled yet.
    pub(in super::super) const fn decided(self, decision: Decision) -> &'static str {
        match (self, decision.finding) {
            (Self::Nl, Finding::Paid) => "Besloten: wel betaald, wacht op de zuil",
            (Self::Nl, Finding::NotPaid) => "Besloten: niet betaald, wacht op de zuil",
            (Self::En, Finding::Paid) => "Decided: it was paid, waiting for the pillar",
            (Self::En, Finding::NotPaid) => "Decided: it was not paid, waiting for the pillar",
        }
    }

    /// "gemeld vandaag 10:15": when the hub first heard of it.
    pub(in super::super) fn reported(self, moment: &str) -> String {
        match self {
            Self::Nl => format!("gemeld {moment}"),
            Self::En => format!("reported {moment}"),
        }
    }

    /// Why "not paid" cannot be decided yet.
    pub(in super::super) fn not_paid_from(self, moment: &str) -> String {
        match self {
            Self::Nl => {
                format!("“Niet betaald” kan vanaf {moment}: tot dan kan de betaling nog binnenkomen.")
            }
            Self::En => {
                format!("“Not paid” can be chosen from {moment}: until then the payment may still come in.")
            }
        }
    }

    /// The question before a decision.
    pub(in super::super) const fn confirm(self, finding: Finding) -> &'static str {
        match (self, finding) {
            (Self::Nl, Finding::Paid) => "Is deze betaling echt gelukt?",
            (Self::Nl, Finding::NotPaid) => "Is er echt niet betaald?",
            (Self::En, Finding::Paid) => "Did this payment really succeed?",
            (Self::En, Finding::NotPaid) => "Was it really not paid?",
        }
    }

    /// The button that makes a decision.
    pub(in super::super) const fn confirm_button(self, finding: Finding) -> &'static str {
        match (self, finding) {
            (Self::Nl, Finding::Paid) => "Ja, er is wel betaald",
            (Self::Nl, Finding::NotPaid) => "Ja, er is niet betaald",
            (Self::En, Finding::Paid) => "Yes, it was paid",
            (Self::En, Finding::NotPaid) => "Yes, it was not paid",
        }
    }

    /// What a decision does when the pillar was revoked.
    pub(in super::super) const fn consequences_for_good(self, finding: Finding) -> [&'static str; 2] {
        match (self, finding) {
            (Self::Nl, Finding::Paid) => [
                "De zuil is ingetrokken en hoort niets meer. Uw besluit geldt meteen en voorgoed.",
                "De aanvraag gaat door, tenzij er nog iets anders is waarvoor ze op een medewerker wacht.",
            ],
            (Self::Nl, Finding::NotPaid) => [
                "De zuil is ingetrokken en hoort niets meer. Uw besluit geldt meteen en voorgoed.",
                "De aanvraag blijft op een medewerker wachten: beslis of ze toch doorgaat en neem contact op met \
                 de bewoner.",
            ],
            (Self::En, Finding::Paid) => [
                "The pillar was revoked and hears nothing any more. Your decision counts at once and for good.",
                "The request goes on, unless it waits for staff for another reason.",
            ],
            (Self::En, Finding::NotPaid) => [
                "The pillar was revoked and hears nothing any more. Your decision counts at once and for good.",
                "The request keeps waiting for staff: decide whether it goes on, and contact the resident.",
            ],
        }
    }

    /// What a decision does.
    pub(in super::super) const fn consequences(self, finding: Finding) -> [&'static str; 3] {
        match (self, finding) {
            (Self::Nl, Finding::Paid) => [
                "De zuil hoort het bij het volgende bericht, meestal binnen een halve minuut, en neemt weer pinpassen \
                 aan als er geen andere betaling open is.",
                "De aanvraag gaat door: ze wacht niet meer op een medewerker.",
                "Bewees de betaalautomaat intussen iets anders, dan geldt dat.",
            ],
            (Self::Nl, Finding::NotPaid) => [
                "De zuil hoort het bij het volgende bericht, meestal binnen een halve minuut, en neemt weer pinpassen \
                 aan als er geen andere betaling open is.",
                "De aanvraag blijft op een medewerker wachten: beslis of ze toch doorgaat en neem contact op met \
                 de bewoner.",
                "Bewees de betaalautomaat intussen iets anders, dan geldt dat.",
            ],
            (Self::En, Finding::Paid) => [
                "The pillar hears it with its next report, mostly within half a minute, and takes cards again if \
                 no other payment is open.",
                "The request goes on: it no longer waits for staff.",
                "If the terminal has proved something else meanwhile, that counts.",
            ],
            (Self::En, Finding::NotPaid) => [
                "The pillar hears it with its next report, mostly within half a minute, and takes cards again if \
                 no other payment is open.",
                "The request keeps waiting for staff: decide whether it goes on, and contact the resident.",
                "If the terminal has proved something else meanwhile, that counts.",
            ],
        }
    }
}
