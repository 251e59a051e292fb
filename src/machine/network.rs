//! The machine's lines to the world: which there are, how they are, and wishes to have others.

use std::io;

use serde::{Deserialize, Serialize};

use super::{Machine, WishId, files};

/// So many networks are shown at most, as the image tells no more.
const MOST_WIFI: usize = 20;

/// What is known of the network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Network {
    /// The lines that the machine has.
    #[serde(default)]
    pub links: Vec<Link>,
    /// What was found by the newest search, the strongest first.
    #[serde(default)]
    pub wifi: Vec<Wifi>,
    #[serde(default)]
    outcome: Option<NetworkOutcome>,
    #[serde(default, rename = "for")]
    of: Option<String>,
}

impl Network {
    /// What came of a wish, as soon as that is known.
    #[must_use]
    pub fn outcome_of(&self, wish: &WishId) -> Option<NetworkOutcome> {
        self.outcome.filter(|_| wish.is(self.of.as_deref()))
    }

    /// Whether there is a line over which something could go.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.links.iter().any(|link| link.state == LinkState::Connected)
    }

    /// Whether the machine has a line of a kind, connected or not.
    #[must_use]
    pub fn has(&self, kind: LinkKind) -> bool {
        self.links.iter().any(|link| link.kind == kind)
    }
}

/// A line to the world.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Link {
    /// Over what it goes.
    pub kind: LinkKind,
    /// How it is.
    pub state: LinkState,
    /// The name of the wireless network or of the operator; may be empty.
    #[serde(default)]
    pub name: String,
    /// The address that the machine has there, with the length of its network; may be empty.
    #[serde(default)]
    pub address: String,
}

/// Over what a line goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkKind {
    /// A cable.
    Ethernet,
    /// A wireless network.
    Wifi,
    /// A mobile network.
    Mobile,
    /// Something that only a later image knows.
    #[serde(other)]
    Other,
}

/// How a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkState {
    /// It has an address.
    Connected,
    /// It is being set up.
    Connecting,
    /// Nobody wants it.
    Off,
    /// Nothing is plugged in.
    NoCable,
    /// It could not be set up.
    Failed,
    /// Something that only a later image knows.
    #[serde(other)]
    Unknown,
}

/// A wireless network.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Wifi {
    /// Its name.
    pub ssid: String,
    /// How strong it is, of a hundred.
    #[serde(default)]
    pub signal: u8,
    /// Whether it wants a password.
    #[serde(default)]
    pub secured: bool,
}

/// What came of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkOutcome {
    /// It is as was wished.
    Done,
    /// The password is another.
    Password,
    /// There is no such network here.
    NotFound,
    /// The network gave no address.
    NoAddress,
    /// The machine has nothing with which it could be done.
    NoDevice,
    /// There is no SIM card.
    NoSim,
    /// The PIN of the SIM card is another.
    Pin,
    /// Something else went wrong.
    #[serde(other)]
    Failed,
}

/// What address the machine has on a cable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ethernet {
    /// The address with the length of its network, such as 192.0.2.7/24; nothing to be given one.
    pub address: Option<String>,
    /// Over which address the way into the world goes.
    pub gateway: Option<String>,
    /// Whom names are asked of.
    pub dns: Option<String>,
}

#[derive(Serialize)]
#[serde(tag = "wish", rename_all = "lowercase")]
enum Wish<'a> {
    Scan { id: &'a str },
    Wifi { id: &'a str, ssid: &'a str, password: Option<&'a str> },
    Mobile { id: &'a str, apn: &'a str, pin: Option<&'a str> },
    Ethernet { id: &'a str, address: Option<&'a str>, gateway: Option<&'a str>, dns: Option<&'a str> },
}

impl Machine {
    /// What is known of the network; nothing where the image says nothing of it.
    #[must_use]
    pub fn network(&self) -> Option<Network> {
        let mut network: Network = files::read(&self.state("zuil-network", "state.json"))?;
        network.wifi.retain(|wifi| !wifi.ssid.is_empty());
        network.wifi.truncate(MOST_WIFI);
        Some(network)
    }

    /// Wishes that wireless networks are looked for.
    ///
    /// # Errors
    /// Those of the file system; then nothing happens.
    pub fn look_for_wifi(&self) -> io::Result<WishId> {
        let id = WishId::new();
        self.wish_network(&Wish::Scan { id: &id.0 })?;
        Ok(id)
    }

    /// Wishes to be in a wireless network, now and at each start.
    ///
    /// # Errors
    /// Those of the file system; then nothing happens.
    pub fn join_wifi(&self, ssid: &str, password: Option<&str>) -> io::Result<WishId> {
        let id = WishId::new();
        self.wish_network(&Wish::Wifi { id: &id.0, ssid, password })?;
        Ok(id)
    }

    /// Wishes to be in a mobile network, now and at each start. The PIN is that of the SIM card.
    ///
    /// # Errors
    /// Those of the file system; then nothing happens.
    pub fn use_mobile(&self, apn: &str, pin: Option<&str>) -> io::Result<WishId> {
        let id = WishId::new();
        self.wish_network(&Wish::Mobile { id: &id.0, apn, pin })?;
        Ok(id)
    }

    /// Wishes to have an address on a cable, now and at each start.
    ///
    /// # Errors
    /// Those of the file system; then nothing happens.
    pub fn use_ethernet(&self, wished: &Ethernet) -> io::Result<WishId> {
        let id = WishId::new();
        let (address, gateway) = (wished.address.as_deref(), wished.gateway.as_deref());
        self.wish_network(&Wish::Ethernet { id: &id.0, address, gateway, dns: wished.dns.as_deref() })?;
        Ok(id)
    }

    fn wish_network(&self, wish: &Wish<'_>) -> io::Result<()> {
        files::write_json(&self.fleeting("network.json"), wish)
    }
}
