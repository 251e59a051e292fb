//! What the devices can do, told to the visit.
//!
//! Invariant: the visit hears of every change, and of nothing else.

use super::Runner;
use super::printing::why;
use crate::clock::Moment;
use crate::visit::{Event, Offer, ReaderKind};

impl Runner {
    /// Tells the visit what the devices can do, when that has changed.
    pub(super) fn offer(&mut self, now: Moment) {
        let printer = self.printer_condition();
        let offer = Offer {
            card: self.till.can_charge(now.uptime),
            printer: printer.can_print(),
            printer_trouble: (!printer.can_print()).then(|| why(printer)),
            network: self.online,
            document_reader: self.readers.is_ready(ReaderKind::Document),
            pass_reader: self.readers.is_ready(ReaderKind::Pass),
        };
        if self.offered != Some(offer) {
            self.offered = Some(offer);
            self.tell(Event::Offer(offer), now);
        }
    }
}
