//! A drawing of where the pillars stand and how each is, and the same as a table. Invariant: what the drawing says with
//! a shape and a colour, the table says in words, and no pillar is in the one and not in the other.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use zuil_catalogue::{Point, Site, Sites};

use super::super::condition::Condition;
use super::super::map::{At, Drawing, HIGH, MARK, Mark, Spot, WIDE, names};
use super::super::texts::{Lang, MapTexts, PillarTexts};
use super::super::visitor::{Frame, Section, Visitor, render};
use super::Badge;
use super::badges::now_badges;
use crate::store::{Closed, Pillar, Reported, Store, StoreError};

/// The drawing.
#[derive(Template)]
#[template(path = "map.html")]
struct MapPage {
    frame: Frame,
    p: &'static PillarTexts,
    m: &'static MapTexts,
    view: String,
    legend: Vec<Meaning>,
    marks: Vec<MarkShown>,
    names: Vec<Name>,
    bar: Option<Bar>,
    rows: Vec<PlaceRow>,
    /// Pillars of which nobody knows where they stand.
    elsewhere: Vec<String>,
}

/// What a shape means.
struct Meaning {
    shape: Shape,
    text: &'static str,
}

/// A pillar on the drawing.
struct MarkShown {
    number: usize,
    name: String,
    /// What it is and how it is, for whoever does not see the drawing.
    label: String,
    shape: Shape,
    outline: String,
    /// Where its number stands.
    x: String,
    base: String,
    /// From its place, when it had to make room.
    tie: Option<Tie>,
}

struct Tie {
    x: String,
    y: String,
    line: String,
}

/// The shape of a mark: by the worst that is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Works.
    Circle,
    /// Works, and something is the matter.
    Triangle,
    /// Something does not work.
    Square,
    /// Nobody knows.
    Diamond,
}

impl Shape {
    const ALL: [Self; 4] = [Self::Circle, Self::Triangle, Self::Square, Self::Diamond];

    /// As the badges beside it say.
    fn of(badges: &[Badge]) -> Self {
        let is = |kind| badges.iter().any(|badge| badge.kind == kind);
        if is("bad") {
            Self::Square
        } else if is("unknown") {
            Self::Diamond
        } else if is("waits") {
            Self::Triangle
        } else {
            Self::Circle
        }
    }

    /// As the style sheet calls it.
    const fn word(self) -> &'static str {
        match self {
            Self::Circle => "good",
            Self::Triangle => "waits",
            Self::Square => "bad",
            Self::Diamond => "unknown",
        }
    }

    /// Its outline around a point, `r` from there.
    fn outline(self, at: At, r: f64) -> String {
        let At { x, y } = at;
        let (left, top, double) = (x - r, y - r, 2.0 * r);
        match self {
            Self::Circle => format!("M{left:.1} {y:.1}a{r} {r} 0 1 0 {double} 0a{r} {r} 0 1 0 -{double} 0Z"),
            Self::Triangle => format!("M{x:.1} {top:.1}l{r} {high:.1}h-{double}Z", high = 1.9 * r),
            Self::Square => {
                let (inset, side) = (0.9 * r, 1.8 * r);
                format!("M{:.1} {:.1}h{side:.1}v{side:.1}h-{side:.1}Z", x - inset, y - inset)
            }
            Self::Diamond => format!("M{x:.1} {top:.1}l{r} {r}l-{r} {r}l-{r} -{r}Z"),
        }
    }

    /// How far below its middle a number has its base line: a triangle is wider below.
    const fn base(self) -> f64 {
        match self {
            Self::Triangle => 10.0,
            Self::Circle | Self::Square | Self::Diamond => 5.0,
        }
    }

    /// Its outline in the legend, in a square of 16.
    fn small(&self) -> String {
        self.outline(At { x: 8.0, y: 8.0 }, 7.0)
    }
}

struct Name {
    name: String,
    x: String,
    y: String,
}

struct Bar {
    text: String,
    from: f64,
    to: String,
    y: f64,
}

struct PlaceRow {
    number: usize,
    name: String,
    place: String,
    town: String,
    now: Vec<Badge>,
}

pub(in super::super) async fn map(visitor: Visitor) -> Response {
    let sites = visitor.desk.catalogue().await.map(|catalogue| catalogue.sites.clone()).unwrap_or_default();
    let page = visitor.desk.ask(Known::of).await.map(|known| {
        let stands = Stands::of(&known, &visitor, &sites, Timestamp::now());
        render(&map_page(&visitor, stands, &sites))
    });
    visitor.answer(page)
}

/// What the store knows of all pillars.
struct Known {
    pillars: Vec<Pillar>,
    reports: Vec<Reported>,
    closed: Vec<Closed>,
}

impl Known {
    fn of(store: &dyn Store) -> Result<Self, StoreError> {
        Ok(Self { pillars: store.pillars()?, reports: store.reports()?, closed: store.closed_pillars()? })
    }
}

/// The pillars that have not been revoked.
struct Stands<'a> {
    /// Those of which the catalogue says where they are, with what is to be said of them.
    somewhere: Vec<(&'a Pillar, &'a Site, Vec<Badge>)>,
    elsewhere: Vec<String>,
}

impl<'a> Stands<'a> {
    fn of(known: &'a Known, visitor: &Visitor, sites: &'a Sites, now: Timestamp) -> Self {
        let reports: HashMap<&str, &Reported> =
            known.reports.iter().map(|reported| (reported.pillar.as_str(), reported)).collect();
        let mut stands = Self { somewhere: Vec::new(), elsewhere: Vec::new() };
        for pillar in known.pillars.iter().filter(|pillar| pillar.revoked_at.is_none()) {
            let Some(site) = sites.of_pillar(&pillar.name) else {
                stands.elsewhere.push(pillar.name.clone());
                continue;
            };
            let reported = reports.get(pillar.name.as_str()).copied();
            let closed = known.closed.iter().find(|closed| closed.pillar == pillar.name);
            let condition = Condition::within(visitor.desk.silent, pillar, reported, now).closed_by(closed);
            stands.somewhere.push((pillar, site, now_badges(&condition, visitor.lang)));
        }
        stands
    }
}

fn map_page(visitor: &Visitor, stands: Stands<'_>, sites: &Sites) -> MapPage {
    let lang = visitor.lang;
    let spots: Vec<Spot> = stands.somewhere.iter().map(|(_, site, _)| spot(site.point)).collect();
    let drawing = Drawing::of(&spots);
    let marks = drawing.map(|drawing| drawing.marks(&spots)).unwrap_or_default();
    let numbered = || (1..).zip(&stands.somewhere);
    MapPage {
        frame: visitor.frame(Section::Pillars),
        p: lang.pillar_texts(),
        m: lang.map_texts(),
        view: format!("0 0 {WIDE} {HIGH}"),
        legend: Shape::ALL.map(|shape| Meaning { shape, text: lang.shape(shape.word()) }).into(),
        names: drawing.map(|drawing| localities(drawing, &stands, sites, &marks)).unwrap_or_default(),
        bar: drawing.map(|drawing| bar(drawing, lang)),
        marks: numbered()
            .zip(&marks)
            .map(|((number, (pillar, _, badges)), mark)| shown(number, mark, pillar, badges))
            .collect(),
        rows: numbered()
            .map(|(number, (pillar, site, badges))| PlaceRow {
                number,
                name: pillar.name.clone(),
                place: format!("{}, {}", site.name, site.address),
                town: site.town.clone(),
                now: badges.iter().map(|badge| Badge { kind: badge.kind, text: badge.text }).collect(),
            })
            .collect(),
        elsewhere: stands.elsewhere,
    }
}

const fn spot(point: Point) -> Spot {
    Spot { lat: point.latitude, lon: point.longitude }
}

fn shown(number: usize, mark: &Mark, pillar: &Pillar, badges: &[Badge]) -> MarkShown {
    let words: Vec<&str> = badges.iter().map(|badge| badge.text).collect();
    let shape = Shape::of(badges);
    let (At { x, y }, place) = (mark.at, mark.place);
    let has_moved = (x - place.x).hypot(y - place.y) > 1.0;
    MarkShown {
        number,
        name: pillar.name.clone(),
        label: format!("{number} {}: {}", pillar.name, words.join(", ")),
        shape,
        outline: shape.outline(mark.at, MARK),
        x: format!("{x:.1}"),
        base: format!("{:.1}", y + shape.base()),
        tie: has_moved.then(|| Tie {
            x: format!("{:.1}", place.x),
            y: format!("{:.1}", place.y),
            line: format!("M{:.1} {:.1}L{x:.1} {y:.1}", place.x, place.y),
        }),
    }
}

/// The names of the towns: where the catalogue says that one lies, or else in the middle of its pillars.
fn localities(drawing: Drawing, stands: &Stands<'_>, sites: &Sites, marks: &[Mark]) -> Vec<Name> {
    let mut towns: BTreeMap<&str, Vec<Spot>> = BTreeMap::new();
    for (_, site, _) in &stands.somewhere {
        towns.entry(&site.town).or_default().push(spot(site.point));
    }
    let belong: Vec<(&str, At)> = towns
        .into_iter()
        .map(|(town, spots)| {
            let lies = sites.places.iter().find(|place| place.name == town);
            (town, drawing.at(lies.map_or_else(|| middle(&spots), |place| spot(place.point))))
        })
        .collect();
    names(&belong, marks)
        .into_iter()
        .map(|(name, At { x, y })| Name { name: name.to_owned(), x: format!("{x:.1}"), y: format!("{y:.1}") })
        .collect()
}

fn middle(spots: &[Spot]) -> Spot {
    let count = spots.len() as f64;
    Spot {
        lat: spots.iter().map(|spot| spot.lat).sum::<f64>() / count,
        lon: spots.iter().map(|spot| spot.lon).sum::<f64>() / count,
    }
}

fn bar(drawing: Drawing, lang: Lang) -> Bar {
    let (km, long) = drawing.bar();
    let from = 16.0;
    Bar { text: lang.kilometres(km), from, to: format!("{:.1}", from + long), y: HIGH - 12.0 }
}
