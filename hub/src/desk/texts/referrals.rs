//! Words about referrals: six digits that an agent reads aloud. Invariant: what is said of one is what is known of it
//! now.

use super::super::reach::Reach;
use super::Lang;

/// The texts about referrals that never change.
#[derive(Debug)]
pub(in super::super) struct ReferralTexts {
    pub title: &'static str,
    pub sentence: &'static str,
    pub new: &'static str,
    pub make: &'static str,
    pub task: &'static str,
    pub choose: &'static str,
    pub pillars: &'static str,
    pub nothing_chosen: &'static str,
    pub out_of_service: &'static str,
    pub no_catalogue: &'static str,
    pub no_pillars: &'static str,
    pub read_aloud: &'static str,
    pub how: &'static str,
    pub once: &'static str,
    pub own: &'static str,
    pub empty: &'static str,
    pub code: &'static str,
    pub made: &'static str,
    pub state: &'static str,
    pub request: &'static str,
    pub not_in_yet: &'static str,
    pub none_yet: &'static str,
    pub revoke: &'static str,
    pub open: &'static str,
    pub used: &'static str,
    pub used_more: &'static str,
    pub revoked: &'static str,
    pub expired: &'static str,
    pub full: &'static str,
    pub full_help: &'static str,
}

const NL: ReferralTexts = ReferralTexts {
    title: "Verwijscodes",
    sentence: "Met een verwijscode van zes cijfers opent de beller bij de zuil meteen de goede aanvraag. De naam van de \
               beller hoeft er niet bij.",
    new: "Nieuwe verwijscode",
    make: "Maak een verwijscode",
    task: "Wat wil de beller doen?",
    choose: "Kies een aanvraag",
    pillars: "Bij welke zuilen?",
    nothing_chosen: "Kies een aanvraag en minstens één zuil.",
    out_of_service: "Een zuil die u koos, is nu buiten gebruik: daar kan de beller niets doen. Kies alleen andere zuilen.",
    no_catalogue: "Er is nog geen catalogus gepubliceerd. Zonder catalogus is er niets om naar te verwijzen.",
    no_pillars: "Er zijn nog geen zuilen om naar te verwijzen.",
    read_aloud: "Om voor te lezen",
    how: "Kies bij de zuil “Ik heb een code” en toets de zes cijfers in.",
    once: "U kunt de code één keer gebruiken.",
    own: "Uw verwijscodes van de laatste twee dagen",
    empty: "U hebt de laatste twee dagen geen verwijscode gemaakt.",
    code: "Code",
    made: "Gemaakt",
    state: "Stand",
    request: "Aanvraag van de beller",
    not_in_yet: "Komt zodra de zuil verbinding heeft",
    none_yet: "Nog geen",
    revoke: "Trek in",
    open: "Nog niet gebruikt",
    used: "Gebruikt",
    used_more: "Meer dan één keer gebruikt",
    revoked: "Ingetrokken",
    expired: "Verlopen",
    full: "Er kan nu geen code bij",
    full_help: "Er lopen te veel verwijscodes tegelijk. Help de beller zonder code, of probeer het later opnieuw.",
};

const EN: ReferralTexts = ReferralTexts {
    title: "Referrals",
    sentence: "With a referral of six digits the caller opens the right request at the pillar at once. The name of the \
               caller is not needed.",
    new: "New referral",
    make: "Make a referral",
    task: "What does the caller want to do?",
    choose: "Choose a request",
    pillars: "At which pillars?",
    nothing_chosen: "Choose a request and at least one pillar.",
    out_of_service: "A pillar that you chose is out of service now: the caller can do nothing there. Choose others only.",
    no_catalogue: "No catalogue was published yet. Without one there is nothing to refer to.",
    no_pillars: "There are no pillars yet to refer to.",
    read_aloud: "To read aloud",
    how: "At the pillar, choose “I have a code” and type the six digits.",
    once: "You can use the code once.",
    own: "Your referrals of the last two days",
    empty: "You made no referral in the last two days.",
    code: "Code",
    made: "Made",
    state: "State",
    request: "The caller's request",
    not_in_yet: "Comes as soon as the pillar is connected",
    none_yet: "None yet",
    revoke: "Revoke",
    open: "Not used yet",
    used: "Used",
    used_more: "Used more than once",
    revoked: "Revoked",
    expired: "Expired",
    full: "No code can be added now",
    full_help: "Too many referrals live at once. Help the caller without a code, or try again later.",
};

impl Lang {
    /// The texts about referrals.
    pub(in super::super) const fn referral_texts(self) -> &'static ReferralTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// The digits, to read aloud one by one.
    pub(in super::super) fn your_code(self, digits: &str) -> String {
        let one_by_one: Vec<String> = digits.chars().map(String::from).collect();
        let one_by_one = match one_by_one.split_at_checked(3) {
            Some((first, last)) => format!("{} … {}", first.join(" "), last.join(" ")),
            None => one_by_one.join(" "),
        };
        match self {
            Self::Nl => format!("Uw code is {one_by_one}."),
            Self::En => format!("Your code is {one_by_one}."),
        }
    }

    /// Until when and where a code works, to read aloud.
    pub(in super::super) fn works_until(self, until: &str, places: &[String]) -> String {
        match self {
            Self::Nl => format!("De code werkt tot {until}, bij {}.", places.join(" en bij ")),
            Self::En => format!("The code works until {until}, at {}.", places.join(" and at ")),
        }
    }

    /// Until when a code is valid, when no pillar is known to work, to read aloud.
    pub(in super::super) fn valid_until(self, until: &str) -> String {
        match self {
            Self::Nl => format!("De code is geldig tot {until}."),
            Self::En => format!("The code is valid until {until}."),
        }
    }

    /// That pillars do not have a code yet, to read aloud.
    pub(in super::super) fn not_there_yet(self, places: &[String]) -> String {
        match self {
            Self::Nl => format!("De code is er binnen een halve minuut, bij {}.", places.join(" en bij ")),
            Self::En => format!("The code is there within half a minute, at {}.", places.join(" and at ")),
        }
    }

    /// That nobody knows whether a pillar works and gets a code, to read aloud.
    pub(in super::super) fn not_sure_of(self, place: &str) -> String {
        match self {
            Self::Nl => format!(
                "Of de zuil bij {place} werkt, weten wij nu niet. Misschien kent hij uw code niet. U kunt daar ook \
                 zonder code uw aanvraag doen."
            ),
            Self::En => format!(
                "Whether the pillar at {place} works is not known now. It may not know your code. You can make your \
                 request there without a code, too."
            ),
        }
    }

    /// That a pillar serves nobody since a code was made for it, to read aloud.
    pub(in super::super) fn out_of_service(self, place: &str) -> String {
        match self {
            Self::Nl => format!("De zuil bij {place} is nu buiten gebruik."),
            Self::En => format!("The pillar at {place} is out of service now."),
        }
    }

    /// "Jumbo: de zuil heeft de code", in the list.
    pub(in super::super) fn reach(self, place: &str, reach: Reach) -> String {
        let (nl, en) = match reach {
            Reach::Has => ("de zuil heeft de code", "the pillar has the code"),
            Reach::Soon => (
                "de zuil haalt de code binnen een halve minuut",
                "the pillar fetches the code within half a minute",
            ),
            Reach::Unheard => ("de zuil is nu niet bereikbaar", "the pillar cannot be reached now"),
            Reach::OutOfService => ("de zuil is nu buiten gebruik", "the pillar is out of service now"),
        };
        match self {
            Self::Nl => format!("{place}: {nl}"),
            Self::En => format!("{place}: {en}"),
        }
    }

    /// "tot morgen 13:05", in the list.
    pub(in super::super) fn until(self, moment: &str) -> String {
        match self {
            Self::Nl => format!("tot {moment}"),
            Self::En => format!("until {moment}"),
        }
    }

    /// "bij jumbo, vandaag 10:15".
    pub(in super::super) fn used_at(self, pillar: &str, moment: &str) -> String {
        match self {
            Self::Nl => format!("bij {pillar}, {moment}"),
            Self::En => format!("at {pillar}, {moment}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_aloud_one_by_one() {
        assert_eq!(Lang::Nl.your_code("482918"), "Uw code is 4 8 2 … 9 1 8.");
    }
}
