//! A pillar of a fleet: its connection, its reports and its transactions. Invariant: what it was not told to be taken
//! it sends again, the same, until it is or its patience ends.

use std::time::{Duration, Instant};

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use reqwest::{Certificate, Client, Identity};
use uuid::Uuid;
use zuil_wire::health::{Device, DeviceReport, DeviceState, Paper, StorageReport};
use zuil_wire::seal::{SealKey, SigningKey};
use zuil_wire::{
    Envelope, Header, HealthAnswer, HealthReport, ItemOutcome, PROTOCOL_VERSION, Reference, UploadRequest,
    UploadResponse,
};

use super::{Failure, town};

const REPORT_EACH: Duration = Duration::from_secs(30);
const TRANSACTION_EACH: Duration = Duration::from_secs(300);
/// How long it waits for an answer, and at most until it tries again.
const ANSWER: Duration = Duration::from_secs(10);
const AGAIN_MILLIS: std::ops::Range<u64> = 200..2_000;
/// How long it goes on trying when the time is over.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was sent of one kind.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// How long those took that were answered at the first try.
    pub times: Vec<Duration>,
    /// How often something had to be sent again.
    pub again: usize,
    /// The longest that anything took, with all its tries.
    pub longest: Duration,
}

impl Counted {
    fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        self.again += other.again;
        self.longest = self.longest.max(other.longest);
    }
}

/// What came of a life, or of many.
#[derive(Debug, Default)]
pub struct Told {
    pub reports: Counted,
    pub transactions: Counted,
    /// What was acknowledged: the bits of each reference, and the id.
    pub acknowledged: Vec<(u64, Uuid)>,
    /// What was sent and never acknowledged.
    pub given_up: usize,
}

impl Told {
    pub fn add(&mut self, other: Self) {
        self.reports.add(other.reports);
        self.transactions.add(other.transactions);
        self.acknowledged.extend(other.acknowledged);
        self.given_up += other.given_up;
    }
}

pub struct Simulated {
    name: String,
    client: Client,
    seal: SealKey,
    sign: SigningKey,
}

impl Simulated {
    pub fn new(
        name: String,
        authority: &str,
        identity: &str,
        seal: SealKey,
        sign: SigningKey,
    ) -> Result<Self, Failure> {
        let client = Client::builder()
            .no_proxy()
            .tls_certs_only([Certificate::from_pem(authority.as_bytes())?])
            .identity(Identity::from_pem(identity.as_bytes())?)
            .pool_idle_timeout(None::<Duration>)
            .timeout(ANSWER)
            .build()?;
        Ok(Self { name, client, seal, sign })
    }

    /// Connects, and hears whether the hub is well.
    pub async fn greet(&self, url: &str) -> Result<(), Failure> {
        let answer = self.client.get(format!("{url}/v1/health")).send().await?;
        if answer.version() != reqwest::Version::HTTP_2 {
            return Err("the hub speaks no HTTP/2".into());
        }
        answer.error_for_status()?.bytes().await?;
        Ok(())
    }

    /// Reports and delivers until the end, at moments of its own.
    pub async fn live(self, url: &str, seed: u64, end: Instant) -> Told {
        let (mut dice, mut told) = (Rng::with_seed(seed), Told::default());
        let mut phase = |each: Duration| Instant::now() + each.mul_f64(dice.f64());
        let (mut report, mut transaction) = (phase(REPORT_EACH), phase(TRANSACTION_EACH));
        let mut sequence = 0;
        while report.min(transaction) < end {
            tokio::time::sleep_until(report.min(transaction).into()).await;
            if report <= transaction {
                report += REPORT_EACH;
                let body = serde_json::to_vec(&self.report()).unwrap_or_default();
                let taken = |answer: &[u8]| serde_json::from_slice::<HealthAnswer>(answer).is_ok();
                let url = format!("{url}/v1/report");
                let done = self.send(&url, &body, taken, &mut dice, end, &mut told.reports).await;
                told.given_up += usize::from(!done);
            } else {
                transaction += TRANSACTION_EACH;
                sequence += 1;
                let bits = dice.u64(..1 << 50);
                let Ok(envelope) = self.envelope(&mut dice, bits, sequence) else {
                    told.given_up += 1;
                    continue;
                };
                let id = envelope.header.id;
                let upload =
                    UploadRequest { version: PROTOCOL_VERSION, envelopes: vec![envelope], surveys: vec![] };
                let body = serde_json::to_vec(&upload).unwrap_or_default();
                let url = format!("{url}/v1/transactions");
                let taken = |answer: &[u8]| is_accepted(answer, id);
                if self.send(&url, &body, taken, &mut dice, end, &mut told.transactions).await {
                    told.acknowledged.push((bits, id));
                } else {
                    told.given_up += 1;
                }
            }
        }
        told
    }

    /// Sends until it is taken; whether it was.
    async fn send(
        &self,
        url: &str,
        body: &[u8],
        is_taken: impl Fn(&[u8]) -> bool,
        dice: &mut Rng,
        end: Instant,
        counted: &mut Counted,
    ) -> bool {
        let first = Instant::now();
        let mut tries = 0;
        loop {
            tries += 1;
            let request =
                self.client.post(url).header("content-type", "application/json").body(body.to_vec());
            let answer = match request.send().await {
                Ok(answer) if answer.status().is_success() => answer.bytes().await.unwrap_or_default(),
                _ => Default::default(),
            };
            if is_taken(&answer) {
                counted.longest = counted.longest.max(first.elapsed());
                if tries == 1 {
                    counted.times.push(first.elapsed());
                }
                return true;
            }
            if Instant::now() > end + PATIENCE {
                return false;
            }
            counted.again += 1;
            tokio::time::sleep(Duration::from_millis(dice.u64(AGAIN_MILLIS))).await;
        }
    }

    fn envelope(&self, dice: &mut Rng, bits: u64, sequence: u64) -> Result<Envelope, Failure> {
        let at = Timestamp::now();
        let mut transaction = town::errand(dice, at).transaction;
        transaction.reference = Reference::from_bits(bits);
        let header = Header {
            version: PROTOCOL_VERSION,
            id: transaction.id,
            pillar: self.name.clone(),
            sequence,
            reference: transaction.reference,
            committed_at: at,
            key_id: self.seal.id().to_owned(),
        };
        Ok(self.sign.sign(self.seal.seal(header, &transaction)?, None)?)
    }

    fn report(&self) -> HealthReport {
        let now = Timestamp::now();
        let device = |device| DeviceReport {
            device,
            state: DeviceState::Ready,
            since: now - SignedDuration::from_mins(30),
        };
        HealthReport {
            version: PROTOCOL_VERSION,
            at: now,
            program: "0.2.0".into(),
            catalogue: "2026-11".into(),
            devices: [Device::Printer, Device::Terminal, Device::DocumentReader].map(device).into(),
            paper: Some(Paper { used_mm: 12_000, roll_mm: 80_000, empty_on: None }),
            waiting: 0,
            open_payments: Vec::new(),
            clock_off_seconds: None,
            storage: Some(StorageReport { room_for: 1000, tried: None, salvaged: None }),
            seal_key: Some(self.seal.id().to_owned()),
            catalogue_refused: None,
            in_use: None,
            celsius: None,
            system: None,
        }
    }
}

fn is_accepted(answer: &[u8], sent: Uuid) -> bool {
    let answer = serde_json::from_slice::<UploadResponse>(answer);
    answer.is_ok_and(
        |answer| matches!(answer.outcomes.as_slice(), [ItemOutcome::Accepted { id, .. }] if *id == sent),
    )
}
