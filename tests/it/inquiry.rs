//! A resident types the reference from their receipt at another pillar, and sees how their request stands there.

use std::fs;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use zuil::demo::stage::Stage;
use zuil::demo::town::MadeUpTown;
use zuil::visit::{FoundView, Intent, Screen, StandingOutcome, View};
use zuil::words::standing;
use zuil_catalogue::{Catalogue, Language};
use zuil_hub::config::Config;
use zuil_hub::store::{Deed, Entry, Settled, Stored};
use zuil_wire::{Reference, State};

use crate::town::{PATIENCE, Resident, Town, catalogue};

/// Another pillar at the hub of a town; it stands somewhere else.
fn another_pillar(town: &Town, folder: &tempfile::TempDir) -> Stage {
    let intake = town.hub().intake_url.trim_start_matches("https://").parse().unwrap();
    let config = Config::on_any_port("Voorbeeldhuizen", &town.folder().join("hub"));
    Stage::set(folder.path(), &catalogue(), intake, |url, file| {
        let binding = zuil_hub::fleet::add_pillar(&config, "bieb", Some(url), Timestamp::now())?;
        Ok(fs::write(file, serde_json::to_vec(&binding)?)?)
    })
    .unwrap()
}

fn is_first(view: &View) -> bool {
    matches!(view.screen, Screen::Attract { .. })
}

/// Types a reference, from the first screen on, and reads what is told.
fn looks_up(resident: &mut Resident, reference: Reference) -> StandingOutcome {
    resident.waits_for("the first screen", is_first);
    resident.does(Intent::Begin);
    resident.does(Intent::ChooseLanguage(Language::Nl));
    resident.does(Intent::Inquire);
    reference.compact().chars().for_each(|letter| resident.does(Intent::Type(letter)));
    resident.does(Intent::Next);
    let told = resident.waits_for("how it stands", |view| matches!(view.screen, Screen::Standing(_)));
    resident.does(Intent::Stop);
    resident.waits_for("the first screen again", is_first);
    match told.screen {
        Screen::Standing(view) => view.outcome,
        other => panic!("{other:?}"),
    }
}

/// Looks up again until this is told: the pillar has just been switched on, the municipality is not done yet, or its
/// answer takes longer than a resident waits.
fn is_told<T>(
    resident: &mut Resident,
    reference: Reference,
    fits: impl Fn(&StandingOutcome) -> Option<T>,
) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        let told = looks_up(resident, reference);
        if let Some(fitting) = fits(&told) {
            return fitting;
        }
        assert!(Instant::now() < until, "it stays so: {told:?}");
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// Looks up again until it is found so.
fn finds(resident: &mut Resident, reference: Reference, fits: impl Fn(&FoundView) -> bool) -> FoundView {
    is_told(resident, reference, |told| match told {
        StandingOutcome::Found(found) if fits(found) => Some(found.clone()),
        _ => None,
    })
}

/// A made-up municipality, and a town whose hub brings it what residents did.
fn with_systems() -> (MadeUpTown, Town) {
    let offered = Catalogue::load(&catalogue()).unwrap();
    let systems = MadeUpTown::start(&offered).unwrap();
    let town = Town::with_hub(|folder| systems.connectors(folder));
    (systems, town)
}

/// Does a task at the first pillar; it is in the municipality's system when this returns.
fn has_registered(town: &Town, resident: &mut Resident, task: &str) -> Stored {
    resident.waits_for("the first screen", is_first);
    resident.goes_on(task, "the goodbye", |screen| matches!(screen, Screen::Goodbye));
    let until = Instant::now() + PATIENCE;
    while town.states_at_the_hub().iter().all(|(_, state)| *state != State::Registered) {
        assert!(Instant::now() < until, "{:?}", town.states_at_the_hub());
        std::thread::sleep(Duration::from_millis(50));
    }
    let [request] = town.at_the_hub().try_into().unwrap();
    request
}

#[test]
fn the_number_under_which_a_report_is_registered_is_shown_at_another_pillar_and_on_the_hubs_page() {
    let (_systems, town) = with_systems();
    let mut resident = town.resident();
    let request = has_registered(&town, &mut resident, "report-public-space");
    // Signalen numbers reports itself.
    let number = request.case_number.clone().unwrap();
    assert!(number.starts_with("SIG-") && number.parse::<Reference>().is_err(), "{number}");

    let elsewhere = tempfile::tempdir().unwrap();
    let other = another_pillar(&town, &elsewhere);
    let mut passer_by = Resident::at(&other.config());
    let found = finds(&mut passer_by, request.reference, |found| found.state == State::Registered);
    assert_eq!(found.case_number.as_deref(), Some(number.as_str()));
    assert_eq!(found.errand.as_deref(), Some("Iets melden op straat"));
    drop(passer_by);

    let page = status_page(town.desk(), request.reference, "Geregistreerd");
    for words in ["Zaaknummer", number.as_str(), standing::meaning(Language::Nl, &found)] {
        assert!(page.contains(words), "{words:?} is not in {page}");
    }

    // The pillar at which it was made tells the number without the network, as far as it has heard of it.
    town.network.cut();
    let found = finds(&mut resident, request.reference, |found| found.last_known);
    match found.state {
        State::Registered => assert_eq!(found.case_number, Some(number)),
        State::Received => assert_eq!(found.case_number, None),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_asked_at_one_pillar_and_registered_is_shown_at_another() {
    let (_systems, town) = with_systems();
    let mut resident = town.resident();
    let request = has_registered(&town, &mut resident, "call-back");

    let elsewhere = tempfile::tempdir().unwrap();
    let other = another_pillar(&town, &elsewhere);
    let mut passer_by = Resident::at(&other.config());
    let is_registered = |found: &FoundView| found.state == State::Registered;
    let found = finds(&mut passer_by, request.reference, is_registered);
    // Open Klant gives a call-back no number of its own: the reference is what to name.
    assert_eq!(found.case_number, None);
    assert_eq!(found.errand.as_deref(), Some("Laat u terugbellen"));
    assert!(!found.last_known && found.payment.is_none());

    // The hub's own page says it in the same words.
    let page = status_page(town.desk(), request.reference, "Geregistreerd");
    for words in [standing::state(Language::Nl, found.state), standing::meaning(Language::Nl, &found)] {
        assert!(page.contains(words), "{words:?} is not in {page}");
    }
    assert!(!page.contains("Zaaknummer"), "it calls something a case number that is none: {page}");

    // A reference that nobody has, and one without the network.
    is_told(&mut passer_by, Reference::from_bits(5), |told| {
        assert!(!matches!(told, StandingOutcome::Found(_)), "nobody has it: {told:?}");
        (*told == StandingOutcome::NotFound).then_some(())
    });
    other.network.cut();
    let unavailable = looks_up(&mut passer_by, request.reference);
    assert_eq!(unavailable, StandingOutcome::Unavailable, "this pillar never had it");
    drop(passer_by);

    // The pillar at which it was made knows at least that it has arrived.
    town.network.cut();
    let found = finds(&mut resident, request.reference, |found| found.last_known);
    assert!([State::Received, State::Registered].contains(&found.state), "{found:?}");
    assert_eq!(found.case_number, None, "also what the hub told it is no number of its own");
}

#[test]
fn a_request_that_waits_in_the_pillar_for_the_network_is_told_so_there() {
    let town = Town::new();
    town.network.cut();
    let mut resident = town.resident();
    resident.waits_for("the first screen", is_first);
    let view = resident.goes_on("call-back", "the receipt", |screen| matches!(screen, Screen::Receipt(_)));
    let Screen::Receipt(receipt) = view.screen else { panic!("{:?}", view.screen) };
    resident.goes_on("call-back", "the goodbye", |screen| matches!(screen, Screen::Goodbye));
    let found = finds(&mut resident, receipt.reference, |_| true);
    assert_eq!((found.state, found.errand, found.last_known), (State::Saved, None, false));
}

#[test]
fn what_staff_are_done_with_is_told_so_at_the_pillar_and_on_the_hubs_page() {
    let town = Town::new();
    let mut resident = town.resident();
    resident.waits_for("the first screen", is_first);
    resident.goes_on("call-back", "the goodbye", |screen| matches!(screen, Screen::Goodbye));
    town.wait_until_empty();
    let [request] = town.at_the_hub().try_into().unwrap();
    let until = Instant::now() + PATIENCE;
    // Staff are done with nothing that the hub has not looked at.
    let close = || {
        let about = request.reference.to_string();
        let entry = Entry::new(Timestamp::now(), "test", Deed::ClosedRequest, &about);
        town.store().close(request.reference, &entry).unwrap()
    };
    while close() != Settled::Yes {
        assert!(Instant::now() < until, "{:?}", town.at_the_hub());
        std::thread::sleep(Duration::from_millis(50));
    }
    let found = finds(&mut resident, request.reference, |found| found.state == State::Closed);
    assert!(!found.last_known && found.case_number.is_none(), "{found:?}");
    let page = status_page(town.desk(), request.reference, "Afgesloten");
    for words in [standing::state(Language::Nl, found.state), standing::meaning(Language::Nl, &found)] {
        assert!(page.contains(words), "{words:?} is not in {page}");
    }
}

/// What the hub's page for residents says of a reference, once it says that it stands so.
fn status_page(desk: &str, reference: Reference, state: &str) -> String {
    let browser = zuil_browser::Browser::open(desk, zuil_browser::Look::Light);
    browser.goes_to("/status");
    browser.fills_in("Kenmerk", &reference.to_string());
    browser.presses("Bekijk");
    browser.comes_to_read(state);
    browser.reads()
}
