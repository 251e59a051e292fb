//! E-mail: a letter with the request as PDF and JSON, for municipalities without another system. Invariant: a letter
//! is given to the mail server only when that can be reached, and never again unless it is known that it was not
//! taken; all attempts of one request have the same Message-ID.

mod smtp;

use async_trait::async_trait;
use zuil_catalogue::Destination;

use super::request::{self, File, Paper};
use super::{Connector, EmailConfig, Errand, Obstacle};
use crate::store::{ParkReason, System};

pub use smtp::{Smtp, SmtpError};

/// The letter itself.
const LETTER: &str = "bericht";

/// A letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Made from the id of the transaction, so that a letter that came twice is seen to have.
    pub message_id: String,
    /// From whom.
    pub from: String,
    /// To whom.
    pub to: String,
    /// What it is about. It names no person.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// What is attached.
    pub files: Vec<File>,
}

/// Takes letters. Nobody is held up: what is asked of it ends by itself after a few minutes at most, also when the mail
/// server says nothing at all.
#[async_trait]
pub trait Postman: Send + Sync {
    /// Looks whether letters can be given now, without giving one.
    ///
    /// # Errors
    /// [`Obstacle`]; a server that says nothing is [`Obstacle::Unreached`].
    async fn ready(&self) -> Result<(), Obstacle>;

    /// Gives a letter once.
    ///
    /// # Errors
    /// [`Obstacle`]; it was not taken, unless that is [`Obstacle::Unknown`], as it is when the server has the whole
    /// letter and says nothing to it.
    async fn give(&self, letter: Letter) -> Result<(), Obstacle>;
}

/// Sends letters.
pub struct Email {
    postman: Box<dyn Postman>,
    from: String,
    /// To whom goes what the catalogue does not bring to an address.
    to: Option<String>,
    municipality: String,
    paper: Paper,
}

impl Email {
    /// Letters with the settings of the hub.
    #[must_use]
    pub fn new(config: &EmailConfig, postman: Box<dyn Postman>, municipality: &str, paper: Paper) -> Self {
        let (from, to) = (config.from.clone(), config.to.clone());
        Self { postman, from, to, municipality: municipality.to_owned(), paper }
    }

    fn letter(&self, errand: &Errand<'_>) -> Result<Letter, Obstacle> {
        let to = match &errand.task.destination {
            Some(Destination::Email { to }) => to,
            _ => self.to.as_ref().ok_or(Obstacle::Refused(ParkReason::NotConfigured))?,
        };
        let files = request::files(errand, &self.municipality, self.paper);
        let files = files.ok_or(Obstacle::Refused(ParkReason::NoPaper))?;
        let (title, reference) = (&errand.content.task_title, errand.stored.reference);
        let host = self.from.rsplit('@').next().unwrap_or("localhost");
        Ok(Letter {
            message_id: format!("<{}@{host}>", errand.stored.id),
            from: self.from.clone(),
            to: to.clone(),
            subject: format!("Aanvraag via de zuil: {title} ({reference})"),
            text: format!(
                "Bij de zuil {} is een aanvraag gedaan: {title}.\nHet kenmerk is {reference}.\n\n\
                 De aanvraag staat in de bijlagen: als PDF om te lezen en als JSON voor een programma.\n\
                 Staat dit kenmerk al in een ander bericht? Dan is het dezelfde aanvraag.\n",
                errand.stored.pillar
            ),
            files,
        })
    }
}

#[async_trait]
impl Connector for Email {
    fn system(&self) -> System {
        System::Email
    }

    fn steps(&self, _errand: &Errand<'_>) -> Vec<&'static str> {
        vec![LETTER]
    }

    fn is_blind(&self, _step: &str) -> bool {
        true
    }

    async fn prepare(&self, _step: &str, errand: &Errand<'_>) -> Result<(), Obstacle> {
        // A letter that cannot be made is never begun.
        self.letter(errand)?;
        self.postman.ready().await
    }

    async fn take(&self, _step: &str, errand: &Errand<'_>) -> Result<String, Obstacle> {
        let letter = self.letter(errand)?;
        let message_id = letter.message_id.clone();
        self.postman.give(letter).await?;
        Ok(message_id)
    }
}
