//! Faults that begin and are mended, and staff who look at their list.

use uuid::Uuid;
use zuil_wire::PaymentState;

use super::World;
use crate::devices::printer::simulator::Plan;
use crate::runner::Input;
use crate::simulation::faults::{Fault, Trouble};
use crate::sync::SyncEvent;

impl World {
    pub(super) fn mend_everything(&mut self) {
        for trouble in self.troubles.clone() {
            self.turn(trouble.fault, false);
        }
        self.troubles.iter_mut().for_each(Trouble::is_over);
        if let Some(pillar) = &mut self.pillar {
            pillar.dies_in = None;
        }
    }

    pub(super) fn make_and_mend_trouble(&mut self) {
        let due: Vec<(Fault, bool)> =
            self.troubles.iter_mut().flat_map(|trouble| trouble.due(self.now)).flatten().collect();
        for (fault, begins) in due {
            self.turn(fault, begins);
        }
    }

    /// Something goes wrong, or is mended.
    fn turn(&mut self, fault: Fault, wrong: bool) {
        let pillar = self.pillar.as_mut();
        match fault {
            Fault::PrinterPower if wrong => self.printer.cut_power(),
            Fault::PrinterPower => self.printer.restore_power(),
            Fault::PrinterCable => self.printer_plugged = !wrong,
            Fault::Paper(millimetres) if wrong => self.printer.set_paper_mm(millimetres),
            Fault::Paper(_) => self.printer.new_roll(),
            Fault::Printer(fault, at) if wrong => self.printer.plan(Plan::new(fault, at)),
            Fault::Printer(fault, _) => {
                self.printer.call_off();
                self.printer.mend(fault);
            }
            Fault::Cover => self.printer.set_cover_open(wrong),
            Fault::Cutter if wrong => self.printer.jam_cutter(),
            Fault::Cutter => self.printer.free_cutter(),
            Fault::TerminalPower if wrong => self.terminal.cut_power(),
            Fault::TerminalPowerAt(point) if wrong => self.terminal.faults.power_cut = Some(point),
            Fault::TerminalPower | Fault::TerminalPowerAt(_) => {
                self.terminal.faults.power_cut = None;
                if !self.terminal.is_powered() {
                    self.terminal.restore_power();
                }
            }
            Fault::TerminalClosesItsDay if wrong => self.terminal.ledger.close_day(self.terminal.clock),
            Fault::TerminalClosesItsDay => {}
            Fault::TerminalCable => self.terminal_plugged = !wrong,
            Fault::TerminalSilence => self.terminal.faults.silent = wrong,
            Fault::TerminalBusy => self.terminal.faults.busy = wrong,
            Fault::TerminalNoise => self.terminal.faults.noise = wrong,
            Fault::Network => self.hub.away = wrong,
            Fault::Disk => {
                self.disk_fails = wrong;
                if let Some(pillar) = pillar {
                    pillar.outbox.set_read_only(wrong);
                }
            }
            Fault::PillarPower if wrong => self.pillar_loses_its_power(),
            Fault::PillarPowerAfter(steps) if wrong => {
                if let Some(pillar) = pillar {
                    pillar.dies_in = Some(steps);
                }
            }
            Fault::PillarPower | Fault::PillarPowerAfter(_) => {}
        }
    }

    /// Staff find out what became of each payment on their list, and say so.
    pub(super) fn staff_look(&mut self) {
        let Some(report) = self.pillar().health() else { return };
        for open in report.open_payments {
            let state = if self.stands(open.payment) { PaymentState::Paid } else { PaymentState::NotPaid };
            self.witnessed.settled_by_staff.push(open.payment);
            let event = SyncEvent::SettledByStaff { payment: open.payment, state };
            let now = self.now;
            let pillar = self.pillar.as_mut().expect("it is on");
            assert!(pillar.take(Input::Sync(event), now).is_ok(), "nothing goes wrong any more");
        }
    }

    /// Whether the terminal kept the money of a payment.
    pub(in crate::simulation) fn stands(&self, payment: Uuid) -> bool {
        let charged = self.terminal.ledger.charged();
        charged.iter().any(|charge| self.witnessed.receipts.get(&charge.receipt_number) == Some(&payment))
    }
}
