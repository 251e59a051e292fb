//! Sealing: what leaves a visit can be read by the municipality only, and is known to come from
//! this pillar.
//!
//! The content is sealed with HPKE (RFC 9180) in base mode, suite DHKEM(X25519, HKDF-SHA256),
//! HKDF-SHA256, AES-256-GCM, with the header as associated data. The sender is authenticated by an
//! Ed25519 signature (RFC 8032) over header, sealed content and payment. The signature is made when
//! the payment is known; the content is sealed before, so that nothing plain waits for a terminal.
//!
//! What is not one message but goes on for hours is sealed piece by piece as a *stream*
//! ([`SealKey::stream`], [`OpenKey::stream`]): one HPKE context, whose pieces can only be opened all
//! and in their order.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustls::crypto::aws_lc_rs::hpke::DH_KEM_X25519_HKDF_SHA256_AES_256 as SUITE;
use rustls::crypto::hpke::{EncapsulatedSecret, Hpke, HpkeOpener, HpkePrivateKey, HpkePublicKey, HpkeSealer};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{Envelope, Header, PaymentRecord, Transaction};

/// Binds sealed content to its purpose (RFC 9180, `info`).
const INFO: &[u8] = b"zuil transaction v1";
/// Keeps a signature of a transaction from meaning anything else.
pub(crate) const SIGNATURE_CONTEXT: &[u8] = b"zuil envelope v1\0";

/// A transaction that only the hub can read. It is what the outbox keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// What may be seen.
    pub header: Header,
    /// The HPKE encapsulated key, base64.
    pub encapsulated_key: String,
    /// The sealed content, base64.
    pub ciphertext: String,
}

/// Why something could not be sealed, signed, opened or believed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SealError {
    /// A key has the wrong form.
    #[error("this is not a usable key: {0}")]
    Key(&'static str),
    /// Sealing or signing failed inside the cryptographic library.
    #[error("the transaction could not be sealed")]
    Seal,
    /// The content was not sealed to this key, or was changed on the way.
    #[error("the transaction cannot be opened with this key, or was changed on the way")]
    Open,
    /// The content opens but does not belong to its header.
    #[error("the content does not belong to its header")]
    Mismatch,
    /// The signature is not the pillar's.
    #[error("the signature is not this pillar's")]
    Signature,
}

/// An encapsulation made ahead of its one transaction.
type Prepared = (EncapsulatedSecret, Box<dyn HpkeSealer>);

/// The municipality's public key, with its id. A pillar seals to it.
#[derive(Clone)]
pub struct SealKey {
    id: String,
    key: HpkePublicKey,
    /// Encapsulated keys and what seals with them, each for one transaction. Clones share them.
    prepared: Arc<Mutex<Vec<Prepared>>>,
}

impl SealKey {
    /// For how many transactions is prepared at most.
    pub const MOST_PREPARED: usize = 8;

    /// The key in a binding.
    ///
    /// # Errors
    /// When `public_key` is not 32 bytes in base64.
    pub fn from_base64(id: &str, public_key: &str) -> Result<Self, SealError> {
        let bytes = BASE64.decode(public_key).map_err(|_| SealError::Key("the sealing key is not base64"))?;
        if bytes.len() != 32 {
            return Err(SealError::Key("the sealing key has not 32 bytes"));
        }
        Ok(Self { id: id.to_owned(), key: HpkePublicKey(bytes), prepared: Arc::default() })
    }

    /// The id that belongs in the header of everything sealed to this key.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Seals a transaction under its header.
    ///
    /// # Errors
    /// [`SealError::Mismatch`] when header and transaction name another id, reference or key.
    pub fn seal(&self, header: Header, transaction: &Transaction) -> Result<Sealed, SealError> {
        if header.key_id != self.id || !belong_together(&header, transaction) {
            return Err(SealError::Mismatch);
        }
        let plain = Zeroizing::new(serde_json::to_vec(transaction).map_err(|_| SealError::Seal)?);
        let (secret, mut sealer) = match self.take_prepared() {
            Some(prepared) => prepared,
            None => self.encapsulate()?,
        };
        let ciphertext = sealer.seal(&associated_data(&header)?, &plain).map_err(|_| SealError::Seal)?;
        Ok(Sealed {
            header,
            encapsulated_key: BASE64.encode(secret.0),
            ciphertext: BASE64.encode(ciphertext),
        })
    }

    /// Does ahead what sealing needs no content for, and what takes most of its time: draws a key for one
    /// transaction and encapsulates it. What is sealed with it is the same, byte for byte, as without
    /// preparation (RFC 9180, section 6.1: one message is a stream of one). Tells whether there is room
    /// for more of it.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn prepare(&self) -> Result<bool, SealError> {
        if self.prepared() < Self::MOST_PREPARED {
            let prepared = self.encapsulate()?;
            self.lock_prepared().push(prepared);
        }
        Ok(self.prepared() < Self::MOST_PREPARED)
    }

    /// For how many transactions it is prepared.
    #[must_use]
    pub fn prepared(&self) -> usize {
        self.lock_prepared().len()
    }

    /// Each is used once: a second message under the same key would not open as a first one.
    fn take_prepared(&self) -> Option<(EncapsulatedSecret, Box<dyn HpkeSealer>)> {
        self.lock_prepared().pop()
    }

    fn encapsulate(&self) -> Result<(EncapsulatedSecret, Box<dyn HpkeSealer>), SealError> {
        SUITE.setup_sealer(INFO, &self.key).map_err(|_| SealError::Seal)
    }

    /// A panic elsewhere leaves the list as it was: one entry more or less.
    fn lock_prepared(&self) -> MutexGuard<'_, Vec<(EncapsulatedSecret, Box<dyn HpkeSealer>)>> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a stream. `info` names what it is for: only an opener that names the same opens it.
    /// Returns the encapsulated key (base64) that the opener needs, too.
    ///
    /// The pieces are kept secret and in order. Who has only this public key can begin a stream of
    /// its own, but can neither read, change, leave out nor add a piece in the middle of this one.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn stream(&self, info: &[u8]) -> Result<(String, StreamSealer), SealError> {
        let (secret, sealer) = SUITE.setup_sealer(info, &self.key).map_err(|_| SealError::Seal)?;
        Ok((BASE64.encode(secret.0), StreamSealer(sealer)))
    }
}

/// Seals the pieces of a stream, one after the other.
#[derive(Debug)]
pub struct StreamSealer(Box<dyn HpkeSealer>);

impl StreamSealer {
    /// Seals the next piece. `bound_to` is not kept in it, but has to be known to open it.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn seal(&mut self, bound_to: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        self.0.seal(bound_to, plain).map_err(|_| SealError::Seal)
    }
}

/// Opens the pieces of a stream, one after the other.
#[derive(Debug)]
pub struct StreamOpener(Box<dyn HpkeOpener>);

impl StreamOpener {
    /// Opens the next piece.
    ///
    /// # Errors
    /// [`SealError::Open`] when it is not the next piece of this stream, is bound to something else,
    /// or was changed.
    pub fn open(&mut self, bound_to: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.0.open(bound_to, sealed).map(Zeroizing::new).map_err(|_| SealError::Open)
    }
}

impl PartialEq for SealKey {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.key.0 == other.key.0
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The municipality's private key. Only the hub has it.
pub struct OpenKey {
    key: HpkePrivateKey,
}

impl OpenKey {
    /// A new key pair: the private key's bytes (32) and the public key in base64.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn generate() -> Result<(Zeroizing<Vec<u8>>, String), SealError> {
        let (public, private) =
            SUITE.generate_key_pair().map_err(|_| SealError::Key("none could be made"))?;
        Ok((Zeroizing::new(private.secret_bytes().to_vec()), BASE64.encode(public.0)))
    }

    /// The key for the bytes from [`OpenKey::generate`].
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self { key: HpkePrivateKey::from(bytes.to_vec()) }
    }

    /// Opens an envelope whose signature was verified.
    ///
    /// # Errors
    /// [`SealError::Open`] and [`SealError::Mismatch`].
    pub fn open(&self, envelope: &Envelope) -> Result<Transaction, SealError> {
        let secret = BASE64.decode(&envelope.encapsulated_key).map_err(|_| SealError::Open)?;
        let ciphertext = BASE64.decode(&envelope.ciphertext).map_err(|_| SealError::Open)?;
        let aad = associated_data(&envelope.header)?;
        let plain = SUITE
            .open(&EncapsulatedSecret(secret), INFO, &aad, &ciphertext, &self.key)
            .map(Zeroizing::new)
            .map_err(|_| SealError::Open)?;
        let transaction: Transaction = serde_json::from_slice(&plain).map_err(|_| SealError::Open)?;
        if belong_together(&envelope.header, &transaction) {
            Ok(transaction)
        } else {
            Err(SealError::Mismatch)
        }
    }

    /// Opens a stream by what [`SealKey::stream`] returned. That it was sealed to another key shows
    /// at its first piece.
    ///
    /// # Errors
    /// [`SealError::Open`] when the encapsulated key is none.
    pub fn stream(&self, info: &[u8], encapsulated_key: &str) -> Result<StreamOpener, SealError> {
        let secret = EncapsulatedSecret(BASE64.decode(encapsulated_key).map_err(|_| SealError::Open)?);
        SUITE.setup_opener(&secret, info, &self.key).map(StreamOpener).map_err(|_| SealError::Open)
    }
}

/// The pillar's own key, with which it signs what it sends.
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// A new key: its PKCS#8 form and its public key, both base64.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn generate() -> Result<(Zeroizing<String>, String), SealError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| SealError::Key("none could be made"))?;
        let document = pair.to_pkcs8v1().map_err(|_| SealError::Key("it could not be written"))?;
        Ok((Zeroizing::new(BASE64.encode(document.as_ref())), BASE64.encode(pair.public_key().as_ref())))
    }

    /// The key in a binding.
    ///
    /// # Errors
    /// When it is not PKCS#8 in base64.
    pub fn from_base64(pkcs8: &str) -> Result<Self, SealError> {
        let bytes = BASE64
            .decode(pkcs8)
            .map(Zeroizing::new)
            .map_err(|_| SealError::Key("the signing key is not base64"))?;
        Ed25519KeyPair::from_pkcs8(&bytes)
            .map(Self)
            .map_err(|_| SealError::Key("the signing key is not Ed25519"))
    }

    /// Makes the envelope to upload.
    ///
    /// # Errors
    /// [`SealError::Seal`] when signing fails.
    pub fn sign(&self, sealed: Sealed, payment: Option<PaymentRecord>) -> Result<Envelope, SealError> {
        let Sealed { header, encapsulated_key, ciphertext } = sealed;
        let mut envelope =
            Envelope { header, encapsulated_key, ciphertext, payment, signature: String::new() };
        let signature = self.0.try_sign(&signed_bytes(&envelope)?).map_err(|_| SealError::Seal)?;
        envelope.signature = BASE64.encode(signature.as_ref());
        Ok(envelope)
    }
}

/// Whether an envelope was signed with the pillar's key (`public_key`: 32 bytes, base64).
///
/// # Errors
/// [`SealError::Signature`] when it was not, [`SealError::Key`] when the key is not base64.
pub fn verify(envelope: &Envelope, public_key: &str) -> Result<(), SealError> {
    let key = BASE64.decode(public_key).map_err(|_| SealError::Key("the pillar's key is not base64"))?;
    let signature = BASE64.decode(&envelope.signature).map_err(|_| SealError::Signature)?;
    UnparsedPublicKey::new(&ED25519, key)
        .verify(&signed_bytes(envelope)?, &signature)
        .map_err(|_| SealError::Signature)
}

fn belong_together(header: &Header, transaction: &Transaction) -> bool {
    header.id == transaction.id && header.reference == transaction.reference
}

fn associated_data(header: &Header) -> Result<Vec<u8>, SealError> {
    serde_json::to_vec(header).map_err(|_| SealError::Seal)
}

fn signed_bytes(envelope: &Envelope) -> Result<Vec<u8>, SealError> {
    let Envelope { header, encapsulated_key, ciphertext, payment, signature: _ } = envelope;
    let mut bytes = SIGNATURE_CONTEXT.to_vec();
    serde_json::to_writer(&mut bytes, &(header, encapsulated_key, ciphertext, payment))
        .map_err(|_| SealError::Seal)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AnswerLine, Cents, PROTOCOL_VERSION, PaymentState, Reference};
    use uuid::Uuid;

    fn transaction() -> Transaction {
        Transaction {
            id: Uuid::from_u128(7),
            reference: Reference::from_bits(42),
            task: "bulky-waste".into(),
            task_title: "Grofvuil laten ophalen".into(),
            catalogue_version: "1".into(),
            language: "nl".into(),
            answers: vec![AnswerLine {
                question: "address".into(),
                label: "Adres".into(),
                value: "2411AB 12".into(),
                display: "Voorbeeldstraat 12".into(),
            }],
            fee: Cents(1735),
        }
    }

    fn header(key_id: &str) -> Header {
        Header {
            version: PROTOCOL_VERSION,
            id: Uuid::from_u128(7),
            pillar: "voorbeeld".into(),
            sequence: 1,
            reference: Reference::from_bits(42),
            committed_at: jiff::Timestamp::UNIX_EPOCH,
            key_id: key_id.into(),
        }
    }

    struct Parties {
        seal: SealKey,
        open: OpenKey,
        sign: SigningKey,
        public: String,
    }

    fn parties() -> Parties {
        let (private, public_seal) = OpenKey::generate().unwrap();
        let (pkcs8, public) = SigningKey::generate().unwrap();
        Parties {
            seal: SealKey::from_base64("k1", &public_seal).unwrap(),
            open: OpenKey::from_bytes(&private),
            sign: SigningKey::from_base64(&pkcs8).unwrap(),
            public,
        }
    }

    fn paid() -> PaymentRecord {
        PaymentRecord {
            state: PaymentState::Paid,
            amount: Cents(1735),
            terminal_id: Some("52523535".into()),
            receipt_number: Some(231),
            card_scheme: Some("Maestro".into()),
        }
    }

    #[test]
    fn the_hub_reads_what_a_pillar_sealed_and_knows_who_sent_it() {
        let p = parties();
        let sealed = p.seal.seal(header("k1"), &transaction()).unwrap();
        assert!(!sealed.ciphertext.contains("Voorbeeldstraat"));
        let envelope = p.sign.sign(sealed, Some(paid())).unwrap();
        verify(&envelope, &p.public).unwrap();
        assert_eq!(p.open.open(&envelope).unwrap(), transaction());
    }

    #[test]
    fn what_was_prepared_seals_one_transaction_and_opens_like_any_other() {
        let p = parties();
        while p.seal.prepare().unwrap() {}
        let prepared = p.seal.prepared();
        assert!(prepared > 1);
        let mut keys = std::collections::BTreeSet::new();
        for left in (0..prepared).rev() {
            let sealed = p.seal.clone().seal(header("k1"), &transaction()).unwrap();
            assert_eq!(p.seal.prepared(), left, "clones share what is prepared");
            assert!(keys.insert(sealed.encapsulated_key.clone()), "each is used once");
            let envelope = p.sign.sign(sealed, None).unwrap();
            assert_eq!(p.open.open(&envelope).unwrap(), transaction());
        }
        let sealed = p.seal.seal(header("k1"), &transaction()).unwrap();
        assert!(keys.insert(sealed.encapsulated_key), "without preparation a new one is drawn");
    }

    #[test]
    fn nobody_changes_a_header_or_a_payment_on_the_way() {
        let p = parties();
        let sealed = p.seal.seal(header("k1"), &transaction()).unwrap();
        let envelope = p.sign.sign(sealed, Some(paid())).unwrap();
        let mut other_amount = envelope.clone();
        other_amount.payment.as_mut().unwrap().amount = Cents(1);
        assert_eq!(verify(&other_amount, &p.public), Err(SealError::Signature));
        let mut other_sequence = envelope;
        other_sequence.header.sequence = 2;
        assert_eq!(verify(&other_sequence, &p.public), Err(SealError::Signature));
        assert_eq!(p.open.open(&other_sequence), Err(SealError::Open));
    }

    #[test]
    fn another_pillar_cannot_sign_and_another_hub_cannot_read() {
        let (p, other) = (parties(), parties());
        let sealed = p.seal.seal(header("k1"), &transaction()).unwrap();
        let envelope = other.sign.sign(sealed, None).unwrap();
        assert_eq!(verify(&envelope, &p.public), Err(SealError::Signature));
        assert_eq!(other.open.open(&envelope), Err(SealError::Open));
    }

    #[test]
    fn the_pieces_of_a_stream_open_in_their_order_and_for_their_purpose_only() {
        let p = parties();
        let (encapsulated, mut sealer) = p.seal.stream(b"one").unwrap();
        let pieces: Vec<_> = (0..3u8).map(|n| sealer.seal(b"to", &[n]).unwrap()).collect();
        let opener = |info: &[u8]| p.open.stream(info, &encapsulated).unwrap();
        let mut right = opener(b"one");
        for (n, piece) in (0..3u8).zip(&pieces) {
            assert_eq!(*right.open(b"to", piece).unwrap(), [n]);
        }
        assert!(opener(b"one").open(b"to", &pieces[1]).is_err(), "not the first piece");
        assert!(opener(b"one").open(b"other", &pieces[0]).is_err(), "bound to something else");
        assert!(opener(b"two").open(b"to", &pieces[0]).is_err(), "for another purpose");
    }

    #[test]
    fn content_is_never_sealed_under_anothers_header() {
        let p = parties();
        let mut wrong = header("k1");
        wrong.reference = Reference::from_bits(43);
        assert_eq!(p.seal.seal(wrong, &transaction()), Err(SealError::Mismatch));
        assert_eq!(p.seal.seal(header("k2"), &transaction()), Err(SealError::Mismatch));
    }
}
