//! Finding a pillar for a caller: where it stands, how far that is, what works there right now, and what to read aloud.
//! Invariant: what stands here of a pillar is what is known now; of one that is silent nothing is promised.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde::Deserialize;
use zuil_catalogue::{Catalogue, LookedUp, Opening, Site, Task};

use super::super::condition::Condition;
use super::super::doable::{Doable, Lack};
use super::super::texts::{FinderTexts, Lang};
use super::super::times::local;
use super::super::visitor::{Frame, Section, Visitor, render};
use super::Badge;
use super::badges::now_badges;
use crate::store::{Closed, Pillar, Reported};

/// How many pillars the page shows: the nearest.
const SHOWN: usize = 8;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub(in super::super) struct FinderQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    task: String,
}

/// The page.
#[derive(Template)]
#[template(path = "finder.html")]
struct FinderPage {
    frame: Frame,
    w: &'static FinderTexts,
    query: String,
    tasks: Vec<Choice>,
    /// What was understood of what was typed.
    understood: Option<String>,
    /// Whether the catalogue says where pillars stand.
    has_sites: bool,
    /// Whether the task that was chosen can be done nowhere yet.
    nowhere: bool,
    /// The task that was chosen, for a referral to it.
    refer_to: Option<String>,
    make_referral: &'static str,
    found: Vec<Found>,
    /// Whether there are no pillars at all.
    none: bool,
}

/// A task to choose.
struct Choice {
    id: String,
    title: String,
    chosen: bool,
}

/// A pillar that was found.
struct Found {
    pillar: String,
    /// What people call the building, or the name of the pillar.
    name: String,
    now: Vec<Badge>,
    facts: Vec<(&'static str, String)>,
    place_known: bool,
    older_catalogue: bool,
    aloud: Vec<String>,
    tasks: Vec<TaskRow>,
}

/// A task at a pillar.
struct TaskRow {
    title: String,
    badge: Badge,
    why: Option<String>,
    bring: Vec<String>,
    fee: String,
}

/// What is known of a pillar.
struct Candidate<'a> {
    pillar: &'a Pillar,
    reported: Option<&'a Reported>,
    condition: Condition,
    site: Option<&'a Site>,
    /// Where it stands, in a technician's words, when the catalogue does not say so.
    place: Option<&'a str>,
    km: Option<f64>,
    opening: Option<Opening>,
}

/// What everything is told against.
struct Now<'a> {
    lang: Lang,
    /// What pillars get; nothing when nothing is published.
    catalogue: Option<&'a Catalogue>,
    /// Local time.
    wall: DateTime,
    task: Option<&'a Task>,
}

pub(in super::super) async fn finder(
    visitor: Visitor,
    query: Result<Query<FinderQuery>, QueryRejection>,
) -> Response {
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let catalogue = visitor.desk.catalogue().await;
    let known = visitor
        .desk
        .ask(|store| Ok((store.pillars()?, store.reports()?, store.closed_pillars()?, store.places()?)));
    let known = known.await;
    visitor.answer(
        known.map(|known| {
            render(&finder_page(&visitor, &known, catalogue.as_deref(), &query, Timestamp::now()))
        }),
    )
}

fn finder_page(
    visitor: &Visitor,
    (pillars, reports, closed, places): &(Vec<Pillar>, Vec<Reported>, Vec<Closed>, BTreeMap<String, String>),
    catalogue: Option<&Catalogue>,
    query: &FinderQuery,
    now: Timestamp,
) -> FinderPage {
    let lang = visitor.lang;
    let pillars: Vec<&Pillar> = pillars.iter().filter(|pillar| pillar.revoked_at.is_none()).collect();
    let names: Vec<&str> = pillars.iter().map(|pillar| pillar.name.as_str()).collect();
    let looked_up = catalogue.map_or(LookedUp::Nothing, |catalogue| catalogue.look_up(&query.q, &names));
    let wall = local(now);
    let mut found: Vec<Candidate<'_>> = pillars
        .iter()
        .filter(|pillar| !matches!(&looked_up, LookedUp::Named(names) if !names.contains(&pillar.name)))
        .map(|pillar| {
            let reported = reports.iter().find(|reported| reported.pillar == pillar.name);
            let site = catalogue.and_then(|catalogue| catalogue.sites.of_pillar(&pillar.name));
            let km = match (&looked_up, site) {
                (LookedUp::Around(_, point), Some(site)) => Some(point.km_to(site.point)),
                _ => None,
            };
            let condition = Condition::within(visitor.desk.silent, pillar, reported, now);
            Candidate {
                pillar,
                reported,
                condition: condition.closed_by(closed.iter().find(|closed| closed.pillar == pillar.name)),
                site,
                place: places.get(&pillar.name).filter(|_| site.is_none()).map(String::as_str),
                km,
                opening: site.map(|site| site.hours.at(wall)),
            }
        })
        .collect();
    found.sort_by(in_order);
    let task = catalogue.and_then(|catalogue| catalogue.task(&query.task));
    let nowhere = catalogue.is_some_and(|catalogue| catalogue.later.iter().any(|task| task.id == query.task));
    let now = Now { lang, catalogue, wall, task };
    FinderPage {
        frame: visitor.frame(Section::Finder),
        w: lang.finder_texts(),
        query: query.q.trim().chars().take(60).collect(),
        tasks: catalogue.map(|catalogue| choices(catalogue, &query.task, lang)).unwrap_or_default(),
        understood: lang.looked_up(&looked_up, found.len()),
        has_sites: catalogue.is_some_and(|catalogue| !catalogue.sites.sites.is_empty()),
        nowhere,
        refer_to: task.map(|task| task.id.clone()),
        make_referral: lang.referral_texts().make,
        none: pillars.is_empty(),
        found: found.iter().take(SHOWN).map(|candidate| now.tell(candidate)).collect(),
    }
}

/// The nearest first; of those as near, and where no distance is known, what can be used now first.
fn in_order(one: &Candidate<'_>, other: &Candidate<'_>) -> Ordering {
    // People tell no tenths of a kilometre apart.
    let near = |candidate: &Candidate<'_>| candidate.km.map_or(f64::INFINITY, |km| (km * 10.0).round());
    let idle = |candidate: &Candidate<'_>| !can_be_used(candidate);
    near(one)
        .total_cmp(&near(other))
        .then_with(|| idle(one).cmp(&idle(other)))
        .then_with(|| one.pillar.name.cmp(&other.pillar.name))
}

/// Whether somebody who stands before it now is known to be served.
fn can_be_used(candidate: &Candidate<'_>) -> bool {
    let open = candidate.opening.is_none_or(|opening| matches!(opening, Opening::OpenUntil(_)));
    open && candidate.condition.is_known() && !candidate.condition.serves_nobody()
}

fn choices(catalogue: &Catalogue, chosen: &str, lang: Lang) -> Vec<Choice> {
    let all = catalogue.tasks.iter().chain(&catalogue.later);
    let choice = |task: &Task| Choice {
        id: task.id.clone(),
        title: task.title.get(lang.of_catalogue()).to_owned(),
        chosen: task.id == chosen,
    };
    all.map(choice).collect()
}

impl Now<'_> {
    fn today(&self) -> Date {
        self.wall.date()
    }

    fn tell(&self, candidate: &Candidate<'_>) -> Found {
        let Candidate { pillar, reported, condition, site, place, km, opening } = candidate;
        let (lang, w) = (self.lang, self.lang.finder_texts());
        let mut facts = Vec::new();
        if let (Some(site), Some(opening)) = (site, opening) {
            let postcode =
                site.postcode.split_at_checked(4).map(|(digits, letters)| format!("{digits} {letters}"));
            let postcode = postcode.unwrap_or_default();
            facts.push((w.address, format!("{}, {postcode} {}", site.address, site.town)));
            facts.extend(km.map(|km| (w.distance, lang.km(km))));
            facts.push((w.building, lang.opening(*opening, self.today())));
        }
        facts.extend(place.map(|place| (w.place, place.to_owned())));
        facts.push((w.pillar, pillar.name.clone()));
        let presence = condition.presence().map(|presence| lang.presence(presence).to_owned());
        facts.extend(presence.map(|presence| (lang.in_use_label(), presence)));
        // Of a pillar that is silent a list of what is not known would help nobody.
        let told = self.catalogue.filter(|_| condition.is_known());
        let tasks =
            told.into_iter().flat_map(|told| &told.tasks).map(|task| self.row(task, condition)).collect();
        let runs = reported.map(|reported| &reported.report.catalogue);
        Found {
            pillar: pillar.name.clone(),
            name: site.map_or_else(|| pillar.name.clone(), |site| site.name.clone()),
            now: now_badges(condition, lang),
            facts,
            place_known: site.is_some(),
            older_catalogue: told.is_some_and(|told| runs.is_some_and(|runs| *runs != told.version)),
            aloud: self.aloud(candidate),
            tasks,
        }
    }

    /// Sentences to read aloud as they stand.
    fn aloud(&self, candidate: &Candidate<'_>) -> Vec<String> {
        let lang = self.lang;
        let mut said = Vec::new();
        if let (Some(site), Some(opening)) = (candidate.site, candidate.opening) {
            said.extend(lang.about_site(site, candidate.km, opening, self.today()));
        }
        said.extend(lang.for_callers(&candidate.condition).into_iter().map(str::to_owned));
        let Some(task) = self.task else { return said };
        let language = lang.of_catalogue();
        let doable = Doable::of(task, &candidate.condition, self.wall);
        said.push(lang.about_task(task.title.get(language), doable, self.today()));
        if let Some(fee) = &task.fee {
            said.push(lang.about_fee(fee.fixed().map(|amount| lang.money(amount))));
        }
        for (place, need) in task.needs.iter().enumerate() {
            let need = need.get(language).trim_end_matches('.');
            said.push(if place == 0 { format!("{} {need}.", lang.bring_this()) } else { format!("{need}.") });
        }
        said.push(lang.takes(task.minutes));
        said
    }

    fn row(&self, task: &Task, condition: &Condition) -> TaskRow {
        let (lang, language, w) = (self.lang, self.lang.of_catalogue(), self.lang.finder_texts());
        let doable = Doable::of(task, condition, self.wall);
        let (kind, text) = match doable {
            Doable::Yes => ("good", w.can),
            Doable::WhenFree => ("waits", w.perhaps),
            Doable::Lacks(_) => ("bad", w.cannot),
            Doable::NotKnown => ("unknown", w.not_known),
        };
        TaskRow {
            title: task.title.get(language).to_owned(),
            badge: Badge { kind, text },
            why: match doable {
                Doable::Lacks(lack) => Some(lang.lack(lack, self.today())),
                Doable::WhenFree => Some(lang.lack(Lack::Card, self.today())),
                Doable::Yes | Doable::NotKnown => None,
            },
            bring: task.needs.iter().map(|need| need.get(language).to_owned()).collect(),
            fee: match &task.fee {
                None => w.free.to_owned(),
                Some(fee) => fee.fixed().map_or_else(|| w.depends.to_owned(), |amount| lang.money(amount)),
            },
        }
    }
}
