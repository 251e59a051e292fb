//! Words about what happens at pillars. Invariant: nobody reads here that somebody failed; what stopped them is told.

use zuil_wire::visits::{Aid, MetFault, TaskEnd, VisitOutcome};

use super::Lang;
use crate::store::PARTS_OF_A_DAY;

/// The texts about visits that never change.
#[derive(Debug)]
pub(in super::super) struct VisitTexts {
    pub title: &'static str,
    pub link: &'static str,
    pub empty: &'static str,
    pub empty_help: &'static str,
    pub days: &'static str,
    pub day: &'static str,
    pub visits: &'static str,
    pub tasks: &'static str,
    pub task: &'static str,
    pub opened: &'static str,
    pub stopped: &'static str,
    pub used: &'static str,
    pub languages: &'static str,
    pub aids: &'static str,
    pub faults: &'static str,
    pub none: &'static str,
    pub parts: &'static str,
    pub parts_of_a_day: [&'static str; PARTS_OF_A_DAY],
    pub lengths: &'static str,
    pub privacy: &'static str,
}

const NL: VisitTexts = VisitTexts {
    title: "Bezoeklog",
    link: "Bezoeklog van de laatste 30 dagen",
    empty: "Er is nog niets bekend over bezoeken.",
    empty_help: "Een zuil stuurt wat er op een dag gebeurde nadat die dag voorbij is.",
    days: "Per dag",
    day: "Dag",
    visits: "Bezoeken",
    tasks: "Per aanvraag",
    task: "Aanvraag",
    opened: "Geopend",
    stopped: "Waar bezoekers stopten",
    used: "Wanneer, hoe lang, talen, hulpmiddelen en storingen",
    languages: "Taal",
    aids: "Hulpmiddel",
    faults: "Wat niet werkte tijdens een bezoek",
    none: "Niets",
    parts: "Deel van de dag",
    parts_of_a_day: [
        "Nacht (0 tot 6 uur)",
        "Ochtend (6 tot 12 uur)",
        "Middag (12 tot 18 uur)",
        "Avond (18 tot 24 uur)",
    ],
    lengths: "Hoe lang",
    privacy: "De hub weet niet wie er was. Van een bezoek is alleen de dag bekend, welk deel van de dag het was, ongeveer \
              hoe lang het duurde en hoe het afliep. Een los bezoek staat nergens. Aanvragen, talen en hulpmiddelen zijn \
              los geteld, per dag: nergens staat wat bij elkaar hoorde. Een dag komt pas als hij voorbij is. Na 30 dagen \
              verdwijnt alles vanzelf.",
};

const EN: VisitTexts = VisitTexts {
    title: "Visit log",
    link: "Visit log of the last 30 days",
    empty: "Nothing is known of visits yet.",
    empty_help: "A pillar tells what happened on a day when that day is over.",
    days: "By day",
    day: "Day",
    visits: "Visits",
    tasks: "By task",
    task: "Task",
    opened: "Opened",
    stopped: "Where visitors stopped",
    used: "When, how long, languages, aids and faults",
    languages: "Language",
    aids: "Aid",
    faults: "What did not work during a visit",
    none: "Nothing",
    parts: "Part of the day",
    parts_of_a_day: ["Night (0 to 6)", "Morning (6 to 12)", "Afternoon (12 to 18)", "Evening (18 to 24)"],
    lengths: "How long",
    privacy: "The hub does not know who was there. Of a visit it knows the day, which part of the day it was, about how \
              long it took and how it ended. No visit is shown by itself. Tasks, languages and aids are counted \
              apart, by day: nothing tells what belonged together. A day comes only when it is over. After 30 days all of it disappears by itself.",
};

impl Lang {
    /// The texts about visits.
    pub(in super::super) const fn visit_texts(self) -> &'static VisitTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// "In 30 dagen waren er 41 bezoeken; bij 23 daarvan werd iets afgerond."
    pub(in super::super) fn visits_sentence(self, days: i64, visits: u64, finished: u64) -> String {
        match self {
            Self::Nl if visits == 1 => format!("In {days} dagen was er 1 bezoek; afgerond: {finished}."),
            Self::Nl => format!("In {days} dagen waren er {visits} bezoeken; afgerond: {finished}."),
            Self::En if visits == 1 => format!("In {days} days there was 1 visit; finished: {finished}."),
            Self::En => format!("In {days} days there were {visits} visits; finished: {finished}."),
        }
    }

    /// How long visits took at most.
    pub(in super::super) fn visit_length(self, most: u8) -> String {
        match self {
            Self::Nl => format!("tot {most} minuten"),
            Self::En => format!("up to {most} minutes"),
        }
    }

    /// How a visit ended.
    pub(in super::super) const fn visit_outcome(self, outcome: VisitOutcome) -> &'static str {
        match (self, outcome) {
            (Self::Nl, VisitOutcome::Looked) => "Alleen gekeken",
            (Self::Nl, VisitOutcome::Read) => "Iets gelezen",
            (Self::Nl, VisitOutcome::Abandoned) => "Begonnen, niet afgerond",
            (Self::Nl, VisitOutcome::Finished) => "Afgerond",
            (Self::En, VisitOutcome::Looked) => "Only looked",
            (Self::En, VisitOutcome::Read) => "Read something",
            (Self::En, VisitOutcome::Abandoned) => "Begun, not finished",
            (Self::En, VisitOutcome::Finished) => "Finished",
        }
    }

    /// Where a visitor stopped.
    pub(in super::super) const fn task_end(self, end: TaskEnd) -> &'static str {
        match (self, end) {
            (Self::Nl, TaskEnd::Explanation) => "bij de uitleg",
            (Self::Nl, TaskEnd::Question) => "bij een vraag",
            (Self::Nl, TaskEnd::Review) => "bij het nakijken",
            (Self::Nl, TaskEnd::Payment) => "bij het betalen",
            (Self::Nl, TaskEnd::NotSaved) => "kon niet worden bewaard",
            (Self::Nl, TaskEnd::Finished) => "afgerond",
            (Self::En, TaskEnd::Explanation) => "at the explanation",
            (Self::En, TaskEnd::Question) => "at a question",
            (Self::En, TaskEnd::Review) => "at the review",
            (Self::En, TaskEnd::Payment) => "at the payment",
            (Self::En, TaskEnd::NotSaved) => "could not be kept",
            (Self::En, TaskEnd::Finished) => "finished",
        }
    }

    /// An aid.
    pub(in super::super) const fn aid(self, aid: Aid) -> &'static str {
        match (self, aid) {
            (Self::Nl, Aid::LargeText) => "Grotere letters",
            (Self::Nl, Aid::Contrast) => "Ander contrast",
            (Self::Nl, Aid::Speech) => "Voorlezen",
            (Self::Nl, Aid::HiddenScreen) => "Scherm verborgen",
            (Self::En, Aid::LargeText) => "Larger letters",
            (Self::En, Aid::Contrast) => "Other contrast",
            (Self::En, Aid::Speech) => "Speech",
            (Self::En, Aid::HiddenScreen) => "Hidden screen",
        }
    }

    /// What did not work.
    pub(in super::super) const fn met_fault(self, fault: MetFault) -> &'static str {
        match (self, fault) {
            (Self::Nl, MetFault::PaperOut) => "Papier op",
            (Self::Nl, MetFault::Printer) => "Printer werkte niet",
            (Self::Nl, MetFault::Card) => "Pinnen kon niet",
            (Self::Nl, MetFault::Network) => "Geen verbinding met de hub",
            (Self::En, MetFault::PaperOut) => "Paper used up",
            (Self::En, MetFault::Printer) => "Printer did not work",
            (Self::En, MetFault::Card) => "No card payment",
            (Self::En, MetFault::Network) => "No connection to the hub",
        }
    }
}
