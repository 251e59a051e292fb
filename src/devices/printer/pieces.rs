//! Where a receipt may be divided: between two of its commands, never inside one.
//!
//! Invariant: the pieces together are the receipt, in order; what begins with a command whose length
//! is not known here stays in one piece.

use std::ops::Range;

/// Divides ESC/POS bytes into pieces of at most `most` bytes; only a single longer command makes a
/// longer piece.
pub fn pieces(bytes: &[u8], most: usize) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let (mut start, mut end) = (0, 0);
    while end < bytes.len() {
        let next = command_length(&bytes[end..]).map_or(bytes.len(), |length| end + length);
        if next - start > most && end > start {
            pieces.push(start..end);
            start = end;
        }
        end = next;
    }
    if end > start {
        pieces.push(start..end);
    }
    pieces
}

/// The length of the first command, or `None` when it is unknown or incomplete.
fn command_length(bytes: &[u8]) -> Option<usize> {
    let name = || bytes.get(1).copied();
    let length = match *bytes.first()? {
        0x1b => match name()? {
            b'@' | b'2' => 2,
            b't' | b'E' | b'M' | b'a' | b'3' | b'J' | b'd' | b'R' | b'-' | b'G' | b'{' | b' ' | b'!' => 3,
            _ => return None,
        },
        0x1d => match name()? {
            b'!' | b'b' | b'a' | b'r' | b'B' => 3,
            b'L' | b'W' => 4,
            b'V' if matches!(bytes.get(2), Some(65 | 66)) => 4,
            b'V' => 3,
            b'v' => 8 + number(bytes, 4)? * number(bytes, 6)?,
            b'(' => 5 + number(bytes, 3)?,
            _ => return None,
        },
        _ => 1,
    };
    (length <= bytes.len()).then_some(length)
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_divided_between_commands_and_nothing_is_lost() {
        let receipt = include_bytes!("../../../tests/fixtures/receipt-nl.bin");
        for most in [1, 64, 1_000, 100_000] {
            let pieces = pieces(receipt, most);
            let together: Vec<u8> = pieces.iter().flat_map(|piece| receipt[piece.clone()].to_vec()).collect();
            assert_eq!(together, receipt, "{most}");
            assert_eq!(pieces.len() == 1, most == 100_000);
        }
    }

    #[test]
    fn a_picture_and_a_cut_stay_whole() {
        let picture = [0x1d, b'v', b'0', 0, 2, 0, 3, 0, 1, 2, 3, 4, 5, 6];
        let bytes = [b"ab".as_slice(), &picture, &[0x1d, b'V', 66, 0]].concat();
        assert_eq!(pieces(&bytes, 3), [0..2, 2..16, 16..20]);
    }

    #[test]
    fn what_follows_an_unknown_or_torn_command_stays_together() {
        assert_eq!(pieces(b"a\x1b\x7fbcd", 1), [0..1, 1..6]);
        assert_eq!(pieces(b"a\x1dv0\x00\xff\xff", 1), [0..1, 1..7]);
    }
}
