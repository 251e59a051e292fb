//! Slows down whoever guesses passwords. Invariant: the more wrong passwords came from an address,
//! the longer it waits; guesses sent at the same time count one after the other.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

use jiff::{SignedDuration, Timestamp};

/// Wrong passwords without any wait: people mistype.
const FREE: u32 = 3;
/// The longest wait.
const LONGEST: SignedDuration = SignedDuration::from_mins(15);
/// An address without attempts for so long starts anew.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(1);
/// The most addresses to remember.
const MOST: usize = 10_000;

/// The attempts of every address of late.
#[derive(Debug, Default)]
pub(super) struct Attempts(HashMap<IpAddr, Attempt>);

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
    pub(super) fn begin(&mut self, address: IpAddr, now: Timestamp) -> Result<(), TooEarly> {
        if self.0.len() >= MOST {
            self.0.retain(|_, attempt| now.duration_since(attempt.last) < FORGOTTEN);
        }
        let address = household(address);
        let before = self.0.get(&address).copied();
        let before = before.filter(|attempt| now.duration_since(attempt.last) < FORGOTTEN);
        let count = before.map_or(0, |attempt| attempt.count);
        if let Some(attempt) = before {
            let left = wait_after(count) - now.duration_since(attempt.last);
            if left > SignedDuration::ZERO {
                return Err(TooEarly { wait: SignedDuration::from_secs(left.as_secs().max(0) + 1) });
            }
        }
        self.0.insert(address, Attempt { count: count.saturating_add(1), last: now });
        Ok(())
    }

    /// Forgets the attempts of an address that knew the password.
    pub(super) fn succeeded(&mut self, address: IpAddr) {
        self.0.remove(&household(address));
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
            attempts.begin(HOME, at(0)).unwrap();
        }
        assert_eq!(attempts.begin(SAME_HOME, at(0)), Err(TooEarly { wait: SignedDuration::from_secs(2) }));
        attempts.begin(HOME, at(1)).unwrap();
        assert!(attempts.begin(HOME, at(2)).is_err());
        attempts.begin(HOME, at(3)).unwrap();
        assert!(attempts.begin(HOME, at(6)).is_err());
        attempts.begin(ELSEWHERE, at(6)).unwrap();
    }

    #[test]
    fn nobody_guesses_more_than_a_hundred_times_a_day() {
        let mut attempts = Attempts::default();
        let guesses = (0..86_400).filter(|second| attempts.begin(HOME, at(*second)).is_ok()).count();
        assert!(guesses <= 110, "{guesses}");
    }

    #[test]
    fn who_knows_the_password_starts_anew() {
        let mut attempts = Attempts::default();
        for _ in 0..FREE {
            attempts.begin(HOME, at(0)).unwrap();
        }
        attempts.succeeded(SAME_HOME);
        attempts.begin(HOME, at(0)).unwrap();
    }
}
