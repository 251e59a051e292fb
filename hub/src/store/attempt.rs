//! Attempts to get in or to find out, as the store counts them for all hubs on it. Invariant: whoever had so many wrong ones
//! waits, for a name and for who signs in longer each time, for the others until their minutes are over; those sent at the same time, to whichever hub, count one after the
//! other. Of an address or a name only what a [`Veil`] makes of it is kept, for two hours at most. That tells it from others,
//! and nothing to who has the database without the key of the veil.

use std::net::{IpAddr, Ipv6Addr};

use aws_lc_rs::hmac;
use jiff::{SignedDuration, Timestamp};
use zuil_wire::LookupRequest;

use super::{Digest, StoreError};

/// Wrong passwords without any wait: people mistype.
const FREE: u32 = 3;
/// The same for an address, behind which a whole office may work.
const FREE_FROM_AN_OFFICE: u32 = 20;
/// The longest wait after those.
const LONGEST: SignedDuration = SignedDuration::from_mins(15);
/// Without attempts for so long everything starts anew.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(1);
/// How many references an address may ask for that the hub does not know, for each [`STRANGERS_COUNT`]. Behind one address may
/// be a library, or all who use one mobile network; and no reference is found by guessing sixty.
const STRANGERS: usize = 60;
/// For how long they count, from the first on.
const STRANGERS_COUNT: SignedDuration = SignedDuration::from_mins(15);
/// How many wrong enrolment codes an address has for each [`CODES_COUNT`].
const WRONG_CODES: usize = 20;
/// For how long they count, from the first on.
const CODES_COUNT: SignedDuration = SignedDuration::from_mins(15);
/// For how long what a pillar looks up counts, from the first on.
const LOOK_UPS_COUNT: SignedDuration = SignedDuration::from_mins(1);

/// What is tried, and by what it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tried {
    /// To sign in, by address.
    SignInFrom,
    /// To sign in, by the name of the account, whether there is one or not; or by the browser, where it is known.
    SignInAs,
    /// To give the code after the password, or to show before a deed who one is: by the account or the browser. Apart from
    /// passwords, so that nobody who does not know the password is in the way of its owner there.
    SecondAs,
    /// To look a reference up without signing in, by address. Apart from those who sign in, so that neither is in the way
    /// of the other.
    LookUpFrom,
    /// The same, by reference.
    LookUpOf,
    /// Enrolment codes that the hub does not know, by address. (A code that it knows has a limit of its own.)
    CodeFrom,
    /// To look a reference up at a pillar, by the pillar's name, whether it is found or not.
    LookUpBy,
}

impl Tried {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::SignInFrom,
        Self::SignInAs,
        Self::SecondAs,
        Self::LookUpFrom,
        Self::LookUpOf,
        Self::CodeFrom,
        Self::LookUpBy,
    ];

    /// The word in databases.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignInFrom => "sign-in-from",
            Self::SignInAs => "sign-in-as",
            Self::SecondAs => "second-as",
            Self::LookUpFrom => "look-up-from",
            Self::LookUpOf => "look-up-of",
            Self::CodeFrom => "code-from",
            Self::LookUpBy => "look-up-by",
        }
    }

    /// How many are remembered; more than that come from who has many, and then the oldest are forgotten.
    pub(super) const fn most(self) -> u32 {
        match self {
            Self::CodeFrom => 4_096,
            _ => 10_000,
        }
    }

    /// How many there may be within how long, from the first on, where that does not become longer and longer.
    const fn at_most(self) -> Option<(usize, SignedDuration)> {
        match self {
            Self::CodeFrom => Some((WRONG_CODES, CODES_COUNT)),
            Self::LookUpBy => Some((LookupRequest::PER_MINUTE, LOOK_UPS_COUNT)),
            Self::LookUpFrom => Some((STRANGERS, STRANGERS_COUNT)),
            Self::SignInFrom | Self::SignInAs | Self::SecondAs | Self::LookUpOf => None,
        }
    }

    /// How many there may be without any wait, where it becomes longer and longer.
    const fn free(self) -> u32 {
        match self {
            Self::SignInFrom => FREE_FROM_AN_OFFICE,
            _ => FREE,
        }
    }

    /// What was tried last before this counts no more at `now`.
    pub(super) fn counts_since(self, now: Timestamp) -> Timestamp {
        now - self.at_most().map_or(FORGOTTEN, |(_, within)| within)
    }
}

/// What attempts are counted under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptKey {
    /// What is tried.
    pub tried: Tried,
    /// Tells the address or name from others.
    pub digest: Digest,
}

/// What attempts are counted under instead of addresses and names. Whoever has its key can try which address or name it
/// stands for, so the key is not in the database.
#[derive(Debug)]
pub struct Veil(hmac::Key);

impl Veil {
    /// With a key that nobody can guess. All hubs on one store have the same.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// By the household that an address belongs to.
    #[must_use]
    pub fn from(&self, tried: Tried, address: IpAddr) -> AttemptKey {
        self.named(tried, &household(address).to_string())
    }

    /// By a name, which may be anything that somebody typed.
    #[must_use]
    pub fn named(&self, tried: Tried, name: &str) -> AttemptKey {
        let mut tag = hmac::Context::with_key(&self.0);
        tag.update(tried.as_str().as_bytes());
        tag.update(b"\0");
        tag.update(name.as_bytes());
        let mut digest = Digest::default();
        digest.copy_from_slice(tag.sign().as_ref());
        AttemptKey { tried, digest }
    }
}

/// A household has one IPv4 address, or a network (/64) of IPv6 addresses.
#[must_use]
pub fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

/// What was counted under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) count: u32,
    pub(super) first_at: Timestamp,
    pub(super) last_at: Timestamp,
}

impl Counted {
    /// What still counts at `now`. What lies far ahead was counted by a clock that was ahead, and counts for nothing.
    pub(super) fn at(self, tried: Tried, now: Timestamp) -> Option<Self> {
        let (since, ahead) = match tried.at_most() {
            Some((_, within)) => (self.first_at, within),
            None => (self.last_at, LONGEST),
        };
        (tried.counts_since(now) < since && self.last_at <= now + ahead).then_some(self)
    }

    /// How long to wait before the next one; nothing when it may be now.
    pub(super) fn wait(self, tried: Tried, now: Timestamp) -> Option<SignedDuration> {
        let Some((most, within)) = tried.at_most() else {
            let left = wait_after(self.count, tried.free()) - now.duration_since(self.last_at);
            // At least a second.
            return (left > SignedDuration::ZERO).then(|| SignedDuration::from_secs(left.as_secs() + 1));
        };
        let left = within - now.duration_since(self.first_at);
        let whole = left.as_secs() + i64::from(left.subsec_nanos() > 0);
        (self.count as usize >= most && whole > 0).then(|| SignedDuration::from_secs(whole))
    }

    /// With one more.
    pub(super) fn and_one(before: Option<Self>, now: Timestamp) -> Self {
        let before = before.unwrap_or(Self { count: 0, first_at: now, last_at: now });
        Self { count: before.count.saturating_add(1), last_at: now, ..before }
    }
}

fn wait_after(count: u32, free: u32) -> SignedDuration {
    match count.checked_sub(free) {
        None => SignedDuration::ZERO,
        Some(over) => SignedDuration::from_secs(1_i64 << over.min(20)).min(LONGEST),
    }
}

/// Counts attempts. The contract of [`super::Store`] holds.
pub trait AttemptStore {
    /// Counts an attempt under all keys, as a wrong one until [`AttemptStore::attempt_succeeded`] says otherwise. When it
    /// is too early under one of them nothing is counted, and it is told how long to wait; that writes nothing.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is counted.
    fn begin_attempt(
        &self,
        keys: &[AttemptKey],
        now: Timestamp,
    ) -> Result<Option<SignedDuration>, StoreError>;

    /// Forgets the attempts under some keys, because somebody there knew everything, and under others the last one only,
    /// because whoever knows one may guess at others.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is forgotten.
    fn attempt_succeeded(&self, all: &[AttemptKey], last: &[AttemptKey]) -> Result<(), StoreError>;

    /// Forgets what counts no more at `now`; under how many keys that was.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is forgotten.
    fn forget_attempts(&self, now: Timestamp) -> Result<u64, StoreError>;
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest;

    use super::super::MemoryStore;
    use super::*;

    fn veil() -> Veil {
        Veil::new(&[7; 32])
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn nobody_guesses_more_than_a_hundred_times_a_day() {
        let store = MemoryStore::new();
        let keys = [veil().named(Tried::SignInFrom, "home"), veil().named(Tried::SignInAs, "anna")];
        let begin = |second: &i64| store.begin_attempt(&keys, at(*second)).unwrap().is_none();
        let guesses = (0..86_400).filter(begin).count();
        assert!((90..=110).contains(&guesses), "{guesses}");
    }

    #[test]
    fn an_account_that_is_guessed_at_from_everywhere_waits_too() {
        let store = MemoryStore::new();
        let begin = |second: &i64| {
            let network = Ipv6Addr::from_bits(u128::from(second.unsigned_abs()) << 64);
            let from = veil().from(Tried::SignInFrom, network.into());
            let keys = [from, veil().named(Tried::SignInAs, "anna")];
            store.begin_attempt(&keys, at(*second)).unwrap().is_none()
        };
        assert!((0..86_400).filter(begin).count() <= 110);
    }

    #[test]
    fn one_visitor_may_have_a_whole_network() {
        let from = |address: &str| veil().from(Tried::CodeFrom, address.parse().unwrap());
        assert_eq!(from("2001:db8:0:1::1"), from("2001:db8:0:1:9:9:9:9"));
        assert_ne!(from("2001:db8:0:1::1"), from("2001:db8:0:2::1"));
        assert_eq!(from("192.0.2.1"), from("::ffff:192.0.2.1"));
        assert_ne!(from("192.0.2.1"), from("192.0.2.2"));
        assert_ne!(from("192.0.2.1").digest, veil().named(Tried::SignInAs, "192.0.2.1").digest);
    }

    #[test]
    fn who_has_the_database_and_not_the_key_finds_no_address_by_trying() {
        let address = "192.0.2.1".parse().unwrap();
        let kept = veil().from(Tried::SignInFrom, address).digest;
        let guess = digest::digest(&digest::SHA256, b"sign-in-from\x00192.0.2.1");
        let guess: &[u8] = guess.as_ref();
        assert_ne!(kept.as_slice(), guess);
        assert_ne!(kept, Veil::new(&[8; 32]).from(Tried::SignInFrom, address).digest);
    }
}
