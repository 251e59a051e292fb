//! A pillar whose clock is wrong by ten years, in either direction, and a hub over real TLS.

use jiff::SignedDuration;

use super::*;

const TEN_YEARS: SignedDuration = SignedDuration::from_hours(10 * 8766);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// What the hubs here call now.
fn noon() -> Timestamp {
    at("2027-03-01T12:00:00Z")
}

/// The time of a pillar whose clock is off by so much, and which was made before all this.
fn clock_off_by(off: SignedDuration) -> HubTime {
    HubTime::with(None, move || noon() + off, || Duration::ZERO)
}

fn dated(date: Timestamp, body: &str) -> String {
    let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT");
    answer("200 OK", &format!("date: {date}\r\n"), body)
}

/// A hub whose certificate is for `name` and these years, and whose clock says `date`.
struct Setting<'a> {
    of: &'a Authority,
    name: &'a str,
    years: (i32, i32),
    date: Timestamp,
}

impl Setting<'_> {
    /// What an upload comes to, what the hub heard, and what time the pillar makes it.
    async fn uploads(
        &self,
        ours: &Authority,
        off: SignedDuration,
    ) -> (Result<(), SyncError>, Vec<Heard>, Timestamp) {
        let config = server_config_with(self.of.issues_valid(self.name, self.years), admitting(ours));
        let date = self.date;
        let (address, requests) = serves(config, move |_| dated(date, EMPTY)).await;
        let time = clock_off_by(off);
        let line = Line { time: time.clone(), max_kilobits: 0 };
        let hub = HttpsHub::new(&binding(address, ours, ours), line, &provider()).unwrap();
        let came_to = hub.upload(&request()).await.map(drop);
        let heard = requests.lock().unwrap().clone();
        (came_to, heard, time.now())
    }
}

#[tokio::test]
async fn a_clock_that_is_ten_years_off_does_not_stop_an_upload_and_is_right_from_then_on() {
    let ours = Authority::new();
    for off in [TEN_YEARS, -TEN_YEARS] {
        let hub = Setting { of: &ours, name: "127.0.0.1", years: (2027, 2029), date: noon() };
        let (came_to, heard, now) = hub.uploads(&ours, off).await;
        came_to.unwrap();
        assert_eq!(now, noon());
        // Over the connection of which the time was not verified nothing goes but a greeting.
        assert_eq!(heard.len(), 2);
        assert!(heard[0].is_greeting() && heard[1].head.starts_with("post /v1/transactions "));
    }
}

#[tokio::test]
async fn a_clock_that_is_a_little_off_needs_no_extra_greeting_and_learns_all_the_same() {
    let ours = Authority::new();
    let hub = Setting { of: &ours, name: "127.0.0.1", years: (2027, 2029), date: noon() };
    let (came_to, heard, now) = hub.uploads(&ours, SignedDuration::from_hours(3)).await;
    came_to.unwrap();
    assert_eq!((heard.len(), now), (1, noon()));
}

#[tokio::test]
async fn who_is_not_the_hub_is_not_believed_however_wrong_the_clock_is() {
    let (ours, other) = (Authority::new(), Authority::new());
    let good = || Setting { of: &ours, name: "127.0.0.1", years: (2027, 2029), date: noon() };
    for off in [TEN_YEARS, -TEN_YEARS, SignedDuration::ZERO] {
        for (what, hub) in [
            ("really expired", Setting { date: at("2029-06-01T12:00:00Z"), years: (2027, 2028), ..good() }),
            ("not valid yet", Setting { date: at("2027-06-01T12:00:00Z"), years: (2028, 2029), ..good() }),
            ("another authority", Setting { of: &other, ..good() }),
            ("another name", Setting { name: "elsewhere.invalid", ..good() }),
        ] {
            // By a right clock, what is expired in 2029 is not expired yet.
            let off = if off.is_zero() && what == "really expired" {
                SignedDuration::from_hours(20_000)
            } else {
                off
            };
            let before = clock_off_by(off).now();
            let (came_to, heard, now) = hub.uploads(&ours, off).await;
            let error = came_to.unwrap_err();
            assert!(
                matches!(error, SyncError::NotTheHub(_)) && error.is_permanent(),
                "{what}, {off}: {error:?}"
            );
            assert!(heard.iter().all(Heard::is_greeting), "{what}: more than a greeting was sent");
            assert_eq!(now, before, "{what}: nothing is learned from it");
        }
    }
}

#[tokio::test]
async fn an_old_certificate_with_an_old_date_does_not_turn_back_the_time() {
    let ours = Authority::new();
    let stolen =
        Setting { of: &ours, name: "127.0.0.1", years: (2023, 2025), date: at("2024-06-01T12:00:00Z") };
    for off in [TEN_YEARS, -TEN_YEARS, SignedDuration::ZERO] {
        let (came_to, heard, _) = stolen.uploads(&ours, off).await;
        let error = came_to.unwrap_err();
        assert!(matches!(&error, SyncError::NotTheHub(why) if why.contains("time.json")), "{error:?}");
        assert!(heard.iter().all(Heard::is_greeting));
    }
}

#[tokio::test]
async fn a_hub_that_does_not_tell_the_time_cannot_be_asked_for_it() {
    let ours = Authority::new();
    let config = server_config_with(ours.issues_valid("127.0.0.1", (2027, 2029)), admitting(&ours));
    let (address, requests) = serves(config, |_| answer("200 OK", "", EMPTY)).await;
    let line = Line { time: clock_off_by(TEN_YEARS), max_kilobits: 0 };
    let hub = HttpsHub::new(&binding(address, &ours, &ours), line, &provider()).unwrap();
    let error = hub.upload(&request()).await.unwrap_err();
    assert!(matches!(error, SyncError::NotTheHub(_)), "{error:?}");
    assert!(requests.lock().unwrap().iter().all(Heard::is_greeting));
}

#[tokio::test]
async fn a_hub_whose_clock_leaps_out_of_its_own_certificate_teaches_nothing() {
    let ours = Authority::new();
    let config = server_config_with(ours.issues_valid("127.0.0.1", (2027, 2029)), admitting(&ours));
    let (address, _) = serves(config, |_| dated(at("2099-01-01T00:00:00Z"), EMPTY)).await;
    let time = clock_off_by(SignedDuration::ZERO);
    let line = Line { time: time.clone(), max_kilobits: 0 };
    let hub = HttpsHub::new(&binding(address, &ours, &ours), line, &provider()).unwrap();
    for _ in 0..3 {
        hub.upload(&request()).await.unwrap();
        assert_eq!(time.now(), noon());
    }
}

#[tokio::test]
async fn the_technician_is_told_that_the_clock_is_wrong_and_not_that_the_hub_is_another() {
    let ours = Authority::new();
    let config = server_config_with(ours.issues_valid("127.0.0.1", (2027, 2029)), admitting(&ours));
    let (address, _) = serves(config, |_| dated(noon(), EMPTY)).await;
    let binding = binding(address, &ours, &ours);
    let ten_years_ahead = || at("2037-03-01T12:00:00Z");
    let probe =
        tokio::task::spawn_blocking(move || crate::sync::probe(&binding, ten_years_ahead)).await.unwrap();
    let probe = probe.unwrap();
    assert!(probe.ended.is_none(), "{probe:?}");
    assert_eq!(probe.clock_ahead, Some(ten_years_ahead().duration_since(noon())));
}
