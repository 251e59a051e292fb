//! Which transactions were looked at once: whether they are signed, and can be opened. Invariant: of two hubs at once,
//! only one has a transaction in hand, and what a hub that was killed had in hand is taken up by another.

use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::{PgConnection, PgRow};
use uuid::Uuid;

use super::super::values::{to_integer, write_json};
use super::super::{Checked, CheckedAs, StoreError, Unchecked};
use super::transactions::{select_stored, stored};

/// Claims what is not claimed by another hub. What this one (`me`) has claimed before and not finished comes again.
pub(super) async fn claim(db: &mut PgConnection, me: Uuid, limit: u32) -> Result<Vec<Unchecked>, StoreError> {
    // In an array, as IN may look for the next ones anew for each row, and so take more than the limit.
    // Looking at 256 takes 25 milliseconds, so who has not finished after two minutes will not.
    let claim = query(
        "UPDATE to_check SET claimed_by = $1, claimed_until = now() + interval '2 minutes'
         WHERE number = ANY (ARRAY(
             SELECT number FROM to_check
             WHERE claimed_by IS NULL OR claimed_by = $1 OR claimed_until < now()
             ORDER BY number LIMIT $2 FOR UPDATE SKIP LOCKED
         )) RETURNING number",
    );
    let claimed = claim.bind(me).bind(i64::from(limit)).fetch_all(&mut *db).await?;
    if claimed.is_empty() {
        return Ok(Vec::new());
    }
    let numbers: Vec<i64> = claimed.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    let rows = query(concat!(
        "SELECT found.*, more.number, more.sequence, more.signature,
             ARRAY(SELECT DISTINCT public_key FROM certificates WHERE certificates.pillar = found.pillar) AS public_keys
         FROM (",
        select_stored!("FROM transactions AS t WHERE t.number = ANY($1)"),
        ") AS found JOIN transactions AS more USING (id) ORDER BY more.number"
    ));
    rows.bind(&numbers).fetch_all(db).await?.iter().map(unchecked).collect()
}

fn unchecked(row: &PgRow) -> Result<Unchecked, StoreError> {
    Ok(Unchecked {
        number: row.try_get::<i64, _>("number")?.unsigned_abs(),
        stored: stored(row)?,
        sequence: row.try_get::<i64, _>("sequence")?.unsigned_abs(),
        signature: row.try_get("signature")?,
        public_keys: row.try_get("public_keys")?,
    })
}

pub(super) async fn note(db: &mut PgConnection, checked: &[Checked]) -> Result<(), StoreError> {
    for Checked { number, finding } in checked {
        match finding {
            CheckedAs::Sound => {}
            CheckedAs::Troubled(trouble) => {
                let park = query(
                    "UPDATE transactions SET trouble = CASE WHEN $3 THEN coalesce(trouble, $2) ELSE $2 END,
                         state = CASE state WHEN 'received' THEN 'parked' ELSE state END WHERE number = $1",
                );
                let park = park.bind(to_integer(*number)).bind(trouble.as_str()).bind(trouble.may_go_on());
                park.execute(&mut *db).await?;
            }
            CheckedAs::Sealed(sealed) => {
                let seal = query(
                    "UPDATE transactions SET content = NULL, header = $2, encapsulated_key = $3, ciphertext = $4
                     WHERE number = $1 AND content IS NOT NULL",
                );
                let seal = seal.bind(to_integer(*number)).bind(write_json(&sealed.header)?);
                seal.bind(&sealed.encapsulated_key).bind(&sealed.ciphertext).execute(&mut *db).await?;
            }
        }
    }
    let numbers: Vec<i64> = checked.iter().map(|checked| to_integer(checked.number)).collect();
    // What was looked at is handed over next, unless it was here before the hub did that.
    let done = query(
        "WITH done AS (DELETE FROM to_check WHERE number = ANY($1) RETURNING number, hand_over)
         INSERT INTO to_hand_over (number) SELECT number FROM done WHERE hand_over ON CONFLICT DO NOTHING",
    );
    done.bind(numbers).execute(db).await?;
    Ok(())
}
