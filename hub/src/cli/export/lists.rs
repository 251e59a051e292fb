//! What is not about one request: pillars and what they tell, what staff do, what residents thought and did not find.
//! Invariant: of codes, passwords, apps and sessions only what everybody at the municipality may know is written.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use zuil_wire::orders::Attachment;
use zuil_wire::visits::Seen;

use super::super::Failure;
use super::super::audit::hex;
use super::sheet::{Sheet, when, yes_or_no};
use super::{service, systems};
use crate::few;
use crate::files;
use crate::store::{Noted, SURVEY_NAMES, Store};

/// How many entries of the log are read at once.
const PIECE: u32 = 1_000;

/// Writes the rows of a list.
type Fill = fn(&dyn Store, &mut Sheet) -> Result<(), Failure>;

/// The lists: file, columns, and what is in them.
pub(super) const LISTS: [(&str, &[&str], Fill); 21] = [
    ("pillars.csv", &["pillar", "added_at", "revoked_at", "last_seen_at", "last_sequence", "place"], pillars),
    (
        "certificates.csv",
        &["pillar", "fingerprint", "public_key", "issued_at", "expires_at", "ended_at"],
        certificates,
    ),
    (
        "enrolments.csv",
        &["pillar", "place", "again", "made_by", "made_at", "expires_at", "tries", "cancelled_at", "used_at"],
        enrolments,
    ),
    ("reports.csv", &["pillar", "received_at", "report"], reports),
    ("refusals.csv", &["pillar", "id", "reference", "reason", "first_at", "last_at", "times"], refusals),
    (
        "orders.csv",
        &[
            "id",
            "pillar",
            "order",
            "placed_by",
            "placed_at",
            "expires_at",
            "fate",
            "why",
            "changed_at",
            "attachment",
        ],
        orders,
    ),
    ("alerts.csv", &["pillar", "alert", "began_at", "raised_at", "ended_at"], alerts),
    ("visit-log.csv", &["pillar", "day", "what"], visits),
    ("surveys.csv", &SURVEY_NAMES, surveys),
    ("questions.csv", &["words", "language", "times", "pillars", "last_on"], questions),
    ("asked.csv", &["pillar", "answer", "language", "times"], asked),
    (
        "referrals.csv",
        &["id", "task", "pillars", "made_by", "made_at", "expires_at", "revoked_at"],
        referrals,
    ),
    ("referral-uses.csv", &["referral", "pillar", "at", "transaction", "reference"], referral_uses),
    (
        "drafts.csv",
        &[
            "name",
            "question",
            "language",
            "text",
            "made_by",
            "made_at",
            "changed_by",
            "changed_at",
            "done_at",
        ],
        drafts,
    ),
    (
        "system-rollouts.csv",
        &["version", "first_pillar", "stage", "changed_at", "stopped_at"],
        systems::rollouts,
    ),
    ("system-failures.csv", &["version", "pillar", "state", "why", "at"], systems::failures),
    ("service-codes.csv", &["serial", "pillar", "key", "made_by", "made_at", "valid_until"], service::codes),
    (
        "service-visits.csv",
        &["pillar", "at", "deed", "outcome", "code_made_by", "serial", "key", "received_at"],
        service::entries,
    ),
    ("readiness.csv", &["pillar", "at", "received_at", "check", "state", "said"], service::readiness),
    (
        "accounts.csv",
        &[
            "name",
            "shown_name",
            "roles",
            "has_password",
            "has_app",
            "recovery_codes",
            "created_at",
            "disabled_at",
            "signed_in_at",
        ],
        accounts,
    ),
    ("audit.csv", &["number", "at", "who", "deed", "about", "detail", "hash"], audit),
];

fn pillars(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    let mut places = store.places()?;
    for pillar in store.pillars()? {
        let place = places.remove(&pillar.name).unwrap_or_default();
        sheet.row([
            pillar.name,
            pillar.added_at.to_string(),
            when(pillar.revoked_at),
            when(pillar.last_seen_at),
            pillar.last_sequence.map(|number| number.to_string()).unwrap_or_default(),
            place,
        ])?;
    }
    Ok(())
}

fn certificates(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    for name in names(store)? {
        for certificate in store.certificates(&name)? {
            sheet.row([
                name.clone(),
                hex(&certificate.fingerprint),
                certificate.public_key,
                certificate.issued_at.to_string(),
                when(certificate.expires_at),
                when(certificate.ended_at),
            ])?;
        }
    }
    Ok(())
}

fn enrolments(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    for enrolment in store.enrolments(Timestamp::UNIX_EPOCH)? {
        sheet.row([
            enrolment.pillar,
            enrolment.place,
            yes_or_no(enrolment.again),
            enrolment.made_by,
            enrolment.made_at.to_string(),
            enrolment.expires_at.to_string(),
            enrolment.tries.to_string(),
            when(enrolment.cancelled_at),
            when(enrolment.used.map(|used| used.at)),
        ])?;
    }
    Ok(())
}

fn reports(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    for reported in store.reports()? {
        sheet.row([reported.pillar, reported.received_at.to_string(), json(&reported.report)?])?;
    }
    Ok(())
}

fn refusals(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    for name in names(store)? {
        for refusal in store.refusals(&name)? {
            sheet.row([
                name.clone(),
                refusal.refused.id.to_string(),
                refusal.refused.reference.map(|reference| reference.to_string()).unwrap_or_default(),
                json(&refusal.refused.reason)?.trim_matches('"').to_owned(),
                refusal.first_at.to_string(),
                refusal.last_at.to_string(),
                refusal.times.to_string(),
            ])?;
        }
    }
    Ok(())
}

fn orders(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    for name in names(store)? {
        let attached = store.orders_with_attachments(&name)?;
        for order in store.orders(&name, u32::MAX)? {
            let (fate, why) = order.fate.words()?;
            let attached = attached.iter().find(|(id, _)| *id == order.id);
            sheet.row([
                order.id.to_string(),
                name.clone(),
                json(&order.what)?,
                order.by,
                order.placed_at.to_string(),
                when(order.expires_at),
                fate.into(),
                why.unwrap_or_default(),
                order.changed_at.to_string(),
                attached.map(|(id, kind)| file_name(&id.to_string(), *kind)).unwrap_or_default(),
            ])?;
        }
    }
    Ok(())
}

/// What pillars made for orders, as files; their paths.
pub(super) fn write_attachments(store: &dyn Store, dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut made = Vec::new();
    for pillar in names(store)? {
        for (id, kind) in store.orders_with_attachments(&pillar)? {
            let Some(attached) = store.attached_to_order(&pillar, id)? else { continue };
            let path = dir.join(file_name(&id.to_string(), kind));
            path.parent().map_or(Ok(()), files::private_folder)?;
            let mut file = files::new_private(&path)?;
            file.write_all(&attached.content)?;
            file.sync_all()?;
            made.push(path);
        }
    }
    Ok(made)
}

/// Where what was made for an order stands in the folder of the export.
fn file_name(id: &str, kind: Attachment) -> String {
    let ending = match kind {
        Attachment::Picture => "png",
        Attachment::Text => "txt.zst",
    };
    format!("attachments/{id}.{ending}")
}

fn alerts(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    for alert in store.alerts(Timestamp::UNIX_EPOCH)? {
        sheet.row([
            alert.pillar,
            alert.kind.as_str().into(),
            alert.began_at.to_string(),
            alert.raised_at.to_string(),
            when(alert.ended_at),
        ])?;
    }
    Ok(())
}

fn visits(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    for name in names(store)? {
        for entry in store.visits(&name, Date::constant(1970, 1, 1))? {
            // Of a visit its day and how it ended: with more, who has the film of a camera knows who it was.
            let what = match &entry.what {
                Seen::Visit { outcome, .. } => {
                    json(&serde_json::json!({"kind": "visit", "outcome": outcome}))?
                }
                other => json(other)?,
            };
            sheet.row([name.clone(), entry.on.to_string(), what])?;
        }
    }
    Ok(())
}

/// What few said is left empty, as on the page for staff: most rows are about few, and anybody could tell whom.
fn surveys(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    let weeks = store.survey_weeks(Date::constant(1970, 1, 1))?;
    let hidden = few::hidden_of_weeks(&weeks);
    for (week, hidden) in weeks.into_iter().zip(hidden) {
        let counts = week.counts.columns().into_iter().zip(few::columns(hidden));
        let counts =
            counts.map(|(count, is_hidden)| if is_hidden { String::new() } else { count.to_string() });
        let about = [week.week.to_string(), week.pillar.unwrap_or_default(), week.task];
        let mut cells = about.into_iter().chain(counts);
        let row: [String; SURVEY_NAMES.len()] = std::array::from_fn(|_| cells.next().unwrap_or_default());
        sheet.row(row)?;
    }
    Ok(())
}

fn questions(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    for asked in store.questions(Date::constant(1970, 1, 1), u32::MAX)?.most {
        sheet.row([
            asked.words,
            asked.language,
            asked.times.to_string(),
            asked.pillars.to_string(),
            asked.last_on.to_string(),
        ])?;
    }
    Ok(())
}

fn asked(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    for found in store.asked(Date::constant(1970, 1, 1))? {
        sheet.row([found.pillar, found.answer, found.language, found.times.to_string()])?;
    }
    Ok(())
}

/// Without the digits: who has those of one that lives can use it.
fn referrals(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    for referral in store.referrals(Timestamp::UNIX_EPOCH)? {
        sheet.row([
            referral.id.to_string(),
            referral.task,
            referral.pillars.join(" "),
            referral.made_by,
            referral.made_at.to_string(),
            referral.expires_at.to_string(),
            when(referral.revoked_at),
        ])?;
    }
    Ok(())
}

fn referral_uses(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    for referral in store.referrals(Timestamp::UNIX_EPOCH)? {
        for told in referral.uses {
            sheet.row([
                referral.id.to_string(),
                told.pillar,
                told.at.to_string(),
                told.transaction.to_string(),
                told.reference.map(|reference| reference.to_string()).unwrap_or_default(),
            ])?;
        }
    }
    Ok(())
}

fn drafts(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    for draft in store.drafts()? {
        let ((made_by, made_at), (changed_by, changed_at)) = (draft.made, draft.changed);
        sheet.row([
            draft.id,
            draft.question,
            draft.language,
            draft.text,
            made_by,
            made_at.to_string(),
            changed_by,
            changed_at.to_string(),
            when(draft.done_at),
        ])?;
    }
    Ok(())
}

fn accounts(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    for account in store.accounts()? {
        sheet.row([
            account.name,
            account.shown_name,
            account.roles.to_string(),
            yes_or_no(account.password_hash.is_some()),
            yes_or_no(account.totp.is_some()),
            account.recovery_codes.to_string(),
            account.created_at.to_string(),
            when(account.disabled_at),
            when(account.signed_in_at),
        ])?;
    }
    Ok(())
}

fn audit(store: &dyn Store, sheet: &mut Sheet) -> Result<(), Failure> {
    let mut last = 0;
    loop {
        let piece = store.audit_after(last, PIECE)?;
        let Some(end) = piece.last() else { return Ok(()) };
        last = end.number;
        for Noted { number, entry, hash } in piece {
            sheet.row([
                number.to_string(),
                entry.at.to_string(),
                entry.who,
                entry.deed.as_str().into(),
                entry.about,
                entry.detail,
                hex(&hash),
            ])?;
        }
    }
}

/// The pillars that there are or were.
fn names(store: &dyn Store) -> Result<Vec<String>, Failure> {
    Ok(store.pillars()?.into_iter().map(|pillar| pillar.name).collect())
}

fn json(value: &impl Serialize) -> Result<String, Failure> {
    Ok(serde_json::to_string(value)?)
}
