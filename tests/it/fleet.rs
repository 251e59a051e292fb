//! A technician looks after a pillar from its first day on: makes its code, sees it go down and come back, and is told
//! both. Invariant: the limits are the shortest that hub.toml takes, since this story really waits as long as they are:
//! the time is the pillar's, the hub's and the browser's own. What follows from the limits that hubs have is told in a
//! time of its own, in `hub/src/alerts/tests.rs`.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use zuil::demo::stage::PILLAR;
use zuil::visit::{Intent, Screen};

use crate::enrolment::{enrol, makes_a_code, said, settings, technicians_browser};
use crate::town::Town;

/// A pillar is called out of reach after a minute, and back when it was heard for 10 seconds.
const LIMITS: (u32, u32) = (60, 10);
/// The longest that the story waits for either.
const LONG: Duration = Duration::from_mins(3);

/// The program (made up) that wakes technicians.
struct Pager {
    url: String,
    /// Each message, or why it could not be read.
    heard: Arc<Mutex<Vec<Result<Value, String>>>>,
}

impl Pager {
    fn listens() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/alerts", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heard);
        thread::spawn(move || {
            for mut connection in listener.incoming().flatten() {
                let message = read(&connection).transpose();
                kept.lock().unwrap().extend(message);
                let thanks = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                // Whoever does not wait for it comes again with the same message, which the story would see.
                let _ = connection.write_all(thanks);
            }
        });
        Self { url, heard }
    }

    /// What `hub.toml` says of it.
    fn settings(&self) -> String {
        let (down, back) = LIMITS;
        format!(
            "[alerts]\ndown_after_seconds = {down}\nback_after_seconds = {back}\n\
             [alerts.webhook]\nurl = \"{}\"\nsecret_file = \"pager.secret\"\n",
            self.url
        )
    }

    /// Waits until it was told these things. Until then it was told nothing else; what comes later, the next look sees.
    fn hears(&self, texts: &[String]) {
        let until = Instant::now() + LONG;
        loop {
            let heard = self.heard.lock().unwrap().clone();
            let text = |message: &Result<Value, String>| -> String {
                message.as_ref().unwrap()["text"].as_str().unwrap_or_default().to_owned()
            };
            let told: Vec<String> = heard.iter().map(text).collect();
            if told.len() >= texts.len() {
                assert_eq!(told, texts, "{heard:?}");
                return;
            }
            assert!(Instant::now() < until, "waited in vain for {texts:?}; heard {heard:?}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// One message; nothing when whoever connected says nothing.
fn read(connection: &TcpStream) -> Result<Option<Value>, String> {
    let mut reader = BufReader::new(connection);
    let mut length: usize = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return Ok(None);
        }
        let header = line.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse::<usize>().map_err(|error| format!("{header}: {error}"))?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).map_err(|error| format!("of {length} bytes: {error}"))?;
    let message = serde_json::from_slice(&body);
    message.map(Some).map_err(|error| format!("{}: {error}", String::from_utf8_lossy(&body)))
}

#[test]
fn a_technician_enrols_a_pillar_sees_that_same_one_go_down_and_come_back_and_is_told_both() {
    let pager = Pager::listens();
    let mut opened = None;
    let town = Town::with_hub_and_bound_by(
        |folder| {
            fs::write(folder.join("pager.secret"), "a secret that is made up for this story\n")?;
            Ok(pager.settings())
        },
        |hub, config, url, file| {
            let limits = (config.alerts.down_after_seconds, config.alerts.back_after_seconds);
            assert_eq!(limits, LIMITS);
            let browser = technicians_browser(hub);
            let code = makes_a_code(&browser);
            let done = enrol(&settings(file), &["--hub", url, "--code", &code]);
            assert!(done.status.success(), "{}", said(&done));
            opened = Some(browser);
        },
    );
    let browser = opened.unwrap();
    let mut resident = town.resident();
    resident.waits_for("the first screen", |view| matches!(view.screen, Screen::Attract { .. }));
    browser.goes_to("/pillars");
    browser.comes_to_read("1 zuil werkt");
    let _ = browser.runs("window.first = true");

    town.network.cut();
    browser.comes_to_read_within("1 zuil is niet bereikbaar", LONG);
    let down = format!("{PILLAR} is niet bereikbaar");
    pager.hears(std::slice::from_ref(&down));

    town.network.mend();
    browser.comes_to_read_within("1 zuil werkt", LONG);
    assert_eq!(browser.runs("return window.first"), true, "it is still the page that was opened first");
    let both = [down, format!("{PILLAR} is weer bereikbaar")];
    pager.hears(&both);

    // The page of that pillar tells both, and it serves as before.
    browser.goes_to(&format!("/pillars/{PILLAR}"));
    browser.comes_to_read("Is niet bereikbaar");
    assert_eq!(zuil_browser::barriers(&browser), Vec::<String>::new(), "with what was told");
    resident.sees();
    resident.goes_on("call-back", "the end of the errand", |screen| matches!(screen, Screen::Goodbye));
    resident.does(Intent::Next);
    town.wait_until_empty();
    assert_eq!(town.at_the_hub().len(), 1);
    // All the while nothing else was told, nor the same again.
    pager.hears(&both);
}
