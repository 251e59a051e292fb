//! Every word on the desk's pages, in Dutch and English. Invariant: both languages have every text,
//! because a missing one does not compile.

use zuil_wire::reference::NotAReference;
use zuil_wire::{Cents, PaymentState, State};

/// A language of the desk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Lang {
    /// Dutch, unless someone chose otherwise.
    #[default]
    Nl,
    /// English.
    En,
}

impl Lang {
    pub(super) fn parse(code: &str) -> Option<Self> {
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
    pub sign_out: &'static str,
    pub sign_in: &'static str,
    pub sign_in_help: &'static str,
    pub password: &'static str,
    pub wrong_password: &'static str,
    pub forgotten: &'static str,
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
    pub name: &'static str,
    pub last_seen: &'static str,
    pub last_sequence: &'static str,
    pub added: &'static str,
    pub access: &'static str,
    pub may_deliver: &'static str,
    pub revoked: &'static str,
    pub never: &'static str,
    pub none_yet: &'static str,
    pub empty_pillars: &'static str,
    pub empty_pillars_help: &'static str,
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
    sign_out: "Uitloggen",
    sign_in: "Inloggen",
    sign_in_help: "Voor medewerkers van de gemeente.",
    password: "Wachtwoord",
    wrong_password: "Dit wachtwoord klopt niet. Kijk of u alle 12 letters en cijfers hebt ingevuld.",
    forgotten: "Wachtwoord kwijt? De beheerder maakt een nieuw met het commando",
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
    committed: "Afgerond bij de zuil",
    received_step: "Ontvangen door de gemeente",
    settled_step: "Uitkomst van de betaling bekend",
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
    name: "Naam",
    last_seen: "Laatst gezien",
    last_sequence: "Laatste volgnummer",
    added: "Toegevoegd",
    access: "Toegang",
    may_deliver: "Mag aanleveren",
    revoked: "Ingetrokken",
    never: "Nog nooit",
    none_yet: "Nog geen",
    empty_pillars: "Er zijn nog geen zuilen.",
    empty_pillars_help: "Een technicus voegt een zuil toe met het commando",
    not_found: "Deze pagina is er niet",
    not_found_help: "Kijk of het adres klopt, of zoek de aanvraag op kenmerk.",
    no_such_reference: "Er is geen aanvraag met dit kenmerk. Staat op de bon “bewaard in de zuil”? \
                        Dan komt de aanvraag hier zodra de zuil weer verbinding heeft.",
    unavailable: "De hub kan nu niets opzoeken",
    unavailable_help: "Probeer het over een minuut opnieuw. Blijft het zo, bel dan de beheerder.",
    foreign_form: "Dit formulier kwam niet van deze site",
    foreign_form_help: "Open de balie opnieuw en probeer het nog eens.",
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
    sign_out: "Sign out",
    sign_in: "Sign in",
    sign_in_help: "For staff of the municipality.",
    password: "Password",
    wrong_password: "This password is not right. Check that you typed all 12 letters and digits.",
    forgotten: "Lost the password? The administrator makes a new one with the command",
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
    committed: "Finished at the pillar",
    received_step: "Received by the municipality",
    settled_step: "Outcome of the payment known",
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
    name: "Name",
    last_seen: "Last seen",
    last_sequence: "Last sequence number",
    added: "Added",
    access: "Access",
    may_deliver: "May deliver",
    revoked: "Revoked",
    never: "Never",
    none_yet: "None yet",
    empty_pillars: "There are no pillars yet.",
    empty_pillars_help: "A technician adds a pillar with the command",
    not_found: "There is no such page",
    not_found_help: "Check the address, or search for the request by its reference.",
    no_such_reference: "There is no request with this reference. Does the receipt say “saved in the pillar”? \
                        Then it comes here as soon as the pillar is connected again.",
    unavailable: "The hub cannot look anything up now",
    unavailable_help: "Try again in a minute. If it stays like this, call the administrator.",
    foreign_form: "This form did not come from this site",
    foreign_form_help: "Open the desk again and retry.",
    months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
};

impl Lang {
    /// "12 aanvragen", at the start of a sentence.
    pub(super) fn requests(self, count: u64) -> String {
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
    pub(super) const fn received_today(self) -> &'static str {
        match self {
            Self::Nl => "ontvangen vandaag",
            Self::En => "received today",
        }
    }

    /// "1 wacht op een medewerker".
    pub(super) fn waiting(self, count: u64) -> String {
        match (self, count) {
            (Self::Nl, 0) => "er wacht niets op een medewerker".into(),
            (Self::Nl, 1) => "1 wacht op een medewerker".into(),
            (Self::Nl, _) => format!("{count} wachten op een medewerker"),
            (Self::En, 0) => "nothing is waiting for staff".into(),
            (Self::En, 1) => "1 is waiting for staff".into(),
            (Self::En, _) => format!("{count} are waiting for staff"),
        }
    }

    /// "2 zuilen mogen aanleveren."
    pub(super) fn pillars_sentence(self, active: usize, revoked: usize) -> String {
        let active = match (self, active) {
            (Self::Nl, 1) => "1 zuil mag aanleveren".to_owned(),
            (Self::Nl, _) => format!("{active} zuilen mogen aanleveren"),
            (Self::En, 1) => "1 pillar may deliver".to_owned(),
            (Self::En, _) => format!("{active} pillars may deliver"),
        };
        match (self, revoked) {
            (_, 0) => format!("{active}."),
            (Self::Nl, 1) => format!("{active}, 1 is ingetrokken."),
            (Self::Nl, _) => format!("{active}, {revoked} zijn ingetrokken."),
            (Self::En, 1) => format!("{active}, 1 is revoked."),
            (Self::En, _) => format!("{active}, {revoked} are revoked."),
        }
    }

    /// The rows that a page of a list shows.
    pub(super) fn window(self, first: u64, last: u64, total: u64) -> String {
        match self {
            Self::Nl => format!("{first} tot en met {last} van {total}"),
            Self::En => format!("{first} to {last} of {total}"),
        }
    }

    /// Why nobody may try a password now.
    pub(super) fn too_many_attempts(self, seconds: i64) -> String {
        let (amount, minutes) = if seconds > 90 { ((seconds + 59) / 60, true) } else { (seconds, false) };
        match (self, minutes) {
            (Self::Nl, true) => format!("Dat was te vaak een verkeerd wachtwoord. Wacht {amount} minuten."),
            (Self::Nl, false) => format!("Dat was te vaak een verkeerd wachtwoord. Wacht {amount} seconden."),
            (Self::En, true) => format!("That was too often a wrong password. Wait {amount} minutes."),
            (Self::En, false) => format!("That was too often a wrong password. Wait {amount} seconds."),
        }
    }

    /// What is wrong with a typed reference, and what to do.
    pub(super) fn not_a_reference(self, error: &NotAReference) -> String {
        match (self, error) {
            (Self::Nl, NotAReference::Length(count)) => {
                format!("Een kenmerk heeft 11 letters en cijfers; dit zijn er {count}.")
            }
            (Self::Nl, NotAReference::Letter(sign)) => {
                format!("In een kenmerk staat nooit “{sign}”. Lees het nog eens van de bon.")
            }
            (Self::Nl, NotAReference::Check) => {
                "De controleletter klopt niet: er is één letter fout, of er zijn er twee verwisseld. \
                 Lees het kenmerk nog eens voor."
                    .into()
            }
            (Self::En, NotAReference::Length(count)) => {
                format!("A reference has 11 letters and digits; this has {count}.")
            }
            (Self::En, NotAReference::Letter(sign)) => {
                format!("A reference never has “{sign}”. Read it from the receipt again.")
            }
            (Self::En, NotAReference::Check) => {
                "The check letter is not right: one letter is wrong, or two have changed places. \
                 Read the reference aloud again."
                    .into()
            }
        }
    }

    /// A state in words, the same everywhere.
    pub(super) const fn state(self, state: State) -> &'static str {
        match (self, state) {
            (Self::Nl, State::Saved) => "Bewaard in de zuil",
            (Self::Nl, State::Received) => "Ontvangen",
            (Self::Nl, State::Registered) => "Geregistreerd",
            (Self::Nl, State::Parked) => "Wacht op een medewerker",
            (Self::En, State::Saved) => "Saved in the pillar",
            (Self::En, State::Received) => "Received",
            (Self::En, State::Registered) => "Registered",
            (Self::En, State::Parked) => "Waiting for staff",
        }
    }

    /// What a state means for this transaction, in a sentence.
    pub(super) const fn meaning(self, state: State, payment: Option<PaymentState>) -> &'static str {
        match (self, state, payment) {
            (Self::Nl, State::Parked, Some(PaymentState::Unknown)) => {
                "De uitkomst van de betaling is nog niet bekend. De zuil zoekt het uit en meldt het hier. \
                 Zeg de bewoner niet dat er wel of niet betaald is."
            }
            (Self::Nl, State::Parked, Some(PaymentState::NotPaid)) => {
                "Er is niet betaald. Beslis of de aanvraag toch doorgaat en neem contact op met de bewoner."
            }
            (Self::Nl, State::Parked, _) => "Een medewerker moet hiernaar kijken.",
            (Self::Nl, State::Registered, _) => "De aanvraag staat in het zaaksysteem.",
            (Self::Nl, State::Received | State::Saved, _) => "De gemeente heeft deze aanvraag ontvangen.",
            (Self::En, State::Parked, Some(PaymentState::Unknown)) => {
                "The outcome of the payment is not known yet. The pillar finds out and reports it here. \
                 Do not tell the resident that it was or was not paid."
            }
            (Self::En, State::Parked, Some(PaymentState::NotPaid)) => {
                "It was not paid. Decide whether the request goes on, and contact the resident."
            }
            (Self::En, State::Parked, _) => "A member of staff has to look at this.",
            (Self::En, State::Registered, _) => "The request is in the case system.",
            (Self::En, State::Received | State::Saved, _) => "The municipality has received this request.",
        }
    }

    /// What is known of a payment, in words.
    pub(super) const fn payment(self, state: PaymentState) -> &'static str {
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
    pub(super) fn money(self, amount: Cents) -> String {
        match self {
            Self::Nl => format!("€\u{a0}{}", amount.with_mark(',')),
            Self::En => format!("€{}", amount.with_mark('.')),
        }
    }

    /// The name of a resident's language, or its code when it is another.
    pub(super) fn language_name(self, code: &str) -> String {
        let name = match (self, code) {
            (Self::Nl, "nl") => "Nederlands",
            (Self::Nl, "en") => "Engels",
            (Self::En, "nl") => "Dutch",
            (Self::En, "en") => "English",
            (_, other) => other,
        };
        name.to_owned()
    }
}
