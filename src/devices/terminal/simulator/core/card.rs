//! The made-up card of the simulated resident, and the places where a terminal could put its number.
//!
//! Invariant: the number is made up, valid by its check digit, and in the range of a real issuer, so that
//! whatever looks for card numbers finds it.

use crate::devices::terminal::codec::{Apdu, fields, tlv};

/// A made-up Maestro card number in full, as text.
pub const FULL_CARD_NUMBER: &str = "6772890123451236";
/// The same as packed digits, and masked as real terminals do it.
const FULL: [u8; 8] = [0x67, 0x72, 0x89, 0x01, 0x23, 0x45, 0x12, 0x36];
const MASKED: [u8; 8] = [0x67, 0x72, 0x89, 0xEE, 0xEE, 0xEE, 0x12, 0x36];
/// A tag that no specification knows.
const UNKNOWN_TAG: u32 = 0x1F_8E_21;

/// BMP 22 with the number, in full or masked.
pub fn number(full: bool) -> Vec<u8> {
    [vec![0x22], fields::ll_var(if full { &FULL } else { &MASKED })].concat()
}

/// Track 2, a text, and a container with the full number in known and unknown tags.
pub fn everywhere_else() -> Vec<u8> {
    let track = [&FULL[..], &[0xD2, 0x61, 0x22, 0x01]].concat();
    let text = format!("CARD {FULL_CARD_NUMBER} OK");
    let objects = [
        display_texts(),
        tlv::object(0x60, &tlv::object(0x43, &FULL)),
        tlv::object(UNKNOWN_TAG, FULL_CARD_NUMBER.as_bytes()),
        tlv::object(0x2F, &FULL),
    ];
    let mut bytes = [vec![0x23], fields::ll_var(&track)].concat();
    bytes.extend([vec![0x3C], fields::lll_var(text.as_bytes())].concat());
    bytes.extend(tlv::object(0x06, &objects.concat()));
    bytes
}

/// An intermediate status with a text that holds the full number.
pub fn status_with_text(status: u8) -> Apdu {
    let container = tlv::object(0x06, &display_texts());
    Apdu::new(0x04, 0xFF, &[vec![status, 0x01], container].concat())
}

/// A line to print that holds the full number.
pub fn line_to_print() -> Apdu {
    let text = FULL_CARD_NUMBER.as_bytes().chunks(4).map(<[u8]>::to_vec).collect::<Vec<_>>().join(&b' ');
    Apdu::new(0x06, 0xD1, &[vec![0x00], text].concat())
}

/// A block of text to print that holds it.
pub fn block_to_print() -> Apdu {
    let block = tlv::object(0x25, &tlv::object(tlv::TEXT_LINE, FULL_CARD_NUMBER.as_bytes()));
    Apdu::new(0x06, 0xD3, &tlv::object(0x06, &block))
}

fn display_texts() -> Vec<u8> {
    tlv::object(tlv::DISPLAY_TEXTS, &tlv::object(tlv::TEXT_LINE, FULL_CARD_NUMBER.as_bytes()))
}
