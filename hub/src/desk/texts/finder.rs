//! Words with which an agent finds a pillar for a caller, and reads aloud what is true of it. Invariant: nothing is
//! promised that is not known now, and each sentence can be read aloud as it stands.

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Time, Weekday};
use zuil_catalogue::{LookedUp, Opening, Site};

use super::super::doable::{Doable, Lack};
use super::Lang;

/// The texts about finding a pillar that never change.
#[derive(Debug)]
pub(in super::super) struct FinderTexts {
    pub title: &'static str,
    pub where_label: &'static str,
    pub where_help: &'static str,
    pub task_label: &'static str,
    pub any_task: &'static str,
    pub find: &'static str,
    pub no_pillars: &'static str,
    pub no_pillars_help: &'static str,
    pub no_sites: &'static str,
    pub place_not_known: &'static str,
    pub in_use_changes: &'static str,
    pub read_aloud: &'static str,
    pub pillar: &'static str,
    pub address: &'static str,
    pub place: &'static str,
    pub distance: &'static str,
    pub building: &'static str,
    pub what_can_be_done: &'static str,
    pub task: &'static str,
    pub now: &'static str,
    pub bring: &'static str,
    pub fee: &'static str,
    pub nothing_to_bring: &'static str,
    pub free: &'static str,
    pub depends: &'static str,
    pub can: &'static str,
    pub cannot: &'static str,
    pub perhaps: &'static str,
    pub not_known: &'static str,
    pub older_catalogue: &'static str,
    pub nowhere_yet: &'static str,
    pub details: &'static str,
}

const NL: FinderTexts = FinderTexts {
    title: "Zuil zoeken",
    where_label: "Waar woont de beller?",
    where_help: "Een postcode, een plaats of straat, of de naam van een zuil. Zoals 2411 AB.",
    task_label: "Wat wil de beller doen?",
    any_task: "Weet ik nog niet",
    find: "Zoek een zuil",
    no_pillars: "Er zijn nog geen zuilen.",
    no_pillars_help: "Een technicus voegt een zuil toe. Daarna staat hij hier.",
    no_sites: "De catalogus zegt nog niet waar de zuilen staan. Een redacteur schrijft dat in sites.toml. Daarna ziet u \
               hier hoe ver een zuil is en of het gebouw open is.",
    place_not_known: "Waar deze zuil staat, zegt de catalogus niet.",
    in_use_changes: "Of een zuil vrij is, kan elk moment anders zijn. Hier staat wat de zuil het laatst vertelde.",
    read_aloud: "Om voor te lezen",
    pillar: "Zuil",
    address: "Adres",
    place: "Plek",
    distance: "Afstand, hemelsbreed",
    building: "Gebouw",
    what_can_be_done: "Wat hier nu kan",
    task: "Aanvraag",
    now: "Nu",
    bring: "Meenemen",
    fee: "Kosten",
    nothing_to_bring: "Niets",
    free: "Gratis",
    depends: "Hangt af van de antwoorden",
    can: "Kan",
    cannot: "Kan niet",
    perhaps: "Kan misschien",
    not_known: "Niet bekend",
    older_catalogue: "Deze zuil heeft nog een andere catalogus dan de nieuwste. Wat er kan, kan iets anders zijn.",
    nowhere_yet: "Dit kan nog bij geen enkele zuil. Help de beller op een andere manier.",
    details: "Alles over deze zuil",
};

const EN: FinderTexts = FinderTexts {
    title: "Find a pillar",
    where_label: "Where does the caller live?",
    where_help: "A postcode, a town or street, or the name of a pillar. Such as 2411 AB.",
    task_label: "What does the caller want to do?",
    any_task: "Not known yet",
    find: "Find a pillar",
    no_pillars: "There are no pillars yet.",
    no_pillars_help: "A technician adds a pillar. Then it appears here.",
    no_sites: "The catalogue does not say yet where the pillars stand. An editor writes that into sites.toml. Then you \
               see here how far a pillar is and whether the building is open.",
    place_not_known: "The catalogue does not say where this pillar stands.",
    in_use_changes: "Whether a pillar is free may change at any moment. Here is what the pillar said last.",
    read_aloud: "To read aloud",
    pillar: "Pillar",
    address: "Address",
    place: "Place",
    distance: "Distance, as the crow flies",
    building: "Building",
    what_can_be_done: "What can be done here now",
    task: "Request",
    now: "Now",
    bring: "Bring along",
    fee: "Fee",
    nothing_to_bring: "Nothing",
    free: "Free",
    depends: "Depends on the answers",
    can: "Can be done",
    cannot: "Cannot be done",
    perhaps: "Perhaps",
    not_known: "Not known",
    older_catalogue: "This pillar has another catalogue than the newest. What can be done may differ a little.",
    nowhere_yet: "No pillar can do this yet. Help the caller in another way.",
    details: "All about this pillar",
};

impl Lang {
    /// The texts about finding a pillar.
    pub(in super::super) const fn finder_texts(self) -> &'static FinderTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// What was understood of what was typed, above the list; nothing when nothing was typed.
    pub(in super::super) fn looked_up(self, found: &LookedUp, shown: usize) -> Option<String> {
        Some(match (self, found) {
            (_, LookedUp::Nothing) => return None,
            (Self::Nl, LookedUp::Around(what, _)) => format!("Vanaf {what}, de dichtstbijzijnde zuil eerst."),
            (Self::En, LookedUp::Around(what, _)) => format!("From {what}, the nearest pillar first."),
            (Self::Nl, LookedUp::Named(_)) => match shown {
                1 => "1 zuil met die naam.".into(),
                _ => format!("{shown} zuilen met die naam."),
            },
            (Self::En, LookedUp::Named(_)) => match shown {
                1 => "1 pillar of that name.".into(),
                _ => format!("{shown} pillars of that name."),
            },
            (Self::Nl, LookedUp::PostcodeElsewhere(postcode)) => format!(
                "De catalogus weet niet waar {postcode} ligt. Vraag de beller naar een plaats. Dit zijn alle zuilen."
            ),
            (Self::En, LookedUp::PostcodeElsewhere(postcode)) => format!(
                "The catalogue does not know where {postcode} is. Ask the caller for a town. These are all pillars."
            ),
            (Self::Nl, LookedUp::Unknown) => {
                "Die plaats of naam is hier niet bekend. Vraag de beller naar de postcode. Dit zijn alle zuilen.".into()
            }
            (Self::En, LookedUp::Unknown) => {
                "That place or name is not known here. Ask the caller for the postcode. These are all pillars.".into()
            }
        })
    }

    /// "0,8 km".
    pub(in super::super) fn km(self, km: f64) -> String {
        let text = format!("{km:.1} km");
        match self {
            Self::Nl => text.replace('.', ","),
            Self::En => text,
        }
    }

    /// "Open tot 21.00 uur", "Dicht, open morgen om 9.00 uur".
    pub(in super::super) fn opening(self, opening: Opening, today: Date) -> String {
        match (self, opening) {
            (Self::Nl, Opening::OpenUntil(until)) => format!("open tot {}", self.clock(until)),
            (Self::En, Opening::OpenUntil(until)) => format!("open until {}", self.clock(until)),
            (Self::Nl, Opening::OpensAt(at)) => format!("dicht, open {}", self.day_and_clock(at, today)),
            (Self::En, Opening::OpensAt(at)) => format!("closed, opens {}", self.day_and_clock(at, today)),
            (Self::Nl, Opening::Closed) => "dicht".into(),
            (Self::En, Opening::Closed) => "closed".into(),
        }
    }

    /// Where a pillar stands, how far that is and whether one can get in, to read aloud.
    pub(in super::super) fn about_site(
        self,
        site: &Site,
        km: Option<f64>,
        opening: Opening,
        today: Date,
    ) -> Vec<String> {
        let Site { name, address, town, .. } = site;
        let mut said = vec![match self {
            Self::Nl => format!("De zuil staat in {name}. Het adres is {address} in {town}."),
            Self::En => format!("The pillar is in {name}. The address is {address} in {town}."),
        }];
        said.extend(km.map(|km| self.how_far(km)));
        said.push(match (self, opening) {
            (Self::Nl, Opening::OpenUntil(until)) => {
                format!("Het gebouw is nu open, tot {}.", self.clock(until))
            }
            (Self::En, Opening::OpenUntil(until)) => {
                format!("The building is open now, until {}.", self.clock(until))
            }
            (Self::Nl, Opening::OpensAt(at)) => {
                format!("Het gebouw is nu dicht. Het gaat {} open.", self.day_and_clock(at, today))
            }
            (Self::En, Opening::OpensAt(at)) => {
                format!("The building is closed now. It opens {}.", self.day_and_clock(at, today))
            }
            (Self::Nl, Opening::Closed) => "Het gebouw is nu dicht.".into(),
            (Self::En, Opening::Closed) => "The building is closed now.".into(),
        });
        said.extend(site.access.as_ref().map(|access| access.get(self.of_catalogue()).to_owned()));
        said
    }

    fn how_far(self, km: f64) -> String {
        let km = format!("{km:.1}");
        match self {
            Self::Nl => format!("Dat is hemelsbreed {} kilometer bij u vandaan.", km.replace('.', ",")),
            Self::En => format!("That is {km} kilometres from you, as the crow flies."),
        }
    }

    /// The language in the catalogue.
    pub(in super::super) const fn of_catalogue(self) -> zuil_catalogue::Language {
        match self {
            Self::Nl => zuil_catalogue::Language::Nl,
            Self::En => zuil_catalogue::Language::En,
        }
    }

    /// Why something cannot be done now, as a sentence without its beginning: "pinnen kan nu niet".
    pub(in super::super) fn lack(self, lack: Lack, today: Date) -> String {
        let (nl, en) = match lack {
            Lack::OutOfService => ("de zuil is buiten gebruik", "the pillar is out of service"),
            Lack::Card => ("pinnen kan er nu niet", "cards do not work there now"),
            Lack::Printer => ("er komt nu geen bon uit", "there is no receipt now"),
            Lack::DocumentReader => (
                "een paspoort of ID-kaart inlezen kan er nu niet",
                "a passport or ID card cannot be read there now",
            ),
            Lack::PassReader => {
                ("een afvalpas inlezen kan er nu niet", "a waste pass cannot be read there now")
            }
            Lack::Hours(None) => ("dit kan nu niet", "it is not offered now"),
            Lack::Hours(Some(again)) => {
                let again = self.day_and_clock(again, today);
                return match self {
                    Self::Nl => format!("dit kan weer {again}"),
                    Self::En => format!("it can be done again {again}"),
                };
            }
        };
        match self {
            Self::Nl => nl.into(),
            Self::En => en.into(),
        }
    }

    /// Whether a task can be done at the pillar, to read aloud.
    pub(in super::super) fn about_task(self, title: &str, doable: Doable, today: Date) -> String {
        match (self, doable) {
            (Self::Nl, Doable::Yes) => format!("“{title}” kan daar nu."),
            (Self::En, Doable::Yes) => format!("“{title}” can be done there now."),
            (Self::Nl, Doable::WhenFree) => {
                format!("“{title}” kan daar nu alleen als het niets kost: pinnen kan er nu niet.")
            }
            (Self::En, Doable::WhenFree) => {
                format!(
                    "“{title}” can be done there now only when it costs nothing: cards do not work there now."
                )
            }
            (Self::Nl, Doable::Lacks(lack)) => {
                format!("“{title}” kan daar nu niet: {}.", self.lack(lack, today))
            }
            (Self::En, Doable::Lacks(lack)) => {
                format!("“{title}” cannot be done there now: {}.", self.lack(lack, today))
            }
            (Self::Nl, Doable::NotKnown) => format!("Of “{title}” daar nu kan, weten wij niet."),
            (Self::En, Doable::NotKnown) => {
                format!("Whether “{title}” can be done there now is not known.")
            }
        }
    }

    /// What a task costs and how it is paid, to read aloud; `None` when it depends on the answers.
    pub(in super::super) fn about_fee(self, amount: Option<String>) -> String {
        match (self, amount) {
            (Self::Nl, Some(amount)) => {
                format!("Het kost {amount}. Neem uw pinpas mee: u betaalt bij de zuil.")
            }
            (Self::En, Some(amount)) => {
                format!("It costs {amount}. Bring your bank card: you pay at the pillar.")
            }
            (Self::Nl, None) => {
                "Wat het kost, hangt af van uw antwoorden. Neem uw pinpas mee: u betaalt bij de zuil.".into()
            }
            (Self::En, None) => {
                "What it costs depends on your answers. Bring your bank card: you pay at the pillar.".into()
            }
        }
    }

    /// That something is to be brought, to read aloud before it.
    pub(in super::super) const fn bring_this(self) -> &'static str {
        match self {
            Self::Nl => "Dit hebt u nodig:",
            Self::En => "You need this:",
        }
    }

    /// For how long somebody is busy, to read aloud.
    pub(in super::super) fn takes(self, minutes: u8) -> String {
        match (self, minutes) {
            (Self::Nl, 1) => "Het duurt ongeveer 1 minuut.".into(),
            (Self::Nl, _) => format!("Het duurt ongeveer {minutes} minuten."),
            (Self::En, 1) => "It takes about 1 minute.".into(),
            (Self::En, _) => format!("It takes about {minutes} minutes."),
        }
    }

    /// "21.00 uur".
    fn clock(self, time: Time) -> String {
        match self {
            Self::Nl => format!("{}.{:02} uur", time.hour(), time.minute()),
            Self::En => format!("{}:{:02}", time.hour(), time.minute()),
        }
    }

    /// "vandaag om 9.00 uur", "morgen om …", "dinsdag 24 nov om …".
    fn day_and_clock(self, at: DateTime, today: Date) -> String {
        let clock = self.clock(at.time());
        let tomorrow = today.saturating_add(1.days());
        let day = match self {
            Self::Nl if at.date() == today => "vandaag".into(),
            Self::Nl if at.date() == tomorrow => "morgen".into(),
            Self::En if at.date() == today => "today".into(),
            Self::En if at.date() == tomorrow => "tomorrow".into(),
            _ => format!("{} {}", self.weekday(at.date().weekday()), self.day(at.date(), today)),
        };
        match self {
            Self::Nl => format!("{day} om {clock}"),
            Self::En => format!("{day} at {clock}"),
        }
    }

    const fn weekday(self, day: Weekday) -> &'static str {
        let (nl, en) = match day {
            Weekday::Monday => ("maandag", "Monday"),
            Weekday::Tuesday => ("dinsdag", "Tuesday"),
            Weekday::Wednesday => ("woensdag", "Wednesday"),
            Weekday::Thursday => ("donderdag", "Thursday"),
            Weekday::Friday => ("vrijdag", "Friday"),
            Weekday::Saturday => ("zaterdag", "Saturday"),
            Weekday::Sunday => ("zondag", "Sunday"),
        };
        match self {
            Self::Nl => nl,
            Self::En => en,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    #[test]
    fn when_a_building_opens_is_said_as_people_say_it() {
        let today = date(2026, 11, 23);
        let opens = |lang: Lang, at| lang.opening(Opening::OpensAt(at), today);
        assert_eq!(opens(Lang::Nl, today.at(13, 0, 0, 0)), "dicht, open vandaag om 13.00 uur");
        assert_eq!(opens(Lang::Nl, date(2026, 11, 24).at(9, 5, 0, 0)), "dicht, open morgen om 9.05 uur");
        let friday = date(2026, 11, 27).at(10, 0, 0, 0);
        assert_eq!(opens(Lang::En, friday), "closed, opens Friday 27 Nov at 10:00");
        let until = Opening::OpenUntil(time(21, 0, 0, 0));
        assert_eq!(Lang::Nl.opening(until, today), "open tot 21.00 uur");
    }

    #[test]
    fn a_distance_has_one_decimal() {
        assert_eq!(Lang::Nl.km(0.84), "0,8 km");
        assert_eq!(Lang::En.km(4.25), "4.2 km");
        assert_eq!(Lang::Nl.how_far(12.0), "Dat is hemelsbreed 12,0 kilometer bij u vandaan.");
    }
}
