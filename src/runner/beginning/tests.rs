//! The next system begins at night, when nobody is there.

use std::fs;
use std::path::Path;
use std::time::Duration;

use jiff::civil::time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use zuil_catalogue::Catalogue;
use zuil_wire::SystemOffer;
use zuil_wire::seal::{OpenKey, SealKey};

use super::*;
use crate::devices::printer::paper::PaperSettings;
use crate::outbox::MemoryOutbox;
use crate::receipt;
use crate::runner::{Identity, Input, Parts, Readers};
use crate::system::Places;
use crate::visit::{Intent, Visit, VisitSettings};
use crate::waypoint::NoWaypoints;

/// A pillar (made up) at which the next system is written, and may begin from 01:30 on.
struct Pillar {
    runner: Runner,
    system: Arc<System>,
    folder: tempfile::TempDir,
    /// Seconds since midnight.
    clock: u64,
}

impl Pillar {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("update")).unwrap();
        fs::write(at("os-release"), "IMAGE_VERSION=1.1\n").unwrap();
        fs::write(at("state.json"), r#"{"version": "1.2", "state": "written"}"#).unwrap();
        let places = Places { os_release: at("os-release"), update: at("update"), state: at("state.json") };
        let system = Arc::new(System::of(places).unwrap());
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
            system: Some((Arc::clone(&system), time(1, 30, 0, 0))),
            readers: Readers::default(),
            wake_sync: Box::new(|| {}),
            thermometer: None,
            tell_health: Box::new(|_| {}),
            referrals: Arc::new(crate::sync::ReferralBook::in_memory()),
            ask_hub: Box::new(|_| {}),
            time_zone: TimeZone::UTC,
            waypoints: Arc::new(NoWaypoints),
            started: Timestamp::UNIX_EPOCH,
            remote: None,
            visit_log: None,
        });
        Self { runner, system, folder, clock: 0 }
    }

    /// The hub says that this pillar should have the next one.
    fn is_offered_it(&self) {
        self.system.hear(Some(&SystemOffer { version: "1.2".into(), bytes: 1 }));
    }

    fn takes(&mut self, input: Input) {
        let midnight: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
        let uptime = Duration::from_secs(self.clock);
        let timestamp = midnight + SignedDuration::try_from(uptime).unwrap();
        self.runner.take(input, Moment { uptime, timestamp });
    }

    fn at(&mut self, hour: u64, minute: u64) -> &mut Self {
        self.clock = (hour * 60 + minute) * 60;
        self.takes(Input::Tick);
        self
    }

    fn resident(&mut self, intent: Intent) {
        self.takes(Input::Resident(Box::new(intent)));
    }

    /// Whether it was asked for; the image takes that away and starts anew.
    fn asked(&self) -> bool {
        fs::remove_file(self.folder.path().join("update/activate")).is_ok()
    }
}

#[test]
fn with_nobody_at_the_pillar_it_begins_at_the_set_time_and_not_before() {
    let mut pillar = Pillar::new();
    pillar.is_offered_it();
    assert!(!pillar.at(1, 29).asked());
    assert!(pillar.at(1, 30).asked());
    assert!(!pillar.at(1, 31).asked(), "it is not asked for again and again");
    assert!(pillar.at(1, 46).asked(), "nothing came of it: once more");
}

#[test]
fn with_somebody_at_the_pillar_it_waits_until_they_have_left() {
    let mut pillar = Pillar::new();
    pillar.is_offered_it();
    pillar.at(1, 29);
    pillar.clock += 55;
    pillar.resident(Intent::Begin);
    assert!(!pillar.at(1, 30).asked());
    pillar.resident(Intent::Stop);
    assert!(pillar.at(1, 31).asked());
}

#[test]
fn by_day_and_without_the_hubs_word_nothing_begins() {
    let mut pillar = Pillar::new();
    assert!(!pillar.at(2, 0).asked(), "the hub does not say that it should");
    pillar.is_offered_it();
    assert!(pillar.at(2, 16).asked());
    let mut by_day = Pillar::new();
    by_day.is_offered_it();
    assert!(!by_day.at(10, 0).asked());
}
