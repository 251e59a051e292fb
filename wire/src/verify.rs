//! Verifying many envelopes of one pillar quickly.
//!
//! Its invariant: it believes exactly the envelopes that [`crate::seal::verify`] believes.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, ParsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::Envelope;
use crate::seal::{SIGNATURE_CONTEXT, SealError};

/// A pillar's public key, ready to be used again and again.
#[derive(Debug)]
pub struct VerifyKey(ParsedPublicKey);

impl VerifyKey {
    /// The key for 32 bytes in base64.
    ///
    /// # Errors
    /// [`SealError::Key`] when it is not such a key.
    pub fn from_base64(public_key: &str) -> Result<Self, SealError> {
        let key = BASE64.decode(public_key).map_err(|_| SealError::Key("the pillar's key is not base64"))?;
        let key = ParsedPublicKey::new(&ED25519, key)
            .map_err(|_| SealError::Key("the pillar's key is not Ed25519"))?;
        Ok(Self(key))
    }

    /// Checks that an envelope was signed with this key.
    ///
    /// # Errors
    /// [`SealError::Signature`] when it was not.
    pub fn verify(&self, envelope: &Envelope) -> Result<(), SealError> {
        let signature = BASE64.decode(&envelope.signature).map_err(|_| SealError::Signature)?;
        let mut bytes = Vec::with_capacity(envelope.ciphertext.len() + 1024);
        bytes.extend_from_slice(SIGNATURE_CONTEXT);
        write_content(&mut bytes, envelope)?;
        // Signed is one array of four, of which these are the first three.
        bytes.pop();
        bytes.push(b',');
        serde_json::to_writer(&mut bytes, &envelope.payment).map_err(|_| SealError::Signature)?;
        bytes.push(b']');
        self.0.verify_sig(&bytes, &signature).map_err(|_| SealError::Signature)
    }
}

/// The SHA-256 of all of an envelope but its payment and signature: equal digests mean the same sealed content
/// under the same header.
///
/// # Errors
/// [`SealError::Signature`] when it has no JSON form, and so nobody can have signed it.
pub fn content_digest(envelope: &Envelope) -> Result<[u8; 32], SealError> {
    let mut bytes = Vec::with_capacity(envelope.ciphertext.len() + 512);
    write_content(&mut bytes, envelope)?;
    let mut same = [0; 32];
    same.copy_from_slice(digest(&SHA256, &bytes).as_ref());
    Ok(same)
}

fn write_content(bytes: &mut Vec<u8>, envelope: &Envelope) -> Result<(), SealError> {
    let content = (&envelope.header, &envelope.encapsulated_key, &envelope.ciphertext);
    serde_json::to_writer(bytes, &content).map_err(|_| SealError::Signature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::{Sealed, SigningKey, verify};
    use crate::{Cents, Header, PROTOCOL_VERSION, PaymentRecord, PaymentState, Reference};
    use uuid::Uuid;

    fn header() -> Header {
        Header {
            version: PROTOCOL_VERSION,
            id: Uuid::from_u128(7),
            pillar: "voorbeeld".into(),
            sequence: 1,
            reference: Reference::from_bits(42),
            committed_at: jiff::Timestamp::UNIX_EPOCH,
            key_id: "k1".into(),
        }
    }

    fn payment(state: PaymentState) -> PaymentRecord {
        let amount = Cents(1735);
        PaymentRecord { state, amount, terminal_id: None, receipt_number: None, card_scheme: None }
    }

    #[test]
    fn it_believes_what_the_plain_way_believes_and_nothing_else() {
        let (pkcs8, public) = SigningKey::generate().unwrap();
        let (_, stranger) = SigningKey::generate().unwrap();
        let sign = SigningKey::from_base64(&pkcs8).unwrap();
        let sealed = Sealed { header: header(), encapsulated_key: "AA==".into(), ciphertext: "BBBB".into() };
        for payment in [None, Some(payment(PaymentState::Unknown))] {
            let envelope = sign.sign(sealed.clone(), payment).unwrap();
            let mut changed = vec![envelope.clone(); 5];
            changed[0].header.sequence = 2;
            changed[1].ciphertext.push('B');
            changed[2].encapsulated_key.push('A');
            changed[3].payment = Some(self::payment(PaymentState::Paid));
            changed[4].signature.truncate(8);
            changed.push(envelope);
            for key in [&public, &stranger] {
                let quick = VerifyKey::from_base64(key).unwrap();
                for envelope in &changed {
                    assert_eq!(quick.verify(envelope), verify(envelope, key), "{envelope:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_known_of_the_payment_makes_no_other_upload_of_it() {
        let (pkcs8, _) = SigningKey::generate().unwrap();
        let sign = SigningKey::from_base64(&pkcs8).unwrap();
        let sealed = Sealed { header: header(), encapsulated_key: "AA==".into(), ciphertext: "BBBB".into() };
        let digest = |sealed: &Sealed, payment| content_digest(&sign.sign(sealed.clone(), payment).unwrap());
        let first = digest(&sealed, None).unwrap();
        assert_eq!(digest(&sealed, Some(payment(PaymentState::Paid))).unwrap(), first);
        let other = Sealed { ciphertext: "CCCC".into(), ..sealed };
        assert_ne!(digest(&other, None).unwrap(), first);
    }
}
