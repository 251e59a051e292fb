//! The hub's side of the tests: what it keeps, what residents (made up) filled in, and processes that start and are
//! killed. Invariant: time passes only when a test says so.

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
use tokio::runtime::{Builder, Runtime};
use zeroize::Zeroizing;
use zuil_catalogue::{Catalogue, Destination, Sites, Task};
use zuil_municipal_doubles::Double as _;
use zuil_municipal_doubles::open_zaak::Case;
use zuil_wire::{AnswerLine, Cents, Reference, State, Transaction};

use super::letters::{Mailbox, Tray};
use super::network::{BASE, Luck, Network, SECRET};
use crate::connectors::email::Email;
use crate::connectors::file_drop::FileDrop;
use crate::connectors::open_klant::OpenKlant;
use crate::connectors::open_zaak::OpenZaak;
use crate::connectors::signalen::Signalen;
use crate::connectors::{
    Connector, EmailConfig, Encryption, OpenKlantConfig, OpenZaakConfig, Paper, SignalenConfig,
};
use crate::handover::source::Source;
use crate::handover::{Engine, paper::Sheet};
use crate::opening::NotOpened;
use crate::store::conformance::{batch, some_pillar};
use crate::store::{
    Checked, CheckedAs, Content, HandoverStore as _, Incoming, MemoryStore, Standing, Store, System,
};

thread_local! {
    /// Each test has a thread of its own.
    static NOW: Cell<i64> = const { Cell::new(1_800_000_600) };
}

pub fn clock() -> Timestamp {
    Timestamp::from_second(NOW.get()).unwrap()
}

pub fn pass(time: SignedDuration) {
    NOW.set(NOW.get() + time.as_secs());
}

/// What has a limit must know a clock. Nobody winds this one, so that no limit is ever reached.
static UNWOUND: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_time().build().unwrap());

/// What comes of something now; nothing when it waits for ever, as who was killed does.
fn now_or_never<T>(future: impl Future<Output = T>) -> Option<T> {
    let _inside = UNWOUND.enter();
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}

/// The example catalogue.
static EXAMPLE: LazyLock<Catalogue> = LazyLock::new(|| {
    let example = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../catalogue/example"));
    Catalogue::load(example).unwrap()
});

/// A task of it.
fn task(id: &str) -> Task {
    EXAMPLE.tasks.iter().chain(&EXAMPLE.later).find(|task| task.id == id).unwrap().clone()
}

/// A removal goes to a case type of the double.
pub fn to_open_zaak(zaaktype: &str, properties: &[&str]) -> Destination {
    let questions = ["date", "address", "housing"];
    let pairs = properties.iter().zip(questions).map(|(name, question)| ((*name).into(), question.into()));
    Destination::OpenZaak { zaaktype: zaaktype.into(), properties: pairs.collect() }
}

/// What residents do at the pillar, for each system.
fn done_for(system: System) -> Task {
    match system {
        System::OpenZaak => Task {
            destination: Some(to_open_zaak("verhuizing", &["verhuisdatum", "nieuw-adres", "soort"])),
            ..task("moving-house")
        },
        System::OpenKlant => task("call-back"),
        System::Signalen => task("report-public-space"),
        System::Email | System::FileDrop => Task {
            destination: Some(Destination::Email { to: "balie@example.nl".into() }),
            ..task("complaint")
        },
    }
}

/// Says of every transaction what a resident (made up) filled in.
struct Told(HashMap<String, Arc<Task>>);

impl Source for Told {
    fn open(&self, content: &Content) -> Result<Transaction, NotOpened> {
        let Content::Sealed(sealed) = content else { panic!("only what is sealed is kept") };
        let line = |(question, value, display): (&str, &str, &str)| AnswerLine {
            question: question.into(),
            label: question.into(),
            value: value.into(),
            display: display.into(),
        };
        let task = self.0.get("1").map_or("moving-house", |task| task.id.as_str());
        let answers: &[(&str, &str, &str)] = match task {
            "call-back" => &[
                ("topic", "passport", "Paspoort"),
                ("name", "S. Voorbeeld", "S. Voorbeeld"),
                ("phone", "+31612345678", "06 12345678"),
            ],
            "report-public-space" => &[
                ("category", "litter", "Afval op straat"),
                ("description", "Drie zakken naast de bak", "Drie zakken naast de bak"),
                ("place", "Voorbeeldplein", "Voorbeeldplein"),
                ("contact", "sam@example.nl", "sam@example.nl"),
                ("name", "S. Voorbeeld", "S. Voorbeeld"),
            ],
            "complaint" => &[("story", "De balie was dicht", "De balie was dicht")],
            _ => &[
                ("date", "2027-02-01", "1 februari 2027"),
                ("address", "1234AB 1", "Voorbeeldstraat 1, 1234 AB Voorbeeldhuizen"),
                ("housing", "rent", "Huurwoning"),
            ],
        };
        Ok(Transaction {
            id: sealed.header.id,
            reference: sealed.header.reference,
            task: task.into(),
            task_title: "Verhuizing doorgeven".into(),
            catalogue_version: "1".into(),
            language: "nl".into(),
            answers: answers.iter().copied().map(line).collect(),
            fee: Cents::ZERO,
        })
    }

    fn task(&self, content: &Transaction, newest: bool) -> io::Result<Option<Arc<Task>>> {
        Ok(self.0.get(if newest { "newest" } else { &content.catalogue_version }).cloned())
    }
}

const PAPER: Paper = |_: &Sheet<'_>| Some(b"%PDF-made-up".to_vec());

/// What a hub keeps, and a network with the municipality behind it.
pub struct Hub {
    pub store: Arc<MemoryStore>,
    pub network: Arc<Network>,
    pub mailbox: Arc<Mailbox>,
    pub tray: Arc<Tray>,
    pub tasks: HashMap<String, Arc<Task>>,
    /// Where pillars stand, as far as it is published.
    pub sites: Sites,
    /// What makes its PDFs.
    pub paper: Paper,
    system: System,
}

impl Hub {
    /// Of cases, on a network on which nothing goes wrong.
    pub fn new() -> Self {
        Self::of(System::OpenZaak, Network::new(1, 0, &[Luck::Good]))
    }

    pub fn of(system: System, network: Arc<Network>) -> Self {
        let store = Arc::new(MemoryStore::new());
        store.add_pillar(&some_pillar("jumbo", 1)).unwrap();
        let task = Arc::new(done_for(system));
        let tasks = ["1", "newest"].map(|version| (version.to_owned(), Arc::clone(&task)));
        let mailbox = Mailbox::new(Arc::clone(&network));
        let tray = Tray::new(Arc::clone(&network), "here");
        Self {
            store,
            network,
            mailbox,
            tray,
            tasks: tasks.into(),
            sites: Sites::default(),
            paper: PAPER,
            system,
        }
    }

    /// The sites of the example catalogue are published.
    pub fn with_sites(self) -> Self {
        Self { sites: EXAMPLE.sites.clone(), ..self }
    }

    pub fn with_task(mut self, destination: Option<Destination>) -> Self {
        self.tasks.insert("1".into(), Arc::new(Task { destination, ..(*self.tasks["newest"]).clone() }));
        self
    }

    /// They come in and are looked at.
    pub fn receives(&self, transactions: Vec<Incoming>) {
        self.store.take_in(&batch(transactions), clock()).unwrap();
        let unchecked = self.store.unchecked(999).unwrap();
        let sound = unchecked.iter().map(|one| Checked { number: one.number, finding: CheckedAs::Sound });
        self.store.note_checked(&sound.collect::<Vec<_>>()).unwrap();
    }

    fn connector(&self, tray: &Arc<Tray>) -> Box<dyn Connector> {
        let (url, ca_file, courier) = (format!("{BASE}/"), None, Arc::clone(&self.network));
        let secret = Zeroizing::new(SECRET.to_owned());
        match self.system {
            System::OpenZaak => {
                let config = OpenZaakConfig {
                    url,
                    client_id: "zuil".into(),
                    secret_file: "unused".into(),
                    bronorganisatie: "002220647".into(),
                    catalogus: None,
                    informatieobjecttype: None,
                    notifications_secret_file: None,
                    notifications_url: None,
                    callback_url: None,
                    ca_file,
                };
                Box::new(OpenZaak::new(&config, secret, "Voorbeeldhuizen", courier, self.paper))
            }
            System::OpenKlant => {
                let config = OpenKlantConfig { url, token_file: "unused".into(), actor: None, ca_file };
                Box::new(OpenKlant::new(&config, secret, courier))
            }
            System::Signalen => {
                let config = SignalenConfig { url, point: [4.82, 52.04], per_hour: 60, ca_file };
                let sites = self.sites.clone();
                Box::new(Signalen::new(&config, Box::new(move || sites.clone()), courier))
            }
            System::Email => {
                let config = EmailConfig {
                    host: "smtp.example.nl".into(),
                    port: None,
                    encryption: Encryption::Starttls,
                    username: None,
                    password_file: None,
                    from: "zuil@example.nl".into(),
                    to: None,
                    ca_file,
                };
                Box::new(Email::new(
                    &config,
                    Box::new(Arc::clone(&self.mailbox)),
                    "Voorbeeldhuizen",
                    self.paper,
                ))
            }
            System::FileDrop => {
                Box::new(FileDrop::new(Box::new(Arc::clone(tray)), "Voorbeeldhuizen", self.paper))
            }
        }
    }

    /// A process of the hub that starts.
    pub fn starts(&self, seed: u64) -> Engine {
        self.starts_with(&self.tray, seed)
    }

    /// One on a machine with this folder.
    pub fn starts_with(&self, tray: &Arc<Tray>, seed: u64) -> Engine {
        let source = Box::new(Told(self.tasks.clone()));
        let store = Arc::clone(&self.store) as Arc<dyn Store>;
        let engine = Engine::new(store, source, vec![self.connector(tray)], Rng::with_seed(seed));
        if self.system == System::FileDrop {
            return engine.with_instead([(System::Email, System::FileDrop)].into());
        }
        engine
    }

    pub fn standing(&self, number: u64) -> Option<Standing> {
        self.store.handover(Reference::from_bits(number)).unwrap().map(|handover| handover.standing)
    }

    pub fn state(&self, number: u64) -> State {
        self.store.transaction(Reference::from_bits(number)).unwrap().unwrap().state
    }

    pub fn case_number(&self, number: u64) -> Option<String> {
        self.store.transaction(Reference::from_bits(number)).unwrap().unwrap().case_number
    }

    pub fn cases(&self) -> Vec<Case> {
        self.network.world().town.open_zaak.cases()
    }

    pub fn arrived(&self) -> usize {
        self.network.world().arrived.len()
    }

    /// What the systems say about the hub: nothing that it should not have sent, nothing twice, nothing halfway.
    pub fn is_without_reproach(&self, what: &str) {
        let world = self.network.world();
        assert_eq!(world.town.faults(), [], "{what}");
        assert_eq!(world.town.doubled(), [], "{what}");
        assert_eq!(world.town.orphans(), [], "{what}");
    }
}

/// Asks about what is due; `false` when the process was killed amid it.
pub fn look_around(engine: &Engine) -> bool {
    let claimed = engine.claim_looks(8, clock()).unwrap();
    claimed.into_iter().all(|one| now_or_never(engine.look(one, clock)).map(Result::unwrap).is_some())
}

/// Hands over what is due; `false` when the process was killed amid it.
pub fn work(engine: &Engine) -> bool {
    let claimed = engine.claim(8, clock()).unwrap();
    claimed.into_iter().all(|one| now_or_never(engine.hand_over(one, clock)).map(Result::unwrap).is_some())
}
