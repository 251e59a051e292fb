//! Service visits, in stories: a technician who touches and types, and a pillar that answers.

mod code;
mod devices;
mod gallery;
mod leaving;
mod machine;

use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;

use super::*;
use crate::visit::{OutOfService, PanelView};
pub(crate) use gallery::samples;

/// A technician in front of a pillar with everything.
struct Technician {
    service: Service,
    now: Moment,
    /// What was wanted since it was last looked at.
    wanted: Vec<Deed>,
    /// The number of what was begun last.
    number: Option<Number>,
}

impl Technician {
    /// Has made the gesture.
    fn arrives() -> Self {
        Self::arrives_at(1)
    }

    /// Has made the gesture, and is one of several since the program started.
    fn arrives_at(visit: u64) -> Self {
        let now =
            Moment { uptime: Duration::from_secs(1000), timestamp: "2026-11-24T09:00:00Z".parse().unwrap() };
        let mut frame = View::out_of_service(OutOfService::Storage).frame;
        frame.language = Language::En;
        Self { service: Service::begin(visit, &frame, now), now, wanted: Vec::new(), number: None }
    }

    /// Has typed a code that is good for an hour.
    fn gets_in() -> Self {
        Self::gets_in_at(1)
    }

    fn gets_in_at(visit: u64) -> Self {
        let mut technician = Self::arrives_at(visit);
        technician.types("353007745053").does(Intent::Next);
        assert_eq!(technician.wants(), [Deed::Try(Secret::of("353007745053"))]);
        let until = technician.now.timestamp + SignedDuration::from_hours(1);
        technician.hears(Event::Tried(Tried::Granted { serial: 7, until }));
        assert_eq!(technician.wants(), [Deed::Note(ServiceDeed::Opened, ServiceOutcome::Done), Deed::Look]);
        technician.hears(Event::Pillar(pillar()));
        technician.hears(Event::Machine(Box::new(image())));
        technician
    }

    fn hears(&mut self, event: Event) -> &mut Self {
        let deeds = self.service.handle(event, self.now);
        for deed in &deeds {
            if let Deed::Begin(number, _) = deed {
                self.number = Some(*number);
            }
        }
        self.wanted.extend(deeds);
        self
    }

    /// This came of what was begun last.
    fn hears_of_it(&mut self, end: End) -> &mut Self {
        self.hears(Event::Ended(self.number.unwrap(), end))
    }

    /// What was wanted last, when it was this.
    fn begun(&self, work: Work) -> Deed {
        Deed::Begin(self.number.unwrap(), work)
    }

    fn does(&mut self, intent: Intent) -> &mut Self {
        self.hears(Event::Did(intent))
    }

    fn types(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.does(Intent::Type(c));
        }
        self
    }

    /// Touches the choice that says this.
    fn touches(&mut self, label: &str) -> &mut Self {
        let choices = self.sees().choices;
        let index = choices.iter().position(|choice| choice.label == label && choice.enabled);
        let index = index.unwrap_or_else(|| panic!("nobody can touch {label:?} among {choices:#?}"));
        self.does(Intent::Pick(index))
    }

    /// Some time goes by in which nothing else happens.
    fn waits(&mut self, time: Duration) -> &mut Self {
        self.now.uptime += time;
        self.now.timestamp += SignedDuration::try_from(time).unwrap();
        self.hears(Event::Tick)
    }

    fn wants(&mut self) -> Vec<Deed> {
        std::mem::take(&mut self.wanted)
    }

    /// What was wanted and noted, without looking around.
    fn notes(&mut self) -> Vec<(ServiceDeed, ServiceOutcome)> {
        let noted = |deed| match deed {
            Deed::Note(deed, outcome) => Some((deed, outcome)),
            _ => None,
        };
        self.wants().into_iter().filter_map(noted).collect()
    }

    fn view(&self) -> View {
        self.service.view(View::out_of_service(OutOfService::Storage).frame, self.now)
    }

    fn sees(&self) -> PanelView {
        match self.view().screen {
            Screen::Panel(panel) => panel,
            other => panic!("no page for technicians: {other:?}"),
        }
    }

    fn is_on(&self, title: &str) {
        assert_eq!(self.sees().title, title);
    }
}

const MENU: &str = "What do you want to do at this pillar?";

fn pillar() -> PillarFacts {
    PillarFacts {
        serves: true,
        is_enrolled: true,
        name: "Jumbo-1".into(),
        catalogue: "2026-11-20".into(),
        waiting: 0,
        online: true,
        visits: 12,
        receipts: 9,
        counted_since: Some(jiff::civil::date(2026, 3, 2)),
        paper_used_mm: Some(41_500),
        celsius: Some(43),
        has_printer: true,
        has_terminal: true,
        reads_documents: true,
        reads_passes: true,
    }
}

fn image() -> MachineFacts {
    let network = r#"{"links": [
        {"kind": "ethernet", "state": "connected", "address": "192.0.2.7/24"},
        {"kind": "wifi", "state": "off"}, {"kind": "mobile", "state": "failed"}],
        "wifi": [{"ssid": "Gemeente", "signal": 80, "secured": true}, {"ssid": "Gast", "signal": 60}]}"#;
    MachineFacts {
        has_image: true,
        system: Some("0.2.0.812".into()),
        free: Some(5 << 30),
        network: Some(serde_json::from_str(network).unwrap()),
        stick: Some(StickFacts { update: Some("0.2.0.813".into()) }),
        has_backlight: true,
        passphrase: Some(false),
    }
}

#[test]
fn what_the_machine_knows_nothing_of_is_not_offered() {
    let mut technician = Technician::gets_in();
    technician.hears(Event::Machine(Box::default()));
    let bare = PillarFacts { has_printer: false, ..pillar() };
    technician.hears(Event::Pillar(bare));
    let labels: Vec<String> = technician.sees().choices.into_iter().map(|choice| choice.label).collect();
    assert_eq!(
        labels,
        [
            "Try the devices",
            "Counters and versions",
            "Enrol this pillar anew",
            "Close, and serve residents again"
        ]
    );
}

#[test]
fn the_counters_say_how_the_pillar_is() {
    let mut technician = Technician::gets_in();
    technician.touches("Counters and versions");
    let said: Vec<String> =
        technician.sees().rows.into_iter().map(|row| format!("{}: {}", row.label, row.value)).collect();
    for line in [
        "Name of the pillar: Jumbo-1",
        "Visits of residents: 12",
        "Receipts on paper: 9",
        "Counted since: 2026-03-02",
        "Requests that wait to be sent: 0",
        "The program runs since: 0 days, 0 hours, 16 minutes",
        "Version of the image: 0.2.0.812",
        "Used of the roll: 41 metres",
        "Room on the disk: 5120 MB",
        "Temperature inside: 43 °C",
    ] {
        assert!(said.contains(&line.to_owned()), "{line:?} is not in {said:#?}");
    }
    technician.does(Intent::Back).is_on(MENU);
}

#[test]
fn one_minute_is_not_said_to_be_many() {
    let mut technician = Technician::gets_in();
    technician.hears(Event::Pillar(PillarFacts { paper_used_mm: Some(1_999), ..pillar() }));
    technician.touches("Counters and versions");
    technician.now.uptime = Duration::from_secs((25 * 60 + 1) * 60);
    let value = |technician: &Technician, label: &str| {
        technician.sees().rows.into_iter().find(|row| row.label == label).unwrap().value
    };
    assert_eq!(value(&technician, "The program runs since"), "1 day, 1 hour, 1 minute");
    assert_eq!(value(&technician, "Used of the roll"), "1 metre");
    technician.service.comfort.language = Language::Pl;
    assert_eq!(value(&technician, "Zużyto z rolki"), "1 metr");
    let mut technician = Technician::arrives();
    for (minutes, said) in [(1, "Wait 1 minute and"), (2, "Wait 2 minutes and")] {
        technician.types("353007745053").does(Intent::Next);
        technician.hears(Event::Tried(Tried::Pause { minutes }));
        let trouble = technician.sees().entry.unwrap().trouble;
        assert!(trouble.contains(said), "{trouble}");
    }
}

#[test]
fn a_new_roll_is_told_once_and_noted() {
    let mut technician = Technician::gets_in();
    technician.touches("New paper roll");
    assert_eq!(technician.wants(), [], "nothing is done by looking");
    technician.touches("There is a new roll");
    let wanted = technician.wants();
    let noted = Deed::Note(ServiceDeed::ChangedRoll, ServiceOutcome::Done);
    assert_eq!(wanted, [Deed::NewRoll, noted, Deed::Look]);
    technician.is_on("Counters and versions");
}

#[test]
fn pillar_and_machine_are_looked_at_again_and_again() {
    let mut technician = Technician::gets_in();
    technician.waits(Duration::from_secs(1));
    assert_eq!(technician.wants(), []);
    technician.waits(Duration::from_secs(1));
    assert_eq!(technician.wants(), [Deed::Look]);
}

#[test]
fn the_language_can_be_changed_on_every_page_and_nothing_typed_is_lost() {
    let mut technician = Technician::arrives();
    technician.types("3530").does(Intent::ToggleLanguages);
    assert_eq!(technician.view().frame.overlay, Some(Overlay::Languages));
    technician.does(Intent::Type('9')).does(Intent::ChooseLanguage(Language::Nl));
    let view = technician.view();
    assert_eq!((view.frame.overlay, view.frame.language), (None, Language::Nl));
    let panel = technician.sees();
    assert_eq!(panel.title, "Voor de technicus");
    assert_eq!(panel.entry.unwrap().value, "3530");
}

/// Every text that a service visit can say, from its sources.
fn keys() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/maintenance");
    let mut keys = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let source = std::fs::read_to_string(file).unwrap();
        let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
        for call in [".say(", ".fill(", ".count("] {
            for said in code.split(call).skip(1) {
                keys.extend(
                    said.trim_start()
                        .strip_prefix('"')
                        .map(|text| text.split('"').next().unwrap().to_owned()),
                );
            }
        }
    }
    keys.sort();
    keys.dedup();
    keys
}

#[test]
fn everything_is_said_in_every_language_and_no_translation_is_left_over() {
    let keys = keys();
    assert!(keys.len() > 100, "{} texts", keys.len());
    for language in ["nl", "de", "fr", "pl", "tr", "ar", "uk"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/lang").join(language).join("LC_MESSAGES");
        let texts = |name: &str| -> Vec<String> {
            let file = polib::po_file::parse(&folder.join(name)).unwrap();
            file.messages().filter(|text| text.is_translated()).map(|text| text.msgid().to_owned()).collect()
        };
        let (own, shared) = (texts("service.po"), texts("words.po"));
        let missing: Vec<_> = keys.iter().filter(|key| !own.contains(key) && !shared.contains(key)).collect();
        assert!(missing.is_empty(), "not in {language}: {missing:#?}");
        let unused: Vec<_> = own.iter().filter(|text| !keys.contains(text)).collect();
        assert!(unused.is_empty(), "said nowhere, in {language}: {unused:#?}");
    }
}

/// So that no view is as large as all of them: what is shared stays shared.
#[test]
fn a_view_keeps_what_surrounds_it_of_the_visits() {
    let technician = Technician::gets_in();
    let frame = View::out_of_service(OutOfService::Storage).frame;
    let branding = Arc::clone(&frame.branding);
    let view = technician.service.view(frame, technician.now);
    assert!(Arc::ptr_eq(&view.frame.branding, &branding));
    assert!(view.frame.can_stop && !view.frame.can_go_back && !view.frame.can_go_on);
}
