//! Stories of a printer and its driver: first both without wire and clock, at the end over a real
//! pseudo-terminal.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use uuid::Uuid;
use zeroize::Zeroizing;

use super::core::{Core, Input, Output};
use super::simulator::{HEAD_DOTS, Mechanism, PaperReceipt, PrinterSimulator};
use super::{Condition, EscPosPrinter, Job, Options, PrinterEvent, ReceiptPrinter};
use crate::devices::port::PortName;

const STEP: Duration = Duration::from_millis(50);
/// What 115,200 bits a second carry in a step.
const BYTES_PER_STEP: usize = 576;

/// A driver and a printer side by side, with a cable between them.
struct Desk {
    core: Core,
    printer: Mechanism,
    now: Duration,
    cable: bool,
    unsent: VecDeque<u8>,
    events: Vec<PrinterEvent>,
    /// Whether the printer has never heard of `GS ( H` / `GS r`.
    knows_process_id: bool,
    knows_paper_sensor: bool,
    jobs: u128,
}

impl Desk {
    /// A desk whose printer prints 150 mm a second.
    fn new() -> Self {
        let mut printer = Mechanism::new(HEAD_DOTS);
        printer.set_speed(Some(150));
        Self {
            core: Core::new(Duration::from_secs(1), 7),
            printer,
            now: Duration::ZERO,
            cable: false,
            unsent: VecDeque::new(),
            events: Vec::new(),
            knows_process_id: true,
            knows_paper_sensor: true,
            jobs: 0,
        }
    }

    /// A desk with a printer that is ready.
    fn ready() -> Self {
        let mut desk = Self::new();
        desk.plug();
        desk.pass(Duration::from_secs(2));
        assert_eq!(desk.take_events(), [PrinterEvent::Condition(Condition::Ready)]);
        let blank = desk.printer.take_receipts();
        assert!(blank.len() == 1 && blank[0].cut && blank[0].text.is_empty(), "the cut at the start");
        desk
    }

    /// The pillar's process is killed and begins anew; the printer sees nothing of it.
    fn restart_pillar(&mut self) {
        self.core = Core::new(Duration::from_secs(1), 99);
        self.unsent.clear();
        self.events.clear();
        self.plug();
    }

    fn plug(&mut self) {
        self.cable = true;
        self.tell(Input::Opened);
    }

    fn pull(&mut self) {
        self.cable = false;
        self.tell(Input::Lost);
    }

    /// Prints so many numbered lines (about 4 mm each) under a name.
    fn print(&mut self, name: &str, lines: usize) -> Uuid {
        self.jobs += 1;
        let id = Uuid::from_u128(self.jobs);
        self.tell(Input::Print(Job {
            id,
            bytes: Zeroizing::new(text(name, lines).into_bytes()),
            millimetres: 0,
        }));
        id
    }

    fn forget(&mut self) {
        self.tell(Input::Forget);
    }

    fn tell(&mut self, input: Input<'_>) {
        for output in self.core.handle(input, self.now) {
            match output {
                Output::Send(bytes) => self.unsent.extend(bytes.iter()),
                Output::Discard => self.unsent.clear(),
                Output::Tell(event) => self.events.push(event),
            }
        }
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.step();
        }
    }

    /// Lets time pass until something is told of a job, at most half a minute.
    fn until_the_job_ends(&mut self) -> PrinterEvent {
        let end = self.now + Duration::from_secs(30);
        while self.now < end {
            let place = self.events.iter().position(|event| !matches!(event, PrinterEvent::Condition(_)));
            if let Some(place) = place {
                return self.events.remove(place);
            }
            self.step();
        }
        panic!("no word of the job within half a minute; told were {:?}", self.events);
    }

    fn step(&mut self) {
        self.now += STEP;
        if self.cable && !self.unsent.is_empty() {
            let count = self.unsent.len().min(BYTES_PER_STEP);
            let bytes: Vec<u8> = self.unsent.drain(..count).collect();
            self.printer.receive(&bytes);
            if self.unsent.is_empty() {
                self.tell(Input::Written);
            }
        }
        self.printer.advance(STEP);
        let answers = self.printer.take_answers();
        let answers = self.understood(answers);
        if self.cable {
            self.tell(Input::Received(&answers));
        }
        self.tell(Input::Time);
    }

    /// Drops the answers to requests that this printer does not know.
    fn understood(&self, mut answers: Vec<u8>) -> Vec<u8> {
        if !self.knows_process_id {
            while let Some(start) = answers.windows(2).position(|bytes| bytes == [0x37, 0x22]) {
                answers.drain(start..start + 7);
            }
        }
        if !self.knows_paper_sensor && answers.len() == 1 {
            answers.retain(|byte| byte & 0xf0 != 0);
        }
        answers
    }

    fn take_events(&mut self) -> Vec<PrinterEvent> {
        std::mem::take(&mut self.events)
    }

    /// What came out, as text without empty pieces.
    fn paper(&mut self) -> Vec<String> {
        texts(&self.printer.take_receipts())
    }
}

fn text(name: &str, lines: usize) -> String {
    (1..=lines).map(|line| format!("{name} {line}\n")).collect()
}

fn texts(receipts: &[PaperReceipt]) -> Vec<String> {
    receipts.iter().map(|receipt| receipt.text.clone()).filter(|text| !text.trim().is_empty()).collect()
}

#[test]
fn printed_is_said_when_the_receipt_lies_in_the_tray_and_not_before() {
    let mut desk = Desk::ready();
    let job = desk.print("Els", 40);
    desk.pass(Duration::from_millis(500));
    assert_eq!(desk.take_events(), [], "the paper is still moving");
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(job));
    let receipts = desk.printer.take_receipts();
    assert_eq!(receipts.len(), 1);
    assert!(receipts[0].cut);
    assert_eq!(receipts[0].text.trim(), text("Els", 40).trim());
    assert!(desk.printer.unknown_commands().is_empty());
}

#[test]
fn two_receipts_in_a_row_come_out_one_by_one() {
    let mut desk = Desk::ready();
    let (first, second) = (desk.print("Els", 300), desk.print("Joop", 10));
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(first));
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(second));
    assert_eq!(desk.paper(), [text("Els", 300), text("Joop", 10)]);
}

#[test]
fn a_receipt_on_the_last_metres_is_printed() {
    let mut desk = Desk::ready();
    desk.printer.set_paper_mm(1_000);
    let job = desk.print("Els", 10);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(job));
    assert_eq!(desk.take_events(), [PrinterEvent::Condition(Condition::NearEnd)]);
}

#[test]
fn paper_that_runs_out_amid_a_receipt_leaves_nothing_for_the_next_resident() {
    let mut desk = Desk::ready();
    desk.printer.set_paper_mm(60);
    let job = desk.print("Els", 40);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::NotPrinted(job, Condition::PaperOut));
    desk.printer.new_roll();
    desk.pass(Duration::from_secs(5));
    let torn_off = desk.paper();
    assert_eq!(torn_off.len(), 1, "only what staff tore off");
    assert!(!torn_off[0].contains("Els 40"));
    assert!(desk.printer.paper_now().text.is_empty());
    let next = desk.print("Joop", 5);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(next));
    assert_eq!(desk.paper(), [text("Joop", 5)]);
}

#[test]
fn a_printer_that_nobody_clears_gives_the_rest_to_the_next_resident() {
    // This is the trap from which the story above protects; without it that story proves nothing.
    let mut printer = Mechanism::new(HEAD_DOTS);
    printer.set_paper_mm(60);
    printer.receive(text("Els", 40).as_bytes());
    printer.new_roll();
    assert!(printer.paper_now().text.contains("Els 40"));
}

#[test]
fn a_cover_opened_amid_a_receipt_ends_it_and_the_half_is_cut_off_by_itself() {
    let mut desk = Desk::ready();
    let job = desk.print("Els", 40);
    desk.pass(Duration::from_millis(500));
    desk.printer.set_cover_open(true);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::NotPrinted(job, Condition::CoverOpen));
    desk.printer.set_cover_open(false);
    desk.pass(Duration::from_secs(3));
    let half = desk.paper();
    assert_eq!(half.len(), 1);
    assert!(half[0].starts_with("Els 1\n") && !half[0].contains("Els 40"));
    let next = desk.print("Joop", 5);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(next));
    assert_eq!(desk.paper(), [text("Joop", 5)]);
}

#[test]
fn a_stuck_cutter_is_told_and_works_again_once_it_is_freed() {
    let mut desk = Desk::ready();
    desk.printer.jam_cutter();
    let job = desk.print("Els", 10);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::NotPrinted(job, Condition::CutterError));
    assert_eq!(desk.take_events(), [PrinterEvent::Condition(Condition::CutterError)]);
    desk.pass(Duration::from_secs(12));
    desk.printer.free_cutter();
    desk.pass(Duration::from_secs(12));
    assert_eq!(desk.take_events(), [PrinterEvent::Condition(Condition::Ready)]);
    desk.paper();
    let next = desk.print("Joop", 5);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(next));
    assert_eq!(desk.paper(), [text("Joop", 5)]);
}

#[test]
fn a_printer_that_cannot_print_says_so_at_once_and_gets_nothing() {
    for (fault, condition) in faults() {
        let mut desk = Desk::ready();
        fault(&mut desk.printer);
        desk.pass(Duration::from_secs(2));
        assert_eq!(desk.take_events(), [PrinterEvent::Condition(condition)]);
        let job = desk.print("Els", 10);
        assert_eq!(desk.take_events(), [PrinterEvent::NotPrinted(job, condition)]);
    }
}

#[test]
fn a_cable_pulled_amid_a_receipt_leaves_it_unknown_and_a_replugged_printer_works() {
    let mut desk = Desk::ready();
    let job = desk.print("Els", 40);
    desk.pass(Duration::from_millis(500));
    desk.pull();
    assert_eq!(desk.take_events(), [PrinterEvent::Unknown(job), PrinterEvent::Condition(Condition::Offline)]);
    desk.plug();
    desk.pass(Duration::from_secs(5));
    assert_eq!(desk.take_events(), [PrinterEvent::Condition(Condition::Ready)]);
    desk.paper();
    let next = desk.print("Joop", 5);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(next));
    assert_eq!(desk.paper(), [text("Joop", 5)]);
}

#[test]
fn what_a_killed_pillar_left_in_the_printer_does_not_hang_from_the_next_residents_receipt() {
    for killed_after in [300, 600, 900] {
        let mut desk = Desk::ready();
        desk.print("Els", 60);
        desk.pass(Duration::from_millis(killed_after));
        assert!(desk.printer.paper_now().text.contains("Els 1\n"), "{killed_after} ms");
        desk.restart_pillar();
        // Asked for at once, before the printer has said how it is.
        let next = desk.print("Joop", 5);
        assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(next), "{killed_after} ms");
        let pieces = desk.paper();
        assert_eq!(pieces.len(), 2, "{killed_after} ms: {pieces:?}");
        assert!(!pieces[0].contains("Els 60"), "what was not printed yet never is");
        assert_eq!(pieces[1], text("Joop", 5), "{killed_after} ms");
    }
}

#[test]
fn the_cut_at_the_start_waits_until_the_printer_can_cut() {
    let mut desk = Desk::new();
    desk.printer.set_cover_open(true);
    desk.plug();
    desk.pass(Duration::from_secs(3));
    assert_eq!(desk.printer.take_receipts(), []);
    desk.printer.set_cover_open(false);
    desk.pass(Duration::from_secs(3));
    assert_eq!(desk.printer.take_receipts().len(), 1);
    desk.pull();
    desk.plug();
    desk.pass(Duration::from_secs(3));
    assert_eq!(desk.printer.take_receipts(), [], "once is enough: nothing was printed since");
}

#[test]
fn a_power_cut_amid_a_receipt_leaves_it_unknown_however_short_it_is() {
    for outage in [1_500, 2_500, 60_000] {
        let mut desk = Desk::ready();
        let job = desk.print("Els", 60);
        desk.pass(Duration::from_millis(600));
        desk.printer.cut_power();
        desk.pass(Duration::from_millis(outage));
        desk.printer.restore_power();
        assert_eq!(desk.until_the_job_ends(), PrinterEvent::Unknown(job), "{outage} ms");
        desk.pass(Duration::from_secs(10));
        desk.paper();
        let next = desk.print("Joop", 5);
        assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(next), "{outage} ms");
        assert_eq!(desk.paper(), [text("Joop", 5)], "{outage} ms");
    }
}

#[test]
fn a_printer_that_is_silent_is_offline() {
    let mut desk = Desk::new();
    desk.printer.cut_power();
    desk.plug();
    let job = desk.print("Els", 5);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::NotPrinted(job, Condition::Offline));
    assert_eq!(desk.take_events(), [PrinterEvent::Condition(Condition::Offline)]);
    desk.printer.restore_power();
    desk.pass(Duration::from_secs(5));
    assert_eq!(desk.take_events(), [PrinterEvent::Condition(Condition::Ready)]);
    assert!(desk.paper().is_empty());
}

#[test]
fn no_port_at_the_start_is_offline() {
    let mut desk = Desk::new();
    desk.tell(Input::Lost);
    let job = desk.print("Els", 5);
    assert_eq!(
        desk.take_events(),
        [PrinterEvent::Condition(Condition::Offline), PrinterEvent::NotPrinted(job, Condition::Offline)]
    );
}

#[test]
fn a_receipt_asked_for_before_the_first_status_waits_for_it() {
    let mut desk = Desk::new();
    desk.plug();
    let job = desk.print("Els", 5);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(job));
}

#[test]
fn noise_on_the_line_confirms_nothing_and_harms_nothing() {
    let mut desk = Desk::ready();
    let mut random = fastrand::Rng::with_seed(0x0153);
    let job = desk.print("Els", 40);
    desk.pass(Duration::from_millis(400));
    for _ in 0..20 {
        // Everything but bytes that are a whole status of their own.
        let noise: Vec<u8> = (0..9).map(|_| 0x80 | random.u8(..)).collect();
        desk.tell(Input::Received(&noise));
    }
    assert_eq!(desk.take_events(), []);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(job));
    assert_eq!(desk.paper(), [text("Els", 40)]);
}

#[test]
fn the_confirmation_of_another_receipt_confirms_nothing() {
    let mut desk = Desk::ready();
    desk.print("Els", 40);
    desk.pass(Duration::from_millis(400));
    desk.tell(Input::Received(&[0x37, 0x22, b'X', b'X', b'X', b'X', 0, 0x00, 0x03]));
    assert_eq!(desk.take_events(), []);
}

#[test]
fn a_forgotten_receipt_stops_and_is_never_spoken_of_again() {
    let mut desk = Desk::ready();
    desk.print("Els", 60);
    desk.print("Els again", 60);
    desk.pass(Duration::from_millis(600));
    desk.forget();
    desk.pass(Duration::from_secs(40));
    assert_eq!(desk.take_events(), []);
    let piece = desk.paper();
    assert_eq!(piece.len(), 1, "the half is cut off by itself");
    assert!(!piece[0].contains("Els 60") && !piece[0].contains("again"));
    let next = desk.print("Joop", 5);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(next));
    assert_eq!(desk.paper(), [text("Joop", 5)]);
}

#[test]
fn an_older_printer_confirms_with_its_paper_sensor() {
    let mut desk = Desk::new();
    desk.knows_process_id = false;
    desk.plug();
    desk.pass(Duration::from_secs(2));
    let job = desk.print("Els", 10);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(job));
    assert_eq!(desk.paper(), [text("Els", 10)]);
}

#[test]
fn an_older_printer_that_was_off_for_a_moment_confirms_nothing() {
    let mut desk = Desk::new();
    desk.knows_process_id = false;
    desk.plug();
    desk.pass(Duration::from_secs(2));
    let job = desk.print("Els", 60);
    desk.pass(Duration::from_millis(600));
    desk.printer.cut_power();
    desk.pass(Duration::from_millis(1_500));
    desk.printer.restore_power();
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Unknown(job));
}

#[test]
fn a_printer_that_never_confirms_leaves_the_receipt_unknown() {
    let mut desk = Desk::new();
    desk.knows_process_id = false;
    desk.knows_paper_sensor = false;
    desk.plug();
    desk.pass(Duration::from_secs(2));
    let job = desk.print("Els", 10);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Unknown(job));
}

type Fault = fn(&mut Mechanism);

fn faults() -> [(Fault, Condition); 2] {
    [
        (|printer| printer.set_paper_mm(0), Condition::PaperOut),
        (|printer| printer.set_cover_open(true), Condition::CoverOpen),
    ]
}

#[test]
fn the_simulator_answers_what_real_printers_answer() {
    let jam: Fault = |printer| {
        printer.jam_cutter();
        printer.receive(&[0x1d, b'V', 66, 0]);
    };
    let near_end: Fault = |printer| printer.set_paper_mm(1_000);
    let [(paper_out, _), (cover, _)] = faults();
    let table: [(Fault, [u8; 4], [u8; 4]); 5] = [
        (|_| {}, [0x12, 0x12, 0x12, 0x12], [0x10, 0x00, 0x00, 0x00]),
        (near_end, [0x12, 0x12, 0x12, 0x1e], [0x10, 0x00, 0x03, 0x00]),
        (paper_out, [0x1a, 0x32, 0x12, 0x7e], [0x18, 0x00, 0x0f, 0x00]),
        (cover, [0x1a, 0x16, 0x12, 0x12], [0x38, 0x00, 0x00, 0x00]),
        (jam, [0x1a, 0x52, 0x1a, 0x12], [0x18, 0x08, 0x00, 0x00]),
    ];
    for (fault, real_time, automatic) in table {
        let mut printer = Mechanism::new(HEAD_DOTS);
        printer.receive(&[0x1d, b'a', 0x0e]);
        fault(&mut printer);
        let told = printer.take_answers();
        assert_eq!(told[told.len() - 4..], automatic);
        printer.receive(&[0x10, 4, 1, 0x10, 4, 2, 0x10, 4, 3, 0x10, 4, 4]);
        assert_eq!(printer.take_answers(), real_time);
    }
}

#[test]
fn whatever_goes_wrong_a_receipt_ends_once_and_printed_means_whole_and_alone() {
    for seed in 0..40 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut desk = Desk::ready();
        for round in 0..4 {
            let name = format!("Visitor {round}");
            let lines = random.usize(5..40);
            let job = desk.print(&name, lines);
            desk.pass(Duration::from_millis(random.u64(0..3_000)));
            let fault = random.u8(0..7);
            match fault {
                0 => desk.printer.set_paper_mm(random.u32(0..50)),
                1 => desk.printer.set_cover_open(true),
                2 => desk.printer.jam_cutter(),
                3 => desk.pull(),
                4 => desk.printer.cut_power(),
                _ => {}
            }
            desk.pass(Duration::from_millis(random.u64(0..6_000)));
            match fault {
                0 => desk.printer.new_roll(),
                1 => desk.printer.set_cover_open(false),
                2 => desk.printer.free_cutter(),
                3 => desk.plug(),
                4 => desk.printer.restore_power(),
                _ => {}
            }
            let end = desk.until_the_job_ends();
            let pieces = desk.paper();
            let whole = pieces.iter().any(|piece| *piece == text(&name, lines));
            match end {
                PrinterEvent::Printed(id) => assert!(id == job && whole, "seed {seed}: {pieces:?}"),
                PrinterEvent::NotPrinted(id, _) | PrinterEvent::Unknown(id) => assert_eq!(id, job),
                PrinterEvent::Condition(_) => unreachable!("that is no end of a job"),
            }
            desk.pass(Duration::from_secs(20));
            let later = desk.take_events();
            assert!(
                later.iter().all(|event| matches!(event, PrinterEvent::Condition(_))),
                "seed {seed}: {later:?}"
            );
            desk.paper();
        }
    }
}

/// A driver on a real pseudo-terminal.
struct Wired {
    simulator: PrinterSimulator,
    printer: EscPosPrinter,
    events: Receiver<PrinterEvent>,
    _folder: tempfile::TempDir,
}

fn wired() -> Wired {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("usb-printer");
    let simulator = PrinterSimulator::start(&link).unwrap();
    let (sender, events) = channel();
    let options = Options {
        poll_every: Duration::from_millis(100),
        first_retry: Duration::from_millis(20),
        longest_retry: Duration::from_millis(100),
    };
    let sink = Box::new(move |event| sender.send(event).unwrap_or_default());
    let printer = EscPosPrinter::start(PortName::new(&link, 115_200), options, sink).unwrap();
    Wired { simulator, printer, events, _folder: folder }
}

impl Wired {
    fn expect(&self, wanted: &PrinterEvent) {
        let patience = Duration::from_secs(30);
        loop {
            let event =
                self.events.recv_timeout(patience).unwrap_or_else(|_| panic!("waited for {wanted:?}"));
            if event == *wanted {
                return;
            }
            assert!(matches!(event, PrinterEvent::Condition(_)), "{event:?} instead of {wanted:?}");
        }
    }

    fn print(&self, number: u128, name: &str, lines: usize) -> Uuid {
        let id = Uuid::from_u128(number);
        self.printer.print(Job { id, bytes: Zeroizing::new(text(name, lines).into_bytes()), millimetres: 0 });
        id
    }
}

#[test]
fn over_a_real_wire_receipts_come_out_before_and_after_the_cable_is_pulled() {
    let desk = wired();
    desk.expect(&PrinterEvent::Condition(Condition::Ready));
    let job = desk.print(1, "Els", 30);
    desk.expect(&PrinterEvent::Printed(job));
    assert_eq!(texts(&desk.simulator.take_receipts()), [text("Els", 30)]);

    desk.simulator.slow_down(Some(20));
    let job = desk.print(2, "Joop", 30);
    while desk.simulator.paper_now().text.is_empty() {
        std::thread::yield_now();
    }
    desk.simulator.pull_cable();
    desk.expect(&PrinterEvent::Unknown(job));
    desk.simulator.slow_down(None);
    desk.simulator.plug_cable().unwrap();
    desk.expect(&PrinterEvent::Condition(Condition::Ready));

    let job = desk.print(3, "Ada", 5);
    desk.expect(&PrinterEvent::Printed(job));
    assert_eq!(texts(&desk.simulator.take_receipts()).last(), Some(&text("Ada", 5)));
}

#[test]
fn over_a_real_wire_a_long_receipt_stops_when_the_paper_does() {
    let desk = wired();
    desk.expect(&PrinterEvent::Condition(Condition::Ready));
    desk.simulator.set_paper_mm(100);
    let job = desk.print(1, "Els", 900);
    desk.expect(&PrinterEvent::NotPrinted(job, Condition::PaperOut));
    desk.simulator.new_roll();
    desk.expect(&PrinterEvent::Condition(Condition::Ready));
    let job = desk.print(2, "Joop", 3);
    desk.expect(&PrinterEvent::Printed(job));
    let pieces = texts(&desk.simulator.take_receipts());
    assert_eq!(pieces.len(), 2, "{pieces:?}");
    assert!(!pieces[0].contains("Els 100\n"));
    assert_eq!(pieces[1], text("Joop", 3));
}

#[test]
fn over_a_real_wire_a_printer_may_come_later() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("usb-printer");
    let (sender, events) = channel();
    let sink = Box::new(move |event| sender.send(event).unwrap_or_default());
    let name = PortName::new(&link, 115_200);
    let _driver = EscPosPrinter::start(name, Options::default(), sink).unwrap();
    let patience = Duration::from_secs(30);
    assert_eq!(events.recv_timeout(patience), Ok(PrinterEvent::Condition(Condition::Offline)));
    let _simulator = PrinterSimulator::start(&link).unwrap();
    assert_eq!(events.recv_timeout(patience), Ok(PrinterEvent::Condition(Condition::Ready)));
}
