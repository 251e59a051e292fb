//! Words about what happens at pillars. Invariant: nobody reads here that somebody failed; what stopped them is told.

use zuil_wire::visits::{Aid, MetFault, TaskEnd, VisitOutcome};

use super::Lang;

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
    pub list: &'static str,
    pub when: &'static str,
    pub minutes: &'static str,
    pub outcome: &'static str,
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
    used: "Talen, hulpmiddelen en storingen",
    languages: "Taal",
    aids: "Hulpmiddel",
    faults: "Wat niet werkte tijdens een bezoek",
    none: "Niets",
    list: "Bezoeken",
    when: "Wanneer",
    minutes: "Minuten",
    outcome: "Hoe het afliep",
    privacy: "De hub weet niet wie er was. Van een bezoek is alleen het kwartier bekend, hoe lang het duurde en hoe het \
              afliep. Aanvragen, talen en hulpmiddelen zijn los geteld, per dag: nergens staat wat bij elkaar hoorde. \
              Een dag komt pas als hij voorbij is. Na 30 dagen verdwijnt alles vanzelf.",
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
    used: "Languages, aids and faults",
    languages: "Language",
    aids: "Aid",
    faults: "What did not work during a visit",
    none: "Nothing",
    list: "Visits",
    when: "When",
    minutes: "Minutes",
    outcome: "How it ended",
    privacy: "The hub does not know who was there. Of a visit it knows the quarter of an hour, how long it took and how \
              it ended. Tasks, languages and aids are counted apart, by day: nothing tells what belonged together. A \
              day comes only when it is over. After 30 days all of it disappears by itself.",
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
    pub(in super::super) fn visits_sentence(self, days: i64, visits: usize, finished: usize) -> String {
        match self {
            Self::Nl if visits == 1 => format!("In {days} dagen was er 1 bezoek; afgerond: {finished}."),
            Self::Nl => format!("In {days} dagen waren er {visits} bezoeken; afgerond: {finished}."),
            Self::En if visits == 1 => format!("In {days} days there was 1 visit; finished: {finished}."),
            Self::En => format!("In {days} days there were {visits} visits; finished: {finished}."),
        }
    }

    /// That a list has only its beginning.
    pub(in super::super) fn newest_visits_only(self, shown: usize) -> String {
        match self {
            Self::Nl => format!("Hier staan de nieuwste {shown}."),
            Self::En => format!("These are the newest {shown}."),
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
