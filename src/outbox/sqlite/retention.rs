//! Deletes what is over, step by step, and brings the log home.
//!
//! Invariant: nothing open is deleted, nor anything that a person may still need: what the hub refused,
//! what it parked, and every line of the journal from the oldest open payment on, because the ones after
//! it say whether the terminal's last payment can be that one. The newest line always stays: it keeps the
//! numbers of the lines rising.
//!
//! What was deleted leaves free pages, which are used again before the file grows; it does not shrink.
//! (`auto_vacuum` would write one page more for each commit, all life long, to give back once what a week
//! without a network has taken: some 40 MB of a disk.)

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

use super::super::rules::STEP;
use super::transactions::forget_what_was_told;
use super::{Result, SqliteOutbox, Tidied};

/// So many pages in the log are worth bringing home while nobody is here: some sixty commits.
const WORTH_A_CHECKPOINT: i64 = 256;

/// Changes at most so many rows, and tells how many.
type Step<'a> = dyn Fn(&Connection) -> Result<usize> + 'a;

pub(super) fn tidy(outbox: &SqliteOutbox, now: Timestamp) -> Result<Tidied> {
    let settings = outbox.settings;
    let before = |keep: std::time::Duration| {
        let keep = SignedDuration::try_from(keep).unwrap_or(SignedDuration::MAX);
        now.checked_sub(keep).unwrap_or(Timestamp::MIN).as_second()
    };
    let (now, content, records) =
        (now.as_second(), before(settings.keep_sealed), before(settings.keep_records));
    let steps: [&Step<'_>; 4] = [
        &|sql| stamp(sql, now),
        &|sql| forget_content(sql, content),
        &|sql| prune_transactions(sql, records),
        &|sql| prune_journal(sql, records),
    ];
    for step in steps {
        if outbox.durably(|sql| step(sql))? > 0 {
            return Ok(Tidied::Some);
        }
    }
    checkpoint(outbox)
}

/// Notes when something was first seen to be answered or settled. A clock that was ahead is put right.
fn stamp(sql: &Connection, now: i64) -> Result<usize> {
    let of_transactions = |content: &str| -> Result<usize> {
        Ok(sql
            .prepare_cached(&format!(
                "UPDATE transactions SET answered_at = ?1 WHERE sequence IN
                     (SELECT sequence FROM transactions
                      WHERE answered = revision AND refusal IS NULL AND ciphertext IS {content}
                          AND (answered_at IS NULL OR answered_at > ?1) LIMIT {STEP})"
            ))?
            .execute([now])?)
    };
    let settled = sql
        .prepare_cached(&format!(
            "UPDATE journal SET settled_at = ?1 WHERE entry IN
                 (SELECT entry FROM journal WHERE state IN ('paid', 'not_paid')
                      AND (settled_at IS NULL OR settled_at > ?1) LIMIT {STEP})"
        ))?
        .execute([now])?;
    Ok(of_transactions("NOT NULL")? + of_transactions("NULL")? + settled)
}

fn forget_content(sql: &Connection, before: i64) -> Result<usize> {
    let mut query = sql.prepare_cached(&format!(
        "SELECT sequence FROM transactions
         WHERE answered = revision AND refusal IS NULL AND ciphertext IS NOT NULL AND answered_at <= ?1
           AND (payment IS NULL OR payment IN (SELECT payment FROM journal WHERE state IN ('paid', 'not_paid')))
         LIMIT {STEP}"
    ))?;
    let over = query.query_map([before], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    over.iter().try_for_each(|sequence| forget_what_was_told(sql, *sequence))?;
    Ok(over.len())
}

fn prune_transactions(sql: &Connection, before: i64) -> Result<usize> {
    Ok(sql
        .prepare_cached(&format!(
            "DELETE FROM transactions WHERE sequence IN
                 (SELECT sequence FROM transactions
                  WHERE answered = revision AND refusal IS NULL AND ciphertext IS NULL AND answered_at <= ?1
                      AND state IN ('received', 'registered')
                  LIMIT {STEP})"
        ))?
        .execute([before])?)
}

fn prune_journal(sql: &Connection, before: i64) -> Result<usize> {
    Ok(sql
        .prepare_cached(&format!(
            "DELETE FROM journal WHERE entry IN
                 (SELECT entry FROM journal j WHERE state IN ('paid', 'not_paid') AND settled_at <= ?1
                      AND NOT EXISTS (SELECT 1 FROM transactions t WHERE t.payment = j.payment)
                      AND entry < (SELECT max(entry) FROM journal)
                      AND entry < coalesce((SELECT min(entry) FROM journal
                                            WHERE state IS NULL OR state IN ('approved', 'unknown')), entry + 1)
                  LIMIT {STEP})"
        ))?
        .execute(params![before])?)
}

/// Without waiting for anyone who reads.
fn checkpoint(outbox: &SqliteOutbox) -> Result<Tidied> {
    let connection = outbox.lock();
    let look = |mode: &str| -> Result<i64> {
        let waits = connection
            .prepare_cached(&format!("PRAGMA wal_checkpoint({mode})"))?
            .query_row([], |row| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?))?;
        Ok(waits)
    };
    if look("NOOP")? < WORTH_A_CHECKPOINT {
        return Ok(Tidied::Nothing);
    }
    look("PASSIVE")?;
    // It is done; should a reader have kept some of it away, the next call looks again.
    Ok(Tidied::Nothing)
}
