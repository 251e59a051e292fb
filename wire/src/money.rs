//! Money is integer cents, in euro, and this is the only module that does arithmetic on it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount in euro cents, 0 or more. The largest amount a terminal can take is 9,999,999,999.99.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Cents(pub u64);

impl Cents {
    /// Nothing to pay.
    pub const ZERO: Self = Self(0);

    /// Whether there is nothing to pay.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, or `None` when it would not fit.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The sum; the largest amount there is when it would not fit.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// So many times the amount; the largest amount there is when it would not fit.
    #[must_use]
    pub const fn times(self, count: u32) -> Self {
        Self(self.0.saturating_mul(count as u64))
    }

    /// The whole euros and the cents left over (0 to 99).
    #[must_use]
    pub const fn euros_and_cents(self) -> (u64, u64) {
        (self.0 / 100, self.0 % 100)
    }

    /// Written with the decimal mark of a language: `17,35` for `','`, `17.35` for `'.'`.
    #[must_use]
    pub fn with_mark(self, decimal_mark: char) -> String {
        let (euros, cents) = self.euros_and_cents();
        format!("{euros}{decimal_mark}{cents:02}")
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EUR {}", self.with_mark('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_with_two_digits_after_the_mark() {
        assert_eq!(Cents(1735).with_mark(','), "17,35");
        assert_eq!(Cents(5).with_mark('.'), "0.05");
        assert_eq!(Cents(100).to_string(), "EUR 1.00");
    }

    #[test]
    fn a_sum_that_does_not_fit_is_no_sum() {
        assert_eq!(Cents(1).checked_add(Cents(2)), Some(Cents(3)));
        assert_eq!(Cents(u64::MAX).checked_add(Cents(1)), None);
    }
}
