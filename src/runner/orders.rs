//! Carries out what technicians order from afar.
//!
//! Invariant: nothing is begun while somebody stands here, a payment is open or a receipt is being printed, and
//! nothing that was begun is begun again: it is durable before it is done. Starting anew interrupts no other order.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;
use zuil_wire::Order;
use zuil_wire::orders::{OrderFailure, Task};

use super::Runner;
use crate::clock::Moment;
use crate::devices::printer::{self, Job, PrinterEvent};
use crate::orders::Ledger;
use crate::receipt;
use crate::visit::{Event, OutOfService, View};

/// What becomes of orders.
pub struct Remote {
    /// Knows what was ordered, and what became of it.
    pub ledger: Arc<Ledger>,
    /// Has the program ended cleanly and started anew.
    pub restart: Box<dyn Fn() + Send>,
    /// Makes what an order asks for, of this first screen, and puts it into the ledger. Returns at once.
    pub make: Box<dyn Fn(Order, View) + Send>,
}

/// The orders that are still to be done.
#[derive(Default)]
pub(super) struct Orders {
    remote: Option<Remote>,
    waiting: Vec<Waiting>,
    /// The test print that the printer has: its job, and the order.
    printing: Option<(Uuid, Order)>,
    /// The program is ending, to be started anew.
    restarting: bool,
}

struct Waiting {
    order: Order,
    /// By the pillar's uptime; for ever when nothing.
    until: Option<Duration>,
}

impl Orders {
    pub(super) fn of(remote: Option<Remote>) -> Self {
        Self { remote, ..Self::default() }
    }

    /// Why nobody is served, by an order.
    pub(super) fn closed(&self) -> Option<OutOfService> {
        self.remote.as_ref()?.ledger.closed().map(OutOfService::Ordered)
    }

    /// Takes what is begun next. Starting anew is last, and not before the hub has what was made for other orders,
    /// which is nowhere but in memory.
    fn take_next(&mut self) -> Option<Order> {
        let at = match self.waiting.iter().position(|waiting| waiting.order.what != Task::Restart) {
            Some(at) => at,
            None if self.waiting.is_empty() || self.remote.as_ref()?.ledger.is_under_way() => return None,
            None => 0,
        };
        Some(self.waiting.remove(at).order)
    }
}

impl Runner {
    /// Takes what the hub told last: these are still to be done, and nothing else.
    pub(super) fn hear_orders(&mut self, orders: Vec<Order>, now: Moment) {
        let Some(Remote { ledger, .. }) = &self.orders.remote else { return };
        if self.orders.restarting {
            // It would be interrupted. The program that comes after hears of it again.
            return;
        }
        let new = orders.into_iter().filter(|order| ledger.is_new(order.id));
        let until =
            |order: &Order| order.seconds.map(|seconds| now.uptime + Duration::from_secs(u64::from(seconds)));
        self.orders.waiting = new.map(|order| Waiting { until: until(&order), order }).collect();
    }

    /// Does what is ordered, when nobody is here.
    pub(super) fn carry_out_orders(&mut self, now: Moment) {
        if self.orders.waiting.is_empty() {
            return;
        }
        self.orders.waiting.retain(|waiting| waiting.until.is_none_or(|until| now.uptime < until));
        if !self.is_free() {
            if let Some(Remote { ledger, .. }) = &self.orders.remote {
                self.orders.waiting.iter().for_each(|waiting| ledger.waits(&waiting.order));
            }
            return;
        }
        while self.is_free()
            && let Some(order) = self.orders.take_next()
        {
            tracing::info!(id = %order.id, what = ?order.what, "a technician ordered this; it is begun");
            self.carry_out(order, now);
        }
    }

    /// Whether nothing of a resident or of a technician at the pillar is going on, and no other order.
    pub(super) fn is_free(&self) -> bool {
        self.visit.is_waiting()
            && self.till.is_idle()
            && self.printing.is_none()
            && self.orders.printing.is_none()
            && self.maintenance.is_idle()
    }

    fn carry_out(&mut self, order: Order, now: Moment) {
        let Some(Remote { ledger, restart, make }) = &self.orders.remote else { return };
        let begun = match &order.what {
            Task::Close(closure) => ledger.close(&order, Some(closure.clone().tidy())),
            Task::Open => ledger.close(&order, None),
            Task::Restart | Task::TestPrint | Task::Screenshot | Task::Logs { .. } => ledger.take(&order),
        };
        if let Err(error) = begun {
            tracing::error!(%error, "an order cannot be written down, so it is not carried out; look at free space and permissions of data_dir");
            ledger.end(&order, Err(OrderFailure::NotKept));
            return;
        }
        match order.what {
            Task::Restart => {
                restart();
                self.orders.waiting.clear();
                self.orders.restarting = true;
            }
            Task::TestPrint => self.print_a_test(order, now),
            // Nobody stands there: it is the first screen, or the one that says why nobody is served.
            Task::Screenshot | Task::Logs { .. } => make(order, self.view(now)),
            Task::Close(_) | Task::Open => self.tell_service(now),
        }
    }

    /// Says to the visit whether the pillar serves. A disk that is full goes before what was ordered.
    pub(super) fn tell_service(&mut self, now: Moment) {
        let why = self.upkeep.out_of_service().or_else(|| self.orders.closed());
        self.tell(Event::OutOfService(why), now);
    }

    fn print_a_test(&mut self, order: Order, now: Moment) {
        let condition = self.printer_condition();
        let Some(printer) = &self.printer else {
            return self.end_order(&order, Err(OrderFailure::NoPrinter));
        };
        if !condition.can_print() {
            return self.end_order(&order, Err(printer_failure(condition)));
        }
        let job = self.test_job(now);
        let id = job.id;
        printer.print(job);
        self.orders.printing = Some((id, order));
    }

    /// A test receipt for the printer.
    pub(super) fn test_job(&self, now: Moment) -> Job {
        let edition = self.visit.edition();
        let test = receipt::TestPrint {
            municipality: &edition.catalogue.municipality.name,
            branding: &edition.catalogue.branding,
            pillar: &self.identity.pillar,
            program: env!("CARGO_PKG_VERSION"),
            catalogue: &edition.catalogue.version,
            at: now.in_zone(&self.time_zone).wall,
        };
        let receipt::Printable { bytes, millimetres } = receipt::render(&test.compose(), self.columns);
        Job { id: Uuid::new_v4(), bytes, millimetres }
    }

    /// Whether this is the printer's word on a test print.
    pub(super) fn hear_of_a_test(&mut self, event: &PrinterEvent) -> bool {
        let (job, outcome) = match event {
            PrinterEvent::Printed(job) => (job, Ok(())),
            PrinterEvent::NotPrinted(job, condition) => (job, Err(printer_failure(*condition))),
            PrinterEvent::Unknown(job) => (job, Err(OrderFailure::NotConfirmed)),
            PrinterEvent::Condition(_) | PrinterEvent::Used { .. } => return false,
        };
        let Some((_, order)) = self.orders.printing.take_if(|(printing, _)| printing == job) else {
            return false;
        };
        self.end_order(&order, outcome);
        true
    }

    fn end_order(&self, order: &Order, outcome: Result<(), OrderFailure>) {
        if let Some(Remote { ledger, .. }) = &self.orders.remote {
            tracing::info!(id = %order.id, ?outcome, "an order has ended");
            ledger.end(order, outcome);
        }
    }
}

const fn printer_failure(condition: printer::Condition) -> OrderFailure {
    match condition {
        printer::Condition::PaperOut => OrderFailure::PaperOut,
        printer::Condition::CoverOpen => OrderFailure::CoverOpen,
        printer::Condition::CutterError => OrderFailure::CutterError,
        printer::Condition::Unknown
        | printer::Condition::Ready
        | printer::Condition::NearEnd
        | printer::Condition::Printing
        | printer::Condition::Offline => OrderFailure::PrinterOffline,
    }
}

#[cfg(test)]
mod tests;
