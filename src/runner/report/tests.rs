//! What a pillar without devices tells of who is there and how warm it is.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::tz::TimeZone;
use tempfile::TempDir;
use zuil_catalogue::Catalogue;
use zuil_wire::seal::{OpenKey, SealKey};

use super::super::*;
use crate::outbox::MemoryOutbox;
use crate::visit::{Screen, VisitSettings};
use crate::waypoint::NoWaypoints;

struct Pillar {
    runner: Runner,
    /// What it told, the oldest first.
    told: Arc<Mutex<Vec<HealthReport>>>,
    /// Where its sensors are.
    class: TempDir,
    uptime: Duration,
}

impl Pillar {
    fn starts() -> Self {
        let (told, class) = (Arc::<Mutex<Vec<HealthReport>>>::default(), tempfile::tempdir().unwrap());
        let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/example");
        let (_, public_key) = OpenKey::generate().unwrap();
        let heard = Arc::clone(&told);
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
            referrals: Arc::new(ReferralBook::in_memory()),
            wake_sync: Box::new(|| {}),
            ask_hub: Box::new(|_| {}),
            tell_health: Box::new(move |report| heard.lock().unwrap().push(report)),
            time_zone: TimeZone::UTC,
            waypoints: Arc::new(NoWaypoints),
            started: Timestamp::UNIX_EPOCH,
            remote: None,
            visit_log: None,
            thermometer: Some(Thermometer::at(class.path())),
        });
        let mut pillar = Self { runner, told, class, uptime: Duration::from_secs(100) };
        pillar.after(2);
        pillar
    }

    fn moment(&self) -> Moment {
        let started: Timestamp = "2026-11-23T13:07:00Z".parse().unwrap();
        Moment { uptime: self.uptime, timestamp: started + self.uptime }
    }

    fn does(&mut self, intent: Intent) -> &mut Self {
        let now = self.moment();
        self.runner.take(Input::Resident(Box::new(intent)), now);
        self
    }

    /// So many ticks, each half a second after the one before.
    fn after(&mut self, ticks: u32) -> &mut Self {
        for _ in 0..ticks {
            self.uptime += Duration::from_millis(500);
            let now = self.moment();
            self.runner.take(Input::Tick, now);
        }
        self
    }

    fn is(&self, thousandths: &str) {
        let zone = self.class.path().join("thermal/thermal_zone0");
        fs::create_dir_all(&zone).unwrap();
        fs::write(zone.join("temp"), thousandths).unwrap();
    }

    /// What it told since it was asked last.
    fn told(&self) -> Vec<HealthReport> {
        std::mem::take(&mut *self.told.lock().unwrap())
    }

    fn told_of_use(&self) -> Vec<Option<bool>> {
        self.told().iter().map(|report| report.in_use).collect()
    }
}

#[test]
fn that_somebody_came_is_told_once_however_much_they_touch_and_so_is_that_they_left() {
    let mut pillar = Pillar::starts();
    assert_eq!(pillar.told_of_use(), [Some(false)]);
    pillar.does(Intent::Begin);
    assert_eq!(pillar.told_of_use(), [], "a touch waits for nothing");
    pillar.after(1);
    assert_eq!(pillar.told_of_use(), [Some(true)]);
    pillar.does(Intent::ChooseTask("call-back".into())).after(4).does(Intent::Next).after(4);
    pillar.does(Intent::ToggleSpeech).after(4);
    assert_eq!(pillar.told_of_use(), []);
    // Whoever walks away is waited for, and then nobody is there.
    pillar.after(2 * 600);
    assert_eq!(pillar.told_of_use(), [Some(false)]);
}

#[test]
fn whoever_is_there_when_the_hub_turns_the_pillar_away_is_there_until_they_leave_and_then_it_is_not_in_use() {
    let mut pillar = Pillar::starts();
    pillar.does(Intent::Begin).after(1);
    assert_eq!(pillar.told_of_use().last(), Some(&Some(true)));
    let now = pillar.moment();
    pillar.runner.take(Input::Sync(SyncEvent::Admitted(false)), now);
    pillar.after(4);
    assert_eq!(pillar.told_of_use(), []);
    pillar.after(2 * 600);
    assert_eq!(pillar.told_of_use(), [Some(false)]);
    assert!(matches!(pillar.runner.view(pillar.moment()).screen, Screen::OutOfService(_)));
}

#[test]
fn nothing_that_is_told_of_a_visit_differs_from_one_resident_to_the_next() {
    let told_of = |task: &str| {
        let mut pillar = Pillar::starts();
        pillar.does(Intent::ChooseTask(task.into())).after(1);
        let mut told = pillar.told();
        told.pop().map(|report| serde_json::to_value(report).unwrap()).unwrap()
    };
    assert_eq!(told_of("call-back"), told_of("complaint"));
}

#[test]
fn how_warm_it_is_is_read_each_20_seconds_and_a_sensor_that_fails_later_is_known_no_more() {
    let mut pillar = Pillar::starts();
    assert_eq!(pillar.told()[0].celsius, None);
    pillar.is("54000");
    pillar.after(2 * 21);
    let celsius =
        |pillar: &Pillar| -> Vec<Option<i16>> { pillar.told().iter().map(|report| report.celsius).collect() };
    assert_eq!(celsius(&pillar), [Some(54)]);
    for degree in 0..40 {
        pillar.is(&format!("{}000", 50 + degree % 2));
        pillar.after(1);
    }
    assert_eq!(celsius(&pillar).len(), 1, "one reading in twenty seconds");
    pillar.is("-273000");
    pillar.after(2 * 21);
    assert_eq!(celsius(&pillar), [None]);
}
