//! Captured frames, broken frames and noise.

use super::*;
use crate::devices::terminal::testing::hex;

/// Captured frames, and their packets.
const FRAMES: [(&str, &str); 18] = [
    ("10 02 06 00 06 12 34 56 B8 09 78 10 03 52 FA", "06 00 06 12 34 56 B8 09 78"),
    ("10 02 80 00 00 10 03 F5 1F", "80 00 00"),
    ("10 02 06 0F 0A 19 00 29 52 52 35 35 49 09 78 10 03 74 40", "06 0F 0A 19 00 29 52 52 35 35 49 09 78"),
    ("10 02 06 01 0A 04 00 00 00 00 17 35 49 09 78 10 03 73 8E", "06 01 0A 04 00 00 00 00 17 35 49 09 78"),
    ("10 02 04 FF 01 0A 10 03 F5 7D", "04 FF 01 0A"),
    ("10 02 04 FF 01 0E 10 03 95 1A", "04 FF 01 0E"),
    ("10 02 04 FF 01 0C 10 03 25 29", "04 FF 01 0C"),
    (
        "10 02 04 0F 37 27 00 04 00 00 00 00 17 35 49 09 78 0B 00 10 10 42 0C 14 05 10 10 0D 11 22 87 02 31 \
         29 52 52 35 35 22 F0 F8 67 72 89 EE EE EE 12 30 8A 05 8B F0 F8 4D 61 65 73 74 72 6F 00 10 03 C2 A2",
        "04 0F 37 27 00 04 00 00 00 00 17 35 49 09 78 0B 00 10 42 0C 14 05 10 0D 11 22 87 02 31 \
         29 52 52 35 35 22 F0 F8 67 72 89 EE EE EE 12 30 8A 05 8B F0 F8 4D 61 65 73 74 72 6F 00",
    ),
    ("10 02 06 0F 00 10 03 C6 33", "06 0F 00"),
    ("10 02 04 0F 02 27 6C 10 03 76 32", "04 0F 02 27 6C"),
    ("10 02 06 1E 01 6C 10 03 C9 F2", "06 1E 01 6C"),
    ("10 02 05 01 03 12 34 56 10 03 E0 43", "05 01 03 12 34 56"),
    ("10 02 06 20 03 12 34 56 10 03 C5 6A", "06 20 03 12 34 56"),
    ("10 02 06 30 06 12 34 56 87 02 31 10 03 2C B4", "06 30 06 12 34 56 87 02 31"),
    ("10 02 06 10 10 03 12 34 56 10 03 15 AD", "06 10 03 12 34 56"),
    ("10 02 06 50 03 12 34 56 10 03 C4 AF", "06 50 03 12 34 56"),
    ("10 02 06 70 00 10 03 D9 F9", "06 70 00"),
    ("10 02 06 B0 00 10 03 43 F3", "06 B0 00"),
];

fn apdu(text: &str) -> Apdu {
    Apdu::received(Zeroizing::new(hex(text)))
}

fn tokens(decoder: &mut Decoder, bytes: &[u8]) -> Vec<Token> {
    bytes.iter().filter_map(|&byte| decoder.push(byte)).collect()
}

#[test]
fn every_captured_frame_is_written_and_read_byte_for_byte() {
    for (frame, packet) in FRAMES {
        assert_eq!(*encode(&apdu(packet)), hex(frame), "{frame}");
        assert_eq!(tokens(&mut Decoder::default(), &hex(frame)), [Token::Apdu(apdu(packet))], "{frame}");
    }
}

#[test]
fn a_frame_is_found_between_noise_and_acknowledgements() {
    let bytes = hex("41 00 10 41 06 FF 10 10 02 80 00 00 10 03 F5 1F 15 77");
    let found = tokens(&mut Decoder::default(), &bytes);
    assert_eq!(found, [Token::Ack, Token::Apdu(apdu("80 00 00")), Token::Nak]);
}

#[test]
fn a_frame_that_was_cut_off_gives_way_to_the_next() {
    let bytes = hex("10 02 06 0F 0A 19 10 02 80 00 00 10 03 F5 1F");
    assert_eq!(tokens(&mut Decoder::default(), &bytes), [Token::Apdu(apdu("80 00 00"))]);
}

#[test]
fn one_wrong_bit_anywhere_never_lets_another_packet_through() {
    for (frame, packet) in FRAMES {
        let frame = hex(frame);
        for place in 0..frame.len() * 8 {
            let mut broken = frame.clone();
            broken[place / 8] ^= 1 << (place % 8);
            for token in tokens(&mut Decoder::default(), &broken) {
                assert!(!matches!(token, Token::Apdu(_)), "{packet}: bit {place} gave {token:?}");
            }
        }
    }
}

#[test]
fn random_bytes_never_make_the_decoder_panic_and_a_frame_after_them_is_found() {
    let mut random = fastrand::Rng::with_seed(3);
    for _ in 0..5_000 {
        let mut decoder = Decoder::default();
        for _ in 0..random.usize(0..300) {
            let byte = if random.bool() { random.u8(..) } else { [DLE, STX, ETX, ACK][random.usize(..4)] };
            let _ = decoder.push(byte);
        }
        decoder.quiet();
        let frame = encode(&apdu("06 0F 00"));
        assert_eq!(tokens(&mut decoder, &frame), [Token::Apdu(apdu("06 0F 00"))]);
    }
}

#[test]
fn an_endless_frame_is_given_up() {
    let mut decoder = Decoder::default();
    assert_eq!(tokens(&mut decoder, &[DLE, STX]), []);
    let found: Vec<Token> = (0..70_000).filter_map(|_| decoder.push(0x41)).collect();
    assert_eq!(found, [Token::Broken]);
}
