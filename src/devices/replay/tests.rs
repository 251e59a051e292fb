//! Sessions that were really recorded, from simulators behind pseudo-terminals or in the field, and
//! what becomes of them when they are replayed.
//!
//! `ZUIL_KEEP=/some/folder cargo test --lib replay` writes the sessions that are recorded here into
//! that folder, in the form of `tests/fixtures/recordings`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use zuil_wire::Cents;
use zuil_wire::recording::{Recording, to_text};
use zuil_wire::seal::{OpenKey, SealKey};

use super::printer::{self, Printer};
use super::terminal::{self, Terminal};
use super::{read, replay};
use crate::devices::Sink;
use crate::devices::port::PortName;
use crate::devices::printer::simulator::PrinterSimulator;
use crate::devices::printer::{Condition, EscPosPrinter, Options, PrinterEvent, ReceiptPrinter};
use crate::devices::recorder::{Recorder, Settings, Tap};
use crate::devices::terminal::simulator::PaymentSimulator;
use crate::devices::terminal::{Outcome, PaymentTerminal, Prompt, TerminalEvent, ZvtTerminal};

/// The longest that a session waits for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// A session that is being recorded, with what was ordered and told meanwhile.
struct Session<E> {
    folder: tempfile::TempDir,
    open: OpenKey,
    recorder: Recorder,
    tap: Tap,
    events: Receiver<(Duration, E)>,
    told: Vec<(Duration, E)>,
    orders: Vec<(Duration, String, &'static str)>,
}

impl<E: std::fmt::Debug + Send + 'static> Session<E> {
    /// Begins to record a device; returns the sink for its events, too.
    fn begin(device: &'static str) -> (Self, Sink<E>) {
        let folder = tempfile::tempdir().unwrap();
        let (private, public) = OpenKey::generate().unwrap();
        let settings = Settings {
            folder: folder.path().to_owned(),
            pillar: "voorbeeld".into(),
            device,
            until: Timestamp::MAX,
            file_bytes: 1 << 20,
            files: 1,
        };
        let seal = SealKey::from_base64("test", &public).unwrap();
        let (recorder, tap) = Recorder::start(settings, seal, || Timestamp::UNIX_EPOCH).unwrap();
        let (tell, events) = channel();
        let clock = tap.clone();
        let sink = Box::new(move |event| drop(tell.send((clock.elapsed(), event))));
        let open = OpenKey::from_bytes(&private);
        let (told, orders) = (Vec::new(), Vec::new());
        (Self { folder, open, recorder, tap, events, told, orders }, sink)
    }

    /// Notes an order that the device's thread gets now, and what stands in the line of which it is the
    /// cause: the thread takes it just before that.
    fn order(&mut self, order: String, causes: &'static str) {
        self.orders.push((self.tap.elapsed(), order, causes));
    }

    fn waits_for(&mut self, what: &str, fits: impl Fn(&E) -> bool) {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let event =
                self.events.recv_timeout(left).unwrap_or_else(|_| panic!("waited in vain for {what}"));
            self.told.push(event);
            if self.told.last().is_some_and(|(_, event)| fits(event)) {
                return;
            }
        }
    }

    /// Ends the recording, whose device is gone, and opens it as the hub would.
    fn text(self) -> String {
        drop(self.recorder);
        let file = fs::read_dir(self.folder.path()).unwrap().next().unwrap().unwrap().path();
        let recording = Recording::open(&fs::read_to_string(file).unwrap(), &self.open).unwrap();
        let text = to_text(&recording);
        let (header, lines): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('#'));
        let mut lines: Vec<(Duration, String)> = lines
            .iter()
            .map(|line| (super::read_line(line).expect("a line that can be replayed").at, (*line).to_owned()))
            .collect();
        let at = |time: Duration| format!("{}.{:06}", time.as_secs(), time.subsec_micros());
        let told = self.told.into_iter().chain(self.events.try_iter());
        lines.extend(told.map(|(time, event)| (time, format!("{} told {event:?}", at(time)))));
        lines.sort_by_key(|(time, _)| *time);
        let header = header.join("\n") + "\n";
        let written = |lines: &[(Duration, String)]| {
            let lines: Vec<&str> = lines.iter().map(|(_, line)| line.as_str()).collect();
            header.clone() + &lines.join("\n") + "\n"
        };
        let as_ordered = |lines: &[(Duration, String)]| replayed(&written(lines)).is_ok();
        let whole = with_orders(&lines, &self.orders, &as_ordered);
        written(&whole.unwrap_or_else(|| panic!("it does not replay:\n{}", written(&lines))))
    }
}

/// Puts orders among the lines. Between the moment of an order and its effect it is not recorded when
/// the device's thread took it: the first place is it with which all replays.
fn with_orders(
    lines: &[(Duration, String)],
    orders: &[(Duration, String, &'static str)],
    fits: &impl Fn(&[(Duration, String)]) -> bool,
) -> Option<Vec<(Duration, String)>> {
    let Some(((time, order, causes), rest)) = orders.split_first() else {
        return fits(lines).then(|| lines.to_vec());
    };
    let first = lines.partition_point(|(then, _)| then < time);
    let effect = first + lines[first..].iter().position(|(_, line)| line.contains(causes))?;
    (first..=effect).find_map(|place| {
        let then = lines[place].0;
        let at = format!("{}.{:06}", then.as_secs(), then.subsec_micros());
        let mut placed = lines.to_vec();
        placed.insert(place, (then, format!("{at} order {order}")));
        with_orders(&placed, rest, fits)
    })
}

/// A printer that is being recorded.
struct PrinterSession {
    session: Session<PrinterEvent>,
    simulator: PrinterSimulator,
    printer: EscPosPrinter,
    jobs: u128,
}

impl PrinterSession {
    fn begin() -> Self {
        let (session, sink) = Session::begin("printer");
        let link = session.folder.path().with_extension("printer");
        let simulator = PrinterSimulator::start(&link).unwrap();
        let port = PortName { tap: Some(session.tap.clone()), ..PortName::new(&link, 115_200) };
        let printer = EscPosPrinter::start(port, Options::default(), sink).unwrap();
        let mut begun = Self { session, simulator, printer, jobs: 0 };
        begun.becomes(Condition::Ready);
        begun
    }

    fn becomes(&mut self, condition: Condition) {
        let told = PrinterEvent::Condition(condition);
        self.session.waits_for("the printer's condition", |event| *event == told);
    }

    /// Prints a made-up receipt of so many lines.
    fn print(&mut self, lines: usize) {
        self.jobs += 1;
        let bytes: Vec<u8> =
            (1..=lines).flat_map(|line| format!("Voorbeeld {line}\n").into_bytes()).collect();
        let order: String = bytes.iter().map(|byte| format!(" {byte:02X}")).collect();
        self.session.order(format!("print{order}"), "56 6F 6F 72 62 65 65 6C 64");
        self.printer.print(printer::job(self.jobs, bytes));
    }

    fn job_ends(&mut self, end: &PrinterEvent) {
        self.session.waits_for("the end of the job", |event| event == end);
    }

    fn text(self) -> String {
        let Self { session, simulator, printer, .. } = self;
        drop(printer);
        drop(simulator);
        session.text()
    }

    fn id(&self) -> uuid::Uuid {
        uuid::Uuid::from_u128(self.jobs)
    }
}

/// A terminal that is being recorded.
struct TerminalSession {
    session: Session<TerminalEvent>,
    simulator: PaymentSimulator,
    terminal: ZvtTerminal,
}

impl TerminalSession {
    fn begin() -> Self {
        let (session, sink) = Session::begin("terminal");
        let link = session.folder.path().with_extension("terminal");
        let simulator = PaymentSimulator::start(&link).unwrap();
        let port = PortName { tap: Some(session.tap.clone()), ..ZvtTerminal::port(&link) };
        let terminal = ZvtTerminal::start(port, terminal::options(), sink).unwrap();
        let mut begun = Self { session, simulator, terminal };
        begun.session.waits_for("what it remembers", |event| matches!(event, TerminalEvent::Remembers(_)));
        begun
    }

    fn charge(&mut self, cents: u64) {
        self.session.order(format!("charge {cents}"), "told Prompt");
        self.terminal.charge(terminal::charge(1, Cents(cents)));
    }

    fn payment_ends(&mut self, how: impl Fn(&Outcome) -> bool) {
        self.session
            .waits_for("the payment's end", |event| matches!(event, TerminalEvent::Done(_, end) if how(end)));
    }

    fn text(self) -> String {
        let Self { session, simulator, terminal } = self;
        drop(terminal);
        drop(simulator);
        session.text()
    }
}

fn good_receipt() -> String {
    let mut session = PrinterSession::begin();
    session.print(8);
    session.job_ends(&PrinterEvent::Printed(session.id()));
    session.text()
}

fn paper_out_amid_a_receipt() -> String {
    let mut session = PrinterSession::begin();
    session.simulator.set_paper_mm(40);
    session.print(30);
    session.job_ends(&PrinterEvent::NotPrinted(session.id(), Condition::PaperOut));
    session.simulator.new_roll();
    session.becomes(Condition::Ready);
    session.print(30);
    session.job_ends(&PrinterEvent::Printed(session.id()));
    session.text()
}

fn registration_and_payment() -> String {
    let mut session = TerminalSession::begin();
    session.simulator.set_auto(Some(Duration::ZERO));
    session.charge(1735);
    session.payment_ends(|end| matches!(end, Outcome::Paid(_)));
    session.text()
}

fn pulled_cable_amid_a_payment() -> String {
    let mut session = TerminalSession::begin();
    session.charge(1735);
    session.session.waits_for("the wish for a card", |event| {
        matches!(event, TerminalEvent::Prompt(_, Prompt::PresentCard))
    });
    session.simulator.pull_cable();
    session.payment_ends(|end| *end == Outcome::Unknown);
    session.text()
}

/// Replays a text to the device that it names.
fn replayed(text: &str) -> Result<(), String> {
    let lines = read(text)?;
    match text.lines().find_map(|line| line.strip_prefix("# device ")) {
        Some("printer") => replay(&lines, || Printer::of(&lines)),
        Some("terminal") => replay(&lines, Terminal::new),
        device => Err(format!("nobody replays {device:?}")),
    }
}

/// Records a session, and replays it at once.
fn records_and_replays(name: &str, session: impl Fn() -> String) {
    let text = session();
    if let Some(folder) = std::env::var_os("ZUIL_KEEP") {
        fs::write(Path::new(&folder).join(name), &text).unwrap();
    }
    replayed(&text).unwrap_or_else(|why| panic!("{why}\n{text}"));
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/recordings")
}

#[test]
fn a_receipt_is_recorded_and_replayed() {
    records_and_replays("printer-good-receipt.txt", good_receipt);
}

#[test]
fn an_empty_roll_amid_a_receipt_is_recorded_and_replayed() {
    records_and_replays("printer-paper-out.txt", paper_out_amid_a_receipt);
}

#[test]
fn a_payment_is_recorded_and_replayed() {
    records_and_replays("terminal-payment.txt", registration_and_payment);
}

#[test]
fn a_pulled_cable_amid_a_payment_is_recorded_and_replayed() {
    records_and_replays("terminal-pulled-cable.txt", pulled_cable_amid_a_payment);
}

#[test]
fn the_drivers_still_do_what_they_did_when_the_fixtures_were_recorded() {
    let mut count = 0;
    for entry in fs::read_dir(fixtures()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            replayed(&fs::read_to_string(&path).unwrap())
                .unwrap_or_else(|why| panic!("{}: {why}", path.display()));
            count += 1;
        }
    }
    assert!(count >= 4, "only {count} fixtures were found");
}

#[test]
fn a_driver_that_does_otherwise_is_noticed() {
    let text = fs::read_to_string(fixtures().join("printer-good-receipt.txt")).unwrap();
    let last = text.lines().rfind(|line| line.contains(" told Printed")).unwrap();
    let without_answer: Vec<&str> = text.lines().filter(|line| !line.contains(" in ")).collect();
    assert!(replayed(&without_answer.join("\n")).unwrap_err().contains("it was to"));
    assert!(replayed(&text.replace(last, "")).unwrap_err().contains("it "));
    let other = text.replacen("out 1B", "out 1C", 1);
    assert!(replayed(&other).unwrap_err().contains("it was to send"));
    let gap = text.replacen(last, "9.000000 missed 5 bytes", 1);
    assert!(replayed(&gap).unwrap_err().contains("missed"));
}
