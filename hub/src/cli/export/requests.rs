//! What became of each request: its state, payment, handover, and the calls about it. Invariant: each request is in
//! the lists once, whatever comes in meanwhile.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use zuil_wire::{PaymentState, Reference, State};

use super::super::Failure;
use super::sheet::{Sheet, when, yes_or_no};
use crate::store::{
    CallTold, Filter, Handover, ParkReason, Standing, Store, Stored, System, Trouble, Unsettled,
};

/// How many are read at once.
const PIECE: u32 = 500;

struct Sheets {
    transactions: Sheet,
    payments: Sheet,
    handovers: Sheet,
    steps: Sheet,
    call_backs: Sheet,
}

pub(super) fn write(store: &dyn Store, dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut sheets = Sheets::new(dir)?;
    let mut seen = HashSet::new();
    for offset in (0..).step_by(PIECE as usize) {
        let page = store.transactions(Filter::default(), offset, PIECE)?;
        if page.items.is_empty() {
            break;
        }
        // What comes in meanwhile pushes the others down the list: some are met twice, none is missed.
        for stored in page.items.iter().filter(|stored| !seen.contains(&stored.reference)) {
            sheets.add(store, stored)?;
        }
        seen.extend(page.items.iter().map(|stored| stored.reference));
    }
    write_reported(store, &seen, &mut sheets.payments)?;
    let Sheets { transactions, payments, handovers, steps, call_backs } = sheets;
    [transactions, payments, handovers, steps, call_backs].into_iter().map(Sheet::end).collect()
}

impl Sheets {
    fn new(dir: &Path) -> Result<Self, Failure> {
        let transactions = &[
            "reference",
            "pillar",
            "state",
            "trouble",
            "case_number",
            "received_at",
            "checked",
            "closed_at",
        ];
        let payments = &[
            "reference",
            "pillar",
            "payment",
            "amount_eur",
            "terminal_id",
            "receipt_number",
            "settled_at",
            "settled_by",
            "transaction_received",
        ];
        let handovers = &[
            "reference",
            "system",
            "standing",
            "reason",
            "attempts",
            "changed_at",
            "progress",
            "progress_since",
            "progress_is_done",
        ];
        let call_backs =
            &["reference", "pillar", "holder", "held_since", "calls_in_vain", "told", "told_by", "told_at"];
        Ok(Self {
            transactions: Sheet::new(dir, "transactions.csv", transactions)?,
            payments: Sheet::new(dir, "payments.csv", payments)?,
            handovers: Sheet::new(dir, "handovers.csv", handovers)?,
            steps: Sheet::new(dir, "handover-steps.csv", &["reference", "step", "done_at"])?,
            call_backs: Sheet::new(dir, "call-backs.csv", call_backs)?,
        })
    }

    fn add(&mut self, store: &dyn Store, stored: &Stored) -> Result<(), Failure> {
        let handover = store.handover(stored.reference)?;
        self.transactions.row(line(stored, handover.as_ref()))?;
        if let Some(line) = payment_line(stored) {
            self.payments.row(line)?;
        }
        let reference = stored.reference;
        if let Some(handover) = handover {
            self.add_handover(store, reference, &handover)?;
        }
        for step in store.handover_steps(reference)? {
            self.steps.row([reference.to_string(), step.step, step.at.to_string()])?;
        }
        if let Some(call) = store.call_back(reference, Timestamp::now())? {
            let (holder, held_at) = call.holder.unzip();
            let told = call.told.as_ref();
            self.call_backs.row([
                reference.to_string(),
                call.pillar,
                holder.unwrap_or_default(),
                when(held_at),
                call.tries.to_string(),
                told.map(|(told, ..)| CallTold::as_str(*told)).unwrap_or_default().into(),
                told.map(|(_, by, _)| by.clone()).unwrap_or_default(),
                when(told.map(|(.., at)| *at)),
            ])?;
        }
        Ok(())
    }

    fn add_handover(
        &mut self,
        store: &dyn Store,
        reference: Reference,
        handover: &Handover,
    ) -> Result<(), Failure> {
        let (standing, reason) = match handover.standing {
            Standing::Waiting => ("waiting", None),
            Standing::Held => ("held", None),
            Standing::Nothing => ("nothing", None),
            Standing::Closed => ("closed", None),
            Standing::Parked(reason) => ("parked", Some(reason)),
            Standing::Registered => ("registered", None),
        };
        let progress = store.progress(reference)?;
        self.handovers.row([
            reference.to_string(),
            handover.system.map(System::as_str).unwrap_or_default().into(),
            standing.into(),
            reason.map(ParkReason::as_str).unwrap_or_default().into(),
            handover.attempts.to_string(),
            handover.changed_at.to_string(),
            progress.as_ref().map(|progress| progress.words.clone()).unwrap_or_default(),
            when(progress.as_ref().map(|progress| progress.since)),
            progress.map(|progress| yes_or_no(progress.is_done)).unwrap_or_default(),
        ])
    }
}

/// Payments that pillars report as open and whose transaction did not come yet.
fn write_reported(store: &dyn Store, seen: &HashSet<Reference>, payments: &mut Sheet) -> Result<(), Failure> {
    for open in store.unsettled_payments()?.iter().filter(|open| !seen.contains(&open.reference)) {
        let Unsettled { reference, pillar, amount, terminal_id, receipt_number, .. } = open;
        payments.row([
            reference.to_string(),
            pillar.clone(),
            "unknown".into(),
            amount.with_mark('.'),
            terminal_id.clone().unwrap_or_default(),
            receipt_number.map(|number| format!("{number:04}")).unwrap_or_default(),
            String::new(),
            String::new(),
            "no".into(),
        ])?;
    }
    Ok(())
}

fn line(stored: &Stored, handover: Option<&Handover>) -> [String; 8] {
    let closed_at = handover.and_then(|handover| handover.closed_at(stored.state));
    let state = if closed_at.is_some() { State::Closed } else { stored.state };
    [
        stored.reference.to_string(),
        stored.pillar.clone(),
        state.as_str().into(),
        stored.trouble.map(Trouble::as_str).unwrap_or_default().into(),
        stored.case_number.clone().unwrap_or_default(),
        stored.received_at.to_string(),
        yes_or_no(stored.looked_at),
        when(closed_at),
    ]
}

fn payment_line(stored: &Stored) -> Option<[String; 9]> {
    let payment = stored.payment.as_ref()?;
    let state = match payment.state {
        PaymentState::Paid => "paid",
        PaymentState::NotPaid => "not-paid",
        PaymentState::Unknown => "unknown",
    };
    Some([
        stored.reference.to_string(),
        stored.pillar.clone(),
        state.into(),
        payment.amount.with_mark('.'),
        payment.terminal_id.clone().unwrap_or_default(),
        payment.receipt_number.map(|number| format!("{number:04}")).unwrap_or_default(),
        when(stored.payment_settled_at),
        stored.payment_settled_by.map(|by| by.as_str().to_owned()).unwrap_or_default(),
        "yes".into(),
    ])
}
