//! Samples of the first screen, of the choice of a task, and of what is told before it begins.

use zuil_wire::Cents;
use zuil_wire::orders::{ClosedFor, Closure};

use super::{Sample, Words};
use crate::visit::{Banner, CodeTrouble, CodeView, FeeView, Missing, OutOfService, Screen, Tile};
use zuil_catalogue::Icon;

impl Words {
    pub(super) fn tiles(self, missing: Option<Missing>) -> Vec<Tile> {
        let tile = |task: &str, icon, title, missing| Tile { task: task.to_owned(), icon, title, missing };
        vec![
            tile("report", Icon::Report, self.of("Iets melden op straat"), None),
            tile("call-back", Icon::Phone, self.of("Laat u terugbellen"), None),
            tile("bulky-waste", Icon::BulkyWaste, self.of("Grofvuil laten ophalen"), missing),
        ]
    }

    pub(super) fn many_tiles(self) -> Vec<Tile> {
        let mut tiles = self.tiles(None);
        for (task, icon, dutch) in [
            ("parking", Icon::Report, "Parkeervergunning aanvragen"),
            ("appointment", Icon::Phone, "Een afspraak maken of verzetten"),
            ("waste-pass", Icon::BulkyWaste, "Vraag over uw afvalpas"),
        ] {
            tiles.push(Tile { task: task.to_owned(), icon, title: self.of(dutch), missing: None });
        }
        tiles
    }

    pub(super) fn attract(
        self,
        tiles: Vec<Tile>,
        announcement: Option<Banner>,
        no_card: bool,
        no_printer: bool,
    ) -> Screen {
        Screen::Attract {
            welcome: self.of("Waarmee kunnen we u helpen?"),
            tiles,
            privacy: self.of("Wij wissen uw gegevens van het scherm als u klaar bent."),
            announcement,
            ask: true,
            no_card,
            no_printer,
        }
    }

    pub(super) fn explain(self, missing: Option<Missing>) -> Screen {
        Screen::Explain {
            icon: Icon::BulkyWaste,
            title: self.of("Grofvuil laten ophalen"),
            summary: self.of("Wij halen grote spullen op die niet in de container passen."),
            fee: Some(if missing.is_none_or(Missing::prevents) {
                FeeView::Fixed(Cents(1735))
            } else {
                FeeView::Depends
            }),
            needs: vec![self.of("Uw pinpas"), self.of("Uw postcode en huisnummer")],
            minutes: 3,
            term: None,
            instead: Vec::new(),
            missing,
            elsewhere: missing.map(|missing| self.elsewhere(missing)),
            printer_missing: missing.is_some(),
        }
    }

    fn code(self, name: &'static str, typed: &str, trouble: Option<CodeTrouble>) -> Sample {
        self.sample(name, Screen::Code(CodeView { typed: typed.to_owned(), trouble }))
    }

    pub(super) fn beginning(self) -> Vec<Sample> {
        let announcement = |dutch, leads_on| Some(Banner { text: self.of(dutch), leads_on });
        let closed = "Op donderdag 26 november is het gemeentehuis dicht.";
        let christmas = "Ook rond kerst halen we grofvuil op: 22, 24, 29 en 31 december.";
        let free = Screen::Explain {
            icon: Icon::Report,
            title: self.of("Iets melden op straat"),
            summary: self.of("Is er iets kapot of vies? Wij lossen het op."),
            fee: None,
            needs: Vec::new(),
            minutes: 2,
            term: Some(self.of("Wij kijken binnen 3 werkdagen. Bij gevaar komen we dezelfde dag.")),
            instead: vec![
                self.of("Is het nu gevaarlijk? Bel dan meteen 14 0100. Is iemand in levensgevaar? Bel 112."),
                self.of("Hebt u een foto? Meld het dan op www.voorbeeldhuizen.example/melding. Hier kunt u geen foto meesturen."),
            ],
            missing: None,
            elsewhere: None,
            printer_missing: false,
        };
        vec![
            self.sample("attract", self.attract(self.tiles(None), None, false, false)),
            self.sample("attract-six", self.attract(self.many_tiles(), None, false, false)),
            self.sample(
                "attract-announcement",
                self.attract(self.many_tiles(), announcement(christmas, true), false, false),
            ),
            self.sample(
                "attract-troubles",
                self.attract(self.tiles(Some(Missing::Card)), announcement(closed, false), true, true),
            ),
            self.sample("out-of-service-catalogue", Screen::OutOfService(OutOfService::Catalogue)),
            self.sample("out-of-service-storage", Screen::OutOfService(OutOfService::Storage)),
            self.sample("out-of-service-not-enrolled", Screen::OutOfService(OutOfService::NotEnrolled)),
            self.sample("out-of-service-not-admitted", Screen::OutOfService(OutOfService::NotAdmitted)),
            self.sample("out-of-service-maintenance", closed_for(ClosedFor::Maintenance, true)),
            self.sample("out-of-service-fault", closed_for(ClosedFor::Fault, true)),
            self.sample("out-of-service-place", closed_for(ClosedFor::Place, false)),
            self.sample("out-of-service-other", closed_for(ClosedFor::Other, true)),
            self.sample("language", Screen::Language),
            self.sample("choose", Screen::Choose { tiles: self.tiles(None), ask: true }),
            self.sample(
                "choose-many",
                Screen::Choose { tiles: [self.many_tiles(), self.missing_tiles()].concat(), ask: true },
            ),
            self.code("code", "4829", None),
            self.code("code-mistyped", "482919", Some(CodeTrouble::Mistyped)),
            self.code("code-unknown", "", Some(CodeTrouble::Unknown)),
            self.code("code-used", "", Some(CodeTrouble::Used)),
            self.code("code-expired", "", Some(CodeTrouble::Expired)),
            self.code("code-pause", "", Some(CodeTrouble::Pause)),
            self.sample("explain", self.explain(None)),
            self.sample("explain-no-card", self.explain(Some(Missing::Card))),
            self.sample("explain-perhaps-no-card", self.explain(Some(Missing::CardMaybe))),
            self.sample("explain-free", free),
        ]
    }
}

/// Out of service by an order, with as long a message as may be.
fn closed_for(reason: ClosedFor, says_more: bool) -> Screen {
    let message = "Wij vernieuwen de printer. Vanaf vrijdag 27 november om 12 uur kunt u hier weer terecht. \
                   Kom dan terug, of bel ons."
        .to_owned();
    Screen::OutOfService(OutOfService::Ordered(Closure { reason, message: says_more.then_some(message) }))
}
