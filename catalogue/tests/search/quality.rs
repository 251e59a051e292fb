//! How many of the queries find their answer, for tests and for measuring.

use toml::Table;
use zuil_catalogue::Language;

/// What somebody typed and which answers are right; the first ought to come first.
pub struct Query {
    pub typed: String,
    pub language: Language,
    pub right: Vec<String>,
    /// Whether nothing may be tuned on it: every third query of all.
    pub held_back: bool,
}

/// How many queries there are, with a right answer on the first place, and among the first three.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shares {
    pub queries: usize,
    pub first: usize,
    pub top_three: usize,
}

impl Shares {
    pub fn count(&mut self, place: Option<usize>) {
        self.queries += 1;
        self.first += usize::from(place == Some(0));
        self.top_three += usize::from(place.is_some_and(|place| place < 3));
    }

    /// In percent: the first place and the first three.
    pub fn percent(self) -> (f64, f64) {
        let part = |found: usize| 100.0 * found as f64 / self.queries.max(1) as f64;
        (part(self.first), part(self.top_three))
    }
}

/// All queries of `queries.toml`.
pub fn queries() -> Vec<Query> {
    let table: Table = include_str!("queries.toml").parse().unwrap();
    let mut queries = Vec::new();
    for (code, rows) in &table {
        for row in rows.as_array().unwrap() {
            let mut words = row.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned());
            queries.push(Query {
                typed: words.next().unwrap(),
                language: Language::from_code(code).unwrap(),
                right: words.collect(),
                held_back: queries.len() % 3 == 2,
            });
        }
    }
    queries
}
