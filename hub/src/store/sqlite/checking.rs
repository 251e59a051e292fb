//! Which transactions were looked at once: whether they are signed, and can be opened. Invariant: they are
//! looked at in the order in which they came in, and none is passed over.

use rusqlite::{Connection, Transaction, params};

use super::super::{Checked, CheckedAs, StoreError, Unchecked};
use super::transactions::{STORED, stored};
use super::values::{to_integer, write_json};

pub(super) fn unchecked(db: &Connection, limit: u32) -> Result<Vec<Unchecked>, StoreError> {
    let mut query = db.prepare_cached(&format!(
        "SELECT {STORED}, number, sequence, signature,
             (SELECT json_group_array(DISTINCT public_key) FROM certificates
                 WHERE certificates.pillar = transactions.pillar) AS public_keys
         FROM transactions WHERE number > (SELECT up_to FROM checked) ORDER BY number LIMIT ?1"
    ))?;
    let rows = query.query_map([limit], |row| {
        let unchecked = |stored| {
            Ok(Unchecked {
                number: row.get::<_, i64>("number")?.unsigned_abs(),
                stored,
                sequence: row.get::<_, i64>("sequence")?.unsigned_abs(),
                signature: row.get("signature")?,
                public_keys: read_keys(&row.get::<_, String>("public_keys")?)?,
            })
        };
        Ok(stored(row).and_then(unchecked))
    })?;
    rows.map(|row| row.map_err(StoreError::from)?).collect()
}

fn read_keys(json: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(json).map_err(|_| StoreError::Damaged("public key"))
}

pub(super) fn note(db: &Transaction<'_>, checked: &[Checked]) -> Result<(), StoreError> {
    for Checked { number, finding } in checked {
        match finding {
            CheckedAs::Sound => {}
            CheckedAs::Troubled(trouble) => {
                db.prepare_cached(
                    "UPDATE transactions SET trouble = CASE WHEN ?3 THEN coalesce(trouble, ?2) ELSE ?2 END,
                         state = CASE state WHEN 'received' THEN 'parked' ELSE state END WHERE number = ?1",
                )?
                .execute(params![
                    to_integer(*number),
                    trouble.as_str(),
                    trouble.may_go_on()
                ])?;
            }
            CheckedAs::Sealed(sealed) => {
                db.prepare_cached(
                    "UPDATE transactions SET content = NULL, header = ?2, encapsulated_key = ?3,
                         ciphertext = ?4 WHERE number = ?1 AND content IS NOT NULL",
                )?
                .execute(params![
                    to_integer(*number),
                    write_json(&sealed.header)?,
                    sealed.encapsulated_key,
                    sealed.ciphertext
                ])?;
            }
        }
    }
    if let Some(up_to) = checked.iter().map(|checked| checked.number).max() {
        db.prepare_cached("UPDATE checked SET up_to = max(up_to, ?1)")?.execute([to_integer(up_to)])?;
    }
    Ok(())
}
