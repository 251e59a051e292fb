//! What a technician does from afar, over a real line: at the hub it is ordered, at the pillar it is done.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use zuil::demo::stage::PILLAR;
use zuil::visit::{Intent, OutOfService, Screen};
use zuil_hub::store::{Fate, OrderPlaced, PlacedOrder};
use zuil_wire::health::{Device, DeviceState};
use zuil_wire::orders::{ClosedFor, Closure, Task};

use crate::town::{PATIENCE, Resident, Town};

/// A technician, at the hub.
struct Technician<'a>(&'a Town);

impl Technician<'_> {
    /// Orders something; the pillar hears of it with its next report.
    fn orders(&self, what: Task) {
        let order = PlacedOrder::new(PILLAR, what, "t.technicus", Timestamp::now());
        assert_eq!(self.0.store().place_order(&order).unwrap(), OrderPlaced::Yes);
    }

    /// Waits until the pillar has reported twice: something happens there of which it tells at once.
    fn waits_for_its_report(&self) {
        self.0.pass_reader.line().pull_cable();
        self.until("the reader to be away", |town| pass_reader(town) == Some(DeviceState::Offline));
        self.0.pass_reader.line().plug_cable().unwrap();
        self.until("the reader to be back", |town| pass_reader(town) == Some(DeviceState::Ready));
    }

    /// Waits until orders stand so, the newest first.
    fn reads(&self, fates: &[Fate]) {
        self.until("what became of the orders", |town| known(town) == fates);
    }

    fn until(&self, what: &str, is_so: impl Fn(&Town) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !is_so(self.0) {
            assert!(Instant::now() < until, "waited in vain for {what}; the hub has {:?}", known(self.0));
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn known(town: &Town) -> Vec<Fate> {
    town.store().orders(PILLAR, 9).unwrap().into_iter().map(|order| order.fate).collect()
}

fn pass_reader(town: &Town) -> Option<DeviceState> {
    let reports = town.store().reports().unwrap();
    let devices = reports.iter().flat_map(|reported| &reported.report.devices);
    devices.filter(|told| told.device == Device::PassReader).map(|told| told.state).next()
}

fn closure() -> Closure {
    Closure { reason: ClosedFor::Place, message: Some("Maandag om 8 uur weer open".into()) }
}

/// Waits until the pillar can be used.
fn until_it_serves(resident: &mut Resident) {
    resident.waits_for("the first screen", |view| matches!(view.screen, Screen::Attract { .. }));
}

#[test]
fn a_pillar_that_is_closed_from_afar_says_why_over_a_restart_from_afar_and_serves_again_when_it_is_opened() {
    let town = Town::new();
    let technician = Technician(&town);
    technician.orders(Task::Close(closure()));
    let mut resident = town.resident();
    let closed = Screen::OutOfService(OutOfService::Ordered(closure()));
    resident.waits_for("out of service", |view| view.screen == closed);
    technician.reads(&[Fate::Done]);
    assert_eq!(town.store().closed_pillars().unwrap()[0].closure, closure());

    technician.orders(Task::Restart);
    technician.waits_for_its_report();
    resident.is_told_to_start_anew();
    drop(resident);
    let mut resident = town.resident();
    assert_eq!(resident.sees().screen, closed, "from the first picture on");
    technician.reads(&[Fate::Done, Fate::Done]);

    technician.orders(Task::Open);
    technician.waits_for_its_report();
    until_it_serves(&mut resident);
    technician.reads(&[Fate::Done; 3]);
    assert_eq!(town.store().closed_pillars().unwrap(), []);
    resident.goes_on("call-back", "the receipt", |screen| matches!(screen, Screen::Receipt(_)));
}

#[test]
fn whoever_is_busy_at_the_pillar_notices_nothing_of_what_is_ordered_until_they_have_left() {
    let town = Town::new();
    let technician = Technician(&town);
    let mut resident = town.resident();
    resident.comes_to("call-back", "the review", |screen| matches!(screen, Screen::Review { .. }));
    technician.orders(Task::TestPrint);
    technician.orders(Task::Restart);
    technician.waits_for_its_report();
    technician.reads(&[Fate::Waits, Fate::Waits]);
    assert!(matches!(resident.sees().screen, Screen::Review { .. }));
    resident.goes_on("call-back", "the receipt", |screen| matches!(screen, Screen::Receipt(_)));
    let papers = RefCell::new(String::new());
    let printed = || {
        papers.borrow_mut().extend(town.printer.take_receipts().into_iter().map(|piece| piece.text));
        papers.borrow().clone()
    };
    assert!(!printed().contains("Testafdruk"));
    resident.does(Intent::Stop);
    resident.waits_for("the goodbye", |view| matches!(view.screen, Screen::Goodbye));
    resident.does(Intent::Next);
    technician.until("the test print", |_| printed().contains("Testafdruk"));
    resident.is_told_to_start_anew();
    drop(resident);
    let _resident = town.resident();
    technician.reads(&[Fate::Done, Fate::Done]);
    town.wait_until_empty();
    assert_eq!(town.at_the_hub().len(), 1);
}
