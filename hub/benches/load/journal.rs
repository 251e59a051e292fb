//! What was done with all that came in: looked at, handed over or parked, and seen by staff. Invariant: rows are as
//! the hub writes them, but many at once; only the hashes of the log are made up.

use std::path::Path;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

use super::Failure;

/// Entries of the log: each request was looked at about once.
const ENTRIES: i64 = 100_000;
/// Of so many transactions one waits for a person, because it could not be handed over.
const PARKED: i64 = 120;

/// Writes the journal into the SQLite store at `path`, which nobody else uses.
pub fn write(path: &Path, now: Timestamp) -> Result<(), Failure> {
    let mut database = Connection::open(path)?;
    let transaction = database.transaction()?;
    let recent = (now - SignedDuration::from_hours(2)).as_microsecond();
    transaction.execute_batch(
        "UPDATE checked SET up_to = (SELECT max(number) FROM transactions);
         UPDATE handover_entered SET up_to = (SELECT max(number) FROM transactions);",
    )?;
    transaction.execute(
        "INSERT INTO handovers (number, standing, system, attempts, due_at, changed_at, reason)
         SELECT number, CASE WHEN received_at > ?2 THEN 'waiting' WHEN number % ?1 = 7 THEN 'parked'
                 ELSE 'registered' END,
             CASE number % 10 WHEN 0 THEN 'e-mail' WHEN 1 THEN 'open-klant' WHEN 2 THEN 'signalen'
                 WHEN 3 THEN 'signalen' ELSE 'open-zaak' END,
             1, received_at, received_at + 5000000,
             CASE WHEN received_at > ?2 THEN NULL WHEN number % ?1 <> 7 THEN NULL
                 WHEN number % 3 = 0 THEN 'maybe-sent' WHEN number % 3 = 1 THEN 'refused' ELSE 'no-answer' END
         FROM transactions WHERE state = 'received'",
        params![PARKED, recent],
    )?;
    transaction.execute_batch(
        "UPDATE transactions SET state = 'parked'
             WHERE number IN (SELECT number FROM handovers WHERE standing = 'parked');
         UPDATE transactions SET state = 'registered', case_number = 'ZAAK-2026-' || number
             WHERE number IN (SELECT number FROM handovers WHERE standing = 'registered');
         INSERT INTO handover_steps (number, step, result, done_at)
             SELECT number, step, 'https://zaken.voorbeeld.invalid/' || step || '/' || number, changed_at
             FROM handovers, (SELECT 'case' AS step UNION ALL SELECT 'document' UNION ALL SELECT 'status'
                 UNION ALL SELECT 'link')
             WHERE standing = 'registered' AND system = 'open-zaak';
         INSERT INTO progress (number, system, address, words, since, is_done)
             SELECT number, system, 'https://zaken.voorbeeld.invalid/case/' || number, 'Afgehandeld', changed_at, 1
             FROM handovers WHERE standing = 'registered' AND system = 'open-zaak';
         INSERT INTO handed_over (number, since)
             SELECT number, changed_at FROM handovers WHERE standing = 'registered';",
    )?;
    log(&transaction, now)?;
    transaction.commit()?;
    Ok(())
}

/// The log: mostly that somebody read what a resident had filled in.
fn log(database: &Connection, now: Timestamp) -> Result<(), Failure> {
    let mut dice = Rng::with_seed(7);
    let number: i64 = database.query_row("SELECT end_number FROM audit_ends", [], |row| row.get(0))?;
    let mut add = database.prepare(
        "INSERT INTO audit (number, at, who, deed, about, detail, hash)
         SELECT ?1, ?2, ?3, ?4,
             coalesce((SELECT substr(reference, 1, 4) || '-' || substr(reference, 5, 4) || '-' || substr(reference, 9)
                 FROM transactions WHERE number = ?5), ''), '', randomblob(32)",
    )?;
    for entry in 1..=ENTRIES {
        let at = now - SignedDuration::from_mins((ENTRIES - entry) * 10);
        let who = match dice.u32(..1000) {
            0 => "sso:voormalig".to_owned(),
            other => format!("collega-{:02}", 4 + other % 36),
        };
        let deed = match dice.u32(..1000) {
            0 => "registered-by-hand",
            1..100 => "signed-in",
            _ => "saw-content",
        };
        add.execute(params![number + entry, at.as_microsecond(), who, deed, dice.i64(1..=100_000)])?;
    }
    drop(add);
    database.execute(
        "UPDATE audit_ends SET (end_number, end_hash) = (SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1)",
        [],
    )?;
    Ok(())
}
