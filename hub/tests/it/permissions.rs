//! Who may do what: every cell of `docs/permissions.md`, on a running hub.

use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, Response, StatusCode};
use zuil_hub::store::{Account, Deed, Entry, Limits, Role, Stage, Store};
use zuil_wire::Reference;

use super::desk::{Browser, location};
use super::harness::{TestHub, hub};

const PAGE: &str = include_str!("../../../docs/permissions.md");

/// A row of the page.
struct Row {
    method: Method,
    path: String,
    /// Whether it is open: without an account, half way, and to each role alone.
    cells: Vec<bool>,
}

fn rows() -> Vec<Row> {
    let rows = PAGE.lines().filter(|line| line.contains("| `"));
    rows.map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let (method, path) = cells[2].trim_matches('`').split_once(' ').unwrap();
        let may = |cell: &&str| match *cell {
            "yes" => true,
            "–" => false,
            other => panic!("{other}"),
        };
        let cells: Vec<bool> = cells[3..9].iter().map(may).collect();
        Row { method: method.parse().unwrap(), path: path.to_owned(), cells }
    })
    .collect()
}

/// The address of a route. What it leads to need not be there: whoever may not open it must not hear that.
fn address(route: &str) -> String {
    let names = [
        ("{reference}", "0000-0000-000"),
        ("/pillars/{name}", "/pillars/nowhere"),
        ("{name}", "nobody"),
        ("{code}", "00000000000000000000000000000000"),
        ("{pillar}", "nowhere"),
        ("{payment}", "00000000-0000-0000-0000-0000000000a1"),
        ("{finding}", "paid"),
        ("{system}", "signalen"),
        ("{reason}", "refused"),
        ("{kind}", "restart"),
        ("{version}", "9.9"),
        ("{id}", "00000000-0000-0000-0000-0000000000a1"),
    ];
    names.iter().fold(route.to_owned(), |path, (name, value)| path.replace(name, value))
}

/// Opens a session for somebody, as if they had signed in; its cookie.
fn session(hub: &TestHub, name: &str, stage: Stage, number: usize) -> String {
    let token = format!("made-up-token-{number}");
    let mut hash = [0; 32];
    hash.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes()).as_ref());
    let limit = SignedDuration::from_hours(1);
    let limits = Limits { idle: limit, total: limit, half_way: limit };
    let entry = Entry::new(Timestamp::now(), name, Deed::SignedIn, "");
    assert!(hub.running.store.open_session(&hash, name, stage, &limits, &entry).unwrap());
    format!("zuil-desk={token}")
}

/// Somebody without an account, somebody half way, and somebody of each role alone.
fn people(store: &dyn Store) -> Vec<Option<(String, Stage)>> {
    let mut people = vec![None];
    let mut add = |name: &str, role: Role, stage| {
        let account =
            Account::new(name, [role].into_iter().collect(), Some("made up".into()), Timestamp::now());
        store.add_account(&account, &Entry::new(Timestamp::now(), "test", Deed::AddedAccount, name)).unwrap();
        people.push(Some((name.to_owned(), stage)));
    };
    add("half-way", Role::Administrator, Stage::Enrol);
    for role in Role::ALL {
        add(role.as_str(), role, Stage::Open);
    }
    people
}

async fn ask(browser: &Browser, row: &Row, cookie: Option<&str>) -> Response {
    let url = format!("{}{}", browser.desk, address(&row.path));
    let request = browser.client.request(row.method.clone(), url);
    let request = if row.method == Method::POST {
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .body("disabled=true&code=1&password=x")
    } else {
        request
    };
    let request = match cookie {
        Some(cookie) => request.header("cookie", cookie),
        None => request,
    };
    request.send().await.unwrap()
}

#[tokio::test]
async fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let hub = hub().await;
    let people = people(&*hub.running.store);
    let rows = rows();
    assert!(rows.len() >= 33, "{}", rows.len());
    let mut number = 0;
    for row in &rows {
        for (person, may) in people.iter().zip(&row.cells) {
            let browser = Browser::new(&hub);
            number += 1;
            let cookie = person.as_ref().map(|(name, stage)| session(&hub, name, *stage, number));
            let answer = ask(&browser, row, cookie.as_deref()).await;
            let who = person.as_ref().map_or("nobody", |(name, _)| name);
            let what = format!("{who}: {} {} gives {}", row.method, row.path, answer.status());
            let status = answer.status();
            assert_ne!(status, StatusCode::METHOD_NOT_ALLOWED, "{what}");
            if *may {
                // What is not there, or filled in wrongly, is told to whoever may do it.
                assert_ne!(status, StatusCode::FORBIDDEN, "{what}");
                assert!(!sent_away(&answer), "{what}");
                continue;
            }
            match person {
                None => assert!(location(&answer).starts_with("/login"), "{what}"),
                Some((_, Stage::Open)) if row.path.starts_with("/login/") => {
                    assert_eq!(location(&answer), "/account", "{what}");
                }
                Some((_, Stage::Open)) => {
                    assert_eq!(status, StatusCode::FORBIDDEN, "{what}");
                    let page = answer.text().await.unwrap();
                    assert!(page.contains("Dit kan alleen een "), "{what}: who can is not told");
                }
                Some(_) => assert_eq!(location(&answer), "/login/app", "{what}"),
            }
        }
    }
}

/// Whether somebody was sent to sign in, or to go on with it. (An app that is set up wrongly leads back to itself.)
fn sent_away(answer: &Response) -> bool {
    let to = answer.headers().get("location").and_then(|to| to.to_str().ok()).unwrap_or_default();
    let path = answer.url().path();
    to.starts_with("/login") && !path.starts_with("/log") && path != "/account/app"
}

#[tokio::test]
async fn what_is_in_no_row_of_the_table_is_closed_to_everybody() {
    let hub = hub().await;
    let store = &*hub.running.store;
    let all = Account::new("all", zuil_hub::store::Roles::all(), Some("made up".into()), Timestamp::now());
    store.add_account(&all, &Entry::new(Timestamp::now(), "test", Deed::AddedAccount, "all")).unwrap();
    let cookie = session(&hub, "all", Stage::Open, 1);
    let rows = rows();
    for row in &rows {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            if rows.iter().any(|other| other.path == row.path && other.method == method) {
                continue;
            }
            let closed = Row { method, path: row.path.clone(), cells: Vec::new() };
            let answer = ask(&Browser::new(&hub), &closed, Some(&cookie)).await;
            assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{} {}", closed.method, closed.path);
        }
    }
}

#[tokio::test]
async fn a_technician_does_not_read_which_colleague_looked_at_which_request() {
    let hub = hub().await;
    people(&*hub.running.store);
    let pillar = hub.add_pillar("jumbo");
    pillar.upload(&[pillar.envelope(1, None)]).await;
    let reference = Reference::from_bits(1).to_string();
    let entry = Entry::new(Timestamp::now(), "m.jansen", Deed::SawContent, &reference);
    hub.running.store.note(&entry).unwrap();
    let reads = async |role: Role, number: usize| {
        let cookie = session(&hub, role.as_str(), Stage::Open, number);
        let browser = Browser::new(&hub);
        let url = format!("{}/transactions/{reference}", browser.desk);
        let answer = browser.client.get(url).header("cookie", cookie).send().await.unwrap();
        answer.text().await.unwrap()
    };
    let agent = reads(Role::Agent, 1).await;
    assert!(agent.contains("m.jansen bekeek wat een bewoner invulde"), "{agent}");
    let technician = reads(Role::Technician, 2).await;
    assert!(technician.contains("Ontvangen door de gemeente"), "{technician}");
    assert!(!technician.contains("m.jansen"), "{technician}");
}
