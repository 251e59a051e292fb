//! Words about alerts: on the pages and in the messages to technicians. Invariant: a message says which pillar, what is
//! the matter, since when, and what to do first.

use jiff::SignedDuration;

use super::Lang;
use crate::store::AlertKind;

/// The texts of the pages that never change.
#[derive(Debug)]
pub(in super::super) struct AlertTexts {
    pub alerts: &'static str,
    pub alert: &'static str,
    pub began: &'static str,
    pub lasted: &'static str,
    pub to_do: &'static str,
    pub still: &'static str,
    pub none: &'static str,
}

const NL: AlertTexts = AlertTexts {
    alerts: "Meldingen",
    alert: "Wat",
    began: "Begon",
    lasted: "Duurde",
    to_do: "Wat te doen",
    still: "Nog steeds",
    none: "Over deze zuil is nog niets gemeld.",
};

const EN: AlertTexts = AlertTexts {
    alerts: "Alerts",
    alert: "What",
    began: "Began",
    lasted: "Lasted",
    to_do: "What to do",
    still: "Still going on",
    none: "Nothing was told about this pillar yet.",
};

impl Lang {
    /// The texts about alerts.
    pub(in super::super) const fn alert_texts(self) -> &'static AlertTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// What is the matter, after the name of one pillar or a number of them: "is niet bereikbaar".
    pub(crate) const fn alert(self, kind: AlertKind, one: bool) -> &'static str {
        match (self, kind) {
            (Self::Nl, AlertKind::Down) if one => "is niet bereikbaar",
            (Self::Nl, AlertKind::Down) => "zijn niet bereikbaar",
            (Self::Nl, AlertKind::Full) => "is buiten gebruik: de opslag is vol",
            (Self::Nl, AlertKind::Printer) => "kan geen bon printen",
            (Self::Nl, AlertKind::Terminal) => "kan niet laten pinnen",
            (Self::Nl, AlertKind::Reader) => "heeft een lezer die niet werkt",
            (Self::Nl, AlertKind::Network) => "valt steeds even weg",
            (Self::Nl, AlertKind::TooWarm) => "is te warm",
            (Self::Nl, AlertKind::PaperLow) => "heeft bijna geen papier",
            (Self::Nl, AlertKind::DiskLow) => "heeft bijna geen opslag over",
            (Self::Nl, AlertKind::Clock) => "heeft een klok die niet goed loopt",
            (Self::Nl, AlertKind::Queue) => "verstuurt aanvragen niet",
            (Self::Nl, AlertKind::Catalogue) => "weigert de nieuwste catalogus",
            (Self::Nl, AlertKind::Certificate) => "heeft een certificaat dat bijna verloopt",
            (Self::En, AlertKind::Down) => "cannot be reached",
            (Self::En, AlertKind::Full) => "is out of service: its storage is full",
            (Self::En, AlertKind::Printer) => "cannot print receipts",
            (Self::En, AlertKind::Terminal) => "cannot take cards",
            (Self::En, AlertKind::Reader) => "has a reader that does not work",
            (Self::En, AlertKind::Network) => "is lost for a moment again and again",
            (Self::En, AlertKind::TooWarm) => "is too warm",
            (Self::En, AlertKind::PaperLow) => "is nearly out of paper",
            (Self::En, AlertKind::DiskLow) => "has little storage left",
            (Self::En, AlertKind::Clock) => "has a clock that is wrong",
            (Self::En, AlertKind::Queue) => "does not send its requests",
            (Self::En, AlertKind::Catalogue) => "refuses the newest catalogue",
            (Self::En, AlertKind::Certificate) => "has a certificate that is about to expire",
        }
    }

    /// That it is over, after the name of one pillar or a number of them: "is weer bereikbaar".
    pub(crate) const fn alert_over(self, kind: AlertKind, one: bool) -> &'static str {
        match (self, kind) {
            (Self::Nl, AlertKind::Down) if one => "is weer bereikbaar",
            (Self::Nl, AlertKind::Down) => "zijn weer bereikbaar",
            (Self::Nl, AlertKind::Full) => "heeft weer ruimte en doet het weer",
            (Self::Nl, AlertKind::Printer) => "kan weer bonnen printen",
            (Self::Nl, AlertKind::Terminal) => "kan weer laten pinnen",
            (Self::Nl, AlertKind::Reader) => "heeft weer lezers die werken",
            (Self::Nl, AlertKind::Network) => "blijft weer bereikbaar",
            (Self::Nl, AlertKind::TooWarm) => "is weer koel genoeg",
            (Self::Nl, AlertKind::PaperLow) => "heeft weer genoeg papier",
            (Self::Nl, AlertKind::DiskLow) => "heeft weer genoeg opslag",
            (Self::Nl, AlertKind::Clock) => "heeft een klok die weer goed loopt",
            (Self::Nl, AlertKind::Queue) => "verstuurt weer aanvragen",
            (Self::Nl, AlertKind::Catalogue) => "gebruikt weer de nieuwste catalogus",
            (Self::Nl, AlertKind::Certificate) => "heeft een nieuw certificaat",
            (Self::En, AlertKind::Down) => "can be reached again",
            (Self::En, AlertKind::Full) => "has room and works again",
            (Self::En, AlertKind::Printer) => "can print receipts again",
            (Self::En, AlertKind::Terminal) => "can take cards again",
            (Self::En, AlertKind::Reader) => "has readers that work again",
            (Self::En, AlertKind::Network) => "stays in reach again",
            (Self::En, AlertKind::TooWarm) => "is cool enough again",
            (Self::En, AlertKind::PaperLow) => "has paper again",
            (Self::En, AlertKind::DiskLow) => "has storage again",
            (Self::En, AlertKind::Clock) => "has a clock that is right again",
            (Self::En, AlertKind::Queue) => "sends its requests again",
            (Self::En, AlertKind::Catalogue) => "uses the newest catalogue again",
            (Self::En, AlertKind::Certificate) => "has a new certificate",
        }
    }

    /// What a technician does first.
    pub(crate) const fn alert_remedy(self, kind: AlertKind) -> &'static str {
        match (self, kind) {
            (Self::Nl, AlertKind::Down) => "Bel de locatie: staat de zuil aan en doet het internet het?",
            (Self::Nl, AlertKind::Full) => {
                "Kijk waarom de zuil niets verstuurt. Bewoners kunnen nu niets doen."
            }
            (Self::Nl, AlertKind::Printer) => {
                "Kijk op de pagina van de zuil of er papier, klep of mes genoemd wordt."
            }
            (Self::Nl, AlertKind::Terminal) => "Kijk op de pagina van de zuil of er een betaling openstaat.",
            (Self::Nl, AlertKind::Reader) => "Kijk of stroom en kabel van de lezer vastzitten.",
            (Self::Nl, AlertKind::Network) => "Kijk naar de router en de kabel, of vraag de provider.",
            (Self::Nl, AlertKind::TooWarm) => {
                "Vraag de locatie of er iets voor de luchtgaten staat en of de zon op de zuil schijnt."
            }
            (Self::Nl, AlertKind::PaperLow) => "Neem bij het volgende bezoek een nieuwe rol mee.",
            (Self::Nl, AlertKind::DiskLow) => {
                "Kijk waarom de zuil niets verstuurt, voordat de opslag vol is."
            }
            (Self::Nl, AlertKind::Clock) => "Zet de klok goed en vervang de batterij op het moederbord.",
            (Self::Nl, AlertKind::Queue) => "Kijk op de pagina van de zuil wat er misgaat bij het versturen.",
            (Self::Nl, AlertKind::Catalogue) => {
                "Lees op de pagina van de zuil waarom, en vertel het de redactie."
            }
            (Self::Nl, AlertKind::Certificate) => "Meld de zuil opnieuw aan.",
            (Self::En, AlertKind::Down) => "Call the place: is the pillar on, and is the internet working?",
            (Self::En, AlertKind::Full) => "See why the pillar sends nothing. Residents can do nothing now.",
            (Self::En, AlertKind::Printer) => {
                "See on the pillar's page whether it is paper, cover or cutter."
            }
            (Self::En, AlertKind::Terminal) => "See on the pillar's page whether a payment is open.",
            (Self::En, AlertKind::Reader) => "See whether power and cable of the reader are plugged in.",
            (Self::En, AlertKind::Network) => "Look at the router and the cable, or ask the provider.",
            (Self::En, AlertKind::TooWarm) => {
                "Ask the place whether something blocks the vents and whether the sun shines on the pillar."
            }
            (Self::En, AlertKind::PaperLow) => "Take a new roll along with the next visit.",
            (Self::En, AlertKind::DiskLow) => "See why the pillar sends nothing, before its storage is full.",
            (Self::En, AlertKind::Clock) => "Set the clock, and change the battery on the board.",
            (Self::En, AlertKind::Queue) => "See on the pillar's page what goes wrong with sending.",
            (Self::En, AlertKind::Catalogue) => "Read why on the pillar's page, and tell the editors.",
            (Self::En, AlertKind::Certificate) => "Bind the pillar to the municipality anew.",
        }
    }

    /// That a pillar that was too warm tells no more how warm it is, after its name.
    pub(crate) const fn warmth_not_told(self) -> &'static str {
        match self {
            Self::Nl => "meldt niet meer hoe warm het binnenin is",
            Self::En => "does not tell any more how warm it is inside",
        }
    }

    /// What a technician does then.
    pub(crate) const fn warmth_not_told_remedy(self) -> &'static str {
        match self {
            Self::Nl => {
                "Misschien is de zuil nog te warm. Vraag de locatie of hij heet aanvoelt, en kijk met `zuil doctor` naar de \
                 temperatuur."
            }
            Self::En => {
                "It may still be too warm. Ask the place whether it feels hot, and look at the temperature with \
                 `zuil doctor`."
            }
        }
    }

    /// What is the matter as a heading: "Is niet bereikbaar".
    pub(in super::super) fn alert_as_title(self, kind: AlertKind) -> String {
        let mut letters = self.alert(kind, true).chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }

    /// "12 zuilen".
    pub(crate) fn so_many_pillars(self, count: usize) -> String {
        self.pillars_counted(count)
    }

    /// What may be the matter when many pillars are lost at once.
    pub(crate) const fn many_down(self) -> &'static str {
        match self {
            Self::Nl => "Zoveel tegelijk: kijk eerst naar het netwerk van de gemeente en van deze server.",
            Self::En => "So many at once: look at the network of the municipality and of this server first.",
        }
    }

    /// "sinds 10:15", in a message.
    pub(crate) fn since_when(self, moment: &str) -> String {
        self.since(moment)
    }

    /// "2 uur en 5 minuten".
    pub(crate) fn how_long(self, time: SignedDuration) -> String {
        let minutes = time.as_secs().max(0) / 60;
        let (days, hours, minutes) = (minutes / (24 * 60), minutes / 60 % 24, minutes % 60);
        let word =
            |count: i64, one: &str, more: &str| format!("{count} {}", if count == 1 { one } else { more });
        let (day, hour, minute, and) = match self {
            Self::Nl => (["dag", "dagen"], ["uur", "uur"], ["minuut", "minuten"], "en"),
            Self::En => (["day", "days"], ["hour", "hours"], ["minute", "minutes"], "and"),
        };
        let parts = [(days, day), (hours, hour), (minutes, minute)];
        let said: Vec<String> =
            parts.into_iter().filter(|(n, _)| *n > 0).take(2).map(|(n, w)| word(n, w[0], w[1])).collect();
        match (said.as_slice(), self) {
            ([], Self::Nl) => "minder dan een minuut".to_owned(),
            ([], Self::En) => "less than a minute".to_owned(),
            ([one], _) => one.clone(),
            (several, _) => several.join(&format!(" {and} ")),
        }
    }

    /// "Het duurde 5 minuten."
    pub(crate) fn it_lasted(self, time: SignedDuration) -> String {
        match self {
            Self::Nl => format!("Het duurde {}.", self.how_long(time)),
            Self::En => format!("It lasted {}.", self.how_long(time)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_something_lasted_is_said_in_two_words_at_most() {
        let said = |minutes, lang: Lang| lang.how_long(SignedDuration::from_mins(minutes));
        assert_eq!(said(0, Lang::Nl), "minder dan een minuut");
        assert_eq!(said(1, Lang::Nl), "1 minuut");
        assert_eq!(said(125, Lang::Nl), "2 uur en 5 minuten");
        assert_eq!(said(24 * 60 + 3 * 60 + 9, Lang::En), "1 day and 3 hours");
    }

    #[test]
    fn every_trouble_has_other_words_than_its_end() {
        for lang in [Lang::Nl, Lang::En] {
            for kind in AlertKind::ALL {
                assert_ne!(lang.alert(kind, true), lang.alert_over(kind, true));
                assert!(lang.alert_remedy(kind).ends_with(['.', '?']));
            }
        }
    }
}
