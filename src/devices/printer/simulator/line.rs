//! The serial line: bytes on their way to the printer and answers on their way back.
//!
//! Invariant: bytes arrive in order and no faster than the line is; what the line does to an answer
//! (late, torn, after noise, not at all) depends on the seed only.

use std::collections::VecDeque;
use std::time::Duration;

use super::physics::{Physics, Random};

/// What a host's port holds of bytes that have not left.
const PORT: usize = 256;
const BITS_PER_BYTE: u128 = 10;
const SECOND: u128 = 1_000_000_000;
/// At most so many bytes of noise come at a time.
const LONGEST_NOISE: u64 = 12;

#[derive(Default)]
enum Tear {
    #[default]
    Not,
    Once,
    ThenSilence,
}

pub(super) struct Line {
    /// Bytes that the host has sent and the printer has not taken in.
    pub inbound: VecDeque<u8>,
    /// Bytes that may be carried now, in nanoseconds × bits a second.
    budget: u128,
    outbound: VecDeque<(Duration, Vec<u8>)>,
    silent: bool,
    noisy: bool,
    tear: Tear,
    random: Random,
}

impl Line {
    pub fn new(seed: u64) -> Self {
        Self {
            inbound: VecDeque::new(),
            budget: 0,
            outbound: VecDeque::new(),
            silent: false,
            noisy: false,
            tear: Tear::Not,
            random: Random(seed),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.inbound.is_empty() && self.outbound.is_empty()
    }

    /// How many more bytes the host's port takes.
    pub fn room(&self, physics: &Physics) -> usize {
        if physics.baud.is_some() { PORT.saturating_sub(self.inbound.len()) } else { usize::MAX }
    }

    /// Time passes; a line that carries nothing saves nothing up.
    pub fn advance(&mut self, time: Duration, physics: &Physics) {
        let baud = u128::from(physics.baud.unwrap_or(0));
        self.budget = if self.inbound.is_empty() { 0 } else { self.budget + time.as_nanos() * baud };
    }

    /// The next byte that has come through.
    pub fn carry(&mut self, physics: &Physics) -> Option<u8> {
        if physics.baud.is_some() {
            self.budget = self.budget.checked_sub(BITS_PER_BYTE * SECOND)?;
        }
        self.inbound.pop_front()
    }

    /// The buffer is full: the line stands still, but a real-time command among the bytes that wait
    /// passes them. Before an order to clear, the host has taken back what waited.
    pub fn pass_real_time(&mut self) -> Option<[u8; 3]> {
        self.budget = 0;
        let waiting = self.inbound.make_contiguous();
        let place = waiting.windows(3).position(|bytes| bytes[0] == 0x10 && matches!(bytes[1], 4 | 5))?;
        let command = [waiting[place], waiting[place + 1], waiting[place + 2]];
        let first = if command == [0x10, 5, 2] { 0 } else { place };
        self.inbound.drain(first..place + 3);
        Some(command)
    }

    /// The printer says something at `now`.
    pub fn answer(&mut self, mut bytes: Vec<u8>, now: Duration, physics: &Physics) {
        if self.silent {
            return;
        }
        if self.noisy {
            self.noise(now);
        }
        if bytes.len() > 1 {
            match std::mem::take(&mut self.tear) {
                Tear::Not => {}
                Tear::Once => bytes.truncate(bytes.len() / 2),
                Tear::ThenSilence => {
                    bytes.truncate(bytes.len() / 2);
                    self.silent = true;
                }
            }
        }
        let (least, most) = physics.answers_after;
        let spread = u64::try_from(most.saturating_sub(least).as_nanos()).unwrap_or(u64::MAX);
        let due = now + least + Duration::from_nanos(self.random.below(spread));
        self.put(due, bytes);
    }

    fn noise(&mut self, now: Duration) {
        let length = self.random.below(LONGEST_NOISE);
        let bytes = (0..length).map(|_| self.random.next() as u8).collect();
        self.put(now, bytes);
    }

    fn put(&mut self, due: Duration, bytes: Vec<u8>) {
        let due = self.outbound.back().map_or(due, |(earlier, _)| due.max(*earlier));
        self.outbound.push_back((due, bytes));
    }

    /// What has reached the host by `now`.
    pub fn arrived(&mut self, now: Duration) -> Vec<u8> {
        let mut arrived = Vec::new();
        while self.outbound.front().is_some_and(|(due, _)| *due <= now) {
            arrived.extend(self.outbound.pop_front().into_iter().flat_map(|(_, bytes)| bytes));
        }
        arrived
    }

    /// The printer is off: what it said has faded away.
    pub fn forget_answers(&mut self) {
        self.outbound.clear();
    }

    /// The cable is pulled: nothing is under way any more.
    pub fn cut(&mut self) {
        self.inbound.clear();
        self.outbound.clear();
    }

    pub const fn set_silent(&mut self, silent: bool) {
        self.silent = silent;
        self.tear = Tear::Not;
    }

    pub fn set_noisy(&mut self, noisy: bool, now: Duration) {
        self.noisy = noisy;
        if noisy {
            self.noise(now);
        }
    }

    pub const fn tear_next(&mut self, then_silence: bool) {
        self.tear = if then_silence { Tear::ThenSilence } else { Tear::Once };
    }
}
