//! From a store to messages that arrive: with a mail server and a program (made up) that take them, refuse them, or are
//! not there.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;
use zuil_wire::{HealthReport, PROTOCOL_VERSION};

use super::at;
use crate::alerts::delivery::{AT_MOST, Delivery, Given, Mailbox, SIGNATURE_HEADER, Webhook};
use crate::alerts::letter::Letters;
use crate::alerts::limits::Limits;
use crate::alerts::watch::Watch;
use crate::connectors::Obstacle;
use crate::connectors::email::{Letter, Postman};
use crate::desk::Lang;
use crate::handover::courier::{Courier, Lost};
use crate::store::conformance::some_pillar;
use crate::store::{
    AlertKind, AlertStore as _, Certificate, DueMessage, EnrolmentStore as _, MemoryStore, Renewed, Store,
};

/// Takes letters, or does as it is told.
#[derive(Clone, Default)]
struct MadeUp {
    letters: Arc<Mutex<Vec<Letter>>>,
    posts: Arc<Mutex<Vec<Request<Vec<u8>>>>>,
    is_away: Arc<Mutex<bool>>,
    /// It takes what comes, and says nothing.
    is_silent: Arc<Mutex<bool>>,
}

impl MadeUp {
    async fn says_something(&self) {
        let is_silent = *self.is_silent.lock().unwrap();
        if is_silent {
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl Postman for MadeUp {
    async fn ready(&self) -> Result<(), Obstacle> {
        Ok(())
    }

    async fn give(&self, letter: Letter) -> Result<(), Obstacle> {
        self.letters.lock().unwrap().push(letter);
        self.says_something().await;
        if *self.is_away.lock().unwrap() { Err(Obstacle::Unknown) } else { Ok(()) }
    }
}

#[async_trait]
impl Courier for MadeUp {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Lost> {
        self.posts.lock().unwrap().push(request);
        self.says_something().await;
        if *self.is_away.lock().unwrap() {
            return Ok(Response::builder().status(503).body(Vec::new()).unwrap());
        }
        Ok(Response::new(Vec::new()))
    }
}

/// A store with two pillars, and a watch over it.
pub(super) struct Office {
    pub store: Arc<MemoryStore>,
    pub watch: Watch,
}

pub(super) fn letters() -> Letters {
    Letters { lang: Lang::Nl, email_to: vec!["storing@example.nl".into()], webhook: true }
}

pub(super) fn watch(store: &Arc<MemoryStore>) -> Watch {
    Watch::new(Arc::<MemoryStore>::clone(store), Limits::default(), letters(), Box::new(|| None))
}

impl Office {
    pub fn opens(pillars: &[&str]) -> Self {
        let store = Arc::new(MemoryStore::new());
        for (number, name) in (1..).zip(pillars) {
            store.add_pillar(&some_pillar(name, number)).unwrap();
            report(&*store, name, 0);
        }
        let watch = watch(&store);
        Self { store, watch }
    }

    pub fn watches(&mut self, from: i64, to: i64) {
        for second in (from..=to).step_by(2) {
            self.watch.round(at(second)).unwrap();
        }
    }

    pub fn due(&self, second: i64) -> Vec<DueMessage> {
        self.store.claim_messages(at(second), at(second + 60), 99).unwrap()
    }
}

fn report(store: &dyn Store, pillar: &str, second: i64) {
    report_at(store, pillar, at(second));
}

/// A pillar without devices says that it is there.
pub(super) fn report_at(store: &dyn Store, pillar: &str, at: Timestamp) {
    let report = HealthReport {
        version: PROTOCOL_VERSION,
        at,
        program: "0.2.0".into(),
        catalogue: "1".into(),
        devices: Vec::new(),
        paper: None,
        waiting: 0,
        open_payments: Vec::new(),
        clock_off_seconds: None,
        storage: None,
        seal_key: None,
        catalogue_refused: None,
        in_use: None,
        celsius: None,
        system: None,
    };
    store.take_report(pillar, &report, at).unwrap();
}

fn by(made_up: &MadeUp) -> Delivery {
    Delivery {
        mailbox: Some(Mailbox { postman: Box::new(made_up.clone()), from: "zuil@example.nl".into() }),
        webhook: Some(Webhook {
            courier: Arc::new(made_up.clone()),
            url: "https://meldkamer.example.nl/zuil".into(),
            secret: Zeroizing::new("geheim".into()),
        }),
    }
}

async fn give(delivery: &Delivery, office: &Office, due: &DueMessage, now: Timestamp) -> Given {
    delivery.give(due, &*office.store, || now).await.unwrap()
}

#[tokio::test]
async fn a_technician_reads_that_a_pillar_is_down_and_that_it_is_back_and_how_long_it_was() {
    let mut office = Office::opens(&["jumbo"]);
    let made_up = MadeUp::default();
    let delivery = by(&made_up);
    office.watches(0, 120);
    for due in office.due(120) {
        assert_eq!(give(&delivery, &office, &due, at(120)).await, Given::Yes);
    }
    for second in (320..420).step_by(20) {
        report(&*office.store, "jumbo", second);
        office.watches(second, second + 18);
    }
    for due in office.due(420) {
        assert_eq!(give(&delivery, &office, &due, at(420)).await, Given::Yes);
    }
    assert_eq!(office.due(99_999), [], "nothing is told twice");
    let letters = made_up.letters.lock().unwrap();
    let subjects: Vec<&str> = letters.iter().map(|letter| letter.subject.as_str()).collect();
    assert_eq!(subjects, ["jumbo is niet bereikbaar", "jumbo is weer bereikbaar"]);
    assert_eq!(letters[0].to, "storing@example.nl");
    assert!(
        letters[0].text.contains("Sinds ") && letters[0].text.contains("Bel de locatie"),
        "{}",
        letters[0].text
    );
    assert!(letters[1].text.contains("Het duurde 5 minuten."), "{}", letters[1].text);
}

#[tokio::test(start_paused = true)]
async fn who_says_nothing_is_given_up_before_the_message_is_claimed_again_and_told_later() {
    let mut office = Office::opens(&["jumbo"]);
    let made_up = MadeUp::default();
    let delivery = by(&made_up);
    office.watches(0, 120);
    *made_up.is_silent.lock().unwrap() = true;
    let due = office.due(120);
    assert_eq!(due.len(), 2, "a letter and a post");
    for due in due {
        let begun = tokio::time::Instant::now();
        assert_eq!(give(&delivery, &office, &due, at(120)).await, Given::NotYet);
        let took = SignedDuration::try_from(begun.elapsed()).unwrap();
        assert!(took < AT_MOST, "{took}");
    }
    *made_up.is_silent.lock().unwrap() = false;
    let due = office.due(200);
    assert_eq!(due.len(), 2, "neither is lost");
    for due in due {
        assert_eq!(give(&delivery, &office, &due, at(200)).await, Given::Yes);
    }
    assert_eq!(office.due(99_999), []);
}

#[tokio::test]
async fn a_program_is_told_with_a_signature_what_began_and_what_ended() {
    let mut office = Office::opens(&["jumbo"]);
    let made_up = MadeUp::default();
    let delivery = by(&made_up);
    office.watches(0, 120);
    for due in office.due(120) {
        give(&delivery, &office, &due, at(120)).await;
    }
    let posts = made_up.posts.lock().unwrap();
    let [post] = posts.as_slice() else { panic!("{} posts", posts.len()) };
    let told: serde_json::Value = serde_json::from_slice(post.body()).unwrap();
    assert_eq!((&told["event"], &told["kind"]), (&"raised".into(), &"down".into()));
    assert_eq!(told["pillars"][0]["name"], "jumbo");
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"geheim");
    let signed = post.headers()[SIGNATURE_HEADER].to_str().unwrap().strip_prefix("sha256=").unwrap();
    let bytes: Vec<u8> =
        (0..signed.len()).step_by(2).map(|at| u8::from_str_radix(&signed[at..at + 2], 16).unwrap()).collect();
    aws_lc_rs::hmac::verify(&key, post.body(), &bytes).unwrap();
}

#[tokio::test]
async fn what_is_not_taken_is_tried_again_with_the_same_id_and_given_up_after_three_days() {
    let mut office = Office::opens(&["jumbo"]);
    let made_up = MadeUp::default();
    *made_up.is_away.lock().unwrap() = true;
    let delivery = by(&made_up);
    office.watches(0, 120);
    let mut now = at(120);
    let mut tries = 0;
    loop {
        let due = office.store.claim_messages(now, now + SignedDuration::from_mins(1), 99).unwrap();
        let mut given = Vec::new();
        for due in &due {
            given.push(give(&delivery, &office, due, now).await);
        }
        tries += given.len();
        assert!(given.iter().all(|given| *given == Given::NotYet));
        now += SignedDuration::from_mins(30);
        if now > at(120) + SignedDuration::from_hours(24 * 3 + 2) {
            break;
        }
    }
    assert_eq!(office.store.claim_messages(now, now, 99).unwrap(), [], "they were given up");
    assert!((100..400).contains(&tries), "{tries}");
    let letters = made_up.letters.lock().unwrap();
    assert!(letters.iter().all(|letter| letter.message_id == letters[0].message_id));
    assert_eq!(office.store.alerts(at(0)).unwrap().len(), 1, "it stands on the pages");
}

#[test]
fn of_two_hubs_on_one_database_one_watches_and_the_other_goes_on_where_it_ended() {
    let mut office = Office::opens(&["jumbo"]);
    let mut other = watch(&office.store);
    for second in (0..120).step_by(2) {
        office.watch.round(at(second)).unwrap();
        other.round(at(second)).unwrap();
    }
    assert_eq!(office.store.alerts(at(0)).unwrap().len(), 1);
    assert_eq!(office.due(120).len(), 2, "one letter and one message for the program");
    // The first one is ended in order: the other one watches at once, and says nothing that was said.
    office.watch.end(at(120));
    for second in (120..400).step_by(2) {
        other.round(at(second)).unwrap();
        office.watch.round(at(second)).unwrap();
    }
    assert_eq!(office.store.alerts(at(0)).unwrap().len(), 1);
    for second in (400..500).step_by(20) {
        report(&*office.store, "jumbo", second);
        for second in (second..second + 20).step_by(2) {
            other.round(at(second)).unwrap();
        }
    }
    let alerts = office.store.alerts(at(0)).unwrap();
    assert_eq!((alerts.len(), alerts[0].kind), (1, AlertKind::Down));
    assert!(alerts[0].ended_at.is_some(), "and tells that it is over");
}

#[test]
fn a_pillar_that_goes_silent_when_the_hub_that_watches_is_killed_is_told_in_time() {
    let mut office = Office::opens(&["jumbo"]);
    let mut other = watch(&office.store);
    for second in (0..=200).step_by(2) {
        if second % 20 == 0 {
            report(&*office.store, "jumbo", second);
        }
        office.watch.round(at(second)).unwrap();
        other.round(at(second)).unwrap();
    }
    // The first hub is killed, and the pillar's power fails in the same second.
    for second in (202..=290).step_by(2) {
        other.round(at(second)).unwrap();
    }
    let alerts = office.store.alerts(at(0)).unwrap();
    assert_eq!(
        alerts.iter().map(|alert| (alert.kind, alert.began_at)).collect::<Vec<_>>(),
        [(AlertKind::Down, at(200))]
    );
}

#[test]
fn a_hub_that_comes_when_nobody_watched_counts_silence_from_then_on() {
    let mut office = Office::opens(&["jumbo"]);
    office.watches(0, 60);
    // All hubs were away for ten minutes, and the pillar had nobody to report to.
    let mut other = watch(&office.store);
    for second in (660..=740).step_by(2) {
        other.round(at(second)).unwrap();
    }
    assert_eq!(office.store.alerts(at(0)).unwrap(), []);
}

#[test]
fn twelve_pillars_that_are_lost_together_are_one_message() {
    let names: Vec<String> = (0..12).map(|number| format!("zuil-{number:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut office = Office::opens(&names);
    office.watches(0, 120);
    assert_eq!(office.store.alerts(at(0)).unwrap().len(), 12);
    let due = office.due(120);
    assert_eq!(due.len(), 2, "one for each channel");
    assert!(due[0].message.body.contains("12 zuilen zijn niet bereikbaar"), "{}", due[0].message.body);
    assert!(due[0].message.body.contains("kijk eerst naar het netwerk"));
}

const DAY: i64 = 24 * 60 * 60;
const YEAR: i64 = 365 * DAY;

/// The alerts about certificates after a pillar reported at a second and was watched for a while, and whether each is over.
fn about_certificates(office: &mut Office, second: i64) -> Vec<bool> {
    report(&*office.store, "jumbo", second);
    office.watches(second, second + 20);
    let alerts = office.store.alerts_of("jumbo", 9).unwrap();
    let about = alerts.iter().filter(|alert| alert.kind == AlertKind::Certificate);
    about.map(|alert| alert.ended_at.is_some()).collect()
}

#[test]
fn the_certificate_that_a_pillar_uses_is_told_about_a_month_before_it_expires_until_it_uses_a_new_one() {
    let mut office = Office::opens(&["jumbo"]);
    let renewed = |print: u8, second: i64| Certificate {
        fingerprint: [print; 32],
        pillar: "jumbo".into(),
        public_key: some_pillar("jumbo", 1).public_key,
        issued_at: at(second),
        expires_at: Some(at(second + YEAR)),
        ended_at: None,
    };
    let uses = |office: &Office, print: u8, second: i64| {
        assert_eq!(office.store.used_certificate(&[print; 32], at(second)).unwrap(), 1);
    };
    // The first came with a file, and is valid for ten years.
    assert_eq!(about_certificates(&mut office, 8 * YEAR), [false; 0]);
    assert_eq!(office.store.add_certificate(&renewed(7, 8 * YEAR), &[1; 32]).unwrap(), Renewed::Yes);
    uses(&office, 7, 8 * YEAR + 60);
    assert_eq!(about_certificates(&mut office, 9 * YEAR - 31 * DAY), [false; 0]);
    assert_eq!(about_certificates(&mut office, 9 * YEAR - 29 * DAY), [false]);
    // The answer was lost: it still uses the old one.
    let another = renewed(8, 9 * YEAR - 28 * DAY);
    assert_eq!(office.store.add_certificate(&another, &[7; 32]).unwrap(), Renewed::Yes);
    assert_eq!(about_certificates(&mut office, 9 * YEAR - 27 * DAY), [false]);
    uses(&office, 8, 9 * YEAR - 26 * DAY);
    assert_eq!(about_certificates(&mut office, 9 * YEAR - 25 * DAY), [true]);
}

#[test]
fn a_certificate_of_ten_years_is_told_about_by_the_day_on_which_its_pillar_was_added() {
    let mut office = Office::opens(&["jumbo"]);
    let added_at = some_pillar("jumbo", 1).added_at;
    let end = crate::authority::pillar_certificate_expires(added_at).as_second() - at(0).as_second();
    assert_eq!(about_certificates(&mut office, end - 31 * DAY), [false; 0]);
    assert_eq!(about_certificates(&mut office, end - 29 * DAY), [false]);
}
