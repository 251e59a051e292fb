//! Words about what residents asked and did not find. Invariant: nobody reads here that a question is anonymous
//! beyond doubt; what was taken out of it is said, and what may be left.

use jiff::civil::Date;

use super::Lang;

/// The texts about questions that never change.
#[derive(Debug)]
pub(in super::super) struct QuestionTexts {
    pub page: &'static str,
    pub title: &'static str,
    pub empty: &'static str,
    pub empty_help: &'static str,
    pub what_to_do: &'static str,
    pub steps: [&'static str; 3],
    pub words: &'static str,
    pub language: &'static str,
    pub times: &'static str,
    pub pillars: &'static str,
    pub last_on: &'static str,
    pub download: &'static str,
    pub download_name: &'static str,
    pub privacy: &'static str,
}

const NL: QuestionTexts = QuestionTexts {
    page: "Vragen van bewoners",
    title: "Wat bewoners niet vonden",
    empty: "Er is in de laatste 90 dagen niets gemeld wat bewoners niet vonden.",
    empty_help: "Zoekt iemand bij een zuil iets waar geen antwoord op is, dan staan de woorden hier: zonder \
                 cijfers, e-mailadressen en veelvoorkomende namen. Zo ziet u welk antwoord nog ontbreekt.",
    what_to_do: "Wat u hiermee doet",
    steps: [
        "Is er al een antwoord? Zet de woorden van bewoners erbij als vraag, of bij de synoniemen.",
        "Is er geen antwoord, en wordt het vaker gevraagd? Schrijf er een.",
        "Gaat de gemeente er niet over? Zeg in een antwoord bij wie de bewoner wel moet zijn.",
    ],
    words: "Wat werd gezocht",
    language: "Taal",
    times: "Hoe vaak",
    pillars: "Bij hoeveel zuilen",
    last_on: "Het laatst",
    download: "Download als CSV, voor een rekenblad",
    download_name: "niet-gevonden",
    privacy: "De hub weet niet wie iets zocht en hoe laat, alleen bij welke zuil en op welke dag. Cijfers, \
              e-mailadressen en veelvoorkomende namen zijn eruit gehaald. Een zeldzame naam of een bijzonder woord \
              kan zijn blijven staan: geef deze lijst daarom niet aan anderen. Na 90 dagen verdwijnt een vraag \
              vanzelf.",
};

const EN: QuestionTexts = QuestionTexts {
    page: "Questions from residents",
    title: "What residents did not find",
    empty: "In the last 90 days nothing was reported that residents did not find.",
    empty_help: "When someone searches at a pillar for something that has no answer, the words appear here: without \
                 digits, e-mail addresses and common names. So you see which answer is still missing.",
    what_to_do: "What to do with this",
    steps: [
        "Is there an answer already? Add the residents' words to it as a question, or to the synonyms.",
        "Is there no answer, and is it asked more than once? Write one.",
        "Is it not the municipality's business? Say in an answer where the resident can go.",
    ],
    words: "What was searched for",
    language: "Language",
    times: "How often",
    pillars: "At how many pillars",
    last_on: "Last",
    download: "Download as CSV, for a spreadsheet",
    download_name: "not-found",
    privacy: "The hub does not know who searched and at what time, only at which pillar and on which day. Digits, \
              e-mail addresses and common names were taken out. A rare name or an unusual word may be left: so do \
              not pass this list on. After 90 days a question disappears by itself.",
};

impl Lang {
    /// The texts about questions.
    pub(in super::super) const fn question_texts(self) -> &'static QuestionTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// "In de laatste 90 dagen zochten bewoners 34 keer zonder een antwoord te openen: 12 verschillende vragen."
    pub(in super::super) fn questions_sentence(self, days: i64, times: u64, different: u64) -> String {
        match (self, different) {
            (Self::Nl, 1) => {
                format!(
                    "In de laatste {days} dagen zochten bewoners {times} keer zonder een antwoord te openen."
                )
            }
            (Self::Nl, _) => format!(
                "In de laatste {days} dagen zochten bewoners {times} keer zonder een antwoord te openen: {different} \
                 verschillende vragen."
            ),
            (Self::En, 1) => {
                let times = self.times(times);
                format!("In the last {days} days residents searched {times} without opening an answer.")
            }
            (Self::En, _) => {
                let times = self.times(times);
                format!(
                    "In the last {days} days residents searched {times} without opening an answer: \
                     {different} different questions."
                )
            }
        }
    }

    /// That a list has only its beginning.
    pub(in super::super) fn most_often_only(self, shown: usize) -> String {
        match self {
            Self::Nl => format!("Hier staan de {shown} meest gezochte. In de download staan er meer."),
            Self::En => format!("These are the {shown} most searched for. The download has more."),
        }
    }

    /// A day, such as "vandaag" or "21 nov", with the year only when it is another.
    pub(in super::super) fn day(self, day: Date, today: Date) -> String {
        match self {
            Self::Nl if day == today => return "vandaag".into(),
            Self::En if day == today => return "today".into(),
            _ => {}
        }
        let month = usize::from(day.month().unsigned_abs()) - 1;
        let month = self.texts().months.get(month).copied().unwrap_or_default();
        if day.year() == today.year() {
            return format!("{} {month}", day.day());
        }
        format!("{} {month} {}", day.day(), day.year())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_its_year_only_when_that_is_another() {
        let day = |text: &str, lang: Lang| lang.day(text.parse().unwrap(), "2026-01-05".parse().unwrap());
        assert_eq!(day("2026-01-05", Lang::Nl), "vandaag");
        assert_eq!(day("2026-01-03", Lang::En), "3 Jan");
        assert_eq!(day("2025-12-31", Lang::Nl), "31 dec 2025");
    }

    #[test]
    fn one_question_is_not_called_several() {
        let sentence = Lang::Nl.questions_sentence(90, 1, 1);
        assert_eq!(sentence, "In de laatste 90 dagen zochten bewoners 1 keer zonder een antwoord te openen.");
        assert!(Lang::En.questions_sentence(90, 5, 2).ends_with("2 different questions."));
    }
}
