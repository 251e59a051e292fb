//! Documents and passes of all kinds held against a reader, well and badly.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use jiff::civil::date;

use super::core::{Core, SILENCE};
use super::mrz::MrzFormat;
use super::rfid::RfidFormat;
use super::simulator::{BSN, DocumentReaderSimulator, PassReaderSimulator, Specimen};
use super::*;
use crate::devices::port::PortName;

const TODAY: Date = date(2026, 11, 22);
const LIMIT: Duration = Duration::from_secs(20);

/// The passport and the card that the Dutch authorities show on their pages as specimens.
const DUTCH_PASSPORT: [&str; 2] =
    ["P<NLDDE<BRUIJN<<WILLEKE<LISELOTTE<<<<<<<<<<<", "SPECI20142NLD6503101F2403096999999990<<<<<84"];
const DUTCH_CARD: [&str; 3] =
    ["I<NLDSPECI20142999999990<<<<<8", "6503101F2403096NLD<<<<<<<<<<<8", "DE<BRUIJN<<WILLEKE<LISELOTTE<<"];
/// The examples of ICAO 9303, parts 4 and 5.
const UTOPIAN_PASSPORT: [&str; 2] =
    ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];
const UTOPIAN_CARD: [&str; 3] =
    ["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"];

fn plain(line_end: LineEnd) -> MrzFormat {
    MrzFormat { line_end, ..MrzFormat::default() }
}

fn document(lines: &[&str]) -> Option<(DocumentKind, String, Date)> {
    let documents = mrz::read(lines.join("\r").as_bytes(), &plain(LineEnd::Cr), TODAY);
    documents.first().map(|document| (document.kind, document.number.clone(), document.expires))
}

#[test]
fn published_specimens_are_read() {
    let (passport, card) = (DocumentKind::Passport, DocumentKind::IdentityCard);
    for (lines, expected) in [
        (DUTCH_PASSPORT.as_slice(), (passport, "SPECI2014", date(2024, 3, 9))),
        (&DUTCH_CARD, (card, "SPECI2014", date(2024, 3, 9))),
        (&UTOPIAN_PASSPORT, (passport, "L898902C3", date(2012, 4, 15))),
        (&UTOPIAN_CARD, (card, "D23145890", date(2012, 4, 15))),
    ] {
        let (kind, number, expires) = document(lines).unwrap();
        assert_eq!((kind, number.as_str(), expires), expected);
    }
}

#[test]
fn every_framing_that_readers_use_is_understood() {
    for (line_end, end) in
        [(LineEnd::Cr, "\r"), (LineEnd::Lf, "\n"), (LineEnd::Crlf, "\r\n"), (LineEnd::None, "")]
    {
        for (prefix, suffix) in [("", ""), ("\u{2}", "\u{3}"), ("MRZ:", "\r\n\u{3}"), ("", "\n\n")] {
            for last in ["", end] {
                let format = MrzFormat { prefix: prefix.into(), suffix: suffix.into(), line_end };
                let zones = [DUTCH_PASSPORT.join(end), DUTCH_CARD.join(end)];
                let sent: String = zones.iter().map(|zone| format!("{prefix}{zone}{last}{suffix}")).collect();
                let read = mrz::read(sent.as_bytes(), &format, TODAY);
                assert_eq!(read.len(), 2, "{sent:?}");
            }
        }
    }
}

#[test]
fn a_check_digit_that_does_not_hold_makes_it_unreadable_wherever_it_is() {
    for lines in [DUTCH_PASSPORT.as_slice(), &DUTCH_CARD, &UTOPIAN_PASSPORT, &UTOPIAN_CARD] {
        let covered: Vec<(usize, usize)> = match lines {
            [_, _] => [0..10, 13..20, 21..44].into_iter().flatten().map(|at| (1, at)).collect(),
            _ => (5..30)
                .map(|at| (0, at))
                .chain([0..7, 8..15, 18..30].into_iter().flatten().map(|at| (1, at)))
                .collect(),
        };
        for (line, at) in covered {
            let mut changed: Vec<String> = lines.iter().map(ToString::to_string).collect();
            // Each becomes the next of its kind; no weight makes that vanish.
            let other = match changed[line].as_bytes()[at] {
                digit @ b'0'..=b'8' => digit + 1,
                letter @ b'A'..=b'Y' => letter + 1,
                _ => b'3',
            };
            changed[line].replace_range(at..=at, &char::from(other).to_string());
            let changed: Vec<&str> = changed.iter().map(String::as_str).collect();
            assert_eq!(document(&changed), None, "{changed:?}");
        }
    }
}

#[test]
fn a_year_of_two_digits_is_the_latest_that_a_document_of_today_can_have() {
    for (read, meant) in [(31, 2031), (56, 2056), (57, 1957), (98, 1998), (12, 2012)] {
        let specimen = Specimen { expires: (2000 + read, 6, 1), ..Specimen::PASSPORT };
        let lines = specimen.lines();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(document(&lines).unwrap().2, date(meant, 6, 1));
    }
}

#[test]
fn a_day_that_does_not_exist_or_is_not_told_is_no_reading() {
    for expires in [(2031, 2, 30), (2031, 0, 1), (2031, 13, 1)] {
        let lines = Specimen { expires, ..Specimen::IDENTITY_CARD }.lines();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(document(&lines), None, "{expires:?}");
    }
}

#[test]
fn a_long_number_of_another_country_is_read_whole_without_what_follows_it() {
    let lines = Specimen::UTOPIAN_CARD.lines();
    assert!(lines[0].contains("SECRET77"), "{lines:?}");
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(document(&lines).unwrap().1, "D23145890734");
}

#[test]
fn what_is_no_identity_document_is_refused() {
    let visa =
        ["V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"];
    assert_eq!(document(&visa), None);
    let td2 = ["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"];
    assert_eq!(document(&td2), None);
    assert_eq!(document(&[&DUTCH_PASSPORT[0].to_lowercase(), DUTCH_PASSPORT[1]]), None);
}

/// A core with an open ear, fed by hand.
struct Fed {
    core: Core,
    now: Duration,
}

impl Fed {
    fn mrz(line_end: LineEnd) -> Self {
        let mut core = Core::new(Box::new(plain(line_end)));
        core.listen(Duration::ZERO);
        Self { core, now: Duration::ZERO }
    }

    fn hears(&mut self, bytes: &[u8]) -> Vec<ReaderEvent> {
        self.core.receive(bytes, self.now, TODAY)
    }

    fn waits(&mut self, time: Duration) -> Option<ReaderEvent> {
        self.now += time;
        self.core.time(self.now)
    }
}

fn is_read(events: &[ReaderEvent]) -> bool {
    matches!(events, [ReaderEvent::Read(_)])
}

#[test]
fn no_byte_of_a_bsn_is_in_the_reading_or_stays_behind() {
    for specimen in [Specimen::PASSPORT, Specimen::IDENTITY_CARD] {
        let message = specimen.lines().join("\r");
        assert!(message.contains(BSN));
        let mut fed = Fed::mrz(LineEnd::Cr);
        let events = fed.hears(message.as_bytes());
        let [ReaderEvent::Read(Reading::Document(read))] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!((read.kind, read.number.as_str()), (specimen.kind, specimen.number));
        assert!(!format!("{events:?}").contains(specimen.number), "{events:?}");
        assert!(fed.core.kept().iter().all(|byte| *byte == 0), "the buffer was not wiped");
    }
}

#[test]
fn the_bsn_is_overwritten_before_the_zone_is_read() {
    use super::core::Format;
    for specimen in [Specimen::PASSPORT, Specimen::IDENTITY_CARD] {
        for lines in [specimen.lines(), specimen.misread_lines()] {
            let mut zone = lines.join("\r").into_bytes();
            let _ = plain(LineEnd::Cr).progress(&mut zone, TODAY);
            let left = String::from_utf8(zone).unwrap();
            assert!(!left.contains(BSN) && !left.contains("VOORBEELD"), "{left}");
        }
    }
}

#[test]
fn what_is_read_while_nobody_listens_is_dropped() {
    let message = DUTCH_PASSPORT.join("\r");
    let mut core = Core::new(Box::new(plain(LineEnd::Cr)));
    assert_eq!(core.receive(message.as_bytes(), Duration::ZERO, TODAY), []);
    assert!(core.kept().iter().all(|byte| *byte == 0));
    core.listen(SILENCE);
    assert!(is_read(&core.receive(message.as_bytes(), SILENCE, TODAY)));
    assert_eq!(core.receive(message.as_bytes(), SILENCE * 3, TODAY), [], "it listens for one reading");
    core.listen(SILENCE * 5);
    core.receive(b"P<NLD", SILENCE * 5, TODAY);
    core.ignore();
    assert!(core.kept().iter().all(|byte| *byte == 0));
}

#[test]
fn a_document_that_lay_there_before_the_question_is_not_half_read() {
    let message = DUTCH_PASSPORT.join("\r");
    let (first, rest) = message.as_bytes().split_at(30);
    let mut core = Core::new(Box::new(plain(LineEnd::Cr)));
    core.receive(first, Duration::ZERO, TODAY);
    core.listen(Duration::from_millis(30));
    assert_eq!(core.receive(rest, Duration::from_millis(60), TODAY), []);
    assert_eq!(core.time(Duration::from_millis(60) + SILENCE), None);
    assert!(is_read(&core.receive(message.as_bytes(), Duration::from_secs(2), TODAY)));
}

#[test]
fn half_a_scan_is_dropped_after_half_a_second_and_told() {
    let message = DUTCH_CARD.join("\r");
    for cut in 1..message.len() {
        let mut fed = Fed::mrz(LineEnd::Cr);
        assert_eq!(fed.hears(&message.as_bytes()[..cut]), []);
        assert_eq!(fed.waits(SILENCE - Duration::from_millis(1)), None);
        assert_eq!(fed.waits(Duration::from_millis(1)), Some(ReaderEvent::Unreadable), "cut at {cut}");
        assert!(fed.core.kept().iter().all(|byte| *byte == 0));
        assert!(is_read(&fed.hears(message.as_bytes())), "the next one is whole");
    }
}

#[test]
fn noise_before_a_message_does_no_harm() {
    let mut fed = Fed::mrz(LineEnd::Crlf);
    assert_eq!(fed.hears(b"\r\n\0\x03 \r\n"), []);
    assert_eq!(fed.waits(SILENCE), None, "line ends alone are nothing");
    assert!(is_read(&fed.hears(DUTCH_PASSPORT.join("\r\n").as_bytes())));
}

#[test]
fn garbage_without_end_is_told_once_and_takes_no_room() {
    let mut random = fastrand::Rng::with_seed(7);
    for format in [plain(LineEnd::Cr), MrzFormat { prefix: b"\x02".into(), ..plain(LineEnd::None) }] {
        let mut core = Core::new(Box::new(format));
        core.listen(Duration::ZERO);
        let mut told = 0;
        for _ in 0..20_000 {
            told += core.receive(&[random.u8(..)], Duration::from_secs(1), TODAY).len();
        }
        assert_eq!(told, 1);
    }
    let mut core = Core::new(Box::new(RfidFormat::default()));
    core.listen(Duration::ZERO);
    let endless = vec![b'\x02'; 1].into_iter().chain(std::iter::repeat_n(b'A', 100_000)).collect::<Vec<_>>();
    assert_eq!(core.receive(&endless, Duration::from_secs(1), TODAY), [ReaderEvent::Unreadable]);
}

#[test]
fn any_bytes_at_all_are_survived() {
    let mut random = fastrand::Rng::with_seed(11);
    let seeds = [DUTCH_PASSPORT.join("\r"), DUTCH_CARD.join("\r"), "\u{2}04A1B2C3D4E5F6\u{3}".to_owned()];
    for _ in 0..3000 {
        let mut bytes = random.choice(&seeds).unwrap().clone().into_bytes();
        for _ in 0..random.usize(0..5) {
            let at = random.usize(..bytes.len());
            match random.u8(0..3) {
                0 => bytes[at] = random.u8(..),
                1 => bytes.insert(at, random.u8(..)),
                _ => drop(bytes.remove(at)),
            }
        }
        for line_end in [LineEnd::Cr, LineEnd::None] {
            let _ = mrz::read(&bytes, &plain(line_end), TODAY);
        }
        let _ = rfid::read(&bytes, &RfidFormat::default());
    }
}

#[test]
fn a_pass_is_read_in_capitals_when_its_number_is_long_enough() {
    let read = |text: &str| rfid::read(text.as_bytes(), &RfidFormat::default());
    assert_eq!(read("\u{2}04a1b2c3d4e5f6\u{3}"), ["04A1B2C3D4E5F6"]);
    assert_eq!(read("\r\n\u{2}04A1B2C3D4E5F6071829\u{3}\u{2}04a1b2c3d4e5f6\u{3}").len(), 2);
    for wrong in
        ["04A1B2C3", "04A1B2C3D4E5F", "04A1B2C3D4E5F607", "", "04A1B2C3D4E5FX", "04A1B2C3D4E5F607182930"]
    {
        assert_eq!(read(&format!("\u{2}{wrong}\u{3}")), [""; 0], "{wrong}");
    }
}

#[test]
fn a_pass_with_a_check_byte_is_refused_when_it_does_not_hold() {
    let format = RfidFormat { prefix: vec![], suffix: b"\r\n".to_vec(), checksum: Checksum::Bcc };
    let sum = [0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6].iter().fold(0, |sum, byte| sum ^ byte);
    let right = format!("04A1B2C3D4E5F6{sum:02X}\r\n");
    assert_eq!(rfid::read(right.as_bytes(), &format), ["04A1B2C3D4E5F6"]);
    let wrong = format!("04A1B2C3D4E5F6{:02X}\r\n", sum ^ 1);
    assert_eq!(rfid::read(wrong.as_bytes(), &format), [""; 0]);
    assert_eq!(rfid::read(b"\r\n1\r\n", &format), [""; 0]);
}

/// A driver on a pseudo-terminal, and what it tells.
struct Driven {
    reader: SerialReader,
    told: Receiver<ReaderEvent>,
}

impl Driven {
    fn start(link: &std::path::Path, format: impl super::core::Format + 'static) -> Self {
        let (tell, told) = channel();
        let port = PortName::new(link, 9600);
        let options =
            Options { first_retry: Duration::from_millis(20), longest_retry: Duration::from_millis(100) };
        let sink = Box::new(move |event| drop(tell.send(event)));
        let reader = SerialReader::start("test-reader", port, format, options, sink).unwrap();
        Self { reader, told }
    }

    /// Waits until it tells a condition. A machine that is too busy may have made a scan look half.
    #[track_caller]
    fn hears(&self, condition: Condition) {
        let told = std::iter::from_fn(|| Some(self.told.recv_timeout(LIMIT).unwrap()));
        let told = told.into_iter().find(|event| *event != ReaderEvent::Unreadable);
        assert_eq!(told, Some(ReaderEvent::Condition(condition)));
    }

    /// What it tells when something is held against it, again and again as people do: what was already
    /// on its way when it began to listen is dropped.
    fn told_when(&self, held: impl Fn(), fits: impl Fn(&ReaderEvent) -> bool) -> ReaderEvent {
        for _ in 0..20 {
            held();
            while let Ok(event) = self.told.recv_timeout(SILENCE * 4) {
                if fits(&event) {
                    return event;
                }
            }
        }
        panic!("it was held in vain")
    }

    fn read_when(&self, held: impl Fn()) -> ReaderEvent {
        self.told_when(held, |event| matches!(event, ReaderEvent::Read(_)))
    }

    fn is_unreadable_when(&self, held: impl Fn()) {
        self.told_when(held, |event| *event == ReaderEvent::Unreadable);
    }
}

#[track_caller]
fn is_document(event: &ReaderEvent, specimen: &Specimen) {
    match event {
        ReaderEvent::Read(Reading::Document(document)) => {
            assert_eq!((document.kind, document.number.as_str()), (specimen.kind, specimen.number));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_document_held_against_a_real_port_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("reader");
    let simulator = DocumentReaderSimulator::start(&link, plain(LineEnd::Crlf)).unwrap();
    let driven = Driven::start(&link, plain(LineEnd::Crlf));
    driven.hears(Condition::Ready);
    driven.reader.listen();
    is_document(&driven.read_when(|| simulator.hold_document(&Specimen::PASSPORT)), &Specimen::PASSPORT);
    driven.reader.listen();
    driven.is_unreadable_when(|| simulator.hold_crooked(&Specimen::IDENTITY_CARD));
    driven.is_unreadable_when(|| simulator.hold_half(&Specimen::IDENTITY_CARD, 40));
    let card = driven.read_when(|| simulator.hold_document(&Specimen::IDENTITY_CARD));
    is_document(&card, &Specimen::IDENTITY_CARD);
}

#[test]
fn a_slow_line_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("reader");
    let simulator = DocumentReaderSimulator::start(&link, MrzFormat::default()).unwrap();
    // Longer for a message than a silence lasts, but shorter for a byte.
    simulator.line().set_baud(1200);
    let driven = Driven::start(&link, MrzFormat::default());
    driven.hears(Condition::Ready);
    driven.reader.listen();
    let read = driven.read_when(|| simulator.hold_document(&Specimen::PASSPORT));
    is_document(&read, &Specimen::PASSPORT);
}

#[test]
fn a_cable_pulled_in_the_middle_of_a_scan_and_plugged_in_again_is_listened_to_again() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("reader");
    let simulator = DocumentReaderSimulator::start(&link, MrzFormat::default()).unwrap();
    let driven = Driven::start(&link, MrzFormat::default());
    driven.hears(Condition::Ready);
    driven.reader.listen();
    for _ in 0..3 {
        simulator.line().break_after(50);
        simulator.hold_document(&Specimen::PASSPORT);
        driven.hears(Condition::Offline);
        simulator.line().plug_cable().unwrap();
        driven.hears(Condition::Ready);
    }
    let read = driven.read_when(|| simulator.hold_document(&Specimen::PASSPORT));
    is_document(&read, &Specimen::PASSPORT);
}

#[test]
fn a_reader_that_is_plugged_in_later_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("reader");
    let driven = Driven::start(&link, RfidFormat::default());
    driven.hears(Condition::Offline);
    driven.reader.listen();
    let simulator = PassReaderSimulator::start(&link, RfidFormat::default()).unwrap();
    driven.hears(Condition::Ready);
    let read = driven.read_when(|| {
        simulator.line().send(b"noise");
        simulator.hold_pass(&[0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6]);
    });
    assert_eq!(read, ReaderEvent::Read(Reading::WastePass("04A1B2C3D4E5F6".to_owned())));
}
