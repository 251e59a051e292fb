//! A hub on free ports with a temporary data folder, and pillars that speak to it.

use std::sync::Once;

use jiff::Timestamp;
use reqwest::{Certificate, Client, Identity, StatusCode};
use tempfile::TempDir;
use uuid::Uuid;
use zuil_hub::seal_keys::SealKeys;
use zuil_hub::store::Stored;
use zuil_hub::{Config, Hub, Running, fleet};
use zuil_wire::health::{Device, DeviceReport, DeviceState, OpenPayment, Paper};
use zuil_wire::messages::SurveyItem;
use zuil_wire::seal::{SealKey, SigningKey};
use zuil_wire::{
    AnswerLine, Binding, Cents, Envelope, Header, HealthAnswer, HealthReport, ItemOutcome, PROTOCOL_VERSION,
    PaymentRecord, PaymentState, Reference, Transaction, UploadRequest, UploadResponse,
};

pub struct TestHub {
    pub config: Config,
    pub running: Running,
    /// Outlives the hub; dropped last.
    _folder: TempDir,
}

pub async fn hub() -> TestHub {
    hub_whose_staff_wait(0).await
}

/// Its staff wait that many hours until they can say that something was not paid.
pub async fn hub_whose_staff_wait(hours: u16) -> TestHub {
    hub_with(|config| config.desk.not_paid_after_hours = hours).await
}

/// A hub of which something is configured otherwise.
pub async fn hub_with(change: impl FnOnce(&mut Config)) -> TestHub {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::on_any_port("Voorbeeldstad", &folder.path().join("data"));
    // Stories count in minutes, and a browser takes its time.
    config.alerts.down_after_seconds = 15 * 60;
    change(&mut config);
    let running = Hub::start(config.clone()).await.unwrap();
    TestHub { config, running, _folder: folder }
}

impl TestHub {
    pub fn add_pillar(&self, name: &str) -> TestPillar {
        let url = Some(self.running.intake_url.as_str());
        TestPillar::new(fleet::add_pillar(&self.config, name, url, Timestamp::now()).unwrap())
    }

    /// What a resident asked, as staff read it.
    pub fn opened(&self, stored: &Stored) -> Transaction {
        let keys = SealKeys::open_or_make(&self.config.data_dir.join("seal"), Timestamp::now()).unwrap();
        zuil_hub::opening::open(&stored.content, &keys).unwrap()
    }

    /// Ends the hub and starts another on the same data folder.
    pub async fn restart(mut self) -> Self {
        self.running.shutdown().await;
        self.running = Hub::start(self.config.clone()).await.unwrap();
        self
    }
}

pub struct TestPillar {
    pub binding: Binding,
    pub client: Client,
    pub seal: SealKey,
    pub sign: SigningKey,
}

impl TestPillar {
    pub fn new(binding: Binding) -> Self {
        let client = client(&binding.authority, Some((&binding.certificate, &binding.private_key)));
        let seal = SealKey::from_base64(&binding.seal_key_id, &binding.seal_public_key).unwrap();
        let sign = SigningKey::from_base64(&binding.signing_key).unwrap();
        Self { binding, client, seal, sign }
    }

    /// A transaction (made up), sealed and signed as this pillar does it.
    pub fn envelope(&self, number: u64, payment: Option<PaymentRecord>) -> Envelope {
        self.envelope_as(&self.binding.pillar, &self.seal, number, payment)
    }

    pub fn envelope_as(
        &self,
        pillar: &str,
        key: &SealKey,
        number: u64,
        payment: Option<PaymentRecord>,
    ) -> Envelope {
        self.sealed(pillar, key, number, payment, ("bulky-waste", "Grofvuil laten ophalen"))
    }

    /// A resident (made up) asks to be called back.
    pub fn call_back(&self, number: u64) -> Envelope {
        self.sealed(&self.binding.pillar, &self.seal, number, None, ("call-back", "Laat u terugbellen"))
    }

    fn sealed(
        &self,
        pillar: &str,
        key: &SealKey,
        number: u64,
        payment: Option<PaymentRecord>,
        (task, title): (&str, &str),
    ) -> Envelope {
        let (id, reference) = (Uuid::from_u128(u128::from(number)), Reference::from_bits(number));
        let header = Header {
            version: PROTOCOL_VERSION,
            id,
            pillar: pillar.into(),
            sequence: number,
            reference,
            committed_at: Timestamp::now(),
            key_id: key.id().into(),
        };
        let answer = |label: &str, display: &str| AnswerLine {
            question: label.to_lowercase(),
            label: label.into(),
            value: display.into(),
            display: display.into(),
        };
        let transaction = Transaction {
            id,
            reference,
            task: task.into(),
            task_title: title.into(),
            catalogue_version: "1".into(),
            language: "nl".into(),
            answers: vec![answer("Adres", "Voorbeeldstraat 1 <b>"), answer("Wat", "een bank")],
            fee: Cents(1735),
        };
        let sealed = key.seal(header, &transaction).unwrap();
        self.sign.sign(sealed, payment).unwrap()
    }

    /// The same sealed content, signed anew with what is now known of the payment.
    pub fn again(&self, envelope: &Envelope, payment: PaymentRecord) -> Envelope {
        let sealed = zuil_wire::seal::Sealed {
            header: envelope.header.clone(),
            encapsulated_key: envelope.encapsulated_key.clone(),
            ciphertext: envelope.ciphertext.clone(),
        };
        self.sign.sign(sealed, Some(payment)).unwrap()
    }

    pub async fn upload(&self, envelopes: &[Envelope]) -> Vec<ItemOutcome> {
        self.upload_with(envelopes, vec![]).await.outcomes
    }

    pub async fn upload_with(&self, envelopes: &[Envelope], surveys: Vec<SurveyItem>) -> UploadResponse {
        let request = UploadRequest { version: PROTOCOL_VERSION, envelopes: envelopes.to_vec(), surveys };
        let response = self.post(serde_json::to_vec(&request).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.version(), reqwest::Version::HTTP_2);
        response.json().await.unwrap()
    }

    /// Says how it is, and tells what the hub answers.
    pub async fn report(&self, report: &HealthReport) -> HealthAnswer {
        let response = self.post_report(serde_json::to_vec(report).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK);
        response.json().await.unwrap()
    }

    pub async fn post_report(&self, body: Vec<u8>) -> reqwest::Response {
        let url = format!("{}/v1/report", self.binding.hub_url);
        self.client.post(url).header("content-type", "application/json").body(body).send().await.unwrap()
    }

    pub async fn post(&self, body: Vec<u8>) -> reqwest::Result<reqwest::Response> {
        let url = format!("{}/v1/transactions", self.binding.hub_url);
        self.client.post(url).header("content-type", "application/json").body(body).send().await
    }
}

pub fn client(authority: &str, identity: Option<(&str, &str)>) -> Client {
    use_one_provider();
    let roots = [Certificate::from_pem(authority.as_bytes()).unwrap()];
    let builder = Client::builder().no_proxy().tls_certs_only(roots);
    match identity {
        None => builder.build().unwrap(),
        Some((certificate, key)) => {
            let pem = format!("{certificate}\n{key}");
            builder.identity(Identity::from_pem(pem.as_bytes()).unwrap()).build().unwrap()
        }
    }
}

pub fn use_one_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| drop(rustls::crypto::aws_lc_rs::default_provider().install_default()));
}

pub fn payment(state: PaymentState) -> PaymentRecord {
    PaymentRecord {
        state,
        amount: Cents(1735),
        terminal_id: Some("52523535".into()),
        receipt_number: None,
        card_scheme: None,
    }
}

/// A report (made up) of a pillar with printer and terminal, by a clock that is right.
pub fn report(printer: DeviceState, terminal: DeviceState) -> HealthReport {
    let now = Timestamp::now();
    let since = now - jiff::SignedDuration::from_mins(30);
    let device = |device, state| DeviceReport { device, state, since };
    HealthReport {
        version: PROTOCOL_VERSION,
        at: now,
        program: "0.2.0".into(),
        catalogue: "2026-11".into(),
        devices: vec![device(Device::Printer, printer), device(Device::Terminal, terminal)],
        paper: Some(Paper { used_mm: 12_000, roll_mm: 80_000, empty_on: None }),
        waiting: 0,
        open_payments: Vec::new(),
        clock_off_seconds: None,
        storage: None,
        seal_key: None,
        catalogue_refused: None,
        in_use: None,
        celsius: None,
        system: None,
    }
}

/// An open payment (made up), a quarter of an hour old, of the transaction with that number.
pub fn open_payment(number: u64) -> OpenPayment {
    OpenPayment {
        payment: Uuid::from_u128(0xa0 + u128::from(number)),
        reference: Reference::from_bits(number),
        amount: Cents(1735),
        at: Timestamp::now() - jiff::SignedDuration::from_mins(15),
        receipt_number: Some(231),
    }
}

/// A report of a pillar that cannot prove that payment.
pub fn blocked_by(open: OpenPayment) -> HealthReport {
    HealthReport { open_payments: vec![open], ..report(DeviceState::Ready, DeviceState::Blocked) }
}
