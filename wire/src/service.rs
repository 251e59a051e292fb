//! Service visits: the code with which a technician opens the hidden pages of one pillar, hub ↔ pillar, and what was
//! done there, pillar → hub.
//!
//! `GET /v1/service-key` over mutual TLS gives a pillar its [`ServiceKey`]; `POST /v1/service-visits` carries
//! [`ServiceEntries`], `POST /v1/readiness` a [`ReadinessReport`]. Its invariant: a code is checked without a line, opens
//! one pillar until the end of its hour, and is of no use once the key has another number; neither a key nor a code is in
//! any log.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SecureRandom;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::reference::NoRandomness;

/// Keeps what is proved here from meaning anything else.
const CONTEXT: &[u8] = b"zuil service code 1\0";
/// Codes name the hour in which they end by its last three digits, and their serial likewise.
const HOURS_AND_SERIALS: u16 = 1000;
/// How far the hour of a code may be from what time it is.
const NEAR: i64 = 500;
const SECONDS_OF_AN_HOUR: i64 = 3600;
const PROOFS: u64 = 1_000_000;

/// What makes and checks the codes of one pillar. Another number makes all codes of before void.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ServiceKey {
    /// Its number at this pillar, which rises; the first is 1.
    pub number: u32,
    key: ServiceSecret,
}

/// 32 random bytes, written in base64.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(with = "String", extend("pattern" = "^[A-Za-z0-9+/]{43}=$")))]
#[serde(try_from = "String", into = "String")]
struct ServiceSecret(Zeroizing<[u8; ServiceKey::BYTES]>);

/// A text or some bytes are no key of service codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key of service codes has 32 bytes, written in base64")]
pub struct NotAServiceKey;

impl ServiceKey {
    /// How long it is.
    pub const BYTES: usize = 32;

    /// A new one that nobody can guess.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn random(number: u32, source: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        let mut bytes = Zeroizing::new([0_u8; Self::BYTES]);
        source.fill(bytes.as_mut_slice()).map_err(|_| NoRandomness)?;
        Ok(Self { number, key: ServiceSecret(bytes) })
    }

    /// The one of these bytes.
    ///
    /// # Errors
    /// When they are too few or too many.
    pub fn of(number: u32, bytes: &[u8]) -> Result<Self, NotAServiceKey> {
        let bytes: [u8; Self::BYTES] = bytes.try_into().map_err(|_| NotAServiceKey)?;
        Ok(Self { number, key: ServiceSecret(Zeroizing::new(bytes)) })
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.key.0.as_slice()
    }

    fn proof(&self, hour: u64, serial: u16) -> u32 {
        let mut bytes = CONTEXT.to_vec();
        bytes.extend_from_slice(&hour.to_be_bytes());
        bytes.extend_from_slice(&serial.to_be_bytes());
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, self.bytes()), &bytes);
        let first = mac.as_ref().iter().take(8).fold(0, |number: u64, byte| (number << 8) | u64::from(*byte));
        u32::try_from(first % PROOFS).unwrap_or_default()
    }
}

impl fmt::Debug for ServiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceKey({})", self.number)
    }
}

impl TryFrom<String> for ServiceSecret {
    type Error = NotAServiceKey;

    fn try_from(text: String) -> Result<Self, NotAServiceKey> {
        let text = Zeroizing::new(text);
        let bytes = BASE64.decode(text.as_bytes()).map(Zeroizing::new).map_err(|_| NotAServiceKey)?;
        let bytes: [u8; ServiceKey::BYTES] = bytes.as_slice().try_into().map_err(|_| NotAServiceKey)?;
        Ok(Self(Zeroizing::new(bytes)))
    }
}

impl From<ServiceSecret> for String {
    fn from(secret: ServiceSecret) -> Self {
        BASE64.encode(secret.0.as_slice())
    }
}

/// Twelve digits that a technician types at one pillar: three of the hour in which they end, three of the serial, six
/// that prove both.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ServiceCode {
    hour: u16,
    serial: u16,
    proof: u32,
}

/// What a code opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Its serial, below 1000.
    pub serial: u16,
    /// From then on it opens nothing.
    pub until: Timestamp,
}

/// Why a code opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceCodeError {
    /// It was not made with this key, or a digit is wrong.
    #[error("this is no code of this pillar; read it again, or make another at the hub's page of the pillar")]
    Unknown,
    /// Its hour is over.
    #[error("this code has expired; make another at the hub's page of the pillar")]
    Expired,
}

/// A text is no service code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a service code has 12 digits")]
pub struct NotAServiceCode;

impl ServiceCode {
    /// How many digits it has.
    pub const DIGITS: usize = 12;
    /// For how many hours one is made.
    pub const HOURS: [u8; 4] = [1, 4, 8, 24];
    /// So many serials are told apart.
    pub const SERIALS: u16 = HOURS_AND_SERIALS;

    /// The code that opens until the end of the hour in which it `expires`.
    #[must_use]
    pub fn make(key: &ServiceKey, expires: Timestamp, serial: u16) -> Self {
        let hour = u64::try_from(hour_of(expires)).unwrap_or_default();
        let serial = serial % HOURS_AND_SERIALS;
        let rest = u16::try_from(hour % u64::from(HOURS_AND_SERIALS)).unwrap_or_default();
        Self { hour: rest, serial, proof: key.proof(hour, serial) }
    }

    /// Until when a code opens that was made to expire then.
    #[must_use]
    pub fn until(expires: Timestamp) -> Timestamp {
        end_of(hour_of(expires)).unwrap_or(Timestamp::MAX)
    }

    /// What it opens, by a time that is not after the real one.
    ///
    /// # Errors
    /// Why it opens nothing.
    pub fn check(self, key: &ServiceKey, not_before: Timestamp) -> Result<Granted, ServiceCodeError> {
        let now = hour_of(not_before);
        let (all, rest) = (i64::from(HOURS_AND_SERIALS), i64::from(self.hour));
        // The hour that is nearest, of those with these last digits.
        let ahead = (rest - now + NEAR).rem_euclid(all) - NEAR;
        let hour = now + ahead;
        let counted = u64::try_from(hour).map_err(|_| ServiceCodeError::Unknown)?;
        if key.proof(counted, self.serial) != self.proof {
            return Err(ServiceCodeError::Unknown);
        }
        let until = end_of(hour).ok_or(ServiceCodeError::Unknown)?;
        if not_before >= until {
            return Err(ServiceCodeError::Expired);
        }
        Ok(Granted { serial: self.serial, until })
    }

    /// Its serial, below 1000; nothing is proved by it alone.
    #[must_use]
    pub const fn serial(self) -> u16 {
        self.serial
    }

    /// As it is read aloud: `3530 0774 5053`.
    #[must_use]
    pub fn groups(self) -> String {
        let digits = self.to_string();
        let mut groups = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && place % 4 == 0 {
                groups.push(' ');
            }
            groups.push(digit);
        }
        groups
    }
}

/// The whole hour since 1970 in which a moment is.
fn hour_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(SECONDS_OF_AN_HOUR)
}

/// When an hour is over.
fn end_of(hour: i64) -> Option<Timestamp> {
    Timestamp::from_second((hour + 1) * SECONDS_OF_AN_HOUR).ok()
}

impl fmt::Display for ServiceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}{:03}{:06}", self.hour, self.serial, self.proof)
    }
}

impl fmt::Debug for ServiceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServiceCode(…)")
    }
}

impl FromStr for ServiceCode {
    type Err = NotAServiceCode;

    /// Reads it with or without spaces between.
    fn from_str(text: &str) -> Result<Self, NotAServiceCode> {
        let digits: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
        if digits.len() != Self::DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotAServiceCode);
        }
        let (hour, rest) = digits.split_at(3);
        let (serial, proof) = rest.split_at(3);
        let number = |digits: &str| digits.parse::<u32>().map_err(|_| NotAServiceCode);
        let short = |digits: &str| u16::try_from(number(digits)?).map_err(|_| NotAServiceCode);
        Ok(Self { hour: short(hour)?, serial: short(serial)?, proof: number(proof)? })
    }
}

/// What was done at a pillar in service visits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ServiceEntries {
    /// The version of the protocol.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 5)))]
    pub version: u16,
    /// At most [`ServiceEntries::MAX_ENTRIES`], the oldest first.
    #[cfg_attr(feature = "schema", schemars(length(max = 64)))]
    pub entries: Vec<ServiceEntry>,
}

impl ServiceEntries {
    /// The most entries in one request.
    pub const MAX_ENTRIES: usize = 64;
    /// The largest body of a request, in bytes.
    pub const MAX_BYTES: usize = 32 * 1024;
}

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ServiceEntry {
    /// Names it for ever.
    pub id: Uuid,
    /// The serial of the code with which it was done; nothing when there was none, as with a wrong code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(max = 999)))]
    pub serial: Option<u16>,
    /// The number of the key that the pillar had; 0 when it had none.
    pub key_number: u32,
    /// When, by the pillar's clock.
    pub at: Timestamp,
    /// What.
    pub deed: ServiceDeed,
    /// What came of it.
    pub outcome: ServiceOutcome,
}

/// What somebody does at a pillar in a service visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ServiceDeed {
    /// Began the visit with a code.
    Opened,
    /// Ended it, or left it alone until it ended.
    Closed,
    /// Tried the printer.
    TestedPrinter,
    /// Tried the card terminal.
    TestedTerminal,
    /// Tried the readers.
    TestedReader,
    /// Tried the sound.
    TestedSound,
    /// Tried or set the touch.
    TestedTouch,
    /// Said that there is a new roll in the printer.
    ChangedRoll,
    /// Changed how the pillar is on the network.
    ChangedNetwork,
    /// Wrote logs to a stick.
    WroteLogs,
    /// Installed an update from a stick.
    InstalledUpdate,
    /// Bound the pillar anew.
    ReEnrolled,
    /// Turned the screen.
    TurnedScreen,
    /// Set the passphrase of the data.
    SetPassphrase,
    /// Deleted everything.
    Reset,
    /// Started the machine anew.
    Restarted,
    /// Typed a code that opens nothing.
    WrongCode,
    /// Had all devices looked at.
    CheckedDevices,
    /// Something that only a later build knows.
    #[serde(other)]
    Other,
}

impl ServiceDeed {
    /// All there are.
    pub const ALL: [Self; 19] = [
        Self::Opened,
        Self::Closed,
        Self::TestedPrinter,
        Self::TestedTerminal,
        Self::TestedReader,
        Self::TestedSound,
        Self::TestedTouch,
        Self::ChangedRoll,
        Self::ChangedNetwork,
        Self::WroteLogs,
        Self::InstalledUpdate,
        Self::ReEnrolled,
        Self::TurnedScreen,
        Self::SetPassphrase,
        Self::Reset,
        Self::Restarted,
        Self::WrongCode,
        Self::CheckedDevices,
        Self::Other,
    ];

    /// Its word in messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Closed => "closed",
            Self::TestedPrinter => "tested-printer",
            Self::TestedTerminal => "tested-terminal",
            Self::TestedReader => "tested-reader",
            Self::TestedSound => "tested-sound",
            Self::TestedTouch => "tested-touch",
            Self::ChangedRoll => "changed-roll",
            Self::ChangedNetwork => "changed-network",
            Self::WroteLogs => "wrote-logs",
            Self::InstalledUpdate => "installed-update",
            Self::ReEnrolled => "re-enrolled",
            Self::TurnedScreen => "turned-screen",
            Self::SetPassphrase => "set-passphrase",
            Self::Reset => "reset",
            Self::Restarted => "restarted",
            Self::WrongCode => "wrong-code",
            Self::CheckedDevices => "checked-devices",
            Self::Other => "other",
        }
    }

    /// The deed of a word; one that this build does not know is another.
    #[must_use]
    pub fn read(word: &str) -> Self {
        Self::ALL.into_iter().find(|deed| deed.word() == word).unwrap_or(Self::Other)
    }
}

/// What came of a deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ServiceOutcome {
    /// It was done.
    Done,
    /// It was not.
    Failed,
    /// It was begun; what came of it shows elsewhere, or a power cut came in between.
    Begun,
}

impl ServiceOutcome {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Done, Self::Failed, Self::Begun];

    /// Its word in messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Begun => "begun",
        }
    }

    /// The outcome of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }
}

/// What became of entries or of a report on readiness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ServiceTaken {
    /// The ids of what is durable at the hub, now or from an earlier request, and of what it will never keep. The pillar
    /// does not tell them again.
    pub taken: Vec<Uuid>,
}

/// What a pillar found when it was set up and looked at itself: whether it is ready to serve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReadinessReport {
    /// The version of the protocol.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 5)))]
    pub version: u16,
    /// Names it for ever.
    pub id: Uuid,
    /// When, by the pillar's clock.
    pub at: Timestamp,
    /// At most [`ReadinessReport::MAX_FINDINGS`].
    #[cfg_attr(feature = "schema", schemars(length(max = 64)))]
    pub findings: Vec<ReadinessFinding>,
}

impl ReadinessReport {
    /// The most findings.
    pub const MAX_FINDINGS: usize = 64;
    /// The longest name of what was looked at, in characters.
    pub const LONGEST_CHECK: usize = 64;
    /// The most of what is said of it, in characters.
    pub const LONGEST_SAID: usize = 500;
    /// The largest body of a request, in bytes.
    pub const MAX_BYTES: usize = 160 * 1024;

    /// The worst that was found.
    #[must_use]
    pub fn worst(&self) -> Readiness {
        self.findings.iter().map(|finding| finding.state).max().unwrap_or(Readiness::Good)
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReadinessFinding {
    /// What was looked at.
    pub check: String,
    /// How it is.
    pub state: Readiness,
    /// What was seen, for people to read.
    pub said: String,
}

/// How a thing is, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Readiness {
    /// It is well.
    Good,
    /// It works; someone should look at it.
    Attention,
    /// It does not work.
    Bad,
}

impl Readiness {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Good, Self::Attention, Self::Bad];

    /// Its word in messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Attention => "attention",
            Self::Bad => "bad",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ServiceKey {
        let bytes: Vec<u8> = (0..32).collect();
        ServiceKey::of(1, &bytes).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const EXPIRES: &str = "2026-03-02T17:30:00Z";

    #[test]
    fn a_code_is_what_others_would_work_out_from_the_same() {
        let code = ServiceCode::make(&key(), at(EXPIRES), 7);
        assert_eq!(code.to_string(), "353007745053");
        assert_eq!(code.groups(), "3530 0774 5053");
        assert_eq!(
            ServiceCode::make(&key(), at(EXPIRES), 1007),
            code,
            "serials are told apart by three digits"
        );
        let later = ServiceCode::make(&key(), at("2026-03-29T15:00:00Z"), 12);
        assert_eq!(later.to_string(), "999012831124");
    }

    #[test]
    fn a_code_opens_until_the_end_of_its_hour_and_not_a_moment_longer() {
        let code = ServiceCode::make(&key(), at(EXPIRES), 7);
        let until = at("2026-03-02T18:00:00Z");
        let granted = Ok(Granted { serial: 7, until });
        for moment in ["2026-03-02T09:00:00Z", EXPIRES, "2026-03-02T17:59:59.999999999Z"] {
            assert_eq!(code.check(&key(), at(moment)), granted, "{moment}");
        }
        for moment in ["2026-03-02T18:00:00Z", "2026-03-03T09:00:00Z", "2026-03-20T09:00:00Z"] {
            assert_eq!(code.check(&key(), at(moment)), Err(ServiceCodeError::Expired), "{moment}");
        }
        assert_eq!(ServiceCode::until(at(EXPIRES)), until);
    }

    #[test]
    fn a_code_whose_hour_is_far_from_now_is_no_code_instead_of_one_of_another_hour() {
        let code = ServiceCode::make(&key(), at(EXPIRES), 7);
        // A thousand hours later an hour has the same last digits.
        for moment in ["2026-04-13T09:00:00Z", "2026-01-19T17:00:00Z", "2036-03-02T17:00:00Z"] {
            assert_eq!(code.check(&key(), at(moment)), Err(ServiceCodeError::Unknown), "{moment}");
        }
    }

    #[test]
    fn a_code_goes_on_where_its_hours_begin_again_at_nought() {
        // Hour 492 999 is the last of its thousand: it ends at 16:00.
        let (before, after) = (at("2026-03-29T15:30:00Z"), at("2026-03-29T20:30:00Z"));
        let code = ServiceCode::make(&key(), after, 3);
        assert!(code.to_string().starts_with("004"), "{code}");
        let until = at("2026-03-29T21:00:00Z");
        assert_eq!(code.check(&key(), before), Ok(Granted { serial: 3, until }));
        let old = ServiceCode::make(&key(), before, 3);
        assert!(old.to_string().starts_with("999"), "{old}");
        assert_eq!(old.check(&key(), after), Err(ServiceCodeError::Expired));
        assert!(old.check(&key(), before).is_ok());
    }

    #[test]
    fn a_clock_that_fell_back_to_1970_opens_nothing_until_a_later_moment_is_known() {
        let code = ServiceCode::make(&key(), at(EXPIRES), 7);
        let clock = Timestamp::UNIX_EPOCH;
        assert_eq!(code.check(&key(), clock), Err(ServiceCodeError::Unknown));
        let known = at("2026-03-02T11:05:00Z");
        assert!(code.check(&key(), clock.max(known)).is_ok());
        // Nor does an hour before 1970 open anything.
        let odd: ServiceCode = "999007745053".parse().unwrap();
        assert_eq!(odd.check(&key(), clock), Err(ServiceCodeError::Unknown));
    }

    #[test]
    fn a_digit_that_is_wrong_anywhere_opens_nothing() {
        let right = ServiceCode::make(&key(), at(EXPIRES), 7).to_string();
        let now = at("2026-03-02T17:00:00Z");
        for place in 0..ServiceCode::DIGITS {
            for wrong in '0'..='9' {
                let typed: String = right
                    .chars()
                    .enumerate()
                    .map(|(at, digit)| if at == place { wrong } else { digit })
                    .collect();
                let opens = typed.parse::<ServiceCode>().unwrap().check(&key(), now).is_ok();
                assert_eq!(opens, typed == right, "{typed} for {right}");
            }
        }
    }

    #[test]
    fn a_code_of_another_pillar_or_of_a_key_of_before_opens_nothing() {
        let now = at("2026-03-02T17:00:00Z");
        let code = ServiceCode::make(&key(), at(EXPIRES), 7);
        let source = aws_lc_rs::rand::SystemRandom::new();
        let next = ServiceKey::random(2, &source).unwrap();
        assert_eq!(code.check(&next, now), Err(ServiceCodeError::Unknown));
        assert_ne!(ServiceKey::random(2, &source).unwrap(), next);
    }

    #[test]
    fn a_code_is_read_as_people_write_it() {
        let code = ServiceCode::make(&key(), at(EXPIRES), 7);
        for text in ["353007745053", "3530 0774 5053", " 353 007 745053\n"] {
            assert_eq!(text.parse(), Ok(code), "{text}");
        }
        for not in ["", "35300774505", "3530077450530", "35300774505a", "٣٥٣٠٠٧٧٤٥٠٥٣", "+53007745053"]
        {
            assert_eq!(not.parse::<ServiceCode>(), Err(NotAServiceCode), "{not}");
        }
    }

    #[test]
    fn neither_a_key_nor_a_code_is_written_into_a_log() {
        assert_eq!(format!("{:?}", key()), "ServiceKey(1)");
        assert_eq!(format!("{:?}", ServiceCode::make(&key(), at(EXPIRES), 7)), "ServiceCode(…)");
    }

    #[test]
    fn a_key_of_another_length_is_none() {
        assert_eq!(ServiceKey::of(1, &[0; 31]), Err(NotAServiceKey));
        for text in ["", "AAAA", "no key!"] {
            let json = serde_json::json!({ "number": 1, "key": text });
            assert!(serde_json::from_value::<ServiceKey>(json).is_err(), "{text}");
        }
    }

    #[test]
    fn every_word_is_the_one_in_messages_and_a_deed_from_later_is_another() {
        for deed in ServiceDeed::ALL {
            assert_eq!(serde_json::to_value(deed).unwrap(), deed.word());
            assert_eq!(ServiceDeed::read(deed.word()), deed);
        }
        for outcome in ServiceOutcome::ALL {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.word());
            assert_eq!(ServiceOutcome::parse(outcome.word()), Some(outcome));
        }
        for state in Readiness::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.word());
        }
        let later: ServiceDeed = serde_json::from_str("\"replaced-the-glass\"").unwrap();
        assert_eq!(
            (later, ServiceDeed::read("replaced-the-glass")),
            (ServiceDeed::Other, ServiceDeed::Other)
        );
        assert_eq!(ServiceOutcome::parse("perhaps"), None);
    }

    #[test]
    fn a_pillar_is_as_ready_as_the_worst_that_was_found() {
        use Readiness::{Attention, Bad, Good};
        let finding = |state| ReadinessFinding { check: "printer".into(), state, said: "it prints".into() };
        let report = |states: &[Readiness]| ReadinessReport {
            version: 5,
            id: Uuid::from_u128(1),
            at: Timestamp::UNIX_EPOCH,
            findings: states.iter().copied().map(finding).collect(),
        };
        assert_eq!(report(&[]).worst(), Good);
        assert_eq!(report(&[Good, Bad, Attention]).worst(), Bad);
        assert_eq!(report(&[Good, Attention]).worst(), Attention);
    }
}
