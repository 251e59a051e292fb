//! Payments that nobody can prove, on the command line, with the same rules as on the desk.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use jiff::Timestamp;
use zuil_wire::Reference;

use super::{Failure, load, store};
use crate::store::{Decided, DecidedBy, Decision, Deed, Entry, Finding, Unsettled};

pub(super) fn list(path: &Path) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    let mut out = io::stdout().lock();
    for payment in store(&config)?.unsettled_payments()? {
        let Unsettled { reference, pillar, amount, happened_at, .. } = &payment;
        let amount = amount.with_mark('.');
        let receipt = payment.receipt_number.map_or_else(|| "-".to_owned(), |number| format!("{number:04}"));
        writeln!(out, "{reference}\t{pillar}\t{amount}\t{happened_at}\t{receipt}\t{}", word(&payment))?;
    }
    Ok(ExitCode::SUCCESS)
}

const fn word(payment: &Unsettled) -> &'static str {
    match (payment.decision, payment.payment) {
        (Some(decision), _) => decision.finding.as_str(),
        (None, Some(_)) => "undecided",
        (None, None) => "unreported",
    }
}

pub(super) fn decide(path: &Path, reference: &str, finding: &str) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    let reference: Reference = reference.parse()?;
    let finding = Finding::parse(finding).ok_or("say `paid` or `not-paid`")?;
    let store = store(&config)?;
    let mut found = store.unsettled_payments()?;
    found.retain(|payment| payment.reference == reference);
    let key = match found.as_slice() {
        [] => return Err(not_open(reference).into()),
        [payment] => payment.key().ok_or_else(|| {
            format!(
                "{} does not report {reference} as open now; try again when it does, or when the pillar is gone \
                 for good, revoke it first",
                payment.pillar
            )
        })?,
        _ => return Err(format!("{reference} is open more than once; decide on the desk's pages").into()),
    };
    let now = Timestamp::now();
    let open = found.iter().find(|payment| payment.decision.is_none());
    let hours = config.desk.not_paid_after_hours;
    if let Some(from) = open.and_then(|open| open.too_early(finding, hours, now)) {
        let why = "until then the payment may still come in";
        return Err(format!("`not-paid` can be decided of {reference} from {from} on: {why}").into());
    }
    let decision = Decision { finding, by: DecidedBy::CommandLine, at: now };
    let entry = Entry::new(now, Entry::COMMAND_LINE, Deed::DecidedPayment, &reference.to_string());
    store.note(&entry.with(format!("{} {} {}", key.pillar, key.payment, finding.as_str())))?;
    match store.decide_payment(&key, decision)? {
        Decided::Yes => {
            eprintln!("decided: {reference} is {}; {} hears it next", finding.as_str(), key.pillar);
            Ok(ExitCode::SUCCESS)
        }
        Decided::ForGood => {
            let pillar = &key.pillar;
            eprintln!("settled: {reference} is {}; {pillar} was revoked and hears nothing", finding.as_str());
            Ok(ExitCode::SUCCESS)
        }
        Decided::Before(before) => {
            eprintln!("{reference} was decided as {} at {}", finding.as_str(), before.at);
            Ok(ExitCode::SUCCESS)
        }
        Decided::Otherwise(before) => Err(format!(
            "{reference} was decided as {} at {}; that stands, because the pillar may have taken it already",
            before.finding.as_str(),
            before.at
        )
        .into()),
        Decided::NotOpen => Err(not_open(reference).into()),
    }
}

fn not_open(reference: Reference) -> String {
    format!(
        "no payment of {reference} is open; see `zuil-hub payments`, or `zuil-hub transaction {reference}`"
    )
}
