//! Which rows make sense, and what is to be kept of them.
//!
//! Invariant: what is kept was written by a pillar, as far as that can be seen: its parts agree with each
//! other, its states are known, and what is still to be told is there. Of two versions of a row the one
//! that is further on is kept; when they contradict each other about a payment, nobody knows it.

use std::collections::BTreeMap;

use rusqlite::types::Value;
use uuid::Uuid;
use zuil_wire::{Header, SurveyAnswers};

use super::cells::Record;

/// A row of `transactions`.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) id: Uuid,
    pub(super) header: String,
    pub(super) reference: String,
    pub(super) committed_at: String,
    pub(super) state: String,
    pub(super) payment: Option<Uuid>,
    pub(super) revision: i64,
    pub(super) answered: i64,
    /// `case_number`, `refusal`, `answered_at`, `encapsulated_key`, `ciphertext`.
    pub(super) others: [Value; 5],
}

/// A row of `journal`.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) payment: Uuid,
    pub(super) amount: i64,
    pub(super) intended_at: String,
    pub(super) state: Option<String>,
    /// `last_receipt`, `last_terminal`, `terminal_id`, `receipt_number`, `card_scheme`,
    /// `turnover_terminal`, `turnover_count`, `turnover_total`, `trace`, `settled_at`.
    pub(super) others: [Value; 10],
}

/// All that makes sense.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// By sequence number.
    pub(super) transactions: BTreeMap<i64, Kept>,
    /// By entry.
    pub(super) journal: BTreeMap<i64, Line>,
    /// By id: task and answers.
    pub(super) surveys: BTreeMap<String, (String, String)>,
    /// By id: language, words and day.
    pub(super) questions: BTreeMap<String, [String; 3]>,
    /// By id: tries, when, why.
    pub(super) attempts: BTreeMap<Uuid, (i64, i64, String)>,
    /// The highest sequence number that was ever given, as far as it can be read.
    pub(super) sequence: i64,
}

impl Rows {
    /// Takes a row of a known table; whether it made sense.
    pub(super) fn take(&mut self, table: &str, record: Record) -> bool {
        match table {
            "transactions" => self.take_transaction(record),
            "journal" => self.take_line(record),
            "surveys" => self.take_survey(record),
            "questions" => self.take_question(record),
            "attempts" => self.take_attempts(record),
            "counter" => self.take_counter(record),
            _ => true,
        }
    }

    /// Takes a row of nobody knows which table, or leaves it.
    pub(super) fn take_any(&mut self, record: &Record) {
        for table in ["transactions", "journal", "surveys", "questions", "attempts", "counter"] {
            if self.take(table, record.clone()) {
                return;
            }
        }
    }

    /// Two transactions never have the same id or payment; how many were left out because they had.
    pub(super) fn leave_out_doubles(&mut self) -> usize {
        let before = self.transactions.len();
        let mut seen = std::collections::HashSet::new();
        self.transactions.retain(|_, kept| {
            seen.insert(kept.id) && kept.payment.is_none_or(|payment| seen.insert(payment))
        });
        let mut payments = std::collections::HashSet::new();
        let lines = self.journal.len();
        self.journal.retain(|_, line| payments.insert(line.payment));
        before - self.transactions.len() + lines - self.journal.len()
    }

    fn take_transaction(&mut self, record: Record) -> bool {
        let Some((sequence, kept)) = transaction(record) else { return false };
        self.sequence = self.sequence.max(sequence);
        let progress =
            |kept: &Kept| (kept.answered, kept.revision, kept.state != "held", kept.state == "registered");
        match self.transactions.get(&sequence) {
            Some(known) if progress(known) >= progress(&kept) => {}
            _ => drop(self.transactions.insert(sequence, kept)),
        }
        true
    }

    fn take_line(&mut self, record: Record) -> bool {
        let Some((entry, mut line)) = line(record) else { return false };
        if let Some(known) = self.journal.get(&entry) {
            match (progress(known.state.as_deref()), progress(line.state.as_deref())) {
                (3, 3) if known.state != line.state => line.state = Some("unknown".into()),
                (known, new) if known >= new => return true,
                _ => {}
            }
        }
        self.journal.insert(entry, line);
        true
    }

    fn take_survey(&mut self, record: Record) -> bool {
        let Ok([id, task, answers]) = <[Value; 3]>::try_from(record.values) else { return false };
        let (Some(id), Some(task), Some(answers)) = (text(id), text(task), text(answers)) else {
            return false;
        };
        if record.rowid.is_some() || id.parse::<Uuid>().is_err() {
            return false;
        }
        if serde_json::from_str::<SurveyAnswers>(&answers).is_err() {
            return false;
        }
        self.surveys.insert(id, (task, answers));
        true
    }

    fn take_question(&mut self, record: Record) -> bool {
        let Ok([id, language, words, day]) = <[Value; 4]>::try_from(record.values) else { return false };
        let (Some(id), Some(language), Some(words), Some(day)) =
            (text(id), text(language), text(words), text(day))
        else {
            return false;
        };
        if record.rowid.is_some() || id.parse::<Uuid>().is_err() || day.parse::<jiff::civil::Date>().is_err()
        {
            return false;
        }
        self.questions.insert(id, [language, words, day]);
        true
    }

    fn take_attempts(&mut self, record: Record) -> bool {
        let Ok([id, tries, at, why]) = <[Value; 4]>::try_from(record.values) else { return false };
        let (Some(id), Value::Integer(tries @ 1..), Value::Integer(at), Some(why)) =
            (uuid(&id), tries, at, text(why))
        else {
            return false;
        };
        self.attempts.insert(id, (tries, at, why));
        record.rowid.is_none()
    }

    fn take_counter(&mut self, record: Record) -> bool {
        match record.values.as_slice() {
            [Value::Text(name), Value::Integer(value @ 0..)] if name == "sequence" => {
                self.sequence = self.sequence.max(*value);
                true
            }
            // Others are only there to have been written.
            [Value::Text(name), Value::Integer(_)] => name == "tried",
            _ => false,
        }
    }
}

/// A row of `transactions`, as this program writes it or as one before it did.
fn transaction(record: Record) -> Option<(i64, Kept)> {
    let rowid = record.rowid?;
    let values = record.values;
    let (sequence, kept) = if matches!(values.first(), Some(Value::Null)) {
        let [_, id, state, header, payment, case, refusal, revision, answered, at, key, content]: [Value;
            12] = values.try_into().ok()?;
        (rowid, parts(&id, header, state, &payment, &revision, &answered, [case, refusal, at, key, content])?)
    } else {
        let [id, sequence, header, key, content, payment, state, case, refusal, revision, answered]: [Value;
            11] = values.try_into().ok()?;
        let others = [case, refusal, Value::Null, key, content];
        (whole(&sequence)?, parts(&id, header, state, &payment, &revision, &answered, others)?)
    };
    let header: Header = serde_json::from_str(&kept.header).ok()?;
    (header.id == kept.id && i64::try_from(header.sequence) == Ok(sequence) && sequence > 0).then_some(())?;
    let kept = Kept {
        reference: header.reference.to_string(),
        committed_at: header.committed_at.to_string(),
        ..kept
    };
    Some((sequence, kept))
}

fn parts(
    id: &Value,
    header: Value,
    state: Value,
    payment: &Value,
    revision: &Value,
    answered: &Value,
    others: [Value; 5],
) -> Option<Kept> {
    let payment = match payment {
        Value::Null => None,
        payment => Some(uuid(payment)?),
    };
    let state = text(state)
        .filter(|it| ["held", "saved", "received", "registered", "parked"].contains(&it.as_str()))?;
    let (revision, answered) = (whole(revision)?, whole(answered)?);
    let there = |value: &Value| match value {
        Value::Text(text) => !text.is_empty(),
        Value::Blob(bytes) => !bytes.is_empty(),
        _ => false,
    };
    let sealed = match (&others[3], &others[4]) {
        (Value::Null, Value::Null) => false,
        (key, content) if there(key) && there(content) => true,
        _ => return None,
    };
    // What is still to be told must be there.
    ((0..=revision).contains(&answered) && (sealed || answered == revision)).then_some(())?;
    let (reference, committed_at) = (String::new(), String::new());
    Some(Kept {
        id: uuid(id)?,
        header: text(header)?,
        reference,
        committed_at,
        state,
        payment,
        revision,
        answered,
        others,
    })
}

/// A row of `journal`. What older programs did not write yet is nothing.
fn line(record: Record) -> Option<(i64, Line)> {
    let (entry, mut values) = (record.rowid?, record.values);
    if !(10..=15).contains(&values.len()) {
        return None;
    }
    values.resize(15, Value::Null);
    let [
        number,
        payment,
        amount,
        last_receipt,
        last_terminal,
        at,
        state,
        terminal,
        receipt,
        scheme,
        rest @ ..,
    ] = <[Value; 15]>::try_from(values).ok()?;
    let at = text(at).filter(|at| at.parse::<jiff::Timestamp>().is_ok())?;
    let state = match state {
        Value::Null => None,
        state => Some(text(state).filter(|it| progress(Some(it)) > 0)?),
    };
    (number == Value::Null && entry > 0).then_some(())?;
    let [turnover, count, total, trace, settled] = rest;
    let others =
        [last_receipt, last_terminal, terminal, receipt, scheme, turnover, count, total, trace, settled];
    let amount = whole(&amount).filter(|amount| *amount > 0)?;
    Some((entry, Line { payment: uuid(&payment)?, amount, intended_at: at, state, others }))
}

/// How far a payment is; 0 for what is no word of ours, as for none.
fn progress(state: Option<&str>) -> u8 {
    match state {
        Some("approved") => 1,
        Some("unknown") => 2,
        Some("paid" | "not_paid") => 3,
        _ => 0,
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

const fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(number) => Some(*number),
        _ => None,
    }
}

/// Sixteen bytes, or as older programs wrote it.
fn uuid(value: &Value) -> Option<Uuid> {
    match value {
        Value::Blob(bytes) => Uuid::from_slice(bytes).ok(),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}
