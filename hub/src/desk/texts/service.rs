//! Words about service visits. Invariant: that a code is seen once, and until when it opens the pillar, is said beside it.

use zuil_wire::service::Readiness;
use zuil_wire::{ServiceDeed, ServiceOutcome};

use super::Lang;

/// The texts about service visits that never change.
#[derive(Debug)]
pub(in super::super) struct ServiceTexts {
    pub title: &'static str,
    pub link: &'static str,
    pub why: &'static str,
    pub make: &'static str,
    pub make_help: &'static str,
    pub hours: &'static str,
    pub made: &'static str,
    pub once: &'static str,
    pub code: &'static str,
    pub until: &'static str,
    pub steps: [&'static str; 3],
    pub back: &'static str,
    pub open: &'static str,
    pub void: &'static str,
    pub void_help: &'static str,
    pub visits: &'static str,
    pub no_visits: &'static str,
    pub what: &'static str,
    pub when: &'static str,
    pub outcome: &'static str,
    pub who: &'static str,
    pub nobody_known: &'static str,
    pub readiness: &'static str,
    pub no_readiness: &'static str,
    pub check: &'static str,
    pub state: &'static str,
    pub said: &'static str,
    pub not_ready: &'static str,
    pub cannot: &'static str,
    pub cannot_help: &'static str,
}

const NL: ServiceTexts = ServiceTexts {
    title: "Servicebezoeken",
    link: "Servicecode en servicebezoeken",
    why: "Met een servicecode opent u bij de zuil de pagina’s voor onderhoud. Dat werkt ook zonder verbinding.",
    make: "Servicecode maken",
    make_help: "Kies niet langer dan u nodig hebt. De code werkt tot het einde van het uur waarin de tijd om is, en alleen bij \
                deze zuil.",
    hours: "Hoe lang moet de code werken?",
    made: "Servicecode voor",
    once: "U ziet deze code nu één keer. Schrijf hem op, en laat hem aan niemand zien.",
    code: "Servicecode",
    until: "Werkt tot",
    steps: [
        "Ga naar de zuil. Wacht tot er niemand meer bezig is.",
        "Open het scherm voor de servicecode, zoals in de handleiding voor de technicus staat.",
        "Typ de twaalf cijfers. Na vijf foute codes moet u een kwartier wachten.",
    ],
    back: "Terug naar de servicebezoeken",
    open: "Codes die nu werken",
    void: "Alle servicecodes ongeldig maken",
    void_help: "Doe dit als iemand anders een code heeft gezien. De zuil hoort het zodra hij verbinding heeft. \
                Tot dan werken de oude codes daar nog.",
    visits: "Wat er bij de zuil is gedaan",
    no_visits: "Er zijn nog geen servicebezoeken geweest.",
    what: "Wat",
    when: "Wanneer",
    outcome: "Hoe het ging",
    who: "Code van",
    nobody_known: "Niet bekend",
    readiness: "Laatste controle van de zuil zelf",
    no_readiness: "De zuil heeft nog geen controle gemeld.",
    check: "Onderdeel",
    state: "Stand",
    said: "Wat de zuil zag",
    not_ready: "De zuil is niet klaar voor gebruik. Kijk hieronder wat er niet werkt.",
    cannot: "Er kan nu geen servicecode worden gemaakt",
    cannot_help: "Probeer het opnieuw. Gaat het weer mis, maak dan alle servicecodes van deze zuil ongeldig, of vraag de \
                  beheerder naar het logboek van de hub.",
};

const EN: ServiceTexts = ServiceTexts {
    title: "Service visits",
    link: "Service code and service visits",
    why: "With a service code you open the pages for maintenance at the pillar. That works without a connection, too.",
    make: "Make a service code",
    make_help: "Choose no longer than you need. The code works until the end of the hour in which the time is up, and at \
                this pillar only.",
    hours: "How long should the code work?",
    made: "Service code for",
    once: "You see this code now, once. Take it down, and show it to nobody.",
    code: "Service code",
    until: "Works until",
    steps: [
        "Go to the pillar. Wait until nobody uses it.",
        "Open the screen for the service code, as the guide for the technician says.",
        "Type the twelve digits. After five wrong codes you have to wait for a quarter of an hour.",
    ],
    back: "Back to the service visits",
    open: "Codes that work now",
    void: "Make all service codes void",
    void_help: "Do this when somebody else saw a code. The pillar hears of it as soon as it has a connection. \
                Until then the old codes still work there.",
    visits: "What was done at the pillar",
    no_visits: "There were no service visits yet.",
    what: "What",
    when: "When",
    outcome: "How it went",
    who: "Code of",
    nobody_known: "Not known",
    readiness: "Last check by the pillar itself",
    no_readiness: "The pillar has told of no check yet.",
    check: "Part",
    state: "State",
    said: "What the pillar saw",
    not_ready: "The pillar is not ready for use. See below what does not work.",
    cannot: "No service code can be made now",
    cannot_help: "Try again. If it goes wrong again, make all service codes of this pillar void, or ask the administrator \
                  for the log of the hub.",
};

impl Lang {
    pub(in super::super) const fn service_texts(self) -> &'static ServiceTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// "8 uur".
    pub(in super::super) fn hours(self, hours: u8) -> String {
        match (self, hours) {
            (Self::Nl, _) => format!("{hours} uur"),
            (Self::En, 1) => "1 hour".to_owned(),
            (Self::En, _) => format!("{hours} hours"),
        }
    }

    /// Whose code works until when.
    pub(in super::super) fn open_service_code(self, by: &str, until: &str) -> String {
        match self {
            Self::Nl => format!("Van {by}, tot {until}"),
            Self::En => format!("By {by}, until {until}"),
        }
    }

    /// Since when a pillar is ready.
    pub(in super::super) fn ready_since(self, since: &str) -> String {
        match self {
            Self::Nl => format!("De zuil is klaar voor gebruik sinds {since}."),
            Self::En => format!("The pillar has been ready for use since {since}."),
        }
    }

    /// What was done in a service visit.
    pub(in super::super) const fn service_deed(self, deed: ServiceDeed) -> &'static str {
        let (nl, en) = match deed {
            ServiceDeed::Opened => ("Servicebezoek begonnen", "Service visit begun"),
            ServiceDeed::Closed => ("Servicebezoek geëindigd", "Service visit ended"),
            ServiceDeed::TestedPrinter => ("Printer getest", "Printer tested"),
            ServiceDeed::TestedTerminal => ("Pinautomaat getest", "Card terminal tested"),
            ServiceDeed::TestedReader => ("Lezer getest", "Reader tested"),
            ServiceDeed::TestedSound => ("Geluid getest", "Sound tested"),
            ServiceDeed::TestedTouch => ("Aanraakscherm getest of ingesteld", "Touch tested or set"),
            ServiceDeed::ChangedRoll => ("Nieuwe rol papier", "New roll of paper"),
            ServiceDeed::ChangedNetwork => ("Netwerk veranderd", "Network changed"),
            ServiceDeed::WroteLogs => ("Logboek op een stick gezet", "Logs written to a stick"),
            ServiceDeed::InstalledUpdate => {
                ("Update van een stick geïnstalleerd", "Update installed from a stick")
            }
            ServiceDeed::ReEnrolled => ("Zuil opnieuw aangemeld", "Pillar enrolled again"),
            ServiceDeed::TurnedScreen => ("Scherm gedraaid", "Screen turned"),
            ServiceDeed::SetPassphrase => {
                ("Wachtzin voor de gegevens ingesteld", "Passphrase of the data set")
            }
            ServiceDeed::Reset => ("Zuil leeggemaakt", "Pillar wiped"),
            ServiceDeed::Restarted => ("Zuil opnieuw gestart", "Pillar restarted"),
            ServiceDeed::WrongCode => ("Foute servicecode", "Wrong service code"),
            ServiceDeed::CheckedDevices => ("Alles gecontroleerd", "Everything checked"),
            ServiceDeed::Other => ("Iets anders", "Something else"),
        };
        match self {
            Self::Nl => nl,
            Self::En => en,
        }
    }

    /// What came of it: the shape of its badge, and the word.
    pub(in super::super) const fn service_outcome(
        self,
        deed: ServiceDeed,
        outcome: ServiceOutcome,
    ) -> (&'static str, &'static str) {
        let (kind, nl, en) = match (deed, outcome) {
            (ServiceDeed::WrongCode, _) => ("waits", "Geweigerd", "Refused"),
            (_, ServiceOutcome::Done) => ("good", "Gedaan", "Done"),
            (_, ServiceOutcome::Failed) => ("bad", "Niet gelukt", "Failed"),
            (_, ServiceOutcome::Begun) => ("unknown", "Begonnen", "Begun"),
        };
        match self {
            Self::Nl => (kind, nl),
            Self::En => (kind, en),
        }
    }

    /// How a part is, as the pillar found: the shape of its badge, and the word.
    pub(in super::super) const fn readiness(self, state: Readiness) -> (&'static str, &'static str) {
        let (kind, nl, en) = match state {
            Readiness::Good => ("good", "Goed", "Good"),
            Readiness::Attention => ("waits", "Let op", "Attention"),
            Readiness::Bad => ("bad", "Werkt niet", "Does not work"),
        };
        match self {
            Self::Nl => (kind, nl),
            Self::En => (kind, en),
        }
    }
}
