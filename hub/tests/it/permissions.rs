//! Who may do what: every cell of `docs/permissions.md`, on a running hub.

use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, Response, StatusCode};
use zuil_hub::store::{Account, AnswerDraft, Deed, Enrolment, Entry, Limits, Role, Stage, Store};
use zuil_wire::{EnrolmentCode, PaymentState, Reference};

use super::desk::{Browser, location};
use super::harness::{TestHub, blocked_by, hub, open_payment, payment};
use super::worklist::looked_at;

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

/// What every gap of a route is filled with; [`a_day`] puts it at the hub.
const SOMETHING: &str = "00000000-0000-0000-0000-0000000000a1";
const PILLAR: &str = "jumbo";
const COLLEAGUE: &str = "somebody";

/// A request that came in.
fn request() -> Reference {
    Reference::from_bits(2)
}

/// The address of a route, or of where it leads.
fn address(route: &str) -> String {
    let names = [
        ("{reference}", request().to_string()),
        ("/staff/{name}", format!("/staff/{COLLEAGUE}")),
        // Nothing more can be asked of it afterwards.
        ("/pillars/{name}/revoke", "/pillars/bieb/revoke".to_owned()),
        ("{name}", PILLAR.to_owned()),
        ("{code}", EnrolmentCode::from_bits(1).keys().id.to_string()),
        ("{pillar}", PILLAR.to_owned()),
        ("{payment}", open_payment(1).payment.to_string()),
        ("{finding}", "paid".to_owned()),
        ("{system}", "signalen".to_owned()),
        ("{reason}", "refused".to_owned()),
        ("{kind}", "restart".to_owned()),
        ("{version}", "1.2".to_owned()),
        ("{id}", SOMETHING.to_owned()),
    ];
    names.iter().fold(route.to_owned(), |path, (name, value)| path.replace(name, value))
}

/// Puts at the hub what addresses lead to: a pillar with a payment to settle, a request, a code to enrol a pillar, a
/// draft, and a colleague.
async fn a_day(hub: &TestHub) {
    let (store, now) = (&*hub.running.store, Timestamp::now());
    hub.add_pillar("bieb");
    let pillar = hub.add_pillar(PILLAR);
    // It is not paid, so that staff are asked about it once it was looked at.
    let unpaid = pillar.envelope(2, Some(payment(PaymentState::NotPaid)));
    assert_eq!(pillar.upload(&[unpaid]).await.len(), 1);
    looked_at(hub, 2).await;
    pillar.report(&blocked_by(open_payment(1))).await;
    let enrolment = Enrolment {
        keys: EnrolmentCode::from_bits(1).keys(),
        pillar: "spar".into(),
        place: "Bij de ingang".into(),
        again: false,
        made_by: COLLEAGUE.into(),
        made_at: now,
        expires_at: now + SignedDuration::from_hours(1),
        tries: 0,
        cancelled_at: None,
        used: None,
    };
    store.add_enrolment(&enrolment).unwrap();
    let draft = AnswerDraft {
        id: SOMETHING.into(),
        question: "vliegen met een drone".into(),
        language: "nl".into(),
        text: "made up".into(),
        made: (COLLEAGUE.into(), now),
        changed: (COLLEAGUE.into(), now),
        done_at: None,
    };
    assert!(store.add_draft(&draft).unwrap());
    add_account(store, COLLEAGUE, Role::Agent);
}

fn add_account(store: &dyn Store, name: &str, role: Role) {
    let now = Timestamp::now();
    let account = Account::new(name, [role].into_iter().collect(), Some("made up".into()), now);
    store.add_account(&account, &Entry::new(now, "test", Deed::AddedAccount, name)).unwrap();
}

/// Opens a session for somebody, as if they had signed in; its cookie.
pub fn session(hub: &TestHub, name: &str, stage: Stage, number: usize) -> String {
    let token = format!("made-up-token-{number}");
    let mut hash = [0; 32];
    hash.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes()).as_ref());
    let limit = SignedDuration::from_hours(1);
    let limits = Limits { idle: limit, total: limit, half_way: limit };
    let entry = Entry::new(Timestamp::now(), name, Deed::SignedIn, "");
    assert!(hub.running.store.open_session(&hash, name, stage, &limits, &entry).unwrap());
    format!("zuil-desk={token}")
}

/// Somebody for whom there is a cell in each row.
struct Person {
    cell: usize,
    /// The account and how far it is signed in; nothing without one.
    account: Option<(&'static str, Stage)>,
}

/// Somebody without an account, somebody half way to each of the two last steps, and somebody of each role alone.
fn people(store: &dyn Store) -> Vec<Person> {
    let half_way = "half-way";
    add_account(store, half_way, Role::Administrator);
    let mut people = vec![
        Person { cell: 0, account: None },
        Person { cell: 1, account: Some((half_way, Stage::Enrol)) },
        Person { cell: 1, account: Some((half_way, Stage::Code)) },
    ];
    for (cell, role) in (2..).zip(Role::ALL) {
        add_account(store, role.as_str(), role);
        people.push(Person { cell, account: Some((role.as_str(), Stage::Open)) });
    }
    people
}

/// The deeds after which a browser is led on, and where to.
const LEAD_ON: [(&str, &str); 16] = [
    ("/pillars/{name}/revoke", "/pillars/bieb"),
    ("/transactions/{reference}/send-anyway", "/transactions/{reference}"),
    ("/transactions/{reference}/close", "/transactions/{reference}"),
    // What is sent holds no secret of an app.
    ("/login/app", "/login/app"),
    ("/logout", "/login"),
    ("/transactions/{reference}/send-again", "/transactions/{reference}"),
    // Nor the number of a case, which is asked for again.
    ("/transactions/{reference}/by-hand", "/transactions/{reference}#handover"),
    ("/handover/{system}/{reason}", "/handover"),
    ("/referrals/{id}/revoke", "/referrals"),
    ("/worklist/{reference}/take", "/worklist"),
    ("/enrolment/{code}/cancel", "/enrolment/{code}"),
    ("/pillars/{name}/orders/{kind}", "/pillars/{name}#orders"),
    ("/payments/{pillar}/{payment}/{finding}", "/payments"),
    ("/drafts/{id}/done", "/drafts"),
    ("/drafts/{id}/delete", "/drafts"),
    ("/staff/{name}/access", "/staff/{name}"),
];

/// The deeds that answer with a page. Those that give a way in ask first who one is, which [`ask`] does not say.
const SHOW: [&str; 8] = [
    "/status",
    "/transactions/{reference}",
    "/account/password",
    "/account/app",
    "/staff/{name}/password",
    "/staff/{name}/roles",
    "/staff/{name}/app",
    "/pillars/{name}/service/void",
];

/// What the hub of the story does not have, and what is said wrongly there.
const REFUSE: [(&str, &str, &[u16]); 14] = [
    // Too early is who guesses so often.
    ("POST", "/login", &[401, 429]),
    ("POST", "/login/code", &[401, 429]),
    // It knows no identity provider and takes no messages.
    ("GET", "/login/sso", &[404]),
    ("GET", "/login/sso/done", &[404]),
    ("POST", "/callbacks/zgw", &[404]),
    ("GET", "/pillars/{name}/attachments/{id}", &[404]),
    // Nothing, or nothing that there is, was chosen.
    ("POST", "/worklist/{reference}/told", &[404]),
    ("POST", "/questions/draft", &[404]),
    ("POST", "/drafts/{id}", &[404]),
    ("POST", "/systems/{version}", &[404]),
    ("POST", "/pillars/{name}/service/code", &[404]),
    ("POST", "/referrals", &[422]),
    ("POST", "/enrolment", &[422]),
    ("POST", "/staff", &[422]),
];

/// What a route owes to whoever may open it, for what [`ask`] sends: the status, and where it leads.
fn owed(row: &Row, stage: Option<Stage>) -> (&'static [u16], Option<String>) {
    let (method, path) = (row.method.as_str(), row.path.as_str());
    // Half way there are two pages, and one of them is somebody's own.
    match (path, stage) {
        ("/login/code", Some(Stage::Enrol)) => return (&[303], Some("/login/app".into())),
        ("/login/app", Some(Stage::Code)) if row.method == Method::GET => {
            return (&[303], Some("/login/code".into()));
        }
        _ => {}
    }
    for (of, refused, statuses) in REFUSE {
        if (of, refused) == (method, path) {
            return (statuses, None);
        }
    }
    if row.method == Method::GET || SHOW.contains(&path) {
        return (&[200], None);
    }
    let led = LEAD_ON.iter().find(|(from, _)| *from == path);
    let (_, to) = led.unwrap_or_else(|| panic!("say in this test what {method} {path} owes"));
    (&[303], Some(address(to)))
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
    a_day(&hub).await;
    let people = people(&*hub.running.store);
    let rows = rows();
    assert!(rows.len() >= 33, "{}", rows.len());
    let mut number = 0;
    for row in &rows {
        for Person { cell, account } in &people {
            let browser = Browser::new(&hub);
            number += 1;
            let cookie = account.map(|(name, stage)| session(&hub, name, stage, number));
            let answer = ask(&browser, row, cookie.as_deref()).await;
            let stage = account.map(|(_, stage)| stage);
            let who = account.map_or("nobody", |(name, _)| name);
            let status = answer.status();
            let what = format!("{who} ({stage:?}): {} {} gives {status}", row.method, row.path);
            if row.cells[*cell] {
                let (right, to) = owed(row, stage);
                assert!(right.contains(&status.as_u16()), "{what}, and owes {right:?}");
                if let Some(to) = to {
                    assert_eq!(location(&answer), to, "{what}");
                }
                continue;
            }
            match stage {
                None => assert!(location(&answer).starts_with("/login"), "{what}"),
                Some(Stage::Open) if row.path.starts_with("/login/") => {
                    assert_eq!(location(&answer), "/account", "{what}");
                }
                Some(Stage::Open) => {
                    assert_eq!(status, StatusCode::FORBIDDEN, "{what}");
                    let page = answer.text().await.unwrap();
                    assert!(page.contains("Dit kan alleen een "), "{what}: who can is not told");
                }
                Some(Stage::Enrol) => assert_eq!(location(&answer), "/login/app", "{what}"),
                Some(Stage::Code) => assert_eq!(location(&answer), "/login/code", "{what}"),
            }
        }
    }
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
