//! What is the matter with a pillar or a part of it, in a word with a shape. Invariant: what is not known is never
//! shown as good or bad.

use zuil_wire::health::DeviceState;

use super::super::condition::{Condition, Contact, Issue, Part};
use super::super::texts::Lang;
use super::Badge;

/// What is the matter with a pillar, or that it works.
pub(super) fn now_badges(condition: &Condition, lang: Lang) -> Vec<Badge> {
    if condition.contact == Contact::Now && condition.issues.is_empty() {
        return vec![Badge { kind: "good", text: lang.pillar_texts().works }];
    }
    let badge = |issue: &Issue| {
        let kind = match issue {
            Issue::PaperNearEnd | Issue::CardBlocked => "waits",
            Issue::Closed
            | Issue::NoRoom
            | Issue::NoReceipt
            | Issue::NoCard
            | Issue::NoReader
            | Issue::Revoked => "bad",
            Issue::NotAsked | Issue::NoWord | Issue::Silent => "unknown",
        };
        Badge { kind, text: lang.issue(*issue) }
    };
    condition.issues.iter().map(badge).collect()
}

pub(super) fn state_badge(part: Part, lang: Lang) -> Badge {
    let kind = match part.state {
        DeviceState::Ready => "good",
        DeviceState::PaperNearEnd | DeviceState::Blocked => "waits",
        DeviceState::Unknown => "unknown",
        DeviceState::PaperOut | DeviceState::CoverOpen | DeviceState::CutterError | DeviceState::Offline => {
            "bad"
        }
    };
    Badge { kind, text: lang.device_state(part.state) }
}

pub(super) fn unknown(lang: Lang) -> Badge {
    Badge { kind: "unknown", text: lang.pillar_texts().not_known }
}
