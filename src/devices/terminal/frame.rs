//! Frames on the serial line: `DLE STX apdu DLE ETX crcLow crcHigh`, with every DLE of the APDU
//! doubled, and the single bytes ACK and NAK (specification PA00P016, serial transport).
//!
//! Invariant: only bytes whose checksum is right come out as an APDU; what is left of a frame that was
//! broken off is never taken for an acknowledgement; noise, however long, costs no memory beyond one
//! frame and never a panic.

use zeroize::Zeroizing;

use super::codec::Apdu;

/// "Your frame arrived whole."
pub const ACK: u8 = 0x06;
/// "Your frame arrived broken, say it again."
pub const NAK: u8 = 0x15;

const DLE: u8 = 0x10;
const STX: u8 = 0x02;
const ETX: u8 = 0x03;
/// The longest APDU: class, instruction, extended length and 65,535 bytes.
const LONGEST_APDU: usize = 5 + 65_535;

/// What stands on the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// [`ACK`].
    Ack,
    /// [`NAK`].
    Nak,
    /// A whole frame.
    Apdu(Apdu),
    /// A frame began and was broken.
    Broken,
}

/// The frame for an APDU.
#[must_use]
pub fn encode(apdu: &Apdu) -> Zeroizing<Vec<u8>> {
    let bytes = apdu.bytes();
    let mut frame = Zeroizing::new(Vec::with_capacity(bytes.len() * 2 + 6));
    frame.extend_from_slice(&[DLE, STX]);
    for &byte in bytes {
        if byte == DLE {
            frame.push(DLE);
        }
        frame.push(byte);
    }
    frame.extend_from_slice(&[DLE, ETX]);
    frame.extend_from_slice(&checksum(bytes).to_le_bytes());
    frame
}

/// Takes bytes as they come and finds the tokens among them.
#[derive(Default)]
pub struct Decoder {
    place: Place,
}

#[derive(Default)]
enum Place {
    /// Between frames.
    #[default]
    Outside,
    /// After a DLE between frames.
    Opening,
    /// Among what may be the rest of a broken frame, until a frame begins or the line is quiet.
    Lost,
    /// After a DLE there.
    LostOpening,
    /// Among the bytes of an APDU.
    Inside(Zeroizing<Vec<u8>>),
    /// After a DLE among them.
    Escaped(Zeroizing<Vec<u8>>),
    /// Waiting for the checksum.
    CrcLow(Zeroizing<Vec<u8>>),
    CrcHigh(Zeroizing<Vec<u8>>, u8),
}

impl Decoder {
    /// Takes one byte; tells what it completed.
    pub fn push(&mut self, byte: u8) -> Option<Token> {
        let (place, token) = match std::mem::take(&mut self.place) {
            Place::Outside => match byte {
                ACK => (Place::Outside, Some(Token::Ack)),
                NAK => (Place::Outside, Some(Token::Nak)),
                DLE => (Place::Opening, None),
                _ => (Place::Outside, None),
            },
            Place::Opening => match byte {
                STX => (Place::Inside(Zeroizing::default()), None),
                DLE => (Place::Opening, None),
                _ => (Place::Outside, None),
            },
            Place::Lost => (if byte == DLE { Place::LostOpening } else { Place::Lost }, None),
            Place::LostOpening => match byte {
                STX => (Place::Inside(Zeroizing::default()), None),
                // A doubled DLE of the broken frame: what follows it opens nothing.
                _ => (Place::Lost, None),
            },
            Place::Inside(apdu) => match byte {
                DLE => (Place::Escaped(apdu), None),
                byte => keep(apdu, byte),
            },
            Place::Escaped(apdu) => match byte {
                DLE => keep(apdu, byte),
                ETX => (Place::CrcLow(apdu), None),
                // A frame that begins within a frame: the first one was noise or was cut off.
                STX => (Place::Inside(Zeroizing::default()), None),
                _ => (Place::Lost, Some(Token::Broken)),
            },
            Place::CrcLow(apdu) => (Place::CrcHigh(apdu, byte), None),
            Place::CrcHigh(apdu, low) => {
                if checksum(&apdu) == u16::from_le_bytes([low, byte]) {
                    (Place::Outside, Some(Token::Apdu(Apdu::received(apdu))))
                } else {
                    (Place::Lost, Some(Token::Broken))
                }
            }
        };
        self.place = place;
        token
    }

    /// Whether it waits for more bytes, or for quiet.
    #[must_use]
    pub const fn is_within(&self) -> bool {
        !matches!(self.place, Place::Outside)
    }

    /// How many bytes of an unfinished frame it keeps.
    #[cfg(any(fuzzing, all(test, feature = "simulators")))]
    pub fn kept(&self) -> usize {
        match &self.place {
            Place::Outside | Place::Opening | Place::Lost | Place::LostOpening => 0,
            Place::Inside(apdu) | Place::Escaped(apdu) | Place::CrcLow(apdu) | Place::CrcHigh(apdu, _) => {
                apdu.len()
            }
        }
    }

    /// The line was quiet before what comes now: an acknowledgement is believed again.
    pub fn forgive(&mut self) {
        if matches!(self.place, Place::Opening | Place::Lost | Place::LostOpening) {
            self.place = Place::Outside;
        }
    }

    /// The line was quiet: what was begun will not be ended. Tells whether that was a frame.
    pub fn quiet(&mut self) -> bool {
        let was = std::mem::replace(&mut self.place, Place::Outside);
        !matches!(was, Place::Outside | Place::Opening | Place::Lost | Place::LostOpening)
    }
}

fn keep(mut apdu: Zeroizing<Vec<u8>>, byte: u8) -> (Place, Option<Token>) {
    if apdu.len() >= LONGEST_APDU {
        return (Place::Lost, Some(Token::Broken));
    }
    apdu.push(byte);
    (Place::Inside(apdu), None)
}

/// CRC-16/KERMIT over the undoubled APDU and ETX.
fn checksum(apdu: &[u8]) -> u16 {
    apdu.iter().chain(&[ETX]).fold(0, |crc, &byte| {
        (0..8).fold(crc ^ u16::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0x8408 } else { crc >> 1 })
    })
}

#[cfg(test)]
#[cfg(feature = "simulators")]
mod tests;
