//! Codes and certificates. Invariant: a code is used up in the transaction in which its pillar is added, and of two
//! requests with it at two hubs only one does that.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx_core::query::query;
use sqlx_core::row::Row as _;
use sqlx_postgres::{PgConnection, PgRow};
use zuil_wire::enrolment::{CodeId, CodeKeys, CodeRefusal};

use super::super::enrolment::{
    Certificate, Device, Enrolled, Enrolment, EnrolmentStore, Renewed, Used, look_at_renewal,
};
use super::super::values::{micros, optional_time, time};
use super::super::{Digest, StoreError};
use super::{PostgresStore, health, pillars, without_nul};
use crate::authority::Fingerprint;

macro_rules! select_enrolments {
    ($rest:literal) => {
        concat!(
            "SELECT code_id, key, pillar, place, again, made_by, made_at, expires_at, tries, cancelled_at,
                 used_at, digest, certificate FROM enrolments ",
            $rest
        )
    };
}

impl EnrolmentStore for PostgresStore {
    fn add_enrolment(&self, enrolment: &Enrolment) -> Result<(), StoreError> {
        self.link.write(async |db| add(db, enrolment).await)
    }

    fn enrolment(&self, id: &CodeId) -> Result<Option<Enrolment>, StoreError> {
        self.link.read(async |db| {
            let find = query(select_enrolments!("WHERE code_id = $1")).bind(id.0);
            find.fetch_optional(db).await?.as_ref().map(enrolment).transpose()
        })
    }

    fn enrolments(&self, since: Timestamp) -> Result<Vec<Enrolment>, StoreError> {
        self.link.read(async |db| {
            let list = query(select_enrolments!("WHERE made_at >= $1 ORDER BY made_at DESC, code_id"));
            list.bind(micros(since)).fetch_all(db).await?.iter().map(enrolment).collect()
        })
    }

    fn cancel_enrolment(&self, id: &CodeId, now: Timestamp) -> Result<bool, StoreError> {
        self.link.write(async |db| {
            let open = lock(db, id).await?.is_some_and(|enrolment| enrolment.is_open(now));
            if open {
                let cancel = "UPDATE enrolments SET cancelled_at = $2, key = $3 WHERE code_id = $1";
                query(cancel).bind(id.0).bind(micros(now)).bind([0_u8; 32]).execute(db).await?;
            }
            Ok(open)
        })
    }

    fn places(&self) -> Result<BTreeMap<String, String>, StoreError> {
        self.link.read(async |db| {
            let list = query("SELECT name, place FROM pillars WHERE place IS NOT NULL");
            let mut places = BTreeMap::new();
            for row in list.fetch_all(db).await? {
                places.insert(row.try_get("name")?, row.try_get("place")?);
            }
            Ok(places)
        })
    }

    fn count_wrong_proof(&self, id: &CodeId) -> Result<(), StoreError> {
        self.link.write(async |db| {
            let count = query("UPDATE enrolments SET tries = tries + 1 WHERE code_id = $1");
            count.bind(id.0).execute(db).await?;
            Ok(())
        })
    }

    fn enrol(&self, id: &CodeId, device: &Device<'_>, now: Timestamp) -> Result<Enrolled, StoreError> {
        self.link.write(async |db| enrol(db, id, device, now).await)
    }

    fn forget_enrolments(&self, now: Timestamp, made_before: Timestamp) -> Result<u64, StoreError> {
        self.link.write(async |db| {
            forget_keys(db, now).await?;
            let forget = query("DELETE FROM enrolments WHERE made_at < $1 AND expires_at <= $2");
            let forget = forget.bind(micros(made_before)).bind(micros(now));
            Ok(forget.execute(db).await?.rows_affected())
        })
    }

    fn add_certificate(
        &self,
        certificate: &Certificate,
        asking: &Fingerprint,
    ) -> Result<Renewed, StoreError> {
        self.link.write(async |db| add_certificate(db, certificate, asking).await)
    }

    fn used_certificate(&self, fingerprint: &Fingerprint, now: Timestamp) -> Result<u64, StoreError> {
        self.link.write(async |db| {
            let end = query(
                "UPDATE certificates AS earlier SET ended_at = $2 FROM certificates AS used
                 WHERE used.fingerprint = $1 AND earlier.pillar = used.pillar AND earlier.ended_at IS NULL
                     AND earlier.issued_at < used.issued_at",
            );
            Ok(end.bind(fingerprint).bind(micros(now)).execute(db).await?.rows_affected())
        })
    }

    fn certificates(&self, pillar: &str) -> Result<Vec<Certificate>, StoreError> {
        self.link.read(async |db| list(db, pillar).await)
    }

    fn certificates_that_count(&self) -> Result<Vec<Certificate>, StoreError> {
        self.link.read(async |db| {
            let list = query(
                "SELECT fingerprint, pillar, public_key, issued_at, expires_at, ended_at FROM certificates
                 WHERE ended_at IS NULL ORDER BY issued_at, fingerprint",
            );
            list.fetch_all(db).await?.iter().map(certificate).collect()
        })
    }
}

async fn list(db: &mut PgConnection, pillar: &str) -> Result<Vec<Certificate>, StoreError> {
    let list = query(
        "SELECT fingerprint, pillar, public_key, issued_at, expires_at, ended_at FROM certificates
         WHERE pillar = $1 ORDER BY issued_at, fingerprint",
    );
    list.bind(without_nul(pillar)).fetch_all(db).await?.iter().map(certificate).collect()
}

async fn add_certificate(
    db: &mut PgConnection,
    certificate: &Certificate,
    asking: &Fingerprint,
) -> Result<Renewed, StoreError> {
    let name = &certificate.pillar;
    let Some(None) = pillars::lock(db, name).await? else { return Ok(Renewed::NotAdmitted) };
    // Read after the lock: another hub may have enrolled the pillar again while it was waited for.
    let surplus = match look_at_renewal(&list(db, name).await?, asking, certificate.issued_at) {
        Ok(surplus) => surplus,
        Err(refused) => return Ok(refused),
    };
    for fingerprint in surplus {
        query("DELETE FROM certificates WHERE fingerprint = $1").bind(fingerprint).execute(&mut *db).await?;
    }
    let change = query("UPDATE pillars SET fingerprint = $2 WHERE name = $1");
    change.bind(name).bind(certificate.fingerprint).execute(&mut *db).await?;
    insert(db, certificate).await?;
    Ok(Renewed::Yes)
}

async fn add(db: &mut PgConnection, enrolment: &Enrolment) -> Result<(), StoreError> {
    let (now, tries) = (micros(enrolment.made_at), i64::from(Enrolment::TRIES));
    let cancel = query(
        "UPDATE enrolments SET cancelled_at = $2
         WHERE pillar = $1 AND cancelled_at IS NULL AND used_at IS NULL AND expires_at > $2 AND tries < $3",
    );
    cancel.bind(&enrolment.pillar).bind(now).bind(tries).execute(&mut *db).await?;
    forget_keys(db, enrolment.made_at).await?;
    let add = query(
        "INSERT INTO enrolments (code_id, key, pillar, place, again, made_by, made_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    );
    let add = add.bind(enrolment.keys.id.0).bind(enrolment.keys.key).bind(&enrolment.pillar);
    let add = add.bind(without_nul(&enrolment.place)).bind(enrolment.again).bind(&enrolment.made_by);
    add.bind(now).bind(micros(enrolment.expires_at)).execute(db).await?;
    Ok(())
}

/// Forgets the keys of codes that can open nothing any more.
async fn forget_keys(db: &mut PgConnection, now: Timestamp) -> Result<(), StoreError> {
    let forget = query(
        "UPDATE enrolments SET key = $3
         WHERE (cancelled_at IS NOT NULL OR expires_at <= $1 OR tries >= $2) AND key <> $3",
    );
    let forget = forget.bind(micros(now)).bind(i64::from(Enrolment::TRIES)).bind([0_u8; 32]);
    forget.execute(db).await?;
    Ok(())
}

async fn enrol(
    db: &mut PgConnection,
    id: &CodeId,
    device: &Device<'_>,
    now: Timestamp,
) -> Result<Enrolled, StoreError> {
    let Some(enrolment) = lock(db, id).await? else { return Ok(Enrolled::Refused(CodeRefusal::Unknown)) };
    if let Some(answer) = enrolment.answer(&device.digest, now) {
        return Ok(answer);
    }
    let name = &enrolment.pillar;
    let Certificate { fingerprint, public_key, .. } = device.certificate;
    let done = match pillars::lock(db, name).await? {
        Some(_) if !enrolment.again => return Ok(Enrolled::Refused(CodeRefusal::NameTaken)),
        Some(_) if has_undecided(db, name).await? => {
            return Ok(Enrolled::Refused(CodeRefusal::OpenPayments));
        }
        Some(revoked_at) => {
            health::settle_for_good(db, name, now).await?;
            let end =
                query("UPDATE certificates SET ended_at = coalesce(ended_at, $2, $3) WHERE pillar = $1");
            end.bind(name).bind(revoked_at.map(micros)).bind(micros(now)).execute(&mut *db).await?;
            let change = query(
                "UPDATE pillars SET fingerprint = $2, public_key = $3, revoked_at = NULL, place = $4
                 WHERE name = $1",
            );
            let change = change.bind(name).bind(fingerprint).bind(public_key);
            change.bind(&enrolment.place).execute(&mut *db).await?;
            Enrolled::Again
        }
        None => {
            // Another hub may be adding one of that name; it is waited for.
            let add = query(
                "INSERT INTO pillars (name, fingerprint, public_key, added_at, place)
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO NOTHING",
            );
            let add = add.bind(name).bind(fingerprint).bind(public_key).bind(micros(now));
            let add = add.bind(&enrolment.place);
            if add.execute(&mut *db).await?.rows_affected() == 0 {
                return Ok(Enrolled::Refused(CodeRefusal::NameTaken));
            }
            Enrolled::New
        }
    };
    insert(db, &Certificate { pillar: name.clone(), ..device.certificate.clone() }).await?;
    let used = query("UPDATE enrolments SET used_at = $2, digest = $3, certificate = $4 WHERE code_id = $1");
    used.bind(id.0).bind(micros(now)).bind(device.digest).bind(device.pem).execute(db).await?;
    Ok(done)
}

pub(super) async fn insert(db: &mut PgConnection, certificate: &Certificate) -> Result<(), StoreError> {
    let insert = query(
        "INSERT INTO certificates (fingerprint, pillar, public_key, issued_at, expires_at, ended_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    );
    let insert = insert.bind(certificate.fingerprint).bind(&certificate.pillar).bind(&certificate.public_key);
    let insert = insert.bind(micros(certificate.issued_at)).bind(certificate.expires_at.map(micros));
    insert.bind(certificate.ended_at.map(micros)).execute(db).await?;
    Ok(())
}

/// Keeps other hubs from using or cancelling a code until the end of the transaction.
async fn lock(db: &mut PgConnection, id: &CodeId) -> Result<Option<Enrolment>, StoreError> {
    let lock = query(select_enrolments!("WHERE code_id = $1 FOR UPDATE")).bind(id.0);
    lock.fetch_optional(db).await?.as_ref().map(enrolment).transpose()
}

/// Whether a payment is open about which staff have not decided.
async fn has_undecided(db: &mut PgConnection, pillar: &str) -> Result<bool, StoreError> {
    let undecided = query(
        "SELECT EXISTS (SELECT 1 FROM open_payments
         WHERE pillar = $1 AND closed_at IS NULL AND decision IS NULL)",
    );
    Ok(undecided.bind(pillar).fetch_one(db).await?.try_get(0)?)
}

fn enrolment(row: &PgRow) -> Result<Enrolment, StoreError> {
    const DAMAGED: StoreError = StoreError::Damaged("enrolment");
    let digest: Option<&[u8]> = row.try_get("digest")?;
    let digest: Option<Digest> = digest.map(|digest| digest.try_into().map_err(|_| DAMAGED)).transpose()?;
    let used = match (optional_time(row.try_get("used_at")?)?, digest, row.try_get("certificate")?) {
        (Some(at), Some(digest), Some(certificate)) => Some(Used { at, digest, certificate }),
        (None, None, None) => None,
        _ => return Err(DAMAGED),
    };
    let (id, key): (&[u8], &[u8]) = (row.try_get("code_id")?, row.try_get("key")?);
    let id = CodeId(id.try_into().map_err(|_| DAMAGED)?);
    Ok(Enrolment {
        keys: CodeKeys { id, key: key.try_into().map_err(|_| DAMAGED)? },
        pillar: row.try_get("pillar")?,
        place: row.try_get("place")?,
        again: row.try_get("again")?,
        made_by: row.try_get("made_by")?,
        made_at: time(row.try_get("made_at")?)?,
        expires_at: time(row.try_get("expires_at")?)?,
        tries: u32::try_from(row.try_get::<i64, _>("tries")?).map_err(|_| DAMAGED)?,
        cancelled_at: optional_time(row.try_get("cancelled_at")?)?,
        used,
    })
}

fn certificate(row: &PgRow) -> Result<Certificate, StoreError> {
    let fingerprint: &[u8] = row.try_get("fingerprint")?;
    Ok(Certificate {
        fingerprint: fingerprint.try_into().map_err(|_| StoreError::Damaged("fingerprint"))?,
        pillar: row.try_get("pillar")?,
        public_key: row.try_get("public_key")?,
        issued_at: time(row.try_get("issued_at")?)?,
        expires_at: optional_time(row.try_get("expires_at")?)?,
        ended_at: optional_time(row.try_get("ended_at")?)?,
    })
}
