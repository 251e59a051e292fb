//! What a printer answers, told apart byte by byte, and the condition that follows from it.
//!
//! Invariant: bytes that mean nothing are dropped, and the next answer after them is understood.

use super::Condition;

/// An answer of the printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To `DLE EOT n`; which `n` only the one who asked knows.
    RealTime(u8),
    /// Automatic status (`GS a`), sent when something changed.
    Automatic([u8; 4]),
    /// To `GS ( H`: everything before the request with this id is printed.
    Done([u8; 4]),
    /// To `GS r 1`: everything before the request was processed.
    PaperSensor,
    /// A byte that means nothing: an answer was lost or torn, or the line is bad.
    Noise,
}

/// Tells answers apart. Keeps what it has of an unfinished one.
#[derive(Debug, Default)]
pub struct Reader {
    pending: Pending,
}

#[derive(Debug, Default)]
enum Pending {
    #[default]
    Nothing,
    Automatic([u8; 4], usize),
    Block(Vec<u8>),
}

/// A block longer than this is noise.
const LONGEST_BLOCK: usize = 80;
/// Block header and identifier of the answer to `GS ( H`.
const DONE_HEADER: [u8; 2] = [0x37, 0x22];

impl Reader {
    /// Takes a byte; gives the answer that it completes.
    pub fn take(&mut self, byte: u8) -> Option<Answer> {
        match std::mem::take(&mut self.pending) {
            Pending::Nothing => self.begin(byte),
            Pending::Automatic(mut status, have) if byte & 0x90 == 0 => {
                status[have] = byte;
                if have == 3 {
                    return Some(Answer::Automatic(status));
                }
                self.pending = Pending::Automatic(status, have + 1);
                None
            }
            // The rest got lost; this byte begins something else.
            Pending::Automatic(..) => self.begin(byte).or(Some(Answer::Noise)),
            Pending::Block(block) if byte == 0 => Some(done(&block)),
            // Blocks are made of characters; anything else shows that this was none.
            Pending::Block(block) if block.len() >= LONGEST_BLOCK || byte < b' ' => {
                self.begin(byte).or(Some(Answer::Noise))
            }
            Pending::Block(mut block) => {
                block.push(byte);
                self.pending = Pending::Block(block);
                None
            }
        }
    }

    /// How many bytes of an unfinished answer it keeps.
    #[cfg(any(fuzzing, all(test, feature = "simulators")))]
    pub const fn kept(&self) -> usize {
        match &self.pending {
            Pending::Nothing => 0,
            Pending::Automatic(_, have) => *have,
            Pending::Block(block) => block.capacity(),
        }
    }

    fn begin(&mut self, byte: u8) -> Option<Answer> {
        match byte {
            0x35 | 0x37 | 0x3b | 0x3d | 0x5f => self.pending = Pending::Block(vec![byte]),
            _ if byte & 0x93 == 0x12 => return Some(Answer::RealTime(byte)),
            _ if byte & 0x93 == 0x10 => self.pending = Pending::Automatic([byte, 0, 0, 0], 1),
            0x00 | 0x03 | 0x0c | 0x0f => return Some(Answer::PaperSensor),
            _ => return Some(Answer::Noise),
        }
        None
    }
}

/// What stands before the answer in its block is noise that looked like the start of a block.
fn done(block: &[u8]) -> Answer {
    let start = block.len().saturating_sub(DONE_HEADER.len() + 4);
    let id = block[start..].strip_prefix(&DONE_HEADER).and_then(|id| id.try_into().ok());
    id.map_or(Answer::Noise, Answer::Done)
}

/// The condition that the answers to `DLE EOT` 1, 2, 3 and 4 tell together.
#[must_use]
pub const fn from_real_time(status: [u8; 4]) -> Condition {
    let [printer, offline, error, paper] = status;
    Signs {
        offline: printer & 0x08 != 0,
        cover_open: offline & 0x04 != 0,
        paper_out: offline & 0x20 != 0 || paper & 0x60 != 0,
        cutter: error & 0x08 != 0,
        other_error: error & 0x60 != 0,
        near_end: paper & 0x0c != 0,
    }
    .condition()
}

/// The condition that an automatic status tells.
#[must_use]
pub const fn from_automatic(status: [u8; 4]) -> Condition {
    let [printer, error, paper, _] = status;
    Signs {
        offline: printer & 0x08 != 0,
        cover_open: printer & 0x20 != 0,
        paper_out: paper & 0x0c != 0,
        cutter: error & 0x08 != 0,
        other_error: error & 0x60 != 0,
        near_end: paper & 0x03 != 0,
    }
    .condition()
}

struct Signs {
    offline: bool,
    cover_open: bool,
    paper_out: bool,
    cutter: bool,
    other_error: bool,
    near_end: bool,
}

impl Signs {
    /// The first thing to mend: an open cover also hides the paper from its sensor.
    const fn condition(&self) -> Condition {
        if self.cover_open {
            Condition::CoverOpen
        } else if self.paper_out {
            Condition::PaperOut
        } else if self.cutter {
            Condition::CutterError
        } else if self.offline || self.other_error {
            Condition::Offline
        } else if self.near_end {
            Condition::NearEnd
        } else {
            Condition::Ready
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// State, answers to DLE EOT 1 to 4, automatic status.
    pub const TABLE: [(Condition, [u8; 4], [u8; 4]); 5] = [
        (Condition::Ready, [0x12, 0x12, 0x12, 0x12], [0x10, 0x00, 0x00, 0x00]),
        (Condition::NearEnd, [0x12, 0x12, 0x12, 0x1e], [0x10, 0x00, 0x03, 0x00]),
        (Condition::PaperOut, [0x1a, 0x32, 0x12, 0x7e], [0x18, 0x00, 0x0f, 0x00]),
        (Condition::CoverOpen, [0x1a, 0x16, 0x12, 0x12], [0x38, 0x00, 0x00, 0x00]),
        (Condition::CutterError, [0x1a, 0x52, 0x1a, 0x12], [0x18, 0x08, 0x00, 0x00]),
    ];

    fn answers(bytes: &[u8]) -> Vec<Answer> {
        let mut reader = Reader::default();
        bytes.iter().filter_map(|&byte| reader.take(byte)).filter(|answer| *answer != Answer::Noise).collect()
    }

    #[test]
    fn each_status_of_a_real_printer_is_understood_both_ways() {
        for (condition, real_time, automatic) in TABLE {
            assert_eq!(from_real_time(real_time), condition);
            assert_eq!(from_automatic(automatic), condition);
            assert_eq!(answers(&real_time), real_time.map(Answer::RealTime));
            assert_eq!(answers(&automatic), [Answer::Automatic(automatic)]);
        }
    }

    #[test]
    fn answers_of_all_kinds_in_one_stream_are_told_apart() {
        let bytes = [0x12, 0x10, 0, 3, 0, 0x37, 0x22, 0x30, 0x31, 0x32, 0x33, 0, 0x00, 0x1a];
        assert_eq!(
            answers(&bytes),
            [
                Answer::RealTime(0x12),
                Answer::Automatic([0x10, 0, 3, 0]),
                Answer::Done(*b"0123"),
                Answer::PaperSensor,
                Answer::RealTime(0x1a),
            ]
        );
    }

    #[test]
    fn noise_is_dropped_and_the_next_answer_is_understood() {
        let bytes = [0xff, 0x80, 0x10, 0x00, 0xff, 0x5f, 0x41, 0x12, 0x18, 0x00, 0x0f, 0x00];
        assert_eq!(answers(&bytes), [Answer::RealTime(0x12), Answer::Automatic([0x18, 0x00, 0x0f, 0x00])]);
    }

    #[test]
    fn noise_before_a_confirmation_does_not_hide_it() {
        for noise in [&[0x37][..], &[0x5f, 0x80, 0xc1], &[0xff], &[0x10, 0x00]] {
            let bytes = [noise, &[0x37, 0x22, b'A', b'B', b'C', b'D', 0]].concat();
            assert_eq!(answers(&bytes), [Answer::Done(*b"ABCD")], "{noise:x?}");
        }
    }

    #[test]
    fn every_byte_that_means_nothing_is_said_to_be_noise() {
        let mut reader = Reader::default();
        for byte in [0xff, 0x80, 0x05, 0x21, 0x40] {
            assert_eq!(reader.take(byte), Some(Answer::Noise), "{byte:x}");
        }
        let half: Vec<_> = [0x37, 0x22, b'A', 0].iter().filter_map(|&byte| reader.take(byte)).collect();
        assert_eq!(half, [Answer::Noise]);
    }

    #[test]
    fn a_block_that_never_ends_is_given_up() {
        let mut bytes = vec![0x37];
        bytes.extend([0x41; 200]);
        bytes.extend([0x12]);
        assert_eq!(answers(&bytes), [Answer::RealTime(0x12)]);
    }

    #[test]
    fn an_error_without_a_name_still_means_that_nothing_can_be_printed() {
        assert_eq!(from_real_time([0x1a, 0x52, 0x32, 0x12]), Condition::Offline);
        assert!(!from_automatic([0x18, 0x40, 0, 0]).can_print());
    }
}
