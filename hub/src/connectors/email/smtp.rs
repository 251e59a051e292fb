//! Letters over SMTP (RFC 5321), with TLS by rustls. Invariant: a reply of the server is believed; of a connection that
//! broke after the letter was begun it is not known whether the letter was taken.

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use lettre::address::AddressError;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::{Error, response::Severity};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use zeroize::Zeroizing;

use super::super::Obstacle;
use super::super::settings::{EmailConfig, Encryption};
use super::{Letter, Postman};
use crate::store::ParkReason;

/// How long the server may take for each reply. It may look for unwanted mail before it takes a letter.
const REPLY_TIME: Duration = Duration::from_secs(60);
/// What a server says that does not believe who the hub is (RFC 4954, section 6).
const NOT_BELIEVED: [u16; 3] = [530, 534, 535];

/// A mail server.
pub struct Smtp(AsyncSmtpTransport<Tokio1Executor>);

/// Why no letters can be sent.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// TLS could not be set up.
    #[error(
        "connectors.email: TLS is not possible: {0}; install the system's CA certificates, or set ca_file"
    )]
    Tls(#[from] Error),
    /// The file of certificates is of no use.
    #[error("connectors.email.ca_file {0} cannot be read: {1}; give the path of a PEM file")]
    Certificates(PathBuf, std::io::Error),
}

impl Smtp {
    /// The mail server with the settings of the hub.
    ///
    /// # Errors
    /// [`SmtpError`].
    pub fn new(config: &EmailConfig, password: Option<Zeroizing<String>>) -> Result<Self, SmtpError> {
        let mut tls = TlsParameters::builder(config.host.clone());
        if let Some(path) = &config.ca_file {
            let pem = std::fs::read(path).map_err(|error| SmtpError::Certificates(path.clone(), error))?;
            tls = tls.add_root_certificate(Certificate::from_pem(&pem)?);
        }
        let tls = match config.encryption {
            Encryption::Starttls => Tls::Required(tls.build()?),
            Encryption::Tls => Tls::Wrapper(tls.build()?),
            Encryption::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port())
            .tls(tls)
            .timeout(Some(REPLY_TIME));
        if let (Some(username), Some(password)) = (&config.username, password) {
            builder = builder.credentials(Credentials::new(username.clone(), password.as_str().to_owned()));
        }
        Ok(Self(builder.build()))
    }
}

#[async_trait]
impl Postman for Smtp {
    async fn ready(&self) -> Result<(), Obstacle> {
        match self.0.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Obstacle::Unreached),
            Err(error) => Err(match obstacle(&error) {
                Obstacle::Unknown => Obstacle::Unreached,
                known => known,
            }),
        }
    }

    async fn give(&self, letter: Letter) -> Result<(), Obstacle> {
        let message = message(letter).ok_or(Obstacle::Refused(ParkReason::Refused))?;
        self.0.send(message).await.map(drop).map_err(|error| obstacle(&error))
    }
}

/// What an error means for the letter that was being given.
fn obstacle(error: &Error) -> Obstacle {
    let status = error.status();
    let code = status.map(u16::from);
    // Without the text of the server, which may repeat addresses.
    tracing::warn!(
        code,
        timeout = error.is_timeout(),
        tls = error.is_tls(),
        "the mail server took no letter"
    );
    match status.map(|status| status.severity) {
        Some(Severity::TransientNegativeCompletion) => Obstacle::NotNow { retry_after: None },
        Some(_) if code.is_some_and(|code| NOT_BELIEVED.contains(&code)) => {
            Obstacle::Refused(ParkReason::KeyRefused)
        }
        Some(Severity::PermanentNegativeCompletion) => Obstacle::Refused(ParkReason::Refused),
        // A server without what the settings ask for, such as STARTTLS: nothing was given to it.
        _ if error.is_client() || error.is_tls() => Obstacle::Refused(ParkReason::WrongAddress),
        _ => Obstacle::Unknown,
    }
}

fn message(letter: Letter) -> Option<Message> {
    let mut parts = MultiPart::mixed().singlepart(SinglePart::plain(letter.text));
    for file in letter.files {
        let kind = ContentType::parse(file.kind).ok()?;
        parts = parts.singlepart(Attachment::new(file.name).body(file.bytes, kind));
    }
    let mailbox = |address: String| -> Result<_, AddressError> { address.parse() };
    Message::builder()
        .message_id(Some(letter.message_id))
        .from(mailbox(letter.from).ok()?)
        .to(mailbox(letter.to).ok()?)
        .subject(letter.subject)
        .multipart(parts)
        .ok()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::connectors::File;

    /// What a mail server (made up) says once it has the letter; nothing: it hangs up.
    type Verdict = Option<&'static str>;
    type Taken = Arc<Mutex<Vec<String>>>;

    /// A mail server on loopback, and the letters that it was given.
    async fn server(verdict: Verdict) -> (u16, Taken) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, taken) = (listener.local_addr().unwrap().port(), Taken::default());
        let given = Arc::clone(&taken);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, verdict, Arc::clone(&given)));
            }
        });
        (port, taken)
    }

    async fn converse(stream: TcpStream, verdict: Verdict, given: Taken) {
        let (from, mut to) = stream.into_split();
        let mut lines = BufReader::new(from).lines();
        to.write_all(b"220 made-up\r\n").await.unwrap();
        while let Ok(Some(line)) = lines.next_line().await {
            let reply = match line.split(' ').next().unwrap() {
                "DATA" => "354 go on\r\n",
                "QUIT" => "221 bye\r\n",
                _ => "250 8BITMIME\r\n",
            };
            to.write_all(reply.as_bytes()).await.unwrap();
            if line != "DATA" {
                continue;
            }
            let mut letter = String::new();
            while let Some(line) = lines.next_line().await.unwrap().filter(|line| line != ".") {
                letter += &format!("{line}\n");
            }
            given.lock().unwrap().push(letter);
            let Some(verdict) = verdict else { return };
            to.write_all(verdict.as_bytes()).await.unwrap();
        }
    }

    fn at(port: u16) -> Smtp {
        let config = EmailConfig {
            host: "127.0.0.1".into(),
            port: Some(port),
            encryption: Encryption::None,
            username: None,
            password_file: None,
            from: "zuil@example.nl".into(),
            to: None,
            ca_file: None,
        };
        Smtp::new(&config, None).unwrap()
    }

    fn letter() -> Letter {
        let file = |name: &str, kind, bytes: &[u8]| File { name: name.into(), kind, bytes: bytes.to_vec() };
        Letter {
            message_id: "<00000000-0000-0000-0000-000000000001@example.nl>".into(),
            from: "zuil@example.nl".into(),
            to: "balie@example.nl".into(),
            subject: "Aanvraag via de zuil".into(),
            text: "Een aanvraag.\n.\nMet een punt.\n".into(),
            files: vec![
                file("aanvraag-1.pdf", "application/pdf", b"%PDF-made-up"),
                file("aanvraag-1.json", "application/json", b"{}"),
            ],
        }
    }

    #[tokio::test]
    async fn a_letter_arrives_with_its_id_and_both_files() {
        let (port, taken) = server(Some("250 taken\r\n")).await;
        let smtp = at(port);
        assert_eq!(smtp.ready().await, Ok(()));
        assert!(taken.lock().unwrap().is_empty(), "looking gives nothing");
        assert_eq!(smtp.give(letter()).await, Ok(()));
        let letters = taken.lock().unwrap();
        let [text] = letters.as_slice() else { panic!("{letters:?}") };
        for part in [
            "Message-ID: <00000000-0000-0000-0000-000000000001@example.nl>",
            "To: balie@example.nl",
            "Content-Type: application/pdf",
            "filename=\"aanvraag-1.pdf\"",
            "filename=\"aanvraag-1.json\"",
            "Met een punt.",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[tokio::test]
    async fn what_the_server_says_is_believed_and_of_silence_nothing_is_known() {
        for (verdict, means) in [
            (Some("451 later\r\n"), Obstacle::NotNow { retry_after: None }),
            (Some("550 nobody of that name\r\n"), Obstacle::Refused(ParkReason::Refused)),
            (Some("535 who are you\r\n"), Obstacle::Refused(ParkReason::KeyRefused)),
            (None, Obstacle::Unknown),
        ] {
            let (port, _) = server(verdict).await;
            assert_eq!(at(port).give(letter()).await, Err(means), "{verdict:?}");
        }
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_known_to_have_taken_nothing() {
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        assert_eq!(at(free).ready().await, Err(Obstacle::Unreached));
    }
}
