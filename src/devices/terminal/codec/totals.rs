//! The totals of a terminal's payments since its last end of day (BMP 60).
//!
//! Invariant: totals that are not of the known structure to the last byte are none.

use zuil_wire::Cents;

use super::fields::{bcd, digits};

/// How many groups of card schemes the totals have: girocard, JCB, Eurocard, American Express, Visa,
/// Diners and all others.
pub const GROUPS: usize = 7;

/// The totals of a terminal (BMP 60): from receipt, to receipt, and for each of seven groups of card
/// schemes how many payments (one byte) of how much together (six bytes of BCD). The structure is that
/// of `SingleAmounts` in the crate `zvt` 0.1.0, whose captured packet is a test here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// The first receipt number that is counted.
    pub first: u16,
    /// The last one.
    pub last: u16,
    /// Number and sum of each group.
    pub groups: [(u8, Cents); GROUPS],
}

impl Totals {
    /// How many payments.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.groups.iter().map(|(count, _)| u32::from(*count)).sum()
    }

    /// How much together.
    #[must_use]
    pub fn total(&self) -> Cents {
        Cents(self.groups.iter().map(|(_, total)| total.0).sum())
    }

    pub(super) fn read(value: &[u8]) -> Option<Self> {
        let (head, groups) = value.split_at_checked(4)?;
        if groups.len() != GROUPS * 7 {
            return None;
        }
        let mut totals = Self {
            first: digits(&head[..2])?.try_into().ok()?,
            last: digits(&head[2..])?.try_into().ok()?,
            groups: [(0, Cents::ZERO); GROUPS],
        };
        for (place, group) in totals.groups.iter_mut().zip(groups.chunks_exact(7)) {
            *place = (group[0], Cents(digits(&group[1..])?));
        }
        Some(totals)
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let mut value = bcd::<2>(u64::from(self.first)).to_vec();
        value.extend(bcd::<2>(u64::from(self.last)));
        for (count, total) in self.groups {
            value.push(count);
            value.extend(bcd::<6>(total.0));
        }
        value
    }
}
