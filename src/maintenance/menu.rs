//! The menu of a service visit.

use super::event::{MachineFacts, PillarFacts};
use super::network;
use super::words::{Words, choice, titled};
use crate::visit::PanelView;

/// What a technician can go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Devices,
    Counters,
    Roll,
    Network,
    Stick,
    Screen,
    Passphrase,
    ReEnrol,
    Restart,
    Reset,
    Close,
}

/// What there is at this pillar: nothing that its machine knows nothing of.
pub(super) fn items(pillar: &PillarFacts, machine: &MachineFacts) -> Vec<Item> {
    [
        (Item::Devices, true),
        (Item::Counters, true),
        (Item::Roll, pillar.has_printer),
        (Item::Network, machine.network.is_some()),
        (Item::Stick, machine.has_image),
        (Item::Screen, machine.has_image),
        (Item::Passphrase, machine.passphrase.is_some()),
        (Item::ReEnrol, pillar.is_enrolled),
        (Item::Restart, machine.has_image),
        (Item::Reset, machine.has_image),
        (Item::Close, true),
    ]
    .into_iter()
    .filter_map(|(item, is_there)| is_there.then_some(item))
    .collect()
}

pub(super) fn panel(words: Words, pillar: &PillarFacts, machine: &MachineFacts) -> PanelView {
    let mut panel = titled(words.say("What do you want to do at this pillar?"));
    panel.choices = items(pillar, machine)
        .into_iter()
        .map(|item| {
            let mut choice = choice(name(words, item));
            if let (Item::Network, Some(known)) = (item, &machine.network) {
                choice.note = network::note(words, known);
            }
            choice
        })
        .collect();
    panel
}

fn name(words: Words, item: Item) -> String {
    match item {
        Item::Devices => words.say("Try the devices"),
        Item::Counters => words.say("Counters and versions"),
        Item::Roll => words.say("New paper roll"),
        Item::Network => words.say("Network"),
        Item::Stick => words.say("Stick: logs and updates"),
        Item::Screen => words.say("Screen"),
        Item::Passphrase => words.say("Passphrase of the data"),
        Item::ReEnrol => words.say("Enrol this pillar anew"),
        Item::Restart => words.say("Start the machine anew"),
        Item::Reset => words.say("Delete everything"),
        Item::Close => words.say("Close, and serve residents again"),
    }
}
