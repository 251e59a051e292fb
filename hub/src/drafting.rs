//! Answers that editors begin at the desk: what one looks like at first, and what the catalogue's own check says of it.
//! Invariant: a draft is checked as a file among the files of the newest published catalogue, which it leaves as it is.

use std::io;

use jiff::civil::Date;
use toml::Value;
use zuil_catalogue::{Answer, Language, Mistake, Product, packed};
use zuil_wire::catalogue::{CatalogueFile, Verified};

use crate::catalogues::Published;

/// The most letters of a name.
const NAME: usize = 40;
/// The most bytes of a draft.
pub const LARGEST: usize = 64 * 1024;

/// What the check says of a draft.
#[derive(Debug, Default)]
pub struct Report {
    /// What keeps it from being used.
    pub mistakes: Vec<Mistake>,
    /// What could be better.
    pub warnings: Vec<Mistake>,
    /// What residents would read, when there is no mistake.
    pub product: Option<Product>,
}

/// A name for the answer to a question, which `is_taken` says of no other: small letters, digits and dashes.
#[must_use]
pub fn name_for(question: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut name = String::new();
    for c in question.to_lowercase().chars().map(plain) {
        match c {
            Some(c) => name.push(c),
            None if name.ends_with('-') || name.is_empty() => {}
            None => name.push('-'),
        }
    }
    let name: String = name.chars().take(NAME).collect();
    let name = name.trim_matches('-');
    // What has no Latin letter is named by its number.
    let name = if name.starts_with(|c: char| c.is_ascii_lowercase()) { name } else { "vraag" };
    let numbered = (2_u32..).map(|number| format!("{name}-{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| !is_taken(name)).unwrap_or_default()
}

/// A letter as it stands in a name.
const fn plain(c: char) -> Option<char> {
    match c {
        'a'..='z' | '0'..='9' => Some(c),
        'á' | 'à' | 'ä' | 'â' => Some('a'),
        'é' | 'è' | 'ë' | 'ê' => Some('e'),
        'í' | 'ì' | 'ï' | 'î' => Some('i'),
        'ó' | 'ò' | 'ö' | 'ô' => Some('o'),
        'ú' | 'ù' | 'ü' | 'û' => Some('u'),
        'ç' => Some('c'),
        _ => None,
    }
}

/// Whether something is the name of a draft.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty() && name.len() <= NAME + 11 && name.bytes().all(fits)
}

/// The file of a new answer, with everything empty that somebody has to write.
#[must_use]
pub fn begin(name: &str, question: &str, language: &str, today: Date) -> String {
    let asked = Value::from(question).to_string();
    let questions = if language == "nl" {
        format!("questions.nl = [{asked}]")
    } else {
        format!("questions.nl = [\"\"]\nquestions.{language} = [{asked}]")
    };
    format!(
        "# Een concept. Vul aan wat leeg is: titel, antwoord en bron. Hoe dat moet, staat in\n\
         # docs/editing-the-catalogue.md.\n\n\
         upl = \"UPL-naam nog niet beschikbaar\"\n\
         title.nl = \"\"\n\n\
         [[answers]]\n\
         id = \"{name}\"\n\
         # De eerste vraag ziet de bewoner. De andere zijn woorden waarmee bewoners het zoeken.\n\
         {questions}\n\
         # Het antwoord in een of twee zinnen, en meer erover.\n\
         short.nl = \"\"\n\
         long.nl = \"\"\n\n\
         [answers.valid]\n\
         from = {today}\n\
         checked = {today}\n\
         source = \"\"\n"
    )
}

/// What a draft would be in the newest published catalogue.
///
/// # Errors
/// When the catalogue or a folder for the check cannot be read or written.
pub fn check(name: &str, text: &str, published: &Published, authority: &str) -> io::Result<Report> {
    let files = Verified::open(&published.bundle, authority).and_then(|verified| verified.files());
    let mut files = files.map_err(io::Error::other)?;
    let file = format!("answers/{name}.toml");
    files.retain(|other| other.name != file);
    files.push(CatalogueFile { name: file.clone(), content: text.as_bytes().to_vec() });
    let scratch = tempfile::tempdir()?;
    let checked = packed::check_files(&files, &scratch.path().join("catalogue"))?;
    let is_here = |mistake: &Mistake| mistake.file == file;
    let (mut mistakes, elsewhere): (Vec<_>, Vec<_>) = checked.mistakes.into_iter().partition(is_here);
    if mistakes.is_empty() {
        // Such as an id that another file has, too.
        mistakes = elsewhere;
    }
    let products = checked.catalogue.map(|catalogue| catalogue.products).unwrap_or_default();
    Ok(Report {
        mistakes,
        warnings: checked.warnings.into_iter().filter(is_here).collect(),
        product: products.into_iter().find(|product| product.id == name),
    })
}

/// The question of an answer as residents see it first.
#[must_use]
pub fn first_question(answer: &Answer) -> &str {
    let asked = answer.questions.get(&Language::Nl).or_else(|| answer.questions.values().next());
    asked.and_then(|questions| questions.first()).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_from_the_question_and_is_never_taken() {
        assert_eq!(name_for("Vliegen met een drone", |_| false), "vliegen-met-een-drone");
        assert_eq!(name_for("café’s  in ’t park", |_| false), "cafe-s-in-t-park");
        assert_eq!(name_for("رخصة طائرة", |_| false), "vraag");
        assert_eq!(name_for("drone", |name| name == "drone" || name == "drone-2"), "drone-3");
        let long = name_for(&"drone ".repeat(20), |name| name.len() < 41);
        assert!(is_name(&long), "{long}");
        assert!(!is_name("../drone") && !is_name("") && !is_name("Drone"));
    }

    #[test]
    fn a_new_draft_can_be_read_whatever_was_asked() {
        for (question, language) in [("bbq’s in \"het\" park \\", "nl"), ("رخصة طائرة", "ar")] {
            let text = begin("drone", question, language, "2026-11-23".parse().unwrap());
            let read: toml::Table = text.parse().unwrap();
            let answer = &read["answers"][0];
            assert_eq!(answer["questions"][language][0].as_str(), Some(question), "{text}");
            assert_eq!(answer["id"].as_str(), Some("drone"));
        }
    }
}
