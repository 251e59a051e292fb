//! A new edition of the catalogue comes between two visits.

use zuil_catalogue::Edition;

use super::*;

/// The example with another version and another welcome, in these languages.
fn next_edition(languages: &[Language]) -> Edition {
    let mut next = Catalogue::clone(&example());
    next.version = "next".into();
    next.municipality.languages = languages.to_vec();
    Arc::new(next).into()
}

fn version(pillar: &Pillar) -> &str {
    &pillar.visit.edition().catalogue.version
}

#[test]
fn a_running_visit_keeps_the_edition_that_it_began_with() {
    let mut pillar = pillar();
    let before = version(&pillar).to_owned();
    pillar.tell(Event::Resident(Intent::Begin));
    pillar.tell(Event::Edition(next_edition(&Language::ALL)));
    assert_eq!(version(&pillar), before);
    pillar.tell(Event::Resident(Intent::ChooseLanguage(Language::Pl)));
    assert_eq!(version(&pillar), before);
    pillar.tell(Event::Resident(Intent::Stop));
    assert_eq!(version(&pillar), "next", "nobody is here any more");
}

#[test]
fn a_pillar_that_waits_takes_the_next_edition_at_once() {
    let mut pillar = pillar();
    pillar.tell(Event::Edition(next_edition(&Language::ALL)));
    assert_eq!(version(&pillar), "next");
}

#[test]
fn the_last_of_two_editions_that_come_during_a_visit_counts() {
    let mut pillar = pillar();
    pillar.tell(Event::Resident(Intent::Begin));
    let mut last = Catalogue::clone(&example());
    last.version = "last".into();
    pillar.tell(Event::Edition(next_edition(&Language::ALL)));
    pillar.tell(Event::Edition(Arc::new(last).into()));
    pillar.tell(Event::Resident(Intent::Stop));
    assert_eq!(version(&pillar), "last");
}

#[test]
fn the_index_joins_a_visit_that_runs() {
    let mut pillar = pillar();
    pillar.tell(Event::Resident(Intent::Begin));
    let index = zuil_catalogue::search::Index::new(&[], &zuil_catalogue::Synonyms::default());
    let catalogue = pillar.visit.edition().catalogue.clone();
    pillar.tell(Event::Edition(Edition { catalogue, index: Some(Arc::new(index)) }));
    assert!(pillar.visit.edition().index.is_some());
}

#[test]
fn nobody_is_left_in_a_language_that_the_next_edition_has_not() {
    let mut pillar = pillar();
    pillar.tell(Event::OutOfService(None));
    pillar.tell(Event::Resident(Intent::ToggleLanguages));
    pillar.tell(Event::Edition(next_edition(&[Language::Nl, Language::En])));
    assert_eq!(pillar.visit.view(pillar.now).frame.language, Language::Nl);
    assert_eq!(pillar.visit.view(pillar.now).frame.languages, [Language::Nl, Language::En]);
}

#[test]
fn the_next_edition_repaints_the_screens_when_nobody_is_here() {
    let mut pillar = pillar();
    let before = pillar.view();
    let mut next = Catalogue::clone(&example());
    let repainted = zuil_catalogue::Branding { name: Some("Nieuwdorp".into()), ..Default::default() };
    next.branding = Arc::new(repainted);
    pillar.tell(Event::Resident(Intent::Begin));
    pillar.tell(Event::Edition(Arc::new(next).into()));
    assert!(Arc::ptr_eq(&pillar.view().frame.branding, &before.frame.branding), "not under somebody's eyes");
    pillar.tell(Event::Resident(Intent::Stop));
    assert_eq!(pillar.view().frame.branding.name.as_deref(), Some("Nieuwdorp"));
    assert!(pillar.view() != before, "so that it is shown");
}
