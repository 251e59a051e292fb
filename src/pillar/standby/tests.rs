//! Technicians before a pillar that does not come to serve.

use std::fs;

use jiff::{SignedDuration, Timestamp};
use zuil_catalogue::Language;
use zuil_wire::{ServiceCode, ServiceKey};

use super::*;
use crate::maintenance::MachineFacts;
use crate::texts::say;
use crate::visit::{PanelView, Screen};

/// Longer than any test.
const LONG: Duration = Duration::from_secs(3600);
const ENROL_ANEW: &str = "Enrol this pillar anew";

/// A pillar that cannot begin, with a data folder of its own.
struct Place {
    folder: tempfile::TempDir,
    config: Config,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (file, data) = (folder.path().join("zuil.toml"), folder.path().join("data"));
        let binding = folder.path().join("binding.json");
        let text = format!(
            "data_dir = '{}'\ncatalogue_dir = 'c'\nbinding = '{}'\n",
            data.display(),
            binding.display()
        );
        fs::write(&file, text).unwrap();
        fs::create_dir(&data).unwrap();
        let config = Config::load(&file).unwrap();
        Self { folder, config }
    }

    /// Has a key for codes, and gives a code.
    fn with_key(&self) -> String {
        let key = ServiceKey::of(3, &[7; ServiceKey::BYTES]).unwrap();
        ServiceFiles::of(&self.config.data_dir).keep_key(&key).unwrap();
        ServiceCode::make(&key, Timestamp::now() + SignedDuration::from_hours(2), 7).to_string()
    }

    /// Waits, while somebody does something about each view.
    fn waits(&self, pause: Duration, mut does: impl FnMut(&View) -> Vec<Intent>) -> Over {
        let inputs = Mutex::new(None::<Sender<Input>>);
        let (_stop, stopped) = mpsc::channel::<()>();
        let show = |view: View| {
            let touched = does(&view);
            let inputs = inputs.lock().unwrap();
            for intent in touched {
                inputs.as_ref().unwrap().send(Input::Resident(Box::new(intent))).unwrap();
            }
        };
        let standby = Standby { config: &self.config, machine: None, inputs: &inputs, show };
        standby.waits(&OutOfService::Storage, pause, &stopped)
    }
}

fn page(view: &View) -> Option<&PanelView> {
    match &view.screen {
        Screen::Panel(panel) => Some(panel),
        _ => None,
    }
}

fn offered(panel: &PanelView, label: &'static str) -> Option<usize> {
    let label = say(Language::default(), label);
    panel.choices.iter().position(|choice| choice.label == label)
}

/// Somebody who makes the gesture once.
#[derive(Default)]
struct Comes {
    has_come: bool,
}

impl Comes {
    fn now(&mut self) -> Vec<Intent> {
        let comes = !std::mem::replace(&mut self.has_come, true);
        comes.then_some(Intent::Technician).into_iter().collect()
    }
}

#[test]
fn without_a_key_for_codes_the_gesture_is_enough_and_neither_binding_nor_passphrase_can_be_changed() {
    let (mut somebody, mut menus) = (Comes::default(), Vec::new());
    let over = Place::new().waits(Duration::ZERO, |view| {
        let Some(panel) = page(view) else { return somebody.now() };
        assert!(panel.entry.is_none(), "no code could be right");
        menus.push(["Counters and versions", ENROL_ANEW].map(|label| offered(panel, label)));
        vec![Intent::Stop]
    });
    // The time to try again is over all along, and it is not tried while somebody is here.
    assert_eq!((over, menus.first()), (Over::TriesAgain, Some(&[Some(1), None])));
}

#[test]
fn the_passphrase_is_for_whoever_has_a_code() {
    let technicians = || Technicians { perform: Box::new(|_, _| {}) };
    let time = hardware::time(&Place::new().config, None);
    let frame = View::out_of_service(OutOfService::Storage).frame;
    for knows_codes in [false, true] {
        let clock = Clock::of(time.clone());
        let (service, _) = Service::begin_without_code(1, &frame, clock.now());
        let facts = PillarFacts::default();
        let mut guest = Guest { service, clock, technicians: technicians(), facts, knows_codes };
        let machine = MachineFacts { passphrase: Some(false), ..MachineFacts::default() };
        assert_eq!(guest.takes(vec![Event::Machine(Box::new(machine))]), Stays::Yes);
        let view = guest.view(&frame);
        let is_offered = offered(page(&view).unwrap(), "Passphrase of the data").is_some();
        assert_eq!(is_offered, knows_codes);
    }
}

#[test]
fn where_there_is_a_key_a_code_is_asked_for() {
    let place = Place::new();
    let code = place.with_key();
    let (mut somebody, mut typed, mut menu) = (Comes::default(), false, None);
    let over = place.waits(Duration::ZERO, |view| {
        let Some(panel) = page(view) else { return somebody.now() };
        if panel.entry.is_none() {
            menu = offered(panel, ENROL_ANEW);
            return vec![Intent::Stop];
        }
        if std::mem::replace(&mut typed, true) {
            return Vec::new();
        }
        code.chars().map(Intent::Type).chain([Intent::Next]).collect()
    });
    assert_eq!((over, typed), (Over::TriesAgain, true));
    assert!(menu.is_some(), "whoever has a code may enrol it anew");
}

#[test]
fn a_pillar_whose_binding_was_taken_away_is_tried_again_at_once() {
    let place = Place::new();
    let code = place.with_key();
    fs::write(&place.config.binding, "no binding that could be read").unwrap();
    let (mut somebody, mut typed) = (Comes::default(), false);
    let over = place.waits(LONG, |view| {
        let Some(panel) = page(view) else { return somebody.now() };
        if panel.entry.is_some() && !std::mem::replace(&mut typed, true) {
            return code.chars().map(Intent::Type).chain([Intent::Next]).collect();
        }
        let next = offered(panel, ENROL_ANEW).or_else(|| offered(panel, "Take the binding away"));
        next.map(Intent::Pick).into_iter().collect()
    });
    assert_eq!((over, place.config.binding.exists()), (Over::TriesAgain, false));
}

#[test]
fn whoever_touches_it_otherwise_sees_that_it_does_not_serve() {
    let mut views = 0;
    let over = Place::new().waits(Duration::ZERO, |view| {
        views += 1;
        assert_eq!(view.screen, Screen::OutOfService(OutOfService::Storage));
        vec![Intent::Begin, Intent::Next, Intent::Type('7')]
    });
    assert_eq!((over, views), (Over::TriesAgain, 1));
}

#[test]
fn one_that_waits_can_be_ended() {
    let place = Place::new();
    let (stop, stopped) = mpsc::channel();
    stop.send(()).unwrap();
    let inputs = Mutex::new(None);
    let standby = Standby { config: &place.config, machine: None, inputs: &inputs, show: |_: View| {} };
    assert_eq!(standby.waits(&OutOfService::Catalogue, LONG, &stopped), Over::Stopped);
    assert!(inputs.lock().unwrap().is_none(), "nobody hears what is touched then");
}

#[test]
fn of_an_outbox_that_cannot_be_read_nobody_says_that_nothing_waits() {
    let place = Place::new();
    assert_eq!(waiting(&place.config), 0, "there is none yet");
    fs::write(place.folder.path().join("data/outbox.sqlite"), "no database").unwrap();
    assert_eq!(waiting(&place.config), 1);
}
