//! A first boot on a machine (made up): what is shown, what is wished, and how it ends.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use zuil_catalogue::Language;

use super::*;
use crate::machine::Places;
use crate::visit::{Control, Intent, PanelView, Screen};

/// Nobody waits longer than that, however slow the machine is.
const PATIENCE: Duration = Duration::from_mins(1);

const NO_CABLE: &str = r#"{"links": [{"kind": "ethernet", "state": "no-cable"}]}"#;
const CONNECTED: &str = r#"{"links": [{"kind": "ethernet", "state": "connected"}]}"#;

/// A machine on which a first boot goes on, and a technician before it.
struct Going {
    inputs: Arc<Mutex<Option<Sender<Input>>>>,
    views: Receiver<View>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<Over>>,
}

fn config(folder: &Path) -> Config {
    let file = folder.join("zuil.toml");
    let at = |name: &str| folder.join(name).display().to_string();
    let text = format!(
        "data_dir = '{}'\ncatalogue_dir = '{}'\nbinding = '{}'\n",
        at("data"),
        at("catalogue"),
        at("binding.json")
    );
    fs::write(&file, text).unwrap();
    Config::load(&file).unwrap()
}

fn network_is(folder: &Path, state: &str) {
    let service = folder.join("run/zuil-network");
    fs::create_dir_all(&service).unwrap();
    fs::write(service.join("state.new"), state).unwrap();
    fs::rename(service.join("state.new"), service.join("state.json")).unwrap();
}

/// The machine of a folder, as the image makes it.
fn machine(folder: &Path) -> Option<Machine> {
    for name in ["data", "fleeting", "run"] {
        fs::create_dir_all(folder.join(name)).unwrap();
    }
    fs::write(folder.join("os-release"), "IMAGE_VERSION=1.1\nVARIANT_ID=field\n").unwrap();
    let at = |name: &str| folder.join(name);
    let (os_release, data, fleeting, run) = (at("os-release"), at("data"), at("fleeting"), at("run"));
    Machine::of(Places { os_release, data, fleeting, run })
}

impl Going {
    fn on(folder: &Path, machine: Option<Machine>) -> Self {
        let (config, inputs) = (config(folder), Arc::new(Mutex::new(None)));
        let (show, views) = mpsc::channel();
        let (stop, stopped) = mpsc::channel::<()>();
        let ours = Arc::clone(&inputs);
        let thread = thread::spawn(move || {
            let show = move |view| drop(show.send(view));
            FirstBoot { config: &config, machine, inputs: &ours, show }.run(&stopped)
        });
        Self { inputs, views, stop: Some(stop), thread: Some(thread) }
    }

    fn does(&self, intent: Intent) {
        let inputs = self.inputs.lock().unwrap();
        inputs.as_ref().unwrap().send(Input::Resident(Box::new(intent))).unwrap();
    }

    fn types(&self, text: &str) {
        text.chars().for_each(|c| self.does(Intent::Type(c)));
    }

    /// Waits for a view that fits.
    fn sees(&self, what: &str, fits: impl Fn(&View) -> bool) -> View {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let view = self.views.recv_timeout(left).unwrap_or_else(|_| panic!("waited in vain for {what}"));
            if fits(&view) {
                return view;
            }
        }
    }

    fn sees_page(&self, what: &str, fits: impl Fn(&PanelView) -> bool) {
        self.sees(what, |view| matches!(&view.screen, Screen::Panel(panel) if fits(panel)));
    }

    /// Waits for the question for the hub's address; what stands there.
    fn sees_question(&self) -> String {
        let view = self.sees("the question", |view| matches!(view.screen, Screen::Question(_)));
        let Screen::Question(question) = view.screen else { panic!("no question") };
        let Control::Fields { fields, .. } = question.control else { panic!("no field") };
        fields[0].value.clone()
    }

    fn ends(&mut self) -> Over {
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn is_there(file: &Path) -> String {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Ok(text) = fs::read_to_string(file) {
            return text;
        }
        assert!(Instant::now() < until, "waited in vain for {}", file.display());
        thread::yield_now();
    }
}

#[test]
fn a_developers_machine_asks_for_the_hub_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let going = Going::on(folder.path(), None);
    assert_eq!(going.sees_question(), "");
}

#[test]
fn a_pillar_without_a_line_asks_for_one_and_goes_on_as_soon_as_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let machine = machine(folder.path());
    network_is(folder.path(), NO_CABLE);
    let going = Going::on(folder.path(), machine);
    going.sees_page("the lines", |panel| panel.rows.len() == 1);
    going.does(Intent::Pick(0));
    let wish = is_there(&folder.path().join("fleeting/network.json"));
    assert!(wish.contains("\"wish\":\"ethernet\"") && wish.contains("\"address\":null"), "{wish}");
    let wish: serde_json::Value = serde_json::from_str(&wish).unwrap();
    let mut done: serde_json::Value = serde_json::from_str(CONNECTED).unwrap();
    done["outcome"] = "done".into();
    done["for"] = wish["id"].clone();
    network_is(folder.path(), &done.to_string());
    assert_eq!(going.sees_question(), "");
}

#[test]
fn a_binding_from_elsewhere_ends_it_and_so_does_whoever_started_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut going = Going::on(folder.path(), None);
    going.sees_question();
    // Even one that is of no use: the pillar says so then.
    fs::write(folder.path().join("binding.json"), "{}").unwrap();
    assert_eq!(going.ends(), Over::Serves);
    fs::remove_file(folder.path().join("binding.json")).unwrap();
    let mut going = Going::on(folder.path(), None);
    going.sees_question();
    drop(going.stop.take());
    assert_eq!(going.ends(), Over::Stopped);
}

#[test]
fn a_hub_that_is_out_of_reach_is_told_each_time_it_is_tried() {
    let folder = tempfile::tempdir().unwrap();
    let going = Going::on(folder.path(), None);
    going.sees_question();
    // Nobody listens there.
    going.types("127.0.0.1:1");
    going.does(Intent::Next);
    going.types(&zuil_wire::EnrolmentCode::from_bits(8).to_string());
    going.sees("the whole code", |view| shows_a_whole_code(view) && view.frame.can_go_on);
    for _ in 0..2 {
        going.does(Intent::Next);
        going.sees("that it is tried", |view| shows_a_whole_code(view) && !view.frame.can_go_on);
        going.sees("that it can be tried again", |view| shows_a_whole_code(view) && view.frame.can_go_on);
    }
}

/// Eighteen letters in three groups.
fn shows_a_whole_code(view: &View) -> bool {
    let Screen::Question(question) = &view.screen else { return false };
    let Control::Fields { fields, .. } = &question.control else { return false };
    fields[0].value.len() == 20 && fields[0].value.matches('-').count() == 2
}

#[test]
fn after_a_restart_it_goes_on_with_the_language_and_the_address() {
    let folder = tempfile::tempdir().unwrap();
    let going = Going::on(folder.path(), None);
    going.sees_question();
    going.does(Intent::ChooseLanguage(Language::De));
    going.types("hub.example.nl");
    going.does(Intent::Next);
    going.types("7K3MQ9");
    going.does(Intent::Next);
    let says = |words: &'static str| move |view: &View| matches!(&view.screen, Screen::Question(it) if it.help.contains(words));
    going.sees("that the code is wrong", says("Gruppe"));
    drop(going);
    let kept = Kept::read(&folder.path().join("data")).unwrap();
    assert_eq!((kept.hub.as_str(), kept.enrolls), ("hub.example.nl", false));
    let text = fs::read_to_string(folder.path().join("data/first-boot.json")).unwrap();
    assert!(!text.contains("7K3MQ9"), "no code is kept");
    let going = Going::on(folder.path(), None);
    let view = going.sees("the question", |view| matches!(view.screen, Screen::Question(_)));
    assert_eq!(view.frame.language, Language::De);
}

#[test]
fn a_binding_that_did_not_come_from_the_screen_opens_no_first_boot() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    assert!(!is_open(&config));
    Kept { language: Language::Nl, hub: "hub".into(), enrolls: true }.keep(&config.data_dir);
    assert!(!is_open(&config), "there is no binding: it begins with the network");
    Kept { language: Language::Nl, hub: "hub".into(), enrolls: false }.keep(&config.data_dir);
    fs::write(&config.binding, "{}").unwrap();
    assert!(!is_open(&config));
    forget(&config.data_dir);
    assert!(!is_open(&config));
}
