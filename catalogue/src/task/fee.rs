//! Reads what a task costs.

use zuil_wire::Cents;

use super::{Asked, say_when_never};
use crate::condition;
use crate::fees::{self, Fees, Listed};
use crate::limits::LABEL;
use crate::reader::{Placed, Section};
use crate::{Count, Fee, FeePart};

/// Reads `[fee]`: an amount, or parts of it.
pub(super) fn read(fee: &Section<'_>, fees: &Fees, asked: &Asked) -> Option<Fee> {
    let earlier = asked.earlier();
    let label = fee.text("label", LABEL);
    let free_when = condition::read_all(fee, "free_when", &earlier);
    for one in free_when.iter().flatten() {
        say_when_never(fee, "the fee is never free for this reason", std::slice::from_ref(one), &asked.flat);
    }
    let parts = if fee.has("parts") {
        let parts: Vec<_> = fee
            .sections("parts", "this part of the fee")
            .iter()
            .map(|part| read_part(part, fees, asked))
            .collect();
        if parts.is_empty() {
            fee.mistake(
                fee.at,
                "the fee has no part",
                "Add [[fee.parts]] with an amount, or remove the whole group [fee] when the task is free.",
            );
        }
        parts.into_iter().collect::<Option<Vec<_>>>()
    } else {
        read_amount(fee, fees).map(|amount| vec![FeePart { amount, per: Vec::new(), when: Vec::new() }])
    };
    fee.close();
    Some(Fee { parts: parts?, free_when: free_when?, label: label? })
}

fn read_part(part: &Section<'_>, fees: &Fees, asked: &Asked) -> Option<FeePart> {
    let earlier = asked.earlier();
    let amount = read_amount(part, fees);
    let when = condition::read_all(part, "when", &earlier);
    let per: Vec<_> =
        part.optional_word_or_words("per").iter().map(|per| read_count(part, per, asked)).collect();
    part.close();
    if let Some(when) = &when {
        say_when_never(part, "this part of the fee never counts", when, &asked.flat);
    }
    Some(FeePart { amount: amount?, per: per.into_iter().collect::<Option<_>>()?, when: when? })
}

/// Reads `amount = "17.35"`, or `fee = "…"`, a name from the list of fees.
fn read_amount(section: &Section<'_>, fees: &Fees) -> Option<Cents> {
    if !section.has("fee") {
        return fees::read_amount(section);
    }
    let name = section.word("fee")?;
    if section.may_have("amount") {
        section.mistake(
            section.at,
            "this has a fee of the list and an amount too",
            "Keep one of the two: fee = \"…\" names a fee of fees.toml, amount = \"…\" is an amount of its own.",
        );
    }
    match fees.amount(&name.value) {
        Listed::Unread => None,
        Listed::Is(amount) if amount.is_zero() => {
            section.mistake(name.at, "the fee is zero", fees::ZERO);
            None
        }
        Listed::Is(amount) => Some(amount),
        Listed::Not => {
            let (what, remedy) = fees.unknown(&name.value, |meant| format!("\"{meant}\""));
            section.mistake(name.at, what, remedy);
            None
        }
    }
}

/// Reads a name of `per`: a question whose answer counts, or a group.
fn read_count(part: &Section<'_>, per: &Placed<String>, asked: &Asked) -> Option<Count> {
    if let Some((_, rows)) = asked.groups.iter().find(|(id, _)| *id == per.value) {
        return Some(Count::Rows(rows.clone()));
    }
    let counts = |kind| condition::counts(kind) && !matches!(kind, crate::Kind::Amount { .. });
    let named = asked.read.iter().flatten().find(|question| question.id == per.value);
    match named {
        Some(question) if counts(&question.kind) => Some(Count::Answer(per.value.clone())),
        _ if asked.ids.iter().flatten().any(|id| *id == per.value) && named.is_none() => None,
        _ => {
            part.mistake(
                per.at,
                format!("\"{}\" is no question that counts something", per.value),
                "Let per name a question of kind number or choices, or a group.",
            );
            None
        }
    }
}
