//! Sample views of a service visit, for pictures and tests. The visit makes them itself, so that they are what a technician
//! sees: somebody goes there in English, and reads it in another language then.

use super::*;
use crate::visit::{ReaderKind, WhyNotPrinted};

/// What a technician does, and what they are answered, until they see a page.
type Story = fn(&mut Technician);

/// Each kind of page, and each sentence that tells what to do, in a language; by name.
pub(crate) fn samples(language: Language) -> Vec<(&'static str, View)> {
    let before = AT_THE_DOOR.iter().map(|story| (Technician::arrives(), story));
    let within = [IN_THE_MENU, AT_THE_DEVICES, AT_THE_NETWORK, AT_THE_MACHINE, WAITING, TOLD];
    let within = within.into_iter().flatten().map(|story| (Technician::gets_in(), story));
    let everything = EVERYTHING.iter().map(|story| (looks_at_everything(language), story));
    before
        .chain(within)
        .chain(everything)
        .map(|(mut technician, (name, story))| {
            story(&mut technician);
            (*name, seen(&mut technician, language))
        })
        .collect()
}

/// What is on the screen, as the pillar of a municipality shows it.
fn seen(technician: &mut Technician, language: Language) -> View {
    technician.does(Intent::ChooseLanguage(language));
    let mut frame = View::out_of_service(OutOfService::Storage).frame;
    (frame.municipality, frame.phone) = ("Voorbeeldhuizen".to_owned(), "14 0000".to_owned());
    technician.service.view(frame, technician.now)
}

fn nothing_more(_: &mut Technician) {}

const EVERYTHING: &[(&str, Story)] = &[("service-everything", nothing_more)];

/// What the doctor says is in a language when it arrives.
fn looks_at_everything(language: Language) -> Technician {
    let mut technician = Technician::gets_in();
    let rows = crate::pillar::rows_of_doctor(crate::doctor::samples(language));
    technician.touches("Try the devices").touches("Look at everything").hears(Event::Examined(rows));
    technician
}

fn tries(technician: &mut Technician, tried: Tried) {
    technician.types("353007745053").does(Intent::Next).hears(Event::Tried(tried));
}

const AT_THE_DOOR: &[(&str, Story)] = &[
    ("service-code", nothing_more),
    ("service-code-typed", |it| {
        it.types("353007745053");
    }),
    ("service-code-wrong", |it| tries(it, Tried::Wrong { pause: None })),
    ("service-code-expired", |it| tries(it, Tried::Expired)),
    ("service-code-pause", |it| tries(it, Tried::Pause { minutes: 15 })),
    ("service-code-no-key", |it| tries(it, Tried::NoKey)),
];

/// Is at a pillar that does not come to serve, and has no key for codes.
fn cannot_begin(technician: &mut Technician) {
    let known = PillarFacts { name: "zuil".to_owned(), waiting: 1, ..PillarFacts::default() };
    technician.hears(Event::Pillar(known));
}

const IN_THE_MENU: &[(&str, Story)] = &[
    ("service-menu", nothing_more),
    ("service-counters", |it| {
        it.touches("Counters and versions");
    }),
    ("service-counters-bad", |it| {
        let pillar = PillarFacts { waiting: 1234, online: false, celsius: Some(84), ..pillar() };
        let machine = MachineFacts { free: Some(120 << 20), ..image() };
        it.hears(Event::Pillar(pillar)).hears(Event::Machine(Box::new(machine)));
        it.touches("Counters and versions").waits(Duration::from_secs(100));
    }),
    ("service-menu-no-start", cannot_begin),
    ("service-counters-no-start", |it| {
        cannot_begin(it);
        it.touches("Counters and versions");
    }),
    ("service-roll", |it| {
        it.touches("New paper roll");
    }),
];

/// Tries a device, and is told what was found.
fn tries_device(technician: &mut Technician, device: &str, found: Option<Found>) {
    technician.touches("Try the devices").touches(device);
    if let Some(found) = found {
        technician.hears(Event::Found(found));
    }
}

const PRINTER: &str = "Receipt printer";
const TERMINAL: &str = "Card terminal";
const DOCUMENTS: &str = "Reader of identity documents";
const PASSES: &str = "Reader of waste passes";

const fn not_printed(why: WhyNotPrinted) -> Option<Found> {
    Some(Found::Printed(Some(Err(why))))
}

const fn diagnosed(diagnosis: Diagnosis) -> Option<Found> {
    Some(Found::Diagnosed(diagnosis))
}

const AT_THE_DEVICES: &[(&str, Story)] = &[
    ("service-devices", |it| {
        it.touches("Try the devices");
    }),
    ("service-printer", |it| tries_device(it, PRINTER, None)),
    ("service-printer-printed", |it| tries_device(it, PRINTER, Some(Found::Printed(Some(Ok(())))))),
    ("service-printer-unknown", |it| tries_device(it, PRINTER, Some(Found::Printed(None)))),
    ("service-printer-paper", |it| tries_device(it, PRINTER, not_printed(WhyNotPrinted::PaperOut))),
    ("service-printer-cover", |it| tries_device(it, PRINTER, not_printed(WhyNotPrinted::CoverOpen))),
    ("service-printer-cutter", |it| tries_device(it, PRINTER, not_printed(WhyNotPrinted::Cutter))),
    ("service-printer-offline", |it| tries_device(it, PRINTER, not_printed(WhyNotPrinted::Offline))),
    ("service-printer-silent", |it| {
        tries_device(it, PRINTER, None);
        it.waits(Duration::from_secs(90));
    }),
    ("service-terminal", |it| tries_device(it, TERMINAL, None)),
    ("service-terminal-well", |it| tries_device(it, TERMINAL, diagnosed(Diagnosis::Well))),
    ("service-terminal-failed", |it| tries_device(it, TERMINAL, diagnosed(Diagnosis::Failed(0x6c)))),
    ("service-terminal-silent", |it| tries_device(it, TERMINAL, diagnosed(Diagnosis::Silent))),
    ("service-terminal-not-now", |it| tries_device(it, TERMINAL, diagnosed(Diagnosis::NotNow))),
    ("service-documents", |it| tries_device(it, DOCUMENTS, None)),
    ("service-documents-read", |it| {
        tries_device(it, DOCUMENTS, Some(Found::Held(ReaderKind::Document, true)));
    }),
    ("service-passes", |it| tries_device(it, PASSES, None)),
    ("service-passes-unreadable", |it| {
        tries_device(it, PASSES, Some(Found::Held(ReaderKind::Pass, false)));
    }),
    ("service-sound", |it| tries_device(it, "Sound", None)),
    ("service-touch", |it| {
        tries_device(it, "Touch screen", None);
        it.touches("Place 5");
    }),
    ("service-everything-looks", |it| tries_device(it, "Look at everything", None)),
];

/// At the page of the network, and what is touched and typed there, with "next" after each text.
fn sets_up(technician: &mut Technician, line: &str, typed: &[&str]) {
    technician.touches("Network").touches(line);
    for text in typed {
        technician.types(text).does(Intent::Next);
    }
}

/// Has looked for wireless networks, and found these.
fn finds(technician: &mut Technician, network: &str) {
    sets_up(technician, "Search for wireless networks", &[]);
    let machine = MachineFacts { network: Some(serde_json::from_str(network).unwrap()), ..image() };
    technician.hears_of_it(End::Done).hears(Event::Machine(Box::new(machine)));
}

const SOME: &str = r#"{"links": [{"kind": "wifi", "state": "off"}], "wifi": [
    {"ssid": "Gasten van de supermarkt", "signal": 81},
    {"ssid": "Bibliotheek", "signal": 30, "secured": true}]}"#;
const NONE: &str = r#"{"links": [{"kind": "wifi", "state": "off"}]}"#;
const CABLE: &str = "Set up the network cable";
const MOBILE: &str = "Set up the mobile network";

const AT_THE_NETWORK: &[(&str, Story)] = &[
    ("service-network", |it| {
        it.touches("Network");
    }),
    ("service-wireless", |it| finds(it, SOME)),
    ("service-wireless-none", |it| finds(it, NONE)),
    ("service-wireless-password", |it| {
        finds(it, SOME);
        it.touches("Bibliotheek").types("geheim");
    }),
    ("service-mobile", |it| sets_up(it, MOBILE, &[])),
    ("service-mobile-nameless", |it| sets_up(it, MOBILE, &[" "])),
    ("service-mobile-code", |it| sets_up(it, MOBILE, &["internet.example"])),
    ("service-cable", |it| sets_up(it, CABLE, &[])),
    ("service-cable-address", |it| {
        sets_up(it, CABLE, &[]);
        it.touches("Type a fixed address").types("192.0.2.7").does(Intent::Next);
    }),
    ("service-cable-router", |it| {
        sets_up(it, CABLE, &[]);
        it.touches("Type a fixed address").types("192.0.2.7/24").does(Intent::Next);
        it.types("router").does(Intent::Next);
    }),
    ("service-cable-names", |it| {
        sets_up(it, CABLE, &[]);
        it.touches("Type a fixed address").types("192.0.2.7/24").does(Intent::Next).does(Intent::Next);
    }),
];

const STICK: &str = "Stick: logs and updates";
const RESET: &str = "Delete everything";

/// Types a passphrase, and then another text where it is to be typed again.
fn sets_passphrase(technician: &mut Technician, typed: &[&str]) {
    technician.touches("Passphrase of the data");
    for text in typed {
        technician.types(text).does(Intent::Next);
    }
}

const AT_THE_MACHINE: &[(&str, Story)] = &[
    ("service-stick", |it| {
        it.touches(STICK);
    }),
    ("service-stick-bare", |it| {
        let machine = MachineFacts { stick: Some(StickFacts::default()), ..image() };
        it.hears(Event::Machine(Box::new(machine))).touches(STICK);
    }),
    ("service-stick-none", |it| {
        it.hears(Event::Machine(Box::new(MachineFacts { stick: None, ..image() }))).touches(STICK);
    }),
    ("service-screen", |it| {
        it.touches("Screen");
    }),
    ("service-passphrase", |it| sets_passphrase(it, &[])),
    ("service-passphrase-short", |it| sets_passphrase(it, &["kort"])),
    ("service-passphrase-again", |it| sets_passphrase(it, &["een lange zin"])),
    ("service-passphrase-other", |it| sets_passphrase(it, &["een lange zin", "een andere zin"])),
    ("service-restart", |it| {
        it.touches("Start the machine anew");
    }),
    ("service-enrol-anew", |it| {
        it.touches("Enrol this pillar anew");
    }),
    ("service-reset-while-waiting", |it| {
        it.hears(Event::Pillar(PillarFacts { waiting: 3, ..pillar() })).touches(RESET);
    }),
    ("service-reset", |it| {
        it.touches(RESET);
    }),
    ("service-reset-other-name", |it| {
        it.touches(RESET).types("Jumbo-2").does(Intent::Next);
    }),
];

/// Begins something that takes time.
fn begins(technician: &mut Technician, task: Task) {
    match task {
        Task::Search => sets_up(technician, "Search for wireless networks", &[]),
        Task::Network => {
            sets_up(technician, CABLE, &[]);
            technician.touches("Let the network give an address");
        }
        Task::Logs => {
            technician.touches(STICK).touches("Write the logs to the stick");
        }
        Task::Update => {
            technician.touches(STICK).touches("Install the update from the stick");
        }
        Task::Screen => {
            technician.touches("Screen").touches("Turned by 90 degrees");
        }
        Task::Passphrase => sets_passphrase(technician, &["een lange zin", "een lange zin"]),
        Task::ReEnrol => {
            technician.touches("Enrol this pillar anew").touches("Take the binding away");
        }
        Task::Reset => {
            technician.touches(RESET).types("Jumbo-1").does(Intent::Next);
        }
        Task::Restart => {
            technician.touches("Start the machine anew").touches("Start it anew");
        }
    }
}

const WAITING: &[(&str, Story)] = &[
    ("service-busy-search", |it| begins(it, Task::Search)),
    ("service-busy-network", |it| begins(it, Task::Network)),
    ("service-busy-logs", |it| begins(it, Task::Logs)),
    ("service-busy-update", |it| {
        begins(it, Task::Update);
        // By now they may go.
        it.waits(Duration::from_secs(15));
    }),
    ("service-busy-passphrase", |it| begins(it, Task::Passphrase)),
    ("service-busy-reset", |it| begins(it, Task::Reset)),
    ("service-busy-restart", |it| begins(it, Task::Restart)),
];

/// Is told what came of something.
fn is_told(technician: &mut Technician, task: Task, end: End) {
    begins(technician, task);
    technician.hears_of_it(end);
}

const TOLD: &[(&str, Story)] = &[
    ("service-told-password", |it| is_told(it, Task::Network, End::Password)),
    ("service-told-not-found", |it| is_told(it, Task::Network, End::NotFound)),
    ("service-told-no-address", |it| is_told(it, Task::Network, End::NoAddress)),
    ("service-told-no-device", |it| is_told(it, Task::Screen, End::NoDevice)),
    ("service-told-no-sim", |it| is_told(it, Task::Network, End::NoSim)),
    ("service-told-pin", |it| is_told(it, Task::Network, End::Pin)),
    ("service-told-logs", |it| is_told(it, Task::Logs, End::Done)),
    ("service-told-stick-full", |it| is_told(it, Task::Logs, End::NoRoom)),
    ("service-told-update", |it| is_told(it, Task::Update, End::Done)),
    ("service-told-no-room", |it| is_told(it, Task::Update, End::NoRoom)),
    ("service-told-older", |it| is_told(it, Task::Update, End::Older)),
    ("service-told-not-genuine", |it| is_told(it, Task::Update, End::NotGenuine)),
    ("service-told-no-answer", |it| is_told(it, Task::Network, End::NoAnswer)),
    ("service-told-enrol-anew", |it| is_told(it, Task::ReEnrol, End::Failed)),
    ("service-told-passphrase", |it| is_told(it, Task::Passphrase, End::Done)),
];

#[test]
fn every_page_is_said_in_every_language() {
    let english = samples(Language::En);
    let shows = |view: &View| match &view.screen {
        Screen::Panel(panel) => panel.clone(),
        other => panic!("no page for technicians: {other:?}"),
    };
    for language in Language::ALL.into_iter().filter(|language| *language != Language::En) {
        for ((name, view), (_, in_english)) in samples(language).iter().zip(&english) {
            assert_eq!(view.frame.language, language);
            let (own, english) = (shows(view), shows(in_english));
            assert_ne!(own.title, english.title, "{name} in {language:?}");
            assert_eq!((own.texts.len(), own.rows.len()), (english.texts.len(), english.rows.len()));
            let same = own.texts.iter().zip(&english.texts).find(|(text, key)| text == key);
            assert_eq!(same, None, "{name} in {language:?}");
        }
    }
}

#[test]
fn every_page_differs_from_every_other() {
    let seen = samples(Language::En);
    assert!(seen.len() > 70, "{} pages", seen.len());
    for (at, (name, view)) in seen.iter().enumerate() {
        let twin = seen[at + 1..].iter().find(|(_, other)| other == view);
        assert_eq!(twin.map(|(twin, _)| twin), None, "{name} shows the same");
    }
}
