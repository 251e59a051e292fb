//! The log of who did what, on the command line. Invariant: it is only read.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use super::{Failure, load, store};
use crate::store::audit::{self, Mark};
use crate::store::{Noted, Store};

/// How many entries are read at once.
const PIECE: u32 = 1_000;

pub(super) fn verify(path: &Path, contains: Option<&str>) -> Result<ExitCode, Failure> {
    let store = store(&load(path)?)?;
    let ends = audit::verify(&*store)?;
    if let Some(text) = contains {
        let (number, hash) = text.split_once(':').ok_or("write --contains as NUMBER:HASH")?;
        look_for(&*store, number.parse()?, hash, ends.begin.number)?;
    }
    let Mark { number, hash } = ends.end;
    println!("{number}:{}", hex(&hash));
    eprintln!("the log is whole: {} entries, the last has the number {number}", number - ends.begin.number);
    Ok(ExitCode::SUCCESS)
}

fn look_for(store: &dyn Store, number: u64, hash: &str, forgotten: u64) -> Result<(), Failure> {
    if number <= forgotten {
        return Err(format!("the entry {number} was kept for long enough and is deleted").into());
    }
    let found = store.audit_after(number - 1, 1)?;
    match found.first().filter(|noted| noted.number == number && hex(&noted.hash) == hash) {
        Some(_) => Ok(()),
        None => Err(format!("the entry {number} is not the one of then: the log was written anew").into()),
    }
}

pub(super) fn list(path: &Path) -> Result<ExitCode, Failure> {
    let store = store(&load(path)?)?;
    let mut out = io::stdout().lock();
    let mut last = 0;
    loop {
        let piece = store.audit_after(last, PIECE)?;
        let Some(end) = piece.last() else { return Ok(ExitCode::SUCCESS) };
        last = end.number;
        for Noted { number, entry, .. } in &piece {
            let (at, deed) = (entry.at, entry.deed.as_str());
            writeln!(out, "{number}\t{at}\t{}\t{deed}\t{}\t{}", entry.who, entry.about, entry.detail)?;
        }
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
