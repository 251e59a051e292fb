//! What an answer could have left: any six letters of it in a row, in every form in which programs keep
//! letters. Half an answer is a find, too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// So many letters of an answer in a row are no accident.
const LETTERS: usize = 6;
/// Digits in a row are: clocks and counters make them all the time.
const DIGITS: usize = 8;
/// How much is looked through at once.
const CHUNK: usize = 1 << 20;
/// Touches that wait in a queue stand one after the other, each with its letter at the same place in it: so
/// far apart at most, in bytes.
const APART: usize = 512;
/// So many finds are enough to see what is wrong.
const MOST: usize = 4000;

/// What is looked for.
pub struct Traces {
    /// Which pairs of bytes something begins with.
    begins: Vec<bool>,
    by_begin: BTreeMap<[u8; 2], Vec<Pattern>>,
    longest: usize,
    answers: BTreeSet<String>,
    typed: Vec<Vec<u8>>,
}

struct Pattern {
    bytes: Vec<u8>,
    answer: String,
    form: &'static str,
}

/// Something that was found.
pub struct Trace {
    /// Of which answer.
    pub answer: String,
    what: String,
    form: &'static str,
    place: String,
}

impl Traces {
    /// Of answers, each with the name of its question; `typed` are those that were typed letter by letter,
    /// as they were typed. What stands in `public`, for example in the catalogue, is no trace; nor is it with a
    /// space or another sign before it or behind it that is no letter and no digit: the pillar keeps public words
    /// for good, and any byte may stand beside one of them in memory.
    pub fn of(answers: &[(String, String)], typed: &[String], public: &str) -> Self {
        let public = public.to_lowercase();
        let mut patterns: BTreeMap<Vec<u8>, (String, &'static str)> = BTreeMap::new();
        for (question, answer) in answers {
            for text in [answer.clone(), answer.to_uppercase(), answer.to_lowercase()] {
                for window in windows(&text).filter(|window| !is_public(window, &public)) {
                    for (form, bytes) in forms(&window) {
                        patterns.entry(bytes).or_insert_with(|| (question.clone(), form));
                    }
                }
            }
        }
        let mut traces = Self {
            begins: vec![false; 1 << 16],
            by_begin: BTreeMap::new(),
            longest: patterns.keys().map(Vec::len).max().unwrap(),
            answers: answers.iter().map(|(question, _)| question.clone()).collect(),
            typed: typed.iter().flat_map(|text| runs(text)).collect(),
        };
        for (bytes, (answer, form)) in patterns {
            let begin = [bytes[0], bytes[1]];
            traces.begins[usize::from(u16::from_le_bytes(begin))] = true;
            traces.by_begin.entry(begin).or_default().push(Pattern { bytes, answer, form });
        }
        traces
    }

    /// The names of the questions.
    pub fn answers(&self) -> impl Iterator<Item = &str> {
        self.answers.iter().map(String::as_str)
    }

    /// All that is in a file; `place` names a place in it.
    pub fn in_file(&self, file: &Path, place: impl Fn(u64) -> String) -> Vec<Trace> {
        let mut file = File::open(file).unwrap();
        let (mut buffer, mut begin, mut found) = (Vec::new(), 0, Vec::new());
        loop {
            let before = buffer.len();
            file.by_ref().take(CHUNK as u64).read_to_end(&mut buffer).unwrap();
            if buffer.len() == before {
                return found;
            }
            let mut add = |at: usize, what: &[u8], answer: &str, form| {
                if found.len() < MOST {
                    let what = String::from_utf8_lossy(what).replace('\0', "");
                    let place = place(begin + at as u64);
                    found.push(Trace { answer: answer.to_owned(), what, form, place });
                }
            };
            self.look(&buffer, |at, pattern| add(at, &pattern.bytes, &pattern.answer, pattern.form));
            self.look_for_touches(&buffer, |at, run| add(at, run, "touches", "letters apart"));
            // The end is looked at again, together with what follows.
            let done = buffer.len().saturating_sub((self.longest - 1).max(LETTERS * APART));
            buffer.drain(..done);
            begin += done as u64;
        }
    }

    /// Letters as `char`s, equally far apart.
    fn look_for_touches(&self, bytes: &[u8], mut found: impl FnMut(usize, &[u8])) {
        let letter = |at: usize| match bytes.get(at..at + 4) {
            Some([letter, 0, 0, 0]) => *letter,
            _ => 0,
        };
        let begins: BTreeSet<u8> = self.typed.iter().map(|run| run[0]).collect();
        for at in (0..bytes.len()).step_by(4).filter(|at| bytes[*at] != 0 && begins.contains(&letter(*at))) {
            for apart in (8..=APART).step_by(4) {
                let follows = |run: &&Vec<u8>| (0..LETTERS).all(|nth| letter(at + nth * apart) == run[nth]);
                if let Some(run) = self.typed.iter().find(follows) {
                    found(at, run);
                }
            }
        }
    }

    fn look(&self, bytes: &[u8], mut found: impl FnMut(usize, &Pattern)) {
        let begins = self.begins.as_slice();
        for at in 0..bytes.len().saturating_sub(1) {
            if begins[bytes[at] as usize | (bytes[at + 1] as usize) << 8] {
                let patterns = &self.by_begin[&[bytes[at], bytes[at + 1]]];
                patterns
                    .iter()
                    .filter(|pattern| bytes[at..].starts_with(&pattern.bytes))
                    .for_each(|pattern| found(at, pattern));
            }
        }
    }
}

/// Each six letters in a row as they were touched, small or capital.
fn runs(text: &str) -> Vec<Vec<u8>> {
    let of = |text: &str| -> Vec<Vec<u8>> {
        let letters: Vec<char> = text.chars().collect();
        let run = |run: &[char]| run.iter().map(|&c| u8::try_from(u32::from(c)).unwrap()).collect();
        letters.windows(LETTERS).map(run).collect()
    };
    [of(text), of(&text.to_uppercase())].concat()
}

/// Whether all letters and digits of a window, with what stands between them, are in a row in `public`, which is
/// in small letters.
fn is_public(window: &str, public: &str) -> bool {
    let small = window.to_lowercase();
    public.contains(small.trim_matches(|c: char| !c.is_alphanumeric()))
}

fn windows(text: &str) -> impl Iterator<Item = String> {
    let letters: Vec<char> = text.chars().collect();
    let wide = move |begin: usize| {
        let of = |count: usize| letters.get(begin..begin + count).map(|part| part.iter().collect::<String>());
        match of(LETTERS) {
            Some(short) if short.chars().all(|c| c.is_ascii_digit() || "+-. ".contains(c)) => of(DIGITS),
            short => short,
        }
    };
    (0..text.chars().count()).filter_map(wide)
}

/// As programs keep letters: UTF-8, UTF-16 and UTF-32, and as the printer gets them.
fn forms(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = vec![
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-16", text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("UTF-32", text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect()),
    ];
    if !text.is_ascii() {
        forms.push(("code page 858", text.chars().map(code_page_858).collect()));
    }
    forms
}

/// The letters of the canaries only.
fn code_page_858(c: char) -> u8 {
    match c {
        'é' => 0x82,
        'ë' => 0x89,
        'É' => 0x90,
        'Ë' => 0xd3,
        _ => u8::try_from(u32::from(c)).unwrap(),
    }
}

/// For people, not every letter of it.
pub fn list(found: &[Trace]) -> String {
    let line = |trace: &Trace| {
        let Trace { answer, what, form, place } = trace;
        format!("{answer}: {what:?} as {form} at {place}")
    };
    let lines: Vec<String> = found.iter().take(60).map(line).collect();
    format!("{} finds\n{}", found.len(), lines.join("\n"))
}

#[test]
fn a_part_of_an_answer_is_found_in_every_form_and_across_the_edge_of_a_chunk() {
    let answers =
        [("name", "Zoëbrand Vlokq"), ("number", "0683947215"), ("address", "(aan de) Proefhof 12, Oost")]
            .map(|(question, answer)| (question.to_owned(), answer.to_owned()));
    let public = "brand is a public word\n9999ZX,Proefhof,Voorbeeldhuizen,2,9000,even\n";
    let traces = Traces::of(&answers, &["vlokqu".to_owned()], public);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("memory");
    let utf16: Vec<u8> = "d Vlok".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let street: Vec<u8> = "efhof ".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut queue = vec![3; LETTERS * 40];
    for (nth, letter) in "vlokqu".bytes().enumerate() {
        queue[nth * 40..nth * 40 + 4].copy_from_slice(&u32::from(letter).to_le_bytes());
    }
    for (hidden, answer) in [
        (queue.as_slice(), Some("touches")),
        ("oëbran".as_bytes(), Some("name")),
        (b"ZO\xd3BRAN", Some("name")),
        (&utf16, Some("name")),
        (b"83947215", Some("number")),
        (b"394721", None),
        (b"brand ", None),
        ("Zoëbr".as_bytes(), None),
        // A public word, and by chance a byte beside it that stands for a space.
        (b"efhof ", None),
        (b"EFHOF ", None),
        (b" Proef", None),
        (&street, None),
        // With one letter or digit of the answer it is no chance.
        (b"fhof 1", Some("address")),
        (b"FHOF 1", Some("address")),
        (b"e) Pro", Some("address")),
        (b"12, Oo", Some("address")),
    ] {
        for place in [0, 5000, CHUNK - 4] {
            let mut memory = vec![b'.'; CHUNK + 400];
            memory[place..place + hidden.len()].copy_from_slice(hidden);
            std::fs::write(&path, memory).unwrap();
            let found = traces.in_file(&path, |at| at.to_string());
            let first = found.first().map(|trace| trace.answer.as_str());
            assert_eq!(first, answer, "{hidden:?} at {place}: {}", list(&found));
        }
    }
}
