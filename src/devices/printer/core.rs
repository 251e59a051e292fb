//! The printer's protocol without port, thread or clock: what happened goes in with the time, what
//! is to be done comes out.
//!
//! Invariant: a job ends in exactly one event (none when it is forgotten), and a job that did not
//! end well is cleared from the printer before anything else is sent to it.

use std::collections::VecDeque;
use std::time::Duration;

use uuid::Uuid;
use zeroize::Zeroizing;

use super::commands::{ASK_PAPER_SENSOR, CLEAR, FEED_AND_CUT, INITIALISE, ask_to_confirm};
use super::patience::{
    CLEAR_PATIENCE, CONFIRM_PATIENCE, FIRST_STATUS_PATIENCE, JOB_LIMIT, OLDER_QUESTION_AFTER,
};
use super::status::{Answer, Reader, from_automatic};
use super::{Condition, Job, PrinterEvent};

mod poll;

use poll::Poll;

/// Something that happened.
pub enum Input<'a> {
    /// The port was opened.
    Opened,
    /// The port could not be opened, or failed.
    Lost,
    /// Bytes came.
    Received(&'a [u8]),
    /// All bytes that were to be sent have left.
    Written,
    /// Time passed.
    Time,
    /// Someone wants this printed.
    Print(Job),
    /// Nobody wants anything printed any more.
    Forget,
}

/// Something to do. It cannot be shown for debugging, because it holds what residents sent.
pub enum Output {
    /// Send these bytes after those that are still to be sent.
    Send(Zeroizing<Vec<u8>>),
    /// Forget the bytes that have not left yet.
    Discard,
    /// Tell this.
    Tell(PrinterEvent),
}

/// The state of the protocol.
pub struct Core {
    idle_poll: Duration,
    open: bool,
    /// Whether the printer stopped answering; it may have lost its power then.
    silent: bool,
    /// Whether the printer has ever answered `GS ( H` on this connection.
    confirms_by_id: bool,
    /// Whether a part of a receipt may hang from the printer, uncut.
    leftover: bool,
    /// When to try again to free the cutter, while it is stuck.
    free_cutter_at: Duration,
    next_id: u32,
    probe: [u8; 4],
    condition: Condition,
    reader: Reader,
    poll: Poll,
    job: Progress,
    queue: VecDeque<Job>,
}

enum Progress {
    Idle,
    /// Waits for the first status.
    Waiting {
        job: Job,
        since: Duration,
    },
    /// Its bytes are leaving.
    Sending {
        job: Uuid,
        marker: [u8; 4],
        since: Duration,
    },
    /// The printer has it all and should confirm.
    Confirming(Confirming),
    /// It was interrupted; this is told once the order to clear it has arrived.
    Clearing {
        end: PrinterEvent,
        since: Duration,
    },
}

struct Confirming {
    job: Uuid,
    marker: [u8; 4],
    since: Duration,
    sent_at: Duration,
    asked_sensor: bool,
    /// The printer missed a question and so may have been switched off and on: then only the answer
    /// with the job's own id counts.
    doubt: bool,
}

impl Core {
    /// A printer whose port is still closed and from which half a receipt may hang. The ids of its
    /// requests count up from `first_id`.
    pub fn new(idle_poll: Duration, first_id: u32) -> Self {
        Self {
            idle_poll,
            open: false,
            silent: false,
            confirms_by_id: false,
            // The pillar may have been killed amid a receipt.
            leftover: true,
            free_cutter_at: Duration::ZERO,
            next_id: first_id,
            probe: [0; 4],
            condition: Condition::Unknown,
            reader: Reader::default(),
            poll: Poll::default(),
            job: Progress::Idle,
            queue: VecDeque::new(),
        }
    }

    /// Takes what happened at `now` (time since any fixed moment) and says what to do, in order.
    pub fn handle(&mut self, input: Input<'_>, now: Duration) -> Vec<Output> {
        let mut out = Vec::new();
        match input {
            Input::Opened => self.opened(now, &mut out),
            Input::Lost => self.lost(now, &mut out),
            Input::Received(bytes) => {
                for &byte in bytes {
                    if let Some(answer) = self.reader.take(byte) {
                        self.answered(answer, now, &mut out);
                    }
                }
            }
            Input::Written => self.written(now),
            Input::Print(job) => self.queue.push_back(job),
            Input::Forget => self.forget(&mut out),
            Input::Time => {}
        }
        self.take_next_job(now, &mut out);
        self.check_time(now, &mut out);
        out
    }

    fn opened(&mut self, now: Duration, out: &mut Vec<Output>) {
        self.open = true;
        self.silent = false;
        self.reader = Reader::default();
        self.poll = Poll { next_at: now, ..Poll::default() };
        self.greet(out);
    }

    /// Clears what an earlier connection may have left, and asks for everything that is told.
    fn greet(&mut self, out: &mut Vec<Output>) {
        self.confirms_by_id = false;
        self.probe = self.fresh_id();
        let mut bytes = [CLEAR, INITIALISE].concat();
        bytes.extend(ask_to_confirm(self.probe));
        out.push(send(bytes));
    }

    fn lost(&mut self, now: Duration, out: &mut Vec<Output>) {
        self.open = false;
        self.poll = Poll::default();
        out.push(Output::Discard);
        self.give_up(out);
        self.become_condition(Condition::Offline, now, out);
    }

    fn written(&mut self, now: Duration) {
        if let Progress::Sending { job, marker, since } = self.job {
            let confirming =
                Confirming { job, marker, since, sent_at: now, asked_sensor: false, doubt: false };
            self.job = Progress::Confirming(confirming);
            self.poll.next_at = now;
        }
    }

    fn forget(&mut self, out: &mut Vec<Output>) {
        self.queue.clear();
        match std::mem::replace(&mut self.job, Progress::Idle) {
            Progress::Idle | Progress::Waiting { .. } | Progress::Clearing { .. } => {}
            Progress::Sending { .. } | Progress::Confirming(_) => {
                self.clear_printer(out);
                self.leftover = true;
                self.cut_leftover(out);
            }
        }
    }

    fn answered(&mut self, answer: Answer, now: Duration, out: &mut Vec<Output>) {
        self.poll.misses = 0;
        if std::mem::take(&mut self.silent) {
            // It may have been off and have forgotten what it was asked.
            self.greet(out);
        }
        match answer {
            Answer::RealTime(status) => self.real_time(status, now, out),
            Answer::Automatic(status) => {
                self.poll.stale = true;
                self.become_condition(from_automatic(status), now, out);
            }
            Answer::Done(id) => self.done(id, out),
            Answer::PaperSensor => {
                if let Progress::Confirming(Confirming { job, asked_sensor: true, doubt: false, .. }) =
                    self.job
                    && !self.confirms_by_id
                {
                    self.printed(job, out);
                }
            }
        }
    }

    fn done(&mut self, id: [u8; 4], out: &mut Vec<Output>) {
        self.confirms_by_id |= id == self.probe;
        match self.job {
            Progress::Sending { job, marker, .. } | Progress::Confirming(Confirming { job, marker, .. })
                if marker == id =>
            {
                self.printed(job, out);
            }
            _ => {}
        }
    }

    fn printed(&mut self, job: Uuid, out: &mut Vec<Output>) {
        self.job = Progress::Idle;
        out.push(Output::Tell(PrinterEvent::Printed(job)));
    }

    fn become_condition(&mut self, condition: Condition, now: Duration, out: &mut Vec<Output>) {
        if self.condition != condition {
            self.condition = condition;
            out.push(Output::Tell(PrinterEvent::Condition(condition)));
        }
        let interrupts =
            matches!(condition, Condition::PaperOut | Condition::CoverOpen | Condition::CutterError);
        match self.job {
            Progress::Sending { job, .. } | Progress::Confirming(Confirming { job, .. }) if interrupts => {
                self.clear_printer(out);
                // What an empty roll leaves is thrown away with the roll.
                self.leftover = condition != Condition::PaperOut;
                self.job = Progress::Clearing { end: PrinterEvent::NotPrinted(job, condition), since: now };
                // What was asked before does not count.
                self.poll.stale = true;
                self.poll.next_at = now;
            }
            _ => {}
        }
        self.cut_leftover(out);
    }

    /// Cuts off what an interrupted job left, as soon as that can be done, so that it does not hang
    /// from the next resident's receipt.
    fn cut_leftover(&mut self, out: &mut Vec<Output>) {
        let busy = !matches!(self.job, Progress::Idle | Progress::Waiting { .. });
        if self.leftover && self.open && !busy && self.condition.can_print() {
            self.leftover = false;
            out.push(send([INITIALISE, FEED_AND_CUT].concat()));
        }
    }

    fn clear_printer(&mut self, out: &mut Vec<Output>) {
        out.push(Output::Discard);
        out.push(send([CLEAR, INITIALISE].concat()));
    }

    /// Ends the job that the printer will not end any more, with what is known of it.
    fn give_up(&mut self, out: &mut Vec<Output>) {
        match std::mem::replace(&mut self.job, Progress::Idle) {
            Progress::Idle => {}
            Progress::Clearing { end, .. } => out.push(Output::Tell(end)),
            Progress::Waiting { job, .. } => {
                out.push(Output::Tell(PrinterEvent::NotPrinted(job.id, Condition::Offline)));
            }
            Progress::Sending { job, .. } | Progress::Confirming(Confirming { job, .. }) => {
                if self.open {
                    self.clear_printer(out);
                }
                self.leftover = true;
                out.push(Output::Tell(PrinterEvent::Unknown(job)));
            }
        }
    }

    fn take_next_job(&mut self, now: Duration, out: &mut Vec<Output>) {
        if matches!(self.job, Progress::Idle)
            && let Some(job) = self.queue.pop_front()
        {
            self.job = Progress::Waiting { job, since: now };
        }
        // The answer to a question that is still open would come amid the job.
        let undecided = self.condition == Condition::Unknown || self.poll.asked.is_some();
        if matches!(self.job, Progress::Waiting { .. }) && !undecided {
            self.begin_job(now, out);
        }
    }

    fn begin_job(&mut self, now: Duration, out: &mut Vec<Output>) {
        let Progress::Waiting { job, since } = std::mem::replace(&mut self.job, Progress::Idle) else {
            return;
        };
        if !self.condition.can_print() {
            out.push(Output::Tell(PrinterEvent::NotPrinted(job.id, self.condition)));
            self.take_next_job(now, out);
            return;
        }
        let marker = self.fresh_id();
        let mut bytes = Zeroizing::new(Vec::with_capacity(job.bytes.len() + 64));
        bytes.extend_from_slice(INITIALISE);
        bytes.extend_from_slice(&job.bytes);
        bytes.extend_from_slice(FEED_AND_CUT);
        bytes.extend_from_slice(&ask_to_confirm(marker));
        out.push(Output::Send(bytes));
        self.job = Progress::Sending { job: job.id, marker, since };
    }

    fn check_time(&mut self, now: Duration, out: &mut Vec<Output>) {
        if self.out_of_patience(now) {
            self.give_up(out);
            self.cut_leftover(out);
        }
        if let Progress::Confirming(job) = &mut self.job
            && !self.confirms_by_id
            && !job.doubt
            && !job.asked_sensor
            && now >= job.sent_at + OLDER_QUESTION_AFTER
        {
            job.asked_sensor = true;
            out.push(send(ASK_PAPER_SENSOR.to_vec()));
        }
        self.check_poll(now, out);
    }

    fn out_of_patience(&self, now: Duration) -> bool {
        match &self.job {
            Progress::Idle => false,
            Progress::Waiting { since, .. } => now >= *since + FIRST_STATUS_PATIENCE,
            Progress::Sending { since, .. } => now >= *since + JOB_LIMIT,
            Progress::Clearing { since, .. } => now >= *since + CLEAR_PATIENCE,
            Progress::Confirming(job) => {
                now >= job.sent_at + CONFIRM_PATIENCE || now >= job.since + JOB_LIMIT
            }
        }
    }

    /// A request id of four letters; real-time answers and block ends look different.
    fn fresh_id(&mut self) -> [u8; 4] {
        self.next_id = self.next_id.wrapping_add(1);
        [0, 5, 10, 15].map(|shift| b'@' + ((self.next_id >> shift) & 31) as u8)
    }
}

fn send(bytes: Vec<u8>) -> Output {
    Output::Send(Zeroizing::new(bytes))
}
