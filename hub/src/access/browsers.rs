//! Browsers in which somebody has signed in before. Invariant: a pass opens nothing. It only has what is tried in that
//! browser counted apart from what everybody else tries, so that nobody keeps the owner of an account out by guessing, and
//! nobody makes one without the key. It is none any more when the account has another password.

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SecureRandom;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::{SignedDuration, Timestamp};

use crate::store::Account;

/// For how long a browser is known after somebody signed in there.
pub const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(24 * 60);

/// How much of a digest stands in the name of a cookie.
const NAME_BYTES: usize = 9;

/// Gives passes to browsers, and knows them again.
#[derive(Debug)]
pub struct Browsers(hmac::Key);

impl Browsers {
    /// With a key that nobody can guess. All hubs on one store have the same.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The name of the cookie in which a browser keeps its pass for an account: one for each, where colleagues share a
    /// computer. It does not tell which account.
    #[must_use]
    pub fn cookie_name(&self, account: &str) -> String {
        let tag = hmac::sign(&self.0, format!("cookie\0{account}").as_bytes());
        format!("zuil-known-{}", BASE64.encode(&tag.as_ref()[..NAME_BYTES]))
    }

    /// A pass for a browser in which the owner of an account has signed in.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn pass(
        &self,
        account: &Account,
        random: &dyn SecureRandom,
        now: Timestamp,
    ) -> Result<String, Unspecified> {
        let mut number = [0; 16];
        random.fill(&mut number)?;
        let browser = format!("{}.{}", BASE64.encode(number), (now + KNOWN_FOR).as_second());
        let tag = hmac::sign(&self.0, said(account, &browser).as_bytes());
        Ok(format!("{browser}.{}", BASE64.encode(tag.as_ref())))
    }

    /// What tells the browser that shows a pass from others; nothing when it is none for that account and its password, or too
    /// old.
    #[must_use]
    pub fn known<'a>(&self, account: &Account, pass: &'a str, now: Timestamp) -> Option<&'a str> {
        let (browser, tag) = pass.rsplit_once('.')?;
        let tag = BASE64.decode(tag).ok()?;
        hmac::verify(&self.0, said(account, browser).as_bytes(), &tag).ok()?;
        let until: i64 = browser.rsplit_once('.')?.1.parse().ok()?;
        (now.as_second() < until).then_some(browser)
    }
}

/// What a pass vouches for.
fn said(account: &Account, browser: &str) -> String {
    let password = account.password_hash.as_deref().unwrap_or_default();
    format!("pass\0{}\0{password}\0{browser}", account.name)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;

    use super::*;
    use crate::store::Roles;

    fn whose_password(name: &str, password: &str) -> Account {
        Account::new(name, Roles::all(), Some(password.into()), at(0))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn a_browser_is_known_for_the_account_that_signed_in_there_and_for_two_months() {
        let (browsers, random) = (Browsers::new(&[7; 32]), SystemRandom::new());
        let anna = whose_password("anna", "a hash");
        let pass = browsers.pass(&anna, &random, at(0)).unwrap();
        let browser = browsers.known(&anna, &pass, at(1)).unwrap();
        assert!(pass.starts_with(browser));
        assert_eq!(browsers.known(&whose_password("bert", "a hash"), &pass, at(1)), None);
        assert_eq!(Browsers::new(&[8; 32]).known(&anna, &pass, at(1)), None, "of another hub");
        let days = |days: i64| at(days * 24 * 3_600);
        assert_eq!(
            [days(59), days(60)].map(|now| browsers.known(&anna, &pass, now).is_some()),
            [true, false]
        );
        let other = browsers.pass(&anna, &random, at(0)).unwrap();
        assert_ne!(browsers.known(&anna, &other, at(1)), Some(browser), "each browser is counted apart");
    }

    #[test]
    fn a_browser_is_known_until_the_account_has_another_password() {
        let browsers = Browsers::new(&[7; 32]);
        let [before, after] = ["a hash", "another hash"].map(|hash| whose_password("anna", hash));
        let pass = browsers.pass(&before, &SystemRandom::new(), at(0)).unwrap();
        assert!(browsers.known(&before, &pass, at(1)).is_some());
        assert_eq!(browsers.known(&after, &pass, at(1)), None);
    }

    #[test]
    fn nobody_makes_a_pass_last_longer_or_writes_one() {
        let browsers = Browsers::new(&[7; 32]);
        let anna = whose_password("anna", "a hash");
        let pass = browsers.pass(&anna, &SystemRandom::new(), at(0)).unwrap();
        let until = (at(0) + KNOWN_FOR).as_second();
        let longer = pass.replace(&until.to_string(), &(until + 1).to_string());
        assert_ne!(longer, pass);
        for made_up in [longer.as_str(), "", ".", "..", "a.1900000000.", "a.1900000000.AAAA", "zuil"] {
            assert_eq!(browsers.known(&anna, made_up, at(1)), None, "{made_up}");
        }
    }

    #[test]
    fn the_name_of_the_cookie_tells_no_account() {
        let browsers = Browsers::new(&[7; 32]);
        let name = browsers.cookie_name("anna");
        assert!(!name.contains("anna") && name != browsers.cookie_name("bert"), "{name}");
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'));
        assert_eq!(name, Browsers::new(&[7; 32]).cookie_name("anna"));
    }
}
