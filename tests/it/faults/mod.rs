//! One story for each fault and moment, through the real drivers over pseudo-terminals, with a real
//! outbox and a real hub: what the resident saw, what was printed, charged and delivered.
//!
//! `docs/devices.md` has a line for each of them.

mod card;
mod paper;
mod terminal;

use std::time::{Duration, Instant};

use zuil::devices::printer::simulator::{Fault, Moment, Plan};
use zuil::outbox::{Outbox, SqliteOutbox};
use zuil::visit::{Intent, PayStage, ReceiptOutcome, ReceiptView, Screen, View, WhyNotPaid};
use zuil_wire::PaymentState;

use crate::town::{PATIENCE, Resident, Town};

/// How fast the simulated paper moves, in millimetres a second: slow enough to pull it out.
const PAPER_SPEED: u32 = 120;

/// Where the paper is when a part of a receipt is on it, and not all.
const A_PART_OF_IT: Moment = Moment::Millimetre(60);

/// A paid errand on which something goes wrong.
struct Errand {
    town: Town,
    resident: Resident,
}

/// What was left of it.
#[derive(Debug, PartialEq, Eq)]
struct Left {
    /// How often the terminal kept money.
    charged: usize,
    /// What the hub knows of the payment of each transaction.
    delivered: Vec<PaymentState>,
    /// Payments that nobody can prove.
    open: usize,
}

impl Left {
    /// Charged once and delivered once, as paid.
    fn paid() -> Self {
        Self { charged: 1, delivered: vec![PaymentState::Paid], open: 0 }
    }

    /// As if nobody had been there.
    fn nothing() -> Self {
        Self { charged: 0, delivered: vec![], open: 0 }
    }
}

impl Errand {
    /// A pillar that is on, whose terminal is ready, and someone in front of it. A card is presented as
    /// soon as the terminal asks for one.
    fn begins() -> Self {
        let errand = Self::begins_without_a_card();
        errand.town.terminal.set_auto(Some(Duration::ZERO));
        errand
    }

    /// The same, and nobody presents a card.
    fn begins_without_a_card() -> Self {
        let town = Town::new();
        town.printer.slow_down(Some(PAPER_SPEED));
        let mut resident = town.resident();
        resident.waits_for("card and paper", |view| {
            matches!(view.screen, Screen::Attract { no_card: false, no_printer: false, .. })
        });
        let errand = Self { town, resident };
        // A pillar that starts cuts off what may hang out.
        errand.wait("the first cut", |town| !town.printer.take_receipts().is_empty());
        errand
    }

    /// Goes on until the screen is as told.
    fn until(&mut self, what: &str, fits: impl Fn(&Screen) -> bool) -> View {
        self.resident.goes_on("bulky-waste", what, fits)
    }

    /// Goes on until the terminal asks for a card.
    fn is_asked_for_a_card(&mut self) {
        self.until("the question for a card", |screen| {
            use zuil::visit::TerminalStep::PresentCard;
            matches!(screen, Screen::Pay { stage: PayStage::Busy { step: PresentCard, .. }, .. })
        });
    }

    /// Goes on until a part of the receipt is on paper, and not all of it.
    fn until_the_receipt_is_printing(&mut self) -> ReceiptView {
        let view = self.until("the receipt", is_receipt);
        self.wait("the paper to move", |town| !town.printer.paper_now().text.trim().is_empty());
        receipt(&view.screen)
    }

    /// Goes on until the receipt's screen is there, while something goes wrong with the printer when a part of
    /// the receipt is on paper: at a place of the paper, not at a time, however slow the machine is.
    fn prints_until(&mut self, fault: Fault) {
        self.town.printer.plan(Plan::new(fault, A_PART_OF_IT));
        self.until("the receipt", is_receipt);
    }

    /// Looks at the receipt's screen until the paper is as told.
    fn sees_paper(&mut self, what: &str, fits: impl Fn(&ReceiptView) -> bool) -> ReceiptView {
        let view = self.resident.waits_for(what, |view| match &view.screen {
            Screen::Receipt(receipt) | Screen::PaymentUnknown(receipt) => fits(receipt),
            _ => false,
        });
        receipt(&view.screen)
    }

    fn sees_outcome(&mut self, outcome: ReceiptOutcome) -> ReceiptView {
        self.sees_paper("the outcome of the receipt", |receipt| receipt.paper == Some(outcome))
    }

    /// Goes on until the screen says why nothing was paid.
    fn is_told_not_paid(&mut self) -> WhyNotPaid {
        let not_paid = |screen: &Screen| matches!(screen, Screen::Pay { stage: PayStage::NotPaid(_), .. });
        match self.until("why nothing was paid", not_paid).screen {
            Screen::Pay { stage: PayStage::NotPaid(why), .. } => why,
            other => panic!("{other:?}"),
        }
    }

    /// Goes on until the screen says that it is being found out whether it was paid.
    fn is_told_unknown(&mut self) -> ReceiptView {
        receipt(&self.until("not known", |screen| matches!(screen, Screen::PaymentUnknown(_))).screen)
    }

    /// Goes on until the screen says that it was paid.
    fn is_told_paid(&mut self) -> ReceiptView {
        let paid = |screen: &Screen| {
            matches!(screen, Screen::Receipt(ReceiptView { payment: Some((_, PaymentState::Paid)), .. }))
        };
        receipt(&self.until("paid", paid).screen)
    }

    /// Leaves the pillar to the next one.
    fn leaves(&mut self) {
        self.resident.does(Intent::Stop);
        self.resident.waits_for("the goodbye", |view| matches!(view.screen, Screen::Goodbye));
        self.resident.does(Intent::Next);
        self.resident.waits_for("the first screen", |view| matches!(view.screen, Screen::Attract { .. }));
    }

    /// Does a free errand and gets a receipt.
    fn gets_another_receipt(&mut self) -> ReceiptView {
        let printed = |screen: &Screen| matches!(screen, Screen::Receipt(receipt) if receipt.paper == Some(ReceiptOutcome::Printed));
        receipt(&self.resident.goes_on("call-back", "another receipt", printed).screen)
    }

    /// The pieces of paper that came out since the last look and say something.
    fn pieces(&self) -> Vec<String> {
        let pieces = self.town.printer.take_receipts().into_iter().map(|piece| piece.text);
        pieces.filter(|text| !text.trim().is_empty()).collect()
    }

    /// All that came out of the printer since the last look.
    fn paper(&self) -> String {
        self.pieces().concat()
    }

    /// Waits until nothing is open and all that is committed is at the hub; tells what that is.
    fn is_left(&self) -> Left {
        self.wait("an empty outbox", |town| {
            let outbox = outbox(town);
            outbox.open_payments().unwrap().is_empty() && outbox.pending(1).unwrap().is_empty()
        });
        self.is_left_now()
    }

    /// What there is at this moment, settled or not.
    fn is_left_now(&self) -> Left {
        let delivered = self.town.at_the_hub().into_iter().filter_map(|stored| Some(stored.payment?.state));
        Left {
            charged: self.town.terminal.charged().len(),
            delivered: delivered.collect(),
            open: outbox(&self.town).open_payments().unwrap().len(),
        }
    }

    fn wait(&self, what: &str, happened: impl Fn(&Town) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !happened(&self.town) {
            assert!(Instant::now() < until, "waited in vain for {what}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn outbox(town: &Town) -> SqliteOutbox {
    SqliteOutbox::open(&town.folder().join("data/outbox.sqlite")).unwrap()
}

fn is_receipt(screen: &Screen) -> bool {
    matches!(screen, Screen::Receipt(_) | Screen::PaymentUnknown(_))
}

fn receipt(screen: &Screen) -> ReceiptView {
    match screen {
        Screen::Receipt(receipt) | Screen::PaymentUnknown(receipt) => receipt.clone(),
        other => panic!("no receipt but {other:?}"),
    }
}

/// How often a text names the reference of a receipt, whole.
fn times_named(text: &str, receipt: &ReceiptView) -> usize {
    text.matches(&receipt.reference.groups().join(" ")).count()
}
