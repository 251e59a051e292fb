//! Words for residents about how their request stands. Invariant: nothing is promised, and who does not need to do
//! anything is told so.

use zuil_wire::{PaymentState, State};

use super::Lang;

/// The texts for residents that never change.
#[derive(Debug)]
pub(in super::super) struct StatusTexts {
    /// What residents read above each page, where staff read that it is their desk.
    pub place: &'static str,
    pub title: &'static str,
    pub help: &'static str,
    pub look: &'static str,
    pub not_known: &'static str,
    pub progress: &'static str,
    pub another: &'static str,
    pub privacy: &'static str,
}

const NL: StatusTexts = StatusTexts {
    place: "Aanvragen bij de zuil",
    title: "Hoe staat het met uw aanvraag?",
    help: "Vul het kenmerk in dat op uw bon van de zuil staat.",
    look: "Bekijk",
    not_known: "Wij kennen dit kenmerk nog niet. Staat op uw bon “bewaard in de zuil”? Dan krijgen wij uw aanvraag zodra \
                de zuil weer verbinding heeft. Kijk later nog eens, of bel de gemeente.",
    progress: "Hoe ver het is",
    another: "Een ander kenmerk bekijken",
    privacy: "Hier staat niet wie u bent of wat u invulde. Bewaar uw bon goed: wie het kenmerk heeft, kan zien hoe het met \
              de aanvraag staat.",
};

const EN: StatusTexts = StatusTexts {
    place: "Requests at the pillar",
    title: "How does your request stand?",
    help: "Type the reference that is on your receipt from the pillar.",
    look: "Look",
    not_known: "We do not know this reference yet. Does your receipt say “saved in the pillar”? Then we get your request \
                as soon as the pillar is connected again. Look again later, or call the municipality.",
    progress: "How far it is",
    another: "Look at another reference",
    privacy: "This does not say who you are or what you filled in. Keep your receipt safe: whoever has the reference can \
              see how the request stands.",
};

impl Lang {
    /// The texts for residents.
    pub(in super::super) const fn status_texts(self) -> &'static StatusTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// What a state means for the resident, in a sentence or two. A request that was registered has a case number or not.
    pub(in super::super) const fn meaning_for_residents(
        self,
        state: State,
        payment: Option<PaymentState>,
        has_case_number: bool,
    ) -> &'static str {
        match (self, state, payment) {
            (Self::Nl, State::Parked, Some(PaymentState::Unknown)) => {
                "Wij zoeken uit of er is betaald. Betaal niet nog een keer. U hoeft nu niets te doen."
            }
            (Self::Nl, State::Parked, Some(PaymentState::NotPaid)) => {
                "Er is niet betaald. Een medewerker kijkt wat er met uw aanvraag gebeurt."
            }
            (Self::Nl, State::Parked, _) => {
                "Een medewerker kijkt naar uw aanvraag. U hoeft nu niets te doen."
            }
            (Self::Nl, State::Registered, _) if has_case_number => {
                "Uw aanvraag staat in het systeem van de gemeente. Noem het zaaknummer als u ons belt."
            }
            (Self::Nl, State::Registered, _) => {
                "Uw aanvraag staat in het systeem van de gemeente. Noem uw kenmerk als u ons belt."
            }
            (Self::Nl, State::Received | State::Saved, _) => {
                "De gemeente heeft uw aanvraag. U hoeft nu niets te doen."
            }
            (Self::Nl, State::Closed, _) => {
                "Een medewerker heeft uw aanvraag afgehandeld, of uw aanvraag gaat niet door. Wilt u weten wat er is \
                 gebeurd? Bel ons en noem uw kenmerk."
            }
            (Self::En, State::Parked, Some(PaymentState::Unknown)) => {
                "We are finding out whether it was paid. Do not pay again. You need not do anything now."
            }
            (Self::En, State::Parked, Some(PaymentState::NotPaid)) => {
                "It was not paid. A member of staff is looking into what happens with your request."
            }
            (Self::En, State::Parked, _) => {
                "A member of staff is looking at your request. You need not do anything now."
            }
            (Self::En, State::Registered, _) if has_case_number => {
                "Your request is in the system of the municipality. Give the case number when you call us."
            }
            (Self::En, State::Registered, _) => {
                "Your request is in the system of the municipality. Give your reference when you call us."
            }
            (Self::En, State::Received | State::Saved, _) => {
                "The municipality has your request. You need not do anything now."
            }
            (Self::En, State::Closed, _) => {
                "A member of staff has dealt with your request, or it does not go ahead. Do you want to know what \
                 happened? Call us and give your reference."
            }
        }
    }
}
