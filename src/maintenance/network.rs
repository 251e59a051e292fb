//! The pages of the network: how it is, and setting up another one.
//!
//! Invariant: a password and a PIN are shown as dots and are in no log; an address that cannot be one goes nowhere.

use std::net::Ipv4Addr;

use super::event::{MachineFacts, NetworkWish, Work};
use super::typed::{Kind, Typed};
use super::words::{Words, choice, row, titled};
use crate::machine::{LinkKind, Network, Wifi};
use crate::visit::{Intent, PanelView};

/// What is asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Wifi,
    Mobile,
    Cable,
}

fn items(network: &Network) -> Vec<Item> {
    [(Item::Wifi, LinkKind::Wifi), (Item::Mobile, LinkKind::Mobile), (Item::Cable, LinkKind::Ethernet)]
        .into_iter()
        .filter_map(|(item, kind)| network.has(kind).then_some(item))
        .collect()
}

/// Where the technician is.
#[derive(Clone)]
pub(super) enum NetworkPage {
    /// How the lines are.
    Lines,
    /// Which wireless networks were found. From the first word of the machine on the list stays as it is: it is sorted by
    /// strength, and another network would come under the finger.
    Found(Option<Vec<Wifi>>),
    /// The password of one.
    Password { ssid: String, typed: Typed },
    /// The name of the mobile access point.
    Apn { typed: Typed, trouble: bool },
    /// The PIN of the SIM card, which may have none.
    Pin { apn: String, typed: Typed },
    /// Whether the cable's address is given or fixed.
    Cable,
    /// The fixed address.
    Address { typed: Typed, trouble: bool },
    /// The way into the world, which may be none.
    Gateway { address: String, typed: Typed, trouble: bool },
    /// Whom names are asked of, which may be nobody.
    Names { address: String, gateway: Option<String>, typed: Typed, trouble: bool },
}

/// Where something led.
pub(super) enum Led {
    /// To this page.
    To(NetworkPage),
    /// To doing something.
    Begins(Work),
}

impl NetworkPage {
    /// Where a search that ended leads.
    pub(super) const fn found() -> Self {
        Self::Found(None)
    }

    /// The machine says how it is.
    pub(super) fn learns(&mut self, machine: &MachineFacts) {
        if let Self::Found(listed @ None) = self {
            *listed = machine.network.as_ref().map(|network| network.wifi.clone());
        }
    }

    /// One step back; out of these pages when nothing.
    pub(super) fn back(self) -> Option<Self> {
        Some(match self {
            Self::Lines => return None,
            Self::Found(_) | Self::Apn { .. } | Self::Cable => Self::Lines,
            Self::Password { .. } => Self::found(),
            Self::Pin { .. } => Self::Apn { typed: Typed::new(Kind::Text), trouble: false },
            Self::Address { .. } => Self::Cable,
            Self::Gateway { .. } | Self::Names { .. } => {
                Self::Address { typed: Typed::new(Kind::Text), trouble: false }
            }
        })
    }

    /// What the technician does.
    pub(super) fn on(mut self, intent: &Intent, machine: &MachineFacts) -> Led {
        if self.typed().is_some_and(|typed| typed.takes(intent)) {
            self.forget_trouble();
            return Led::To(self);
        }
        let network = machine.network.clone().unwrap_or_default();
        match intent {
            Intent::Pick(index) => self.pick(*index, &network),
            Intent::Next => self.next(),
            _ => Led::To(self),
        }
    }

    fn pick(self, index: usize, network: &Network) -> Led {
        match self {
            Self::Lines => match items(network).get(index) {
                Some(Item::Wifi) => search(),
                Some(Item::Mobile) => Led::To(Self::Apn { typed: Typed::new(Kind::Text), trouble: false }),
                Some(Item::Cable) => Led::To(Self::Cable),
                None => Led::To(Self::Lines),
            },
            Self::Found(listed) => {
                let wifi = listed.as_ref().unwrap_or(&network.wifi);
                match wifi.get(index) {
                    Some(wifi) if wifi.secured => {
                        Led::To(Self::Password { ssid: wifi.ssid.clone(), typed: Typed::new(Kind::Password) })
                    }
                    Some(wifi) => begins(NetworkWish::Wifi { ssid: wifi.ssid.clone(), password: None }),
                    None if index == wifi.len() => search(),
                    None => Led::To(Self::Found(listed)),
                }
            }
            Self::Cable if index == 0 => {
                begins(NetworkWish::Cable { address: None, gateway: None, dns: None })
            }
            Self::Cable if index == 1 => {
                Led::To(Self::Address { typed: Typed::new(Kind::Text), trouble: false })
            }
            other => Led::To(other),
        }
    }

    fn next(self) -> Led {
        match self {
            Self::Password { ssid, typed } if typed.letters() > 0 => {
                begins(NetworkWish::Wifi { ssid, password: Some(typed.secret()) })
            }
            Self::Apn { typed, .. } => match typed.given() {
                Some(apn) => Led::To(Self::Pin { apn, typed: Typed::new(Kind::Pin) }),
                None => Led::To(Self::Apn { typed, trouble: true }),
            },
            Self::Pin { apn, typed } => {
                let pin = (typed.letters() > 0).then(|| typed.secret());
                begins(NetworkWish::Mobile { apn, pin })
            }
            Self::Address { typed, .. } if is_network(typed.text()) => {
                let address = typed.text().to_owned();
                Led::To(Self::Gateway { address, typed: Typed::new(Kind::Text), trouble: false })
            }
            Self::Address { typed, .. } => Led::To(Self::Address { typed, trouble: true }),
            Self::Gateway { address, typed, .. } => match nothing_or_address(&typed) {
                Ok(gateway) => {
                    Led::To(Self::Names { address, gateway, typed: Typed::new(Kind::Text), trouble: false })
                }
                Err(()) => Led::To(Self::Gateway { address, typed, trouble: true }),
            },
            Self::Names { address, gateway, typed, .. } => match nothing_or_address(&typed) {
                Ok(dns) => begins(NetworkWish::Cable { address: Some(address), gateway, dns }),
                Err(()) => Led::To(Self::Names { address, gateway, typed, trouble: true }),
            },
            other => Led::To(other),
        }
    }

    fn typed(&mut self) -> Option<&mut Typed> {
        match self {
            Self::Lines | Self::Found(_) | Self::Cable => None,
            Self::Password { typed, .. }
            | Self::Apn { typed, .. }
            | Self::Pin { typed, .. }
            | Self::Address { typed, .. }
            | Self::Gateway { typed, .. }
            | Self::Names { typed, .. } => Some(typed),
        }
    }

    fn forget_trouble(&mut self) {
        if let Self::Apn { trouble, .. }
        | Self::Address { trouble, .. }
        | Self::Gateway { trouble, .. }
        | Self::Names { trouble, .. } = self
        {
            *trouble = false;
        }
    }

    /// Whether "next" does something.
    pub(super) fn can_go_on(&self) -> bool {
        match self {
            Self::Lines | Self::Found(_) | Self::Cable => false,
            Self::Password { typed, .. } | Self::Apn { typed, .. } | Self::Address { typed, .. } => {
                typed.letters() > 0
            }
            // These may stay empty.
            Self::Pin { .. } | Self::Gateway { .. } | Self::Names { .. } => true,
        }
    }

    pub(super) fn panel(&self, words: Words, machine: &MachineFacts) -> PanelView {
        let mut panel = titled(words.say("Network"));
        let network = machine.network.clone().unwrap_or_default();
        let wrong = |wrong: bool| {
            if wrong { words.say("Type it like this: 192.0.2.7") } else { String::new() }
        };
        match self {
            Self::Lines => lines(words, &network, &mut panel),
            Self::Found(listed) => {
                found(words, listed.as_deref().unwrap_or(&network.wifi), &mut panel);
            }
            Self::Password { ssid, typed } => {
                panel.title = words.fill("Password of {network}", &[("network", ssid)]);
                panel.entry = Some(typed.entry(words.say("Password"), String::new()));
            }
            Self::Apn { typed, trouble } => {
                let trouble =
                    if *trouble { words.say("Type the name that the operator gave.") } else { String::new() };
                panel.entry = Some(typed.entry(words.say("Name of the mobile access point"), trouble));
            }
            Self::Pin { typed, .. } => {
                panel.texts = vec![words.say("Go on with nothing typed when the SIM card has no code.")];
                panel.entry = Some(typed.entry(words.say("Code of the SIM card"), String::new()));
            }
            Self::Cable => {
                let given = choice(words.say("Let the network give an address"));
                panel.choices = vec![given, choice(words.say("Type a fixed address"))];
            }
            Self::Address { typed, trouble } => {
                let trouble =
                    if *trouble { words.say("Type it like this: 192.0.2.7/24") } else { String::new() };
                panel.entry = Some(typed.entry(words.say("Address with the size of its network"), trouble));
            }
            Self::Gateway { typed, trouble, .. } => {
                panel.texts = vec![words.say("Go on with nothing typed when there is none.")];
                panel.entry = Some(typed.entry(words.say("Address of the router"), wrong(*trouble)));
            }
            Self::Names { typed, trouble, .. } => {
                panel.texts = vec![words.say("Go on with nothing typed when there is none.")];
                panel.entry = Some(typed.entry(words.say("Address of the name server"), wrong(*trouble)));
            }
        }
        panel
    }
}

fn search() -> Led {
    Led::Begins(Work::Network(NetworkWish::Search))
}

const fn begins(wish: NetworkWish) -> Led {
    Led::Begins(Work::Network(wish))
}

fn lines(words: Words, network: &Network, panel: &mut PanelView) {
    panel.rows = network
        .links
        .iter()
        .map(|link| {
            let (state, mark) = words.link_state(link.state);
            let parts = [state, link.name.clone(), link.address.clone()];
            let said: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            row(words.link(link.kind), said.join(", "), mark)
        })
        .collect();
    panel.choices = items(network)
        .into_iter()
        .map(|item| match item {
            Item::Wifi => choice(words.say("Search for wireless networks")),
            Item::Mobile => choice(words.say("Set up the mobile network")),
            Item::Cable => choice(words.say("Set up the network cable")),
        })
        .collect();
}

fn found(words: Words, listed: &[Wifi], panel: &mut PanelView) {
    if listed.is_empty() {
        panel.texts = vec![words.say("No wireless network was found here.")];
    }
    panel.choices = listed
        .iter()
        .map(|wifi| {
            let mut found = choice(wifi.ssid.clone());
            let signal = wifi.signal.to_string();
            found.note = if wifi.secured {
                words.fill("{signal} percent, with a password", &[("signal", &signal)])
            } else {
                words.fill("{signal} percent, open to everybody", &[("signal", &signal)])
            };
            found
        })
        .collect();
    panel.choices.push(choice(words.say("Search again")));
}

/// An IPv4 address with the length of its network.
fn is_network(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    address.parse::<Ipv4Addr>().is_ok() && length.parse::<u8>().is_ok_and(|length| (1..=32).contains(&length))
}

fn nothing_or_address(typed: &Typed) -> Result<Option<String>, ()> {
    match typed.given() {
        None => Ok(None),
        Some(address) if address.parse::<Ipv4Addr>().is_ok() => Ok(Some(address)),
        Some(_) => Err(()),
    }
}

/// What the menu says of it.
pub(super) fn note(words: Words, network: &Network) -> String {
    if network.is_connected() { words.say("connected") } else { words.say("not connected") }
}
