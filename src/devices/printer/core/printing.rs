//! One job on its way through the printer, piece by piece.
//!
//! Each piece ends with a request that the printer answers when everything before it is on paper.
//! Invariant: a job is whole only when the answer of every piece has come, in order: a printer that
//! was off for a moment has lost at least one of them. No more is under way than a printer's buffer
//! holds, so that it need not be held back by wires that a cable may lack.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use uuid::Uuid;
use zeroize::Zeroizing;

use super::Ids;
use crate::devices::printer::Job;
use crate::devices::printer::commands::{ASK_PAPER_SENSOR, FEED_AND_CUT, INITIALISE, ask_to_confirm};
use crate::devices::printer::patience::{CONFIRM_PATIENCE, DOUBTFUL_PATIENCE, JOB_LIMIT};
use crate::devices::printer::pieces::pieces;

/// The longest piece, but for a single longer command. A printer needs longer to start than any line
/// needs for this.
const PIECE: usize = 1_024;
/// What may be under way without an answer: a printer's buffer of 4 KiB, with some room for requests.
const WINDOW: usize = 3_584;
/// How often the last piece of an older printer asks: a single byte might be noise.
const LAST_QUESTIONS: usize = 4;

/// A job that the printer has a part of.
pub(super) struct Printing {
    pub job: Uuid,
    /// How much paper the receipt takes, without feed and cut.
    pub millimetres: u32,
    /// When someone wanted it printed.
    pub asked_for: Duration,
    bytes: Zeroizing<Vec<u8>>,
    to_send: VecDeque<Range<usize>>,
    sent: usize,
    witness: Witness,
    under_way: VecDeque<UnderWay>,
    /// Something came or was missing that makes the witness unbelievable.
    doubtful: bool,
    /// Whether all that was given to send has left.
    written: bool,
    /// When the last byte left, or the last answer came.
    alive_at: Duration,
    /// Whether the printer missed a question meanwhile, and so may have been switched off and on.
    missed: bool,
}

/// How the printer says that a piece is on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Witness {
    /// By the id of `GS ( H`.
    ById,
    /// By answering `GS r 1`: for older printers. The answer has no id.
    BySensor,
}

struct UnderWay {
    bytes: usize,
    id: [u8; 4],
}

/// What an answer means for the job.
pub(super) enum Progressed {
    Nothing,
    Some,
    /// Everything was processed; whether the printer's word can be trusted.
    Whole {
        trustworthy: bool,
    },
}

impl Printing {
    pub fn new(job: &Job, witness: Witness, asked_for: Duration, now: Duration) -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(job.bytes.len() + 64));
        bytes.extend_from_slice(INITIALISE);
        bytes.extend_from_slice(&job.bytes);
        bytes.extend_from_slice(FEED_AND_CUT);
        Self {
            job: job.id,
            millimetres: job.millimetres,
            asked_for,
            to_send: pieces(&bytes, PIECE).into(),
            bytes,
            sent: 0,
            witness,
            under_way: VecDeque::new(),
            doubtful: false,
            written: false,
            alive_at: now,
            missed: false,
        }
    }

    /// The pieces that the printer has room for now, each with its request; nothing when there is none.
    pub fn next_pieces(&mut self, ids: &mut Ids) -> Option<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.bytes.len() - self.sent + 256));
        let mut outstanding: usize = self.under_way.iter().map(|piece| piece.bytes).sum();
        while let Some(piece) = self.to_send.front().cloned() {
            if outstanding > 0 && outstanding + piece.len() > WINDOW {
                break;
            }
            self.to_send.pop_front();
            outstanding += piece.len();
            self.sent = piece.end;
            let id = ids.fresh();
            self.under_way.push_back(UnderWay { bytes: piece.len(), id });
            bytes.extend_from_slice(&self.bytes[piece]);
            match self.witness {
                Witness::ById => bytes.extend(ask_to_confirm(id)),
                Witness::BySensor => bytes.extend_from_slice(ASK_PAPER_SENSOR),
            }
            if self.to_send.is_empty() && self.witness == Witness::BySensor {
                for _ in 1..LAST_QUESTIONS {
                    self.under_way.push_back(UnderWay { bytes: 0, id });
                    bytes.extend_from_slice(ASK_PAPER_SENSOR);
                }
            }
        }
        if bytes.is_empty() {
            return None;
        }
        self.written = false;
        Some(bytes)
    }

    /// Everything has left; whether that is news.
    pub const fn written(&mut self, now: Duration) -> bool {
        let news = !self.written;
        if news {
            self.written = true;
            self.alive_at = now;
        }
        news
    }

    pub const fn alive(&mut self, now: Duration) {
        self.alive_at = now;
    }

    /// Whether bytes are still leaving, so that a question would have to wait behind them.
    pub const fn is_leaving(&self) -> bool {
        !self.written
    }

    pub const fn missed(&mut self) {
        self.missed = true;
    }

    /// Whether the printer has had all the time that it may need to confirm what it has.
    pub fn out_of_patience(&self, now: Duration) -> bool {
        let patience = if self.missed { DOUBTFUL_PATIENCE } else { CONFIRM_PATIENCE };
        now >= self.asked_for + JOB_LIMIT || self.written && now >= self.alive_at + patience
    }

    /// An answer to `GS ( H`.
    pub fn done(&mut self, id: [u8; 4]) -> Progressed {
        if self.witness != Witness::ById {
            return Progressed::Nothing;
        }
        let Some(place) = self.under_way.iter().position(|piece| piece.id == id) else {
            return Progressed::Nothing;
        };
        // An answer before this one was lost, and perhaps with it a part of the receipt.
        self.doubtful |= place > 0;
        self.under_way.drain(..=place);
        self.progressed()
    }

    /// An answer to `GS r 1`.
    pub fn sensor(&mut self) -> Progressed {
        if self.witness != Witness::BySensor || self.under_way.pop_front().is_none() {
            return Progressed::Nothing;
        }
        self.progressed()
    }

    /// A byte that means nothing. So might the answers of an older printer.
    pub fn noise(&mut self) -> Progressed {
        self.doubtful |= self.witness == Witness::BySensor;
        Progressed::Nothing
    }

    /// How much paper was probably used so far, in millimetres.
    pub fn probably_used_mm(&self) -> u32 {
        let all = u64::from(self.millimetres) * self.sent as u64 / self.bytes.len().max(1) as u64;
        u32::try_from(all).unwrap_or(u32::MAX)
    }

    fn progressed(&self) -> Progressed {
        if self.under_way.is_empty() && self.to_send.is_empty() {
            Progressed::Whole { trustworthy: !self.doubtful }
        } else {
            Progressed::Some
        }
    }
}
