//! Handing over to a model of Open Zaak, in virtual time: as it should go, and with every bad luck there is.

mod model;
mod seeds;

use std::cell::Cell;
use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Waker};

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use zeroize::Zeroizing;
use zuil_catalogue::{Catalogue, Destination, Task};
use zuil_wire::{AnswerLine, Cents, PaymentState, Reference, State, Transaction};

use self::model::{BASE, Network};
use super::source::Source;
use super::*;
use crate::connectors::OpenZaakConfig;
use crate::connectors::open_zaak::OpenZaak;
use crate::opening::NotOpened;
use crate::store::conformance::{batch, incoming, some_pillar, with_payment};
use crate::store::{
    Checked, CheckedAs, Content, HandoverStore as _, Incoming, MemoryStore, SentAgain, Standing,
};

const ZAKEN: &str = "/zaken/api/v1/zaken";
const ROLLEN: &str = "/zaken/api/v1/rollen";
const STATUSSEN: &str = "/zaken/api/v1/statussen";
const DOCUMENTEN: &str = "/documenten/api/v1/enkelvoudiginformatieobjecten";
const KOPPELINGEN: &str = "/zaken/api/v1/zaakinformatieobjecten";

thread_local! {
    /// Each test has a thread of its own.
    static NOW: Cell<i64> = const { Cell::new(1_800_000_600) };
}

fn clock() -> Timestamp {
    Timestamp::from_second(NOW.get()).unwrap()
}

fn pass(time: SignedDuration) {
    NOW.set(NOW.get() + time.as_secs());
}

/// What comes of something now; nothing when it waits for ever, as who was killed does.
fn now_or_never<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}

/// A removal, brought to a case type of the model.
static MOVING: LazyLock<Arc<Task>> = LazyLock::new(|| {
    let example = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../catalogue/example"));
    let all = Catalogue::load(example).unwrap();
    let task = all.tasks.into_iter().chain(all.later).find(|task| task.id == "moving-house").unwrap();
    Arc::new(Task {
        destination: Some(to_open_zaak("verhuizing", &["verhuisdatum", "nieuw-adres", "soort"])),
        ..task
    })
});

fn to_open_zaak(zaaktype: &str, properties: &[&str]) -> Destination {
    let questions = ["date", "address", "housing"];
    let pairs = properties.iter().zip(questions).map(|(name, question)| ((*name).into(), question.into()));
    Destination::OpenZaak { zaaktype: zaaktype.into(), properties: pairs.collect() }
}

/// Says of every transaction what a resident (made up) filled in.
struct Told(HashMap<String, Arc<Task>>);

impl Source for Told {
    fn open(&self, content: &Content) -> Result<Transaction, NotOpened> {
        let Content::Sealed(sealed) = content else { panic!("only what is sealed is kept") };
        let line = |question: &str, value: &str, display: &str| AnswerLine {
            question: question.into(),
            label: question.into(),
            value: value.into(),
            display: display.into(),
        };
        Ok(Transaction {
            id: sealed.header.id,
            reference: sealed.header.reference,
            task: "moving-house".into(),
            task_title: "Verhuizing doorgeven".into(),
            catalogue_version: "1".into(),
            language: "nl".into(),
            answers: vec![
                line("date", "2027-02-01", "1 februari 2027"),
                line("address", "1234AB 1", "Voorbeeldstraat 1, 1234 AB Voorbeeldhuizen"),
                line("housing", "rent", "Huurwoning"),
            ],
            fee: Cents::ZERO,
        })
    }

    fn task(&self, content: &Transaction, newest: bool) -> io::Result<Option<Arc<Task>>> {
        Ok(self.0.get(if newest { "newest" } else { &content.catalogue_version }).cloned())
    }
}

/// A hub's side: what it keeps, and a network with the model behind it.
struct Hub {
    store: Arc<MemoryStore>,
    network: Arc<Network>,
    tasks: HashMap<String, Arc<Task>>,
}

impl Hub {
    fn new(seed: u64, bad: u32) -> Self {
        let store = Arc::new(MemoryStore::new());
        store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
        let tasks = ["1", "newest"].map(|version| (version.to_owned(), Arc::clone(&MOVING)));
        Self { store, network: Network::new(seed, bad), tasks: tasks.into() }
    }

    fn with_task(mut self, destination: Option<Destination>) -> Self {
        self.tasks.insert("1".into(), Arc::new(Task { destination, ..(**MOVING).clone() }));
        self
    }

    /// They come in and are looked at.
    fn receives(&self, transactions: Vec<Incoming>) {
        self.store.take_in(&batch(transactions), clock()).unwrap();
        let unchecked = self.store.unchecked(999).unwrap();
        let sound = unchecked.iter().map(|one| Checked { number: one.number, finding: CheckedAs::Sound });
        self.store.note_checked(&sound.collect::<Vec<_>>()).unwrap();
    }

    fn connector(&self) -> Box<dyn Connector> {
        let config = OpenZaakConfig {
            url: format!("{BASE}/"),
            client_id: "zuil".into(),
            secret_file: "unused".into(),
            bronorganisatie: "002220647".into(),
            catalogus: None,
            informatieobjecttype: None,
            ca_file: None,
        };
        let secret = Zeroizing::new("a made-up secret that is long enough".to_owned());
        let courier = Arc::clone(&self.network);
        Box::new(OpenZaak::new(&config, secret, "Voorbeeldhuizen", courier, |_| {
            Some(b"%PDF-made-up".to_vec())
        }))
    }

    /// A process of the hub that starts.
    fn starts(&self, seed: u64) -> Engine {
        self.starts_with(vec![self.connector()], seed)
    }

    fn starts_with(&self, connectors: Vec<Box<dyn Connector>>, seed: u64) -> Engine {
        let source = Box::new(Told(self.tasks.clone()));
        Engine::new(Arc::clone(&self.store) as Arc<dyn Store>, source, connectors, Rng::with_seed(seed))
    }

    fn standing(&self, number: u64) -> Option<Standing> {
        self.store.handover(Reference::from_bits(number)).unwrap().map(|handover| handover.standing)
    }

    fn state(&self, number: u64) -> State {
        self.store.transaction(Reference::from_bits(number)).unwrap().unwrap().state
    }

    fn count(&self, list: &str) -> usize {
        self.network.world.lock().unwrap().list(list).len()
    }

    fn arrived(&self) -> usize {
        self.network.world.lock().unwrap().arrived.len()
    }
}

/// Hands over what is due; `false` when the process was killed amid it.
fn work(engine: &Engine) -> bool {
    let claimed = engine.claim(8, clock()).unwrap();
    claimed.into_iter().all(|one| now_or_never(engine.hand_over(one, clock)).map(Result::unwrap).is_some())
}

#[test]
fn a_request_becomes_one_whole_case_with_its_number() {
    let hub = Hub::new(1, 0);
    hub.receives(vec![incoming(1, 1), with_payment(2, PaymentState::Paid)]);
    assert!(work(&hub.starts(1)));
    assert_eq!((hub.state(1), hub.state(2)), (State::Registered, State::Registered));
    let reference = Reference::from_bits(1).to_string();
    let stored = hub.store.transaction(Reference::from_bits(1)).unwrap().unwrap();
    assert_eq!(stored.case_number.as_ref(), Some(&reference));
    let world = hub.network.world.lock().unwrap();
    let case = &world.list(ZAKEN)[0];
    assert_eq!(
        (&case["identificatie"], &case["communicatiekanaalNaam"]),
        (&json!(reference), &json!("zuil"))
    );
    assert_eq!((&case["startdatum"], &case["bronorganisatie"]), (&json!("2027-01-15"), &json!("002220647")));
    assert_eq!(
        (&case["betalingsindicatie"], &world.list(ZAKEN)[1]["betalingsindicatie"]),
        (&json!(null), &json!("geheel"))
    );
    let role = &world.list(ROLLEN)[0];
    assert_eq!(role["betrokkeneIdentificatie"]["anpIdentificatie"], json!(Reference::from_bits(1).compact()));
    let properties = world.list(&properties_of(case));
    let values: Vec<&str> = properties.iter().map(|property| property["waarde"].as_str().unwrap()).collect();
    assert_eq!(values, ["20270201", "Voorbeeldstraat 1, 1234 AB Voorbeeldhuizen", "Huurwoning"]);
    let document = &world.list(DOCUMENTEN)[0];
    assert_eq!((&document["bestandsomvang"], &document["status"]), (&json!(12), &json!("definitief")));
    assert!(!document["bestandsnaam"].as_str().unwrap().contains(' '));
    assert!(world.list(STATUSSEN)[0]["statustype"].as_str().unwrap().ends_with("29"), "the first one");
    assert!(!world.too_early);
}

fn properties_of(case: &serde_json::Value) -> String {
    let path = case["url"].as_str().unwrap().strip_prefix(BASE).unwrap();
    format!("{path}/zaakeigenschappen")
}

#[test]
fn what_the_system_never_takes_waits_for_staff_at_once_and_says_why() {
    let wrong = |code: &str| json!({ "code": "invalid", "invalidParams": [{ "name": "x", "code": code }] });
    for (status, body, reason) in [
        (403, json!({ "code": "permission_denied" }), ParkReason::KeyRefused),
        (404, json!({}), ParkReason::WrongAddress),
        (302, json!({}), ParkReason::WrongAddress),
        (400, wrong("required"), ParkReason::Refused),
    ] {
        let hub = Hub::new(1, 0);
        hub.receives(vec![incoming(1, 1)]);
        hub.network.world.lock().unwrap().always = Some((status, body));
        assert!(work(&hub.starts(1)));
        assert_eq!((hub.standing(1), hub.state(1)), (Some(Standing::Parked(reason)), State::Parked));
        assert_eq!(hub.arrived(), 1, "{reason:?}");
    }
}

#[test]
fn a_mistake_in_the_mapping_makes_no_half_case() {
    for (destination, reason) in [
        (to_open_zaak("huwelijk", &[]), ParkReason::TypeMissing),
        (to_open_zaak("verhuizing", &["verhuisdatum", "kleur"]), ParkReason::PropertyMissing),
        (Destination::Email { to: "balie@example.nl".into() }, ParkReason::NotConfigured),
    ] {
        let hub = Hub::new(1, 0).with_task(Some(destination));
        hub.receives(vec![incoming(1, 1)]);
        assert!(work(&hub.starts(1)));
        assert_eq!(hub.standing(1), Some(Standing::Parked(reason)));
        assert_eq!(hub.count(ZAKEN), 0);
    }
}

#[test]
fn what_staff_send_again_goes_by_the_mapping_that_was_mended() {
    let hub = Hub::new(1, 0).with_task(Some(to_open_zaak("huwelijk", &[])));
    hub.receives(vec![incoming(1, 1)]);
    let engine = hub.starts(1);
    assert!(work(&engine));
    assert_eq!(hub.standing(1), Some(Standing::Parked(ParkReason::TypeMissing)));
    assert_eq!(hub.store.send_again(Reference::from_bits(1), clock()).unwrap(), SentAgain::Yes);
    assert!(work(&engine));
    assert_eq!(hub.state(1), State::Registered);
}

#[test]
fn a_task_that_no_catalogue_has_waits_and_one_without_destination_stays_with_staff() {
    let mut hub = Hub::new(1, 0);
    hub.tasks.clear();
    hub.receives(vec![incoming(1, 1)]);
    assert!(work(&hub.starts(1)));
    assert_eq!(hub.standing(1), Some(Standing::Parked(ParkReason::NoSuchTask)));
    let hub = Hub::new(1, 0).with_task(None);
    hub.receives(vec![incoming(1, 1)]);
    assert!(work(&hub.starts(1)));
    assert_eq!((hub.standing(1), hub.state(1)), (Some(Standing::Nothing), State::Received));
}

#[test]
fn a_system_that_is_down_for_a_day_is_not_hammered_and_then_gets_everything_once() {
    let hub = Hub::new(1, 0);
    hub.receives((1..=200).map(|number| incoming(number, u64::from(number))).collect());
    hub.network.world.lock().unwrap().always = Some((503, json!({})));
    let engine = hub.starts(1);
    for _ in 0..2_880 {
        assert!(work(&engine));
        pass(SignedDuration::from_secs(30));
    }
    let asked = hub.arrived();
    assert!((40..250).contains(&asked), "{asked} requests in a day");
    hub.network.world.lock().unwrap().always = None;
    for _ in 0..2_000 {
        assert!(work(&engine));
        pass(SignedDuration::from_secs(30));
    }
    assert_eq!((hub.count(ZAKEN), hub.count(STATUSSEN)), (200, 200));
    assert!((1..=200).all(|number| hub.state(number) == State::Registered));
}

#[test]
fn what_gets_no_answer_for_days_waits_for_staff_and_goes_on_when_they_send_it() {
    let hub = Hub::new(1, 0);
    hub.receives(vec![incoming(1, 1)]);
    hub.network.world.lock().unwrap().always = Some((502, json!({})));
    let engine = hub.starts(1);
    for hour in 0..24 * 7 {
        assert!(work(&engine));
        assert!(hour > 24 * 5 || hub.standing(1) == Some(Standing::Waiting), "after {hour} hours");
        pass(SignedDuration::from_hours(1));
    }
    assert_eq!(hub.standing(1), Some(Standing::Parked(ParkReason::NoAnswer)));
    hub.network.world.lock().unwrap().always = None;
    hub.store.send_again(Reference::from_bits(1), clock()).unwrap();
    assert!(work(&engine));
    assert_eq!(hub.state(1), State::Registered);
}

#[test]
fn a_system_that_asks_for_patience_is_left_until_then() {
    let hub = Hub::new(1, 0);
    hub.receives(vec![incoming(1, 1)]);
    hub.network.world.lock().unwrap().always = Some((429, json!({})));
    let engine = hub.starts(1);
    assert!(work(&engine));
    pass(SignedDuration::from_secs(299));
    assert!(work(&engine));
    assert_eq!(hub.arrived(), 1);
    pass(SignedDuration::from_secs(1));
    assert!(work(&engine));
    assert_eq!(hub.arrived(), 2);
    assert_eq!(hub.store.handover(Reference::from_bits(1)).unwrap().unwrap().attempts, 0);
}

#[test]
fn what_is_registered_is_never_asked_about_again() {
    let hub = Hub::new(1, 0);
    hub.receives(vec![incoming(1, 1)]);
    assert!(work(&hub.starts(1)));
    let asked = hub.arrived();
    pass(SignedDuration::from_hours(48));
    assert!(work(&hub.starts(2)));
    assert_eq!((hub.state(1), hub.arrived()), (State::Registered, asked));
}
