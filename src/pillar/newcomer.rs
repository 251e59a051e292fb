//! The first boot: what a pillar without a binding asks at its screen, until it serves. A line to the world, where the image
//! lets that be set up; the address of the hub and the code; a passphrase, where the key to the data lies beside them; and
//! then the pillar looks at itself.
//!
//! Invariant: it knows no clock, network or file; it says what was asked of it and what to do about what went wrong,
//! in the language of the screen, with the same keys, sizes and focus as what residents see.

mod hub;
mod link;
mod looking;
mod network;
mod passphrase;
mod typed;

use zeroize::Zeroizing;
use zuil_catalogue::Language;

use crate::machine::{Network, WishId};
use crate::sync::{EnrolError, Step};
use crate::visit::{
    Intent, OutOfService, Overlay, PanelChoice, PanelMark, PanelRow, Progress, Screen, TextSize, View,
};
use hub::AsksHub;
use looking::Looking;
use network::Connecting;
use passphrase::Passphrase;

pub(super) use looking::Found;
pub(super) use network::NetworkWish;

/// What was asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Nothing but what it shows now.
    Nothing,
    /// Another line to the world.
    Network(NetworkWish),
    /// To enrol with what was typed.
    Enrol,
    /// To set a passphrase for the data.
    Passphrase(Zeroizing<String>),
    /// That the pillar looks at itself.
    Look,
    /// To serve.
    Begin,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Network,
    Hub,
    Passphrase,
    Looking,
}

/// A pillar that is not set up yet.
pub(super) struct Newcomer {
    stage: Stage,
    /// Nothing where the image says nothing of a network.
    network: Option<Connecting>,
    hub: AsksHub,
    passphrase: Passphrase,
    looking: Looking,
    language: Language,
    text_size: TextSize,
    dark: bool,
    choosing_language: bool,
    /// Somebody is here.
    is_touched: bool,
}

impl Newcomer {
    pub(super) fn new() -> Self {
        Self {
            stage: Stage::Hub,
            network: None,
            hub: AsksHub::default(),
            passphrase: Passphrase::default(),
            looking: Looking::default(),
            language: Language::default(),
            text_size: TextSize::default(),
            dark: false,
            choosing_language: false,
            is_touched: false,
        }
    }

    /// What was chosen and typed before a restart.
    pub(super) fn remembers(&mut self, language: Language, hub: &str) {
        self.language = language;
        self.hub.remembers(hub);
    }

    /// The language of the screen.
    pub(super) const fn language(&self) -> Language {
        self.language
    }

    /// The address and the code that were typed.
    pub(super) fn typed(&self) -> (String, Zeroizing<String>) {
        self.hub.typed()
    }

    /// What is known of the network now. A pillar of which nothing is known asks nothing of it.
    pub(super) fn hears_network(&mut self, known: Option<Network>) {
        let Some(known) = known else { return };
        if let Some(connecting) = &mut self.network {
            if connecting.hears(known) && self.stage == Stage::Network {
                self.stage = Stage::Hub;
            }
            return;
        }
        let needs_a_line = !known.is_connected();
        self.network = Some(Connecting::new(known));
        // Nobody is taken away from what they do when it is known late.
        if needs_a_line && self.stage == Stage::Hub && !self.is_touched {
            self.stage = Stage::Network;
        }
    }

    /// A wish for the network is written, or could not be.
    pub(super) fn network_wished(&mut self, wish: Option<WishId>) {
        if let Some(connecting) = &mut self.network {
            connecting.wished(wish);
        }
    }

    /// It is being enrolled, so far.
    pub(super) fn is_busy_with(&mut self, step: Step) {
        self.hub.is_busy_with(step);
    }

    /// It was not enrolled.
    pub(super) fn failed(&mut self, error: &EnrolError) {
        self.hub.failed(error);
    }

    /// It has its binding.
    pub(super) fn is_enrolled(&mut self, offers_passphrase: bool) {
        self.stage = if offers_passphrase { Stage::Passphrase } else { Stage::Looking };
    }

    /// The passphrase whose outcome is waited for.
    pub(super) fn awaited(&self) -> Option<&WishId> {
        self.passphrase.awaited()
    }

    /// A wish for a passphrase is written, or could not be.
    pub(super) fn passphrase_wished(&mut self, wish: Option<WishId>) {
        self.passphrase.wished(wish);
    }

    /// Whether the passphrase is set.
    pub(super) fn passphrase_came_to(&mut self, is_set: bool) {
        if self.passphrase.came_to(is_set) && self.stage == Stage::Passphrase {
            self.stage = Stage::Looking;
        }
    }

    /// Nobody has touched it for long: what was typed in secret is gone.
    pub(super) fn is_left_alone(&mut self) {
        self.hub.is_left_alone();
        self.passphrase.is_left_alone();
        if let Some(connecting) = &mut self.network {
            connecting.is_left_alone();
        }
    }

    /// What it wants without being touched.
    pub(super) fn wants(&mut self) -> Wish {
        if self.stage == Stage::Looking && self.looking.begins() { Wish::Look } else { Wish::Nothing }
    }

    /// What the pillar found of itself.
    pub(super) fn found(&mut self, found: Found) {
        self.looking.found(found);
    }

    pub(super) fn handle(&mut self, intent: &Intent) -> Wish {
        self.is_touched |= matches!(intent, Intent::Type(_) | Intent::Next | Intent::Back);
        match intent {
            Intent::ChooseLanguage(language) => {
                (self.language, self.choosing_language) = (*language, false);
            }
            Intent::ToggleLanguages => self.choosing_language = !self.choosing_language,
            Intent::Resume => self.choosing_language = false,
            Intent::ToggleContrast => self.dark = !self.dark,
            Intent::TurnTextSize => {
                self.text_size = match self.text_size {
                    TextSize::Normal => TextSize::Large,
                    TextSize::Large => TextSize::Largest,
                    TextSize::Largest => TextSize::Normal,
                };
            }
            intent => return self.handle_in_stage(intent),
        }
        Wish::Nothing
    }

    fn handle_in_stage(&mut self, intent: &Intent) -> Wish {
        match (self.stage, &mut self.network) {
            (Stage::Network, Some(connecting)) => match connecting.handle(intent) {
                network::Did::Wishes(wish) => return Wish::Network(wish),
                network::Did::GoesOn => self.stage = Stage::Hub,
                network::Did::Nothing => {}
            },
            (Stage::Hub, Some(connecting)) if *intent == Intent::Back && self.hub.is_at_first() => {
                connecting.stay();
                self.stage = Stage::Network;
            }
            (Stage::Network | Stage::Hub, _) => {
                if self.hub.handle(intent) {
                    return Wish::Enrol;
                }
            }
            (Stage::Passphrase, _) => match self.passphrase.handle(intent) {
                passphrase::Did::Wishes(wish) => return Wish::Passphrase(wish),
                passphrase::Did::GoesOn => self.stage = Stage::Looking,
                passphrase::Did::Nothing => {}
            },
            (Stage::Looking, _) => match self.looking.handle(intent) {
                looking::Did::Looks => return Wish::Look,
                looking::Did::Begins => return Wish::Begin,
                looking::Did::Nothing => {}
            },
        }
        Wish::Nothing
    }

    pub(super) fn view(&self) -> View {
        let mut view = View::out_of_service(OutOfService::NotEnrolled);
        let frame = &mut view.frame;
        (frame.language, frame.text_size, frame.dark) = (self.language, self.text_size, self.dark);
        frame.overlay = self.choosing_language.then_some(Overlay::Languages);
        match (self.stage, &self.network) {
            (Stage::Network, Some(connecting)) => {
                (frame.can_go_back, frame.can_go_on) = (connecting.can_go_back(), connecting.can_go_on());
                view.screen = Screen::Panel(connecting.panel(self.language));
            }
            (Stage::Network | Stage::Hub, network) => {
                let leads_back = network.is_some() && self.hub.is_at_first();
                frame.can_go_back = self.hub.can_go_back() || leads_back;
                frame.can_go_on = self.hub.can_go_on();
                frame.progress = Some(Progress { step: self.hub.step(), of: 2 });
                view.screen = Screen::Question(self.hub.question(self.language));
            }
            (Stage::Passphrase, _) => {
                frame.can_go_back = self.passphrase.can_go_back();
                frame.can_go_on = self.passphrase.can_go_on();
                view.screen = Screen::Panel(self.passphrase.panel(self.language));
            }
            (Stage::Looking, _) => {
                frame.can_go_back = self.looking.can_go_back();
                view.screen = Screen::Panel(self.looking.panel(self.language));
            }
        }
        view
    }
}

fn choice(label: &str, note: &str) -> PanelChoice {
    PanelChoice { label: label.to_owned(), note: note.to_owned(), enabled: true, dangerous: false }
}

fn row(label: &str, value: &str, mark: PanelMark) -> PanelRow {
    PanelRow { label: label.to_owned(), value: value.to_owned(), mark }
}

#[cfg(test)]
mod gallery;
#[cfg(test)]
pub(crate) use gallery::samples;

#[cfg(test)]
mod tests;
