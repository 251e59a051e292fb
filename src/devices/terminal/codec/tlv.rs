//! The TLV container (BMP 06): objects with a tag, a length and a content, some of which hold objects
//! again (specification PA00P015, chapter 9).
//!
//! Invariant: of an object only its tag and its length are kept, never its content: a container may
//! carry card numbers, tracks and texts with either. What was read is bounded in depth and number, and
//! no input makes it panic.

/// Objects below objects are read to this depth; what is deeper is stepped over.
pub const DEEPEST: usize = 4;
/// No more objects than this are kept of one container; real ones hold a few dozen.
pub const MOST_OBJECTS: usize = 256;
/// "Display-texts": the lines that the terminal shows.
pub const DISPLAY_TEXTS: u32 = 0x24;
/// "Text-lines": one line of text in [`DISPLAY_TEXTS`] or in a text block.
pub const TEXT_LINE: u32 = 0x07;

/// The bit of a tag's first byte that says that the content is objects.
const CONSTRUCTED: u8 = 0x20;
/// The low bits of a tag's first byte when more bytes follow.
const LONG_TAG: u8 = 0x1F;

/// An object of a container, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// One to three bytes, the first in front.
    pub tag: u32,
    /// What is known of its content.
    pub content: Content,
}

/// What is known of an object's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// How many bytes it has. They are not kept.
    Length(u16),
    /// The objects in it.
    Objects(Vec<Object>),
}

/// Reads the objects of a container; `None` when they do not fill it exactly.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<Vec<Object>> {
    read(bytes, 0, &mut 0)
}

/// The objects as bytes. The contents that were not kept are filled up.
#[must_use]
pub fn encode(objects: &[Object]) -> Vec<u8> {
    objects.iter().flat_map(Object::encode).collect()
}

/// An object with this content.
#[must_use]
pub fn object(tag: u32, content: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = tag.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    if bytes.is_empty() {
        bytes.push(0);
    }
    bytes.extend(length(content.len()));
    bytes.extend_from_slice(content);
    bytes
}

/// A BER length of one to three bytes.
#[must_use]
pub fn length(length: usize) -> Vec<u8> {
    match length {
        0..=0x7F => vec![length as u8],
        0x80..=0xFF => vec![0x81, length as u8],
        _ => vec![0x82, (length >> 8) as u8, length as u8],
    }
}

/// Splits a value with its BER length of one to three bytes off; `None` when it is not all there.
#[must_use]
pub fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, head) = match *bytes.first()? {
        short @ 0..=0x7F => (usize::from(short), 1),
        0x81 => (usize::from(*bytes.get(1)?), 2),
        0x82 => (usize::from(u16::from_be_bytes([*bytes.get(1)?, *bytes.get(2)?])), 3),
        _ => return None,
    };
    bytes.get(head..)?.split_at_checked(length)
}

/// The single digit in the texts that the terminal shows, when there is just one. Of all the terminal
/// says in its own words this alone is kept: one digit is no card number, and next to "wrong PIN" it is
/// the number of tries that are left.
#[must_use]
pub fn only_digit_shown(container: &[u8]) -> Option<u8> {
    let mut digits: Vec<u8> = Vec::new();
    for (tag, content) in pairs(container)? {
        for (tag, text) in if tag == DISPLAY_TEXTS { pairs(content)? } else { vec![] } {
            if tag == TEXT_LINE {
                digits.extend(text.iter().filter(|byte| byte.is_ascii_digit()).take(2));
            }
        }
    }
    match digits[..] {
        [digit] => Some(digit - b'0'),
        _ => None,
    }
}

impl Object {
    fn encode(&self) -> Vec<u8> {
        match &self.content {
            Content::Objects(objects) => object(self.tag, &encode(objects)),
            // A filling that is no object, so that it is read again as what it was.
            Content::Length(length) => {
                let filling = if is_constructed(self.tag) { 0xFF } else { 0 };
                object(self.tag, &vec![filling; usize::from(*length)])
            }
        }
    }
}

fn read(bytes: &[u8], depth: usize, count: &mut usize) -> Option<Vec<Object>> {
    let mut objects = Vec::new();
    for (tag, content) in pairs(bytes)? {
        *count += 1;
        if *count > MOST_OBJECTS {
            return None;
        }
        let inner =
            if is_constructed(tag) && depth < DEEPEST { read(content, depth + 1, count) } else { None };
        let content = inner.map_or(Content::Length(content.len() as u16), Content::Objects);
        objects.push(Object { tag, content });
    }
    Some(objects)
}

/// Tags and contents, in order; `None` when the bytes are anything else.
fn pairs(mut bytes: &[u8]) -> Option<Vec<(u32, &[u8])>> {
    let mut pairs = Vec::new();
    while !bytes.is_empty() {
        let (tag, rest) = split_tag(bytes)?;
        let (content, rest) = split(rest)?;
        if pairs.len() == MOST_OBJECTS {
            return None;
        }
        pairs.push((tag, content));
        bytes = rest;
    }
    Some(pairs)
}

/// A tag of one to three bytes.
fn split_tag(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (&first, mut rest) = bytes.split_first()?;
    let mut tag = u32::from(first);
    if first & LONG_TAG == LONG_TAG {
        for follows in [true, false] {
            let (&byte, after) = rest.split_first()?;
            tag = tag << 8 | u32::from(byte);
            rest = after;
            match (byte & 0x80, follows) {
                (0, _) => break,
                (_, true) => {}
                (_, false) => return None,
            }
        }
    }
    Some((tag, rest))
}

/// Whether the first byte of a tag says that its content is objects.
const fn is_constructed(tag: u32) -> bool {
    let first = match tag {
        0..=0xFF => tag,
        0x100..=0xFFFF => tag >> 8,
        _ => tag >> 16,
    };
    first as u8 & CONSTRUCTED != 0
}

#[cfg(test)]
#[cfg(feature = "simulators")]
mod tests;
