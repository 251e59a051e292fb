//! Passwords of staff. Invariant: each is shown once, when it is made, and kept only as an argon2id
//! hash. It is read as people type it: small letters, without dashes, O for 0.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use aws_lc_rs::rand::SecureRandom;
use zeroize::Zeroizing;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Why a password could not be made or checked.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PasswordError {
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness; try again")]
    NoRandomness,
    /// The hash could not be computed or read.
    #[error("the stored password cannot be used; make a new one with `zuil-hub staff password`")]
    Hash,
}

/// A new password with 60 random bits, in groups: `7K3M-Q9XA-2FTB`.
///
/// # Errors
/// [`PasswordError::NoRandomness`].
pub fn generate(random: &dyn SecureRandom) -> Result<Zeroizing<String>, PasswordError> {
    let mut bytes = Zeroizing::new([0; 12]);
    random.fill(&mut *bytes).map_err(|_| PasswordError::NoRandomness)?;
    let mut text = Zeroizing::new(String::with_capacity(14));
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 && place % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(ALPHABET[usize::from(byte & 31)]));
    }
    Ok(text)
}

/// The argon2id hash of a password, in PHC format. It takes a while: not on an async thread.
///
/// # Errors
/// [`PasswordError::NoRandomness`] when there is no salt, [`PasswordError::Hash`] when it fails.
pub fn hash(password: &str, random: &dyn SecureRandom) -> Result<String, PasswordError> {
    let mut salt = [0; 16];
    random.fill(&mut salt).map_err(|_| PasswordError::NoRandomness)?;
    let salt = SaltString::encode_b64(&salt).map_err(|_| PasswordError::Hash)?;
    let hash = Argon2::default().hash_password(normal_form(password).as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(|_| PasswordError::Hash)
}

/// Whether a password belongs to a hash. It takes a while: not on an async thread.
///
/// # Errors
/// [`PasswordError::Hash`] when the hash is no hash.
pub fn verify(password: &str, hash: &str) -> Result<bool, PasswordError> {
    let hash = PasswordHash::new(hash).map_err(|_| PasswordError::Hash)?;
    match Argon2::default().verify_password(normal_form(password).as_bytes(), &hash) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::Password) => Ok(false),
        Err(_) => Err(PasswordError::Hash),
    }
}

pub(crate) fn normal_form(typed: &str) -> Zeroizing<String> {
    let letters =
        typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        });
    Zeroizing::new(letters.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::rand::SystemRandom;

    #[test]
    fn a_password_is_known_again_as_people_type_it_and_no_other_is() {
        let random = SystemRandom::new();
        let hash = hash("10AB-CDEF-GH0J", &random).unwrap();
        assert!(hash.starts_with("$argon2id$") && !hash.contains("10AB"));
        assert!(verify("lOab cdef gh0j", &hash).unwrap());
        assert!(!verify("10AB-CDEF-GH0K", &hash).unwrap());
        assert!(!verify("", &hash).unwrap());
        assert_eq!(verify("10AB-CDEF-GH0J", "rubbish"), Err(PasswordError::Hash));
    }

    #[test]
    fn a_new_password_has_three_groups_of_four() {
        let random = SystemRandom::new();
        let (first, second) = (generate(&random).unwrap(), generate(&random).unwrap());
        assert_ne!(first, second);
        assert_eq!(first.split('-').map(str::len).collect::<Vec<_>>(), [4, 4, 4]);
    }
}
