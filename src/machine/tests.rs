//! An image that says what it should, half of it, or nonsense, and wishes that arrive whole or not at all.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::*;

/// A machine (made up) with the folders that the image makes.
struct Made {
    folder: tempfile::TempDir,
}

impl Made {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["data/update", "fleeting", "run/zuil-network", "run/zuil-stick", "run/zuil-screen"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        fs::create_dir_all(folder.path().join("run/zuil-disk")).unwrap();
        fs::write(folder.path().join("os-release"), "IMAGE_VERSION=0.2.0.812\nVARIANT_ID=field\n").unwrap();
        Self { folder }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn places(&self) -> Places {
        let [os_release, data, fleeting, run] =
            ["os-release", "data", "fleeting", "run"].map(|name| self.at(name));
        Places { os_release, data, fleeting, run }
    }

    fn machine(&self) -> Machine {
        Machine::of(self.places()).unwrap()
    }

    fn says(&self, name: &str, text: &str) {
        fs::write(self.at("run").join(name), text).unwrap();
    }

    /// The wish that lies there, taken away as the image does.
    fn takes(&self, name: &str) -> Value {
        let file = self.at(name);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        let text = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        serde_json::from_slice(&text).unwrap()
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_developers_machine_offers_nothing_and_an_image_that_says_nothing_yet_neither() {
    let made = Made::new();
    let machine = made.machine();
    assert_eq!(machine.profile(), Profile::Field);
    assert_eq!(
        (machine.network(), machine.stick(), machine.backlight(), machine.disk()),
        (None, None, None, None)
    );
    assert_eq!(machine.screen(), ScreenSetting::default());
    fs::write(made.at("os-release"), "ID=debian\nVERSION_ID=13\n").unwrap();
    assert!(Machine::of(made.places()).is_none());
    fs::remove_file(made.at("os-release")).unwrap();
    assert!(Machine::of(made.places()).is_none());
}

#[test]
fn an_image_that_does_not_say_that_it_is_for_the_street_is_taken_for_one_of_a_laboratory() {
    let made = Made::new();
    for (said, profile) in [
        ("IMAGE_VERSION=1.2\nVARIANT_ID=\"field\"\n", Profile::Field),
        ("IMAGE_VERSION=1.2\nVARIANT_ID=lab\n", Profile::Lab),
        ("IMAGE_VERSION=1.2\nVARIANT_ID=other\n", Profile::Lab),
        ("IMAGE_VERSION=1.2\n", Profile::Lab),
    ] {
        fs::write(made.at("os-release"), said).unwrap();
        assert_eq!(made.machine().profile(), profile, "{said}");
    }
}

#[test]
fn the_network_is_as_the_image_says_also_where_a_later_image_knows_more() {
    let made = Made::new();
    made.says(
        "zuil-network/state.json",
        r#"{"links": [
            {"kind": "ethernet", "state": "no-cable", "name": "", "address": ""},
            {"kind": "wifi", "state": "connected", "name": "Bieb", "address": "192.0.2.7/24", "speed": 300},
            {"kind": "satellite", "state": "dreaming"}],
          "wifi": [{"ssid": "Bieb", "signal": 71, "secured": true}, {"ssid": "", "signal": 40}],
          "outcome": null, "for": null, "mood": "good"}"#,
    );
    let network = made.machine().network().unwrap();
    let links: Vec<_> = network.links.iter().map(|link| (link.kind, link.state)).collect();
    assert_eq!(
        links,
        [
            (LinkKind::Ethernet, LinkState::NoCable),
            (LinkKind::Wifi, LinkState::Connected),
            (LinkKind::Other, LinkState::Unknown)
        ]
    );
    assert_eq!(network.links[1].address, "192.0.2.7/24");
    let bieb = Wifi { ssid: "Bieb".into(), signal: 71, secured: true };
    assert_eq!(network.wifi, [bieb], "a network without a name cannot be chosen");
    assert!(network.is_connected() && network.has(LinkKind::Wifi) && !network.has(LinkKind::Mobile));
}

#[test]
fn what_is_cut_off_endless_or_nonsense_is_as_good_as_nothing() {
    let made = Made::new();
    let machine = made.machine();
    let whole = r#"{"links": [], "wifi": [], "outcome": "done", "for": "a"}"#;
    for length in 0..whole.len() {
        made.says("zuil-network/state.json", &whole[..length]);
        assert_eq!(machine.network(), None, "{length}");
    }
    let endless = format!("{}{}", whole, " ".repeat(70_000));
    for nonsense in [endless.as_str(), "7", "null", r#"{"links": "many"}"#] {
        made.says("zuil-network/state.json", nonsense);
        assert_eq!(machine.network(), None);
        for other in ["zuil-stick/state.json", "zuil-screen/state.json", "zuil-disk/outcome.json"] {
            made.says(other, nonsense);
        }
        assert_eq!((machine.stick(), machine.backlight()), (None, None), "{nonsense}");
    }
    fs::write(made.at("run/zuil-disk/state.json"), [0xff, 0xfe, 0x00]).unwrap();
    assert_eq!(machine.disk(), None);
    fs::remove_file(made.at("run/zuil-screen/state.json")).unwrap();
    fs::create_dir(made.at("run/zuil-screen/state.json")).unwrap();
    assert_eq!(machine.backlight(), None, "a folder is no state");
}

#[test]
fn the_wishes_for_a_network_are_as_the_image_reads_them_and_their_outcome_is_told_by_their_id() {
    let made = Made::new();
    let machine = made.machine();
    let scan = machine.look_for_wifi().unwrap();
    assert_eq!(made.takes("fleeting/network.json"), json!({"id": scan.to_string(), "wish": "scan"}));
    let wifi = machine.join_wifi("Bieb", Some("geheim \"woord\"")).unwrap();
    assert_eq!(
        made.takes("fleeting/network.json"),
        json!({"id": wifi.to_string(), "wish": "wifi", "ssid": "Bieb", "password": "geheim \"woord\""})
    );
    let mobile = machine.use_mobile("zuil.example", None).unwrap();
    assert_eq!(
        made.takes("fleeting/network.json"),
        json!({"id": mobile.to_string(), "wish": "mobile", "apn": "zuil.example", "pin": null})
    );
    let fixed =
        Ethernet { address: Some("192.0.2.7/24".into()), gateway: Some("192.0.2.1".into()), dns: None };
    let cable = machine.use_ethernet(&fixed).unwrap();
    assert_eq!(
        made.takes("fleeting/network.json"),
        json!({"id": cable.to_string(), "wish": "ethernet", "address": "192.0.2.7/24", "gateway": "192.0.2.1",
               "dns": null})
    );
    assert!(scan != wifi && wifi != mobile && mobile != cable);
    assert_eq!(names_in(&made.at("fleeting")), Vec::<String>::new(), "no draft is left");
    for (said, outcome) in [
        ("done", NetworkOutcome::Done),
        ("password", NetworkOutcome::Password),
        ("no-sim", NetworkOutcome::NoSim),
        ("failed", NetworkOutcome::Failed),
        ("tired", NetworkOutcome::Failed),
    ] {
        made.says("zuil-network/state.json", &json!({"outcome": said, "for": wifi.to_string()}).to_string());
        let network = machine.network().unwrap();
        assert_eq!((network.outcome_of(&wifi), network.outcome_of(&scan)), (Some(outcome), None), "{said}");
    }
}

#[test]
fn a_wish_that_cannot_be_written_whole_leaves_the_one_before_and_no_draft() {
    let made = Made::new();
    let machine = made.machine();
    machine.join_wifi("Bieb", Some("geheim")).unwrap();
    let before = fs::read(made.at("fleeting/network.json")).unwrap();
    // Where the draft should stand is something else.
    fs::create_dir(made.at("fleeting/network.json.draft")).unwrap();
    assert!(machine.join_wifi("Anders", None).is_err());
    assert_eq!(fs::read(made.at("fleeting/network.json")).unwrap(), before);
    // A draft that a power cut left is written over.
    fs::remove_dir(made.at("fleeting/network.json.draft")).unwrap();
    let draft = made.at("fleeting/network.json.draft");
    fs::write(&draft, "{\"id\": \"a much longer one than comes now").unwrap();
    fs::set_permissions(&draft, fs::Permissions::from_mode(0o600)).unwrap();
    machine.look_for_wifi().unwrap();
    assert_eq!(made.takes("fleeting/network.json")["wish"], "scan");
    // A machine without the folder offers nothing, and says so.
    fs::remove_dir_all(made.at("fleeting")).unwrap();
    assert!(machine.look_for_wifi().is_err() && machine.wipe().is_err());
    assert!(!made.at("fleeting").exists());
}

/// A full disk: this device takes nothing.
#[test]
fn on_a_full_disk_there_is_no_wish_and_no_draft() {
    let made = Made::new();
    let machine = made.machine();
    std::os::unix::fs::symlink("/dev/full", made.at("fleeting/passphrase.json.draft")).unwrap();
    let error = machine.set_passphrase("a long one (made up)").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert_eq!(names_in(&made.at("fleeting")), Vec::<String>::new());
}

#[test]
fn files_get_to_a_stick_all_of_them_or_none() {
    let made = Made::new();
    let machine = made.machine();
    let wish = machine.write_to_stick(|folder| fs::write(folder.join("zuil.log"), "a line\n")).unwrap();
    let there = made.at("data/machine/to-stick");
    assert_eq!(names_in(&there), ["id", "zuil.log"]);
    assert_eq!(fs::read_to_string(there.join("id")).unwrap(), wish.to_string());
    assert_eq!(fs::metadata(made.at("data/machine")).unwrap().permissions().mode() & 0o777, 0o700);
    // Those are being written still: others have to wait, and change nothing.
    assert!(machine.write_to_stick(|folder| fs::write(folder.join("other"), "")).is_err());
    assert_eq!(names_in(&made.at("data/machine")), ["to-stick"]);
    assert_eq!(names_in(&there), ["id", "zuil.log"]);
    fs::remove_dir_all(&there).unwrap();
    made.says(
        "zuil-stick/state.json",
        &json!({"present": true, "update": null, "outcome": "no-room", "for": wish.to_string()}).to_string(),
    );
    let stick = machine.stick().unwrap();
    assert_eq!((stick.is_present, stick.outcome_of(&wish)), (true, Some(StickOutcome::NoRoom)));
    // Whoever fills the folder fails in the middle.
    let failed = machine.write_to_stick(|folder| {
        fs::write(folder.join("half"), "")?;
        Err(io::ErrorKind::StorageFull.into())
    });
    assert!(failed.is_err());
    assert_eq!(names_in(&made.at("data/machine")), Vec::<String>::new());
    // What a power cut left goes not along with what is written next.
    fs::create_dir(made.at("data/machine/to-stick.new")).unwrap();
    fs::write(made.at("data/machine/to-stick.new/old"), "").unwrap();
    machine.write_to_stick(|folder| fs::write(folder.join("new"), "")).unwrap();
    assert_eq!(names_in(&there), ["id", "new"]);
}

#[test]
fn an_update_on_a_stick_is_handed_over_as_one_that_was_fetched() {
    let made = Made::new();
    let machine = made.machine();
    made.says("zuil-stick/state.json", r#"{"present": false, "update": "0.2.0.813"}"#);
    assert_eq!(machine.stick().unwrap().update, None, "it does not lie there");
    assert!(machine.install_from_stick().is_err());
    fs::create_dir(made.at("data/update/stick")).unwrap();
    fs::write(made.at("data/update/stick/SHA256SUMS"), "").unwrap();
    assert_eq!(machine.stick().unwrap().update, "0.2.0.813".parse().ok());
    // Another one is being written: it waits.
    fs::create_dir(made.at("data/update/ready")).unwrap();
    fs::write(made.at("data/update/ready/SHA256SUMS"), "other").unwrap();
    assert!(machine.install_from_stick().is_err());
    assert_eq!(fs::read_to_string(made.at("data/update/ready/SHA256SUMS")).unwrap(), "other");
    fs::remove_dir_all(made.at("data/update/ready")).unwrap();
    machine.install_from_stick().unwrap();
    assert_eq!(names_in(&made.at("data/update")), ["ready"]);
}

#[test]
fn the_screen_stays_as_it_was_set_up() {
    let made = Made::new();
    let machine = made.machine();
    for turn in Turn::ALL {
        let touch = (turn == Turn::Quarter).then_some([0.0, -1.5, 1.0, 1.0, 0.25, 0.0]);
        machine.set_screen(&ScreenSetting { turn, touch }).unwrap();
        assert_eq!(made.machine().screen(), ScreenSetting { turn, touch });
    }
    let kept = made.takes("data/machine/screen.json");
    assert_eq!(kept, json!({"turn": 270, "touch": null}));
    fs::write(made.at("data/machine/screen.json"), r#"{"turn": 45, "touch": null}"#).unwrap();
    assert_eq!(machine.screen(), ScreenSetting::default());
    machine.set_brightness(20).unwrap();
    machine.set_brightness(250).unwrap();
    assert_eq!(fs::read_to_string(made.at("data/machine/brightness")).unwrap(), "100");
    made.says("zuil-screen/state.json", r#"{"backlight": true}"#);
    assert_eq!(machine.backlight(), Some(Backlight::Adjustable));
    made.says("zuil-screen/state.json", r#"{"backlight": false}"#);
    assert_eq!(machine.backlight(), Some(Backlight::Fixed));
}

#[test]
fn the_disk_says_with_what_it_was_opened_and_a_passphrase_lies_in_memory_only() {
    let made = Made::new();
    let machine = made.machine();
    made.says("zuil-disk/state.json", r#"{"opened": "key", "why": null, "passphrase": false}"#);
    assert!(machine.disk().unwrap().is_open_to_thieves());
    made.says("zuil-disk/state.json", r#"{"opened": "tpm", "why": null, "passphrase": true}"#);
    let disk = machine.disk().unwrap();
    assert!(!disk.is_open_to_thieves() && disk.has_passphrase);
    made.says("zuil-disk/state.json", r#"{"opened": null, "why": "tpm", "passphrase": true}"#);
    let disk = machine.disk().unwrap();
    assert_eq!((disk.opened, disk.trouble), (None, Some(DiskTrouble::Tpm)));
    let wish = machine.set_passphrase("een lange (made up)").unwrap();
    assert_eq!(
        made.takes("fleeting/passphrase.json"),
        json!({"id": wish.to_string(), "passphrase": "een lange (made up)"})
    );
    assert_eq!(machine.disk_outcome_of(&wish), None);
    made.says("zuil-disk/outcome.json", &json!({"for": wish.to_string(), "outcome": "done"}).to_string());
    assert_eq!(machine.disk_outcome_of(&wish), Some(true));
    let unlock = machine.unlock("een andere (made up)").unwrap();
    assert_eq!(machine.disk_outcome_of(&unlock), None, "that is the outcome of another wish");
    made.takes("fleeting/unlock.json");
    let wipe = machine.wipe().unwrap();
    assert_eq!(made.takes("fleeting/wipe.json"), json!({"id": wipe.to_string()}));
    made.says("zuil-disk/outcome.json", &json!({"for": wipe.to_string(), "outcome": "failed"}).to_string());
    assert_eq!(machine.disk_outcome_of(&wipe), Some(false));
    assert!(!made.at("data/machine").exists(), "nothing of it is on the disk");
}

#[test]
fn a_restart_and_a_reset_are_wished_by_empty_files() {
    let made = Made::new();
    let machine = made.machine();
    machine.restart().unwrap();
    machine.reset().unwrap();
    assert_eq!(fs::read(made.at("data/machine/restart")).unwrap(), b"");
    assert_eq!(fs::read(made.at("data/factory-reset")).unwrap(), b"");
}

#[test]
fn the_hubs_time_is_told_when_the_clock_is_off_and_not_more_often_than_each_ten_minutes() {
    let made = Made::new();
    let noon: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
    let mut telling = Telling::default();
    let minutes = |minutes: u64| minutes * 60_000;
    assert!(!telling.is_due(noon, noon - SignedDuration::from_secs(5), 0), "that is right");
    assert!(telling.is_due(noon, noon - SignedDuration::from_secs(6), 0));
    assert!(!telling.is_due(noon, Timestamp::UNIX_EPOCH, minutes(9)));
    assert!(telling.is_due(noon, noon + SignedDuration::from_hours(24 * 3653), minutes(10)));
    assert!(!telling.is_due(noon, noon, minutes(30)));
    made.machine().tell_time(noon, 123_456).unwrap();
    assert_eq!(
        made.takes("fleeting/hub-time.json"),
        json!({"unix": noon.as_second(), "boottime_ms": 123_456})
    );
    assert!(uptime_ms() > 0);
}
