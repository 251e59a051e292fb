//! What someone between pillar and hub can try with what a pillar sealed and signed, and what it comes to;
//! and that what is sealed is what RFC 9180 says.

// Clippy's exception for tests covers the test functions, but not what they share.
#![allow(clippy::unwrap_used, clippy::panic)]

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use uuid::Uuid;
use zuil_wire::seal::{OpenKey, SealError, SealKey, Sealed, SigningKey, verify};
use zuil_wire::{
    AnswerLine, Cents, Envelope, Header, PROTOCOL_VERSION, PaymentRecord, PaymentState, Reference,
    Transaction,
};

/// A pillar, its hub, and a second of each.
struct World {
    seal: SealKey,
    open: OpenKey,
    /// Of the same hub, under another id.
    other_open: OpenKey,
    sign: SigningKey,
    /// The pillar's signing key itself, to sign what Zuil never would.
    raw: Ed25519KeyPair,
    public: String,
    other_pillar: SigningKey,
}

fn world() -> World {
    let (private, seal) = OpenKey::generate().unwrap();
    let (other_private, _) = OpenKey::generate().unwrap();
    let (pkcs8, public) = SigningKey::generate().unwrap();
    let (other_pkcs8, _) = SigningKey::generate().unwrap();
    World {
        seal: SealKey::from_base64("seal-1", &seal).unwrap(),
        open: OpenKey::from_bytes(&private),
        other_open: OpenKey::from_bytes(&other_private),
        sign: SigningKey::from_base64(&pkcs8).unwrap(),
        raw: Ed25519KeyPair::from_pkcs8(&BASE64.decode(pkcs8.as_str()).unwrap()).unwrap(),
        public,
        other_pillar: SigningKey::from_base64(&other_pkcs8).unwrap(),
    }
}

fn header(number: u64) -> Header {
    Header {
        version: PROTOCOL_VERSION,
        id: Uuid::from_u128(number.into()),
        pillar: "voorbeeld".into(),
        sequence: number,
        reference: Reference::from_bits(number),
        committed_at: jiff::Timestamp::UNIX_EPOCH,
        key_id: "seal-1".into(),
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

fn transaction(number: u64) -> Transaction {
    Transaction {
        id: Uuid::from_u128(number.into()),
        reference: Reference::from_bits(number),
        task: "bulky-waste".into(),
        task_title: "Grofvuil laten ophalen".into(),
        catalogue_version: "1".into(),
        language: "nl".into(),
        answers: vec![AnswerLine {
            question: "address".into(),
            label: "Adres".into(),
            value: "2411ZZ 12".into(),
            display: "Voorbeeldstraat 12".into(),
        }],
        fee: Cents(1735),
    }
}

impl World {
    fn envelope(&self, number: u64) -> Envelope {
        let sealed = self.seal.seal(header(number), &transaction(number)).unwrap();
        self.sign.sign(sealed, Some(paid())).unwrap()
    }

    fn verified(&self, envelope: &Envelope) -> Result<(), SealError> {
        verify(envelope, &self.public)
    }

    /// The same as if the pillar itself had signed it: then the sealing alone must hold.
    fn signed_all_the_same(&self, envelope: &Envelope) -> Envelope {
        let Envelope { header, encapsulated_key, ciphertext, payment, .. } = envelope.clone();
        self.sign.sign(Sealed { header, encapsulated_key, ciphertext }, payment).unwrap()
    }
}

/// Changes one bit of what base64 says, at a byte.
fn flipped(text: &str, byte: usize, bit: u8) -> String {
    let mut bytes = BASE64.decode(text).unwrap();
    bytes[byte] ^= 1 << bit;
    BASE64.encode(bytes)
}

fn length(text: &str) -> usize {
    BASE64.decode(text).unwrap().len()
}

/// What is changed, and how.
type Change<T> = (&'static str, fn(&mut T));

#[test]
fn every_field_of_a_header_is_held_by_the_signature_and_by_the_sealing() {
    let world = world();
    let changes: [Change<Header>; 7] = [
        ("version", |header| header.version += 1),
        ("id", |header| header.id = Uuid::from_u128(9)),
        ("pillar", |header| header.pillar = "ander".into()),
        ("sequence", |header| header.sequence += 1),
        ("reference", |header| header.reference = Reference::from_bits(9)),
        ("committed_at", |header| header.committed_at = "2026-03-02T09:00:00Z".parse().unwrap()),
        ("key_id", |header| header.key_id = "seal-2".into()),
    ];
    for (field, change) in changes {
        let mut changed = world.envelope(1);
        change(&mut changed.header);
        assert_eq!(world.verified(&changed), Err(SealError::Signature), "{field}");
        let signed = world.signed_all_the_same(&changed);
        assert_eq!(world.verified(&signed), Ok(()), "{field}");
        assert_eq!(world.open.open(&signed), Err(SealError::Open), "{field}");
    }
    let fields = serde_json::to_value(header(1)).unwrap();
    assert_eq!(
        fields.as_object().unwrap().len(),
        changes.len(),
        "a field of the header is not in this table"
    );
}

#[test]
fn every_field_of_a_payment_is_held_by_the_signature() {
    let world = world();
    let changes: [Change<PaymentRecord>; 5] = [
        ("state", |payment| payment.state = PaymentState::NotPaid),
        ("amount", |payment| payment.amount = Cents(1)),
        ("terminal_id", |payment| payment.terminal_id = None),
        ("receipt_number", |payment| payment.receipt_number = Some(232)),
        ("card_scheme", |payment| payment.card_scheme = Some("VISA".into())),
    ];
    for (field, change) in changes {
        let mut changed = world.envelope(1);
        change(changed.payment.as_mut().unwrap());
        assert_eq!(world.verified(&changed), Err(SealError::Signature), "{field}");
    }
    let none = Envelope { payment: None, ..world.envelope(1) };
    assert_eq!(world.verified(&none), Err(SealError::Signature));
    let fields = serde_json::to_value(paid()).unwrap();
    assert_eq!(fields.as_object().unwrap().len(), changes.len(), "a field of a payment is not in this table");
}

#[test]
fn one_bit_anywhere_in_what_is_sealed_spoils_it() {
    let world = world();
    let sound = world.envelope(1);
    let mut dice = fastrand::Rng::with_seed(4);
    let mut spoilt = Vec::new();
    for byte in 0..length(&sound.ciphertext) {
        let ciphertext = flipped(&sound.ciphertext, byte, dice.u8(0..8));
        spoilt.push((format!("ciphertext, byte {byte}"), Envelope { ciphertext, ..sound.clone() }));
    }
    for byte in 0..length(&sound.encapsulated_key) {
        // X25519 ignores the highest bit of all (RFC 7748, section 5); the KDF and the signature do not.
        let encapsulated_key = flipped(&sound.encapsulated_key, byte, dice.u8(0..8));
        spoilt.push((format!("key, byte {byte}"), Envelope { encapsulated_key, ..sound.clone() }));
    }
    let ignored = flipped(&sound.encapsulated_key, 31, 7);
    spoilt.push((
        "the bit that X25519 ignores".into(),
        Envelope { encapsulated_key: ignored, ..sound.clone() },
    ));
    for (what, envelope) in spoilt {
        assert_eq!(world.verified(&envelope), Err(SealError::Signature), "{what}");
        let signed = world.signed_all_the_same(&envelope);
        assert_eq!(world.open.open(&signed), Err(SealError::Open), "{what}");
    }
    for byte in 0..length(&sound.signature) {
        let signature = flipped(&sound.signature, byte, dice.u8(0..8));
        let envelope = Envelope { signature, ..sound.clone() };
        assert_eq!(world.verified(&envelope), Err(SealError::Signature), "signature, byte {byte}");
    }
}

#[test]
fn what_was_cut_short_or_added_to_is_spoilt() {
    let world = world();
    let sound = world.envelope(1);
    let bytes = BASE64.decode(&sound.ciphertext).unwrap();
    let longer = [bytes.as_slice(), &[0]].concat();
    let cut = (0..bytes.len()).map(|length| bytes[..length].to_vec());
    for changed in cut.chain([longer]) {
        let envelope = Envelope { ciphertext: BASE64.encode(&changed), ..sound.clone() };
        assert_eq!(world.verified(&envelope), Err(SealError::Signature), "{} bytes", changed.len());
        let signed = world.signed_all_the_same(&envelope);
        assert_eq!(world.open.open(&signed), Err(SealError::Open), "{} bytes", changed.len());
    }
    for signature in ["", "AAAA", "not base64", &sound.signature[..84]] {
        let envelope = Envelope { signature: signature.into(), ..sound.clone() };
        assert_eq!(world.verified(&envelope), Err(SealError::Signature), "{signature}");
    }
}

#[test]
fn two_messages_cannot_be_mixed_nor_one_replayed_under_another_header() {
    let world = world();
    let (one, two) = (world.envelope(1), world.envelope(2));
    let mixes = [
        ("another header", Envelope { header: two.header.clone(), ..one.clone() }),
        (
            "another header with its signature",
            Envelope { header: two.header.clone(), signature: two.signature.clone(), ..one.clone() },
        ),
        ("another ciphertext", Envelope { ciphertext: two.ciphertext.clone(), ..one.clone() }),
        ("another key", Envelope { encapsulated_key: two.encapsulated_key.clone(), ..one.clone() }),
        (
            "another content",
            Envelope {
                encapsulated_key: two.encapsulated_key.clone(),
                ciphertext: two.ciphertext.clone(),
                ..one.clone()
            },
        ),
    ];
    for (what, mixed) in mixes {
        assert_eq!(world.verified(&mixed), Err(SealError::Signature), "{what}");
        let signed = world.signed_all_the_same(&mixed);
        assert_eq!(world.open.open(&signed), Err(SealError::Open), "{what}");
    }
    let signature_only = Envelope { signature: two.signature, ..one };
    assert_eq!(world.verified(&signature_only), Err(SealError::Signature));
}

#[test]
fn another_pillar_cannot_send_it_and_another_key_of_the_hub_does_not_open_it() {
    let world = world();
    let sound = world.envelope(1);
    let Envelope { header, encapsulated_key, ciphertext, payment, .. } = sound.clone();
    let stolen = world.other_pillar.sign(Sealed { header, encapsulated_key, ciphertext }, payment).unwrap();
    assert_eq!(world.verified(&stolen), Err(SealError::Signature));
    // The header says which key; the hub that takes another finds nothing.
    assert_eq!(world.other_open.open(&sound), Err(SealError::Open));
}

#[test]
fn a_signature_that_was_made_for_something_else_is_none() {
    let world = world();
    let sound = world.envelope(1);
    let Envelope { header, encapsulated_key, ciphertext, payment, .. } = &sound;
    let signed = serde_json::to_vec(&(header, encapsulated_key, ciphertext, payment)).unwrap();
    let made_for = |context: &[u8]| {
        let signature = world.raw.sign(&[context, &signed].concat());
        Envelope { signature: BASE64.encode(signature.as_ref()), ..sound.clone() }
    };
    assert_eq!(world.verified(&made_for(b"zuil envelope v1\0")), Ok(()), "so are the bytes put together");
    for context in [b"".as_slice(), b"zuil envelope v1", b"zuil envelope v2\0", b"zuil sealing key v1\0"] {
        assert_eq!(world.verified(&made_for(context)), Err(SealError::Signature), "{context:?}");
    }
}

#[test]
fn nothing_is_opened_as_a_stream_that_was_sealed_as_a_transaction() {
    let world = world();
    let sound = world.envelope(1);
    let aad = serde_json::to_vec(&sound.header).unwrap();
    let mut stream = world.open.stream(b"zuil recording v1", &sound.encapsulated_key).unwrap();
    assert_eq!(stream.open(&aad, &BASE64.decode(&sound.ciphertext).unwrap()).err(), Some(SealError::Open));
}

/// A vector of the suite DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM in base mode. RFC 9180 prints
/// none with AES-256-GCM, so this one was made with another implementation: `pyhpke` 0.6.5 on
/// `cryptography` 48.0.0. The receiver's key was derived from a text, the sender's was random; all of it is
/// made up.
#[derive(Deserialize)]
struct Vector {
    private_key: String,
    public_key: String,
    info: String,
    encapsulated_key: String,
    pieces: Vec<Piece>,
}

#[derive(Deserialize)]
struct Piece {
    aad: String,
    plain: String,
    sealed: String,
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn what_another_implementation_of_rfc_9180_sealed_is_opened() {
    let vector: Vector = serde_json::from_str(include_str!("hpke/x25519-sha256-aes256gcm.json")).unwrap();
    let open = OpenKey::from_bytes(&bytes(&vector.private_key));
    let encapsulated = BASE64.encode(bytes(&vector.encapsulated_key));
    let mut stream = open.stream(vector.info.as_bytes(), &encapsulated).unwrap();
    assert_eq!(vector.pieces.len(), 3);
    for piece in &vector.pieces {
        let plain = stream.open(piece.aad.as_bytes(), &bytes(&piece.sealed)).unwrap();
        assert_eq!(plain.as_slice(), piece.plain.as_bytes());
    }
    // The public key in the vector is that of the private one: what is sealed to it opens, too.
    let seal = SealKey::from_base64("seal-1", &BASE64.encode(bytes(&vector.public_key))).unwrap();
    let (encapsulated, mut sealer) = seal.stream(b"zuil").unwrap();
    let sealed = sealer.seal(b"", b"Voorbeeld").unwrap();
    assert_eq!(*open.stream(b"zuil", &encapsulated).unwrap().open(b"", &sealed).unwrap(), b"Voorbeeld");
}
