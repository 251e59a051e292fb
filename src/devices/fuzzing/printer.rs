//! Anything as the answers of a receipt printer.

use std::time::Duration;

use uuid::Uuid;
use zeroize::Zeroizing;

use super::script::{Step, steps};
use crate::devices::printer::core::{Core, Input, Output};
use crate::devices::printer::status::{Answer, Reader, from_automatic, from_real_time};
use crate::devices::printer::{Job, PrinterEvent};

/// What a reader may keep: one block.
const MOST_KEPT: usize = 128;
/// What may be sent at one event: a receipt and what is asked around it.
const MOST_SENT: usize = 16_384;
/// So many jobs at most.
const JOBS: usize = 3;

/// Any bytes as answers: each answer is exactly what came last, and noise never hides two confirmations.
pub fn status(bytes: &[u8]) {
    let mut reader = Reader::default();
    for end in 1..=bytes.len() {
        let came = &bytes[..end];
        match reader.take(bytes[end - 1]) {
            Some(Answer::RealTime(status)) => assert_eq!(came.last(), Some(&status)),
            Some(Answer::Automatic(status)) => {
                assert!(came.ends_with(&status));
                let tells_offline = status[0] & 0x08 != 0;
                assert!(!(tells_offline && from_automatic(status).can_print()));
            }
            Some(Answer::Done(id)) => assert!(came.ends_with(&done(id))),
            Some(Answer::PaperSensor) => assert!(matches!(came.last(), Some(0x00 | 0x03 | 0x0c | 0x0f))),
            Some(Answer::Noise) | None => {}
        }
        assert!(reader.kept() <= MOST_KEPT);
    }
    if let Some(four) = bytes.first_chunk::<4>() {
        let tells_offline = four[0] & 0x08 != 0;
        assert!(!(tells_offline && from_real_time(*four).can_print()));
    }
    let twice = [done(*b"ABCD"), done(*b"ABCD")].concat();
    let answers: Vec<Answer> = twice.iter().filter_map(|byte| reader.take(*byte)).collect();
    assert_eq!(answers.last(), Some(&Answer::Done(*b"ABCD")), "noise hides a confirmation");
}

/// Any bytes at any time, with up to three jobs on their way: each ends exactly once, in time, and is called
/// printed only after something that looked like the printer's confirmation.
pub fn protocol(bytes: &[u8]) {
    let mut desk = Desk::new();
    desk.happens(Input::Opened);
    for step in steps(bytes) {
        desk.now += step.pause.min(Duration::from_secs(1));
        desk.step(&step);
    }
    for _ in 0..32 {
        desk.now += Duration::from_secs(1);
        desk.happens(Input::Written);
        desk.happens(Input::Time);
    }
    for receipt in &desk.receipts {
        assert_eq!(receipt.ends, u32::from(!receipt.forgotten), "a job ends exactly once");
    }
}

struct Desk {
    core: Core,
    now: Duration,
    receipts: Vec<Receipt>,
    /// The id of the request that was sent last, and what has come since it was.
    asked: Option<[u8; 4]>,
    since_asked: Vec<u8>,
    since_printing: Vec<u8>,
}

struct Receipt {
    wanted: Duration,
    ends: u32,
    forgotten: bool,
}

impl Desk {
    fn new() -> Self {
        Self {
            core: Core::new(Duration::from_secs(1), 7),
            now: Duration::ZERO,
            receipts: Vec::new(),
            asked: None,
            since_asked: Vec::new(),
            since_printing: Vec::new(),
        }
    }

    fn step(&mut self, step: &Step<'_>) {
        match step.manner {
            0 => self.receives(step.bytes),
            // A printer that answers what it was asked last.
            1 => {
                let id = self.asked.unwrap_or_default();
                self.receives(&done(id));
                self.receives(step.bytes);
            }
            // One that is fine.
            2 => (0..4).for_each(|_| self.receives(&[0x12])),
            // Byte by byte.
            _ => step.bytes.iter().for_each(|byte| self.receives(&[*byte])),
        }
        match step.deed {
            0 => self.happens(Input::Written),
            1 => self.print(64),
            2 => self.print(5_000),
            3 => {
                self.happens(Input::Lost);
                self.happens(Input::Opened);
            }
            4 => {
                self.receipts.iter_mut().filter(|receipt| receipt.ends == 0).for_each(|r| r.forgotten = true);
                self.happens(Input::Forget);
            }
            _ => self.happens(Input::Time),
        }
    }

    fn print(&mut self, length: usize) {
        if self.receipts.len() == JOBS {
            return;
        }
        let id = Uuid::from_u128(self.receipts.len() as u128);
        self.receipts.push(Receipt { wanted: self.now, ends: 0, forgotten: false });
        let bytes = Zeroizing::new(vec![b'a'; length]);
        self.happens(Input::Print(Job { id, bytes, millimetres: 10 }));
    }

    fn receives(&mut self, bytes: &[u8]) {
        self.since_asked.extend_from_slice(bytes);
        self.since_printing.extend_from_slice(bytes);
        self.happens(Input::Received(bytes));
    }

    fn happens(&mut self, input: Input<'_>) {
        let mut sent = 0;
        for output in self.core.handle(input, self.now) {
            match output {
                Output::Send(bytes) => {
                    sent += bytes.len();
                    self.notice(&bytes);
                }
                Output::Tell(PrinterEvent::Printed(id)) => {
                    assert!(self.looks_confirmed(), "printed without a word of the printer");
                    self.end(id);
                }
                Output::Tell(PrinterEvent::NotPrinted(id, _) | PrinterEvent::Unknown(id)) => self.end(id),
                Output::Tell(_) | Output::Discard => {}
            }
        }
        assert!(sent <= MOST_SENT, "{sent} bytes at once");
        assert!(self.core.kept() <= MOST_KEPT);
    }

    /// Remembers what the driver asked the printer to confirm (`GS ( H`).
    fn notice(&mut self, sent: &[u8]) {
        let mut requests = sent.windows(11).filter_map(|eleven| {
            eleven.strip_prefix(&[0x1d, b'(', b'H', 6, 0, 48, 48]).and_then(|id| <[u8; 4]>::try_from(id).ok())
        });
        if let Some(id) = requests.next_back() {
            self.asked = Some(id);
            self.since_asked.clear();
        }
        if sent.starts_with(&[0x1b, b'@']) {
            self.since_printing.clear();
        }
    }

    /// Whether the id that was asked for last came back, or what an older printer says instead: the four
    /// answers to the last piece's questions.
    fn looks_confirmed(&self) -> bool {
        let by_id = self.asked.is_some_and(|id| self.since_asked.windows(7).any(|seven| seven == done(id)));
        let by_sensor =
            self.since_printing.iter().filter(|byte| matches!(byte, 0x00 | 0x03 | 0x0c | 0x0f)).count() >= 4;
        by_id || by_sensor
    }

    fn end(&mut self, id: Uuid) {
        let receipt = &mut self.receipts[id.as_u128() as usize];
        receipt.ends += 1;
        assert!(!receipt.forgotten, "nobody wants to hear of a job that was forgotten");
        assert!(self.now < receipt.wanted + Duration::from_secs(31), "within half a minute");
    }
}

/// The answer to `GS ( H` with an id.
fn done(id: [u8; 4]) -> [u8; 7] {
    [0x37, 0x22, id[0], id[1], id[2], id[3], 0]
}
