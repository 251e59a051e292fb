//! Orders from afar, at a pillar with a printer in memory.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use zuil_wire::OrderResult;
use zuil_wire::orders::{Attachment, ClosedFor, Closure, OrderState};
use zuil_wire::seal::{OpenKey, SealKey};

use super::*;
use crate::devices::printer::ReceiptPrinter;
use crate::devices::printer::paper::PaperSettings;
use crate::orders::Made;
use crate::outbox::MemoryOutbox;
use crate::runner::{Identity, Input, Parts, Readers};
use crate::visit::{Intent, Screen, Visit, VisitSettings};
use crate::waypoint::NoWaypoints;
use zuil_catalogue::Catalogue;

/// A printer that keeps the jobs it got.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<Job>>>);

impl ReceiptPrinter for Paper {
    fn print(&self, job: Job) {
        self.0.lock().unwrap().push(job);
    }

    fn forget(&self) {}
}

struct Pillar {
    runner: Runner,
    ledger: Arc<Ledger>,
    paper: Paper,
    restarts: Arc<AtomicUsize>,
    made: Arc<Mutex<Vec<(Order, Screen)>>>,
    now: Moment,
}

impl Pillar {
    /// A pillar over a folder, with a printer that works.
    fn over(folder: &Path) -> Self {
        let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/example");
        let (_, public_key) = OpenKey::generate().unwrap();
        let (paper, restarts) = (Paper::default(), Arc::<AtomicUsize>::default());
        let ledger = Arc::new(Ledger::open(folder));
        let made = Arc::<Mutex<Vec<_>>>::default();
        let makes = Arc::clone(&made);
        let counted = Arc::clone(&restarts);
        let restart = move || {
            counted.fetch_add(1, Ordering::Relaxed);
        };
        let runner = Runner::new(Parts {
            identity: Identity {
                pillar: "voorbeeld".into(),
                seal_key: SealKey::from_base64("k1", &public_key).unwrap(),
            },
            visit: Visit::new(Arc::new(Catalogue::load(&catalogue).unwrap()), VisitSettings::default()),
            outbox: Arc::new(MemoryOutbox::default()),
            printer: Some(Box::new(paper.clone())),
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
            time_zone: TimeZone::get("Europe/Amsterdam").unwrap(),
            waypoints: Arc::new(NoWaypoints),
            started: Timestamp::UNIX_EPOCH,
            remote: Some(Remote {
                ledger: ledger.clone(),
                restart: Box::new(restart),
                make: Box::new(move |order, view| makes.lock().unwrap().push((order, view.screen))),
            }),
            visit_log: None,
        });
        let now =
            Moment { uptime: Duration::from_secs(100), timestamp: "2026-11-23T13:00:00Z".parse().unwrap() };
        let mut pillar = Self { runner, ledger, paper, restarts, made, now };
        pillar.printer_is(printer::Condition::Ready);
        pillar
    }

    fn takes(&mut self, input: Input) -> &mut Self {
        self.runner.take(input, self.now);
        self
    }

    fn printer_is(&mut self, condition: printer::Condition) {
        self.takes(Input::Printer(PrinterEvent::Condition(condition)));
    }

    fn hears(&mut self, orders: &[Order]) -> &mut Self {
        self.takes(Input::Orders(orders.to_vec()))
    }

    fn resident(&mut self, intent: Intent) -> &mut Self {
        self.takes(Input::Resident(Box::new(intent)))
    }

    fn screen(&self) -> Screen {
        self.runner.view(self.now).screen
    }

    fn told(&self) -> Vec<(OrderState, Option<OrderFailure>)> {
        self.ledger.to_tell().into_iter().map(|OrderResult { state, why, .. }| (state, why)).collect()
    }

    fn jobs(&self) -> Vec<Uuid> {
        self.paper.0.lock().unwrap().iter().map(|job| job.id).collect()
    }
}

fn order(number: u128, what: Task) -> Order {
    Order { id: Uuid::from_u128(number), seconds: (!what.is_about_serving()).then_some(900), what }
}

fn closure() -> Closure {
    Closure { reason: ClosedFor::Place, message: Some("Maandag weer open".into()) }
}

#[test]
fn a_test_print_is_done_when_the_printer_says_that_it_is_on_paper() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(folder.path());
    pillar.hears(&[order(1, Task::TestPrint)]);
    assert_eq!(pillar.told(), [(OrderState::Taken, None)]);
    let jobs = pillar.jobs();
    pillar.hears(&[order(1, Task::TestPrint)]);
    assert_eq!((pillar.jobs().len(), jobs.len()), (1, 1), "it is told again and printed once");
    pillar.takes(Input::Printer(PrinterEvent::Printed(jobs[0])));
    assert_eq!(pillar.told(), [(OrderState::Done, None)]);
}

#[test]
fn a_printer_that_cannot_print_says_why_and_gets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(folder.path());
    pillar.printer_is(printer::Condition::PaperOut);
    pillar.hears(&[order(1, Task::TestPrint)]);
    assert_eq!(pillar.told(), [(OrderState::Failed, Some(OrderFailure::PaperOut))]);
    assert!(pillar.jobs().is_empty());
    pillar.printer_is(printer::Condition::Ready);
    pillar.hears(&[order(2, Task::TestPrint)]);
    let job = pillar.jobs()[0];
    pillar.takes(Input::Printer(PrinterEvent::Unknown(job)));
    assert_eq!(pillar.told()[1], (OrderState::Failed, Some(OrderFailure::NotConfirmed)));
}

#[test]
fn nothing_is_begun_while_somebody_stands_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(folder.path());
    pillar.resident(Intent::Begin);
    let orders = [order(1, Task::TestPrint), order(2, Task::Restart), order(3, Task::Close(closure()))];
    pillar.hears(&orders).takes(Input::Tick);
    assert_eq!(pillar.told(), [(OrderState::Waits, None); 3]);
    assert_eq!((pillar.screen(), pillar.jobs().len()), (Screen::Language, 0));
    assert_eq!(pillar.restarts.load(Ordering::Relaxed), 0);
    pillar.resident(Intent::Stop);
    assert_eq!(pillar.told()[0], (OrderState::Taken, None));
    assert_eq!(pillar.restarts.load(Ordering::Relaxed), 0, "first the printer has its say");
    let job = pillar.jobs()[0];
    pillar.takes(Input::Printer(PrinterEvent::Printed(job)));
    assert_eq!(pillar.restarts.load(Ordering::Relaxed), 1);
}

#[test]
fn an_order_whose_time_has_passed_while_somebody_stood_there_is_not_begun() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(folder.path());
    pillar.resident(Intent::Begin);
    pillar.hears(&[order(1, Task::Restart)]);
    pillar.now.uptime += Duration::from_secs(900);
    pillar.resident(Intent::Stop).takes(Input::Tick);
    assert_eq!(pillar.restarts.load(Ordering::Relaxed), 0);
}

#[test]
fn what_the_hub_tells_no_more_is_not_begun() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(folder.path());
    pillar.resident(Intent::Begin).hears(&[order(1, Task::Close(closure()))]).hears(&[]);
    pillar.resident(Intent::Stop);
    assert!(matches!(pillar.screen(), Screen::Attract { .. }));
}

#[test]
fn the_program_is_started_anew_once_however_often_the_order_is_heard() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(folder.path());
    pillar.hears(&[order(1, Task::Restart)]).hears(&[order(1, Task::Restart)]);
    assert_eq!(pillar.restarts.load(Ordering::Relaxed), 1);
    let mut pillar = Pillar::over(folder.path());
    pillar.hears(&[order(1, Task::Restart)]);
    assert_eq!(pillar.restarts.load(Ordering::Relaxed), 0);
    assert_eq!(pillar.told(), [(OrderState::Done, None)]);
}

#[test]
fn the_program_is_not_started_anew_before_the_hub_has_what_was_made() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(folder.path());
    let (restart, picture) = (order(1, Task::Restart), order(2, Task::Screenshot));
    let restarts = |pillar: &Pillar| pillar.restarts.load(Ordering::Relaxed);
    pillar.hears(&[restart.clone(), picture.clone()]).takes(Input::Tick);
    assert_eq!((pillar.made.lock().unwrap().len(), restarts(&pillar)), (1, 0), "it is being made");
    pillar.ledger.attach(Made { order: picture.clone(), kind: Attachment::Picture, bytes: vec![1] });
    pillar.hears(&[restart]).takes(Input::Tick);
    assert_eq!(restarts(&pillar), 0, "it is made, and not at the hub yet");
    pillar.ledger.attached(&picture, Ok(()));
    pillar.takes(Input::Tick);
    assert_eq!(restarts(&pillar), 1);
    assert_eq!(Pillar::over(folder.path()).told(), [(OrderState::Done, None); 2]);
}

#[test]
fn what_is_heard_while_the_program_ends_is_done_by_the_one_that_comes_after() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(folder.path());
    let orders = [order(1, Task::Restart), order(2, Task::TestPrint)];
    pillar.hears(&orders[..1]).hears(&orders).takes(Input::Tick);
    assert_eq!((pillar.restarts.load(Ordering::Relaxed), pillar.jobs().len()), (1, 0));
    let mut pillar = Pillar::over(folder.path());
    pillar.hears(&orders);
    assert_eq!((pillar.restarts.load(Ordering::Relaxed), pillar.jobs().len()), (0, 1));
    assert_eq!(pillar.told(), [(OrderState::Done, None), (OrderState::Taken, None)]);
}

#[test]
fn a_closed_pillar_says_why_stays_closed_over_a_restart_and_serves_again_when_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(folder.path());
    pillar.hears(&[order(1, Task::Close(closure()))]);
    let closed = Screen::OutOfService(OutOfService::Ordered(closure()));
    assert_eq!(pillar.screen(), closed);
    pillar.resident(Intent::Begin);
    assert_eq!(pillar.screen(), closed);
    let mut pillar = Pillar::over(folder.path());
    assert_eq!(pillar.screen(), closed);
    pillar.takes(Input::Tick).hears(&[order(2, Task::Open)]);
    assert!(matches!(pillar.screen(), Screen::Attract { .. }));
    assert!(matches!(Pillar::over(folder.path()).screen(), Screen::Attract { .. }));
}

#[test]
fn a_picture_is_of_the_first_screen_and_never_of_a_visit() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(folder.path());
    pillar.resident(Intent::Begin).hears(&[order(1, Task::Screenshot)]).takes(Input::Tick);
    assert_eq!(pillar.made.lock().unwrap().len(), 0);
    assert_eq!(pillar.told(), [(OrderState::Waits, None)]);
    pillar.resident(Intent::Stop);
    let made = pillar.made.lock().unwrap().clone();
    assert!(matches!(made.as_slice(), [(_, Screen::Attract { .. })]), "{made:?}");
    assert_eq!(pillar.told(), [(OrderState::Taken, None)], "it is done when the hub has it");
}

#[test]
fn what_cannot_be_written_down_is_not_done_and_the_hub_hears_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(&folder.path().join("not-there"));
    pillar.hears(&[order(1, Task::Restart), order(2, Task::Close(closure()))]);
    assert_eq!(pillar.told(), [(OrderState::Failed, Some(OrderFailure::NotKept)); 2]);
    assert_eq!(pillar.restarts.load(Ordering::Relaxed), 0);
    assert!(matches!(pillar.screen(), Screen::Attract { .. }));
}
