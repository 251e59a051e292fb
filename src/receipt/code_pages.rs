//! The code pages of receipt printers, and what stands in for a character that none of them has.
//!
//! Invariant: what [`printable`] gives can be encoded by [`runs`] without loss, so that a printer
//! never gets UTF-8, and a text never holds a command.

use zeroize::Zeroizing;

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
}

impl CodePage {
    const ALL: [Self; 4] = [Self::Western, Self::Central, Self::Turkish, Self::Cyrillic];

    /// The `n` of `ESC t n`.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Western => 19,
            Self::Central => 18,
            Self::Turkish => 13,
            Self::Cyrillic => 17,
        }
    }

    const fn upper_half(self) -> &'static str {
        match self {
            Self::Western => PC858,
            Self::Central => PC852,
            Self::Turkish => PC857,
            Self::Cyrillic => PC866,
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

/// The text with only characters that some code page has: others become a close ASCII letter or
/// `?`. Control characters become spaces, except the line feed.
#[must_use]
pub fn printable(text: &str) -> Zeroizing<String> {
    let mut clean = Zeroizing::new(String::with_capacity(text.len() * 3));
    for c in text.chars() {
        match c {
            '\n' => clean.push('\n'),
            c if c.is_control() || c.is_whitespace() => clean.push(' '),
            c if CodePage::ALL.iter().any(|page| page.encode(c).is_some()) => clean.push(c),
            c => clean.push_str(stand_in(c)),
        }
    }
    clean
}

/// The text as bytes with the code page that each run needs. A page is kept as long as it will do.
#[must_use]
pub fn runs(text: &str) -> Vec<(CodePage, Zeroizing<Vec<u8>>)> {
    let mut runs: Vec<(CodePage, Zeroizing<Vec<u8>>)> = Vec::new();
    for c in text.chars() {
        let current = runs.last().map_or(CodePage::Western, |(page, _)| *page);
        let (page, byte) = std::iter::once(current)
            .chain(CodePage::ALL)
            .find_map(|page| Some((page, page.encode(c)?)))
            .unwrap_or((current, b'?'));
        match runs.last_mut() {
            Some((last, bytes)) if *last == page => bytes.push(byte),
            _ => runs.push((page, Zeroizing::new(vec![byte]))),
        }
    }
    runs
}

/// What stands in for a character that no code page has.
fn stand_in(c: char) -> &'static str {
    match c {
        // Combining marks and characters without width: the letter before them says enough.
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => "",
        '‘' | '’' | '‚' | '‛' | '′' | 'ʼ' => "'",
        '“' | '”' | '„' | '″' => "\"",
        '–' | '—' | '‐' | '‑' | '−' => "-",
        '…' => "...",
        '•' => "*",
        'œ' => "oe",
        'Œ' => "OE",
        'ĳ' => "ij",
        'Ĳ' => "IJ",
        'ẞ' => "SS",
        'ā' | 'ǎ' => "a",
        'Ā' | 'Ǎ' => "A",
        'ė' | 'ē' => "e",
        'Ė' | 'Ē' => "E",
        'į' | 'ī' | 'ĩ' => "i",
        'Į' | 'Ī' | 'Ĩ' => "I",
        'ū' | 'ų' => "u",
        'Ū' | 'Ų' => "U",
        'ō' | 'ǒ' => "o",
        'Ō' | 'Ǒ' => "O",
        'ģ' => "g",
        'ķ' => "k",
        'ļ' => "l",
        'ņ' => "n",
        'ŵ' => "w",
        'ŷ' => "y",
        'Ÿ' => "Y",
        'ș' => "s",
        'Ș' => "S",
        'ț' => "t",
        'Ț' => "T",
        'ґ' => "г",
        'Ґ' => "Г",
        'і' => "i",
        'І' => "I",
        '™' => "(TM)",
        _ => "?",
    }
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
        let runs = runs("één café: € 17,35");
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].0.number(), 19);
        assert_eq!(&runs[0].1[..], b"\x82\x82n caf\x82: \xd5 17,35");
    }

    #[test]
    fn names_from_all_over_europe_survive() {
        let text = "Łukasz Żółć, Ağaoğlu, Київ, Straße, naïf";
        assert_eq!(*printable(text), text);
        let runs = runs(text);
        assert_eq!(text_of(&runs), text);
        let pages: Vec<u8> = runs.iter().map(|(page, _)| page.number()).collect();
        assert_eq!(pages, [18, 13, 17, 19]);
    }

    #[test]
    fn what_no_page_has_becomes_a_close_letter_or_a_question_mark() {
        assert_eq!(*printable("‘Œuvre’ – ĳs… 🙂 e\u{301}"), "'OEuvre' - ijs... ? e");
    }

    #[test]
    fn a_resident_cannot_type_a_printer_command() {
        assert_eq!(*printable("a\u{1b}p\u{10}\u{5}\u{2}\tb\nc"), "a p    b\nc");
    }
}
