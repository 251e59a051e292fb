//! Versions of the pillars' system: which there are, to whom each is given, and what runs where. Invariant: a version goes
//! to more pillars only as it was seen when somebody said so.

use std::io;

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use zuil_wire::system::UpdateReport;
use zuil_wire::{SystemReport, SystemVersion};

use super::super::Failure;
use super::super::permission;
use super::super::texts::{Lang, SystemTexts};
use super::super::visitor::{Frame, Section, Visitor, render};
use super::Badge;
use crate::store::{Reported, Rollout, RolloutStage, UpdateFailure};
use crate::systems::{self, KeptSystem, RolloutError};

/// All versions, and what runs.
#[derive(Template)]
#[template(path = "systems.html")]
struct SystemsPage {
    frame: Frame,
    w: &'static SystemTexts,
    problem: Option<&'static str>,
    versions: Vec<Version>,
    pillars: Vec<String>,
    running: Vec<Running>,
    /// Whether whoever looks may decide, too.
    may_decide: bool,
}

/// A version that is kept.
struct Version {
    version: String,
    megabytes: u64,
    badge: Badge,
    given_to: Option<String>,
    is_stopped: bool,
    /// The word for who gets it now, and what the button says that gives it to more.
    next: Option<(&'static str, &'static str)>,
    failures: Vec<String>,
}

/// What runs on a pillar.
struct Running {
    pillar: String,
    version: String,
    update: Option<String>,
}

/// What somebody decided.
#[derive(Deserialize)]
pub(in super::super) struct Decided {
    deed: String,
    #[serde(default)]
    pillar: String,
    /// Who got it when that was decided.
    #[serde(default)]
    seen: String,
}

pub(in super::super) async fn systems(visitor: Visitor) -> Response {
    let page = show(&visitor, None).await;
    visitor.answer(page)
}

pub(in super::super) async fn decide_system(
    visitor: Visitor,
    Path(version): Path<String>,
    form: Result<Form<Decided>, FormRejection>,
) -> Response {
    let (Ok(Form(form)), Ok(version)) = (form, version.parse::<SystemVersion>()) else {
        return visitor.answer(Err(Failure::NotFound));
    };
    let decided = carry_out(&visitor, version, form).await;
    visitor.answer(decided)
}

async fn carry_out(visitor: &Visitor, version: SystemVersion, form: Decided) -> Result<Response, Failure> {
    let (who, now, folder) = (visitor.who(), Timestamp::now(), visitor.desk.folder.systems.clone());
    let Decided { deed, pillar, seen } = form;
    let seen = RolloutStage::parse(&seen);
    let done = visitor.desk.ask(move |store| {
        Ok(match (deed.as_str(), seen) {
            ("begin", _) => Some(systems::begin(store, &folder, &version, &pillar, &who, now)),
            ("go-on", Some(seen)) => Some(systems::go_on(store, &version, seen, &who, now)),
            ("stop", _) => Some(systems::stop(store, &version, &who, now)),
            ("resume", _) => Some(systems::resume(store, &version, &who, now)),
            _ => None,
        })
    });
    let w = visitor.lang.system_texts();
    match done.await?.ok_or(Failure::NotFound)? {
        Ok(_) => Ok(Redirect::to("/systems").into_response()),
        Err(RolloutError::NoSuchPillar(_)) => show(visitor, Some(w.no_pillar)).await,
        Err(RolloutError::Store(error)) => Err(error.into()),
        Err(RolloutError::Files(error)) => Err(unread(&error)),
        Err(_) => show(visitor, Some(w.meanwhile)).await,
    }
}

fn unread(error: &io::Error) -> Failure {
    tracing::error!(%error, "the updates of the system cannot be read");
    Failure::Unavailable
}

async fn show(visitor: &Visitor, problem: Option<&'static str>) -> Result<Response, Failure> {
    let (lang, folder) = (visitor.lang, visitor.desk.folder.systems.clone());
    let known = visitor.desk.ask(move |store| {
        let (rollouts, failures) = (store.rollouts()?, store.update_failures()?);
        Ok((folder.list(), rollouts, failures, store.pillars()?, store.reports()?))
    });
    let (kept, rollouts, mut failures, pillars, reports) = known.await?;
    let kept = kept.map_err(|error| unread(&error))?;
    failures.retain(|failure| !runs_by_now(failure, &reports));
    let pillars = pillars.into_iter().filter(|pillar| pillar.revoked_at.is_none());
    let roles = visitor.signed.as_ref().map(|signed| signed.session.account.roles);
    let rule = permission::of("POST", "/systems/{version}");
    let page = SystemsPage {
        frame: visitor.frame(Section::Pillars),
        w: lang.system_texts(),
        problem,
        versions: kept.iter().rev().map(|kept| version(kept, &rollouts, &failures, lang)).collect(),
        pillars: pillars.map(|pillar| pillar.name).collect(),
        running: reports.into_iter().filter_map(|reported| running(reported, lang)).collect(),
        may_decide: rule.zip(roles).is_some_and(|(rule, roles)| rule.who.admits(roles)),
    };
    let status = if problem.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    Ok((status, render(&page)).into_response())
}

fn version(kept: &KeptSystem, rollouts: &[Rollout], failures: &[UpdateFailure], lang: Lang) -> Version {
    let w = lang.system_texts();
    let rollout = rollouts.iter().find(|rollout| rollout.version == kept.version);
    let is_stopped = rollout.is_some_and(|rollout| rollout.stopped_at.is_some());
    let badge = match rollout {
        None => Badge { kind: "unknown", text: w.not_begun },
        Some(_) if is_stopped => Badge { kind: "bad", text: w.stopped },
        Some(_) => Badge { kind: "good", text: w.goes_on },
    };
    let button = |stage| match stage {
        RolloutStage::Pillar => Some(w.to_a_tenth),
        RolloutStage::Tenth => Some(w.to_all),
        RolloutStage::All => None,
    };
    let next = rollout.filter(|_| !is_stopped).map(|rollout| rollout.stage);
    let failed = failures.iter().filter(|failure| failure.version == kept.version);
    let told = |failure: &UpdateFailure| {
        format!("{}: {}", failure.pillar, lang.update_state(failure.state, None, failure.why))
    };
    Version {
        version: kept.version.to_string(),
        megabytes: kept.bytes.div_ceil(1_000_000),
        badge,
        given_to: rollout.map(|rollout| lang.given_to(rollout)),
        is_stopped,
        next: next.and_then(|stage| Some((stage.as_str(), button(stage)?))),
        failures: failed.map(told).collect(),
    }
}

/// Whether a pillar has the version that it once refused, and says so.
fn runs_by_now(failure: &UpdateFailure, reports: &[Reported]) -> bool {
    let of_pillar = reports.iter().find(|reported| reported.pillar == failure.pillar);
    let system = of_pillar.and_then(|reported| reported.report.system.as_ref());
    system.is_some_and(|system| system.version == failure.version.to_string())
}

fn running(reported: Reported, lang: Lang) -> Option<Running> {
    let SystemReport { version, update } = reported.report.system?;
    let told = |UpdateReport { version, state, percent, why }| {
        format!("{version}: {}", lang.update_state(state, percent, why))
    };
    Some(Running { pillar: reported.pillar, version, update: update.map(told) })
}
