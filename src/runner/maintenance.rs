//! The technician at the pillar: begins a service visit, shows it in place of the residents' visit, and does what it wants
//! done.
//!
//! Invariant: it begins only while nobody stands here, no payment goes on and nothing is being printed, and while it goes on
//! no resident's visit begins; what takes time is done on other threads, and the runner waits for none of it.

use jiff::civil::Date;
use uuid::Uuid;

use super::Runner;
use crate::clock::Moment;
use crate::devices::printer::PrinterEvent;
use crate::devices::terminal::NotDone;
use crate::maintenance::{Deed, Diagnosis, Event, Found, PillarFacts, Service, Work};
use crate::visit::{Intent, ReaderKind, WhyNotPrinted};
use crate::visits::{Counts, Tally};

use super::printing::why;

/// What becomes of what technicians want done.
pub struct Technicians {
    /// Does what takes time, and answers by [`super::Input::Service`]. Returns at once. The number is the serial of the
    /// code, once one was right.
    pub perform: Box<dyn Fn(Deed, Option<u16>) + Send>,
}

/// The service visit that goes on, and what is counted for it.
#[derive(Default)]
pub(super) struct Maintenance {
    technicians: Option<Technicians>,
    service: Option<Service>,
    /// Service visits since the program started.
    services: u64,
    /// The test receipt that the printer has.
    printing: Option<Uuid>,
    /// Visits of residents, and their receipts.
    tally: Tally,
    somebody_is_here: bool,
}

impl Maintenance {
    /// What it shows, when a service visit goes on.
    pub(super) const fn service(&self) -> Option<&Service> {
        self.service.as_ref()
    }

    /// Whether nothing of a technician goes on.
    pub(super) const fn is_idle(&self) -> bool {
        self.service.is_none() && self.printing.is_none()
    }

    /// A receipt is on paper.
    pub(super) fn counts_a_receipt(&mut self, today: Date) {
        self.tally.receipt(today);
    }
}

impl Runner {
    /// Lets technicians in who make the gesture and know a code.
    #[must_use]
    pub fn for_technicians(mut self, technicians: Technicians) -> Self {
        self.maintenance.technicians = Some(technicians);
        self
    }

    /// Goes on counting visits and receipts where this is.
    #[must_use]
    pub fn counting(mut self, tally: Tally) -> Self {
        self.maintenance.tally = tally;
        self
    }

    /// Takes what somebody did when it is a technician's; whether it was.
    pub(super) fn is_technicians(&mut self, intent: &Intent, now: Moment) -> bool {
        if self.maintenance.service.is_some() {
            self.serve_technician(Event::Did(intent.clone()), now);
            return true;
        }
        if *intent != Intent::Technician {
            return false;
        }
        if self.maintenance.technicians.is_some() && self.is_free() {
            let frame = self.visit.view(now.in_zone(&self.time_zone)).frame;
            self.maintenance.services += 1;
            self.maintenance.service = Some(Service::begin(self.maintenance.services, &frame, now));
        }
        true
    }

    /// Tells the service visit, if one goes on, and does what it wants done, until it wants nothing more.
    pub(super) fn serve_technician(&mut self, event: Event, now: Moment) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            let Some(service) = &mut self.maintenance.service else { return };
            let deeds = service.handle(event, now);
            let serial = service.serial();
            for deed in deeds {
                events.extend(self.do_for_technician(deed, serial, now));
            }
        }
    }

    /// Does one thing; what it can answer at once is returned.
    fn do_for_technician(&mut self, deed: Deed, serial: Option<u16>, now: Moment) -> Option<Event> {
        match deed {
            Deed::PrintTest => self.print_for_technician(now),
            Deed::Diagnose if self.till.diagnose() => None,
            Deed::Diagnose => Some(Event::Found(Found::Diagnosed(Diagnosis::NotNow))),
            Deed::Listen(kind) => {
                self.readers.listen(kind);
                None
            }
            Deed::Ignore => {
                self.readers.ignore();
                None
            }
            Deed::NewRoll => {
                if let Some(roll) = &mut self.roll {
                    roll.is_new();
                }
                None
            }
            Deed::Close => {
                self.maintenance.service = None;
                None
            }
            deed => {
                if let (Deed::Begin(_, Work::Brightness(percent)), Some(light)) = (&deed, &mut self.light) {
                    light.becomes(*percent);
                }
                let answer = (deed == Deed::Look).then(|| Event::Pillar(self.pillar_facts(now)));
                if let Some(Technicians { perform }) = &self.maintenance.technicians {
                    perform(deed, serial);
                }
                answer
            }
        }
    }

    fn print_for_technician(&mut self, now: Moment) -> Option<Event> {
        let condition = self.printer_condition();
        let printer = self.printer.as_ref().filter(|_| condition.can_print());
        let Some(printer) = printer else {
            return Some(Event::Found(Found::Printed(Some(Err(why(condition))))));
        };
        let job = self.test_job(now);
        self.maintenance.printing = Some(job.id);
        printer.print(job);
        None
    }

    /// Whether this is the printer's word on a technician's test receipt.
    pub(super) fn hear_of_a_technicians_test(&mut self, event: &PrinterEvent, now: Moment) -> bool {
        let (job, outcome) = match event {
            PrinterEvent::Printed(job) => (job, Some(Ok(()))),
            PrinterEvent::NotPrinted(job, condition) => (job, Some(Err(why(*condition)))),
            PrinterEvent::Unknown(job) => (job, None::<Result<(), WhyNotPrinted>>),
            PrinterEvent::Condition(_) | PrinterEvent::Used { .. } => return false,
        };
        if self.maintenance.printing.take_if(|printing| printing == job).is_none() {
            return false;
        }
        self.serve_technician(Event::Found(Found::Printed(outcome)), now);
        true
    }

    /// What came of the terminal's diagnosis.
    pub(super) fn hear_of_a_diagnosis(&mut self, outcome: Result<(), NotDone>, now: Moment) {
        let diagnosis = match outcome {
            Ok(()) => Diagnosis::Well,
            Err(NotDone::Refused(code)) => Diagnosis::Failed(code),
            Err(NotDone::Silent) => Diagnosis::Silent,
        };
        self.serve_technician(Event::Found(Found::Diagnosed(diagnosis)), now);
    }

    /// Whether something that was held against a reader is a technician's. Only whether it could be read is told.
    pub(super) fn is_held_by_technician(&mut self, kind: ReaderKind, readable: bool, now: Moment) -> bool {
        let is = self.maintenance.service.is_some();
        self.serve_technician(Event::Found(Found::Held(kind, readable)), now);
        is
    }

    /// Counts a visit when somebody came. It is written down when nobody is here any more.
    pub(super) fn count_visits(&mut self, now: Moment) {
        let somebody_is_here = !self.visit.is_waiting();
        if !somebody_is_here {
            self.maintenance.tally.hand_on();
        } else if !self.maintenance.somebody_is_here {
            let today = self.today(now);
            self.maintenance.tally.visit(today);
        }
        self.maintenance.somebody_is_here = somebody_is_here;
    }

    /// The day where the pillar stands.
    pub(super) fn today(&self, now: Moment) -> Date {
        now.in_zone(&self.time_zone).wall.date()
    }

    fn pillar_facts(&self, now: Moment) -> PillarFacts {
        let Counts { visits, receipts, since } = self.maintenance.tally.counts();
        // Of an outbox that cannot be read nobody knows that nothing waits in it.
        let waiting = self.outbox.counts().map_or(1, |counts| counts.saved);
        PillarFacts {
            serves: true,
            is_enrolled: true,
            name: self.identity.pillar.clone(),
            catalogue: self.visit.edition().catalogue.version.clone(),
            waiting,
            online: self.online,
            visits,
            receipts,
            counted_since: since,
            paper_used_mm: self.roll.as_ref().map(|roll| roll.paper(self.today(now)).used_mm),
            celsius: self.reported.as_ref().and_then(|report| report.celsius),
            has_printer: self.printer.is_some(),
            has_terminal: self.health.terminal.is_some(),
            reads_documents: self.readers.document.is_some(),
            reads_passes: self.readers.pass.is_some(),
        }
    }
}

#[cfg(test)]
mod tests;
