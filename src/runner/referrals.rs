//! Looks up what the code of a referral stands for. Invariant: a code opens a task by the time that the hub taught.

use zuil_wire::ReferralCode;

use super::Runner;
use crate::clock::Moment;
use crate::sync::ReferralFound;
use crate::visit::{Event, Referred};

impl Runner {
    pub(super) fn look_up(&self, code: ReferralCode, now: Moment) -> Event {
        Event::Referred(match self.referrals.look_up(code, now.timestamp) {
            ReferralFound::Opens { id, task } => Referred::Opens { id, task },
            ReferralFound::Unknown => Referred::Unknown,
            ReferralFound::Used => Referred::Used,
            ReferralFound::Expired => Referred::Expired,
        })
    }
}
