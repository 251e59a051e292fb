//! What a real line and a real power supply do to the bytes of a simulated terminal: they take time,
//! arrive with noise, are cut off, or are never sent.
//!
//! Invariant: with the same seed and the same bytes at the same times, the same happens.

use std::collections::VecDeque;
use std::time::Duration;

/// Bits of a byte on the line: start, eight, two stop bits.
const BITS_OF_A_BYTE: u64 = 11;

/// A count of bytes, from when it was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtByte {
    /// So many bytes more are sent; the next one is not.
    Sent(u64),
    /// So many bytes more are taken in; the next one is not.
    Received(u64),
}

/// Random bytes on the line.
#[derive(Clone, Debug)]
pub struct Garbage {
    /// How many of a thousand bytes have a random one in front of them.
    per_mille: u32,
    random: Random,
}

impl Garbage {
    /// Garbage from a seed: of a thousand bytes, so many have a random one in front of them.
    #[must_use]
    pub const fn new(seed: u64, per_mille: u32) -> Self {
        Self { per_mille, random: Random(seed) }
    }

    fn spoil(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut spoilt = Vec::new();
        for &byte in bytes {
            if self.random.next() % 1000 < u64::from(self.per_mille) {
                spoilt.push(self.random.next() as u8);
            }
            spoilt.push(byte);
        }
        spoilt
    }
}

/// A small generator of numbers that look random (splitmix64). Not for secrets.
#[derive(Clone, Debug)]
struct Random(u64);

impl Random {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

/// Bytes on their way out.
#[derive(Default)]
pub struct Way {
    bytes: VecDeque<(Duration, u8)>,
}

impl Way {
    /// Bytes begin their way: each is there after the delay and its time on the line.
    pub fn send(&mut self, bytes: &[u8], delay: Duration, baud: Option<u32>, now: Duration) {
        let one = baud.map_or(Duration::ZERO, |baud| {
            Duration::from_nanos(BITS_OF_A_BYTE * 1_000_000_000 / u64::from(baud.max(1)))
        });
        let mut due = now + delay;
        if let Some((last, _)) = self.bytes.back() {
            due = due.max(*last);
        }
        for &byte in bytes {
            due += one;
            self.bytes.push_back((due, byte));
        }
    }

    /// The bytes that are there.
    pub fn arrived(&mut self, now: Duration) -> Vec<u8> {
        let count = self.bytes.iter().take_while(|(due, _)| *due <= now).count();
        self.bytes.drain(..count).map(|(_, byte)| byte).collect()
    }

    /// When the next one is there.
    pub fn deadline(&self) -> Option<Duration> {
        self.bytes.front().map(|(due, _)| *due)
    }

    /// What was on its way is lost.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }
}

/// Spoils what is sent.
pub fn spoil(bytes: &[u8], garbage: Option<&mut Garbage>) -> Vec<u8> {
    garbage.map_or_else(|| bytes.to_vec(), |garbage| garbage.spoil(bytes))
}

/// Cuts bytes off at a count, which goes down. Tells whether it was reached.
pub fn cut_off(bytes: &mut Vec<u8>, left: &mut u64) -> bool {
    if bytes.len() as u64 > *left {
        bytes.truncate(*left as usize);
        *left = 0;
        return true;
    }
    *left -= bytes.len() as u64;
    false
}
