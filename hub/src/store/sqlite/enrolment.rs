//! Codes and certificates. Invariant: a code is used up in the transaction in which its pillar is added.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use zuil_wire::enrolment::{CodeId, CodeKeys, CodeRefusal};

use super::super::StoreError;
use super::super::enrolment::{
    Certificate, Device, Enrolled, Enrolment, EnrolmentStore, Renewed, Used, look_at_renewal,
};
use super::values::{micros, optional_time, time};
use super::{SqliteStore, health};
use crate::authority::Fingerprint;

const ENROLMENT: &str =
    "code_id, key, pillar, place, again, made_by, made_at, expires_at, tries, cancelled_at,
    used_at, digest, certificate";
const CERTIFICATE: &str = "fingerprint, pillar, public_key, issued_at, expires_at, ended_at";

impl EnrolmentStore for SqliteStore {
    fn add_enrolment(&self, enrolment: &Enrolment) -> Result<(), StoreError> {
        self.write(|db| {
            let now = micros(enrolment.made_at);
            db.execute(
                "UPDATE enrolments SET cancelled_at = ?2
                 WHERE pillar = ?1 AND cancelled_at IS NULL AND used_at IS NULL AND expires_at > ?2 AND tries < ?3",
                params![enrolment.pillar, now, Enrolment::TRIES],
            )?;
            forget_keys(db, enrolment.made_at)?;
            db.execute(
                "INSERT INTO enrolments (code_id, key, pillar, place, again, made_by, made_at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    enrolment.keys.id.0,
                    enrolment.keys.key,
                    enrolment.pillar,
                    enrolment.place,
                    enrolment.again,
                    enrolment.made_by,
                    now,
                    micros(enrolment.expires_at)
                ],
            )?;
            Ok(())
        })
    }

    fn enrolment(&self, id: &CodeId) -> Result<Option<Enrolment>, StoreError> {
        self.read(|db| find(db, id))
    }

    fn enrolments(&self, since: Timestamp) -> Result<Vec<Enrolment>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(&format!(
                "SELECT {ENROLMENT} FROM enrolments WHERE made_at >= ?1 ORDER BY made_at DESC, code_id"
            ))?;
            let rows = query.query_map([micros(since)], |row| Ok(enrolment(row)))?;
            rows.map(|row| row.map_err(StoreError::from)?).collect()
        })
    }

    fn cancel_enrolment(&self, id: &CodeId, now: Timestamp) -> Result<bool, StoreError> {
        self.write(|db| {
            let open = find(db, id)?.is_some_and(|enrolment| enrolment.is_open(now));
            if open {
                let cancel = "UPDATE enrolments SET cancelled_at = ?2, key = zeroblob(32) WHERE code_id = ?1";
                db.execute(cancel, params![id.0, micros(now)])?;
            }
            Ok(open)
        })
    }

    fn places(&self) -> Result<BTreeMap<String, String>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached("SELECT name, place FROM pillars WHERE place IS NOT NULL")?;
            let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
            rows.map(|row| row.map_err(StoreError::from)).collect()
        })
    }

    fn count_wrong_proof(&self, id: &CodeId) -> Result<(), StoreError> {
        self.write(|db| {
            db.execute("UPDATE enrolments SET tries = tries + 1 WHERE code_id = ?1", [id.0])?;
            Ok(())
        })
    }

    fn enrol(&self, id: &CodeId, device: &Device<'_>, now: Timestamp) -> Result<Enrolled, StoreError> {
        self.write(|db| enrol(db, id, device, now))
    }

    fn forget_enrolments(&self, now: Timestamp, made_before: Timestamp) -> Result<u64, StoreError> {
        self.write(|db| {
            forget_keys(db, now)?;
            let forget = "DELETE FROM enrolments WHERE made_at < ?1 AND expires_at <= ?2";
            Ok(db.execute(forget, [micros(made_before), micros(now)])? as u64)
        })
    }

    fn add_certificate(
        &self,
        certificate: &Certificate,
        asking: &Fingerprint,
    ) -> Result<Renewed, StoreError> {
        self.write(|db| add_certificate(db, certificate, asking))
    }

    fn used_certificate(&self, fingerprint: &Fingerprint, now: Timestamp) -> Result<u64, StoreError> {
        const EARLIER: &str = "pillar = (SELECT pillar FROM certificates WHERE fingerprint = ?1)
            AND ended_at IS NULL AND issued_at < (SELECT issued_at FROM certificates WHERE fingerprint = ?1)";
        let count = format!("SELECT count(*) FROM certificates WHERE {EARLIER}");
        // Mostly there is none, and nobody waits for the disk.
        if self.read(|db| Ok(db.query_row(&count, [fingerprint], |row| row.get::<_, i64>(0))?))? == 0 {
            return Ok(0);
        }
        let end = format!("UPDATE certificates SET ended_at = ?2 WHERE {EARLIER}");
        self.write(|db| Ok(db.execute(&end, params![fingerprint, micros(now)])? as u64))
    }

    fn certificates(&self, pillar: &str) -> Result<Vec<Certificate>, StoreError> {
        self.read(|db| list(db, pillar))
    }

    fn certificates_that_count(&self) -> Result<Vec<Certificate>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(&format!(
                "SELECT {CERTIFICATE} FROM certificates WHERE ended_at IS NULL ORDER BY issued_at, fingerprint"
            ))?;
            let rows = query.query_map([], |row| Ok(certificate(row)))?;
            rows.map(|row| row.map_err(StoreError::from)?).collect()
        })
    }
}

fn list(db: &Connection, pillar: &str) -> Result<Vec<Certificate>, StoreError> {
    let mut query = db.prepare_cached(&format!(
        "SELECT {CERTIFICATE} FROM certificates WHERE pillar = ?1 ORDER BY issued_at, fingerprint"
    ))?;
    let rows = query.query_map([pillar], |row| Ok(certificate(row)))?;
    rows.map(|row| row.map_err(StoreError::from)?).collect()
}

fn add_certificate(
    db: &Transaction<'_>,
    certificate: &Certificate,
    asking: &Fingerprint,
) -> Result<Renewed, StoreError> {
    let name = &certificate.pillar;
    let is_admitted = "SELECT EXISTS (SELECT 1 FROM pillars WHERE name = ?1 AND revoked_at IS NULL)";
    if !db.query_row(is_admitted, [name], |row| row.get::<_, bool>(0))? {
        return Ok(Renewed::NotAdmitted);
    }
    let surplus = match look_at_renewal(&list(db, name)?, asking, certificate.issued_at) {
        Ok(surplus) => surplus,
        Err(refused) => return Ok(refused),
    };
    for fingerprint in surplus {
        db.execute("DELETE FROM certificates WHERE fingerprint = ?1", [fingerprint])?;
    }
    let change = "UPDATE pillars SET fingerprint = ?2 WHERE name = ?1";
    db.execute(change, params![name, certificate.fingerprint])?;
    insert(db, certificate)?;
    Ok(Renewed::Yes)
}

/// Forgets the keys of codes that can open nothing any more.
fn forget_keys(db: &Transaction<'_>, now: Timestamp) -> Result<(), StoreError> {
    db.execute(
        "UPDATE enrolments SET key = zeroblob(32)
         WHERE (cancelled_at IS NOT NULL OR expires_at <= ?1 OR tries >= ?2) AND key <> zeroblob(32)",
        params![micros(now), Enrolment::TRIES],
    )?;
    Ok(())
}

fn enrol(
    db: &Transaction<'_>,
    id: &CodeId,
    device: &Device<'_>,
    now: Timestamp,
) -> Result<Enrolled, StoreError> {
    let Some(enrolment) = find(db, id)? else { return Ok(Enrolled::Refused(CodeRefusal::Unknown)) };
    if let Some(answer) = enrolment.answer(&device.digest, now) {
        return Ok(answer);
    }
    let name = &enrolment.pillar;
    let Certificate { fingerprint, public_key, .. } = device.certificate;
    let before: Option<Option<i64>> = db
        .query_row("SELECT revoked_at FROM pillars WHERE name = ?1", [name], |row| row.get(0))
        .optional()?;
    let done = match before {
        Some(_) if !enrolment.again => return Ok(Enrolled::Refused(CodeRefusal::NameTaken)),
        Some(_) if has_undecided(db, name)? => return Ok(Enrolled::Refused(CodeRefusal::OpenPayments)),
        Some(revoked_at) => {
            health::settle_for_good(db, name, now)?;
            db.execute(
                "UPDATE certificates SET ended_at = coalesce(ended_at, ?2, ?3) WHERE pillar = ?1",
                params![name, revoked_at, micros(now)],
            )?;
            db.execute(
                "UPDATE pillars SET fingerprint = ?2, public_key = ?3, revoked_at = NULL, place = ?4
                 WHERE name = ?1",
                params![name, fingerprint, public_key, enrolment.place],
            )?;
            Enrolled::Again
        }
        None => {
            db.execute(
                "INSERT INTO pillars (name, fingerprint, public_key, added_at, place)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![name, fingerprint, public_key, micros(now), enrolment.place],
            )?;
            Enrolled::New
        }
    };
    insert(db, &Certificate { pillar: name.clone(), ..device.certificate.clone() })?;
    db.execute(
        "UPDATE enrolments SET used_at = ?2, digest = ?3, certificate = ?4 WHERE code_id = ?1",
        params![id.0, micros(now), device.digest, device.pem],
    )?;
    Ok(done)
}

pub(super) fn insert(db: &Transaction<'_>, certificate: &Certificate) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO certificates (fingerprint, pillar, public_key, issued_at, expires_at, ended_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            certificate.fingerprint,
            certificate.pillar,
            certificate.public_key,
            micros(certificate.issued_at),
            certificate.expires_at.map(micros),
            certificate.ended_at.map(micros)
        ],
    )?;
    Ok(())
}

/// From when on a certificate counts as revoked.
pub(super) fn ended_at(db: &Connection, fingerprint: &Fingerprint) -> Result<Option<Timestamp>, StoreError> {
    let mut query = db.prepare_cached("SELECT ended_at FROM certificates WHERE fingerprint = ?1")?;
    let ended_at: Option<Option<i64>> = query.query_row([fingerprint], |row| row.get(0)).optional()?;
    optional_time(ended_at.flatten())
}

/// Whether a payment is open about which staff have not decided.
fn has_undecided(db: &Connection, pillar: &str) -> Result<bool, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM open_payments
         WHERE pillar = ?1 AND closed_at IS NULL AND decision IS NULL)",
    )?;
    Ok(query.query_row([pillar], |row| row.get(0))?)
}

fn find(db: &Connection, id: &CodeId) -> Result<Option<Enrolment>, StoreError> {
    let mut query = db.prepare_cached(&format!("SELECT {ENROLMENT} FROM enrolments WHERE code_id = ?1"))?;
    query.query_row([id.0], |row| Ok(enrolment(row))).optional()?.transpose()
}

fn enrolment(row: &Row<'_>) -> Result<Enrolment, StoreError> {
    let used = match (optional_time(row.get(10)?)?, row.get(11)?, row.get(12)?) {
        (Some(at), Some(digest), Some(certificate)) => Some(Used { at, digest, certificate }),
        (None, None, None) => None,
        _ => return Err(StoreError::Damaged("enrolment")),
    };
    Ok(Enrolment {
        keys: CodeKeys { id: CodeId(row.get(0)?), key: row.get(1)? },
        pillar: row.get(2)?,
        place: row.get(3)?,
        again: row.get(4)?,
        made_by: row.get(5)?,
        made_at: time(row.get(6)?)?,
        expires_at: time(row.get(7)?)?,
        tries: row.get(8)?,
        cancelled_at: optional_time(row.get(9)?)?,
        used,
    })
}

fn certificate(row: &Row<'_>) -> Result<Certificate, StoreError> {
    Ok(Certificate {
        fingerprint: row.get(0)?,
        pillar: row.get(1)?,
        public_key: row.get(2)?,
        issued_at: time(row.get(3)?)?,
        expires_at: optional_time(row.get(4)?)?,
        ended_at: optional_time(row.get(5)?)?,
    })
}
