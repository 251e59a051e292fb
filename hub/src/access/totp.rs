//! The second factor: codes of an authenticator app (RFC 6238: SHA-1, six digits, 30 seconds, as every app knows
//! them), and recovery codes for when the app is lost. Invariant: codes are compared in constant time, and a
//! code is told apart by its time step, so that the store can refuse the second use.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SecureRandom;
use jiff::Timestamp;
use reqwest::Url;
use totp_rs::{Algorithm, Secret, TOTP};
use zeroize::Zeroizing;

use crate::password::{self, PasswordError};
use crate::qr;
use crate::store::{AppSecret, Digest};

/// Seconds for which a code is shown.
const STEP: u64 = 30;
const DIGITS: usize = 6;
const SECRET_BYTES: usize = AppSecret::PLAIN_BYTES;
/// How many steps before and after now are taken: for clocks that are a little wrong, and slow typists.
const SKEW: u64 = 1;
/// How many recovery codes are made.
const RECOVERY_CODES: usize = 8;

/// A secret, as the app gets it.
pub struct Setup {
    /// The secret as it is typed: letters and digits, in groups of four.
    pub typed: Zeroizing<String>,
    /// How many modules the QR code has on each side, with the quiet zone.
    pub qr_size: i32,
    /// The dark modules of the QR code, as the data of an SVG path with modules as unit.
    pub qr_path: Zeroizing<String>,
}

/// A new secret.
///
/// # Errors
/// [`PasswordError::NoRandomness`].
pub fn new_secret(random: &dyn SecureRandom) -> Result<Zeroizing<Vec<u8>>, PasswordError> {
    let mut secret = Zeroizing::new(vec![0; SECRET_BYTES]);
    random.fill(&mut secret).map_err(|_| PasswordError::NoRandomness)?;
    Ok(secret)
}

/// The secret for a text from [`Setup::typed`]; nothing when it is none.
#[must_use]
pub fn parse_secret(typed: &str) -> Option<Zeroizing<Vec<u8>>> {
    let letters: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = Secret::Encoded(letters).to_bytes().ok().map(Zeroizing::new)?;
    (bytes.len() == SECRET_BYTES).then_some(bytes)
}

/// What the app needs to know. `municipality` and `account` are shown in it.
#[must_use]
pub fn setup(secret: &[u8], municipality: &str, account: &str) -> Option<Setup> {
    let code = totp(secret)?.get_secret_base32();
    let mut uri = Url::parse("otpauth://totp/").ok()?;
    let issuer = format!("Zuil {municipality}").replace(':', " ");
    uri.set_path(&format!("/{issuer}:{account}"));
    uri.query_pairs_mut()
        .append_pair("secret", &code)
        .append_pair("issuer", &issuer)
        .append_pair("algorithm", "SHA1")
        .append_pair("digits", "6")
        .append_pair("period", "30");
    let text = Zeroizing::new(uri.as_str().replace('+', "%20"));
    let qr = qr::picture(&text)?;
    let groups: Vec<&str> =
        code.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
    Some(Setup { typed: Zeroizing::new(groups.join(" ")), qr_size: qr.size, qr_path: qr.path })
}

/// The time step to which a typed code belongs; nothing when it is wrong, or too old.
#[must_use]
pub fn step_of(secret: &[u8], typed: &str, now: Timestamp) -> Option<u64> {
    let digits: Zeroizing<String> = Zeroizing::new(typed.chars().filter(char::is_ascii_digit).collect());
    let totp = totp(secret)?;
    let current = u64::try_from(now.as_second()).ok()? / STEP;
    let steps = [current, current.saturating_sub(SKEW), current + SKEW];
    steps.into_iter().find(|step| {
        let code = Zeroizing::new(totp.generate(step * STEP));
        verify_slices_are_equal(code.as_bytes(), digits.as_bytes()).is_ok()
    })
}

/// The code that an app shows at a time; for tests and demonstrations.
#[must_use]
pub fn code_at(secret: &[u8], now: Timestamp) -> Option<String> {
    Some(totp(secret)?.generate(u64::try_from(now.as_second()).ok()?))
}

fn totp(secret: &[u8]) -> Option<TOTP> {
    TOTP::new(Algorithm::SHA1, DIGITS, 1, STEP, secret.to_vec()).ok()
}

/// New recovery codes, as they are shown once.
///
/// # Errors
/// [`PasswordError::NoRandomness`].
pub fn recovery_codes(random: &dyn SecureRandom) -> Result<Vec<Zeroizing<String>>, PasswordError> {
    (0..RECOVERY_CODES).map(|_| password::generate(random)).collect()
}

/// The hash under which a recovery code is kept. It has 60 random bits, so a plain hash does.
#[must_use]
pub fn recovery_hash(typed: &str) -> Digest {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, password::normal_form(typed).as_bytes()).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::rand::SystemRandom;

    /// The secret of RFC 6238, appendix B.
    const RFC: &[u8] = b"12345678901234567890";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(code_at(RFC, at(second)).unwrap(), code);
            assert_eq!(step_of(RFC, code, at(second)), Some(second.unsigned_abs() / 30));
        }
    }

    #[test]
    fn a_code_is_taken_half_a_minute_early_or_late_and_no_longer() {
        let taken = |second| step_of(RFC, "08 18 04", at(second)).is_some();
        // The code of the step from 1 111 111 080 on.
        assert!(taken(1_111_111_080) && taken(1_111_111_050) && taken(1_111_111_139));
        assert!(!taken(1_111_111_049) && !taken(1_111_111_140));
        assert_eq!(step_of(RFC, "", at(59)), None);
        assert_eq!(step_of(RFC, "287083", at(59)), None);
        assert_eq!(step_of(RFC, "2870820", at(59)), None);
    }

    #[test]
    fn what_is_shown_can_be_typed_and_leads_to_the_same_secret() {
        let secret = new_secret(&SystemRandom::new()).unwrap();
        let setup = setup(&secret, "Voorbeeldstad", "anna").unwrap();
        assert_eq!(parse_secret(&setup.typed), Some(secret));
        assert!(setup.qr_path.starts_with("M4 4h1v1h-1z") && setup.qr_size > 29);
        assert_eq!(parse_secret("AAAA"), None);
        assert_eq!(parse_secret("not base 32!"), None);
    }

    #[test]
    fn a_recovery_code_is_known_again_as_people_type_it() {
        let codes = recovery_codes(&SystemRandom::new()).unwrap();
        assert_eq!(codes.len(), 8);
        let typed = codes[0].to_lowercase().replace('-', " ");
        assert_eq!(recovery_hash(&typed), recovery_hash(&codes[0]));
        assert_ne!(recovery_hash(&codes[0]), recovery_hash(&codes[1]));
    }
}
