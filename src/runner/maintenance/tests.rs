//! A technician at a pillar with a printer and a reader in memory, and whatever takes time written down.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use zuil_catalogue::Catalogue;
use zuil_wire::orders::Task as Ordered;
use zuil_wire::seal::{OpenKey, SealKey};
use zuil_wire::{HealthReport, Order, ServiceDeed, ServiceOutcome};

use super::super::{Identity, Input, Parts, Readers, Remote};
use super::*;
use crate::devices::printer::paper::PaperSettings;
use crate::devices::printer::{Condition, Job, ReceiptPrinter};
use crate::devices::reader::{Reader, ReaderEvent};
use crate::maintenance::{End, MachineFacts, Secret, StickFacts, Tried};
use crate::orders::Ledger;
use crate::outbox::MemoryOutbox;
use crate::receipt;
use crate::visit::{OutOfService, PanelMark, PanelView, Screen, Visit, VisitSettings};
use crate::waypoint::NoWaypoints;

/// A printer that keeps the jobs it got.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<Job>>>);

impl ReceiptPrinter for Paper {
    fn print(&self, job: Job) {
        self.0.lock().unwrap().push(job);
    }

    fn forget(&self) {}
}

/// A reader that notes what it is told.
#[derive(Clone, Default)]
struct Scripted(Arc<Mutex<Vec<&'static str>>>);

impl Reader for Scripted {
    fn listen(&self) {
        self.0.lock().unwrap().push("listen");
    }

    fn ignore(&self) {
        self.0.lock().unwrap().push("ignore");
    }
}

type Wanted = Arc<Mutex<Vec<(Deed, Option<u16>)>>>;

struct Pillar {
    runner: Runner,
    paper: Paper,
    reader: Scripted,
    wanted: Wanted,
    told: Arc<Mutex<Vec<HealthReport>>>,
    now: Moment,
}

impl Pillar {
    fn over(folder: &Path) -> Self {
        let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue/example");
        let (_, public_key) = OpenKey::generate().unwrap();
        let (paper, reader) = (Paper::default(), Scripted::default());
        let (wanted, told) = (Wanted::default(), Arc::<Mutex<Vec<HealthReport>>>::default());
        let (wants, tells) = (Arc::clone(&wanted), Arc::clone(&told));
        let runner = Runner::new(Parts {
            identity: Identity {
                pillar: "Jumbo-1".into(),
                seal_key: SealKey::from_base64("k1", &public_key).unwrap(),
            },
            visit: Visit::new(Arc::new(Catalogue::load(&catalogue).unwrap()), VisitSettings::default()),
            outbox: Arc::new(MemoryOutbox::default()),
            printer: Some(Box::new(paper.clone())),
            columns: receipt::Paper::default(),
            paper: PaperSettings::default(),
            roll_file: Some(folder.join("paper.json")),
            terminal: None,
            end_of_day: None,
            system: None,
            readers: Readers::new(None, Some(Box::new(reader.clone()))),
            referrals: Arc::new(crate::sync::ReferralBook::in_memory()),
            ask_hub: Box::new(|_| {}),
            wake_sync: Box::new(|| {}),
            thermometer: None,
            tell_health: Box::new(move |report| tells.lock().unwrap().push(report)),
            time_zone: TimeZone::get("Europe/Amsterdam").unwrap(),
            waypoints: Arc::new(NoWaypoints),
            started: Timestamp::UNIX_EPOCH,
            remote: Some(Remote {
                ledger: Arc::new(Ledger::open(folder)),
                restart: Box::new(|| {}),
                make: Box::new(|_, _| {}),
            }),
            visit_log: None,
        });
        let perform = Box::new(move |deed, serial| wants.lock().unwrap().push((deed, serial)));
        let runner = runner.for_technicians(Technicians { perform });
        let now =
            Moment { uptime: Duration::from_secs(100), timestamp: "2026-11-24T09:00:00Z".parse().unwrap() };
        let mut pillar = Self { runner, paper, reader, wanted, told, now };
        pillar.takes(Input::Printer(PrinterEvent::Condition(Condition::Ready)));
        pillar
    }

    fn takes(&mut self, input: Input) -> &mut Self {
        self.runner.take(input, self.now);
        self
    }

    fn does(&mut self, intent: Intent) -> &mut Self {
        self.takes(Input::Resident(Box::new(intent)))
    }

    fn hears(&mut self, event: Event) -> &mut Self {
        self.takes(Input::Service(Box::new(event)))
    }

    fn waits(&mut self, seconds: u64) -> &mut Self {
        self.now.uptime += Duration::from_secs(seconds);
        self.now.timestamp += SignedDuration::from_secs(i64::try_from(seconds).unwrap());
        self.takes(Input::Tick)
    }

    /// A technician with a code that is right.
    fn is_opened(&mut self) -> &mut Self {
        self.does(Intent::Technician);
        for c in "353007745053".chars() {
            self.does(Intent::Type(c));
        }
        self.does(Intent::Next);
        assert_eq!(self.wants(), [(Deed::Try(Secret::of("353007745053")), None)]);
        let until = self.now.timestamp + SignedDuration::from_hours(1);
        self.hears(Event::Tried(Tried::Granted { serial: 7, until }));
        self.hears(Event::Machine(Box::<MachineFacts>::default()));
        let noted = Deed::Note(ServiceDeed::Opened, ServiceOutcome::Done);
        assert_eq!(self.wants(), [(noted, Some(7)), (Deed::Look, Some(7))]);
        self
    }

    fn wants(&self) -> Vec<(Deed, Option<u16>)> {
        std::mem::take(&mut *self.wanted.lock().unwrap())
    }

    fn screen(&self) -> Screen {
        self.runner.view(self.now).screen
    }

    fn page(&self) -> PanelView {
        match self.screen() {
            Screen::Panel(panel) => panel,
            other => panic!("no page for technicians: {other:?}"),
        }
    }

    /// Touches choices by their places, one page after the other.
    fn picks(&mut self, places: &[usize]) -> &mut Self {
        for place in places {
            self.does(Intent::Pick(*place));
        }
        self
    }

    fn jobs(&self) -> Vec<Uuid> {
        self.paper.0.lock().unwrap().iter().map(|job| job.id).collect()
    }

    fn is_in_use(&self) -> Option<bool> {
        self.told.lock().unwrap().last().and_then(|report| report.in_use)
    }
}

#[test]
fn a_resident_is_never_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(folder.path());
    pillar.does(Intent::Begin);
    let before = pillar.screen();
    assert!(!matches!(before, Screen::Attract { .. }));
    pillar.does(Intent::Technician);
    assert_eq!(pillar.screen(), before);
    assert_eq!(pillar.wants(), []);
}

#[test]
fn a_technician_gets_in_on_the_first_screen_and_where_nobody_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(folder.path());
    assert!(matches!(pillar.screen(), Screen::Attract { .. }));
    pillar.is_opened();
    pillar.does(Intent::Stop);
    assert!(matches!(pillar.screen(), Screen::Attract { .. }));
    pillar.takes(Input::Sync(crate::sync::SyncEvent::Admitted(false)));
    assert_eq!(pillar.screen(), Screen::OutOfService(OutOfService::NotAdmitted));
    pillar.wants();
    pillar.is_opened();
    assert!(!pillar.page().choices.is_empty());
}

#[test]
fn nobody_begins_a_visit_and_no_order_is_carried_out_while_a_technician_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(folder.path());
    pillar.waits(1);
    assert_eq!(pillar.is_in_use(), Some(false));
    pillar.is_opened();
    pillar.waits(1);
    assert_eq!(pillar.is_in_use(), Some(true), "callers are not sent here");
    let order = Order { id: Uuid::from_u128(1), seconds: None, what: Ordered::TestPrint };
    pillar.takes(Input::Orders(vec![order])).does(Intent::Begin);
    assert!(!pillar.page().choices.is_empty(), "a touch of the first screen is none of the pages");
    assert_eq!(pillar.jobs().len(), 0);
    pillar.does(Intent::Stop);
    assert_eq!(pillar.jobs().len(), 1, "now it is printed");
    assert!(matches!(pillar.screen(), Screen::Attract { .. }));
}

#[test]
fn three_minutes_without_a_touch_give_the_pillar_back_to_residents() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(folder.path());
    pillar.is_opened();
    pillar.waits(179);
    assert!(!pillar.page().choices.is_empty());
    pillar.wants();
    pillar.waits(1);
    assert!(matches!(pillar.screen(), Screen::Attract { .. }));
    let closed = Deed::Note(ServiceDeed::Closed, ServiceOutcome::Done);
    assert_eq!(pillar.wants(), [(closed, Some(7))]);
    pillar.hears(Event::Examined(Vec::new()));
    assert!(matches!(pillar.screen(), Screen::Attract { .. }), "what comes too late changes nothing");
}

#[test]
fn a_test_receipt_is_the_technicians_and_what_the_printer_says_of_it_reaches_no_visit() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(folder.path());
    pillar.is_opened().picks(&[0, 0]);
    let [job] = pillar.jobs()[..] else { panic!("{:?}", pillar.jobs()) };
    pillar.takes(Input::Printer(PrinterEvent::Printed(Uuid::from_u128(5))));
    assert_eq!(pillar.page().rows[0].mark, PanelMark::Busy, "that was another one");
    pillar.takes(Input::Printer(PrinterEvent::Printed(job)));
    assert_eq!(pillar.page().rows[0].mark, PanelMark::Good);
    let noted = Deed::Note(ServiceDeed::TestedPrinter, ServiceOutcome::Done);
    assert_eq!(pillar.wants(), [(noted, Some(7))]);
}

#[test]
fn a_printer_that_cannot_print_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(folder.path());
    pillar.takes(Input::Printer(PrinterEvent::Condition(Condition::CoverOpen)));
    pillar.is_opened().picks(&[0, 0]);
    assert_eq!((pillar.jobs().len(), pillar.page().rows[0].mark), (0, PanelMark::Bad));
}

#[test]
fn what_a_technician_holds_against_a_reader_reaches_no_visit() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(folder.path());
    // The printer, then the reader of waste passes: there is no other.
    pillar.is_opened().picks(&[0, 1]);
    assert_eq!(*pillar.reader.0.lock().unwrap(), ["listen"]);
    pillar.takes(Input::Reader(ReaderKind::Pass, ReaderEvent::Unreadable));
    assert_eq!(pillar.page().rows[0].mark, PanelMark::Bad);
    assert_eq!(*pillar.reader.0.lock().unwrap(), ["listen", "ignore"]);
}

#[test]
fn a_new_roll_is_counted_from_nought_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(folder.path());
    pillar.takes(Input::Printer(PrinterEvent::Used { millimetres: 70_000 }));
    let used = |pillar: &mut Pillar| {
        pillar.waits(1);
        let told = pillar.told.lock().unwrap();
        told.last().and_then(|report| report.paper).map(|paper| paper.used_mm)
    };
    assert_eq!(used(&mut pillar), Some(70_000));
    // The third of the menu.
    pillar.is_opened().picks(&[2, 0]);
    assert_eq!(used(&mut pillar), Some(0));
    drop(pillar);
    assert_eq!(used(&mut Pillar::over(folder.path())), Some(0));
}

#[test]
fn the_outcome_of_what_the_technician_before_left_to_itself_is_not_taken_for_that_of_the_same_thing_now() {
    let folder = tempfile::tempdir().unwrap();
    let mut pillar = Pillar::over(folder.path());
    let write_logs = |pillar: &mut Pillar| {
        pillar.is_opened();
        let stick = Some(StickFacts::default());
        let machine = MachineFacts { has_image: true, stick, ..MachineFacts::default() };
        pillar.hears(Event::Machine(Box::new(machine)));
        // The stick comes after the devices, the counters and the roll.
        pillar.picks(&[3, 0]);
        match pillar.wants()[..] {
            [(Deed::Begin(number, Work::WriteLogs), Some(7))] => number,
            ref other => panic!("{other:?}"),
        }
    };
    let left = write_logs(&mut pillar);
    pillar.waits(10).picks(&[0]);
    assert!(matches!(pillar.screen(), Screen::Attract { .. }));
    pillar.wants();
    let now = write_logs(&mut pillar);
    pillar.hears(Event::Ended(left, End::Done));
    assert_eq!((pillar.page().rows[0].mark, pillar.wants()), (PanelMark::Busy, vec![]));
    pillar.hears(Event::Ended(now, End::NoRoom));
    assert_eq!(pillar.page().rows[0].mark, PanelMark::Bad);
    let noted = Deed::Note(ServiceDeed::WroteLogs, ServiceOutcome::Failed);
    assert_eq!(pillar.wants(), [(noted, Some(7)), (Deed::Look, Some(7))]);
}

#[test]
fn visits_and_receipts_are_counted_over_restarts_and_a_technician_reads_since_when() {
    let folder = tempfile::tempdir().unwrap();
    for times in 1..=2_u8 {
        let (tally, keeps) = Tally::with_keeper(folder.path());
        let keeper = std::thread::spawn(keeps);
        let mut pillar = Pillar::over(folder.path());
        pillar.runner = pillar.runner.counting(tally);
        pillar.does(Intent::Begin);
        let receipt = Uuid::from_u128(5);
        pillar.runner.printing = Some(receipt);
        pillar.takes(Input::Printer(PrinterEvent::Printed(receipt)));
        pillar.does(Intent::Stop).waits(600);
        assert!(matches!(pillar.screen(), Screen::Attract { .. }));
        pillar.wants();
        // The counters come after the devices.
        pillar.is_opened().picks(&[1]);
        let rows = pillar.page().rows;
        let said: Vec<&str> = rows[1..4].iter().map(|row| row.value.as_str()).collect();
        assert_eq!(said, [times.to_string().as_str(), times.to_string().as_str(), "2026-11-24"]);
        drop(pillar);
        keeper.join().unwrap();
    }
}
