//! The municipality's side: the real intake on the real store, on a disk of its own that can lose what was
//! not synced.
//!
//! Invariant: a request is taken in steps, and the hub can die between any two of them and inside each.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use zuil_disk::Disk;
use zuil_hub::checker::check_some;
use zuil_hub::intake::{ListError, ReportError, Sorted, Upload, UploadError, asked, questions, report};
use zuil_hub::opening;
use zuil_hub::seal_keys::SealKeys;
use zuil_hub::store::{
    AskedStore, AuditStore, Content, DecidedBy, Decision, Deed, Entry, Filter, Finding, FoundAnswer,
    OpenPaymentKey, Pillar, SqliteStore, Store, Stored, Trouble,
};
use zuil_wire::{AskedCount, HealthReport, PaymentRecord, QuestionItem, Reference, State, Transaction};

use crate::grounds::Grounds;
use crate::network::{Kind, Reply};
use crate::witness::pillar_name;

/// The hub's side of the town.
pub(crate) struct HubSide {
    pub(crate) disk: Disk,
    store: Option<SqliteStore>,
    /// How wrong its clock is.
    pub(crate) clock: SignedDuration,
    pub(crate) boots: u32,
    /// Why it could not store something.
    pub(crate) last_error: RefCell<String>,
    /// What was opened already, by how it is sealed.
    opened: RefCell<BTreeMap<Vec<u8>, Transaction>>,
}

/// A transaction as the hub shows it to staff.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) content: Transaction,
    pub(crate) pillar: String,
    pub(crate) state: State,
    pub(crate) payment: Option<PaymentRecord>,
    /// What the hub found wrong with it.
    pub(crate) trouble: Option<Trouble>,
}

/// A request that was understood.
pub(crate) enum Work {
    Upload(Upload),
    Report(Box<HealthReport>),
    Questions(Sorted<QuestionItem>),
    Counts(Sorted<AskedCount>),
    Hello,
}

impl HubSide {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            disk: Disk::new(seed),
            store: None,
            clock: SignedDuration::ZERO,
            boots: 0,
            last_error: RefCell::default(),
            opened: RefCell::default(),
        }
    }

    pub(crate) const fn is_on(&self) -> bool {
        self.store.is_some()
    }

    /// Switches it on.
    pub(crate) fn start(&mut self) -> Result<(), String> {
        self.boots += 1;
        let store = SqliteStore::open_on(&self.disk.path("hub.sqlite"), zuil_disk::VFS);
        self.store = Some(store.map_err(|error| error.to_string())?);
        Ok(())
    }

    /// Gives up what it has in memory.
    pub(crate) fn dies(&mut self) {
        self.store = None;
    }

    /// Lets pillars in.
    pub(crate) fn admit(&self, keys: &[String], now: Timestamp) -> Result<(), String> {
        let store = self.store.as_ref().ok_or("the hub is off")?;
        for (index, public_key) in keys.iter().enumerate() {
            let pillar = Pillar {
                name: pillar_name(index),
                fingerprint: fingerprint(index),
                public_key: public_key.clone(),
                added_at: now,
                revoked_at: None,
                last_seen_at: None,
                last_sequence: None,
            };
            store.add_pillar(&pillar).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// The first step: who it is, and what is asked.
    pub(crate) fn understands(
        &self,
        pillar: usize,
        kind: Kind,
        body: &[u8],
    ) -> Result<(Pillar, Work), Reply> {
        let store = self.store.as_ref().ok_or(Reply::Broken)?;
        let known = store.pillar(&fingerprint(pillar)).map_err(|_| Reply::Status(503, None))?;
        let known = known.ok_or(Reply::Status(403, None))?;
        let work = match kind {
            Kind::Upload => Work::Upload(Upload::parse(body).map_err(|error| {
                Reply::Status(
                    match error {
                        UploadError::TooMany => 413,
                        UploadError::Version => 426,
                        UploadError::Form => 400,
                    },
                    None,
                )
            })?),
            Kind::Report => Work::Report(Box::new(report::parse(body).map_err(|error| {
                Reply::Status(
                    match error {
                        ReportError::TooMany => 413,
                        ReportError::Version => 426,
                        ReportError::Form => 400,
                        ReportError::Nonsense(_) => 422,
                    },
                    None,
                )
            })?)),
            Kind::Questions => Work::Questions(questions::parse(body).map_err(|error| refused(&error))?),
            Kind::Counts => Work::Counts(asked::parse(body).map_err(|error| refused(&error))?),
            Kind::Hello => Work::Hello,
        };
        Ok((known, work))
    }

    /// The second step: verify, open, store.
    pub(crate) fn takes(&self, pillar: &Pillar, work: Work, grounds: &Grounds, now: Timestamp) -> Reply {
        let Some(store) = self.store.as_ref() else { return Reply::Broken };
        let now = now.saturating_add(self.clock).unwrap_or(now);
        let body = match work {
            Work::Upload(upload) => upload
                .take_in(pillar, &grounds.keys, store, now)
                .map_err(|error| error.to_string())
                .and_then(|answer| serde_json::to_vec(&answer).map_err(|error| error.to_string())),
            Work::Report(report) => report::take_in(&report, pillar, store, now)
                .map_err(|error| error.to_string())
                .and_then(|answer| serde_json::to_vec(&answer).map_err(|error| error.to_string())),
            Work::Questions(asked) => questions::take_in(asked, pillar, store, now)
                .map_err(|error| error.to_string())
                .and_then(|answer| serde_json::to_vec(&answer).map_err(|error| error.to_string())),
            Work::Counts(counted) => asked::take_in(counted, pillar, store, now)
                .map_err(|error| error.to_string())
                .and_then(|answer| serde_json::to_vec(&answer).map_err(|error| error.to_string())),
            Work::Hello => store
                .pulse(now)
                .and_then(|()| store.saw_pillar(&pillar.name, now))
                .map(|()| br#"{"status":"ok"}"#.to_vec())
                .map_err(|error| error.to_string()),
        };
        body.map_err(|error| *self.last_error.borrow_mut() = error)
            .map_or(Reply::Status(503, None), Reply::Body)
    }

    /// What its second thread does: looks at what came in, and tends the store.
    pub(crate) fn looks_at_what_came_in(&self, keys: &SealKeys) {
        let Some(store) = self.store.as_ref() else { return };
        let looked = check_some(store, keys, 256).map(drop).map_err(|error| error.to_string());
        let tended = store.tend().map_err(|error| error.to_string());
        if let Err(error) = looked.and(tended) {
            *self.last_error.borrow_mut() = error;
        }
    }

    /// Writes something down beside what pillars deliver.
    pub(crate) fn notes_down(&self, text: &str) {
        let Some(store) = self.store.as_ref() else { return };
        let entry = Entry::new(Timestamp::UNIX_EPOCH, "staff", Deed::SawContent, text);
        if let Err(error) = store.note(&entry) {
            *self.last_error.borrow_mut() = error.to_string();
        }
    }

    /// All that it holds.
    pub(crate) fn rows(&self, keys: &SealKeys) -> Result<Vec<Row>, String> {
        let store = self.store.as_ref().ok_or("the hub is off")?;
        let all = store.transactions(Filter::default(), 0, 10_000).map_err(|error| error.to_string())?;
        let row = |Stored { content, pillar, state, payment, trouble, .. }| {
            Ok(Row { content: self.opened(&content, keys)?, pillar, state, payment, trouble })
        };
        all.items.into_iter().map(row).collect()
    }

    /// What stands in sealed content; each is opened once.
    fn opened(&self, content: &Content, keys: &SealKeys) -> Result<Transaction, String> {
        let open = || opening::open(content, keys).map_err(|error| error.to_string());
        let Content::Sealed(sealed) = content else { return open() };
        if let Some(known) = self.opened.borrow().get(&sealed.ciphertext) {
            return Ok(known.clone());
        }
        let opened = open()?;
        self.opened.borrow_mut().insert(sealed.ciphertext.clone(), opened.clone());
        Ok(opened)
    }

    pub(crate) fn surveys(&self) -> Result<u64, String> {
        let store = self.store.as_ref().ok_or("the hub is off")?;
        store.survey_count().map_err(|error| error.to_string())
    }

    /// How often which answers were found, by pillar.
    pub(crate) fn found(&self) -> Result<Vec<FoundAnswer>, String> {
        let store = self.store.as_ref().ok_or("the hub is off")?;
        store.asked(Date::ZERO).map_err(|error| error.to_string())
    }

    /// Staff go through their list. `truth` is what the bank says of the payment of a transaction.
    pub(crate) fn staff_decide(&self, truth: &BTreeMap<Reference, bool>, now: Timestamp) -> usize {
        let Some(store) = self.store.as_ref() else { return 0 };
        let mut decided = 0;
        for open in store.unsettled_payments().unwrap_or_default() {
            let (Some(payment), None) = (open.payment, &open.decision) else { continue };
            let Some(stands) = truth.get(&open.reference) else { continue };
            let finding = if *stands { Finding::Paid } else { Finding::NotPaid };
            let key = OpenPaymentKey { pillar: open.pillar.clone(), payment };
            let decision = Decision { finding, by: DecidedBy::Desk, at: now };
            decided += usize::from(store.decide_payment(&key, decision).is_ok());
        }
        decided
    }
}

/// What a list that cannot be taken is answered.
const fn refused(error: &ListError) -> Reply {
    let status = match error {
        ListError::TooMany(_) => 413,
        ListError::Version => 426,
        ListError::Form(_) => 400,
    };
    Reply::Status(status, None)
}

fn fingerprint(pillar: usize) -> [u8; 32] {
    [u8::try_from(pillar).unwrap_or_default() + 1; 32]
}
