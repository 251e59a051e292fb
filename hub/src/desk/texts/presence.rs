//! Words about whether somebody is at a pillar, and how warm it is inside. Invariant: that nobody is there is said only
//! of a pillar that says so itself, now.

use super::super::condition::{Condition, Presence};
use super::Lang;

impl Lang {
    /// What a page calls it.
    pub(in super::super) const fn in_use_label(self) -> &'static str {
        match self {
            Self::Nl => "In gebruik",
            Self::En => "In use",
        }
    }

    /// Whether somebody is there: "nu vrij".
    pub(in super::super) const fn presence(self, presence: Presence) -> &'static str {
        match (self, presence) {
            (Self::Nl, Presence::InUse) => "nu in gebruik",
            (Self::Nl, Presence::Free) => "nu vrij",
            (Self::Nl, Presence::NotKnown) => "niet bekend",
            (Self::En, Presence::InUse) => "in use now",
            (Self::En, Presence::Free) => "free now",
            (Self::En, Presence::NotKnown) => "not known",
        }
    }

    /// The same to read aloud.
    pub(in super::super) const fn about_presence(self, presence: Presence) -> &'static str {
        match (self, presence) {
            (Self::Nl, Presence::InUse) => {
                "De zuil is nu in gebruik. Als u er bent, moet u misschien even wachten."
            }
            (Self::Nl, Presence::Free) => "De zuil is nu vrij.",
            (Self::Nl, Presence::NotKnown) => "Of er nu iemand bij de zuil staat, weten wij niet.",
            (Self::En, Presence::InUse) => {
                "The pillar is in use now. You may have to wait a moment when you are there."
            }
            (Self::En, Presence::Free) => "The pillar is free now.",
            (Self::En, Presence::NotKnown) => "Whether somebody is at the pillar now is not known.",
        }
    }

    /// What a page calls it.
    pub(in super::super) const fn warmth_label(self) -> &'static str {
        match self {
            Self::Nl => "Temperatuur binnenin",
            Self::En => "Temperature inside",
        }
    }

    /// "45 °C".
    pub(in super::super) fn degrees(self, celsius: i16) -> String {
        // A space that does not end a line.
        format!("{celsius}\u{a0}°C")
    }

    /// "nu vrij, 45 °C" for a list: what is known of it.
    pub(in super::super) fn use_and_warmth(self, condition: &Condition) -> Option<String> {
        let presence = condition.presence().filter(|presence| *presence != Presence::NotKnown);
        let presence = presence.map(|presence| self.presence(presence).to_owned());
        let said: Vec<String> =
            presence.into_iter().chain(condition.celsius.map(|celsius| self.degrees(celsius))).collect();
        (!said.is_empty()).then(|| said.join(", "))
    }
}
