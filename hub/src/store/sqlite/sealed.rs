//! To which sealing keys the kept content is sealed. Invariant: content that is kept plain, or was deleted, needs no key.

use rusqlite::Connection;

use super::super::StoreError;

pub(super) fn sealed_to(db: &Connection, key_id: &str) -> Result<u64, StoreError> {
    if keeps_headers(db)? { count(db, key_id) } else { Ok(0) }
}

/// Whether this database keeps content with the header that names its key.
fn keeps_headers(db: &Connection) -> Result<bool, StoreError> {
    let columns = "SELECT count(*) FROM pragma_table_info('transactions') WHERE name = 'header'";
    Ok(db.query_row(columns, [], |row| row.get::<_, i64>(0))? > 0)
}

fn count(db: &Connection, key_id: &str) -> Result<u64, StoreError> {
    let count =
        "SELECT count(*) FROM transactions WHERE header ->> 'key_id' = ?1 AND ciphertext <> zeroblob(0)";
    let count: i64 = db.prepare_cached(count)?.query_row([key_id], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_sealed_is_counted_by_its_key() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch("CREATE TABLE transactions (id INTEGER PRIMARY KEY, content TEXT)").unwrap();
        assert!(!keeps_headers(&db).unwrap());
        db.execute_batch(
            "ALTER TABLE transactions ADD COLUMN header TEXT;
             ALTER TABLE transactions ADD COLUMN ciphertext BLOB;
             INSERT INTO transactions (content, header, ciphertext) VALUES
                 ('plain', NULL, NULL), (NULL, '{\"key_id\":\"seal-1\"}', x'01'),
                 (NULL, '{\"key_id\":\"seal-1\"}', x'02'), (NULL, '{\"key_id\":\"seal-2\"}', x'03'),
                 (NULL, '{\"key_id\":\"seal-2\"}', x'')",
        )
        .unwrap();
        assert!(keeps_headers(&db).unwrap());
        let counts = ["seal-1", "seal-2", "seal-3"].map(|id| count(&db, id).unwrap());
        assert_eq!(counts, [2, 1, 0]);
    }
}
