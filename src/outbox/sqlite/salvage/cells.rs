//! The rows in the pages of a database: walked as a tree, or picked up page by page.
//!
//! Invariant: whatever is in the pages, reading ends, and what is not read wholly is not given.

use std::collections::HashSet;

use rusqlite::types::Value;

use super::image::{Image, number};

/// The longest row that an outbox writes is far below this; anything longer is damage.
const LONGEST: usize = 8 << 20;
/// The deepest tree that fits in any file.
const DEEPEST: u32 = 24;

/// A row, or a key of an index.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    /// Its number; `None` in a table without numbers and in an index.
    pub(super) rowid: Option<i64>,
    /// Its columns.
    pub(super) values: Vec<Value>,
}

/// What a page gave.
#[derive(Default)]
pub(super) struct Found {
    pub(super) records: Vec<Record>,
    /// The pages below it.
    children: Vec<u32>,
    /// Something in it could not be read.
    pub(super) is_damaged: bool,
}

/// All rows of the tree below `root`; `Err` with those that could be read when some could not.
pub(super) fn walk(image: &Image, root: u32) -> Result<Vec<Record>, Vec<Record>> {
    let (mut records, mut whole, mut seen) = (Vec::new(), true, HashSet::new());
    let mut open = vec![(root, 0)];
    while let Some((page, depth)) = open.pop() {
        if depth > DEEPEST || !seen.insert(page) {
            whole = false;
            continue;
        }
        let found = read(image, page);
        whole &= !found.is_damaged;
        records.extend(found.records);
        open.extend(found.children.into_iter().map(|child| (child, depth + 1)));
    }
    if whole { Ok(records) } else { Err(records) }
}

/// What stands in one page. One that is no part of a tree counts as damaged and gives nothing.
pub(super) fn read(image: &Image, number: u32) -> Found {
    let Some(page) = image.page(number) else { return damaged() };
    // The first page begins with the header of the file.
    let start = if number == 1 { 100 } else { 0 };
    let Some(kind) = Kind::of(page.get(start).copied()) else { return damaged() };
    let cells = usize::from(two(&page, start + 3));
    let pointers = start + if kind.is_leaf() { 8 } else { 12 };
    if pointers + 2 * cells > page.len() {
        return damaged();
    }
    let mut found = Found::default();
    for cell in 0..cells {
        let at = usize::from(two(&page, pointers + 2 * cell));
        let read =
            if at < pointers + 2 * cells { None } else { read_cell(image, &page, at, kind, &mut found) };
        match read {
            Some(record) => found.records.extend(record),
            None => found.is_damaged = true,
        }
    }
    if !kind.is_leaf() {
        found.children.push(self::number(&page, start + 8));
    }
    found
}

fn damaged() -> Found {
    Found { is_damaged: true, ..Found::default() }
}

/// What a page is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    TableLeaf,
    TableInner,
    IndexLeaf,
    IndexInner,
}

impl Kind {
    const fn of(byte: Option<u8>) -> Option<Self> {
        match byte {
            Some(0x0d) => Some(Self::TableLeaf),
            Some(0x05) => Some(Self::TableInner),
            Some(0x0a) => Some(Self::IndexLeaf),
            Some(0x02) => Some(Self::IndexInner),
            _ => None,
        }
    }

    const fn is_leaf(self) -> bool {
        matches!(self, Self::TableLeaf | Self::IndexLeaf)
    }
}

/// A cell: `None` when it cannot be read, `Some(None)` when it holds no row.
fn read_cell(
    image: &Image,
    page: &[u8],
    mut at: usize,
    kind: Kind,
    found: &mut Found,
) -> Option<Option<Record>> {
    if !kind.is_leaf() {
        found.children.push(number(page, at));
        at += 4;
    }
    if kind == Kind::TableInner {
        return Some(None);
    }
    let length = usize::try_from(varint(page, &mut at)?).ok().filter(|length| *length <= LONGEST)?;
    let rowid = match kind {
        Kind::TableLeaf => Some(varint(page, &mut at)?),
        _ => None,
    };
    let local = local_length(page.len(), length, kind);
    let mut payload = page.get(at..at + local)?.to_vec();
    if local < length {
        follow(image, number(page, at + local), length, &mut payload)?;
    }
    Some(Some(Record { rowid, values: values(&payload)? }))
}

/// How much of a row stands in its page.
const fn local_length(usable: usize, length: usize, kind: Kind) -> usize {
    let most = match kind {
        Kind::TableLeaf | Kind::TableInner => usable - 35,
        Kind::IndexLeaf | Kind::IndexInner => (usable - 12) * 64 / 255 - 23,
    };
    if length <= most {
        return length;
    }
    let least = (usable - 12) * 32 / 255 - 23;
    let local = least + (length - least) % (usable - 4);
    if local <= most { local } else { least }
}

/// The rest of a row, from page to page.
fn follow(image: &Image, mut next: u32, length: usize, payload: &mut Vec<u8>) -> Option<()> {
    while payload.len() < length {
        let page = image.page(next)?;
        let part = (length - payload.len()).min(page.len() - 4);
        payload.extend_from_slice(&page[4..4 + part]);
        next = number(&page, 0);
        // The last one leads nowhere, and no other does.
        if (next == 0) != (payload.len() == length) {
            return None;
        }
    }
    Some(())
}

fn values(payload: &[u8]) -> Option<Vec<Value>> {
    let mut at = 0;
    let end = usize::try_from(varint(payload, &mut at)?).ok().filter(|end| *end <= payload.len())?;
    let (mut body, mut values) = (end, Vec::new());
    while at < end {
        let kind = varint(payload, &mut at)?;
        values.push(value(payload, &mut body, kind)?);
    }
    (at == end && body == payload.len()).then_some(values)
}

fn value(payload: &[u8], body: &mut usize, kind: i64) -> Option<Value> {
    let length = match kind {
        0 | 8 | 9 => 0,
        1..=4 => usize::try_from(kind).ok()?,
        5 => 6,
        6 | 7 => 8,
        12.. => usize::try_from((kind - 12) / 2).ok()?,
        _ => return None,
    };
    let bytes = payload.get(*body..body.checked_add(length)?)?;
    *body += length;
    Some(match kind {
        0 => Value::Null,
        8 => Value::Integer(0),
        9 => Value::Integer(1),
        7 => Value::Real(f64::from_be_bytes(bytes.try_into().ok()?)),
        1..=6 => Value::Integer(signed(bytes)),
        _ if kind % 2 == 0 => Value::Blob(bytes.to_vec()),
        _ => Value::Text(String::from_utf8(bytes.to_vec()).ok()?),
    })
}

fn signed(bytes: &[u8]) -> i64 {
    let first = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().fold(first, |value, byte| value << 8 | i64::from(*byte))
}

/// SQLite's numbers of one to nine bytes.
fn varint(bytes: &[u8], at: &mut usize) -> Option<i64> {
    let mut value: u64 = 0;
    for count in 0..9 {
        let byte = *bytes.get(*at)?;
        *at += 1;
        if count == 8 {
            return Some((value << 8 | u64::from(byte)).cast_signed());
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(value.cast_signed())
}

fn two(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|two| two.try_into().ok()).map_or(0, u16::from_be_bytes)
}
