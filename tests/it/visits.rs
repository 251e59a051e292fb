//! What happens at a pillar, over a real line: noted there, told when the day is over, and never of whom.

use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use uuid::Uuid;
use zuil::demo::stage::PILLAR;
use zuil::visit::{Intent, Screen};
use zuil::visits::VisitLog;
use zuil_hub::store::visits_since;
use zuil_wire::VisitEntry;
use zuil_wire::visits::{Aid, Seen, TaskEnd, VisitOutcome};

use crate::town::{PATIENCE, Town};

fn at_the_hub(town: &Town) -> Vec<VisitEntry> {
    town.store().visits(PILLAR, visits_since(Timestamp::now())).unwrap()
}

fn log(town: &Town) -> VisitLog {
    VisitLog::open(&town.folder().join("data"), TimeZone::get("Europe/Amsterdam").unwrap())
}

#[test]
fn a_visit_stays_at_the_pillar_while_its_day_goes_on_and_is_at_the_hub_when_it_is_over() {
    let town = Town::new();
    std::fs::create_dir_all(town.folder().join("data")).unwrap();
    let yesterday = Timestamp::now().to_zoned(TimeZone::UTC).date() - 1.day();
    let before = VisitEntry { id: Uuid::new_v4(), on: yesterday, what: Seen::Aid { aid: Aid::Contrast } };
    log(&town).keep(vec![before.clone()]);

    let mut resident = town.resident();
    resident.goes_on("call-back", "the receipt", |screen| matches!(screen, Screen::Receipt(_)));
    resident.does(Intent::Stop);
    resident.waits_for("the goodbye", |view| matches!(view.screen, Screen::Goodbye));
    resident.does(Intent::Next);
    resident.waits_for("the first screen", |view| matches!(view.screen, Screen::Attract { .. }));
    let until = Instant::now() + PATIENCE;
    while at_the_hub(&town) != [before.clone()] {
        assert!(Instant::now() < until, "the hub has {:?}", at_the_hub(&town));
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(resident);

    let tomorrow = Timestamp::now() + jiff::SignedDuration::from_hours(24);
    let kept = log(&town).due(tomorrow);
    let seen: Vec<&Seen> = kept.iter().map(|entry| &entry.what).collect();
    let task = Seen::Task { task: "call-back".into(), end: TaskEnd::Finished, question: None };
    assert!(seen.contains(&&task), "{seen:?}");
    assert!(seen.iter().any(|seen| matches!(seen, Seen::Visit { outcome: VisitOutcome::Finished, .. })));
    assert_eq!(at_the_hub(&town), [before], "today is not over");
    // Nothing there leads to the request.
    let stored = town.at_the_hub().remove(0);
    let file = std::fs::read_to_string(town.folder().join("data/visits.json")).unwrap();
    assert!(!file.contains(&stored.id.to_string()) && !file.contains(&stored.reference.to_string()));
}
