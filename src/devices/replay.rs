//! For tests: replays a recorded session to a driver's protocol and sees whether it still does what it
//! did then.
//!
//! Invariant: the protocol gets what the device sent, at the moment at which it came, and nothing
//! passes that it sent or told otherwise than the recording says.

mod printer;
mod terminal;
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

/// A driver's protocol without port, thread or clock.
trait Machine {
    /// Takes what happened; says what is to be done, in order.
    fn take(&mut self, input: Input<'_>, now: Duration) -> Vec<Output>;

    /// Whether [`Input::Written`] would be news to it.
    fn waits_for_written(&self) -> bool;
}

/// What can happen to a protocol.
enum Input<'a> {
    Opened,
    Lost,
    Bytes(&'a [u8]),
    /// All that it wanted to send has left.
    Written,
    Time,
    /// Someone wants this of it, in words that it knows.
    Order(&'a str),
}

/// What a protocol wants.
enum Output {
    Send(Vec<u8>),
    Discard,
    Tell(String),
}

/// One line of a recording's text.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    at: Duration,
    what: What,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    Opened,
    Lost,
    In(Vec<u8>),
    Out(Vec<u8>),
    Order(String),
    Told(String),
    End,
}

/// Reads the text of a recording, with orders and events that a person added.
fn read(text: &str) -> Result<Vec<Line>, String> {
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.starts_with('#') && !line.is_empty());
    lines.map(|(line, number)| read_line(line).ok_or(format!("line {number}: what is {line:?}?"))).collect()
}

fn read_line(line: &str) -> Option<Line> {
    let (seconds, what) = line.split_once(' ')?;
    let (whole, fraction) = seconds.split_once('.')?;
    let at = Duration::from_secs(whole.parse().ok()?) + Duration::from_micros(fraction.parse().ok()?);
    let (word, rest) = what.split_once(' ').unwrap_or((what, ""));
    let what = match word {
        "opened" => What::Opened,
        "lost" => What::Lost,
        "in" => What::In(hex(rest)?),
        "out" => What::Out(hex(rest)?),
        "order" => What::Order(rest.to_owned()),
        "told" => What::Told(rest.to_owned()),
        "end:" => What::End,
        // Where something is missing, nothing can be said of what comes after it.
        _ => return None,
    };
    Some(Line { at, what })
}

fn hex(digits: &str) -> Option<Vec<u8>> {
    digits.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).ok()).collect()
}

/// The most often that a recording is gone through. Each moment at which it can have been told that all
/// has left shows within a few lines whether it was the right one.
const MOST_TRIES: usize = 10_000;

/// Replays a recording; says where the protocol does otherwise.
///
/// When a protocol was told that all bytes had left is not recorded: the pace of the line and the turns
/// of the driver's thread decide it. So the moments are sought with which the protocol sends and tells
/// what was recorded; a recording for which there are none does not replay.
fn replay<M: Machine>(lines: &[Line], machine: impl Fn() -> M) -> Result<(), String> {
    let mut plan = Vec::new();
    let mut furthest = (0, String::new());
    for _ in 0..MOST_TRIES {
        let mut stage = Stage::new(machine(), plan);
        let Err(failure) = stage.play(lines) else { return Ok(()) };
        if failure.0 >= furthest.0 {
            furthest = failure;
        }
        match later(stage.moments) {
            Some(other) => plan = other,
            None => return Err(furthest.1),
        }
    }
    Err(format!("{} (and no end of other moments to try)", furthest.1))
}

/// The next plan: the last moment that can be later comes one line later.
fn later(mut moments: Vec<Moment>) -> Option<Vec<usize>> {
    while moments.pop_if(|moment| !moment.came).is_some() {}
    moments.last_mut()?.later += 1;
    Some(moments.iter().map(|moment| moment.later).collect())
}

/// A moment at which a protocol that waits for it is told that all has left.
struct Moment {
    /// So many lines after that with the last bytes.
    later: usize,
    /// Whether it came before the protocol had more to send or waited no longer.
    came: bool,
}

struct Stage<M> {
    machine: M,
    unsent: VecDeque<u8>,
    told: VecDeque<String>,
    /// For each moment, how many lines later; those that are not in it come at once.
    plan: Vec<usize>,
    moments: Vec<Moment>,
    /// The line after which the last of the moments comes.
    next_moment: Option<usize>,
}

impl<M: Machine> Stage<M> {
    fn new(machine: M, plan: Vec<usize>) -> Self {
        let (unsent, told) = (VecDeque::new(), VecDeque::new());
        Self { machine, unsent, told, plan, moments: Vec::new(), next_moment: None }
    }

    /// Goes through the recording; says in which line the protocol did otherwise, and what.
    fn play(&mut self, lines: &[Line]) -> Result<(), (usize, String)> {
        // A port that is closed because the pillar stops is told to nobody.
        let stops =
            |rest: &[Line]| matches!(rest, [Line { what: What::Lost, .. }, Line { what: What::End, .. }]);
        for (place, line) in lines.iter().enumerate() {
            if stops(&lines[place..]) {
                break;
            }
            self.pass(place, line)
                .map_err(|why| (place, format!("at {:.6} s: {why}", line.at.as_secs_f64())))?;
            self.tell_written(place, line.at);
        }
        match self.told.front() {
            Some(told) => Err((lines.len(), format!("at the end it told {told}, which the recording lacks"))),
            None => Ok(()),
        }
    }

    fn pass(&mut self, place: usize, line: &Line) -> Result<(), String> {
        match &line.what {
            What::Opened => self.feed(Input::Opened, line.at),
            What::Lost => {
                self.feed(Input::Lost, line.at);
                self.unsent.clear();
            }
            What::In(bytes) => self.feed(Input::Bytes(bytes), line.at),
            What::Order(order) => self.feed(Input::Order(order), line.at),
            What::End => {}
            What::Out(bytes) => return self.sends(bytes, place, line.at),
            What::Told(told) => return self.tells(told, line.at),
        }
        Ok(())
    }

    fn feed(&mut self, input: Input<'_>, now: Duration) {
        for output in self.machine.take(input, now) {
            match output {
                Output::Send(bytes) => self.unsent.extend(bytes),
                Output::Discard => self.unsent.clear(),
                Output::Tell(told) => self.told.push_back(told),
            }
        }
    }

    fn sends(&mut self, bytes: &[u8], place: usize, now: Duration) -> Result<(), String> {
        if self.unsent.len() < bytes.len() {
            self.feed(Input::Time, now);
        }
        let count = bytes.len().min(self.unsent.len());
        let sent: Vec<u8> = self.unsent.drain(..count).collect();
        if sent != bytes {
            return Err(format!("it was to send {bytes:02X?} and sends {sent:02X?}"));
        }
        if self.unsent.is_empty() && self.machine.waits_for_written() {
            let later = self.plan.get(self.moments.len()).copied().unwrap_or(0);
            self.moments.push(Moment { later, came: false });
            self.next_moment = Some(place + later);
        }
        Ok(())
    }

    /// Tells that all has left, if it is time to.
    fn tell_written(&mut self, place: usize, now: Duration) {
        if !self.unsent.is_empty() || !self.machine.waits_for_written() {
            self.next_moment = None;
        }
        if self.next_moment.take_if(|due| *due == place).is_some() {
            if let Some(moment) = self.moments.last_mut() {
                moment.came = true;
            }
            self.feed(Input::Written, now);
        }
    }

    fn tells(&mut self, told: &str, now: Duration) -> Result<(), String> {
        if self.told.is_empty() {
            self.feed(Input::Time, now);
        }
        match self.told.pop_front() {
            Some(tells) if tells == told => Ok(()),
            tells => Err(format!("it was to tell {told} and tells {tells:?}")),
        }
    }
}
