//! `zuil rescue`: what a machine shows whose data cannot be opened, and what a technician can do about it there.
//!
//! Invariant: it has no data, no settings and no hub. It reads what the image says of the disk, and writes wishes that the
//! image's own services take; it opens and wipes nothing itself.

mod files;
mod pages;

use std::io;
use std::time::Instant;

use uuid::Uuid;

use crate::visit::{Intent, View};

pub use files::Places;
use files::WishFile;
use pages::{Pages, Why, Wish};

/// How the data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// It cannot be read.
    Closed,
    /// It was opened: the pillar can begin.
    Open,
}

/// The screen of a machine whose data is closed.
pub struct Rescue {
    places: Places,
    pages: Pages,
    /// What the image is doing with what was typed here.
    asked: Option<Uuid>,
    show: Box<dyn FnMut(View)>,
    shown: Option<View>,
}

impl Rescue {
    /// Begins. `show` is called with every view that differs from the one before.
    #[must_use]
    pub fn new(places: Places, now: Instant, show: impl FnMut(View) + 'static) -> Self {
        let pages = Pages::new(places.disk(), now);
        let mut rescue = Self { places, pages, asked: None, show: Box::new(show), shown: None };
        rescue.shows(now);
        rescue
    }

    /// Takes what was touched.
    pub fn hear(&mut self, intent: &Intent, now: Instant) {
        let wish = self.pages.handle(intent, now);
        if let Err(error) = self.writes(wish) {
            tracing::error!(%error, "a wish for the image could not be written");
            self.pages.went_wrong();
        }
        self.shows(now);
    }

    /// Looks what became of what was wished; to be called twice a second or so.
    pub fn look(&mut self, now: Instant) -> Data {
        // The answer first: what the image says of the disk is not older than that then.
        let answer = self.asked.and_then(|id| self.places.answer(id));
        if answer.is_some() {
            self.asked = None;
        }
        let disk = self.places.disk();
        if disk.is_open {
            return Data::Open;
        }
        self.pages.learn(disk, answer, now);
        self.shows(now);
        Data::Closed
    }

    /// Whether all is well but for the passphrase, which nobody has typed yet.
    #[must_use]
    pub fn waits_for_passphrase(&self) -> bool {
        self.pages.disk().why == Why::Passphrase
    }

    fn writes(&mut self, wish: Wish) -> io::Result<()> {
        let id = Uuid::new_v4();
        match wish {
            Wish::Nothing => Ok(()),
            Wish::Unlock => {
                self.asked = Some(id);
                let passphrase = self.pages.takes_typed();
                self.places.wish("unlock.json", &WishFile { id, passphrase: Some(passphrase.as_str()) })
            }
            Wish::Wipe => self.places.wish("wipe.json", &WishFile { id, passphrase: None }),
            Wish::Restart => self.places.wish("restart.json", &WishFile { id, passphrase: None }),
        }
    }

    fn shows(&mut self, now: Instant) {
        let view = self.pages.view(now);
        if self.shown.as_ref() != Some(&view) {
            self.shown = Some(view.clone());
            (self.show)(view);
        }
    }
}

#[cfg(test)]
pub(crate) use pages::samples;

#[cfg(test)]
mod tests;
