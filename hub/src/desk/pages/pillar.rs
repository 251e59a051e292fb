//! One pillar: how each of its parts is, and what to do about it. Invariant: what was known last of a pillar that is
//! silent is called so, and never how it is now.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::health::{Device, DeviceState};
use zuil_wire::orders::Attachment;

use super::super::Failure;
use super::super::condition::{Condition, Contact, Part};
use super::super::texts::{AlertTexts, EnrolmentTexts, Lang, PillarTexts, RevokeTexts};
use super::super::times::{Moment, today};
use super::super::visitor::{Frame, Section, Visitor, render};
use super::Badge;
use super::badges::{now_badges, state_badge, unknown};
use super::editions::{Editions, Newest};
use super::orders::{self, ClosedCard, OrdersCard};
use super::service::ServiceCard;
use crate::store::{
    Alert, Closed, KeptReadiness, Pillar, PlacedOrder, Refused, RefusedEnvelope, Reported, Store, StoreError,
};

/// How many alerts are shown, the open ones first.
const ALERTS: u32 = 30;

/// One pillar.
#[derive(Template)]
#[template(path = "pillar.html")]
struct PillarPage {
    frame: Frame,
    p: &'static PillarTexts,
    a: &'static AlertTexts,
    name: String,
    now: Vec<Badge>,
    for_callers: Vec<&'static str>,
    devices: Vec<DeviceRow>,
    /// What is said where there are none: that it has none, or that it has told nothing yet.
    no_devices: &'static str,
    known: bool,
    paper: Option<PaperCard>,
    /// Leads to the payments to settle.
    to_settle: Option<String>,
    details: Vec<(&'static str, String)>,
    alerts: Vec<AlertRow>,
    refusals: Vec<RefusalRow>,
    /// Leads to enrolling it again, for who may.
    enrol: Option<&'static EnrolmentTexts>,
    /// Leads to revoking it, for who may, as long as it is not.
    revoke: Option<&'static RevokeTexts>,
    /// Leads to service visits, for who may.
    service: Option<ServiceCard>,
    shows_visits: bool,
    closed: Option<ClosedCard>,
    orders: Option<OrdersCard>,
}

/// Something that was told about the pillar.
struct AlertRow {
    what: String,
    began: Moment,
    /// Nothing as long as it lasts.
    lasted: Option<String>,
    remedy: &'static str,
}

/// Something that was refused for good.
struct RefusalRow {
    reference: Option<String>,
    id: Option<String>,
    reason: &'static str,
    last: Moment,
    times: Option<String>,
}

struct DeviceRow {
    name: &'static str,
    badge: Badge,
    last_known: Option<String>,
    since: Moment,
    remedy: &'static str,
    /// Whether somebody has to find out about a payment first.
    settle: bool,
}

struct PaperCard {
    title: &'static str,
    used: String,
    /// Nothing when the paper is used up.
    forecast: Option<String>,
}

pub(in super::super) async fn pillar(visitor: Visitor, Path(name): Path<String>) -> Response {
    let newest = Editions::of(&visitor.desk, visitor.lang).await.newest;
    let catalogue = visitor.desk.catalogue().await;
    let known = visitor.desk.ask(move |store| Known::of(store, &name)).await;
    let page = known.and_then(|known| {
        let mut known = known.ok_or(Failure::NotFound)?;
        if let Some(site) = catalogue.as_ref().and_then(|told| told.sites.of_pillar(&known.pillar.name)) {
            known.place = Some(format!("{}, {}, {}", site.name, site.address, site.town));
        }
        Ok(render(&pillar_page(&visitor, &known, newest.as_ref(), Timestamp::now())))
    });
    visitor.answer(page)
}

/// What the store knows of a pillar.
struct Known {
    pillar: Pillar,
    reported: Option<Reported>,
    refusals: Vec<RefusedEnvelope>,
    after_revocation: u64,
    alerts: Vec<Alert>,
    orders: Vec<PlacedOrder>,
    attached: Vec<(Uuid, Attachment)>,
    closed: Option<Closed>,
    readiness: Vec<KeptReadiness>,
    /// Where it stands: in the words of the catalogue, or else of who enrolled it.
    place: Option<String>,
}

impl Known {
    fn of(store: &dyn Store, name: &str) -> Result<Option<Self>, StoreError> {
        let Some(pillar) = store.pillars()?.into_iter().find(|pillar| pillar.name == name) else {
            return Ok(None);
        };
        let reported = store.reports()?.into_iter().find(|reported| reported.pillar == name);
        let (refusals, after_revocation) = (store.refusals(name)?, store.delivered_after_revocation(name)?);
        let alerts = store.alerts_of(name, ALERTS)?;
        let orders = store.orders(name, orders::SHOWN)?;
        let closed = store.closed_pillars()?.into_iter().find(|closed| closed.pillar == name);
        let readiness = store.readiness(name)?;
        let (attached, place) = (store.orders_with_attachments(name)?, store.places()?.remove(name));
        Ok(Some(Self {
            pillar,
            reported,
            refusals,
            after_revocation,
            orders,
            attached,
            closed,
            readiness,
            alerts,
            place,
        }))
    }
}

fn pillar_page(visitor: &Visitor, known: &Known, newest: Option<&Newest>, now: Timestamp) -> PillarPage {
    let lang = visitor.lang;
    let (pillar, reported) = (&known.pillar, known.reported.as_ref());
    let condition = Condition::within(visitor.desk.silent, pillar, reported, now);
    let condition = condition.closed_by(known.closed.as_ref());
    let open = reported.map_or(0, |reported| reported.report.open_payments.len());
    PillarPage {
        frame: visitor.frame(Section::Pillars),
        p: lang.pillar_texts(),
        a: lang.alert_texts(),
        name: pillar.name.clone(),
        now: now_badges(&condition, lang),
        for_callers: lang.for_callers(&condition),
        devices: condition.parts.iter().map(|part| device_row(*part, &condition, lang, now)).collect(),
        no_devices: match reported {
            None => lang.pillar_texts().devices_untold,
            Some(_) if condition.is_known() => lang.pillar_texts().no_devices,
            Some(_) => lang.pillar_texts().had_no_devices,
        },
        known: condition.is_known(),
        paper: paper_card(&condition, lang, now),
        to_settle: (open > 0).then(|| lang.to_settle(open as u64)),
        details: details(known, &condition, newest, lang, now),
        alerts: known.alerts.iter().map(|alert| alert_row(alert, lang, now)).collect(),
        enrol: visitor.may_open("/enrolment").then(|| lang.enrolment_texts()),
        revoke: (pillar.revoked_at.is_none() && visitor.may_open("/pillars/{name}/revoke"))
            .then(|| lang.revoke_texts()),
        refusals: known.refusals.iter().map(|refused| refusal_row(refused, lang, now)).collect(),
        service: ServiceCard::of(visitor, &known.readiness, now),
        shows_visits: visitor.may_open("/pillars/{name}/visits"),
        closed: known.closed.as_ref().map(|closed| ClosedCard::of(closed, lang, now)),
        orders: OrdersCard::of(
            visitor,
            &known.orders,
            &known.attached,
            known.closed.as_ref(),
            pillar.revoked_at.is_some(),
            now,
        ),
    }
}

fn alert_row(alert: &Alert, lang: Lang, now: Timestamp) -> AlertRow {
    AlertRow {
        what: lang.alert_as_title(alert.kind),
        began: Moment::new(alert.began_at, now, lang),
        lasted: alert.ended_at.map(|ended| lang.how_long(ended.duration_since(alert.began_at))),
        remedy: lang.alert_remedy(alert.kind),
    }
}

fn refusal_row(envelope: &RefusedEnvelope, lang: Lang, now: Timestamp) -> RefusalRow {
    let Refused { id, reference, reason } = envelope.refused;
    RefusalRow {
        reference: reference.map(|reference| reference.groups().join(" ")),
        id: (!id.is_nil()).then(|| id.to_string()),
        reason: lang.refusal(reason),
        last: Moment::new(envelope.last_at, now, lang),
        times: (envelope.times > 1).then(|| lang.times(envelope.times)),
    }
}

fn paper_card(condition: &Condition, lang: Lang, now: Timestamp) -> Option<PaperCard> {
    let (paper, t) = (condition.paper?, lang.pillar_texts());
    let used_up = condition.part(Device::Printer).is_some_and(|part| part.state == DeviceState::PaperOut);
    let forecast = || lang.paper_until(&paper, today(now)).unwrap_or_else(|| t.no_forecast.to_owned());
    Some(PaperCard {
        title: if condition.is_known() { t.paper } else { t.paper_last_known },
        used: lang.metres(&paper),
        forecast: (!used_up).then(forecast),
    })
}

fn details(
    known: &Known,
    condition: &Condition,
    newest: Option<&Newest>,
    lang: Lang,
    now: Timestamp,
) -> Vec<(&'static str, String)> {
    let t = lang.pillar_texts();
    let (pillar, reported) = (&known.pillar, known.reported.as_ref());
    let moment =
        |at: Option<Timestamp>| at.map_or_else(|| t.never.to_owned(), |at| Moment::new(at, now, lang).text);
    let place = known.place.clone().map(|place| (lang.enrolment_texts().place, place));
    let mut details: Vec<_> = place.into_iter().collect();
    details.extend([
        (t.last_seen, moment(pillar.last_seen_at)),
        (t.last_report, moment(reported.map(|reported| reported.received_at))),
    ]);
    if let Some(known @ Reported { report, .. }) = reported {
        if condition.is_known() {
            let presence = condition.presence().map(|presence| lang.presence(presence).to_owned());
            details.extend(presence.map(|presence| (lang.in_use_label(), presence)));
            details.extend(condition.celsius.map(|celsius| (lang.warmth_label(), lang.degrees(celsius))));
            details.push((t.waiting, lang.waiting_in_the_pillar(report.waiting)));
        }
        let when = |at| Moment::new(known.by_our_clock(at), now, lang).text;
        let storage = report.storage.as_ref();
        if let Some(tried) =
            storage.and_then(|storage| storage.tried.as_ref()).filter(|_| condition.is_known())
        {
            details.push((t.tried, lang.tried_in_vain(tried, &when(tried.last))));
        }
        let room = condition.room.and_then(|room| lang.room_in_the_pillar(room));
        details.extend(room.map(|room| (t.room, room)));
        if let Some(salvaged) = storage.and_then(|storage| storage.salvaged) {
            details.push((t.storage, lang.storage_was_salvaged(&when(salvaged.at), &salvaged)));
        }
        details.push((t.program, report.program.clone()));
        if let Some(system) = &report.system {
            details.extend(lang.system_of_a_pillar(system));
        }
        details.push((t.catalogue, Newest::beside(newest, &report.catalogue, lang)));
        // Nobody knows what it refused when what was published last is damaged.
        let refuses = if newest.is_some() { lang.refuses_the_newest() } else { lang.refused_one() };
        details.extend(report.catalogue_refused.clone().map(|why| (refuses, why)));
    }
    details.extend(condition.clock_ahead.map(|ahead| (t.clock, lang.clock_is_off(ahead))));
    let access = match pillar.revoked_at {
        None => t.may_deliver.to_owned(),
        Some(at) => format!("{}, {}", t.revoked, Moment::new(at, now, lang).text),
    };
    details.push((t.access, access));
    if pillar.revoked_at.is_some() {
        details.push((t.after_revocation, lang.requests(known.after_revocation)));
    }
    let sequence = pillar.last_sequence.map_or_else(|| t.none_yet.to_owned(), |number| number.to_string());
    details.push((t.last_sequence, sequence));
    details.push((t.added, Moment::new(pillar.added_at, now, lang).text));
    details
}

fn device_row(part: Part, condition: &Condition, lang: Lang, now: Timestamp) -> DeviceRow {
    let known = condition.is_known();
    DeviceRow {
        name: lang.device(part.device),
        badge: if known { state_badge(part, lang) } else { unknown(lang) },
        last_known: (!known).then(|| lang.last_known(part.state)),
        since: Moment::new(part.since, now, lang),
        remedy: match condition.contact {
            Contact::Now => lang.remedy(part.device, part.state),
            Contact::Revoked => lang.pillar_texts().nothing_to_do,
            Contact::NoWord | Contact::Silent(_) => lang.pillar_texts().contact_first,
        },
        settle: known && part.state == DeviceState::Blocked,
    }
}
