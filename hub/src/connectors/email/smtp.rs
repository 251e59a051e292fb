//! Letters over SMTP (RFC 5321), with TLS by rustls. Invariant: a reply of the server is believed; of a connection that
//! broke, or fell silent, after the letter itself was begun it is not known whether the letter was taken; before that it
//! was not. Every wait for a server has an end.

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use lettre::Message;
use lettre::address::{AddressError, Envelope};
use lettre::message::header::ContentType;
use lettre::message::{Attachment, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, Tls, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::{Error, response::Severity};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::super::Obstacle;
use super::super::settings::{EmailConfig, Encryption};
use super::{Letter, Postman};
use crate::store::ParkReason;

/// How long a connection to one of the addresses of the server may take to be made.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// How long it may take until the server has greeted, is encrypted, and knows who the hub is.
const HELLO_TIME: Duration = Duration::from_secs(45);
/// How long it may take until the server wants to read the letter.
const ENVELOPE_TIME: Duration = Duration::from_secs(45);
/// How long it may read the letter, and look for unwanted mail before it takes it.
const LETTER_TIME: Duration = Duration::from_mins(4);
/// How long it may take to say goodbye.
const GOODBYE_TIME: Duration = Duration::from_secs(5);
/// What a server says that does not believe who the hub is (RFC 4954, section 6).
const NOT_BELIEVED: [u16; 3] = [530, 534, 535];

/// A mail server.
pub struct Smtp {
    host: String,
    port: u16,
    tls: Tls,
    credentials: Option<Credentials>,
}

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
        let credentials = config.username.clone().zip(password);
        let credentials =
            credentials.map(|(username, password)| Credentials::new(username, password.as_str().to_owned()));
        Ok(Self { host: config.host.clone(), port: config.port(), tls, credentials })
    }

    /// A connection on which a letter can be given.
    async fn connected(&self) -> Result<AsyncSmtpConnection, Error> {
        let (server, me) = ((self.host.as_str(), self.port), ClientId::default());
        let at_once = if let Tls::Wrapper(tls) = &self.tls { Some(tls.clone()) } else { None };
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT_TIME), &me, at_once, None).await?;
        if let Tls::Required(tls) = &self.tls {
            connection.starttls(tls.clone(), &me).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

#[async_trait]
impl Postman for Smtp {
    async fn ready(&self) -> Result<(), Obstacle> {
        let connection = before_the_letter(HELLO_TIME, self.connected()).await?;
        leave(connection).await;
        Ok(())
    }

    async fn give(&self, letter: Letter) -> Result<(), Obstacle> {
        let message = message(letter).ok_or(Obstacle::Refused(ParkReason::Refused))?;
        let mut connection = before_the_letter(HELLO_TIME, self.connected()).await?;
        let given = hand_in(&mut connection, message.envelope(), &message.formatted()).await;
        // Who has gone, or says nothing, needs no goodbye.
        if !matches!(given, Err(Obstacle::Unknown | Obstacle::Unreached)) {
            leave(connection).await;
        }
        given
    }
}

/// Gives a letter once.
async fn hand_in(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
    bytes: &[u8],
) -> Result<(), Obstacle> {
    let wanted = wanted(connection, envelope, bytes).ok_or(Obstacle::Refused(ParkReason::WrongAddress))?;
    let asked = async {
        connection.command(Mail::new(envelope.from().cloned(), wanted)).await?;
        for to in envelope.to() {
            connection.command(Rcpt::new(to.clone(), Vec::new())).await?;
        }
        connection.command(Data).await
    };
    before_the_letter(ENVELOPE_TIME, asked).await?;
    let Ok(given) = timeout(LETTER_TIME, connection.message(bytes)).await else {
        tracing::warn!("the mail server does not say whether it took a letter");
        return Err(Obstacle::Unknown);
    };
    given.map(drop).map_err(|error| obstacle(&error))
}

/// What the server must do for a letter that is not plain (RFC 6531, RFC 6152); nothing when it cannot.
fn wanted(connection: &AsyncSmtpConnection, envelope: &Envelope, bytes: &[u8]) -> Option<Vec<MailParameter>> {
    let can = |extension| connection.server_info().supports_feature(extension);
    let mut addresses = envelope.from().into_iter().chain(envelope.to());
    let mut wanted = Vec::new();
    if !addresses.all(|address| address.to_string().is_ascii()) {
        wanted.push(can(Extension::SmtpUtfEight).then_some(MailParameter::SmtpUtfEight)?);
    }
    if !bytes.is_ascii() {
        let eight_bits = MailParameter::Body(MailBodyParameter::EightBitMime);
        wanted.push(can(Extension::EightBitMime).then_some(eight_bits)?);
    }
    Some(wanted)
}

/// Does something of what comes before a letter: a server that breaks it off, or says nothing, has taken none.
async fn before_the_letter<T>(
    time: Duration,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Obstacle> {
    let Ok(done) = timeout(time, work).await else {
        tracing::warn!(seconds = time.as_secs(), "the mail server says nothing");
        return Err(Obstacle::Unreached);
    };
    done.map_err(|error| match obstacle(&error) {
        Obstacle::Unknown => Obstacle::Unreached,
        known => known,
    })
}

/// Says goodbye. What the server says to that means nothing any more.
async fn leave(mut connection: AsyncSmtpConnection) {
    if !matches!(timeout(GOODBYE_TIME, connection.quit()).await, Ok(Ok(_))) {
        tracing::debug!("the mail server said no goodbye");
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
    use tokio::sync::oneshot;

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
        encrypted_at(port, Encryption::None)
    }

    fn encrypted_at(port: u16, encryption: Encryption) -> Smtp {
        let config = EmailConfig {
            host: "127.0.0.1".into(),
            port: Some(port),
            encryption,
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

    /// Before the first word of a server.
    const GREETING: &str = "greeting";
    /// After the server said that it will encrypt.
    const HANDSHAKE: &str = "handshake";
    /// That it will.
    const ENCRYPTS: &str = "220 go on\r\n";

    /// A mail server (made up) that says nothing any more when it hears a word, with the connection open, and that tells
    /// when it is silent.
    async fn silent_server(word: &'static str) -> (u16, oneshot::Receiver<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (silent, is_silent) = oneshot::channel();
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let (from, mut to) = stream.into_split();
            let mut lines = BufReader::new(from).lines();
            let mut reply = (word != GREETING).then_some("220 made-up\r\n");
            while let Some(says) = reply {
                to.write_all(says.as_bytes()).await.unwrap();
                if word == HANDSHAKE && says == ENCRYPTS {
                    break;
                }
                let line = lines.next_line().await.unwrap().unwrap();
                reply = match line.split(' ').next().unwrap() {
                    heard if heard == word => None,
                    "EHLO" => Some("250-made-up\r\n250 STARTTLS\r\n"),
                    "STARTTLS" => Some(ENCRYPTS),
                    "MAIL" | "RCPT" => Some("250 yes\r\n"),
                    "DATA" => Some("354 go on\r\n"),
                    "." => Some("250 taken\r\n"),
                    // A line of the letter.
                    _ => Some(""),
                };
            }
            silent.send(()).unwrap();
            std::future::pending::<()>().await;
        });
        (port, is_silent)
    }

    #[tokio::test]
    async fn a_server_that_falls_silent_is_given_up_and_only_a_whole_letter_is_one_of_which_nobody_knows() {
        let nothing_taken = || Err(Obstacle::Unreached);
        for (word, encryption, means) in [
            (GREETING, Encryption::None, nothing_taken()),
            (GREETING, Encryption::Tls, nothing_taken()),
            ("EHLO", Encryption::None, nothing_taken()),
            ("STARTTLS", Encryption::Starttls, nothing_taken()),
            (HANDSHAKE, Encryption::Starttls, nothing_taken()),
            ("MAIL", Encryption::None, nothing_taken()),
            ("RCPT", Encryption::None, nothing_taken()),
            ("DATA", Encryption::None, nothing_taken()),
            (".", Encryption::None, Err(Obstacle::Unknown)),
            ("QUIT", Encryption::None, Ok(())),
        ] {
            let (port, is_silent) = silent_server(word).await;
            let giving = tokio::spawn(async move { encrypted_at(port, encryption).give(letter()).await });
            is_silent.await.unwrap();
            // From here on nothing happens but that time passes.
            tokio::time::pause();
            assert_eq!(giving.await.unwrap(), means, "{word}, {encryption:?}");
            tokio::time::resume();
        }
    }

    #[tokio::test]
    async fn a_server_that_does_not_greet_is_not_ready_and_is_given_up() {
        let (port, is_silent) = silent_server(GREETING).await;
        let looking = tokio::spawn(async move { at(port).ready().await });
        is_silent.await.unwrap();
        tokio::time::pause();
        let begun = tokio::time::Instant::now();
        assert_eq!(looking.await.unwrap(), Err(Obstacle::Unreached));
        assert!(begun.elapsed() < 2 * HELLO_TIME, "{:?}", begun.elapsed());
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
    async fn what_the_server_says_is_believed_and_of_who_hangs_up_nothing_is_known() {
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
