//! Words about enrolling pillars with a code.

use super::Lang;

/// The texts about enrolment that never change.
#[derive(Debug)]
pub(in super::super) struct EnrolmentTexts {
    pub title: &'static str,
    pub intro: &'static str,
    pub codes: &'static str,
    pub empty: &'static str,
    pub pillar: &'static str,
    pub place: &'static str,
    pub state: &'static str,
    pub made_by: &'static str,
    pub made: &'static str,
    pub new_title: &'static str,
    pub name: &'static str,
    pub name_help: &'static str,
    pub place_help: &'static str,
    pub again_help: &'static str,
    pub make: &'static str,
    pub back: &'static str,
    pub back_to_codes: &'static str,
    pub waits: &'static str,
    pub used: &'static str,
    pub expired: &'static str,
    pub cancelled: &'static str,
    pub too_many_tries: &'static str,
    pub code_title: &'static str,
    pub once: &'static str,
    pub step_1: &'static str,
    pub step_2: &'static str,
    pub step_3: &'static str,
    pub step_4: &'static str,
    pub address: &'static str,
    pub code: &'static str,
    pub authority: &'static str,
    pub qr: &'static str,
    pub qr_help: &'static str,
    pub look_again: &'static str,
    pub cancel: &'static str,
    pub cancel_help: &'static str,
    pub to_the_pillar: &'static str,
    pub make_another: &'static str,
    pub not_a_name: &'static str,
    pub no_place: &'static str,
    pub open_payments: &'static str,
    pub no_address: &'static str,
    pub no_address_help: &'static str,
    pub again: &'static str,
    pub again_why: &'static str,
}

const NL: EnrolmentTexts = EnrolmentTexts {
    title: "Zuil aanmelden",
    intro: "Met een code meldt u een zuil aan bij deze gemeente. De code is een uur geldig en werkt één keer.",
    codes: "Codes van de laatste 7 dagen",
    empty: "Er zijn de laatste 7 dagen geen codes gemaakt.",
    pillar: "Zuil",
    place: "Plek",
    state: "Stand",
    made_by: "Gemaakt door",
    made: "Gemaakt",
    new_title: "Nieuwe zuil",
    name: "Naam van de zuil",
    name_help: "Kleine letters, cijfers en streepjes, hoogstens 40. Bijvoorbeeld: jumbo-dronensingel.",
    place_help: "Waar de zuil staat, zodat een collega hem vindt. Bijvoorbeeld: Jumbo, bij de ingang.",
    again_help: "Zodra u de code gebruikt, kan het oude apparaat niets meer ophalen of melden. Wat bewoners daar al \
                 hadden afgemaakt, komt nog wel aan.",
    make: "Maak de code",
    back: "Alle zuilen",
    back_to_codes: "Alle codes",
    waits: "Wacht op de zuil",
    used: "Zuil aangemeld",
    expired: "Verlopen",
    cancelled: "Ingetrokken",
    too_many_tries: "Te vaak geprobeerd",
    code_title: "Code voor de zuil",
    once: "U ziet deze code nu één keer. Print deze pagina of neem de code over.",
    step_1: "Zet de zuil aan. Als hij nog niet is aangemeld, vraagt hij op zijn scherm om het adres en de code.",
    step_2: "Typ daar dit adres en deze code. Of geef op de zuil deze opdracht:",
    step_3: "Vergelijk de code per groepje. Een tikfout merkt de zuil zelf.",
    step_4: "De zuil haalt zijn certificaat en de catalogus op en is daarna in gebruik.",
    address: "Adres van de hub",
    code: "Code",
    authority: "Vingerafdruk van de hub (SHA-256)",
    qr: "QR-code met het adres, de code en de vingerafdruk",
    qr_help: "Met uw telefoon neemt u zo het adres en de code mee naar de zuil, en toetst ze daar in. De zuil zelf leest de \
              QR-code niet. Bewaar hem niet.",
    look_again: "Kijk of de zuil is aangemeld",
    cancel: "Trek de code in",
    cancel_help: "Doe dit als u de code niet meer nodig hebt, of als een ander hem gezien heeft.",
    to_the_pillar: "Bekijk de zuil",
    make_another: "Met deze code kan geen zuil meer worden aangemeld. Maak een nieuwe code als dat nodig is.",
    not_a_name: "Kies een naam van 1 tot 40 kleine letters, cijfers en streepjes, bijvoorbeeld jumbo-dronensingel. \
                 Alleen map kan niet.",
    no_place: "Vul in waar de zuil staat, in hoogstens 80 tekens.",
    open_payments: "Bij deze zuil zijn nog betalingen om uit te zoeken. Doe dat eerst. Maak daarna de code.",
    no_address: "Het adres van de hub is nog niet ingesteld",
    no_address_help: "Vraag de beheerder om intake.public_url in te vullen in hub.toml.",
    again: "Meld de zuil opnieuw aan",
    again_why: "Voor een ander apparaat op dezelfde plek, of als de zuil is leeggemaakt.",
};

const EN: EnrolmentTexts = EnrolmentTexts {
    title: "Enrol a pillar",
    intro: "With a code you enrol a pillar with this municipality. A code is good for an hour, and once.",
    codes: "Codes of the last 7 days",
    empty: "No codes were made in the last 7 days.",
    pillar: "Pillar",
    place: "Place",
    state: "State",
    made_by: "Made by",
    made: "Made",
    new_title: "New pillar",
    name: "Name of the pillar",
    name_help: "Small letters, digits and dashes, 40 at most. For example: jumbo-dronensingel.",
    place_help: "Where the pillar stands, so that a colleague finds it. For example: Jumbo, at the entrance.",
    again_help: "As soon as you use the code, the former device can fetch and report nothing any more. What residents \
                 had finished there still arrives.",
    make: "Make the code",
    back: "All pillars",
    back_to_codes: "All codes",
    waits: "Waits for the pillar",
    used: "Pillar enrolled",
    expired: "Expired",
    cancelled: "Taken back",
    too_many_tries: "Tried too often",
    code_title: "Code for the pillar",
    once: "You see this code now, once. Print this page or copy the code.",
    step_1: "Switch the pillar on. When it is not enrolled yet, it asks for address and code at its screen.",
    step_2: "Type this address and this code there. Or give this command at the pillar:",
    step_3: "Compare the code group by group. The pillar itself notices a typing error.",
    step_4: "The pillar fetches its certificate and the catalogue, and is in use after that.",
    address: "Address of the hub",
    code: "Code",
    authority: "Fingerprint of the hub (SHA-256)",
    qr: "QR code with the address, the code and the fingerprint",
    qr_help: "With your phone you take the address and the code along to the pillar, and type them there. The pillar itself \
              does not read the QR code. Do not keep it.",
    look_again: "See whether the pillar is enrolled",
    cancel: "Take the code back",
    cancel_help: "Do this when you no longer need the code, or when somebody else has seen it.",
    to_the_pillar: "Look at the pillar",
    make_another: "No pillar can be enrolled with this code any more. Make another code if you need one.",
    not_a_name: "Choose a name of 1 to 40 small letters, digits and dashes, such as jumbo-dronensingel. \
                 Only map cannot be used.",
    no_place: "Fill in where the pillar stands, in 80 characters at most.",
    open_payments: "This pillar has payments to settle. Do that first. Then make the code.",
    no_address: "The address of the hub is not set yet",
    no_address_help: "Ask the administrator to fill in intake.public_url in hub.toml.",
    again: "Enrol the pillar again",
    again_why: "For another device in the same place, or when the pillar was wiped.",
};

impl Lang {
    pub(in super::super) const fn enrolment_texts(self) -> &'static EnrolmentTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// "jumbo opnieuw aanmelden".
    pub(in super::super) fn enrol_again(self, pillar: &str) -> String {
        match self {
            Self::Nl => format!("{pillar} opnieuw aanmelden"),
            Self::En => format!("Enrol {pillar} again"),
        }
    }

    /// "nog 12 minuten".
    pub(in super::super) fn minutes_left(self, minutes: i64) -> String {
        match (self, minutes) {
            (Self::Nl, 1) => "nog 1 minuut".to_owned(),
            (Self::Nl, _) => format!("nog {minutes} minuten"),
            (Self::En, 1) => "1 minute left".to_owned(),
            (Self::En, _) => format!("{minutes} minutes left"),
        }
    }

    pub(in super::super) fn code_waits_for(self, pillar: &str, minutes: i64) -> String {
        match self {
            Self::Nl => format!("De code wacht op {pillar}, {}.", self.minutes_left(minutes)),
            Self::En => format!("The code waits for {pillar}, {}.", self.minutes_left(minutes)),
        }
    }

    pub(in super::super) fn is_enrolled(self, pillar: &str) -> String {
        match self {
            Self::Nl => format!("{pillar} is aangemeld."),
            Self::En => format!("{pillar} is enrolled."),
        }
    }

    pub(in super::super) fn pillar_name_taken(self, name: &str) -> String {
        match self {
            Self::Nl => format!(
                "Er is al een zuil met de naam {name}, of die was er. Kies een andere naam, zoals {name}-2. Of meld \
                 die zuil opnieuw aan, op zijn eigen pagina."
            ),
            Self::En => format!(
                "There is or was a pillar named {name}. Choose another name, such as {name}-2. Or enrol that pillar \
                 again, on its own page."
            ),
        }
    }
}
