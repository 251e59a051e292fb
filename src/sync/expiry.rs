//! From when until when a certificate is valid, read from its DER form (X.509, RFC 5280, section
//! 4.1.2.5).
//!
//! Invariant: it tells what stands in the certificate, or nothing; it judges nothing.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The moment at which the first certificate in `pem` expires; `None` when there is none that can be
/// read.
#[must_use]
pub fn certificate_expires(pem: &str) -> Option<Timestamp> {
    let der = CertificateDer::pem_slice_iter(pem.as_bytes()).next()?.ok()?;
    Some(validity(&der)?.until)
}

/// The time in which a certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Validity {
    /// The first moment.
    pub(super) from: Timestamp,
    /// The last moment.
    pub(super) until: Timestamp,
}

impl Validity {
    pub(super) fn holds(&self, at: Timestamp) -> bool {
        (self.from..=self.until).contains(&at)
    }

    /// The time that is in both; `None` when there is none.
    pub(super) fn and(self, other: Self) -> Option<Self> {
        let both = Self { from: self.from.max(other.from), until: self.until.min(other.until) };
        (both.from <= both.until).then_some(both)
    }

    /// A moment in the middle of it.
    pub(super) fn middle(&self) -> Timestamp {
        let half = self.until.duration_since(self.from) / 2;
        self.from.saturating_add(half).unwrap_or(self.from)
    }
}

/// The validity of a certificate in DER form; `None` when it cannot be read.
pub(super) fn validity(der: &[u8]) -> Option<Validity> {
    let (_, certificate, _) = element(der)?;
    let (_, mut rest, _) = element(certificate)?;
    if rest.first() == Some(&VERSION) {
        rest = element(rest)?.2;
    }
    // Serial number, signature algorithm, issuer.
    for _ in 0..3 {
        rest = element(rest)?.2;
    }
    let (SEQUENCE, validity, _) = element(rest)? else { return None };
    let (kind, from, rest) = element(validity)?;
    let from = moment(kind, std::str::from_utf8(from).ok()?)?;
    let (kind, until, _) = element(rest)?;
    Some(Validity { from, until: moment(kind, std::str::from_utf8(until).ok()?)? })
}

/// One element: its tag, its content, and what comes after it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = der.split_first_chunk()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

fn moment(kind: u8, text: &str) -> Option<Timestamp> {
    let text = match kind {
        // Two digits stand for 1950 to 2049.
        UTC_TIME if text.get(..2)? >= "50" => format!("19{text}"),
        UTC_TIME => format!("20{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let at = DateTime::strptime("%Y%m%d%H%M%SZ", text).ok()?;
    Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(year: i32) -> String {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut parameters = rcgen::CertificateParams::new(vec!["voorbeeld".to_owned()]).unwrap();
        parameters.not_after = rcgen::date_time_ymd(year, 3, 9);
        parameters.self_signed(&key).unwrap().pem()
    }

    #[test]
    fn the_day_on_which_a_certificate_expires_is_read() {
        for year in [2027, 2049, 2050, 3000] {
            let expected = format!("{year}-03-09T00:00:00Z");
            assert_eq!(certificate_expires(&certificate(year)).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn two_certificates_are_both_valid_for_as_long_as_both_are() {
        let day = |day: &str| format!("{day}T00:00:00Z").parse().unwrap();
        let valid = |from, until| Validity { from: day(from), until: day(until) };
        let both = valid("2026-01-01", "2028-01-01").and(valid("2027-01-01", "2036-01-01")).unwrap();
        assert_eq!(both, valid("2027-01-01", "2028-01-01"));
        assert!(
            both.holds(both.middle()) && !both.holds(day("2026-12-31")) && !both.holds(day("2028-01-02"))
        );
        assert_eq!(both.and(valid("2020-01-01", "2021-01-01")), None);
    }

    #[test]
    fn what_is_no_certificate_has_no_such_day() {
        assert_eq!(certificate_expires(""), None);
        let pem = certificate(2027);
        let lines: Vec<&str> = pem.lines().collect();
        for cut in 1..lines.len() - 2 {
            let short = [&lines[..=cut], &lines[lines.len() - 1..]].concat().join("\n");
            // Never a panic; a day only when it stands in what is left.
            if let Some(day) = certificate_expires(&short) {
                assert_eq!(day, certificate_expires(&pem).unwrap());
            }
        }
    }
}
