//! The same search with SQLite's FTS5: stems in an index for each language, ranked by BM25; synonyms and
//! the beginning of the last word in the query; for an unknown word the likest one by trigrams.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;
use snowball_stemmers_rs::{Algorithm, Stemmer};
use zuil_catalogue::{Language, Product, Synonyms};

use crate::Engine;

pub struct Fts5 {
    database: Connection,
    stemmers: HashMap<Language, Stemmer>,
    synonyms: HashMap<Language, HashMap<String, HashSet<String>>>,
}

impl Engine for Fts5 {
    fn made_of(products: &[Product], synonyms: &Synonyms) -> Self {
        let stemmers = Language::ALL.map(|language| (language, Stemmer::create(algorithm(language))));
        let mut fts5 = Self {
            database: Connection::open_in_memory().unwrap(),
            stemmers: stemmers.into(),
            synonyms: HashMap::new(),
        };
        for language in Language::ALL {
            fts5.fill(products, language);
            fts5.learn(synonyms, language);
        }
        fts5
    }

    fn find(&self, typed: &str, language: Language) -> Vec<(usize, usize)> {
        let mut found = self.find_in(typed, language);
        if language != Language::Nl && found.is_empty() {
            found = self.find_in(typed, Language::Nl);
        }
        found
    }
}

impl Fts5 {
    fn fill(&self, products: &[Product], language: Language) {
        let code = language.code();
        self.database
            .execute_batch(&format!(
                "CREATE VIRTUAL TABLE answers_{code} USING fts5(
                    product UNINDEXED, answer UNINDEXED, title, questions, short, long,
                    tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3 4');
                 CREATE VIRTUAL TABLE terms_{code} USING fts5vocab(answers_{code}, 'row');
                 CREATE VIRTUAL TABLE words_{code} USING fts5(word, tokenize = 'trigram remove_diacritics 1');
                 BEGIN"
            ))
            .unwrap();
        for (product, of) in products.iter().enumerate() {
            for (answer, text) in of.answers.iter().enumerate() {
                let questions =
                    text.questions.get(&language).map(|texts| texts.join(" ")).unwrap_or_default();
                let stems =
                    |text: Option<&String>| self.stems(text.map_or("", String::as_str), language).join(" ");
                let row = (
                    product as i64,
                    answer as i64,
                    stems(of.title.0.get(&language)),
                    stems(Some(&questions)),
                    stems(text.short.0.get(&language)),
                    stems(text.long.0.get(&language)),
                );
                let insert = format!("INSERT INTO answers_{code} VALUES (?, ?, ?, ?, ?, ?)");
                self.database.execute(&insert, row).unwrap();
            }
        }
        self.database
            .execute_batch(&format!("INSERT INTO words_{code} SELECT term FROM terms_{code}; COMMIT"))
            .unwrap();
    }

    fn learn(&mut self, synonyms: &Synonyms, language: Language) {
        let mut same: HashMap<String, HashSet<String>> = HashMap::new();
        for group in synonyms.0.get(&language).into_iter().flatten() {
            let members: Vec<Vec<String>> = group.iter().map(|member| self.stems(member, language)).collect();
            for (one, other) in members.iter().flat_map(|one| members.iter().map(move |other| (one, other))) {
                if let ([one], [other]) = (one.as_slice(), other.as_slice()) {
                    same.entry(one.clone()).or_default().insert(other.clone());
                }
            }
        }
        self.synonyms.insert(language, same);
    }

    fn find_in(&self, typed: &str, language: Language) -> Vec<(usize, usize)> {
        let code = language.code();
        let stems = self.stems(typed, language);
        let mut parts = Vec::new();
        for (at, stem) in stems.iter().enumerate() {
            let open = at + 1 == stems.len();
            parts.push(format!("\"{stem}\"{}", if open { "*" } else { "" }));
            if let Some(others) = self.synonyms[&language].get(stem) {
                parts.extend(others.iter().map(|other| format!("\"{other}\"")));
            } else if !self.has(stem, code)
                && let Some(likest) = self.likest(stem, code)
            {
                parts.push(format!("\"{likest}\""));
            }
        }
        if parts.is_empty() {
            return Vec::new();
        }
        let select = format!(
            "SELECT product, answer FROM answers_{code} WHERE answers_{code} MATCH ?
             ORDER BY bm25(answers_{code}, 0, 0, 8, 10, 4, 1) LIMIT 10"
        );
        let mut statement = self.database.prepare_cached(&select).unwrap();
        let rows = statement
            .query_map([parts.join(" OR ")], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
        rows.unwrap()
            .map(Result::unwrap)
            .map(|(product, answer)| (product as usize, answer as usize))
            .collect()
    }

    fn has(&self, stem: &str, code: &str) -> bool {
        let select = format!("SELECT 1 FROM terms_{code} WHERE term = ?");
        self.database.prepare_cached(&select).unwrap().exists([stem]).unwrap()
    }

    /// The word that has most trigrams in common with an unknown one.
    fn likest(&self, stem: &str, code: &str) -> Option<String> {
        let letters: Vec<char> = stem.chars().collect();
        let trigrams: Vec<String> =
            letters.windows(3).map(|three| format!("\"{}\"", three.iter().collect::<String>())).collect();
        if trigrams.is_empty() {
            return None;
        }
        let select =
            format!("SELECT word FROM words_{code} WHERE words_{code} MATCH ? ORDER BY rank LIMIT 1");
        self.database
            .prepare_cached(&select)
            .unwrap()
            .query_row([trigrams.join(" OR ")], |row| row.get(0))
            .ok()
    }

    fn stems(&self, text: &str, language: Language) -> Vec<String> {
        let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(|word| self.stemmers[&language].stem(&word.to_lowercase()).into_owned()).collect()
    }
}

fn algorithm(language: Language) -> Algorithm {
    match language {
        Language::Nl => Algorithm::Dutch,
        Language::En => Algorithm::English,
        Language::De => Algorithm::German,
        Language::Fr => Algorithm::French,
        Language::Pl => Algorithm::Polish,
        Language::Tr => Algorithm::Turkish,
        Language::Ar => Algorithm::Arabic,
        Language::Uk => Algorithm::Ukrainian,
    }
}
