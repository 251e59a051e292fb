//! What an outbox in memory forgets, and when.
//!
//! Invariant: nothing goes that the hub has not answered to or that a payment still needs; each step takes at
//! most [`STEP`].

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::State;

use super::super::rules::STEP;
use super::kept::{Kept, Transaction};

impl Kept {
    pub(super) fn stamp(&mut self, now: Timestamp) -> usize {
        let unseen = |at: Option<Timestamp>| at.is_none_or(|at| at > now);
        let transactions = self.transactions.values_mut();
        let answered = transactions.filter(|it| it.is_answered() && it.refusal.is_none());
        let answered = answered.map(|it| &mut it.answered_at);
        let settled = self.journal.iter_mut().filter(|line| line.is_settled());
        let settled = settled.map(|line| &mut line.settled_at);
        answered
            .filter(|at| unseen(**at))
            .take(STEP)
            .chain(settled.filter(|at| unseen(**at)).take(STEP))
            .map(|at| *at = Some(now))
            .count()
    }

    pub(super) fn forget_content(&mut self, before: Timestamp) -> usize {
        let over = |it: &&Transaction| it.answered_at.is_some_and(|at| at <= before) && self.may_forget(it);
        let over = self.transactions.values().filter(over).map(|it| it.header.sequence);
        let over: Vec<u64> = over.take(STEP).collect();
        for sequence in &over {
            if let Some(it) = self.transactions.get_mut(sequence) {
                it.content = None;
            }
        }
        over.len()
    }

    pub(super) fn prune_transactions(&mut self, before: Timestamp) -> usize {
        let over = |it: &&Transaction| {
            it.is_answered()
                && it.content.is_none()
                && it.answered_at.is_some_and(|at| at <= before)
                && matches!(it.state, Some(State::Received | State::Registered))
        };
        let over = self.transactions.values().filter(over).map(|it| it.header.sequence);
        let over: Vec<u64> = over.take(STEP).collect();
        over.iter().for_each(|sequence| drop(self.transactions.remove(sequence)));
        over.len()
    }

    /// Never the newest line, and none after an open one: those say whether it was superseded.
    pub(super) fn prune_journal(&mut self, before: Timestamp) -> usize {
        let open = self.journal.iter().position(|line| line.progress.is_open());
        let limit = open.unwrap_or(usize::MAX).min(self.journal.len().saturating_sub(1));
        let transactions = &self.transactions;
        let over = self.journal[..limit].iter().filter(|line| {
            line.is_settled()
                && line.settled_at.is_some_and(|at| at <= before)
                && !transactions.values().any(|it| it.payment == Some(line.intent.payment))
        });
        let over: Vec<Uuid> = over.map(|line| line.intent.payment).take(STEP).collect();
        self.journal.retain(|line| !over.contains(&line.intent.payment));
        over.len()
    }
}
