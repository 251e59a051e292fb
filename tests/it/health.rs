//! How the pillar is, as the hub hears it from the pillar's own worker, and how what staff found out
//! about a payment comes back.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use zuil::demo::stage::PILLAR;
use zuil::devices::terminal::simulator::PowerCut;
use zuil::visit::{Intent, ReceiptView, Screen};
use zuil_hub::store::{Decided, DecidedBy, Decision, Finding, Reported, Unsettled};
use zuil_wire::health::{Device, DeviceState};
use zuil_wire::{Cents, PaymentState, State};

use crate::town::{PATIENCE, Resident, Town};

/// "Within seconds", on a machine that has other things to do.
const SECONDS: Duration = Duration::from_secs(20);
/// How often the hub is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// "Receiver not ready", with which a terminal refuses a command. ("Not possible" would be its word that
/// there was no payment.)
const NOT_READY: u8 = 0xA0;
/// Less paper than the near-end sensor stands for, and more than a receipt.
const NEARLY_EMPTY_MM: u32 = 1_500;

/// A pillar that is on, in a town whose hub hears of it.
struct Story {
    town: Town,
    resident: Resident,
}

impl Story {
    /// An ordinary day: the hub has heard that all devices work.
    fn begins() -> Self {
        let town = Town::new();
        let resident = town.resident();
        let story = Self { town, resident };
        for device in [Device::Printer, Device::Terminal, Device::DocumentReader, Device::PassReader] {
            story.hub_hears(device, DeviceState::Ready);
        }
        story
    }

    /// Breaks something and mends it; each time the hub hears it within seconds.
    fn tells(
        self,
        device: Device,
        state: DeviceState,
        breaks: impl FnOnce(&Town),
        mends: impl FnOnce(&Town),
    ) {
        let before = Timestamp::now();
        breaks(&self.town);
        let reported = self.hub_hears(device, state);
        let told = reported.report.devices.iter().find(|told| told.device == device).unwrap();
        assert!(told.since >= before, "since {}, broken at {before}", told.since);
        let others = reported.report.devices.iter().filter(|told| told.device != device);
        assert_eq!(others.filter(|other| other.state == DeviceState::Ready).count(), 3, "{reported:?}");
        mends(&self.town);
        self.hub_hears(device, DeviceState::Ready);
    }

    /// Waits until the newest report says so.
    fn hub_hears(&self, device: Device, state: DeviceState) -> Reported {
        let says_so = |reported: &Reported| {
            reported.report.devices.iter().any(|told| (told.device, told.state) == (device, state))
        };
        self.wait(SECONDS, &format!("{device:?} to be {state:?} at the hub"), |town| {
            town.store()
                .reports()
                .unwrap()
                .into_iter()
                .find(|reported| reported.pillar == PILLAR && says_so(reported))
        })
    }

    /// Someone pays; the terminal loses its power in the middle, and afterwards tells nothing of it.
    fn has_a_payment_that_nobody_can_prove(&mut self, point: PowerCut) -> ReceiptView {
        let terminal = &self.town.terminal;
        terminal.script(|faults| {
            faults.refuses_repeat = Some(NOT_READY);
            faults.refuses_turnover = Some(NOT_READY);
        });
        terminal.set_auto(Some(Duration::ZERO));
        terminal.cut_power_at(point);
        let unknown = |screen: &Screen| matches!(screen, Screen::PaymentUnknown(_));
        let view = self.resident.goes_on("bulky-waste", "that it is being found out", unknown);
        let Screen::PaymentUnknown(receipt) = view.screen else { unreachable!() };
        self.town.terminal.restore_power();
        receipt
    }

    /// Waits until the payment is on the staff's list, with its request.
    fn is_on_the_worklist(&self, receipt: &ReceiptView) -> Unsettled {
        self.wait(PATIENCE, "the payment on the worklist", |town| {
            let mut list = town.store().unsettled_payments().unwrap().into_iter();
            list.find(|it| it.reference == receipt.reference && it.payment.is_some() && it.delivered)
        })
    }

    /// Staff decide.
    fn staff_find_out(&self, unsettled: &Unsettled, finding: Finding) {
        let decision = Decision { finding, by: DecidedBy::Desk, at: Timestamp::now() };
        let key = unsettled.key().unwrap();
        assert_eq!(self.town.store().decide_payment(&key, decision).unwrap(), Decided::Yes);
        // The pillar hears it with its next report; something happens of which it tells at once.
        self.town.printer.set_paper_mm(NEARLY_EMPTY_MM);
    }

    /// Waits until the hub has the request as told, and nothing is left to find out.
    fn is_settled(&self, receipt: &ReceiptView, state: State, payment: PaymentState) {
        self.wait(PATIENCE, "the settled payment at the hub", |town| {
            let stored = town.store().transaction(receipt.reference).unwrap()?;
            (stored.state == state && stored.payment?.state == payment).then_some(())
        });
        self.wait(SECONDS, "a report without it", |town| {
            let reports = town.store().reports().unwrap();
            reports.iter().all(|reported| reported.report.open_payments.is_empty()).then_some(())
        });
        assert_eq!(self.town.store().unsettled_payments().unwrap(), []);
    }

    /// The terminal tells again what it did, and the next one pays. (From one that does not, no card is
    /// taken after its power was gone, whatever staff found out.)
    fn the_next_resident_pays(&mut self) {
        let terminal = &self.town.terminal;
        terminal.script(|faults| (faults.refuses_repeat, faults.refuses_turnover) = (None, None));
        terminal.pull_cable();
        self.hub_hears(Device::Terminal, DeviceState::Offline);
        self.town.terminal.plug_cable();
        self.hub_hears(Device::Terminal, DeviceState::Ready);
        self.resident
            .waits_for("cards", |view| matches!(view.screen, Screen::Attract { no_card: false, .. }));
        let charged = self.town.terminal.charged().len();
        let paid = |screen: &Screen| {
            matches!(screen, Screen::Receipt(ReceiptView { payment: Some((_, PaymentState::Paid)), .. }))
        };
        self.resident.goes_on("bulky-waste", "paid", paid);
        assert_eq!(self.town.terminal.charged().len(), charged + 1);
    }

    /// Leaves the pillar to the next one, who cannot pay.
    fn leaves_a_pillar_that_takes_no_cards(&mut self) {
        self.resident.does(Intent::Stop);
        self.resident.waits_for("the goodbye", |view| matches!(view.screen, Screen::Goodbye));
        self.resident.does(Intent::Next);
        self.resident
            .waits_for("no cards", |view| matches!(view.screen, Screen::Attract { no_card: true, .. }));
    }

    fn wait<T>(&self, limit: Duration, what: &str, look: impl Fn(&Town) -> Option<T>) -> T {
        let until = Instant::now() + limit;
        loop {
            if let Some(found) = look(&self.town) {
                return found;
            }
            let reports = || self.town.store().reports();
            assert!(Instant::now() < until, "waited in vain for {what}; the hub has {:?}", reports());
            std::thread::sleep(LOOK_EVERY);
        }
    }
}

#[test]
fn paper_that_runs_out_is_at_the_hub_within_seconds_and_so_is_the_new_roll() {
    Story::begins().tells(
        Device::Printer,
        DeviceState::PaperOut,
        |town| town.printer.set_paper_mm(0),
        |town| town.printer.new_roll(),
    );
}

#[test]
fn a_roll_that_is_nearly_used_up_is_at_the_hub_within_seconds_and_so_is_the_new_one() {
    Story::begins().tells(
        Device::Printer,
        DeviceState::PaperNearEnd,
        |town| town.printer.set_paper_mm(NEARLY_EMPTY_MM),
        |town| town.printer.new_roll(),
    );
}

#[test]
fn an_open_cover_is_at_the_hub_within_seconds_and_so_is_the_closed_one() {
    Story::begins().tells(
        Device::Printer,
        DeviceState::CoverOpen,
        |town| town.printer.open_cover(),
        |town| town.printer.close_cover(),
    );
}

#[test]
fn a_printer_whose_cable_is_out_is_at_the_hub_within_seconds_and_so_is_its_return() {
    Story::begins().tells(
        Device::Printer,
        DeviceState::Offline,
        |town| town.printer.pull_cable(),
        |town| town.printer.plug_cable().unwrap(),
    );
}

#[test]
fn a_terminal_whose_cable_is_out_is_at_the_hub_within_seconds_and_so_is_its_return() {
    Story::begins().tells(
        Device::Terminal,
        DeviceState::Offline,
        |town| town.terminal.pull_cable(),
        |town| town.terminal.plug_cable(),
    );
}

#[test]
fn a_reader_whose_cable_is_out_is_at_the_hub_within_seconds_and_so_is_its_return() {
    Story::begins().tells(
        Device::DocumentReader,
        DeviceState::Offline,
        |town| town.document_reader.line().pull_cable(),
        |town| town.document_reader.line().plug_cable().unwrap(),
    );
    Story::begins().tells(
        Device::PassReader,
        DeviceState::Offline,
        |town| town.pass_reader.line().pull_cable(),
        |town| town.pass_reader.line().plug_cable().unwrap(),
    );
}

#[test]
fn what_the_hub_could_not_hear_without_a_network_it_hears_when_that_is_back() {
    let mut story = Story::begins();
    story.town.network.cut();
    story.town.printer.open_cover();
    story
        .resident
        .waits_for("no receipts", |view| matches!(view.screen, Screen::Attract { no_printer: true, .. }));
    story.hub_hears(Device::Printer, DeviceState::Ready);
    story.town.network.mend();
    story.hub_hears(Device::Printer, DeviceState::CoverOpen);
}

#[test]
fn what_staff_found_out_reaches_the_pillar_and_the_next_resident_can_pay() {
    let mut story = Story::begins();
    let receipt = story.has_a_payment_that_nobody_can_prove(PowerCut::AfterCharging);
    let unsettled = story.is_on_the_worklist(&receipt);
    assert_eq!((unsettled.pillar.as_str(), unsettled.amount), (PILLAR, Cents(1735)));
    story.hub_hears(Device::Terminal, DeviceState::Blocked);
    story.leaves_a_pillar_that_takes_no_cards();

    story.staff_find_out(&unsettled, Finding::Paid);
    story.is_settled(&receipt, State::Received, PaymentState::Paid);
    assert_eq!(story.town.terminal.charged().len(), 1, "nobody was charged for finding it out");
    story.the_next_resident_pays();
}

#[test]
fn a_payment_that_staff_found_was_never_made_is_told_and_the_next_resident_can_pay() {
    let mut story = Story::begins();
    let receipt = story.has_a_payment_that_nobody_can_prove(PowerCut::AfterAuthorisation);
    let unsettled = story.is_on_the_worklist(&receipt);
    story.hub_hears(Device::Terminal, DeviceState::Blocked);
    story.leaves_a_pillar_that_takes_no_cards();

    story.staff_find_out(&unsettled, Finding::NotPaid);
    story.is_settled(&receipt, State::Parked, PaymentState::NotPaid);
    assert_eq!(story.town.terminal.charged(), []);
    story.the_next_resident_pays();
}
