//! Referrals: made for a caller, read aloud, followed and taken back. Invariant: an agent sees their own only; a code
//! is in no address and no log; nobody is sent to a pillar that is known to serve nobody.

use askama::Template;
use aws_lc_rs::rand::SystemRandom;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;
use zuil_catalogue::{Catalogue, Task};
use zuil_wire::{Reference, ReferralCode};

use super::super::Failure;
use super::super::condition::Condition;
use super::super::reach::{Pillars, Reach};
use super::super::texts::{Lang, ReferralTexts};
use super::super::times::Moment;
use super::super::visitor::{Frame, Section, Visitor, render};
use super::Badge;
use super::badges::now_badges;
use crate::store::{Deed, Entry, KeptReferral, REFERRALS_LIVE, Store, StoreError};

/// How often a code is drawn until one is free. A hundred thousand there are, and a few hundred live.
const DRAWS: usize = 50;
/// What a box of a pillar is called in the form, before the pillar's name.
const BOX: &str = "pillar-";

/// What the page is asked for.
#[derive(Debug, Default, Deserialize)]
pub(in super::super) struct ReferralsQuery {
    /// The referral that was made just now.
    made: Option<Uuid>,
}

/// The page.
#[derive(Template)]
#[template(path = "referrals.html")]
struct ReferralsPage {
    frame: Frame,
    w: &'static ReferralTexts,
    made: Option<Made>,
    problem: Option<&'static str>,
    tasks: Vec<Choice>,
    pillars: Vec<PillarChoice>,
    rows: Vec<Row>,
}

/// A referral that was made just now.
struct Made {
    code: String,
    aloud: Vec<String>,
}

/// A task to choose.
struct Choice {
    id: String,
    title: String,
    chosen: bool,
}

/// A pillar to choose, with how it is.
struct PillarChoice {
    id: String,
    title: String,
    chosen: bool,
    now: Vec<Badge>,
}

/// A referral in the list.
struct Row {
    id: Uuid,
    code: String,
    task: String,
    pillars: String,
    made: Moment,
    until: String,
    badge: Badge,
    /// Which of the pillars have the code, as long as it can be used.
    reach: Vec<String>,
    uses: Vec<UseRow>,
    can_be_revoked: bool,
}

/// A request that was made with one.
struct UseRow {
    words: String,
    reference: Option<Reference>,
}

/// What was chosen in the form.
#[derive(Default)]
struct Chosen {
    task: String,
    pillars: Vec<String>,
}

impl Chosen {
    fn of(form: Vec<(String, String)>) -> Self {
        let mut chosen = Self::default();
        for (key, value) in form {
            match key.strip_prefix(BOX) {
                Some(pillar) => chosen.pillars.push(pillar.to_owned()),
                None if key == "task" => chosen.task = value,
                None => {}
            }
        }
        chosen
    }
}

pub(in super::super) async fn referrals(
    visitor: Visitor,
    query: Result<Query<ReferralsQuery>, QueryRejection>,
) -> Response {
    let made = query.ok().and_then(|Query(query)| query.made);
    let page = page(&visitor, made, &Chosen::default(), None).await;
    visitor.answer(page)
}

pub(in super::super) async fn make_referral(
    visitor: Visitor,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let chosen = form.map(|Form(form)| Chosen::of(form)).unwrap_or_default();
    let made = make(&visitor, &chosen).await;
    visitor.answer(made)
}

pub(in super::super) async fn revoke_referral(visitor: Visitor, Path(id): Path<String>) -> Response {
    let revoked = revoke(&visitor, &id).await;
    visitor.answer(revoked)
}

async fn page(
    visitor: &Visitor,
    made: Option<Uuid>,
    chosen: &Chosen,
    problem: Option<&'static str>,
) -> Result<Response, Failure> {
    let now = Timestamp::now();
    let (lang, who) = (visitor.lang, visitor.who());
    let catalogue = visitor.desk.catalogue().await;
    // Also those that expired since yesterday.
    let since = now.saturating_sub(REFERRALS_LIVE).unwrap_or(now);
    let silent = visitor.desk.silent;
    let known =
        visitor.desk.ask(move |store| Ok((Pillars::of(store, silent, now)?, store.referrals(since)?)));
    let (pillars, mut kept) = known.await?;
    kept.retain(|referral| referral.made_by == who);
    let catalogue = catalogue.as_deref();
    let just_made = made.and_then(|id| kept.iter().find(|referral| referral.id == id));
    let page = ReferralsPage {
        frame: visitor.frame(Section::Referrals),
        w: lang.referral_texts(),
        made: just_made
            .filter(|made| made.is_open(now))
            .map(|made| told(made, &pillars, catalogue, lang, now)),
        problem,
        tasks: tasks_to_choose(catalogue, &chosen.task, lang),
        pillars: pillars_to_choose(&pillars, catalogue, &chosen.pillars, lang),
        rows: kept.iter().map(|referral| row(referral, &pillars, catalogue, lang, now)).collect(),
    };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, render(&page)).into_response())
}

async fn make(visitor: &Visitor, chosen: &Chosen) -> Result<Response, Failure> {
    let (w, now) = (visitor.lang.referral_texts(), Timestamp::now());
    let catalogue = visitor.desk.catalogue().await;
    let task = catalogue.as_ref().and_then(|catalogue| catalogue.task(&chosen.task));
    let silent = visitor.desk.silent;
    let pillars = visitor.desk.ask(move |store| Pillars::of(store, silent, now)).await?;
    let mut named: Vec<String> = chosen.pillars.iter().filter(|name| pillars.has(name)).cloned().collect();
    named.sort();
    named.dedup();
    let Some(task) = task.filter(|_| !named.is_empty()) else {
        return page(visitor, None, chosen, Some(w.nothing_chosen)).await;
    };
    if named.iter().any(|name| pillars.serves_nobody(name)) {
        return page(visitor, None, chosen, Some(w.out_of_service)).await;
    }
    let referral = KeptReferral {
        id: Uuid::new_v4(),
        code: ReferralCode::of(0),
        task: task.id.clone(),
        pillars: named,
        made_by: visitor.who(),
        made_at: now,
        had_by: Vec::new(),
        expires_at: now.saturating_add(REFERRALS_LIVE).unwrap_or(now),
        revoked_at: None,
        uses: Vec::new(),
    };
    let id = referral.id;
    let about = referral.task.clone();
    let entry = Entry::new(now, &visitor.who(), Deed::MadeReferral, &about);
    let entry = entry.with(format!("{id} {}", referral.pillars.join(" ")));
    let kept = visitor.desk.ask(move |store| {
        let source = SystemRandom::new();
        keep(store, &entry, &referral, || ReferralCode::random(&source).ok())
    });
    if kept.await? {
        Ok(Redirect::to(&format!("/referrals?made={id}")).into_response())
    } else {
        Ok(visitor.sorry(StatusCode::SERVICE_UNAVAILABLE, w.full, w.full_help))
    }
}

/// Notes who makes a referral, and keeps it with the first code drawn that is free. Whether one was.
fn keep(
    store: &dyn Store,
    entry: &Entry,
    referral: &KeptReferral,
    mut draw: impl FnMut() -> Option<ReferralCode>,
) -> Result<bool, StoreError> {
    store.note(entry)?;
    for _ in 0..DRAWS {
        let Some(code) = draw() else { return Ok(false) };
        if store.keep_referral(&KeptReferral { code, ..referral.clone() })? {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn revoke(visitor: &Visitor, id: &str) -> Result<Response, Failure> {
    let id: Uuid = id.parse().map_err(|_| Failure::NotFound)?;
    let (now, who) = (Timestamp::now(), visitor.who());
    let revoked = visitor.desk.ask(move |store| {
        let is_it = |referral: &KeptReferral| {
            referral.id == id && referral.made_by == who && referral.revoked_at.is_none()
        };
        let Some(referral) = store.referrals(now)?.into_iter().find(is_it) else { return Ok(false) };
        let entry = Entry::new(now, &who, Deed::RevokedReferral, &referral.task);
        store.note(&entry.with(id.to_string()))?;
        store.revoke_referral(id, &who, now)
    });
    revoked.await?;
    Ok(Redirect::to("/referrals").into_response())
}

fn told(
    referral: &KeptReferral,
    pillars: &Pillars,
    catalogue: Option<&Catalogue>,
    lang: Lang,
    now: Timestamp,
) -> Made {
    let w = lang.referral_texts();
    let at = |reach: Reach| {
        let those = referral.pillars.iter().filter(move |name| pillars.reach(name, referral) == reach);
        those.map(|name| place(name, catalogue)).collect::<Vec<_>>()
    };
    let until = Moment::new(referral.expires_at, now, lang).text;
    let (has, soon) = (at(Reach::Has), at(Reach::Soon));
    let mut aloud = vec![lang.your_code(&referral.code.to_string()), w.how.to_owned()];
    let surely: Vec<String> = has.into_iter().chain(soon.iter().cloned()).collect();
    if surely.is_empty() {
        aloud.push(lang.valid_until(&until));
    } else {
        aloud.push(lang.works_until(&until, &surely));
    }
    aloud.extend((!soon.is_empty()).then(|| lang.not_there_yet(&soon)));
    for unsure in at(Reach::Unheard) {
        aloud.push(lang.not_sure_of(&unsure));
    }
    for closed in at(Reach::OutOfService) {
        aloud.push(lang.out_of_service(&closed));
    }
    aloud.push(w.once.to_owned());
    Made { code: referral.code.groups(), aloud }
}

/// What people call where a pillar stands, or its name.
fn place(pillar: &str, catalogue: Option<&Catalogue>) -> String {
    let site = catalogue.and_then(|catalogue| catalogue.sites.of_pillar(pillar));
    site.map_or_else(|| pillar.to_owned(), |site| site.name.clone())
}

fn tasks_to_choose(catalogue: Option<&Catalogue>, chosen: &str, lang: Lang) -> Vec<Choice> {
    let choice = |task: &Task| Choice {
        id: task.id.clone(),
        title: task.title.get(lang.of_catalogue()).to_owned(),
        chosen: task.id == chosen,
    };
    catalogue.map(|catalogue| catalogue.tasks.iter().map(choice).collect()).unwrap_or_default()
}

fn pillars_to_choose(
    pillars: &Pillars,
    catalogue: Option<&Catalogue>,
    chosen: &[String],
    lang: Lang,
) -> Vec<PillarChoice> {
    let choice = |(name, condition): (&str, &Condition)| PillarChoice {
        id: name.to_owned(),
        title: place(name, catalogue),
        chosen: chosen.iter().any(|chosen| chosen == name),
        now: now_badges(condition, lang),
    };
    pillars.all().map(choice).collect()
}

fn row(
    referral: &KeptReferral,
    pillars: &Pillars,
    catalogue: Option<&Catalogue>,
    lang: Lang,
    now: Timestamp,
) -> Row {
    let w = lang.referral_texts();
    let task = catalogue.and_then(|catalogue| catalogue.task(&referral.task));
    let (kind, text) = match referral.uses.len() {
        0 if referral.revoked_at.is_some() => ("", w.revoked),
        0 if referral.is_open(now) => ("waits", w.open),
        0 => ("", w.expired),
        1 => ("good", w.used),
        _ => ("bad", w.used_more),
    };
    let places: Vec<String> = referral.pillars.iter().map(|pillar| place(pillar, catalogue)).collect();
    Row {
        id: referral.id,
        code: referral.code.groups(),
        task: task
            .map_or_else(|| referral.task.clone(), |task| task.title.get(lang.of_catalogue()).to_owned()),
        pillars: places.join(", "),
        made: Moment::new(referral.made_at, now, lang),
        until: lang.until(&Moment::new(referral.expires_at, now, lang).text),
        badge: Badge { kind, text },
        reach: if referral.is_open(now) {
            let reach = |name: &String| lang.reach(&place(name, catalogue), pillars.reach(name, referral));
            referral.pillars.iter().map(reach).collect()
        } else {
            Vec::new()
        },
        uses: referral
            .uses
            .iter()
            .map(|told| UseRow {
                words: lang.used_at(&place(&told.pillar, catalogue), &Moment::new(told.at, now, lang).text),
                reference: told.reference,
            })
            .collect(),
        can_be_revoked: referral.is_open(now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{AuditFilter, AuditStore as _, MemoryStore, ReferralStore as _};

    #[test]
    fn a_code_that_somebody_else_has_is_drawn_again_and_who_makes_one_is_noted_before() {
        let store = MemoryStore::new();
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let referral = |number: u128| KeptReferral {
            id: Uuid::from_u128(number),
            code: ReferralCode::of(0),
            task: "call-back".into(),
            pillars: vec!["jumbo".into()],
            made_by: "m.agent".into(),
            made_at: now,
            had_by: Vec::new(),
            expires_at: now + REFERRALS_LIVE,
            revoked_at: None,
            uses: Vec::new(),
        };
        let entry = Entry::new(now, "m.agent", Deed::MadeReferral, "call-back");
        let taken = ReferralCode::of(48_291);
        assert!(keep(&store, &entry, &referral(1), || Some(taken)).unwrap());
        let mut codes = [taken, taken, ReferralCode::of(7)].into_iter();
        assert!(keep(&store, &entry, &referral(2), || codes.next()).unwrap());
        let code_of = |number: u128| {
            let kept = store.referrals(now).unwrap();
            kept.iter().find(|kept| kept.id == Uuid::from_u128(number)).map(|kept| kept.code)
        };
        assert_eq!((code_of(1), code_of(2)), (Some(taken), Some(ReferralCode::of(7))));
        let mut drawn = 0;
        let all_taken = || {
            drawn += 1;
            Some(taken)
        };
        assert!(!keep(&store, &entry, &referral(3), all_taken).unwrap());
        assert_eq!((drawn, code_of(3)), (DRAWS, None), "nobody gets a code that somebody else has");
        assert_eq!(store.audit(&AuditFilter::default(), 9).unwrap().len(), 3, "what was tried is noted, too");
    }
}
