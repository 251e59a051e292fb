//! The printer's protocol without port, thread or clock: what happened goes in with the time, what
//! is to be done comes out.
//!
//! Invariant: a job ends in exactly one event (none when it is forgotten), and a job that did not
//! end well is cleared from the printer before anything else is sent to it.

use std::collections::VecDeque;
use std::time::Duration;

use uuid::Uuid;
use zeroize::Zeroizing;

use super::commands::{CLEAR, FEED_AND_CUT, FEED_AND_CUT_MM, INITIALISE, ask_to_confirm};
use super::patience::{CLEAR_PATIENCE, CUT_PATIENCE, FIRST_STATUS_PATIENCE, JOB_LIMIT};
use super::status::{Answer, Reader, from_automatic};
use super::{Condition, Job, PrinterEvent};

mod poll;
mod printing;

use poll::Poll;
use printing::{Printing, Progressed, Witness};

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
    /// When such a part was told to be cut off.
    cut_at: Duration,
    /// When to try again to free the cutter, while it is stuck.
    free_cutter_at: Duration,
    ids: Ids,
    probe: [u8; 4],
    /// What the printer said last; never [`Condition::Printing`].
    condition: Condition,
    /// What was told last.
    told: Condition,
    reader: Reader,
    poll: Poll,
    job: Progress,
    /// With the time at which each was asked for.
    queue: VecDeque<(Job, Duration)>,
}

enum Progress {
    Idle,
    /// Waits for a status that is no older than the last thing that went wrong.
    Waiting {
        job: Job,
        asked_for: Duration,
        since: Duration,
    },
    /// Its bytes are leaving, or have left and should be confirmed.
    Printing(Printing),
    /// It was interrupted; this is told once the order to clear it has arrived.
    Clearing {
        job: Uuid,
        condition: Condition,
        since: Duration,
    },
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
            cut_at: Duration::ZERO,
            free_cutter_at: Duration::ZERO,
            ids: Ids(first_id),
            probe: [0; 4],
            condition: Condition::Unknown,
            told: Condition::Unknown,
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
            Input::Print(job) => self.queue.push_back((job, now)),
            Input::Forget => self.forget(now, &mut out),
            Input::Time => {}
        }
        self.take_next_job(now, &mut out);
        self.check_time(now, &mut out);
        self.tell_condition(&mut out);
        out
    }

    /// How many bytes it keeps of what the printer said.
    #[cfg(any(fuzzing, all(test, feature = "simulators")))]
    pub const fn kept(&self) -> usize {
        self.reader.kept()
    }

    fn opened(&mut self, now: Duration, out: &mut Vec<Output>) {
        self.open = true;
        self.silent = false;
        self.reader = Reader::default();
        self.poll = Poll { next_at: now, known_at: now, stale: true, ..Poll::default() };
        self.greet(out);
    }

    /// Clears what an earlier connection may have left, and asks for everything that is told.
    fn greet(&mut self, out: &mut Vec<Output>) {
        self.confirms_by_id = false;
        self.probe = self.ids.fresh();
        let mut bytes = [CLEAR, INITIALISE].concat();
        bytes.extend(ask_to_confirm(self.probe));
        out.push(send(bytes));
    }

    fn lost(&mut self, now: Duration, out: &mut Vec<Output>) {
        self.open = false;
        self.poll = Poll::default();
        out.push(Output::Discard);
        self.give_up(now, out);
        self.become_condition(Condition::Offline, now, out);
    }

    fn written(&mut self, now: Duration) {
        if let Progress::Printing(printing) = &mut self.job
            && printing.written(now)
        {
            self.poll.next_at = now;
        }
    }

    fn forget(&mut self, now: Duration, out: &mut Vec<Output>) {
        self.queue.clear();
        match std::mem::replace(&mut self.job, Progress::Idle) {
            Progress::Idle | Progress::Waiting { .. } | Progress::Clearing { .. } => {}
            Progress::Printing(printing) => {
                self.clear_printer(now, out);
                used(printing.probably_used_mm(), out);
                self.leftover = true;
                self.cut_leftover(now, out);
            }
        }
    }

    fn answered(&mut self, answer: Answer, now: Duration, out: &mut Vec<Output>) {
        if answer == Answer::Noise {
            // What comes amid noise counts for nothing.
            self.poll.stale = true;
            self.poll.noise_at = Some(now);
            self.witnessed(now, out, Printing::noise);
            return;
        }
        self.poll.misses = 0;
        if std::mem::take(&mut self.silent) {
            // It may have been off and have forgotten what it was asked.
            self.greet(out);
        }
        match answer {
            Answer::RealTime(status) => self.real_time(status, now, out),
            Answer::Automatic(status) => {
                self.poll.stale = true;
                if self.poll.is_noisy(now) {
                    self.poll.next_at = now;
                } else {
                    self.become_condition(from_automatic(status), now, out);
                }
            }
            Answer::Done(id) => {
                self.confirms_by_id |= id == self.probe;
                self.witnessed(now, out, |printing| printing.done(id));
            }
            Answer::PaperSensor => self.witnessed(now, out, Printing::sensor),
            Answer::Noise => {}
        }
    }

    /// Takes what the printer said of the job that it prints: ends it or sends more of it.
    fn witnessed(
        &mut self,
        now: Duration,
        out: &mut Vec<Output>,
        word: impl FnOnce(&mut Printing) -> Progressed,
    ) {
        let Progress::Printing(printing) = &mut self.job else { return };
        match word(printing) {
            Progressed::Nothing => {}
            Progressed::Some => {
                printing.alive(now);
                out.extend(printing.next_pieces(&mut self.ids).map(Output::Send));
            }
            Progressed::Whole { trustworthy } => {
                let (job, millimetres) = (printing.job, printing.millimetres);
                self.job = Progress::Idle;
                let end = if trustworthy { PrinterEvent::Printed(job) } else { PrinterEvent::Unknown(job) };
                out.push(Output::Tell(end));
                used(millimetres + FEED_AND_CUT_MM, out);
            }
        }
    }

    fn become_condition(&mut self, condition: Condition, now: Duration, out: &mut Vec<Output>) {
        self.condition = condition;
        let cut_may_have_failed = condition == Condition::CutterError || now < self.cut_at + CUT_PATIENCE;
        self.leftover |= cut_may_have_failed && !condition.can_print();
        let interrupts =
            matches!(condition, Condition::PaperOut | Condition::CoverOpen | Condition::CutterError);
        match &self.job {
            Progress::Printing(printing) if interrupts => {
                let (job, millimetres) = (printing.job, printing.probably_used_mm());
                self.clear_printer(now, out);
                self.leftover = true;
                self.job = Progress::Clearing { job, condition, since: now };
                self.tell_condition(out);
                used(millimetres, out);
            }
            _ => self.tell_condition(out),
        }
        self.cut_leftover(now, out);
    }

    fn tell_condition(&mut self, out: &mut Vec<Output>) {
        let prints = matches!(self.job, Progress::Printing(_)) && self.condition.can_print();
        let condition = if prints { Condition::Printing } else { self.condition };
        if self.told != condition {
            self.told = condition;
            out.push(Output::Tell(PrinterEvent::Condition(condition)));
        }
    }

    /// Cuts off what an interrupted job left, as soon as that can be done, so that it does not hang
    /// from the next resident's receipt.
    fn cut_leftover(&mut self, now: Duration, out: &mut Vec<Output>) {
        let busy = !matches!(self.job, Progress::Idle | Progress::Waiting { .. });
        if self.leftover && self.open && !busy && self.condition.can_print() {
            self.leftover = false;
            self.cut_at = now;
            out.push(send([INITIALISE, FEED_AND_CUT].concat()));
            used(FEED_AND_CUT_MM, out);
        }
    }

    fn clear_printer(&mut self, now: Duration, out: &mut Vec<Output>) {
        out.push(Output::Discard);
        out.push(send([CLEAR, INITIALISE].concat()));
        // What was asked before does not count.
        self.poll.stale = true;
        self.poll.next_at = now;
    }

    /// Ends the job that the printer will not end any more, with what is known of it.
    fn give_up(&mut self, now: Duration, out: &mut Vec<Output>) {
        match std::mem::replace(&mut self.job, Progress::Idle) {
            Progress::Idle => {}
            Progress::Waiting { job, .. } => {
                out.push(Output::Tell(PrinterEvent::NotPrinted(job.id, Condition::Offline)));
            }
            // Nobody knows whether the order to clear has arrived.
            Progress::Clearing { job, .. } => out.push(Output::Tell(PrinterEvent::Unknown(job))),
            Progress::Printing(printing) => {
                if self.open {
                    self.clear_printer(now, out);
                }
                self.leftover = true;
                out.push(Output::Tell(PrinterEvent::Unknown(printing.job)));
                used(printing.probably_used_mm(), out);
            }
        }
    }

    fn take_next_job(&mut self, now: Duration, out: &mut Vec<Output>) {
        if matches!(self.job, Progress::Idle)
            && let Some((job, asked_for)) = self.queue.pop_front()
        {
            self.job = Progress::Waiting { job, asked_for, since: now };
        }
        let asking = self.open && !self.silent && (self.poll.asked.is_some() || self.poll.stale);
        let undecided = self.condition == Condition::Unknown || asking;
        if matches!(self.job, Progress::Waiting { .. }) && !undecided {
            self.begin_job(now, out);
        }
    }

    fn begin_job(&mut self, now: Duration, out: &mut Vec<Output>) {
        let Progress::Waiting { job, asked_for, .. } = std::mem::replace(&mut self.job, Progress::Idle)
        else {
            return;
        };
        if !self.condition.can_print() {
            out.push(Output::Tell(PrinterEvent::NotPrinted(job.id, self.condition)));
            self.take_next_job(now, out);
            return;
        }
        let witness = if self.confirms_by_id { Witness::ById } else { Witness::BySensor };
        let mut printing = Printing::new(&job, witness, asked_for, now);
        out.extend(printing.next_pieces(&mut self.ids).map(Output::Send));
        self.job = Progress::Printing(printing);
    }

    fn check_time(&mut self, now: Duration, out: &mut Vec<Output>) {
        if self.out_of_patience(now) {
            self.give_up(now, out);
            self.cut_leftover(now, out);
        }
        self.check_poll(now, out);
    }

    fn out_of_patience(&self, now: Duration) -> bool {
        match &self.job {
            Progress::Idle => false,
            Progress::Waiting { asked_for, since, .. } => {
                now >= *since + FIRST_STATUS_PATIENCE || now >= *asked_for + JOB_LIMIT
            }
            Progress::Clearing { since, .. } => now >= *since + CLEAR_PATIENCE,
            Progress::Printing(printing) => printing.out_of_patience(now),
        }
    }
}

/// Gives each request an id of four letters; real-time answers and block ends look different.
struct Ids(u32);

impl Ids {
    fn fresh(&mut self) -> [u8; 4] {
        self.0 = self.0.wrapping_add(1);
        [0, 5, 10, 15].map(|shift| b'@' + ((self.0 >> shift) & 31) as u8)
    }
}

fn send(bytes: Vec<u8>) -> Output {
    Output::Send(Zeroizing::new(bytes))
}

fn used(millimetres: u32, out: &mut Vec<Output>) {
    if millimetres > 0 {
        out.push(Output::Tell(PrinterEvent::Used { millimetres }));
    }
}
