//! Technicians before a pillar without a line, and networks that refuse, hang and come back.

use std::fs;

use serde_json::json;
use zuil_catalogue::Language;

use super::*;
use crate::machine::{Machine, Places};
use crate::visit::PanelMark;

const NL: Language = Language::Nl;

/// A machine (made up), of which the image says what a story wants.
struct Made {
    folder: tempfile::TempDir,
}

impl Made {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["fleeting", "run/zuil-network"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        fs::write(folder.path().join("os-release"), "IMAGE_VERSION=1.1\n").unwrap();
        Self { folder }
    }

    fn machine(&self) -> Machine {
        let at = |name: &str| self.folder.path().join(name);
        let (os_release, data, fleeting, run) = (at("os-release"), at("data"), at("fleeting"), at("run"));
        Machine::of(Places { os_release, data, fleeting, run }).unwrap()
    }

    /// What is known, with the cable in a state, and what came of a wish.
    fn knows(&self, cable: &str, outcome: Option<(&str, &WishId)>) -> Network {
        let links = json!([
            {"kind": "ethernet", "state": cable, "name": "", "address": ""},
            {"kind": "wifi", "state": "off", "name": "", "address": ""},
            {"kind": "mobile", "state": "off", "name": "", "address": ""}
        ]);
        let wifi = json!([
            {"ssid": "Bieb", "signal": 81, "secured": true},
            {"ssid": "Gasten", "signal": 30, "secured": false}
        ]);
        let of = outcome.map(|(_, wish)| wish.to_string());
        let state =
            json!({"links": links, "wifi": wifi, "outcome": outcome.map(|(word, _)| word), "for": of});
        fs::write(self.folder.path().join("run/zuil-network/state.json"), state.to_string()).unwrap();
        self.machine().network().unwrap()
    }
}

fn types(connecting: &mut Connecting, text: &str) {
    for c in text.chars() {
        assert_eq!(connecting.handle(&Intent::Type(c)), Did::Nothing);
    }
}

/// Touches the choice with these words.
fn touches(connecting: &mut Connecting, words: &str) -> Did {
    let choices = connecting.panel(Language::En).choices;
    let place = choices.iter().position(|choice| choice.label == words);
    let place = place.unwrap_or_else(|| panic!("no {words:?} in {choices:?}"));
    connecting.handle(&Intent::Pick(place))
}

fn trouble(connecting: &Connecting) -> String {
    let panel = connecting.panel(Language::En);
    panel.entry.map_or_else(|| panel.texts.concat(), |entry| entry.trouble)
}

#[test]
fn a_pillar_that_has_a_line_or_gets_one_goes_on_by_itself() {
    let made = Made::new();
    let mut connecting = Connecting::new(made.knows("no-cable", None));
    assert!(!connecting.hears(made.knows("no-cable", None)));
    assert!(!connecting.hears(made.knows("connecting", None)));
    assert!(connecting.hears(made.knows("connected", None)));
    // Who comes back says when to go on.
    connecting.stay();
    assert!(!connecting.hears(made.knows("connected", None)));
    assert_eq!(touches(&mut connecting, "Go on"), Did::GoesOn);
}

#[test]
fn whoever_is_choosing_a_network_is_not_carried_off_when_a_cable_is_plugged_in() {
    let made = Made::new();
    let mut connecting = Connecting::new(made.knows("no-cable", None));
    assert_eq!(touches(&mut connecting, "Choose a wireless network"), Did::Wishes(NetworkWish::Look));
    assert!(!connecting.hears(made.knows("connected", None)));
    connecting.handle(&Intent::Back);
    assert!(connecting.hears(made.knows("connected", None)));
}

#[test]
fn a_wireless_network_is_chosen_and_its_password_typed_until_it_is_right() {
    let made = Made::new();
    let mut connecting = Connecting::new(made.knows("no-cable", None));
    touches(&mut connecting, "Choose a wireless network");
    let scan = made.machine().look_for_wifi().unwrap();
    connecting.wished(Some(scan.clone()));
    assert_eq!(connecting.panel(NL).rows[0].mark, PanelMark::Busy);
    assert!(!connecting.hears(made.knows("no-cable", Some(("done", &scan)))));
    assert!(connecting.panel(NL).rows.is_empty(), "it looked");
    assert_eq!(touches(&mut connecting, "Bieb"), Did::Nothing);
    assert!(!connecting.can_go_on());
    types(&mut connecting, "geheim");
    assert_eq!(connecting.panel(NL).entry.unwrap().value, "••••••");
    assert_eq!(connecting.handle(&Intent::Next), Did::Nothing);
    assert!(trouble(&connecting).contains("8 letters"));
    types(&mut connecting, "en");
    assert_eq!(trouble(&connecting), "");
    touches(&mut connecting, "Show what is typed");
    assert_eq!(connecting.panel(NL).entry.unwrap().value, "geheimen");
    let wish = NetworkWish::Wifi { ssid: "Bieb".into(), password: secret("geheimen") };
    assert_eq!(connecting.handle(&Intent::Next), Did::Wishes(wish.clone()));
    let id = made.machine().join_wifi("Bieb", Some("geheimen")).unwrap();
    connecting.wished(Some(id.clone()));
    assert!(!connecting.can_go_on() && connecting.panel(NL).choices.is_empty());
    // What came of the wish before is nothing that it hears.
    assert!(!connecting.hears(made.knows("no-cable", Some(("done", &scan)))));
    assert!(!connecting.hears(made.knows("no-cable", Some(("password", &id)))));
    assert!(trouble(&connecting).contains("does not take this password"));
    assert_eq!(connecting.handle(&Intent::Next), Did::Wishes(wish), "nothing was lost");
    let again = made.machine().join_wifi("Bieb", Some("geheimen")).unwrap();
    connecting.wished(Some(again.clone()));
    assert!(connecting.hears(made.knows("connected", Some(("done", &again)))));
}

#[test]
fn no_other_network_comes_under_the_finger_when_one_of_them_grows_stronger() {
    let made = Made::new();
    let mut connecting = Connecting::new(made.knows("no-cable", None));
    let labels = |connecting: &Connecting| -> Vec<String> {
        connecting.panel(Language::En).choices.into_iter().map(|choice| choice.label).collect()
    };
    let turned = |outcome: Option<(&str, &WishId)>| {
        let mut known = made.knows("no-cable", outcome);
        known.wifi.reverse();
        known
    };
    touches(&mut connecting, "Choose a wireless network");
    let scan = made.machine().look_for_wifi().unwrap();
    connecting.wished(Some(scan.clone()));
    connecting.hears(turned(Some(("done", &scan))));
    assert_eq!(labels(&connecting)[..2], ["Gasten", "Bieb"], "that is what it found");
    connecting.hears(made.knows("no-cable", Some(("done", &scan))));
    assert_eq!(labels(&connecting)[..2], ["Gasten", "Bieb"]);
    touches(&mut connecting, "Bieb");
    connecting.hears(made.knows("no-cable", Some(("done", &scan))));
    connecting.handle(&Intent::Back);
    assert_eq!(labels(&connecting)[..2], ["Gasten", "Bieb"]);
}

#[test]
fn whoever_comes_after_a_technician_has_left_can_have_no_password_shown() {
    let made = Made::new();
    let mut connecting = Connecting::new(made.knows("no-cable", None));
    touches(&mut connecting, "Choose a wireless network");
    connecting.wished(None);
    touches(&mut connecting, "Bieb");
    types(&mut connecting, "geheimen");
    connecting.is_left_alone();
    assert_eq!(connecting.panel(Language::En).entry, None);
    touches(&mut connecting, "Choose a wireless network");
    connecting.wished(None);
    touches(&mut connecting, "Bieb");
    assert_eq!(connecting.panel(Language::En).entry.unwrap().value, "", "nothing of it is left");
}

#[test]
fn an_image_that_never_answers_keeps_nobody() {
    let made = Made::new();
    let mut connecting = Connecting::new(made.knows("no-cable", None));
    touches(&mut connecting, "Choose a wireless network");
    let wish = NetworkWish::Wifi { ssid: "Gasten".into(), password: None };
    assert_eq!(touches(&mut connecting, "Gasten"), Did::Wishes(wish), "an open one needs no password");
    connecting.wished(Some(made.machine().join_wifi("Gasten", None).unwrap()));
    for intent in [Intent::Next, Intent::Pick(0), Intent::Type('x')] {
        assert_eq!(connecting.handle(&intent), Did::Nothing);
    }
    assert!(connecting.can_go_back());
    connecting.handle(&Intent::Back);
    assert_eq!(connecting.panel(Language::En).choices[0].label, "Bieb");
}

#[test]
fn a_wish_that_cannot_be_written_is_told() {
    let made = Made::new();
    let mut connecting = Connecting::new(made.knows("no-cable", None));
    let given = Did::Wishes(NetworkWish::Ethernet(Ethernet::default()));
    assert_eq!(touches(&mut connecting, "Cable: be given an address"), given);
    connecting.wished(None);
    assert!(trouble(&connecting).contains("cannot set up its network"));
}

#[test]
fn a_mobile_network_needs_a_name_and_perhaps_a_pin() {
    let made = Made::new();
    let mut connecting = Connecting::new(made.knows("no-cable", None));
    touches(&mut connecting, "Use the mobile network");
    assert!(!connecting.can_go_on());
    types(&mut connecting, " internet ");
    connecting.handle(&Intent::Next);
    assert!(connecting.can_go_on());
    types(&mut connecting, "1234");
    let wish = NetworkWish::Mobile { apn: "internet".into(), pin: secret("1234") };
    assert_eq!(connecting.handle(&Intent::Next), Did::Wishes(wish));
}

#[test]
fn a_fixed_address_goes_out_only_when_it_can_be_one() {
    let made = Made::new();
    let mut connecting = Connecting::new(made.knows("no-cable", None));
    touches(&mut connecting, "Cable: a fixed address");
    for wrong in ["192.0.2.7", "192.0.2.7/33", "192.0.2/24", "zuil/24", "192.0.2.7/"] {
        types(&mut connecting, wrong);
        assert_eq!(connecting.handle(&Intent::Next), Did::Nothing);
        assert!(trouble(&connecting).contains("192.0.2.7/24"), "{wrong}");
        wrong.chars().for_each(|_| drop(connecting.handle(&Intent::Erase)));
    }
    types(&mut connecting, "192.0.2.7/24");
    connecting.handle(&Intent::Next);
    types(&mut connecting, "router");
    assert_eq!(connecting.handle(&Intent::Next), Did::Nothing);
    assert!(trouble(&connecting).contains("four numbers"));
    "router".chars().for_each(|_| drop(connecting.handle(&Intent::Erase)));
    types(&mut connecting, "192.0.2.1");
    connecting.handle(&Intent::Next);
    let (address, gateway) = (Some("192.0.2.7/24".into()), Some("192.0.2.1".into()));
    let wish = NetworkWish::Ethernet(Ethernet { address, gateway, dns: None });
    assert_eq!(connecting.handle(&Intent::Next), Did::Wishes(wish));
}
