//! Tells pages that something changed at the pillars (server-sent events), so that they bring themselves up to date.
//! Invariant: nothing but that is told; a stream ends at once when the hub does, soon after its session, and keeps
//! neither alive.

use std::collections::HashMap;
use std::convert::Infallible;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body::Frame;
use jiff::Timestamp;
use tokio::sync::{Mutex as Queue, mpsc, watch};
use tokio::time::Instant;

use super::condition::Condition;
use super::session::Signed;
use super::visitor::Visitor;
use super::{Desk, Failure};
use crate::store::Reported;

/// How often it is looked whether something changed; for all streams together.
const LOOKS: Duration = Duration::from_secs(1);
/// How often a stream looks whether its session goes on, and says that it is there.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);
/// Times on the page are words such as "vandaag 10:15": they are brought up to date so often at least.
const AT_LEAST: Duration = Duration::from_secs(60);
/// How many streams an account may have: so many tabs.
const TABS: usize = 8;

/// By which nginx and others know that it is a stream.
const NOT_GATHERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// What the streams have in common.
pub(super) struct Live {
    /// Tells when the hub ends.
    ended: watch::Receiver<bool>,
    /// How the pillars looked last, and when that was.
    newest: Queue<Option<(Instant, u64)>>,
    /// How many streams each account has.
    tabs: Mutex<HashMap<String, usize>>,
}

impl Live {
    pub(super) fn until(ended: watch::Receiver<bool>) -> Self {
        Self { ended, newest: Queue::new(None), tabs: Mutex::default() }
    }
}

/// One of the tabs of an account, as long as it is there.
struct Tab {
    desk: Arc<Desk>,
    account: String,
}

impl Tab {
    fn of(desk: &Arc<Desk>, account: &str) -> Option<Self> {
        let mut tabs = desk.live.tabs.lock().unwrap_or_else(PoisonError::into_inner);
        let open = tabs.entry(account.to_owned()).or_default();
        if *open >= TABS {
            return None;
        }
        *open += 1;
        Some(Self { desk: Arc::clone(desk), account: account.to_owned() })
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        let mut tabs = self.desk.live.tabs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = tabs.get_mut(&self.account) {
            *open -= 1;
            if *open == 0 {
                tabs.remove(&self.account);
            }
        }
    }
}

/// The lines of a stream, as they come.
struct Lines(mpsc::Receiver<Bytes>);

impl HttpBody for Lines {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.get_mut().0.poll_recv(context).map(|line| line.map(|line| Ok(Frame::data(line))))
    }
}

/// `/live/pillars`.
pub(super) async fn pillars(visitor: Visitor) -> Response {
    let Some(signed) = visitor.signed.clone() else { return StatusCode::FORBIDDEN.into_response() };
    let Some(tab) = Tab::of(&visitor.desk, signed.name()) else {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    };
    let (lines, body) = mpsc::channel(4);
    tokio::spawn(async move { tell(&tab, &signed, &lines).await });
    // A reverse proxy that gathers what it passes on would tell nothing for long.
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (NOT_GATHERED, "no")];
    (headers, Body::new(Lines(body))).into_response()
}

fn event(name: &str) -> Bytes {
    Bytes::from(format!("event: {name}\ndata:\n\n"))
}

/// Tells until the page is closed, the session is over, or the hub ends.
async fn tell(tab: &Tab, signed: &Signed, lines: &mpsc::Sender<Bytes>) {
    let desk = &tab.desk;
    let mut ended = desk.live.ended.clone();
    tokio::select! {
        () = lines.closed() => {}
        // An error means that the hub was dropped.
        _ = ended.wait_for(|ended| *ended) => {}
        _ = tell_changes(desk, signed, lines) => {}
    }
}

/// Nothing when nobody hears it any more.
async fn tell_changes(desk: &Desk, signed: &Signed, lines: &mpsc::Sender<Bytes>) -> Option<()> {
    let mut shown = desk.looks_of_the_pillars().await.ok();
    // What a page shows was read before its stream began.
    lines.send(event("begun")).await.ok()?;
    let (mut told, mut alive) = (Instant::now(), Instant::now());
    loop {
        tokio::time::sleep(LOOKS).await;
        if alive.elapsed() >= SIGN_OF_LIFE {
            if !desk.goes_on(signed).await {
                lines.send(event("over")).await.ok()?;
                return None;
            }
            lines.send(Bytes::from_static(b":\n\n")).await.ok()?;
            alive = Instant::now();
        }
        // A store that fails for a moment changes nothing that can be shown.
        let Ok(looks) = desk.looks_of_the_pillars().await else { continue };
        if shown != Some(looks) || told.elapsed() >= AT_LEAST {
            lines.send(event("changed")).await.ok()?;
            (shown, told) = (Some(looks), Instant::now());
        }
    }
}

impl Desk {
    /// Whether a session goes on. Whoever asks does not use it.
    async fn goes_on(&self, signed: &Signed) -> bool {
        let (token, limits) = (signed.token, self.limits);
        let session = self.ask(move |store| store.idle_session(&token, Timestamp::now(), &limits)).await;
        // One that cannot be looked up may still go on.
        session.map_or(true, |session| session.is_some())
    }

    /// Something that is another number when the pillars look otherwise than before, but for the time.
    async fn looks_of_the_pillars(&self) -> Result<u64, Failure> {
        let mut newest = self.live.newest.lock().await;
        if let Some((_, looks)) = newest.filter(|(at, _)| at.elapsed() < LOOKS) {
            return Ok(looks);
        }
        let silent = self.silent;
        let looks = self.ask(move |store| {
            let (pillars, reports, now) = (store.pillars()?, store.reports()?, Timestamp::now());
            let closed = store.closed_pillars()?;
            let reports: HashMap<&str, &Reported> =
                reports.iter().map(|reported| (reported.pillar.as_str(), reported)).collect();
            let mut hasher = DefaultHasher::new();
            for pillar in &pillars {
                let reported = reports.get(pillar.name.as_str()).copied();
                let closed = closed.iter().find(|closed| closed.pillar == pillar.name);
                let condition = Condition::within(silent, pillar, reported, now).closed_by(closed);
                (&pillar.name, condition.looks()).hash(&mut hasher);
                if let Some(reported) = reported {
                    let report = &reported.report;
                    (report.waiting, &report.program, &report.catalogue).hash(&mut hasher);
                }
            }
            Ok(hasher.finish())
        });
        let looks = looks.await?;
        *newest = Some((Instant::now(), looks));
        Ok(looks)
    }
}
