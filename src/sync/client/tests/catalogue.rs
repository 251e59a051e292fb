//! Fetching a catalogue from hubs that have none, send it, cut it off, or send too much.

use super::*;
use crate::sync::catalogue::{Fetched, Publisher};
use zuil_wire::catalogue::LARGEST_BUNDLE;

/// What a fetch comes to when the hub answers so, and what it heard.
async fn fetch(known: &[&str], text: String) -> (Result<Fetched, SyncError>, Heard) {
    let authority = Authority::new();
    let (address, requests) = serves(server_config(&authority, &authority), move |_| text.clone()).await;
    let hub = HttpsHub::new(&binding(address, &authority, &authority), line(), &provider()).unwrap();
    let known: Vec<String> = known.iter().map(|digest| (*digest).to_owned()).collect();
    let fetched = hub.newest(&known).await;
    let heard = requests.lock().unwrap()[0].clone();
    (fetched, heard)
}

#[tokio::test]
async fn what_is_published_is_fetched_and_the_hub_hears_what_is_known() {
    let (fetched, heard) = fetch(&["ab", "cd"], answer("200 OK", "", "made up")).await;
    assert_eq!(fetched.unwrap(), Fetched::Other(b"made up".to_vec()));
    assert!(heard.head.starts_with("get /v1/catalogue "), "{}", heard.head);
    assert_eq!(heard.header("if-none-match"), Some("\"ab\", \"cd\""));
    let (fetched, heard) = fetch(&[], answer("304 Not Modified", "etag: \"ab\"\r\n", "")).await;
    assert_eq!(
        (fetched.unwrap(), heard.header("if-none-match")),
        (Fetched::Known(Some("ab".to_owned())), None)
    );
}

#[tokio::test]
async fn a_hub_that_published_nothing_or_is_older_is_no_trouble_and_others_are() {
    for status in ["404 Not Found", "405 Method Not Allowed"] {
        assert_eq!(fetch(&[], answer(status, "", "")).await.0.unwrap(), Fetched::Nothing);
    }
    let revoked = fetch(&[], answer("403 Forbidden", "", "")).await.0;
    assert!(matches!(revoked, Err(SyncError::NotAdmitted)));
    let busy = fetch(&[], answer("503 Service Unavailable", "retry-after: 7\r\n", "")).await.0;
    assert!(matches!(busy, Err(SyncError::Busy { retry_after: Some(seven) }) if seven.as_secs() == 7));
}

#[tokio::test]
async fn what_is_larger_than_any_catalogue_is_given_up_announced_or_not() {
    let announced = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\nx", LARGEST_BUNDLE + 1);
    let size = LARGEST_BUNDLE + 1;
    let unannounced = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{size:x}\r\n{}\r\n0\r\n\r\n",
        "x".repeat(size)
    );
    for text in [announced, unannounced] {
        let fetched = fetch(&[], text).await.0;
        assert!(matches!(fetched, Err(SyncError::BadAnswer(_))), "{fetched:?}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_catalogue() {
    let cut_off = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_owned();
    let fetched = fetch(&[], cut_off).await.0;
    assert!(matches!(fetched, Err(SyncError::Unreachable(_))), "{fetched:?}");
}
