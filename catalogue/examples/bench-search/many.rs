//! More products than the example has, in all languages: its own with half of their longer words changed,
//! so that the number of different words grows as it would.

use std::collections::BTreeMap;

use zuil_catalogue::{Answer, Language, Product, Text};

/// So many products, the first of which are those of the example; every answer has texts in all languages.
pub fn multiplied(products: &[Product], number: usize) -> Vec<Product> {
    let common: Vec<&Answer> =
        products.iter().flat_map(|product| &product.answers).filter(|answer| answer.common).collect();
    let mut taken = 0;
    let mut many = Vec::new();
    for (at, product) in products.iter().cycle().take(number).enumerate() {
        let copy = at / products.len();
        let mut product = product.clone();
        product.id = format!("{}-{copy}", product.id);
        product.title = changed_text(&product.title, copy);
        for answer in &mut product.answers {
            answer.id = format!("{}-{copy}", answer.id);
            taken += 1;
            translate(answer, common[taken * 7 % common.len()], taken);
            answer.questions = changed_questions(&answer.questions, copy);
            answer.short = changed_text(&answer.short, copy);
            answer.long = changed_text(&answer.long, copy);
        }
        many.push(product);
    }
    many
}

/// Gives an answer the texts of another in the languages that it lacks, with other words.
fn translate(answer: &mut Answer, other: &Answer, salt: usize) {
    for language in Language::ALL {
        if answer.questions.contains_key(&language) {
            continue;
        }
        let questions = other.questions.get(&language).into_iter().flatten();
        answer.questions.insert(language, questions.map(|text| changed(text, salt)).collect());
        answer.short.0.insert(language, changed(other.short.get(language), salt));
        answer.long.0.insert(language, changed(other.long.get(language), salt));
    }
}

fn changed_questions(
    questions: &BTreeMap<Language, Vec<String>>,
    copy: usize,
) -> BTreeMap<Language, Vec<String>> {
    let each = |(language, texts): (&Language, &Vec<String>)| {
        (*language, texts.iter().map(|text| changed(text, copy)).collect())
    };
    questions.iter().map(each).collect()
}

fn changed_text(text: &Text, copy: usize) -> Text {
    Text(text.0.iter().map(|(language, text)| (*language, changed(text, copy))).collect())
}

/// A text in which half of the longer words are others; the text itself for copy 0.
fn changed(text: &str, copy: usize) -> String {
    if copy == 0 {
        return text.to_owned();
    }
    text.split(' ').map(|word| changed_word(word, copy)).collect::<Vec<_>>().join(" ")
}

fn changed_word(word: &str, copy: usize) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let sum: usize = letters.iter().map(|letter| *letter as usize).sum();
    if letters.len() > 4 && (sum + copy).is_multiple_of(2) {
        let turn = 1 + copy % 3;
        let end = letters.len() - 1;
        letters[1..end].rotate_left(turn.min(end - 1));
    }
    letters.into_iter().collect()
}
