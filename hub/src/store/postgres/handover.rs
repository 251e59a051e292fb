//! How far transactions are on their way into other systems. Invariant: what a holder tells is kept only while the
//! row names that holder, whichever hub it is at.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::{PgConnection, PgRow};
use zuil_wire::Reference;

use super::super::StoreError;
use super::super::handover::{
    Claim, Claimed, DoneStep, Handover, HandoverStore, Held, Journal, LONGEST_LEASE, Lease, Note, Pace,
    ParkReason, SentAgain, System, Turn, Waiting,
};
use super::super::values::{micros, optional_time, read_standing, read_system, time};
use super::transactions::{select_stored, stored};
use super::{PostgresStore, waiting, without_nul};

/// What is on its way into another system and goes on by itself, of `handovers AS h` joined with `transactions AS t`.
macro_rules! on_its_way {
    () => {
        "h.standing = 'waiting' AND NOT h.kept_back AND t.state = 'received' AND t.trouble IS NULL"
    };
}
pub(super) use on_its_way;

impl HandoverStore for PostgresStore {
    fn claim_handovers(&self, claim: &Claim<'_>) -> Result<Vec<Claimed>, StoreError> {
        self.link.write(async |db| {
            enter(db).await?;
            let numbers = take_what_is_due(db, claim).await?;
            if numbers.is_empty() { Ok(Vec::new()) } else { read_claimed(db, claim, &numbers).await }
        })
    }

    fn keep_handover(&self, lease: Lease, note: Note<'_>, now: Timestamp) -> Result<Held, StoreError> {
        self.link.write(async |db| keep(db, lease, note, now).await)
    }

    fn handover(&self, reference: Reference) -> Result<Option<Handover>, StoreError> {
        self.link.read(async |db| find(db, reference).await)
    }

    fn handover_steps(&self, reference: Reference) -> Result<Vec<DoneStep>, StoreError> {
        self.link.read(async |db| {
            let steps = query(
                "SELECT step, done_at FROM handover_steps JOIN transactions USING (number)
                 WHERE reference = $1 ORDER BY done_at, step",
            );
            let steps = steps.bind(reference.compact()).fetch_all(db).await?;
            let done =
                |row: &PgRow| Ok(DoneStep { step: row.try_get("step")?, at: time(row.try_get("done_at")?)? });
            steps.iter().map(done).collect()
        })
    }

    fn send_again(&self, reference: Reference, now: Timestamp) -> Result<SentAgain, StoreError> {
        self.link.write(async |db| waiting::send_again(db, reference, now).await)
    }

    fn send_all_again(
        &self,
        system: Option<System>,
        reason: ParkReason,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        self.link.write(async |db| waiting::send_all_again(db, system, reason, now).await)
    }

    fn register_by_hand(
        &self,
        reference: Reference,
        case_number: &str,
        now: Timestamp,
    ) -> Result<SentAgain, StoreError> {
        self.link.write(async |db| waiting::register_by_hand(db, reference, case_number, now).await)
    }

    fn waiting_handovers(&self) -> Result<Vec<Waiting>, StoreError> {
        self.link.read(async |db| waiting::waiting(db).await)
    }

    fn take_turn(&self, system: System, pace: Pace, now: Timestamp) -> Result<Turn, StoreError> {
        self.link.write(async |db| waiting::take_turn(db, system, pace, now).await)
    }
}

/// Makes rows for what was looked at since; at most a thousand, so that no pillar waits for it when what came in for
/// years is entered.
async fn enter(db: &mut PgConnection) -> Result<(), StoreError> {
    let new = query(
        "DELETE FROM to_hand_over WHERE number = ANY
             (ARRAY(SELECT number FROM to_hand_over ORDER BY number LIMIT 1000 FOR UPDATE SKIP LOCKED))
         RETURNING number",
    );
    let new = new.fetch_all(&mut *db).await?;
    if new.is_empty() {
        return Ok(());
    }
    let new = new.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
    // Whoever takes a call at this moment is waited for, and what they did is seen by the next statement; whoever does
    // so later waits, and sees what is entered.
    let calls = query("SELECT 1 FROM call_backs WHERE number = ANY($1) ORDER BY number FOR SHARE");
    calls.bind(&new).execute(&mut *db).await?;
    let enter = query(
        "INSERT INTO handovers (number, standing, due_at, changed_at, kept_back)
         SELECT number, 'waiting', received_at, received_at, EXISTS (
             SELECT 1 FROM call_backs AS c WHERE c.number = transactions.number AND c.holder IS NOT NULL)
         FROM transactions WHERE number = ANY($1) ORDER BY number
         ON CONFLICT DO NOTHING",
    );
    enter.bind(&new).execute(db).await?;
    Ok(())
}

/// Gives what is due to the holder: the numbers, those that failed least first.
async fn take_what_is_due(db: &mut PgConnection, claim: &Claim<'_>) -> Result<Vec<i64>, StoreError> {
    let due = query(concat!(
        "SELECT h.number FROM handovers AS h JOIN transactions AS t USING (number) WHERE ",
        on_its_way!(),
        " AND h.due_at <= $1
             AND (h.leased_until IS NULL OR h.leased_until <= $1 OR h.leased_until > $2)
             AND (h.system IS NULL OR h.system <> ALL($3))
         ORDER BY h.attempts, h.due_at, h.number LIMIT $4 FOR UPDATE OF h SKIP LOCKED"
    ));
    let without: Vec<&str> = claim.without.iter().map(|system| system.as_str()).collect();
    let never = claim.now + claim.lease * LONGEST_LEASE;
    let due = due.bind(micros(claim.now)).bind(micros(never)).bind(&without).bind(i64::from(claim.limit));
    let due = due.fetch_all(&mut *db).await?;
    let numbers = due.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
    let take = query("UPDATE handovers SET holder = $2, leased_until = $3 WHERE number = ANY($1)");
    let take = take.bind(&numbers).bind(claim.holder).bind(micros(claim.now + claim.lease));
    take.execute(db).await?;
    Ok(numbers)
}

async fn read_claimed(
    db: &mut PgConnection,
    claim: &Claim<'_>,
    numbers: &[i64],
) -> Result<Vec<Claimed>, StoreError> {
    let mut journals: HashMap<i64, Journal> = HashMap::new();
    let steps = query("SELECT number, step, result FROM handover_steps WHERE number = ANY($1)");
    for row in steps.bind(numbers).fetch_all(&mut *db).await? {
        journals.entry(row.try_get(0)?).or_default().insert(row.try_get(1)?, row.try_get(2)?);
    }
    let rows = query(concat!(
        "SELECT found.*, h.number, h.system, h.attempts, h.rounds, h.failing_since, h.put_off_since,
             h.attempting FROM (",
        select_stored!("FROM transactions AS t WHERE t.number = ANY($1)"),
        ") AS found JOIN transactions AS more USING (id) JOIN handovers AS h ON h.number = more.number
         ORDER BY array_position($1, h.number)"
    ));
    let read = |row: &PgRow| {
        let stored = stored(row)?;
        Ok(Claimed {
            lease: Lease { id: stored.id, holder: claim.holder },
            stored,
            system: read_system(row.try_get("system")?)?,
            attempts: read_count(row.try_get("attempts")?)?,
            rounds: read_count(row.try_get("rounds")?)?,
            failing_since: optional_time(row.try_get("failing_since")?)?,
            put_off_since: optional_time(row.try_get("put_off_since")?)?,
            attempting: row.try_get("attempting")?,
            journal: journals.remove(&row.try_get("number")?).unwrap_or_default(),
        })
    };
    rows.bind(numbers).fetch_all(db).await?.iter().map(read).collect()
}

fn read_count(count: i64) -> Result<u32, StoreError> {
    u32::try_from(count).map_err(|_| StoreError::Damaged("handover"))
}

async fn keep(
    db: &mut PgConnection,
    lease: Lease,
    note: Note<'_>,
    now: Timestamp,
) -> Result<Held, StoreError> {
    let held = query(
        "SELECT h.number FROM handovers AS h JOIN transactions AS t USING (number)
         WHERE t.id = $1 AND h.holder = $2 FOR UPDATE OF h",
    );
    let held = held.bind(lease.id).bind(lease.holder).fetch_optional(&mut *db).await?;
    let Some(held) = held else { return Ok(Held::No) };
    let number: i64 = held.try_get(0)?;
    if !matches!(note, Note::Until(_) | Note::Goes(_)) {
        let ended =
            query("UPDATE handovers SET attempting = NULL WHERE number = $1 AND attempting IS NOT NULL");
        ended.bind(number).execute(&mut *db).await?;
    }
    match note {
        Note::Attempt { name, until } => {
            let begin = query("UPDATE handovers SET attempting = $2, leased_until = $3 WHERE number = $1");
            begin.bind(number).bind(without_nul(name)).bind(micros(until)).execute(db).await?;
        }
        Note::Until(until) => {
            let hold = query("UPDATE handovers SET leased_until = $2 WHERE number = $1");
            hold.bind(number).bind(micros(until)).execute(db).await?;
        }
        Note::Goes(system) => {
            let goes = query("UPDATE handovers SET system = $2 WHERE number = $1");
            goes.bind(number).bind(system.as_str()).execute(db).await?;
        }
        Note::Step { name, result, until } => keep_step(db, number, (name, result), until, now).await?,
        Note::Later(due_at) => {
            let later = query(
                "UPDATE handovers SET due_at = $2, holder = NULL, leased_until = NULL WHERE number = $1",
            );
            later.bind(number).bind(micros(due_at)).execute(db).await?;
        }
        Note::PutOff(due_at) => {
            let put_off = query(
                "UPDATE handovers SET due_at = $2, holder = NULL, leased_until = NULL,
                     put_off_since = coalesce(put_off_since, $3) WHERE number = $1",
            );
            put_off.bind(number).bind(micros(due_at)).bind(micros(now)).execute(db).await?;
        }
        Note::Failed(due_at) => {
            let failed = query(
                "UPDATE handovers SET due_at = $2, attempts = attempts + 1, holder = NULL, leased_until = NULL,
                     failing_since = coalesce(failing_since, $3) WHERE number = $1",
            );
            failed.bind(number).bind(micros(due_at)).bind(micros(now)).execute(db).await?;
        }
        Note::Parked(reason) => park(db, number, reason, now).await?,
        Note::Refused(said) => {
            park(db, number, ParkReason::Refused, now).await?;
            let say = query("UPDATE handovers SET said = $2 WHERE number = $1");
            say.bind(number).bind(without_nul(said)).execute(db).await?;
        }
        Note::Nothing => end(db, number, "nothing", None, now).await?,
        Note::Registered { case_number, address } => {
            end(db, number, "registered", None, now).await?;
            let register =
                query("UPDATE transactions SET state = 'registered', case_number = $2 WHERE number = $1");
            register.bind(number).bind(case_number.map(without_nul)).execute(&mut *db).await?;
            if let Some(address) = address {
                let ask = query(
                    "INSERT INTO progress (number, system, address, look_at)
                     SELECT number, system, $2, $3 FROM handovers WHERE number = $1 AND system IS NOT NULL
                     ON CONFLICT DO NOTHING",
                );
                ask.bind(number).bind(without_nul(address)).bind(micros(now)).execute(db).await?;
            }
        }
    }
    Ok(Held::Yes)
}

async fn park(
    db: &mut PgConnection,
    number: i64,
    reason: ParkReason,
    now: Timestamp,
) -> Result<(), StoreError> {
    end(db, number, "parked", Some(reason), now).await?;
    let park = query("UPDATE transactions SET state = 'parked' WHERE number = $1 AND state = 'received'");
    park.bind(number).execute(db).await?;
    Ok(())
}

async fn keep_step(
    db: &mut PgConnection,
    number: i64,
    (name, result): (&str, &str),
    until: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let step = query(
        "INSERT INTO handover_steps (number, step, result, done_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
    );
    let step = step.bind(number).bind(without_nul(name)).bind(without_nul(result)).bind(micros(now));
    step.execute(&mut *db).await?;
    let goes_on = query(
        "UPDATE handovers SET leased_until = $2, attempts = 0, failing_since = NULL, put_off_since = NULL
         WHERE number = $1",
    );
    goes_on.bind(number).bind(micros(until)).execute(db).await?;
    Ok(())
}

async fn end(
    db: &mut PgConnection,
    number: i64,
    standing: &str,
    reason: Option<ParkReason>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let end = query(
        "UPDATE handovers SET standing = $2, reason = $3, said = NULL, changed_at = $4, holder = NULL,
             leased_until = NULL
         WHERE number = $1",
    );
    let end = end.bind(number).bind(standing).bind(reason.map(ParkReason::as_str)).bind(micros(now));
    end.execute(db).await?;
    Ok(())
}

async fn find(db: &mut PgConnection, reference: Reference) -> Result<Option<Handover>, StoreError> {
    let find = query(
        "SELECT CASE WHEN h.standing = 'waiting' AND (t.state <> 'received' OR t.trouble IS NOT NULL) THEN 'held'
             WHEN h.standing = 'nothing' AND h.by_staff THEN 'closed' ELSE h.standing END AS standing,
             reason, system, attempts, due_at, h.changed_at
         FROM handovers AS h JOIN transactions AS t USING (number) WHERE t.reference = $1",
    );
    let Some(row) = find.bind(reference.compact()).fetch_optional(db).await? else { return Ok(None) };
    Ok(Some(Handover {
        standing: read_standing(row.try_get("standing")?, row.try_get("reason")?)?,
        system: read_system(row.try_get("system")?)?,
        attempts: read_count(row.try_get("attempts")?)?,
        due_at: time(row.try_get("due_at")?)?,
        changed_at: time(row.try_get("changed_at")?)?,
    }))
}
