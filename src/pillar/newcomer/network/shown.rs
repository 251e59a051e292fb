//! How the step of the network is shown. Invariant: what is the matter is said with what to do.

use zuil_catalogue::Language;

use super::{Connecting, Item, Page, Trouble};
use crate::machine::{Link, LinkKind, LinkState, NetworkOutcome};
use crate::pillar::newcomer::{choice, row};
use crate::texts::{fill, say};
use crate::visit::{Keyboard, PanelChoice, PanelMark, PanelRow, PanelView};

impl Connecting {
    pub(in crate::pillar::newcomer) fn panel(&self, language: Language) -> PanelView {
        if self.waits() {
            let wait = say(language, "The network is being set up. That can take a minute.");
            return PanelView {
                title: say(language, "Connect this pillar to the network").to_owned(),
                rows: vec![row(say(language, "One moment"), wait, PanelMark::Busy)],
                ..PanelView::default()
            };
        }
        let trouble = self.trouble.map(|trouble| remedy(language, trouble)).unwrap_or_default();
        let mut panel = self.page(language, trouble);
        panel.choices = self.items().iter().map(|item| self.item(language, item)).collect();
        if panel.entry.is_none() && !trouble.is_empty() {
            panel.texts.push(trouble.to_owned());
        }
        panel
    }

    fn page(&self, language: Language, trouble: &str) -> PanelView {
        let (title, text, entry) = match &self.page {
            Page::Lines => return self.lines(language),
            Page::Found => return self.found(language),
            Page::Hidden(typed) => (
                say(language, "What is the name of the network?").to_owned(),
                say(language, "Type it as it is, with capitals."),
                typed.entry(say(language, "Name of the network"), Keyboard::Letters, trouble),
            ),
            Page::Password { ssid, may_be_open, typed } => (
                fill(say(language, "What is the password of {network}?"), &[("network", ssid)]),
                if *may_be_open { say(language, "Leave it empty when there is none.") } else { "" },
                typed.entry(say(language, "Password"), Keyboard::Letters, trouble),
            ),
            Page::Apn(typed) => (
                say(language, "What is the access point (APN) of the mobile network?").to_owned(),
                say(language, "The provider of the SIM card tells it."),
                typed.entry(say(language, "Access point"), Keyboard::Letters, trouble),
            ),
            Page::Pin { typed, .. } => (
                say(language, "What is the PIN of the SIM card?").to_owned(),
                say(language, "Leave it empty when there is none."),
                typed.entry(say(language, "PIN code"), Keyboard::Digits, trouble),
            ),
            Page::Address(typed) => (
                say(language, "Which address has this pillar?").to_owned(),
                say(language, "With the length of its network, such as 192.0.2.7/24."),
                typed.entry(say(language, "Address"), Keyboard::Letters, trouble),
            ),
            Page::Gateway { typed, .. } => (
                say(language, "Which address has the gateway?").to_owned(),
                say(language, "Leave it empty when there is none."),
                typed.entry(say(language, "Address of the gateway"), Keyboard::Letters, trouble),
            ),
            Page::Names { typed, .. } => (
                say(language, "Which address has the name server?").to_owned(),
                say(language, "Leave it empty when there is none."),
                typed.entry(say(language, "Address of the name server"), Keyboard::Letters, trouble),
            ),
        };
        let texts = if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
        PanelView { title, texts, entry: Some(entry), ..PanelView::default() }
    }

    fn lines(&self, language: Language) -> PanelView {
        let none = say(language, "This pillar has found no network device. Look at its cables.");
        let texts = if self.known.links.is_empty() { vec![none.to_owned()] } else { Vec::new() };
        PanelView {
            title: say(language, "Connect this pillar to the network").to_owned(),
            texts,
            rows: self.known.links.iter().map(|link| line(language, link)).collect(),
            ..PanelView::default()
        }
    }

    fn found(&self, language: Language) -> PanelView {
        let looks = say(language, "Wireless networks are being looked for.");
        let rows = if self.busy.is_some() {
            vec![row(say(language, "One moment"), looks, PanelMark::Busy)]
        } else {
            Vec::new()
        };
        let nothing = say(language, "No wireless network was found.");
        let has_none = self.known.wifi.is_empty() && self.busy.is_none();
        PanelView {
            title: say(language, "Which wireless network?").to_owned(),
            texts: if has_none { vec![nothing.to_owned()] } else { Vec::new() },
            rows,
            ..PanelView::default()
        }
    }

    fn item(&self, language: Language, item: &Item) -> PanelChoice {
        match item {
            Item::Wifi => choice(say(language, "Choose a wireless network"), ""),
            Item::Mobile => choice(say(language, "Use the mobile network"), ""),
            Item::Given => choice(say(language, "Cable: be given an address"), ""),
            Item::Fixed => choice(say(language, "Cable: a fixed address"), ""),
            Item::GoOn if self.known.is_connected() => choice(say(language, "Go on"), ""),
            Item::GoOn => choice(
                say(language, "Go on without this"),
                say(language, "The pillar can be bound when it reaches the hub all the same."),
            ),
            Item::Join(network) => {
                let signal = network.signal.min(100).to_string();
                let note = if network.secured {
                    say(language, "Signal {percent}%, with a password")
                } else {
                    say(language, "Signal {percent}%, without a password")
                };
                choice(&network.ssid, &fill(note, &[("percent", &signal)]))
            }
            Item::LookAgain => {
                PanelChoice { enabled: self.busy.is_none(), ..choice(say(language, "Look again"), "") }
            }
            Item::HiddenOne => choice(say(language, "Another network, by its name"), ""),
            Item::ShowOrHide => {
                let is_shown = match &self.page {
                    Page::Password { typed, .. } | Page::Pin { typed, .. } => typed.is_shown(),
                    _ => false,
                };
                let words = if is_shown {
                    say(language, "Hide what is typed")
                } else {
                    say(language, "Show what is typed")
                };
                choice(words, "")
            }
        }
    }
}

fn line(language: Language, link: &Link) -> PanelRow {
    let label = match link.kind {
        LinkKind::Ethernet => say(language, "Cable"),
        LinkKind::Wifi => say(language, "Wireless network"),
        LinkKind::Mobile => say(language, "Mobile network"),
        LinkKind::Other => say(language, "Another line"),
    };
    let (state, mark) = match link.state {
        LinkState::Connected => (say(language, "connected"), PanelMark::Good),
        LinkState::Connecting => (say(language, "is being connected"), PanelMark::Busy),
        LinkState::Off => (say(language, "is not used"), PanelMark::None),
        LinkState::NoCable => (say(language, "no cable is plugged in"), PanelMark::None),
        LinkState::Failed => (say(language, "does not work"), PanelMark::Bad),
        LinkState::Unknown => (say(language, "unknown"), PanelMark::None),
    };
    let parts = [state, link.name.as_str(), link.address.as_str()];
    let value = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    row(label, &value, mark)
}

/// What to do about what is the matter.
fn remedy(language: Language, trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Came(NetworkOutcome::Password) => {
            say(language, "The network does not take this password. Compare it letter by letter.")
        }
        Trouble::Came(NetworkOutcome::NotFound) => {
            say(language, "There is no such network here. Compare its name, or look again.")
        }
        Trouble::Came(NetworkOutcome::NoAddress) => {
            say(language, "The network gave no address. Ask who looks after it, or type a fixed one.")
        }
        Trouble::Came(NetworkOutcome::NoDevice) => {
            say(language, "The pillar has no device for that. Look at its cables.")
        }
        Trouble::Came(NetworkOutcome::NoSim) => {
            say(language, "There is no SIM card. Put one in and try again.")
        }
        Trouble::Came(NetworkOutcome::Pin) => {
            say(language, "The SIM card does not take this PIN. After three wrong ones it is blocked.")
        }
        Trouble::Came(NetworkOutcome::Done | NetworkOutcome::Failed) => {
            say(language, "It did not work. Try again, or another way.")
        }
        Trouble::NotWritten => {
            say(language, "The pillar cannot set up its network. Look at its disk and its log.")
        }
        Trouble::NoAddress => {
            say(language, "Type an address, a slash and the length of the network, such as 192.0.2.7/24.")
        }
        Trouble::NoName => say(language, "Type four numbers with dots between them, such as 192.0.2.1."),
        Trouble::ShortPassword => say(language, "Such a password has at least 8 letters. Type all of it."),
    }
}
