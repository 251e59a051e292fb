//! What a commit costs.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;
use zuil::outbox::{Outbox, SqliteOutbox};
use zuil_bench::figure::Figure;
use zuil_bench::rounds::{alternate, median, median_ratio, per_second, timed};
use zuil_bench::{Failure, folder_on_disk};
use zuil_wire::seal::{OpenKey, SealKey, Sealed};
use zuil_wire::{AnswerLine, Cents, Header, PROTOCOL_VERSION, Reference, Transaction};

fn header(number: u64) -> Header {
    Header {
        version: PROTOCOL_VERSION,
        id: Uuid::now_v7(),
        pillar: "voorbeeld".into(),
        sequence: number,
        reference: Reference::from_bits(number),
        committed_at: Timestamp::now(),
        key_id: "k1".into(),
    }
}

fn transaction(header: &Header) -> Transaction {
    Transaction {
        id: header.id,
        reference: header.reference,
        task: "bulky-waste".into(),
        task_title: "Grofvuil laten ophalen".into(),
        catalogue_version: "1".into(),
        language: "nl".into(),
        answers: vec![AnswerLine {
            question: "text".into(),
            label: "Tekst".into(),
            value: "x".repeat(900),
            display: "x".repeat(900),
        }],
        fee: Cents(0),
    }
}

fn bare(path: &Path) -> Result<Connection, Failure> {
    let c = Connection::open(path)?;
    c.pragma_update(None, "journal_mode", "WAL")?;
    c.pragma_update(None, "synchronous", "FULL")?;
    c.pragma_update(None, "foreign_keys", true)?;
    c.pragma_update(None, "secure_delete", true)?;
    c.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, bytes BLOB)")?;
    Ok(c)
}

fn main() -> Result<(), Failure> {
    let folder = folder_on_disk()?;
    let outbox = SqliteOutbox::open(&folder.path().join("outbox.sqlite"))?;
    let bare = bare(&folder.path().join("bare.sqlite"))?;
    let (_, public) = OpenKey::generate()?;
    let key = SealKey::from_base64("k1", &public)?;
    let n = 400;
    let mut number = 0;
    let mut next = || {
        number += 1;
        number
    };
    let sealed = |number: u64| -> Result<Sealed, Failure> {
        let h = header(number);
        let t = transaction(&h);
        Ok(key.seal(h, &t)?)
    };
    let example = sealed(1)?;
    let bytes = serde_json::to_vec(&example)?;
    eprintln!("{} bytes", bytes.len());
    let values = {
        let next = std::cell::RefCell::new(&mut next);
        alternate::<Failure>(
            15,
            &mut [
                Box::new(|| {
                    let s: Vec<Sealed> = (0..n)
                        .map(|_| {
                            let h = header((next.borrow_mut())());
                            Sealed {
                                header: h,
                                encapsulated_key: example.encapsulated_key.clone(),
                                ciphertext: example.ciphertext.clone(),
                            }
                        })
                        .collect();
                    Ok(per_second(
                        n,
                        timed::<Failure>(|| {
                            for s in &s {
                                outbox.commit(s)?;
                            }
                            Ok(())
                        })?,
                    ))
                }),
                Box::new(|| {
                    Ok(per_second(
                        n,
                        timed::<Failure>(|| {
                            for _ in 0..n {
                                bare.prepare_cached("INSERT INTO t (bytes) VALUES (?1)")?
                                    .execute([&bytes])?;
                            }
                            Ok(())
                        })?,
                    ))
                }),
                Box::new(|| {
                    Ok(per_second(
                        n,
                        timed::<Failure>(|| {
                            for _ in 0..n {
                                outbox.next_sequence()?;
                                let number = (next.borrow_mut())();
                                let s = sealed(number)?;
                                outbox.commit(&s)?;
                            }
                            Ok(())
                        })?,
                    ))
                }),
                Box::new(|| {
                    Ok(per_second(
                        n,
                        timed::<Failure>(|| {
                            for _ in 0..n {
                                std::hint::black_box(sealed(1)?);
                            }
                            Ok(())
                        })?,
                    ))
                }),
            ],
        )?
    };
    for (i, name) in ["commit", "bare", "commit_sealed", "seal"].iter().enumerate() {
        let f = Figure::new(*name, median(&values[i]), "1/s").against("bare", median(&values[1]));
        f.print();
        println!("{}", median_ratio(&values[i], &values[1]));
    }
    Ok(())
}
