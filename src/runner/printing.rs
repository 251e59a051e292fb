//! The receipt on its way to paper, and what the printer says.
//!
//! Invariant: only what became of the visit's own receipt is told to it, and a printer that is stuck keeps
//! nothing of a visit that is over.

use uuid::Uuid;

use super::Runner;
use crate::clock::Moment;
use crate::devices::printer::{self, Job, PrinterEvent};
use crate::receipt;
use crate::visit::{Event, ReceiptOutcome, Slip, WhyNotPrinted};
use crate::waypoint::Waypoint;

impl Runner {
    pub(super) fn print(&mut self, slip: &Slip) -> Option<Event> {
        let Some(printer) = &self.printer else {
            return Some(Event::Receipt(ReceiptOutcome::NotPrinted(WhyNotPrinted::Offline)));
        };
        let receipt::Printable { bytes, millimetres } =
            receipt::render(&receipt::compose(slip), self.columns);
        let id = Uuid::new_v4();
        printer.print(Job { id, bytes, millimetres });
        self.printing = Some(id);
        self.waypoints.pass(Waypoint::Printing);
        None
    }

    /// The visit is over. A healthy printer finishes the receipt that is on its way to the
    /// resident's hand; one that is stuck must not print it for the next resident.
    pub(super) fn forget_receipt(&mut self) {
        if self.printing.is_some() && !self.printer_condition().can_print() {
            if let Some(printer) = &self.printer {
                printer.forget();
            }
            self.printing = None;
        }
    }

    pub(super) fn printer_said(&mut self, event: PrinterEvent, now: Moment) {
        if let Some(roll) = &mut self.roll {
            roll.hear(&event, now.in_zone(&self.time_zone).wall.date());
        }
        if self.hear_of_a_test(&event) || self.hear_of_a_technicians_test(&event, now) {
            return;
        }
        let (job, outcome) = match event {
            // A printer that prints is as well as it was.
            PrinterEvent::Condition(printer::Condition::Printing) => return,
            PrinterEvent::Condition(condition) => {
                if let Some(printer) = &mut self.health.printer {
                    printer.become_condition(condition, now.timestamp);
                }
                return;
            }
            PrinterEvent::Printed(job) => (job, ReceiptOutcome::Printed),
            PrinterEvent::NotPrinted(job, condition) => (job, ReceiptOutcome::NotPrinted(why(condition))),
            PrinterEvent::Unknown(job) => (job, ReceiptOutcome::Unknown),
            PrinterEvent::Used { .. } => return,
        };
        if self.printing == Some(job) {
            self.printing = None;
            if outcome == ReceiptOutcome::Printed {
                let today = self.today(now);
                self.maintenance.counts_a_receipt(today);
                self.waypoints.pass(Waypoint::Printed);
            }
            self.tell(Event::Receipt(outcome), now);
        }
    }

    /// A pillar without a printer is like one whose printer is not there.
    pub(super) fn printer_condition(&self) -> printer::Condition {
        self.health.printer.map_or(printer::Condition::Offline, |printer| printer.condition)
    }
}

pub(super) const fn why(condition: printer::Condition) -> WhyNotPrinted {
    match condition {
        printer::Condition::PaperOut => WhyNotPrinted::PaperOut,
        printer::Condition::CoverOpen => WhyNotPrinted::CoverOpen,
        printer::Condition::CutterError => WhyNotPrinted::Cutter,
        printer::Condition::Unknown
        | printer::Condition::Ready
        | printer::Condition::NearEnd
        | printer::Condition::Printing
        | printer::Condition::Offline => WhyNotPrinted::Offline,
    }
}
