//! Fetching parts of a system from hubs that send them, end before, send too much, or know nothing of it.

use super::*;
use crate::sync::system::SystemSource;
use crate::system::{Part, Step};

/// What a fetch from byte 4 on comes to when the hub answers so, and what it heard.
async fn fetch(text: String) -> (Result<Part, SyncError>, Heard) {
    let authority = Authority::new();
    let (address, requests) = serves(server_config(&authority, &authority), move |_| text.clone()).await;
    let hub = HttpsHub::new(&binding(address, &authority, &authority), line(), &provider()).unwrap();
    let step = Step { version: "1.2".parse().unwrap(), name: "SHA256SUMS".into(), from: 4 };
    let fetched = hub.part(&step).await;
    let heard = requests.lock().unwrap()[0].clone();
    (fetched, heard)
}

fn partial(range: &str, body: &str) -> String {
    answer("206 Partial Content", &format!("content-range: {range}\r\n"), body)
}

#[tokio::test]
async fn a_part_is_asked_for_and_told_apart_from_the_end_of_a_file() {
    let (fetched, heard) = fetch(partial("bytes 4-7/20", "root")).await;
    assert_eq!(fetched.unwrap(), Part { bytes: b"root".to_vec(), of: 20 });
    assert!(heard.head.starts_with("get /v1/system/1.2/sha256sums "), "{}", heard.head);
    assert_eq!(heard.header("range"), Some("bytes=4-262147"));
    let ended = answer("416 Range Not Satisfiable", "content-range: bytes */4\r\n", "");
    assert_eq!(fetch(ended).await.0.unwrap(), Part { bytes: Vec::new(), of: 4 });
}

#[tokio::test]
async fn what_was_not_asked_for_is_no_part() {
    for text in [
        partial("bytes 5-8/20", "root"),
        partial("bytes 4-7/*", "root"),
        partial("lines 4-7/20", "root"),
        partial("bytes 4-7/20", ""),
        partial("bytes 4-7/20", &"x".repeat(300_000)),
        answer("206 Partial Content", "", "root"),
        answer("200 OK", "", "the whole root"),
    ] {
        let fetched = fetch(text).await.0;
        assert!(matches!(fetched, Err(SyncError::BadAnswer(_))), "{fetched:?}");
    }
}

#[tokio::test]
async fn a_hub_that_stopped_giving_it_or_cuts_it_off_is_asked_again_later() {
    let gone = fetch(answer("404 Not Found", "", "")).await.0;
    assert!(matches!(gone, Err(SyncError::NoHub(404))), "{gone:?}");
    let busy = fetch(answer("503 Service Unavailable", "retry-after: 7\r\n", "")).await.0;
    assert!(matches!(busy, Err(SyncError::Busy { retry_after: Some(seven) }) if seven.as_secs() == 7));
    let cut_off =
        "HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 4-99/100\r\ncontent-length: 96\r\n\r\nhalf";
    let cut_off = fetch(cut_off.to_owned()).await.0;
    assert!(matches!(cut_off, Err(SyncError::Unreachable(_))), "{cut_off:?}");
}
