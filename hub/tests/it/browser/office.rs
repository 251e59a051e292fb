//! A hub on a working day, and staff with a browser.

use aws_lc_rs::rand::SystemRandom;
use jiff::{SignedDuration, Timestamp};
use tokio::runtime::Runtime;
use uuid::Uuid;
use zuil_browser::{Browser, Look};
use zuil_hub::access::staff::{self, Added};
use zuil_hub::access::vault::Vault;
use zuil_hub::service_codes;
use zuil_hub::store::{AnswerDraft, Enrolment, Role, Roles, RolloutStage, Store, UpdateFailure};
use zuil_hub::systems::{self, Systems};
use zuil_wire::health::{DeviceState, Paper};
use zuil_wire::service::{Readiness, ReadinessFinding};
use zuil_wire::system::{UpdateReport, UpdateState};
use zuil_wire::{
    EnrolmentCode, HealthReport, PaymentState, QuestionItem, ReadinessReport, Reference, ServiceDeed,
    ServiceEntry, ServiceOutcome, SystemReport, SystemVersion,
};

use crate::asked::{count, tells_counts};
use crate::harness::{TestHub, blocked_by, open_payment, payment, report};
use crate::questions::{question, tells};
use crate::surveys::surveys;
use crate::systems::update_to;

/// Somebody of the call centre.
pub const AGENT: &str = "m.agent";
/// Somebody who may do everything.
pub const EVERYTHING: &str = "a.alles";
/// A pillar that has trouble with a payment.
pub const PILLAR: &str = "jumbo";

/// An answer that somebody is writing.
pub const DRAFT: &str = "drone";

/// A municipality with accounts for everybody who works there.
pub struct Office {
    pub hub: TestHub,
    /// The browser has one of its own.
    pub runtime: Runtime,
    /// Names and passwords, all made up.
    staff: Vec<(&'static str, String)>,
}

impl Office {
    /// A hub at which nothing happened yet.
    pub fn of(hub: impl Future<Output = TestHub>) -> Self {
        let runtime = Runtime::new().unwrap();
        let hub = runtime.block_on(hub);
        let accounts = [(AGENT, Roles::from_iter([Role::Agent])), (EVERYTHING, Roles::all())];
        let staff = accounts.map(|(name, roles)| (name, new_account(&hub, name, roles))).into();
        Self { hub, runtime, staff }
    }

    /// A day on which everything happens: requests, payments, questions; one pillar works, one has trouble, one is silent.
    pub fn after_a_day(self) -> Self {
        let pillar = self.hub.add_pillar(PILLAR);
        for name in ["bieb", "raadhuis", "spar"] {
            self.hub.add_pillar(name);
        }
        let fetching = UpdateReport {
            version: "1.2".into(),
            state: UpdateState::Fetching,
            percent: Some(41),
            why: None,
        };
        let nearly_out = HealthReport {
            system: Some(SystemReport { version: "1.1".into(), update: Some(fetching) }),
            paper: Some(Paper {
                used_mm: 71_500,
                roll_mm: 80_000,
                empty_on: Some("2199-12-12".parse().unwrap()),
            }),
            in_use: Some(false),
            celsius: Some(46),
            ..report(DeviceState::PaperNearEnd, DeviceState::Ready)
        };
        self.said("bieb", &nearly_out, 2);
        let blocked = HealthReport { in_use: Some(true), ..blocked_by(open_payment(2)) };
        self.said(PILLAR, &HealthReport { celsius: Some(83), ..blocked }, 1);
        self.said("raadhuis", &report(DeviceState::PaperOut, DeviceState::Offline), 40);
        let envelopes = [
            pillar.envelope(1, Some(payment(PaymentState::Paid))),
            pillar.envelope(2, Some(payment(PaymentState::Unknown))),
            pillar.envelope(3, None),
            pillar.call_back(4),
            pillar.call_back(5),
        ];
        self.hub.running.store.add_enrolment(&Self::enrolment()).unwrap();
        let arabic = QuestionItem { language: "ar".into(), ..question(3, "رخصة طائرة") };
        let asked = vec![question(1, "zendmast gevaarlijk"), question(2, "vliegen met een drone"), arabic];
        self.is_written();
        self.is_rolled_out();
        self.is_served();
        self.runtime.block_on(async {
            assert_eq!(pillar.upload(&envelopes).await.len(), 5);
            assert_eq!(tells(&pillar, asked).await.len(), 3);
            let found = vec![count(1, "bulky-waste-how", 1, 12), count(2, "answer-that-is-gone", 3, 2)];
            assert_eq!(tells_counts(&pillar, found).await.len(), 2);
            let answered = surveys("bulky-waste", &[5, 4, 4, 5, 2, 3]);
            assert_eq!(pillar.upload_with(&[], answered).await.surveys.len(), 6);
        });
        self
    }

    /// Somebody began an answer.
    fn is_written(&self) {
        let now = Timestamp::now();
        let text =
            zuil_hub::drafting::begin(DRAFT, "vliegen met een drone", "nl", "2026-11-23".parse().unwrap());
        let draft = AnswerDraft {
            id: DRAFT.into(),
            question: "vliegen met een drone".into(),
            language: "nl".into(),
            text,
            made: (EVERYTHING.into(), now),
            changed: (EVERYTHING.into(), now),
            done_at: None,
        };
        assert!(self.hub.running.store.add_draft(&draft).unwrap());
    }

    /// A technician was at a pillar with a code, after somebody typed a wrong one.
    fn is_served(&self) {
        let (store, now) = (&*self.hub.running.store, Timestamp::now());
        let vault = Vault::open_or_make(&self.hub.config.data_dir).unwrap();
        let made = service_codes::make(store, &vault, PILLAR, 8, EVERYTHING, now).unwrap();
        let entry = |number, serial, deed, outcome| ServiceEntry {
            id: Uuid::from_u128(number),
            serial,
            key_number: 1,
            at: now,
            deed,
            outcome,
        };
        let serial = Some(made.code.serial());
        let done = [
            entry(1, None, ServiceDeed::WrongCode, ServiceOutcome::Done),
            entry(2, serial, ServiceDeed::Opened, ServiceOutcome::Done),
            entry(3, serial, ServiceDeed::TestedPrinter, ServiceOutcome::Failed),
            entry(4, serial, ServiceDeed::Restarted, ServiceOutcome::Begun),
        ];
        store.keep_service_entries(PILLAR, &done, now).unwrap();
        let finding = |check: &str, state, said: &str| ReadinessFinding {
            check: check.to_owned(),
            state,
            said: said.to_owned(),
        };
        let findings = vec![
            finding("printer", Readiness::Good, "De printer werkt."),
            finding("warmth", Readiness::Attention, "Het is 48 graden in de zuil."),
            finding("terminal", Readiness::Bad, "De pinautomaat antwoordt niet."),
        ];
        let report = ReadinessReport { version: 5, id: Uuid::from_u128(1), at: now, findings };
        store.keep_readiness(PILLAR, &report, now).unwrap();
    }

    /// A version of the system is given to all, and another one stopped at its first pillar.
    fn is_rolled_out(&self) {
        let (store, systems) = (&*self.hub.running.store, Systems::of(&self.hub.config.data_dir));
        for version in ["1.2", "1.3", "1.4"] {
            systems.add(update_to(version).path()).unwrap();
        }
        let [older, newer] = ["1.2", "1.3"].map(|version| version.parse::<SystemVersion>().unwrap());
        let now = Timestamp::now();
        for version in [&older, &newer] {
            systems::begin(store, &systems, version, PILLAR, EVERYTHING, now).unwrap();
        }
        for seen in [RolloutStage::Pillar, RolloutStage::Tenth] {
            systems::go_on(store, &older, seen, EVERYTHING, now).unwrap();
        }
        let failure = UpdateFailure {
            version: newer,
            pillar: PILLAR.into(),
            state: UpdateState::FellBack,
            why: None,
            at: now,
        };
        assert!(store.note_update_failure(&failure).unwrap());
    }

    /// Waits until the hub has come so far.
    pub fn until(&self, is_so: impl Fn(&dyn Store) -> bool) {
        let soon = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while !is_so(&*self.hub.running.store) {
            assert!(std::time::Instant::now() < soon, "the hub does not come so far");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }

    /// A pillar that said this so many minutes ago.
    pub fn said(&self, name: &str, report: &HealthReport, minutes_ago: i64) {
        let at = Timestamp::now() - SignedDuration::from_mins(minutes_ago);
        self.hub.running.store.take_report(name, &HealthReport { at, ..report.clone() }, at).unwrap();
    }

    /// The reference of a request that was paid.
    pub fn paid() -> Reference {
        Reference::from_bits(1)
    }

    /// A code with which a pillar can be enrolled.
    pub fn code() -> EnrolmentCode {
        EnrolmentCode::from_bits(1)
    }

    fn enrolment() -> Enrolment {
        let made_at = Timestamp::now();
        Enrolment {
            keys: Self::code().keys(),
            pillar: "sportcafe".into(),
            place: "Sporthal, in het café".into(),
            again: false,
            made_by: EVERYTHING.into(),
            made_at,
            expires_at: made_at + SignedDuration::from_hours(1),
            tries: 0,
            cancelled_at: None,
            used: None,
        }
    }

    /// The payment that is not settled.
    pub fn open_payment() -> Uuid {
        open_payment(2).payment
    }

    /// Somebody's browser, on no page yet.
    pub fn browser(&self, look: Look) -> Browser {
        Browser::open(&self.hub.running.desk_url, look)
    }

    /// Somebody of the staff who has signed in.
    pub fn browser_of(&self, name: &str, look: Look) -> Browser {
        let browser = self.browser(look);
        browser.goes_to("/login");
        self.signs_in(&browser, name);
        // Whoever goes on before that would be led away from where they went.
        browser.comes_to_read("Uitloggen");
        browser
    }

    /// Gives name and password on the page for it.
    pub fn signs_in(&self, browser: &Browser, name: &str) {
        browser.fills_in("Naam", name);
        browser.fills_in("Wachtwoord", self.password_of(name));
        browser.presses("Inloggen");
    }

    /// The password of somebody of the staff.
    pub fn password_of(&self, name: &str) -> &str {
        let (_, password) = self.staff.iter().find(|(known, _)| *known == name).unwrap();
        password
    }
}

/// A new account; its password.
fn new_account(hub: &TestHub, name: &str, roles: Roles) -> String {
    let store = &*hub.running.store;
    let added = staff::add(store, name, roles, "a test", &SystemRandom::new(), Timestamp::now());
    let Ok(Added::Yes(password)) = added else { panic!("no account {name}") };
    password.to_string()
}
