//! How long every page takes, for everybody who may open it, with 100,000 transactions in the store.
//!
//! Invariant: each page is asked for over a kept connection by one person at a time, and is measured until its last
//! byte; a page that answers anything else than that it is there ends the bench.

use std::path::Path;
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, StatusCode};
use zuil_hub::data_folder::DataFolder;
use zuil_hub::store::{Deed, Entry, Limits, Stage};

use super::home::{Home, Kind, read, run};
use super::process::{HubProcess, PROGRAM};
use super::routes::{self, Examples, PEOPLE};
use super::{Failure, fill, journal};

/// How often each page is asked for; the first ones warm up.
const TIMES: usize = 60;
const WARM_UP: usize = 5;
/// What no page may take longer than, at the 95th percentile.
const LIMIT: Duration = Duration::from_millis(100);

/// Fills a store and measures the pages with it, in SQLite and, when there is a server, copied to PostgreSQL.
pub fn measure() -> Result<(), Failure> {
    let home = Home::new()?;
    let sqlite = home.configure("sqlite", Kind::Sqlite, None)?;
    let (now, begun) = (Timestamp::now(), Instant::now());
    let config = read(&sqlite)?;
    fill::fill(&config, now)?;
    let database = DataFolder::sqlite_file(&home.data());
    journal::write(&database, now)?;
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../catalogue/example");
    run(PROGRAM, &["catalogue", "publish", example, "--config", &sqlite.to_string_lossy()])?;
    let examples = Examples::find(&database)?;
    eprintln!("filled in {:.0?}: {:.0} MiB", begun.elapsed(), mebibytes(&database)?);
    let mut slow = pages(&sqlite, Kind::Sqlite, &examples)?;
    if home.make_database()? {
        let postgresql = home.configure("postgresql", Kind::Postgresql, None)?;
        let (to, from) = (postgresql.to_string_lossy(), home.data());
        run(PROGRAM, &["migrate", "--from", &from.to_string_lossy(), "--config", &to])?;
        home.settle_database()?;
        slow += pages(&postgresql, Kind::Postgresql, &examples)?;
    } else {
        eprintln!("without PostgreSQL: PGHOST is not set");
    }
    eprintln!("{slow} of them over {LIMIT:?}");
    let unknown: Vec<String> = routes::all()
        .into_iter()
        .map(|route| route.path)
        .filter(|path| examples.addresses(path).is_none())
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(format!("say in hub/benches/load/routes.rs what to open of {}", unknown.join(", ")).into())
}

fn mebibytes(path: &Path) -> Result<f64, Failure> {
    Ok(std::fs::metadata(path)?.len() as f64 / f64::from(1 << 20))
}

/// Measures every page; how many take too long.
fn pages(config: &Path, kind: Kind, examples: &Examples) -> Result<usize, Failure> {
    let hub = HubProcess::start(config)?;
    let cookies = sign_in(config)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
    let mut slow = 0;
    for route in routes::all() {
        let Some(addresses) = examples.addresses(&route.path) else { continue };
        for address in addresses {
            for (who, cookie) in cookies.iter().enumerate().filter(|(who, _)| route.may[*who]) {
                let url = format!("{}{address}", hub.desk);
                let ask = || {
                    let request = client.get(&url);
                    match cookie {
                        Some(cookie) => request.header("cookie", cookie),
                        None => request,
                    }
                };
                let times = runtime.block_on(ask_often(ask))?;
                let part = |part: usize| times[times.len() * part / 100];
                slow += usize::from(part(95) > LIMIT);
                tell(kind, &address, PEOPLE[who], part(50), part(95));
            }
        }
    }
    hub.end()?;
    Ok(slow)
}

async fn ask_often(ask: impl Fn() -> reqwest::RequestBuilder) -> Result<Vec<Duration>, Failure> {
    let mut times = Vec::with_capacity(TIMES);
    for time in 0..WARM_UP + TIMES {
        let start = Instant::now();
        let answer = ask().send().await?;
        let (status, url) = (answer.status(), answer.url().clone());
        // Who has signed in, or has no app yet, is led on from the pages for it.
        let led_on = status == StatusCode::SEE_OTHER && url.path().starts_with("/login");
        if status != StatusCode::OK && !led_on {
            return Err(format!("{url} answers {status}").into());
        }
        answer.bytes().await?;
        if time >= WARM_UP {
            times.push(start.elapsed());
        }
    }
    times.sort_unstable();
    Ok(times)
}

/// Opens a session for each of [`PEOPLE`], as if they had signed in; their cookies.
fn sign_in(config: &Path) -> Result<Vec<Option<String>>, Failure> {
    let store = DataFolder::open_store(&read(config)?)?;
    let hours = SignedDuration::from_hours(2);
    let limits = Limits { idle: hours, total: hours, half_way: hours };
    let mut cookies = Vec::new();
    for who in PEOPLE {
        let (account, stage) = match who {
            "without account" => {
                cookies.push(None);
                continue;
            }
            "half way" => ("administrator", Stage::Enrol),
            role => (role, Stage::Open),
        };
        let token = format!("made-up-token-{}", fastrand::u64(..));
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        let entry = Entry::new(Timestamp::now(), account, Deed::SignedIn, "");
        if !store.open_session(&hash, account, stage, &limits, &entry)? {
            return Err(format!("{account} cannot sign in").into());
        }
        cookies.push(Some(format!("zuil-desk={token}")));
    }
    Ok(cookies)
}

fn tell(kind: Kind, address: &str, who: &str, p50: Duration, p95: Duration) {
    let millis = |time: Duration| (time.as_secs_f64() * 10_000.0).round() / 10.0;
    let line = serde_json::json!({
        "metric": "page", "store": kind.word(), "page": address, "who": who,
        "p50": millis(p50), "p95": millis(p95), "unit": "ms",
    });
    println!("{line}");
}
