//! How far transactions are on their way into other systems. Invariant: what a holder tells is kept only while the
//! row names that holder.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, ToSql, Transaction, named_params, params};
use zuil_wire::Reference;

use super::super::StoreError;
use super::super::handover::{
    Claim, Claimed, DoneStep, Handover, HandoverStore, Held, Journal, LONGEST_LEASE, Lease, Note, Pace,
    ParkReason, SentAgain, System, Turn, Waiting,
};
use super::SqliteStore;
use super::references;
use super::transactions::{STORED, stored};
use super::values::{micros, optional_time, read_standing, read_system, time, write_json};

impl HandoverStore for SqliteStore {
    fn claim_handovers(&self, claim: &Claim<'_>) -> Result<Vec<Claimed>, StoreError> {
        // Where nothing is due, as nearly always, pillars do not wait for it.
        if !self.read(|db| Ok(is_anything_new(db)? || !due(db, &Claim { limit: 1, ..*claim })?.is_empty()))? {
            return Ok(Vec::new());
        }
        self.write(|db| {
            enter(db)?;
            due(db, claim)?.into_iter().map(|number| take(db, claim, number)).collect()
        })
    }

    fn keep_handover(&self, lease: Lease, note: Note<'_>, now: Timestamp) -> Result<Held, StoreError> {
        self.write(|db| keep(db, lease, note, now))
    }

    fn handover(&self, reference: Reference) -> Result<Option<Handover>, StoreError> {
        self.read(|db| find(db, reference))
    }

    fn handover_steps(&self, reference: Reference) -> Result<Vec<DoneStep>, StoreError> {
        self.read(|db| {
            let Some(number) = references::number_of(db, reference)? else { return Ok(Vec::new()) };
            let mut query = db.prepare_cached(
                "SELECT step, done_at FROM handover_steps WHERE number = ?1 ORDER BY done_at, step",
            )?;
            let steps = query.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let done = |step: rusqlite::Result<(String, i64)>| {
                let (step, at) = step?;
                Ok(DoneStep { step, at: time(at)? })
            };
            steps.map(done).collect()
        })
    }

    fn send_again(&self, reference: Reference, now: Timestamp) -> Result<SentAgain, StoreError> {
        self.write(|db| {
            let Some(number) = references::number_of(db, reference)? else { return Ok(SentAgain::NotParked) };
            let sent = again(db, "number = ?2", &[&micros(now), &number])?;
            Ok(if sent == 0 { SentAgain::NotParked } else { SentAgain::Yes })
        })
    }

    fn send_all_again(
        &self,
        system: Option<System>,
        reason: ParkReason,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let system = system.map(System::as_str);
        let values: [&dyn ToSql; 3] = [&micros(now), &system, &reason.as_str()];
        self.write(|db| again(db, "system IS ?2 AND reason = ?3", &values))
    }

    fn register_by_hand(
        &self,
        reference: Reference,
        case_number: &str,
        now: Timestamp,
    ) -> Result<SentAgain, StoreError> {
        self.write(|db| {
            let Some(number) = references::number_of(db, reference)? else { return Ok(SentAgain::NotParked) };
            let sql = "SELECT standing = 'parked' FROM handovers WHERE number = ?1";
            let is_parked = db.prepare_cached(sql)?.query_row([number], |row| row.get(0)).optional()?;
            if is_parked != Some(true) {
                return Ok(SentAgain::NotParked);
            }
            register(db, number, Some(case_number), now)?;
            Ok(SentAgain::Yes)
        })
    }

    fn waiting_handovers(&self) -> Result<Vec<Waiting>, StoreError> {
        self.read(waiting)
    }

    fn take_turn(&self, system: System, pace: Pace, now: Timestamp) -> Result<Turn, StoreError> {
        self.write(|db| take_turn(db, system, pace, now))
    }
}

/// Sends again what is parked and fits; how many those are. The first value is the time.
fn again(db: &Transaction<'_>, fits: &str, values: &[&dyn ToSql]) -> Result<u64, StoreError> {
    let parked = format!("SELECT number FROM handovers WHERE standing = 'parked' AND {fits}");
    // Every statement takes the time, used or not.
    db.prepare_cached(&format!(
        "UPDATE transactions SET state = 'received' WHERE ?1 IS NOT NULL AND number IN ({parked})"
    ))?
    .execute(values)?;
    let sent = db
        .prepare_cached(&format!(
            "UPDATE handovers SET standing = 'waiting', reason = NULL, attempts = 0, rounds = rounds + 1,
                 due_at = ?1, failing_since = NULL, put_off_since = NULL, said = NULL, changed_at = ?1,
                 holder = NULL, leased_until = NULL, attempting = NULL
             WHERE number IN ({parked})"
        ))?
        .execute(values)?;
    Ok(sent as u64)
}

fn waiting(db: &Connection) -> Result<Vec<Waiting>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT system, reason, count(*), min(changed_at) FROM handovers WHERE standing = 'parked'
         GROUP BY system, reason ORDER BY system, reason",
    )?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let read = |row: rusqlite::Result<(Option<String>, String, i64, i64)>| {
        let (system, reason, count, since) = row?;
        let reason = ParkReason::parse(&reason).ok_or(StoreError::Damaged("reason"))?;
        let count = u64::try_from(count).map_err(|_| StoreError::Damaged("count"))?;
        Ok(Waiting { system: read_system(system)?, reason, count, since: time(since)? })
    };
    rows.map(read).collect()
}

fn take_turn(db: &Transaction<'_>, system: System, pace: Pace, now: Timestamp) -> Result<Turn, StoreError> {
    let (from, until) = (micros(now - pace.window), micros(now + pace.window));
    db.prepare_cached("DELETE FROM handover_turns WHERE system = ?1 AND (at <= ?2 OR at > ?3)")?
        .execute(params![system.as_str(), from, until])?;
    let (count, first): (u32, Option<i64>) = db
        .prepare_cached("SELECT count(*), min(at) FROM handover_turns WHERE system = ?1")?
        .query_row([system.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    match first {
        Some(first) if count >= pace.most => Ok(Turn::NotBefore(time(first)? + pace.window)),
        _ => {
            db.prepare_cached("INSERT INTO handover_turns (system, at) VALUES (?1, ?2)")?
                .execute(params![system.as_str(), micros(now)])?;
            Ok(Turn::Yes)
        }
    }
}

/// What is on its way into another system and goes on by itself, of `handovers` joined with `transactions`.
macro_rules! on_its_way {
    () => {
        "standing = 'waiting' AND kept_back = 0 AND state = 'received' AND trouble IS NULL"
    };
}
pub(super) use on_its_way;

/// How a handover stands for staff, of `handovers` joined with `transactions`.
const STANDING: &str =
    "CASE WHEN standing = 'waiting' AND (state <> 'received' OR trouble IS NOT NULL) THEN 'held'
    WHEN standing = 'nothing' AND by_staff = 1 THEN 'closed' ELSE standing END";

fn is_anything_new(db: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT (SELECT up_to FROM handover_entered) < (SELECT up_to FROM checked)";
    Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// Makes a row for each transaction that was looked at since.
fn enter(db: &Transaction<'_>) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO handovers (number, standing, due_at, changed_at, kept_back)
         SELECT number, 'waiting', received_at, received_at, EXISTS (
             SELECT 1 FROM call_backs WHERE call_backs.number = transactions.number AND holder IS NOT NULL)
         FROM transactions
         WHERE number > (SELECT up_to FROM handover_entered) AND number <= (SELECT up_to FROM checked)
         ON CONFLICT DO NOTHING",
    )?
    .execute([])?;
    db.prepare_cached("UPDATE handover_entered SET up_to = max(up_to, (SELECT up_to FROM checked))")?
        .execute([])?;
    Ok(())
}

/// The numbers of what is due, those that failed least first.
fn due(db: &Connection, claim: &Claim<'_>) -> Result<Vec<i64>, StoreError> {
    let without: Vec<&str> = claim.without.iter().map(|system| system.as_str()).collect();
    let mut query = db.prepare_cached(concat!(
        "SELECT number FROM handovers JOIN transactions USING (number) WHERE ",
        on_its_way!(),
        " AND due_at <= :now
             AND (leased_until IS NULL OR leased_until <= :now OR leased_until > :never)
             AND (system IS NULL OR system NOT IN (SELECT value FROM json_each(:without)))
         ORDER BY attempts, due_at, number LIMIT :limit"
    ))?;
    let never = claim.now + claim.lease * LONGEST_LEASE;
    let given = named_params! {
        ":now": micros(claim.now), ":never": micros(never), ":without": write_json(&without)?,
        ":limit": claim.limit,
    };
    let numbers = query.query_map(given, |row| row.get(0))?;
    Ok(numbers.collect::<Result<_, _>>()?)
}

fn take(db: &Transaction<'_>, claim: &Claim<'_>, number: i64) -> Result<Claimed, StoreError> {
    let until = micros(claim.now + claim.lease);
    db.prepare_cached("UPDATE handovers SET holder = ?2, leased_until = ?3 WHERE number = ?1")?
        .execute(params![number, claim.holder.as_bytes(), until])?;
    let sql = format!(
        "SELECT {STORED}, system, attempts, rounds, failing_since, put_off_since, attempting
         FROM transactions JOIN handovers USING (number) WHERE number = ?1"
    );
    db.prepare_cached(&sql)?.query_row([number], |row| {
        let claimed = |stored: super::super::Stored| {
            Ok(Claimed {
                lease: Lease { id: stored.id, holder: claim.holder },
                stored,
                system: read_system(row.get("system")?)?,
                attempts: row.get("attempts")?,
                rounds: row.get("rounds")?,
                failing_since: optional_time(row.get("failing_since")?)?,
                put_off_since: optional_time(row.get("put_off_since")?)?,
                attempting: row.get("attempting")?,
                journal: journal(db, number)?,
            })
        };
        Ok(stored(row).and_then(claimed))
    })?
}

fn journal(db: &Connection, number: i64) -> Result<Journal, StoreError> {
    let mut query = db.prepare_cached("SELECT step, result FROM handover_steps WHERE number = ?1")?;
    let steps = query.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(steps.collect::<Result<_, _>>()?)
}

fn keep(db: &Transaction<'_>, lease: Lease, note: Note<'_>, now: Timestamp) -> Result<Held, StoreError> {
    let held = "SELECT number FROM handovers JOIN transactions USING (number) WHERE id = ?1 AND holder = ?2";
    let names = params![lease.id.as_bytes(), lease.holder.as_bytes()];
    let number: Option<i64> = db.prepare_cached(held)?.query_row(names, |row| row.get(0)).optional()?;
    let Some(number) = number else { return Ok(Held::No) };
    let change = |sql: &str, values: &[&dyn ToSql]| db.prepare_cached(sql)?.execute(values);
    if !matches!(note, Note::Until(_) | Note::Goes(_)) {
        change(
            "UPDATE handovers SET attempting = NULL WHERE number = ?1 AND attempting IS NOT NULL",
            &[&number],
        )?;
    }
    match note {
        Note::Attempt { name, until } => {
            let sql = "UPDATE handovers SET attempting = ?2, leased_until = ?3 WHERE number = ?1";
            change(sql, &[&number, &name, &micros(until)])?;
        }
        Note::Until(until) => {
            change("UPDATE handovers SET leased_until = ?2 WHERE number = ?1", &[&number, &micros(until)])?;
        }
        Note::Goes(system) => {
            change("UPDATE handovers SET system = ?2 WHERE number = ?1", &[&number, &system.as_str()])?;
        }
        Note::Step { name, result, until } => {
            change(
                "INSERT INTO handover_steps (number, step, result, done_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO NOTHING",
                &[&number, &name, &result, &micros(now)],
            )?;
            let sql = "UPDATE handovers SET leased_until = ?2, attempts = 0, failing_since = NULL, put_off_since = NULL
                 WHERE number = ?1";
            change(sql, &[&number, &micros(until)])?;
        }
        Note::Later(due_at) => {
            let sql =
                "UPDATE handovers SET due_at = ?2, holder = NULL, leased_until = NULL WHERE number = ?1";
            change(sql, &[&number, &micros(due_at)])?;
        }
        Note::PutOff(due_at) => {
            let sql = "UPDATE handovers SET due_at = ?2, holder = NULL, leased_until = NULL,
                 put_off_since = coalesce(put_off_since, ?3) WHERE number = ?1";
            change(sql, &[&number, &micros(due_at), &micros(now)])?;
        }
        Note::Failed(due_at) => {
            change(
                "UPDATE handovers SET due_at = ?2, attempts = attempts + 1, holder = NULL, leased_until = NULL,
                     failing_since = coalesce(failing_since, ?3) WHERE number = ?1",
                &[&number, &micros(due_at), &micros(now)],
            )?;
        }
        Note::Parked(reason) => park(db, number, reason, now)?,
        Note::Refused(said) => {
            park(db, number, ParkReason::Refused, now)?;
            change("UPDATE handovers SET said = ?2 WHERE number = ?1", &[&number, &said])?;
        }
        Note::Nothing => end(db, number, "nothing", None, now)?,
        Note::Registered { case_number, address } => {
            register(db, number, case_number, now)?;
            change(
                "INSERT INTO progress (number, system, address, look_at)
                 SELECT number, system, ?2, ?3 FROM handovers
                 WHERE number = ?1 AND system IS NOT NULL AND ?2 IS NOT NULL
                 ON CONFLICT DO NOTHING",
                &[&number, &address, &micros(now)],
            )?;
        }
    }
    Ok(Held::Yes)
}

fn park(db: &Transaction<'_>, number: i64, reason: ParkReason, now: Timestamp) -> Result<(), StoreError> {
    end(db, number, "parked", Some(reason), now)?;
    let sql = "UPDATE transactions SET state = 'parked' WHERE number = ?1 AND state = 'received'";
    db.prepare_cached(sql)?.execute([number])?;
    Ok(())
}

fn register(
    db: &Transaction<'_>,
    number: i64,
    case_number: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    end(db, number, "registered", None, now)?;
    let sql = "UPDATE transactions SET state = 'registered', case_number = ?2 WHERE number = ?1";
    db.prepare_cached(sql)?.execute(params![number, case_number])?;
    Ok(())
}

fn end(
    db: &Transaction<'_>,
    number: i64,
    standing: &str,
    reason: Option<ParkReason>,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE handovers SET standing = ?2, reason = ?3, said = NULL, changed_at = ?4, holder = NULL,
             leased_until = NULL
         WHERE number = ?1",
    )?
    .execute(params![number, standing, reason.map(ParkReason::as_str), micros(now)])?;
    Ok(())
}

fn find(db: &Connection, reference: Reference) -> Result<Option<Handover>, StoreError> {
    let Some(number) = references::number_of(db, reference)? else { return Ok(None) };
    let sql = format!(
        "SELECT {STANDING}, reason, system, attempts, due_at, changed_at
         FROM handovers JOIN transactions USING (number) WHERE number = ?1"
    );
    let found = db.prepare_cached(&sql)?.query_row([number], |row| {
        let handover = || {
            Ok(Handover {
                standing: read_standing(&row.get::<_, String>(0)?, row.get(1)?)?,
                system: read_system(row.get(2)?)?,
                attempts: row.get(3)?,
                due_at: time(row.get(4)?)?,
                changed_at: time(row.get(5)?)?,
            })
        };
        Ok(handover())
    });
    found.optional()?.transpose()
}
