//! Words about what technicians order pillars to do. Invariant: an order is called done only when its pillar said so.

use zuil_wire::orders::{ClosedFor, OrderFailure, Task};

use super::Lang;
use crate::store::{Fate, PlacedOrder};

/// The texts about orders that never change.
#[derive(Debug)]
pub(in super::super) struct OrderTexts {
    pub title: &'static str,
    pub help: &'static str,
    pub order: &'static str,
    pub by: &'static str,
    pub when: &'static str,
    pub state: &'static str,
    pub history: &'static str,
    pub test_print: &'static str,
    pub screenshot: &'static str,
    pub logs: &'static str,
    pub picture_of: &'static str,
    pub download_log: &'static str,
    pub kept_for: &'static str,
    pub restart: &'static str,
    pub close: &'static str,
    pub open: &'static str,
    pub closed: &'static str,
    pub closed_help: &'static str,
    pub says: &'static str,
    pub since: &'static str,
    pub revoked: &'static str,
    pub back_without: &'static str,
    pub then: &'static str,
    pub reason: &'static str,
    pub message: &'static str,
    pub message_help: &'static str,
}

const NL: OrderTexts = OrderTexts {
    title: "Opdrachten op afstand",
    help: "De zuil doet een opdracht als er niemand staat en er geen betaling loopt. Lukt dat niet binnen 15 minuten, \
           dan vervalt de opdracht. Alleen buiten gebruik stellen en weer in gebruik nemen vervallen niet: die wachten \
           tot de zuil ze uitvoert.",
    order: "Opdracht",
    by: "Door",
    when: "Wanneer",
    state: "Stand",
    history: "Laatste opdrachten",
    test_print: "Testafdruk maken",
    screenshot: "Foto van het beginscherm maken",
    logs: "Logboek van de laatste 24 uur ophalen",
    picture_of: "Het beginscherm van de zuil",
    download_log: "Download het logboek (tekst, ingepakt met zstd)",
    kept_for: "Foto's en logboeken verdwijnen na 7 dagen.",
    restart: "Programma opnieuw starten",
    close: "Buiten gebruik stellen",
    open: "Weer in gebruik nemen",
    closed: "Buiten gebruik gesteld",
    closed_help: "De zuil helpt niemand totdat u hem weer in gebruik neemt, ook niet na een stroomstoring.",
    says: "Op het scherm staat ook",
    since: "Sinds",
    revoked: "Deze zuil is ingetrokken. Hij krijgt geen opdrachten meer.",
    back_without: "Terug zonder opdracht",
    then: "Wat er dan gebeurt",
    reason: "Waarom is de zuil buiten gebruik?",
    message: "Eigen tekst voor op het scherm (hoeft niet)",
    message_help: "In het Nederlands, ten hoogste 120 tekens. De reden staat er in de taal van de bezoeker bij. \
                   Zet er geen namen of telefoonnummers van medewerkers in.",
};

const EN: OrderTexts = OrderTexts {
    title: "Orders from afar",
    help: "The pillar carries out an order when nobody stands there and no payment is open. If that does not come \
           about within 15 minutes, the order lapses. Only taking out of service and back into service never lapse: \
           they wait until the pillar carries them out.",
    order: "Order",
    by: "By",
    when: "When",
    state: "State",
    history: "Latest orders",
    test_print: "Make a test print",
    screenshot: "Take a picture of the first screen",
    logs: "Get the log of the last 24 hours",
    picture_of: "The first screen of the pillar",
    download_log: "Download the log (text, compressed with zstd)",
    kept_for: "Pictures and logs are deleted after 7 days.",
    restart: "Restart the program",
    close: "Take out of service",
    open: "Take back into service",
    closed: "Taken out of service",
    closed_help: "The pillar serves nobody until you take it back into service, also after a power cut.",
    says: "The screen also says",
    since: "Since",
    revoked: "This pillar was revoked. It gets no orders any more.",
    back_without: "Back without an order",
    then: "What happens then",
    reason: "Why is the pillar out of service?",
    message: "Your own text for the screen (optional)",
    message_help: "In Dutch, at most 120 characters. The reason stands beside it in the visitor's language. Do not \
                   name staff or give their telephone numbers.",
};

impl Lang {
    /// The texts about orders.
    pub(in super::super) const fn order_texts(self) -> &'static OrderTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// What is ordered.
    pub(in super::super) const fn order(self, what: &Task) -> &'static str {
        let t = self.order_texts();
        match what {
            Task::Restart => t.restart,
            Task::TestPrint => t.test_print,
            Task::Close(_) => t.close,
            Task::Open => t.open,
            Task::Screenshot => t.screenshot,
            Task::Logs { .. } => t.logs,
        }
    }

    /// Whether someone is sure about an order.
    pub(in super::super) fn order_question(self, what: &Task, pillar: &str) -> String {
        match (self, what) {
            (Self::Nl, Task::Restart) => format!("Het programma van {pillar} opnieuw starten?"),
            (Self::Nl, Task::TestPrint) => format!("Een testafdruk maken bij {pillar}?"),
            (Self::Nl, Task::Close(_)) => format!("{pillar} buiten gebruik stellen?"),
            (Self::Nl, Task::Open) => format!("{pillar} weer in gebruik nemen?"),
            (Self::Nl, Task::Screenshot) => format!("Een foto maken van het beginscherm van {pillar}?"),
            (Self::Nl, Task::Logs { .. }) => format!("Het logboek van {pillar} ophalen?"),
            (Self::En, Task::Restart) => format!("Restart the program of {pillar}?"),
            (Self::En, Task::TestPrint) => format!("Make a test print at {pillar}?"),
            (Self::En, Task::Close(_)) => format!("Take {pillar} out of service?"),
            (Self::En, Task::Open) => format!("Take {pillar} back into service?"),
            (Self::En, Task::Screenshot) => format!("Take a picture of the first screen of {pillar}?"),
            (Self::En, Task::Logs { .. }) => format!("Get the log of {pillar}?"),
        }
    }

    /// What an order leads to.
    pub(in super::super) const fn order_consequences(self, what: &Task) -> &'static [&'static str] {
        match (self, what) {
            (Self::Nl, Task::Restart) => &[
                "De zuil wacht tot er niemand staat en er geen betaling loopt.",
                "Het programma stopt en start opnieuw. Dat duurt meestal minder dan een minuut.",
                "Wat bewaard is, blijft bewaard.",
            ],
            (Self::Nl, Task::TestPrint) => &[
                "De zuil wacht tot er niemand staat.",
                "De printer maakt een korte afdruk. Iemand kan die meenemen; er staat niets over bewoners op.",
            ],
            (Self::Nl, Task::Close(_)) => &[
                "De zuil wacht tot er niemand staat en er geen betaling loopt. Wie bezig is, kan afmaken.",
                "Daarna staat op het scherm dat de zuil niet werkt, waarom, en welk nummer bewoners kunnen bellen.",
                "Dat blijft zo tot u de zuil weer in gebruik neemt, ook na een stroomstoring.",
            ],
            (Self::Nl, Task::Screenshot) => {
                &["De zuil wacht tot er niemand staat. Van een bezoek wordt nooit een foto gemaakt."]
            }
            (Self::Nl, Task::Logs { .. }) => {
                &["De zuil stuurt zijn logboek en wat zuil doctor zegt. Er staat niets over bewoners in."]
            }
            (Self::Nl, Task::Open) => &["De zuil helpt bewoners weer, zodra hij zich meldt."],
            (Self::En, Task::Restart) => &[
                "The pillar waits until nobody stands there and no payment is open.",
                "The program ends and starts again. That mostly takes less than a minute.",
                "What was saved stays saved.",
            ],
            (Self::En, Task::TestPrint) => &[
                "The pillar waits until nobody stands there.",
                "The printer makes a short print. Somebody may take it; there is nothing about residents on it.",
            ],
            (Self::En, Task::Close(_)) => &[
                "The pillar waits until nobody stands there and no payment is open. Whoever is busy can finish.",
                "Then its screen says that it does not work, why, and which number residents can call.",
                "It stays so until you take it back into service, also after a power cut.",
            ],
            (Self::En, Task::Screenshot) => {
                &["The pillar waits until nobody stands there. No picture is ever taken of a visit."]
            }
            (Self::En, Task::Logs { .. }) => &[
                "The pillar sends its log and what zuil doctor says. There is nothing about residents in it.",
            ],
            (Self::En, Task::Open) => &["The pillar serves residents again as soon as it reports."],
        }
    }

    /// Why a pillar serves nobody.
    pub(in super::super) const fn closed_for(self, reason: ClosedFor) -> &'static str {
        match (self, reason) {
            (Self::Nl, ClosedFor::Maintenance) => "Er wordt aan de zuil gewerkt",
            (Self::Nl, ClosedFor::Fault) => "Er is iets kapot",
            (Self::Nl, ClosedFor::Place) => "De plek waar de zuil staat, is gesloten",
            (Self::Nl, ClosedFor::Other) => "Een andere reden",
            (Self::En, ClosedFor::Maintenance) => "Somebody works on the pillar",
            (Self::En, ClosedFor::Fault) => "Something is broken",
            (Self::En, ClosedFor::Place) => "The place where it stands is closed",
            (Self::En, ClosedFor::Other) => "Another reason",
        }
    }

    /// What became of an order, and the kind of its badge.
    pub(in super::super) const fn fate(
        self,
        order: &PlacedOrder,
        has_expired: bool,
    ) -> (&'static str, &'static str) {
        match (self, order.fate) {
            (Self::Nl, Fate::Waits) if has_expired => ("bad", "Verlopen: er stond steeds iemand"),
            (Self::En, Fate::Waits) if has_expired => ("bad", "Lapsed: somebody stood there all the time"),
            (Self::Nl, Fate::Waiting) if has_expired => ("bad", "Verlopen: de zuil heeft zich niet gemeld"),
            (Self::En, Fate::Waiting) if has_expired => ("bad", "Lapsed: the pillar did not report"),
            (Self::Nl, Fate::Waiting) => ("waits", "Wacht tot de zuil zich meldt"),
            (Self::En, Fate::Waiting) => ("waits", "Waits until the pillar reports"),
            (Self::Nl, Fate::Waits) => ("waits", "Wacht op de bezoeker"),
            (Self::En, Fate::Waits) => ("waits", "Waits for the visitor"),
            (Self::Nl, Fate::Taken) => ("arrived", "Begonnen"),
            (Self::En, Fate::Taken) => ("arrived", "Begun"),
            (Self::Nl, Fate::Done) => ("good", "Gedaan"),
            (Self::En, Fate::Done) => ("good", "Done"),
            (Self::Nl, Fate::Withdrawn) => ("plain", "Vervangen door een latere opdracht"),
            (Self::En, Fate::Withdrawn) => ("plain", "Replaced by a later order"),
            (_, Fate::Failed(why)) => ("bad", self.order_failure(why)),
        }
    }

    const fn order_failure(self, why: OrderFailure) -> &'static str {
        match (self, why) {
            (Self::Nl, OrderFailure::NoPrinter) => "Niet gelukt: de zuil heeft geen printer",
            (Self::Nl, OrderFailure::PaperOut) => "Niet gelukt: het papier is op",
            (Self::Nl, OrderFailure::CoverOpen) => "Niet gelukt: de klep van de printer staat open",
            (Self::Nl, OrderFailure::CutterError) => "Niet gelukt: het mes van de printer zit vast",
            (Self::Nl, OrderFailure::PrinterOffline) => "Niet gelukt: de printer antwoordt niet",
            (Self::Nl, OrderFailure::NotConfirmed) => {
                "Onzeker: de printer heeft niet gezegd of het op papier staat"
            }
            (Self::Nl, OrderFailure::Interrupted) => "Niet gelukt: de zuil stopte tussendoor",
            (Self::Nl, OrderFailure::NotKept) => {
                "Niet gelukt: de zuil kan niets opschrijven, kijk naar de schijf"
            }
            (Self::Nl, OrderFailure::NotMade) => {
                "Niet gelukt: de zuil kon het niet maken, kijk in zijn logboek"
            }
            (Self::Nl, OrderFailure::NotTaken) => "Niet gelukt: de hub nam het niet aan",
            (Self::En, OrderFailure::NotMade) => "Failed: the pillar could not make it, look at its log",
            (Self::En, OrderFailure::NotTaken) => "Failed: the hub did not take it",
            (Self::En, OrderFailure::NoPrinter) => "Failed: the pillar has no printer",
            (Self::En, OrderFailure::PaperOut) => "Failed: the paper is used up",
            (Self::En, OrderFailure::CoverOpen) => "Failed: the printer's cover is open",
            (Self::En, OrderFailure::CutterError) => "Failed: the printer's cutter is stuck",
            (Self::En, OrderFailure::PrinterOffline) => "Failed: the printer does not answer",
            (Self::En, OrderFailure::NotConfirmed) => {
                "Unsure: the printer did not say whether it is on paper"
            }
            (Self::En, OrderFailure::Interrupted) => "Failed: the pillar ended in between",
            (Self::En, OrderFailure::NotKept) => {
                "Failed: the pillar cannot write anything down, look at its disk"
            }
        }
    }
}
