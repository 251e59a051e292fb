//! The readers of the pillar: who listens, how they are, and what they read in the visit's words.
//!
//! Invariant: what is read goes to the visit and nowhere else.

use super::Runner;
use crate::clock::Moment;
use crate::devices::reader::{self, Condition, Reader, ReaderEvent};
use crate::visit::{DocumentKind, Event, ReaderKind, Reading};

/// The readers that the pillar has.
#[derive(Default)]
pub struct Readers {
    /// The reader of identity documents, when there is one.
    pub document: Option<Box<dyn Reader>>,
    /// The reader of waste passes, when there is one.
    pub pass: Option<Box<dyn Reader>>,
    document_condition: Condition,
    pass_condition: Condition,
}

impl Readers {
    /// The readers of a pillar that has said nothing yet.
    #[must_use]
    pub fn new(document: Option<Box<dyn Reader>>, pass: Option<Box<dyn Reader>>) -> Self {
        Self { document, pass, ..Self::default() }
    }

    /// Takes what a reader told; gives what the visit is told of it.
    pub(super) fn said(&mut self, kind: ReaderKind, event: ReaderEvent) -> Option<Event> {
        match event {
            ReaderEvent::Condition(condition) => {
                match kind {
                    ReaderKind::Document => self.document_condition = condition,
                    ReaderKind::Pass => self.pass_condition = condition,
                }
                None
            }
            ReaderEvent::Read(reading) => Some(Event::Read(in_visit(&reading))),
            ReaderEvent::Unreadable => Some(Event::Unreadable),
        }
    }

    /// Listens to one reader for one reading.
    pub(super) fn listen(&self, kind: ReaderKind) {
        if let Some(reader) = self.reader(kind) {
            reader.listen();
        }
    }

    /// Listens to none.
    pub(super) fn ignore(&self) {
        self.document.iter().chain(&self.pass).for_each(|reader| reader.ignore());
    }

    /// Whether something can be held against a reader now.
    pub(super) fn is_ready(&self, kind: ReaderKind) -> bool {
        self.reader(kind).is_some() && self.condition(kind) == Condition::Ready
    }

    /// How a reader is.
    #[must_use]
    pub const fn condition(&self, kind: ReaderKind) -> Condition {
        match kind {
            ReaderKind::Document => self.document_condition,
            ReaderKind::Pass => self.pass_condition,
        }
    }

    fn reader(&self, kind: ReaderKind) -> Option<&dyn Reader> {
        match kind {
            ReaderKind::Document => self.document.as_deref(),
            ReaderKind::Pass => self.pass.as_deref(),
        }
    }
}

fn in_visit(reading: &reader::Reading) -> Reading {
    match reading {
        reader::Reading::Document(document) => Reading::Document {
            kind: match document.kind {
                reader::DocumentKind::Passport => DocumentKind::Passport,
                reader::DocumentKind::IdentityCard => DocumentKind::IdentityCard,
            },
            number: document.number.clone(),
            expires: document.expires,
        },
        reader::Reading::WastePass(number) => Reading::WastePass(number.clone()),
    }
}

impl Runner {
    /// Remembers how a reader is, for the hub.
    pub(super) fn note_reader(&mut self, kind: ReaderKind, event: &ReaderEvent, now: Moment) {
        let reader = match kind {
            ReaderKind::Document => &mut self.health.document_reader,
            ReaderKind::Pass => &mut self.health.pass_reader,
        };
        if let (ReaderEvent::Condition(condition), Some(reader)) = (event, reader) {
            reader.become_condition(*condition, now.timestamp);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Scripted(Arc<Mutex<Vec<&'static str>>>);

    impl Reader for Scripted {
        fn listen(&self) {
            self.0.lock().unwrap().push("listen");
        }

        fn ignore(&self) {
            self.0.lock().unwrap().push("ignore");
        }
    }

    #[test]
    fn a_reader_is_ready_only_while_its_port_is_open() {
        let mut readers = Readers::new(Some(Box::new(Scripted::default())), None);
        assert!(!readers.is_ready(ReaderKind::Document));
        for (condition, ready) in [(Condition::Ready, true), (Condition::Offline, false)] {
            assert_eq!(readers.said(ReaderKind::Document, ReaderEvent::Condition(condition)), None);
            assert_eq!(readers.is_ready(ReaderKind::Document), ready);
        }
        readers.said(ReaderKind::Pass, ReaderEvent::Condition(Condition::Ready));
        assert!(!readers.is_ready(ReaderKind::Pass), "the pillar has none");
    }

    #[test]
    fn one_reader_listens_and_all_stop() {
        let (document, pass) = (Scripted::default(), Scripted::default());
        let readers = Readers::new(Some(Box::new(document.clone())), Some(Box::new(pass.clone())));
        readers.listen(ReaderKind::Pass);
        readers.ignore();
        assert_eq!(*document.0.lock().unwrap(), ["ignore"]);
        assert_eq!(*pass.0.lock().unwrap(), ["listen", "ignore"]);
    }
}
