//! The worklist of payments that nobody can prove, and the two steps of deciding about one.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::Reference;

use super::super::Failure;
use super::super::texts::{Lang, PaymentTexts};
use super::super::times::Moment;
use super::super::visitor::{Frame, Section, Visitor, render};
use crate::store::{Decided, DecidedBy, Decision, Deed, Entry, Finding, OpenPaymentKey, Store, Unsettled};

/// The worklist.
#[derive(Template)]
#[template(path = "payments.html")]
struct PaymentsPage {
    frame: Frame,
    w: &'static PaymentTexts,
    sentence: String,
    rows: Vec<PaymentRow>,
}

/// A payment to find out about.
struct PaymentRow {
    facts: Facts,
    step: Step,
}

/// What is known of it.
struct Facts {
    reference: Reference,
    delivered: bool,
    pillar: String,
    amount: String,
    when: Moment,
    reported: Option<String>,
    receipt_number: Option<String>,
    terminal_id: Option<String>,
}

/// What can be done about it.
enum Step {
    /// Where to decide, without the finding; and why it cannot be decided yet that it was not paid.
    Decide(String, Option<String>),
    /// What was decided, and when.
    WaitForPillar(&'static str, Moment),
    /// Nothing, until the pillar reports it.
    NotYet,
}

/// Asks whether someone is sure.
#[derive(Template)]
#[template(path = "payment.html")]
struct ConfirmPage {
    frame: Frame,
    w: &'static PaymentTexts,
    facts: Facts,
    question: &'static str,
    consequences: Vec<&'static str>,
    action: String,
    button: &'static str,
}

pub(in super::super) async fn payments(visitor: Visitor) -> Response {
    let list = visitor.desk.ask(|store| store.unsettled_payments()).await;
    visitor.answer(list.map(|list| render(&payments_page(&visitor, list, Timestamp::now()))))
}

/// The names of a decision in an address: pillar, payment, finding.
type Names = Path<(String, String, String)>;

pub(in super::super) async fn confirm(visitor: Visitor, Path(names): Names) -> Response {
    let page = ask_first(&visitor, names).await;
    visitor.answer(page)
}

pub(in super::super) async fn decide(visitor: Visitor, Path(names): Names) -> Response {
    let done = decide_now(&visitor, names).await;
    visitor.answer(done)
}

fn payments_page(visitor: &Visitor, list: Vec<Unsettled>, now: Timestamp) -> PaymentsPage {
    let lang = visitor.lang;
    let decided = list.iter().filter(|payment| payment.decision.is_some()).count() as u64;
    PaymentsPage {
        frame: visitor.frame(Section::Payments),
        w: lang.payment_texts(),
        sentence: lang.payments_sentence(list.len() as u64 - decided, decided),
        rows: list
            .into_iter()
            .map(|payment| PaymentRow {
                step: step(visitor, &payment, now),
                facts: facts(payment, lang, now),
            })
            .collect(),
    }
}

fn step(visitor: &Visitor, payment: &Unsettled, now: Timestamp) -> Step {
    let lang = visitor.lang;
    match (payment.decision, payment.payment) {
        (Some(decision), _) => {
            Step::WaitForPillar(lang.decided(decision), Moment::new(decision.at, now, lang))
        }
        (None, Some(id)) => {
            let path = format!("/payments/{}/{id}", payment.pillar);
            Step::Decide(path, too_early(visitor, payment, Finding::NotPaid, now))
        }
        (None, None) => Step::NotYet,
    }
}

/// Why something cannot be decided yet.
fn too_early(visitor: &Visitor, payment: &Unsettled, finding: Finding, now: Timestamp) -> Option<String> {
    let from = payment.too_early(finding, visitor.desk.not_paid_after_hours, now)?;
    Some(visitor.lang.not_paid_from(&Moment::new(from, now, visitor.lang).text))
}

fn facts(payment: Unsettled, lang: Lang, now: Timestamp) -> Facts {
    Facts {
        reference: payment.reference,
        delivered: payment.delivered,
        pillar: payment.pillar,
        amount: lang.money(payment.amount),
        when: Moment::dated(payment.happened_at, lang),
        reported: payment.first_seen_at.map(|at| lang.reported(&Moment::new(at, now, lang).text)),
        receipt_number: payment.receipt_number.map(|number| format!("{number:04}")),
        terminal_id: payment.terminal_id,
    }
}

fn named((pillar, payment, finding): (String, String, String)) -> Result<(OpenPaymentKey, Finding), Failure> {
    let payment: Uuid = payment.parse().map_err(|_| Failure::NotFound)?;
    let finding = Finding::parse(&finding).ok_or(Failure::NotFound)?;
    Ok((OpenPaymentKey { pillar, payment }, finding))
}

async fn ask_first(visitor: &Visitor, names: (String, String, String)) -> Result<Response, Failure> {
    let (key, finding) = named(names)?;
    let list = visitor.desk.ask(|store| store.unsettled_payments()).await?;
    let lang = visitor.lang;
    let Some(payment) = list.into_iter().find(|payment| payment.key().as_ref() == Some(&key)) else {
        return Ok(no_longer_open(visitor));
    };
    if payment.decision.is_some() {
        return Ok(Redirect::to("/payments").into_response());
    }
    if too_early(visitor, &payment, finding, Timestamp::now()).is_some() {
        return Ok(not_yet(visitor));
    }
    let consequences = match payment.revoked {
        true => lang.consequences_for_good(finding).to_vec(),
        false => lang.consequences(finding).to_vec(),
    };
    Ok(render(&ConfirmPage {
        frame: visitor.frame(Section::Payments),
        w: lang.payment_texts(),
        facts: facts(payment, lang, Timestamp::now()),
        question: lang.confirm(finding),
        consequences,
        action: format!("/payments/{}/{}/{}", key.pillar, key.payment, finding.as_str()),
        button: lang.confirm_button(finding),
    }))
}

async fn decide_now(visitor: &Visitor, names: (String, String, String)) -> Result<Response, Failure> {
    let (key, finding) = named(names)?;
    let (payment, pillar) = (key.payment, key.pillar.clone());
    let decision = Decision { finding, by: DecidedBy::Desk, at: Timestamp::now() };
    let w = visitor.lang.payment_texts();
    let list = visitor.desk.ask(|store| store.unsettled_payments()).await?;
    let open = list.iter().find(|open| open.decision.is_none() && open.key().as_ref() == Some(&key));
    if open.is_some_and(|open| too_early(visitor, open, finding, decision.at).is_some()) {
        return Ok(not_yet(visitor));
    }
    // Whoever sees in the log that something was decided finds what came of it on the page of the payments.
    let about = open.map(|open| open.reference.to_string()).unwrap_or_default();
    let entry = Entry::new(decision.at, &visitor.who(), Deed::DecidedPayment, &about);
    let entry = entry.with(format!("{} {payment} {}", key.pillar, finding.as_str()));
    let decide = move |store: &dyn Store| {
        store.note(&entry)?;
        store.decide_payment(&key, decision)
    };
    match visitor.desk.ask(decide).await? {
        Decided::Yes | Decided::ForGood => {
            tracing::info!(%payment, pillar, finding = finding.as_str(), "staff decided about a payment");
            Ok(Redirect::to("/payments").into_response())
        }
        Decided::Before(_) => Ok(Redirect::to("/payments").into_response()),
        Decided::Otherwise(_) => Ok(visitor.sorry(StatusCode::CONFLICT, w.otherwise, w.otherwise_help)),
        Decided::NotOpen => Ok(no_longer_open(visitor)),
    }
}

fn not_yet(visitor: &Visitor) -> Response {
    let w = visitor.lang.payment_texts();
    visitor.sorry(StatusCode::CONFLICT, w.too_early, w.too_early_help)
}

fn no_longer_open(visitor: &Visitor) -> Response {
    let w = visitor.lang.payment_texts();
    visitor.sorry(StatusCode::CONFLICT, w.not_open, w.not_open_help)
}
