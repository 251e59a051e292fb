//! The code pages of receipt printers.
//!
//! Invariant: what [`runs`] gives is the text without loss, or nothing, so that a printer never gets
//! UTF-8, and never a letter that looks like the right one. A text never holds a command.

use zeroize::Zeroizing;

use super::drawing::is_invisible;

/// A code page that printers have (`ESC t n`), for bytes from 128 up. In order of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePage {
    /// PC858: Dutch, English, German, French, with the euro.
    Western,
    /// PC852: Polish, Czech, Hungarian, Romanian.
    Central,
    /// PC857: Turkish.
    Turkish,
    /// PC866: Ukrainian, Bulgarian, Russian.
    Cyrillic,
    /// Windows 1252: quotation marks, dashes, œ.
    Typographic,
}

impl CodePage {
    const ALL: [Self; 5] = [Self::Western, Self::Central, Self::Turkish, Self::Cyrillic, Self::Typographic];

    /// The `n` of `ESC t n`.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Western => 19,
            Self::Central => 18,
            Self::Turkish => 13,
            Self::Cyrillic => 17,
            Self::Typographic => 16,
        }
    }

    const fn upper_half(self) -> &'static str {
        match self {
            Self::Western => PC858,
            Self::Central => PC852,
            Self::Turkish => PC857,
            Self::Cyrillic => PC866,
            Self::Typographic => WINDOWS_1252,
        }
    }

    fn encode(self, c: char) -> Option<u8> {
        if c.is_ascii() {
            return u8::try_from(c).ok();
        }
        let place = self.upper_half().chars().position(|known| known == c && known != NOTHING)?;
        u8::try_from(place + 128).ok()
    }
}

/// The text without control characters, which become spaces, except the line feed. A few characters
/// become what looks the same on paper.
#[must_use]
pub fn printable(text: &str) -> Zeroizing<String> {
    let mut clean = Zeroizing::new(String::with_capacity(text.len() * 3));
    for c in text.chars() {
        match c {
            '\n' => clean.push('\n'),
            '\u{a0}' => clean.push(c),
            c if c.is_control() || c.is_whitespace() => clean.push(' '),
            c => match same_on_paper(c) {
                Some(same) => clean.push_str(same),
                None => clean.push(c),
            },
        }
    }
    clean
}

/// The text as bytes with the code page that each run needs; `None` when no page has some character.
/// A page is kept as long as it will do. Marks of direction are left out.
#[must_use]
pub fn runs(text: &str) -> Option<Vec<(CodePage, Zeroizing<Vec<u8>>)>> {
    let mut runs: Vec<(CodePage, Zeroizing<Vec<u8>>)> = Vec::new();
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        let c = if c == '\u{a0}' { ' ' } else { c };
        let current = runs.last().map_or(CodePage::Western, |(page, _)| *page);
        let (page, byte) =
            std::iter::once(current).chain(CodePage::ALL).find_map(|page| Some((page, page.encode(c)?)))?;
        match runs.last_mut() {
            Some((last, bytes)) if *last == page => bytes.push(byte),
            _ => runs.push((page, with_room(text.len(), byte))),
        }
    }
    Some(runs)
}

/// So much room that the bytes never move and leave a copy behind.
fn with_room(length: usize, first: u8) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(length));
    bytes.push(first);
    bytes
}

/// What looks the same on paper as a character that no code page has. The Ukrainian і is drawn like
/// the Latin one in every font, and no printer's page 866 has it.
const fn same_on_paper(c: char) -> Option<&'static str> {
    Some(match c {
        'і' => "i",
        'І' => "I",
        'ј' => "j",
        'ѕ' => "s",
        'ʼ' => "’",
        '‐' | '‑' | '−' => "-",
        'ĳ' => "ij",
        'Ĳ' => "IJ",
        _ => return None,
    })
}

/// Stands where a page has nothing.
const NOTHING: char = '\u{fffd}';

const PC858: &str = "\
     ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒ\
     áíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
     └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈ€ÍÎÏ┘┌█▄¦Ì▀\
     ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";
const PC852: &str = "\
     ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×č\
     áíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐\
     └┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀\
     ÓßÔŃńňŠšŔÚŕŰýÝţ´\u{ad}˝˛ˇ˘§÷¸°¨˙űŘř■\u{a0}";
const PC857: &str = "\
     ÇüéâäàåçêëèïîıÄÅÉæÆôöòûùİÖÜø£ØŞş\
     áíóúñÑĞğ¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
     └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ºªÊËÈ\u{fffd}ÍÎÏ┘┌█▄¦Ì▀\
     ÓßÔÒõÕµ\u{fffd}×ÚÛÙìÿ¯´\u{ad}±\u{fffd}¾¶§÷¸°¨·¹³²■\u{a0}";
const PC866: &str = "\
     АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ\
     абвгдежзийклмноп░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
     └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
     рстуфхцчшщъыьэюяЁёЄєЇїЎў°∙·√№¤■\u{a0}";
const WINDOWS_1252: &str = "\
     €\u{fffd}‚ƒ„…†‡ˆ‰Š‹Œ\u{fffd}Ž\u{fffd}\u{fffd}‘’“”•–—˜™š›œ\u{fffd}žŸ\
     \u{a0}¡¢£¤¥¦§¨©ª«¬\u{ad}®¯°±²³´µ¶·¸¹º»¼½¾¿\
     ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞß\
     àáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ";

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(runs: &[(CodePage, Zeroizing<Vec<u8>>)]) -> String {
        let decode = |page: CodePage, byte: u8| match byte {
            0..=127 => char::from(byte),
            _ => page.upper_half().chars().nth(usize::from(byte) - 128).unwrap(),
        };
        runs.iter().flat_map(|(page, bytes)| bytes.iter().map(move |&byte| decode(*page, byte))).collect()
    }

    #[test]
    fn every_page_has_128_characters() {
        for page in CodePage::ALL {
            assert_eq!(page.upper_half().chars().count(), 128, "{page:?}");
        }
    }

    #[test]
    fn the_euro_sign_and_accents_are_single_bytes_of_page_858() {
        let runs = runs("één café: €\u{a0}17,35").unwrap();
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].0.number(), 19);
        assert_eq!(&runs[0].1[..], b"\x82\x82n caf\x82: \xd5 17,35");
    }

    #[test]
    fn names_from_all_over_europe_survive() {
        let text = "Łukasz Żółć, Ağaoğlu, Єва Їжак, Straße, naïf „œuvre”";
        assert_eq!(*printable(text), text);
        let runs = runs(text).unwrap();
        assert_eq!(text_of(&runs), text);
        let pages: Vec<u8> = runs.iter().map(|(page, _)| page.number()).collect();
        assert_eq!(pages, [18, 13, 17, 19, 16]);
    }

    #[test]
    fn what_looks_the_same_on_paper_is_taken_instead() {
        assert_eq!(*printable("Київ і Ізюм – ĳs −3"), "Київ i Iзюм – ijs -3");
        assert!(runs(&printable("Київ і Ізюм")).is_some());
    }

    #[test]
    fn what_no_page_has_is_never_another_letter() {
        for text in ["ґанок", "Jānis", "Ștefan", "e\u{301}", "محمد", "王", "🙂"] {
            assert!(runs(&printable(text)).is_none(), "{text}");
        }
    }

    #[test]
    fn marks_of_direction_are_not_seen() {
        let runs = runs("\u{2066}14\u{a0}0100\u{2069}").unwrap();
        assert_eq!(&runs[0].1[..], b"14 0100");
    }

    #[test]
    fn a_resident_cannot_type_a_printer_command() {
        assert_eq!(*printable("a\u{1b}p\u{10}\u{5}\u{2}\tb\nc"), "a p    b\nc");
    }
}
