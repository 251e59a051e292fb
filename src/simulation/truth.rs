//! The judgement over a day: what became of each payment, and whether everyone was told the truth.
//!
//! Invariant: it looks at the terminal's ledger, the hub's books, the paper and what people saw; never
//! at what the pillar believes.

use std::collections::BTreeMap;

use zuil_wire::{PaymentState, Reference};

use super::resident::Told;
use super::world::World;
use crate::outbox::Outbox;

/// How a payment ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ending {
    /// Paid and delivered.
    Delivered,
    /// Not paid and not delivered.
    Nothing,
    /// Not known for a time, kept, shown to staff, and settled right by the terminal.
    FoundByItself,
    /// Not known for a time, kept, shown to staff, and settled right by them.
    FoundByStaff,
}

/// Judges a day; gives how each payment ended.
///
/// # Panics
/// When anyone was charged for nothing, charged twice, served for nothing, or told what is not true.
pub(super) fn judge(world: &World) -> Vec<Ending> {
    let endings = world.witnessed.asked.iter().map(|asked| {
        let stands = world.stands(asked.payment);
        let told = world.hub().books.get(&asked.transaction).map_or(&[][..], Vec::as_slice);
        let by_staff = world.witnessed.settled_by_staff.contains(&asked.payment);
        match (stands, told) {
            (true, [PaymentState::Paid]) => Ending::Delivered,
            (false, []) => Ending::Nothing,
            (true, [PaymentState::Unknown, PaymentState::Paid])
            // The last also when it was settled before the hub heard that it was not known.
            | (false, [PaymentState::Unknown, PaymentState::NotPaid] | [PaymentState::NotPaid]) => {
                if by_staff {
                    Ending::FoundByStaff
                } else {
                    Ending::FoundByItself
                }
            }
            other => panic!("{}: charge stands and told: {other:?}", asked.reference),
        }
    });
    let endings: Vec<Ending> = endings.collect();
    every_charge_belongs_to_one_payment(world);
    assert_eq!(world.witnessed.hidden, [], "not known, and staff were not told");
    what_was_told_is_true(world);
    paper_is_where_it_belongs(world);
    the_pillar_serves_again(world);
    endings
}

fn every_charge_belongs_to_one_payment(world: &World) {
    let mut charges: BTreeMap<_, usize> = BTreeMap::new();
    for charge in world.terminal().ledger.charged() {
        let payment = world.witnessed.receipts.get(&charge.receipt_number);
        *charges.entry(payment.expect("a charge that nobody asked for")).or_default() += 1;
    }
    assert!(charges.values().all(|count| *count == 1), "charged twice: {charges:?}");
    let paid = |states: &&Vec<PaymentState>| states.last() == Some(&PaymentState::Paid);
    let delivered = world.hub().books.values().filter(paid).count();
    assert_eq!(delivered, charges.len(), "paid transactions and charges");
}

fn what_was_told_is_true(world: &World) {
    let told = &world.resident.told;
    for word in told {
        match word {
            Told::Payment(reference, state) => {
                let asked = world.witnessed.asked.iter().find(|asked| asked.reference == *reference);
                let asked = asked.expect("a receipt for a payment that was asked for");
                match state {
                    PaymentState::Paid => assert!(world.stands(asked.payment), "told paid: {reference}"),
                    PaymentState::NotPaid => {
                        assert!(!world.stands(asked.payment), "told not paid: {reference}");
                    }
                    PaymentState::Unknown => assert!(
                        world.hub().books.contains_key(&asked.transaction),
                        "told that it is kept: {reference}"
                    ),
                }
            }
            // Each try that was called not paid is a payment that does not stand.
            Told::NotPaid | Told::NotSaved => {}
            Told::Printed(reference) => assert!(is_on_paper(world, *reference), "told printed: {reference}"),
        }
    }
    let is_end = |word: &Told| matches!(word, Told::NotPaid | Told::NotSaved);
    let kept = |word: &Told| matches!(word, Told::Payment(..));
    if told.iter().any(is_end) && !told.iter().any(kept) && world.resident.saw_the_end() {
        let standing = world.witnessed.asked.iter().filter(|asked| world.stands(asked.payment)).count();
        assert_eq!(standing, 0, "told that nothing was paid");
    }
}

/// Nobody gets another's receipt: what is printed once the second one stands there is not the first's.
fn paper_is_where_it_belongs(world: &World) {
    let Some(second) = world.second() else { return };
    for (text, at) in &world.witnessed.paper {
        let of_the_first = world.witnessed.asked.iter().any(|asked| names(text, asked.reference));
        assert!(!of_the_first || *at < second.came_at(), "the first one's receipt came out later:\n{text}");
    }
}

fn the_pillar_serves_again(world: &World) {
    let pillar = world.pillar();
    assert_eq!(pillar.outbox.open_payments().map(|open| open.len()).ok(), Some(0), "settled in the end");
    assert_eq!(pillar.outbox.pending(64).map(|pending| pending.len()).ok(), Some(0), "told in the end");
    let view = pillar.view(world.now);
    assert!(
        matches!(view.screen, crate::visit::Screen::Attract { no_card: false, no_printer: false, .. }),
        "the next one can pay and gets a receipt: {:?}",
        view.screen
    );
}

fn is_on_paper(world: &World, reference: Reference) -> bool {
    world.witnessed.paper.iter().any(|(text, _)| names(text, reference))
}

fn names(text: &str, reference: Reference) -> bool {
    text.contains(&reference.groups().join(" "))
}
