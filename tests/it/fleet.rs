//! A technician looks after a pillar from its first day on: makes its code, sees it go down and come back, and is told
//! both. Invariant: nobody chose other limits than those that hubs have, so that this story waits as long as they are.

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

/// A pillar is called out of reach after 85 seconds, and back when it was heard for 40.
const LONG: Duration = Duration::from_mins(3);

/// The program (made up) that wakes technicians.
struct Pager {
    url: String,
    heard: Arc<Mutex<Vec<Value>>>,
}

impl Pager {
    fn listens() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/alerts", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heard);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                take(connection, &kept);
            }
        });
        Self { url, heard }
    }

    /// What `hub.toml` says of it.
    fn settings(&self) -> String {
        format!("[alerts.webhook]\nurl = \"{}\"\nsecret_file = \"pager.secret\"\n", self.url)
    }

    /// Waits until it was told these things, and nothing else.
    fn hears(&self, texts: &[String]) {
        let until = Instant::now() + LONG;
        loop {
            let heard = self.heard.lock().unwrap().clone();
            if heard.len() >= texts.len() {
                let told: Vec<&str> = heard.iter().filter_map(|message| message["text"].as_str()).collect();
                assert_eq!(told, texts, "{heard:?}");
                return;
            }
            assert!(Instant::now() < until, "waited in vain for {texts:?}; heard {heard:?}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Takes one message, and thanks for it.
fn take(connection: TcpStream, heard: &Mutex<Vec<Value>>) {
    let mut reader = BufReader::new(connection);
    let mut length: usize = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let header = line.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    heard.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
    let thanks = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    // Whoever does not wait for it comes again with the same message, which the story would see.
    let _ = reader.get_mut().write_all(thanks);
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
            assert_eq!(limits, (85, 40), "as hubs have them");
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
    pager.hears(&[down, format!("{PILLAR} is weer bereikbaar")]);

    // The page of that pillar tells both, and it serves as before.
    browser.goes_to(&format!("/pillars/{PILLAR}"));
    browser.comes_to_read("Is niet bereikbaar");
    assert_eq!(zuil_browser::barriers(&browser), Vec::<String>::new(), "with what was told");
    resident.sees();
    resident.goes_on("call-back", "the end of the errand", |screen| matches!(screen, Screen::Goodbye));
    resident.does(Intent::Next);
    town.wait_until_empty();
    assert_eq!(town.at_the_hub().len(), 1);
}
