//! A town behind a real HTTP door.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use zuil_municipal_doubles::jwt::Client;
use zuil_municipal_doubles::open_zaak::Catalogue;
use zuil_municipal_doubles::{Double as _, Town, serve};

fn asked(address: std::net::SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{request}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_courier_reaches_the_town_and_somebody_can_watch() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let client = Client::new("zuil-hub", "made-up-secret");
    let town = Town::new(&format!("http://{address}"), client, "made-up", Catalogue::example());
    let town = Arc::new(Mutex::new(town));
    runtime.spawn(serve::serve(listener, town.clone(), 1));

    let body = r#"{"kanaal":"zuil","onderwerp":"x","taal":"nld","vertrouwelijk":false}"#;
    let answer = asked(
        address,
        &format!(
            "POST /klantinteracties/api/v1/klantcontacten HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
             authorization: Token made-up\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ),
    );
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(town.lock().unwrap().open_klant.contacts().len(), 1);
    assert!(town.lock().unwrap().faults().is_empty());
    let page = asked(address, &format!("GET / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"));
    assert!(page.contains("<td>klantcontact</td>"), "{page}");
}

#[test]
fn nobody_outside_this_machine_is_served() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = Client::new("zuil-hub", "made-up-secret");
    let town = Arc::new(Mutex::new(Town::new("http://x.test", client, "made-up", Catalogue::example())));
    let refused = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("0.0.0.0:0").await?;
        serve::serve(listener, town, 1).await
    });
    assert!(refused.is_err());
}
