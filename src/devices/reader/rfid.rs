//! The number of a pass (UID, ISO 14443-3) as serial RFID readers send it: hexadecimal text between a
//! prefix and a suffix, possibly with a check byte.
//!
//! Invariant: a number that comes out of here has 7 or 10 bytes and so is given out once in the world;
//! one of 4 bytes is not (it may be random or used twice) and is refused.

use jiff::civil::Date;
use serde::Deserialize;

use super::Reading;
use super::core::{Format, Progress, read_all};
use super::framing::{Cursor, Stop};

/// The most hexadecimal digits of a message: ten bytes and a check byte.
const MOST_DIGITS: usize = 22;

/// What a reader adds to a number, so that a broken one is noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Checksum {
    /// Nothing.
    #[default]
    None,
    /// All bytes of the number, exclusive-or, as two digits more.
    Bcc,
}

/// How a reader sends a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RfidFormat {
    /// What comes before the digits; empty when nothing does.
    pub prefix: Vec<u8>,
    /// What comes after them; at least one byte, and no digit.
    pub suffix: Vec<u8>,
    /// What is added to the number.
    pub checksum: Checksum,
}

impl Default for RfidFormat {
    /// STX, digits, ETX.
    fn default() -> Self {
        Self { prefix: vec![0x02], suffix: vec![0x03], checksum: Checksum::None }
    }
}

/// All numbers in a stream of bytes, however it is cut, broken or noisy.
#[must_use]
pub fn read(bytes: &[u8], format: &RfidFormat) -> Vec<String> {
    let readings = read_all(format.clone(), bytes, Date::ZERO);
    let numbers = readings.into_iter().filter_map(|reading| match &reading {
        Reading::WastePass(number) => Some(number.clone()),
        Reading::Document(_) => None,
    });
    numbers.collect()
}

impl Format for RfidFormat {
    fn progress(&self, received: &mut [u8], _today: Date) -> Progress {
        match self.digits(received) {
            Err(Stop::Noise) => Progress::Noise,
            Err(Stop::Short) => Progress::More,
            Err(Stop::Differs) => Progress::Never,
            Ok(digits) => number(digits, self.checksum)
                .map_or(Progress::Never, |number| Progress::Done(Reading::WastePass(number))),
        }
    }
}

impl RfidFormat {
    fn digits<'a>(&self, received: &'a [u8]) -> Result<&'a [u8], Stop> {
        let mut cursor = Cursor::behind(&self.prefix, received)?;
        let start = cursor.at();
        cursor.run(MOST_DIGITS, |byte| byte.is_ascii_hexdigit());
        let end = cursor.at();
        cursor.literal(&self.suffix)?;
        Ok(&received[start..end])
    }
}

/// The number in capital hexadecimal, when it is of the right length and its check byte holds.
fn number(digits: &[u8], checksum: Checksum) -> Option<String> {
    let (number, check) = match checksum {
        Checksum::None => (digits, None),
        Checksum::Bcc => digits.split_at_checked(digits.len().checked_sub(2)?).map(|(n, c)| (n, Some(c)))?,
    };
    if let Some(check) = check {
        let sum = number.chunks(2).try_fold(0, |sum, pair| Some(sum ^ byte(pair)?))?;
        (byte(check)? == sum).then_some(())?;
    }
    let text = std::str::from_utf8(number).ok()?;
    matches!(text.len(), 14 | 20).then(|| text.to_ascii_uppercase())
}

fn byte(pair: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
}
