//! The pages with what was counted, and for a new roll.

use std::time::Duration;

use super::event::{MachineFacts, PillarFacts};
use super::words::{Words, choice, row, titled};
use crate::visit::{PanelMark, PanelView};

/// Below this, somebody should look at the disk.
const LITTLE_ROOM: u64 = 200 << 20;
/// Above this, somebody should look at the fan.
const WARM: i16 = 80;

/// What was counted.
pub(super) fn panel(
    words: Words,
    pillar: &PillarFacts,
    machine: &MachineFacts,
    uptime: Duration,
) -> PanelView {
    let count = |label: String, value: String| row(label, value, PanelMark::None);
    let mut panel = titled(words.say("Counters and versions"));
    let since = pillar.counted_since.map(|day| day.to_string());
    let waiting = if pillar.waiting > 0 && !pillar.online { PanelMark::Attention } else { PanelMark::None };
    let rows = &mut panel.rows;
    rows.push(count(words.say("Name of the pillar"), pillar.name.clone()));
    if pillar.serves {
        rows.extend([
            count(words.say("Visits of residents"), pillar.visits.to_string()),
            count(words.say("Receipts on paper"), pillar.receipts.to_string()),
            count(words.say("Counted since"), since.unwrap_or_else(|| words.say("not yet"))),
        ]);
    }
    rows.push(row(words.say("Requests that wait to be sent"), pillar.waiting.to_string(), waiting));
    if pillar.serves {
        let hub = if pillar.online { PanelMark::Good } else { PanelMark::Attention };
        rows.extend([
            row(words.say("The hub can be reached"), words.yes_or_no(pillar.online), hub),
            count(words.say("The program runs since"), lasting(words, uptime)),
            count(words.say("Version of the catalogue"), pillar.catalogue.clone()),
        ]);
    }
    rows.push(count(words.say("Version of the program"), env!("CARGO_PKG_VERSION").to_owned()));
    rows.extend(machine.system.clone().map(|system| count(words.say("Version of the image"), system)));
    rows.extend(pillar.paper_used_mm.map(|used| count(words.say("Used of the roll"), words.metres(used))));
    rows.extend(machine.free.map(|free| {
        let mark = if free < LITTLE_ROOM { PanelMark::Attention } else { PanelMark::None };
        row(words.say("Room on the disk"), format!("{} MB", free >> 20), mark)
    }));
    rows.extend(pillar.celsius.map(|celsius| {
        let mark = if celsius > WARM { PanelMark::Attention } else { PanelMark::None };
        row(words.say("Temperature inside"), format!("{celsius} °C"), mark)
    }));
    panel
}

fn lasting(words: Words, time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    let days = words.count("{n} day", "{n} days", minutes / (24 * 60));
    let hours = words.count("{n} hour", "{n} hours", minutes / 60 % 24);
    let minutes = words.count("{n} minute", "{n} minutes", minutes % 60);
    words.fill("{days}, {hours}, {minutes}", &[("days", &days), ("hours", &hours), ("minutes", &minutes)])
}

/// Whether there is a new roll; the only choice says so.
pub(super) fn roll(words: Words, pillar: &PillarFacts) -> PanelView {
    let mut panel = titled(words.say("New paper roll"));
    panel.texts = vec![words.say("Touch this only when a new, full roll is in the printer.")];
    let used = words.metres(pillar.paper_used_mm.unwrap_or_default());
    panel.rows = vec![row(words.say("Used of the roll"), used, PanelMark::None)];
    panel.choices = vec![choice(words.say("There is a new roll"))];
    panel
}
