//! Every word on the desk's pages, in Dutch and English: here what all pages and those about transactions
//! share, beside it the words of each other page. Invariant: both languages have every text, because a
//! missing one does not compile.

mod access;
mod alerts;
mod callers;
mod devices;
mod drafts;
mod editions;
mod enrolment;
mod finder;
mod found;
mod handover;
mod issues;
mod map;
mod orders;
mod payments;
mod pillars;
mod presence;
mod questions;
mod referrals;
mod refusals;
mod revoking;
mod service;
mod settling;
mod status;
mod storage;
mod surveys;
mod systems;
mod timeline;
mod visits;
mod words;
mod worklist;

pub(super) use access::AccessTexts;
pub(super) use alerts::AlertTexts;
pub(super) use drafts::DraftTexts;
pub(super) use enrolment::EnrolmentTexts;
pub(super) use finder::FinderTexts;
pub(super) use found::FoundTexts;
pub(super) use handover::HandoverTexts;
pub(super) use map::MapTexts;
pub(super) use orders::OrderTexts;
pub(super) use payments::PaymentTexts;
pub(super) use pillars::PillarTexts;
pub(super) use questions::QuestionTexts;
pub(super) use referrals::ReferralTexts;
pub(super) use revoking::RevokeTexts;
pub(super) use service::ServiceTexts;
pub(super) use settling::SettlingTexts;
pub(super) use status::StatusTexts;
pub(super) use surveys::SurveyTexts;
pub(super) use systems::SystemTexts;
pub(super) use visits::VisitTexts;
pub(super) use worklist::WorklistTexts;

/// A language of the desk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Lang {
    /// Dutch, unless someone chose otherwise.
    #[default]
    Nl,
    /// English.
    En,
}

impl Lang {
    pub(crate) fn parse(code: &str) -> Option<Self> {
        match code {
            "nl" => Some(Self::Nl),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The code, as in the `lang` attribute.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Nl => "nl",
            Self::En => "en",
        }
    }

    pub(super) const fn texts(self) -> &'static Texts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }
}

/// The texts that never change.
#[derive(Debug)]
pub(super) struct Texts {
    pub desk: &'static str,
    pub skip: &'static str,
    pub menu: &'static str,
    pub other_language: &'static str,
    pub other_language_code: &'static str,
    pub transactions: &'static str,
    pub pillars: &'static str,
    pub payments: &'static str,
    pub questions: &'static str,
    pub sign_out: &'static str,
    pub sign_in: &'static str,
    pub sign_in_help: &'static str,
    pub password: &'static str,
    pub search_label: &'static str,
    pub search_help: &'static str,
    pub search: &'static str,
    pub all: &'static str,
    pub today: &'static str,
    pub waiting: &'static str,
    pub reference: &'static str,
    pub task: &'static str,
    pub pillar: &'static str,
    pub received: &'static str,
    pub state: &'static str,
    pub payment: &'static str,
    pub newer: &'static str,
    pub older: &'static str,
    pub pages: &'static str,
    pub empty_all: &'static str,
    pub empty_all_help: &'static str,
    pub empty_today: &'static str,
    pub empty_waiting: &'static str,
    pub back: &'static str,
    pub answers: &'static str,
    pub no_answers: &'static str,
    pub course: &'static str,
    pub committed: &'static str,
    pub received_step: &'static str,
    pub settled_step: &'static str,
    pub settled_by_staff: &'static str,
    pub unreadable: &'static str,
    pub not_looked_at: &'static str,
    pub unreadable_help: &'static str,
    pub details: &'static str,
    pub visit_language: &'static str,
    pub catalogue_version: &'static str,
    pub id: &'static str,
    pub case_number: &'static str,
    pub amount: &'static str,
    pub outcome: &'static str,
    pub terminal: &'static str,
    pub receipt_number: &'static str,
    pub card: &'static str,
    pub no_fee: &'static str,
    pub not_reported: &'static str,
    pub too_large: &'static str,
    pub not_found: &'static str,
    pub not_found_help: &'static str,
    pub no_such_reference: &'static str,
    pub unavailable: &'static str,
    pub unavailable_help: &'static str,
    pub foreign_form: &'static str,
    pub foreign_form_help: &'static str,
    pub months: [&'static str; 12],
}

const NL: Texts = Texts {
    desk: "Balie van de zuilen",
    skip: "Naar de inhoud",
    menu: "Menu",
    other_language: "English",
    other_language_code: "en",
    transactions: "Aanvragen",
    pillars: "Zuilen",
    payments: "Betalingen uitzoeken",
    questions: "Vragen",
    sign_out: "Uitloggen",
    sign_in: "Inloggen",
    sign_in_help: "Voor medewerkers van de gemeente.",
    password: "Wachtwoord",
    search_label: "Zoek op kenmerk",
    search_help: "11 letters en cijfers, zoals op de bon. Streepjes en hoofdletters hoeven niet.",
    search: "Zoek",
    all: "Alle",
    today: "Vandaag",
    waiting: "Wacht op een medewerker",
    reference: "Kenmerk",
    task: "Aanvraag",
    pillar: "Zuil",
    received: "Ontvangen",
    state: "Stand",
    payment: "Betaling",
    newer: "Nieuwere",
    older: "Oudere",
    pages: "Bladeren",
    empty_all: "Er zijn nog geen aanvragen.",
    empty_all_help: "Zodra een bewoner iets afrondt bij een zuil, staat het hier.",
    empty_today: "Vandaag is er nog niets ontvangen.",
    empty_waiting: "Er wacht niets op een medewerker.",
    back: "Terug naar alle aanvragen",
    answers: "Wat de bewoner invulde",
    no_answers: "Deze aanvraag heeft geen vragen.",
    course: "Verloop",
    committed: "Bewaard in de zuil",
    received_step: "Ontvangen door de gemeente",
    settled_step: "Uitkomst van de betaling bekend",
    settled_by_staff: "Medewerker besliste over de betaling",
    unreadable: "Inhoud niet te openen",
    not_looked_at: "De hub heeft nog niet gekeken of deze zuil dit heeft ondertekend. Wacht een minuut en vernieuw \
                    de pagina voordat u het behandelt.",
    unreadable_help: "De inhoud is versleuteld bewaard, maar kan nu niet worden geopend. Bel de beheerder: er \
                      ontbreekt een sleutel, of de zuil heeft iets verkeerds verstuurd.",
    details: "Gegevens",
    visit_language: "Taal van de bewoner",
    catalogue_version: "Versie van de catalogus",
    id: "Nummer in het systeem",
    case_number: "Zaaknummer",
    amount: "Bedrag",
    outcome: "Uitkomst",
    terminal: "Betaalautomaat",
    receipt_number: "Bonnummer",
    card: "Soort pas",
    no_fee: "Geen kosten",
    not_reported: "Niet gemeld",
    too_large: "Wat u instuurde is te lang",
    not_found: "Deze pagina is er niet",
    not_found_help: "Kijk of het adres klopt, of zoek de aanvraag op kenmerk.",
    no_such_reference: "Er is geen aanvraag met dit kenmerk. Staat op de bon “bewaard in de zuil”? \
                        Dan komt de aanvraag hier zodra de zuil weer verbinding heeft.",
    unavailable: "De hub kan nu niets opzoeken",
    unavailable_help: "Probeer het over een minuut opnieuw. Blijft het zo, bel dan de beheerder.",
    foreign_form: "Dit formulier kwam niet van deze site",
    foreign_form_help: "Open de pagina opnieuw en probeer het nog eens.",
    months: ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"],
};

const EN: Texts = Texts {
    desk: "Pillar desk",
    skip: "Skip to content",
    menu: "Menu",
    other_language: "Nederlands",
    other_language_code: "nl",
    transactions: "Requests",
    pillars: "Pillars",
    payments: "Payments to settle",
    questions: "Questions",
    sign_out: "Sign out",
    sign_in: "Sign in",
    sign_in_help: "For staff of the municipality.",
    password: "Password",
    search_label: "Search by reference",
    search_help: "11 letters and digits, as on the receipt. Dashes and capitals are not needed.",
    search: "Search",
    all: "All",
    today: "Today",
    waiting: "Waiting for staff",
    reference: "Reference",
    task: "Request",
    pillar: "Pillar",
    received: "Received",
    state: "State",
    payment: "Payment",
    newer: "Newer",
    older: "Older",
    pages: "Pages",
    empty_all: "There are no requests yet.",
    empty_all_help: "As soon as a resident finishes something at a pillar, it appears here.",
    empty_today: "Nothing was received today yet.",
    empty_waiting: "Nothing is waiting for staff.",
    back: "Back to all requests",
    answers: "What the resident filled in",
    no_answers: "This request has no questions.",
    course: "Course",
    committed: "Saved in the pillar",
    received_step: "Received by the municipality",
    settled_step: "Outcome of the payment known",
    settled_by_staff: "Staff decided about the payment",
    unreadable: "Content cannot be opened",
    not_looked_at: "The hub has not looked yet whether this pillar signed this. Wait a minute and load the page \
                    again before you act on it.",
    unreadable_help: "The content is kept sealed, but cannot be opened now. Call the administrator: a key is \
                      missing, or the pillar sent something wrong.",
    details: "Details",
    visit_language: "Language of the resident",
    catalogue_version: "Version of the catalogue",
    id: "Number in the system",
    case_number: "Case number",
    amount: "Amount",
    outcome: "Outcome",
    terminal: "Card terminal",
    receipt_number: "Receipt number",
    card: "Kind of card",
    no_fee: "No fee",
    not_reported: "Not reported",
    too_large: "What you sent is too long",
    not_found: "There is no such page",
    not_found_help: "Check the address, or search for the request by its reference.",
    no_such_reference: "There is no request with this reference. Does the receipt say “saved in the pillar”? \
                        Then it comes here as soon as the pillar is connected again.",
    unavailable: "The hub cannot look anything up now",
    unavailable_help: "Try again in a minute. If it stays like this, call the administrator.",
    foreign_form: "This form did not come from this site",
    foreign_form_help: "Open the page again and retry.",
    months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
};
