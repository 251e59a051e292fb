//! Words about versions of the pillars' system. Invariant: it is always said that more pillars get one only when somebody
//! lets it go on.

use zuil_wire::system::{UpdateRefusal, UpdateState};
use zuil_wire::{SystemReport, SystemVersion};

use super::Lang;
use crate::store::{Rollout, RolloutStage, UpdateFailure};

/// The texts about systems that never change.
#[derive(Debug)]
pub(in super::super) struct SystemTexts {
    pub title: &'static str,
    pub back: &'static str,
    pub intro: &'static str,
    pub empty: &'static str,
    pub empty_help: &'static str,
    pub not_begun: &'static str,
    pub goes_on: &'static str,
    pub stopped: &'static str,
    pub stopped_help: &'static str,
    pub first_pillar: &'static str,
    pub choose: &'static str,
    pub begin: &'static str,
    pub to_a_tenth: &'static str,
    pub to_all: &'static str,
    pub stop: &'static str,
    pub resume: &'static str,
    pub no_pillar: &'static str,
    pub meanwhile: &'static str,
    pub running: &'static str,
    pub version: &'static str,
    pub update: &'static str,
    pub nobody: &'static str,
}

const NL: SystemTexts = SystemTexts {
    title: "Systeemversies",
    back: "Terug naar de zuilen",
    intro: "Een nieuwe versie gaat eerst naar één zuil, dan naar tien procent en dan naar alle zuilen. Verder gaat dat \
            alleen als een beheerder het zegt. Gaat het bij een zuil mis, dan stopt het vanzelf.",
    empty: "Er zijn geen systeemversies.",
    empty_help: "Een beheerder voegt er een toe met zuil-hub system add.",
    not_begun: "nog niet begonnen",
    goes_on: "loopt",
    stopped: "gestopt",
    stopped_help: "Geen zuil krijgt deze versie nu. Zoek eerst uit wat er is gebeurd.",
    first_pillar: "Eerste zuil",
    choose: "Kies een zuil",
    begin: "Geef aan deze zuil",
    to_a_tenth: "Geef aan tien procent",
    to_all: "Geef aan alle zuilen",
    stop: "Stop",
    resume: "Ga weer verder",
    no_pillar: "Kies een zuil die deze versie als eerste krijgt.",
    meanwhile: "Dit is intussen veranderd. Kijk hoe het nu is en kies opnieuw.",
    running: "Wat er op de zuilen draait",
    version: "Systeem",
    update: "Nieuwe versie",
    nobody: "Er is nog geen zuil die vertelt welk systeem er draait.",
};

const EN: SystemTexts = SystemTexts {
    title: "System versions",
    back: "Back to the pillars",
    intro: "A new version goes to one pillar first, then to ten per cent and then to all pillars. It goes further only \
            when an administrator says so. When it goes wrong at a pillar, it stops by itself.",
    empty: "There are no system versions.",
    empty_help: "An administrator adds one with zuil-hub system add.",
    not_begun: "not begun",
    goes_on: "going on",
    stopped: "stopped",
    stopped_help: "No pillar gets this version now. First find out what happened.",
    first_pillar: "First pillar",
    choose: "Choose a pillar",
    begin: "Give to this pillar",
    to_a_tenth: "Give to ten per cent",
    to_all: "Give to all pillars",
    stop: "Stop",
    resume: "Go on again",
    no_pillar: "Choose a pillar that gets this version first.",
    meanwhile: "This has changed meanwhile. Look at how it is now and choose again.",
    running: "What runs on the pillars",
    version: "System",
    update: "New version",
    nobody: "No pillar tells yet which system it runs.",
};

impl Lang {
    pub(in super::super) const fn system_texts(self) -> &'static SystemTexts {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// To whom a version is given.
    pub(in super::super) fn given_to(self, rollout: &Rollout) -> String {
        let pillar = &rollout.pillar;
        match (self, rollout.stage) {
            (Self::Nl, RolloutStage::Pillar) => format!("Voor één zuil: {pillar}."),
            (Self::Nl, RolloutStage::Tenth) => format!("Voor tien procent van de zuilen, en voor {pillar}."),
            (Self::Nl, RolloutStage::All) => "Voor alle zuilen.".to_owned(),
            (Self::En, RolloutStage::Pillar) => format!("For one pillar: {pillar}."),
            (Self::En, RolloutStage::Tenth) => format!("For ten per cent of the pillars, and for {pillar}."),
            (Self::En, RolloutStage::All) => "For all pillars.".to_owned(),
        }
    }

    /// Which system a pillar runs, and how far its update is, each with its label.
    pub(in super::super) fn system_of_a_pillar(self, system: &SystemReport) -> Vec<(&'static str, String)> {
        let w = self.system_texts();
        let update = system.update.as_ref().map(|update| {
            let state = self.update_state(update.state, update.percent, update.why);
            (w.update, format!("{}: {state}", update.version))
        });
        [(w.version, system.version.clone())].into_iter().chain(update).collect()
    }

    /// How far an update is, such as "wordt opgehaald, 41%" or "geweigerd: geen plaats op de schijf".
    pub(in super::super) fn update_state(
        self,
        state: UpdateState,
        percent: Option<u8>,
        why: Option<UpdateRefusal>,
    ) -> String {
        let (nl, en) = match state {
            UpdateState::Fetching => ("wordt opgehaald", "being fetched"),
            UpdateState::Ready => ("is opgehaald", "fetched"),
            UpdateState::Writing => ("wordt geschreven", "being written"),
            UpdateState::Written => ("begint 's nachts", "begins at night"),
            UpdateState::Refused => ("geweigerd", "refused"),
            UpdateState::FellBack => {
                ("werkte niet, de vorige draait weer", "did not work, the one before runs again")
            }
        };
        let words = if self == Self::Nl { nl } else { en };
        match (percent, why) {
            (Some(percent), _) => format!("{words}, {percent}%"),
            (None, Some(why)) => format!("{words}: {}", self.update_refusal(why)),
            (None, None) => words.to_owned(),
        }
    }

    /// That a version goes to nobody any more, in a message to technicians.
    pub(crate) fn rollout_stopped(self, version: &SystemVersion, pillar: &str) -> String {
        match self {
            Self::Nl => format!("Systeemversie {version} gaat niet verder: het ging mis bij {pillar}"),
            Self::En => format!("System version {version} goes no further: it went wrong at {pillar}"),
        }
    }

    /// What went wrong: "jumbo: geweigerd: geen plaats op de schijf."
    pub(crate) fn rollout_failure(self, failure: &UpdateFailure) -> String {
        format!("{}: {}.", failure.pillar, self.update_state(failure.state, None, failure.why))
    }

    /// What is done then.
    pub(crate) const fn rollout_remedy(self) -> &'static str {
        match self {
            Self::Nl => {
                "Geen zuil krijgt deze versie nu. Zoek uit wat er is gebeurd. Een beheerder kiest daarna bij                  Systeemversies of het verder gaat."
            }
            Self::En => {
                "No pillar gets this version now. Find out what happened. An administrator then decides at System                  versions whether it goes on."
            }
        }
    }

    /// That somebody resumed it.
    pub(crate) fn rollout_goes_on(self, version: &SystemVersion) -> String {
        match self {
            Self::Nl => format!("Systeemversie {version} gaat weer verder"),
            Self::En => format!("System version {version} goes on again"),
        }
    }

    /// What that means.
    pub(crate) const fn rollout_goes_on_help(self) -> &'static str {
        match self {
            Self::Nl => "Een beheerder heeft dat gekozen. Zuilen krijgen deze versie weer.",
            Self::En => "An administrator decided so. Pillars get this version again.",
        }
    }

    const fn update_refusal(self, why: UpdateRefusal) -> &'static str {
        let (nl, en) = match why {
            UpdateRefusal::Signature => ("de handtekening klopt niet", "its signature is wrong"),
            UpdateRefusal::Digest => ("een bestand is beschadigd", "a file is damaged"),
            UpdateRefusal::Older => ("de zuil heeft een nieuwere", "the pillar has a newer one"),
            UpdateRefusal::Incomplete => ("er ontbreekt iets", "something is missing"),
            UpdateRefusal::NoRoom => ("geen plaats op de schijf", "no room on the disk"),
            UpdateRefusal::Failed => ("het schrijven mislukte", "writing it failed"),
        };
        match self {
            Self::Nl => nl,
            Self::En => en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_is_told_with_how_far_it_is_and_why_it_stands_still() {
        let fetching = Lang::Nl.update_state(UpdateState::Fetching, Some(41), None);
        assert_eq!(fetching, "wordt opgehaald, 41%");
        let refused = Lang::En.update_state(UpdateState::Refused, None, Some(UpdateRefusal::NoRoom));
        assert_eq!(refused, "refused: no room on the disk");
        assert_eq!(Lang::Nl.update_state(UpdateState::Written, None, None), "begint 's nachts");
    }
}
