//! Words about requests that staff decide about. Invariant: what a decision does is said before it is made.

use super::Lang;
use crate::store::Trouble;

/// The texts about decisions that never change.
#[derive(Debug)]
pub(in super::super) struct SettlingTexts {
    pub heading: &'static str,
    pub send_anyway: &'static str,
    pub send_help: &'static str,
    pub close: &'static str,
    pub close_help: &'static str,
    pub back_without: &'static str,
    pub then: &'static str,
    pub send_question: &'static str,
    pub send_consequences: [&'static str; 3],
    pub close_question: &'static str,
    pub close_consequences: [&'static str; 4],
    pub close_button: &'static str,
    pub under_way: &'static str,
    pub under_way_help: &'static str,
    pub not_open: &'static str,
    pub not_open_help: &'static str,
    pub to_decide: &'static str,
    pub to_decide_how: &'static str,
    pub why: &'static str,
    pub to_forget: &'static str,
    pub to_forget_how: &'static str,
    pub deleted_from: &'static str,
    pub deleted_before: &'static str,
    pub deleted_after: &'static str,
}

const NL: SettlingTexts = SettlingTexts {
    heading: "Beslissen",
    send_anyway: "Toch doorsturen",
    send_help: "Klopt de aanvraag, ook volgens de bewoner? Stuur de aanvraag dan toch door.",
    close: "Afgehandeld",
    close_help: "Hebt u de aanvraag zelf afgehandeld, of gaat de aanvraag niet door? Noteer dat dan hier.",
    back_without: "Terug zonder te beslissen",
    then: "Wat er dan gebeurt",
    send_question: "Deze aanvraag toch doorsturen?",
    send_consequences: [
        "De aanvraag gaat verder als elke andere aanvraag, ook als er niet betaald is.",
        "In het logboek staat dat u dit deed.",
        "Dit is niet terug te draaien.",
    ],
    close_question: "Is deze aanvraag afgehandeld?",
    close_consequences: [
        "De aanvraag wacht op niemand meer en wordt nergens heen gestuurd.",
        "Wat de bewoner invulde, wordt na de bewaartermijn verwijderd.",
        "In het logboek staat dat u dit deed.",
        "Dit is niet terug te draaien.",
    ],
    close_button: "Ja, afgehandeld",
    under_way: "Deze aanvraag wordt nu net doorgestuurd",
    under_way_help: "Er is niets veranderd. Wacht een paar minuten, open de aanvraag opnieuw en kijk of dit nog nodig is.",
    not_open: "Hier valt niets te beslissen",
    not_open_help: "Er is niets veranderd. Misschien ging de aanvraag intussen verder, of was een collega u voor. Open de \
                    aanvraag opnieuw en lees hoe het ermee staat.",
    to_decide: "Beslissen",
    to_decide_how: "Deze aanvragen gaan niet vanzelf verder. Open het kenmerk, lees wat er is en overleg met de bewoner. \
                    Kies daarna “Toch doorsturen” of “Afgehandeld”.",
    why: "Waarom",
    to_forget: "Wordt binnenkort verwijderd",
    to_forget_how: "Niemand heeft ze afgehandeld en ze staan hier al lang. Handel ze af voordat wat de bewoner invulde \
                    verdwijnt.",
    deleted_from: "vanaf",
    deleted_before: "Eerder verwijderd",
    deleted_after: "Later verwijderd",
};

const EN: SettlingTexts = SettlingTexts {
    heading: "Decide",
    send_anyway: "Send on anyway",
    send_help: "Is the request right, also by what the resident says? Then send it on anyway.",
    close: "Dealt with",
    close_help: "Did you deal with the request yourself, or does it not go on? Then note that here.",
    back_without: "Back without deciding",
    then: "What happens then",
    send_question: "Send this request on anyway?",
    send_consequences: [
        "The request goes on like any other, also when it was not paid.",
        "The log says that you did this.",
        "This cannot be undone.",
    ],
    close_question: "Is this request dealt with?",
    close_consequences: [
        "The request waits for nobody any more and is sent nowhere.",
        "What the resident filled in is deleted when its time is over.",
        "The log says that you did this.",
        "This cannot be undone.",
    ],
    close_button: "Yes, dealt with",
    under_way: "This request is being sent on right now",
    under_way_help: "Nothing changed. Wait a few minutes, open the request again and see whether this is still needed.",
    not_open: "There is nothing to decide here",
    not_open_help: "Nothing changed. Perhaps the request went on meanwhile, or a colleague was first. Open the request \
                    again and read how it stands.",
    to_decide: "To decide",
    to_decide_how: "These requests do not go on by themselves. Open the reference, read what is the matter and speak with \
                    the resident. Then choose “Send on anyway” or “Dealt with”.",
    why: "Why",
    to_forget: "Deleted soon",
    to_forget_how: "Nobody dealt with them, and they have been here for long. Deal with them before what the resident \
                    filled in is gone.",
    deleted_from: "from",
    deleted_before: "Deleted earlier",
    deleted_after: "Deleted later",
};

impl Lang {
    /// The texts about decisions.
    pub(in super::super) const fn settling_texts(self) -> &'static SettlingTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// Why a request goes nowhere before staff decide, in a few words.
    pub(in super::super) const fn undecided(self, trouble: Option<Trouble>) -> &'static str {
        match (self, trouble) {
            (Self::Nl, None) => "Niet betaald",
            (Self::Nl, Some(Trouble::NotSigned)) => "Niet ondertekend door de zuil",
            (Self::Nl, Some(Trouble::Unreadable)) => "Kan niet worden geopend",
            (Self::Nl, Some(Trouble::Mismatch)) => "Inhoud van een andere aanvraag",
            (Self::Nl, Some(Trouble::AfterRevocation)) => "Verstuurd nadat de zuil was ingetrokken",
            (Self::En, None) => "Not paid",
            (Self::En, Some(Trouble::NotSigned)) => "Not signed by the pillar",
            (Self::En, Some(Trouble::Unreadable)) => "Cannot be opened",
            (Self::En, Some(Trouble::Mismatch)) => "Content of another request",
            (Self::En, Some(Trouble::AfterRevocation)) => "Sent after the pillar was revoked",
        }
    }

    /// How many will be deleted.
    pub(in super::super) fn to_be_deleted(self, count: u64) -> String {
        match (self, count) {
            (Self::Nl, 1) => "Van 1 aanvraag wordt de inhoud binnenkort verwijderd.".into(),
            (Self::Nl, _) => format!("Van {count} aanvragen wordt de inhoud binnenkort verwijderd."),
            (Self::En, 1) => "The content of 1 request will be deleted soon.".into(),
            (Self::En, _) => format!("The content of {count} requests will be deleted soon."),
        }
    }
}
