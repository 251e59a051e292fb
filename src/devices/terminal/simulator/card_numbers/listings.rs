//! Bytes that are listed in a text: in hexadecimal without a gap, in hexadecimal pairs, or as a list of
//! numbers up to 255.
//!
//! Invariant: what is found stands in the text in one piece, of at least seven bytes.

/// A card number of 13 digits takes seven bytes.
const SHORTEST: usize = 7;

/// Bytes that were listed.
pub struct Listing {
    /// Where the listing begins.
    pub at: usize,
    /// They were listed one by one.
    pub is_dump: bool,
    pub bytes: Vec<u8>,
}

/// All listings in a text.
pub fn of(text: &[u8]) -> Vec<Listing> {
    let mut listings = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let begins = text[at].is_ascii_hexdigit() && (at == 0 || !text[at - 1].is_ascii_alphanumeric());
        let found = begins.then(|| [in_one(text, at), in_pairs(text, at), in_numbers(text, at)]);
        let mut end = at + 1;
        for (bytes, is_dump, ends) in found.into_iter().flatten() {
            if bytes.len() >= SHORTEST {
                end = end.max(ends);
                listings.push(Listing { at, is_dump, bytes });
            }
        }
        at = end;
    }
    listings
}

type Read = (Vec<u8>, bool, usize);

/// `22f0f86772`, with an even number of digits.
fn in_one(text: &[u8], at: usize) -> Read {
    let digits: Vec<u8> = text[at..].iter().map_while(|byte| hex_digit(*byte)).collect();
    let bytes = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    (bytes, false, at + digits.len())
}

/// `22 F0 F8`, `0x22, 0xF0`, `22:f0:f8`.
fn in_pairs(text: &[u8], at: usize) -> Read {
    let mut bytes = Vec::new();
    let mut from = at;
    let mut end = at;
    while let Some((&[high, low], rest)) = after_prefix(text, from).and_then(<[u8]>::split_first_chunk::<2>) {
        let (Some(high), Some(low)) = (hex_digit(high), hex_digit(low)) else { break };
        bytes.push(high << 4 | low);
        end = text.len() - rest.len();
        let marks = rest.iter().take(2).take_while(|byte| matches!(byte, b' ' | b',' | b':' | b'-')).count();
        if marks == 0 {
            break;
        }
        from = end + marks;
    }
    (bytes, true, end)
}

/// `34, 240, 248`.
fn in_numbers(text: &[u8], at: usize) -> Read {
    let mut bytes = Vec::new();
    let mut from = at;
    loop {
        let length = text[from..].iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        let number =
            text[from..from + length].iter().fold(0_u32, |n, digit| n * 10 + u32::from(digit - b'0'));
        let Ok(byte) = u8::try_from(number) else { break };
        if length == 0 {
            break;
        }
        bytes.push(byte);
        from += length;
        let marks = text[from..].iter().take(2).take_while(|byte| matches!(byte, b' ' | b',')).count();
        if marks == 0 {
            break;
        }
        from += marks;
    }
    (bytes, true, from.max(at))
}

fn after_prefix(text: &[u8], from: usize) -> Option<&[u8]> {
    let rest = text.get(from..)?;
    Some(rest.strip_prefix(b"0x").unwrap_or(rest))
}

const fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}
