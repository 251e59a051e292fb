//! What the hub understands, as its answers say: which version of the protocol, and whether a request may
//! be compressed.
//!
//! Invariant: a hub that says nothing gets what the oldest one understands.

use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};

use reqwest::header::{ACCEPT_ENCODING, HeaderMap};
use zuil_wire::{PROTOCOL_VERSION, versions};

/// The way of compression (RFC 8878).
pub(super) const ZSTD: &str = "zstd";
/// A smaller body gains nothing.
const WORTH_COMPRESSING: usize = 1024;
/// Four times as fast as the line of a pillar, on the weakest of its processors.
const LEVEL: i32 = 3;

/// How requests to the hub are written.
#[derive(Debug)]
pub(super) struct Agreed {
    version: AtomicU16,
    compressed: AtomicBool,
}

impl Default for Agreed {
    fn default() -> Self {
        Self { version: AtomicU16::new(PROTOCOL_VERSION), compressed: AtomicBool::new(false) }
    }
}

impl Agreed {
    pub(super) fn version(&self) -> u16 {
        self.version.load(Ordering::Relaxed)
    }

    pub(super) fn takes_compressed(&self) -> bool {
        self.compressed.load(Ordering::Relaxed)
    }

    /// The body, compressed where the hub takes that and it is worth it.
    pub(super) fn write(&self, plain: Vec<u8>) -> (Vec<u8>, bool) {
        if plain.len() < WORTH_COMPRESSING || !self.takes_compressed() {
            return (plain, false);
        }
        match zstd::encode_all(plain.as_slice(), LEVEL) {
            Ok(smaller) if smaller.len() < plain.len() => (smaller, true),
            _ => (plain, false),
        }
    }

    /// Takes in what an answer says. `false` when the hub and this pillar have no version in common.
    pub(super) fn hear(&self, headers: &HeaderMap) -> bool {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        self.compressed.store(text(ACCEPT_ENCODING.as_str()).is_some_and(takes_zstd), Ordering::Relaxed);
        let common = versions::highest_common(text(versions::VERSIONS_HEADER));
        self.version.store(common.unwrap_or(PROTOCOL_VERSION), Ordering::Relaxed);
        common.is_some()
    }
}

/// `Accept-Encoding` in an answer (RFC 7694, section 3): what a request may be.
fn takes_zstd(accepted: &str) -> bool {
    accepted.split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(ZSTD));
        named
            && !parts.any(|weight| {
                matches!(weight.replace(' ', "").as_str(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn headers(of: &[(&'static str, &'static str)]) -> HeaderMap {
        of.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_hub_that_says_nothing_is_spoken_to_as_ever() {
        let agreed = Agreed::default();
        assert!(agreed.hear(&headers(&[("accept-encoding", "zstd"), ("zuil-versions", "1, 2, 3, 4, 5, 6")])));
        assert_eq!(agreed.version(), 5);
        assert!(agreed.hear(&headers(&[])), "an older one has taken its place");
        assert_eq!((agreed.version(), agreed.write(vec![b'a'; 9000]).1), (1, false));
    }

    #[test]
    fn a_hub_with_which_no_version_is_shared_is_told_apart() {
        let agreed = Agreed::default();
        assert!(!agreed.hear(&headers(&[("zuil-versions", "7, 8")])));
        assert_eq!(agreed.version(), 1);
    }

    #[test]
    fn only_a_hub_that_takes_it_gets_it_compressed_and_only_what_becomes_smaller() {
        let agreed = Agreed::default();
        agreed.hear(&headers(&[("accept-encoding", "gzip, ZSTD;q=0.5")]));
        let (written, compressed) = agreed.write(b"made up ".repeat(500));
        assert!(compressed && written.len() < 200);
        assert_eq!(zstd::decode_all(written.as_slice()).unwrap(), b"made up ".repeat(500));
        assert!(!agreed.write(b"short".to_vec()).1);
        let mut dice = fastrand::Rng::with_seed(1);
        assert!(!agreed.write((0..5000).map(|_| dice.u8(..)).collect()).1);
        for no in ["gzip", "", "zstd;q=0", "zstd; q=0.000", "zstandard"] {
            agreed.hear(&headers(&[("accept-encoding", no)]));
            assert!(!agreed.write(b"made up ".repeat(500)).1, "{no}");
        }
    }
}
