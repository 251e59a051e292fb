//! What is noted of whole visits at a pillar without devices.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use zuil_wire::VisitEntry;
use zuil_wire::seal::{OpenKey, SealKey};
use zuil_wire::visits::{Seen, VisitOutcome};

use super::super::*;
use super::*;
use crate::demo::errand::ScriptedResident;
use crate::outbox::MemoryOutbox;
use crate::visit::{Intent, Screen, VisitSettings};
use crate::waypoint::NoWaypoints;
use zuil_catalogue::Catalogue;

struct Pillar {
    runner: Runner,
    log: Arc<VisitLog>,
    _folder: tempfile::TempDir,
}

fn at(second: u64) -> Moment {
    let started: Timestamp = "2026-11-23T13:07:00Z".parse().unwrap();
    let uptime = Duration::from_secs(second);
    Moment { uptime, timestamp: started + uptime }
}

impl Pillar {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let zone = TimeZone::get("Europe/Amsterdam").unwrap();
        let log = Arc::new(VisitLog::open(folder.path(), zone.clone()));
        let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/example");
        let (_, public_key) = OpenKey::generate().unwrap();
        let runner = Runner::new(Parts {
            identity: Identity {
                pillar: "voorbeeld".into(),
                seal_key: SealKey::from_base64("k1", &public_key).unwrap(),
            },
            visit: Visit::new(Arc::new(Catalogue::load(&catalogue).unwrap()), VisitSettings::default()),
            outbox: Arc::new(MemoryOutbox::default()),
            printer: None,
            columns: receipt::Paper::default(),
            paper: PaperSettings::default(),
            roll_file: None,
            terminal: None,
            end_of_day: None,
            system: None,
            readers: Readers::default(),
            referrals: Arc::new(crate::sync::ReferralBook::in_memory()),
            ask_hub: Box::new(|_| {}),
            wake_sync: Box::new(|| {}),
            thermometer: None,
            tell_health: Box::new(|_| {}),
            time_zone: zone,
            waypoints: Arc::new(NoWaypoints),
            started: Timestamp::UNIX_EPOCH,
            remote: None,
            visit_log: Some(Arc::clone(&log)),
        });
        let mut pillar = Self { runner, log, _folder: folder };
        pillar.takes(Input::Sync(SyncEvent::Online(true)), 100);
        pillar
    }

    fn takes(&mut self, input: Input, second: u64) {
        self.runner.take(input, at(second));
    }

    fn resident(&mut self, intent: Intent, second: u64) {
        self.takes(Input::Resident(Box::new(intent)), second);
    }

    /// What is noted of this day, when it is over.
    fn noted(&self) -> Vec<VisitEntry> {
        self.log.due("2026-11-24T12:00:00Z".parse().unwrap())
    }
}

#[test]
fn a_visit_is_noted_when_it_is_over_and_nothing_of_it_before() {
    let mut pillar = Pillar::new();
    let mut resident = ScriptedResident::who_wants("call-back");
    let mut second = 200;
    while !matches!(pillar.runner.view(at(second)).screen, Screen::Receipt(_)) {
        for intent in resident.acts_on(&pillar.runner.view(at(second))) {
            pillar.resident(intent, second);
        }
        second += 1;
        pillar.takes(Input::Tick, second);
        assert!(second < 400, "{:?}", pillar.runner.view(at(second)).screen);
    }
    assert_eq!(pillar.noted(), []);
    pillar.resident(Intent::ToggleSpeech, second);
    pillar.resident(Intent::Stop, second + 1);
    pillar.resident(Intent::Next, second + 2);
    let mut seen: Vec<Seen> = pillar.noted().into_iter().map(|entry| entry.what).collect();
    seen.sort();
    let Seen::Visit { quarter, outcome, .. } = seen[0] else { panic!("{seen:?}") };
    // It is 14:10 where the pillar stands.
    assert_eq!((quarter, outcome), (14 * 4, VisitOutcome::Finished));
    let task = Seen::Task { task: "call-back".into(), end: TaskEnd::Finished, question: None };
    assert_eq!(seen[1..], [task, Seen::Language { language: "nl".into() }, Seen::Aid { aid: Aid::Speech }]);
}

#[test]
fn somebody_who_only_touches_the_screen_leaves_a_glance_in_the_log() {
    let mut pillar = Pillar::new();
    pillar.resident(Intent::Begin, 200);
    pillar.resident(Intent::Stop, 230);
    let seen: Vec<Seen> = pillar.noted().into_iter().map(|entry| entry.what).collect();
    assert!(
        seen.contains(&Seen::Visit { quarter: 56, minutes: 1, outcome: VisitOutcome::Looked }),
        "{seen:?}"
    );
    assert!(!seen.iter().any(|seen| matches!(seen, Seen::Task { .. } | Seen::Fault { .. })), "{seen:?}");
}
