//! The store in PostgreSQL, for several hubs on one database. Invariant: what this store says is stored, is on the
//! server's disk, and what two hubs do at once is as if one had done it after the other.
//!
//! How:
//! - Every method is one transaction. Readers see one snapshot (`REPEATABLE READ`, read only). Writers run at
//!   `READ COMMITTED` and lock what they rely on: the row of each pillar that they speak of, in the order of names,
//!   and the transactions that they change. Not `SERIALIZABLE`: ids count up with time, so new ones lie on the same
//!   page of an index, and PostgreSQL would undo one of two hubs that write there, again and again.
//! - What the server undid because two waited for each other is done again (`link.rs`).
//! - Twice the same id or reference is decided by unique indexes. Where another hub has not committed yet, PostgreSQL
//!   waits for it.
//! - A server that does not wait for its disk is refused; `synchronous_commit` is switched on where it is off.
//! - The methods block, the driver does not: the caller's own thread drives the future, a thread of the store's own
//!   only says when there is something to read. So a caller needs no runtime, and may be part of one.

mod access;
mod alerts;
mod asked;
mod attempts;
mod audit;
mod call_backs;
mod changes;
mod checking;
mod column;
mod copying;
mod drafts;
mod enrolment;
mod handover;
mod health;
mod intake;
mod link;
mod orders;
mod pillars;
mod progress;
mod questions;
mod referrals;
mod refusals;
mod retention;
mod rollouts;
mod schema;
mod service;
mod settling;
mod surveys;
mod tables;
#[cfg(test)]
mod tests;
mod transactions;
mod visits;
mod waiting;

use std::borrow::Cow;
use std::str::FromStr as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx_core::connection::Connection as _;
use sqlx_core::query::query;
use sqlx_postgres::PgConnectOptions;
use uuid::Uuid;
use zuil_wire::health::SettledByStaff;
use zuil_wire::{HealthReport, QuestionItem, Reference};

pub use self::copying::{Copied, CopyError};
use self::link::{Driver, Link};
pub use self::schema::BroughtUp;
use super::values::micros;
use super::{
    Added, Checked, Decided, Decision, Delivery, Filter, OpenPaymentKey, Page, Pillar, RefusedEnvelope,
    Reported, Revoked, Store, StoreError, Stored, SurveyWeek, Taken, Tally, Unchecked, Unfound, Unsettled,
};
use crate::authority::Fingerprint;

/// How long bringing the schema up to date may take, with waiting for another hub that does it.
const SCHEMA_PATIENCE: Duration = Duration::from_secs(60 * 60);
/// How often surveys and questions of days that are over are mixed.
const MIXING: Duration = Duration::from_secs(60 * 60);

/// The store in PostgreSQL.
pub struct PostgresStore {
    link: Link,
    options: PgConnectOptions,
    /// By which name this store claims what it looks at.
    me: Uuid,
    brought_up: BroughtUp,
    mixed: Mutex<Option<Instant>>,
}

impl PostgresStore {
    /// Opens the database at a URL (`postgresql://user:password@host/database?sslmode=verify-full`, or
    /// `postgresql:///database?host=/run/postgresql` for a socket) and brings its schema up to date. The database must
    /// exist; several hubs may do this at once.
    ///
    /// # Errors
    /// When the server cannot be reached, does not wait for its disk, or has a schema of a newer program.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)?;
        link::warn_when_plain(&options);
        let driver = Driver::start()?;
        let brought_up = driver.wait(SCHEMA_PATIENCE, async {
            let mut connection = link::alone(&options).await?;
            if !link::is_durable(&mut connection).await? {
                return Err(StoreError::NotDurable);
            }
            let brought_up = schema::bring_up_to_date(&mut connection).await?;
            connection.close().await?;
            Ok(brought_up)
        })?;
        let link = Link::open(driver, &options)?;
        Ok(Self { link, options, me: Uuid::new_v4(), brought_up, mixed: Mutex::default() })
    }

    /// What was done to the schema when this was opened.
    #[must_use]
    pub const fn brought_up(&self) -> BroughtUp {
        self.brought_up
    }
}

/// The one character that PostgreSQL keeps in no text. It must not make a pillar's upload fail for ever.
fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

impl Store for PostgresStore {
    fn take_in_all(&self, deliveries: &[Delivery<'_>]) -> Result<Vec<Result<Taken, StoreError>>, StoreError> {
        let together = self.link.write(async |db| intake::take_in_together(db, deliveries).await);
        match (together, deliveries) {
            (Err(error), [_]) => Ok(vec![Err(error)]),
            // Seldom, so that the usual way needs no savepoints.
            (Err(error), _) if link::is_about_a_row(&error) => {
                self.link.write(async |db| intake::take_in_one_by_one(db, deliveries).await)
            }
            (done, _) => done,
        }
    }

    fn refusals(&self, pillar: &str) -> Result<Vec<RefusedEnvelope>, StoreError> {
        self.link.read(async |db| refusals::list(db, pillar).await)
    }

    fn delivered_after_revocation(&self, pillar: &str) -> Result<u64, StoreError> {
        self.link.read(async |db| pillars::delivered_after_revocation(db, pillar).await)
    }

    fn unchecked(&self, limit: u32) -> Result<Vec<Unchecked>, StoreError> {
        self.link.write(async |db| checking::claim(db, self.me, limit).await)
    }

    fn note_checked(&self, checked: &[Checked]) -> Result<(), StoreError> {
        self.link.write(async |db| checking::note(db, checked).await)
    }

    fn tend(&self) -> Result<(), StoreError> {
        let mut mixed = self.mixed.lock().unwrap_or_else(PoisonError::into_inner);
        if mixed.is_none_or(|mixed| mixed.elapsed() >= MIXING) {
            self.link.write(async |db| questions::mix(db).await)?;
            *mixed = Some(Instant::now());
        }
        Ok(())
    }

    fn transaction(&self, reference: Reference) -> Result<Option<Stored>, StoreError> {
        self.link.read(async |db| transactions::find(db, reference).await)
    }

    fn transactions(&self, filter: Filter, offset: u64, limit: u32) -> Result<Page, StoreError> {
        self.link.read(async |db| transactions::list(db, filter, offset, limit).await)
    }

    fn tally(&self, since: Timestamp) -> Result<Tally, StoreError> {
        self.link.read(async |db| transactions::tally(db, since).await)
    }

    fn sealed_to(&self, key_id: &str) -> Result<u64, StoreError> {
        self.link.read(async |db| transactions::sealed_to(db, key_id).await)
    }

    fn survey_count(&self) -> Result<u64, StoreError> {
        self.link.read(async |db| surveys::count(db).await)
    }

    fn survey_weeks(&self, since: Date) -> Result<Vec<SurveyWeek>, StoreError> {
        self.link.read(async |db| surveys::weeks(db, since).await)
    }

    fn keep_questions(
        &self,
        pillar: &str,
        questions: &[QuestionItem],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.link.write(async |db| questions::keep(db, pillar, questions, now).await)
    }

    fn questions(&self, since: Date, limit: u32) -> Result<Unfound, StoreError> {
        self.link.read(async |db| questions::most(db, since, limit).await)
    }

    fn forget_questions(&self, before: Date) -> Result<u64, StoreError> {
        self.link.write(async |db| questions::forget(db, before).await)
    }

    fn take_report(
        &self,
        pillar: &str,
        report: &HealthReport,
        now: Timestamp,
    ) -> Result<Vec<SettledByStaff>, StoreError> {
        self.link.write(async |db| health::take_report(db, pillar, report, now).await)
    }

    fn reports(&self) -> Result<Vec<Reported>, StoreError> {
        self.link.read(async |db| health::reports(db).await)
    }

    fn unsettled_payments(&self) -> Result<Vec<Unsettled>, StoreError> {
        self.link.read(async |db| health::worklist(db).await)
    }

    fn decide_payment(&self, key: &OpenPaymentKey, decision: Decision) -> Result<Decided, StoreError> {
        self.link.write(async |db| health::decide(db, key, decision).await)
    }

    fn add_pillar(&self, pillar: &Pillar) -> Result<Added, StoreError> {
        self.link.write(async |db| pillars::add(db, pillar).await)
    }

    fn revoke_pillar(&self, name: &str, now: Timestamp) -> Result<Revoked, StoreError> {
        self.link.write(async |db| pillars::revoke(db, name, now).await)
    }

    fn pillar(&self, fingerprint: &Fingerprint) -> Result<Option<Pillar>, StoreError> {
        self.link.read(async |db| pillars::find(db, fingerprint).await)
    }

    fn pillars(&self) -> Result<Vec<Pillar>, StoreError> {
        self.link.read(async |db| pillars::list(db).await)
    }

    fn saw_pillar(&self, name: &str, now: Timestamp) -> Result<(), StoreError> {
        self.link.write(async |db| pillars::saw(db, name, now).await)
    }

    fn pulse(&self, now: Timestamp) -> Result<(), StoreError> {
        self.link.write(async |db| {
            let write = query(
                "INSERT INTO pulse (at) VALUES ($1) ON CONFLICT (only_row) DO UPDATE SET at = excluded.at",
            );
            Ok(write.bind(micros(now)).execute(db).await.map(drop)?)
        })
    }
}
