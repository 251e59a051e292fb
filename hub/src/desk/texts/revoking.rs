//! Words about revoking a pillar. Invariant: what cannot be undone is said before.

use super::Lang;

/// The texts about revoking a pillar that never change.
#[derive(Debug)]
pub(in super::super) struct RevokeTexts {
    pub title: &'static str,
    pub why: &'static str,
    pub back_without: &'static str,
    pub then: &'static str,
    pub consequences: [&'static str; 5],
}

const NL: RevokeTexts = RevokeTexts {
    title: "Zuil intrekken",
    why: "Als de zuil gestolen is of nooit meer terugkomt.",
    back_without: "Terug zonder intrekken",
    then: "Wat er dan gebeurt",
    consequences: [
        "De hub laat de zuil niet meer toe, vanaf nu. Staat hij nog aan, dan gaat hij binnen een minuut buiten gebruik.",
        "Wat bewoners er al hadden afgemaakt, mag nog een tijd binnenkomen. Een medewerker bekijkt elke aanvraag eerst.",
        "Alle andere zuilen krijgen vanzelf een nieuwe sleutel.",
        "U kunt dit niet terugdraaien. Komt de zuil terug, meld hem dan opnieuw aan, met een code.",
        "In het logboek komt te staan dat u dit deed.",
    ],
};

const EN: RevokeTexts = RevokeTexts {
    title: "Revoke the pillar",
    why: "If the pillar was stolen, or never comes back.",
    back_without: "Back without revoking",
    then: "What happens then",
    consequences: [
        "The hub admits the pillar no more, from now on. If it is still on, it goes out of service within a minute.",
        "What residents had finished there may still come in for a while. Staff look at each request first.",
        "All other pillars get a new key by themselves.",
        "You cannot undo this. If the pillar comes back, enrol it again with a code.",
        "The log will say that you did this.",
    ],
};

impl Lang {
    /// The texts about revoking a pillar.
    pub(in super::super) const fn revoke_texts(self) -> &'static RevokeTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// Whether someone is sure.
    pub(in super::super) fn revoke_question(self, pillar: &str) -> String {
        match self {
            Self::Nl => format!("Zuil {pillar} intrekken?"),
            Self::En => format!("Revoke the pillar {pillar}?"),
        }
    }
}
