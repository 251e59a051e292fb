//! What an outbox in memory has: transactions, the journal of payments, and what else waits for the hub.
//!
//! Invariant: a transaction is here once, under its sequence, its id and its payment.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::messages::{Refusal, SurveyItem};
use zuil_wire::seal::Sealed;
use zuil_wire::{Header, PaymentRecord, PaymentState, QuestionItem, State};

use super::super::rules::{self, Known, Progress};
use super::super::{Approval, Attempts, Intent, OutboxError, Result};

#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    pub(super) last_sequence: u64,
    /// In the order of their sequence.
    pub(super) transactions: BTreeMap<u64, Transaction>,
    /// In the order of their intents.
    pub(super) journal: Vec<Line>,
    pub(super) surveys: BTreeMap<Uuid, SurveyItem>,
    pub(super) questions: BTreeMap<Uuid, QuestionItem>,
    pub(super) tried: HashMap<Uuid, Attempts>,
}

#[derive(Clone, Debug)]
pub(super) struct Transaction {
    pub(super) header: Header,
    /// Encapsulated key and ciphertext.
    pub(super) content: Option<(String, String)>,
    pub(super) payment: Option<Uuid>,
    /// `None` while it is held.
    pub(super) state: Option<State>,
    pub(super) refusal: Option<Refusal>,
    pub(super) case_number: Option<String>,
    pub(super) revision: u32,
    pub(super) answered: u32,
    pub(super) answered_at: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) intent: Intent,
    pub(super) progress: Progress,
    /// What the terminal told when it approved.
    pub(super) approval: Option<Approval>,
    /// What was told last: terminal, receipt, scheme.
    pub(super) told: (Option<String>, Option<u16>, Option<String>),
    pub(super) settled_at: Option<Timestamp>,
}

impl Transaction {
    pub(super) fn is_answered(&self) -> bool {
        self.answered == self.revision
    }

    /// Whether the hub has it, and may have more to say of it.
    pub(super) fn is_followed(&self) -> bool {
        let is_there = matches!(self.state, Some(State::Received | State::Parked));
        is_there && self.is_answered() && self.refusal.is_none()
    }

    pub(super) fn waits(&self) -> bool {
        !self.is_answered() && self.state.is_some()
    }
}

impl Line {
    pub(super) fn known(&self) -> Known {
        Known {
            amount: self.intent.amount,
            at: self.intent.at,
            progress: self.progress,
            receipt_number: self.told.1,
        }
    }

    pub(super) fn is_settled(&self) -> bool {
        !self.progress.is_open()
    }

    /// What the hub is told of it.
    pub(super) fn record(&self) -> Option<PaymentRecord> {
        let Progress::Ended(state) = self.progress else { return None };
        let (terminal_id, receipt_number, card_scheme) = self.told.clone();
        Some(PaymentRecord { state, amount: self.intent.amount, terminal_id, receipt_number, card_scheme })
    }
}

impl Kept {
    pub(super) fn by_id(&mut self, id: Uuid) -> Option<&mut Transaction> {
        self.transactions.values_mut().find(|it| it.header.id == id)
    }

    pub(super) fn by_payment(&mut self, payment: Uuid) -> Option<&mut Transaction> {
        self.transactions.values_mut().find(|it| it.payment == Some(payment))
    }

    pub(super) fn line(&mut self, payment: Uuid) -> Result<&mut Line> {
        let line = self.journal.iter_mut().find(|line| line.intent.payment == payment);
        line.ok_or(OutboxError::UnknownPayment(payment))
    }

    /// What became of a payment, once it has an outcome.
    pub(super) fn outcome(&self, payment: Uuid) -> Option<PaymentState> {
        let line = self.journal.iter().find(|line| line.intent.payment == payment)?;
        let Progress::Ended(state) = line.progress else { return None };
        Some(state)
    }

    pub(super) fn is_settled(&self, payment: Option<Uuid>) -> bool {
        payment.is_none_or(|payment| {
            self.journal.iter().any(|line| line.intent.payment == payment && line.is_settled())
        })
    }

    /// Whether this very transaction is here already.
    pub(super) fn has(&self, sealed: &Sealed, payment: Option<Uuid>) -> Result<bool> {
        rules::check_size(sealed)?;
        let header = &sealed.header;
        let taken = Err(OutboxError::Taken(header.id));
        if header.sequence == 0 || i64::try_from(header.sequence).is_err() {
            return taken;
        }
        let known = self.transactions.values().find(|it| {
            it.header.id == header.id
                || it.header.sequence == header.sequence
                || (payment.is_some() && it.payment == payment)
        });
        match known {
            None => Ok(false),
            Some(known) if known.header == *header && known.payment == payment => Ok(true),
            Some(_) => taken,
        }
    }

    pub(super) fn insert(&mut self, sealed: &Sealed, payment: Option<Uuid>, state: Option<State>) {
        let Sealed { header, encapsulated_key, ciphertext } = sealed.clone();
        let transaction = Transaction {
            content: Some((encapsulated_key, ciphertext)),
            payment,
            state,
            refusal: None,
            case_number: None,
            revision: 1,
            answered: 0,
            answered_at: None,
            header,
        };
        self.transactions.insert(transaction.header.sequence, transaction);
    }

    /// The content goes when the hub has all of it, and not while a payment is unknown.
    pub(super) fn may_forget(&self, it: &Transaction) -> bool {
        it.is_answered() && it.refusal.is_none() && it.content.is_some() && self.is_settled(it.payment)
    }
}
