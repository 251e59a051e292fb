//! Words about which answers residents found. Invariant: an answer that was opened is not said to have helped.

use super::Lang;

/// The texts about what was found that never change.
#[derive(Debug)]
pub(in super::super) struct FoundTexts {
    pub title: &'static str,
    pub filter: &'static str,
    pub period: &'static str,
    pub pillar: &'static str,
    pub all_pillars: &'static str,
    pub show: &'static str,
    pub question: &'static str,
    pub product: &'static str,
    pub answer: &'static str,
    pub gone: &'static str,
    pub language: &'static str,
    pub times: &'static str,
    pub languages: &'static str,
    pub pillars: &'static str,
    pub empty: &'static str,
    pub empty_help: &'static str,
    pub download: &'static str,
    pub download_name: &'static str,
    pub privacy: &'static str,
}

const NL: FoundTexts = FoundTexts {
    title: "Waar bewoners naar vroegen",
    filter: "Kies welke zuil en welke periode u wilt zien",
    period: "Periode",
    pillar: "Zuil",
    all_pillars: "Alle zuilen",
    show: "Toon",
    question: "Vraag",
    product: "Onderwerp",
    answer: "Antwoord",
    gone: "Staat niet meer in de catalogus",
    language: "Taal",
    times: "Hoe vaak",
    languages: "In welke taal, en hoe vaak",
    pillars: "Bij hoeveel zuilen",
    empty: "In deze periode zijn er geen antwoorden gemeld die bewoners zochten en openden.",
    empty_help: "Zoekt iemand bij een zuil en opent die een antwoord, dan telt dat hier mee vanaf de dag erna. Zuilen met \
                 een oudere versie melden dit niet. Kies anders een langere periode.",
    download: "Download wat bewoners vroegen als CSV, voor een rekenblad",
    download_name: "gevraagd",
    privacy: "De zuil telt per dag en per taal hoe vaak een antwoord na zoeken wordt geopend. Wat iemand typte, wie het was en \
              hoe laat, staat er niet bij. Wie in één zoekopdracht een antwoord twee keer opent, telt één keer mee. \
              Of het antwoord hielp, weten wij niet. Na 90 dagen verdwijnt een telling vanzelf.",
};

const EN: FoundTexts = FoundTexts {
    title: "What residents asked about",
    filter: "Choose which pillar and which period to see",
    period: "Period",
    pillar: "Pillar",
    all_pillars: "All pillars",
    show: "Show",
    question: "Question",
    product: "Subject",
    answer: "Answer",
    gone: "No longer in the catalogue",
    language: "Language",
    times: "How often",
    languages: "In which language, and how often",
    pillars: "At how many pillars",
    empty: "In this period no answers were reported that residents searched for and opened.",
    empty_help: "When someone searches at a pillar and opens an answer, it counts here from the day after. Pillars with an \
                 older version do not report this. Or choose a longer period.",
    download: "Download what residents asked as CSV, for a spreadsheet",
    download_name: "asked",
    privacy: "The pillar counts by day and by language how often an answer is opened after a search. What someone typed, who \
              it was and at what time is not in it. An answer that is opened twice in the same search counts once. Whether \
              the answer helped we do not know. After 90 days a count disappears by itself.",
};

impl Lang {
    /// The texts about what was found.
    pub(in super::super) const fn found_texts(self) -> &'static FoundTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// "Laatste 30 dagen".
    pub(in super::super) fn last_days(self, days: i64) -> String {
        match self {
            Self::Nl => format!("Laatste {days} dagen"),
            Self::En => format!("Last {days} days"),
        }
    }

    /// "In de laatste 30 dagen openden bewoners 34 keer een antwoord na zoeken: 12 verschillende antwoorden."
    pub(in super::super) fn found_sentence(self, days: i64, times: u64, different: usize) -> String {
        let counted = self.times(times);
        match (self, different) {
            (Self::Nl, 1) => {
                format!("In de laatste {days} dagen openden bewoners {counted} een antwoord na zoeken.")
            }
            (Self::Nl, _) => format!(
                "In de laatste {days} dagen openden bewoners {counted} een antwoord na zoeken: {different} verschillende \
                 antwoorden."
            ),
            (Self::En, 1) => {
                format!("In the last {days} days residents opened an answer after a search {counted}.")
            }
            (Self::En, _) => format!(
                "In the last {days} days residents opened an answer after a search {counted}: {different} different \
                 answers."
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_answer_is_not_called_several() {
        let sentence = Lang::Nl.found_sentence(7, 1, 1);
        assert_eq!(sentence, "In de laatste 7 dagen openden bewoners 1 keer een antwoord na zoeken.");
        assert!(Lang::En.found_sentence(30, 5, 2).ends_with("5 times: 2 different answers."));
    }
}
