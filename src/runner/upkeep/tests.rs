//! A pillar whose disk fills up: before a visit, and in the middle of one.

use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use zuil_wire::seal::{OpenKey, SealKey};

use super::super::*;
use super::*;
use crate::demo::errand::ScriptedResident;
use crate::outbox::{Settings, SqliteOutbox};
use crate::visit::{OutOfService, Screen, VisitSettings};
use crate::waypoint::NoWaypoints;
use zuil_catalogue::Catalogue;

/// A pillar without devices, at which free tasks can be done.
struct Pillar {
    runner: Runner,
    outbox: Arc<SqliteOutbox>,
    now: Duration,
    _folder: TempDir,
}

impl Pillar {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let outbox = SqliteOutbox::open(&folder.path().join("outbox.sqlite")).unwrap();
        let settings = Settings { keep_records: Duration::from_hours(24), ..Settings::default() };
        let outbox = Arc::new(outbox.with(settings).unwrap());
        let catalogue =
            Catalogue::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/example")).unwrap();
        let (_, public_key) = OpenKey::generate().unwrap();
        let runner = Runner::new(Parts {
            identity: Identity {
                pillar: "voorbeeld".into(),
                seal_key: SealKey::from_base64("k1", &public_key).unwrap(),
            },
            visit: Visit::new(Arc::new(catalogue), VisitSettings::default()),
            outbox: outbox.clone(),
            printer: None,
            columns: receipt::Paper::default(),
            paper: PaperSettings::default(),
            roll_file: None,
            terminal: None,
            end_of_day: None,
            system: None,
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
        Self { runner, outbox, now: Duration::from_secs(100), _folder: folder }
    }

    fn moment(&self) -> Moment {
        let since = SignedDuration::try_from(self.now).unwrap();
        Moment { uptime: self.now, timestamp: Timestamp::from_second(1_800_000_000).unwrap() + since }
    }

    fn takes(&mut self, input: Input) {
        let now = self.moment();
        self.runner.take(input, now);
    }

    fn after(&mut self, seconds: u64) -> &mut Self {
        for _ in 0..seconds {
            self.now += Duration::from_secs(1);
            self.takes(Input::Tick);
        }
        self
    }

    fn screen(&self) -> Screen {
        self.runner.view(self.moment()).screen
    }

    /// Someone comes for a free task and goes on until `stop` says so.
    fn someone_comes(&mut self, stop: impl Fn(&Screen) -> bool) {
        let mut resident = ScriptedResident::who_wants("call-back");
        for _ in 0..200 {
            let view = self.runner.view(self.moment());
            if stop(&view.screen) {
                return;
            }
            for intent in resident.acts_on(&view) {
                self.takes(Input::Resident(Box::new(intent)));
            }
            self.after(1);
        }
        panic!("they do not get on: {:?}", self.screen());
    }
}

const CLOSED: Screen = Screen::OutOfService(OutOfService::Storage);

#[test]
fn a_pillar_without_room_for_a_hundred_serves_nobody_until_there_is_some() {
    let mut pillar = Pillar::new();
    pillar.after(1);
    assert!(matches!(pillar.screen(), Screen::Attract { .. }));
    pillar.outbox.set_largest(4 << 20);
    pillar.after(1);
    assert_eq!(pillar.screen(), CLOSED);
    pillar.outbox.set_largest(64 << 20);
    pillar.after(10);
    assert!(matches!(pillar.screen(), Screen::Attract { .. }));
}

#[test]
fn the_hub_is_told_of_too_little_room_for_exactly_as_long_as_nobody_is_served() {
    for (room, closed, told) in [(99, true, 99), (110, true, 99), (110, false, 110), (120, false, 120)] {
        let upkeep = Upkeep { room: Some(room), closed, ..Upkeep::default() };
        assert_eq!(upkeep.room_to_tell(), Some(told), "{room}, closed: {closed}");
    }
    assert_eq!(Upkeep::default().room_to_tell(), None);
}

#[test]
fn the_very_touch_that_would_begin_a_visit_finds_that_there_is_no_room() {
    let mut pillar = Pillar::new();
    pillar.after(1).outbox.set_largest(4 << 20);
    pillar.takes(Input::Resident(Box::new(crate::visit::Intent::ChooseTask("call-back".into()))));
    assert_eq!(pillar.screen(), CLOSED);
}

#[test]
fn a_visit_that_was_begun_ends_with_its_receipt_though_there_is_no_room_for_another() {
    let mut pillar = Pillar::new();
    pillar.someone_comes(|screen| matches!(screen, Screen::Question(_)));
    pillar.outbox.set_largest(4 << 20);
    pillar.someone_comes(|screen| matches!(screen, Screen::Receipt(_)));
    assert_eq!(pillar.outbox.counts().unwrap().saved, 1);
    pillar.after(600);
    assert_eq!(pillar.screen(), CLOSED, "and then nobody begins another");
}

#[test]
fn a_request_that_could_not_be_written_is_said_not_to_be_saved_and_closes_the_pillar() {
    let mut pillar = Pillar::new();
    pillar.someone_comes(|screen| matches!(screen, Screen::Question(_)));
    pillar.outbox.set_read_only(true);
    pillar.someone_comes(|screen| matches!(screen, Screen::NotSaved));
    pillar.after(600);
    assert_eq!(pillar.screen(), CLOSED);
    pillar.outbox.set_read_only(false);
    pillar.after(10);
    assert!(matches!(pillar.screen(), Screen::Attract { .. }));
}

#[test]
fn nothing_is_tidied_while_someone_is_here() {
    let mut pillar = Pillar::new();
    let delivered = |pillar: &Pillar| {
        let pending = pillar.outbox.pending(64).unwrap();
        let sent: Vec<_> = pending.iter().map(crate::outbox::Pending::sent).collect();
        let outcomes: Vec<_> = sent
            .iter()
            .map(|it| zuil_wire::ItemOutcome::Accepted {
                id: it.id,
                state: zuil_wire::State::Received,
                case_number: None,
            })
            .collect();
        pillar.outbox.acknowledge(&outcomes, &sent).unwrap();
    };
    pillar.someone_comes(|screen| matches!(screen, Screen::Receipt(_)));
    delivered(&pillar);
    pillar.after(600);
    assert!(matches!(pillar.screen(), Screen::Attract { .. }));
    pillar.now += Duration::from_hours(48);
    pillar.someone_comes(|screen| matches!(screen, Screen::Question(_)));
    let before = pillar.outbox.counts().unwrap().received;
    pillar.after(20);
    assert_eq!((before, pillar.outbox.counts().unwrap().received), (1, 1), "someone is here");
    pillar.after(600);
    assert_eq!(pillar.outbox.counts().unwrap().received, 0);
}
