//! Pillars, and what they have sealed and signed before the clock runs.

use jiff::Timestamp;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use uuid::Uuid;
use zuil_hub::{Config, fleet};
use zuil_wire::seal::{SealKey, SigningKey};
use zuil_wire::{
    AnswerLine, Binding, Cents, Envelope, Header, PROTOCOL_VERSION, PaymentRecord, PaymentState, Reference,
    Transaction, UploadRequest,
};

use super::Failure;

/// How large a request with one envelope is, in bytes: body without headers.
const REQUEST_BYTES: usize = 2048;

pub struct Pillars {
    bindings: Vec<Binding>,
    next: u64,
}

impl Pillars {
    pub fn bound_to(config: &Config, url: &str, count: usize) -> Result<Self, Failure> {
        let add =
            |number| Ok(fleet::add_pillar(config, &format!("zuil-{number}"), Some(url), Timestamp::now())?);
        Ok(Self { bindings: (0..count).map(add).collect::<Result<_, Failure>>()?, next: 0 })
    }

    /// TLS as each pillar speaks it.
    pub fn tls(&self) -> Result<Vec<Arc<ClientConfig>>, Failure> {
        self.bindings.iter().map(tls).collect()
    }

    /// `count` HTTP requests of so many envelopes each, spread over the pillars. No two are alike.
    pub fn requests(&mut self, count: usize, envelopes: usize) -> Result<Vec<Vec<Vec<u8>>>, Failure> {
        let each = count / self.bindings.len();
        let first = self.next;
        self.next += (count * envelopes) as u64;
        std::thread::scope(|scope| {
            let halves: Vec<_> = self
                .bindings
                .chunks(self.bindings.len().div_ceil(2))
                .enumerate()
                .map(|(half, bindings)| {
                    let first = first + (half * bindings.len() * each * envelopes) as u64;
                    scope.spawn(move || all_of(bindings, each, envelopes, first))
                })
                .collect();
            let mut all = Vec::new();
            for half in halves {
                all.extend(half.join().map_err(|_| "a pillar could not prepare")??);
            }
            Ok(all)
        })
    }
}

fn all_of(
    bindings: &[Binding],
    each: usize,
    envelopes: usize,
    mut next: u64,
) -> Result<Vec<Vec<Vec<u8>>>, Failure> {
    let mut all = Vec::new();
    let begin = Timestamp::now().as_millisecond().unsigned_abs();
    for binding in bindings {
        let seal = SealKey::from_base64(&binding.seal_key_id, &binding.seal_public_key)?;
        let sign = SigningKey::from_base64(&binding.signing_key)?;
        let mut requests = Vec::with_capacity(each);
        for place in 0..each {
            // Committed when it is sent: all pillars at about the same time.
            let at = begin + place as u64;
            let numbers = next..next + envelopes as u64;
            next = numbers.end;
            let envelopes = numbers.map(|number| envelope(binding, &seal, &sign, number, at));
            let envelopes = envelopes.collect::<Result<_, _>>()?;
            requests.push(request(&UploadRequest { version: PROTOCOL_VERSION, envelopes, surveys: vec![] })?);
        }
        all.push(requests);
    }
    Ok(all)
}

/// A paid transaction (made up) that makes a request of about [`REQUEST_BYTES`].
fn envelope(
    binding: &Binding,
    seal: &SealKey,
    sign: &SigningKey,
    number: u64,
    at: u64,
) -> Result<Envelope, Failure> {
    // As real ones: the id begins with the time, the reference is random.
    let at = uuid::Timestamp::from_unix(uuid::NoContext, at / 1000, (at % 1000) as u32 * 1_000_000);
    let (id, reference) = (Uuid::new_v7(at), Reference::from_bits(scattered(number)));
    let header = Header {
        version: PROTOCOL_VERSION,
        id,
        pillar: binding.pillar.clone(),
        sequence: number + 1,
        reference,
        committed_at: Timestamp::now(),
        key_id: seal.id().to_owned(),
    };
    let answer = |question: &str, display: &str| AnswerLine {
        question: question.into(),
        label: question.into(),
        value: display.into(),
        display: display.into(),
    };
    let transaction = Transaction {
        id,
        reference,
        task: "bulky-waste".into(),
        task_title: "Grofvuil laten ophalen".into(),
        catalogue_version: "2026-11".into(),
        language: "nl".into(),
        answers: vec![
            answer("adres", "Voorbeeldstraat 12, 2411 AB Voorbeeldhuizen"),
            answer("wat", &"Een bank, twee stoelen en een matras. ".repeat(8)),
            answer("dag", "2026-12-03"),
        ],
        fee: Cents(1735),
    };
    let payment = PaymentRecord {
        state: PaymentState::Paid,
        amount: Cents(1735),
        terminal_id: Some("52523535".into()),
        receipt_number: Some(231),
        card_scheme: Some("Maestro".into()),
    };
    Ok(sign.sign(seal.seal(header, &transaction)?, Some(payment))?)
}

/// Numbers that follow one another, as far apart as random ones; each once.
const fn scattered(number: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15) & ((1 << 50) - 1)
}

fn request(upload: &UploadRequest) -> Result<Vec<u8>, Failure> {
    let body = serde_json::to_vec(upload)?;
    if upload.envelopes.len() == 1 && body.len().abs_diff(REQUEST_BYTES) > 150 {
        return Err(format!("a request has {} bytes and not about {REQUEST_BYTES}", body.len()).into());
    }
    let mut request = format!(
        "POST /v1/transactions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(&body);
    Ok(request)
}

fn tls(binding: &Binding) -> Result<Arc<ClientConfig>, Failure> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(binding.authority.as_bytes())?)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_client_auth_cert(
            vec![CertificateDer::from_pem_slice(binding.certificate.as_bytes())?],
            PrivateKeyDer::from_pem_slice(binding.private_key.as_bytes())?,
        )?;
    Ok(Arc::new(config))
}
