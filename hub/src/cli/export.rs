//! Lists for a spreadsheet. Invariant: nothing that a resident filled in is written, nor what a program that opens the
//! file would take for a formula.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

use zuil_wire::Reference;

use super::{Failure, load, store};
use crate::files;
use crate::spreadsheet::harmless;
use crate::store::{Filter, Store, Stored, Trouble, Unsettled};

/// How many are read at once.
const PIECE: u32 = 500;

pub(super) fn export(path: &Path, dir: &Path) -> Result<ExitCode, Failure> {
    let store = store(&load(path)?)?;
    files::private_folder(dir)?;
    let (transactions, payments) = (dir.join("transactions.csv"), dir.join("payments.csv"));
    let (all, paid) = (new(&transactions)?, new(&payments)?);
    write(&*store, all, paid)?;
    println!("{}\n{}", transactions.display(), payments.display());
    Ok(ExitCode::SUCCESS)
}

fn new(path: &Path) -> Result<csv::Writer<File>, Failure> {
    let file = files::new_private(path)
        .map_err(|error| format!("{} cannot be made: {error}; name another folder", path.display()))?;
    Ok(csv::Writer::from_writer(file))
}

fn write(
    store: &dyn Store,
    mut transactions: csv::Writer<File>,
    mut payments: csv::Writer<File>,
) -> Result<(), Failure> {
    transactions.write_record([
        "reference",
        "pillar",
        "state",
        "trouble",
        "case_number",
        "received_at",
        "checked",
    ])?;
    payments.write_record([
        "reference",
        "pillar",
        "payment",
        "amount_eur",
        "terminal_id",
        "receipt_number",
        "settled_at",
        "settled_by",
        "transaction_received",
    ])?;
    let mut seen = HashSet::new();
    for offset in (0..).step_by(PIECE as usize) {
        let page = store.transactions(Filter::default(), offset, PIECE)?;
        if page.items.is_empty() {
            break;
        }
        // What comes in meanwhile pushes the others down the list: some are met twice, none is missed.
        for stored in page.items.iter().filter(|stored| !seen.contains(&stored.reference)) {
            transactions.write_record(line(stored).iter().map(|value| harmless(value).into_owned()))?;
            if let Some(line) = payment_line(stored) {
                payments.write_record(line.iter().map(|value| harmless(value).into_owned()))?;
            }
        }
        seen.extend(page.items.iter().map(|stored| stored.reference));
    }
    write_reported(store, &seen, &mut payments)?;
    for mut file in [transactions, payments] {
        file.flush()?;
        file.get_ref().sync_all()?;
    }
    Ok(())
}

/// Payments that pillars report as open and whose transaction did not come yet.
fn write_reported(
    store: &dyn Store,
    seen: &HashSet<Reference>,
    payments: &mut csv::Writer<File>,
) -> Result<(), Failure> {
    for open in store.unsettled_payments()?.iter().filter(|open| !seen.contains(&open.reference)) {
        let Unsettled { reference, pillar, amount, terminal_id, receipt_number, .. } = open;
        let line = [
            reference.to_string(),
            pillar.clone(),
            "unknown".into(),
            amount.with_mark('.'),
            terminal_id.clone().unwrap_or_default(),
            receipt_number.map(|number| format!("{number:04}")).unwrap_or_default(),
            String::new(),
            String::new(),
            "no".into(),
        ];
        payments.write_record(line.iter().map(|value| harmless(value).into_owned()))?;
    }
    Ok(())
}

fn line(stored: &Stored) -> [String; 7] {
    [
        stored.reference.to_string(),
        stored.pillar.clone(),
        stored.state.as_str().into(),
        stored.trouble.map(Trouble::as_str).unwrap_or_default().into(),
        stored.case_number.clone().unwrap_or_default(),
        stored.received_at.to_string(),
        if stored.looked_at { "yes" } else { "no" }.into(),
    ]
}

fn payment_line(stored: &Stored) -> Option<[String; 9]> {
    let payment = stored.payment.as_ref()?;
    let state = match payment.state {
        zuil_wire::PaymentState::Paid => "paid",
        zuil_wire::PaymentState::NotPaid => "not-paid",
        zuil_wire::PaymentState::Unknown => "unknown",
    };
    Some([
        stored.reference.to_string(),
        stored.pillar.clone(),
        state.into(),
        payment.amount.with_mark('.'),
        payment.terminal_id.clone().unwrap_or_default(),
        payment.receipt_number.map(|number| format!("{number:04}")).unwrap_or_default(),
        stored.payment_settled_at.map(|at| at.to_string()).unwrap_or_default(),
        stored.payment_settled_by.map(|by| by.as_str().to_owned()).unwrap_or_default(),
        "yes".into(),
    ])
}
