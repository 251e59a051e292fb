//! A pillar is enrolled over a real line at a real hub: from the technician's browser to the first request of a resident.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Instant;

use jiff::Timestamp;
use zuil::config::Config;
use zuil::demo::stage::PILLAR;
use zuil::pillar::Standing;
use zuil::runner::Input;
use zuil::visit::{Intent, OutOfService, PanelView, Screen, View};
use zuil_browser::{Browser, Look};
use zuil_hub::Running;
use zuil_hub::access::staff::{self, Added};
use zuil_hub::fleet::{self, New};
use zuil_hub::store::{Role, Roles, Trouble};
use zuil_wire::reference::SystemRandom;

use crate::town::{PATIENCE, Resident, Town};

/// A free task.
const TASK: &str = "call-back";
const TECHNICIAN: &str = "t.techniek";

/// Runs `zuil enrol` as a technician does.
pub fn enrol(config: &Path, arguments: &[&str]) -> Output {
    let zuil = Path::new(env!("CARGO_BIN_EXE_zuil"));
    Command::new(zuil).arg("--config").arg(config).arg("enrol").args(arguments).output().unwrap()
}

/// Settings of a pillar whose binding is to be at a place; they are replaced by those of the stage.
pub fn settings(binding: &Path) -> std::path::PathBuf {
    let folder = binding.parent().unwrap();
    let config = folder.join("before.toml");
    let shown = folder.display();
    let text =
        format!("data_dir = '{shown}/data'\ncatalogue_dir = '{shown}'\nbinding = '{}'\n", binding.display());
    fs::write(&config, text).unwrap();
    config
}

/// What a program said.
pub fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

fn code_for(hub: &Running, again: bool) -> String {
    let new = New { pillar: PILLAR, place: "Bij de ingang", again };
    fleet::make_code(&*hub.store, new, "a test", Timestamp::now()).unwrap().0.to_string()
}

fn does_an_errand(resident: &mut Resident) {
    resident.goes_on(TASK, "the end of the errand", |screen| matches!(screen, Screen::Goodbye));
    resident.does(Intent::Next);
    resident.waits_for("the first screen", |view| matches!(view.screen, Screen::Attract { .. }));
}

/// A technician who has signed in.
pub fn technicians_browser(hub: &Running) -> Browser {
    let roles = Roles::from_iter([Role::Technician]);
    let added = staff::add(&*hub.store, TECHNICIAN, roles, "a test", &SystemRandom::new(), Timestamp::now());
    let Ok(Added::Yes(password)) = added else { panic!("no account for the technician") };
    let browser = Browser::open(&hub.desk_url, Look::Light);
    browser.goes_to("/pillars");
    browser.comes_to("/login");
    browser.fills_in("Naam", TECHNICIAN);
    browser.fills_in("Wachtwoord", &password);
    browser.presses("Inloggen");
    browser.comes_to("/pillars");
    browser
}

/// What stands in a place of the page.
fn shown(browser: &Browser, id: &str) -> String {
    let text = browser.runs(&format!("return document.getElementById('{id}').textContent"));
    text.as_str().unwrap().to_owned()
}

/// The technician, who looks at the pillars, makes a code for the one of the stage; the code.
pub fn makes_a_code(browser: &Browser) -> String {
    browser.presses("Zuil aanmelden");
    browser.comes_to("/enrolment");
    browser.fills_in("Naam van de zuil", PILLAR);
    browser.fills_in("Plek", "Jumbo, bij de ingang");
    browser.presses("Maak de code");
    browser.comes_to_read("Code voor de zuil demo");
    shown(browser, "enrolment-code")
}

#[test]
fn a_technician_makes_a_code_in_the_browser_and_the_pillar_that_enrols_with_it_serves_and_delivers() {
    let town = Town::bound_by(|hub, _, url, file| {
        let browser = technicians_browser(hub);
        let code = makes_a_code(&browser);
        assert_eq!(zuil_browser::barriers(&browser), Vec::<String>::new(), "where the code stands");
        assert_eq!(shown(&browser, "hub-address"), hub.intake_url);
        // Whoever opens the page again sees how the code stands, and not the code.
        browser.presses("Kijk of de zuil is aangemeld");
        browser.comes_to_read("Wacht op de zuil");
        assert!(!browser.reads().contains(&code));

        let config = settings(file);
        let wrong = enrol(&config, &["--hub", url, "--code", &code[1..]]);
        assert!(!wrong.status.success() && said(&wrong).contains("18 letters"), "{}", said(&wrong));
        let done = enrol(&config, &["--hub", url, "--code", &code.to_lowercase()]);
        assert!(done.status.success(), "{}", said(&done));
        assert_eq!(String::from_utf8_lossy(&done.stdout).trim(), PILLAR);
        browser.looks_again();
        browser.comes_to_read("demo is aangemeld");
        browser.presses("Bekijk de zuil");
        browser.comes_to("/pillars/demo");
        browser.goes_to("/pillars");
        browser.comes_to_read(PILLAR);
        let second = enrol(&config, &["--hub", url, "--code", &code]);
        assert!(!second.status.success() && said(&second).contains("bound already"), "{}", said(&second));
    });
    let mut resident = town.resident();
    does_an_errand(&mut resident);
    town.wait_until_empty();
    let stored = town.at_the_hub();
    assert_eq!((stored.len(), stored[0].pillar.as_str(), stored[0].trouble), (1, PILLAR, None));
}

#[test]
fn a_pillar_that_was_wiped_is_enrolled_again_under_its_name_and_delivers_what_it_still_had() {
    let town = Town::new();
    let mut resident = town.resident();
    town.network.cut();
    does_an_errand(&mut resident);
    drop(resident);
    town.network.mend();
    let wiped = enrol(&town.config(), &["--wipe"]);
    assert!(wiped.status.success() && said(&wiped).contains("wait to be sent: 1;"), "{}", said(&wiped));
    assert!(town.try_resident().is_err(), "it has no binding");
    let url = format!("https://{}", town.network.near_end());
    let code = code_for(town.hub(), true);
    let done = enrol(&town.config(), &["--hub", &url, "--code", &code]);
    assert!(done.status.success(), "{}", said(&done));
    let _resident = town.resident();
    town.wait_until_empty();
    let stored = town.at_the_hub();
    assert_eq!((stored.len(), stored[0].trouble), (1, None::<Trouble>));
}

#[test]
fn a_code_of_another_hub_enrols_nobody() {
    let (town, other) = (Town::new(), Town::new());
    fs::remove_file(town.folder().join("binding.json")).unwrap();
    let code = code_for(other.hub(), true);
    let url = format!("https://{}", town.network.near_end());
    let refused = enrol(&town.config(), &["--hub", &url, "--code", &code]);
    assert!(!refused.status.success() && said(&refused).contains("knows no such code"), "{}", said(&refused));
    assert!(!town.folder().join("binding.json").exists());
}

#[test]
fn a_pillar_of_which_the_network_goes_in_the_middle_is_enrolled_with_the_same_code_afterwards() {
    let town = Town::new();
    fs::remove_file(town.folder().join("binding.json")).unwrap();
    let (url, code) = (format!("https://{}", town.network.near_end()), code_for(town.hub(), true));
    town.network.cut();
    let unreachable = enrol(&town.config(), &["--hub", &url, "--code", &code]);
    assert!(!unreachable.status.success() && said(&unreachable).contains("cannot be reached"));
    town.network.mend();
    let done = enrol(&town.config(), &["--hub", &url, "--code", &code]);
    assert!(done.status.success(), "{}", said(&done));
    assert!(town.try_resident().is_ok());
}

/// A pillar that is set up at its screen, and the technician before it.
struct SetUp {
    pillar: Standing,
    views: std::sync::mpsc::Receiver<View>,
}

impl SetUp {
    fn at(town: &Town) -> Self {
        let (show, views) = std::sync::mpsc::channel::<View>();
        let config = Config::load(&town.config()).unwrap();
        let pillar = Standing::start(config, || (), move |view| drop(show.send(view))).unwrap();
        Self { pillar, views }
    }

    fn does(&self, intent: Intent) {
        self.pillar.tell(Input::Resident(Box::new(intent)));
    }

    fn waits_for(&self, what: &str, fits: &dyn Fn(&View) -> bool) {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let view = self.views.recv_timeout(left).unwrap_or_else(|_| panic!("waited in vain for {what}"));
            if fits(&view) {
                return;
            }
        }
    }

    /// Waits for a page whose second choice is this one, and touches that.
    fn goes_on(&self, words: &'static str) {
        let has = |panel: &PanelView| panel.choices.get(1).is_some_and(|choice| choice.label == words);
        self.waits_for(words, &|view| matches!(&view.screen, Screen::Panel(panel) if has(panel)));
        self.does(Intent::Pick(1));
    }
}

#[test]
fn a_technician_sets_a_pillar_up_at_its_screen_and_it_serves_when_it_has_looked_at_itself() {
    let town = Town::new();
    fs::remove_file(town.folder().join("binding.json")).unwrap();
    let set_up = SetUp::at(&town);
    let waits_for = |what: &str, fits: &dyn Fn(&View) -> bool| set_up.waits_for(what, fits);
    let does = |intent| set_up.does(intent);
    let types = |text: &str| text.chars().for_each(|c| does(Intent::Type(c)));
    let asks = |words: &'static str| move |view: &View| matches!(&view.screen, Screen::Question(it) if it.title.contains(words) || it.help.contains(words));
    waits_for("the question for the address", &asks("adres"));
    types(&town.network.near_end().to_string());
    does(Intent::Next);
    waits_for("the question for the code", &asks("Welke code"));
    let code = code_for(town.hub(), true);
    types(&code[..19]);
    does(Intent::Next);
    waits_for("what to do about half a code", &asks("Vergelijk hem per groepje"));
    types(&code[19..]);
    does(Intent::Next);
    waits_for("the hub being looked for", &asks("We zoeken de hub"));
    set_up.goes_on("Ga verder");
    // The power goes in the middle of it.
    drop(set_up);
    let set_up = SetUp::at(&town);
    set_up.goes_on("Ga verder");
    set_up.goes_on("Beginnen");
    set_up.waits_for("the first screen", &|view| matches!(view.screen, Screen::Attract { .. }));
    assert_eq!(town.store().certificates(PILLAR).unwrap().len(), 2);
    let data = Config::load(&town.config()).unwrap().data_dir;
    assert!(fs::read(data.join("readiness.pdf")).unwrap().starts_with(b"%PDF"));
    town.wait_until_it_told_of_itself();
    // After another restart it serves at once.
    drop(set_up);
    let served = SetUp::at(&town);
    let first = served.views.recv_timeout(PATIENCE).unwrap();
    assert!(matches!(first.screen, Screen::Attract { .. }), "{first:?}");
}

#[test]
fn a_revoked_pillar_goes_out_of_service_and_comes_back_when_it_is_enrolled_again() {
    let town = Town::new();
    let mut resident = town.resident();
    resident.waits_for("the first screen", |view| matches!(view.screen, Screen::Attract { .. }));
    town.wait_until_heard();
    town.revoke();
    // Something happens of which the pillar tells at once.
    town.printer.set_paper_mm(1_500);
    let closed = Screen::OutOfService(OutOfService::NotAdmitted);
    resident.waits_for("that the municipality has taken it out of use", |view| view.screen == closed);
    drop(resident);
    let (url, code) = (format!("https://{}", town.network.near_end()), code_for(town.hub(), true));
    let done = enrol(&town.config(), &["--wipe", "--hub", &url, "--code", &code]);
    assert!(done.status.success(), "{}", said(&done));
    let mut resident = town.resident();
    does_an_errand(&mut resident);
    town.wait_until_empty();
    assert_eq!(town.at_the_hub().len(), 1);
}
