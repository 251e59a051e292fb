//! Words about answers that editors are writing. Invariant: it is always said that nothing is published here.

use super::Lang;

/// The texts about drafts that never change.
#[derive(Debug)]
pub(in super::super) struct DraftTexts {
    pub title: &'static str,
    pub back: &'static str,
    pub back_to_all: &'static str,
    pub begin: &'static str,
    pub answer: &'static str,
    pub empty: &'static str,
    pub empty_help: &'static str,
    pub publish: &'static str,
    pub file: &'static str,
    pub asked: &'static str,
    pub changed: &'static str,
    pub done_since: &'static str,
    pub text: &'static str,
    pub text_help: &'static str,
    pub save: &'static str,
    pub check: &'static str,
    pub no_catalogue: &'static str,
    pub mistakes: &'static str,
    pub fine: &'static str,
    pub could_be_better: &'static str,
    pub preview: &'static str,
    pub then: &'static str,
    pub steps: [&'static str; 3],
    pub download: &'static str,
    pub done: &'static str,
    pub delete: &'static str,
}

const NL: DraftTexts = DraftTexts {
    title: "Concept-antwoorden",
    back: "Terug naar wat bewoners niet vonden",
    back_to_all: "Terug naar alle concepten",
    begin: "Schrijf een antwoord",
    answer: "Antwoord",
    empty: "Er zijn geen concepten.",
    empty_help: "Kies bij wat bewoners niet vonden “Schrijf een antwoord”. Dan begint hier een concept.",
    publish: "Op een zuil komt het pas als u het in de catalogus zet en die publiceert.",
    file: "Bestand",
    asked: "Gezocht",
    changed: "Laatst veranderd",
    done_since: "Staat in de catalogus sinds",
    text: "Tekst van het bestand",
    text_help: "Het bestand is TOML. Wat elke regel betekent, staat in docs/editing-the-catalogue.md.",
    save: "Bewaar en controleer",
    check: "Controle",
    no_catalogue: "Er is nog geen catalogus gepubliceerd waarmee dit kan worden gecontroleerd.",
    mistakes: "Dit kan zo nog niet in de catalogus. De controle spreekt Engels:",
    fine: "Dit kan in de catalogus.",
    could_be_better: "Wat beter kan (in het Engels):",
    preview: "Zo leest een bewoner het",
    then: "Als het klaar is",
    steps: [
        "Download het bestand en zet het in de map answers van uw catalogus.",
        "Geef de catalogus een nieuwe versie en publiceer hem met zuil-hub catalogue publish.",
        "Noteer hier dat het klaar is.",
    ],
    download: "Download het bestand",
    done: "Het staat in de catalogus",
    delete: "Verwijder dit concept",
};

const EN: DraftTexts = DraftTexts {
    title: "Drafts of answers",
    back: "Back to what residents did not find",
    back_to_all: "Back to all drafts",
    begin: "Write an answer",
    answer: "Answer",
    empty: "There are no drafts.",
    empty_help: "Choose “Write an answer” at what residents did not find. Then a draft begins here.",
    publish: "It comes to a pillar only when you put it into the catalogue and publish that.",
    file: "File",
    asked: "Searched for",
    changed: "Last changed",
    done_since: "In the catalogue since",
    text: "Text of the file",
    text_help: "The file is TOML. What each line means stands in docs/editing-the-catalogue.md.",
    save: "Save and check",
    check: "Check",
    no_catalogue: "No catalogue was published yet with which this could be checked.",
    mistakes: "This cannot go into the catalogue as it is:",
    fine: "This can go into the catalogue.",
    could_be_better: "What could be better:",
    preview: "How a resident reads it",
    then: "When it is finished",
    steps: [
        "Download the file and put it into the folder answers of your catalogue.",
        "Give the catalogue a new version, and publish it with zuil-hub catalogue publish.",
        "Note here that it is done.",
    ],
    download: "Download the file",
    done: "It is in the catalogue",
    delete: "Delete this draft",
};

impl Lang {
    /// The texts about drafts.
    pub(in super::super) const fn draft_texts(self) -> &'static DraftTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// How far a draft is.
    pub(in super::super) const fn draft_state(self, is_done: bool) -> &'static str {
        match (self, is_done) {
            (Self::Nl, true) => "Staat in de catalogus",
            (Self::Nl, false) => "Nog te schrijven",
            (Self::En, true) => "In the catalogue",
            (Self::En, false) => "To be written",
        }
    }

    /// Where a mistake is.
    pub(in super::super) fn line_of(self, line: usize, file: &str) -> String {
        match self {
            Self::Nl => format!("{file}, regel {line}:"),
            Self::En => format!("{file}, line {line}:"),
        }
    }

    /// That a draft is too large to be kept, in kibibytes, and what to do.
    pub(in super::super) fn draft_too_large(self, has: usize, most: usize) -> String {
        match self {
            Self::Nl => format!(
                "Deze tekst is te groot: {has} kB, en {most} kB kan. Hieronder staat uw tekst, nog niet bewaard. Maak \
                 hem korter en bewaar hem dan."
            ),
            Self::En => format!(
                "This text is too large: {has} kB, and at most {most} kB can be kept. Below is your text, not saved \
                 yet. Make it shorter, and then save it."
            ),
        }
    }

    /// That somebody else changed the draft, and what to do.
    pub(in super::super) fn changed_meanwhile(self, who: &str) -> String {
        match self {
            Self::Nl => format!(
                "{who} veranderde dit concept terwijl u schreef. Hieronder staat uw tekst, nog niet bewaard. Wat {who} \
                 schreef ziet u in een nieuw venster. Bewaart u nu, dan komt uw tekst ervoor in de plaats."
            ),
            Self::En => format!(
                "{who} changed this draft while you were writing. Below is your text, not saved yet. What {who} wrote \
                 you see in a new window. If you save now, your text takes its place."
            ),
        }
    }
}
