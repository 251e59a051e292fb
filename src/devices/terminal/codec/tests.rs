//! Captured packets, lies and random bytes.

use super::*;
use crate::devices::terminal::testing::hex;

const PASSWORD: PasswordDigits = PasswordDigits([0x12, 0x34, 0x56]);

/// The packets of the captured dialogues, without frame, and what they mean.
fn vectors() -> Vec<(&'static str, Packet)> {
    let registration = Registration { password: PASSWORD, config: 0xB8, currency: 978 };
    let registered = vec![Field::TerminalStatus(0), Field::TerminalId(52_523_535), Field::Currency(978)];
    vec![
        ("06 00 06 12 34 56 B8 09 78", Packet::Registration(registration)),
        ("06 0F 0A 19 00 29 52 52 35 35 49 09 78", Packet::Completion(Fields(registered))),
        (
            "06 01 0A 04 00 00 00 00 17 35 49 09 78",
            Packet::Authorisation { amount: Cents(1735), currency: 978 },
        ),
        ("80 00 00", Packet::Accepted),
        ("84 9C 00", Packet::Rejected(0x9C)),
        ("04 FF 01 0A", Packet::IntermediateStatus(0x0A)),
        ("04 FF 01 0E", Packet::IntermediateStatus(0x0E)),
        ("04 FF 01 0C", Packet::IntermediateStatus(0x0C)),
        ("06 0F 00", Packet::Completion(Fields::default())),
        ("04 0F 02 27 6C", Packet::StatusInformation(Fields(vec![Field::Result(0x6C)]))),
        ("06 1E 01 6C", Packet::Abort(0x6C)),
        ("05 01 03 12 34 56", Packet::StatusEnquiry(PASSWORD)),
        ("06 20 03 12 34 56", Packet::RepeatReceipt(PASSWORD)),
        ("06 30 06 12 34 56 87 02 31", Packet::Reversal(PASSWORD, 231)),
        ("06 10 03 12 34 56", Packet::TurnoverTotals(PASSWORD)),
        ("06 50 03 12 34 56", Packet::EndOfDay(PASSWORD)),
        ("06 70 00", Packet::Diagnosis),
        ("06 B0 00", Packet::AbortCommand),
    ]
}

const APPROVED: &str = "04 0F 37 27 00 04 00 00 00 00 17 35 49 09 78 0B 00 10 42 0C 14 05 10 0D 11 22 \
    87 02 31 29 52 52 35 35 22 F0 F8 67 72 89 EE EE EE 12 30 8A 05 8B F0 F8 4D 61 65 73 74 72 6F 00";

#[test]
fn every_captured_packet_is_read_and_written_byte_for_byte() {
    for (bytes, packet) in vectors() {
        assert_eq!(Packet::decode(&hex(bytes)), Ok(packet.clone()), "{bytes}");
        assert_eq!(packet.encode().bytes(), hex(bytes), "{bytes}");
    }
}

#[test]
fn the_captured_approval_is_read_without_its_card_number() {
    let Ok(Packet::StatusInformation(fields)) = Packet::decode(&hex(APPROVED)) else { panic!("not read") };
    assert_eq!(
        fields.0,
        [
            Field::Result(0),
            Field::Amount(Cents(1735)),
            Field::Currency(978),
            Field::Trace(1042),
            Field::Time(140_510),
            Field::Date(1122),
            Field::Receipt(231),
            Field::TerminalId(52_523_535),
            Field::CardType(5),
            Field::CardName("Maestro".to_owned()),
        ]
    );
    assert_eq!(fields.terminal_id().as_deref(), Some("52523535"));
}

#[test]
fn an_approval_of_another_terminal_in_another_order_is_read_to_its_end() {
    // As a real terminal orders its fields, with a made-up card number of odd length.
    let body = hex(
        "27 00 04 00 00 00 00 25 00 49 09 78 0C 10 37 20 0D 04 21 22 F1 F0 99 99 00 80 05 75 70 38 00 4F \
         17 00 02 87 02 49 3B 30 31 38 33 37 32 00 00 0B 00 10 12 19 60 29 52 52 35 35 0E 26 12 8A 05 8C 00 \
         8B F0 F9 67 69 72 6F 63 61 72 64 00 2A 31 36 30 30 34 30 30 38 20 20 20 20 20 20 20 A0 00",
    );
    let fields = Fields::decode(&body);
    assert_eq!((fields.amount(), fields.receipt()), (Some(Cents(2500)), Some(249)));
    assert_eq!(fields.card_name(), Some("girocard"));
    assert!(!format!("{fields:?}").contains("9999"));
}

#[test]
fn what_was_read_before_an_unknown_tag_counts() {
    let body = hex("27 00 04 00 00 00 00 17 35 DD 01 02 87 02 31");
    assert_eq!(Fields::decode(&body).0, [Field::Result(0), Field::Amount(Cents(1735))]);
}

#[test]
fn containers_tracks_and_texts_are_stepped_over() {
    let body =
        hex("06 81 03 1F 10 00 23 F0 F2 12 34 24 F0 F0 F1 99 3C F0 F0 F2 4F 4B 2D F0 F1 00 0E 30 12 27 05");
    assert_eq!(Fields::decode(&body).0, [Field::Result(5)]);
}

#[test]
fn a_field_that_is_cut_off_is_not_read() {
    for cut in ["04 00 00 00 17", "8B F0 F8 4D", "8B F0", "06 82 01", "06 84 00 00 00 01 00", "22 12 34"] {
        assert_eq!(Fields::decode(&hex(cut)).0, [], "{cut}");
    }
}

#[test]
fn a_receipt_number_of_other_than_digits_is_none() {
    assert_eq!(Fields::decode(&hex("87 FF FF 27 00")).0, [Field::Result(0)]);
    assert_eq!(Fields::decode(&hex("87 00 00")).receipt(), None);
}

#[test]
fn a_card_number_in_the_place_of_the_cards_name_is_not_kept() {
    let mut body = vec![0x8B];
    body.extend(fields::ll_var(b"6772890123451230\0"));
    assert_eq!(Fields::decode(&body).0, []);
}

#[test]
fn a_long_packet_has_a_length_of_three_bytes() {
    let apdu = Apdu::new(0x06, 0xD3, &[0; 300]);
    assert_eq!(apdu.bytes()[..5], [0x06, 0xD3, 0xFF, 0x2C, 0x01]);
    assert_eq!(Packet::decode(apdu.bytes()), Ok(Packet::Other(0x06, 0xD3)));
}

#[test]
fn a_packet_whose_length_lies_is_malformed() {
    for lie in ["", "06", "06 0F", "06 1E 02 6C", "06 1E 00", "80 00 01", "04 0F FF 01", "06 0F 00 00"] {
        assert_eq!(Packet::decode(&hex(lie)), Err(Malformed), "{lie}");
    }
}

#[test]
fn no_bytes_make_the_codec_panic_and_what_is_written_is_read_again() {
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..50_000 {
        let mut bytes: Vec<u8> = (0..random.usize(0..70)).map(|_| random.u8(..)).collect();
        if random.bool() && bytes.len() > 3 {
            // Half of them get past the first checks.
            let heads = [[0x04, 0x0F], [0x06, 0x0F], [0x06, 0x00], [0x06, 0x30], [0x06, 0x01]];
            bytes[..2].copy_from_slice(&heads[random.usize(..heads.len())]);
            bytes[2] = (bytes.len() - 3) as u8;
        }
        if let Ok(packet) = Packet::decode(&bytes) {
            assert_eq!(Packet::decode(packet.encode().bytes()).as_ref(), Ok(&packet));
        }
    }
}

#[test]
fn a_broken_copy_of_a_real_approval_never_panics() {
    let mut random = fastrand::Rng::with_seed(2);
    for _ in 0..50_000 {
        let mut bytes = hex(APPROVED);
        for _ in 0..random.usize(1..6) {
            let place = random.usize(..bytes.len());
            bytes[place] = random.u8(..);
        }
        bytes.truncate(random.usize(3..=bytes.len()));
        bytes[2] = (bytes.len() - 3) as u8;
        let _ = Packet::decode(&bytes);
        let _ = Fields::decode(&bytes[3..]);
    }
}

#[test]
fn passwords_and_raw_packets_show_nothing_when_debugged() {
    let packet = Packet::StatusEnquiry(PASSWORD);
    assert_eq!(format!("{packet:?}"), "StatusEnquiry(PasswordDigits(******))");
    assert_eq!(format!("{:?}", packet.encode()), "Apdu(6 bytes)");
}
