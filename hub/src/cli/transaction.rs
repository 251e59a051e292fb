//! Looks a transaction up by its reference. Invariant: nothing that a resident filled in is printed.

use std::path::Path;
use std::process::ExitCode;

use jiff::Timestamp;
use serde::Serialize;
use zuil_wire::{PaymentRecord, Reference, State};

use super::{Failure, load, store};
use crate::opening;
use crate::seal_keys::SealKeys;
use crate::store::{Standing, Trouble};

/// A transaction as machines read it. It holds no answers.
#[derive(Serialize)]
struct Found<'a> {
    reference: Reference,
    state: State,
    /// Why a person must look at it, besides its payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<&'a str>,
    /// Whether the hub has looked whether its pillar signed it.
    looked_at: bool,
    /// Nothing when the content cannot be opened.
    task: Option<&'a str>,
    pillar: &'a str,
    payment: Option<&'a PaymentRecord>,
    /// Under which number it is in the municipality's own system.
    #[serde(skip_serializing_if = "Option::is_none")]
    case_number: Option<&'a str>,
    /// Why it could not be brought there.
    #[serde(skip_serializing_if = "Option::is_none")]
    parked_reason: Option<&'a str>,
    /// When staff were done with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<Timestamp>,
    /// How far it is there, in the words of that system.
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<&'a str>,
}

pub(super) fn find(path: &Path, reference: &str, json: bool) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    let reference: Reference = reference.parse()?;
    let store = store(&config)?;
    let Some(stored) = store.transaction(reference)? else {
        eprintln!("zuil-hub: there is no transaction {reference}");
        return Ok(ExitCode::FAILURE);
    };
    let keys = SealKeys::open_or_make(&config.data_dir.join("seal"), Timestamp::now())?;
    let content = opening::open(&stored.content, &keys);
    if let Err(error) = &content {
        eprintln!("zuil-hub: {reference}: {error}");
    }
    let task = content.as_ref().ok().map(|content| content.task.as_str());
    let (pillar, trouble) = (stored.pillar.as_str(), stored.trouble.map(Trouble::as_str));
    let handover = store.handover(reference)?;
    let closed_at = handover.and_then(|handover| handover.closed_at(stored.state));
    let state = if closed_at.is_some() { State::Closed } else { stored.state };
    if json {
        let payment = stored.payment.as_ref();
        let looked_at = stored.looked_at;
        let parked_reason = match handover.map(|handover| handover.standing) {
            Some(Standing::Parked(reason)) => Some(reason.as_str()),
            _ => None,
        };
        let case_number = stored.case_number.as_deref();
        let progress = store.progress(reference)?;
        let progress = progress.as_ref().map(|progress| progress.words.as_str());
        let found = Found {
            reference,
            state,
            trouble,
            looked_at,
            task,
            pillar,
            payment,
            case_number,
            parked_reason,
            closed_at,
            progress,
        };
        println!("{}", serde_json::to_string(&found)?);
    } else {
        let closed = closed_at.map(|at| format!("\t{at}")).unwrap_or_default();
        println!("{reference}\t{}\t{}\t{pillar}{closed}", state.as_str(), task.unwrap_or("-"));
    }
    Ok(ExitCode::SUCCESS)
}
