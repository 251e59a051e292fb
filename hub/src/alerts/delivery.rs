//! Gives messages to the mail server or a program, again and again until they were taken. Invariant: a message has the
//! same id at every try, and no two tries of it are made at once; one that cannot be given is in no other's way, and is
//! given up when it is old news.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use axum::http::{Request, header};
use jiff::{SignedDuration, Timestamp};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::letter::Mail;
use crate::connectors::Obstacle;
use crate::connectors::email::{Letter, Postman};
use crate::handover::courier::Courier;
use crate::store::{Channel, DueMessage, Store, StoreError};

/// In which a program finds `sha256=` and the HMAC-SHA256 of the body, with the agreed secret, in hexadecimal.
pub const SIGNATURE_HEADER: &str = "zuil-signature";
/// After how long nobody wants to hear it any more.
const OLD: SignedDuration = SignedDuration::from_hours(24 * 3);
/// How long the second try waits; each one after it waits twice as long.
const FIRST: SignedDuration = SignedDuration::from_secs(15);
/// How long it waits at most.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);
/// How long a try may take before another hub may take it over.
pub(super) const AT_MOST: SignedDuration = SignedDuration::from_mins(3);
/// How long a try takes at most: shorter than [`AT_MOST`], so that one that hangs is over before the next begins.
const GIVE_TIME: Duration = Duration::from_secs(90);
/// How many are given at once.
pub(super) const AT_ONCE: u32 = 8;

/// The mail server, and from whom letters come.
pub(super) struct Mailbox {
    pub postman: Box<dyn Postman>,
    pub from: String,
}

/// A program that hears of alerts.
pub(super) struct Webhook {
    pub courier: Arc<dyn Courier>,
    pub url: String,
    pub secret: Zeroizing<String>,
}

/// Where messages go.
pub(super) struct Delivery {
    pub mailbox: Option<Mailbox>,
    pub webhook: Option<Webhook>,
}

/// What became of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    Yes,
    /// Not now, or nobody knows.
    NotYet,
    /// It never will be: nobody takes it.
    Never,
}

impl Delivery {
    /// Tries to give a message, and keeps what became of it.
    pub(super) async fn give(
        &self,
        due: &DueMessage,
        store: &dyn Store,
        clock: impl Fn() -> Timestamp,
    ) -> Result<Given, StoreError> {
        let given = timeout(GIVE_TIME, self.attempt(due)).await.unwrap_or(Given::NotYet);
        let now = clock();
        let id = due.message.id;
        let is_old = now.duration_since(due.since) > OLD;
        match given {
            Given::Yes => store.end_message(id)?,
            Given::NotYet if !is_old => {
                tracing::warn!(%id, channel = due.message.channel.as_str(), tries = due.tries + 1, "an alert was not taken; it is tried again");
                store.retry_message(id, now + wait(due.tries))?;
            }
            Given::NotYet | Given::Never => {
                tracing::error!(%id, channel = due.message.channel.as_str(), tries = due.tries + 1, "an alert was given up; it stands on the pages; look at [alerts] in hub.toml");
                store.end_message(id)?;
            }
        }
        Ok(given)
    }

    async fn attempt(&self, due: &DueMessage) -> Given {
        match (due.message.channel, &self.mailbox, &self.webhook) {
            (Channel::Email, Some(mailbox), _) => mailbox.give(due).await,
            (Channel::Webhook, _, Some(webhook)) => webhook.give(due).await,
            // It was configured when the message was written.
            _ => Given::Never,
        }
    }
}

impl Mailbox {
    async fn give(&self, due: &DueMessage) -> Given {
        let Ok(mail) = serde_json::from_str::<Mail>(&due.message.body) else { return Given::Never };
        let host = self.from.rsplit('@').next().unwrap_or("localhost");
        let letter = Letter {
            message_id: format!("<{}@{host}>", due.message.id),
            from: self.from.clone(),
            to: mail.to,
            subject: mail.subject,
            text: mail.text,
            files: Vec::new(),
        };
        match self.postman.give(letter).await {
            Ok(()) => Given::Yes,
            // What a server refuses today it may take when somebody has mended it. That nobody has is known in the end.
            Err(
                Obstacle::Unknown
                | Obstacle::Unreached
                | Obstacle::NotNow { .. }
                | Obstacle::Refused(_)
                | Obstacle::Wrong(_)
                | Obstacle::AlreadyThere,
            ) => Given::NotYet,
        }
    }
}

impl Webhook {
    async fn give(&self, due: &DueMessage) -> Given {
        let body = due.message.body.as_bytes();
        let request = Request::post(&self.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(SIGNATURE_HEADER, signature(self.secret.as_bytes(), body))
            .body(body.to_vec());
        let Ok(request) = request else { return Given::Never };
        match self.courier.send(request).await {
            Ok(answer) if answer.status().is_success() => Given::Yes,
            Ok(answer) => {
                tracing::warn!(
                    status = answer.status().as_u16(),
                    "the program that hears of alerts took none"
                );
                Given::NotYet
            }
            Err(_) => Given::NotYet,
        }
    }
}

/// `sha256=` and the HMAC-SHA256 of a body, in hexadecimal.
fn signature(secret: &[u8], body: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), body);
    tag.as_ref().iter().fold("sha256=".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn wait(tries: u32) -> SignedDuration {
    let doubled = 2_i32.saturating_pow(tries.min(16));
    FIRST.checked_mul(doubled).map_or(LONGEST, |wait| wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_of_the_standard() {
        // RFC 4231, test case 2.
        assert_eq!(
            signature(b"Jefe", b"what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn tries_become_rarer_up_to_one_an_hour() {
        let waits: Vec<i64> = (0..12).map(|tries| wait(tries).as_secs()).collect();
        assert_eq!(waits[..4], [15, 30, 60, 120]);
        assert_eq!((waits[9], waits[11], wait(u32::MAX).as_secs()), (3600, 3600, 3600));
    }
}
