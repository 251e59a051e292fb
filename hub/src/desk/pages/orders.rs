//! What technicians order a pillar to do from afar: the card on its page, the question whether one is sure, and the
//! deed. Invariant: who ordered what is in the log before the pillar can hear of it.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;
use zuil_wire::orders::{Attachment, ClosedFor, Closure, Task};

use super::super::texts::{Lang, OrderTexts};
use super::super::times::{Moment, today};
use super::super::visitor::{Frame, Section, Visitor, render};
use super::super::{Failure, permission};
use super::Badge;
use crate::store::{Closed, Deed, Entry, OrderPlaced, PlacedOrder, Store};

/// Of how many hours a log is asked for.
const LOG_HOURS: u16 = 24;
/// How many orders the page of a pillar shows.
pub(super) const SHOWN: u32 = 12;

/// What is shown of orders on the page of a pillar, to whoever may order something.
pub(super) struct OrdersCard {
    pub w: &'static OrderTexts,
    /// Whether anything can be ordered.
    pub takes_orders: bool,
    pub is_closed: bool,
    pub rows: Vec<OrderRow>,
    /// The newest picture of the first screen: its address, and when it was ordered.
    pub picture: Option<(String, Moment)>,
}

/// An order.
pub(super) struct OrderRow {
    pub what: &'static str,
    /// The reason and the message of a closure.
    pub detail: Option<String>,
    pub by: String,
    pub placed: Moment,
    pub state: Badge,
    pub changed: Moment,
    /// Where what was made for it is.
    pub picture: Option<String>,
    pub log: Option<String>,
}

/// Why a pillar serves nobody, for everybody.
pub(super) struct ClosedCard {
    pub w: &'static OrderTexts,
    pub reason: &'static str,
    pub message: Option<String>,
    pub since: Moment,
}

/// Asks whether someone is sure, and for what else there is to say.
#[derive(Template)]
#[template(path = "order.html")]
struct ConfirmPage {
    frame: Frame,
    w: &'static OrderTexts,
    pillar: String,
    kind: &'static str,
    question: String,
    consequences: &'static [&'static str],
    button: &'static str,
    /// Why a pillar is closed; empty when it is not about that.
    reasons: Vec<(&'static str, &'static str)>,
    most: usize,
}

/// What a technician says of a closure.
#[derive(Debug, Default, Deserialize)]
pub(in super::super) struct CloseForm {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    message: String,
}

impl OrdersCard {
    /// The card, for a visitor who may order something.
    pub(super) fn of(
        visitor: &Visitor,
        orders: &[PlacedOrder],
        attached: &[(Uuid, Attachment)],
        closed: Option<&Closed>,
        is_revoked: bool,
        now: Timestamp,
    ) -> Option<Self> {
        let rule = permission::of("POST", "/pillars/{name}/orders/{kind}")?;
        let roles = visitor.signed.as_ref().map(|signed| signed.session.account.roles).unwrap_or_default();
        let card = Self {
            w: visitor.lang.order_texts(),
            takes_orders: !is_revoked,
            is_closed: closed.is_some(),
            rows: orders.iter().map(|order| row(order, attached, visitor.lang, now)).collect(),
            picture: orders.iter().find_map(|order| {
                let address = address(order, attached, Attachment::Picture)?;
                Some((address, Moment::new(order.changed_at, now, visitor.lang)))
            }),
        };
        rule.who.admits(roles).then_some(card)
    }
}

impl ClosedCard {
    pub(super) fn of(closed: &Closed, lang: Lang, now: Timestamp) -> Self {
        Self {
            w: lang.order_texts(),
            reason: lang.closed_for(closed.closure.reason),
            message: closed.closure.message.clone(),
            since: Moment::new(closed.since, now, lang),
        }
    }
}

/// Where what was made for an order is, if it is of that kind.
fn address(order: &PlacedOrder, attached: &[(Uuid, Attachment)], kind: Attachment) -> Option<String> {
    let is_kept = attached.contains(&(order.id, kind));
    is_kept.then(|| format!("/pillars/{}/attachments/{}", order.pillar, order.id))
}

fn row(order: &PlacedOrder, attached: &[(Uuid, Attachment)], lang: Lang, now: Timestamp) -> OrderRow {
    let (kind, text) = lang.fate(order, order.has_expired(now));
    let detail = match &order.what {
        Task::Close(Closure { reason, message }) => Some(match message {
            Some(message) => format!("{}: {message}", lang.closed_for(*reason)),
            None => lang.closed_for(*reason).to_owned(),
        }),
        Task::Restart | Task::TestPrint | Task::Open | Task::Screenshot | Task::Logs { .. } => None,
    };
    OrderRow {
        what: lang.order(&order.what),
        detail,
        by: order.by.clone(),
        placed: Moment::new(order.placed_at, now, lang),
        state: Badge { kind, text },
        changed: Moment::new(order.changed_at, now, lang),
        picture: address(order, attached, Attachment::Picture),
        log: address(order, attached, Attachment::Text),
    }
}

/// The order of a kind in an address.
fn named(kind: &str, form: CloseForm) -> Option<Task> {
    Some(match kind {
        "restart" => Task::Restart,
        "test-print" => Task::TestPrint,
        "close" => {
            let reason = ClosedFor::parse(&form.reason)?;
            Task::Close(Closure { reason, message: Some(form.message) }.tidy())
        }
        "open" => Task::Open,
        "screenshot" => Task::Screenshot,
        "logs" => Task::Logs { hours: LOG_HOURS },
        _ => return None,
    })
}

/// The word of a kind in addresses.
const fn word(what: &Task) -> &'static str {
    match what {
        Task::Restart => "restart",
        Task::TestPrint => "test-print",
        Task::Close(_) => "close",
        Task::Open => "open",
        Task::Screenshot => "screenshot",
        Task::Logs { .. } => "logs",
    }
}

pub(in super::super) async fn confirm_order(
    visitor: Visitor,
    Path((pillar, kind)): Path<(String, String)>,
) -> Response {
    let page = ask_first(&visitor, pillar, &kind).await;
    visitor.answer(page)
}

async fn ask_first(visitor: &Visitor, pillar: String, kind: &str) -> Result<Response, Failure> {
    let any = CloseForm { reason: ClosedFor::Maintenance.as_str().into(), message: String::new() };
    let what = named(kind, any).ok_or(Failure::NotFound)?;
    let name = pillar.clone();
    let pillars = visitor.desk.ask(|store| store.pillars()).await?;
    if !pillars.iter().any(|known| known.name == name && known.revoked_at.is_none()) {
        return Err(Failure::NotFound);
    }
    let lang = visitor.lang;
    let closes = matches!(what, Task::Close(_));
    let reasons = ClosedFor::ALL.map(|reason| (reason.as_str(), lang.closed_for(reason)));
    Ok(render(&ConfirmPage {
        frame: visitor.frame(Section::Pillars),
        w: lang.order_texts(),
        question: lang.order_question(&what, &pillar),
        pillar,
        kind: word(&what),
        consequences: lang.order_consequences(&what),
        button: lang.order(&what),
        reasons: if closes { reasons.into() } else { Vec::new() },
        most: Closure::MAX_MESSAGE,
    }))
}

pub(in super::super) async fn order(
    visitor: Visitor,
    Path((pillar, kind)): Path<(String, String)>,
    form: Result<Form<CloseForm>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else { return visitor.answer(Err(Failure::NotFound)) };
    let done = order_now(&visitor, &pillar, &kind, form).await;
    visitor.answer(done)
}

async fn order_now(
    visitor: &Visitor,
    pillar: &str,
    kind: &str,
    form: CloseForm,
) -> Result<Response, Failure> {
    let what = named(kind, form).ok_or(Failure::NotFound)?;
    let now = Timestamp::now();
    let entry = Entry::new(now, &visitor.who(), Deed::Ordered, pillar).with(detail(&what));
    let order = PlacedOrder::new(pillar, what, &visitor.who(), now);
    let (id, name) = (order.id, pillar.to_owned());
    let place = move |store: &dyn Store| {
        if !store.pillars()?.iter().any(|known| known.name == name && known.revoked_at.is_none()) {
            return Ok(OrderPlaced::NoSuchPillar);
        }
        store.note(&entry)?;
        store.place_order(&order)
    };
    match visitor.desk.ask(place).await? {
        OrderPlaced::NoSuchPillar => Err(Failure::NotFound),
        OrderPlaced::Yes | OrderPlaced::Before => {
            tracing::info!(%id, pillar, kind, "staff ordered something at a pillar");
            let path: String = path_of(pillar);
            Ok(Redirect::to(&path).into_response())
        }
    }
}

/// The page of a pillar, where its orders are.
fn path_of(pillar: &str) -> String {
    // Names of pillars are letters, digits and dashes.
    format!("/pillars/{pillar}#orders")
}

/// How, for the log.
fn detail(what: &Task) -> String {
    match what {
        Task::Close(Closure { reason, message: Some(message) }) => {
            format!("{}: {}: {message}", word(what), reason.as_str())
        }
        Task::Close(Closure { reason, message: None }) => format!("{}: {}", word(what), reason.as_str()),
        Task::Restart | Task::TestPrint | Task::Open | Task::Screenshot | Task::Logs { .. } => {
            word(what).to_owned()
        }
    }
}

pub(in super::super) async fn attachment(
    visitor: Visitor,
    Path((pillar, id)): Path<(String, String)>,
) -> Response {
    let file = attached(&visitor, pillar, &id).await;
    visitor.answer(file)
}

/// What a pillar made for an order. Whoever takes a log away is noted.
async fn attached(visitor: &Visitor, pillar: String, id: &str) -> Result<Response, Failure> {
    let id: Uuid = id.parse().map_err(|_| Failure::NotFound)?;
    let entry = Entry::new(Timestamp::now(), &visitor.who(), Deed::Downloaded, &pillar).with("log");
    let name = pillar.clone();
    let find = move |store: &dyn Store| {
        let attached = store.attached_to_order(&name, id)?;
        if attached.as_ref().is_some_and(|attached| attached.kind == Attachment::Text) {
            store.note(&entry)?;
        }
        Ok(attached)
    };
    let attached = visitor.desk.ask(find).await?.ok_or(Failure::NotFound)?;
    let (disposition, end) = match attached.kind {
        Attachment::Picture => ("inline", "png"),
        Attachment::Text => ("attachment", "txt.zst"),
    };
    let day = today(attached.kept_at);
    let named = format!("{disposition}; filename=\"{pillar}-{day}.{end}\"");
    let headers =
        [(header::CONTENT_TYPE, attached.kind.media_type().to_owned()), (header::CONTENT_DISPOSITION, named)];
    Ok((headers, attached.content).into_response())
}
