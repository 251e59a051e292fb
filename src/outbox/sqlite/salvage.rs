//! When the database is damaged: put it aside, and go on with everything of it that can be read.
//!
//! Looked for at every start: `quick_check`, and what the [`witness`] knows of the log. What is readable
//! is read from the pages themselves, past whatever is destroyed, into a fresh database that then takes
//! the damaged one's place ([`swap`]). The damaged one is kept beside it.
//!
//! Invariant: nothing is made up, and what is lost is said to be lost. Sequence numbers go on above every
//! one that was ever given. When something was not readable, it may have been an open payment: then no
//! card is taken until a person has agreed, and no open payment is settled from the terminal's memory,
//! because a later one may be missing from the journal.

mod cells;
mod image;
mod sense;
mod swap;
mod witness;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, OpenFlags, params};
use serde::{Deserialize, Serialize};
use zuil_wire::health::Salvaged;

use super::schema::{self, MIGRATIONS};
use super::{OutboxError, Result, SqliteOutbox};
use image::Image;
use sense::Rows;
use swap::beside;
use witness::Verdict;
pub(super) use witness::Witness;

/// So far above the highest number that could be read the next ones begin.
const MARGIN: i64 = 10_000;

/// What is remembered of a salvage, in a file beside the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    at: Timestamp,
    kept: u32,
    unreadable: bool,
    /// Part of the names of what was put aside.
    stamp: String,
    /// A person has compared what was salvaged with the terminal's own list.
    #[serde(default)]
    agreed: bool,
}

/// What a technician can know of a salvage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastSalvage {
    /// What it brought.
    pub salvaged: Salvaged,
    /// Whether someone has agreed that cards are taken again; always so when everything was readable.
    pub is_agreed: bool,
    /// What was put aside, then and before.
    pub put_aside: Vec<PathBuf>,
}

impl SqliteOutbox {
    /// As [`SqliteOutbox::open`], but a damaged outbox is put aside and everything readable of it goes into
    /// a fresh one. `now` is the pillar's clock. Only one process may do this, and no other may have the
    /// outbox open.
    ///
    /// # Errors
    /// When the folder or the disk fails; then everything is as it was, and a later try may succeed.
    pub fn open_or_salvage(path: &Path, now: Timestamp) -> Result<Self> {
        let note = read_note(path);
        let stamp = note.as_ref().map_or("unknown", |note| &note.stamp);
        swap::finish(path, stamp).map_err(OutboxError::Folder)?;
        if let Some(damage) = look(path)? {
            tracing::error!(?damage, "the outbox is damaged; what is readable goes into a fresh one");
            salvage(path, &damage, now)?;
        }
        let witness = Witness::before_opening(path).map_err(OutboxError::Folder)?;
        let mut outbox = Self::open(path)?;
        witness.attend(&outbox.lock());
        outbox.witness = Some(witness);
        outbox.last_salvage = Self::last_salvage(path);
        Ok(outbox)
    }

    /// What the last salvage brought; `None` when there never was one.
    #[must_use]
    pub fn last_salvage(path: &Path) -> Option<LastSalvage> {
        let note = read_note(path)?;
        Some(LastSalvage {
            is_agreed: note.agreed || !note.unreadable,
            salvaged: Salvaged { at: note.at, kept: note.kept, unreadable: note.unreadable },
            put_aside: swap::put_aside(path),
        })
    }

    /// A person has compared the terminal's list with what the hub has, and agrees that cards are taken
    /// again from the next start on. Does nothing when there is nothing to agree to.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn agree_to_salvage(path: &Path) -> Result<()> {
        match read_note(path) {
            Some(note) => write_note(path, &Note { agreed: true, ..note }).map_err(OutboxError::Folder),
            None => Ok(()),
        }
    }
}

/// What is wrong.
#[derive(Debug)]
enum Damage {
    /// SQLite says so.
    Database,
    /// The witness says so.
    Known(Verdict),
}

/// Looks whether the database is whole, without changing it; `None` when it is, or there is none yet.
fn look(path: &Path) -> Result<Option<Damage>> {
    let verdict = witness::judge(path).map_err(OutboxError::Folder)?;
    if verdict != Verdict::Well {
        return Ok(Some(Damage::Known(verdict)));
    }
    let length = path.metadata().map_or(0, |it| it.len());
    if length == 0 {
        // SQLite deletes a log without a database. It may hold all there is.
        let log = image::log_at(&beside(path, "-wal")).map_err(OutboxError::Folder)?;
        return Ok(log.filter(|log| log.frames > 0).map(|_| Damage::Known(Verdict::NoDatabase)));
    }
    match check(path) {
        Ok(said) if said == "ok" => Ok(None),
        Ok(_) => Ok(Some(Damage::Database)),
        Err(error) => match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Ok(Some(Damage::Database)),
            // A disk that cannot read some of it is read around.
            Some(ErrorCode::SystemIoFailure) if can_be_read(path) => Ok(Some(Damage::Database)),
            // Anything else is told by the opening itself.
            _ => Ok(None),
        },
    }
}

fn check(path: &Path) -> rusqlite::Result<String> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(schema::BUSY_TIMEOUT)?;
    connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
}

fn can_be_read(path: &Path) -> bool {
    fs::File::open(path).is_ok()
}

/// Makes a fresh database of what is readable, and puts it in place.
fn salvage(path: &Path, damage: &Damage, now: Timestamp) -> Result<()> {
    let log = beside(path, "-wal");
    let log = (!matches!(damage, Damage::Known(Verdict::OtherLog))).then_some(log.as_path());
    let image = Image::open(path, log).map_err(OutboxError::Folder)?;
    let newest = newest_version()?;
    if image.version.is_some_and(|version| version > newest) {
        return Err(OutboxError::Newer);
    }
    let (mut rows, whole) = collect(&image);
    let left_out = rows.leave_out_doubles();
    swap::clear(path).map_err(OutboxError::Folder)?;
    let in_doubt = !whole || left_out > 0 || matches!(damage, Damage::Known(_));
    let made = make(&swap::in_the_making(path), &rows, in_doubt, now)?;
    // What nobody has agreed to yet is not forgotten because it happened again.
    let unreadable =
        made.in_doubt || read_note(path).is_some_and(|before| before.unreadable && !before.agreed);
    let kept = u32::try_from(made.transactions).unwrap_or(u32::MAX);
    let note = Note { at: now, kept, unreadable, stamp: stamp(path, now), agreed: false };
    write_note(path, &note).map_err(OutboxError::Folder)?;
    swap::decide(path).map_err(OutboxError::Folder)?;
    // From here on the fresh one is the outbox, also after a power cut.
    swap::finish(path, &note.stamp).map_err(OutboxError::Folder)?;
    tracing::error!(kept, unreadable, "the outbox was salvaged; the damaged one is kept beside it");
    Ok(())
}

/// All rows that make sense, and whether nothing was unreadable.
fn collect(image: &Image) -> (Rows, bool) {
    let mut rows = Rows::default();
    let mut whole = !image.is_short;
    let schema = cells::walk(image, 1).unwrap_or_else(|some| {
        whole = false;
        some
    });
    let trees: Vec<(String, u32)> = schema.iter().filter_map(table_of).collect();
    whole &= ["transactions", "journal", "counter"]
        .iter()
        .all(|wanted| trees.iter().any(|(name, _)| name == wanted));
    for (name, root) in &trees {
        let records = cells::walk(image, *root).unwrap_or_else(|some| {
            whole = false;
            some
        });
        for record in records {
            whole &= rows.take(name, record);
        }
    }
    if !whole {
        // Past the damage: whatever looks like a row of ours, wherever it is. What was deleted was
        // overwritten, so that nothing comes back that way.
        for page in 1..=image.pages() {
            cells::read(image, page).records.iter().for_each(|record| rows.take_any(record));
        }
    }
    (rows, whole)
}

/// Name and first page of a table, from its row in the schema.
fn table_of(record: &cells::Record) -> Option<(String, u32)> {
    match record.values.as_slice() {
        [Value::Text(kind), Value::Text(name), _, Value::Integer(root), _] if kind == "table" => {
            Some((name.clone(), u32::try_from(*root).ok()?))
        }
        _ => None,
    }
}

/// What went into a fresh database.
struct Made {
    transactions: usize,
    /// A payment and its transaction were not both there.
    in_doubt: bool,
}

/// Fills a fresh database. Nobody sees it before it is whole, so it needs no log.
fn make(path: &Path, rows: &Rows, in_doubt: bool, now: Timestamp) -> Result<Made> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(OutboxError::Folder)?;
    let mut connection = Connection::open(path)?;
    connection.pragma_update_and_check(None, "journal_mode", "MEMORY", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    MIGRATIONS.to_latest(&mut connection)?;
    let sql = connection.transaction()?;
    let in_doubt = insert_journal(&sql, rows)? || in_doubt;
    if in_doubt {
        stand_in(&sql, now)?;
    }
    insert_transactions(&sql, rows)?;
    for (id, (task, answers)) in &rows.surveys {
        sql.prepare_cached("INSERT INTO surveys (id, task, answers) VALUES (?1, ?2, ?3)")?
            .execute(params![id, task, answers])?;
    }
    for (id, [language, words, day]) in &rows.questions {
        sql.prepare_cached("INSERT INTO questions (id, language, words, day) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id, language, words, day])?;
    }
    for (id, (tries, at, why)) in &rows.attempts {
        sql.prepare_cached("INSERT INTO attempts (id, tries, last_at, why) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id.as_bytes(), tries, at, why])?;
    }
    // Far above what is known; and a pillar serves less than one resident a second, so that the seconds
    // since 1970 are above what is not known.
    let next = rows.sequence.saturating_add(MARGIN).max(now.as_second());
    sql.execute("UPDATE counter SET value = ?1 WHERE name = 'sequence'", [next])?;
    sql.commit()?;
    let said: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if said != "ok" {
        return Err(OutboxError::Unreadable("what was just written; its disk fails"));
    }
    connection.close().map_err(|(_, error)| error)?;
    Ok(Made { transactions: rows.transactions.len(), in_doubt })
}

/// Writes the journal; tells whether it and the transactions do not belong together.
fn insert_journal(sql: &Connection, rows: &Rows) -> Result<bool> {
    let mut in_doubt = false;
    let known: std::collections::HashSet<_> = rows.journal.values().map(|line| line.payment).collect();
    let paid_for: std::collections::HashSet<_> =
        rows.transactions.values().filter_map(|kept| kept.payment).collect();
    let mut insert = sql.prepare(
        "INSERT INTO journal (entry, payment, amount, intended_at, state, last_receipt, last_terminal,
                              terminal_id, receipt_number, card_scheme, turnover_terminal, turnover_count,
                              turnover_total, trace, settled_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )?;
    for (entry, line) in &rows.journal {
        let is_open = !matches!(line.state.as_deref(), Some("paid" | "not_paid"));
        if is_open && !paid_for.contains(&line.payment) {
            // Someone may have been charged for what cannot be delivered.
            tracing::error!(payment = %line.payment, cents = line.amount, at = line.intended_at,
                "the transaction of an open payment could not be read; look for the payment in the bank's list");
            in_doubt = true;
        }
        let [receipt, before, terminal, number, scheme, turnover, count, total, trace, settled] =
            &line.others;
        insert.execute(params![
            entry,
            line.payment.as_bytes(),
            line.amount,
            line.intended_at,
            line.state,
            receipt,
            before,
            terminal,
            number,
            scheme,
            turnover,
            count,
            total,
            trace,
            settled,
        ])?;
    }
    for kept in rows.transactions.values() {
        let Some(payment) = kept.payment.filter(|payment| !known.contains(payment)) else { continue };
        // What it was for is delivered; what became of the payment is said to be unknown. Its amount
        // could not be read and is told as one cent, which no fee is.
        tracing::error!(%payment, reference = kept.reference, "what became of a payment could not be read");
        in_doubt = true;
        sql.prepare_cached(
            "INSERT INTO journal (payment, amount, intended_at, state) VALUES (?1, 1, ?2, 'unknown')",
        )?
        .execute(params![payment.as_bytes(), kept.committed_at])?;
    }
    Ok(in_doubt)
}

/// A line for those that may be missing from the end of the journal. It belongs to no transaction and is
/// told to nobody; it is there so that an open payment before it is never taken for the terminal's last.
fn stand_in(sql: &Connection, now: Timestamp) -> Result<()> {
    let payment = uuid::Uuid::from_u128(now.as_nanosecond().unsigned_abs());
    sql.execute(
        "INSERT INTO journal (payment, amount, intended_at, state) VALUES (?1, 1, ?2, 'paid')",
        params![payment.as_bytes(), now.to_string()],
    )?;
    Ok(())
}

fn insert_transactions(sql: &Connection, rows: &Rows) -> Result<()> {
    let known: std::collections::HashSet<_> = rows.journal.values().map(|line| line.payment).collect();
    let mut insert = sql.prepare(
        "INSERT INTO transactions (sequence, id, state, header, payment, case_number, refusal, revision,
                                   answered, answered_at, encapsulated_key, ciphertext)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    for (sequence, kept) in &rows.transactions {
        let is_orphan = kept.payment.is_some_and(|payment| !known.contains(&payment));
        // Nobody waits for its terminal any more: it is told, with its payment unknown.
        let state = if is_orphan && kept.state == "held" { "saved" } else { &kept.state };
        let [case, refusal, at, key, content] = &kept.others;
        insert.execute(params![
            sequence,
            kept.id.as_bytes(),
            state,
            kept.header,
            kept.payment.map(uuid::Uuid::into_bytes),
            case,
            refusal,
            kept.revision,
            kept.answered,
            at,
            key,
            content,
        ])?;
    }
    Ok(())
}

/// The version of the schema that this program writes.
fn newest_version() -> Result<u32> {
    let mut scratch = Connection::open_in_memory()?;
    MIGRATIONS.to_latest(&mut scratch)?;
    let version: i64 = scratch.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    u32::try_from(version).map_err(|_| OutboxError::Unreadable("the version of the schema"))
}

/// A time as part of a file's name, of which there is none yet.
fn stamp(path: &Path, now: Timestamp) -> String {
    let time = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let taken = |stamp: &str| {
        ["", "-wal"].iter().any(|part| beside(path, &format!(".damaged-{stamp}{part}")).exists())
    };
    (1..)
        .map(|number| if number == 1 { time.clone() } else { format!("{time}-{number}") })
        .find(|stamp| !taken(stamp))
        .unwrap_or(time)
}

fn note_at(path: &Path) -> PathBuf {
    beside(path, "-salvaged.json")
}

/// One that cannot be read is as good as none: the log has told of it.
fn read_note(path: &Path) -> Option<Note> {
    serde_json::from_slice(&fs::read(note_at(path)).ok()?).ok()
}

fn write_note(path: &Path, note: &Note) -> io::Result<()> {
    let (new, last) = (beside(path, "-salvaged.new"), note_at(path));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(&serde_json::to_vec(note)?)?;
    file.sync_all()?;
    fs::rename(new, last)?;
    swap::sync_folder(path)
}
