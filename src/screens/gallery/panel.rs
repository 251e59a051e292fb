//! Samples of pages for technicians: little and much, good and bad, typed and secret.

use super::{Sample, Words};
use crate::visit::{Keyboard, PanelChoice, PanelEntry, PanelMark, PanelRow, PanelView, Screen};

impl Words {
    pub(super) fn panels(self) -> Vec<Sample> {
        let wrong = "Deze code klopt niet. Vergelijk hem nog eens.";
        let panel = |name, view| self.sample(name, Screen::Panel(view));
        let mut busy = panel("panel-busy", self.testing());
        busy.view.frame.can_go_back = false;
        // Before there is a binding.
        let mut first = panel("panel-first", self.menu());
        (first.view.frame.municipality, first.view.frame.phone) = (String::new(), String::new());
        first.view.frame.can_go_back = false;
        vec![
            panel("panel-menu", self.menu()),
            panel("panel-findings", self.findings(1)),
            panel("panel-findings-many", self.findings(6)),
            panel("panel-code", self.asks("Wat is de code?", "", Keyboard::Digits, "")),
            panel("panel-code-typed", self.asks("Wat is de code?", "123 456 789 012", Keyboard::Digits, "")),
            panel(
                "panel-code-wrong",
                self.asks("Wat is de code?", "123 456 789 012", Keyboard::Digits, &self.of(wrong)),
            ),
            panel(
                "panel-password",
                self.asks("Wat is het wachtwoord?", "••••••••••••••••", Keyboard::Letters, ""),
            ),
            panel("panel-networks", self.networks()),
            panel("panel-confirm", self.sure()),
            panel(
                "panel-plain",
                PanelView { title: self.of("Wij testen de printer"), ..PanelView::default() },
            ),
            busy,
            first,
        ]
    }

    fn choice(self, dutch: &str, note: &str) -> PanelChoice {
        let note = if note.is_empty() { String::new() } else { self.of(note) };
        PanelChoice { label: self.of(dutch), note, enabled: true, dangerous: false }
    }

    fn dangerous(self, dutch: &str, note: &str) -> PanelChoice {
        PanelChoice { dangerous: true, ..self.choice(dutch, note) }
    }

    fn disabled(self, dutch: &str, note: &str) -> PanelChoice {
        PanelChoice { enabled: false, ..self.choice(dutch, note) }
    }

    fn row(self, dutch: &str, value: &str, mark: PanelMark) -> PanelRow {
        PanelRow { label: self.of(dutch), value: self.of(value), mark }
    }

    fn menu(self) -> PanelView {
        PanelView {
            title: self.of("Onderhoud aan deze zuil"),
            texts: vec![self.of("U kunt dit doen tot 16 uur. Daarna hebt u een nieuwe code nodig.")],
            choices: vec![
                self.choice("Printer testen", "Er komt een proefbon uit."),
                self.choice("Netwerk instellen", ""),
                self.disabled("Systeem bijwerken", "Er is geen stick met een update."),
                self.dangerous("Alles wissen", "De zuil wordt weer zoals nieuw."),
            ],
            ..PanelView::default()
        }
    }

    /// One of each kind, so many times.
    fn findings(self, times: usize) -> PanelView {
        let rows = [
            self.row("Printer", "Werkt", PanelMark::Good),
            self.row("Netwerk", "Het is traag. Kijk naar de kabel.", PanelMark::Attention),
            self.row("Betaalautomaat", "Antwoordt niet. Zet hem aan.", PanelMark::Bad),
            self.row("Lezer", "Wij kijken dit na.", PanelMark::Busy),
            self.row("Versie", "0.2.0.813", PanelMark::None),
        ];
        PanelView {
            title: self.of("Klaar om te beginnen?"),
            rows: std::iter::repeat_n(rows, times).flatten().collect(),
            choices: vec![self.choice("Opnieuw nakijken", "")],
            ..PanelView::default()
        }
    }

    fn asks(self, dutch: &str, value: &str, keyboard: Keyboard, trouble: &str) -> PanelView {
        let entry = PanelEntry {
            label: self.of(dutch),
            value: value.to_owned(),
            keyboard,
            trouble: trouble.to_owned(),
        };
        PanelView { title: self.of("Onderhoud aan deze zuil"), entry: Some(entry), ..PanelView::default() }
    }

    fn networks(self) -> PanelView {
        let network = |number: usize| PanelChoice {
            label: format!("Winkel_{number}-Personeel"),
            note: self.of("Beveiligd. Het signaal is goed."),
            enabled: true,
            dangerous: false,
        };
        PanelView {
            title: self.of("Welk netwerk?"),
            choices: (1..=20).map(network).collect(),
            ..PanelView::default()
        }
    }

    fn sure(self) -> PanelView {
        PanelView {
            title: self.of("Weet u het zeker?"),
            texts: vec![self.of("De zuil wordt weer zoals nieuw.")],
            choices: vec![self.dangerous("Ja, wis alles", ""), self.choice("Opnieuw nakijken", "")],
            ..PanelView::default()
        }
    }

    fn testing(self) -> PanelView {
        PanelView {
            title: self.of("Wij testen de printer"),
            rows: vec![self.row("Printer", "Wij kijken dit na.", PanelMark::Busy)],
            ..PanelView::default()
        }
    }
}
