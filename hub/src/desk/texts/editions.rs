//! Words about which catalogue a pillar runs, and which is damaged or cannot be read.

use super::Lang;

impl Lang {
    /// "2026-11-23.1, de nieuwste".
    pub(in super::super) fn newest_edition(self, runs: &str) -> String {
        match self {
            Self::Nl => format!("{runs}, de nieuwste"),
            Self::En => format!("{runs}, newest"),
        }
    }

    /// "2026-11-22.1; de nieuwste is 2026-11-23.1, sinds vandaag 14:02".
    pub(in super::super) fn older_edition(self, runs: &str, newest: &str, since: &str) -> String {
        match self {
            Self::Nl => format!("{runs}; de nieuwste is {newest}, sinds {since}"),
            Self::En => format!("{runs}; the newest is {newest}, since {since}"),
        }
    }

    /// Before the reason that the pillar tells, which is in English and for the technician.
    pub(in super::super) const fn refuses_the_newest(self) -> &'static str {
        match self {
            Self::Nl => "Weigert de nieuwste catalogus (voor de beheerder)",
            Self::En => "Refuses the newest catalogue",
        }
    }

    /// The same, of one that may not be the newest.
    pub(in super::super) const fn refused_one(self) -> &'static str {
        match self {
            Self::Nl => "Heeft een catalogus geweigerd (voor de beheerder)",
            Self::En => "Refused a catalogue",
        }
    }

    /// Before the command that mends it. `served` is the version that pillars get instead, when there is one.
    pub(in super::super) fn newest_is_damaged(self, served: Option<&str>) -> String {
        match (self, served) {
            (Self::Nl, Some(served)) => format!(
                "De catalogus die het laatst is gepubliceerd, is op de hub beschadigd. Zuilen die hem nog niet \
                 hebben, krijgen {served}. Vraag de beheerder om de catalogus opnieuw te publiceren, met"
            ),
            (Self::Nl, None) => "De catalogus die het laatst is gepubliceerd, is op de hub beschadigd. Zuilen die \
                                 hem nog niet hebben, krijgen er geen. Vraag de beheerder om de catalogus opnieuw \
                                 te publiceren, met"
                .to_owned(),
            (Self::En, Some(served)) => format!(
                "The catalogue that was published last is damaged at the hub. Pillars that do not have it yet get \
                 {served}. Ask the administrator to publish the catalogue again, with"
            ),
            (Self::En, None) => "The catalogue that was published last is damaged at the hub. Pillars that do not \
                                 have it yet get none. Ask the administrator to publish the catalogue again, with"
                .to_owned(),
        }
    }

    /// `error` is the system's, in English. `served` is the version that pillars get instead, when there is one.
    pub(in super::super) fn newest_cannot_be_read(self, error: &str, served: Option<&str>) -> String {
        match self {
            Self::Nl => format!(
                "De hub kan de catalogus die het laatst is gepubliceerd, niet lezen: {error}. Zuilen die hem nog niet \
                 hebben, krijgen {}. Vraag de beheerder om te kijken naar de rechten van het bestand en naar de \
                 schijf van de hub.",
                served.unwrap_or("er geen")
            ),
            Self::En => format!(
                "The catalogue that was published last cannot be read at the hub: {error}. Pillars that do not have \
                 it yet get {}. Ask the administrator to look at its permissions and at the disk of the hub.",
                served.unwrap_or("none")
            ),
        }
    }

    /// "2 zuilen hebben nog niet de nieuwste catalogus, 2026-11-23.1 van vandaag 14:02."
    pub(in super::super) fn older_editions(self, count: usize, newest: &str, since: &str) -> String {
        match (self, count) {
            (Self::Nl, 1) => {
                format!("1 zuil heeft nog niet de nieuwste catalogus, {newest} van {since}.")
            }
            (Self::Nl, _) => {
                format!("{count} zuilen hebben nog niet de nieuwste catalogus, {newest} van {since}.")
            }
            (Self::En, 1) => {
                format!("1 pillar does not run the newest catalogue yet, {newest} of {since}.")
            }
            (Self::En, _) => {
                format!("{count} pillars do not run the newest catalogue yet, {newest} of {since}.")
            }
        }
    }
}
