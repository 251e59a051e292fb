//! Times that a browser keeps for the hub. Invariant: nobody writes one, or makes it later, without the key, and each is of use
//! for what it was given for only.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;

use crate::store::Digest;

/// What happened at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp<'a> {
    /// Somebody went to the identity provider to sign in anew, with this ticket.
    WentAnew(&'a str),
    /// The owner of the session with this token signed in anew there.
    SignedInAnew(&'a Digest),
}

impl Stamp<'_> {
    fn said(self, second: i64) -> String {
        match self {
            Self::WentAnew(ticket) => format!("went\0{ticket}\0{second}"),
            Self::SignedInAnew(token) => format!("signed-in\0{}\0{second}", BASE64.encode(token)),
        }
    }
}

/// Gives times to browsers, and reads them again.
#[derive(Debug)]
pub struct Stamps(hmac::Key);

impl Stamps {
    /// With a key that nobody can guess. All hubs on one store have the same.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The time at which something happened, to the second, as a browser keeps it.
    #[must_use]
    pub fn write(&self, stamp: Stamp<'_>, at: Timestamp) -> String {
        let second = at.as_second();
        let tag = hmac::sign(&self.0, stamp.said(second).as_bytes());
        format!("{second}.{}", BASE64.encode(tag.as_ref()))
    }

    /// When it happened, by what a browser kept; nothing when this hub did not write that, or for something else.
    #[must_use]
    pub fn read(&self, stamp: Stamp<'_>, kept: &str) -> Option<Timestamp> {
        let (second, tag) = kept.split_once('.')?;
        let (second, tag) = (second.parse::<i64>().ok()?, BASE64.decode(tag).ok()?);
        hmac::verify(&self.0, stamp.said(second).as_bytes(), &tag).ok()?;
        Timestamp::from_second(second).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn a_time_is_read_for_what_it_was_given_for_only() {
        let stamps = Stamps::new(&[7; 32]);
        let kept = stamps.write(Stamp::SignedInAnew(&[1; 32]), at(5));
        assert_eq!(stamps.read(Stamp::SignedInAnew(&[1; 32]), &kept), Some(at(5)));
        assert_eq!(stamps.read(Stamp::SignedInAnew(&[2; 32]), &kept), None);
        assert_eq!(stamps.read(Stamp::WentAnew("a ticket"), &kept), None);
        assert_eq!(Stamps::new(&[8; 32]).read(Stamp::SignedInAnew(&[1; 32]), &kept), None, "of another hub");
        let went = stamps.write(Stamp::WentAnew("a ticket"), at(6));
        assert_eq!(stamps.read(Stamp::WentAnew("a ticket"), &went), Some(at(6)));
        assert_eq!(stamps.read(Stamp::WentAnew("another"), &went), None);
    }

    #[test]
    fn nobody_makes_a_time_later_or_writes_one() {
        let stamps = Stamps::new(&[7; 32]);
        let kept = stamps.write(Stamp::WentAnew("a ticket"), at(0));
        let later = kept.replace(&at(0).as_second().to_string(), &at(1).as_second().to_string());
        assert_ne!(later, kept);
        for made_up in [later.as_str(), "", ".", "1800000000", "1800000000.", "1800000000.AAAA", "zuil.zuil"]
        {
            assert_eq!(stamps.read(Stamp::WentAnew("a ticket"), made_up), None, "{made_up}");
        }
    }
}
