//! From a resident's touch into the municipality's own systems, as `script/demo` shows it, and back to the pillar.

use std::time::{Duration, Instant};

use zuil::demo::town::MadeUpTown;
use zuil::outbox::{Outbox, SqliteOutbox};
use zuil::visit::Screen;
use zuil_catalogue::Catalogue;
use zuil_wire::State;

use crate::doctor::Visit;
use crate::town::{PATIENCE, Town, catalogue};

#[test]
fn all_that_the_example_offers_is_registered_in_the_systems_of_the_demonstration_and_the_pillar_hears_its_numbers()
 {
    let offered = Catalogue::load(&catalogue()).unwrap();
    let systems = MadeUpTown::start(&offered).unwrap();
    let town = Town::with_hub(|folder| systems.connectors(folder));
    town.terminal.set_auto(Some(Duration::ZERO));
    let mut resident = town.resident();
    let first = resident.waits_for("a first screen with all tiles", |view| tiles(&view.screen).len() >= 6);
    let tasks = tiles(&first.screen);
    for task in &tasks {
        resident.goes_on(task, "the goodbye", |screen| matches!(screen, Screen::Goodbye));
        resident.waits_for("the first screen again", |view| matches!(view.screen, Screen::Attract { .. }));
    }
    let until = Instant::now() + PATIENCE;
    while town.states_at_the_hub().iter().any(|(_, state)| *state != State::Registered) {
        assert!(Instant::now() < until, "{:?}", town.states_at_the_hub());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(town.at_the_hub().len(), tasks.len());
    assert!(systems.faults().is_empty(), "{:?}", systems.faults());

    // The pillar asks with one of its next signs of life.
    // Opened anew each time: who has an outbox open counts what it wrote itself.
    let outbox = || SqliteOutbox::open(&town.folder().join("data/outbox.sqlite")).unwrap();
    let until = Instant::now() + PATIENCE;
    while outbox().counts().unwrap().registered < tasks.len() as u64 {
        assert!(Instant::now() < until, "the pillar knows of {:?}", outbox().counts());
        std::thread::sleep(Duration::from_millis(50));
    }
    let outbox = outbox();
    let stored = town.at_the_hub();
    assert!(stored.iter().any(|stored| stored.case_number.is_some()), "cases have numbers");
    for stored in stored {
        assert_eq!(outbox.case_number(stored.id).unwrap(), stored.case_number);
    }
    drop((outbox, resident));
    let check = Visit::to(&town, &[]).check("outbox");
    let told = format!("{} are registered", tasks.len());
    assert!(check["seen"].as_str().unwrap().contains(&told), "{check}");
}

/// The errands on the first screen that can be done.
fn tiles(screen: &Screen) -> Vec<String> {
    let Screen::Attract { tiles, .. } = screen else { return Vec::new() };
    tiles.iter().filter(|tile| tile.missing.is_none()).map(|tile| tile.task.clone()).collect()
}
