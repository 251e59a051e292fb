//! The screen of closed data and the image's files, together.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use super::*;
use crate::visit::Screen;

/// A machine with closed data, and a technician before its screen.
struct Machine {
    folder: tempfile::TempDir,
    rescue: Rescue,
    views: Rc<RefCell<Vec<View>>>,
    now: Instant,
}

impl Machine {
    fn with(state: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let places = Places { told: folder.path().join("told"), wishes: folder.path().join("wishes") };
        std::fs::create_dir(&places.told).unwrap();
        std::fs::create_dir(&places.wishes).unwrap();
        std::fs::write(places.told.join("state.json"), state).unwrap();
        let views = Rc::new(RefCell::new(Vec::new()));
        let (seen, now) = (Rc::clone(&views), Instant::now());
        let rescue = Rescue::new(places, now, move |view| seen.borrow_mut().push(view));
        Self { folder, rescue, views, now }
    }

    fn touches(&mut self, intents: &[Intent]) {
        for intent in intents {
            self.rescue.hear(intent, self.now);
        }
    }

    fn types(&mut self, text: &str) {
        let letters: Vec<Intent> = text.chars().map(Intent::Type).collect();
        self.touches(&letters);
    }

    fn looks(&mut self) -> Data {
        self.now += Duration::from_millis(500);
        self.rescue.look(self.now)
    }

    /// As the image does: the wish is taken, whole.
    fn takes(&self, name: &str) -> serde_json::Value {
        let file = self.folder.path().join("wishes").join(name);
        let wish = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        std::fs::remove_file(file).unwrap();
        wish
    }

    fn wishes(&self) -> usize {
        std::fs::read_dir(self.folder.path().join("wishes")).unwrap().count()
    }

    fn tells(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join("told").join(name), text).unwrap();
    }

    fn shown(&self) -> View {
        self.views.borrow().last().unwrap().clone()
    }

    fn trouble(&self) -> String {
        let Screen::Panel(panel) = self.shown().screen else { panic!("no panel") };
        panel.entry.unwrap().trouble
    }
}

const ASKS: &str = r#"{"opened": null, "why": "passphrase", "passphrase": true}"#;

#[test]
fn the_right_passphrase_opens_the_data_and_the_screen_ends() {
    let mut machine = Machine::with(ASKS);
    assert!(machine.rescue.waits_for_passphrase());
    machine.types("juist \"paard\" \\ batterij é");
    machine.touches(&[Intent::Next]);
    let wish = machine.takes("unlock.json");
    assert_eq!(wish["passphrase"], "juist \"paard\" \\ batterij é");
    assert_eq!(machine.looks(), Data::Closed, "the image has not answered");
    let id = wish["id"].as_str().unwrap();
    machine.tells("outcome.json", &format!(r#"{{"for": "{id}", "outcome": "done"}}"#));
    machine.tells("state.json", r#"{"opened": "passphrase", "why": null, "passphrase": true}"#);
    assert_eq!(machine.looks(), Data::Open);
    assert_eq!(machine.wishes(), 0);
}

#[test]
fn a_wrong_passphrase_is_said_once_and_an_answer_to_another_one_is_none() {
    let mut machine = Machine::with(ASKS);
    machine.types("fout");
    machine.touches(&[Intent::Next]);
    machine.tells("outcome.json", r#"{"for": "another", "outcome": "failed"}"#);
    machine.looks();
    assert!(matches!(&machine.shown().screen, Screen::Panel(panel) if panel.entry.is_none()), "it is tried");
    let id = machine.takes("unlock.json")["id"].as_str().unwrap().to_owned();
    machine.tells("outcome.json", &format!(r#"{{"for": "{id}", "outcome": "failed"}}"#));
    machine.looks();
    let said = machine.trouble();
    assert!(said.contains('1'), "{said}");
    machine.now += Duration::from_secs(1);
    machine.looks();
    assert_ne!(machine.trouble(), said, "the pause is over");
    machine.types("juist");
    machine.looks();
    assert_eq!(machine.trouble(), "", "the old answer is not taken for a new one");
}

#[test]
fn a_wish_is_read_by_nobody_else_and_never_half_there() {
    use std::os::unix::fs::PermissionsExt;
    let mut machine = Machine::with(ASKS);
    machine.types("geheim");
    machine.touches(&[Intent::Next]);
    let file = machine.folder.path().join("wishes/unlock.json");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(machine.wishes(), 1, "no draft is left");
    // A draft that was cut off is no wish.
    std::fs::rename(&file, file.with_extension("new")).unwrap();
    machine.touches(&[Intent::Back]);
    assert!(!file.exists());
}

#[test]
fn a_wish_that_cannot_be_written_is_said() {
    let mut machine = Machine::with(ASKS);
    std::fs::remove_dir(machine.folder.path().join("wishes")).unwrap();
    machine.types("geheim");
    machine.touches(&[Intent::Next]);
    assert_ne!(machine.trouble(), "");
    machine.types("geheim");
    assert!(machine.shown().frame.can_go_on, "it can be tried again");
}

#[test]
fn the_storage_is_made_empty_only_after_two_confirmations_and_the_machine_restarts_at_once() {
    let mut machine = Machine::with(r#"{"opened": null, "why": "tpm", "passphrase": false}"#);
    machine.touches(&[Intent::Technician, Intent::Pick(1), Intent::Pick(1)]);
    assert_eq!(machine.wishes(), 0);
    machine.touches(&[Intent::Pick(0)]);
    assert!(machine.takes("wipe.json")["id"].is_string());
    let mut machine = Machine::with("{}");
    machine.touches(&[Intent::Technician, Intent::Pick(0)]);
    assert!(machine.takes("restart.json")["id"].is_string());
    assert_eq!(machine.wishes(), 0);
}

#[test]
fn nonsense_of_the_image_is_damaged_data_and_what_opens_by_itself_is_open() {
    for nonsense in ["", "{", "[]", r#"{"opened": 7}"#, r#"{"opened": null, "why": "mood"}"#] {
        let machine = Machine::with(nonsense);
        assert_eq!(machine.rescue.pages.disk().why, Why::Damaged, "{nonsense}");
        assert!(!machine.rescue.waits_for_passphrase());
    }
    let nowhere = Places { told: "/nowhere".into(), wishes: "/nowhere".into() };
    assert!(!nowhere.disk().is_open && !Path::new("/nowhere").exists());
    let mut machine = Machine::with(r#"{"opened": null, "why": "tpm", "passphrase": true}"#);
    assert_eq!(machine.looks(), Data::Closed);
    machine.tells("state.json", r#"{"opened": "tpm", "why": null, "passphrase": true, "more": 1}"#);
    assert_eq!(machine.looks(), Data::Open);
}

#[test]
fn what_does_not_change_is_not_drawn_again() {
    let mut machine = Machine::with(ASKS);
    for _ in 0..10 {
        machine.looks();
    }
    assert_eq!(machine.views.borrow().len(), 1);
}

#[test]
fn a_wish_that_could_not_be_made_whole_leaves_no_passphrase_behind() {
    let mut machine = Machine::with(r#"{"opened": null, "why": "passphrase", "passphrase": true}"#);
    // Something is in the place of the wish.
    std::fs::create_dir_all(machine.folder.path().join("wishes/unlock.json/full")).unwrap();
    machine.types("juist paard");
    machine.touches(&[Intent::Next]);
    assert_eq!(machine.wishes(), 1, "no draft of it");
    assert!(!machine.trouble().is_empty());
}
