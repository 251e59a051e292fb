//! How hard a Dutch text is to read, measured against level B1.
//!
//! Pure: text in, what is hard about it out. The measure is the reading ease of Flesch and Douma, with limits to
//! the length of sentences and a list of officialese; why these is in decision 11.

use std::collections::BTreeMap;

use self::officialese::OFFICIALESE;
use super::{Catalogue, Kind, Language, Text};

mod officialese;

/// The most words of a sentence.
pub const SENTENCE: usize = 15;
/// The most words of a sentence on average.
pub const MEAN_SENTENCE: f64 = 12.0;
/// The least reading ease, of 100: below it a text is harder than "standard", which is where B1 ends.
pub const EASE: f64 = 60.0;
/// The fewest words for which a reading ease means something: one long name outweighs a shorter text.
pub const ENOUGH_WORDS: usize = 15;
/// The fewest words of a text that is measured at all: what is shorter is a name or a label.
pub const FEWEST_WORDS: usize = 5;

/// Something that makes a text harder than B1.
#[derive(Clone, Debug, PartialEq)]
pub enum Hard {
    /// A sentence with more than [`SENTENCE`] words: so many, and how it begins.
    LongSentence(usize, String),
    /// Sentences of more than [`MEAN_SENTENCE`] words on average.
    LongSentences(f64),
    /// A word of offices: the word, and what people say.
    Officialese(&'static str, &'static str),
    /// A reading ease below [`EASE`], and the longest words.
    Heavy(f64, Vec<String>),
}

impl Hard {
    /// What is hard, for the editor.
    #[must_use]
    pub fn what(&self) -> String {
        match self {
            Self::LongSentence(words, start) => format!("a sentence has {words} words (\"{start} …\")"),
            Self::LongSentences(mean) => format!("its sentences have {mean:.1} words on average"),
            Self::Officialese(word, _) => format!("it has a word of offices (\"{word}\")"),
            Self::Heavy(ease, words) => {
                format!("its reading ease is {ease:.0} of 100, with words such as {}", words.join(", "))
            }
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::LongSentence(..) => {
                format!("Make two sentences of it: at most {SENTENCE} words in one, and one message.")
            }
            Self::LongSentences(_) => {
                format!("Make shorter sentences: about {MEAN_SENTENCE:.0} words on average.")
            }
            Self::Officialese(word, instead) => format!("Write \"{instead}\" in the place of \"{word}\"."),
            Self::Heavy(..) => {
                format!("Use shorter words and sentences, until the reading ease is {EASE:.0} or more.")
            }
        }
    }
}

/// A Dutch text of a catalogue that is harder than B1.
#[derive(Clone, Debug, PartialEq)]
pub struct HardText {
    /// Where it stands, such as `tasks/woz.toml: summary`.
    pub place: String,
    /// The text.
    pub text: String,
    /// What is hard about it.
    pub hard: Vec<Hard>,
}

/// How readable the Dutch texts of a catalogue are.
#[derive(Clone, Debug, PartialEq)]
pub struct Readability {
    /// How many texts were measured.
    pub texts: usize,
    /// Those that are harder than B1.
    pub hard: Vec<HardText>,
}

impl Readability {
    /// The share of the texts that pass, of 1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "no catalogue has so many texts")]
    pub fn share(&self) -> f64 {
        if self.texts == 0 { 1.0 } else { 1.0 - self.hard.len() as f64 / self.texts as f64 }
    }
}

/// Measures all Dutch texts of a catalogue that residents read.
#[must_use]
pub fn readability(catalogue: &Catalogue) -> Readability {
    let mut texts = dutch_texts(catalogue);
    texts.retain(|_, text| sentences(text).iter().map(Vec::len).sum::<usize>() >= FEWEST_WORDS);
    let number = texts.len();
    let hard = texts.into_iter().filter_map(|(place, text)| {
        let hard = measure(&text);
        (!hard.is_empty()).then_some(HardText { place, text, hard })
    });
    Readability { texts: number, hard: hard.collect() }
}

/// What makes a Dutch text harder than B1; nothing when it passes.
#[must_use]
pub fn measure(text: &str) -> Vec<Hard> {
    let sentences: Vec<Vec<&str>> = sentences(text);
    let words: Vec<&str> = sentences.iter().flatten().copied().collect();
    let mut hard: Vec<Hard> = Vec::new();
    if words.len() < FEWEST_WORDS {
        return hard;
    }
    for sentence in sentences.iter().filter(|sentence| sentence.len() > SENTENCE) {
        hard.push(Hard::LongSentence(sentence.len(), sentence[..4].join(" ")));
    }
    if sentences.len() > 1 && mean_sentence(&sentences) > MEAN_SENTENCE {
        hard.push(Hard::LongSentences(mean_sentence(&sentences)));
    }
    let plain =
        format!(" {} ", sentences.iter().map(|sentence| plain(sentence)).collect::<Vec<_>>().join(" "));
    // Most texts have none, which the first of the two says without another text to look for.
    let has = |word: &str| plain.contains(word) && plain.contains(&format!(" {word} "));
    let officialese = OFFICIALESE.iter().filter(|(word, _)| has(word));
    hard.extend(officialese.map(|(word, instead)| Hard::Officialese(word, instead)));
    let ease = ease(&sentences);
    if words.len() >= ENOUGH_WORDS && ease < EASE {
        hard.push(Hard::Heavy(ease, longest(&words)));
    }
    hard
}

/// The words of a sentence without marks. A capital stays where it does not begin the sentence: it makes a name of a
/// word, as in "Verklaring Omtrent het Gedrag".
fn plain(sentence: &[&str]) -> String {
    let words = sentence
        .iter()
        .enumerate()
        .map(|(place, word)| if place == 0 { bare(word).to_lowercase() } else { bare(word).to_owned() });
    words.collect::<Vec<_>>().join(" ")
}

/// The reading ease of Flesch for Dutch (Douma 1960): 206.84 − 0.93 × words in a sentence − 77 × syllables in a
/// word.
fn ease(sentences: &[Vec<&str>]) -> f64 {
    let words = sentences.iter().flatten();
    let syllables: usize = words.clone().map(|word| syllables(word)).sum();
    (206.84 - 0.93 * mean_sentence(sentences) - 77.0 * ratio(syllables, words.count())).max(0.0)
}

fn mean_sentence(sentences: &[Vec<&str>]) -> f64 {
    ratio(sentences.iter().map(Vec::len).sum(), sentences.len())
}

#[expect(clippy::cast_precision_loss, reason = "counts of one text")]
fn ratio(of: usize, by: usize) -> f64 {
    of as f64 / by.max(1) as f64
}

fn longest(words: &[&str]) -> Vec<String> {
    let mut by_length: Vec<&str> =
        words.iter().map(|word| bare(word)).filter(|word| syllables(word) > 3).collect();
    by_length.sort_by_key(|word| std::cmp::Reverse(syllables(word)));
    by_length.dedup();
    by_length.into_iter().take(3).map(|word| format!("\"{word}\"")).collect()
}

/// The sentences of a text, each as its words. A sentence ends with a full stop, a question or exclamation mark,
/// a colon, or its line.
fn sentences(text: &str) -> Vec<Vec<&str>> {
    let mut sentences = Vec::new();
    for line in text.lines() {
        let mut sentence = Vec::new();
        for token in line.split_whitespace() {
            if token.chars().any(char::is_alphanumeric) {
                sentence.push(token);
            }
            if token.trim_end_matches(['"', '\'', ')', '’', '”']).ends_with(['.', '?', '!', ':', ';']) {
                sentences.push(std::mem::take(&mut sentence));
            }
        }
        sentences.push(sentence);
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

/// A word without the marks around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Vowels that are said as one, longest first.
const TOGETHER: [&str; 17] = [
    "eeu", "ieu", "aai", "ooi", "oei", "aa", "ee", "oo", "uu", "ie", "ei", "ij", "ui", "au", "ou", "eu", "oe",
];

/// How many syllables a Dutch word has; one for a number or an address of a website.
fn syllables(word: &str) -> usize {
    let word = bare(word).to_lowercase();
    if word.contains(['.', '/', '@']) || word.chars().all(|c| !c.is_alphabetic()) {
        return 1;
    }
    let mut rest = word.as_str();
    let mut count = 0;
    while let Some(first) = rest.chars().next() {
        let together = TOGETHER.iter().find(|vowels| rest.starts_with(**vowels));
        count += usize::from(together.is_some() || "aeiouyáàâäéèêëíìîïóòôöúùûü".contains(first));
        rest = &rest[together.map_or(first.len_utf8(), |vowels| vowels.len())..];
    }
    count.max(1)
}

/// The Dutch texts that residents read, with their places; not the words by which one searches, and not what
/// agents read.
fn dutch_texts(catalogue: &Catalogue) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    let mut add = |place: String, text: &Text| {
        texts.insert(place, text.get(Language::Nl).to_owned());
    };
    let municipality = &catalogue.municipality;
    add("municipality.toml: welcome".to_owned(), &municipality.welcome);
    add("municipality.toml: privacy".to_owned(), &municipality.privacy);
    for announcement in &catalogue.announcements {
        add(format!("announcements.toml: {}", announcement.id), &announcement.banner);
    }
    for task in catalogue.tasks.iter().chain(&catalogue.later) {
        let file = format!("tasks/{}.toml", task.id);
        let mut add = |key: &str, text: &Text| add(format!("{file}: {key}"), text);
        add("title", &task.title);
        add("summary", &task.summary);
        add("next_steps", &task.next_steps);
        task.term.iter().for_each(|term| add("term", term));
        let numbered =
            task.needs.iter().enumerate().map(|(place, text)| (format!("needs {}", place + 1), text));
        numbered.for_each(|(key, text)| add(&key, text));
        let numbered =
            task.instead.iter().enumerate().map(|(place, text)| (format!("instead {}", place + 1), text));
        numbered.for_each(|(key, text)| add(&key, text));
        // A group repeats its questions row by row; its first row says it all.
        let once = |id: &str| !(2..=9).any(|row| id.contains(&format!("-{row}-")));
        for question in task.questions.iter().filter(|question| once(&question.id)) {
            add(&format!("{} title", question.id), &question.title);
            question.help.iter().for_each(|help| add(&format!("{} help", question.id), help));
            if let Kind::Choice { options } | Kind::Choices { options, .. } = &question.kind {
                options
                    .iter()
                    .for_each(|option| add(&format!("{} {}", question.id, option.id), &option.text));
            }
        }
    }
    for product in &catalogue.products {
        for answer in &product.answers {
            let place = |key: &str| format!("answers/{}.toml: {} {key}", product.id, answer.id);
            add(place("short"), &answer.short);
            add(place("long"), &answer.long);
            let shown = answer.questions.get(&Language::Nl).and_then(|questions| questions.first());
            if let Some(shown) = shown {
                add(place("question"), &Text(BTreeMap::from([(Language::Nl, shown.clone())])));
            }
        }
    }
    texts
}
