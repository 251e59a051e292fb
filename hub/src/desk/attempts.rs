//! Slows down whoever guesses passwords and codes. Invariant: the more wrong ones came from an address or for an
//! account, the longer it waits; guesses sent at the same time count one after the other. A name that no account has is
//! counted as one that an account has, so that waiting tells nobody which there are.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};

use jiff::{SignedDuration, Timestamp};

/// Wrong passwords without any wait: people mistype.
const FREE: u32 = 3;
/// The longest wait.
const LONGEST: SignedDuration = SignedDuration::from_mins(15);
/// An address without attempts for so long starts anew.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(1);
/// The most addresses, or accounts, to remember.
const MOST: usize = 10_000;

/// The attempts of late.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    addresses: Counts<IpAddr>,
    accounts: Counts<String>,
}

/// The attempts of each address, or for each account.
#[derive(Debug)]
struct Counts<K>(HashMap<K, Attempt>);

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

#[derive(Clone, Copy, Debug)]
struct Attempt {
    count: u32,
    last: Timestamp,
}

/// It is too early for another attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooEarly {
    /// How long to wait, at least one second.
    pub wait: SignedDuration,
}

impl Attempts {
    /// Counts an attempt, as a wrong one until [`Attempts::succeeded`] says otherwise.
    pub(super) fn begin(&mut self, address: IpAddr, account: &str, now: Timestamp) -> Result<(), TooEarly> {
        let (address, account) = (household(address), account.to_owned());
        let waits = [self.addresses.wait(&address, now), self.accounts.wait(&account, now)];
        if let Some(wait) = waits.into_iter().flatten().max() {
            return Err(TooEarly { wait });
        }
        self.addresses.count(address, now);
        self.accounts.count(account, now);
        Ok(())
    }

    /// Forgets the attempts of an address and for an account: somebody there knew everything.
    pub(super) fn succeeded(&mut self, address: IpAddr, account: &str) {
        self.addresses.0.remove(&household(address));
        self.accounts.0.remove(account);
    }

    /// Forgets the attempts for an account, and of an address this one only: whoever knows one may guess at others.
    pub(super) fn knew_one(&mut self, address: IpAddr, account: &str) {
        self.addresses.take_back(&household(address));
        self.accounts.0.remove(account);
    }
}

impl<K: Clone + Eq + Hash> Counts<K> {
    /// How long to wait before the next attempt.
    fn wait(&self, key: &K, now: Timestamp) -> Option<SignedDuration> {
        let attempt = self.recent(key, now)?;
        let left = wait_after(attempt.count) - now.duration_since(attempt.last);
        (left > SignedDuration::ZERO).then(|| SignedDuration::from_secs(left.as_secs().max(0) + 1))
    }

    fn count(&mut self, key: K, now: Timestamp) {
        if self.0.len() >= MOST && !self.0.contains_key(&key) {
            self.0.retain(|_, attempt| now.duration_since(attempt.last) < FORGOTTEN);
            self.leave_room_for_one();
        }
        let count = self.recent(&key, now).map_or(0, |attempt| attempt.count).saturating_add(1);
        self.0.insert(key, Attempt { count, last: now });
    }

    fn leave_room_for_one(&mut self) {
        if self.0.len() >= MOST {
            let oldest = self.0.iter().min_by_key(|(_, attempt)| attempt.last).map(|(key, _)| key.clone());
            if let Some(oldest) = oldest {
                self.0.remove(&oldest);
            }
        }
    }

    /// As if the last attempt had not been.
    fn take_back(&mut self, key: &K) {
        if let Some(attempt) = self.0.get_mut(key) {
            attempt.count = attempt.count.saturating_sub(1);
        }
    }

    fn recent(&self, key: &K, now: Timestamp) -> Option<Attempt> {
        self.0.get(key).copied().filter(|attempt| now.duration_since(attempt.last) < FORGOTTEN)
    }
}

fn wait_after(count: u32) -> SignedDuration {
    match count.checked_sub(FREE) {
        None => SignedDuration::ZERO,
        Some(over) => SignedDuration::from_secs(1_i64 << over.min(20)).min(LONGEST),
    }
}

/// One visitor may have a whole IPv6 /64.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    const HOME: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, 1));
    const SAME_HOME: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 9, 9, 9, 9));
    const ELSEWHERE: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 2, 0, 0, 0, 1));

    #[test]
    fn mistyping_twice_costs_no_time_and_guessing_costs_more_and_more() {
        let mut attempts = Attempts::default();
        for _ in 0..FREE {
            attempts.begin(HOME, "anna", at(0)).unwrap();
        }
        assert_eq!(
            attempts.begin(SAME_HOME, "bob", at(0)),
            Err(TooEarly { wait: SignedDuration::from_secs(2) })
        );
        attempts.begin(HOME, "anna", at(1)).unwrap();
        assert!(attempts.begin(HOME, "anna", at(2)).is_err());
        attempts.begin(HOME, "anna", at(3)).unwrap();
        assert!(attempts.begin(HOME, "anna", at(6)).is_err());
        attempts.begin(ELSEWHERE, "bob", at(6)).unwrap();
    }

    #[test]
    fn nobody_guesses_more_than_a_hundred_times_a_day() {
        let mut attempts = Attempts::default();
        let guesses = (0..86_400).filter(|second| attempts.begin(HOME, "anna", at(*second)).is_ok()).count();
        assert!(guesses <= 110, "{guesses}");
    }

    #[test]
    fn who_knows_the_password_starts_anew() {
        let mut attempts = Attempts::default();
        for _ in 0..FREE {
            attempts.begin(HOME, "anna", at(0)).unwrap();
        }
        attempts.succeeded(SAME_HOME, "anna");
        attempts.begin(HOME, "anna", at(0)).unwrap();
    }

    #[test]
    fn who_knows_one_is_not_slowed_down_by_it_and_guesses_at_others_no_faster() {
        let mut attempts = Attempts::default();
        for _ in 0..10 {
            attempts.begin(HOME, "own", at(0)).unwrap();
            attempts.knew_one(HOME, "own");
        }
        for guess in ["a", "b", "c"] {
            attempts.begin(HOME, guess, at(1)).unwrap();
        }
        assert!(attempts.begin(HOME, "own", at(1)).is_err());
        attempts.begin(HOME, "own", at(3)).unwrap();
        attempts.knew_one(SAME_HOME, "own");
        assert!(attempts.begin(HOME, "d", at(3)).is_err(), "what was guessed before counts still");
    }

    #[test]
    fn no_more_are_remembered_than_there_is_room_for_and_the_oldest_goes_first() {
        let mut counts = Counts::<usize>::default();
        let most = i64::try_from(MOST).unwrap();
        for (key, second) in (0..MOST + 5).zip(0..) {
            // All within an hour.
            counts.count(key, at(second * 3000 / most));
        }
        assert_eq!(counts.0.len(), MOST);
        assert!(counts.0.contains_key(&(MOST + 4)));
        let last = at(3001);
        counts.count(MOST + 4, last);
        assert_eq!(counts.0.len(), MOST, "who is known takes no place of another");
        counts.count(MOST + 5, last);
        assert!(counts.0.contains_key(&(MOST + 5)) && counts.0.len() == MOST);
        assert!((0..3).all(|key| !counts.0.contains_key(&key)), "the first ones are gone");
    }

    #[test]
    fn an_account_that_is_guessed_at_from_everywhere_waits_too() {
        let mut attempts = Attempts::default();
        let from = |number: u128| IpAddr::V6(Ipv6Addr::from_bits(number << 64));
        for number in 0..3 {
            attempts.begin(from(number), "anna", at(0)).unwrap();
        }
        assert_eq!(
            attempts.begin(from(9), "anna", at(0)),
            Err(TooEarly { wait: SignedDuration::from_secs(2) })
        );
        attempts.begin(from(9), "bob", at(0)).unwrap();
        let guesses = (0..86_400_u32).filter(|second| {
            attempts.begin(from(1_000 + u128::from(*second)), "anna", at(i64::from(*second))).is_ok()
        });
        assert!(guesses.count() <= 110);
    }
}
