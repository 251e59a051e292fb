//! Reports and open payments in memory. Invariant: as in SQLite, a payment is open exactly as long as
//! the newest report of its pillar holds it and no upload has settled it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::health::{OpenPayment, SettledByStaff};
use zuil_wire::{HealthReport, PaymentState, Reference};

use super::super::{Decided, Decision, OpenPaymentKey, Reported, Stored, Unsettled, by_our_clock, rules};
use super::Memory;

/// What pillars said of themselves.
#[derive(Default)]
pub(super) struct Health {
    pub(super) reports: BTreeMap<String, Reported>,
    payments: BTreeMap<OpenPaymentKey, Row>,
}

struct Row {
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

    pub(super) fn close_settled(&mut self, pillar: &str, reference: Reference) {
        self.close(|key, unsettled| key.pillar == pillar && unsettled.reference == reference);
    }

    fn open(&mut self, key: OpenPaymentKey, payment: &OpenPayment, happened_at: Timestamp, now: Timestamp) {
        let row = self.payments.entry(key.clone()).or_insert_with(|| Row {
            unsettled: Unsettled {
                pillar: key.pillar,
                payment: Some(key.payment),
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

    pub(super) fn decide(&mut self, key: &OpenPaymentKey, decision: Decision) -> Decided {
        let found = self.found_open(key);
        let decided = rules::decided(found.as_ref().map(|open| open.decision), decision.finding);
        if let (Decided::Yes, Some(open)) = (decided, found) {
            open.decision = Some(decision);
        }
        decided
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
        stored.is_some_and(|(_, stored)| {
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
            self.transactions.values().map(|(_, stored)| stored).filter(is_unknown).cloned().collect();
        rules::worklist(open.map(|row| row.unsettled.clone()).collect(), &stored)
    }
}
