//! What people type, and what they find: word forms, mistakes, compounds, synonyms, other languages.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};

use super::*;
use crate::{Answer, Text, Valid};

const TODAY: Date = date(2026, 11, 22);

fn answer(id: &str, questions: &[(Language, &[&str])]) -> Answer {
    let texts = |texts: &&[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Answer {
        id: id.to_owned(),
        common: false,
        questions: questions.iter().map(|(language, of)| (*language, texts(of))).collect(),
        short: Text::default(),
        long: Text::default(),
        next: Vec::new(),
        valid: Valid {
            from: date(2026, 1, 1),
            until: None,
            checked: date(2026, 11, 1),
            source: "made up".to_owned(),
        },
    }
}

fn product(answers: Vec<Answer>) -> Product {
    Product { id: "product".to_owned(), upl: String::new(), title: Text::default(), answers }
}

/// A small made-up knowledge base; one product holds all answers.
fn example() -> Vec<Product> {
    use Language::{Ar, De, Fr, Nl, Pl, Tr, Uk};
    vec![product(vec![
        answer(
            "passport",
            &[
                (Nl, &["Wat kost een paspoort?", "prijs van reisdocumenten"]),
                (De, &["Was kostet ein Reisepass?"]),
                (Fr, &["Combien coûte la carte d’identité ?"]),
                (Pl, &["Ile kosztuje paszport?", "zgubiłem paszporty"]),
                (Tr, &["Pasaport ücreti ne kadar?"]),
                (Ar, &["كم تبلغ تكلفة الجواز؟", "رخصة القيادة"]),
                (Uk, &["Скільки коштує паспорт?", "зареєструвати народження"]),
            ],
        ),
        answer(
            "permit",
            &[
                (Nl, &["Hoe vraag ik een parkeervergunning aan?", "vergunning om te parkeren"]),
                (De, &["Parkausweis beantragen", "Führerschein", "Straße"]),
                (Tr, &["Park izni nasıl alınır?"]),
            ],
        ),
        answer("bin", &[(Nl, &["Mijn afvalcontainer is kapot", "huisje van de container stuk"])]),
        answer("id-card", &[(Nl, &["Wat kost een ID-kaart?"])]),
        answer("party", &[(Nl, &["Mag ik een straatfeest houden?"])]),
    ])]
}

fn synonyms() -> Synonyms {
    let groups = [&["afval", "vuilnis"][..], &["paspoort", "laissez passer"], &["vergunning", "ontheffing"]];
    let groups = groups.map(|group| group.iter().map(|&word| word.to_owned()).collect());
    Synonyms(BTreeMap::from([(Language::Nl, groups.to_vec())]))
}

fn first(typed: &str, language: Language) -> Option<String> {
    let products = example();
    let hits = Index::new(&products, &synonyms()).search(typed, language, TODAY);
    hits.first().map(|hit| products[hit.product].answers[hit.answer].id.clone())
}

#[track_caller]
fn assert_first(typed: &[&str], language: Language, id: &str) {
    for typed in typed {
        assert_eq!(first(typed, language).as_deref(), Some(id), "{typed}");
    }
}

#[test]
fn other_forms_of_a_word_find_the_same() {
    assert_first(&["paspoorten", "paspoortje", "een paspoort"], Language::Nl, "passport");
    assert_first(&["vergunningen"], Language::Nl, "permit");
    assert_first(&["feestje op straat"], Language::Nl, "party");
}

#[test]
fn mistakes_in_typing_are_forgiven() {
    assert_first(&["paspoord", "papsoort", "pasport", "passpoort"], Language::Nl, "passport");
    assert_first(&["parkeervergunnning", "parkeervergumning"], Language::Nl, "permit");
}

#[test]
fn an_unfinished_word_finds_what_it_may_become() {
    assert_first(&["pas", "pasp", "paspoo", "wat kost een pasp"], Language::Nl, "passport");
    assert_first(&["parkeerv", "parkeervr"], Language::Nl, "permit");
}

#[test]
fn a_compound_finds_its_parts_and_a_part_its_compound() {
    assert_first(&["vuilniscontainer", "container", "afval", "containerhuisje"], Language::Nl, "bin");
    assert_first(&["parkeervergunningaanvraag", "parkeer vergunning"], Language::Nl, "permit");
}

#[test]
fn a_hyphen_or_none_is_the_same() {
    assert_first(&["idkaart", "id kaart", "id-kaart", "ID‑kaart"], Language::Nl, "id-card");
}

#[test]
fn synonyms_of_one_word_or_two_find_the_same() {
    assert_first(&["kapotte vuilnis", "vuilnis"], Language::Nl, "bin");
    assert_first(&["laissez passer"], Language::Nl, "passport");
    assert_first(&["ontheffing"], Language::Nl, "permit");
}

#[test]
fn words_around_a_question_do_not_hide_it() {
    assert_first(
        &["goedemiddag mevrouw mag ik u vragen wat kost een paspoort bij de gemeente"],
        Language::Nl,
        "passport",
    );
}

#[test]
fn accents_and_letters_that_a_keyboard_lacks_may_be_left_out() {
    assert_first(&["carte d'identite", "CARTE D’IDENTITÉ", "cout"], Language::Fr, "passport");
    assert_first(&["fuhrerschein", "fuehrerschein", "strasse", "STRAẞE"], Language::De, "permit");
    assert_first(&["pasaport ucreti", "PASAPORT ÜCRETİ"], Language::Tr, "passport");
    assert_first(&["zgubilem paszport", "paszportu", "paszportem"], Language::Pl, "passport");
}

#[test]
fn endings_of_turkish_polish_and_ukrainian_are_forgiven() {
    assert_first(&["pasaportum", "pasaportumu"], Language::Tr, "passport");
    assert_first(&["parkım", "parka"], Language::Tr, "permit");
    assert_first(&["паспорта", "паспортом", "реєстрація народжень"], Language::Uk, "passport");
}

#[test]
fn variants_of_arabic_letters_and_the_article_make_no_difference() {
    assert_first(
        &["جواز", "الجواز", "رخصه القياده", "تكلفه", "كم تكلفـــة الجواز"],
        Language::Ar,
        "passport",
    );
    assert_first(&["كَمْ تَبْلُغُ تَكْلِفَة"], Language::Ar, "passport");
}

#[test]
fn dutch_words_and_dutch_answers_are_found_on_a_polish_screen() {
    assert_first(&["afvalcontainer kapot", "afvalc"], Language::Pl, "bin");
    assert_first(&["paszport"], Language::Pl, "passport");
}

#[test]
fn a_language_that_was_not_chosen_helps_when_nothing_else_does() {
    assert_first(&["скільки коштує"], Language::Nl, "passport");
}

#[test]
fn an_answer_is_found_from_its_first_day_to_its_last() {
    let mut products = example();
    products[0].answers[0].valid.from = date(2026, 11, 22);
    products[0].answers[0].valid.until = Some(date(2026, 11, 23));
    let index = Index::new(&products, &synonyms());
    let finds = |day| index.search("paspoort", Language::Nl, day).iter().any(|hit| hit.answer == 0);
    assert_eq!([21, 22, 23, 24].map(|day| finds(date(2026, 11, day))), [false, true, true, false]);
}

#[test]
fn the_most_asked_comes_first_of_two_that_fit_alike() {
    let same: &[(Language, &[&str])] = &[(Language::Nl, &["Rijbewijs"])];
    let mut asked_most = answer("second", same);
    asked_most.common = true;
    let products = [product(vec![answer("first", same), asked_most])];
    let hits = Index::new(&products, &Synonyms::default()).search("rijbewijs", Language::Nl, TODAY);
    assert_eq!(hits.iter().map(|hit| hit.answer).collect::<Vec<_>>(), [1, 0]);
}

#[test]
fn no_more_than_ten_answers_are_found_and_the_best_come_first() {
    let answers = (0..30).map(|_| answer("alike", &[(Language::Nl, &["paspoort verlengen"])]));
    let products = [product(answers.collect())];
    let hits = Index::new(&products, &Synonyms::default()).search("paspoort", Language::Nl, TODAY);
    assert_eq!(hits.len(), 10);
    assert!(hits.is_sorted_by(|one, other| one.score >= other.score));
}

#[test]
fn a_catalogue_without_answers_finds_nothing() {
    let index = Index::new(&[], &synonyms());
    assert_eq!(index.search("paspoort", Language::Nl, TODAY), []);
}

#[test]
fn any_text_can_be_typed() {
    let index = Index::new(&example(), &synonyms());
    let long = "paspoortvergunningcontainer".repeat(40);
    for typed in ["", " ", "-", "'", "a", "é", "İ", "ﷺ", "e\u{301}\u{301}", "\u{0}", "1234", &long] {
        for language in Language::ALL {
            assert!(index.search(typed, language, TODAY).len() <= 10);
        }
    }
}

#[test]
fn an_index_can_be_shared_between_threads() {
    fn assert_shared<T: Send + Sync>() {}
    assert_shared::<Index>();
}
