//! Words about pillars: what works, since when, and what to do about the rest. Invariant: what is not
//! known is said to be not known.

use jiff::SignedDuration;
use jiff::civil::Date;
use zuil_wire::health::DeviceState;

use super::super::condition::PaperLeft;
use super::Lang;

/// The texts about pillars that never change.
#[derive(Debug)]
pub(in super::super) struct PillarTexts {
    pub name: &'static str,
    pub now: &'static str,
    pub receipts: &'static str,
    pub cards: &'static str,
    pub readers: &'static str,
    pub waiting: &'static str,
    pub storage: &'static str,
    pub room: &'static str,
    pub tried: &'static str,
    pub last_seen: &'static str,
    pub no_printer: &'static str,
    pub no_terminal: &'static str,
    pub no_readers: &'static str,
    pub nothing_waits: &'static str,
    pub works: &'static str,
    pub not_known: &'static str,
    pub never: &'static str,
    pub show_all: &'static str,
    pub map: &'static str,
    pub only_trouble: &'static str,
    pub by_name: &'static str,
    pub by_trouble: &'static str,
    pub by_last_seen: &'static str,
    pub empty_issue: &'static str,
    pub empty: &'static str,
    pub empty_help: &'static str,
    pub back: &'static str,
    pub for_callers: &'static str,
    pub devices: &'static str,
    pub device: &'static str,
    pub state: &'static str,
    pub since: &'static str,
    pub to_do: &'static str,
    pub contact_first: &'static str,
    pub nothing_to_do: &'static str,
    pub no_devices: &'static str,
    pub had_no_devices: &'static str,
    pub devices_untold: &'static str,
    pub paper: &'static str,
    pub paper_last_known: &'static str,
    pub used: &'static str,
    pub forecast: &'static str,
    pub no_forecast: &'static str,
    pub any_moment: &'static str,
    pub details: &'static str,
    pub program: &'static str,
    pub catalogue: &'static str,
    pub last_report: &'static str,
    pub clock: &'static str,
    pub last_sequence: &'static str,
    pub none_yet: &'static str,
    pub added: &'static str,
    pub access: &'static str,
    pub may_deliver: &'static str,
    pub revoked: &'static str,
    pub after_revocation: &'static str,
    pub refusals: &'static str,
    pub refusals_help: &'static str,
    pub reason: &'static str,
    pub last_time: &'static str,
    pub unreadable: &'static str,
    pub settle: &'static str,
    pub months: [&'static str; 12],
}

const NL: PillarTexts = PillarTexts {
    name: "Zuil",
    now: "Nu",
    receipts: "Bon",
    cards: "Pinnen",
    readers: "Lezers",
    waiting: "Wacht in de zuil",
    storage: "Opslag",
    room: "Ruimte voor nog",
    tried: "Vergeefs geprobeerd",
    last_seen: "Laatst gezien",
    no_printer: "Heeft geen printer",
    no_terminal: "Heeft geen betaalautomaat",
    no_readers: "Heeft geen lezers",
    nothing_waits: "Niets",
    works: "Werkt",
    not_known: "Niet bekend",
    never: "Nog nooit",
    show_all: "Alle zuilen tonen",
    map: "Op de kaart",
    only_trouble: "Alleen zuilen met problemen",
    by_name: "Op naam",
    by_trouble: "Meeste problemen eerst",
    by_last_seen: "Langst niets gehoord eerst",
    empty_issue: "Er is nu geen zuil waarvoor dit geldt.",
    empty: "Er zijn nog geen zuilen.",
    empty_help: "Een technicus meldt een zuil aan. Daarna staat hij hier.",
    back: "Terug naar alle zuilen",
    for_callers: "Wat u een beller kunt zeggen",
    devices: "Apparaten",
    device: "Apparaat",
    state: "Nu",
    since: "Sinds",
    to_do: "Wat te doen",
    contact_first: "Kijk eerst of de zuil stroom en netwerk heeft.",
    nothing_to_do: "Niets",
    no_devices: "De zuil heeft geen apparaten.",
    had_no_devices: "De zuil had geen apparaten toen wij voor het laatst van hem hoorden.",
    devices_untold: "De zuil heeft nog niet verteld welke apparaten hij heeft.",
    paper: "Papier",
    paper_last_known: "Papier, laatst bekend",
    used: "Gebruikt van deze rol",
    forecast: "Verwachting",
    no_forecast: "Er is nog te weinig geprint om dat te zeggen.",
    any_moment: "kan elk moment op zijn",
    details: "Gegevens",
    program: "Versie van het programma",
    catalogue: "Versie van de catalogus",
    last_report: "Laatste bericht over zichzelf",
    clock: "Klok van de zuil",
    last_sequence: "Laatste volgnummer",
    none_yet: "Nog geen",
    added: "Toegevoegd",
    access: "Toegang",
    may_deliver: "Mag aanleveren",
    revoked: "Ingetrokken",
    after_revocation: "Na de intrekking nog aangeleverd",
    refusals: "Geweigerd",
    refusals_help: "Wat de hub van deze zuil voorgoed heeft geweigerd, het nieuwste eerst. De zuil bewaart het. \
                    Het kenmerk staat er zoals het binnenkwam; dat hoeft niet te kloppen. Bel de beheerder.",
    reason: "Waarom",
    last_time: "Laatst",
    unreadable: "Niet te lezen",
    settle: "Zoek uit of er betaald is",
    months: [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
};

const EN: PillarTexts = PillarTexts {
    name: "Pillar",
    now: "Now",
    receipts: "Receipt",
    cards: "Card payment",
    readers: "Readers",
    waiting: "Waiting in the pillar",
    storage: "Storage",
    room: "Room for",
    tried: "Tried in vain",
    last_seen: "Last seen",
    no_printer: "Has no printer",
    no_terminal: "Has no card terminal",
    no_readers: "Has no readers",
    nothing_waits: "Nothing",
    works: "Works",
    not_known: "Not known",
    never: "Never",
    show_all: "Show all pillars",
    map: "On the map",
    only_trouble: "Only pillars with trouble",
    by_name: "By name",
    by_trouble: "Most trouble first",
    by_last_seen: "Longest silent first",
    empty_issue: "There is no pillar like that now.",
    empty: "There are no pillars yet.",
    empty_help: "A technician enrols a pillar. Then it appears here.",
    back: "Back to all pillars",
    for_callers: "What you can tell a caller",
    devices: "Devices",
    device: "Device",
    state: "Now",
    since: "Since",
    to_do: "What to do",
    contact_first: "First see whether the pillar has power and network.",
    nothing_to_do: "Nothing",
    no_devices: "The pillar has no devices.",
    had_no_devices: "The pillar had no devices when we last heard of it.",
    devices_untold: "The pillar has not said yet which devices it has.",
    paper: "Paper",
    paper_last_known: "Paper, last known",
    used: "Used of this roll",
    forecast: "Forecast",
    no_forecast: "Too little was printed yet to say that.",
    any_moment: "may run out at any moment",
    details: "Details",
    program: "Version of the program",
    catalogue: "Version of the catalogue",
    last_report: "Last word on itself",
    clock: "Clock of the pillar",
    last_sequence: "Last sequence number",
    none_yet: "None yet",
    added: "Added",
    access: "Access",
    may_deliver: "May deliver",
    revoked: "Revoked",
    after_revocation: "Delivered after the revocation",
    refusals: "Refused",
    refusals_help: "What the hub has refused for good of what this pillar sent, the newest first. The pillar keeps \
                    it. The reference is as it came in, which need not be true. Call the administrator.",
    reason: "Why",
    last_time: "Last",
    unreadable: "Cannot be read",
    settle: "Find out whether it was paid",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
};

impl Lang {
    /// The texts about pillars.
    pub(in super::super) const fn pillar_texts(self) -> &'static PillarTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// "1 zuil" or "3 zuilen", at the start of the sentence.
    pub(in super::super) fn pillars_counted(self, count: usize) -> String {
        match (self, count) {
            (Self::Nl, 1) => "1 zuil".into(),
            (Self::Nl, _) => format!("{count} zuilen"),
            (Self::En, 1) => "1 pillar".into(),
            (Self::En, _) => format!("{count} pillars"),
        }
    }

    /// "Laatst bekend: werkt", of a device of which nothing is known now.
    pub(in super::super) fn last_known(self, state: DeviceState) -> String {
        let was = self.device_state(state).to_lowercase();
        match self {
            Self::Nl => format!("laatst bekend: {was}"),
            Self::En => format!("last known: {was}"),
        }
    }

    /// "sinds vandaag 10:15".
    pub(in super::super) fn since(self, moment: &str) -> String {
        match self {
            Self::Nl => format!("sinds {moment}"),
            Self::En => format!("since {moment}"),
        }
    }

    /// "papier tot ongeveer 12 december"; nothing when it cannot be told.
    pub(in super::super) fn paper_until(self, paper: &PaperLeft, today: Date) -> Option<String> {
        let day = paper.empty_on?;
        if day <= today {
            return Some(format!("{} {}", self.paper_word(), self.pillar_texts().any_moment));
        }
        let month = usize::from(day.month().unsigned_abs()) - 1;
        let month = self.pillar_texts().months.get(month).copied().unwrap_or_default();
        let year = if day.year() == today.year() { String::new() } else { format!(" {}", day.year()) };
        Some(match self {
            Self::Nl => format!("papier tot ongeveer {} {month}{year}", day.day()),
            Self::En => format!("paper until about {} {month}{year}", day.day()),
        })
    }

    const fn paper_word(self) -> &'static str {
        match self {
            Self::Nl => "papier",
            Self::En => "paper",
        }
    }

    /// "61 van 80 m".
    pub(in super::super) fn metres(self, paper: &PaperLeft) -> String {
        match self {
            Self::Nl => format!("{} van {} m", paper.used_metres, paper.roll_metres),
            Self::En => format!("{} of {} m", paper.used_metres, paper.roll_metres),
        }
    }

    /// "61 van 80 m gebruikt".
    pub(in super::super) fn metres_used(self, paper: &PaperLeft) -> String {
        match self {
            Self::Nl => format!("{} gebruikt", self.metres(paper)),
            Self::En => format!("{} used", self.metres(paper)),
        }
    }

    /// "0.2.0, catalogus 2026-11".
    pub(in super::super) fn versions(self, program: &str, catalogue: &str) -> String {
        match self {
            Self::Nl => format!("{program}, catalogus {catalogue}"),
            Self::En => format!("{program}, catalogue {catalogue}"),
        }
    }

    /// "Loopt 3 uur achter."
    pub(in super::super) fn clock_is_off(self, ahead: SignedDuration) -> String {
        let minutes = ahead.as_mins().unsigned_abs();
        let amount = match (self, minutes) {
            (Self::Nl, 0..120) => format!("{minutes} minuten"),
            (Self::En, 0..120) => format!("{minutes} minutes"),
            (Self::Nl, 120..2880) => format!("{} uur", minutes / 60),
            (Self::En, 120..2880) => format!("{} hours", minutes / 60),
            (Self::Nl, 2880..1_051_200) => format!("{} dagen", minutes / 1440),
            (Self::En, 2880..1_051_200) => format!("{} days", minutes / 1440),
            (Self::Nl, _) => format!("ongeveer {} jaar", years(minutes)),
            (Self::En, _) => format!("about {} years", years(minutes)),
        };
        match (self, ahead.is_negative()) {
            (Self::Nl, true) => format!("Loopt {amount} achter. De tijden hier zijn omgerekend."),
            (Self::Nl, false) => format!("Loopt {amount} voor. De tijden hier zijn omgerekend."),
            (Self::En, true) => format!("Is {amount} slow. The times here are converted."),
            (Self::En, false) => format!("Is {amount} fast. The times here are converted."),
        }
    }
}

/// Whole years, to the nearest.
const fn years(minutes: u64) -> u64 {
    (minutes + 262_980) / 525_960
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_wrong_a_clock_is_is_said_in_words_that_fit() {
        let said = |seconds| Lang::En.clock_is_off(SignedDuration::from_secs(seconds));
        assert!(said(600).starts_with("Is 10 minutes fast."), "{}", said(600));
        assert!(said(-4 * 3600).starts_with("Is 4 hours slow."), "{}", said(-4 * 3600));
        assert!(said(10 * 86_400).starts_with("Is 10 days fast."), "{}", said(10 * 86_400));
        assert!(said(-315_569_520).starts_with("Is about 10 years slow."), "{}", said(-315_569_520));
        let nl = Lang::Nl.clock_is_off(SignedDuration::from_secs(315_569_520));
        assert!(nl.starts_with("Loopt ongeveer 10 jaar voor."), "{nl}");
    }
}
