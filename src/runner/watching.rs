//! Notes what happens in visits, for who looks after the pillar.
//!
//! Invariant: it looks at how far a visit is, and at nothing that was filled in; nothing is written down while somebody
//! is there; whatever goes wrong is in nobody's way.

use std::sync::Arc;

use zuil_wire::AskedCount;
use zuil_wire::visits::{Aid, MetFault, TaskEnd};

use super::Runner;
use crate::clock::Moment;
use crate::devices::printer;
use crate::visit::{Step, TextSize, Whereabouts};
use crate::visits::{self, At, Stage, VisitLog, Watched};

/// The visit that goes on, and where it is noted.
#[derive(Default)]
pub(super) struct Watching {
    log: Option<Arc<VisitLog>>,
    visit: Option<Watched>,
    /// Which answers were opened in it.
    found: Vec<AskedCount>,
}

impl Watching {
    pub(super) fn of(log: Option<Arc<VisitLog>>) -> Self {
        Self { log, visit: None, found: Vec::new() }
    }

    /// An answer was opened. It is in memory only until the visit is over.
    pub(super) fn found(&mut self, count: AskedCount) {
        if self.log.is_some() {
            visits::add_count(&mut self.found, count);
        }
    }
}

impl Runner {
    /// Looks how far the visit is, and notes one that is over.
    pub(super) fn watch_the_visit(&mut self, now: Moment) {
        let Some(log) = &self.watching.log else { return };
        let here = now.in_zone(&self.time_zone);
        let Whereabouts { step, task, question } = self.visit.whereabouts(here);
        if step == Step::Nobody {
            if let Some(visit) = self.watching.visit.take() {
                log.keep(visit.end(now.uptime));
            }
            log.found().keep(std::mem::take(&mut self.watching.found));
            return;
        }
        let frame = self.visit.view(here).frame;
        let aids = [
            (Aid::LargeText, frame.text_size != TextSize::Normal),
            (Aid::Contrast, frame.dark),
            (Aid::Speech, frame.speech),
            (Aid::HiddenScreen, frame.hidden),
        ];
        let printer = self.printer.as_ref().map(|_| self.printer_condition());
        let faults = [
            (MetFault::PaperOut, printer == Some(printer::Condition::PaperOut)),
            (
                MetFault::Printer,
                printer.is_some_and(|it| !it.can_print() && it != printer::Condition::PaperOut),
            ),
            (
                MetFault::Card,
                self.health.terminal.is_some() && !self.till.can_charge(now.uptime) && self.till.is_idle(),
            ),
            (MetFault::Network, !self.online),
        ];
        let at = At {
            stage: stage(step),
            task,
            question,
            language: frame.language.code(),
            aids: aids.into_iter().filter_map(|(aid, on)| on.then_some(aid)).collect(),
            faults: faults.into_iter().filter_map(|(fault, met)| met.then_some(fault)).collect(),
        };
        self.watching.visit.get_or_insert_with(|| Watched::begin(now.uptime, here.wall)).sees(at);
    }
}

const fn stage(step: Step) -> Stage {
    match step {
        Step::Nobody => Stage::Nobody,
        Step::Between => Stage::Between,
        Step::Reading => Stage::Reading,
        Step::Explanation => Stage::Task(TaskEnd::Explanation),
        Step::Question => Stage::Task(TaskEnd::Question),
        // What is being kept was looked over.
        Step::Review | Step::Saving => Stage::Task(TaskEnd::Review),
        Step::Payment => Stage::Task(TaskEnd::Payment),
        Step::NotSaved => Stage::Task(TaskEnd::NotSaved),
        Step::Finished => Stage::Task(TaskEnd::Finished),
    }
}

#[cfg(test)]
mod tests;
