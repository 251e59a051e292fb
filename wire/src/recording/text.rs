//! A recording as text that people read and tests replay.
//!
//! Invariant: one line for one entry, `seconds what bytes`, so that a line can be cut out, and nothing
//! that the recording does not hold. The pillar's log is a text already, and is given as it is.

use std::fmt::Write as _;

use super::{Ending, Entry, Event, LOGS, Recording};

/// The text of an opened recording. It holds what was on the line, so it is for those who may see that.
#[must_use]
pub fn to_text(recording: &Recording) -> String {
    let header = &recording.header;
    let mut text = format!(
        "# zuil recording {}\n# pillar {}\n# device {}\n# started {}\n",
        header.recording, header.pillar, header.device, header.started_at
    );
    if header.device == LOGS {
        text += &log(recording);
    } else {
        recording.entries.iter().for_each(|entry| text += &line(entry));
    }
    if recording.ending().is_none() {
        text += "# the end is missing: a power cut, or the file was cut off\n";
    }
    text
}

/// The text of the pillar's log, which was cut into pieces anywhere.
fn log(recording: &Recording) -> String {
    let pieces = recording.entries.iter().filter_map(|entry| match &entry.event {
        Event::In(bytes) => Some(bytes.as_slice()),
        _ => None,
    });
    let bytes: Vec<u8> = pieces.flatten().copied().collect();
    String::from_utf8_lossy(&bytes).into_owned() + "\n"
}

fn line(entry: &Entry) -> String {
    let mut line = format!("{}.{:06} ", entry.at_us / 1_000_000, entry.at_us % 1_000_000);
    match &entry.event {
        Event::In(bytes) => hex(&mut line, "in", bytes),
        Event::Out(bytes) => hex(&mut line, "out", bytes),
        Event::Opened => line += "opened",
        Event::Lost => line += "lost",
        Event::Missed(count) => line += &format!("missed {count} bytes"),
        Event::End(Ending::Stopped) => line += "end: the pillar was stopped",
        Event::End(Ending::LastDay) => line += "end: its last day was over",
        Event::End(Ending::Full) => line += "end: the file was full",
    }
    line + "\n"
}

fn hex(line: &mut String, direction: &str, bytes: &[u8]) {
    *line += direction;
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(line, " {byte:02X}");
    }
}
