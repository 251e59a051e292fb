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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visit::{Keyboard, PanelMark, PanelRow};

    fn asks(value: &str) -> PanelView {
        let entry = PanelEntry {
            label: "Wachtwoord".to_owned(),
            value: value.to_owned(),
            keyboard: Keyboard::Letters,
            trouble: "Het is te kort.".to_owned(),
        };
        PanelView { title: "Wifi".to_owned(), entry: Some(entry), ..PanelView::default() }
    }

    fn said((screen, changes): Spoken) -> [String; 2] {
        [screen, changes].map(|parts| parts.join(" ").trim().to_owned())
    }

    #[test]
    fn what_was_found_is_said_after_what_the_page_is_and_offers() {
        let choice = |label: &str, note: &str, dangerous| PanelChoice {
            label: label.to_owned(),
            note: note.to_owned(),
            enabled: true,
            dangerous,
        };
        let row = PanelRow {
            label: "Printer".to_owned(),
            value: "Het papier is op".to_owned(),
            mark: PanelMark::Bad,
        };
        let view = PanelView {
            title: "Klaar?".to_owned(),
            texts: vec!["Kijk alles na".to_owned()],
            rows: vec![row],
            choices: vec![choice("Opnieuw", "", false), choice("Wissen", "Ook de bonnen", true)],
            entry: None,
        };
        assert_eq!(
            said(panel(&view, Language::Nl)),
            [
                "Klaar? Kijk alles na. Opnieuw. Wissen. U kunt dit niet terugdraaien. Ook de bonnen.",
                "Printer: Het papier is op."
            ]
        );
    }

    #[test]
    fn what_is_typed_is_said_and_never_what_is_secret() {
        assert_eq!(
            said(panel(&asks("winkel"), Language::Nl)),
            ["Wifi. Wachtwoord.", "winkel Het is te kort."]
        );
        let [screen, changes] = said(panel(&asks("••••••"), Language::Nl));
        assert_eq!((screen.as_str(), changes.as_str()), ("Wifi. Wachtwoord.", "Het is te kort."));
        let longer = said(panel(&asks("•••••••"), Language::Nl));
        assert_eq!(longer[1], changes, "its length is not told either");
    }
}
