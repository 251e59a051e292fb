//! Reports and open payments in memory. Invariant: as in SQLite, a payment is open exactly as long as
//! the newest report of its pillar holds it and no upload has settled it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::health::{OpenPayment, SettledByStaff};
use zuil_wire::{HealthReport, PaymentState, Reference};

use super::super::{
    Decided, Decision, Finding, OpenPaymentKey, Reported, Stored, Unsettled, by_our_clock, rules,
};
use super::{Memory, Row};

/// What pillars said of themselves.
#[derive(Default)]
pub(super) struct Health {
    pub(super) reports: BTreeMap<String, Reported>,
    payments: BTreeMap<OpenPaymentKey, Payment>,
}

struct Payment {
    unsettled: Unsettled,
    closed: bool,
}

impl Health {
    fn close(&mut self, which: impl Fn(&OpenPaymentKey, &Unsettled) -> bool) {
        for (key, row) in &mut self.payments {
            row.closed |= which(key, &row.unsettled);
        }
        self.payments.retain(|_, row| !row.closed || row.unsettled.decision.is_some());
    }

    pub(super) fn has_open_payments(&self) -> bool {
        self.payments.values().any(|row| !row.closed)
    }

    /// Whether a payment is open about which staff have not decided.
    pub(super) fn has_undecided(&self, pillar: &str) -> bool {
        let open = self.payments.values().filter(|row| !row.closed).map(|row| &row.unsettled);
        open.filter(|open| open.pillar == pillar).any(|open| open.decision.is_none())
    }

    pub(super) fn close_settled(&mut self, pillar: &str, reference: Reference) {
        self.close(|key, unsettled| key.pillar == pillar && unsettled.reference == reference);
    }

    fn open(&mut self, key: OpenPaymentKey, payment: &OpenPayment, happened_at: Timestamp, now: Timestamp) {
        let row = self.payments.entry(key.clone()).or_insert_with(|| Payment {
            unsettled: Unsettled {
                pillar: key.pillar,
                payment: Some(key.payment),
                revoked: false,
                reference: payment.reference,
                delivered: false,
                amount: payment.amount,
                happened_at,
                first_seen_at: Some(now),
                receipt_number: None,
                terminal_id: None,
                decision: None,
            },
            closed: false,
        });
        row.closed = false;
        row.unsettled.receipt_number = payment.receipt_number.or(row.unsettled.receipt_number);
    }

    fn found_open(&mut self, key: &OpenPaymentKey) -> Option<&mut Unsettled> {
        self.payments.get_mut(key).filter(|row| !row.closed).map(|row| &mut row.unsettled)
    }
}

impl Memory {
    pub(super) fn take_report(
        &mut self,
        pillar: &str,
        report: &HealthReport,
        now: Timestamp,
    ) -> Vec<SettledByStaff> {
        let key = |payment: Uuid| OpenPaymentKey { pillar: pillar.to_owned(), payment };
        let stored = self.health.reports.get(pillar);
        if !stored.is_some_and(|stored| rules::is_overtaken(stored.received_at, now)) {
            let reported = Reported { pillar: pillar.to_owned(), report: report.clone(), received_at: now };
            self.health.reports.insert(pillar.to_owned(), reported);
            if let Some(pillar) = self.pillars.get_mut(pillar) {
                pillar.last_seen_at = Some(now);
            }
            let reported = |payment| report.open_payments.iter().any(|open| open.payment == payment);
            self.health.close(|key, _| key.pillar == pillar && !reported(key.payment));
            for payment in &report.open_payments {
                if !self.is_settled(pillar, payment.reference) {
                    let happened_at = by_our_clock(payment.at, report.at, now);
                    self.health.open(key(payment.payment), payment, happened_at, now);
                }
            }
        }
        let told = |open: &OpenPayment| {
            let decision = self.health.found_open(&key(open.payment))?.decision?;
            Some(SettledByStaff { payment: open.payment, state: decision.finding.state() })
        };
        report.open_payments.iter().filter_map(told).collect()
    }

    fn is_settled(&self, pillar: &str, reference: Reference) -> bool {
        let stored = self.ids.get(&reference).and_then(|id| self.transactions.get(id));
        stored.is_some_and(|Row { stored, .. }| {
            stored.pillar == pillar
                && stored.payment.as_ref().is_some_and(|payment| rules::is_settled(payment.state))
        })
    }

    pub(super) fn worklist(&self) -> Vec<Unsettled> {
        let open = self.health.payments.values().filter(|row| !row.closed);
        let is_unknown = |stored: &&Stored| {
            stored.payment.as_ref().is_some_and(|payment| payment.state == PaymentState::Unknown)
        };
        let stored: Vec<Stored> =
            self.transactions.values().map(|row| &row.stored).filter(is_unknown).cloned().collect();
        let revoked = self.pillars.values().filter(|pillar| pillar.revoked_at.is_some());
        let revoked = revoked.map(|pillar| pillar.name.clone()).collect();
        rules::worklist(open.map(|row| row.unsettled.clone()).collect(), &stored, &revoked)
    }

    pub(super) fn decide(&mut self, key: &OpenPaymentKey, decision: Decision) -> Decided {
        let revoked = self.pillars.get(&key.pillar).is_some_and(|pillar| pillar.revoked_at.is_some());
        let Some(open) = self.health.found_open(key) else {
            return if revoked { self.decide_unreported(key, decision) } else { Decided::NotOpen };
        };
        let decided = rules::decided(Some(open.decision), decision.finding, revoked);
        if matches!(decided, Decided::Yes | Decided::ForGood) {
            open.decision = Some(decision);
        }
        if decided == Decided::ForGood {
            self.settle_for_good(&key.pillar);
        }
        decided
    }

    fn decide_unreported(&mut self, key: &OpenPaymentKey, decision: Decision) -> Decided {
        let stored = self.transactions.get_mut(&key.payment).map(|row| &mut row.stored);
        let Some(stored) = stored.filter(|stored| stored.pillar == key.pillar) else {
            return Decided::NotOpen;
        };
        let Some(payment) = &stored.payment else { return Decided::NotOpen };
        let before = match (payment.state, stored.payment_settled_by, stored.payment_settled_at) {
            (PaymentState::Unknown, _, _) => None,
            (PaymentState::Paid, Some(by), Some(at)) => Some(Decision { finding: Finding::Paid, by, at }),
            (PaymentState::NotPaid, Some(by), Some(at)) => {
                Some(Decision { finding: Finding::NotPaid, by, at })
            }
            _ => return Decided::NotOpen,
        };
        let decided = rules::decided(Some(before), decision.finding, true);
        if decided == Decided::ForGood {
            settle(stored, decision);
        }
        decided
    }

    /// Carries out what staff decided about payments of a pillar that was revoked.
    pub(super) fn settle_for_good(&mut self, pillar: &str) {
        let is_decided = |open: &Unsettled| open.pillar == pillar && open.decision.is_some();
        let rows = self.health.payments.values().filter(|row| !row.closed && is_decided(&row.unsettled));
        for reference in rows.map(|row| row.unsettled.reference).collect::<Vec<_>>() {
            self.settle_as_decided(pillar, reference);
        }
        self.health.close(|_, open| is_decided(open));
    }

    /// Settles a stored transaction as staff had decided about its payment, if they had.
    pub(super) fn settle_as_decided(&mut self, pillar: &str, reference: Reference) {
        let of_it = |open: &&Unsettled| open.pillar == pillar && open.reference == reference;
        let decisions = self.health.payments.values().map(|row| &row.unsettled).filter(of_it);
        let Some(decision) = decisions.filter_map(|open| open.decision).min_by_key(|decision| decision.at)
        else {
            return;
        };
        let id = self.ids.get(&reference).copied().unwrap_or_default();
        let stored = self.transactions.get_mut(&id).map(|row| &mut row.stored);
        if let Some(stored) = stored.filter(|stored| stored.pillar == pillar) {
            settle(stored, decision);
        }
    }
}

/// Writes what staff found out into a stored transaction whose payment is unknown.
fn settle(stored: &mut Stored, decision: Decision) {
    let unknown = stored.payment.as_ref().filter(|payment| payment.state == PaymentState::Unknown);
    let Some(payment) = unknown else { return };
    let settled = rules::settled_by_staff(payment, decision.finding);
    stored.state = rules::state_after(stored.state, settled.state, stored.trouble);
    stored.payment = Some(settled);
    stored.payment_settled_at = Some(decision.at);
    stored.payment_settled_by = Some(decision.by);
}
