//! The network, the stick, the screen and the passphrase.

use super::*;

#[test]
fn a_wireless_network_is_found_chosen_and_joined_with_its_password() {
    let mut technician = Technician::gets_in();
    technician.touches("Network").touches("Search for wireless networks");
    assert_eq!(technician.wants(), [technician.begun(Work::Network(NetworkWish::Search))]);
    technician.is_on("Searching for wireless networks");
    technician.hears_of_it(End::Done);
    assert_eq!(technician.wants(), [Deed::Look], "a search is nothing to note");
    technician.touches("Gemeente").types("pass word");
    assert_eq!(technician.sees().entry.unwrap().value, "•••••••••");
    technician.does(Intent::Next);
    let password = Some(Secret::of("pass word"));
    assert_eq!(
        technician.wants(),
        [technician.begun(Work::Network(NetworkWish::Wifi { ssid: "Gemeente".into(), password }))]
    );
    technician.hears_of_it(End::Password);
    assert_eq!(technician.notes(), [(ServiceDeed::ChangedNetwork, ServiceOutcome::Failed)]);
    assert!(technician.sees().texts[0].contains("password"));
    technician.does(Intent::Back).is_on("Network");
}

#[test]
fn an_open_network_asks_for_no_password() {
    let mut technician = Technician::gets_in();
    technician.touches("Network").touches("Search for wireless networks");
    technician.hears_of_it(End::Done).touches("Gast");
    let wanted = technician.wants();
    let joined = NetworkWish::Wifi { ssid: "Gast".into(), password: None };
    assert_eq!(wanted.last(), Some(&technician.begun(Work::Network(joined))));
}

/// The image sorts them by strength, and tells of them again whenever something changes.
fn networks(ssids: &[&str]) -> Event {
    let wifi: Vec<_> = ssids.iter().map(|ssid| serde_json::json!({"ssid": ssid})).collect();
    let network = serde_json::json!({"links": [{"kind": "wifi", "state": "off"}], "wifi": wifi});
    let network = Some(serde_json::from_value(network).unwrap());
    Event::Machine(Box::new(MachineFacts { network, ..image() }))
}

#[test]
fn no_other_network_comes_under_the_finger_when_one_of_them_grows_stronger() {
    let mut technician = Technician::gets_in();
    technician.touches("Network").touches("Search for wireless networks");
    technician.hears_of_it(End::Done);
    // What the search found comes with the first word after it.
    technician.hears(networks(&["Bieb", "Gast"])).hears(networks(&["Vreemd", "Bieb", "Gast"]));
    let labels: Vec<String> = technician.sees().choices.into_iter().map(|choice| choice.label).collect();
    assert_eq!(labels, ["Bieb", "Gast", "Search again"]);
    technician.does(Intent::Pick(0));
    let joined = NetworkWish::Wifi { ssid: "Bieb".into(), password: None };
    assert_eq!(technician.wants().last(), Some(&technician.begun(Work::Network(joined))));
}

#[test]
fn the_mobile_network_needs_a_name_and_perhaps_a_pin() {
    let mut technician = Technician::gets_in();
    technician.touches("Network").touches("Set up the mobile network").does(Intent::Next);
    assert!(!technician.sees().entry.unwrap().trouble.is_empty());
    technician.types("internet.example").does(Intent::Next).does(Intent::Next);
    let wish = NetworkWish::Mobile { apn: "internet.example".into(), pin: None };
    assert_eq!(technician.wants(), [technician.begun(Work::Network(wish))]);
}

#[test]
fn an_address_that_cannot_be_one_goes_nowhere() {
    let mut technician = Technician::gets_in();
    technician.touches("Network").touches("Set up the network cable").touches("Type a fixed address");
    technician.types("192.0.2.7").does(Intent::Next);
    assert!(technician.sees().entry.unwrap().trouble.contains("/24"));
    technician.types("/33").does(Intent::Next);
    assert!(!technician.sees().entry.unwrap().trouble.is_empty());
    technician.does(Intent::Erase).does(Intent::Erase).types("24").does(Intent::Next);
    technician.types("router").does(Intent::Next);
    assert!(!technician.sees().entry.unwrap().trouble.is_empty());
    for _ in 0..6 {
        technician.does(Intent::Erase);
    }
    technician.types("192.0.2.1").does(Intent::Next).does(Intent::Next);
    let wish = NetworkWish::Cable {
        address: Some("192.0.2.7/24".into()),
        gateway: Some("192.0.2.1".into()),
        dns: None,
    };
    assert_eq!(technician.wants(), [technician.begun(Work::Network(wish))]);
}

#[test]
fn what_nobody_answers_is_said_to_be_not_known_and_noted_as_begun() {
    let mut technician = Technician::gets_in();
    technician.touches("Network").touches("Set up the network cable");
    technician.touches("Let the network give an address");
    technician.wants();
    technician.waits(Duration::from_secs(119)).does(Intent::Back);
    technician.is_on("Setting up the network");
    technician.waits(Duration::from_secs(1));
    assert_eq!(technician.notes(), [(ServiceDeed::ChangedNetwork, ServiceOutcome::Begun)]);
    technician.hears_of_it(End::Done);
    assert_eq!(technician.notes(), [], "it is noted once");
}

#[test]
fn whoever_leaves_while_something_is_being_done_leaves_a_note_of_it() {
    let mut technician = Technician::gets_in();
    technician.touches("Stick: logs and updates").touches("Write the logs to the stick");
    assert_eq!(technician.wants(), [technician.begun(Work::WriteLogs)]);
    technician.does(Intent::Stop);
    let begun = (ServiceDeed::WroteLogs, ServiceOutcome::Begun);
    assert_eq!(technician.notes(), [begun, (ServiceDeed::Closed, ServiceOutcome::Done)]);
}

#[test]
fn nobody_has_to_wait_for_what_takes_long_and_a_finger_that_touches_twice_leaves_nothing() {
    let mut technician = Technician::gets_in();
    technician.touches("Stick: logs and updates").touches("Install the update from the stick");
    technician.does(Intent::Pick(0)).is_on("Installing the update");
    assert_eq!(technician.sees().choices, []);
    technician.waits(Duration::from_secs(10));
    technician.wants();
    technician.touches("Close, and serve residents again");
    let begun = (ServiceDeed::InstalledUpdate, ServiceOutcome::Begun);
    assert_eq!(technician.notes(), [begun, (ServiceDeed::Closed, ServiceOutcome::Done)]);
}

#[test]
fn whoever_waited_long_for_something_can_read_what_came_of_it() {
    let mut technician = Technician::gets_in();
    technician.touches("Stick: logs and updates").touches("Install the update from the stick");
    technician.waits(Duration::from_secs(9 * 60)).hears_of_it(End::Done);
    technician.wants();
    technician.waits(Duration::from_secs(179)).is_on("Installing the update");
    assert_eq!(technician.sees().rows[0].mark, crate::visit::PanelMark::Good);
    assert!(!technician.wants().contains(&Deed::Close));
    technician.waits(Duration::from_secs(1));
    assert!(technician.wants().contains(&Deed::Close), "and nobody stands there any more");
}

#[test]
fn the_stick_says_what_is_on_it_and_without_one_nothing_can_be_touched() {
    let mut technician = Technician::gets_in();
    technician.touches("Stick: logs and updates");
    let values: Vec<String> = technician.sees().rows.into_iter().map(|row| row.value).collect();
    assert_eq!(values, ["0.2.0.812", "0.2.0.813"]);
    technician.touches("Install the update from the stick");
    assert_eq!(technician.wants(), [technician.begun(Work::InstallUpdate)]);
    technician.hears_of_it(End::Done);
    assert_eq!(technician.notes(), [(ServiceDeed::InstalledUpdate, ServiceOutcome::Done)]);
    technician.does(Intent::Back).touches("Stick: logs and updates");
    technician.hears(Event::Machine(Box::new(MachineFacts { stick: None, ..image() })));
    assert_eq!(technician.sees().choices, []);
    technician.does(Intent::Pick(0));
    assert_eq!(technician.wants(), []);
}

#[test]
fn a_stick_without_an_update_takes_logs_only() {
    let mut technician = Technician::gets_in();
    let stick = Some(StickFacts { update: None });
    technician.hears(Event::Machine(Box::new(MachineFacts { stick, ..image() })));
    technician.touches("Stick: logs and updates").does(Intent::Pick(1));
    assert_eq!(technician.wants(), []);
    assert!(!technician.sees().choices[1].enabled);
}

#[test]
fn turning_the_screen_is_noted_before_the_program_starts_anew_for_it() {
    let mut technician = Technician::gets_in();
    technician.touches("Screen").touches("Turned by 270 degrees");
    let begun = Deed::Note(ServiceDeed::TurnedScreen, ServiceOutcome::Begun);
    assert_eq!(technician.wants(), [begun, technician.begun(Work::Turn(3))]);
}

#[test]
fn a_screen_whose_light_is_fixed_has_no_brightness() {
    let mut technician = Technician::gets_in();
    technician.touches("Screen").touches("Brightness 50 percent");
    assert!(technician.wants().contains(&technician.begun(Work::Brightness(50))));
    technician.hears_of_it(End::Done).does(Intent::Back).touches("Screen");
    technician.hears(Event::Machine(Box::new(MachineFacts { has_backlight: false, ..image() })));
    technician.wants();
    assert_eq!(technician.sees().choices.len(), 4);
    technician.does(Intent::Pick(5));
    assert_eq!(technician.wants(), []);
}

#[test]
fn a_passphrase_is_typed_twice_alike_and_has_twelve_letters() {
    let mut technician = Technician::gets_in();
    technician.touches("Passphrase of the data").types("elf letters").does(Intent::Next);
    assert!(technician.sees().entry.unwrap().trouble.contains("short"));
    technician.types("!").does(Intent::Next);
    technician.types("elf letters?").does(Intent::Next);
    assert!(technician.sees().entry.unwrap().trouble.contains("same"));
    assert_eq!(technician.wants(), []);
    for _ in 0..2 {
        technician.types("elf letters!").does(Intent::Next);
    }
    assert_eq!(technician.wants(), [technician.begun(Work::Passphrase(Secret::of("elf letters!")))]);
    technician.hears_of_it(End::Done);
    assert_eq!(technician.notes(), [(ServiceDeed::SetPassphrase, ServiceOutcome::Done)]);
}

#[test]
fn what_is_told_late_of_an_earlier_service_visit_is_not_taken_for_what_goes_on_now() {
    let install = |technician: &mut Technician| {
        technician.touches("Stick: logs and updates").touches("Install the update from the stick");
        technician.wants();
    };
    let mut first = Technician::gets_in_at(1);
    install(&mut first);
    first.waits(Duration::from_secs(10)).touches("Close, and serve residents again");
    let late = Event::Ended(first.number.unwrap(), End::Done);
    let mut second = Technician::gets_in_at(2);
    install(&mut second);
    second.hears(late);
    assert_eq!((second.sees().rows[0].value.as_str(), second.notes()), ("busy", vec![]));
    second.hears_of_it(End::NotGenuine);
    assert_eq!(second.sees().rows[0].value, "not done");
    assert_eq!(second.notes(), [(ServiceDeed::InstalledUpdate, ServiceOutcome::Failed)]);
}

#[test]
fn what_is_told_when_nobody_waits_for_it_any_more_is_not_taken_for_the_next_try() {
    let mut technician = Technician::gets_in();
    let address = |technician: &mut Technician| {
        technician.touches("Set up the network cable").touches("Let the network give an address");
        technician.number.unwrap()
    };
    technician.touches("Network");
    let first = address(&mut technician);
    technician.waits(Duration::from_secs(120)).does(Intent::Back);
    let second = address(&mut technician);
    assert_ne!(first, second);
    technician.wants();
    technician.hears(Event::Ended(first, End::Done));
    assert_eq!((technician.sees().rows[0].value.as_str(), technician.notes()), ("busy", vec![]));
    technician.hears(Event::Ended(second, End::NoAddress));
    assert_eq!(technician.notes(), [(ServiceDeed::ChangedNetwork, ServiceOutcome::Failed)]);
}
