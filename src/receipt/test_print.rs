//! A short receipt that shows whether a printer works, for a technician who ordered it from afar.
//!
//! Invariant: it holds nothing of a resident, and says that it is no receipt, because anybody may find it.

use jiff::civil::DateTime;

use super::{Block, Receipt, date_and_time};
use zuil_catalogue::{Branding, Direction, Language};

/// A line with letters of each language, so that each code page and what is drawn can be looked at.
const SAMPLES: [(&str, &str); 8] = [
    ("Nederlands", "één coördinatie, ’s avonds, € 17,35"),
    ("English", "“Thank you”"),
    ("Deutsch", "Grüße, schön, Straße"),
    ("Français", "ça va, où, cœur"),
    ("Polski", "łąka, źródło"),
    ("Türkçe", "ığşİ"),
    ("Українська", "Дякуємо, їжак"),
    ("العربية", "شكرًا"),
];

/// What a test print says.
pub struct TestPrint<'a> {
    /// The municipality's name.
    pub municipality: &'a str,
    /// Its logo.
    pub branding: &'a Branding,
    /// The pillar's name.
    pub pillar: &'a str,
    /// The version of the program.
    pub program: &'a str,
    /// The version of the catalogue.
    pub catalogue: &'a str,
    /// When, on the wall.
    pub at: DateTime,
}

impl TestPrint<'_> {
    /// The receipt, in Dutch.
    #[must_use]
    pub fn compose(&self) -> Receipt {
        let pair = |label: &str, value: &str| Block::Pair { label: label.into(), value: value.into() };
        let mut blocks: Vec<Block> = self.branding.logo.iter().cloned().map(Block::Logo).collect();
        blocks.extend([
            Block::Name(format!("Gemeente {}", self.municipality)),
            Block::Space,
            Block::Title("Testafdruk".into()),
            Block::Paragraph(date_and_time(Language::Nl, self.at)),
            Block::Rule,
            pair("Zuil", self.pillar),
            pair("Programma", self.program),
            pair("Catalogus", self.catalogue),
            Block::Rule,
        ]);
        blocks.extend(SAMPLES.map(|(language, letters)| pair(language, letters)));
        blocks.extend([
            Block::Rule,
            Block::Paragraph(
                "Een technicus kijkt of de printer werkt. Dit is geen bon van een aanvraag.".into(),
            ),
        ]);
        Receipt { direction: Direction::LeftToRight, blocks }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Paper, render};
    use super::*;

    #[test]
    fn a_test_print_is_short_and_says_which_pillar_it_came_from() {
        let branding = Branding::default();
        let test = TestPrint {
            municipality: "Voorbeeldhuizen",
            branding: &branding,
            pillar: "jumbo",
            program: "0.1.0",
            catalogue: "2026-11-22.1",
            at: jiff::civil::date(2026, 11, 23).at(14, 5, 0, 0),
        };
        let receipt = test.compose();
        let says = |block: &Block| matches!(block, Block::Pair { label, value } if label == "Zuil" && value == "jumbo");
        assert!(receipt.blocks.iter().any(says));
        let printable = render(&receipt, Paper::default());
        assert!(printable.millimetres < 160, "{} mm", printable.millimetres);
        let holds = |text: &[u8]| printable.bytes.windows(text.len()).any(|part| part == text);
        assert!(holds(b"Testafdruk") && holds(b"maandag 23 november 2026") && holds(b"geen bon"));
    }
}
