//! The first step of a pillar without a binding: a line to the world, where the image says what lines there are.
//!
//! Invariant: it goes on by itself as soon as there is a line, unless the technician came back to it; nothing that was typed
//! goes anywhere before it can be right; and whoever waits for an outcome can always go back.

mod shown;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use zeroize::Zeroizing;

use super::typed::Typed;
use crate::machine::{Ethernet, LinkKind, Network, NetworkOutcome, Wifi as WifiNetwork, WishId};
use crate::visit::Intent;

/// So many wireless networks are shown, the strongest.
const SHOWN: usize = 10;
/// A password of a wireless network has so many letters at least.
const SHORTEST_PASSWORD: usize = 8;

/// What is wished of the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::pillar) enum NetworkWish {
    Look,
    Wifi { ssid: String, password: Option<Zeroizing<String>> },
    Mobile { apn: String, pin: Option<Zeroizing<String>> },
    Ethernet(Ethernet),
}

/// What came of what the technician did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Did {
    Nothing,
    Wishes(NetworkWish),
    GoesOn,
}

/// Where the technician is.
enum Page {
    /// Which lines there are.
    Lines,
    /// Which wireless networks were found.
    Found,
    /// The name of one that does not say that it is there.
    Hidden(Typed),
    /// The password of one.
    Password { ssid: String, may_be_open: bool, typed: Typed },
    /// The name of the mobile network's access point.
    Apn(Typed),
    /// The PIN of the SIM card.
    Pin { apn: String, typed: Typed },
    /// A fixed address.
    Address(Typed),
    /// Over which address the way into the world goes.
    Gateway { address: String, typed: Typed },
    /// Whom names are asked of.
    Names { address: String, gateway: Option<String>, typed: Typed },
}

/// What can be touched.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    Wifi,
    Mobile,
    Given,
    Fixed,
    GoOn,
    Join(WifiNetwork),
    LookAgain,
    HiddenOne,
    ShowOrHide,
}

/// What is being waited for.
struct Busy {
    /// Nothing until the wish is written.
    wish: Option<WishId>,
    looks: bool,
}

/// What is the matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Came(NetworkOutcome),
    NotWritten,
    NoAddress,
    ShortPassword,
    NoName,
}

/// The step.
pub(super) struct Connecting {
    known: Network,
    page: Page,
    busy: Option<Busy>,
    trouble: Option<Trouble>,
    /// The technician came back to it, and says when to go on.
    stays: bool,
}

impl Connecting {
    pub(super) fn new(known: Network) -> Self {
        Self { known, page: Page::Lines, busy: None, trouble: None, stays: false }
    }

    /// The technician came back.
    pub(super) fn stay(&mut self) {
        self.to(Page::Lines);
        (self.stays, self.busy) = (true, None);
    }

    /// Nobody stands here any more: whoever comes next can have no password shown.
    pub(super) fn is_left_alone(&mut self) {
        if !self.waits() && matches!(self.page, Page::Password { .. } | Page::Pin { .. }) {
            self.to(Page::Lines);
        }
    }

    /// What is known now; whether there is a line, and nothing keeps the pillar here.
    pub(super) fn hears(&mut self, known: Network) -> bool {
        let listed = std::mem::replace(&mut self.known, known).wifi;
        let looks = self.busy.as_ref().is_some_and(|busy| busy.looks);
        // It is sorted by strength: another network would come under the finger.
        if matches!(self.page, Page::Found | Page::Password { .. }) && !looks && !listed.is_empty() {
            self.known.wifi = listed;
        }
        let wish = self.busy.as_ref().and_then(|busy| busy.wish.as_ref());
        if let Some(outcome) = wish.and_then(|wish| self.known.outcome_of(wish)) {
            let looked = self.busy.take().is_some_and(|busy| busy.looks);
            match outcome {
                NetworkOutcome::Done if looked => {}
                NetworkOutcome::Done => {
                    self.to(Page::Lines);
                    self.stays = false;
                }
                outcome => self.trouble = Some(Trouble::Came(outcome)),
            }
        }
        let is_looking_on = matches!(self.page, Page::Lines) && self.busy.is_none();
        is_looking_on && !self.stays && self.known.is_connected()
    }

    /// The wish is written, or could not be.
    pub(super) fn wished(&mut self, wish: Option<WishId>) {
        let Some(busy) = &mut self.busy else { return };
        busy.wish = wish;
        if busy.wish.is_none() {
            (self.busy, self.trouble) = (None, Some(Trouble::NotWritten));
        }
    }

    pub(super) fn can_go_back(&self) -> bool {
        self.busy.is_some() || !matches!(self.page, Page::Lines)
    }

    pub(super) fn can_go_on(&self) -> bool {
        if self.waits() {
            return false;
        }
        match &self.page {
            Page::Lines | Page::Found => false,
            Page::Hidden(typed) | Page::Apn(typed) | Page::Address(typed) => !typed.is_empty(),
            Page::Password { may_be_open, typed, .. } => *may_be_open || !typed.whole().is_empty(),
            Page::Pin { .. } | Page::Gateway { .. } | Page::Names { .. } => true,
        }
    }

    pub(super) fn handle(&mut self, intent: &Intent) -> Did {
        match intent {
            Intent::Back => self.goes_back(),
            _ if self.waits() => {}
            Intent::Pick(place) => {
                if let Some(item) = self.items().get(*place).cloned() {
                    return self.picked(item);
                }
            }
            Intent::Next if self.can_go_on() => return self.goes_on(),
            _ => {
                if self.typed().is_some_and(|typed| typed.handle(intent)) {
                    self.trouble = None;
                }
            }
        }
        Did::Nothing
    }

    /// Whether something is being set up, so that nothing else can be done.
    fn waits(&self) -> bool {
        self.busy.as_ref().is_some_and(|busy| !busy.looks)
    }

    fn to(&mut self, page: Page) {
        (self.page, self.trouble) = (page, None);
    }

    fn goes_back(&mut self) {
        self.trouble = None;
        if self.waits() {
            self.busy = None;
            return;
        }
        self.busy = None;
        self.page = match &self.page {
            Page::Hidden(_) | Page::Password { .. } => Page::Found,
            Page::Pin { .. } => Page::Apn(Typed::open()),
            Page::Gateway { .. } | Page::Names { .. } => Page::Address(Typed::open()),
            Page::Lines | Page::Found | Page::Apn(_) | Page::Address(_) => Page::Lines,
        };
    }

    fn items(&self) -> Vec<Item> {
        match &self.page {
            Page::Lines => {
                let mut items = Vec::new();
                if self.known.has(LinkKind::Wifi) {
                    items.push(Item::Wifi);
                }
                if self.known.has(LinkKind::Mobile) {
                    items.push(Item::Mobile);
                }
                if self.known.has(LinkKind::Ethernet) {
                    items.extend([Item::Given, Item::Fixed]);
                }
                items.push(Item::GoOn);
                items
            }
            Page::Found => {
                let found = self.known.wifi.iter().take(SHOWN).cloned().map(Item::Join);
                found.chain([Item::LookAgain, Item::HiddenOne]).collect()
            }
            Page::Password { .. } | Page::Pin { .. } => vec![Item::ShowOrHide],
            _ => Vec::new(),
        }
    }

    fn picked(&mut self, item: Item) -> Did {
        match item {
            Item::Wifi => {
                self.to(Page::Found);
                self.wishes(NetworkWish::Look)
            }
            Item::LookAgain if self.busy.is_none() => self.wishes(NetworkWish::Look),
            Item::LookAgain => Did::Nothing,
            Item::Mobile => self.only_to(Page::Apn(Typed::open())),
            Item::Fixed => self.only_to(Page::Address(Typed::open())),
            Item::HiddenOne => self.only_to(Page::Hidden(Typed::open())),
            Item::Given => self.wishes(NetworkWish::Ethernet(Ethernet::default())),
            Item::GoOn => Did::GoesOn,
            Item::Join(WifiNetwork { ssid, secured: true, .. }) => {
                self.only_to(Page::Password { ssid, may_be_open: false, typed: Typed::secret() })
            }
            Item::Join(WifiNetwork { ssid, .. }) => self.wishes(NetworkWish::Wifi { ssid, password: None }),
            Item::ShowOrHide => {
                if let Some(typed) = self.typed() {
                    typed.turn();
                }
                Did::Nothing
            }
        }
    }

    fn only_to(&mut self, page: Page) -> Did {
        self.busy = None;
        self.to(page);
        Did::Nothing
    }

    fn wishes(&mut self, wish: NetworkWish) -> Did {
        self.trouble = None;
        self.busy = Some(Busy { wish: None, looks: wish == NetworkWish::Look });
        Did::Wishes(wish)
    }

    /// What was typed is done.
    fn goes_on(&mut self) -> Did {
        let wish = match &self.page {
            Page::Lines | Page::Found => return Did::Nothing,
            Page::Hidden(typed) => {
                let (ssid, typed) = (typed.text().to_owned(), Typed::secret());
                return self.only_to(Page::Password { ssid, may_be_open: true, typed });
            }
            Page::Password { ssid, typed, .. } => {
                let password = typed.whole();
                if !password.is_empty() && password.chars().count() < SHORTEST_PASSWORD {
                    return self.is_wrong(Trouble::ShortPassword);
                }
                NetworkWish::Wifi { ssid: ssid.clone(), password: secret(password) }
            }
            Page::Apn(typed) => {
                let (apn, typed) = (typed.text().to_owned(), Typed::secret());
                return self.only_to(Page::Pin { apn, typed });
            }
            Page::Pin { apn, typed } => NetworkWish::Mobile { apn: apn.clone(), pin: secret(typed.text()) },
            Page::Address(typed) => {
                let Some(address) = with_length(typed.text()) else {
                    return self.is_wrong(Trouble::NoAddress);
                };
                return self.only_to(Page::Gateway { address, typed: Typed::open() });
            }
            Page::Gateway { address, typed } => {
                let (address, Ok(gateway)) = (address.clone(), optional(typed.text())) else {
                    return self.is_wrong(Trouble::NoName);
                };
                return self.only_to(Page::Names { address, gateway, typed: Typed::open() });
            }
            Page::Names { address, gateway, typed } => {
                let Ok(dns) = optional(typed.text()) else { return self.is_wrong(Trouble::NoName) };
                let (address, gateway) = (Some(address.clone()), gateway.clone());
                NetworkWish::Ethernet(Ethernet { address, gateway, dns })
            }
        };
        self.wishes(wish)
    }

    fn is_wrong(&mut self, trouble: Trouble) -> Did {
        self.trouble = Some(trouble);
        Did::Nothing
    }

    fn typed(&mut self) -> Option<&mut Typed> {
        match &mut self.page {
            Page::Lines | Page::Found => None,
            Page::Hidden(typed)
            | Page::Apn(typed)
            | Page::Address(typed)
            | Page::Password { typed, .. }
            | Page::Pin { typed, .. }
            | Page::Gateway { typed, .. }
            | Page::Names { typed, .. } => Some(typed),
        }
    }
}

fn secret(typed: &str) -> Option<Zeroizing<String>> {
    (!typed.is_empty()).then(|| Zeroizing::new(typed.to_owned()))
}

/// An address that may be left out.
fn optional(typed: &str) -> Result<Option<String>, ()> {
    match typed {
        "" => Ok(None),
        typed => typed.parse::<IpAddr>().map(|address| Some(address.to_string())).map_err(drop),
    }
}

/// An address with the length of its network, such as 192.0.2.7/24.
fn with_length(typed: &str) -> Option<String> {
    let (address, length) = typed.split_once('/')?;
    let address: IpAddr = address.trim().parse().ok()?;
    let length: u8 = length.trim().parse().ok()?;
    let longest = if address.is_ipv4() { 32 } else { 128 };
    (1..=longest).contains(&length).then(|| format!("{address}/{length}"))
}
