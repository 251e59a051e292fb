//! A page for technicians, for one who listens.
//!
//! Invariant: what is typed in secret is never said, not even how long it is.

use super::{Spoken, sentence};
use crate::texts::say;
use crate::visit::{PanelChoice, PanelEntry, PanelView};
use zuil_catalogue::Language;

/// Stands for each character of what is typed in secret.
const DOT: char = '•';

pub(super) fn panel(panel: &PanelView, language: Language) -> Spoken {
    let mut parts = vec![sentence(&panel.title)];
    parts.extend(panel.texts.iter().map(|text| sentence(text)));
    parts.extend(panel.choices.iter().map(|choice| chosen(choice, language)));
    parts.extend(panel.entry.as_ref().map(|entry| sentence(&entry.label)));
    // What is found out while the page stands there is said when it is known.
    let mut changes: Vec<String> =
        panel.rows.iter().map(|row| sentence(&named(&row.label, &row.value))).collect();
    changes.extend(panel.entry.iter().flat_map(typed));
    (parts, changes)
}

fn chosen(choice: &PanelChoice, language: Language) -> String {
    let warning = choice.dangerous.then(|| say(language, "This cannot be undone.").to_owned());
    let note = (!choice.note.is_empty()).then(|| sentence(&choice.note));
    let parts = [Some(sentence(&choice.label)), warning, note];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn typed(entry: &PanelEntry) -> [String; 2] {
    let secret = entry.value.contains(DOT);
    [if secret { String::new() } else { entry.value.clone() }, entry.trouble.clone()]
}

fn named(label: &str, value: &str) -> String {
    if value.is_empty() { label.to_owned() } else { format!("{label}: {value}") }
}
