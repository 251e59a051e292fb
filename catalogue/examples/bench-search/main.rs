//! Measures the search: the time that a keystroke takes with 350 products in eight languages on one core,
//! the time and memory that the index takes, and how many queries find their answer; each beside SQLite's
//! FTS5 as far as that can do the same. Prints JSON lines.

// What cannot be measured stops here: nobody depends on it.
#![allow(clippy::unwrap_used)]

mod fts5;
mod many;
#[path = "../../tests/search/quality.rs"]
mod quality;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use quality::{Query, Shares};
use zuil_catalogue::search::Index;
use zuil_catalogue::{Catalogue, Language, Product, Synonyms};

/// A day on which the example's answers hold.
const TODAY: Date = jiff::civil::date(2026, 11, 22);
const PRODUCTS: usize = 350;

/// How often each keystroke is measured: the first time counts, as it does for a resident, and beside it the
/// fastest, which is what the core can do when others leave it alone.
const TIMES: usize = 3;

/// Something that finds answers by what was typed.
trait Engine {
    fn made_of(products: &[Product], synonyms: &Synonyms) -> Self;

    /// Product and answer by place, best first.
    fn find(&self, typed: &str, language: Language) -> Vec<(usize, usize)>;
}

impl Engine for Index {
    fn made_of(products: &[Product], synonyms: &Synonyms) -> Self {
        Self::new(products, synonyms)
    }

    fn find(&self, typed: &str, language: Language) -> Vec<(usize, usize)> {
        self.search(typed, language, TODAY).into_iter().map(|hit| (hit.product, hit.answer)).collect()
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().map_or_else(|| "catalogue/example".into(), PathBuf::from);
    let Catalogue { products, synonyms, .. } = Catalogue::load(&folder).unwrap();
    let many = many::multiplied(&products, PRODUCTS);
    match arguments.next().as_deref() {
        Some("memory") => return println!("{}", memory::<Index>(&many, &synonyms)),
        Some("memory-fts5") => return println!("{}", memory::<fts5::Fts5>(&many, &synonyms)),
        _ => {}
    }
    line("search index memory", alone(&folder, "memory"), "MB", alone(&folder, "memory-fts5"));
    let queries = quality::queries();
    let ours = measured::<Index>(&many, &synonyms, &queries);
    let peer = measured::<fts5::Fts5>(&many, &synonyms, &queries);
    for ((metric, unit, value), (_, _, peer)) in ours.into_iter().zip(peer) {
        line(metric, value, unit, peer);
    }
    let ours = shares::<Index>(&products, &synonyms, &queries);
    let peer = shares::<fts5::Fts5>(&products, &synonyms, &queries);
    for ((metric, value), (_, peer)) in ours.into_iter().zip(peer) {
        line(metric, value, "%", peer);
    }
}

/// The times of an engine that holds all these products.
fn measured<E: Engine>(
    products: &[Product],
    synonyms: &Synonyms,
    queries: &[Query],
) -> [(&'static str, &'static str, f64); 4] {
    let start = Instant::now();
    let engine = E::made_of(products, synonyms);
    let built = start.elapsed();
    let (mut times, mut fastest) = (Vec::new(), Vec::new());
    for query in queries {
        let ends = query.typed.char_indices().map(|(at, letter)| at + letter.len_utf8());
        for typed in ends.map(|end| &query.typed[..end]) {
            let once = || {
                let start = Instant::now();
                std::hint::black_box(engine.find(typed, query.language));
                start.elapsed()
            };
            let measured = [(); TIMES].map(|()| once());
            times.push(measured[0]);
            fastest.extend(measured.into_iter().min());
        }
    }
    [
        ("search keystroke p50", "ms", percentile(&mut times, 0.5)),
        ("search keystroke p99", "ms", percentile(&mut times, 0.99)),
        ("search keystroke p99, fastest of three", "ms", percentile(&mut fastest, 0.99)),
        ("search index build", "ms", milliseconds(built)),
    ]
}

/// In milliseconds.
fn percentile(times: &mut [Duration], share: f64) -> f64 {
    times.sort();
    milliseconds(times[((times.len() - 1) as f64 * share) as usize])
}

/// The megabytes that an engine takes, in a process that has held no other.
fn alone(folder: &Path, what: &str) -> f64 {
    let program = std::env::current_exe().unwrap();
    let output = Command::new(program).arg(folder).arg(what).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

fn memory<E: Engine>(products: &[Product], synonyms: &Synonyms) -> f64 {
    let before = resident();
    let engine = E::made_of(products, synonyms);
    std::hint::black_box(engine.find("paspoort", Language::Nl));
    resident() - before
}

/// The queries whose answer comes first, and among the first three: of those that the search was tuned on,
/// and of those held back.
fn shares<E: Engine>(
    products: &[Product],
    synonyms: &Synonyms,
    queries: &[Query],
) -> Vec<(&'static str, f64)> {
    let engine = E::made_of(products, synonyms);
    let mut tuned = Shares::default();
    let mut held_back = Shares::default();
    for query in queries {
        let found = engine.find(&query.typed, query.language);
        let right = |&(product, answer): &(usize, usize)| {
            let answers: &Product = &products[product];
            query.right.contains(&answers.answers[answer].id)
        };
        let shares = if query.held_back { &mut held_back } else { &mut tuned };
        shares.count(found.iter().position(right));
    }
    vec![
        ("search first place, tuned on", tuned.percent().0),
        ("search top three, tuned on", tuned.percent().1),
        ("search first place, held back", held_back.percent().0),
        ("search top three, held back", held_back.percent().1),
    ]
}

fn line(metric: &str, value: f64, unit: &str, peer: f64) {
    let ratio = value / peer;
    println!(
        "{{\"metric\":\"{metric}\",\"value\":{value:.3},\"unit\":\"{unit}\",\"peer\":\"SQLite FTS5\",\
         \"peer_value\":{peer:.3},\"ratio\":{ratio:.3}}}"
    );
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The memory that this process has, in megabytes.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    kilobytes.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or_default()
        / 1000.0
}
