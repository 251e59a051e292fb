//! Clocks that are wrong, put right, without a battery, and hubs that are wrong themselves.

use super::*;

const TEN_YEARS: SignedDuration = SignedDuration::from_hours(10 * 8766);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn noon() -> Timestamp {
    at("2026-11-22T12:00:00Z")
}

/// A wall clock and an uptime that a test can turn.
#[derive(Clone)]
struct Clocks(Arc<Mutex<(Timestamp, Duration)>>);

impl Clocks {
    fn show(wall: Timestamp) -> Self {
        Self(Arc::new(Mutex::new((wall, Duration::ZERO))))
    }

    fn pass(&self, time: Duration) {
        let mut clocks = self.0.lock().unwrap();
        *clocks = (later(clocks.0, time), clocks.1 + time);
    }

    fn turn_to(&self, wall: Timestamp) {
        self.0.lock().unwrap().0 = wall;
    }

    fn time(&self, file: Option<&Path>) -> HubTime {
        let (wall, uptime) = (self.clone(), self.clone());
        let file = file.map(Path::to_owned);
        HubTime::with(file, move || wall.0.lock().unwrap().0, move || uptime.0.lock().unwrap().1)
    }
}

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn a_clock_that_is_right_is_left_alone() {
    let clocks = Clocks::show(noon());
    let time = clocks.time(None);
    assert_eq!((time.now(), time.wall_is_off()), (noon(), None));
    time.learn(noon() + SignedDuration::from_secs(40)).unwrap();
    clocks.pass(HOUR);
    assert_eq!((time.now(), time.wall_is_off()), (later(noon(), HOUR), None));
}

#[test]
fn a_clock_that_is_ten_years_off_either_way_is_right_as_soon_as_the_hub_was_heard_once() {
    for off in [TEN_YEARS, -TEN_YEARS] {
        let clocks = Clocks::show(noon() + off);
        let time = clocks.time(None);
        time.learn(noon()).unwrap();
        assert_eq!(time.wall_is_off(), Some(off));
        clocks.pass(HOUR);
        assert_eq!(time.now(), later(noon(), HOUR));
        // Somebody turns the clock: the time goes on.
        clocks.turn_to(at("2031-01-01T00:00:00Z"));
        assert_eq!(time.now(), later(noon(), HOUR));
        clocks.turn_to(later(noon(), HOUR) + SignedDuration::from_secs(3));
        let since = time.now().duration_since(later(noon(), HOUR));
        assert_eq!((time.wall_is_off(), since), (None, SignedDuration::from_secs(3)));
    }
}

#[test]
fn after_a_restart_it_is_still_known_how_wrong_the_clock_is() {
    for off in [TEN_YEARS, -TEN_YEARS] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("time.json");
        let before = Clocks::show(noon() + off).time(Some(&file));
        before.learn(noon()).unwrap();
        let after = Clocks::show(later(noon(), HOUR) + off).time(Some(&file));
        assert_eq!(after.now(), later(noon(), HOUR));
        // Put right meanwhile.
        let mended = Clocks::show(later(noon(), HOUR)).time(Some(&file));
        assert_eq!((mended.now(), mended.wall_is_off()), (later(noon(), HOUR), None));
        // Without a battery it begins with every start where it did at the factory.
        let empty = Clocks::show(at("2000-01-01T00:00:10Z")).time(Some(&file));
        assert!(empty.now() >= noon(), "{}", empty.now());
    }
}

#[test]
fn a_clock_that_says_less_than_when_the_program_was_made_is_wrong_without_any_hub() {
    let time = Clocks::show(Timestamp::UNIX_EPOCH).time(None);
    assert_eq!(time.now(), made());
    assert!(time.wall_is_off().unwrap().is_negative());
}

#[test]
fn nobody_can_teach_a_time_from_before() {
    let time = Clocks::show(noon()).time(None);
    let error = time.learn(at("2025-12-31T23:59:59Z")).unwrap_err();
    assert!(error.to_string().contains("put the hub's clock right"), "{error}");
    time.learn(noon()).unwrap();
    assert!(time.learn(noon() - SignedDuration::from_hours(25)).is_err());
    assert_eq!(time.now(), noon());
    // The hub's clock was put right by a few minutes.
    time.learn(noon() - SignedDuration::from_mins(10)).unwrap();
    assert_eq!(time.now(), noon() - SignedDuration::from_mins(10));
}

#[test]
fn the_file_is_written_rarely_and_a_damaged_one_only_costs_a_lesson() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("time.json");
    let clocks = Clocks::show(noon() + TEN_YEARS);
    let time = clocks.time(Some(&file));
    time.learn(noon()).unwrap();
    let first = fs::read_to_string(&file).unwrap();
    for minute in 1..60 {
        clocks.pass(Duration::from_secs(60));
        time.learn(noon() + SignedDuration::from_mins(minute)).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), first);
    clocks.pass(HOUR * 25);
    time.learn(later(noon(), HOUR * 26)).unwrap();
    assert_ne!(fs::read_to_string(&file).unwrap(), first, "the newest time is kept once a day");
    fs::write(&file, "{\"offset").unwrap();
    assert_eq!(Clocks::show(noon()).time(Some(&file)).now(), noon());
}

#[test]
fn whoever_wants_to_hear_of_the_time_hears_of_what_is_believed_only() {
    let time = Clocks::show(noon() + TEN_YEARS).time(None);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&heard);
    time.tell(move |hubs, wall| listener.lock().unwrap().push((hubs, wall)));
    time.clone().learn(noon()).unwrap();
    assert!(time.learn(at("2025-12-31T23:59:59Z")).is_err());
    assert_eq!(*heard.lock().unwrap(), [(noon(), noon() + TEN_YEARS)]);
}

#[test]
fn a_folder_that_cannot_be_written_stops_nothing() {
    let time = Clocks::show(noon() + TEN_YEARS).time(Some(Path::new("/nowhere/time.json")));
    time.learn(noon()).unwrap();
    assert_eq!(time.now(), noon());
}
