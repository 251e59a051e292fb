//! The data folder and what is in it, and whether a pillar runs over it.
//!
//! Invariant: the outbox is only read; nothing in it is made, moved or brought up to date.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

use jiff::Zoned;
use jiff::tz::TimeZone;

use super::{Check, Finding};
use crate::config::Config;
use crate::outbox::{Attempts, Counts, Examined, LastSalvage, OutboxError, RESERVE, SqliteOutbox};
use crate::pillar::{Running, is_running};
use crate::texts::{fill, say};
use zuil_catalogue::Language;

/// So little free space, in MiB, that nothing can be kept for long.
const TOO_LITTLE: u64 = 50;
/// So little that someone should look at it.
const LITTLE: u64 = 500;

/// Whether a pillar runs. When that cannot be told, it is treated as if one did.
pub fn pillar(language: Language, config: &Config) -> (Check, Running) {
    let (finding, running) = match is_running(&config.data_dir) {
        Ok(Running::No) => (Finding::not_there(say(language, "no pillar runs now")), Running::No),
        Ok(Running::Yes) => {
            let seen = say(language, "a pillar runs; its devices are looked at from outside only");
            let next = say(language, "to look at the devices, stop the pillar and run this again");
            (Finding { next: next.into(), ..Finding::ok(seen) }, Running::Yes)
        }
        Err(error) => {
            let seen = say(language, "it cannot be told whether a pillar runs: {error}");
            let next = say(language, "run this as the pillar's user");
            (Finding::attention(fill(seen, &[("error", &error.to_string())]), next), Running::Yes)
        }
    };
    (finding.of("pillar", say(language, "Pillar")), running)
}

/// Whether the folder is there, can be written, and has room.
pub fn folder(language: Language, folder: &Path) -> Finding {
    let name = folder.display().to_string();
    if !folder.is_dir() {
        return Finding::failed(
            fill(say(language, "{folder} is not there"), &[("folder", &name)]),
            say(language, "make it, and give it to the pillar's user with mode 0700"),
        );
    }
    if let Err(error) = write_something(folder) {
        return Finding::failed(
            fill(
                say(language, "{folder} cannot be written: {error}"),
                &[("folder", &name), ("error", &error.to_string())],
            ),
            say(language, "look whether the disk is mounted for writing, and run this as the pillar's user"),
        );
    }
    let Ok(disk) = rustix::fs::statvfs(folder) else {
        return Finding::attention(
            say(language, "it can be written; its free space cannot be told"),
            say(language, "look at it with `df`"),
        );
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize) >> 20;
    let seen = fill(
        say(language, "{folder} can be written; {free} MiB are free"),
        &[("folder", &name), ("free", &free.to_string())],
    );
    let make_room = say(language, "make room on this disk");
    match free {
        ..TOO_LITTLE => Finding::failed(seen, make_room),
        TOO_LITTLE..LITTLE => Finding::attention(seen, make_room),
        _ => Finding::ok(seen),
    }
}

fn write_something(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!("doctor-{}.tmp", std::process::id()));
    OpenOptions::new().write(true).create(true).truncate(true).open(&path)?.sync_all()?;
    fs::remove_file(path)
}

/// Whether the outbox is whole, and what waits in it. Times are told in `zone`.
pub fn outbox(language: Language, config: &Config, zone: &TimeZone) -> Finding {
    let path = config.data_dir.join("outbox.sqlite");
    if !path.exists() {
        return Finding::not_there(say(
            language,
            "there is none yet; the pillar makes it at its first start",
        ));
    }
    match SqliteOutbox::examine(&path, config.outbox.settings()) {
        Ok(Examined { damage: Some(damage), .. }) => Finding::failed(
            fill(say(language, "it is damaged: {damage}"), &[("damage", &damage)]),
            say(language, "keep the file, replace the disk, and call the workshop"),
        ),
        Ok(Examined { counts: None, .. }) => Finding::attention(
            say(language, "it is whole, and older than this program"),
            say(language, "start the pillar once; it brings the outbox up to date"),
        ),
        Ok(Examined { room: Some(room), .. }) if room < RESERVE => no_room(language, room),
        Ok(Examined { counts: Some(counts), oldest_open, room, attempts, .. }) => {
            let finding = match oldest_open {
                Some(since) => open_payments(language, counts, &since.to_zoned(zone.clone())),
                None => waiting(language, counts),
            };
            let finding = tried(language, registered(language, finding, counts), attempts.as_ref(), zone);
            let finding = with_room(language, finding, room);
            with_salvage(language, finding, SqliteOutbox::last_salvage(&path).as_ref(), zone)
        }
        Err(error @ OutboxError::Newer) => {
            Finding::failed(error.to_string(), say(language, "install the newer program again"))
        }
        Err(error) => {
            Finding::failed(error.to_string(), say(language, "keep the file, and call the workshop"))
        }
    }
}

/// A pillar begins no visit then.
fn no_room(language: Language, room: u32) -> Finding {
    let seen = say(language, "it is whole; there is room for {room} more requests only, so nobody is served");
    let next = say(language, "make room on this disk, or raise max_mib in zuil.toml");
    Finding::failed(fill(seen, &[("room", &room.to_string())]), next)
}

fn with_room(language: Language, finding: Finding, room: Option<u32>) -> Finding {
    let Some(room) = room else { return finding };
    let room = fill(say(language, "there is room for {room} more"), &[("room", &room.to_string())]);
    Finding { seen: format!("{}; {room}", finding.seen), ..finding }
}

/// What the hub told of requests that it has.
fn registered(language: Language, finding: Finding, counts: Counts) -> Finding {
    if counts.registered == 0 {
        return finding;
    }
    let registered = say(language, "of what was sent lately, {registered} are registered");
    let registered = fill(registered, &[("registered", &counts.registered.to_string())]);
    Finding { seen: format!("{}; {registered}", finding.seen), ..finding }
}

/// Something that is tried again and again.
fn tried(language: Language, finding: Finding, attempts: Option<&Attempts>, zone: &TimeZone) -> Finding {
    let Some(attempts) = attempts else { return finding };
    let last = attempts.last.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let tried = fill(
        say(language, "one was tried {tries} times, last at {last}: {why}"),
        &[("tries", &attempts.tries.to_string()), ("last", &last), ("why", &attempts.why)],
    );
    Finding { seen: format!("{}; {tried}", finding.seen), ..finding }
}

/// It was damaged once, and a person has something to do about it.
fn with_salvage(
    language: Language,
    finding: Finding,
    last: Option<&LastSalvage>,
    zone: &TimeZone,
) -> Finding {
    let Some(last) = last.filter(|last| !last.is_agreed || !last.put_aside.is_empty()) else {
        return finding;
    };
    let at = last.salvaged.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let values = [("at", at), ("kept", last.salvaged.kept.to_string())];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let (seen, next) = if last.is_agreed {
        let seen = say(language, "it was damaged and made anew on {at}, with {kept} requests");
        (
            seen,
            say(language, "send the files *.damaged-* to the workshop, then delete them; replace the disk"),
        )
    } else {
        let seen = say(
            language,
            "it was damaged and made anew on {at}, with {kept} requests; something was unreadable, so no card is taken",
        );
        let next = say(
            language,
            "compare the terminal's list of payments with the hub's page \"Betalingen uitzoeken\"; then run `zuil salvaged --agree` and start the pillar again; replace the disk",
        );
        (seen, next)
    };
    Finding::attention(format!("{}; {}", finding.seen, fill(seen, &values)), next)
}

/// As long as a payment is open, the pillar takes no card.
fn open_payments(language: Language, counts: Counts, since: &Zoned) -> Finding {
    let seen = say(
        language,
        "it is whole; {open} payments are open, the oldest since {since}; no card is taken until they are settled; {waiting} requests wait for the hub, {parked} requests are parked",
    );
    let values = [
        ("open", counts.open_payments.to_string()),
        ("since", since.strftime("%Y-%m-%d %H:%M").to_string()),
        ("waiting", counts.saved.to_string()),
        ("parked", counts.parked.to_string()),
    ];
    let next = say(
        language,
        "let the pillar run with its terminal, it settles open payments by itself; what stays open is settled by staff, on the hub's page \"Betalingen uitzoeken\"",
    );
    Finding::attention(fill(seen, &values.each_ref().map(|(name, value)| (*name, value.as_str()))), next)
}

fn waiting(language: Language, counts: Counts) -> Finding {
    let (waiting, parked) = (counts.saved.to_string(), counts.parked.to_string());
    let seen = fill(
        say(
            language,
            "it is whole; {waiting} requests wait for the hub, no payment is open, {parked} requests are parked",
        ),
        &[("waiting", &waiting), ("parked", &parked)],
    );
    if counts.saved > 0 {
        Finding::attention(
            seen,
            say(language, "let the pillar run with its network; it sends them by itself"),
        )
    } else {
        Finding::ok(seen)
    }
}
