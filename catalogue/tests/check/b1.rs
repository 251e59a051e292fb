//! How readable the example's Dutch is.

use zuil_catalogue::Catalogue;
use zuil_catalogue::readability::{self, Hard, measure};

use crate::folder::here;

#[test]
fn at_least_ninety_five_in_a_hundred_dutch_texts_of_the_example_are_at_level_b1() {
    let catalogue = Catalogue::load(&here("example")).unwrap();
    let found = readability::readability(&catalogue);
    println!("{} texts, {:.2} % at level B1; the others are:", found.texts, found.share() * 100.0);
    for text in &found.hard {
        let why: Vec<String> = text.hard.iter().map(|hard| hard.what()).collect();
        println!("{}: {}\n    {}", text.place, why.join("; "), text.text.replace('\n', " "));
    }
    assert!(found.texts > 1000);
    assert!(found.share() >= 0.95);
}

#[test]
fn a_letter_of_an_office_is_harder_than_b1_and_says_why() {
    let letter = "Naar aanleiding van uw aanvraag delen wij u mede dat uw verzoek is afgewezen, omdat uw vermogen de \
                  vastgestelde vermogensnorm overschrijdt. Tegen deze beschikking kunt u binnen tien dagen \
                  administratief beroep instellen, mits u dit schriftelijk doet.";
    let hard = measure(letter);
    assert!(matches!(hard[0], Hard::LongSentence(21, _)), "{hard:#?}");
    assert!(hard.contains(&Hard::Officialese("naar aanleiding van", "door")), "{hard:#?}");
    assert!(hard.contains(&Hard::Officialese("mits", "als")), "{hard:#?}");
    assert!(hard.iter().any(|hard| matches!(hard, Hard::Heavy(..))), "{hard:#?}");
    assert!(hard.iter().all(|hard| !hard.what().is_empty() && !hard.remedy().is_empty()));
}

#[test]
fn the_same_in_plain_words_passes() {
    let plain = "U vroeg of u minder belasting mag betalen. Dat kan niet. U hebt te veel spaargeld. Bent u het niet \
                 eens met ons? Schrijf ons dan een brief. Doe dat binnen tien dagen.";
    assert_eq!(measure(plain), []);
}

#[test]
fn numbers_times_and_addresses_of_websites_neither_end_a_sentence_nor_weigh() {
    let text = "Bel 14 0100 van 8.30 tot 17.00 uur of kijk op www.voorbeeldhuizen.example/paspoort.";
    assert_eq!(measure(text), []);
}
