//! Years of requests at a hub: what its pillars delivered and reported, and who works there. Invariant: it comes in
//! through the store's own operations, sealed and signed as pillars do it, and the same seed fills in the same.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use zuil_hub::Config;
use zuil_hub::data_folder::DataFolder;
use zuil_hub::store::{
    Account, AnswerDraft, Batch, Deed, Delivery, Entry, Grace, Incoming, Pillar, Role, SealedContent,
    Signature, Store, Taken,
};
use zuil_wire::health::{Device, DeviceReport, DeviceState, OpenPayment, Paper, StorageReport};
use zuil_wire::seal::{SealKey, SigningKey};
use zuil_wire::verify::{self, VerifyKey};
use zuil_wire::{
    Header, HealthReport, PROTOCOL_VERSION, PaymentRecord, PaymentState, QuestionItem, Reference,
    ServiceDeed, ServiceEntry, ServiceOutcome,
};

use super::Failure;
use super::routes::DRAFT;
use super::town::{self, Asked};

pub const TRANSACTIONS: usize = 100_000;
const PILLARS: usize = 100;
const DAYS: i64 = 730;
const STAFF: usize = 40;
/// Questions that were asked in vain, in the days for which they are kept.
const QUESTIONS: usize = 20_000;
/// What was done at one pillar in service visits.
const SERVICE_ENTRIES: u32 = 1_000;
/// How many deliveries share a commit.
const TOGETHER: usize = 256;

/// A payment of which nobody knows how it ended, with the pillar's number and the transaction's reference.
struct Unknown {
    pillar: usize,
    payment: uuid::Uuid,
    reference: Reference,
    record: PaymentRecord,
    at: Timestamp,
}

struct Maker {
    pillar: Pillar,
    seal: SealKey,
    sign: SigningKey,
    verify: Arc<VerifyKey>,
    sequence: u64,
}

/// Fills an empty store. What staff did about it is left to `journal.rs`.
pub fn fill(config: &Config, now: Timestamp) -> Result<(), Failure> {
    let mut dice = Rng::with_seed(2026);
    let folder = DataFolder::open(config, now)?;
    let store = &*folder.store;
    let begin = now - SignedDuration::from_hours(24 * DAYS);
    let key = folder.seal_keys.newest();
    let mut makers = Vec::new();
    for number in 0..PILLARS {
        let (signing, public_key) = SigningKey::generate()?;
        let mut fingerprint = [0; 32];
        dice.fill(&mut fingerprint);
        let pillar = Pillar {
            name: format!("zuil-{number:03}"),
            fingerprint,
            public_key,
            added_at: begin,
            revoked_at: None,
            last_seen_at: None,
            last_sequence: None,
        };
        store.add_pillar(&pillar)?;
        makers.push(Maker {
            seal: SealKey::from_base64(&key.id, &key.public_key)?,
            sign: SigningKey::from_base64(&signing)?,
            verify: Arc::new(VerifyKey::from_base64(&pillar.public_key)?),
            pillar,
            sequence: 0,
        });
    }
    let unknown = deliver(store, &mut makers, &mut dice, begin, now)?;
    for (number, maker) in makers.iter().enumerate() {
        let silent = if number % 20 == 7 { SignedDuration::from_hours(3) } else { SignedDuration::ZERO };
        store.take_report(&maker.pillar.name, &report(&mut dice, number, &unknown, now), now - silent)?;
    }
    ask_in_vain(store, &makers, &mut dice, now)?;
    visit(store, &makers[3].pillar.name, &mut dice, now)?;
    employ(store, now)?;
    store.add_draft(&draft(now))?;
    for number in [41, 83] {
        store.revoke_pillar(&makers[number].pillar.name, now - SignedDuration::from_hours(24))?;
    }
    // What a hub does by itself soon after something came in.
    store.tend()?;
    Ok(())
}

/// Delivers everything, in the order of time; what became known of no payment is given back.
fn deliver(
    store: &dyn Store,
    makers: &mut [Maker],
    dice: &mut Rng,
    begin: Timestamp,
    now: Timestamp,
) -> Result<Vec<Unknown>, Failure> {
    let minutes = now.duration_since(begin).as_secs() / 60;
    let mut at: Vec<i64> = (0..TRANSACTIONS).map(|_| dice.i64(0..minutes)).collect();
    at.sort_unstable();
    let mut unknown = Vec::new();
    for piece in at.chunks(TOGETHER) {
        let mut batches = Vec::new();
        for minute in piece {
            let at = begin + SignedDuration::from_mins(*minute);
            let number = dice.usize(..makers.len());
            let Asked { transaction, payment, survey } = town::errand(dice, at);
            if let Some(record) = payment.as_ref().filter(|record| record.state == PaymentState::Unknown) {
                unknown.push(Unknown {
                    pillar: number,
                    payment: transaction.id,
                    reference: transaction.reference,
                    record: record.clone(),
                    at,
                });
            }
            let maker = &mut makers[number];
            let incoming = maker.deliver(&transaction, payment, at)?;
            let batch = Batch {
                pillar: maker.pillar.name.clone(),
                certificate: None,
                transactions: vec![incoming],
                surveys: survey.into_iter().collect(),
                refused: Vec::new(),
            };
            batches.push((batch, at + SignedDuration::from_secs(2)));
        }
        let deliveries: Vec<Delivery<'_>> =
            batches.iter().map(|(batch, at)| Delivery { batch, at: *at, grace: Grace::default() }).collect();
        for taken in store.take_in_all(&deliveries)? {
            if !matches!(taken?, Taken::Outcomes(_)) {
                return Err("something was not taken in".into());
            }
        }
    }
    Ok(unknown)
}

impl Maker {
    fn deliver(
        &mut self,
        transaction: &zuil_wire::Transaction,
        payment: Option<PaymentRecord>,
        at: Timestamp,
    ) -> Result<Incoming, Failure> {
        self.sequence += 1;
        let header = Header {
            version: PROTOCOL_VERSION,
            id: transaction.id,
            pillar: self.pillar.name.clone(),
            sequence: self.sequence,
            reference: transaction.reference,
            committed_at: at,
            key_id: self.seal.id().to_owned(),
        };
        let envelope = self.sign.sign(self.seal.seal(header, transaction)?, payment)?;
        Ok(Incoming {
            digest: verify::content_digest(&envelope)?,
            sealed: SealedContent {
                encapsulated_key: BASE64.decode(&envelope.encapsulated_key)?,
                ciphertext: BASE64.decode(&envelope.ciphertext)?,
                header: envelope.header,
            },
            payment: envelope.payment,
            key_made_at: self.pillar.added_at,
            signature: Signature {
                key: Some(Arc::clone(&self.verify)),
                bytes: BASE64.decode(&envelope.signature)?,
            },
        })
    }
}

/// How a pillar is: most work, some have no paper, and some have a payment of the last days to find out about.
fn report(dice: &mut Rng, number: usize, unknown: &[Unknown], now: Timestamp) -> HealthReport {
    let since = now - SignedDuration::from_mins(dice.i64(5..5_000));
    let device = |device, state| DeviceReport { device, state, since };
    let printer = [DeviceState::Ready, DeviceState::PaperNearEnd, DeviceState::PaperOut]
        [usize::from(number % 9 == 3) + usize::from(number % 27 == 3)];
    let recent = |unknown: &&Unknown| unknown.at > now - SignedDuration::from_hours(24 * 60);
    let open: Vec<OpenPayment> = unknown
        .iter()
        .filter(|unknown| unknown.pillar == number)
        .filter(recent)
        .take(2)
        .map(|unknown| OpenPayment {
            payment: unknown.payment,
            reference: unknown.reference,
            amount: unknown.record.amount,
            at: unknown.at,
            receipt_number: unknown.record.receipt_number,
        })
        .collect();
    let terminal = if open.is_empty() { DeviceState::Ready } else { DeviceState::Blocked };
    HealthReport {
        version: PROTOCOL_VERSION,
        at: now,
        program: "0.2.0".into(),
        catalogue: "2026-11".into(),
        devices: vec![
            device(Device::Printer, printer),
            device(Device::Terminal, terminal),
            device(Device::DocumentReader, DeviceState::Ready),
        ],
        paper: Some(Paper { used_mm: dice.u64(..80_000), roll_mm: 80_000, empty_on: None }),
        waiting: u64::from(dice.u8(..3)),
        open_payments: open,
        clock_off_seconds: None,
        storage: Some(StorageReport { room_for: 1000, tried: None, salvaged: None }),
        seal_key: None,
        catalogue_refused: None,
        in_use: None,
        celsius: None,
        system: None,
    }
}

fn ask_in_vain(store: &dyn Store, makers: &[Maker], dice: &mut Rng, now: Timestamp) -> Result<(), Failure> {
    let mut asked: HashMap<usize, Vec<QuestionItem>> = HashMap::new();
    for _ in 0..QUESTIONS {
        let at = now - SignedDuration::from_hours(dice.i64(0..24 * 80));
        let count = dice.usize(1..=2);
        asked.entry(dice.usize(..makers.len())).or_default().push(QuestionItem {
            id: uuid::Uuid::from_u128(dice.u128(..)),
            language: ["nl", "nl", "nl", "en", "pl"][dice.usize(..5)].into(),
            words: town::words(dice, count),
            on: at.to_zoned(jiff::tz::TimeZone::UTC).date(),
        });
    }
    for (number, items) in asked {
        store.keep_questions(&makers[number].pillar.name, &items, now)?;
    }
    Ok(())
}

/// What technicians did at one pillar in a day of much trouble: as much as is kept of it.
fn visit(store: &dyn Store, pillar: &str, dice: &mut Rng, now: Timestamp) -> Result<(), Failure> {
    let deeds = [ServiceDeed::Opened, ServiceDeed::TestedPrinter, ServiceDeed::Closed];
    let entries: Vec<ServiceEntry> = (0..SERVICE_ENTRIES)
        .map(|number| ServiceEntry {
            id: uuid::Uuid::from_u128(dice.u128(..)),
            serial: Some(1),
            key_number: 1,
            at: now - SignedDuration::from_mins(i64::from(SERVICE_ENTRIES - number)),
            deed: deeds[number as usize % deeds.len()],
            outcome: ServiceOutcome::Done,
        })
        .collect();
    store.keep_service_entries(pillar, &entries, now)?;
    Ok(())
}

/// What an editor writes about what residents asked in vain.
fn draft(now: Timestamp) -> AnswerDraft {
    AnswerDraft {
        id: DRAFT.into(),
        question: "vliegen met een drone".into(),
        language: "nl".into(),
        text: "title.nl = \"Vliegen met een drone\"\n".into(),
        made: ("editor".into(), now),
        changed: ("editor".into(), now),
        done_at: None,
    }
}

/// Those who work there: one of each role alone, and colleagues.
fn employ(store: &dyn Store, now: Timestamp) -> Result<(), Failure> {
    for number in 0..STAFF {
        let role = Role::ALL[number % Role::ALL.len()];
        let name =
            if number < Role::ALL.len() { role.as_str().into() } else { format!("collega-{number:02}") };
        let account = Account::new(&name, [role].into_iter().collect(), Some("made up".into()), now);
        store.add_account(&account, &Entry::new(now, "bench", Deed::AddedAccount, &name))?;
    }
    Ok(())
}
