//! The streams that tell pages that something changed.

use std::time::Duration;

use reqwest::{Response, StatusCode};
use zuil_wire::HealthReport;
use zuil_wire::health::DeviceState;

use super::desk::{Browser, signed_in};
use super::harness::{TestHub, hub, report};

const STREAM: &str = "/live/pillars";
/// Long enough for every machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads a stream up to an event.
async fn until(stream: &mut Response, event: &str) {
    let reading = async {
        let mut read = String::new();
        while !read.contains(&format!("event: {event}\n")) {
            let piece = stream.chunk().await.unwrap().unwrap_or_else(|| panic!("it ended: {read}"));
            read += std::str::from_utf8(&piece).unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.unwrap_or_else(|_| panic!("{event} was never told"));
}

/// A page that listens, and a pillar of which all works.
async fn listens() -> (TestHub, Browser, Response) {
    let hub = hub().await;
    hub.add_pillar("jumbo").report(&report(DeviceState::Ready, DeviceState::Ready)).await;
    let browser = signed_in(&hub).await;
    let mut stream = browser.get(STREAM).await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    until(&mut stream, "begun").await;
    (hub, browser, stream)
}

#[tokio::test]
async fn a_page_hears_that_something_changed_and_gets_the_list_as_it_is_now() {
    let (hub, browser, mut stream) = listens().await;
    let spar = hub.add_pillar("spar");
    until(&mut stream, "changed").await;
    spar.report(&report(DeviceState::PaperOut, DeviceState::Ready)).await;
    until(&mut stream, "changed").await;
    let list = browser.text("/live/pillars/list?show=no-receipt").await;
    assert!(list.contains("data-part=\"/live/pillars/list?show=no-receipt\""));
    assert!(list.contains("/pillars/spar") && !list.contains("/pillars/jumbo"));
}

#[tokio::test]
async fn a_page_hears_that_somebody_came_to_a_pillar_and_left() {
    let (hub, browser, mut stream) = listens().await;
    let spar = hub.add_pillar("spar");
    until(&mut stream, "changed").await;
    for (in_use, words) in [(true, "nu in gebruik"), (false, "nu vrij")] {
        let told = HealthReport { in_use: Some(in_use), ..report(DeviceState::Ready, DeviceState::Ready) };
        spar.report(&told).await;
        until(&mut stream, "changed").await;
        assert!(browser.text("/live/pillars/list").await.contains(words), "{words}");
    }
}

#[tokio::test]
async fn a_hub_that_ends_does_not_wait_for_pages_that_listen() {
    let (hub, _browser, mut stream) = listens().await;
    hub.running.shutdown().await;
    let to_its_end = async {
        while let Some(piece) = stream.chunk().await.expect("it was ended in order, and not cut off") {
            assert!(!piece.is_empty());
        }
    };
    tokio::time::timeout(PATIENCE, to_its_end).await.expect("it never ended");
}

#[tokio::test]
async fn a_stream_is_over_with_its_session() {
    let (_hub, browser, mut stream) = listens().await;
    browser.post("/logout", &[]).await;
    until(&mut stream, "over").await;
    assert_eq!(stream.chunk().await.unwrap(), None);
    assert_eq!(
        browser.get(STREAM).await.status(),
        StatusCode::SEE_OTHER,
        "nobody listens without an account"
    );
}

#[tokio::test]
async fn nobody_has_more_than_eight_streams_and_one_that_is_closed_leaves_its_place() {
    let (_hub, browser, first) = listens().await;
    let mut open = Vec::new();
    for _ in 1..8 {
        let stream = browser.get(STREAM).await;
        assert_eq!(stream.status(), StatusCode::OK);
        open.push(stream);
    }
    assert_eq!(browser.get(STREAM).await.status(), StatusCode::TOO_MANY_REQUESTS);
    drop(first);
    // The hub notices as soon as it tells something.
    let has_room = async {
        while browser.get(STREAM).await.status() != StatusCode::OK {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, has_room).await.expect("its place was never left");
}
