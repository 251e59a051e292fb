//! A damaged database as its pages: the file, and over it what the write-ahead log has committed.
//!
//! Invariant: it is only read; a page is what SQLite would have read, or it is said that there is none.
//! The formats are those of sqlite.org/fileformat2.html.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The first bytes of the log: its own header, and those of each frame.
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// What the log begins with, but for its last bit: that says how it sums.
const LOG_MAGIC: u32 = 0x377f_0682;
/// More pages than a log ever holds that the file does not have yet.
const MOST_IN_LOG: u32 = 100_000;

/// A database file, damaged or not.
pub(super) struct Image {
    database: Option<File>,
    log: Option<File>,
    /// Where the log has the newest content of a page.
    in_log: HashMap<u32, u64>,
    page_size: usize,
    pages: u32,
    /// Whether pages are missing at the end.
    pub(super) is_short: bool,
    /// `user_version` of the header, when there is one.
    pub(super) version: Option<u32>,
}

/// What is known of a log up to its last whole commit.
pub(super) struct Log {
    page_size: usize,
    at: HashMap<u32, u64>,
    /// How many pages the database has after it; `None` when nothing was committed.
    pages: Option<u32>,
    /// How many frames it has, up to the last commit.
    pub(super) frames: u32,
    /// Its two random numbers. When it is begun anew, the first is one higher and the second another.
    pub(super) name: (u32, u32),
}

impl Image {
    /// Opens a database and, when it is to be believed, its log.
    pub(super) fn open(database: &Path, log: Option<&Path>) -> io::Result<Self> {
        let database = open(database)?;
        let log = log.map(open).transpose()?.flatten();
        let read = log.as_ref().map(read_log).transpose()?.flatten();
        let mut header = [0; 100];
        if let Some(database) = &database {
            // Shorter than a header is as good as without one.
            let _ = database.read_exact_at(&mut header, 0);
        }
        let header = Header::of(&header);
        let by_log = read.as_ref().map(|log| log.page_size);
        let page_size = header.as_ref().map(|header| header.page_size).or(by_log).unwrap_or(4096);
        let read = read.filter(|log| log.page_size == page_size);
        let length = database.as_ref().map(File::metadata).transpose()?.map_or(0, |it| it.len());
        let there = u32::try_from(length / page_size as u64).unwrap_or(u32::MAX);
        let wanted = read.as_ref().and_then(|log| log.pages).or(header.as_ref().map(|header| header.pages));
        let mut image = Self {
            database,
            log,
            in_log: read.map(|log| log.at).unwrap_or_default(),
            page_size,
            // A wild number must not keep us busy for ever.
            pages: wanted.unwrap_or(0).min(there.saturating_add(MOST_IN_LOG)).max(there),
            is_short: false,
            version: None,
        };
        image.is_short = (there + 1..=image.pages).any(|page| !image.in_log.contains_key(&page));
        image.version = image.page(1).and_then(|first| Header::of(&first)).map(|header| header.version);
        Ok(image)
    }

    /// How many pages there are, or should be.
    pub(super) const fn pages(&self) -> u32 {
        self.pages
    }

    /// The content of a page, from 1; `None` when it cannot be read.
    pub(super) fn page(&self, number: u32) -> Option<Vec<u8>> {
        if number == 0 || number > self.pages {
            return None;
        }
        let mut page = vec![0; self.page_size];
        let read = match (self.in_log.get(&number), &self.log) {
            (Some(at), Some(log)) => log.read_exact_at(&mut page, *at),
            _ => {
                let at = u64::from(number - 1) * self.page_size as u64;
                self.database.as_ref()?.read_exact_at(&mut page, at)
            }
        };
        read.ok().map(|()| page)
    }
}

/// What the first hundred bytes say.
struct Header {
    page_size: usize,
    pages: u32,
    version: u32,
}

impl Header {
    fn of(bytes: &[u8]) -> Option<Self> {
        if !bytes.starts_with(b"SQLite format 3\0") {
            return None;
        }
        let page_size = match number(bytes, 16) >> 16 {
            1 => 65_536,
            size if (512..=32_768).contains(&size) && size.is_power_of_two() => size as usize,
            _ => return None,
        };
        Some(Self { page_size, pages: number(bytes, 28), version: number(bytes, 60) })
    }
}

/// What there is of a log; `None` when there is none, or none that SQLite would read.
pub(super) fn log_at(path: &Path) -> io::Result<Option<Log>> {
    open(path)?.as_ref().map_or(Ok(None), read_log)
}

/// Reads a log as SQLite does: frames count as long as their salts and their running sum are right, and
/// up to the last commit. `None` when it has no valid beginning.
fn read_log(log: &File) -> io::Result<Option<Log>> {
    let mut header = [0; LOG_HEADER];
    if log.read_exact_at(&mut header, 0).is_err() || number(&header, 0) & !1 != LOG_MAGIC {
        return Ok(None);
    }
    let big_endian = number(&header, 0) & 1 == 1;
    let mut sum = summed((0, 0), &header[..24], big_endian);
    let page_size = number(&header, 8) as usize;
    if sum != (number(&header, 24), number(&header, 28)) || !(512..=65_536).contains(&page_size) {
        return Ok(None);
    }
    let name = (number(&header, 16), number(&header, 20));
    let mut read = Log { page_size, at: HashMap::new(), pages: None, frames: 0, name };
    let (mut open, mut frame, mut count) = (Vec::new(), vec![0; FRAME_HEADER + page_size], 0);
    let mut at = LOG_HEADER as u64;
    while log.read_exact_at(&mut frame, at).is_ok() && frame[8..16] == header[16..24] {
        sum = summed(sum, &frame[..8], big_endian);
        sum = summed(sum, &frame[FRAME_HEADER..], big_endian);
        if sum != (number(&frame, 16), number(&frame, 20)) {
            break;
        }
        count += 1;
        open.push((number(&frame, 0), at + FRAME_HEADER as u64));
        if number(&frame, 4) != 0 {
            read.at.extend(open.drain(..));
            (read.pages, read.frames) = (Some(number(&frame, 4)), count);
        }
        at += frame.len() as u64;
    }
    Ok(Some(read))
}

fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The log's running sum over eight bytes at a time.
fn summed(sum: (u32, u32), bytes: &[u8], big_endian: bool) -> (u32, u32) {
    bytes.chunks_exact(8).fold(sum, |(one, two), pair| {
        let word = |at: usize| {
            let word = number(pair, at);
            if big_endian { word } else { word.swap_bytes() }
        };
        let one = one.wrapping_add(word(0)).wrapping_add(two);
        (one, two.wrapping_add(word(4)).wrapping_add(one))
    })
}

/// Four bytes, the highest first; zero where there are none.
pub(super) fn number(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_be_bytes)
}
